"""Indices, cross-tables, their rows, recodes and saved analyses by the web."""

import csv
import io
import math
import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import event, select

from app.db import Database
from app.main import Pilotage
from app.voice.models import Audience, Source
from app.voice.trends.models import Analysis, Recode
from tests.cast import Cast
from tests.client import Browser, mistakes
from tests.voice.sources import a_map, a_source, answers

As = Callable[..., Browser]
ROWS = "/voice/sources/{}/rows"


@pytest.fixture
def two_waves(database: Database, cast: Cast, tmp_path: Path) -> list[int]:
    """Two waves, ten at least to a cell; gate C has three answers. Whoever likes sees the rows of the second."""
    first = a_source(database, tmp_path, a_map("Visitors 2024", 2024, 10), rows=answers(80, 2))
    second = a_source(
        database, tmp_path, a_map("Visitors 2025", 2025, 10), rows=answers(90), rows_for=Audience.EMPLOYEES
    )
    return [first, second]


def statements(database: Database) -> list[str]:
    told: list[str] = []
    for engine in (database.reads, database.writes):
        event.listen(engine, "before_cursor_execute", lambda *given: told.append(given[2]))
    return told


def test_nothing_yet(as_: As, cast: Cast) -> None:
    for address in ("/voice/indices", "/voice/tables", "/voice/recodes"):
        assert "Nothing to count" in as_(cast.zaid).get(address).text
    assert "No accounts" in as_(cast.zaid).get("/voice/accounts").text
    assert as_(cast.zaid).get("/voice/indices.zip").status_code == 404
    assert as_(cast.zaid).get("/voice/tables.zip").status_code == 404


def test_a_guest_and_a_stranger_see_nothing(as_: As, cast: Cast, two_waves: list[int]) -> None:
    for address in ("/voice/indices", "/voice/tables", "/voice/indices.zip", "/voice/recodes", "/voice/accounts"):
        assert as_(cast.gita).get(address).status_code == 404
        assert as_(None).get(address).status_code == 303


def test_indices(as_: As, cast: Cast, two_waves: list[int]) -> None:
    page = as_(cast.zaid).get("/voice/indices").text
    assert "NPS is " in page
    assert '<svg class="plot trend wide"' in page
    assert "Holm" in page
    parted = as_(cast.zaid).get("/voice/indices?segment=Gate&label=A").text
    assert "withheld" in parted or "too few" in parted
    assert re.search(r"How does NPS move for A\?", unescape(parted))
    by_week = as_(cast.zaid).get("/voice/indices?by=week").text
    assert "have no dates" in by_week


def test_odd_options_are_their_defaults(as_: As, cast: Cast, two_waves: list[int]) -> None:
    zaid = as_(cast.zaid)
    odd = "series=999&of=touchpoint%3A99999999999999999999&figure=x&segment=%00"
    assert (
        zaid.get(f"/voice/indices?{odd.replace('%00', 'x')}&label=nobody&by=day&source=-1&weights=maybe").status_code
        == 200
    )
    assert (
        zaid.get("/voice/tables?rows=recode%3A77&rows2=Gate&columns=Gate&against=columns&correction=x").status_code
        == 200
    )
    assert zaid.get(f"/voice/indices?of={'x' * 500}").status_code == 422


def test_a_source_that_is_not_for_me_is_not_counted(
    as_: As, database: Database, cast: Cast, two_waves: list[int]
) -> None:
    with database.writing() as db:
        db.get_one(Source, two_waves[1]).figures_for = Audience.COMMITTEE
    assert "Visitors 2025" not in as_(cast.zaid).get("/voice/indices").text
    assert "Visitors 2025" not in as_(cast.zaid).get("/voice/tables").text
    assert "Visitors 2025" in as_(cast.noor).get("/voice/indices").text


def test_tables(as_: As, cast: Cast, two_waves: list[int]) -> None:
    page = as_(cast.zaid).get("/voice/tables?rows=Gate").text
    assert "withheld" in page
    assert "1 comparison, each of a cell against the other rows" in page
    crossed = as_(cast.zaid).get("/voice/tables?rows=Gate&of=outcome%3AOverall&figure=top+two&correction=bh").text
    assert "Benjamini and Hochberg" in crossed


@pytest.mark.parametrize(
    "address", ["/voice/indices?segment=Gate&label=A", "/voice/tables?rows=Gate&of=touchpoint%3A1"]
)
def test_pages_ask_the_database_little(
    app: Pilotage, as_: As, database: Database, cast: Cast, two_waves: list[int], tmp_path: Path, address: str
) -> None:
    """Nearly as often for four waves as for two, once their answers are held."""
    zaid, told = as_(cast.zaid), statements(database)

    def asked() -> int:
        zaid.get(address)
        app.state.figures.until = math.inf  # the frame's figures are not this page's
        told.clear()
        assert zaid.get(address).status_code == 200
        return len(told)

    with_two = asked()
    for year in (2020, 2021):
        a_source(database, tmp_path, a_map(f"Visitors {year}", year, 10), rows=answers(40, year))
    waves = asked()
    assert with_two <= 11
    assert waves - with_two <= 4  # what broke between two waves is asked of each pair


def test_figures_lead_to_their_rows(as_: As, cast: Cast, two_waves: list[int]) -> None:
    zaid = as_(cast.zaid)
    for address in ("/voice/tables?rows=Gate", "/voice/indices?segment=Gate&label=A"):
        page = unescape(zaid.get(address).text)
        links = re.findall(r'href="(/voice/sources/\d+/rows\?[^"]*)">([\d,]+)<', page)
        assert links
        for href, n in links:
            assert urlsplit(href).path == ROWS.format(two_waves[1])  # the first one's rows are not Zaid's
            assert f"{n} response" in zaid.get(href).text


def test_rows_by_filter(as_: As, cast: Cast, two_waves: list[int]) -> None:
    zaid, here = as_(cast.zaid), ROWS.format(two_waves[1])
    everybody = answers(90)
    detractors = sum(row[1] <= 6 and row[6] == "A" for row in everybody)
    page = zaid.get(f"{here}?of=outcome%3ARecommend&camp=detractor&segment=Gate&label=A").text
    assert f"{detractors} responses of 90" in page
    table = list(csv.reader(io.StringIO(zaid.get(f"{here}.csv?segment=Gate&label=A&of=touchpoint%3A1").text)))
    assert table[0][:4] == ["Respondent", "Day", "Weight", "Account"]
    assert len(table) - 1 == sum(row[6] == "A" and row[3] != 6 for row in everybody)
    assert {row[-1] for row in table[1:]} == {"A"}
    assert [float(row[table[0].index("Queue")]) for row in table[1:4]] == [row[3] for row in everybody[:3]]
    few = zaid.get(f"{here}?segment=Gate&label=C").text
    assert "withheld, and so are its rows" in few
    assert zaid.get(f"{here}.csv?segment=Gate&label=C").text.count("\n") == 1
    assert "No response has all of this" in zaid.get(f"{here}?segment=Gate&label=Z").text
    assert as_(cast.zaid).get(f"{ROWS.format(two_waves[0])}.csv").status_code == 403


def test_a_page_of_rows_after_the_other(as_: As, cast: Cast, two_waves: list[int]) -> None:
    zaid, address = as_(cast.zaid), f"{ROWS.format(two_waves[1])}?segment=Gate&label=A"
    seen: list[str] = []
    while address:
        page = zaid.get(address).text
        seen += re.findall(r'<th scope="row">(\d+)</th>', page)
        more = re.search(r'rel="next" href="([^"]*)"', page)
        address = unescape(more[1]) if more else ""
    assert seen == [str(row[0]) for row in answers(90) if row[6] == "A"]


def make(browser: Browser, **over: str) -> str:
    typed = {
        "name": "Side",
        "kind": "merge",
        "segment": "Gate",
        "lines": "A = North\nB = North\nC = South",
        "other": "",
    }
    page = f"/voice/recodes/new?kind={over.get('kind', 'merge')}"
    fields = dict((typed | over).items())
    answer = browser.send(page, fields, "/voice/recodes?series=1")
    assert answer.status_code == 303, mistakes(answer.text)
    return str(answer.headers["location"])


def test_a_recode_can_be_chosen_wherever_segments_are(
    as_: As, database: Database, cast: Cast, two_waves: list[int]
) -> None:
    zaid = as_(cast.zaid)
    make(zaid, lines="A = North\nB = South\nC = South")
    recode = "recode%3A1"
    for address in (f"/voice/indices?segment={recode}&label=South", f"/voice/tables?rows={recode}"):
        page = zaid.get(address).text
        assert "South" in page
        assert "withheld" not in page
    assert "45 responses of 90" in zaid.get(f"{ROWS.format(two_waves[1])}?segment={recode}&label=South").text
    assert "Side" not in as_(cast.amal).get("/voice/indices").text  # Zaid's alone
    assert as_(cast.amal).get("/voice/recodes/1").status_code == 404


def test_bands_and_two_segments_together(as_: As, cast: Cast, two_waves: list[int]) -> None:
    zaid = as_(cast.zaid)
    make(zaid, name="Camps", kind="bands", of="outcome:Recommend", cuts="7, 9", names="Detractors\nPassives\nPromoters")
    make(zaid, name="Both", kind="combine", segment="Gate", other="recode:1")
    page = unescape(zaid.get("/voice/tables?of=outcome%3AOverall&rows=recode%3A2").text)
    assert "A · Promoters" in page
    wrong = zaid.send(
        "/voice/recodes/new?kind=combine",
        {"name": "Loop", "kind": "combine", "segment": "recode:2", "other": "Gate"},
        "/voice/recodes?series=1",
    )
    assert wrong.status_code == 422


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({"lines": "Z = North"}, "does not begin with a label"),
        ({"segment": "Nowhere"}, "Choose the segment"),
        ({"lines": ""}, "Name at least one group"),
        ({"name": ""}, "This is needed"),
        ({"kind": "bands", "of": "outcome:Recommend", "cuts": "9, 7"}, "each larger than the one before"),
        ({"kind": "bands", "of": "outcome:Recommend", "cuts": "many"}, "Write numbers"),
        ({"kind": "bands", "of": "outcome:Recommend", "cuts": "nan"}, "each larger than the one before"),
        ({"kind": "bands", "of": "outcome:Recommend", "cuts": "7", "names": "One"}, "2 bands need 2 different names"),
        ({"kind": "bands", "of": "outcome:Love", "cuts": "7"}, "Choose what is cut"),
        ({"kind": "combine", "segment": "Gate", "other": "Gate"}, "Choose two different segments"),
    ],
)
def test_a_wrong_recode_comes_back(as_: As, cast: Cast, two_waves: list[int], over: dict[str, str], words: str) -> None:
    typed = {"name": "Side", "kind": "merge", "segment": "Gate", "lines": "A = North", **over}
    answer = as_(cast.zaid).send(f"/voice/recodes/new?kind={typed['kind']}", typed, "/voice/recodes?series=1")
    assert answer.status_code == 422
    assert words in unescape(answer.text)


def test_changing_and_taking_a_recode_away(as_: As, database: Database, cast: Cast, two_waves: list[int]) -> None:
    zaid, amal, noor = as_(cast.zaid), as_(cast.amal), as_(cast.noor)
    make(zaid, shared="on")
    assert "Side" in amal.get("/voice/tables").text
    assert amal.get("/voice/recodes/1").status_code == 403
    assert amal.post("/voice/recodes/1/remove").status_code == 403
    before = zaid.get("/voice/tables?rows=recode%3A1").text
    zaid.works("/voice/recodes/1", {"lines": "A = East\nB = West\nC = West"}, action="/voice/recodes/1")
    after = zaid.get("/voice/tables?rows=recode%3A1").text
    assert "East" not in before
    assert "East" in after
    saved = amal.send(
        "/voice/analyses/new?of=tables&options=series%3D1%26rows%3Drecode%253A1",
        {"name": "By side", "page": "tables", "options": "series=1&rows=recode%3A1", "shared": "on"},
        "/voice/analyses",
    )
    assert saved.status_code == 303
    late = zaid.post("/voice/recodes/1/remove")
    assert late.status_code == 409
    assert "By side" in late.text
    assert noor.post("/voice/analyses/1/remove").status_code == 303
    assert zaid.post("/voice/recodes/1/remove").status_code == 303
    with database.reading() as db:
        assert db.scalars(select(Recode)).all() == []
    assert zaid.get("/voice/tables?rows=recode%3A1").status_code == 200


def test_saved_analyses(as_: As, database: Database, cast: Cast, two_waves: list[int]) -> None:
    zaid, amal = as_(cast.zaid), as_(cast.amal)
    page = unescape(zaid.get("/voice/indices?segment=Gate&label=A").text)
    save = re.search(r'href="(/voice/analyses/new[^"]*)"', page)
    assert save
    where = zaid.works(save[1], {"name": "Gate A, wave by wave"}, button="Save")
    assert where == "/voice/indices?series=1&of=outcome%3ARecommend&segment=Gate&label=A"
    assert "How does NPS move for A?" in unescape(zaid.get(where).text)
    assert "Gate A, wave by wave" in zaid.get("/voice/indices").text
    assert "Gate A, wave by wave" not in amal.get("/voice/indices").text
    assert "Gate A, wave by wave" not in zaid.get("/voice/tables").text
    assert amal.post("/voice/analyses/1/remove").status_code == 404
    make(zaid)
    private = zaid.send(
        "/voice/analyses/new?of=tables&options=series%3D1",
        {"name": "X", "page": "tables", "options": "series=1&rows=recode%3A1", "shared": "on"},
        "/voice/analyses",
    )
    assert private.status_code == 422
    assert "which only you see" in private.text
    assert zaid.post("/voice/analyses/1/remove").status_code == 303
    with database.reading() as db:
        assert db.scalars(select(Analysis)).all() == []


def test_a_double_click_saves_once(as_: As, database: Database, cast: Cast, two_waves: list[int]) -> None:
    zaid, page = as_(cast.zaid), "/voice/analyses/new?of=indices&options=series%3D1"
    typed = {"name": "Twice", "page": "indices", "options": "series=1", "key": zaid.key(page, "/voice/analyses")}
    assert [zaid.post("/voice/analyses", typed).status_code for _ in range(2)] == [303, 303]
    with database.reading() as db:
        assert len(db.scalars(select(Analysis)).all()) == 1


def test_hostile_names_stay_words(as_: As, cast: Cast, two_waves: list[int]) -> None:
    zaid = as_(cast.zaid)
    make(zaid, name='"><script>alert(1)</script>', lines='A = <img src=x onerror="1">\nB = B', shared="on")
    for address in (
        "/voice/recodes",
        "/voice/tables?rows=recode%3A1",
        "/voice/indices?segment=recode%3A1",
        "/voice/recodes/1",
    ):
        page = zaid.get(address).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page
