"""`POST /talk/{ref}` says something (words, parent, official, tell, file_1 to file_3 with alt_1 to alt_3);
`POST /talk/{ref}/preview` shows what would be said; `/talk/{ref}/answers/{id}` is the form for an answer, with
`?quote=1` one that quotes; `/talk/{ref}/people?tell=` offers names."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from app import web
from app.changes import counts
from app.columns import now
from app.db import Db
from app.errors import Missing
from app.once import once
from app.people.actor import Actor, Employee, Visitor
from app.refs import Found, registry
from app.talk import actions, mentions, queries
from app.talk.files import actions as hanging
from app.talk.files.models import ON_A_COMMENT
from app.talk.files.receiving import BODY, Files, Received
from app.talk.mentions import Named, settle, with_told
from app.talk.models import Comment, CommentForm
from app.talk.queries import Node
from app.talk.section import key, talk_of
from app.web import Form, Request, Response, ThingId, Typed, blank, fill, page

routes = web.router()
ALTS = {name: name.replace("file", "alt") for name in ON_A_COMMENT}
LONGEST_QUOTE = 1500
OFFERED = 8


@routes.get("/talk/{ref}/answers/{id}")
def answer(request: Request, db: Db, actor: Visitor, ref: str, id: ThingId) -> Response:
    comment, thing = queries.find(db, actor, id)
    if comment.about != ref:
        raise Missing()
    node = queries.one(db, actor, comment)
    words = quoted(node.text) if "quote" in request.query_params and node.reply_href and node.text else ""
    form = blank(CommentForm, key=key(ref, counts(db, "talk")[0]), words=words)
    return answer_page(request, db, actor, thing, form, node)


def quoted(text: str) -> str:
    """As Markdown quotes: every line after a mark, and a blank line to begin below."""
    cut = text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE].rpartition(' ')[0] or text[:LONGEST_QUOTE]} …"
    return "".join(f"> {line}".rstrip() + "\n" for line in cut.strip().split("\n")) + "\n"


def answer_page(
    request: Request,
    db: Session,
    actor: Actor,
    thing: Found,
    form: Form[CommentForm],
    node: Node | None,
    *,
    status: int = 200,
    preview: Node | None = None,
) -> Response:
    known = talk_of(request, db, actor, thing.ref, total=0)
    talk = replace(known, form=form, answer=None)
    return page(request, "talk/answer.html", status=status, thing=thing, talk=talk, node=node, preview=preview)


@routes.get("/talk/{ref}/people")
def people(request: Request, db: Db, actor: Employee, ref: str, tell: str = "") -> Response:
    """Names that begin like what is typed, of people who see the thing."""
    thing = registry(db).one(db, actor, ref)
    first = (tell.strip().removeprefix("@").split() or [""])[0]
    begun = [one for one in mentions.offered(db, first) if one.name.casefold().startswith(tell.strip().casefold())]
    names = [one.name for one in begun]
    shown = [one.name if names.count(one.name) == 1 else f"{one.name}, {one.email}" for one in begun[:OFFERED]]
    return page(request, "talk/people.html", thing=thing, names=shown)


@routes.post("/talk/{ref}/preview", max_body_size=BODY)
def preview(request: Request, db: Db, actor: Visitor, ref: str, fields: Typed) -> Response:
    """Exactly as it would stand there; nothing is kept. Files are chosen again, as a browser does not keep them."""
    thing = registry(db).one(db, actor, ref)
    form, named = read(db, actor, fields)
    shown = as_said(actor, form, named) if form else None
    status = 200 if form else 422
    return answer_page(request, db, actor, thing, form, answered(db, actor, form, ref), status=status, preview=shown)


def as_said(actor: Actor, form: Form[CommentForm], named: Named) -> Node:
    labels = tuple(sorted(named.labels.values(), key=lambda one: (-len(one), one)))
    words = with_told(form.data.words, named)
    official = form.data.official is not None
    moment = datetime.fromtimestamp(now().timestamp(), UTC)
    nobody = (None, None, False, None, None, 1)
    return Node(0, 0, moment, words, official, False, actor.name, *nobody, names=labels)


@routes.post("/talk/{ref}", max_body_size=BODY)
def say(request: Request, files: Files, db: Db, actor: Visitor, ref: str, fields: Typed) -> Response:
    thing = registry(db).one(db, actor, ref)
    form, named = read(db, actor, fields)
    files.judge(form, ALTS)
    if not form:
        form.key = key(ref, counts(db, "talk")[0])
        return answer_page(request, db, actor, thing, form, answered(db, actor, form, ref), status=422)
    once_ = once(db, request, actor.id, fields)
    if once_.done:
        return once_.done
    comment, unseen = keep(db, actor, ref, form.data, named, files)
    return once_.see(place(db, thing, comment), said("Said.", unseen))


def read(db: Session, actor: Actor, fields: Typed) -> tuple[Form[CommentForm], Named]:
    """A guest names nobody: whom a name could mean would tell them who works here."""
    form = fill(CommentForm, fields)
    named = settle(db, form.data.words, form.data.tell) if form and not actor.guest else Named()
    if actor.guest and form and form.data.tell:
        form.refuse("tell", "Guests name nobody here. Whoever follows this hears of what you say.")
    for words in named.unclear:
        form.refuse("tell", words)
    return form, named


def keep(
    db: Session, actor: Actor, ref: str, data: CommentForm, named: Named, files: Received
) -> tuple[Comment, list[str]]:
    words = with_told(data.words, named)
    comment = actions.say(db, actor, ref, words, data.parent, official=data.official is not None)
    unseen = mentions.keep(db, actor, comment, named)
    for name, ready in files.ready.items():
        hanging.hang(db, actor, ref, ready, getattr(data, ALTS[name]).strip(), comment=comment)
    return comment, unseen


def answered(db: Session, actor: Actor, form: Form[CommentForm], ref: str) -> Node | None:
    parent = int_or_none(str(form.value("parent")))
    comment = db.get(Comment, parent) if parent else None
    return queries.one(db, actor, comment) if comment and comment.about == ref else None


def said(words: str, unseen: Sequence[str]) -> str:
    if not unseen:
        return words
    names = ", ".join(f"@{label}" for label in unseen)
    return f"{words} {names} cannot see this page, and {'was' if len(unseen) == 1 else 'were'} not told."


def place(db: Session, thing: Found, comment: Comment) -> str:
    """Where a comment is read: on its thing's page, or further on in the talk."""
    db.flush()
    start = queries.page_start(db, comment)
    if start:
        return f"/talk/{thing.ref}?talk={start}#c{comment.id}"
    return f"{thing.address if shows_talk(thing) else f'/talk/{thing.ref}'}#c{comment.id}"


def shows_talk(thing: Found) -> bool:
    """Whether the thing's own page has its talk on it."""
    return thing.ref.partition(":")[0] in ("idea", "process", "pilot")


def int_or_none(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None
