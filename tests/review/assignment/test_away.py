"""A round whose ideas are given out, while one of its reviewers is away: their substitute reviews what was given to
them, and no plan gives them more."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session as Db
from sqlmodel import col

from app.columns import now
from app.db import Database
from app.ideas.models import Author, Idea
from app.people.absences.actions import take_back
from app.people.actor import find_actor
from app.people.models import Person, Seat
from app.pilots.standing_in.actions import settle_all
from app.review import conflicts, decisions, duty, late, reviewing, waiting
from app.review.assignment import actions, scene
from app.review.assignment.models import Ending
from app.review.assignment.planning import Way
from app.review.models import Round
from app.review.standing import board
from tests.cast import Cast, the_cast
from tests.review.assignment.makers import apply, ideas_of, planned, shared_round
from tests.review.makers import review_by
from tests.review.test_standing_in import away, queue, substitute


def given_to(db: Db, round_: Round, person: Person) -> set[int]:
    return {idea for idea, people in duty.given_out(db, round_.id).items() if person.id in people}


def repairs(db: Db, cast: Cast) -> bool:
    """Whether the chair hears that something has fallen away; always what the scene says."""
    items = waiting.waiting(db, find_actor(db, cast.noor.id))
    return any(item.verb.startswith("Repair") for item in items)


def fallen(db: Db, round_: Round) -> list[tuple[int, int]]:
    return scene.read(db, round_, find_actor(db, round_.made_by)).fallen


def started(db: Db, cast: Cast, count: int = 6, **over: object) -> tuple[Round, list[Idea], list[Idea]]:
    """The round, its ideas, and those of them that Sami has, for whom Tariq would stand in."""
    ideas = ideas_of(db, cast, count)
    round_ = shared_round(db, cast, ideas, **over)
    apply(db, cast, round_)
    substitute(db, cast, cast.sami, cast.tariq)
    mine = given_to(db, round_, cast.sami)
    return round_, ideas, [idea for idea in ideas if idea.id in mine]


def test_what_was_given_to_who_is_away_is_asked_of_the_substitute(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        round_, _, mine = started(db, cast)
        review_by(db, cast.sami, mine[0])
        review_by(db, cast.sami, mine[1], submit=False)
        gone = away(db, cast.sami)
        rest = [idea.id for idea in mine[2:]]
        assert (queue(db, cast.sami), sorted(queue(db, cast.tariq))) == ([mine[1].id], rest)
        assert reviewing.progress(db, find_actor(db, cast.tariq.id), round_).expected == len(rest)
        review_by(db, cast.tariq, mine[2])
        assert decisions.quorum(db, round_, mine[2].id).reviews == 1
        rows = {row.idea_id: row for row in board(db, find_actor(db, cast.root.id), round_).rows}
        assert {row.expected for row in rows.values()} == {2}
        assert not fallen(db, round_)
        assert not repairs(db, cast)
        take_back(db, find_actor(db, cast.sami.id), gone)
        settle_all(db)
        assert sorted(queue(db, cast.sami)) == sorted({mine[1].id, *rest} - {mine[2].id})
        assert queue(db, cast.tariq) == []


@pytest.mark.parametrize("way", list(Way))
def test_no_plan_gives_more_to_who_is_away(both: Database, way: Way) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        round_, _, mine = started(db, cast)
        away(db, cast.sami)
        before = given_to(db, round_, cast.sami)
        review_by(db, cast.tariq, mine[0])
        plan = planned(db, round_, way)
        new = {idea for idea, person in plan.new if person == cast.sami.id}
        assert not new
        assert (mine[0].id, cast.sami.id) in plan.pairs  # done in their place: it stays, and counts
        if way is Way.REPAIR:
            assert not plan.changes
            assert {idea for idea, person in plan.pairs if person == cast.sami.id} == before
        assert not any(person == cast.tariq.id for _, person in plan.pairs)


def test_by_hand_nothing_is_given_to_who_is_away(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        round_, ideas, mine = started(db, cast)
        away(db, cast.sami)
        other = next(idea for idea in ideas if idea not in mine)
        words = actions.give(db, find_actor(db, cast.noor.id), round_, other.id, cast.sami.id)
        assert words == "Sami is away: nothing new is given to them."
        actions.take(db, find_actor(db, cast.noor.id), round_, mine[0].id, cast.sami.id, "Too many")
        assert mine[0].id not in queue(db, cast.tariq)


@pytest.mark.parametrize("blind", ["", "on"])
@pytest.mark.parametrize("how", ["declared", "own"])
def test_a_substitute_with_a_conflict(both: Database, blind: str, how: str) -> None:
    """What they declared falls away, for the chair to give out anew. What they wrote does so where names are open:
    in a blind round it waits for the member, since an idea that falls away would tell of them."""
    with both.writing() as db:
        cast = the_cast(db)
        round_, _, mine = started(db, cast, blind=blind)
        if how == "own":
            db.add(Author(idea_id=mine[0].id, person_id=cast.tariq.id))
            db.flush()
        away(db, cast.sami)
        if how == "declared":
            conflicts.declare(db, find_actor(db, cast.tariq.id), mine[0], "My cousin sells these.")
        told = how == "declared" or not blind
        assert fallen(db, round_) == ([(mine[0].id, cast.sami.id)] if told else [])
        assert repairs(db, cast) == told
        assert mine[0].id not in queue(db, cast.tariq)
        assert len(queue(db, cast.tariq)) == len(mine) - 1


def test_the_members_conflict_stays_with_the_member(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        round_, _, mine = started(db, cast)
        gone = away(db, cast.sami)
        conflicts.declare(db, find_actor(db, cast.sami.id), mine[0], "My cousin sells these.")
        assert mine[0].id in queue(db, cast.tariq)
        assert not fallen(db, round_)
        assert not repairs(db, cast)
        take_back(db, find_actor(db, cast.sami.id), gone)
        settle_all(db)
        assert fallen(db, round_) == [(mine[0].id, cast.sami.id)]
        assert repairs(db, cast)


def test_work_of_a_substitute_stands_when_the_member_leaves(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        round_, _, mine = started(db, cast)
        away(db, cast.sami)
        review_by(db, cast.tariq, mine[0])
        db.scalars(select(Seat).where(col(Seat.person_id) == cast.sami.id)).one().until = now()
        db.flush()
        assert {idea for idea, _ in fallen(db, round_)} == {idea.id for idea in mine[1:]}
        assert repairs(db, cast)


@pytest.mark.parametrize("blind", ["", "on"])
def test_nobody_reads_from_lateness_what_was_given_to_whom(both: Database, blind: str) -> None:
    """In a blind round the chair hears who is late, and not with how many ideas."""
    with both.writing() as db:
        cast = the_cast(db)
        round_, _, mine = started(db, cast, 3, blind=blind)
        round_.due = now().date() - timedelta(days=2)
        db.flush()
        found = {one.name: one.missing for one in late.late(db, find_actor(db, cast.noor.id), round_)}
        assert found["Sami"] == (None if blind else len(mine))


def test_who_stands_in_gives_nothing_back_and_wishes_nothing(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        round_, _, mine = started(db, cast)
        away(db, cast.sami)
        assert duty.in_place(db, cast.tariq.id, mine[0].id)
        assert not duty.in_place(db, cast.dina.id, mine[0].id)
        actions.give_back(db, find_actor(db, cast.sami.id), round_, mine[0].id, "Cannot")
        assert (
            scene.read(db, round_, find_actor(db, cast.noor.id)).over[mine[0].id, cast.sami.id].ending is Ending.MEMBER
        )
        assert not duty.in_place(db, cast.tariq.id, mine[0].id)
        names = [reader.name for reader in scene.read(db, round_, find_actor(db, cast.noor.id)).readers]
        assert names == ["Dina", "Omar", "Sami"]
