"""Rounds, pilots and what belongs to them, as the home page, notices and the leaders' page meet them."""

from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session as Db

from app.columns import today
from app.ideas.models import Idea, Revision, Veil
from app.people.models import Committee, Person
from app.pilots.models import Keeper, Pilot, Step, StepStage
from app.record.actions import write
from app.record.models import Entry
from app.review.models import Criterion, Reviewer, Round, RoundIdea, RoundStage, Scorecard
from app.talk.models import Follow
from tests.makers import numbers, put


def follow(db: Db, person: Person, thing: Any) -> Follow:
    made: Follow = put(db, Follow(person_id=person.id, about=thing.ref))
    return made


def told(
    db: Db, actor: Person | None, move: str, thing: Any, before: str = "", after: str = "", why: str = ""
) -> Entry:
    """An entry of the record, as a move writes it."""
    words = {"reason": why} if why else None
    return write(db, actor.id if actor else None, move, thing.ref, before=before, after=after, words=words)


def a_scorecard(db: Db, committee: Committee, criteria: int = 5) -> Scorecard:
    card: Scorecard = put(db, Scorecard(committee_id=committee.id, name="Scorecard", number=next(numbers)))
    for place in range(criteria):
        put(db, Criterion(scorecard_id=card.id, place=place, name=f"Criterion {place}", weight=1, levels="[]"))
    return card


def a_round(
    db: Db, committee: Committee, chair: Person, ideas: tuple[Idea, ...], reviewers: tuple[Person, ...], **over: Any
) -> Round:
    """Open and blind, due in four days, each reviewer veiled."""
    fields = {"name": "Autumn", "stage": RoundStage.OPEN, "due": today() + timedelta(days=4), "blind": True} | over
    card = a_scorecard(db, committee)
    round_: Round = put(db, Round(committee_id=committee.id, scorecard_id=card.id, made_by=chair.id, **fields))
    for idea in ideas:
        revision = db.query(Revision).filter_by(idea_id=idea.id).one()
        put(db, RoundIdea(round_id=round_.id, idea_id=idea.id, revision_id=revision.id))
    for person in reviewers:
        put(db, Reviewer(round_id=round_.id, person_id=person.id))
        for idea in ideas if round_.blind else ():
            put(db, Veil(person_id=person.id, idea_id=idea.id, round_id=round_.id))
    return round_


def a_pilot(db: Db, idea: Idea, lead: Person, *keepers: Person, **over: Any) -> Pilot:
    """On the step that `step` says (1), whose gate is due in eight days; the keepers keep every gate."""
    fields = {"name": idea.title, "process_id": idea.process_id, "committee_id": idea.committee_id} | over
    due = fields.pop("due", today() + timedelta(days=8))
    asked = fields.pop("asked", False)
    pilot: Pilot = put(db, Pilot(idea_id=idea.id, lead_id=lead.id, **fields))
    for number in range(1, 7):
        passed = number < pilot.step
        stage = StepStage.PASSED if passed else StepStage.AHEAD
        if number == pilot.step:
            stage = StepStage.ASKED if asked else StepStage.OPEN
        at = pilot.chartered_at if passed else None
        day = due if number == pilot.step else None
        put(db, Step(pilot_id=pilot.id, number=number, stage=stage, passed_at=at, due=day))
        for person in keepers:
            put(db, Keeper(pilot_id=pilot.id, number=number, person_id=person.id))
    return pilot
