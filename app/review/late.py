"""Who is late in a round, reminded together; and one member's day put off alone.

To whom names are hidden nobody's lateness depends on who wrote an idea: an author counts like everybody else.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import today
from app.errors import Invalid, Stale
from app.people.actor import Actor
from app.record.actions import write
from app.review.conflicts import concerned
from app.review.duty import Duties, duties
from app.review.models import Reviewer, ReviewStage, Round, RoundIdea, RoundStage
from app.review.rules import names_hidden
from app.review.standing import lines


@dataclass(frozen=True)
class Late:
    """A reviewer whose day has passed, and of how many ideas a review is missing; None where that is not told: of ideas
    that are given out in a blind round, since who has one cannot have written it."""

    id: int
    name: str
    missing: int | None
    reminded: bool  # today


def late(db: Session, actor: Actor, round_: Round, all_duties: Duties | None = None) -> list[Late]:
    """By name. Six statements at most, however many ideas and reviews.

    all_duties: where they are at hand; then no statement while nobody's day has passed.
    """
    day = today(db.info["settings"].time_zone)
    all_duties = duties(db, round_) if all_duties is None else all_duties
    over = {one.id for one in all_duties.people if (one.due or round_.due) < day}
    if round_.stage is not RoundStage.OPEN or not over:
        return []
    hidden = names_hidden(actor, round_)
    missing = lacking(db, round_, all_duties, over, hidden=hidden)
    told = (col(Reviewer.round_id) == round_.id, col(Reviewer.reminded_on) == day)
    reminded = set(db.scalars(select(col(Reviewer.person_id)).where(*told))) if missing else set()
    counted = not (hidden and round_.assigned)
    return [
        Late(one.id, one.name, missing[one.id] if counted else None, one.id in reminded)
        for one in all_duties.people
        if one.id in missing
    ]


def lacking(db: Session, round_: Round, all_duties: Duties, over: Collection[int], *, hidden: bool) -> Counter[int]:
    """How many reviews these people owe, as far as the reader may know who is excused."""
    query = select(col(RoundIdea.idea_id)).where(col(RoundIdea.round_id) == round_.id, col(RoundIdea.live).is_(True))
    ideas = list(db.scalars(query))
    excused = concerned(db, ideas).told(hidden=hidden)
    written = lines(db, round_.id)
    done = {(one.idea_id, one.reviewer_id) for one in written if one.stage is ReviewStage.SUBMITTED}
    return Counter(
        one.id
        for idea in ideas
        for one in all_duties.of(idea)
        if one.id in over and (idea, one.id) not in done and (idea, one.id) not in excused
    )


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
