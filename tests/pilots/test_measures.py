"""Measures against the waves of the voice: there and elsewhere, before and after."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.db import Database
from app.ideas.models import Stage
from app.people.actor import find_actor
from app.people.models import Person
from app.pilots import commands, measuring
from app.pilots.artefacts import live_measures
from app.pilots.figures import Place, measured
from app.pilots.measures import MeasureForm
from app.pilots.measuring import standing
from app.pilots.models import Measure, Pilot
from app.voice import commands as voice_commands
from tests.cast import Cast
from tests.client import Browser
from tests.conftest import RECORD_KEY
from tests.makers import a_pilot, an_idea
from tests.pilots.stories import a_wave, two_waves
from tests.voice.surveys import FILES, MAPS

As = Callable[[Person | None], Browser]


@pytest.fixture
def pilot(database: Database, cast: Cast) -> Pilot:
    with database.writing() as db:
        two_waves(db)
        idea = an_idea(db, cast.process, cast.amal, stage=Stage.IN_PILOT, team_id=cast.team.id)
        return a_pilot(db, idea, cast.amal, cast.noor, step=6)


WAVES = {"name": "Families recommend us", "outcome": "Recommend", "before": "1", "after": "2", "worth": "3"}


def test_there_and_elsewhere(both: Database) -> None:
    """NPS of lane 7: 1 of 4 up, 2 down to 3 of 4 up, none down. Elsewhere: 1 up and 1 down, both times."""
    with both.writing() as db:
        before, after = two_waves(db)
        place = Place("Lane", "7")
        there = [measured(db, wave.id, "Recommend", place) for wave in (before, after)]
        rest = [measured(db, wave.id, "Recommend", place, elsewhere=True) for wave in (before, after)]
        assert [(one.value, one.n) for one in there if one] == [(-25, 240), (75, 240)]
        assert [(one.value, one.n) for one in rest if one] == [(0, 800), (0, 800)]
        found = measuring.compared(db, before.id, after.id, "Recommend", place, worth=3)
        assert found.difference_in_differences is not None
        assert found.difference_in_differences.change == pytest.approx(100)
        assert found.verdict.value == "improved"


def test_cells_below_the_sources_smallest_are_withheld(database: Database) -> None:
    with database.writing() as db:
        wave = a_wave(db, "Small", {"7": [9] * 9, "8": [7] * 12, "rest": [5] * 50}, minimum_cell=10)
        assert measured(db, wave.id, "Recommend", Place("Lane", "7")) is None
        assert measured(db, wave.id, "Recommend", Place("Lane", "8")) is None  # all without it and the rest are lane 7
        assert measured(db, wave.id, "Recommend", Place("Lane", "rest")) is not None


def test_a_measure_reads_its_figures_from_the_waves(database: Database, cast: Cast, pilot: Pilot, as_: As) -> None:
    amal, new = as_(cast.amal), "/pilots/1/measures/new"
    sent = WAVES | {"where": "Lane=7", "target": "30", "key": amal.key(new)}
    assert {amal.post(new, sent).headers["location"] for _ in range(3)} == {"/pilots/1/steps/6#m1"}
    with database.reading() as db:
        one = db.get_one(Measure, 1)
        assert (one.baseline, one.target, one.actual, one.verdict) == (-25, 30, 75, "improved")
        assert one.change == pytest.approx(100)
    zaid = as_(cast.zaid)
    page = zaid.get("/pilots/1/effect").text
    assert "Everywhere else" in page
    assert "Worth having" in page
    assert "+100.0" in zaid.get("/pilots/1").text
    assert "+100.0" in zaid.get("/pilots").text
    assert "Families recommend us,100.0" in zaid.get("/pilots/pilots.csv").text


def test_a_measure_is_changed_by_a_new_version(database: Database, cast: Cast, pilot: Pilot, as_: As) -> None:
    amal, badr = as_(cast.amal), as_(cast.badr)
    typed = {"name": "Rating", "baseline": "54", "target": "62", "worth": "0"}
    assert amal.send("/pilots/1/measures/new", typed).status_code == 303
    assert badr.post("/pilots/1/measures/1", typed | {"actual": "60"}).status_code == 303
    late = amal.post("/pilots/1/measures/1", typed | {"actual": "59.5"})
    assert late.status_code == 409
    assert "59.5" in late.text
    with database.reading() as db:
        live = live_measures(db, db.get_one(Pilot, 1))
        assert [(one.number, one.actual, one.verdict) for one in live] == [(2, 60, "typed by hand")]
    assert amal.post("/pilots/1/measures/2/withdraw").status_code == 303
    assert amal.post("/pilots/1/measures/2/withdraw").status_code == 409


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({"before": "99"}, "does not ask for that"),
        ({"outcome": "Overall"}, "does not ask for that"),
        ({"after": "1"}, "another wave"),
        ({"before": ""}, "wave before"),
        ({"where": "Lane 7"}, "Segment=Label"),
        ({"where": "Lane=8"}, "Not every chosen wave"),
        ({"worth": "-3"}, "Not less than 0"),
    ],
)
def test_mistakes_come_back(cast: Cast, pilot: Pilot, as_: As, over: dict[str, str], words: str) -> None:
    answer = as_(cast.amal).send("/pilots/1/measures/new", WAVES | over)
    assert answer.status_code == 422
    assert words in answer.text


def test_a_measure_belongs_to_the_sixth_step(database: Database, cast: Cast) -> None:
    with database.writing() as db:
        idea = an_idea(db, cast.process, cast.amal, stage=Stage.IN_PILOT, team_id=cast.team.id)
        early = a_pilot(db, idea, cast.amal, cast.noor, step=3)
        assert measuring.locked(early) == "Step 6 is not open yet."


def test_where_too_few_answered_nothing_is_concluded(database: Database, cast: Cast, pilot: Pilot) -> None:
    with database.writing() as db:
        wave = a_wave(db, "Thin", {"7": [9, 10] * 10, "rest": [5] * 50})
        form = MeasureForm(name="Thin", outcome="Recommend", before=1, after=wave.id, where="Lane=7")
        one = measuring.keep(db, find_actor(db, cast.amal.id), db.get_one(Pilot, pilot.id), form)
        assert one.verdict == "too little data"
        assert standing(one.verdict, one.change, one.change_low, one.change_high, one.worth)[0] == "Too little data"


@pytest.mark.parametrize(
    ("verdict", "low", "high", "worth", "word"),
    [
        ("improved", 4, 14, 3, "Worth having"),
        ("improved", 1, 14, 3, "Some, perhaps small"),
        ("improved", 1, 14, 0, "Improved"),
        ("no detectable change", -1, 7, 3, "Not certain"),
        ("no detectable change", -4, 2, 3, "Small at most"),
        ("no detectable change", -4, 2, 0, "Not certain"),
        ("worsened", -9, -2, 3, "Harm"),
        ("typed by hand", None, None, 3, "typed by hand"),
    ],
)
def test_the_word_follows_from_the_interval(
    verdict: str, low: float | None, high: float | None, worth: float, word: str
) -> None:
    assert standing(verdict, 3, low, high, worth)[0] == word


def test_recommending_the_airport_worsened(data: Path, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PILOTAGE_DATABASE_URL", database.url)
    monkeypatch.setenv("PILOTAGE_RECORD_KEY", RECORD_KEY)
    run = CliRunner()
    for wave in ("sfo_2017", "sfo_2018"):
        taken = run.invoke(
            voice_commands.commands, ["import", str(data / FILES[wave]), "--map", str(MAPS / f"{wave}.toml")]
        )
        assert taken.exit_code == 0, taken.output
    sources = ["--before", "1", "--after", "2", "--outcome", "Recommend"]
    told = json.loads(run.invoke(commands.commands, ["effect", *sources, "--json"]).output)
    assert (round(told["change"], 2), round(told["z"], 2)) == (-8.86, -4.51)
    assert (told["n_before"], told["n_after"], told["verdict"]) == (2746, 2650, "worsened")
    assert told["comparison"] is None
    area = json.loads(
        run.invoke(commands.commands, ["effect", *sources, "--where", "Boarding area=A", "--json"]).output
    )
    against = area["difference_in_differences"]
    assert against["change"] == pytest.approx(area["change"] - area["comparison"]["change"])
    assert area["n_before"] + area["comparison"]["n_before"] <= 2746
    safe = ["--before", "1", "--after", "2", "--outcome", "How safe do you feel at SFO", "--json"]
    touched = json.loads(run.invoke(commands.commands, ["effect", *safe]).output)
    assert touched["verdict"] == "no detectable change"
    assert -5 < touched["change"] < 5
    weighted = json.loads(run.invoke(commands.commands, ["effect", *sources, "--weighted", "--json"]).output)
    assert weighted["change"] == pytest.approx(35.11 - 40.40, abs=0.01)
    assert "worsened" in run.invoke(commands.commands, ["effect", *sources]).output
