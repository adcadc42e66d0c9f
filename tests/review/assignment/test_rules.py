"""Who is asked, who may give out, what a plan gives and moves: on both databases."""

import json
from datetime import date
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlmodel import col

from app.columns import now
from app.db import Database
from app.errors import Missing, Refused, Stale
from app.leaders import queries as leaders
from app.people.actor import find_actor
from app.people.models import Person, Seat
from app.record.models import Entry
from app.record.queries import verify
from app.review import conflicts, decisions, duty, reviewing, standing, waiting
from app.review.assignment import actions, scene
from app.review.assignment.forms import PlanForm
from app.review.assignment.models import Assignment, AssignmentPlan, Ending, Expertise, How, Liking, Wish
from app.review.assignment.planning import Way, seal
from app.review.assignment.rules import gives_out, sees_who
from app.review.models import Reviewer, Round, RoundStage
from app.work.review import progress
from tests.cast import Cast, the_cast
from tests.makers import put
from tests.review.assignment.makers import apply, ideas_of, members, planned, shared_round
from tests.review.makers import admitted, move, open_round, review_by


def asked(db: Any, round_: Round) -> dict[int, set[int]]:
    return {idea: set(people) for idea, people in duty.given_out(db, round_.id).items()}


@pytest.mark.parametrize("stage", RoundStage)
@pytest.mark.parametrize("blind", [True, False])
def test_who_gives_out_and_who_may_know_to_whom(database: Database, stage: RoundStage, blind: bool) -> None:
    with database.writing() as db:
        cast = the_cast(db)
        round_ = Round(
            committee_id=cast.committee.id,
            scorecard_id=1,
            name="R",
            due="2027-01-01",
            made_by=1,
            stage=stage,
            blind=blind,
            assigned=True,
            custodian_id=cast.root.id,
        )
        names = ("amal", "zaid", "sami", "noor", "layla", "huda", "gita", "root", "tariq")
        actors = {name: find_actor(db, getattr(cast, name).id) for name in names}
        assert {name for name, actor in actors.items() if gives_out(actor, round_)} == {"noor", "root"}
        hidden = blind and stage in (RoundStage.OPEN, RoundStage.CLOSED)
        assert sees_who(actors["noor"], round_) is not hidden
        assert sees_who(actors["root"], round_)


def test_nobody_is_asked_until_ideas_are_given_out(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        idea, other = ideas_of(db, cast, 2)
        round_ = shared_round(db, cast, [idea, other])
        sami = find_actor(db, cast.sami.id)
        assert reviewing.tasks(db, sami) == []
        case = reviewing.case(db, sami, idea.id)
        assert (case.reviewing, case.can_score) == (False, False)
        with pytest.raises(Refused, match="not given to you"):
            review_by(db, cast.sami, idea)
        made = apply(db, cast, round_)
        assert (made.given, made.moved, made.lacking) == (4, 0, 0)
        for person in (cast.sami, cast.dina, cast.omar):
            actor = find_actor(db, person.id)
            mine = {number for number, people in asked(db, round_).items() if person.id in people}
            assert {task.idea_id for task in reviewing.tasks(db, actor)} == mine
            for one in (idea, other):
                assert reviewing.case(db, actor, one.id).can_score == (one.id in mine)
            board = standing.board(db, actor, round_)
            assert {row.idea_id for row in board.mine_left} == mine
            assert {row.expected for row in board.rows} == {2}


def test_everybody_reviews_everything_where_nothing_is_given_out(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        idea = admitted(db, cast)
        round_ = open_round(db, cast, idea)
        all_of_them = duty.duties(db, round_)
        assert [one.name for one in all_of_them.of(idea.id)] == ["Dina", "Omar", "Sami"]
        assert reviewing.case(db, find_actor(db, cast.sami.id), idea.id).can_score


def test_what_is_asked_next_is_one_of_mine(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        round_ = shared_round(db, cast, ideas_of(db, cast, 6))
        apply(db, cast, round_)
        mine = {number for number, people in asked(db, round_).items() if cast.dina.id in people}
        following = reviewing.next_task(db, find_actor(db, cast.dina.id), round_.id)
        assert following is not None
        assert following.idea_id in mine


def test_the_quorum_counts_those_who_are_asked(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        (idea,) = ideas_of(db, cast, 1)
        round_ = shared_round(db, cast, [idea], wanted=1)
        cast.committee.quorum = 3
        apply(db, cast, round_)
        assert decisions.quorum(db, round_, idea.id).reviews_needed == 1


def test_progress_counts_what_is_wanted_and_what_is_mine(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        round_ = shared_round(db, cast, ideas_of(db, cast, 3))
        apply(db, cast, round_)
        found = progress(db, find_actor(db, cast.sami.id), date.today())
        assert found is not None
        assert (found.expected, found.mine_all) == (6, 2)
        assert [line.expected for line in leaders.rounds(db)] == [6]


def test_a_plan_is_even_and_keeps_conflicts_caps_and_wishes(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        people = members(db, cast, 3)
        own = admitted(db, cast, cast.sami)
        ideas = [own, *ideas_of(db, cast, 8)]
        round_ = shared_round(db, cast, ideas, people)
        conflicts.declare(db, find_actor(db, cast.dina.id), ideas[1], "I know the vendor")
        capped = db.scalars(select(Reviewer).where(col(Reviewer.person_id) == people[0].id)).one()
        capped.most = 1
        put(db, Liking(round_id=round_.id, idea_id=ideas[2].id, person_id=cast.omar.id, wish=Wish.WANT))
        put(db, Liking(round_id=round_.id, idea_id=ideas[3].id, person_id=cast.omar.id, wish=Wish.RATHER_NOT))
        plan = planned(db, round_)
        assert (len(plan.pairs), plan.lack) == (18, 0)
        assert not {(own.id, cast.sami.id), (ideas[1].id, cast.dina.id), (ideas[3].id, cast.omar.id)} & plan.pairs
        assert (ideas[2].id, cast.omar.id) in plan.pairs
        assert plan.loads == [1, 3, 3, 3, 4, 4]
        omar = next(share for share in plan.shares() if share.reader.id == cast.omar.id)
        assert (omar.wanted, omar.of, omar.disliked) == (1, 1, 0)


def test_an_expert_named_the_process_or_the_area(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        ideas = ideas_of(db, cast, 3, process_id=cast.process.id)
        round_ = shared_round(db, cast, ideas, members(db, cast, 3), wanted=1)
        assert planned(db, round_).unread == []
        put(db, Expertise(person_id=cast.omar.id, process_id=cast.process.id))
        plan = planned(db, round_)
        assert {person for _, person in plan.pairs} == {cast.omar.id}
        put(db, Expertise(person_id=cast.dina.id, area=ideas[0].area))
        assert planned(db, round_).loads == [0, 0, 0, 0, 1, 2]


def test_too_few_is_said_with_the_reason(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        own, other = admitted(db, cast, cast.sami, cast.dina), admitted(db, cast)
        round_ = shared_round(db, cast, [own, other])
        plan = planned(db, round_)
        assert [(lack.idea.id, lack.asked, lack.why(2)) for lack in plan.lacking] == [
            (own.id, 1, "Only 1 of the reviewers may review it.")
        ]
        for reviewer in db.scalars(select(Reviewer)):
            reviewer.most = int(reviewer.person_id != cast.sami.id)
        db.flush()
        whys = {lack.idea.id: lack.why(2) for lack in planned(db, round_).lacking}
        assert whys == {
            own.id: "Only 1 of the reviewers may review it.",
            other.id: "Those who may review it have as many as they take.",
        }


def test_applied_as_one_unit_on_the_record_without_telling_who(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        round_ = shared_round(db, cast, ideas_of(db, cast, 3))
        version = round_.version
        made = apply(db, cast, round_)
        assert round_.version == version + 1
        entry = db.scalars(select(Entry).where(col(Entry.move) == "assign")).one()
        assert json.loads(entry.figures) == {"plan": made.id, "ideas": 3, "given": 6, "moved": 0}
        assert set(json.loads(entry.digests)) == {"given", "taken"}
        assert {row.how for row in db.scalars(select(Assignment))} == {How.PLAN}
    with both.reading() as db:
        assert verify(db, both.known["record_keys"]).intact


def test_a_plan_that_is_not_the_one_that_was_seen_is_not_applied(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        ideas = ideas_of(db, cast, 3)
        round_ = shared_round(db, cast, ideas)
        noor = find_actor(db, cast.noor.id)
        plan = planned(db, round_)
        seen = PlanForm(way=Way.ANEW, seal=seal(db, plan), version=round_.version)
        hers = next(idea for idea in ideas if (idea.id, cast.dina.id) in plan.pairs)
        conflicts.declare(db, find_actor(db, cast.dina.id), hers, "I know the vendor")
        with pytest.raises(Stale, match="Something changed"):
            actions.apply(db, noor, round_, seen)
        again = PlanForm(way=Way.ANEW, seal=seal(db, planned(db, round_)), version=round_.version)
        actions.apply(db, noor, round_, again)
        with pytest.raises(Stale, match="Something changed"):
            actions.apply(db, noor, round_, again)
        with pytest.raises(Stale, match="changes nothing"):
            apply(db, cast, round_)
        move(db, cast, round_, "close")
        with pytest.raises(Stale, match="while it is open"):
            apply(db, cast, round_)
        assert len(db.scalars(select(AssignmentPlan)).all()) == 1


@pytest.mark.parametrize("how", ["conflict", "author", "gave back", "left", "disabled"])
def test_a_repair_fills_what_fell_away_and_leaves_filed_work_where_it_is(both: Database, how: str) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        ideas = ideas_of(db, cast, 6)
        round_ = shared_round(db, cast, ideas, members(db, cast, 2))
        apply(db, cast, round_)
        before = asked(db, round_)
        noor = find_actor(db, cast.noor.id)
        mine = [idea for idea in ideas if cast.dina.id in before[idea.id]]
        review_by(db, cast.dina, mine[0])
        begun = next(idea for idea in ideas if cast.sami.id in before[idea.id] and idea.id != mine[0].id)
        review_by(db, cast.sami, begun, submit=False)
        assert "Repair" not in str([one.verb for one in waiting.waiting(db, noor)])
        gone = fall(db, cast, round_, mine, how)
        assert [one.verb for one in waiting.waiting(db, noor)].count("Repair who reviews what in") == 1
        apply(db, cast, round_, Way.REPAIR)
        after = asked(db, round_)
        assert {len(people) for people in after.values()} == {2}
        assert cast.sami.id in after[begun.id]
        for idea in ideas:
            left = {cast.dina.id} if idea.id in gone else set()
            assert after[idea.id] >= before[idea.id] - left
            assert not left & after[idea.id]
        if how in ("gave back", "conflict", "author"):
            assert cast.dina.id in after[mine[0].id]
        assert "Repair" not in str([one.verb for one in waiting.waiting(db, noor)])


def fall(db: Any, cast: Cast, round_: Round, mine: list[Any], how: str) -> set[int]:
    """Dina cannot review the second of hers any more, or none; the ideas that she has no more."""
    from app.ideas.models import Author

    dina = find_actor(db, cast.dina.id)
    match how:
        case "conflict":
            conflicts.declare(db, dina, mine[1], "My sister sells it")
        case "author":
            put(db, Author(idea_id=mine[1].id, person_id=cast.dina.id))
        case "gave back":
            actions.give_back(db, dina, round_, mine[1].id, "I am away that week")
        case "left":
            db.scalars(select(Seat).where(col(Seat.person_id) == cast.dina.id)).one().until = now()
        case "disabled":
            db.get_one(Person, cast.dina.id).disabled_at = now()
    db.flush()
    # What she has submitted stands, wherever she is.
    return {mine[1].id} if how in ("conflict", "author", "gave back") else {idea.id for idea in mine[1:]}


def test_what_a_member_gave_back_is_not_given_to_them_again(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        (idea,) = ideas_of(db, cast, 1)
        round_ = shared_round(db, cast, [idea])
        apply(db, cast, round_)
        person = min(asked(db, round_)[idea.id])
        actor = find_actor(db, person)
        actions.give_back(db, actor, round_, idea.id, "I am away")
        assert reviewing.tasks(db, actor) == []
        with pytest.raises(Stale, match="not yours any more"):
            actions.give_back(db, actor, round_, idea.id, "I am away")
        row = db.scalars(select(Assignment).where(col(Assignment.person_id) == person)).one()
        assert (row.ending, row.reason) == (Ending.MEMBER, "I am away")
        apply(db, cast, round_)
        assert person not in asked(db, round_)[idea.id]
        assert "has given this idea back" in actions.give(db, find_actor(db, cast.noor.id), round_, idea.id, person)
        with pytest.raises(Missing):
            actions.give_back(db, find_actor(db, cast.noor.id), round_, idea.id, "Not mine at all")


def test_who_has_submitted_does_not_give_back(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        (idea,) = ideas_of(db, cast, 1)
        round_ = shared_round(db, cast, [idea])
        apply(db, cast, round_)
        person = db.get_one(Person, min(asked(db, round_)[idea.id]))
        review_by(db, person, idea)
        with pytest.raises(Refused, match="it counts"):
            actions.give_back(db, find_actor(db, person.id), round_, idea.id, "Too late")


def test_by_hand_within_the_same_bounds(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        own, idea = admitted(db, cast, cast.sami), admitted(db, cast)
        round_ = shared_round(db, cast, [own, idea])
        noor = find_actor(db, cast.noor.id)
        assert actions.give(db, noor, round_, own.id, cast.sami.id) == "Sami has a conflict with this idea."
        assert actions.give(db, noor, round_, idea.id, cast.sami.id) == ""
        with pytest.raises(Stale, match="has this idea already"):
            actions.give(db, noor, round_, idea.id, cast.sami.id)
        reviewer = db.scalars(select(Reviewer).where(col(Reviewer.person_id) == cast.dina.id)).one()
        reviewer.most = 0
        assert "takes 0 at most" in actions.give(db, noor, round_, idea.id, cast.dina.id)
        with pytest.raises(Missing):
            actions.give(db, noor, round_, idea.id, cast.zaid.id)
        actions.take(db, noor, round_, idea.id, cast.sami.id, "Too much already")
        assert asked(db, round_) == {}
        assert (idea.id, cast.sami.id) not in planned(db, round_).pairs
        assert actions.give(db, noor, round_, idea.id, cast.sami.id) == ""
        review_by(db, cast.sami, idea, submit=False)
        with pytest.raises(Stale, match="stays with them"):
            actions.take(db, noor, round_, idea.id, cast.sami.id, "Too much already")
        assert len(db.scalars(select(Assignment)).all()) == 1


def test_a_head_with_a_conflict_neither_sees_nor_changes_who_reviews_that_idea(both: Database) -> None:
    from app.review.assignment.queries import idea_rows

    with both.writing() as db:
        cast = the_cast(db)
        own, other = admitted(db, cast, cast.noor), admitted(db, cast)
        round_ = shared_round(db, cast, [own, other])
        apply(db, cast, round_)
        noor = find_actor(db, cast.noor.id)
        rows = {row.idea.id: row for row in idea_rows(scene.read(db, round_, noor), noor)}
        assert (rows[own.id].conflict, list(rows[own.id].given)) == (True, [])
        assert len(rows[other.id].given) == 2
        with pytest.raises(Refused, match="You or your team wrote this idea"):
            actions.give(db, noor, round_, own.id, cast.sami.id)


@pytest.mark.parametrize("many", [1, 25])
def test_reading_a_round_takes_as_many_statements_for_one_idea_as_for_many(both: Database, many: int) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        round_ = shared_round(db, cast, ideas_of(db, cast, many), members(db, cast, 3))
        apply(db, cast, round_)
        db.flush()
        noor = find_actor(db, cast.noor.id)
        said: list[str] = []
        hook = lambda *given: said.append(given[2])  # noqa: E731
        event.listen(db.get_bind(), "before_cursor_execute", hook)
        scene.read(db, round_, noor)
        event.remove(db.get_bind(), "before_cursor_execute", hook)
        assert len(said) == 7
