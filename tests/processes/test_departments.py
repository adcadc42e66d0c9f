"""Who must talk to whom: departments that share a process, and evidence that others have not seen."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from app.db import Database
from app.lately import Lately
from app.people.actor import find_actor
from app.people.models import Person
from app.processes.departments.queries import Pair, Work, pairs_of, told
from app.processes.departments.words import sentence, unseen, worst
from app.processes.models import ProcessDepartment, ProcessTouchpoint
from app.voice.models import Source
from app.voice.readings.actions import keep
from tests.bench.counting import statements
from tests.cast import Cast, the_cast
from tests.client import Browser
from tests.makers import a_department, a_person, a_process, put
from tests.voice.sources import a_source

As = Callable[..., Browser]


def a_work(number: int, *departments: int, vital: bool = False) -> Work:
    return Work(number, f"Process {number}", departments[0], frozenset(departments[1:]), (), vital=vital)


def test_pairs_share_processes_vital_ones_first() -> None:
    pairs = pairs_of([a_work(1, 1, 2), a_work(2, 2, 1), a_work(3, 1, 3, vital=True), a_work(4, 4)])
    assert [(pair.one, pair.other, len(pair.shared), pair.vital) for pair in pairs] == [(1, 3, 1, 1), (1, 2, 2, 0)]


def test_the_sentence_counts() -> None:
    from app.processes.departments.queries import Told

    names = Told({1: "Security", 2: "Retail"}, ())
    pair = Pair(1, 2, [a_work(1, 1, 2, vital=True), a_work(2, 1, 2, vital=True), a_work(3, 1, 2)])
    assert sentence(names, pair) == "Security and Retail share three processes, two of them vital."
    assert sentence(names, Pair(1, 2, [a_work(1, 1, 2)])) == "Security and Retail share one process."
    assert worst(pair) == "no figure yet"


@pytest.fixture
def story(database: Database, cast: Cast, tmp_path: Path) -> Cast:
    """Terminal operations keep the source and own the process; Finance is involved in it."""
    number = a_source(database, tmp_path)
    with database.writing() as db:
        finance = db.get_one(Person, cast.tariq.id).department_id
        put(db, ProcessDepartment(process_id=cast.process.id, department_id=finance))
        put(db, ProcessTouchpoint(process_id=cast.process.id, touchpoint_id=1))
        assert number == 1
    return cast


def sentences(database: Database, actor_id: int) -> list[str]:
    with database.reading() as db:
        found = told(db, find_actor(db, actor_id))
        return [unseen(found, one) for one in found.unseen]


def test_evidence_is_unseen_by_audience_and_by_not_opening(database: Database, story: Cast) -> None:
    (said,) = sentences(database, story.noor.id)
    assert said == (
        "Terminal operations keeps Visitors 2025, which asks about Security screening. "
        "Finance cannot see its comments and rows, and nobody there has opened its figures."
    )
    with database.writing() as db:
        source = db.get_one(Source, 1)
        keep(db, 1, story.tariq.department_id or 0)
        keep(db, 1, story.tariq.department_id or 0)
    assert "nobody there" not in sentences(database, story.noor.id)[0]
    with database.writing() as db:
        db.execute(text("UPDATE source SET comments_for = 'employees', rows_for = 'employees'"))
    assert sentences(database, story.noor.id) == []
    assert source.name == "Visitors 2025"


def test_only_sources_that_i_may_see_are_named(database: Database, story: Cast) -> None:
    with database.writing() as db:
        db.execute(text("UPDATE source SET figures_for = 'committee', imported_by = NULL"))
    assert sentences(database, story.tariq.id) == []
    assert "cannot see its figures, comments and rows." in sentences(database, story.noor.id)[0]


def test_opening_a_source_is_noted_for_the_department_and_for_nobody(database: Database, story: Cast, as_: As) -> None:
    counters = "SELECT feature, count FROM change ORDER BY feature"
    with database.reading() as db:
        before = db.execute(text(counters)).all()
    database.known["kept"]["source readings"] = Lately(10)
    for _ in range(2):
        assert as_(story.tariq).get("/voice/sources/1").status_code == 200
    rows: list[tuple[int, int]] = []
    for _ in range(100):
        with database.reading() as db:
            rows = [tuple(row) for row in db.execute(text("SELECT source_id, department_id FROM source_reading"))]  # type: ignore[misc]
        if rows:
            break
        time.sleep(0.05)
    assert rows == [(1, story.tariq.department_id)]
    with database.reading() as db:
        assert db.execute(text(counters)).all() == before, "no page is made anew for it"
        columns = {row[1] for row in db.execute(text("PRAGMA table_info(source_reading)"))}
    assert columns == {"id", "source_id", "department_id", "first_at"}


def test_on_both_databases(both: Database, tmp_path: Path) -> None:
    with both.writing() as db:
        cast = the_cast(db)
    a_source(both, tmp_path)
    with both.writing() as db:
        finance = db.get_one(Person, cast.tariq.id).department_id or 0
        put(db, ProcessDepartment(process_id=cast.process.id, department_id=finance))
        put(db, ProcessTouchpoint(process_id=cast.process.id, touchpoint_id=1))
        for _ in range(2):
            keep(db, 1, finance)
    with both.reading() as db:
        found = told(db, find_actor(db, cast.noor.id))
    assert [len(pair.shared) for pair in found.pairs] == [1]
    assert [(one.other, one.opened, one.closed) for one in found.unseen] == [(finance, True, ["comments", "rows"])]


def test_the_page_and_its_filters(database: Database, story: Cast, as_: As) -> None:
    amal = as_(story.amal)
    page = amal.get("/processes/departments").text
    assert "Finance and Terminal operations share one process" in page or (
        "Terminal operations and Finance share one process" in page
    )
    assert "Security screening" in page
    assert "Security screening" not in amal.get("/processes/departments?vital=yes&department=999").text
    assert "Lounges" not in amal.get(f"/processes/departments?department={story.tariq.department_id}").text
    table = amal.get("/processes/departments/departments.csv").text
    assert "owner" in table
    assert "involved" in table
    assert as_(story.gita).get("/processes/departments").status_code == 404


def test_statements_do_not_grow(database: Database, story: Cast, as_: As) -> None:
    noor, counted = as_(story.noor), []
    for more in (1, 30):
        with database.writing() as db:
            for _ in range(more):
                department = a_department(db)
                owner = a_person(db, department_id=department.id)
                process = a_process(db, story.committee, owner, rank=None)
                put(db, ProcessDepartment(process_id=process.id, department_id=story.department.id))
                put(db, ProcessTouchpoint(process_id=process.id, touchpoint_id=2))
        noor.get("/processes/departments")
        with statements(database) as ran:
            assert noor.get("/processes/departments").status_code == 200
        counted.append(len(ran))
    assert counted[0] == counted[1] <= 16
