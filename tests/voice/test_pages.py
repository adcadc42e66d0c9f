"""The voice by the web: sources, rows, comments, exports; and a file on its way in."""

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlmodel import col

from app.columns import now
from app.db import Database
from app.main import Pilotage
from app.outbox import run_all
from app.voice import uploads
from app.voice.importing.stepping import KEPT_FOR
from app.voice.models import Audience, Response, Source, SourceStage, Upload, UploadStage
from app.web.sheets import csv_rows
from tests.cast import Cast
from tests.client import Browser
from tests.voice.sources import a_csv, a_map, a_source, answers

As = Callable[..., Browser]
FILE = ("answers.csv", a_csv(), "text/csv")


def statements(database: Database) -> list[str]:
    told: list[str] = []
    for engine in (database.reads, database.writes):
        event.listen(engine, "before_cursor_execute", lambda *given: told.append(given[2]))
    return told


def send(browser: Browser, file: tuple[str, bytes, str] = FILE) -> Any:
    return browser.post("/voice/import", {"key": browser.key("/voice/import")}, files={"file": file})


def work(app: Pilotage) -> None:
    run_all(app.state.database, app.state.tasks)


def uploaded(app: Pilotage, browser: Browser, file: tuple[str, bytes, str] = FILE) -> str:
    answer = send(browser, file)
    assert answer.status_code == 303
    work(app)
    return str(answer.headers["location"])


def checked(app: Pilotage, browser: Browser, map_text: str = "", file: tuple[str, bytes, str] = FILE) -> str:
    address = uploaded(app, browser, file)
    answer = browser.post(f"{address}/map", {"as_text": "on", "map": map_text or a_map(), "rows_for": "employees"})
    assert answer.status_code == 303
    work(app)
    return address


def taken(app: Pilotage, browser: Browser) -> str:
    address = checked(app, browser)
    assert browser.send(address, {}, f"{address}/take").status_code == 303
    work(app)
    return str(browser.get(address).headers["location"])


def test_an_empty_voice_says_what_belongs_here(as_: As, cast: Cast) -> None:
    assert "No survey yet" in as_(cast.zaid).get("/voice").text
    assert "/voice/import" not in as_(cast.zaid).get("/voice").text
    assert "/voice/import" in as_(cast.noor).get("/voice").text


def test_a_file_comes_in_step_by_step(app: Pilotage, as_: As, cast: Cast) -> None:
    noor = as_(cast.noor)
    answer = send(noor)
    address = answer.headers["location"]
    waiting = noor.get(address)
    assert "Reading the file" in waiting.text
    assert 'hx-trigger="every 2s"' in waiting.text
    work(app)
    form = noor.get(address).text
    assert re.search(r'name="use-1".*?<option value="nps" selected>', form, re.S)
    said = filled(form) | {"use-3": "touchpoint", "name-3": "Queue", "scale-3": "1, 5"}
    assert noor.post(f"{address}/map", said).status_code == 303
    work(app)
    report = noor.get(address).text
    assert "60 responses" in report
    assert noor.send(address, {}, f"{address}/take").status_code == 303
    assert "Taking the answers in" in noor.get(address).text
    work(app)
    done = noor.get(address)
    assert done.status_code == 303
    page = noor.get(done.headers["location"]).text
    assert "Queue" in page
    assert list(uploads.folder(app.state.settings).iterdir()) == []


def filled(form: str) -> dict[str, str]:
    """The proposal as it stands, with what only a person knows."""
    given = {"source": "Visitors", "first_day": "2025-05-01", "last_day": "2025-05-31", "minimum_cell": "5"}
    given |= {"rows_for": "committee"}
    for name, value in re.findall(r'name="((?:name|scale|missing|elsewhere)-\d+)" value="([^"]*)"', form):
        given[name] = value
    for name, options in re.findall(r'<select name="(use-\d+)".*?>(.*?)</select>', form, re.S):
        chosen = re.search(r'value="(\w+)" selected', options)
        given[name] = chosen[1] if chosen else ""
    return given


def test_a_wrong_map_comes_back_as_it_was_typed(app: Pilotage, as_: As, cast: Cast) -> None:
    noor = as_(cast.noor)
    address = uploaded(app, noor)
    given = {"source": "My own name", "use-1": "nps", "name-1": "Advice", "use-3": "touchpoint", "scale-3": "1, 1"}
    answer = noor.post(f"{address}/map", given)
    assert answer.status_code == 422
    assert "first and the last day" in answer.text
    assert 'value="My own name"' in answer.text
    assert 'value="Advice"' in answer.text
    wrong = noor.post(f"{address}/map", {"as_text": "on", "map": "outcomes = ["})
    assert wrong.status_code == 422
    assert "not valid TOML" in wrong.text
    unknown = a_map().replace('"QUEUE"', '"QUEUES"')
    assert noor.post(f"{address}/map", {"as_text": "on", "map": unknown}).status_code == 303
    work(app)
    assert "has no column" in noor.get(address).text


def test_problems_are_shown_and_set_aside_by_word(app: Pilotage, as_: As, cast: Cast) -> None:
    noor = as_(cast.noor)
    file = ("answers.csv", a_csv([*answers(), (99, 14, 3, "fine", 3, 3, "A", "")]), "text/csv")
    address = checked(app, noor, file=file)
    page = noor.get(address).text
    assert "2 cells stand in the way" in page
    assert "<code>fine</code>" in page
    refused = noor.send(address, {}, f"{address}/take")
    assert refused.status_code == 422
    assert "Set these cells aside" in refused.text
    assert noor.send(address, {"set_aside": "on"}, f"{address}/take").status_code == 303
    work(app)
    with app.state.database.reading() as db:
        assert db.scalars(select(col(Source.set_aside))).one() == 2


def test_the_button_pressed_twice_takes_once(app: Pilotage, as_: As, cast: Cast) -> None:
    noor = as_(cast.noor)
    address = checked(app, noor)
    key = noor.key(address, f"{address}/take")
    both = [noor.post(f"{address}/take", {"key": key}) for _ in range(2)]
    assert [answer.status_code for answer in both] == [303, 303]
    work(app)
    with app.state.database.reading() as db:
        assert len(db.scalars(select(Source)).all()) == 1
    assert noor.post(f"{address}/take", {"key": "another"}).status_code == 409


def test_the_same_bytes_are_recognised(app: Pilotage, as_: As, cast: Cast) -> None:
    noor = as_(cast.noor)
    source = taken(app, noor)
    address = uploaded(app, noor)
    assert "These bytes are here already" in noor.get(address).text
    noor.post(f"{address}/map", {"as_text": "on", "map": a_map()})
    work(app)
    assert noor.send(address, {}, f"{address}/take").status_code == 303
    work(app)
    assert noor.get(address).headers["location"] == source
    with app.state.database.reading() as db:
        assert len(db.scalars(select(Source)).all()) == 1
        assert len(db.scalars(select(col(Response.id))).all()) == 60


def test_a_name_that_is_there_is_replaced_by_word_alone(app: Pilotage, as_: As, cast: Cast) -> None:
    noor = as_(cast.noor)
    taken(app, noor)
    address = checked(app, noor, file=("more.csv", a_csv(answers(70)), "text/csv"))
    assert noor.send(address, {}, f"{address}/take").status_code == 422
    assert noor.send(address, {"replace": "on"}, f"{address}/take").status_code == 303
    work(app)
    with app.state.database.reading() as db:
        stages = db.scalars(select(col(Source.stage)).order_by(col(Source.id))).all()
    assert list(stages) == [SourceStage.REPLACED, SourceStage.TAKEN]


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("survey.xlsx", b"PK\x03\x04 not a workbook"),
        ("survey.csv", b"\x89PNG\r\n\x1a\n" + b"\x00" * 50),
        ("survey.csv", b""),
        ("survey.csv", b"A,B\n1,2,3\n"),
        ("survey.csv", b'A,B\n"1,2\n' + b"\x00" * 10),
    ],
)
def test_hostile_files_get_one_sentence(app: Pilotage, as_: As, cast: Cast, name: str, body: bytes) -> None:
    noor = as_(cast.noor)
    address = uploaded(app, noor, (name, body, "text/csv"))
    page = noor.get(address)
    assert page.status_code == 200
    assert "It cannot be read." in page.text
    assert noor.post(f"{address}/throw-away").status_code == 303
    assert list(uploads.folder(app.state.settings).iterdir()) == []
    assert noor.get(address).status_code == 404
    with app.state.database.reading() as db:
        assert db.scalars(select(Source)).all() == []


def test_what_is_no_table_is_refused_at_the_door(app: Pilotage, as_: As, cast: Cast) -> None:
    noor = as_(cast.noor)
    answer = send(noor, ("program.exe", b"MZ", "application/octet-stream"))
    assert answer.status_code == 422
    assert "Only CSV, TSV, XLSX" in answer.text
    assert noor.post("/voice/import", {"key": "k"}).status_code == 422
    assert list(uploads.folder(app.state.settings).iterdir()) == []


def test_too_large_a_file_is_not_read_to_its_end(as_: As, cast: Cast) -> None:
    browser = as_(cast.noor)
    headers = {"content-type": "multipart/form-data; boundary=x", "content-length": str(200_000_000)}
    answer = browser.http.post("/voice/import", content=b"--x", headers=headers)
    assert answer.status_code == 413
    assert answer.headers["connection"] == "close"


def test_an_upload_is_its_owners_alone(app: Pilotage, as_: As, cast: Cast) -> None:
    address = uploaded(app, as_(cast.noor))
    for person, status in ((cast.sami, 404), (cast.gita, 404), (None, 303)):
        assert as_(person).get(address).status_code == status
    assert as_(cast.sami).post(f"{address}/throw-away").status_code == 404


def test_who_brings_evidence_in(app: Pilotage, as_: As, cast: Cast, tmp_path: Path) -> None:
    def status() -> list[int]:
        people = (cast.noor, cast.sami, cast.layla, cast.root, cast.zaid, cast.tariq, cast.gita)
        return [as_(person).get("/voice/import").status_code for person in people]

    assert status() == [200, 200, 200, 200, 403, 403, 404]
    a_source(app.state.database, tmp_path)
    assert status() == [200, 200, 200, 200, 200, 403, 404]
    assert send_without_page(as_(cast.tariq)) == 403


def send_without_page(browser: Browser) -> int:
    return int(browser.post("/voice/import", {"key": "k"}, files={"file": FILE}).status_code)


def test_files_are_tidied_after_a_day(app: Pilotage, as_: As, cast: Cast) -> None:
    address = uploaded(app, as_(cast.noor))
    database = app.state.database
    uploads.tidy(database, {})
    assert as_(cast.noor).get(address).status_code == 200
    with database.writing() as db:
        upload = db.scalars(select(Upload)).one()
        upload.made_at = now() - KEPT_FOR
    uploads.tidy(database, {})
    assert as_(cast.noor).get(address).status_code == 404
    assert list(uploads.folder(app.state.settings).iterdir()) == []


def test_a_job_started_twice_does_nothing_twice(app: Pilotage, as_: As, cast: Cast) -> None:
    noor = as_(cast.noor)
    address = checked(app, noor)
    number = int(address.rsplit("/", 1)[1])
    uploads.work(app.state.database, {"upload": number})
    with app.state.database.reading() as db:
        assert db.get_one(Upload, number).stage is UploadStage.CHECKED


@pytest.mark.parametrize("address", ["/voice", "/voice/sources/{}", "/voice/comments", "/voice/sources.csv"])
def test_who_sees_the_figures(app: Pilotage, as_: As, cast: Cast, tmp_path: Path, address: str) -> None:
    source_id = a_source(app.state.database, tmp_path)
    found = address.format(source_id)
    assert [as_(one).get(found).status_code for one in (cast.zaid, cast.gita, None)] == [200, 404, 303]


@pytest.mark.parametrize(
    ("audience", "readers"),
    [
        (Audience.COMMITTEE, "noor sami"),
        (Audience.DEPARTMENT, "noor sami zaid"),
        (Audience.EMPLOYEES, "noor sami zaid tariq"),
    ],
)
def test_who_reads_the_rows(
    app: Pilotage, as_: As, cast: Cast, tmp_path: Path, audience: Audience, readers: str
) -> None:
    source_id = a_source(app.state.database, tmp_path, rows_for=audience)
    for name in ("noor", "sami", "zaid", "tariq"):
        browser = as_(getattr(cast, name))
        may = name in readers.split()
        assert browser.get(f"/voice/sources/{source_id}/rows").status_code == (200 if may else 403)
        assert ("the queue was long" in browser.get("/voice/comments").text) is may
        assert (f"/voice/sources/{source_id}/rows" in browser.get(f"/voice/sources/{source_id}").text) is may


def test_a_staging_source_is_not_there(app: Pilotage, as_: As, cast: Cast, tmp_path: Path) -> None:
    source_id = a_source(app.state.database, tmp_path)
    with app.state.database.writing() as db:
        db.get_one(Source, source_id).stage = SourceStage.STAGING
    noor = as_(cast.noor)
    assert noor.get(f"/voice/sources/{source_id}").status_code == 404
    assert "Visitors 2025" not in noor.get("/voice").text


def test_small_cells_are_withheld_everywhere(app: Pilotage, as_: As, cast: Cast, tmp_path: Path) -> None:
    source_id = a_source(app.state.database, tmp_path, a_map(smallest=10))
    zaid = as_(cast.zaid)
    assert "2 withheld" in zaid.get(f"/voice/sources/{source_id}").text
    rows = list(csv.reader(io.StringIO(zaid.get(f"/voice/sources/{source_id}/segments.csv").text)))
    assert [row[1:3] == [row[1], ""] for row in rows[1:]] == [False, True, True]


def test_waves_stand_beside_each_other(app: Pilotage, as_: As, cast: Cast, tmp_path: Path) -> None:
    a_source(app.state.database, tmp_path, a_map("Visitors 2024", 2024))
    better = [(*row[:1], min(10, row[1] + 4), *row[2:]) for row in answers(60)]
    second = a_source(app.state.database, tmp_path, a_map("Visitors 2025", 2025), rows=better)
    noor = as_(cast.noor)
    assert "more than chance explains" in noor.get("/voice").text
    assert "hollow dot Visitors 2024" in noor.get(f"/voice/sources/{second}").text


def test_the_list_of_comments_is_searched_and_swapped_alone(app: Pilotage, as_: As, cast: Cast, tmp_path: Path) -> None:
    a_source(app.state.database, tmp_path)
    noor = as_(cast.noor)
    assert "the <mark>queue</mark> was <mark>long</mark>" in noor.get("/voice/comments?q=QUEUE+long").text
    assert "No comment fits" in noor.get("/voice/comments?q=100%25").text
    block = noor.get("/voice/comments?q=queue", headers={"HX-Request": "true", "HX-Target": "div%23comments"}).text
    assert block.lstrip().startswith('<div id="comments"')
    assert noor.get("/voice/comments?source=99999999999999999999&after=5").status_code == 200


def test_exports_hold_the_figures_and_no_formulas(app: Pilotage, as_: As, cast: Cast, tmp_path: Path) -> None:
    source_id = a_source(app.state.database, tmp_path, a_map("=HYPERLINK(1)"))
    rows = list(csv.reader(io.StringIO(as_(cast.noor).get("/voice/sources.csv").text)))
    assert rows[1][1] == "'=HYPERLINK(1)"
    told = list(csv.reader(io.StringIO(as_(cast.noor).get(f"/voice/sources/{source_id}/touchpoints.csv").text)))
    assert [row[0] for row in told] == ["Touchpoint", "Queue", "Staff", "Toilets"]
    assert 0 <= float(told[1][1]) <= 100
    assert as_(cast.noor).get(f"/voice/sources/{source_id}/people.csv").status_code == 404


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@x", "\tx", "\rx", "＝1", "＋1", "－1", "＠x"])
def test_cells_that_could_be_formulas_are_text(cell: str) -> None:
    assert next(csv.reader(io.StringIO("".join(csv_rows([cell], [])), newline=""))) == [f"'{cell}"]


def test_numbers_stay_numbers() -> None:
    assert "".join(csv_rows(["n", "x"], [[-1, -2.5], [None, "plain"]])) == "n,x\r\n-1,-2.5\r\n,plain\r\n"


def test_an_unchanged_page_is_304(app: Pilotage, as_: As, cast: Cast, tmp_path: Path) -> None:
    source_id = a_source(app.state.database, tmp_path)
    noor = as_(cast.noor)
    for address in ("/voice", f"/voice/sources/{source_id}"):
        etag = noor.get(address).headers["etag"]
        assert noor.get(address, headers={"if-none-match": etag}).status_code == 304
    a_source(app.state.database, tmp_path, a_map("Another"), rows=answers(40))
    assert noor.get("/voice", headers={"if-none-match": noor.get("/voice").headers["etag"]}).status_code == 304


def test_statements_do_not_grow_with_the_sources(app: Pilotage, as_: As, cast: Cast, tmp_path: Path) -> None:
    noor = as_(cast.noor)
    a_source(app.state.database, tmp_path, a_map("Visitors 1999", 1999))
    told = statements(app.state.database)
    asked = []
    for years in (range(2000, 2001), range(2001, 2012)):
        for year in years:
            a_source(app.state.database, tmp_path, a_map(f"Visitors {year}", year))
        noor.get("/voice?warm")  # the frame's own figures are read every few seconds
        told.clear()
        noor.get("/voice")
        asked.append(len([one for one in told if one != "BEGIN"]))
    assert asked[0] == asked[1] <= 6, told
