"""A diagnosis: answered apart and sealed, seen when it is closed, answered by the organisation, never edited away."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlmodel import col

from app.columns import as_of, now, today
from app.db import Database
from app.diagnosis import actions, queries, rules
from app.diagnosis.actions import Said
from app.diagnosis.items import FOR_CUSTOMERS, ITEMS
from app.diagnosis.models import Asked, Diagnosis, DiagnosisStage, Finding, FindingForm, Invitation, OpenForm
from app.errors import Missing
from app.main import Pilotage
from app.people.actor import find_actor
from app.record.models import Entry
from app.work.diagnosis import waiting
from tests.bench.counting import statements
from tests.cast import Cast, the_cast
from tests.client import Browser
from tests.makers import a_department, a_person, put

As = Callable[..., Browser]
S = DiagnosisStage
LEVELS = {"amal": 2, "badr": 2, "zaid": 3, "huda": 1, "layla": 5}  # all of Terminal operations
FINANCE = ("sami", "dina", "omar", "noor", "tariq")


def a_diagnosis(database: Database, cast: Cast, **over: Any) -> int:
    with database.writing() as db:
        every = list(queries.department_names(db))
        fields = {"name": "Diagnosis", "committee": cast.committee.id, "due": today() + timedelta(days=5)}
        form = OpenForm(**{**fields, "departments": every, **over})
        return actions.open_diagnosis(db, find_actor(db, cast.noor.id), form).id


def answered(database: Database, cast: Cast, number: int, levels: Mapping[str, int | None], words: str = "") -> None:
    for name, level in levels.items():
        with database.writing() as db:
            said = {key: Said(level, words) for key in ITEMS}
            person = find_actor(db, getattr(cast, name).id)
            actions.answer(db, person, db.get_one(Diagnosis, number), said, 0)


def moved(database: Database, cast: Cast, number: int, name: str, note: str = "") -> None:
    with database.writing() as db:
        actions.move(db, find_actor(db, cast.noor.id), db.get_one(Diagnosis, number), name, note, None)


def concluded(database: Database, cast: Cast, number: int, level: int = 3) -> None:
    for key in ITEMS:
        with database.writing() as db:
            form = FindingForm(level=level, answer="So it is.", reason="It was seen.")
            actions.find_out(db, find_actor(db, cast.noor.id), db.get_one(Diagnosis, number), key, form)


def sheet(level: str = "2", items: Any = None, **over: str) -> dict[str, str]:
    return {**{f"level-{item.key}": level for item in items or ITEMS.values()}, "version": "0", **over}


NOBODY: dict[str, set[str]] = {}
MOVES = {
    S.OPEN: {"noor": {"close", "cancel"}, "root": {"close", "cancel"}},
    S.CLOSED: {"noor": {"publish", "cancel"}, "root": {"cancel"}},
    S.PUBLISHED: NOBODY,
    S.CANCELLED: NOBODY,
}
SPREAD = {
    S.OPEN: set[str](),
    S.CLOSED: {"sami", "dina", "omar", "noor", "layla"},
    S.PUBLISHED: {"amal", "badr", "zaid", "sami", "dina", "omar", "noor", "layla", "huda", "root", "tariq"},
    S.CANCELLED: set[str](),
}


@pytest.mark.parametrize("stage", list(S))
def test_the_rules_as_a_table(database: Database, cast: Cast, stage: DiagnosisStage) -> None:
    number = a_diagnosis(database, cast)
    with database.reading() as db:
        diagnosis = db.get_one(Diagnosis, number)
        diagnosis.stage = stage
        asked = queries.asked_of(db, number)
        people = {
            name: find_actor(db, person.id) for name, person in vars(cast).items() if hasattr(person, "department_id")
        }
        moves = {name: {move.name for move in rules.life.open_to(one, diagnosis)} for name, one in people.items()}
        assert {name: own for name, own in moves.items() if own} == MOVES[stage]
        assert {name for name, one in people.items() if rules.sees_spread(one, diagnosis)} == SPREAD[stage]
        may = {name for name, one in people.items() if rules.may_answer(one, diagnosis, asked, today())}
        assert may == (set(people) - {"gita"} if stage is S.OPEN else set())
        written = {name for name, one in people.items() if rules.may_write(one, diagnosis)}
        assert written == ({"noor"} if stage in (S.CLOSED, S.PUBLISHED) else set())
        assert {name for name, one in people.items() if rules.may_open(one)} == {"noor", "root"}
        db.rollback()


def test_the_whole_way(app: Pilotage, database: Database, cast: Cast, as_: As) -> None:
    """In a browser without JavaScript, from the opening to the profile."""
    noor, amal = as_(cast.noor), as_(cast.amal)
    departments = [1, 2]
    form = {"name": "Our first", "committee": cast.committee.id, "due": str(today() + timedelta(days=3))}
    here = noor.send("/voice/diagnosis/new", {**form, "departments": departments}).headers["location"]
    assert "Answer" in amal.get("/").text
    assert amal.fill(f"{here}/answer", sheet("2")).status_code == 303
    assert "Our first" not in amal.get("/").text, "nothing waits any more"
    assert amal.post(f"{here}/answer", sheet("3")).status_code == 409, "the sheet was kept meanwhile"
    assert amal.post(f"{here}/answer", sheet("3", version="1")).status_code == 303
    answered(database, cast, 1, {"badr": 2, "zaid": 2, "sami": 4, "dina": 4, "omar": 4})
    for browser in (noor, amal, as_(cast.root)):
        page = browser.get(here).text
        assert "Where we differ" not in page, "sealed"
        assert browser.get(f"{here}/items/listen").status_code == 403
        assert browser.get(f"{here}/spread.csv").status_code == 403
    assert noor.post(f"{here}/items/listen", {"level": 3, "reason": "x"}).status_code == 409
    assert noor.move(here, "close").status_code == 303
    assert amal.get(f"{here}/answer").status_code == 409
    assert amal.post(f"{here}/answer", sheet(version="2")).status_code == 409
    assert "Finance say 4.0" not in noor.get(here).text
    assert "Terminal operations say 2.3, Finance say" not in noor.get(here).text
    assert "Terminal operations say 2.3, Finance 4.0, of 5." in noor.get(here).text
    assert amal.get(f"{here}/items/listen").status_code == 403
    assert noor.move(here, "publish").status_code == 422, "our own answers are missing"
    assert as_(cast.sami).post(f"{here}/items/listen", {"level": 3, "reason": "x"}).status_code == 403
    for item in ITEMS.values():
        page = noor.get(f"{here}/items/{item.key}").text
        assert page.index("Where we differ") < page.index("Our own answer"), "first the differences, then the answer"
        assert noor.post(f"{here}/items/{item.key}", {"level": 3, "reason": ""}).status_code == 422
        answer = noor.post(f"{here}/items/{item.key}", {"level": 3, "reason": "As seen", "number": 0})
        assert answer.status_code == 303
    assert noor.move(here, "publish").status_code == 303
    assert "By our own answers we stand at 3.0 of 5" in amal.get("/voice/diagnosis").text
    assert amal.get(f"{here}/items/listen").status_code == 200
    assert "Our first" in amal.get("/voice/diagnosis/profile.csv").text


def test_an_answer_is_superseded_and_stays_to_be_read(database: Database, cast: Cast, as_: As) -> None:
    number = a_diagnosis(database, cast)
    moved(database, cast, number, "close")
    concluded(database, cast, number)
    moved(database, cast, number, "publish")
    noor, here = as_(cast.noor), f"/voice/diagnosis/{number}/items/listen"
    assert noor.post(here, {"level": 4, "reason": "Looked again", "number": 1}).status_code == 303
    assert noor.post(here, {"level": 5, "reason": "Late", "number": 1}).status_code == 409
    page = noor.get(here).text
    assert "Level 4" in page
    assert "It was seen." in page
    assert "Superseded" in page
    with database.reading() as db:
        kept = db.execute(select(col(Finding.number), col(Finding.level)).where(col(Finding.item) == "listen")).all()
        assert [tuple(row) for row in kept] == [(1, 3), (2, 4)]
        last = db.scalars(select(Entry).order_by(col(Entry.number).desc())).first()
        assert last is not None
        assert (last.move, json.loads(last.figures)["level_before"]) == ("supersede", 3)


def test_the_record_holds_commitments_alone(database: Database, cast: Cast) -> None:
    number = a_diagnosis(database, cast)
    answered(database, cast, number, {"amal": 1}, "The boss of all does not listen")
    with database.reading() as db:
        entry = db.scalars(select(Entry).where(col(Entry.move) == "answer")).one()
        assert entry.figures == "{}"
        assert re.fullmatch(r'{"sealed":"[0-9a-f]{64}"}', entry.digests)


def test_small_groups_stay_hidden_and_words_have_no_name(database: Database, cast: Cast, as_: As) -> None:
    number = a_diagnosis(database, cast)
    answered(database, cast, number, {"amal": 2, "badr": 2, "zaid": 2, "sami": 5}, "We listen a little")
    moved(database, cast, number, "close")
    noor, here = as_(cast.noor), f"/voice/diagnosis/{number}"
    rows = noor.get(f"{here}/spread.csv").text
    assert "5.0" not in rows
    assert "5," not in rows.replace("Level 5", "")
    page = noor.get(f"{here}/items/listen").text
    assert "withheld" in page
    assert "We listen a little" in page
    assert "Sami" not in page
    assert "Amal" not in page
    concluded(database, cast, number)
    moved(database, cast, number, "publish")
    assert "We listen a little" not in as_(cast.tariq).get(f"{here}/items/listen").text, "words are the committee's"


def links(browser: Browser, number: int, count: int = 2) -> list[str]:
    answer = browser.send(
        f"/voice/diagnosis/{number}", {"count": count, "days": 7}, action=f"/voice/diagnosis/{number}/invitations"
    )
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    return re.findall(r"http://[^<]*?(/asked/[\w-]+)", answer.text)


def test_a_customer_answers_by_link_once_and_without_a_name(
    app: Pilotage, database: Database, cast: Cast, as_: As
) -> None:
    number = a_diagnosis(database, cast)
    first, second = links(as_(cast.noor), number)
    assert len(first.rpartition("/")[2]) >= 43, "256 bits"
    assert first not in as_(cast.noor).get(f"/voice/diagnosis/{number}").text, "shown once"
    stranger = Browser(app)
    page = stranger.get(first)
    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-store"
    assert "Diagnosis" not in page.text, "not even what we call it"
    assert stranger.post(first, {"level-listen": "2"}).status_code == 422
    good = {name: value for name, value in sheet("1", FOR_CUSTOMERS).items() if name != "version"}
    assert stranger.post(first, {**good, "level-reach": "1"}).status_code == 422, "customers cannot know that"
    assert stranger.post(first, {**good, "words-said": "<script>alert(1)</script>"}).status_code == 200
    assert stranger.get(first).status_code == 404
    assert stranger.post(first, good).status_code == 404
    assert stranger.get(second).status_code == 200
    assert stranger.get(f"{second}x").status_code == 404
    with database.reading() as db:
        told = db.execute(text("SELECT person_id, department_id FROM diagnosis_sheet")).all()
        assert [tuple(row) for row in told] == [(None, None)]
        keys = db.scalars(select(col(Invitation.key))).all()
        assert not any(key in first + second or first.rpartition("/")[2] in key for key in keys), "hashed"
        assert {column.name for column in Invitation.__table__.columns} == {  # type: ignore[attr-defined]
            *("id", "diagnosis_id", "key", "made_at", "expires_at", "used_on")
        }
    moved(database, cast, number, "close")
    assert stranger.get(second).status_code == 404, "no link outlives the answering"
    assert "alert(1)</script>" not in as_(cast.noor).get(f"/voice/diagnosis/{number}").text


def test_a_link_ends_with_its_time(database: Database, cast: Cast) -> None:
    number = a_diagnosis(database, cast, due=today() + timedelta(days=30))
    with database.writing() as db:
        (link,) = actions.invite(db, find_actor(db, cast.noor.id), db.get_one(Diagnosis, number), 1, 7)
    token = link.rpartition("/")[2]
    with database.reading() as db:
        assert actions.invited(db, token)
        with as_of(now() + timedelta(days=8)), pytest.raises(Missing):
            actions.invited(db, token)


def test_who_may_not(database: Database, cast: Cast, as_: As) -> None:
    number = a_diagnosis(database, cast, departments=[cast.department.id])
    here = f"/voice/diagnosis/{number}"
    assert as_(cast.tariq).get(f"{here}/answer").status_code == 403, "his department is not asked"
    assert as_(cast.tariq).post(f"{here}/answer", sheet()).status_code == 403
    assert as_(cast.gita).get(here).status_code == 404
    amal = as_(cast.amal)
    assert amal.get("/voice/diagnosis/new").status_code == 403
    assert amal.post(f"{here}/invitations", {"count": 1}).status_code == 403
    assert amal.move(here, "close").status_code == 403
    assert as_(cast.root).post(f"{here}/items/listen", {"level": 3, "reason": "x"}).status_code == 403
    assert amal.get("/voice/diagnosis/99").status_code == 404
    assert amal.get(f"{here}/items/nothing").status_code == 404
    noor = as_(cast.noor)
    assert noor.move(here, "cancel").status_code == 422, "a reason"
    form = {"name": "Another", "committee": cast.committee.id, "due": str(today()), "departments": [cast.department.id]}
    assert noor.send("/voice/diagnosis/new", form).status_code == 409, "one at a time"
    assert noor.send("/voice/diagnosis/new", {**form, "due": "2020-01-01"}).status_code == 422
    assert noor.send("/voice/diagnosis/new", {**form, "departments": [99]}).status_code == 422
    assert amal.post(f"{here}/answer", sheet("6")).status_code == 422
    assert amal.post(f"{here}/answer", sheet(other="x")).status_code == 422
    assert noor.move(here, "cancel", "Wrong year").status_code == 303
    assert "stay sealed" in noor.get(here).text


def test_the_last_day_ends_the_answering(database: Database, cast: Cast, as_: As) -> None:
    number = a_diagnosis(database, cast)
    with database.writing() as db:
        db.execute(text("UPDATE diagnosis SET due = '2020-01-01'"))
    assert as_(cast.amal).get(f"/voice/diagnosis/{number}/answer").status_code == 409
    with database.reading() as db:
        assert [one.verb for one in waiting(db, find_actor(db, cast.noor.id), today())] == ["Close the answering"]
        assert waiting(db, find_actor(db, cast.amal.id), today()) == []


def test_the_history_is_drawn_and_exported(database: Database, cast: Cast, as_: As) -> None:
    for level, name in ((2, "Two years ago"), (4, "This year")):
        number = a_diagnosis(database, cast, name=name)
        answered(database, cast, number, LEVELS)
        moved(database, cast, number, "close")
        concluded(database, cast, number, level)
        assert as_(cast.noor).move(f"/voice/diagnosis/{number}", "publish").status_code == 303
    page = as_(cast.amal).get("/voice/diagnosis").text
    assert "By our own answers we stand at 4.0 of 5" in page
    assert "up 2.0 since the diagnosis before" in page
    assert page.count('class="former f1"') == 4, "two groups, wide and narrow"
    table = as_(cast.amal).get("/voice/diagnosis/profile.csv").text.splitlines()
    assert table[0] == "Part,Item,This year,Two years ago"
    assert table[1].endswith("4,2")
    with database.reading() as db:
        reach = json.loads(db.get_one(Diagnosis, number).reach)
    assert {one["of"] for one in reach} == {2}


def test_on_both_databases(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
    number = a_diagnosis(both, cast)
    answered(both, cast, number, LEVELS)
    answered(both, cast, number, dict.fromkeys(FINANCE, 4))
    with both.writing() as db:
        for link in actions.invite(db, find_actor(db, cast.noor.id), db.get_one(Diagnosis, number), 3, 7):
            actions.answer_as_customer(db, link.rpartition("/")[2], {item.key: Said(1) for item in FOR_CUSTOMERS})
    moved(both, cast, number, "close")
    with both.reading() as db:
        one = queries.spreads(db, number)["listen"]
        assert (one.n, one.colleagues, one.customers) == (13, 3.3, 1.0)
        assert one.gap == 3.0
        assert [one.answered for one in queries.turnout(db, number)] == [5, 5]
    concluded(both, cast, number)
    moved(both, cast, number, "publish")


def test_statements_do_not_grow(database: Database, cast: Cast, as_: As) -> None:
    number = a_diagnosis(database, cast)
    counted, noor = [], as_(cast.noor)
    for more in (1, 30):
        for _ in range(more):
            with database.writing() as db:
                department = a_department(db)
                put(db, Asked(diagnosis_id=number, department_id=department.id))
                person = a_person(db, department_id=department.id)
                diagnosis, said = db.get_one(Diagnosis, number), {key: Said(3) for key in ITEMS}
                actions.answer(db, find_actor(db, person.id), diagnosis, said, 0)
        for address in (f"/voice/diagnosis/{number}", "/voice/diagnosis"):
            noor.get(address)
            with statements(database) as ran:
                assert noor.get(address).status_code == 200
            counted.append(len(ran))
            assert len(ran) <= 14, ran
    assert counted[:2] == counted[2:]
