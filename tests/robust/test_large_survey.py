"""A survey of many answers is taken in within its bounds of time and memory, by a process of its own."""

import json
import os
import random
import subprocess
import sys
from pathlib import Path

from app.settings import TOP

ROWS, TOUCHPOINTS = 250_000, 25
SECONDS, MEGABYTES = 60, 450
"""Four times as many have to be in within 60 s and 500 MB on a quiet machine: time is left room here, memory is not."""


def a_survey(folder: Path) -> tuple[Path, Path]:
    chance = random.Random(25)
    names = [f"Q{place}" for place in range(TOUCHPOINTS)]
    lines = [",".join(str(chance.choice((0, 1, 2, 3, 4, 4, 5, 5, 6))) for _ in names) for _ in range(500)]
    file, survey_map = folder / "many.csv", folder / "many.toml"
    with file.open("w") as out:
        out.write("ID,DAY,NPS,AREA," + ",".join(names) + "\n")
        for row in range(ROWS):
            out.write(f"{row},2026-0{1 + row % 9}-11,{row % 11},{'ABCDEFG'[row % 7]},{chance.choice(lines)}\n")
    parts = [
        f'[[touchpoints]]\nname = "{name}"\ncolumn = "{name}"\nscale = [1, 5]\nnot_applicable = [6]\nmissing = [0]\n'
        for name in names
    ]
    survey_map.write_text(
        'source = "Many"\ndate = "DAY"\nrespondent = "ID"\n[[outcomes]]\nname = "Recommend"\ncolumn = "NPS"\n'
        f'kind = "nps"\n{"".join(parts)}[segments]\nArea = "AREA"\n'
    )
    return file, survey_map


def test_a_large_survey_is_taken_within_its_bounds(tmp_path: Path) -> None:
    file, survey_map = a_survey(tmp_path)
    command = [sys.executable, "-m", "app", "voice", "import", str(file), "--map", str(survey_map), "--json"]
    environment = {"PILOTAGE_DATABASE_URL": f"sqlite:///{tmp_path / 'many.db'}", "PATH": "/usr/bin:/bin"}
    with (tmp_path / "said").open("wb") as said, (tmp_path / "wrong").open("wb") as wrong:
        started = subprocess.Popen(command, cwd=TOP, env=environment, stdout=said, stderr=wrong)
        _, status, used = os.wait4(started.pid, 0)
    started.returncode = os.waitstatus_to_exitcode(status)
    assert started.returncode == 0, (tmp_path / "wrong").read_text()
    told = json.loads((tmp_path / "said").read_text())
    assert (told["responses"], told["outcomes"][0]["n"]) == (ROWS, ROWS)
    assert used.ru_utime + used.ru_stime < SECONDS
    assert used.ru_maxrss / 1024 < MEGABYTES
