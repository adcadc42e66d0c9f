"""The home page over HTTP: who gets what, the first minute, what a veiled reader may not learn."""

import re
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from app.columns import as_of, today
from app.db import Database
from app.ideas.models import Stage
from app.main import Pilotage, create_app, open_database
from app.notices.actions import read_record
from app.people.models import Person
from app.processes.models import Prioritisation, Priority
from app.review.models import RoundStage
from tests.bench.counting import statements
from tests.cast import Cast, the_cast
from tests.client import Browser
from tests.conftest import settings_for
from tests.makers import an_idea, put
from tests.work.makers import a_pilot, a_round, follow, told

Signed = Callable[[Person | None], Browser]
MOMENT = datetime.now(UTC).replace(microsecond=0)


def test_a_stranger_signs_in_first(as_: Signed) -> None:
    answer = as_(None).get("/")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/")


def test_a_new_employee_sees_which_processes_need_ideas_and_why(database: Database, cast: Cast, as_: Signed) -> None:
    with database.writing() as db:
        round_ = put(db, Prioritisation(committee_id=cast.committee.id, name="Spring", opened_by=cast.noor.id))
        why = "People stand here longest."
        put(db, Priority(round_id=round_.id, process_id=cast.process.id, rank=1, reason=why))
        db.execute(text(f"UPDATE process SET prioritised_by = {round_.id} WHERE id = {cast.process.id}"))
        an_idea(db, cast.process, cast.amal, stage=Stage.SUBMITTED)
    home = as_(cast.tariq).get("/").text
    assert "Nothing yet, but Security screening needs ideas." in home
    assert why in home
    assert f'href="/ideas/new?process={cast.process.id}"' in home
    assert "1 idea is alive" in home
    assert "Lounges" not in home


@pytest.mark.parametrize(
    ("who", "where"),
    [("tariq", "/ideas/new"), ("sami", "/review"), ("layla", "/leaders"), ("root", "/voice/import")],
)
def test_an_empty_home_says_the_one_thing_to_do(cast: Cast, as_: Signed, who: str, where: str) -> None:
    home = as_(getattr(cast, who)).get("/").text
    assert re.search(rf'<a class="do" href="{where}">', home)
    assert home.count('class="do"') == 1


def test_home_is_not_sent_again_until_something_changes(database: Database, cast: Cast, as_: Signed) -> None:
    browser = as_(cast.sami)
    etag = browser.get("/").headers["etag"]
    assert browser.get("/", headers={"if-none-match": etag}).status_code == 304
    with database.writing() as db:
        an_idea(db, cast.process, cast.sami, stage=Stage.DRAFT, title="Quiet corners")
    again = browser.get("/", headers={"if-none-match": etag})
    assert again.status_code == 200
    assert "Quiet corners" in again.text


def test_only_those_who_steer_see_money(database: Database, cast: Cast, as_: Signed) -> None:
    with database.writing() as db:
        idea = an_idea(db, cast.process, stage=Stage.IN_PILOT)
        a_pilot(db, idea, cast.amal, budget=70_000, spent=48_200)
    seen = {who: "48,200" in as_(getattr(cast, who)).get("/").text for who in ("amal", "tariq", "sami", "layla")}
    assert seen == {"amal": False, "tariq": False, "sami": True, "layla": True}


def count(database: Database, browser: Browser, address: str) -> int:
    browser.get(address)
    with statements(database) as ran:
        assert browser.get(address).status_code == 200
    return len(ran)


@pytest.mark.parametrize(("address", "most"), [("/", 28), ("/notices", 10), ("/leaders", 12)])
def test_statements_do_not_grow_with_rows(database: Database, cast: Cast, as_: Signed, address: str, most: int) -> None:
    def more(number: int) -> None:
        with database.writing() as db:
            for _ in range(number):
                idea = an_idea(db, cast.process, cast.zaid, stage=Stage.IN_REVIEW)
                a_round(db, cast.committee, cast.noor, (idea,), (cast.sami,))
                follow(db, cast.noor, idea)
                told(db, cast.zaid, "submit", idea, "draft", "submitted")
                pilot = a_pilot(db, an_idea(db, cast.process, stage=Stage.IN_PILOT), cast.amal, cast.noor, asked=True)
                told(db, cast.amal, "charter", pilot, after="running")
                follow(db, cast.noor, pilot)
                told(db, cast.amal, "health", pilot, after="at risk")
        read_record(database)

    browser = as_(cast.noor)
    more(1)
    one = count(database, browser, address)
    more(29)
    assert count(database, browser, address) == one <= most


def a_world(app: Pilotage, database: Database, cast: Cast, author: Person) -> dict[str, bytes]:
    """All that a veiled chair who also leads can reach here, when this is who wrote it."""
    with database.writing() as db:
        idea = an_idea(
            db, cast.process, author, stage=Stage.IN_REVIEW, title="Low trays", promised_on=today() - timedelta(1)
        )
        a_round(db, cast.committee, cast.noor, (idea,), (cast.noor, cast.dina, cast.sami), due=today() - timedelta(1))
        follow(db, cast.noor, idea)
        told(db, author, "submit", idea, "draft", "submitted", why="My own words.")
        told(db, cast.omar, "admit", idea, "submitted", "admitted")
        early = an_idea(db, cast.process, author, stage=Stage.IN_PILOT, title="Chartered early")
        a_round(db, cast.committee, cast.noor, (early,), (cast.noor,), stage=RoundStage.CLOSED)
        pilot = a_pilot(db, early, author, cast.omar, step=2)
        follow(db, cast.noor, pilot)
        told(db, author, "health", pilot, "on course", "at risk")
    read_record(database)
    noor = Browser(app, cast.noor)
    tables = [f"/leaders/{table}.csv" for table in ("pilots", "stages", "funnel", "late", "rounds")]
    return {address: noor.get(address).content for address in ("/", "/notices", "/leaders", *tables)}


def test_two_worlds_that_differ_in_a_blind_author_look_the_same(sqlite_template: Path, tmp_path: Path) -> None:
    worlds = {}
    for name in ("amal", "zaid"):
        file = tmp_path / f"{name}.db"
        shutil.copy(sqlite_template, file)
        database = open_database(settings_for(f"sqlite:///{file}"))
        with as_of(MOMENT):
            with database.writing() as db:
                cast = the_cast(db)
            app = create_app(settings_for(database.url), database, run_worker=False)
            worlds[name] = a_world(app, database, cast, getattr(cast, name))
            open_to_all = Browser(app, cast.layla).get("/leaders").text
        database.close()
        # The control: to a leader who does not review, the two differ.
        assert getattr(cast, name).name in open_to_all
    for address, shown in worlds["amal"].items():
        assert shown == worlds["zaid"][address], address
        counts_alone = address.endswith(("stages.csv", "funnel.csv", "rounds.csv"))
        assert counts_alone or b"Low trays" in shown or b"Chartered early" in shown, address
