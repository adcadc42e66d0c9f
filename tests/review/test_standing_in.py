"""Who is away is stood in for: their queue, their gates, their reminders; never their conflicts."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session as Db
from sqlmodel import col

from app.columns import as_of, now, today
from app.db import Database
from app.errors import Refused
from app.ideas.models import Idea, Veil
from app.notices.actions import read_record
from app.notices.models import Notice
from app.outbox import run_all
from app.people.absences.actions import note, take_back
from app.people.absences.forms import AbsenceForm
from app.people.absences.models import Absence
from app.people.actor import find_actor
from app.people.models import Person, Post, Seat
from app.pilots.models import Keeper, Pilot, StepStage
from app.pilots.queries import waiting as pilots_waiting
from app.pilots.standing_in.actions import settle_all
from app.pilots.standing_in.jobs import follow_the_days
from app.record.models import Entry
from app.record.queries import verify
from app.review import conflicts, reviewing
from app.review.assignment.models import Assignment, How
from app.review.duty import Asked, Duties, duties, is_asked
from app.review.models import Review, Reviewer, Round, RoundIdea
from app.review.standing import board
from app.review.standing_in.actions import unfilled
from tests.cast import Cast, the_cast
from tests.client import Browser
from tests.makers import a_person, a_pilot, an_idea
from tests.review.makers import admitted, move, open_round, review_by, typed_marks

As = Callable[[Person | None], Browser]


def away(db: Db, person: Person, begins: int = 0, ends: int = 3) -> Absence:
    form = AbsenceForm(begins=today() + timedelta(days=begins), ends=today() + timedelta(days=ends))
    made = note(db, find_actor(db, person.id), person.id, form)
    settle_all(db)
    return made


def substitute(db: Db, cast: Cast, person: Person, other: Person) -> None:
    db.scalars(select(Seat).where(col(Seat.person_id) == person.id)).one().substitute_id = other.id
    db.flush()


def queue(db: Db, person: Person) -> list[int]:
    return [task.idea_id for task in reviewing.tasks(db, find_actor(db, person.id))]


def moves(db: Db, ref: str) -> list[str]:
    return [entry.move for entry in db.scalars(select(Entry).where(col(Entry.ref) == ref).order_by(col(Entry.number)))]


def test_the_queue_goes_to_the_substitute_and_comes_back(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        ideas = [admitted(db, cast) for _ in range(4)]
        round_ = open_round(db, cast, *ideas)
        substitute(db, cast, cast.sami, cast.tariq)
        review_by(db, cast.sami, ideas[0])
        review_by(db, cast.sami, ideas[1], submit=False)
        gone = away(db, cast.sami)
        assert queue(db, cast.sami) == [ideas[1].id]  # what was begun stays
        assert queue(db, cast.tariq) == [ideas[2].id, ideas[3].id]
        assert "stand_in" in moves(db, round_.ref)
        review_by(db, cast.tariq, ideas[2], submit=False)
        rows = board(db, find_actor(db, cast.noor.id), round_).rows
        assert {row.idea_id: row.expected for row in rows} == {idea.id: 3 for idea in ideas}
        take_back(db, find_actor(db, cast.sami.id), gone)
        db.flush()
        assert settle_all(db) == 2
        assert settle_all(db) == 0
        assert queue(db, cast.sami) == [ideas[1].id, ideas[3].id]
        assert queue(db, cast.tariq) == [ideas[2].id]
        assert moves(db, round_.ref)[-2:] == ["back", "relieve"]
        assert verify(db, both.known["record_keys"]).intact


def test_an_absence_begins_and_ends_on_its_days(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        idea = admitted(db, cast)
        open_round(db, cast, idea)
        substitute(db, cast, cast.sami, cast.tariq)
        away(db, cast.sami, 2, 3)
        assert (queue(db, cast.sami), queue(db, cast.tariq)) == ([idea.id], [])
    for day, mine in ((1, True), (2, False), (3, False), (4, True)):
        with as_of(now() + timedelta(days=day)):
            follow_the_days(both)
            assert follow_the_days(both) == 0
            with both.reading() as db:
                assert (queue(db, cast.sami) == [idea.id], queue(db, cast.tariq) == [idea.id]) == (mine, not mine)


def test_the_substitute_reviews_under_the_veil_while_the_round_is_open(database: Database, cast: Cast, as_: As) -> None:
    with database.writing() as db:
        idea = admitted(db, cast, cast.badr, title="Trolleys where the queue begins")
        round_ = open_round(db, cast, idea)
        substitute(db, cast, cast.sami, cast.tariq)
    tariq = as_(cast.tariq)
    assert "Badr" in tariq.get(f"/ideas/{idea.id}").text
    assert tariq.get(f"/review/ideas/{idea.id}").status_code == 404
    assert tariq.get(f"/review/rounds/{round_.id}").status_code == 404
    with database.writing() as db:
        away(db, cast.sami)
        marks = dict(typed_marks(db, db.get_one(Round, round_.id)))
    for address in (f"/ideas/{idea.id}", f"/review/ideas/{idea.id}", f"/review/rounds/{round_.id}", "/review", "/"):
        answer = tariq.get(address)
        assert answer.status_code == 200, address
        assert "Badr" not in answer.text, address
    assert "Trolleys where the queue begins" in tariq.get("/review").text
    assert tariq.get(f"/review/rounds/{round_.id}/names").status_code == 403
    assert as_(cast.sami).post(f"/review/ideas/{idea.id}", marks | {"do": "submit"}).status_code == 403
    assert tariq.post(f"/review/ideas/{idea.id}", marks | {"do": "submit"}).status_code == 303
    assert tariq.post(f"/review/ideas/{idea.id}", marks | {"do": "submit"}).status_code == 409
    with database.writing() as db:
        assert db.scalars(select(Review)).one().reviewer_id == cast.tariq.id
        move(db, cast, db.get_one(Round, round_.id), "close")
    assert tariq.get(f"/review/ideas/{idea.id}").status_code == 404
    assert tariq.get(f"/review/rounds/{round_.id}").status_code == 404
    assert "Badr" not in tariq.get(f"/ideas/{idea.id}").text  # until the decisions are published


def test_conflicts_stay_with_whom_they_belong_to(database: Database, cast: Cast) -> None:
    with database.writing() as db:
        own, declared, third = admitted(db, cast, cast.sami), admitted(db, cast), admitted(db, cast, cast.tariq)
        round_ = open_round(db, cast, own, declared, third)
        conflicts.declare(db, find_actor(db, cast.sami.id), declared, "My cousin sells these.")
        substitute(db, cast, cast.sami, cast.tariq)
        away(db, cast.sami)
        # The substitute is asked for what the member could not judge: so nothing tells what that was.
        assert queue(db, cast.tariq) == [own.id, declared.id]
        with pytest.raises(Refused):
            reviewing.case(db, find_actor(db, cast.tariq.id), third.id)
        with pytest.raises(Refused):
            reviewing.case(db, find_actor(db, cast.sami.id), own.id)
        veiled = select(col(Veil.idea_id)).where(col(Veil.person_id) == cast.tariq.id)
        assert set(db.scalars(veiled)) == {own.id, declared.id}
        assert round_.blind


@pytest.mark.parametrize("why", ["none", "reviews", "custodian", "absent", "guest", "disabled"])
def test_the_chair_hears_where_nobody_can_stand_in(database: Database, cast: Cast, as_: As, why: str) -> None:
    with database.writing() as db:
        idea = admitted(db, cast)
        open_round(db, cast, idea, custodian=cast.root.id)
        other = {"reviews": cast.dina, "custodian": cast.root, "guest": cast.gita}.get(why, cast.tariq)
        if why != "none":
            substitute(db, cast, cast.sami, other)
        if why == "disabled":
            db.get_one(Person, other.id).disabled_at = now()
        if why == "absent":
            away(db, cast.tariq)
        away(db, cast.sami)
        assert queue(db, cast.sami) == [idea.id]
        (found,) = unfilled(db, {cast.committee.id})
        words = {"none": "named", "reviews": "already", "custodian": "names", "absent": "absent too"}
        assert words.get(why, "cannot sign in") in found.why
    assert "Find who stands in for" in as_(cast.noor).get("/review").text
    assert "Sami is away" in as_(cast.noor).get(f"/review/committees/{cast.committee.id}").text
    assert "Find who stands in for" not in as_(cast.dina).get("/review").text


def test_another_substitute_takes_over_and_a_seat_that_ends_is_left(database: Database, cast: Cast) -> None:
    with database.writing() as db:
        idea, more = admitted(db, cast), admitted(db, cast)
        round_ = open_round(db, cast, idea, more)
        substitute(db, cast, cast.sami, cast.tariq)
        away(db, cast.sami)
        review_by(db, cast.tariq, idea, submit=False)
        substitute(db, cast, cast.sami, cast.layla)
        settle_all(db)
        assert (queue(db, cast.tariq), queue(db, cast.layla)) == ([idea.id], [more.id])
        seat = db.scalars(select(Seat).where(col(Seat.person_id) == cast.dina.id)).one()
        seat.until = now()
        db.flush()
        settle_all(db)
        row = select(Reviewer).where(col(Reviewer.person_id) == cast.dina.id)
        assert db.scalars(row).one().away
        assert moves(db, round_.ref)[-1] == "leave"


def test_gates_go_to_the_substitute_and_come_back(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        idea = an_idea(db, cast.process, cast.zaid)
        pilot = a_pilot(db, idea, cast.amal, cast.sami, cast.noor, step=2)
        pilot.at(2).stage = StepStage.ASKED
        substitute(db, cast, cast.sami, cast.tariq)
        gone = away(db, cast.sami)
        db.refresh(pilot)
        assert pilot.keepers_of(2) == [cast.noor.id, cast.tariq.id]
        assert pilot.keepers_of(1) == [cast.sami.id, cast.noor.id]  # passed: nothing to keep
        assert pilot.named_keepers(2) == [cast.sami.id, cast.noor.id]
        for person, count in ((cast.tariq, 1), (cast.sami, 0), (cast.noor, 1)):
            assert len(pilots_waiting(db, find_actor(db, person.id))) == count
        take_back(db, find_actor(db, cast.sami.id), gone)
        db.flush()
        assert settle_all(db) == 5
        assert settle_all(db) == 0
        db.refresh(pilot)
        assert pilot.keepers_of(2) == [cast.sami.id, cast.noor.id]
        assert moves(db, pilot.ref) == ["stand_in", "back"]


@pytest.mark.parametrize("who", ["the lead", "in the team", "keeps it too"])
def test_a_gate_stays_where_the_substitute_cannot_keep_it(database: Database, cast: Cast, who: str) -> None:
    with database.writing() as db:
        idea = an_idea(db, cast.process, cast.zaid, team_id=cast.team.id)
        pilot = a_pilot(db, idea, cast.zaid, cast.sami, cast.noor)
        other = {"the lead": cast.zaid, "in the team": cast.badr, "keeps it too": cast.noor}[who]
        substitute(db, cast, cast.sami, other)
        away(db, cast.sami)
        db.refresh(pilot)
        kept = [cast.noor.id] if who == "keeps it too" else [cast.sami.id, cast.noor.id]
        assert pilot.keepers_of(1) == kept
        assert len(db.scalars(select(Keeper)).all()) == 12
        assert db.get_one(Pilot, pilot.id).running


def test_members_note_their_own_absence_and_the_chair_anybodys(database: Database, cast: Cast, as_: As) -> None:
    with database.writing() as db:
        seat = db.scalars(select(Seat).where(col(Seat.person_id) == cast.sami.id)).one().id
    sami, noor, dina = as_(cast.sami), as_(cast.noor), as_(cast.dina)
    assert [as_(person).get("/me/absences").status_code for person in (cast.amal, cast.gita, None)] == [403, 404, 303]
    assert sami.works("/me/absences", {"substitute": str(cast.tariq.id)}, "Keep")
    assert dina.post(f"/review/committees/seats/{seat}/substitute", {"substitute": ""}).status_code == 404
    for other in (cast.gita, cast.sami):
        typed = {"substitute": str(other.id)}
        assert noor.post(f"/review/committees/seats/{seat}/substitute", typed).status_code == 422
    days = {"begins": date.today().isoformat(), "ends": (date.today() + timedelta(days=2)).isoformat()}
    assert sami.post("/me/absences", days | {"begins": "2199-01-01"}).status_code == 422
    assert sami.post("/me/absences", {"begins": "2020-01-01", "ends": "2020-01-02"}).status_code == 422
    assert sami.post("/me/absences", days).status_code == 303
    assert sami.post("/me/absences", days).status_code == 409
    here = f"/review/committees/{cast.committee.id}/absences"
    assert dina.post(here, days | {"person": str(cast.omar.id)}).status_code == 403
    assert noor.post(here, days | {"person": str(cast.amal.id)}).status_code == 422
    assert noor.post(here, days | {"person": str(cast.omar.id)}).status_code == 303
    with database.reading() as db:
        mine, theirs = db.scalars(select(Absence).order_by(col(Absence.id))).all()
        assert (mine.noted_by, theirs.noted_by) == (cast.sami.id, cast.noor.id)
    assert dina.post(f"/me/absences/{mine.id}/take-back").status_code == 404
    assert [sami.post(f"/me/absences/{mine.id}/take-back").status_code for _ in range(2)] == [303, 409]
    assert noor.post(f"{here}/{theirs.id}/take-back").status_code == 303
    with database.reading() as db:
        assert moves(db, f"person:{cast.sami.id}") == ["absence", "end_absence"]


def test_the_substitute_is_told(database: Database, cast: Cast) -> None:
    with database.writing() as db:
        open_round(db, cast, admitted(db, cast))
        substitute(db, cast, cast.sami, cast.tariq)
    read_record(database)
    with database.writing() as db:
        away(db, cast.sami)
    read_record(database)
    with database.reading() as db:
        told = db.scalars(select(Notice).where(col(Notice.person_id) == cast.tariq.id)).all()
    assert [(notice.topic, notice.about) for notice in told] == [("asked", "round:1")]
    run_all(database, {})


# Who is asked: the Python form and the SQL form are the same, whatever has happened.

STATES = st.lists(
    st.tuples(st.booleans(), st.sampled_from([None, 0, 1]), st.frozensets(st.integers(0, 2))), min_size=3, max_size=3
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(states=STATES)
def test_nobody_is_asked_twice_in_one_place(states: list[tuple[bool, int | None, frozenset[int]]]) -> None:
    """An away member's idea is theirs once begun, else the stand-in's; never nobody's while one of them is there."""
    begun = {(idea, person) for person, (_, _, ideas) in enumerate(states) for idea in ideas}
    people = [
        Asked(person, str(person), None, gone, other if other != person and states[other or 0][1] is None else None)
        for person, (gone, other, _) in enumerate(states)
    ]
    for idea in range(3):
        found = {one.id for one in Duties(people, None, begun).of(idea)}
        assert {person for at, person in begun if at == idea} <= found
        for one in people:
            if one.away and (idea, one.id) not in begun:
                assert one.id not in found
            group = {other.id for other in people if other.holder == one.holder}
            if one.stands_in_for is not None and not one.away:
                assert one.id in found or any((idea, other) in begun for other in group)


@pytest.mark.parametrize("given_out", [False, True])
@pytest.mark.parametrize("case", range(12))
def test_sql_and_python_agree_on_who_is_asked(both: Database, case: int, given_out: bool) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        ideas = [admitted(db, cast) for _ in range(3)]
        round_ = open_round(db, cast, *ideas)
        sami = db.scalars(select(Reviewer).where(col(Reviewer.person_id) == cast.sami.id)).one()
        db.add(Reviewer(round_id=round_.id, person_id=cast.tariq.id, stands_in_for=cast.sami.id, away=case % 2 == 1))
        sami.away = case % 3 != 0
        for person, place in ((cast.sami, case % 4), (cast.tariq, case // 4), (cast.dina, 1)):
            if place < 3:
                db.add(Review(round_id=round_.id, idea_id=ideas[place].id, reviewer_id=person.id))
        db.flush()
        if given_out:
            round_.assigned = True
            db.add_all(
                Assignment(round_id=round_.id, idea_id=ideas[place].id, person_id=person.id, how=How.HAND)
                for place, person in ((case % 3, cast.sami), ((case + 1) % 3, cast.sami), (1, cast.dina))
            )
            db.flush()
        asked = duties(db, round_)
        placed = select(col(RoundIdea.idea_id)).join(Round, col(Round.id) == col(RoundIdea.round_id))
        found = {(idea, one.id) for one in asked.people for idea in db.scalars(placed.where(is_asked(one.id)))}
        assert found == {(idea.id, one.id) for idea in ideas for one in asked.of(idea.id)}
        assert asked.begun == frozenset((row.idea_id, row.reviewer_id) for row in db.scalars(select(Review)))
        for person in (cast.sami, cast.dina, cast.omar):
            assert set(queue(db, person)) == {idea for idea, who in found if who == person.id}
        assert db.get_one(Idea, ideas[0].id).id


def test_whoever_comes_to_the_committee_comes_under_the_veil(database: Database, cast: Cast, as_: As) -> None:
    from tests.people.makers import PASSWORD, with_password

    with database.writing() as db:
        idea = admitted(db, cast, cast.badr)
        open_round(db, cast, idea)
        newcomer = a_person(db, "Rana")
    root = as_(with_password(database, cast.root))
    seat = {"person_id": str(newcomer.id), "post": Post.DEPUTY.value, "own_password": PASSWORD}
    assert "Badr" in as_(newcomer).get(f"/ideas/{idea.id}").text
    assert root.post(f"/admin/committees/{cast.committee.id}/seats", seat).status_code == 303
    assert "Badr" not in as_(newcomer).get(f"/ideas/{idea.id}").text
