"""Mandates: given, accepted, worked off, late, replaced; hours released by whom people report to."""

import json
import threading
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from app.columns import now
from app.db import Database
from app.errors import Refusal
from app.main import Pilotage
from app.notices.actions import read_record
from app.people.actions import erase
from app.people.actor import find_actor
from app.people.models import Department, Person, Team
from app.people.reporting import reports_to
from app.processes.models import Focus
from app.record.models import Entry
from app.record.queries import verify
from app.teams.mandates import actions
from app.teams.mandates.forms import Due, Given, MandateForm
from app.teams.mandates.models import Mandate, MandateStage, Owed, Release, ReleaseStage
from tests.bench.counting import statements
from tests.cast import Cast, the_cast
from tests.client import Browser
from tests.makers import a_department, a_process, a_team

As = Callable[..., Browser]
DAY = date.today()
SOON, LATER, AGO = DAY + timedelta(days=7), DAY + timedelta(days=60), DAY - timedelta(days=3)


def filled(cast: Cast, **over: Any) -> dict[str, Any]:
    form = {
        "process": cast.process.id,
        "measure": "Queue at security, mean of 0 to 100",
        "figure_now": "38",
        "figure_wanted": "55",
        "target": "Nobody waits without knowing how long.",
        "from_on": str(DAY - timedelta(days=30)),
        "until_on": str(LATER),
        "version": "",
        "what_1": "A plan with measures",
        "due_1": str(SOON),
        f"hours_{cast.amal.id}": "6",
        f"hours_{cast.badr.id}": "4",
    }
    return form | over


def a_mandate(database: Database, cast: Cast, *, due: date = SOON, stage: MandateStage | None = None) -> int:
    with database.writing() as db:
        form = MandateForm(
            process=cast.process.id, measure="Queue", figure_wanted=55, from_on=AGO, until_on=LATER, version=None
        )
        given = Given(form, [Due("A plan", due)], {cast.amal.id: 6, cast.badr.id: 4})
        made = actions.give(db, find_actor(db, cast.noor.id), db.get_one(Team, cast.team.id), given)
        if stage:
            made.stage = stage
        return made.id


def manages(database: Database, boss: Person, *people: Person) -> None:
    with database.writing() as db:
        for person in people:
            db.get_one(Person, person.id).manager_id = boss.id


def test_given_released_accepted_and_worked_off(database: Database, cast: Cast, as_: As) -> None:
    manages(database, cast.huda, cast.badr)
    noor, amal, huda = as_(cast.noor), as_(cast.amal), as_(cast.huda)
    form = noor.get("/teams/1/mandates/new").text
    assert "Released by Huda" in form
    assert "Reports to nobody here" in form
    where = noor.send("/teams/1/mandates/new", filled(cast)).headers["location"]
    assert "Accept the mandate of" in amal.get("/").text
    assert "Release hours for" in huda.get("/").text
    assert "Release hours for" in noor.get("/").text, "Amal reports to nobody"
    assert huda.post(f"{where}/hours/2", {"name": "release", "note": ""}).status_code == 303
    assert huda.post(f"{where}/hours/1", {"name": "release", "note": ""}).status_code == 403
    assert noor.post(f"{where}/hours/1", {"name": "release", "note": "Gladly."}).status_code == 303
    assert "10 of 10 a week released" in as_(cast.tariq).get(where).text
    assert "10 of 10 hours a week released" in as_(cast.tariq).get("/teams/1").text
    assert amal.move(where, "accept_mandate").status_code == 303
    assert "Hand in" in amal.get("/").text
    assert amal.post(f"{where}/owed/1", {"name": "hand_in", "note": "Lies in room 7"}).status_code == 303
    assert amal.post(f"{where}/owed/1", {"name": "hand_in", "note": ""}).status_code == 409
    assert "All that it owes is handed in." in noor.get(where).text
    assert noor.post(f"{where}/owed/1", {"name": "not_yet", "note": "No figures."}).status_code == 303
    assert "No figures." in amal.get(where).text
    with database.reading() as db:
        assert [row.process_id for row in db.scalars(select(Focus))] == [cast.process.id]
        moves = db.scalars(select(col(Entry.move)).where(col(Entry.ref) == "team:1").order_by(col(Entry.number))).all()
        assert moves == [
            *("mandate", "ask_hours", "release_hours", "release_hours", "accept_mandate", "deliver", "undeliver")
        ]
        assert verify(db, database.known["record_keys"]).intact
    read_record(database)
    told = {name: as_(getattr(cast, name)).get("/notices").text for name in ("amal", "badr", "noor", "huda", "tariq")}
    assert "A mandate given" in told["amal"]
    assert "Hours released" in told["badr"]
    assert "The mandate is accepted" in told["noor"]
    assert "release somebody" in told["huda"]
    assert "andate" not in told["tariq"]


RULES = [
    # who, gives, accepts, hands in, takes a delivery back, ends, releases Badr's hours (whom Huda manages)
    ("noor", 200, 403, 403, 303, 303, 403),
    ("amal", 403, 303, 303, 403, 403, 403),
    ("badr", 403, 403, 403, 403, 403, 403),
    ("sami", 403, 403, 403, 403, 403, 403),
    ("huda", 403, 403, 403, 403, 403, 303),
    ("layla", 403, 403, 403, 403, 403, 403),
    ("root", 403, 403, 403, 403, 403, 403),
    ("gita", 404, 404, 404, 404, 404, 404),
]


@pytest.mark.parametrize(("name", "gives", "accepts", "hands", "takes", "ends", "releases"), RULES)
def test_who_may(
    database: Database,
    cast: Cast,
    as_: As,
    name: str,
    gives: int,
    accepts: int,
    hands: int,
    takes: int,
    ends: int,
    releases: int,
) -> None:
    manages(database, cast.huda, cast.badr)
    mandate = a_mandate(database, cast)
    browser, here = as_(getattr(cast, name)), f"/teams/mandates/{mandate}"
    assert browser.get(here).status_code == (404 if name == "gita" else 200)
    assert browser.get("/teams/1/mandates/new").status_code == gives
    sent = browser.post("/teams/1/mandates/new", filled(cast, version="1", key="k"))
    assert sent.status_code == (303 if gives == 200 else gives)
    if gives == 200:
        mandate = 2
        here = f"/teams/mandates/{mandate}"
    hours = {"noor": 4}.get(name, 2)
    assert browser.post(f"{here}/hours/{hours}", {"name": "release", "note": ""}).status_code == releases
    assert browser.move(here, "accept_mandate").status_code == accepts
    with database.writing() as db:
        db.get_one(Mandate, mandate).stage = MandateStage.ACCEPTED
        owed = db.scalars(select(Owed).where(col(Owed.mandate_id) == mandate)).one().id
    assert browser.post(f"{here}/owed/{owed}", {"name": "hand_in", "note": ""}).status_code == hands
    with database.writing() as db:
        done = db.get_one(Owed, owed)
        done.done_at, done.done_by = now(), cast.amal.id
    assert browser.post(f"{here}/owed/{owed}", {"name": "not_yet", "note": "No."}).status_code == takes
    assert browser.move(here, "end_mandate", "Enough.").status_code == ends


def test_the_life_as_a_table(database: Database, cast: Cast) -> None:
    """For every stage, what the lead and the chair can do."""
    from app.teams.mandates.pages import may_move
    from app.teams.mandates.rules import life

    expected = {
        MandateStage.OFFERED: ({"accept_mandate", "hand_back"}, {"end_mandate"}),
        MandateStage.ACCEPTED: ({"hand_back"}, {"end_mandate"}),
        MandateStage.HANDED_BACK: (set(), {"end_mandate"}),
        MandateStage.REPLACED: (set(), set()),
        MandateStage.ENDED: (set(), set()),
    }
    number = a_mandate(database, cast)
    with database.reading() as db:
        mandate, team = db.get_one(Mandate, number), db.get_one(Team, cast.team.id)
        for stage, (lead, chair) in expected.items():
            mandate.stage = stage
            for person, wanted in ((cast.amal, lead), (cast.noor, chair), (cast.badr, set()), (cast.tariq, set())):
                actor = find_actor(db, person.id)
                names = {move.name for move in life.open_to(actor, mandate) if may_move(actor, team, move.name)}
                assert names == wanted, (stage, person.name)
        db.rollback()


def test_versions_are_kept_and_what_was_done_holds_on(database: Database, cast: Cast, as_: As) -> None:
    noor, amal = as_(cast.noor), as_(cast.amal)
    first = noor.send("/teams/1/mandates/new", filled(cast)).headers["location"]
    noor.post(f"{first}/hours/1", {"name": "release", "note": "Fine"})
    amal.move(first, "accept_mandate")
    amal.post(f"{first}/owed/1", {"name": "hand_in", "note": "In room 7"})
    again = "/teams/1/mandates/new?process=1"
    assert 'value="55"' in noor.get(again).text
    more = {"figure_wanted": "60", "what_2": "A second plan", "due_2": str(LATER), f"hours_{cast.badr.id}": "9"}
    form = {**filled(cast, version="1"), **more}
    second = noor.send(again, form, action="/teams/1/mandates/new").headers["location"]
    assert second == "/teams/mandates/2"
    assert noor.send(again, form, action="/teams/1/mandates/new").status_code == 409, "version 2 stands by now"
    with database.reading() as db:
        old, new = db.get_one(Mandate, 1), db.get_one(Mandate, 2)
        assert (old.stage, old.figure_wanted) == (MandateStage.REPLACED, 55)
        assert (new.stage, new.figure_wanted, new.number) == (MandateStage.OFFERED, 60, 2)
        carried = db.scalars(select(Owed).where(col(Owed.mandate_id) == 2).order_by(col(Owed.place))).all()
        assert [(one.what, one.done_at is not None) for one in carried] == [
            ("A plan with measures", True),
            ("A second plan", False),
        ]
        hours = {one.person_id: one.stage for one in db.scalars(select(Release).where(col(Release.mandate_id) == 2))}
        assert hours == {cast.amal.id: ReleaseStage.RELEASED, cast.badr.id: ReleaseStage.ASKED}
    page = noor.get(first).text
    assert "A newer version stands in the place of this one." in page
    assert "/teams/mandates/2" in page
    assert amal.move(first, "accept_mandate").status_code == 409
    assert noor.post(f"{first}/hours/2", {"name": "release", "note": ""}).status_code == 409


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({"measure": ""}, "At least 2 characters"),
        ({"figure_wanted": ""}, "This is needed."),
        ({"figure_wanted": "much"}, "Write a number"),
        ({"figure_wanted": "inf"}, "Write a number"),
        ({"until_on": str(DAY - timedelta(days=90))}, "It ends before it begins."),
        ({"until_on": "0001-01-01"}, "Not less than 2000-01-01."),
        ({"what_1": "", "due_1": ""}, "Say at least one thing"),
        ({"due_1": ""}, "Say by when."),
        ({"what_1": ""}, "Say what is owed on this day."),
        ({"due_1": "1999-01-01"}, "Not less than 2000-01-01."),
        ({"due_1": str(DAY - timedelta(days=40))}, "That is before the mandate begins."),
        ({"process": "99"}, "Choose one of the offered processes."),
    ],
)
def test_mistakes_come_back(cast: Cast, as_: As, over: dict[str, str], words: str) -> None:
    answer = as_(cast.noor).send("/teams/1/mandates/new", filled(cast, **over))
    assert answer.status_code == 422
    assert words in answer.text
    assert "Nobody waits without knowing how long." in answer.text


def test_hours_need_somebody_and_a_no_needs_words(database: Database, cast: Cast, as_: As) -> None:
    noor = as_(cast.noor)
    none = filled(cast) | {f"hours_{cast.amal.id}": "", f"hours_{cast.badr.id}": ""}
    assert "Say whose hours" in noor.send("/teams/1/mandates/new", none).text
    stranger = noor.send("/teams/1/mandates/new", filled(cast, **{f"hours_{cast.zaid.id}": "4"}))
    assert stranger.status_code == 422, "not in the team"
    mandate = a_mandate(database, cast)
    here = f"/teams/mandates/{mandate}"
    empty = noor.post(f"{here}/hours/1", {"name": "refuse", "note": ""})
    assert empty.status_code == 422
    assert "Give a reason" in empty.text
    assert noor.post(f"{here}/hours/1", {"name": "refuse", "note": "<i>Busy</i>"}).status_code == 303
    assert "&lt;i&gt;Busy" in as_(cast.amal).get(here).text, "the lead, whose hours they are"
    assert "Busy" not in as_(cast.tariq).get(here).text
    assert noor.post(f"{here}/hours/1", {"name": "release", "note": ""}).status_code == 303
    assert noor.post(f"{here}/hours/99", {"name": "release", "note": ""}).status_code == 404


def test_hours_of_a_manager_who_is_gone_are_the_chairs(database: Database, cast: Cast, as_: As) -> None:
    manages(database, cast.huda, cast.badr)
    here = f"/teams/mandates/{a_mandate(database, cast)}"
    assert as_(cast.noor).post(f"{here}/hours/2", {"name": "release", "note": ""}).status_code == 403
    with database.writing() as db:
        db.get_one(Person, cast.huda.id).disabled_at = now()
    assert "Release hours for" in as_(cast.noor).get("/").text
    assert as_(cast.noor).post(f"{here}/hours/2", {"name": "release", "note": ""}).status_code == 303


def test_nobody_mandates_a_team_of_their_own(database: Database, cast: Cast, as_: As) -> None:
    with database.writing() as db:
        a_team(db, cast.committee, cast.noor, name="The chair's own")
    assert as_(cast.noor).get("/teams/2/mandates/new").status_code == 403
    assert "Give a mandate" not in as_(cast.noor).get("/teams/2").text


def test_what_is_late_is_shown_to_the_chair(database: Database, cast: Cast, as_: As) -> None:
    a_mandate(database, cast, due=DAY - timedelta(days=1), stage=MandateStage.ACCEPTED)
    noor = as_(cast.noor)
    assert "1 day late" in noor.get("/teams").text
    assert "Ask for" in noor.get("/").text
    assert "1 day late" in noor.get("/teams/mandates/1").text
    assert "What teams owe the committee" not in as_(cast.tariq).get("/teams").text
    assert "1 day late" in as_(cast.tariq).get("/teams/1").text
    with database.writing() as db:
        db.get_one(Mandate, 1).stage = MandateStage.ENDED
    assert "What teams owe the committee" not in noor.get("/teams").text
    assert "Ask for" not in noor.get("/").text


def test_priorities_without_a_team(database: Database, cast: Cast, as_: As) -> None:
    noor = as_(cast.noor)
    assert "Find a team for" in noor.get("/").text
    assert "none yet" in noor.get("/processes/1").text
    assert "Prioritised, and no team works on it" in noor.get("/teams").text
    with database.writing() as db:
        db.add(Focus(team_id=cast.team.id, process_id=cast.process.id))
    assert "Find a team for" not in noor.get("/").text
    assert "Calm corners" in noor.get("/processes/1").text
    with database.writing() as db:
        db.get_one(Team, cast.team.id).disbanded_at = now()
    assert "Prioritised, and no team works on it" in noor.get("/teams").text


def test_two_versions_at_once_and_one_stands(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
    a_mandate(both, cast)
    done: list[str] = []

    def give(wanted: float) -> None:
        try:
            with both.writing() as db:
                form = MandateForm(
                    process=cast.process.id,
                    measure="Queue",
                    figure_wanted=wanted,
                    from_on=AGO,
                    until_on=LATER,
                    version=1,
                )
                given = Given(form, [Due("A plan", SOON)], {cast.amal.id: 6})
                actions.give(db, find_actor(db, cast.noor.id), db.get_one(Team, cast.team.id), given)
            done.append("given")
        except Refusal as refusal:
            done.append(type(refusal).__name__)

    threads = [threading.Thread(target=give, args=(wanted,)) for wanted in (60, 61, 62)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == ["Stale", "Stale", "given"]
    with both.reading() as db:
        assert len(db.scalars(select(Mandate)).all()) == 2


def test_home_waits_on_both_databases(both: Database) -> None:
    from app.work.teams import waiting

    with both.writing() as db:
        cast = the_cast(db)
    a_mandate(both, cast, due=AGO, stage=MandateStage.ACCEPTED)
    with both.reading() as db:
        verbs = {
            person.name: [(todo.verb, todo.due, todo.late) for todo in waiting(db, find_actor(db, person.id), DAY)]
            for person in (cast.noor, cast.amal, cast.tariq)
        }
    assert verbs["Amal"] == [("Hand in", AGO, True)]
    assert verbs["Noor"] == [("Ask for", AGO, True), *[("Release hours for", None, False)] * 2]
    assert verbs["Tariq"] == []


def test_statements_do_not_grow(app: Pilotage, database: Database, cast: Cast, as_: As) -> None:
    noor, counted = as_(cast.noor), []
    for more in (1, 8):
        for number in range(more):
            with database.writing() as db:
                process = a_process(db, cast.committee, cast.huda, name=f"P {more} {number}", rank=more + number + 1)
                form = MandateForm(
                    process=process.id, measure="Queue", figure_wanted=5, from_on=AGO, until_on=LATER, version=None
                )
                given = Given(form, [Due("A plan", SOON), Due("More", LATER)], {cast.amal.id: 6, cast.badr.id: 4})
                actions.give(db, find_actor(db, cast.noor.id), db.get_one(Team, cast.team.id), given)
        for address, most in (("/teams", 6), ("/teams/1", 12), ("/teams/mandates/1", 10)):
            noor.get(address)
            with statements(database) as ran:
                assert noor.get(address).status_code == 200
            assert len(ran) <= most, (address, len(ran), ran)
            counted.append(len(ran))
    assert counted[:3] == counted[3:]


def test_the_head_of_a_department_stands_before_the_chair(both: Database) -> None:
    """Their own department's, else the nearest one above; nobody is their own head, and a manager comes first."""
    with both.writing() as db:
        cast = the_cast(db)
        upper = a_department(db, name="Operations", head_id=cast.layla.id)
        own = db.get_one(Department, cast.department.id)
        own.parent_id = upper.id
        db.get_one(Person, cast.badr.id).manager_id = cast.huda.id

        def above() -> dict[str, str]:
            db.flush()
            people = {one.id: one.name for one in (cast.amal, cast.badr, cast.zaid, cast.tariq)}
            return {people[person]: one.name for person, one in reports_to(db, people).items()}

        assert above() == {"Amal": "Layla", "Badr": "Huda", "Zaid": "Layla"}, "Tariq's department has no head"
        own.head_id = cast.zaid.id
        assert above() == {"Amal": "Zaid", "Badr": "Huda", "Zaid": "Layla"}
        db.get_one(Person, cast.zaid.id).disabled_at = now()
        db.get_one(Person, cast.huda.id).disabled_at = now()
        assert above() == {"Amal": "Layla", "Badr": "Layla", "Zaid": "Layla"}
        upper.parent_id = own.id  # a ring, which no page makes, ends all the same
        upper.head_id = None
        assert above() == {}


def test_a_head_is_named_asked_and_answers(database: Database, cast: Cast, as_: As) -> None:
    root, noor, huda = as_(cast.root), as_(cast.noor), as_(cast.huda)
    where = f"/admin/departments/{cast.department.id}"
    kept = {"name": "Terminal operations", "parent_id": "", "head_id": str(cast.huda.id)}
    assert as_(cast.noor).post(where, kept).status_code == 403
    assert root.post(where, kept).status_code == 303
    assert "headed by Huda" in root.get("/admin/departments").text
    assert root.post(where, kept | {"head_id": str(cast.gita.id)}).status_code == 422
    assert root.post(where, kept | {"head_id": "999"}).status_code == 422
    with database.reading() as db:
        entry = db.scalars(select(Entry).where(col(Entry.ref) == f"department:{cast.department.id}")).one()
        assert (entry.move, json.loads(entry.figures)) == ("change", {"fields": ["head"], "person": cast.huda.id})
    form = noor.get("/teams/1/mandates/new").text
    assert "Released by Huda, head of the department." in form
    assert "Reports to nobody here" not in form
    here = f"/teams/mandates/{a_mandate(database, cast)}"
    assert "Asked of Huda" in noor.get(here).text
    assert "Release hours for" in huda.get("/").text
    assert "Release hours for" not in noor.get("/").text
    assert noor.post(f"{here}/hours/1", {"name": "release", "note": ""}).status_code == 403
    assert huda.post(f"{here}/hours/1", {"name": "release", "note": ""}).status_code == 303
    with database.writing() as db:
        erase(db, cast.root.id, db.get_one(Person, cast.huda.id))
    with database.reading() as db:
        assert db.get_one(Department, cast.department.id).head_id is None
    assert "Release hours for" in noor.get("/").text, "Badr's hours, whose head is gone"
