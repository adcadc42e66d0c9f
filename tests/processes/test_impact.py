"""Performance by impact by the web: what another choice would change, what is worked out by a job, what cannot be."""

import csv
import io
import json
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select
from sqlmodel import col

from app.db import Database
from app.main import Pilotage
from app.outbox import Job, run_all
from app.people.models import Organisation
from app.processes import assessing, queries, working
from app.processes.assessing import NotYet, Question, picture
from app.processes.drivers import Method
from app.processes.impact import jobs
from app.processes.impact.keeping import Wish, ask, keep, row_of, stored
from app.processes.impact.models import Assessment
from app.processes.models import ProcessTouchpoint
from app.processes.study import Measure
from app.processes.working import worked_out
from app.voice import answers as kept_answers
from app.voice.answers import answers
from app.voice.models import Response, Source, Touchpoint
from tests.cast import Cast
from tests.client import Browser
from tests.voice.sources import a_map, a_source
from tests.voice.sources import answers as some_answers
from tests.voice.test_pages import statements

As = Callable[..., Browser]


@pytest.fixture
def surveyed(app: Pilotage, cast: Cast, tmp_path: Path) -> Cast:
    a_source(app.state.database, tmp_path, a_map(), rows=some_answers(240))
    with app.state.database.writing() as db:
        for name, weight in (("Queue", 3.0), ("Staff", 1.0)):
            touchpoint = db.scalars(select(Touchpoint).where(col(Touchpoint.name) == name)).one()
            db.add(ProcessTouchpoint(process_id=cast.process.id, touchpoint_id=touchpoint.id, weight=weight))
    return cast


def forgotten() -> None:
    assessing.cache.clear()
    kept_answers.cache.clear()


def test_the_page_says_what_other_choices_would_change(as_: As, surveyed: Cast) -> None:
    page = as_(surveyed.zaid).get("/processes").text
    assert "What another choice would change" in page
    for words in ("With lines at medians", "With Overall as the outcome", "With Shapley shares", "by the top two"):
        assert words in page
    assert "Which stay vital under another outcome?" in page
    assert "1,000 resamples, seed 20161107" in page
    assert "What did missing answers do?" in page
    assert "weight 3, 75 %" in page


def test_both_targets_can_be_typed(as_: As, surveyed: Cast) -> None:
    zaid = as_(surveyed.zaid)
    page = zaid.get("/processes?rule=target&target=70&least=0,4").text
    assert 'name="target" value="70"' in page
    assert "target 70.0" in page
    assert "least impact 0.40" in page
    assert "The rule is means" in zaid.get("/processes?rule=target&target=never").text


def test_performance_by_top_two(app: Pilotage, as_: As, surveyed: Cast) -> None:
    page = as_(surveyed.zaid).get("/processes?performance=top-two").text
    assert "part of the answers on the best two steps" in page
    with app.state.database.reading() as db:
        told = picture(db, Question(1, "Overall", performance=Measure.TOP_TWO))
        raw = answers(db, 1)
    queue, staff = (np.isin(1 + raw.rating(place) / 25, (4, 5)) for place in (0, 1))
    assert told.standings[0].item.performance == pytest.approx(100 * np.mean((3 * queue + staff) / 4))


def test_chosen_drivers_are_the_only_ones(as_: As, surveyed: Cast) -> None:
    page = as_(surveyed.zaid).get(f"/processes?impact=shapley&d={surveyed.process.id}").text
    assert "1 of 2 drivers" in page
    assert "The model explains" in page


def test_the_export_and_the_rows_say_the_same(as_: As, surveyed: Cast) -> None:
    sami = as_(surveyed.sami)
    (line, *_) = csv.DictReader(io.StringIO(sami.get("/processes.csv?outcome=Overall").text))
    packed = zipfile.ZipFile(io.BytesIO(sami.get("/processes.zip?outcome=Overall").content))
    rows = list(csv.DictReader(io.StringIO(packed.read("rows.csv").decode())))
    told = json.loads(packed.read("options.json"))
    assert (told["outcome"], told["seed"], told["impact"]) == ("Overall", 20_161_107, "correlation")
    assert told["drivers"][0]["made_of"] == [
        {"touchpoint": "Queue", "weight": 3.0},
        {"touchpoint": "Staff", "weight": 1.0},
    ]
    said, outcome = (np.array([float(row[name]) for row in rows]) for name in ("d1", "outcome"))
    assert said.mean() == pytest.approx(float(line["Performance"]), abs=1e-9)
    assert np.corrcoef(said, outcome)[0, 1] == pytest.approx(float(line["Impact"]), abs=1e-9)
    script = packed.read("analysis.R").decode()
    assert 'rule      <- "means"' in script
    assert "@" not in script.replace("@example", "")


def test_rows_are_for_those_who_may_see_them(as_: As, surveyed: Cast) -> None:
    codes = [as_(one).get("/processes.zip").status_code for one in (surveyed.sami, surveyed.zaid, surveyed.gita, None)]
    assert codes == [200, 403, 404, 303]
    assert "R script" in as_(surveyed.sami).get("/processes").text
    assert "R script" not in as_(surveyed.zaid).get("/processes").text


def test_little_data_is_said_from_the_organisations_own_number(app: Pilotage, as_: As, surveyed: Cast) -> None:
    zaid, root = as_(surveyed.zaid), as_(surveyed.root)
    assert "little data" not in zaid.get("/processes").text
    assert root.post("/admin/settings", {"name": "Airport", "few_answers": "20"}).status_code == 422
    assert root.post("/admin/settings", {"name": "Airport", "few_answers": "500"}).status_code == 303
    with app.state.database.reading() as db:
        assert db.scalars(select(col(Organisation.few_answers))).one() == 500
    page = zaid.get("/processes").text
    assert "little data: n 240" in page
    assert "(little data)" in page
    assert "on judgement" in page


BAD = {
    "Every answer to Overall is the same": lambda row: (*row[:2], 3, *row[3:]),
    "Toilets: every answer is the same": lambda row: (*row[:5], 4, *row[6:]),
    "Nobody answered Overall": lambda row: (*row[:2], "", *row[3:]),
    "Nobody answered Overall and all 3 drivers": lambda row: (*row[:5], "" if row[0] % 2 else row[5], *row[6:]),
    "follow from each other": lambda row: (*row[:4], row[3], *row[5:]),
}


@pytest.mark.parametrize("words", BAD)
@pytest.mark.parametrize("impact", ["correlation", "shapley", "johnson"])
def test_what_cannot_be_divided_is_said(
    app: Pilotage, as_: As, cast: Cast, tmp_path: Path, words: str, impact: str
) -> None:
    rows = [BAD[words](row) for row in some_answers(80)]
    if "all 3 drivers" in words:  # whoever was asked of the toilets was not asked of the staff
        rows = [(*row[:4], row[4] if row[0] % 2 else "", *row[5:]) for row in rows]
    text = a_map().replace("scale = [1, 5]", 'scale = [1, 5]\nmissing = [""]')
    a_source(app.state.database, tmp_path, text, rows=rows)
    page = as_(cast.zaid).get(f"/processes?outcome=Overall&impact={impact}")
    assert page.status_code == 200
    models_alone = "drivers" in words or "follow" in words
    if impact != "correlation" or not models_alone:
        assert words in page.text
    assert "nan" not in page.text.replace("finance", "")


@pytest.mark.parametrize("n", [0, 1, 2])
def test_hardly_anybody_is_no_error(app: Pilotage, as_: As, cast: Cast, tmp_path: Path, n: int) -> None:
    a_source(app.state.database, tmp_path, a_map(), rows=some_answers(max(n, 1)))
    if not n:
        with app.state.database.writing() as db:
            for response in db.scalars(select(Response)):
                response.ratings = b"\xff" * 3
    page = as_(cast.zaid).get("/processes?impact=johnson&performance=top-two")
    assert page.status_code == 200
    assert "Too few have answered to say." in page.text


def wait_for_a_row(app: Pilotage) -> None:
    for _ in range(100):
        with app.state.database.reading() as db:
            if db.scalars(select(Assessment)).first():
                return
        time.sleep(0.05)


def test_what_takes_long_is_a_job_that_shows_its_progress(
    app: Pilotage, as_: As, surveyed: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    zaid, quick = as_(surveyed.zaid), as_(surveyed.zaid).get("/processes").text
    forgotten()
    monkeypatch.setattr(working, "QUICK", 0.0)
    first = zaid.get("/processes")
    assert "It is being worked out" in first.text
    assert "etag" not in first.headers
    wait_for_a_row(app)
    assert "It is being worked out" in zaid.get("/processes").text
    with app.state.database.reading() as db:
        assert len(db.scalars(select(Job).where(col(Job.kind) == "processes assess")).all()) == 1
        assert queries.headline_picture(db) is None
    run_all(app.state.database, app.state.tasks)
    forgotten()
    page = zaid.get("/processes").text
    assert not kept_answers.cache  # from what is stored: no answer is read
    assert told_of(page) == told_of(quick)


def told_of(page: str) -> str:
    return page[page.index('<svg class="plot') : page.index("</main>")]


def test_more_answers_are_worked_out_anew(
    app: Pilotage, as_: As, surveyed: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    database: Database = app.state.database
    monkeypatch.setattr(working, "QUICK", 0.0)
    with database.reading() as db:
        with pytest.raises(NotYet) as refused:
            picture(db, Question(1, "Overall"))
        wish = refused.value.wish
    with database.writing() as db:
        ask(db, wish)
        db.get_one(Source, 1).version += 1
    run_all(database, app.state.tasks)
    with database.reading() as db:
        assert row_of(db, wish) is None
        with pytest.raises(NotYet) as again:
            picture(db, Question(1, "Overall"))
    assert again.value.wish != wish


def test_the_organisations_picture_is_made_before_anybody_asks(
    app: Pilotage, surveyed: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    database: Database = app.state.database
    jobs.look(database)
    with database.reading() as db:
        assert db.scalars(select(Assessment)).all() == []
    monkeypatch.setattr(jobs, "MOST_AT_ONCE", 100)
    jobs.look(database)
    jobs.look(database)
    with database.reading() as db:
        (row,) = db.scalars(select(Assessment)).all()
        assert row.made_at is None
    run_all(database, app.state.tasks)
    with database.reading() as db:
        assert db.scalars(select(col(Assessment.done))).one() == 100


@pytest.mark.parametrize("method", Method)
def test_what_is_stored_is_what_was_found(both: Database, tmp_path: Path, method: Method) -> None:
    source_id = a_source(both, tmp_path, a_map(), rows=some_answers(60))
    with both.reading() as db:
        told, drivers = answers(db, source_id), assessing.all_drivers(db, source_id)
    wish = Wish(source_id, 1, method, False, drivers)
    with both.writing() as db:
        ask(db, wish)
        ask(db, wish)
    found = worked_out(told, drivers, method)
    with both.writing() as db:
        (row,) = db.scalars(select(Assessment)).all()
        keep(db, row.id, found)
    with both.reading() as db:
        again = stored(db, wish)
    assert again == found
    assert np.allclose(again.said, found.said, atol=1e-4, equal_nan=True)
    assert np.allclose(again.moved, found.moved, atol=1e-6, equal_nan=True)


def test_answers_are_read_in_blocks_as_at_once(both: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = a_source(both, tmp_path, a_map(), rows=some_answers(50))
    second = a_source(both, tmp_path, a_map("Visitors 2026", 2026), rows=some_answers(47, shift=2))
    with both.reading() as db:
        whole = [kept_answers.read(db, one) for one in (first, second)]
        monkeypatch.setattr(kept_answers, "AT_ONCE", 10)
        blocks = [kept_answers.read(db, one) for one in (first, second)]
    for one, other in zip(whole, blocks, strict=True):
        for name in ("outcomes", "steps", "segments"):
            assert np.array_equal(getattr(one, name), getattr(other, name), equal_nan=name == "outcomes")


def test_a_page_of_processes_asks_the_database_no_more_for_more(
    app: Pilotage, as_: As, surveyed: Cast, tmp_path: Path
) -> None:
    zaid = as_(surveyed.zaid)
    zaid.get("/processes")
    told = statements(app.state.database)
    zaid.get("/processes?sort=name")
    few = len(told)
    for number in range(30):
        a_source(app.state.database, tmp_path, a_map(f"Visitors {number}", 1990 + number), rows=some_answers(31))
    zaid.get("/processes?source=1")
    told.clear()
    zaid.get("/processes?source=1&sort=name")
    assert len(told) <= few + 2  # the wave before: its questions
    assert few <= 13  # one of them for what was found by asking, since there is little data
