"""Money: what was spent adds up in the row, corrections are entries of their own, the budget's changes are recorded."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from app.db import Database
from app.ideas.models import Stage
from app.people.models import Person
from app.pilots.artefacts import Made, made
from app.pilots.models import Pilot, Spending
from app.pilots.money import pace
from app.record.queries import entries_of
from tests.cast import Cast
from tests.client import Browser
from tests.makers import a_pilot, an_idea
from tests.pilots.stories import an_artefact

As = Callable[[Person | None], Browser]
MONEY = "/pilots/1/money"


@pytest.fixture
def pilot(database: Database, cast: Cast) -> Pilot:
    with database.writing() as db:
        idea = an_idea(db, cast.process, cast.amal, stage=Stage.IN_PILOT, team_id=cast.team.id)
        return a_pilot(db, idea, cast.amal, cast.noor, sponsor_id=cast.layla.id, budget=Decimal(1000))


def spent(**over: str) -> dict[str, str]:
    return {"amount": "250.50", "on": date.today().isoformat(), "purpose": "Trays"} | over


def test_what_is_entered_ten_times_is_spent_once(database: Database, cast: Cast, pilot: Pilot, as_: As) -> None:
    amal = as_(cast.amal)
    sent = spent() | {"key": amal.key(MONEY)}
    assert {amal.post(MONEY, sent).status_code for _ in range(10)} == {303}
    with database.reading() as db:
        row = db.get_one(Pilot, pilot.id)
        assert (row.spent, row.entries) == (Decimal("250.50"), 1)
        entry, _ = entries_of(db, row.ref)[-1]
        assert json.loads(entry.figures) == {"amount": "250.50", "corrects": None, "spending": 1}
        assert "Trays" not in entry.figures
    assert "250.50" in as_(cast.zaid).get(MONEY).text


def test_a_correction_takes_back_once(database: Database, cast: Cast, pilot: Pilot, as_: As) -> None:
    amal = as_(cast.amal)
    assert amal.send(MONEY, spent()).status_code == 303
    correct = f"{MONEY}/1/correct"
    first, second = amal.key(correct), amal.key(correct)
    assert amal.post(correct, {"why": "Twice", "key": first}).status_code == 303
    assert amal.post(correct, {"why": "Twice", "key": second}).status_code == 409
    assert amal.send(f"{MONEY}/2/correct", {"why": "Back"}, f"{MONEY}/2/correct").status_code == 422
    with database.reading() as db:
        amounts = [(entry.amount, entry.corrects_id) for entry in db.scalars(select(Spending).order_by(Spending.id))]  # type: ignore[arg-type]
        assert amounts == [(Decimal("250.50"), None), (Decimal("-250.50"), 1)]
        assert db.get_one(Pilot, pilot.id).spent == 0


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({"amount": "much"}, "Write a number"),
        ({"amount": "1.001"}, "decimal places"),
        ({"amount": "NaN"}, "Write a number"),
        ({"purpose": ""}, "At least 2"),
        ({"on": (date.today() + timedelta(days=3)).isoformat()}, "Not later than today"),
    ],
)
def test_mistakes_come_back(cast: Cast, pilot: Pilot, as_: As, over: dict[str, str], words: str) -> None:
    answer = as_(cast.amal).send(MONEY, spent(**over))
    assert answer.status_code == 422
    assert words in answer.text


def test_the_sponsor_and_the_chair_set_the_budget(database: Database, cast: Cast, pilot: Pilot, as_: As) -> None:
    change = {"budget": "1500", "note": "Two staff more.", "version": "1"}
    for person in (cast.amal, cast.zaid, cast.root):
        assert as_(person).post(f"{MONEY}/budget", change).status_code == 403
    assert as_(cast.layla).post(f"{MONEY}/budget", change).status_code == 303
    assert as_(cast.noor).post(f"{MONEY}/budget", change).status_code == 409
    assert as_(cast.noor).post(f"{MONEY}/budget", change | {"note": ""}).status_code == 422
    with database.reading() as db:
        entry, why = entries_of(db, "pilot:1")[-1]
        assert (entry.before, entry.after, why) == ("1000.00", "1500", "Two staff more.")
    assert "Two staff more." in as_(cast.zaid).get(MONEY).text


def test_others_enter_nothing(cast: Cast, pilot: Pilot, as_: As) -> None:
    for person in (cast.zaid, cast.noor, cast.huda, cast.root):
        assert as_(person).post(MONEY, spent() | {"key": "a-key-of-their-own"}).status_code == 403
    assert as_(cast.gita).post(MONEY, spent()).status_code == 404


def test_the_pace(database: Database, cast: Cast, pilot: Pilot) -> None:
    with database.writing() as db:
        row = db.get_one(Pilot, pilot.id)
        row.spent = Decimal(600)
        an_artefact(db, row, "trial", cast.amal, where="Lane 7", begins=date(2026, 9, 1), ends=date(2026, 9, 11))
        have = made(db, row)
        half = pace(row, have, date(2026, 9, 6))
        assert (half.money, half.time, half.ends_at, half.over) == (60, 50, Decimal(1200), True)
        before = pace(row, have, date(2026, 8, 1))
        assert (before.time, before.ends_at, before.over) == (0, None, False)
        after = pace(row, have, date(2027, 1, 1))
        assert (after.time, after.ends_at, after.over) == (100, Decimal(600), False)
        assert pace(row, Made([], []), date(2026, 9, 6)).time is None
