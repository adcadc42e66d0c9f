"""Who is late in a round, reminded together; and one member's day put off alone.

To whom names are hidden nobody's lateness depends on who wrote an idea: an author counts like everybody else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import today
from app.errors import Invalid, Stale
from app.people.actor import Actor
from app.record.actions import write
from app.review.asked import Asked, asks, begun_in, of_round
from app.review.conflicts import concerned
from app.review.models import Reviewer, ReviewStage, Round, RoundIdea, RoundStage
from app.review.rules import names_hidden
from app.review.standing import lines


@dataclass(frozen=True)
class Late:
    """A reviewer whose day has passed, and of how many ideas a review is missing."""

    id: int
    name: str
    missing: int
    reminded: bool  # today


def late(db: Session, actor: Actor, round_: Round, people: Sequence[Asked] | None = None) -> list[Late]:
    """By name. Five statements at most, however many ideas and reviews.

    people: the round's reviewers, where they are at hand: then no statement while nobody's day has passed.
    """
    day = today(db.info["settings"].time_zone)
    people = of_round(db, round_.id) if people is None else people
    if round_.stage is not RoundStage.OPEN or not any((one.due or round_.due) < day for one in people):
        return []
    query = select(col(RoundIdea.idea_id)).where(col(RoundIdea.round_id) == round_.id, col(RoundIdea.live).is_(True))
    ideas = list(db.scalars(query))
    written, known = lines(db, round_.id), concerned(db, ideas)
    submitted = {(one.idea_id, one.reviewer_id) for one in written if one.stage is ReviewStage.SUBMITTED}
    left_out = known.declared if names_hidden(actor, round_) else known.declared | known.own
    missing: dict[int, int] = {}
    begun = begun_in(written)
    for idea in ideas:
        for one in asks(people, begun, idea):
            if (idea, one.id) not in submitted and (idea, one.id) not in left_out and (one.due or round_.due) < day:
                missing[one.id] = missing.get(one.id, 0) + 1
    told = (col(Reviewer.round_id) == round_.id, col(Reviewer.reminded_on) == day)
    reminded = set(db.scalars(select(col(Reviewer.person_id)).where(*told))) if missing else set()
    return [Late(one.id, one.name, missing[one.id], one.id in reminded) for one in people if one.id in missing]


def remind(db: Session, actor: Actor, round_: Round) -> int:
    """All who are late, once a day each; one entry of the record, from which each is told. How many were reminded."""
    must_be_open(round_)
    day = today(db.info["settings"].time_zone)
    people = sorted(one.id for one in late(db, actor, round_) if not one.reminded)
    if not people:
        raise Stale("Nobody is late, or all of them were reminded today already.")
    here = (col(Reviewer.round_id) == round_.id, col(Reviewer.person_id).in_(people))
    db.execute(update(Reviewer).where(*here).values(reminded_on=day).execution_options(synchronize_session=False))
    write(db, actor.id, "remind_late", round_.ref, figures={"people": people})
    return len(people)


def extend(db: Session, actor: Actor, round_: Round, person_id: int, due: date) -> None:
    """One member alone has until another day; they are told."""
    must_be_open(round_)
    if due < today(db.info["settings"].time_zone):
        raise Invalid("Choose a day that is still to come.")
    at = (col(Reviewer.round_id) == round_.id, col(Reviewer.person_id) == person_id)
    row = db.scalars(select(Reviewer).where(*at)).first()
    if row is None:
        raise Invalid("Choose one of this round’s reviewers.")
    before = row.due or round_.due
    row.due, row.reminded_on = due, None
    figures = {"person": person_id, "due": [before.isoformat(), due.isoformat()]}
    write(db, actor.id, "extend", round_.ref, figures=figures)


def must_be_open(round_: Round) -> None:
    if round_.stage is not RoundStage.OPEN:
        raise Stale(f"This round is {round_.stage.value}. Nobody is asked to review in it.")
