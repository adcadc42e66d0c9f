"""The airport survey straight from its file, apart from the product's own import."""

import csv
import json
from functools import cache
from pathlib import Path

import numpy as np

FOLDER = "sfo_customer_survey"
ALIASES = {"Q7WALKWAY": "Q7WALKWAYS"}


@cache
def expected(data: Path) -> dict:
    return json.loads((data / FOLDER / "expected.json").read_text())


@cache
def answers(data: Path, year: str) -> dict[str, np.ndarray]:
    """Column -> one number a passenger, NaN where nothing valid was said; WEIGHT as it stands."""
    (file,) = (data / FOLDER).glob(f"{year}_*.csv")
    with file.open(newline="", encoding="utf-8-sig") as lines:
        rows = [{name(k): v for k, v in row.items()} for row in csv.DictReader(lines)]
    wanted = [*expected(data)["labels"], "NETPRO", "WEIGHT"]
    return {column: np.array([number(column, row[column]) for row in rows]) for column in wanted}


@cache
def labels(data: Path, year: str, segment: str) -> np.ndarray:
    """One label a passenger, as it stands."""
    (file,) = (data / FOLDER).glob(f"{year}_*.csv")
    with file.open(newline="", encoding="utf-8-sig") as lines:
        return np.array([{name(k): v for k, v in row.items()}[segment].strip() for row in csv.DictReader(lines)])


def ratings(data: Path, year: str, columns: list[str]) -> np.ndarray:
    return np.column_stack([answers(data, year)[column] for column in columns])


def name(header: str) -> str:
    plain = header.strip().upper()
    return ALIASES.get(plain, plain)


def number(column: str, cell: str) -> float:
    try:
        value = float(cell)
    except ValueError:
        return np.nan
    if column == "WEIGHT":
        return value
    low, high = (0, 10) if column == "NETPRO" else (1, 5)
    return value if low <= value <= high else np.nan
