"""Naming people: an at sign and a name, or "tell somebody". Who is meant is settled when the comment is kept.

Whether somebody stands behind a thing that is blind for the writer makes no difference here: else a reviewer could
try one name after the other. What a reader may learn from a mention is settled when it is read.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.people.actor import Actor, find_actor
from app.people.models import Kind, Person
from app.record.actions import write
from app.refs import registry
from app.talk.models import Comment, Mention, Wording

MOST = 10
AT = re.compile(r"(?<![\w@/.])@(?=\w)")
QUOTED = re.compile(r"^ {0,3}>")
HIDDEN = "a colleague"


@dataclass(frozen=True)
class Someone:
    id: int
    name: str
    email: str


@dataclass
class Named:
    """Whom a text names: by the label that stands there; what is not clear; and who is named outside of quotes."""

    labels: dict[int, str] = field(default_factory=dict)
    unclear: list[str] = field(default_factory=list)
    addressed: set[int] = field(default_factory=set)


def namesakes(db: Session, first: str) -> list[Someone]:
    """People of this house whose name begins with this word. SQLite folds only Latin letters without marks."""
    forms = {first, first.lower(), first.capitalize(), first.upper()}
    begins = or_(*(col(Person.name).startswith(form, autoescape=True) for form in forms))
    here = (col(Person.disabled_at).is_(None), col(Person.erased_at).is_(None), col(Person.kind) != Kind.IMPORTED)
    query = select(col(Person.id), col(Person.name), col(Person.email)).where(begins, *here)
    rows = db.execute(query.order_by(col(Person.name), col(Person.id)).limit(200))
    found = [Someone(id, name, email or "") for id, name, email in rows]
    return [one for one in found if (one.name.split() or [""])[0].casefold() == first.casefold()]


def offered(db: Session, first: str) -> list[Someone]:
    """Colleagues whose name begins with these letters, to choose from."""
    if not first:
        return []
    forms = {first, first.lower(), first.capitalize(), first.upper()}
    begins = or_(*(col(Person.name).startswith(form, autoescape=True) for form in forms))
    here = (col(Person.disabled_at).is_(None), col(Person.erased_at).is_(None), col(Person.kind) == Kind.EMPLOYEE)
    query = select(col(Person.id), col(Person.name), col(Person.email)).where(begins, *here)
    rows = db.execute(query.order_by(col(Person.name), col(Person.id)).limit(50))
    return [Someone(id, name, email or "") for id, name, email in rows]


def begins_with(text: str, name: str) -> bool:
    """The text begins with this whole name, and not with a longer word."""
    if text[: len(name)].casefold() != name.casefold():
        return False
    return not text[len(name) : len(name) + 1].isalnum()


def fitting(people: Sequence[Someone], text: str) -> tuple[list[Someone], str]:
    """Whom the text after an at sign can mean, and what of it is their name: whole names first, the longest of them."""
    whole = [one for one in people if begins_with(text, one.name)]
    if whole:
        longest = max(len(one.name) for one in whole)
        return [one for one in whole if len(one.name) == longest], text[:longest]
    return list(people), re.match(r"\w[\w'’-]*", text)[0] if people else ""  # type: ignore[index]


def settle(db: Session, words: str, tell: str = "", known: Iterable[tuple[int, str]] = ()) -> Named:
    """Read a text for whom it names. known: whom it named before it was changed, who stay who they were."""
    named = Named()
    by_label = {label.casefold(): id for id, label in known}
    chosen = told(db, tell, named)
    for line in words.split("\n"):
        quoted = QUOTED.match(line) is not None
        for found in list(AT.finditer(line))[: MOST * 2]:
            if len(named.labels) < MOST:
                settle_one(db, line[found.end() :], quoted, named, by_label, chosen)
    return named


def settle_one(
    db: Session, text: str, quoted: bool, named: Named, by_label: dict[str, int], chosen: Someone | None
) -> None:
    first = re.match(r"\w[\w'’-]*", text)
    people = namesakes(db, first[0]) if first else []
    meant, label = fitting(people, text)
    if len(meant) > 1 and quoted:
        named.labels.update({one.id: label for one in meant[:MOST]} | named.labels)
    if len(meant) > 1:
        meant = [one for one in meant if one.id in (chosen.id if chosen else 0, by_label.get(label.casefold(), 0))]
        if not meant and not quoted:
            named.unclear.append(in_words(label, fitting(people, text)[0]))
    if len(meant) == 1 and text[: len(label)]:
        named.labels.setdefault(meant[0].id, label)
        if not quoted:
            named.addressed.add(meant[0].id)


def in_words(label: str, people: Sequence[Someone]) -> str:
    names = [f"{one.name}{f' ({one.email})' if sum(o.name == one.name for o in people) > 1 else ''}" for one in people]
    return (
        f"@{label} can be {', '.join(names[:4])}{' and others' if len(names) > 4 else ''}. "
        "Write the whole name, or choose who it is under “Tell somebody”."
    )


def told(db: Session, tell: str, named: Named) -> Someone | None:
    """The one named in the field beside the text: by a name, or by a name and an address after a comma."""
    if not tell.strip():
        return None
    name, _, address = (part.strip() for part in tell.strip().removeprefix("@").partition(","))
    people = namesakes(db, (name.split() or [""])[0])
    meant = [one for one in people if one.name.casefold() == name.casefold()] or people
    if address:
        meant = [one for one in meant if one.email == address.casefold()]
    if len(meant) != 1:
        named.unclear.append(in_words(name, meant) if meant else f"Nobody here is called “{name}”.")
        return None
    named.labels[meant[0].id] = meant[0].name
    named.addressed.add(meant[0].id)
    return meant[0]


def with_told(words: str, named: Named) -> str:
    """Whoever was chosen beside the text stands in it, at its beginning, so that everybody reads who is meant."""
    first = next(iter(named.labels.items()), None)
    if first is None or re.search(rf"@{re.escape(first[1])}(?!\w)", words, re.IGNORECASE):
        return words
    return f"@{first[1]} {words}"


def keep(db: Session, actor: Actor, comment: Comment, named: Named) -> list[str]:
    """Keep whom it names, and tell those who see the thing, once each. The names of those who do not see it.

    Whom it named before it was changed stays kept: what it said before is still read, and read blind by some.
    """
    known = {row.person_id: row for row in of(db, [comment.id])}
    unseen = []
    for person_id, label in named.labels.items():
        if row := known.get(person_id):
            row.label = max(row.label, label, key=len)
        elif not registry(db).find(db, find_actor(db, person_id), [comment.about]):
            unseen.append(label)
        else:
            known[person_id] = Mention(comment_id=comment.id, person_id=person_id, label=label)
            db.add(known[person_id])
            if person_id in named.addressed and person_id != actor.id:
                figures = {"person": person_id, "comment": comment.id}
                write(db, actor.id, "mention", comment.about, figures=figures)
    db.flush()
    comment.mentions = len(known)
    return unseen


def of(db: Session, ids: Sequence[int]) -> Sequence[Mention]:
    return db.scalars(select(Mention).where(col(Mention.comment_id).in_(ids))).all()


def labels_of(db: Session, ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """What stands after the at signs of each comment, the longest first, so that no name is taken for a part of it."""
    found: dict[int, list[str]] = {}
    for row in of(db, ids):
        found.setdefault(row.comment_id, []).append(row.label)
    return {id: tuple(sorted(labels, key=lambda one: (-len(one), one))) for id, labels in found.items()}


def hide_names(words: str, labels: Iterable[str]) -> str:
    """The text for a reader who may not learn who stands behind the thing: of no mention it says whose it is."""
    forms = {form for label in labels for form in (label, label.split()[0])}
    for form in sorted(forms, key=len, reverse=True):
        words = re.sub(rf"@{re.escape(form)}(?!\w)", f"@{HIDDEN}", words, flags=re.IGNORECASE)
    return words


def forget(db: Session, person_id: int, name: str) -> None:
    """Whoever is erased is named nowhere: their label goes out of what others said."""
    for row in db.scalars(select(Mention).where(col(Mention.person_id) == person_id)).all():
        comment = db.get_one(Comment, row.comment_id)
        before = db.scalars(select(Wording).where(col(Wording.comment_id) == comment.id))
        for said in (comment, *before):
            said.words = re.sub(rf"@{re.escape(row.label)}(?!\w)", f"@{name}", said.words)
        comment.mentions -= 1
        db.delete(row)
