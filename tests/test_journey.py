"""The whole loop in plain HTTP, without JavaScript, as the people whose turn it is: from a file to a measured pilot."""

import re
from datetime import date, timedelta
from typing import Any

import pytest

from app.db import Database
from app.demo.survey import Wave, draw
from app.main import Pilotage
from app.outbox import run_all
from app.people.models import Person
from app.record.queries import verify
from tests.cast import Cast
from tests.client import Browser
from tests.forms import forms_of

BEFORE = Wave("first", "Passengers last year", date(2025, 10, 6), date(2025, 11, 2), 900, 0.38, 0.21, 7)
AFTER = Wave("second", "Passengers this year", date(2026, 10, 5), date(2026, 11, 1), 900, 0.47, 0.16, 8)


class Walk:
    """The people at their browsers, and what the walk has made so far."""

    def __init__(self, app: Pilotage, database: Database, cast: Cast) -> None:
        self.app, self.database, self.cast = app, database, cast
        self.browsers: dict[int, Browser] = {}

    def by(self, person: Person) -> Browser:
        if person.id not in self.browsers:
            self.browsers[person.id] = Browser(self.app, person)
        return self.browsers[person.id]

    def later(self) -> None:
        run_all(self.database, self.app.state.tasks)


@pytest.fixture
def walk(app: Pilotage, database: Database, cast: Cast) -> Walk:
    return Walk(app, database, cast)


def bring_in(walk: Walk, wave: Wave) -> str:
    """Upload, say what the columns mean, see what the file would do, confirm."""
    noor = walk.by(walk.cast.noor)
    upload = {"file": (f"{wave.key}.csv", draw(wave).csv.encode(), "text/csv")}
    where = noor.works("/voice/import", {}, files=upload)
    walk.later()
    said = {"source": wave.name, "series": "Passengers", "first_day": wave.first_day, "last_day": wave.last_day}
    where = noor.works(where, said, "See what it would do")
    walk.later()
    where = noor.works(where, {}, "Take it in")
    walk.later()
    shown = noor.get(where)
    return str(shown.headers["location"]) if shown.status_code == 303 else where


def prioritise(walk: Walk) -> int:
    """A process behind two touchpoints; the committee ranks it and the chair publishes. Its id."""
    noor, cast = walk.by(walk.cast.noor), walk.cast
    said = {
        "name": "Bag drop",
        "owner": cast.huda.id,
        "touchpoints": [1, 2],
        "desired": "To hand over a bag and walk on.",
    }
    where = noor.works("/processes/new", said, "Register it")
    process = int(where.rsplit("/", 1)[1])
    assert "Bag drop" in noor.get("/processes?outcome=RECOMMEND").text
    where = noor.works("/processes/rounds/new", {"name": "Priorities"}, "Open the round")
    for person in (cast.sami, cast.dina, cast.omar):
        walk.by(person).works(f"{where}?order={process}&order={cast.process.id}", {}, "ranking", "/ballot")
    noor.works(f"{where}?order={process}&order={cast.process.id}", {}, "ranking", "/ballot")
    reasons = {f"reason-{process}": "It is ours alone to mend.", f"reason-{cast.process.id}": "Everybody passes here."}
    noor.works(where, {f"rank-{process}": 1, f"rank-{cast.process.id}": 2} | reasons, "Publish", "/publish")
    assert "Everybody passes here." in walk.by(cast.zaid).get(where).text
    return process


def write(walk: Walk, process: int) -> str:
    """A team forms, writes, submits; the chair sends it back with advice; the team answers; it is admitted."""
    amal, noor = walk.by(walk.cast.amal), walk.by(walk.cast.noor)
    team = amal.works("/teams/new", {"name": "Short queues", "processes": [process]}, "Form the team")
    idea = {"process": process, "title": "Bag drop before the door", "team": team.rsplit("/", 1)[1]}
    text = {"story": "The queue reaches the door.", "change": "Take the bag outside.", "novelty": "substantial"}
    where = amal.works("/ideas/new", idea | text | {"cost": "88000"}, "Submit")
    noor.works(where, {"note": "Who carries the bags?"}, "Send back", "/moves")
    amal.works(f"{where}/edit", {"needs": "Four people a shift."})
    amal.works(where, {}, "Submit", "/moves")
    walk.by(walk.cast.zaid).works(where, {}, "Support", "/vote")
    noor.works(where, {}, "Admit", "/moves")
    return where


def review(walk: Walk, idea: str) -> None:
    """A blind round: members score, nobody sees who wrote it, the chair records what the committee decides."""
    noor, cast = walk.by(walk.cast.noor), walk.cast
    due = date.today() + timedelta(days=9)
    where = noor.works("/review/rounds/new", {"name": "Autumn", "due": due}, "Prepare")
    noor.works(where, {}, "Open")
    assert "Amal" not in walk.by(cast.sami).get(idea).text
    number = idea.rsplit("/", 1)[1]
    for person in (cast.sami, cast.dina, cast.omar):
        score(walk.by(person), f"/review/ideas/{number}")
    noor.works(where, {}, "Close")
    decide = f"{where}/ideas/{number}/decision"
    said = {
        "verdict": "approve",
        "reason": "Cheap to try, and where it hurts.",
        "present": [cast.sami.id, cast.dina.id],
    }
    noor.works(decide, said, action="/decision")
    noor.works(where, {}, "Publish")
    assert "Cheap to try, and where it hurts." in walk.by(cast.amal).get(idea).text
    assert "Amal" in walk.by(cast.sami).get(idea).text


def score(browser: Browser, where: str) -> None:
    """Every criterion, and a word to the authors."""
    form = next(form for form in forms_of(browser.get(where).text) if "to_authors" in form.names)
    marks = {name: 4 for name in form.names if name.startswith("c") and name[1:].isdecimal()}
    browser.works(where, marks | {"free": "on", "to_authors": "Measure the hatch first."}, "Submit")


def pilot(walk: Walk, idea: str) -> str:
    noor, cast = walk.by(walk.cast.noor), walk.cast
    where = f"/pilots/new?idea={idea.rsplit('/', 1)[1]}"
    return noor.works(where, {"sponsor": cast.layla.id, "budget": "80000"}, "Charter")


def step(walk: Walk, pilot: str, number: int, made: list[tuple[str, dict[str, Any]]]) -> None:
    """The gate refuses while an artefact is missing; then it is asked for and passed."""
    amal, huda = walk.by(walk.cast.amal), walk.by(walk.cast.huda)
    here = f"{pilot}/steps/{number}"
    assert amal.post(f"{here}/moves", {"name": "ask"}).status_code == 422
    for kind, said in made:
        page = f"{pilot}/artefacts/new/{kind}"
        amal.works(page, chosen(amal, page, said), action=f"/artefacts/new/{kind}")
    if number == LAST:
        run(walk, pilot)
    assert huda.post(f"{here}/moves", {"name": "pass", "note": "Too early."}).status_code == 409
    amal.works(here, {}, "Ask", "/moves")
    huda.works(here, {"note": "Complete."}, "Pass", "/moves")


def chosen(browser: Browser, page: str, said: dict[str, Any]) -> dict[str, Any]:
    """The first that a choice offers, where the text says so."""
    offered = re.findall(r'<select[^>]* name="(\w+)".*?<option value="(\d+)"', browser.get(page).text, re.S)
    return said | {name: value for name, value in offered if said.get(name) == "first"}


def run(walk: Walk, pilot: str) -> None:
    """Money is spent, and last year's passengers are held against this year's, there and elsewhere."""
    amal = walk.by(walk.cast.amal)
    amal.works(
        f"{pilot}/money", {"amount": "41000", "on": date.today(), "purpose": "Two belts"}, action=f"{pilot}/money"
    )
    where = {"name": "Recommendation", "outcome": "RECOMMEND", "before": 1, "where": "TERMINAL=Terminal 2"}
    amal.works(f"{pilot}/measures/new", where | {"target": 25, "worth": 2}, action="/measures/new")
    walk.by(walk.cast.huda).works(f"{pilot}/steps/{LAST}", {}, "Lock the plan", "/moves")
    amal.works(f"{pilot}/measures/1", {"after": 2}, action="/measures/1")


def closing(walk: Walk, pilot: str) -> None:
    """Leaders read where it stands; the effect is on its page; the record is whole."""
    layla = walk.by(walk.cast.layla)
    effect = layla.get(f"{pilot}/effect").text
    assert "Recommendation" in effect
    assert any(word in effect.lower() for word in ("improved", "no detectable", "not certain", "worsened"))
    page, sheet = layla.get("/leaders").text, layla.get("/leaders/pilots.csv").text
    assert "Bag drop before the door" in page
    assert "41000" in sheet
    with walk.database.reading() as db:
        assert verify(db, walk.database.known["record_keys"]).intact


BOXES = ("kp", "ka", "kr", "vp", "cr", "ch", "cs", "co", "re")
MADE: dict[int, list[tuple[str, dict[str, Any]]]] = {
    1: [("barrier", {"what": "The hatch", "kind": "technology", "severity": "high", "owner": 1, "way": "Measure it."})],
    2: [
        ("challenge", {"statement": "How might nobody wait outside?", "measure": "Rating of waiting", "target": "55"}),
        ("canvas", dict.fromkeys(BOXES, "Something")),
    ],
    3: [
        ("scenario", {"name": "The door is the desk", "story": "What if there were no hall?"}),
        ("opportunity", {"name": "Mornings", "scenario": "first", "why": "All the waiting is there."}),
    ],
    4: [
        ("concept", {"name": "Two belts", "does": "They stand outside."}),
        ("chosen", {"concept": "first", "reason": "It can be undone."}),
        ("milestone", {"what": "Belts stand", "on": "2026-12-01"}),
        ("assumption", {"what": "People see them", "test": "Stand there for a morning."}),
    ],
    5: [
        (
            "moment",
            {"stage": "At the door", "touchpoint": "Bag drop", "does": "Stops", "feels": "Sure", "needs": "A person"}
            | {"wrong": "Rain", "guard": "A roof"},
        )
    ],
    6: [
        ("hypothesis", {"believe": "a belt outside spares the queue", "then": "people rate waiting better"}),
        ("trial", {"where": "Doors 3 and 5", "begins": "2026-09-01", "ends": "2026-10-30"}),
        ("result", {"result": "adopt", "learned": "Begin with the hatch."}),
    ],
}
LAST = 6


def test_the_loop(walk: Walk) -> None:
    bring_in(walk, BEFORE)
    idea = write(walk, prioritise(walk))
    review(walk, idea)
    here = pilot(walk, idea)
    bring_in(walk, AFTER)
    for number, made in MADE.items():
        step(walk, here, number, made)
    closing(walk, here)
