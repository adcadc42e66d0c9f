"""`voice import`, `voice show` and `processes show` as a user runs them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.settings import TOP
from tests.voice.sources import a_csv, a_map, answers


def run(folder: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    url = {"PILOTAGE_DATABASE_URL": f"sqlite:///{folder / 'own.db'}"}
    command = [sys.executable, "-m", "app", *map(str, words)]
    return subprocess.run(command, cwd=TOP, env=os.environ | url, capture_output=True, text=True, check=False)


def written(folder: Path, rows: list[tuple[object, ...]] | None = None, map_text: str = "") -> tuple[Path, Path]:
    file, map_file = folder / "answers.csv", folder / "map.toml"
    file.write_bytes(a_csv(rows))
    map_file.write_text(map_text or a_map())
    return file, map_file


def test_a_survey_by_command(tmp_path: Path) -> None:
    file, map_file = written(tmp_path)
    first = run(tmp_path, "voice", "import", file, "--map", map_file, "--json")
    assert (first.returncode, first.stderr) == (0, "")
    told = json.loads(first.stdout)
    assert (told["source"], told["rows"], told["responses"], told["problems"]) == ("Visitors 2025", 60, 60, 0)
    fields = ["name", "kind", "n", "value", "low", "high", "weighted", "mean", "promoters", "passives", "detractors"]
    assert list(told["outcomes"][0]) == fields
    assert list(told["touchpoints"][0]) == ["name", "n", "mean", "low", "high", "not_applicable", "missing"]
    again = run(tmp_path, "voice", "import", file, "--map", map_file, "--json")
    assert json.loads(again.stdout) == told
    assert "nothing was stored" in again.stderr
    assert json.loads(run(tmp_path, "voice", "show", "visitors 2025", "--json").stdout) == told
    shown = run(tmp_path, "processes", "show", "--outcome", "Overall", "--source", "Visitors 2025", "--json")
    items = json.loads(shown.stdout)["items"]
    assert [item["name"] for item in items if item["vital"]] == ["Queue"]
    few = run(
        tmp_path, "processes", "show", "--outcome", "overall", "--source", "1", "--drivers", "staff,Queue", "--json"
    )
    assert [item["name"] for item in json.loads(few.stdout)["items"]] == ["Staff", "Queue"]


def test_the_next_wave_by_the_map_of_the_last(tmp_path: Path) -> None:
    file, map_file = written(tmp_path)
    assert run(tmp_path, "voice", "import", file, "--map", map_file).returncode == 0
    later = tmp_path / "later.csv"
    later.write_bytes(a_csv(answers(70, 3)))
    like = ("voice", "import", later, "--like", "visitors 2025")
    assert "Name this wave" in run(tmp_path, *like).stderr
    assert "--from and --until" in run(tmp_path, *like, "--name", "Visitors 2026").stderr
    days = ("--from", "2026-05-01", "--until", "2026-05-31")
    told = json.loads(run(tmp_path, *like, "--name", "Visitors 2026", *days, "--json").stdout)
    assert (told["source"], told["responses"]) == ("Visitors 2026", 70)
    again = run(tmp_path, *like, "--name", "Visitors 2026 again", *days)
    assert (again.returncode, again.stdout) == (1, "")
    assert "gave the very same answers in Visitors 2026" in again.stderr
    assert run(tmp_path, *like, "--name", "Visitors 2026 again", *days, "--anyway").returncode == 0
    assert "by --map" in run(tmp_path, "voice", "import", later).stderr
    future = run(tmp_path, *like, "--name", "V", "--from", "2062-01-01", "--until", "2062-01-02")
    assert "lies in the future" in future.stderr


def test_what_cannot_be_taken_is_one_sentence(tmp_path: Path) -> None:
    file, map_file = written(tmp_path, [*answers(), (99, 14, 3, 3, 3, 3, "A", "")])
    refused = run(tmp_path, "voice", "import", file, "--map", map_file)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "1 cell cannot be read" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert "no source" in run(tmp_path, "voice", "show", "Visitors 2025").stderr
    taken = run(tmp_path, "voice", "import", file, "--map", map_file, "--set-aside", "--json")
    assert json.loads(taken.stdout)["problems"] == 1


@pytest.mark.parametrize(
    ("name", "body", "words"),
    [
        ("a.xlsx", b"PK\x03\x04nothing", "."),
        ("a.csv", b"\x89PNG\r\n", "named as text"),
        ("a.pdf", b"%PDF", "Only CSV"),
        ("missing.csv", None, "cannot be opened"),
    ],
)
def test_hostile_files_by_command(tmp_path: Path, name: str, body: bytes | None, words: str) -> None:
    _, map_file = written(tmp_path)
    if body is not None:
        (tmp_path / name).write_bytes(body)
    refused = run(tmp_path, "voice", "import", tmp_path / name, "--map", map_file)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert words in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1
    assert run(tmp_path, "voice", "show", "1").returncode == 1


@pytest.mark.parametrize(
    "words",
    [
        ("--outcome", "Nothing", "--source", "Visitors 2025"),
        ("--outcome", "Overall", "--source", "Visitors 1900"),
        ("--outcome", "Overall", "--source", "Visitors 2025", "--rule", "target=x"),
        ("--outcome", "Overall", "--source", "Visitors 2025", "--drivers", "Moon"),
        ("--outcome", "Overall", "--source", "Visitors 2025", "--weighted"),
    ],
)
def test_what_processes_show_cannot_answer(tmp_path: Path, words: tuple[str, ...]) -> None:
    file, map_file = written(tmp_path)
    assert run(tmp_path, "voice", "import", file, "--map", map_file).returncode == 0
    refused = run(tmp_path, "processes", "show", *words, "--json")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert len(refused.stderr.strip().splitlines()) == 1
