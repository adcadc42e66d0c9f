"""Committees side by side: who sits on them until when, whose money it is, and an idea that goes to another."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlmodel import col

from app.columns import as_of
from app.db import Database
from app.ideas.models import Idea, Stage
from app.notices.actions import read_record
from app.notices.models import Notice
from app.people.actor import find_actor
from app.people.models import Committee, Organisation, Person, Post, Seat
from app.pilots.models import Spending
from app.pilots.standing_in.jobs import follow_the_days
from app.record.models import Entry
from app.record.queries import verify
from app.review.committees.models import Budget
from app.review.models import Meeting, Round
from tests.bench.counting import statements
from tests.cast import Cast
from tests.client import Browser
from tests.makers import a_committee, a_person, a_pilot, a_process, a_seat, an_idea, put
from tests.people.makers import PASSWORD, with_password
from tests.review.makers import SOON, a_round, admitted, move, open_round
from tests.review.test_race import together

As = Callable[[Person | None], Browser]


def other(database: Database, cast: Cast, chair: Person | None = None) -> int:
    with database.writing() as db:
        return a_committee(db, chair=chair or cast.tariq, name="Cargo Committee").id


def test_everybody_reads_who_sits_on_it_and_members_the_rest(database: Database, cast: Cast, as_: As) -> None:
    with database.writing() as db:
        db.get_one(Committee, cast.committee.id).budget = Decimal(5000)
    here = f"/review/committees/{cast.committee.id}"
    found = [as_(person).get(here).status_code for person in (cast.amal, cast.sami, cast.gita, None)]
    assert found == [200, 200, 404, 303]
    assert as_(cast.amal).get("/review/committees/99").status_code == 404
    outside, inside, chair = (as_(person).get(here).text for person in (cast.amal, cast.sami, cast.noor))
    assert "chaired by Noor" in outside
    assert "Security screening" in outside
    assert ("Budget" in outside, "Budget" in inside) == (False, True)
    assert ("A member is away" in inside, "A member is away" in chair) == (False, True)
    assert "Innovation Committee" in as_(cast.amal).get("/review/committees").text
    assert as_(cast.gita).get("/review/committees").status_code == 404


def test_statements_of_the_page_do_not_follow_the_rows(database: Database, cast: Cast, as_: As) -> None:
    noor, here = as_(cast.noor), f"/review/committees/{cast.committee.id}"
    noor.get(here)
    counted = []
    for more in (0, 20):
        with database.writing() as db:
            for number in range(more):
                a_seat(db, db.get_one(Committee, cast.committee.id), a_person(db))
                a_process(db, db.get_one(Committee, cast.committee.id), cast.huda)
                put(db, Budget(committee_id=cast.committee.id, year=2030 + number, amount=Decimal(1)))
        noor.get(here)
        with statements(database) as ran:
            noor.get(here)
        counted.append(len(ran))
    assert counted[0] == counted[1] <= 20


def test_an_administrator_makes_one_and_names_its_heads(database: Database, cast: Cast, as_: As) -> None:
    root = as_(with_password(database, cast.root))
    page = "/admin/committees/new"
    form = {"name": "Cargo Committee", "quorum": "2", "promised_days": "10", "owner_days": "3", "purpose": "Cargo."}
    form |= {"chair_id": str(cast.tariq.id), "deputy_id": str(cast.zaid.id)}
    assert root.send(page, form).status_code == 422  # without the password
    assert root.send(page, form | {"own_password": PASSWORD, "deputy_id": str(cast.tariq.id)}).status_code == 422
    assert root.send(page, form | {"own_password": PASSWORD, "chair_id": str(cast.gita.id)}).status_code == 422
    assert root.send(page, form | {"own_password": PASSWORD}).status_code == 303
    assert root.send(page, form | {"own_password": PASSWORD}).status_code == 409  # its name is taken
    with database.reading() as db:
        made = db.scalars(select(Committee).where(col(Committee.name) == "Cargo Committee")).one()
        assert find_actor(db, cast.tariq.id).seats == {made.id: Post.CHAIR}
        assert find_actor(db, cast.zaid.id).seats == {made.id: Post.DEPUTY}
        moves = [entry.move for entry in db.scalars(select(Entry).where(col(Entry.ref) == made.ref))]
    assert moves == ["add", "seat", "seat"]
    assert "Cargo Committee" in as_(cast.amal).get("/review/committees").text
    assert [as_(person).get(page).status_code for person in (cast.noor, cast.gita)] == [403, 404]


def test_a_year_has_its_budget_and_what_became_of_it(database: Database, cast: Cast, as_: As) -> None:
    with database.writing() as db:
        db.get_one(Committee, cast.committee.id).budget = Decimal(5000)
        db.get_one(Organisation, 1).fiscal_month = 4
        day = datetime.fromisoformat("2026-03-31T12:00:00+00:00")  # of the fiscal year that began in 2025
        with as_of(day):
            idea = an_idea(db, cast.process, cast.zaid, stage=Stage.IN_PILOT)
            pilot = a_pilot(db, idea, cast.amal, cast.noor, budget=Decimal(1200))
        put(db, Spending(pilot_id=pilot.id, amount=Decimal(300), on=date(2026, 4, 1), purpose="x", entered_by=1))
        approved = an_idea(db, cast.process, cast.zaid, stage=Stage.APPROVED, cost=Decimal(6000))
        approved.answered_at = datetime.fromisoformat("2026-04-02T12:00:00+00:00")
    root = as_(cast.root)
    assert (
        root.post(f"/admin/committees/{cast.committee.id}/budgets", {"year": "2025", "amount": "0.001"}).status_code
        == 422
    )
    budget = {"year": "2025", "amount": "2000"}
    assert root.post(f"/admin/committees/{cast.committee.id}/budgets", budget).status_code == 303
    page = as_(cast.sami).get(f"/review/committees/{cast.committee.id}").text
    row = {name: page.partition(f'scope="row">{name}')[2].partition("</tr>")[0] for name in ("2025/26", "2026/27")}
    assert all(words in row["2025/26"] for words in ("2,000", "1,200", "800"))
    assert all(words in row["2026/27"] for words in ("5,000", "6,000", "1,000", "300", "over"))
    with database.reading() as db:
        entry = db.scalars(select(Entry).where(col(Entry.move) == "budget")).one()
        assert '"budget":[null,200000]' in entry.figures
    assert root.post(f"/admin/committees/{cast.committee.id}/budgets", budget | {"amount": ""}).status_code == 303
    with database.reading() as db:
        assert db.scalars(select(Budget)).all() == []


def test_a_term_ends_by_itself_on_its_day(both: Database) -> None:
    from tests.cast import the_cast

    with both.writing() as db:
        cast = the_cast(db)
        seat = db.scalars(select(Seat).where(col(Seat.person_id) == cast.sami.id)).one()
        seat.ends_on = date(2026, 12, 31)
        number, version = seat.id, cast.sami.version
    with as_of(datetime.fromisoformat("2026-12-31T23:00:00+00:00")):
        assert follow_the_days(both) == 0
    with as_of(datetime.fromisoformat("2027-01-01T00:10:00+00:00")):
        assert follow_the_days(both) == 1
        assert follow_the_days(both) == 0
        read_record(both)
    with both.reading() as db:
        assert db.get_one(Seat, number).until is not None
        assert not find_actor(db, cast.sami.id).on_a_committee
        assert db.get_one(Person, cast.sami.id).version == version + 1
        entry = db.scalars(select(Entry)).one()
        assert (entry.move, entry.actor_id, entry.before) == ("end_term", None, "member")
        assert db.scalars(select(col(Notice.person_id))).all() == [cast.sami.id]
        assert verify(db, both.known["record_keys"]).intact


def test_the_chair_hears_of_a_term_thirty_days_ahead(database: Database, cast: Cast, as_: As) -> None:
    root = as_(with_password(database, cast.root))
    seat = {"person_id": str(cast.sami.id), "post": "member", "own_password": PASSWORD}
    here = f"/admin/committees/{cast.committee.id}/seats"
    past = (date.today() - timedelta(days=1)).isoformat()
    assert root.post(here, seat | {"ends_on": past}).status_code == 422
    for days, shown in ((31, False), (30, True)):
        ends = (date.today() + timedelta(days=days)).isoformat()
        assert root.post(here, seat | {"ends_on": ends}).status_code == 303
        assert ("Sami’s seat" in as_(cast.noor).get("/review").text) is shown, days
        assert "Sami’s seat" not in as_(cast.dina).get("/review").text
    with database.reading() as db:
        assert len(db.scalars(select(Seat).where(col(Seat.person_id) == cast.sami.id)).all()) == 1
        assert [entry.move for entry in db.scalars(select(Entry))] == ["term", "term"]


STAGES = {
    Stage.SIGNAL: True,
    Stage.SUBMITTED: True,
    Stage.ADMITTED: True,
    Stage.IN_REVIEW: True,
    Stage.DEFERRED: True,
    Stage.DRAFT: False,
    Stage.SENT_BACK: False,
    Stage.RETURNED: False,
    Stage.APPROVED: False,
    Stage.DECLINED: False,
}


@pytest.mark.parametrize("stage", STAGES)
def test_an_idea_is_passed_on_while_it_waits_for_the_committee(
    database: Database, cast: Cast, as_: As, stage: Stage
) -> None:
    to = other(database, cast)
    with database.writing() as db:
        idea = an_idea(db, cast.process, cast.zaid, stage=stage)
        promised = idea.promised_on
    page, form = f"/review/ideas/{idea.id}/pass-on", {"committee": str(to), "reason": "It is about cargo."}
    form["version"] = str(idea.version)
    late, hidden = not STAGES[stage], stage is Stage.DRAFT
    wanted = {"sami": 409 if late else 403, "zaid": 403, "tariq": 409 if late else 403, "gita": 404}
    wanted |= {"noor": 409 if late else 303} | ({"sami": 404, "tariq": 404, "noor": 404} if hidden else {})
    found = {name: as_(getattr(cast, name)).post(page, form).status_code for name in wanted}
    assert found == wanted
    with database.reading() as db:
        kept = db.get_one(Idea, idea.id)
        assert kept.committee_id == (to if STAGES[stage] else cast.committee.id)
        assert (kept.stage, kept.promised_on) == (stage, promised)


def test_of_twenty_who_pass_it_on_one_does(both: Database) -> None:
    from tests.cast import the_cast

    with both.writing() as db:
        cast = the_cast(db)
        others = [a_committee(db, chair=cast.tariq).id for _ in range(2)]
        idea = an_idea(db, cast.process, cast.zaid, stage=Stage.SUBMITTED)
    bodies = [{"committee": str(others[one % 2]), "reason": "Cargo.", "version": "1"} for one in range(20)]
    assert together(both, cast.noor.id, f"/review/ideas/{idea.id}/pass-on", bodies) == [303] + [409] * 19
    with both.reading() as db:
        assert len(db.scalars(select(Entry).where(col(Entry.move) == "pass_on")).all()) == 1


def test_what_is_passed_on_keeps_its_history_and_the_other_chair_hears(database: Database, cast: Cast, as_: As) -> None:
    to = other(database, cast)
    with database.writing() as db:
        idea = an_idea(db, cast.process, cast.zaid, stage=Stage.SUBMITTED)
    noor, page = as_(cast.noor), f"/review/ideas/{idea.id}/pass-on"
    assert "Pass it on" in noor.get(f"/ideas/{idea.id}").text
    assert noor.post(page, {"committee": str(to), "version": "1", "reason": ""}).status_code == 422
    assert noor.post(page, {"committee": "99", "version": "1", "reason": "x"}).status_code == 422
    assert noor.post(page, {"committee": str(to), "version": "7", "reason": "x"}).status_code == 409
    assert noor.works(page, {"committee": str(to), "reason": "It is about cargo."}, "Pass it on")
    read_record(database)
    with database.reading() as db:
        told = set(db.scalars(select(col(Notice.person_id)).where(col(Notice.about) == idea.ref)))
        entry = db.scalars(select(Entry).where(col(Entry.move) == "pass_on")).one()
    assert told == {cast.tariq.id, cast.zaid.id}
    assert f'"to":{to}' in entry.figures
    assert "It is about cargo." in as_(cast.zaid).get(f"/ideas/{idea.id}").text
    assert "Cargo Committee" in as_(cast.zaid).get(f"/ideas/{idea.id}").text
    assert noor.post(f"/ideas/{idea.id}/moves", {"name": "admit"}).status_code == 403
    assert as_(cast.tariq).post(f"/ideas/{idea.id}/moves", {"name": "send_back", "note": "More."}).status_code == 303
    # Its authors change the text: it stays where it is.
    assert as_(cast.zaid).works(f"/ideas/{idea.id}/edit", {"title": "Cargo doors that say when"})
    with database.reading() as db:
        assert db.get_one(Idea, idea.id).committee_id == to


def test_an_idea_in_a_round_stays_until_the_round_lets_go(database: Database, cast: Cast, as_: As) -> None:
    to = other(database, cast)
    with database.writing() as db:
        idea, more = admitted(db, cast), admitted(db, cast)
        round_ = open_round(db, cast, idea, more)
    page = f"/review/ideas/{idea.id}/pass-on"
    noor = as_(cast.noor)
    assert noor.get(page).status_code == 409
    assert noor.post(f"/review/rounds/{round_.id}/ideas/{idea.id}/out", {"reason": "Cargo."}).status_code == 303
    assert noor.works(page, {"committee": str(to), "reason": "Cargo."}, "Pass it on")
    with database.reading() as db:
        assert db.get_one(Idea, idea.id).stage is Stage.IN_REVIEW
    with database.writing() as db:
        move(db, cast, db.get_one(Round, round_.id), "close")


def test_a_prepared_round_leaves_out_what_has_gone_to_another(database: Database, cast: Cast) -> None:
    to = other(database, cast)
    with database.writing() as db:
        idea, more = admitted(db, cast), admitted(db, cast)
        round_ = a_round(db, cast, idea, more)
        db.get_one(Idea, idea.id).committee_id = to
        move(db, cast, round_, "open")
        assert [db.get_one(Idea, one.id).stage for one in (idea, more)] == [Stage.ADMITTED, Stage.IN_REVIEW]


def test_who_keeps_the_name_of_its_author_does_not_come_to_judge_it(database: Database, cast: Cast, as_: As) -> None:
    to = other(database, cast, cast.root)
    with database.writing() as db:
        idea = an_idea(db, cast.process, cast.zaid, stage=Stage.SUBMITTED, custodian_id=cast.root.id)
    form = {"committee": str(to), "version": "1", "reason": "Cargo."}
    assert as_(cast.noor).post(f"/review/ideas/{idea.id}/pass-on", form).status_code == 422


def test_a_chair_of_two_chooses(database: Database, cast: Cast, as_: As) -> None:
    to = other(database, cast, cast.noor)
    with database.writing() as db:
        process = a_process(db, db.get_one(Committee, to), cast.huda, name="Cargo")
        idea = an_idea(db, process, cast.zaid, stage=Stage.ADMITTED, title="Doors that say when")
        admitted(db, cast, title="Trolleys")
    noor = as_(cast.noor)
    first, second = (noor.get(f"/review/rounds/new?committee={one}").text for one in (cast.committee.id, to))
    assert ("Trolleys" in first, "Trolleys" in second) == (True, False)
    assert ("Doors that say when" in first, "Doors that say when" in second) == (False, True)
    assert "Cargo Committee" in noor.get("/review/rounds/new").text
    wanted = {"name": "Cargo round", "due": SOON.isoformat(), "ideas": str(idea.id), "reviewers": str(cast.noor.id)}
    page = f"/review/rounds/new?committee={to}"
    made = noor.fill(page, wanted)
    assert made.status_code == 303
    assert (
        noor.fill(f"/review/meetings/new?committee={to}", {"name": "Cargo", "day": SOON.isoformat()}).status_code == 303
    )
    with database.reading() as db:
        assert db.scalars(select(Round)).one().committee_id == to
        assert db.scalars(select(Meeting)).one().committee_id == to
    assert noor.get("/review/rounds/new?committee=99").status_code == 404
    assert as_(cast.sami).get("/review/rounds/new").status_code == 403
