"""Open seats: opened, claimed, answered; and what people bring."""

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlmodel import col

from app.columns import now
from app.db import Database
from app.errors import Refusal
from app.notices.actions import read_record
from app.notices.models import Notice
from app.people.actor import find_actor
from app.people.models import Membership, Person, Team
from app.record.models import Entry
from app.teams.models import Competence, MemberCompetence
from app.teams.seats import actions
from app.teams.seats.models import AnswerForm, Claim, ClaimForm, ClaimStage, SeatForm, SeatStage, TeamSeat
from app.teams.seats.queries import seats
from tests.bench.counting import statements
from tests.cast import Cast, the_cast
from tests.client import Browser
from tests.makers import a_person

As = Callable[..., Browser]
SEAT = {"competence": "Queueing theory", "asked": "Count the queue.", "hours": "4"}


def a_seat(database: Database, cast: Cast, **over: object) -> int:
    with database.writing() as db:
        actor = find_actor(db, cast.amal.id)
        data = SeatForm.model_validate({**SEAT, **over})
        return actions.open_seat(db, actor, db.get_one(Team, cast.team.id), data).id


def a_claim(database: Database, person: Person, seat_id: int) -> int:
    with database.writing() as db:
        seat = db.get_one(TeamSeat, seat_id)
        actor = find_actor(db, person.id)
        return actions.claim(db, actor, db.get_one(Team, seat.team_id), seat, ClaimForm(line="I like queues.")).id


def stage(database: Database, claim: int) -> ClaimStage:
    with database.reading() as db:
        return db.get_one(Claim, claim).stage


def told(database: Database, person: Person) -> set[str]:
    read_record(database)
    with database.reading() as db:
        query = select(col(Entry.move)).join(Notice, col(Notice.entry) == Entry.number)
        return set(db.scalars(query.where(col(Notice.person_id) == person.id)))


def test_opened_claimed_taken_in(database: Database, cast: Cast, as_: As) -> None:
    amal, zaid, tariq = as_(cast.amal), as_(cast.zaid), as_(cast.tariq)
    where = amal.send("/teams/1/seats/new", SEAT).headers["location"]
    for address in ("/teams", "/teams/1", where):
        assert "Queueing theory" in zaid.get(address).text
    assert zaid.fill(where, {"line": "I wrote my thesis about it."}, "Claim").status_code == 303
    assert tariq.fill(where, {"line": "Me too."}, "Claim").status_code == 303
    assert "thesis" not in tariq.get(where).text, "others' claims are for the lead"
    assert "thesis" in amal.get(where).text
    assert "Answer a claim:" in amal.get("/").text
    assert amal.post(f"{where}/claims/1", {"name": "accept"}).status_code == 303
    with database.reading() as db:
        membership = db.scalars(select(Membership).where(col(Membership.person_id) == cast.zaid.id)).one()
        assert membership.team_id == cast.team.id
        assert db.get_one(TeamSeat, 1).membership_id == membership.id
        assert [one.stage for one in db.scalars(select(Claim).order_by(col(Claim.id)))] == ["accepted", "declined"]
        brought = (
            select(col(Competence.name)).join(MemberCompetence).where(MemberCompetence.membership_id == membership.id)
        )
        assert db.scalars(brought).all() == ["Queueing theory"]
    assert "Queueing theory" in amal.get(f"/people/{cast.zaid.id}").text
    assert "The seat was given to somebody else." in tariq.get(where).text
    assert told(database, cast.zaid) == {"join"}
    assert told(database, cast.tariq) == {"decline_claim"}
    assert told(database, cast.amal) == {"claim_seat"}
    assert tariq.post(f"{where}/claims", {"line": "Again"}).status_code == 409
    assert amal.post(f"{where}/claims/2", {"name": "accept"}).status_code == 409


RULES = [
    # who, opens, claims, answers, withdraws
    ("amal", 303, 403, 303, 303),
    ("badr", 403, 403, 403, 403),
    ("zaid", 403, 303, 403, 403),
    ("noor", 403, 303, 403, 403),
    ("root", 403, 303, 403, 403),
    ("gita", 404, 404, 404, 404),
]


@pytest.mark.parametrize(("name", "opens", "claims", "answers", "withdraws"), RULES)
def test_who_may(
    database: Database, cast: Cast, as_: As, name: str, opens: int, claims: int, answers: int, withdraws: int
) -> None:
    seat = a_seat(database, cast)
    claim = a_claim(database, cast.tariq, seat)
    browser, here = as_(getattr(cast, name)), f"/teams/seats/{seat}"
    assert browser.get(here).status_code == (404 if name == "gita" else 200)
    assert browser.get("/teams/1/seats/new").status_code == (200 if opens == 303 else opens)
    assert browser.post("/teams/1/seats/new", {**SEAT, "key": "k"}).status_code == opens
    assert browser.post(f"{here}/claims", {"line": "Me"}).status_code == claims
    assert browser.post(f"{here}/claims/{claim}", {"name": "decline", "note": "No."}).status_code == answers
    assert browser.post(f"{here}/withdraw").status_code == withdraws
    assert as_(None).post(f"{here}/claims", {"line": "Me"}).status_code == 401


def test_a_no_needs_a_reason_and_is_read(database: Database, cast: Cast, as_: As) -> None:
    seat = a_seat(database, cast)
    claim = a_claim(database, cast.zaid, seat)
    amal, here = as_(cast.amal), f"/teams/seats/{seat}"
    empty = amal.post(f"{here}/claims/{claim}", {"name": "decline", "note": " "})
    assert empty.status_code == 422
    assert "Give a reason" in empty.text
    assert amal.post(f"{here}/claims/{claim}", {"name": "decline", "note": "<b>Later</b>"}).status_code == 303
    page = as_(cast.zaid).get(here).text
    assert "&lt;b&gt;Later" in page
    assert "Why you" in page, "one may claim again"
    assert as_(cast.zaid).post(f"{here}/claims", {"line": "Now?"}).status_code == 303
    assert as_(cast.zaid).post(f"{here}/claims", {"line": "Now?"}).status_code == 409
    assert as_(cast.zaid).post(f"{here}/claims/2", {"name": "take_back"}).status_code == 303
    assert stage(database, 2) is ClaimStage.TAKEN_BACK
    assert as_(cast.tariq).post(f"{here}/claims/2", {"name": "take_back"}).status_code == 409
    assert amal.post(f"{here}/claims/99", {"name": "accept"}).status_code == 404
    assert amal.post(f"{here}/claims/{claim}", {"name": "befriend"}).status_code == 409


def test_a_seat_that_is_taken_away_answers_its_claims(database: Database, cast: Cast, as_: As) -> None:
    seat = a_seat(database, cast)
    claim = a_claim(database, cast.zaid, seat)
    assert as_(cast.amal).post(f"/teams/seats/{seat}/withdraw").status_code == 303
    assert stage(database, claim) is ClaimStage.DECLINED
    assert as_(cast.amal).post(f"/teams/seats/{seat}/withdraw").status_code == 409
    assert "Queueing theory" not in as_(cast.zaid).get("/teams").text
    assert as_(cast.tariq).post(f"/teams/seats/{seat}/claims", {"line": "Me"}).status_code == 409


def test_competences_grow_from_use_and_are_known_in_any_case(database: Database, cast: Cast, as_: As) -> None:
    a_seat(database, cast)
    a_seat(database, cast, competence="QUEUEING  theory")
    a_seat(database, cast, competence="Signage")
    with database.reading() as db:
        assert db.scalars(select(col(Competence.name)).order_by(col(Competence.key))).all() == [
            "Queueing theory",
            "Signage",
        ]
    form = as_(cast.amal).get("/teams/1/seats/new").text
    assert '<option value="Signage">' in form
    long = as_(cast.amal).send("/teams/1/seats/new", {**SEAT, "competence": "x" * 61, "hours": "41"})
    assert long.status_code == 422
    assert "At most 60 characters" in long.text
    assert "Count the queue." in long.text


@pytest.mark.parametrize("words", ["<script>alert(1)</script>", "=1+1", "{{7*7}}", "\u202e\u200f", "🐦" * 50])
def test_hostile_words(database: Database, cast: Cast, as_: As, words: str) -> None:
    seat = a_seat(database, cast, competence="<b>x", asked=words)
    zaid = as_(cast.zaid)
    assert zaid.post(f"/teams/seats/{seat}/claims", {"line": words}).status_code == 303
    for address in (f"/teams/seats/{seat}", "/teams", "/teams/1"):
        page = zaid.get(address).text
        assert "<script>alert" not in page
        assert "<b>x" not in page
    for broken in ("a\x00b", "\ud800"):
        data = f"line={'%00' if broken[1:] else '%ED%A0%80'}"
        headers = {"content-type": "application/x-www-form-urlencoded"}
        assert zaid.http.post(f"/teams/seats/{seat}/claims", content=data, headers=headers).status_code == 422


def test_two_answers_at_once_and_one_holds(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
    seat = a_seat(both, cast)
    claims = [a_claim(both, person, seat) for person in (cast.zaid, cast.tariq)]
    done: list[str] = []

    def accept(claim: int) -> None:
        try:
            with both.writing() as db:
                query = select(TeamSeat).where(col(TeamSeat.id) == seat)
                held = db.scalars(query if both.embedded else query.with_for_update()).one()
                actor = find_actor(db, cast.amal.id)
                actions.answer(db, actor, db.get_one(Team, held.team_id), held, claim, AnswerForm(name="accept"))
            done.append("in")
        except Refusal as refusal:
            done.append(type(refusal).__name__)

    threads = [threading.Thread(target=accept, args=(claim,)) for claim in claims]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == ["Stale", "in"]
    with both.reading() as db:
        assert db.get_one(TeamSeat, seat).stage is SeatStage.TAKEN
        inside = select(Membership).where(col(Membership.team_id) == cast.team.id, col(Membership.until).is_(None))
        assert len(db.scalars(inside).all()) == 3


def test_of_a_team_that_is_gone_no_seat_is_open(database: Database, cast: Cast, as_: As) -> None:
    seat = a_seat(database, cast)
    with database.writing() as db:
        db.get_one(Team, cast.team.id).disbanded_at = now()
    assert as_(cast.zaid).post(f"/teams/seats/{seat}/claims", {"line": "Me"}).status_code == 403
    with database.reading() as db:
        assert seats(db, find_actor(db, cast.zaid.id)) == []


def test_statements_do_not_grow(database: Database, cast: Cast, as_: As) -> None:
    zaid, counted = as_(cast.zaid), []
    for more in (1, 11):
        for number in range(more):
            seat = a_seat(database, cast, competence=f"Skill {more} {number}")
            with database.writing() as db:
                somebody = a_person(db)
            a_claim(database, somebody, seat)
        for address, most in (("/teams", 6), ("/teams/1", 10), ("/teams/seats/1", 8)):
            zaid.get(address)
            with statements(database) as ran:
                assert zaid.get(address).status_code == 200
            assert len(ran) <= most, (address, len(ran), ran)
            counted.append(len(ran))
    assert counted[:3] == counted[3:]
