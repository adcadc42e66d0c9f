"""`/search?q=`: everything that I may see. `/search/saved`: a search is kept there, and let go."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy.orm import Session

from app import web
from app.changes import counts
from app.db import Db
from app.ideas.listing import Count
from app.once import new_key, once
from app.people.actor import Actor, Visitor
from app.refs import Found
from app.search import queries
from app.search.asking import Asked, Operator, Sort, read
from app.search.models import SaveForm
from app.search.queries import NAMES_OF_KINDS, SIZE, Ordered
from app.search.saved import delete, save, saved_by
from app.talk.queries import find, page_start
from app.web import Form, Request, Response, ThingId, Typed, blank, fill, page, see, unchanged

routes = web.router()
SHOWN = ("people", "processes", "ideas", "pilots", "voice", "talk", "diagnosis", "search")
# What can be typed, an example, and what it finds.
OPERATORS = (
    ("bag drop", "bag drop", "Both words, in any order. The last may be the beginning of a longer one."),
    ('"bag drop"', '"bag drop"', "The words as they stand, one after the other."),
    ("signs -lounge", "signs -lounge", "With the first word and without the second."),
    ("queu*", "queu*", "Words that begin so."),
    ("author:amal", "author:amal", "Ideas and comments of people with this name, where you may know who wrote them."),
    ("process:screening", "process:screening", "What belongs to a process with this name."),
    ("stage:submitted", "stage:submitted", "Ideas and pilots that stand there."),
    ("is:mine", "is:mine", "What you wrote, lead, own or keep, and what your teams do."),
    ("is:open", "is:open", "What is still going on."),
    (
        "kind:idea",
        "kind:comment",
        "One kind of thing: idea, comment, file, process, pilot, team, person, touchpoint, source.",
    ),
)


@dataclass(frozen=True)
class Choice:
    """One line of a facet: its words, how many, where it leads, and whether it is chosen."""

    words: str
    count: Count
    href: str
    chosen: bool = False


@routes.get("/search")
def search(request: Request, db: Db, actor: Visitor) -> Response:
    asked = read(request.query_params)
    if kept := unchanged(request, actor.rights, actor.teams, actor.department_id, counts(db, *SHOWN)):
        return kept
    return search_page(request, db, actor, asked, blank(SaveForm, key=key_of(db, asked), q=asked.q, name=""))


def key_of(db: Session, asked: Asked) -> str:
    """The same for one search and one state of what is kept: the page can be kept, and a second press is seen."""
    return f"{counts(db, 'search')[0]}-{sha256(asked.q.encode('utf-8', 'replace')).hexdigest()[:16]}"


def search_page(
    request: Request, db: Session, actor: Actor, asked: Asked, form: Form[SaveForm], status: int = 200
) -> Response:
    root = request.app.state.settings.root
    told = queries.search(db, actor, asked) if asked.any else None
    shown = told.order[asked.begin : asked.begin + SIZE] if told else ()
    further = told is not None and len(told.order) > asked.begin + SIZE
    return page(
        request,
        "search/index.html",
        status=status,
        asked=asked,
        told=told,
        hits=queries.hits(db, actor, asked, shown) if shown else [],
        answer=in_a_sentence(asked, told),
        chosen=[(in_words(one), root + read({"q": asked.minus(one)}).href()) for one in asked.operators],
        kinds=kinds(root, asked, told) if told else [],
        facets=facets(db, actor, root, asked, told) if told else [],
        orders=orders(root, asked) if told and told.order else [],
        customers_href=customers_href(db, actor, root, asked),
        next_href=root + asked.href(after=asked.begin + SIZE) if further else None,
        from_start=root + asked.href() if asked.begin else None,
        ends=told is not None and not further and told.number.number > len(told.order),
        saved=[(one, root + read({"q": one.q}).href()) for one in saved_by(db, actor)],
        form=form,
        operators=[(root + f"/search?{query(example)}", typed, means) for typed, example, means in OPERATORS],
    )


def query(words: str) -> str:
    return Asked(q=words).href("").removeprefix("?")


def in_a_sentence(asked: Asked, told: Ordered | None) -> str:
    if told is None:
        return "Nothing to look for stands there: it takes a letter or a digit." if asked.q else ""
    if not told.number.number:
        return "Nothing that you may see fits."
    few = told.number.number == 1 and not told.number.more
    return (
        f"{told.number.words} {'thing fits' if few else 'things fit'}{', the newest first' if newest(asked) else ''}."
    )


def newest(asked: Asked) -> bool:
    return asked.sort is Sort.NEWEST


def in_words(one: Operator) -> str:
    match one.key:
        case "kind":
            return NAMES_OF_KINDS[one.value][1]
        case "is":
            return {"mine": "Mine", "open": "Still going on"}[one.value]
        case _:
            return f"{one.key.capitalize()}: {one.value}"


def orders(root: str, asked: Asked) -> list[tuple[str, str, bool]]:
    """Words, address, whether it is this one. Without words there is nothing to fit best."""
    if not asked.words:
        return []
    best = root + asked.href(sort="", after="")
    return [
        ("Best fit first", best, not newest(asked)),
        ("Newest first", root + asked.href(sort="newest"), newest(asked)),
    ]


def kinds(root: str, asked: Asked, told: Ordered) -> list[Choice]:
    chosen = asked.values("kind")
    bare = " ".join(
        part for part in asked.parts if part not in {one.typed for one in asked.operators if one.key == "kind"}
    )
    whole = read({"q": bare, "sort": asked.sort.value})
    found = [
        Choice(NAMES_OF_KINDS[name][1], count, root + read({"q": whole.plus("kind", name)}).href(), name in chosen)
        for name, count in told.kinds
    ]
    return [Choice("All", told.all, root + whole.href(), not chosen), *found] if len(found) > 1 or chosen else []


def facets(db: Session, actor: Actor, root: str, asked: Asked, told: Ordered) -> list[tuple[str, Sequence[Choice]]]:
    """What can be narrowed further, with how many that leaves."""
    names = queries.process_names(db, actor)

    def choice(key: str, value: str, words: str, count: Count) -> Choice:
        return Choice(words, count, root + read({"q": asked.plus(key, value), "sort": asked.sort.value}).href())

    processes = [choice("process", names[one], names[one], count) for one, count in told.processes if one in names]
    stages = [choice("stage", one, one.capitalize(), count) for one, count in told.stages]
    offered = (("process", "By process", processes), ("stage", "By stage", stages))
    return [(title, lines) for key, title, lines in offered if len(lines) > 1 and not asked.values(key)]


def customers_href(db: Session, actor: Actor, root: str, asked: Asked) -> str | None:
    if not queries.customers_write(db, actor, asked):
        return None
    return root + Asked(q=asked.words).href("/voice/comments")


@routes.post("/search/saved")
def keep(request: Request, db: Db, actor: Visitor, fields: Typed) -> Response:
    form = fill(SaveForm, fields)
    asked = read({"q": fields.get("q")})
    if form:
        once_ = once(db, request, actor.id, fields)
        if once_.done:
            return once_.done
        if wrong := save(db, actor, form.data):
            form.refuse("name", wrong)
        else:
            return once_.see(asked.href(), f"Kept as “{form.data.name}”.")
    form.key = new_key()
    return search_page(request, db, actor, asked, form, 422)


@routes.post("/search/saved/{id}/delete")
def let_go(request: Request, db: Db, actor: Visitor, id: ThingId) -> Response:
    delete(db, actor, id)
    return see(request, "/search", "Deleted.")


@routes.get("/search/comments/{id}")
def comment(request: Request, db: Db, actor: Visitor, id: ThingId) -> Response:
    """To where a comment is read: on its thing's page, or further on in the talk."""
    said, thing = find(db, actor, id)
    return see(request, place(db, thing, said))


def place(db: Session, thing: Found, said: Any) -> str:
    start = page_start(db, said)
    here = f"/talk/{thing.ref}?talk={start}" if start else thing.address
    return f"{here}#c{said.id}"
