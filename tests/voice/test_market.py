"""The market beside our own figures: the difference and its interval, the form, the list, who may write."""

from collections.abc import Callable
from datetime import date
from math import hypot, sqrt
from pathlib import Path

import numpy as np
import pytest

from app.db import Database
from app.main import Pilotage
from app.people.actor import find_actor
from app.processes.benchmarks import benchmarks
from app.voice.market import queries, reading
from app.voice.market.actions import keep
from app.voice.market.comparing import difference, error_of
from app.voice.market.models import BenchmarkForm
from tests.cast import Cast
from tests.client import Browser
from tests.voice.sources import a_map, a_source

As = Callable[..., Browser]
Z = 1.959963984540054
FORM = {
    "index": "NPS",
    "whose": "industry",
    "name": "Airports of the region",
    "first_day": "2025-01-01",
    "last_day": "2025-12-31",
    "value": "31.5",
    "read_in": "Panel, table 3",
    "read_on": "2026-01-15",
}


def test_the_difference_has_both_errors() -> None:
    found = difference(40.0, 2.0, 31.5, 1.5)
    assert (found.low, found.high) == pytest.approx((8.5 - Z * 2.5, 8.5 + Z * 2.5))
    assert found.both
    assert found.tone == "good"
    alone = difference(40.0, 2.0, 31.5, None)
    assert not alone.both
    assert alone.high == pytest.approx(8.5 + Z * 2.0)
    assert difference(40.0, None, 31.5, 1.0).low is None


def test_what_n_alone_tells_is_never_too_narrow() -> None:
    chance = np.random.default_rng(5)
    for _ in range(200):
        shares = chance.dirichlet((1, 1, 1))
        nps, n = 100 * (shares[0] - shares[2]), int(chance.integers(20, 5_000))
        true = 100 * sqrt((shares[0] + shares[2] - (shares[0] - shares[2]) ** 2) / n)
        assert (error_of(nps, nps=True, n=n)[0] or 0) >= true - 1e-9
        scores = 100 * chance.beta(2, 1, size=400)
        assert (error_of(float(scores.mean()), nps=False, n=400)[0] or 0) >= scores.std() / sqrt(400) - 1e-9
    assert error_of(10, nps=True, error=2.0) == (2.0, False)
    assert error_of(10, nps=True, ends=(6.0, 14.0))[0] == pytest.approx(4 / Z)
    assert error_of(10, nps=True) == (None, False)


def test_ours_stands_beside_theirs(database: Database, cast: Cast, tmp_path: Path) -> None:
    a_source(database, tmp_path)
    with database.writing() as db:
        keep(db, cast.noor.id, BenchmarkForm.model_validate(FORM | {"n": 900}))
        keep(
            db, cast.noor.id, BenchmarkForm.model_validate(FORM | {"first_day": "2021-01-01", "last_day": "2021-12-31"})
        )
        queue = {"index": "touchpoint", "touchpoint": 1, "value": 60, "error": 1.0}
        keep(db, cast.noor.id, BenchmarkForm.model_validate(FORM | queue))
        nps, score = queries.compared(db, find_actor(db, cast.zaid.id))
        latest, old = nps.pairs
        assert latest.ours is not None
        assert latest.difference is not None
        ours = latest.ours.estimate.value or 0.0
        assert latest.difference.value == pytest.approx(ours - 31.5)
        market = error_of(31.5, nps=True, n=900)[0] or 0.0
        assert latest.difference.high == pytest.approx(ours - 31.5 + Z * hypot(latest.ours.error or 0, market))
        assert latest.difference.at_most
        assert (old.ours, old.difference) == (None, None)
        assert score.name == "Queue, score"
        assert score.pairs[0].difference is not None
        found = queries.latest_benchmarks(db, ("NPS", "TCS mean")).get("NPS")
        assert found == queries.Market(31.5, None, None, "Airports of the region", "2025")
        assert benchmarks(db, [1])
        assert "TCS mean" not in queries.latest_benchmarks(db, ("NPS", "TCS mean"))
        assert queries.compared(db, find_actor(db, cast.gita.id)) == []


def test_a_figure_that_is_withheld_is_withheld_here_too(database: Database, cast: Cast, tmp_path: Path) -> None:
    a_source(database, tmp_path, a_map(smallest=100))
    with database.writing() as db:
        keep(db, cast.noor.id, BenchmarkForm.model_validate(FORM))
        (nps,) = queries.compared(db, find_actor(db, cast.zaid.id))
        assert nps.ours == []


def test_the_form_says_what_is_wrong(app: Pilotage, as_: As, cast: Cast) -> None:
    noor = as_(cast.noor)
    wrong = {
        **FORM,
        "index": "TCS mean",
        "value": "-5",
        "low": "1",
        "link": "javascript:alert(1)",
        "last_day": "2024-01-01",
    }
    answer = noor.send("/voice/market/new", wrong)
    assert answer.status_code == 422
    for words in ("not before the first", "NPS alone goes below", "both ends", "begins with https"):
        assert words in answer.text
    assert noor.send("/voice/market/new", {**FORM, "n": "900"}).status_code == 303
    page = as_(cast.zaid).get("/voice/market").text
    assert "Airports of the region" in page
    assert "none near that time" in page
    assert as_(cast.zaid).get("/voice/market/new").status_code == 403
    assert as_(cast.zaid).post("/voice/market/1/withdraw", {"reason": "x"}).status_code == 403
    assert noor.fill("/voice/market/1/withdraw", {"reason": "Another wording."}, "Withdraw").status_code == 303
    assert "Airports of the region" not in as_(cast.zaid).get("/voice/market").text
    assert noor.post("/voice/market/1/withdraw", {"reason": "Again."}).status_code == 404


def test_a_list_comes_in_with_what_cannot_be_read_named(app: Pilotage, as_: As, cast: Cast) -> None:
    noor = as_(cast.noor)
    head = "index,name,period,value,n,read in,read on\n"
    rows = (
        "nps,The region,2025,31.5,4180,Panel,2026-01\nNPS,The region,soon,3,,Panel,2026-01\nCSI,X,2025,3,,Y,2026-01\n"
    )
    told = reading.read(head + rows, {})
    assert [(one.index, one.value, one.first_day) for one in told.forms] == [("NPS", 31.5, date(2025, 1, 1))]
    assert [problem.row for problem in told.problems] == [3, 4]
    key = noor.key("/voice/market/import")
    data = {"text": head + rows, "do": "take", "key": key}
    assert noor.post("/voice/market/import", data).status_code == 422
    assert noor.post("/voice/market/import", {**data, "leave": "on"}).status_code == 303
    assert noor.post("/voice/market/import", {**data, "leave": "on"}).status_code == 303  # a second press
    assert noor.get("/voice/market.csv").text.count("The region") == 1
    assert noor.post("/voice/market/import", {"text": "a,b\n1,2", "do": "look"}).status_code == 422
