"""What is taken away reproduces what was shown: by statsmodels and, where R is, by the script itself."""

import csv
import io
import os
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import statsmodels.api as sm
from sqlalchemy import select
from statsmodels.stats.multitest import multipletests

from app.db import Database
from app.voice.actions import Taking, take
from app.voice.importing.checking import apply
from app.voice.importing.mapfile import from_toml
from app.voice.importing.reading import read_table
from app.voice.models import Audience, Source
from app.voice.reproducing import SCRIPT
from tests.cast import Cast
from tests.client import Browser

As = Callable[..., Browser]
RSCRIPT = os.environ.get("PILOTAGE_RSCRIPT") or shutil.which("Rscript")


def business(folder: Path, name: str, year: int, seed: int, accounts: bool = True) -> Any:
    """Customers who are organisations, with weights, an amount and awkward names."""
    rng = np.random.default_rng(seed)
    header = ("ID", "NPS", "ALL", "SPEND", "QUEUE", "GATE", "COMPANY", "WEIGHT", "ROLE")
    mood = rng.normal(0, 1, 40)
    rows = []
    for i in range(240):
        company = int(rng.integers(0, 40))
        felt = mood[company] + rng.normal()
        rows.append(
            (
                i + 1,
                int(np.clip(round(7 + 2 * felt), 0, 10)),
                int(np.clip(round(3.4 + felt), 1, 5)),
                round(float(np.exp(5 + felt)), 2),
                int(np.clip(round(3 + felt), 1, 5)),
                str(rng.choice(["=A", "NA", 'B "x", y'])),
                f"Company {company}" if i % 17 else "",
                round(float(rng.uniform(0.3, 2)), 3),
                str(rng.choice(["User", "Buyer", "Decider"])),
            )
        )
    text = io.StringIO()
    csv.writer(text).writerows([header, *rows])
    file = folder / f"{name}.csv"
    file.write_text(text.getvalue())
    survey = f'''
source = "{name}"
series = "Customers"
period = ["{year}-05-01", "{year}-05-31"]
respondent = "ID"
weight = "WEIGHT"
{'account = "COMPANY"' if accounts else ""}
part = "ROLE"
minimum_cell = 5
outcomes = [
  {{ name = "Recommend", column = "NPS", kind = "nps" }},
  {{ name = "Overall", column = "ALL", kind = "rating", scale = [1, 5] }},
  {{ name = "Spend", column = "SPEND", kind = "amount" }},
]
touchpoints = [{{ name = "Queue", column = "QUEUE", scale = [1, 5] }}]
[segments]
"Gate" = "GATE"
'''
    survey_map = from_toml(survey)
    return Taking(apply(read_table(file), survey_map), survey_map, file.name, name, rows_for=Audience.EMPLOYEES)


@pytest.fixture
def customers(database: Database, cast: Cast, tmp_path: Path) -> list[int]:
    return [take(database, business(tmp_path, f"Customers {year}", year, year)) for year in (2024, 2025)]


def unpacked(browser: Browser, address: str) -> dict[str, str]:
    answer = browser.get(address)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as file:
        return {name: file.read(name).decode() for name in file.namelist()}


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


PAGES = [
    "/voice/indices.zip?of=outcome%3ARecommend&segment=Gate&label=NA",
    "/voice/indices.zip?of=outcome%3ARecommend&weights=yes",
    "/voice/indices.zip?of=outcome%3AOverall&figure=top+two",
    "/voice/indices.zip?of=outcome%3ASpend&figure=median",
    "/voice/tables.zip?of=outcome%3ARecommend&rows=Gate&columns=Part+in+the+purchase",
    "/voice/tables.zip?of=outcome%3ASpend&rows=Gate&rows2=Part+in+the+purchase&correction=bh&weights=yes",
    "/voice/tables.zip?of=touchpoint%3A1&rows=Gate&columns=Part+in+the+purchase&against=columns",
]


def run(files: dict[str, str], folder: Path) -> str:
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text)
    assert RSCRIPT
    done = subprocess.run([RSCRIPT, "analysis.R"], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("accounts", [True, False])
@pytest.mark.parametrize("address", PAGES)
def test_the_script_comes_to_the_same(
    as_: As, database: Database, cast: Cast, tmp_path: Path, address: str, accounts: bool
) -> None:
    """With R: run, rows and cells. Without: what a reader of the script would trip over."""
    for year in (2024, 2025):
        take(database, business(tmp_path, f"Customers {year}", year, year, accounts))
    files = unpacked(as_(cast.zaid), address)
    assert {"rows.csv", "figures.csv", "tests.csv", "options.json", "analysis.R", "README.txt"} == set(files)
    assert len(table(files["figures.csv"])) > 1
    well_formed(files["analysis.R"])
    if RSCRIPT:
        said = run(files, tmp_path / "with rows")
        assert re.search(r"[1-9]\d* figures and \d+ tests worked out again", said), said
    with database.writing() as db:
        for source in db.scalars(select(Source)):
            source.rows_for = Audience.COMMITTEE
    files = unpacked(as_(cast.zaid), address)
    assert "rows.csv" not in files
    assert "cells.csv" in files
    assert "Company" not in str(files.values())
    well_formed(files["analysis.R"])
    if RSCRIPT:
        run(files, tmp_path / "with cells")


def well_formed(script: str) -> None:
    """Every mark is filled in and every bracket closed, strings and comments apart."""
    assert "@" not in script.replace("@TITLE@", "")
    bare = re.sub(r'"[^"\n]*"|#[^\n]*', "", script)
    deep: list[str] = []
    for letter in bare:
        if letter in "([{":
            deep.append({"(": ")", "[": "]", "{": "}"}[letter])
        elif letter in ")]}":
            assert deep.pop() == letter
    assert deep == []
    assert SCRIPT.count("@MEASURE@") == 1


def test_rows_and_options_are_enough(as_: As, cast: Cast, customers: list[int]) -> None:
    """Statsmodels, from the files alone, comes to the figures and the tests that were shown."""
    files = unpacked(as_(cast.zaid), PAGES[4])
    rows, figures, tests = (table(files[name]) for name in ("rows.csv", "figures.csv", "tests.csv"))
    value = np.array([float(row["value"]) for row in rows])
    y = 100.0 * ((value >= 9).astype(float) - (value <= 6))
    account = np.unique([row["account"] for row in rows], return_inverse=True)[1]
    row, column = (np.array([one[name] for one in rows]) for name in ("row", "column"))
    assert len(figures) == 16
    for told in figures:
        mine = ((row == told["row"]) | (told["row"] == "")) & ((column == told["column"]) | (told["column"] == ""))
        assert int(told["n"]) == mine.sum()
        assert float(told["value"]) == pytest.approx(y[mine].mean(), abs=1e-9)
        assert float(told["low"]) < float(told["value"]) < float(told["high"])
    p = []
    for told in tests:
        inside = (column == told["column"]) | (told["column"] == "")
        one = inside & (row == told["row"])
        group = account[inside]
        fitted = sm.OLS(y[inside], sm.add_constant(one[inside].astype(float))).fit(
            cov_type="cluster", cov_kwds={"groups": group, "use_correction": False}, use_t=True
        )
        many = len(np.unique(group))
        error = fitted.bse[1] * (many / (many - 1)) ** 0.5
        assert float(told["change"]) == pytest.approx(fitted.params[1], abs=1e-6)
        assert float(told["statistic"]) == pytest.approx(fitted.params[1] / error, abs=1e-6)
        assert int(float(told["df"])) == many - 1
        p.append(float(told["p"]))
    assert [float(told["corrected"]) for told in tests] == pytest.approx(multipletests(p, method="holm")[1], abs=1e-9)
