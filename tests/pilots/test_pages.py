"""Pages of pilots over HTTP, without JavaScript: who gets what, late edits, keys, the number of statements."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import anyio
import httpx2
import pytest
from sqlalchemy import event, func, select
from sqlmodel import col

from app.db import Database
from app.ideas.models import Idea, Stage, Veil
from app.main import Pilotage
from app.people.models import Person
from app.people.sessions import begin
from app.pilots.models import Artefact, Pilot, PilotStage, Step, StepStage
from app.record.queries import entries_of
from tests.cast import Cast
from tests.client import ORIGIN, Browser
from tests.makers import a_person, a_pilot, an_idea, put
from tests.pilots.stories import BARRIER, a_result, write_step

As = Callable[[Person | None], Browser]


@pytest.fixture
def idea(database: Database, cast: Cast) -> Idea:
    with database.writing() as db:
        return an_idea(db, cast.process, cast.amal, stage=Stage.APPROVED, team_id=cast.team.id, title="Small legs")


@pytest.fixture
def pilot(database: Database, cast: Cast) -> Pilot:
    """On its second step, with everything written that the first asked for."""
    with database.writing() as db:
        return running(db, cast, step=2)


def running(db: Any, cast: Cast, step: int, **over: Any) -> Pilot:
    idea = an_idea(db, cast.process, cast.amal, stage=Stage.IN_PILOT, team_id=cast.team.id)
    pilot = a_pilot(db, idea, cast.amal, cast.noor, cast.huda, step=step, sponsor_id=cast.layla.id, **over)
    for number in range(1, step):
        write_step(db, pilot, number, cast.amal)
    return pilot


def charter_of(idea: Idea, cast: Cast, **over: Any) -> dict[str, Any]:
    keepers = {f"keepers_{number}": [str(cast.noor.id), str(cast.huda.id)] for number in range(1, 7)}
    fields = {"idea": idea.id, "name": "A lane for small legs", "team": cast.team.id, "lead": cast.amal.id}
    return fields | {"sponsor": cast.layla.id, "budget": "62000.50"} | keepers | over


def test_the_chair_charters_an_approved_idea(database: Database, cast: Cast, idea: Idea, as_: As) -> None:
    noor = as_(cast.noor)
    page = f"/pilots/new?idea={idea.id}"
    assert "Small legs" in noor.get(page).text
    due = {"due_1": date.today().isoformat(), "due_2": (date.today() + timedelta(days=9)).isoformat()}
    sent = charter_of(idea, cast, **due) | {"key": noor.key(page, "/pilots/new")}
    answers = [noor.post("/pilots/new", sent) for _ in range(3)]
    assert {(answer.status_code, answer.headers["location"]) for answer in answers} == {(303, "/pilots/1")}
    with database.reading() as db:
        made = db.scalars(select(Pilot)).one()
        assert (made.step, made.stage, str(made.budget)) == (1, PilotStage.RUNNING, "62000.50")
        assert [step.stage.value for step in made.steps] == ["open", *["ahead"] * 5]
        assert made.keepers_of(4) == [cast.noor.id, cast.huda.id]
        assert db.get_one(Idea, idea.id).stage is Stage.IN_PILOT
        assert [entry.move for entry, _ in entries_of(db, made.ref)] == ["charter"]
    assert noor.get(page).status_code == 409


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({"name": ""}, "At least 3 characters"),
        ({"lead": ""}, "This is needed"),
        ({"lead": "9999"}, "offered people"),
        ({"budget": "1.234"}, "decimal places"),
        ({"budget": "-1"}, "Not less than 0"),
        ({"due_1": "2026-12-02", "due_2": "2026-12-01"}, "Not before the step"),
        ({"surprise": "1"}, "no such field"),
    ],
)
def test_a_charter_with_mistakes_comes_back(cast: Cast, idea: Idea, as_: As, over: dict[str, Any], words: str) -> None:
    noor = as_(cast.noor)
    key = noor.key(f"/pilots/new?idea={idea.id}", "/pilots/new")
    answer = noor.post("/pilots/new", charter_of(idea, cast, **over) | {"key": key})
    assert answer.status_code == 422
    assert words in answer.text
    assert over.get("name", "A lane for small legs") in answer.text


def test_nobody_keeps_a_gate_of_their_own_work(cast: Cast, idea: Idea, as_: As) -> None:
    noor = as_(cast.noor)
    key = noor.key(f"/pilots/new?idea={idea.id}", "/pilots/new")
    answer = noor.post("/pilots/new", charter_of(idea, cast, keepers_3=[str(cast.badr.id)]) | {"key": key})
    assert answer.status_code == 422
    assert "work that is their own" in answer.text


def test_a_charter_waits_until_a_blind_round_is_published(database: Database, cast: Cast, idea: Idea, as_: As) -> None:
    """A team's name on the pilot would tell a veiled reviewer who wrote the idea."""
    noor = as_(cast.noor)
    key = noor.key(f"/pilots/new?idea={idea.id}", "/pilots/new")
    with database.writing() as db:
        put(db, Veil(person_id=cast.sami.id, idea_id=idea.id, round_id=1))
    assert noor.post("/pilots/new", charter_of(idea, cast) | {"key": key}).status_code == 409
    with database.reading() as db:
        assert db.get_one(Idea, idea.id).stage is Stage.APPROVED


def test_others_do_not_charter(cast: Cast, idea: Idea, as_: As) -> None:
    for person in (cast.amal, cast.sami, cast.layla, cast.root):
        browser = as_(person)
        assert browser.get(f"/pilots/new?idea={idea.id}").status_code == 403
        assert browser.post("/pilots/new", charter_of(idea, cast) | {"key": "abc"}).status_code == 403


PAGES = ("/pilots", "/pilots/pilots.csv", "/pilots/1", "/pilots/1/steps/1", "/pilots/1/steps/2", "/pilots/1/steps/6")
MORE = ("/pilots/1/effect", "/pilots/1/money", "/pilots/1/withdrawn", "/pilots/1/artefacts/1/versions")


@pytest.mark.parametrize("address", PAGES + MORE)
def test_employees_see_pilots_and_strangers_nothing(cast: Cast, pilot: Pilot, as_: As, address: str) -> None:
    for person in (cast.amal, cast.zaid, cast.noor, cast.layla, cast.huda, cast.root):
        assert as_(person).get(address).status_code == 200
    assert as_(cast.gita).get(address).status_code == 404
    assert as_(None).get(address).status_code == 303


def test_what_is_not_there_is_404(cast: Cast, pilot: Pilot, as_: As) -> None:
    amal = as_(cast.amal)
    for address in ("/pilots/99", "/pilots/1/steps/7", "/pilots/1/steps/0", "/pilots/1/artefacts/new/nothing"):
        assert amal.get(address).status_code == 404
    assert amal.get("/pilots/1/artefacts/99/versions").status_code == 404
    assert amal.post("/pilots/1/steps/7/moves", {"name": "pass"}).status_code == 404


def test_a_pilot_goes_through_its_gate(database: Database, cast: Cast, pilot: Pilot, as_: As) -> None:
    amal, noor, step = as_(cast.amal), as_(cast.noor), "/pilots/1/steps/2"
    refused = amal.move(step, "ask")
    assert refused.status_code == 422
    assert "A challenge statement. A mental map." in refused.text
    with database.writing() as db:
        write_step(db, db.get_one(Pilot, pilot.id), 2, cast.amal)
    assert "Ask for the gate" in amal.get(step).text
    assert noor.move(step, "pass", "Good.").status_code == 409
    assert amal.move(step, "ask").status_code == 303
    assert amal.move(step, "pass", "Good.").status_code == 403
    assert as_(cast.zaid).move(step, "pass", "Good.").status_code == 403
    without = noor.move(step, "pass")
    assert without.status_code == 422
    assert "Give a reason" in without.text
    assert noor.move("/pilots/1", "pass", "It is bold.").headers["location"] == "/pilots/1/steps/3"
    page = amal.get(step).text
    assert "It is bold." in page
    assert "Gate 2 passed" in page
    assert noor.move("/pilots/1/steps/4", "pass", "Skip.").status_code == 409


async def together(app: Pilotage, tokens: list[str], address: str, data: dict[str, Any]) -> list[int]:
    """One post for each session, all in flight on one loop, as a server has them."""
    found: list[int] = []

    async def post(token: str) -> None:
        wire = httpx2.ASGITransport(app)
        cookies = {"pilotage": token}
        async with httpx2.AsyncClient(transport=wire, base_url=ORIGIN, cookies=cookies) as http:
            found.append((await http.post(address, data=data, headers={"origin": ORIGIN})).status_code)

    async with anyio.create_task_group() as tasks:
        for token in tokens:
            tasks.start_soon(post, token)
    return found


def test_twenty_who_pass_at_once(database: Database, cast: Cast, pilot: Pilot, app: Pilotage) -> None:
    with database.writing() as db:
        write_step(db, db.get_one(Pilot, pilot.id), 2, cast.amal)
        step = db.scalars(select(Step).where(col(Step.number) == 2)).one()
        step.stage = StepStage.ASKED
        version = step.version
        tokens = [begin(db, (cast.noor if number % 2 else cast.huda).id) for number in range(20)]
    move = {"name": "pass", "note": "Good.", "version": version}
    answers = anyio.run(together, app, tokens, "/pilots/1/steps/2/moves", move)
    assert sorted(answers) == [303] + [409] * 19
    with database.reading() as db:
        assert db.get_one(Pilot, pilot.id).step == 3


def barrier(cast: Cast, **over: Any) -> dict[str, Any]:
    return BARRIER | {"owner": cast.badr.id} | over


def test_a_barrier_is_added_changed_and_withdrawn(database: Database, cast: Cast, as_: As) -> None:
    with database.writing() as db:
        running(db, cast, step=1)
    amal = as_(cast.amal)
    new = "/pilots/1/artefacts/new/barrier"
    sent = barrier(cast) | {"key": amal.key(new)}
    assert {amal.post(new, sent).headers["location"] for _ in range(5)} == {"/pilots/1/steps/1#a1"}
    assert "Low trays" in amal.get("/pilots/1").text
    assert amal.post("/pilots/1/artefacts/1", barrier(cast, way="Trays on legs")).status_code == 303
    page = amal.get("/pilots/1/steps/1").text
    assert "Trays on legs" in page
    assert "Low trays" not in page
    history = as_(cast.zaid).get("/pilots/1/artefacts/2/versions").text
    assert "Low trays" in history
    assert "Trays on legs" in history
    assert amal.post("/pilots/1/artefacts/2/withdraw").status_code == 303
    assert "Trays on legs" not in amal.get("/pilots/1/steps/1").text
    assert "Belts are too high" in as_(cast.zaid).get("/pilots/1/withdrawn").text
    with database.reading() as db:
        assert db.scalar(select(func.count()).select_from(Artefact)) == 2
        assert [entry.move for entry, _ in entries_of(db, "pilot:1")] == ["withdraw"]


def test_a_late_edit_keeps_what_was_typed(database: Database, cast: Cast, as_: As) -> None:
    with database.writing() as db:
        write_step(db, running(db, cast, step=1), 1, cast.amal)
    amal, badr = as_(cast.amal), as_(cast.badr)
    assert badr.post("/pilots/1/artefacts/1", barrier(cast, way="Trays on legs")).status_code == 303
    late = amal.post("/pilots/1/artefacts/1", barrier(cast, way="Kneel down"))
    assert late.status_code == 409
    assert "Kneel down" in late.text
    assert "Trays on legs" in late.text
    assert 'action="/pilots/1/artefacts/3"' in late.text  # to keep it knowingly over what stands now
    assert amal.post("/pilots/1/artefacts/3", barrier(cast, way="Kneel down")).status_code == 303


def test_a_step_is_locked_while_its_gate_is_asked_for(database: Database, cast: Cast, as_: As) -> None:
    with database.writing() as db:
        write_step(db, running(db, cast, step=1), 1, cast.amal)
    amal = as_(cast.amal)
    key = amal.key("/pilots/1/artefacts/new/barrier")
    assert amal.move("/pilots/1/steps/1", "ask").status_code == 303
    late = amal.post("/pilots/1/artefacts/new/barrier", barrier(cast, what="A late thought") | {"key": key})
    assert late.status_code == 409
    assert "A late thought" in late.text
    assert amal.post("/pilots/1/artefacts/1", barrier(cast, what="Another")).status_code == 409
    assert amal.post("/pilots/1/artefacts/1/withdraw").status_code == 409
    assert amal.post("/pilots/1/artefacts/1/place", {"way": "down"}).status_code == 409
    assert amal.get("/pilots/1/artefacts/new/scenario").status_code == 409
    assert amal.get("/pilots/1/artefacts/new/risk").status_code == 200


def test_others_do_not_write(cast: Cast, pilot: Pilot, as_: As) -> None:
    for person in (cast.zaid, cast.noor, cast.layla, cast.root):
        other = as_(person)
        assert other.get("/pilots/1/artefacts/new/challenge").status_code == 403
        assert (
            other.post("/pilots/1/artefacts/new/challenge", {"key": "x" * 20, "statement": "x" * 20}).status_code == 403
        )
        assert other.post("/pilots/1/artefacts/1", barrier(cast)).status_code == 403
    assert as_(cast.zaid).post("/pilots/1/health", {"health": "at risk", "version": "1"}).status_code == 403


def test_order_goes_by_buttons(database: Database, cast: Cast, as_: As) -> None:
    with database.writing() as db:
        write_step(db, running(db, cast, step=1), 1, cast.amal)
    amal = as_(cast.amal)
    order = re.compile(r"Belts are too high|Two airlines say no")
    assert order.findall(amal.get("/pilots/1").text)[0] == "Belts are too high"
    assert amal.post("/pilots/1/artefacts/2/place", {"way": "up"}).status_code == 303
    assert order.findall(amal.get("/pilots/1").text)[0] == "Two airlines say no"
    assert amal.post("/pilots/1/artefacts/2/place", {"way": "sideways"}).status_code == 422


def test_a_form_with_mistakes_comes_back(cast: Cast, pilot: Pilot, as_: As) -> None:
    amal, new = as_(cast.amal), "/pilots/1/artefacts/new/challenge"
    answer = amal.send(new, {"statement": "Short", "target": "sixty-two"})
    assert answer.status_code == 422
    assert "At least 10 characters" in answer.text
    assert "sixty-two" in answer.text
    picked = amal.send("/pilots/1/artefacts/new/risk", {"what": "Rain comes in", "owner": cast.tariq.id})
    assert picked.status_code == 422
    assert "offered answers" in picked.text


@pytest.mark.parametrize(
    ("kind", "data", "shown"),
    [
        ("jobs", {"when": "At the belt", "want": "Pass", "so": "Calm"}, "They want to"),
        ("ocean", {"eliminate": "Hurry", "create": "A person by name"}, "A person by name"),
        ("mind", {"centre": "Families", "branches": "Time\n  at the rope\n    with a child\nSpace"}, "– with a child"),
        ("own", {"name": "Rimal", "box_1": "Who", "in_1": "Families\nStaff"}, "Staff"),
    ],
)
def test_maps_are_drawn(cast: Cast, pilot: Pilot, as_: As, kind: str, data: dict[str, str], shown: str) -> None:
    amal = as_(cast.amal)
    assert amal.send(f"/pilots/1/artefacts/new/{kind}", data).status_code == 303
    page = as_(cast.zaid).get("/pilots/1/steps/2").text
    assert shown in page
    assert 'class="canvas canvas-' in page


def test_health_is_said_by_lead_or_sponsor_and_recorded(database: Database, cast: Cast, pilot: Pilot, as_: As) -> None:
    layla = as_(cast.layla)
    said = {"health": "off course", "note": "Two trained people leave.", "version": "1"}
    assert layla.post("/pilots/1/health", said).status_code == 303
    assert "Two trained people leave." in as_(cast.zaid).get("/pilots/1").text
    assert as_(cast.amal).post("/pilots/1/health", said).status_code == 409
    assert as_(cast.amal).post("/pilots/1/health", said | {"version": "2", "health": "fine"}).status_code == 422
    with database.reading() as db:
        entry, why = entries_of(db, "pilot:1")[-1]
        assert (entry.before, entry.after, why) == ("on course", "off course", "Two trained people leave.")
        assert "trained" not in entry.figures


def test_the_chair_changes_a_charter(database: Database, cast: Cast, pilot: Pilot, as_: As) -> None:
    noor = as_(cast.noor)
    given = charter_of(Idea(id=1), cast, name="Lane 7", keepers_5=[str(cast.dina.id)], version="1")
    del given["idea"], given["budget"]
    assert as_(cast.amal).post("/pilots/1/edit", given).status_code == 403
    assert noor.post("/pilots/1/edit", given).status_code == 303
    assert noor.post("/pilots/1/edit", given).status_code == 409
    with database.reading() as db:
        assert db.get_one(Pilot, 1).keepers_of(5) == [cast.dina.id]
        assert [entry.move for entry, _ in entries_of(db, "pilot:1")] == ["amend"]


def test_the_list_alone_is_a_block(cast: Cast, pilot: Pilot, as_: As) -> None:
    block = as_(cast.amal).get("/pilots?step=2", headers={"HX-Request": "true", "HX-Target": "div%23list"}).text
    assert block.lstrip().startswith('<div id="list">')
    assert "<html" not in block
    assert pilot.name in block
    assert pilot.name not in as_(cast.amal).get("/pilots?step=3").text


def test_the_list_goes_on_by_key(database: Database, cast: Cast, as_: As) -> None:
    with database.writing() as db:
        names = {running(db, cast, step=1 + number % 3).name for number in range(30)}
    amal, seen = as_(cast.amal), set()
    address = "/pilots"
    while address:
        page = amal.get(address).text
        seen |= set(re.findall(r"Pilot \d+", page)) & names
        found = re.search(r'rel="next" href="([^"]+)"', page)
        address = found.group(1).replace("&amp;", "&") if found else ""
    assert seen == names


def test_a_page_that_is_held_already_is_not_sent_again(database: Database, cast: Cast, pilot: Pilot, as_: As) -> None:
    amal = as_(cast.amal)
    for address in ("/pilots", "/pilots/1", "/pilots/1/steps/1"):
        etag = amal.get(address).headers["etag"]
        assert amal.get(address, headers={"If-None-Match": etag}).status_code == 304
        with database.writing() as db:
            db.get_one(Pilot, pilot.id).health_note += "x"
        assert amal.get(address, headers={"If-None-Match": etag}).status_code == 200


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    said: list[str] = []

    def see(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        said.append(statement)

    event.listen(database.reads, "before_cursor_execute", see)
    yield said
    event.remove(database.reads, "before_cursor_execute", see)


@pytest.mark.parametrize(("address", "most"), [("/pilots", 6), ("/pilots/1", 10), ("/pilots/1/steps/1", 10)])
def test_the_number_of_statements_does_not_depend_on_the_rows(
    database: Database, cast: Cast, pilot: Pilot, as_: As, address: str, most: int
) -> None:
    amal = as_(cast.amal)
    amal.get(address)
    with counted(database) as first:
        amal.get(address)
    with database.writing() as db:
        for _ in range(30):
            running(db, cast, step=2)
            keeper = a_person(db)
            write_step(db, db.get_one(Pilot, pilot.id), 1, keeper)
    amal.get(address)
    with counted(database) as then:
        amal.get(address)
    assert len(then) == len(first) <= most, "\n".join(then)


def test_the_end_is_told(database: Database, cast: Cast, as_: As) -> None:
    with database.writing() as db:
        pilot = running(db, cast, step=6)
        write_step(db, pilot, 6, cast.amal)
        a_result(db, pilot, cast.amal)
    assert as_(cast.huda).move("/pilots/1/steps/6", "begin").status_code == 303
    assert as_(cast.amal).move("/pilots/1/steps/6", "ask").status_code == 303
    assert as_(cast.huda).move("/pilots/1/steps/6", "pass", "It works.").status_code == 303
    page = as_(cast.zaid).get("/pilots/1").text
    assert "It is rolled out further" in page
    assert "A person at the rope matters most." in page
    assert as_(cast.amal).get("/pilots/1/artefacts/new/risk").status_code == 409
    assert as_(cast.huda).move("/pilots/1/steps/1", "reopen", "Again.").status_code == 409
