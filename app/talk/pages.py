"""`/talk/{ref}`: the talk about anything that has a ref, such as `/talk/idea:7`.

`POST /talk/{ref}` says something (words, parent, official); `/talk/{ref}/answers/{id}` is the form for an answer;
`POST /talk/{ref}/follow` with value=on or off; `/talk/comments/{id}/edit` and `POST /talk/comments/{id}/withdraw`.
"""

from sqlalchemy.orm import Session

from app import web
from app.changes import counts
from app.db import Db
from app.errors import Missing, Refused
from app.once import once
from app.people.actor import Actor, Visitor
from app.refs import Found, registry
from app.talk import actions, queries
from app.talk.models import Comment, CommentForm, EditForm, FollowForm
from app.talk.rules import may_edit
from app.talk.section import Talk, key, talk_of
from app.web import Form, Request, Response, ThingId, Typed, blank, fill, page, see, unchanged

routes = web.router()


@routes.get("/talk/comments/{id}/edit")
def edit(request: Request, db: Db, actor: Visitor, id: ThingId) -> Response:
    comment, thing = own(db, actor, id)
    form = blank(EditForm, words=comment.words)
    return page(request, "talk/edit.html", comment=comment, thing=thing, form=form, late=False)


@routes.post("/talk/comments/{id}/edit")
def change(request: Request, db: Db, actor: Visitor, id: ThingId, fields: Typed) -> Response:
    comment, thing = own(db, actor, id)
    form = fill(EditForm, fields)
    late = form.filled is not None and form.filled.version != comment.version
    if late or not form:
        status = 409 if late else 422
        return page(request, "talk/edit.html", status=status, comment=comment, thing=thing, form=form, late=late)
    actions.change(db, actor, comment, form.data)
    return see(request, place(db, thing, comment), "Changed.")


@routes.post("/talk/comments/{id}/withdraw")
def withdraw(request: Request, db: Db, actor: Visitor, id: ThingId) -> Response:
    comment, thing = queries.find(db, actor, id)
    actions.withdraw(db, actor, comment)
    return see(request, place(db, thing, comment), "Taken back.")


@routes.get("/talk/{ref}")
def show(request: Request, db: Db, actor: Visitor, ref: str) -> Response:
    changes = counts(db, "talk", "people", "ideas", "processes", "pilots")
    if kept := unchanged(request, actor.rights, changes):
        return kept
    thing = registry(db).one(db, actor, ref)
    after = int_or_none(request.query_params.get("talk", ""))
    return page(
        request, "talk/show.html", thing=thing, talk=talk_of(request, db, actor, ref, after, changes=changes[0])
    )


@routes.get("/talk/{ref}/answers/{id}")
def answer(request: Request, db: Db, actor: Visitor, ref: str, id: ThingId) -> Response:
    comment, thing = answered(db, actor, ref, id)
    talk = talk_of(request, db, actor, ref, total=0)
    return page(request, "talk/answer.html", thing=thing, talk=talk, node=queries.one(db, actor, comment))


@routes.post("/talk/{ref}/follow")
def follow(request: Request, db: Db, actor: Visitor, ref: str, fields: Typed) -> Response:
    thing = registry(db).one(db, actor, ref)
    form = fill(FollowForm, fields)
    on = bool(form) and form.data.value == "on"
    actions.follow(db, actor, ref, on=on)
    return see(request, f"{thing.address}#talk", "You follow this." if on else "You follow this no longer.")


@routes.post("/talk/{ref}")
def say(request: Request, db: Db, actor: Visitor, ref: str, fields: Typed) -> Response:
    thing = registry(db).one(db, actor, ref)
    form = fill(CommentForm, fields)
    if not form:
        return again(request, db, actor, thing, form)
    once_ = once(db, request, actor.id, fields)
    if once_.done:
        return once_.done
    said = actions.say(db, actor, ref, form.data.words, form.data.parent, official=form.data.official is not None)
    return once_.see(place(db, thing, said), "Said.")


def again(request: Request, db: Session, actor: Actor, thing: Found, form: Form[CommentForm]) -> Response:
    """The form as it was filled in, with what is wrong, and what it answers."""
    known = talk_of(request, db, actor, thing.ref, total=0)
    parent = int_or_none(str(form.value("parent")))
    comment = db.get(Comment, parent) if parent else None
    node = queries.one(db, actor, comment) if comment and comment.about == thing.ref else None
    form.key = key(thing.ref, counts(db, "talk")[0])
    talk = Talk(known.thread, known.html, known.follows, known.official, form)
    return page(request, "talk/answer.html", status=422, thing=thing, talk=talk, node=node)


def answered(db: Session, actor: Actor, ref: str, id: int) -> tuple[Comment, Found]:
    comment, thing = queries.find(db, actor, id)
    if comment.about != ref:
        raise Missing()
    return comment, thing


def own(db: Session, actor: Actor, id: int) -> tuple[Comment, Found]:
    comment, thing = queries.find(db, actor, id)
    if not may_edit(actor, comment):
        raise Refused("Only who wrote this can change it.")
    return comment, thing


def place(db: Session, thing: Found, comment: Comment) -> str:
    """Where a comment is read: on its thing's page, or further on in the talk."""
    db.flush()
    start = queries.page_start(db, comment)
    here = f"/talk/{thing.ref}?talk={start}" if start else thing.address
    return f"{here}#c{comment.id}"


def int_or_none(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None
