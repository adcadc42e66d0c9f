"""Bringing ideas in by the web, step by step; who may; what is left; what cannot be read."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from app.db import Database
from app.ideas.importing import staging, taking
from app.ideas.importing.maps import from_toml
from app.ideas.importing.models import IdeaImport, ImportStage
from app.ideas.models import Idea, Stage
from app.main import Pilotage
from app.outbox import Job, run_all, run_one
from app.people.models import Person
from tests.cast import Cast
from tests.client import Browser
from tests.ideas.imports import COMMENTS, IDEAS, MAP, VOTES, imported, written

As = Callable[[Person | None], Browser]


def send(browser: Browser, toml: str = "", **files: str | bytes) -> Any:
    sent = {part: (f"{part}.csv", content) for part, content in files.items()}
    data = {"key": browser.key("/ideas/import"), "toml": toml}
    return browser.post("/ideas/import", data, files=sent)


def work(app: Pilotage) -> None:
    run_all(app.state.database, app.state.tasks)


def stage_of(database: Database, address: str) -> ImportStage:
    with database.reading() as db:
        return db.get_one(IdeaImport, int(address.rpartition("/")[2])).stage


def test_from_files_to_ideas_by_forms_alone(app: Pilotage, cast: Cast, as_: As, database: Database) -> None:
    noor = as_(cast.noor)
    here = send(noor, ideas=IDEAS, votes=VOTES, comments=COMMENTS).headers["location"]
    assert "Reading the files" in noor.get(here).text
    work(app)
    said = {"process": "Security screening", "source": "Box", "ideas_title": "words", "ideas_author": "who"}
    said |= {"ideas_stage": "state", "ideas_discarded": "-1", "ideas_date": "day", "ideas_text": "words"}
    assert noor.works(here, {**said, "comments_author": "who", "votes_person": "who"}, action="/map") == here
    work(app)
    preview = noor.get(here).text
    assert "3 ideas, 4 votes, 4 comments. Nothing is stored yet." in preview
    for words in (
        "by a later vote of the same person",
        "“-1” 1, “0” 0, by the last vote of 3 people",
        "answer what did not come with them",
    ):
        assert words in preview
    with database.reading() as db:
        assert db.scalar(select(func.count()).select_from(Idea)) == 0
    assert noor.works(here, {}, "Bring 3 ideas in") == here
    assert "Bringing the ideas in" in noor.get(here).text
    work(app)
    assert "3 ideas, 4 votes, 4 comments, on" in noor.get(here).text
    assert "/ideas?stage=imported&amp;process=" in noor.get(here).text
    listed = as_(cast.zaid).get("/ideas?stage=imported").text
    assert "A bench by the lift" in listed
    assert "Rude words" not in listed
    with database.reading() as db:
        number = db.scalars(select(col(Idea.id)).where(col(Idea.title) == "A bench by the lift")).one()
    idea = as_(cast.zaid).get(f"/ideas/{number}").text
    for words in ("Person 7", "what this answers was not imported", "Box, a", "1 said “-1”", "<b>2</b> people support"):
        assert words in idea
    assert "promised" not in idea
    assert "incremental" not in idea


def test_what_the_columns_are_is_guessed(app: Pilotage, cast: Cast, as_: As, data: Path) -> None:
    folder = data / "polis_open_data" / "scoop-hivemind.biodiversity"
    noor = as_(cast.noor)
    files = {"ideas": folder / "comments.csv", "votes": folder / "votes.csv"}
    here = send(noor, **{part: path.read_bytes() for part, path in files.items()}).headers["location"]
    work(app)
    assert noor.works(here, {"process": "Security screening"}, action="/map") == here
    work(app)
    preview = noor.get(here).text
    assert "316 ideas, 19,229 votes" in preview
    assert "“-1” 5,472, “0” 5,018, by the last vote of 536 people" in preview


def test_a_matrix_of_votes_is_guessed(app: Pilotage, cast: Cast, as_: As, data: Path) -> None:
    folder = data / "polis_open_data" / "bg2050-volunteers"
    noor = as_(cast.noor)
    files = {"ideas": folder / "comments.csv", "votes": folder / "participants-votes.csv"}
    here = send(noor, **{part: path.read_bytes() for part, path in files.items()}).headers["location"]
    work(app)
    assert noor.works(here, {"process": "Security screening"}, action="/map") == here
    work(app)
    assert "371 ideas, 10,006 votes" in noor.get(here).text


def test_with_a_map_nothing_is_asked(app: Pilotage, cast: Cast, as_: As, database: Database) -> None:
    root = as_(cast.root)
    here = send(root, toml=MAP, ideas=IDEAS, votes=VOTES, comments=COMMENTS).headers["location"]
    work(app)
    assert "3 ideas, 4 votes, 4 comments" in root.get(here).text
    map_file = root.get(f"{here}/map.toml")
    assert from_toml(map_file.text) == from_toml(MAP)
    root.works(here, {}, "Bring 3 ideas in")
    work(app)
    assert stage_of(database, here) is ImportStage.TAKEN
    assert "Suggestion box" in as_(cast.noor).get("/ideas/import").text
    assert as_(cast.noor).get(here).status_code == 200


def test_the_same_bytes_are_recognised(app: Pilotage, cast: Cast, as_: As, database: Database) -> None:
    root = as_(cast.root)
    for _ in range(2):
        here = send(root, toml=MAP, ideas=IDEAS, votes=VOTES, comments=COMMENTS).headers["location"]
        work(app)
        page = root.get(here).text
        if "Bring 3 ideas in" in page:
            root.works(here, {}, "Bring 3 ideas in")
            work(app)
    assert "These bytes are here already as" in page
    assert root.post(f"{here}/take", {"key": "k"}).status_code == 303
    work(app)
    assert "nothing was stored" in root.get(here).text
    with database.reading() as db:
        assert db.scalar(select(func.count()).select_from(Idea)) == 3


def test_only_the_chair_and_administrators(app: Pilotage, cast: Cast, as_: As) -> None:
    noor = as_(cast.noor)
    here = send(noor, toml=MAP, ideas=IDEAS, votes=VOTES, comments=COMMENTS).headers["location"]
    work(app)
    for person in (cast.amal, cast.sami, cast.layla, cast.huda):
        browser = as_(person)
        assert browser.get("/ideas/import").status_code == 403
        assert browser.post("/ideas/import", {"key": "k"}).status_code == 403
        for way in ("", "/map.toml"):
            assert browser.get(f"{here}{way}").status_code == 404
        for way in ("map", "take", "back", "throw-away"):
            assert browser.post(f"{here}/{way}", {"key": "k"}).status_code == 404
        assert "/ideas/import" not in browser.get("/ideas").text
    assert as_(cast.gita).get("/ideas/import").status_code == 404
    assert as_(cast.root).get(here).status_code == 404  # on its way it is hers alone
    assert "/ideas/import" in noor.get("/ideas").text


def test_a_chair_brings_in_for_the_processes_of_the_committee(
    app: Pilotage, cast: Cast, as_: As, database: Database
) -> None:
    from tests.makers import a_committee, a_process

    with database.writing() as db:
        a_process(db, a_committee(db), cast.huda, name="Elsewhere")
    noor, root = as_(cast.noor), as_(cast.root)
    words = MAP.replace("Security screening", "Elsewhere")
    for browser, wanted in ((noor, "No process is named"), (root, "Bring 3 ideas in")):
        here = send(browser, toml=words, ideas=IDEAS, votes=VOTES, comments=COMMENTS).headers["location"]
        work(app)
        assert wanted in browser.get(here).text


def test_what_is_missing_or_wrong_is_said_beside_its_field(app: Pilotage, cast: Cast, as_: As) -> None:
    noor = as_(cast.noor)
    answer = send(noor, votes=VOTES)
    assert answer.status_code == 422
    assert "Choose the file of ideas." in answer.text
    assert send(noor, ideas=IDEAS, toml="process = ").status_code == 422
    bad = noor.post("/ideas/import", {"key": "k"}, files={"ideas": ("ideas.pdf", b"%PDF"), "map": ("m", b"\xff")})
    assert bad.status_code == 422
    assert "not UTF-8" in bad.text
    here = send(noor, ideas=IDEAS, votes=VOTES).headers["location"]
    work(app)
    wrong = noor.fill(here, {"ideas_id": "", "process": "", "source": "Typed <b>"}, action="/map")
    assert wrong.status_code == 422
    assert '<a href="#f-ideas_id">This is needed.</a>' in wrong.text
    assert "Name either the process" in noor.fill(here, {"process": ""}, action="/map").text
    assert 'value="Typed &lt;b&gt;"' in wrong.text
    assert noor.fill(here, {"toml": "process = 1"}).status_code == 422
    assert noor.post(f"{here}/map", {"more": "x"}).status_code == 422


def test_problems_are_shown_by_row_and_left_out_by_word(app: Pilotage, cast: Cast, as_: As, database: Database) -> None:
    noor = as_(cast.noor)
    votes = VOTES.replace("b,8,0", "b,8,<b>7</b>")
    here = send(noor, toml=MAP, ideas=IDEAS, votes=votes, comments=COMMENTS).headers["location"]
    work(app)
    page = noor.get(here).text
    assert "1 cell stands in the way." in page
    assert "<code>&lt;b&gt;7&lt;/b&gt;</code>" in page
    assert "It is neither support nor set aside." in page
    assert noor.fill(here, {}, "Bring 3 ideas in").status_code == 422
    noor.works(here, {"set_aside": "on"}, "Bring 3 ideas in")
    work(app)
    assert stage_of(database, here) is ImportStage.TAKEN
    assert "with a cell that cannot be read" in noor.get(here).text


def test_back_to_the_columns_and_away(app: Pilotage, cast: Cast, as_: As, database: Database) -> None:
    noor = as_(cast.noor)
    here = send(noor, toml=MAP, ideas=IDEAS, votes=VOTES, comments=COMMENTS).headers["location"]
    work(app)
    noor.works(here, {}, action="/back")
    page = noor.get(here).text
    assert "Suggestion box" in page  # the map as it was sent stands in its field
    assert noor.post(f"{here}/take", {"key": "k"}).status_code == 409
    noor.works(here, {}, action="/throw-away")
    assert noor.get(here).status_code == 404
    settings = app.state.settings
    left = list((settings.database_file.parent / "uploads").iterdir())
    assert left == []


def test_what_cannot_be_read_is_said(app: Pilotage, cast: Cast, as_: As) -> None:
    noor = as_(cast.noor)
    here = send(noor, ideas=b"id,words\n1,\xff\xfe\n").headers["location"]
    work(app)
    page = noor.get(here).text
    assert "It cannot be read." in page
    assert "ideas.csv: Row 2" in page
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", b"<Types/>")
        archive.writestr("xl/workbook.xml", b"<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 600_000_000)
    sent = {"ideas": ("ideas.xlsx", bomb.getvalue())}
    here = noor.post("/ideas/import", {"key": noor.key("/ideas/import")}, files=sent).headers["location"]
    work(app)
    assert "unpacks to more than" in noor.get(here).text


def test_a_job_that_was_killed_begins_again(
    app: Pilotage, cast: Cast, as_: As, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    noor = as_(cast.noor)
    here = send(noor, toml=MAP, ideas=IDEAS, votes=VOTES, comments=COMMENTS).headers["location"]
    work(app)
    noor.works(here, {}, "Bring 3 ideas in")
    with monkeypatch.context() as patched:
        patched.setattr(staging, "CHUNK", 1)
        patched.setattr(taking, "flip", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        patched.setattr(taking, "take_away", lambda *_: None)
        with pytest.raises(KeyboardInterrupt):
            run_one(database, app.state.tasks)
    assert stage_of(database, here) is ImportStage.TAKING
    assert "A bench by the lift" not in noor.get("/ideas?stage=imported").text
    assert "Person 7" not in as_(cast.root).get("/admin/people?show=imported").text
    with database.writing() as db:  # the lease and the sign of life run out
        for job in db.scalars(select(Job).where(col(Job.done_at).is_(None))):
            job.leased_until = None
        db.get_one(IdeaImport, int(here.rpartition("/")[2])).alive_at = None
    work(app)
    assert stage_of(database, here) is ImportStage.TAKEN
    with database.reading() as db:
        assert db.scalar(select(func.count()).select_from(Idea)) == 3


def test_a_press_twice_brings_in_once(app: Pilotage, cast: Cast, as_: As, database: Database) -> None:
    noor = as_(cast.noor)
    here = send(noor, toml=MAP, ideas=IDEAS, votes=VOTES, comments=COMMENTS).headers["location"]
    work(app)
    key = noor.key(here, f"{here}/take")
    answers = [noor.post(f"{here}/take", {"key": key}).status_code for _ in range(2)]
    assert answers == [303, 303]
    work(app)
    with database.reading() as db:
        assert db.scalar(select(func.count()).select_from(Idea)) == 3


def test_a_file_name_in_a_map_opens_nothing_on_the_server(app: Pilotage, cast: Cast, as_: As) -> None:
    noor = as_(cast.noor)
    words = MAP.replace('file = "votes.csv"', 'file = "/etc/passwd"')
    here = send(noor, toml=words, ideas=IDEAS).headers["location"]
    work(app)
    page = noor.get(here).text
    assert "[votes] file: &#34;/etc/passwd&#34; is not there." in page
    assert "root:" not in page


def test_an_imported_idea_has_no_duties_and_is_adopted_by_anybody(
    app: Pilotage, cast: Cast, as_: As, database: Database, tmp_path: Path
) -> None:
    home = as_(cast.noor).get("/").text
    unread = [as_(person).get("/notices").text.count("<li") for person in (cast.noor, cast.huda)]
    told = imported(database, written(tmp_path / "in"))
    run_all(database, app.state.tasks)
    for item in told["items"]:
        assert item["title"] not in as_(cast.noor).get("/").text
    assert ("late" in home) == ("late" in as_(cast.noor).get("/").text)
    assert [as_(person).get("/notices").text.count("<li") for person in (cast.noor, cast.huda)] == unread
    address = f"/ideas/{next(item['ref'] for item in told['items'] if item['id'] == 'b').split(':')[1]}"
    assert as_(cast.zaid).move(address, "adopt").status_code == 303
    with database.reading() as db:
        assert db.get_one(Idea, int(address.rpartition("/")[2])).stage is Stage.DRAFT
    assert as_(cast.tariq).get(address).status_code == 404
    assert "Ask people at the gate" in as_(cast.zaid).get(f"{address}/edit").text


def test_a_page_of_an_import_costs_the_same_whatever_it_brought(
    app: Pilotage, cast: Cast, as_: As, database: Database, tmp_path: Path
) -> None:
    told = imported(database, written(tmp_path / "in"))
    page = as_(cast.noor).get(f"/ideas/import/{told['import']}")
    assert page.status_code == 200
    assert "They wait until somebody adopts one." in page.text
    record = as_(cast.noor).get("/record").text
    assert "Suggestion box" in record
