"""Small surveys, taken in as the product does it."""

import csv
import io
from pathlib import Path
from typing import Any

from app.db import Database
from app.voice.actions import Taking, take
from app.voice.importing.checking import apply
from app.voice.importing.mapfile import from_toml
from app.voice.importing.maps import SurveyMap
from app.voice.importing.reading import read_table
from app.voice.models import Audience
from app.voice.uploads import digest

MAP = """
source = "{name}"
series = "Visitors"
department = "Terminal operations"
period = ["{year}-05-01", "{year}-05-31"]
respondent = "ID"
minimum_cell = {smallest}

[[outcomes]]
name = "Recommend"
column = "NPS"
kind = "nps"

[[outcomes]]
name = "Overall"
column = "ALL"
kind = "rating"
scale = [1, 5]

[[touchpoints]]
name = "Queue"
column = "QUEUE"
scale = [1, 5]
not_applicable = [6]

[[touchpoints]]
name = "Staff"
column = "STAFF"
scale = [1, 5]
not_applicable = [6]

[[touchpoints]]
name = "Toilets"
column = "TOILETS"
scale = [1, 5]
not_applicable = [6]

[segments]
"Gate" = "GATE"

[[comments]]
column = "SAID"
"""
HEADER = ("ID", "NPS", "ALL", "QUEUE", "STAFF", "TOILETS", "GATE", "SAID")


def a_map(name: str = "Visitors 2025", year: int = 2025, smallest: int = 1) -> str:
    return MAP.format(name=name, year=year, smallest=smallest)


def answers(n: int = 60, shift: int = 0) -> list[tuple[Any, ...]]:
    """Queues are bad and matter most, staff are good and matter, toilets are good and matter little."""
    rows = []
    for i in range(n):
        mood = (i * 7 + shift) % 5
        queue = max(1, min(5, mood + (i % 2)))
        staff = max(3, min(5, 3 + mood // 2))
        toilets = 4 + (i * 3 % 7) % 2
        nps = max(0, min(10, 2 * mood + i % 3))
        gate = "A" if i < n // 2 else "B" if i < n - 3 else "C"
        said = "=1+1 the queue was long" if i % 10 == 0 else ""
        rows.append((i + 1, nps, max(1, mood), queue, staff, toilets, gate, said))
    return rows


def a_csv(rows: list[tuple[Any, ...]] | None = None) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADER)
    writer.writerows(answers() if rows is None else rows)
    return text.getvalue().encode()


def taking(folder: Path, map_text: str = "", rows: list[tuple[Any, ...]] | None = None, **over: Any) -> Taking:
    file = folder / "answers.csv"
    file.write_bytes(a_csv(rows))
    survey_map = from_toml(map_text or a_map())
    set_aside = over.pop("set_aside", False)
    checked = apply(read_table(file), survey_map, set_aside=set_aside)
    return Taking(checked, survey_map, file.name, digest(file), **over)


def a_source(database: Database, folder: Path, map_text: str = "", **over: Any) -> int:
    return take(database, taking(folder, map_text, **over))


def a_real_source(database: Database, data: Path, name: str, rows_for: Audience = Audience.COMMITTEE) -> int:
    from tests.voice.surveys import FILES, the_answers, the_map

    survey_map: SurveyMap = the_map(name)
    file = data / FILES[name]
    return take(database, Taking(the_answers(data, name), survey_map, file.name, digest(file), rows_for=rows_for))
