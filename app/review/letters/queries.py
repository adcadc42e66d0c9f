"""Reading letters: templates, which remarks go into one, how one reads, and what was sent."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.ideas.models import Author, Idea, Revision
from app.ideas.queries import veiled_from
from app.people.actor import Actor
from app.people.models import Committee, Kind, Membership, Person
from app.refs import Kind as Thing
from app.review.conflicts import concerned, unconcerned
from app.review.letters.models import Draft, Sent, SentTo, Template
from app.review.letters.rules import NAMED, NEXT, PRESET, filled, one_line, plain, quoted
from app.review.models import Condition, Decision, Review, ReviewStage, Round, Verdict
from app.review.rounds import visible_to as rounds_visible_to
from app.review.rules import VERDICT_DONE
from app.web.rendering import day_words


@dataclass(frozen=True)
class Words:
    """A template as it stands. version 0: the preset."""

    verdict: Verdict
    subject: str
    body: str
    version: int = 0


def templates(db: Session, committee_id: int) -> dict[Verdict, Words]:
    rows = db.scalars(select(Template).where(col(Template.committee_id) == committee_id))
    own = {row.verdict: Words(row.verdict, row.subject, row.body, row.version) for row in rows}
    return {verdict: own.get(verdict, Words(verdict, *preset)) for verdict, preset in PRESET.items()}


@dataclass(frozen=True)
class Remark:
    """What one reviewer says to the authors. `name` is empty unless the round tells authors who reviewed; `review` is
    known to the form alone, in no order that tells."""

    review: int
    words: str
    person: int
    name: str
    taken: bool


def remarks(db: Session, round_: Round, idea_id: int) -> list[Remark]:
    """Of submitted reviews of those without a conflict, by their words or, where names are told, by name: in neither
    order does it show who came first. Two statements."""
    here = and_(col(Draft.round_id) == col(Review.round_id), col(Draft.idea_id) == col(Review.idea_id))
    query = (
        select(*(col(Review.id), col(Review.to_authors), col(Person.id), col(Person.name), col(Draft.left_out)))
        .join(Person, col(Person.id) == col(Review.reviewer_id))
        .outerjoin(Draft, here)
        .where(
            col(Review.round_id) == round_.id,
            col(Review.idea_id) == idea_id,
            col(Review.stage) == ReviewStage.SUBMITTED,
            col(Review.to_authors) != "",
        )
    )
    rows = db.execute(query).all()
    known = concerned(db, [idea_id]) if rows else None
    told = round_.names_to_authors
    found = [
        Remark(review, words, person, name if told else "", review not in json.loads(left_out or "[]"))
        for review, words, person, name, left_out in rows
        if known and not known.has(idea_id, person)
    ]
    return sorted(found, key=lambda one: (one.name, one.words, one.review))


def taken(db: Session, round_: Round, idea_id: int) -> tuple[Remark, ...]:
    """The remarks that the authors of an idea read."""
    return tuple(one for one in remarks(db, round_, idea_id) if one.taken)


def draft_version(db: Session, round_id: int, idea_id: int) -> int:
    found = db.get(Draft, (round_id, idea_id))
    return found.version if found else 0


@dataclass(frozen=True)
class Composed:
    """As it is kept, or as it is read. `sent_at`: None before it goes."""

    subject: str
    body: str
    sent_at: datetime | None = None


def read(db: Session, letter: Sent | Composed) -> Composed:
    """With the names of reviewers that it tells, as they are called now."""
    ids = {int(person) for person in NAMED.findall(letter.subject + letter.body)}
    query = select(col(Person.id), col(Person.name)).where(col(Person.id).in_(ids))
    names: dict[int, str] = dict(db.execute(query).all()) if ids else {}
    subject, body = (
        NAMED.sub(lambda mark: names.get(int(mark[1]), ""), words) for words in (letter.subject, letter.body)
    )
    return Composed(subject, body, letter.sent_at)


def compose(db: Session, round_: Round, made: Decision, words: Words | None = None) -> Composed:
    """The letter of one decision, to "the authors". It names nobody but, where the round says so, reviewers."""
    words = words or templates(db, round_.committee_id)[made.verdict]
    values = values_of(db, round_, made)
    return Composed(one_line(words.subject, values), filled(words.body, values))


def values_of(db: Session, round_: Round, made: Decision) -> dict[str, str]:
    day = made.due or made.defer_to
    conditions = db.scalars(
        select(Condition).where(col(Condition.decision_id) == made.id).order_by(col(Condition.place))
    )
    said = taken(db, round_, made.idea_id)
    typed = {
        "title": title_of(db, made),
        "verdict": VERDICT_DONE[made.verdict],
        "reason": made.reason.strip(),
        "conditions": "\n".join(f"- {one.words}{by(one)}" for one in conditions),
        "day": day_words(day) if day else "",
        "next": NEXT[made.verdict],
        "round": round_.name,
        "committee": db.get_one(Committee, round_.committee_id).name,
    }
    quotes = "\n\n".join(quoted(one.words, one.person if one.name else None) for one in said)
    return {name: plain(words) for name, words in typed.items()} | {"remarks": quotes}


def by(one: Condition) -> str:
    return f" (by {day_words(one.due)})" if one.due else ""


def title_of(db: Session, made: Decision) -> str:
    here = (col(Revision.idea_id) == made.idea_id, col(Revision.number) == made.revision)
    return db.scalar(select(col(Revision.title)).where(*here)) or db.get_one(Idea, made.idea_id).title


def recipients(db: Session, idea: Idea) -> list[tuple[int, bool]]:
    """Its authors and who is in the team that wrote it, each once, and whether they have an address."""
    team = select(col(Membership.person_id)).where(
        col(Membership.team_id) == idea.team_id, col(Membership.until).is_(None)
    )
    wrote = select(col(Author.person_id)).where(col(Author.idea_id) == idea.id)
    able = (col(Person.kind) != Kind.IMPORTED, col(Person.disabled_at).is_(None), col(Person.erased_at).is_(None))
    people = wrote.union(team) if idea.team_id is not None else wrote
    query = select(col(Person.id), col(Person.email)).where(col(Person.id).in_(people), *able).order_by(col(Person.id))
    return [(person, bool(email)) for person, email in db.execute(query)]


@dataclass(frozen=True)
class Row:
    """A decided idea in the list of a round's letters."""

    idea_id: int
    title: str
    decision: int
    verdict: Verdict
    sent: Sent | None
    readers: int
    mails: int
    veiled: bool  # how many read it would tell of who wrote it


def listed(db: Session, actor: Actor, round_: Round, titles: dict[int, str]) -> Sequence[Row]:
    """The decisions that hold, of these ideas. One statement."""
    to = select(func.count()).where(col(SentTo.letter_id) == col(Sent.id)).correlate(Sent)
    query: Any = (
        select(
            *(Decision, Sent, to.scalar_subquery(), to.where(col(SentTo.mailed).is_(True)).scalar_subquery()),
            veiled_from(actor, col(Decision.idea_id)),
        )
        .outerjoin(Sent, col(Sent.decision_id) == col(Decision.id))
        .where(
            col(Decision.round_id) == round_.id,
            col(Decision.superseded_by).is_(None),
            col(Decision.idea_id).in_(titles),
        )
        .order_by(col(Decision.idea_id))
    )
    return [
        Row(made.idea_id, titles[made.idea_id], made.id, made.verdict, sent, readers or 0, mails or 0, bool(veiled))
        for made, sent, readers, mails, veiled in db.execute(query)
    ]


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Sent letters, as things of the record: to who sees the round and has no conflict. Authors read theirs beside
    their idea."""
    seen = select(col(Round.id)).where(rounds_visible_to(actor))
    return col(Sent.round_id).in_(seen) & unconcerned(actor, col(Sent.idea_id))


def templates_visible_to(actor: Actor) -> ColumnElement[bool]:
    return col(Template.committee_id).in_(list(actor.seats))


kinds = [
    Thing(
        "letter",
        Sent,
        visible_to,
        select(col(Idea.title)).where(col(Idea.id) == col(Sent.idea_id)).scalar_subquery(),
        lambda number: f"/review/rounds/{number}/letters",
        parent=col(Sent.round_id),
    ),
    Thing("letter_template", Template, templates_visible_to, col(Template.subject), lambda _: "/review/letters"),
]
