"""Answers that belong to accounts: clustered wherever figures are shown; which parts in the purchase are not heard."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats
from sqlalchemy import select
from sqlmodel import col

from app.db import Database
from app.people.actor import find_actor
from app.voice.accounts import queries
from app.voice.actions import Taking, take
from app.voice.answers import account_numbers, answers
from app.voice.importing.checking import apply
from app.voice.importing.mapfile import from_toml, to_toml
from app.voice.importing.reading import read_table
from app.voice.models import Audience, Outcome, Segment, Source, Use
from app.voice.queries import outcomes_of
from app.voice.showing import as_json, parted
from tests.cast import Cast, the_cast
from tests.client import Browser
from tests.voice.sources import a_source

As = Callable[..., Browser]
MAP = """
source = "Customers"
period = ["2025-05-01", "2025-05-31"]
account = "COMPANY"
part = "ROLE"
minimum_cell = 2

[[outcomes]]
name = "Recommend"
column = "NPS"
kind = "nps"

[[outcomes]]
name = "Stays"
column = "STAYS"
kind = "yesno"

[[touchpoints]]
name = "Delivery"
column = "DELIVERY"
scale = [1, 5]

[segments]
"Size" = "SIZE"
"""
ROLES = ("User", "Buyer", "Decider", "Gatekeeper")


def rows(n: int = 200) -> list[tuple[object, ...]]:
    """Thirty accounts that agree within themselves. The first hears nobody but its buyer."""
    rng = np.random.default_rng(4)
    mood = rng.normal(0, 1.5, 30)
    told: list[tuple[object, ...]] = [(9, "yes", 5, "Buyer", "small", "Alone Ltd")]
    for _ in range(n - 1):
        account = int(rng.integers(0, 30))
        felt = mood[account] + rng.normal(0, 0.7)
        name = f"Firm {account:02}" if rng.random() > 0.05 else ""
        nps, delivery = int(np.clip(round(7.5 + 1.5 * felt), 0, 10)), int(np.clip(round(3.3 + felt), 1, 5))
        role = ROLES[int(rng.integers(0, 4))] if account > 3 else "user"
        told.append((nps, "yes" if felt > -1 else "no", delivery, role, "small" if account % 2 else "large", name))
    return told


def a_customer_survey(database: Database, folder: Path, rows_for: Audience = Audience.EMPLOYEES) -> int:
    text = io.StringIO()
    csv.writer(text).writerows([("NPS", "STAYS", "DELIVERY", "ROLE", "SIZE", "COMPANY"), *rows()])
    file = folder / "customers.csv"
    file.write_text(text.getvalue())
    survey = from_toml(MAP)
    return take(database, Taking(apply(read_table(file), survey), survey, file.name, "b2b", rows_for=rows_for))


def clustered(values: np.ndarray, accounts: np.ndarray) -> tuple[float, float, float]:
    """Statsmodels: standard error and interval of a mean."""
    fitted = sm.OLS(values, np.ones(len(values))).fit(cov_type="cluster", cov_kwds={"groups": accounts}, use_t=True)
    low, high = fitted.conf_int()[0]
    return float(fitted.bse[0]), float(low), float(high)


def adjusted(score: np.ndarray, error: float, many: int) -> tuple[float, float]:
    """Adjusted Wald with the answers that the clustered error is worth, and t over the accounts."""
    n = float(np.var(score) / error**2)
    centre, said = score.mean() * n / (n + 3), ((score**2).mean() * n + 1.5) / (n + 3)
    reach = stats.t.ppf(0.975, many - 1) * np.sqrt((said - centre**2) / (n + 3))
    return 100 * (centre - reach), 100 * (centre + reach)


def test_a_map_with_parts_reads_back() -> None:
    assert from_toml(to_toml(from_toml(MAP))) == from_toml(MAP)


def test_figures_of_a_source_are_clustered(both: Database, tmp_path: Path) -> None:
    number = a_customer_survey(both, tmp_path)
    with both.reading() as db:
        told = answers(db, number)
        recommend, stays = outcomes_of(db, number)
        use = db.scalars(select(Use).where(col(Use.source_id) == number)).one()
        part = db.scalars(select(Segment).where(col(Segment.part).is_(True))).one()
        shown = as_json(db, db.get_one(Source, number))
    assert told.accounts is not None
    score = 100.0 * ((told.outcomes[:, 0] >= 9).astype(float) - (told.outcomes[:, 0] <= 6))
    error, _, _ = clustered(score, told.accounts)
    assert recommend.error == pytest.approx(error, rel=1e-9)
    assert recommend.accounts == len(np.unique(told.accounts))
    assert recommend.low is not None
    assert recommend.high is not None
    assert (recommend.low, recommend.high) == pytest.approx(adjusted(score / 100, error / 100, recommend.accounts))
    assert recommend.design_effect is not None
    assert recommend.design_effect > 1.5
    share_error, _, _ = clustered(told.outcomes[:, 1], told.accounts)
    assert stays.error == pytest.approx(share_error, rel=1e-9)
    assert stays.low is not None
    assert stays.value is not None
    assert 0 < stays.low < stays.value < 1
    score_error, score_low, score_high = clustered(told.percent[:, 0], told.accounts)
    assert use.error == pytest.approx(score_error, rel=1e-9)
    assert (use.score_low, use.score_high) == pytest.approx((score_low, score_high), rel=1e-9)
    assert part.name == "Part in the purchase"
    first = json.loads(json.dumps(shown))["outcomes"][0]
    assert (first["low"], first["accounts"]) == (recommend.low, recommend.accounts)
    assert first["design_effect"] == recommend.design_effect


def test_a_source_without_accounts_says_what_it_said(database: Database, cast: Cast, tmp_path: Path) -> None:
    number = a_source(database, tmp_path)
    with database.reading() as db:
        shown = json.loads(json.dumps(as_json(db, db.get_one(Source, number))))["outcomes"][0]
        outcome = db.scalars(select(Outcome).where(col(Outcome.source_id) == number)).first()
        assert outcome
        assert (outcome.error, outcome.accounts, outcome.design_effect) == (None, None, None)
    assert "accounts" not in shown


def test_segments_of_a_source_are_clustered(database: Database, cast: Cast, tmp_path: Path) -> None:
    number = a_customer_survey(database, tmp_path)
    with database.reading() as db:
        told = answers(db, number)
        cells = {
            cell.label: cell for cell in parted(db, db.get_one(Source, number), outcomes_of(db, number)[0])[0].cells
        }
    assert told.accounts is not None
    mine = told.segments[:, 0] == told.labels[0].index("large")
    score = 100.0 * ((told.outcomes[mine, 0] >= 9).astype(float) - (told.outcomes[mine, 0] <= 6))
    error, _, _ = clustered(score, told.accounts[mine])
    found = cells["large"].estimate
    assert found
    many = len(np.unique(told.accounts[mine]))
    assert (found.low, found.high) == pytest.approx(adjusted(score / 100, error / 100, many))


def test_an_account_has_the_same_number_everywhere() -> None:
    one, other = account_numbers(["A", None, "B", None]), account_numbers(["B", "A"])
    assert one is not None
    assert other is not None
    assert (one[0], one[2]) == (other[1], other[0])
    assert len(set(one.tolist())) == 4
    assert account_numbers([None, None]) is None


def test_who_is_not_heard(both: Database, tmp_path: Path) -> None:
    with both.writing() as db:
        noor = the_cast(db).noor.id
    number = a_customer_survey(both, tmp_path)
    named: dict[str, set[str]] = {}
    many: dict[str, int] = {}
    for *_, role, _, name in rows():
        if name:
            named.setdefault(str(name), set()).add(str(role).lower())
            many[str(name)] = many.get(str(name), 0) + 1
    with both.reading() as db:
        actor = find_actor(db, noor)
        source = queries.sources(db, actor)[0]
        assert source.id == number
        segment = queries.part_segment(db, source)
        assert queries.expected_parts(db) == ("user", "decider", "buyer", "influencer")
        wanted = ("user", "decider", "buyer")
        told = queries.heard(db, source, segment, wanted)
        assert told.accounts == len(named)
        assert told.whole == sum({"user", "decider", "buyer"} <= roles for roles in named.values())
        assert told.single == sum(n == 1 for n in many.values())
        users = next(part for part in told.parts if part.name == "user")
        assert users.accounts == sum("user" in roles for roles in named.values())
        assert {part.name for part in told.parts if not part.expected} == {"Gatekeeper"}
        listed: list[queries.Account] = []
        after = ""
        while page := queries.by_account(db, source, segment, wanted, "missing", after):
            listed += page[: queries.PAGE]
            after = listed[-1].name
            if len(page) <= queries.PAGE:
                break
        assert {one.name for one in listed} == {name for name, roles in named.items() if not set(wanted) <= roles}
        alone = next(one for one in listed if one.name == "Alone Ltd")
        assert alone.missing == ("user", "decider")
        single = queries.by_account(db, source, segment, wanted, "single")
        assert {one.name for one in single} == {name for name, n in many.items() if n == 1}


def test_the_page_of_accounts(as_: As, database: Database, cast: Cast, tmp_path: Path) -> None:
    a_customer_survey(database, tmp_path, Audience.COMMITTEE)
    zaid, noor = as_(cast.zaid).get("/voice/accounts").text, as_(cast.noor).get("/voice/accounts").text
    assert "Accounts heard" in zaid
    assert "Alone Ltd" not in zaid
    assert "Alone Ltd" in noor
    assert "influencer" in noor
    seen = as_(cast.noor).get("/voice/accounts?parts=seen&show=single").text
    assert "influencer" not in seen
    assert "one voice" in seen
    source = as_(cast.noor).get("/voice/sources/1").text
    assert "clustered by account" in source
    assert "intervals and tests count accounts" in as_(cast.noor).get("/voice/indices").text
    assert "design effect" in as_(cast.noor).get("/voice/tables").text


def test_the_list_of_parts(as_: As, database: Database, cast: Cast, tmp_path: Path) -> None:
    a_customer_survey(database, tmp_path)
    assert as_(cast.zaid).get("/voice/accounts/parts").status_code == 403
    assert as_(cast.zaid).post("/voice/accounts/parts", {"parts": "User"}).status_code == 403
    noor = as_(cast.noor)
    assert "influencer" in noor.get("/voice/accounts/parts").text
    assert noor.post("/voice/accounts/parts", {"parts": "User\nuser"}).status_code == 422
    assert noor.post("/voice/accounts/parts", {"parts": "  "}).status_code == 422
    for _ in range(2):
        noor.works("/voice/accounts/parts", {"parts": "Buyer\nGatekeeper\nUser"}, button="Keep")
    with database.reading() as db:
        assert queries.expected_parts(db) == ("Buyer", "Gatekeeper", "User")
    page = noor.get("/voice/accounts").text
    assert "influencer" not in page
    assert "not in the list" in page
