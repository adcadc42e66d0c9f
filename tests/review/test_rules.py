"""Who may do what in review: every stage by every member of the cast."""

from itertools import product

import pytest
from sqlalchemy import select
from sqlmodel import col

from app.columns import now
from app.db import Database
from app.errors import Refused, Stale
from app.ideas.models import Stage, Veil
from app.people.actor import find_actor
from app.people.models import Post, Role
from app.record.queries import verify
from app.review import conflicts, decisions, rounds
from app.review.models import MeetingStage, Order, OrderStage, Round, RoundStage, Sight
from app.review.rules import meeting_life, order_life, round_life, sees_reviews
from tests.cast import the_cast
from tests.makers import a_person, a_seat
from tests.review.makers import a_round, admitted, move, open_round, review_by

ROUND_MOVES = {
    RoundStage.PREPARED: {"open", "cancel"},
    RoundStage.OPEN: {"close", "cancel"},
    RoundStage.CLOSED: {"publish", "cancel"},
    RoundStage.PUBLISHED: set(),
    RoundStage.CANCELLED: set(),
}


@pytest.mark.parametrize("stage", RoundStage)
def test_the_moves_of_a_round(database: Database, stage: RoundStage) -> None:
    with database.writing() as db:
        cast = the_cast(db)
        deputy = a_person(db, "Dalal")
        a_seat(db, cast.committee, deputy, Post.DEPUTY)
        round_ = Round(
            committee_id=cast.committee.id, scorecard_id=1, name="R", due="2027-01-01", made_by=1, stage=stage
        )
        for name in ("amal", "zaid", "sami", "layla", "huda", "gita", "root", "tariq"):
            assert round_life.open_to(find_actor(db, getattr(cast, name).id), round_) == []
        for head in (cast.noor, deputy):
            assert {m.name for m in round_life.open_to(find_actor(db, head.id), round_)} == ROUND_MOVES[stage]


def test_the_moves_of_orders_and_meetings(database: Database) -> None:
    with database.writing() as db:
        cast = the_cast(db)
        huda, noor, amal = (find_actor(db, person.id) for person in (cast.huda, cast.noor, cast.amal))
    from app.review.models import Meeting

    expected = {
        OrderStage.GIVEN: {"accept", "done", "cannot"},
        OrderStage.ACCEPTED: {"done", "cannot"},
        OrderStage.DONE: set(),
        OrderStage.CANNOT: set(),
        OrderStage.RECALLED: set(),
    }
    for stage, names in expected.items():
        order = Order(owner_id=cast.huda.id, stage=stage)
        assert {one.name for one in order_life.open_to(huda, order)} == names
        assert order_life.open_to(noor, order) == order_life.open_to(amal, order) == []
    for stage in MeetingStage:
        meeting = Meeting(committee_id=cast.committee.id, stage=stage)
        names = {one.name for one in meeting_life.open_to(noor, meeting)}
        assert names == ({"begin", "hold", "cancel"} if stage is MeetingStage.PLANNED else set())
        assert meeting_life.open_to(amal, meeting) == []


@pytest.mark.parametrize("stage", RoundStage)
@pytest.mark.parametrize("sight", Sight)
def test_reviews_are_sealed_as_long_as_the_round_says(stage: RoundStage, sight: Sight) -> None:
    for reviewer, submitted, all_in, met in product((True, False), repeat=4):
        round_ = Round(committee_id=1, stage=stage, sight=sight, revealed_at=now() if met else None)
        seen = sees_reviews(round_, reviewer=reviewer, submitted=submitted, all_in=all_in)
        early = {Sight.MINE: True, Sight.ALL: all_in, Sight.MEETING: False}[sight]
        assert (
            seen
            == {
                RoundStage.PREPARED: False,
                RoundStage.OPEN: reviewer and submitted and early,
                RoundStage.CLOSED: sight is not Sight.MEETING or met,
                RoundStage.PUBLISHED: True,
                RoundStage.CANCELLED: False,
            }[stage]
        )


def test_opening_moves_the_ideas_and_veils_the_committee_but_not_who_wrote_or_keeps_names(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        a_seat(db, cast.committee, cast.amal)
        idea = admitted(db, cast, cast.amal)
        withdrawn = admitted(db, cast)
        round_ = a_round(db, cast, idea, withdrawn, custodian=cast.noor.id)
        withdrawn.stage = Stage.WITHDRAWN
        move(db, cast, round_, "open")
        assert (idea.stage, withdrawn.stage) == (Stage.IN_REVIEW, Stage.WITHDRAWN)
        veiled = {tuple(row) for row in db.execute(select(col(Veil.person_id), col(Veil.idea_id)))}
        assert veiled == {(person.id, idea.id) for person in (cast.sami, cast.dina, cast.omar)}
    with both.reading() as db:
        assert verify(db, both.known["record_keys"]).intact


def test_an_idea_is_in_one_round_at_a_time(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        idea = admitted(db, cast)
        a_round(db, cast, idea)
    with pytest.raises(Stale), both.writing() as db:
        a_round(db, cast, idea)


def test_a_cancelled_round_lets_its_ideas_go_to_another(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        idea = admitted(db, cast)
        first = open_round(db, cast, idea)
        rounds.cancel(db, find_actor(db, cast.noor.id), first, "Too few of us", None)
        assert db.scalars(select(Veil)).all() == []
        assert [one.id for one in rounds.candidates(db, [cast.committee.id])] == [idea.id]
        again = open_round(db, cast, idea)
        assert (again.stage, idea.stage) == (RoundStage.OPEN, Stage.IN_REVIEW)


def test_a_conflict_of_the_chair_puts_the_deputy_in_charge_and_says_so_when_nobody_is_left(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        idea = admitted(db, cast, cast.noor)
        round_ = open_round(db, cast, idea)
        noor = find_actor(db, cast.noor.id)
        with pytest.raises(Refused, match="no chair or deputy without one is left"):
            conflicts.must_decide(db, noor, idea, round_)
        deputy = a_person(db, "Dalal")
        a_seat(db, cast.committee, deputy, Post.DEPUTY)
        with pytest.raises(Refused, match="Dalal decides in your place"):
            conflicts.must_decide(db, noor, idea, round_)
        conflicts.must_decide(db, find_actor(db, deputy.id), idea, round_)
        conflicts.declare(db, find_actor(db, deputy.id), idea, "Noor is my sister")
        with pytest.raises(Refused, match="no chair or deputy without one is left"):
            conflicts.must_decide(db, find_actor(db, deputy.id), idea, round_)


def test_own_team_is_a_conflict_also_for_who_has_left_it_since(both: Database) -> None:
    from app.columns import now
    from app.people.models import Membership

    with both.writing() as db:
        cast = the_cast(db)
        idea = admitted(db, cast, cast.amal, team_id=cast.team.id)
        badr = db.scalars(select(Membership).where(col(Membership.person_id) == cast.badr.id)).one()
        badr.until = now()
        db.flush()
        known = conflicts.concerned(db, [idea.id])
        assert {person for _, person in known.own} == {cast.amal.id, cast.badr.id}


def test_the_quorum_counts_members_without_a_conflict(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        idea = admitted(db, cast)
        round_ = open_round(db, cast, idea)
        review_by(db, cast.sami, idea)
        conflicts.declare(db, find_actor(db, cast.dina.id), idea, "I know the vendor")
        has = decisions.quorum(db, round_, idea.id)
        assert {member.id for member in has.eligible} == {cast.noor.id, cast.sami.id, cast.omar.id}
        assert has.of([cast.dina.id, cast.sami.id]) == [cast.sami.id]
        assert (has.needed, has.reviews_needed, has.reviews) == (2, 2, 1)
        conflicts.declare(db, find_actor(db, cast.omar.id), idea, "My brother’s shop")
        assert decisions.quorum(db, round_, idea.id).reviews_needed == 1


def test_who_sees_a_round(database: Database) -> None:
    with database.writing() as db:
        cast = the_cast(db)
        round_ = a_round(db, cast, admitted(db, cast), custodian=cast.root.id)

        def see() -> set[str]:
            names = ("amal", "zaid", "sami", "noor", "layla", "huda", "gita", "root", "tariq")
            return {
                name
                for name in names
                if db.scalars(select(Round).where(rounds.visible_to(find_actor(db, getattr(cast, name).id)))).first()
            }

        assert see() == {"noor"}
        move(db, cast, round_, "open")
        assert see() == {"noor", "sami", "root"}
        round_.stage = RoundStage.PUBLISHED
        db.flush()
        assert see() == {"noor", "sami", "root", "layla"}
        assert Role.LEADER in find_actor(db, cast.layla.id).roles
