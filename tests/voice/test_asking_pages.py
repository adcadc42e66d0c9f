"""Asking customers on the web: who may, what the form takes, a source that collects, its card and its end."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from app.db import Database
from app.main import Pilotage
from app.people.models import Person
from app.record.models import Entry
from app.record.queries import verify
from app.voice.asking import qr
from app.voice.asking.models import Asking
from app.voice.models import Outcome, Source, Touchpoint, Use
from app.voice.queries import headline
from tests.bench.counting import statements
from tests.cast import Cast
from tests.client import ORIGIN, Browser
from tests.voice.asking import Program, a_survey, a_token, answer, collecting, day, source_of
from tests.voice.sources import a_source

As = Callable[[Person | None], Browser]
NEW = "/voice/ask/new"
FILLED = {
    "name": "Lounge cards",
    "way": "survey",
    "opens_on": day().isoformat(),
    "closes_on": day(14).isoformat(),
    "recommend": "Recommend",
    "overall": "Overall",
    "touchpoints": "restaurants | Restaurantes\nQuiet corners | Rincones tranquilos\n\n",
    "open_en": "What should we do better?",
    "open_es": "¿Qué deberíamos hacer mejor?",
    "series": "Cards",
    "minimum_cell": "5",
    "figures_for": "employees",
    "comments_for": "committee",
    "rows_for": "department",
}


def test_a_survey_begins_with_what_was_filled_in(as_: As, database: Database, cast: Cast) -> None:
    with database.writing() as db:
        db.add(Touchpoint(name="Restaurants", key="restaurants"))
    where = as_(cast.noor).works(NEW, FILLED, "Begin to ask")
    with database.reading() as db:
        asking = db.scalars(select(Asking)).one()
        source = db.get_one(Source, asking.source_id)
        assert where == f"/voice/ask/{asking.id}"
        assert (source.collecting, source.minimum_cell, source.rows_for.value) == (True, 5, "department")
        assert (source.first_day, source.last_day, source.imported_by) == (day(), day(14), cast.noor.id)
        names = db.execute(select(col(Touchpoint.name)).join(Use).order_by(col(Use.place))).scalars().all()
        assert names == ["Restaurants", "Quiet corners"], "one that is known is the same in any case"
        kinds = [one.kind.value for one in db.scalars(select(Outcome).order_by(col(Outcome.place)))]
        assert kinds == ["nps", "rating"]
        assert asking.said["touchpoints"]["Quiet corners"]["es"] == "Rincones tranquilos"
        entry = db.scalars(select(Entry).order_by(col(Entry.number).desc())).first()
        assert entry
        assert (entry.move, entry.ref) == ("ask", f"source:{source.id}")
        assert verify(db, db.info["record_keys"]).intact


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({"name": ""}, "This is needed."),
        ({"name": "2026"}, "named in words"),
        ({"closes_on": day(-1).isoformat()}, "The last day lies today or later"),
        ({"closes_on": day(400).isoformat()}, "A year is the longest"),
        ({"recommend": ""}, "begins with the recommendation"),
        ({"overall": "recommend"}, "Two outcomes need two names"),
        ({"touchpoints": "Parking"}, "write the Spanish after a bar"),
        ({"touchpoints": "A | B\na | C"}, "stands here twice"),
        ({"touchpoints": "\n".join(f"T{n} | U{n}" for n in range(13))}, "At most 12"),
        ({"touchpoints": "x" * 300 + " | y"}, "1 to 120 characters"),
        ({"segments": "Terminal"}, "The survey does not ask for these"),
        ({"open_es": ""}, "both languages"),
        ({"way": "api", "recommend": "", "overall": "", "touchpoints": ""}, "else nothing is asked"),
        ({"department": "99"}, "offered departments"),
        ({"minimum_cell": "0"}, "Not less than 1"),
        ({"minimum_cell": "4"}, "promises figures of many"),
        ({"rows_for": "everybody"}, "Choose one of the offered answers"),
        ({"figures_for": "committee", "comments_for": "employees"}, "Not for more people than the figures"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(
    as_: As, database: Database, cast: Cast, over: dict[str, str], words: str
) -> None:
    answer = as_(cast.noor).send(NEW, FILLED | over)
    assert answer.status_code == 422
    assert words in answer.text.replace("&#34;", '"')
    with database.reading() as db:
        assert db.scalars(select(Asking)).first() is None


def test_a_name_is_taken_once_and_a_form_acts_once(as_: As, database: Database, cast: Cast) -> None:
    noor = as_(cast.noor)
    typed = {**FILLED, "key": noor.key(NEW)}
    assert {noor.post(NEW, typed).headers["location"] for _ in range(3)} == {"/voice/ask/1"}
    assert "a source with this name already" in noor.send(NEW, FILLED).text


@pytest.mark.parametrize(
    ("name", "status"), [("noor", 200), ("sami", 200), ("layla", 200), ("root", 200), ("zaid", 403), ("gita", 404)]
)
def test_who_may_ask(as_: As, cast: Cast, name: str, status: int) -> None:
    browser = as_(getattr(cast, name))
    assert browser.get(NEW).status_code == status
    if status != 200:
        assert browser.post(NEW, FILLED).status_code == status
    assert ("/voice/ask/new" in browser.get("/voice/ask").text) == (status == 200)


def test_only_its_keepers_see_the_link_and_move_it(as_: As, database: Database, cast: Cast) -> None:
    number, link = a_survey(database, cast.noor, department_id=cast.department.id)
    here = f"/voice/ask/{number}"
    for person, keeps in ((cast.noor, True), (cast.sami, True), (cast.zaid, True), (cast.tariq, False)):
        browser = as_(person)
        page = browser.get(here)
        assert page.status_code == 200
        assert (link in page.text) == keeps
        for part in ("card", "qr.svg", "qr.png"):
            assert browser.get(f"{here}/{part}").status_code == (200 if keeps else 403)
    tariq = as_(cast.tariq)
    for part, typed in (("moves", {"name": "close"}), ("until", {"closes_on": day(3).isoformat()}), ("link", {})):
        assert tariq.post(f"{here}/{part}", {"note": "Because.", **typed}).status_code == 403
    assert as_(cast.gita).get(here).status_code == 404
    hidden = collecting(database, cast.noor, name="Hidden", figures_for="committee")
    assert tariq.get(f"/voice/ask/{hidden}").status_code == 404
    assert tariq.post(f"/voice/ask/{hidden}/moves", {"name": "close"}).status_code == 404


def test_its_life(as_: As, database: Database, cast: Cast) -> None:
    number, link = a_survey(database, cast.noor)
    noor, here = as_(cast.noor), f"/voice/ask/{number}"
    assert noor.post(f"{here}/moves", {"name": "nothing"}).status_code == 422
    late = {"closes_on": day(5).isoformat(), "note": "Few answers.", "version": "99"}
    assert noor.post(f"{here}/until", late).status_code == 409
    assert "within a year" in noor.post(f"{here}/until", {**late, "closes_on": "2031-01-01", "version": "1"}).text
    assert noor.post(f"{here}/until", {**late, "note": " ", "version": "1"}).status_code == 422
    assert noor.post(f"{here}/until", {**late, "version": "1"}).status_code == 303
    assert noor.move(here, "close").status_code == 303
    assert noor.move(here, "close").status_code == 409
    assert "Closed" in noor.get(here).text
    assert noor.post(f"{here}/link", {"note": "It got about."}).status_code == 409
    noor.works(here, {"closes_on": day(9).isoformat(), "note": "Two more weeks."}, "Open it again", "until")
    assert source_of(database, number).collecting
    noor.works(here, {"note": "It got about."}, "Make a new link", "link")
    assert link not in noor.get(here).text
    with database.reading() as db:
        moves = db.scalars(select(col(Entry.move)).where(col(Entry.ref).startswith("source:"))).all()
        assert moves == ["ask", "prolong", "close", "reopen", "renew_link"]
        assert verify(db, db.info["record_keys"]).intact
    words = noor.get(here).text
    for said in ("Set to collect", "Last day moved", "Closed", "Opened again", "Given a new link"):
        assert said in words


def test_figures_are_shown_while_they_come_in_but_are_nobody_s_headline(
    as_: As, app: Pilotage, database: Database, cast: Cast, tmp_path: Any
) -> None:
    a_source(database, tmp_path)
    with database.reading() as db:
        before = headline(db)
    number = collecting(database, cast.noor, minimum_cell=2)
    source = source_of(database, number)
    noor = as_(cast.noor)
    for address in (f"/voice/sources/{source.id}", "/voice", f"/processes?source={source.id}", f"/voice/ask/{number}"):
        assert noor.get(address).status_code == 200, f"{address} with nothing in it"
    program = Program(app, a_token(database, cast.noor))
    program.send({"source": source.id, "responses": [answer()]}, key="1")
    assert "withheld" in noor.get(f"/voice/sources/{source.id}").text
    program.send({"source": source.id, "responses": [answer("r2")]}, key="2")
    page = noor.get(f"/voice/sources/{source.id}").text
    assert "still collecting" in page
    assert "+100" in page
    with database.reading() as db:
        after = headline(db)
        assert before
        assert after
        assert before.id == after.id


def test_the_code_holds_the_link(as_: As, database: Database, cast: Cast) -> None:
    """Drawn from the same matrix as segno's own, with the quiet zone that the standard asks for."""
    number, link = a_survey(database, cast.noor)
    address = ORIGIN + link
    drawn = qr.drawn(address)
    dark = {
        (int(x) + step, int(y))
        for x, y, wide in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", drawn.path)
        for step in range(int(wide))
    }
    matrix = qr.code(address).matrix
    assert dark == {(x + 4, y + 4) for y, row in enumerate(matrix) for x, one in enumerate(row) if one}
    assert drawn.side == len(matrix) + 8
    noor, here = as_(cast.noor), f"/voice/ask/{number}"
    svg, png = noor.get(f"{here}/qr.svg"), noor.get(f"{here}/qr.png")
    assert svg.headers["content-disposition"].startswith("attachment")
    assert b"<script" not in svg.content
    assert png.content.startswith(b"\x89PNG")
    assert noor.get(f"{here}/qr.exe").status_code == 404
    card = noor.get(f"{here}/card").text
    assert card.count('<article class="card"') == 4
    assert card.count(drawn.path) == 4
    assert card.count(link) >= 4, "in words too"
    assert "¿Qué tal ha ido?" in card


def test_a_source_without_a_survey_has_no_card(as_: As, database: Database, cast: Cast) -> None:
    number = collecting(database, cast.noor)
    assert as_(cast.noor).get(f"/voice/ask/{number}/card").status_code == 404
    assert as_(cast.noor).post(f"/voice/ask/{number}/link", {"note": "Because."}).status_code == 422


def test_lists_take_as_many_statements_for_thirty_as_for_one(as_: As, database: Database, cast: Cast) -> None:
    noor = as_(cast.noor)
    number, _ = a_survey(database, cast.noor)
    counted = []
    for _ in range(2):
        noor.get("/voice/ask")
        with statements(database) as listed:
            noor.get("/voice/ask?again")
        with statements(database) as detail:
            noor.get(f"/voice/ask/{number}")
        counted.append((len(listed), len(detail)))
        for more in range(30):
            if len(counted) == 1:
                collecting(database, cast.noor, name=f"Source {more}")
    assert counted[0] == counted[1]
    assert counted[0][0] <= 6
    assert counted[0][1] <= 10, detail


def test_the_description_is_read_by_employees(as_: As, cast: Cast) -> None:
    assert "Idempotency-Key" in as_(cast.zaid).get("/docs").text
    assert as_(cast.gita).get("/docs").status_code == 404
