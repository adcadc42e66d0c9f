"""Journeys: drawn from survey maps, kept in order by people, shown as a curve of what each touchpoint was given."""

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats
from sqlalchemy import select, text
from sqlmodel import col

from app import schema
from app.db import Database
from app.estimates import Estimate
from app.main import Pilotage
from app.people.actor import find_actor
from app.voice.answers import answers as unpacked
from app.voice.board import Line
from app.voice.indices import Measured, change
from app.voice.journeys import actions, drawing, words
from app.voice.journeys.many import together
from app.voice.journeys.models import ArrangeForm, Journey, JourneyForm, JourneyStage
from app.voice.journeys.queries import Cell, Placed, Point, compared, figures_of, order_of
from app.voice.models import Source, Touchpoint
from tests.bench.counting import statements
from tests.cast import Cast
from tests.client import Browser
from tests.makers import put
from tests.voice.sources import a_map, a_source

As = Callable[..., Browser]
PLACES = {"Queue": "Before", "Staff": "Before", "Toilets": "Inside"}


def a_journey_map(journey: str = "Visiting", places: dict[str, str] = PLACES, **over: Any) -> str:
    told = a_map(**over)
    for name, stage in places.items():
        told = told.replace(f'name = "{name}"\n', f'name = "{name}"\njourney = "{journey}"\nstage = "{stage}"\n')
    return told


def order(database: Database, journey_id: int = 1) -> list[tuple[str, str]]:
    with database.reading() as db:
        return [(one.stage, one.name) for one in order_of(db, journey_id)]


def test_a_map_draws_its_journey(both: Database, tmp_path: Path) -> None:
    a_source(both, tmp_path, a_journey_map())
    assert order(both) == [("Before", "Queue"), ("Before", "Staff"), ("Inside", "Toilets")]


def test_a_later_wave_leaves_alone_what_people_have_put_elsewhere(
    database: Database, cast: Cast, tmp_path: Path
) -> None:
    a_source(database, tmp_path, a_journey_map())
    arranged(database, cast, "up", stage="Inside", touchpoint="Toilets")
    arranged(database, cast, "drop", stage="Before", touchpoint="Staff")
    a_source(database, tmp_path, a_journey_map(name="Visitors 2026", year=2026))
    assert order(database) == [("Before", "Queue"), ("Before", "Toilets"), ("Inside", "")]


def test_a_map_that_says_another_journey_places_it_there_too(database: Database, cast: Cast, tmp_path: Path) -> None:
    a_source(database, tmp_path, a_journey_map())
    a_source(database, tmp_path, a_journey_map("leaving", name="Visitors 2026", year=2026))
    assert len(order(database, 2)) == len(order(database, 1)) == 3


def test_the_migration_draws_what_maps_have_said(both: Database, tmp_path: Path) -> None:
    a_source(both, tmp_path, a_journey_map(places={**PLACES, "Toilets": ""}))
    before = order(both)
    with both.writing() as db:
        db.execute(text("UPDATE touchpoint SET journey = 'visiting' WHERE name = 'Staff'"))
    schema.back(both, "voice_audiences")
    schema.migrate(both)
    assert order(both) == before == [("Before", "Queue"), ("Before", "Staff"), ("At any time", "Toilets")]
    assert schema.differences(both) == []


def ids(database: Database, stage: str, touchpoint: str = "") -> tuple[int, int, int | None]:
    """Version of the first journey, its stage, the touchpoint."""
    with database.reading() as db:
        version = db.get_one(Journey, 1).version
        number = db.scalars(select(col(JourneyStage.id)).where(col(JourneyStage.name) == stage)).first() or 0
        return version, number, db.scalars(select(col(Touchpoint.id)).where(col(Touchpoint.name) == touchpoint)).first()


def arranged(database: Database, cast: Cast, do: str, stage: str = "", touchpoint: str = "", name: str = "") -> str:
    version, stage_id, touchpoint_id = ids(database, stage, touchpoint)
    form = ArrangeForm(do=do, version=version, stage=stage_id or None, touchpoint=touchpoint_id, name=name)
    with database.writing() as db:
        return actions.arrange(db, find_actor(db, cast.noor.id), db.get_one(Journey, 1), form)


def test_order_is_kept_one_change_at_a_time(database: Database, cast: Cast, tmp_path: Path) -> None:
    a_source(database, tmp_path, a_journey_map())
    arranged(database, cast, "down", "Before", "Queue")
    assert order(database) == [("Before", "Staff"), ("Before", "Queue"), ("Inside", "Toilets")]
    arranged(database, cast, "down", "Before", "Queue")
    assert order(database) == [("Before", "Staff"), ("Inside", "Queue"), ("Inside", "Toilets")]
    arranged(database, cast, "stage_up", "Inside")
    assert order(database)[0] == ("Inside", "Queue")
    arranged(database, cast, "add_stage", name="After")
    arranged(database, cast, "place", "After", name="The way home")
    assert order(database)[-1] == ("After", "The way home")
    arranged(database, cast, "rename_stage", "After", name="Afterwards")
    arranged(database, cast, "place", "Afterwards", "Staff")
    assert order(database).count(("Afterwards", "Staff")) == 1, "the same touchpoint may stand at two stages"
    arranged(database, cast, "drop", "Before", "Staff")
    arranged(database, cast, "drop_stage", "Before")
    assert {stage for stage, _ in order(database)} == {"Inside", "Afterwards"}


def test_two_at_once_one_is_late(app: Pilotage, database: Database, cast: Cast, as_: As, tmp_path: Path) -> None:
    a_source(database, tmp_path, a_journey_map())
    version, stage, queue = ids(database, "Before", "Queue")
    noor = as_(cast.noor)
    form = {"do": "down", "version": version, "stage": stage, "touchpoint": queue}
    assert noor.post("/voice/journeys/1/arrange", form).status_code == 303
    assert noor.post("/voice/journeys/1/arrange", form).status_code == 409
    kept = {"name": "Visiting", "version": version}
    assert noor.post("/voice/journeys/1/edit", kept).status_code == 409
    assert order(database)[0] == ("Before", "Staff")


@pytest.mark.parametrize(
    ("name", "status"),
    [("noor", 200), ("sami", 200), ("layla", 200), ("root", 200), ("amal", 200), ("tariq", 403), ("gita", 404)],
)
def test_who_draws_is_who_brings_evidence(
    database: Database, cast: Cast, as_: As, tmp_path: Path, name: str, status: int
) -> None:
    """Amal's department keeps the source."""
    a_source(database, tmp_path, a_journey_map())
    browser = as_(getattr(cast, name))
    assert browser.get("/voice/journeys/1/edit").status_code == status
    assert browser.get("/voice/journeys/1").status_code == (404 if name == "gita" else 200)
    if status != 200:
        form = {"do": "add_stage", "version": 1, "name": "x"}
        assert browser.post("/voice/journeys/1/arrange", form).status_code == status


def test_mistakes_are_said(database: Database, cast: Cast, as_: As, tmp_path: Path) -> None:
    a_source(database, tmp_path, a_journey_map())
    noor = as_(cast.noor)
    assert noor.send("/voice/journeys/new", {"name": "visiting"}).status_code == 422
    assert noor.send("/voice/journeys/new", {"name": ""}).status_code == 422
    version, stage, _ = ids(database, "Before")
    for form in (
        {"do": "nothing"},
        {"do": "add_stage", "name": "before"},
        {"do": "add_stage", "name": " "},
        {"do": "drop_stage", "stage": stage},
        {"do": "place", "stage": stage},
    ):
        assert noor.post("/voice/journeys/1/arrange", {"version": version, **form}).status_code == 422, form
    assert ids(database, "Before")[0] == version, "nothing has changed"


def a_point(name: str, value: float | None, asked: bool = True, half: float = 1.0, stage: int = 1) -> Point:
    estimate = None if value is None else Estimate(value, value - half, value + half, 100)
    line = Line(name, name, estimate, (40, 80)) if asked else None
    return Point(Placed(stage, f"Stage {stage}", len(name), name), line, "Wave" if asked else "")


def test_a_moment_of_truth_is_marked(app: Pilotage) -> None:
    point = a_point("Boarding", 60)
    truth = Point(Placed(1, "Stage 1", 1, "Boarding", moment=True), point.line, "Wave")
    macros: Any = app.state.jinja.get_template("voice/journeys/_curve.html").module
    marks = [str(macros.mark(drawing.wide([one]).marks[0], True)) for one in (point, truth)]
    assert ['<circle class="ball"' in mark for mark in marks] == [True, False], "a diamond instead"
    assert "Boarding: 60.0 of 100" in marks[1]


def test_valleys_are_lower_than_both_sides_and_than_the_mean() -> None:
    points = [a_point(str(n), value) for n, value in enumerate((70, 50, 75, 74, 78, 55, 60))]
    assert [one.value for one in drawing.valleys(points)] == [50, 55], "74 is a dent, but above the mean"
    assert drawing.valleys([a_point("a", None)]) == []


def test_beyond_a_gap_there_is_no_neighbour() -> None:
    points = [a_point("high", 70), a_point("low", 56), a_point("gap", None, asked=False), a_point("lower", 54)]
    assert [one.placed.name for one in drawing.valleys(points)] == ["lower", "low"]


def test_the_title_says_what_cannot_be_told() -> None:
    near = [a_point("a", 50, half=4), a_point("b", 70), a_point("c", 52, half=4)]
    far = [a_point("a", 50), a_point("b", 70), a_point("c", 56)]
    assert "cannot be told" in words.finding(near)
    assert "cannot be told" not in words.finding(far)
    assert words.gaps([a_point("x", None, asked=False)]) == "Nobody asks about x."


def test_the_curve_is_broken_where_nobody_asks() -> None:
    points = [
        a_point("a", 50),
        a_point("bb", 60),
        a_point("gap", None, asked=False, stage=2),
        a_point("dddd", 70, stage=2),
    ]
    for curve in (drawing.wide(points), drawing.tall(points)):
        assert curve.curve.count("M") == 2
        assert curve.bridges.count("M") == 1
        assert [len(column.lines) > 0 for column in curve.columns] == [True, True]
        known = [mark for mark in curve.marks if mark.known]
        assert len(known) == 3
    heights = [mark.y for mark in drawing.wide(points).marks if mark.known]
    assert heights == sorted(heights, reverse=True), "higher is better, and better stands higher"
    across = [mark.x for mark in drawing.wide(points).marks]
    assert across == sorted(across)


def test_figures_are_those_of_the_latest_that_asked(database: Database, cast: Cast, tmp_path: Path) -> None:
    a_source(database, tmp_path, a_journey_map())
    later = a_journey_map(name="Visitors 2026", year=2026).replace('name = "Toilets"', 'name = "Showers"')
    second = a_source(database, tmp_path, later)
    with database.reading() as db:
        points = {one.placed.name: one for one in figures_of(db, 1)}
        told = unpacked(db, second)
        assert points["Toilets"].source == "Visitors 2025"
        assert points["Queue"].source == "Visitors 2026"
        queue = points["Queue"].line
        assert queue is not None
        assert queue.estimate is not None
        assert queue.estimate.value == pytest.approx(np.nanmean(told.percent[:, 0]))
        assert queue.was is not None
        only = {one.placed.name: one for one in figures_of(db, 1, db.get_one(Source, second))}
        assert only["Toilets"].line is None


def test_two_segments_are_compared_as_scipy_does(database: Database, cast: Cast, tmp_path: Path) -> None:
    number = a_source(database, tmp_path, a_journey_map())
    with database.reading() as db:
        source = db.get_one(Source, number)
        points = compared(db, figures_of(db, 1), Cell(source, "Gate", "A"), Cell(source, "Gate", "B"))
        told = unpacked(db, number)
        one, other = (told.percent[told.where("Gate", label), 0] for label in "AB")
        line = points[0].line
        assert line is not None
        assert line.since is not None
        assert line.estimate is not None
        expected = stats.ttest_ind(one, other, equal_var=False)
        assert line.since.change == pytest.approx(one.mean() - other.mean())
        assert line.since.z == pytest.approx(expected.statistic)
        low, high = stats.t.interval(0.95, len(one) - 1, one.mean(), stats.sem(one))
        assert (line.estimate.low, line.estimate.high) == pytest.approx((low, high), rel=3e-3)


def test_many_differences_are_held_to_one_level_together() -> None:
    """The decisions are those of statsmodels' Bonferroni on the same differences."""
    from statsmodels.stats.multitest import multipletests

    rng = np.random.default_rng(3)
    z = rng.normal(0, 3.0, 27)
    changes = [change(Measured(0, 1, 9), Measured(float(by), 0.5, 9)) for by in z]
    told = together([*changes, None])
    p = [2 * stats.norm.sf(abs(one.z or 0)) for one in changes]
    rejected = multipletests(p, method="bonferroni")[0]
    assert [one is not None and not one.low <= 0 <= one.high for one in told[:-1]] == list(rejected)
    assert told[-1] is None
    assert told[0] is not None
    assert (told[0].high - told[0].low) / (changes[0].high - changes[0].low) == pytest.approx(
        stats.norm.ppf(1 - 0.025 / 27) / stats.norm.ppf(0.975)
    )


def test_small_groups_are_withheld_and_so_is_what_would_give_them_away(
    database: Database, cast: Cast, as_: As, tmp_path: Path
) -> None:
    """Three stand at gate C: they are withheld, and gate B with them, or else the total would tell."""
    a_source(database, tmp_path, a_journey_map(smallest=10))
    noor = as_(cast.noor)
    for label, shown in (("A", True), ("B", False), ("C", False)):
        rows = list(csv.DictReader(io.StringIO(noor.get(f"/voice/journeys/1/figures.csv?cell=Gate={label}").text)))
        assert [bool(row["Answers"]) for row in rows] == [shown] * 3, label
    assert "withheld" in noor.get("/voice/journeys/1?cell=Gate=C").text


def test_a_source_that_is_not_for_me_gives_me_no_figures(
    database: Database, cast: Cast, as_: As, tmp_path: Path
) -> None:
    number = a_source(database, tmp_path, a_journey_map())
    with database.writing() as db:
        db.execute(text("UPDATE source SET figures_for = 'committee', imported_by = NULL WHERE id = :n"), {"n": number})
    page = as_(cast.tariq).get("/voice/journeys/1").text
    assert "Nobody has been asked" in page
    assert "Visitors 2025" not in page
    assert "Visitors 2025" in as_(cast.sami).get("/voice/journeys/1").text
    assert "Visitors 2025" not in as_(cast.tariq).get(f"/voice/journeys/1?source={number}&cell=Gate=A").text


def test_pages_show_moments_gaps_and_the_wave_before(database: Database, cast: Cast, as_: As, tmp_path: Path) -> None:
    a_source(database, tmp_path, a_journey_map())
    arranged(database, cast, "place", "Inside", name="The <b>lift</b>")
    amal = as_(cast.amal)
    page = amal.get("/voice/journeys/1").text
    assert "nobody asks here" in page
    assert "The &lt;b&gt;lift&lt;/b&gt;" in page
    assert "<b>lift" not in page
    assert (
        amal.get(
            "/voice/journeys/1", headers={"if-none-match": amal.get("/voice/journeys/1").headers["etag"]}
        ).status_code
        == 304
    )
    assert amal.get("/voice/journeys/77").status_code == 404


def test_statements_do_not_grow(app: Pilotage, database: Database, cast: Cast, as_: As, tmp_path: Path) -> None:
    a_source(database, tmp_path, a_journey_map())
    counted = []
    amal = as_(cast.amal)
    for more in (1, 30):
        with database.writing() as db:
            noor = find_actor(db, cast.noor.id)
            for number in range(more):
                actions.draw(db, noor, JourneyForm(name=f"Way {more} {number}"))
                touchpoint = put(db, Touchpoint(name=f"Place {more} {number}", key=f"place {more} {number}"))
                stage = put(db, JourneyStage(journey_id=1, place=50 + number, name=f"Stage {more} {number}"))
                db.execute(
                    text("INSERT INTO journey_touchpoint (stage_id, touchpoint_id, place) VALUES (:s, :t, 1)"),
                    {"s": stage.id, "t": touchpoint.id},
                )
        for address, most in (("/voice/journeys", 6), ("/voice/journeys/1", 10)):
            amal.get(address)
            with statements(database) as ran:
                assert amal.get(address).status_code == 200
            assert len(ran) <= most, (address, ran)
            counted.append(len(ran))
    assert counted[:2] == counted[2:]
