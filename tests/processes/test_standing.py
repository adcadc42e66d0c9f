"""What a later page says of the evidence behind a priority; what waves said, kept; and a process's story."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from app.columns import now
from app.db import Database
from app.estimates import Estimate
from app.ideas.guests.actions import let_in
from app.ideas.models import Stage
from app.main import Pilotage
from app.outbox import run_all
from app.people.actor import find_actor
from app.processes.causes.models import Cause, CauseKind
from app.processes.experience import actions as experience
from app.processes.experience.gap import Three
from app.processes.experience.models import RatingRound, RatingRoundForm, SheetForm, StatementForm
from app.processes.models import LeftOut, Prioritisation, Priority, Process, ProcessTouchpoint, RoundStage
from app.processes.standing.actions import read_waves
from app.processes.standing.jobs import look
from app.processes.standing.models import Reading
from app.processes.standing.queries import standings
from app.processes.standing.rules import standing_of
from app.processes.trend import At, trend
from app.processes.voices import most_telling, others_of
from app.voice.models import Audience, Outcome, Remark, Response, Segment, Series, Source, Touchpoint, Use
from tests.cast import Cast, the_cast
from tests.client import Browser
from tests.makers import a_pilot, an_idea
from tests.voice.sources import a_map, a_source

As = Callable[..., Browser]
WAS = {"vital": True}
HURTS = SimpleNamespace(performance=40.0, vital=True, enough=True)
HEALED = SimpleNamespace(performance=71.0, vital=False, enough=True)
UNSURE = SimpleNamespace(performance=71.0, vital=False, enough=False)


@pytest.mark.parametrize(
    ("was", "now_", "since", "asked", "short"),
    [
        (WAS, HURTS, 0, True, ""),
        (WAS, HURTS, 1, True, ""),
        (WAS, HURTS, 2, True, "evidence 2 waves old"),
        (WAS, HURTS, 3, True, "evidence 3 waves old"),
        (WAS, HEALED, 1, True, "no longer vital"),
        (WAS, HEALED, 4, True, "evidence 4 waves old, no longer vital"),
        (WAS, UNSURE, 1, True, "too few answers since"),
        (WAS, None, 1, True, "not asked about since"),
        (WAS, None, 1, False, ""),
        ({"vital": False}, HEALED, 1, True, ""),
        (None, None, 0, False, ""),
        (None, None, 2, True, "evidence 2 waves old"),
        (None, HURTS, 1, True, ""),
        (None, HEALED, 1, True, "not vital"),
    ],
)
def test_what_a_priority_stands_on(was: Any, now_: Any, since: int, asked: bool, short: str) -> None:
    told = standing_of(was, now_, since, "Spring", "Autumn", asked)
    assert told.short == short
    assert told.warns == bool(short)
    assert all(words.endswith(".") for words in told.words)


def test_a_judgement_that_figures_came_after() -> None:
    told = standing_of(None, HURTS, 1, "", "Autumn", asked=True)
    assert told.words == ("It was prioritised on judgement; Autumn now says 40 of 100, vital.",)
    assert not told.warns


def test_a_trend_is_drawn_from_two_waves_on() -> None:
    one = At("May 2025", Estimate(50, 48, 52, 100), vital=True)
    other = At("May 2026", Estimate(60, 58, 62, 100), vital=False)
    assert trend("Performance", [one], 0) is None
    drawn = trend("Performance", [one, other], 0)
    assert drawn is not None
    first, last = drawn.marks
    assert first.x < last.x
    assert first.y > last.y, "better is higher"
    assert first.low is not None
    assert first.high is not None
    assert first.high < first.y < first.low
    assert (first.vital, last.vital, first.value) == (True, False, "50")


@pytest.fixture
def chosen(app: Pilotage, cast: Cast, tmp_path: Path) -> Cast:
    """Screening stands behind the queue, was vital, and is prioritised on the one wave that there is."""
    source = a_source(app.state.database, tmp_path, a_map())
    with app.state.database.writing() as db:
        prioritise(db, cast, source)
    return cast


def prioritise(db: Any, cast: Cast, source_id: int) -> None:
    series = Series(name="Survey")
    db.add(series)
    db.flush()
    source = db.get_one(Source, source_id)
    source.series_id = series.id
    queue = db.scalars(select(Touchpoint).where(col(Touchpoint.name) == "Queue")).one()
    db.add(ProcessTouchpoint(process_id=cast.process.id, touchpoint_id=queue.id))
    kept = {"source": source.name, "last_day": source.last_day.isoformat(), "items": []}
    round_ = Prioritisation(
        committee_id=cast.committee.id,
        name="Spring",
        stage=RoundStage.PUBLISHED,
        source_id=source.id,
        evidence=json.dumps(kept),
        opened_by=cast.noor.id,
        published_at=now(),
    )
    db.add(round_)
    db.flush()
    item = {"vital": True, "performance": 20.0, "process": cast.process.id}
    priority = Priority(
        round_id=round_.id, process_id=cast.process.id, rank=1, reason="It hurts", evidence=json.dumps(item)
    )
    db.add(priority)
    db.add(LeftOut(round_id=round_.id, process_id=cast.other.id, reason="Next year", vital=True))
    db.get_one(Process, cast.process.id).prioritised_by = round_.id


def a_wave_more(database: Database, days: int, name: str) -> int:
    """The same answers again, later: only the register and the calendar make a difference."""
    with database.writing() as db:
        first = db.scalars(select(Source).order_by(col(Source.id))).first()
        assert first is not None
        return copied(db, first, days, name)


def copied(db: Any, first: Source, days: int, name: str) -> int:
    """A wave with the same uses, outcomes and responses as another."""
    same = first.model_dump(exclude={"id"}) | {"name": name, "file_hash": name}
    same |= {"first_day": first.first_day + timedelta(days=days), "last_day": first.last_day + timedelta(days=days)}
    later = Source(**same)
    db.add(later)
    db.flush()
    for model in (Outcome, Use, Segment, Response):
        for row in db.scalars(select(model).where(model.source_id == first.id)).all():
            db.add(model(**row.model_dump(exclude={"id"}) | {"source_id": later.id}))
    return later.id


def test_the_trail_and_the_pages_say_that_evidence_is_old(app: Pilotage, as_: As, chosen: Cast, tmp_path: Path) -> None:
    with app.state.database.writing() as db:
        idea = an_idea(db, chosen.process, chosen.amal, stage=Stage.IN_PILOT, team_id=chosen.team.id)
        pilot = a_pilot(db, idea, chosen.amal, chosen.noor).id
        idea_id = idea.id
    addresses = (f"/processes/{chosen.process.id}", f"/ideas/{idea_id}", f"/pilots/{pilot}")
    for address in addresses:
        assert "waves old" not in as_(chosen.zaid).get(address).text
    for number in (1, 2):
        a_wave_more(app.state.database, 100 * number, f"Wave {number}")
    for address in addresses:
        page = as_(chosen.zaid).get(address).text
        assert "evidence 2 waves old" in page, address
        assert "two waves have come in since" in page, address
    steps = as_(chosen.zaid).get(f"/pilots/{pilot}/steps/1").text
    assert "evidence 2 waves old" in steps


def test_no_longer_vital_is_said_once_the_wave_is_read(app: Pilotage, as_: As, chosen: Cast, tmp_path: Path) -> None:
    a_wave_more(app.state.database, 100, "Wave 1")
    with app.state.database.writing() as db:  # the process now stands behind what is served well
        part = db.scalars(select(ProcessTouchpoint)).one()
        part.touchpoint_id = db.scalars(select(Touchpoint).where(col(Touchpoint.name) == "Toilets")).one().id
        idea = an_idea(db, chosen.process, chosen.amal, stage=Stage.SUBMITTED).id
    with app.state.database.reading() as db:
        assert standings(db)[chosen.process.id].short == ""
    page = as_(chosen.zaid).get(f"/processes/{chosen.process.id}").text
    assert "in Wave 1 it is not any more" in page, "worked out on the spot"
    assert read_waves(app.state.database) == 2
    assert read_waves(app.state.database) == 0
    with app.state.database.reading() as db:
        assert standings(db)[chosen.process.id].short == "no longer vital"
    page = as_(chosen.zaid).get(f"/ideas/{idea}").text
    assert "no longer vital" in page
    assert "it is not any more" in page


def test_a_guest_hears_nothing_of_it(app: Pilotage, as_: As, chosen: Cast, tmp_path: Path) -> None:
    for number in (1, 2):
        a_wave_more(app.state.database, 100 * number, f"Wave {number}")
    with app.state.database.writing() as db:
        idea = an_idea(db, chosen.process, chosen.amal, stage=Stage.SUBMITTED)
        let_in(db, find_actor(db, chosen.amal.id), idea, chosen.gita)
        number = idea.id
    page = as_(chosen.gita).get(f"/ideas/{number}")
    assert page.status_code == 200
    assert "waves" not in page.text
    assert "waves old" in as_(chosen.zaid).get(f"/ideas/{number}").text


def test_the_watch_looks_and_writes_only_what_is_new(app: Pilotage, chosen: Cast) -> None:
    look(app.state.database)
    with app.state.database.reading() as db:
        first = {row.id: row.key for row in db.scalars(select(Reading))}
        assert len(first) == 1
    look(app.state.database)
    with app.state.database.writing() as db:
        part = db.scalars(select(ProcessTouchpoint)).one()
        part.weight = 2.0
    look(app.state.database)
    with app.state.database.reading() as db:
        (again,) = db.scalars(select(Reading)).all()
        assert again.key not in first.values()


def test_a_hidden_source_makes_no_wave(app: Pilotage, as_: As, chosen: Cast) -> None:
    with app.state.database.writing() as db:
        for source in db.scalars(select(Source)):
            source.figures_for = Audience.COMMITTEE
    assert read_waves(app.state.database) == 0
    assert "No survey is here yet." in as_(chosen.zaid).get(f"/processes/{chosen.process.id}").text


def test_readings_on_both_databases(both: Database, tmp_path: Path) -> None:
    with both.writing() as db:
        cast = the_cast(db)
    source = a_source(both, tmp_path, a_map())
    with both.writing() as db:
        prioritise(db, cast, source)
    assert read_waves(both) == 1
    with both.reading() as db:
        (reading,) = db.scalars(select(Reading)).all()
        assert reading.performance is not None
        assert reading.vital
        assert standings(db)[cast.process.id].words == ()


# The story


def test_a_process_tells_its_story(app: Pilotage, as_: As, chosen: Cast, tmp_path: Path) -> None:
    a_wave_more(app.state.database, 100, "Wave 1")
    with app.state.database.writing() as db:
        db.add(Cause(process_id=chosen.process.id, words="Nobody is told", kind=CauseKind.METHOD, author_id=1))
        huda, process = find_actor(db, chosen.huda.id), db.get_one(Process, chosen.process.id)
        one = experience.add_statement(db, huda, process, StatementForm(words="It is quiet")).id
        round_ = experience.open_round(db, huda, process, RatingRoundForm(name="Autumn"))
        for person in (chosen.huda, chosen.noor, chosen.sami, chosen.dina, chosen.omar):
            given = {one: Three(9, 8, 5 + person.id % 2)}
            experience.rate(db, find_actor(db, person.id), process, round_, SheetForm(), given)
        experience.move(db, huda, db.get_one(RatingRound, round_.id), "close", "", 1)
    page = as_(chosen.zaid).get(f"/processes/{chosen.process.id}").text
    for words in (
        "vital beyond doubt; no change beyond chance",
        "points of 10 more than we provide",
        'aria-labelledby="trend-performance"',
        'aria-labelledby="trend-impact"',
        "Nobody is told",
        "It hurts",
        "5 raters",
    ):
        assert words in page, words
    left = as_(chosen.zaid).get(f"/processes/{chosen.other.id}").text
    assert "left out" in left
    assert "though vital" in left
    assert "Next year" in left


def test_the_story_asks_few_questions(
    app: Pilotage, as_: As, chosen: Cast, statements: Callable[..., int], tmp_path: Path
) -> None:
    zaid, address = as_(chosen.zaid), f"/processes/{chosen.process.id}"

    def grow(count: int) -> None:
        with app.state.database.writing() as db:
            for _ in range(count):
                an_idea(db, db.get_one(Process, chosen.process.id), chosen.amal, stage=Stage.SUBMITTED)

    zaid.get(address)
    grow(1)
    one = statements(lambda: zaid.get(address))
    grow(30)
    assert statements(lambda: zaid.get(address)) == one
    assert one <= 10


def test_comments_are_for_who_may_read_them(app: Pilotage, as_: As, chosen: Cast) -> None:
    with app.state.database.writing() as db:
        for answer in db.scalars(select(Response).limit(3)):
            words = "The queue went round the building twice"
            db.add(Remark(source_id=answer.source_id, response_id=answer.id, question="Why", words=words))
    address = f"/processes/{chosen.process.id}"
    assert as_(chosen.sami).get(address).text.count("round the building twice") == 1, "the same words once"
    assert "round the building twice" not in as_(chosen.zaid).get(address).text
    with app.state.database.reading() as db:
        weights = {db.scalars(select(col(ProcessTouchpoint.touchpoint_id))).one(): 1.0}
        assert len(most_telling(db, find_actor(db, chosen.sami.id), weights)) == 1
        assert most_telling(db, find_actor(db, chosen.zaid.id), weights) == []
        assert most_telling(db, find_actor(db, chosen.sami.id), {}) == []


def test_what_else_is_known_of_a_touchpoint() -> None:
    """As the voice tells it: a count with what it did since, one that is withheld, a finding."""
    change = SimpleNamespace(percent=-12.4, since="April", tone="good")
    complaints = SimpleNamespace(
        source_id=3,
        source="Complaints",
        kind=SimpleNamespace(value="complaints"),
        latest=SimpleNamespace(count=1200, words="May"),
        change=change,
    )
    few = SimpleNamespace(**vars(complaints) | {"latest": SimpleNamespace(count=None, words="May"), "change": None})
    finding = SimpleNamespace(source="Interviews", finding=SimpleNamespace(id=7, words="Nobody looked up"))
    one = SimpleNamespace(touchpoint="Queue", series=[complaints, few], findings=[finding])
    told = others_of({1: one})
    assert [other.words for other in told] == [
        "complaints: 1,200 in May, −12 % since April",
        "complaints: withheld in May",
        "Nobody looked up",
    ]
    assert [other.tone for other in told] == ["good", "quiet", "quiet"]
    assert told[2].href == "/voice/evidence/findings/7"
    assert len(others_of({1: one}, most=2)) == 2


def test_a_large_wave_is_not_worked_out_while_a_reader_waits(app: Pilotage, as_: As, chosen: Cast) -> None:
    with app.state.database.writing() as db:
        for source in db.scalars(select(Source)):
            source.responses = 30_000
    address = f"/processes/{chosen.process.id}"
    assert "What customers said is still being read." in as_(chosen.zaid).get(address).text
    assert "being read" not in as_(chosen.zaid).get(f"/processes/{chosen.other.id}").text
    assert read_waves(app.state.database) == 0, "it is asked of a job"
    assert run_all(app.state.database, app.state.tasks) >= 1
    assert read_waves(app.state.database) == 1
    assert "vital beyond doubt" in as_(chosen.zaid).get(address).text
