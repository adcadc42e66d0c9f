"""The register of touchpoints: names, moments of truth, and two that become one."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from app.db import Database
from app.main import Pilotage
from app.processes.models import ProcessTouchpoint
from app.record.models import Entry
from app.voice.answers import answers
from app.voice.models import Source, Touchpoint, Use
from app.voice.touchpoints.models import TouchpointAlias
from tests.cast import Cast
from tests.client import Browser
from tests.voice.sources import a_map, a_source

As = Callable[..., Browser]
OTHER = a_map("Visitors 2026", 2026).replace('name = "Queue"', 'name = "Waiting in line"')


def places(db: Any) -> dict[str, int]:
    return {row[0]: row[1] for row in db.execute(select(col(Touchpoint.name), col(Touchpoint.id)))}


@pytest.fixture
def two_waves(database: Database, cast: Cast, tmp_path: Path) -> dict[str, int]:
    """One calls a place Queue, the other Waiting in line."""
    a_source(database, tmp_path, person_id=cast.noor.id)
    a_source(database, tmp_path, OTHER)
    with database.reading() as db:
        return places(db)


def test_the_register_says_what_is_known(app: Pilotage, as_: As, cast: Cast, two_waves: dict[str, int]) -> None:
    page = as_(cast.zaid).get("/voice/touchpoints").text
    assert "At 4 touchpoints" in page
    assert "Visitors 2026" in page
    assert as_(cast.zaid).get("/voice/touchpoints?q=line").text.count('data-l="Factor"') == 1
    assert as_(cast.gita).get("/voice/touchpoints").status_code == 404
    here = f"/voice/touchpoints/{two_waves['Queue']}"
    assert "asked as QUEUE, 1 to 5" in as_(cast.zaid).get(here).text
    assert as_(cast.zaid).get(f"{here}/edit").status_code == 403


@pytest.mark.parametrize(
    ("name", "status"), [("noor", 303), ("root", 303), ("sami", 403), ("zaid", 403), ("gita", 404)]
)
def test_who_marks_a_moment_of_truth(
    app: Pilotage, as_: As, cast: Cast, database: Database, two_waves: dict[str, int], name: str, status: int
) -> None:
    here = f"/voice/touchpoints/{two_waves['Queue']}"
    data = {"moment": "on", "reason": "Here they make up their minds.", "version": "1"}
    assert as_(getattr(cast, name)).post(f"{here}/moment", data).status_code == status
    with database.reading() as db:
        marked = db.get_one(Touchpoint, two_waves["Queue"]).moment_of_truth
        moves = db.scalars(select(col(Entry.move)).where(col(Entry.ref) == f"touchpoint:{two_waves['Queue']}")).all()
    assert marked == (status == 303)
    assert list(moves) == (["mark"] if marked else [])
    if marked:
        zaid = as_(cast.zaid)
        for page in ("/voice/touchpoints", here, "/voice/sources/1"):
            assert "Moment of truth" in zaid.get(page).text
        assert "Here they make up" in zaid.get(here).text
        late = as_(cast.noor).post(f"{here}/moment", data)
        assert late.status_code == 409
        assert as_(cast.noor).post(f"{here}/moment", {**data, "reason": ""}).status_code == 422


def test_a_name_is_changed_and_the_old_one_still_finds_it(
    app: Pilotage, as_: As, cast: Cast, database: Database, two_waves: dict[str, int], tmp_path: Path
) -> None:
    noor, here = as_(cast.noor), f"/voice/touchpoints/{two_waves['Queue']}"
    typed = {"name": "Security queue", "journey": "Departing", "stage": "Security", "factor": "interaction"}
    taken = noor.fill(f"{here}/edit", {**typed, "aliases": "Line\nSTAFF"}, "Keep")
    assert taken.status_code == 422
    assert "Another touchpoint has the name STAFF" in taken.text
    assert noor.fill(f"{here}/edit", {**typed, "aliases": "The line"}, "Keep").status_code == 303
    a_source(database, tmp_path, a_map("Visitors 2027", 2027))
    a_source(database, tmp_path, a_map("Visitors 2028", 2028).replace('name = "Queue"', 'name = "the LINE"'))
    with database.reading() as db:
        asked = select(col(Use.source_id)).where(col(Use.touchpoint_id) == two_waves["Queue"])
        assert len(db.scalars(asked).all()) == 3
        assert set(db.scalars(select(col(TouchpointAlias.name)))) == {"Queue", "The line"}
    assert noor.post(f"{here}/edit", {**typed, "version": "1"}).status_code == 409


def test_two_names_of_one_place_become_one(
    app: Pilotage, as_: As, cast: Cast, database: Database, two_waves: dict[str, int], tmp_path: Path
) -> None:
    one, into = two_waves["Waiting in line"], two_waves["Queue"]
    with database.writing() as db:
        db.add(ProcessTouchpoint(process_id=cast.process.id, touchpoint_id=one))
    with database.reading() as db:
        before = answers(db, 2)
        assert one in before.touchpoint_ids
    noor = as_(cast.noor)
    merged = noor.fill(f"/voice/touchpoints/{one}/merge", {"into": str(into), "reason": "The same line."}, "Make them")
    assert merged.status_code == 303
    with database.reading() as db:
        assert set(db.scalars(select(col(Use.source_id)).where(col(Use.touchpoint_id) == into))) == {1, 2}
        assert db.scalars(select(col(ProcessTouchpoint.touchpoint_id))).all() == [into]
        assert db.get_one(Source, 2).version == 2
        assert into in answers(db, 2).touchpoint_ids
    assert noor.get(f"/voice/touchpoints/{one}").status_code == 404
    assert "Waiting in line" in noor.get(f"/voice/touchpoints/{into}").text
    a_source(database, tmp_path, OTHER.replace("2026", "2029"))
    with database.reading() as db:
        assert len(db.scalars(select(col(Use.source_id)).where(col(Use.touchpoint_id) == into)).all()) == 3


def test_what_one_source_or_process_holds_apart_stays_apart(
    app: Pilotage, as_: As, cast: Cast, database: Database, two_waves: dict[str, int]
) -> None:
    noor, queue, staff = as_(cast.noor), two_waves["Queue"], two_waves["Staff"]
    refused = noor.fill(f"/voice/touchpoints/{queue}/merge", {"into": str(staff), "reason": "Why not."}, "Make them")
    assert refused.status_code == 422
    assert "One source asked about both" in refused.text
    with database.writing() as db:
        for place in (queue, two_waves["Waiting in line"]):
            db.add(ProcessTouchpoint(process_id=cast.process.id, touchpoint_id=place))
    both = noor.fill(
        f"/voice/touchpoints/{queue}/merge", {"into": str(two_waves["Waiting in line"]), "reason": "Same."}, "Make them"
    )
    assert both.status_code == 422
    assert "One process weighs both" in both.text
    with database.reading() as db:
        assert places(db) == two_waves
