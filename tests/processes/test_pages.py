"""Processes by the web: the picture, the register, and prioritisation rounds."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlmodel import col

from app.db import Database
from app.errors import Stale
from app.ideas.models import Stage
from app.main import Pilotage
from app.people.actor import find_actor
from app.processes.models import Ballot, Prioritisation, Priority, Process, ProcessTouchpoint, RoundForm, RoundStage
from app.processes.queries import evidence
from app.processes.rounds import actions
from app.record.queries import verify
from app.voice.models import Touchpoint
from tests.cast import Cast, the_cast
from tests.client import Browser
from tests.makers import an_idea
from tests.voice.sources import a_map, a_source

As = Callable[..., Browser]


@pytest.fixture
def surveyed(app: Pilotage, cast: Cast, tmp_path: Path) -> Cast:
    """Security screening stands behind the queue; the other touchpoints belong to nothing."""
    a_source(app.state.database, tmp_path, a_map())
    with app.state.database.writing() as db:
        queue = db.scalars(select(Touchpoint).where(col(Touchpoint.name) == "Queue")).one()
        db.add(ProcessTouchpoint(process_id=cast.process.id, touchpoint_id=queue.id))
    return cast


def opened(browser: Browser, cast: Cast, name: str = "Autumn") -> str:
    given = {"name": name, "committee": cast.committee.id, "source": 1, "outcome": "Overall"}
    answer = browser.send("/processes/rounds/new", given | {"impact": "correlation", "rule": "means"})
    assert answer.status_code == 303
    return str(answer.headers["location"])


def rank(browser: Browser, address: str, *order: int, seen: str = "") -> int:
    return int(
        browser.http.post(f"{address}/ballot", data={"order": [str(one) for one in order], "seen": seen}).status_code
    )


def published(cast: Cast, version: int = 1, **over: str) -> dict[str, str]:
    given = {f"rank-{cast.other.id}": "1", f"reason-{cast.other.id}": "Guests told us", "version": str(version)}
    given[f"reason-{cast.process.id}"] = "Rebuilt next spring"
    return given | over


def test_the_picture_names_what_is_vital(app: Pilotage, as_: As, surveyed: Cast) -> None:
    page = as_(surveyed.zaid).get("/processes?outcome=Overall").text
    assert "One is vital, beyond doubt." in page
    assert "<svg" in page
    assert "Staff" in page
    assert "Make it a process" not in page
    assert "Make it a process" in as_(surveyed.noor).get("/processes").text
    with app.state.database.reading() as db:
        item = evidence(db, surveyed.process.id)
        assert item is not None
        assert item.vital
        assert evidence(db, surveyed.other.id) is None


@pytest.mark.parametrize("query", ["impact=shapley", "impact=johnson&rule=medians", "rule=target=90", "sort=since"])
def test_the_sentence_of_the_filter(as_: As, surveyed: Cast, query: str) -> None:
    assert as_(surveyed.zaid).get(f"/processes?{query}").status_code == 200


def test_nonsense_in_the_address_is_no_error(as_: As, surveyed: Cast) -> None:
    page = as_(surveyed.zaid).get("/processes?source=99&outcome=x&impact=y&rule=target%3D400&sort=z")
    assert page.status_code == 200
    assert "The rule is means" in page.text


def test_without_a_survey_it_says_so(as_: As, cast: Cast) -> None:
    page = as_(cast.zaid).get("/processes").text
    assert "Nobody knows yet" in page
    assert "No survey with an outcome yet" in page


def test_the_export_holds_the_figures(as_: As, surveyed: Cast) -> None:
    rows = list(csv.DictReader(io.StringIO(as_(surveyed.zaid).get("/processes.csv?outcome=Overall").text)))
    assert rows[0]["Process"] == "Security screening"
    assert rows[0]["Verdict"] == "vital"
    assert 0 < float(rows[0]["Performance"]) < 100


def test_a_process_shows_its_figures_and_ideas(app: Pilotage, as_: As, surveyed: Cast) -> None:
    with app.state.database.writing() as db:
        an_idea(db, surveyed.process, surveyed.amal, title="A calm lane", stage=Stage.SUBMITTED)
        an_idea(db, surveyed.process, surveyed.amal, title="Secret draft")
    page = as_(surveyed.zaid).get(f"/processes/{surveyed.process.id}").text
    assert "vital beyond doubt" in page
    assert "A calm lane" in page
    assert "Secret draft" not in page
    assert "not asked" not in page


def test_who_sees_and_who_changes_a_process(as_: As, cast: Cast) -> None:
    address = f"/processes/{cast.process.id}"
    assert [as_(one).get(address).status_code for one in (cast.zaid, cast.gita, None)] == [200, 404, 303]
    edit = [
        as_(one).get(f"{address}/edit").status_code for one in (cast.noor, cast.huda, cast.root, cast.sami, cast.gita)
    ]
    assert edit == [200, 200, 200, 403, 404]
    new = [as_(one).get("/processes/new").status_code for one in (cast.noor, cast.root, cast.huda, cast.gita)]
    assert new == [200, 200, 403, 404]


def test_a_process_is_registered_with_weights(app: Pilotage, as_: As, surveyed: Cast) -> None:
    noor = as_(surveyed.noor)
    given = {"name": "Care", "owner": surveyed.huda.id, "committee": surveyed.committee.id}
    given |= {
        "touchpoints": ["2", "3"],
        "weight-2": "2.5",
        "weight-3": "",
        "departments": [str(surveyed.department.id)],
    }
    answer = noor.send("/processes/new", given)
    assert answer.status_code == 303
    number = int(answer.headers["location"].rsplit("/", 1)[1])
    with app.state.database.reading() as db:
        parts = db.scalars(select(ProcessTouchpoint).where(col(ProcessTouchpoint.process_id) == number)).all()
        assert {part.touchpoint_id: part.weight for part in parts} == {2: 2.5, 3: 1.0}
        assert verify(db, app.state.database.known["record_keys"]).intact
    assert 'value="2.5"' in noor.get(f"/processes/{number}/edit").text
    assert "Care" in noor.get("/processes").text


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({"name": ""}, "This is needed."),
        ({"name": "security SCREENING"}, "There is a process of this name already."),
        ({"owner": "999999"}, "Choose one of the offered answers."),
        ({"touchpoints": "77"}, "Choose one of the offered answers."),
        ({"weight-1": "much"}, "A weight is a number"),
        ({"weight-1": "nan"}, "A weight is above 0"),
        ({"weight-1": "0"}, "A weight is above 0"),
        ({"rank": "1"}, "This form has no such field."),
    ],
)
def test_mistakes_stand_beside_their_fields(as_: As, surveyed: Cast, over: dict[str, str], words: str) -> None:
    given = {"name": "Care", "owner": surveyed.huda.id, "committee": surveyed.committee.id, "purpose": "My words"}
    answer = as_(surveyed.noor).send("/processes/new", given | over)
    assert answer.status_code == 422
    assert words in answer.text
    assert "My words" in answer.text


def test_a_late_change_is_told_so(as_: As, cast: Cast) -> None:
    huda = as_(cast.huda)
    given = {"name": "Screening", "owner": cast.huda.id, "committee": cast.committee.id, "version": 1}
    address = f"/processes/{cast.process.id}/edit"
    assert huda.post(address, given).status_code == 303
    assert huda.post(address, given).status_code == 409
    assert as_(cast.sami).post(address, given).status_code == 403


def test_a_round_from_opening_to_priorities(app: Pilotage, as_: As, surveyed: Cast) -> None:
    noor, sami = as_(surveyed.noor), as_(surveyed.sami)
    address = opened(noor, surveyed)
    screening, lounges = surveyed.process.id, surveyed.other.id
    assert rank(sami, address, lounges, screening) == 303
    assert "All rankings together" not in noor.get(address).text
    assert "All rankings together" not in as_(surveyed.zaid).get(address).text
    assert rank(noor, address, lounges) == 303
    together = noor.get(address).text
    assert "All rankings together" in together
    assert f'name="rank-{lounges}" value="1"' in together
    assert noor.post(f"{address}/publish", published(surveyed)).status_code == 303
    with app.state.database.reading() as db:
        ranks = {process.id: process.rank for process in db.scalars(select(Process))}
        assert ranks == {screening: None, lounges: 1}
        (priority,) = db.scalars(select(Priority)).all()
        assert (priority.on_judgement, priority.reason) == (True, "Guests told us")
        assert verify(db, app.state.database.known["record_keys"]).intact
    seen = as_(surveyed.zaid).get(address).text
    assert "Guests told us" in seen
    assert "on judgement" in seen
    assert "All rankings together" in seen
    assert noor.post(f"{address}/publish", published(surveyed, 2)).status_code == 409
    assert rank(sami, address, screening, seen=f"{lounges},{screening}") == 409
    assert "Guests told us" in sami.get(f"/processes/{lounges}").text


def test_the_evidence_of_the_day_is_kept(app: Pilotage, as_: As, surveyed: Cast) -> None:
    noor = as_(surveyed.noor)
    address = opened(noor, surveyed)
    rank(noor, address, surveyed.process.id)
    number = surveyed.process.id
    given = {f"rank-{number}": "1", f"reason-{number}": "It is vital", "version": "1"}
    assert noor.post(f"{address}/publish", given).status_code == 303
    with app.state.database.reading() as db:
        (priority,) = db.scalars(select(Priority)).all()
        kept = json.loads(priority.evidence)
    assert (kept["name"], kept["vital"], priority.on_judgement) == ("Security screening", True, False)


def test_one_round_at_a_time(as_: As, surveyed: Cast) -> None:
    noor = as_(surveyed.noor)
    address = opened(noor, surveyed)
    given = {"name": "Second", "committee": surveyed.committee.id, "impact": "correlation", "rule": "means"}
    assert noor.send("/processes/rounds/new", given).status_code == 409
    assert noor.move(address, "cancel").status_code == 422
    assert as_(surveyed.sami).move(address, "cancel", "No time").status_code == 403
    assert noor.move(address, "cancel", "No time").status_code == 303
    assert noor.send("/processes/rounds/new", given).status_code == 303


def test_who_does_what_in_a_round(as_: As, surveyed: Cast) -> None:
    for person, status in ((surveyed.sami, 403), (surveyed.root, 403), (surveyed.gita, 404)):
        assert as_(person).get("/processes/rounds/new").status_code == status
    address = opened(as_(surveyed.noor), surveyed)
    for person, status in ((surveyed.zaid, 403), (surveyed.root, 403), (surveyed.gita, 404), (surveyed.dina, 303)):
        assert rank(as_(person), address, surveyed.other.id) == status
    assert as_(surveyed.dina).post(f"{address}/publish", published(surveyed)).status_code == 403


def test_a_ballot_has_no_gap_and_nothing_strange(as_: As, surveyed: Cast) -> None:
    sami, address = as_(surveyed.sami), opened(as_(surveyed.noor), surveyed)
    number = surveyed.process.id
    for order in ((), (number, number), (9999,)):
        assert rank(sami, address, *order) == 422
    assert rank(sami, address, number) == 303
    assert rank(sami, address, surveyed.other.id) == 409
    assert rank(sami, address, surveyed.other.id, number, seen=f"{number}") == 303


def test_a_ranking_is_arranged_by_links_alone(as_: As, surveyed: Cast) -> None:
    sami, address = as_(surveyed.sami), opened(as_(surveyed.noor), surveyed)
    one, two = surveyed.process.id, surveyed.other.id
    page = sami.get(f"{address}?order={one}&order={two}&move=up-{two}").text
    assert page.index(f'name="order" value="{two}"') < page.index(f'name="order" value="{one}"')
    assert "Hand in this ranking" in page
    assert f'value="{one}"' not in sami.get(f"{address}?order={one}&move=drop-{one}").text
    assert sami.get(f"{address}?order=x").status_code == 422


@pytest.mark.parametrize("over", [{"rank-2": ""}, {"rank-2": "2"}, {"reason-2": " "}, {"rank-2": "first"}])
def test_priorities_need_ranks_and_reasons(as_: As, surveyed: Cast, over: dict[str, str]) -> None:
    assert surveyed.other.id == 2
    noor = as_(surveyed.noor)
    address = opened(noor, surveyed)
    rank(noor, address, surveyed.other.id)
    answer = noor.post(f"{address}/publish", published(surveyed, **over))
    assert answer.status_code == 422
    assert "cannot be published yet" in answer.text


def test_signals_are_counted(app: Pilotage, as_: As, surveyed: Cast) -> None:
    with app.state.database.writing() as db:
        for _ in range(7):
            an_idea(db, surveyed.other, surveyed.zaid, stage=Stage.SIGNAL)
    noor = as_(surveyed.noor)
    assert 'data-l="Signals">7<' in noor.get(opened(noor, surveyed)).text


def test_one_open_round_on_both_databases(both: Database, tmp_path: Path) -> None:
    with both.writing() as db:
        cast = the_cast(db)
    data = RoundForm(name="Autumn", committee=cast.committee.id)
    with both.writing() as db:
        noor = find_actor(db, cast.noor.id)
        round_ = actions.open_round(db, noor, data)
        actions.rank(db, noor, round_, [cast.other.id, cast.process.id], [])
    with pytest.raises(Stale), both.writing() as db:
        actions.open_round(db, noor, data)
    with both.writing() as db:
        round_ = db.get_one(Prioritisation, round_.id)
        choice = actions.Choice(cast.other.id, 1, "On judgement", True)
        actions.publish(db, noor, round_, [choice], "", 1)
    with both.reading() as db:
        assert db.get_one(Process, cast.other.id).rank == 1
        assert db.get_one(Process, cast.process.id).rank is None
        assert db.get_one(Prioritisation, round_.id).stage is RoundStage.PUBLISHED
        assert len(db.scalars(select(Ballot)).all()) == 2
