"""Who sees a source: two worlds that differ in it alone are the same to whoever is outside; and no small cell can be
worked out by adding and taking away what is shown."""

import csv
import io
import itertools
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session as Db
from sqlmodel import col

from app.columns import as_of
from app.db import Database
from app.main import Pilotage
from app.people.actor import Actor, find_actor
from app.people.models import Post
from app.pilots.figures import Place, measured
from app.processes.assessing import Question, as_json, picture
from app.processes.models import ProcessTouchpoint
from app.voice import showing
from app.voice.access import pages as access_pages
from app.voice.access.models import AccessForm
from app.voice.answers import answers as answers_of
from app.voice.comments.actions import code, theme_of
from app.voice.evidence.actions import make_source, put_counts, write_down
from app.voice.evidence.models import FindingForm, SourceForm
from app.voice.evidence.reading import read
from app.voice.models import Audience, Remark, Source, SourceKind
from app.voice.rules import may_replace
from tests.cast import Cast
from tests.client import Browser
from tests.test_blind_worlds import assert_same
from tests.voice.sources import a_map, a_source, answers
from tests.voice.test_pages import uploaded, work
from tests.worlds import MOMENT, World

As = Callable[..., Browser]
OUTSIDERS = ("zaid", "layla", "huda", "tariq", "gita")
PAGES = (
    *("/", "/voice", "/voice/evidence", "/voice/touchpoints", "/voice/market", "/voice/comments", "/processes"),
    *("/leaders", "/record", "/notices", "/search?q=Secret", "/search?q=Visitors", "/voice/sources.csv", "/pilots"),
    *("/voice/market.csv", "/voice/evidence/findings.csv", "/processes.csv", "/voice/comments/themes"),
    *(f"/voice/comments/themes/{number}" for number in (1, 2)),
    *(f"/voice/sources/{one}{part}" for one in range(1, 6) for part in ("", "/access", "/rows", "/touchpoints.csv")),
    *(f"/voice/evidence/{number}{part}" for number in range(1, 6) for part in ("", "/counts.csv", "/counts")),
    *(f"/voice/touchpoints/{number}" for number in range(1, 9)),
    *(f"/processes?source={number}" for number in range(1, 5)),
    *(f"/record?ref={kind}:{number}" for kind in ("source", "touchpoint", "finding") for number in range(1, 6)),
    *(f"/talk/{kind}:{number}" for kind in ("source", "touchpoint", "finding", "benchmark") for number in range(1, 6)),
)  # fmt: skip


def hidden(word: str, shift: int, tmp_path: Path) -> Callable[[Any, Db, Cast], None]:
    """A wave for all; for the committee alone the wave before, counts and findings, with `word` in their names."""

    def tell(world: Any, db: Db, cast: Cast) -> None:
        db.commit()
        for_all = a_map("Visitors 2025", 2025)
        own = (
            a_map(f"{word} 2024", 2024)
            .replace("Terminal operations", "Finance")
            .replace('name = "Toilets"', f'name = "{word} lounge"')
        )
        with as_of(MOMENT):
            a_source(world.database, tmp_path, for_all, person_id=cast.noor.id)
            rows = answers(60, shift)
            own_taking = {"rows": rows, "person_id": cast.noor.id, "figures_for": Audience.COMMITTEE}
            secret = a_source(world.database, tmp_path, own, **own_taking)
            values = {"first_day": "2025-01-01", "last_day": "2025-12-31", "figures_for": "committee"}
            with world.database.writing() as other:
                actor = find_actor(other, cast.noor.id)
                form = SourceForm.model_validate(values | {"name": f"{word} mail", "kind": SourceKind.COMPLAINTS})
                remark = other.scalars(select(Remark).where(col(Remark.source_id) == secret)).first()
                assert remark is not None
                code(other, actor, remark, [theme_of(other, actor, f"{word} theme").id])
                counted = make_source(other, actor.id, form)
                lines = f"touchpoint,month,count\nQueue,2025-03,{40 + shift}\n{word} desk,2025-03,{7 + shift}\n"
                put_counts(other, actor, counted, read(lines, MOMENT.date()).lines, {"queue": 1})
                form = SourceForm.model_validate(values | {"name": f"{word} talks", "kind": SourceKind.INTERVIEWS})
                told = make_source(other, actor.id, form)
                found = {"touchpoint": 1, "kind": "pain", "words": f"{word} is what they say.", "on": "2025-05-05"}
                write_down(other, actor, told, FindingForm.model_validate(found))

    return tell


def test_a_source_for_the_committee_is_nowhere_for_others(sqlite_template: Path, tmp_path: Path) -> None:
    tellings = (hidden("Secretive", 0, tmp_path), hidden("Concealed", 3, tmp_path))
    worlds = [World(sqlite_template, tmp_path / str(place), tell) for place, tell in enumerate(tellings)]
    for name in OUTSIDERS:
        one, other = (world.walked(getattr(world.cast, name), PAGES) for world in worlds)
        assert len(one) > 60
        assert_same(one, other, name)
        assert not any("Secretive" in page for page in one.values())
    # The control: whom it is for sees it, on the same pages.
    one, other = (world.walked(world.cast.sami, PAGES) for world in worlds)
    different = {address for address in one if one[address] != other.get(address)}
    for page in (
        "/voice",
        "/voice/evidence",
        "/voice/touchpoints",
        "/voice/sources/2",
        "/voice/sources.csv",
        "/voice/comments/themes",
    ):
        assert page in different, page


SMALL = 10
CELL = 4  # respondents of gate C, whom nobody may tell apart


def crowd() -> list[tuple[Any, ...]]:
    """Gate C has too few; five rated the toilets; three were detractors; two did not use the queue."""
    rows = []
    for i in range(80):
        gate = "A" if i < 50 else "B" if i < 80 - CELL else "C"
        nps = 2 if i < 3 else 8 if i < 40 else 10
        queue = 6 if i in (1, 2) else 1 + i % 5
        rows.append((i + 1, nps, 1 + i % 5, queue, 3 + i % 3, 2 if i < 5 else 0, gate, ""))
    return rows


@pytest.fixture
def crowded(database: Database, cast: Cast, tmp_path: Path) -> int:
    small = a_map(smallest=SMALL).replace("not_applicable = [6]", "not_applicable = [6]\nmissing = [0]")
    number = a_source(database, tmp_path, small, rows=crowd(), person_id=cast.noor.id)
    with database.writing() as db:
        places = dict(zip(answers_of(db, number).touchpoint_names, answers_of(db, number).touchpoint_ids, strict=True))
        for name in ("Queue", "Toilets"):
            db.add(ProcessTouchpoint(process_id=cast.process.id, touchpoint_id=places[name]))
    return number


def figures(text: str) -> set[int]:
    """Every whole number that stands on a page or in a file."""
    plain = re.sub(r"<svg.*?</svg>|<[^>]*>", " ", text, flags=re.S)
    return {int(word.replace(",", "")) for word in re.findall(r"(?<![\w.\-])\d[\d,]*(?![\w.%])", plain)}


def test_no_small_cell_comes_from_adding_and_taking_away(
    app: Pilotage, as_: As, cast: Cast, database: Database, crowded: int
) -> None:
    """Sums of what is shown of each segment, taken from the total, leave no cell of fewer than the smallest."""
    zaid = as_(cast.zaid)
    table = list(csv.DictReader(io.StringIO(zaid.get(f"/voice/sources/{crowded}/segments.csv").text)))
    shown = {row["Recommend"]: int(row["Answers"]) for row in table if row["Answers"]}
    assert shown == {"A": 50}
    rests = {80 - sum(some) for size in range(len(shown) + 1) for some in itertools.combinations(shown.values(), size)}
    assert not {rest for rest in rests if 0 < rest < SMALL}


def test_a_pilots_place_tells_no_small_cell(database: Database, crowded: int, cast: Cast) -> None:
    """Its figure beside that of everybody, and of everywhere else, would."""
    with database.reading() as db:
        told = {
            (label, elsewhere): measured(db, crowded, outcome, Place("Gate", label), elsewhere=elsewhere)
            for outcome in ("Recommend", "Overall", "Queue")
            for label in "ABC"
            for elsewhere in (False, True)
        }
        assert {key for key, found in told.items() if found} == {("A", False), ("A", True)}
        assert measured(db, crowded, "Toilets") is None


def test_who_did_not_say_where_they_were_is_a_cell_too(database: Database, cast: Cast, tmp_path: Path) -> None:
    rows = [(*row[:6], "" if row[0] <= 4 else "A" if row[0] <= 40 else "B", "") for row in crowd()]
    number = a_source(database, tmp_path, a_map(smallest=SMALL).replace("[6]", "[6]\nmissing = [0]"), rows=rows)
    with database.reading() as db:
        assert measured(db, number, "Recommend", Place("Gate", "B")) is not None
        assert measured(db, number, "Recommend", Place("Gate", "B"), elsewhere=True) is None
        assert measured(db, number, "Recommend", Place("Gate", "A")) is None  # the next smallest, hidden with them


def test_a_process_and_the_cut_tell_nothing_of_a_small_touchpoint(database: Database, crowded: int, cast: Cast) -> None:
    """Queue and Toilets are one process: its figure is that of Queue, as if nobody had rated the toilets."""
    with database.reading() as db:
        found = as_json(picture(db, Question(crowded, "Recommend")))
        told = answers_of(db, crowded)
        queue = told.percent[:, told.touchpoint_names.index("Queue")]
        items: Any = found["items"]
        assert items[0]["name"] == cast.process.name
        assert items[0]["performance"] == pytest.approx(float(np.nanmean(queue)))
        known = [item["performance"] for item in items if item["performance"] is not None]
        assert found["performance_cut"] == pytest.approx(sum(known) / len(known))


def test_counts_of_few_are_not_shown(app: Pilotage, as_: As, cast: Cast, database: Database, crowded: int) -> None:
    """Three detractors, five who rated the toilets, two who did not use the queue: on no page, file or command."""
    zaid = as_(cast.zaid)
    page = zaid.get(f"/voice/sources/{crowded}").text
    assert "detractors" not in page
    rows = {
        row["Touchpoint"]: row
        for row in csv.DictReader(io.StringIO(zaid.get(f"/voice/sources/{crowded}/touchpoints.csv").text))
    }
    for place in ("Queue", "Toilets"):
        assert (rows[place]["Not applicable"], rows[place]["Missing"]) == ("", "")
    assert rows["Toilets"]["Answers"] == ""
    assert rows["Staff"]["Missing"] == "0"
    with database.reading() as db:
        told: Any = showing.as_json(db, db.get_one(Source, crowded))
    toilets = next(use for use in told["touchpoints"] if use["name"] == "Toilets")
    assert [toilets[name] for name in ("n", "mean", "not_applicable", "missing")] == [None] * 4
    assert told["outcomes"][0]["detractors"] is None
    assert told["outcomes"][0]["value"] is not None


def test_the_wave_before_is_shown_to_whom_it_is_for(
    app: Pilotage, as_: As, cast: Cast, database: Database, tmp_path: Path
) -> None:
    a_source(database, tmp_path, a_map("Visitors 2024", 2024), figures_for=Audience.COMMITTEE)
    latest = a_source(database, tmp_path)
    page = f"/voice/sources/{latest}"
    assert "Visitors 2024" in as_(cast.sami).get(page).text
    assert "Visitors 2024" not in as_(cast.zaid).get(page).text
    assert "hollow dot" not in as_(cast.zaid).get("/").text


ACCESS = {"figures_for": "department", "comments_for": "department", "rows_for": "committee", "minimum_cell": "12"}


@pytest.mark.parametrize(
    ("name", "status"),
    [("noor", 303), ("root", 303), ("sami", 404), ("layla", 303), ("zaid", 404), ("tariq", 404), ("gita", 404)],
)
def test_who_says_who_sees_a_source(
    app: Pilotage, as_: As, cast: Cast, database: Database, tmp_path: Path, name: str, status: int
) -> None:
    """Its keepers: the chair, administrators, a leader of its department, whoever brought it in."""
    number = a_source(database, tmp_path, rows_for=Audience.EMPLOYEES)
    who, page = as_(getattr(cast, name)), f"/voice/sources/{number}/access"
    answer = who.post(page, {**ACCESS, "reason": "They were promised so.", "version": "1"})
    assert answer.status_code == status
    with database.reading() as db:
        source = db.get_one(Source, number)
        assert (source.figures_for, source.minimum_cell) == (
            (Audience.DEPARTMENT, 12) if status == 303 else (Audience.EMPLOYEES, 1)
        )
    seen = {
        reader: as_(getattr(cast, reader)).get(f"/voice/sources/{number}").status_code for reader in ("amal", "tariq")
    }
    assert seen == {"amal": 200, "tariq": 404 if status == 303 else 200}
    if status == 303:
        assert as_(cast.noor).post(page, {**ACCESS, "reason": "Late.", "version": "1"}).status_code == 409
        wide = {**ACCESS, "rows_for": "employees", "reason": "All.", "version": "2"}
        assert as_(cast.noor).post(page, wide).status_code == 422
        assert as_(cast.noor).post(page, {**ACCESS, "reason": "", "version": "2"}).status_code == 422
        assert AccessForm.model_validate({**ACCESS, "reason": "x", "version": 1}).minimum_cell == 12


def test_a_comment_is_masked_and_opened_one_mark_at_a_time(
    app: Pilotage, as_: As, cast: Cast, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = "Agent Maria was rude, call me on 415-555-0132 or 415-555-0199."
    rows = [(*row[:7], words if row[0] == 1 else "") for row in answers()]
    audiences = {"rows_for": Audience.DEPARTMENT, "comments_for": Audience.EMPLOYEES}
    number = a_source(database, tmp_path, rows=rows, person_id=cast.noor.id, **audiences)
    said: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr(access_pages.log, "info", lambda event, **facts: said.append((event, facts)))
    tariq, amal, noor = as_(cast.tariq), as_(cast.amal), as_(cast.noor)
    for who in (tariq, noor):
        for page in ("/voice/comments", "/voice/comments?q=rude", "/voice/remarks/1"):
            told = who.get(page).text
            assert "[telephone]" in told
            assert "Maria" not in told
            assert "555" not in re.sub(r'value="[^"]*"', "", told)
    start = words.index("415-555-0132")
    assert tariq.get(f"/voice/remarks/1?show={start}").status_code == 403
    shown = amal.get(f"/voice/remarks/1?show={start}").text
    assert "415-555-0132" in shown
    assert "415-555-0199" not in shown
    assert [(event, facts["person"], facts["kind"]) for event, facts in said] == [
        ("personal data shown", cast.amal.id, "telephone")
    ]
    assert tariq.post("/voice/remarks/1/marks", {"start": "6"}).status_code == 403
    assert noor.post("/voice/remarks/1/marks", {"start": str(words.index("Maria"))}).status_code == 303
    assert noor.post("/voice/remarks/1/marks", {"words": "rude", "kind": "name"}).status_code == 303
    assert noor.post("/voice/remarks/1/marks", {"words": "not there"}).status_code == 422
    assert "Agent Maria was [name], call" in re.sub(r"<[^>]*>", "", tariq.get("/voice/remarks/1").text)
    with database.reading() as db:
        assert db.get_one(Remark, 1).marks
        assert db.get_one(Source, number).comments_for is Audience.EMPLOYEES
    assert as_(cast.gita).get("/voice/remarks/1").status_code == 404


def test_an_import_says_all_three_audiences(app: Pilotage, as_: As, cast: Cast, database: Database) -> None:
    noor = as_(cast.noor)
    address = uploaded(app, noor)
    form = noor.get(address).text
    assert all(f'name="{name}"' in form for name in ("figures_for", "comments_for", "rows_for"))
    given = {"as_text": "on", "map": a_map(), "figures_for": "department", "comments_for": "employees"}
    wide = noor.post(f"{address}/map", {**given, "rows_for": "committee"})
    assert wide.status_code == 422
    assert "for more people than the figures" in wide.text
    right = {**given, "comments_for": "department", "rows_for": "committee"}
    assert noor.post(f"{address}/map", right).status_code == 303
    work(app)
    assert noor.send(address, {}, f"{address}/take").status_code == 303
    work(app)
    with database.reading() as db:
        source = db.get_one(Source, 1)
        said = (source.figures_for.value, source.comments_for.value, source.rows_for.value)
    assert said == ("department", "department", "committee")


def test_who_may_not_see_a_source_may_not_replace_it(cast: Cast) -> None:
    hidden = Source(name="Hidden", figures_for=Audience.COMMITTEE, department_id=None, imported_by=None)
    shown = Source(name="Shown", figures_for=Audience.EMPLOYEES, department_id=None, imported_by=None)
    employee, member = Actor(cast.zaid.id, "Zaid"), Actor(cast.sami.id, "Sami", seats={1: Post.MEMBER})
    assert [may_replace(employee, source) for source in (hidden, shown)] == [False, True]
    assert [may_replace(member, source) for source in (hidden, shown)] == [True, True]
    hidden.imported_by = cast.zaid.id
    assert may_replace(employee, hidden)
