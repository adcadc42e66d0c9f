"""The real surveys, read and checked once for all tests that look at them."""

import functools
import json
from pathlib import Path
from typing import Any

from app.voice.importing.checking import apply
from app.voice.importing.finding import code_tables
from app.voice.importing.mapfile import from_toml
from app.voice.importing.maps import SurveyMap
from app.voice.importing.reading import read_table
from app.voice.importing.responses import Checked
from app.voice.importing.table import Table

MAPS = Path(__file__).parent / "maps"
FILES = {
    "sfo_2017": "sfo_customer_survey/2017_SFO_Customer_Survey_20250817.csv",
    "sfo_2018": "sfo_customer_survey/2018_SFO_Customer_Survey_20250817.csv",
    "nhs": "nhs_fft_comments/v6framework_230831.csv",
}


def the_map(name: str) -> SurveyMap:
    return from_toml((MAPS / f"{name}.toml").read_text(encoding="utf-8"))


@functools.cache
def the_table(data: Path, name: str) -> Table:
    return read_table(data / FILES[name])


@functools.cache
def the_codes(data: Path, name: str) -> dict[str, Table]:
    return code_tables(the_map(name), [MAPS, (data / FILES[name]).parent])


@functools.cache
def the_answers(data: Path, name: str) -> Checked:
    return apply(the_table(data, name), the_map(name), the_codes(data, name))


@functools.cache
def expected(data: Path, name: str) -> dict[str, Any]:
    folder = (data / FILES[name]).parent
    answers: dict[str, Any] = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    return answers
