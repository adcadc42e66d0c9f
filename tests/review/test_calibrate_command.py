"""`review calibrate` as a user runs it."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import xlsxwriter

from app.settings import TOP

COLUMNS = ("--item", "idea", "--reviewer", "member", "--score", "score")
ROWS = [
    (f"I{item}", f"M{member}", 1 + (item * 3 + member * 2 + item * member) % 5)
    for item in range(8)
    for member in range(4)
]
ITEM = ["item", "n", "mean", "adjusted", "se", "low", "high", "rank", "rank_low", "rank_high"]


def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
    """Without a database of any kind: there is nothing to be asked of one."""
    environment = os.environ | {"PILOTAGE_DATABASE_URL": "sqlite:////nowhere/at/all.db"}
    command = [sys.executable, "-m", "app", "review", "calibrate", *map(str, words)]
    return subprocess.run(command, cwd=TOP, env=environment, capture_output=True, text=True, check=False)


def a_file(folder: Path, rows=ROWS, separator=",") -> Path:
    file = folder / "scores.csv"
    lines = [("Idea", "Member", "Score"), *rows]
    file.write_text("\n".join(separator.join(map(str, line)) for line in lines) + "\n")
    return file


def told(*words: str | Path) -> dict:
    done = run(*words, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


def test_one_object(tmp_path):
    found = told(a_file(tmp_path), *COLUMNS)
    assert [list(one) for one in found["items"]] == [ITEM] * 8
    assert [list(one) for one in found["reviewers"]] == [["reviewer", "n", "severity"]] * 4
    assert (found["connected"], found["parts"], found["n"]) == (True, 1, 32)
    assert set(found["variances"]) == {"item", "reviewer", "noise"}
    assert [one["rank"] for one in found["items"]] == sorted(one["rank"] for one in found["items"])
    turned = told(a_file(tmp_path, [(i, m, 6 - s) for i, m, s in ROWS]), *COLUMNS, "--best", "low")
    assert [one["item"] for one in turned["items"]] == [one["item"] for one in found["items"]]


def test_grants_by_the_command(data):
    file = data / "review_grants_aibs" / "aibs_reviews.csv"
    model = json.loads((file.parent / "expected.json").read_text())["crossed_mixed_model_reml"]
    found = told(file, "--item", "ID", "--reviewer", "RevID", "--score", "Score", "--best", "low")
    assert {one["item"]: one["adjusted"] for one in found["items"]} == pytest.approx(model["adjusted"], abs=1e-3)
    halves = {one["item"]: (one["high"] - one["low"]) / 2 / 1.959964 for one in found["items"]}
    assert halves == pytest.approx(model["se"], abs=1e-3)
    assert found["variances"]["reviewer"] == 0
    assert {one["severity"] for one in found["reviewers"]} == {0}


def test_workbooks_decimal_commas_and_blanks_say_the_same(tmp_path):
    found = told(a_file(tmp_path, [(i, m, s + 0.5) for i, m, s in ROWS]), *COLUMNS)
    comma = [(i, m, f"{s},5") for i, m, s in ROWS]
    blanks = [("I1", "M9", ""), ("I2", "M9", "n/a"), ("", "", "")]
    assert told(a_file(tmp_path, [*comma, *blanks], ";"), *COLUMNS) == found
    with xlsxwriter.Workbook(tmp_path / "scores.xlsx") as book:
        sheet = book.add_worksheet()
        for place, row in enumerate([("idea ", "MEMBER", "score"), *((i, m, s + 0.5) for i, m, s in ROWS)]):
            sheet.write_row(place, 0, row)
    assert told(tmp_path / "scores.xlsx", *COLUMNS) == found


def test_in_words(tmp_path):
    done = run(a_file(tmp_path), *COLUMNS)
    assert (done.returncode, done.stderr) == (0, "")
    first, *rest = done.stdout.splitlines()
    assert first == "32 scores, 8 items, 4 reviewers"
    assert len(rest) >= 8
    assert all("M1" not in line for line in rest), "severities are told to machines alone"
    alone = run(a_file(tmp_path, [("a", "r", 3)]), *COLUMNS)
    assert alone.returncode == 0
    assert "not calibrated" in alone.stdout
    twice = run(a_file(tmp_path, [*ROWS, ROWS[0]]), *COLUMNS)
    assert twice.stderr == "1 score is of an item by a reviewer who had scored it before; it counts too.\n"
    assert twice.returncode == 0


MISTAKES = {
    "no such column": (("--item", "idee"), 'The file has no column "idee"; it has "Idea", "Member", "Score".'),
    "one column for two": (("--item", "Score"), "Name three different columns: the item, the reviewer and the score."),
    "no number": (("--score", "member", "--reviewer", "score"), 'Row 2, column "Member": "M0" is not a number.'),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes_are_told_in_a_sentence(tmp_path, name):
    words, sentence = MISTAKES[name]
    given = dict(zip(COLUMNS[::2], COLUMNS[1::2], strict=True)) | dict(zip(words[::2], words[1::2], strict=True))
    done = run(a_file(tmp_path), *(word for pair in given.items() for word in pair))
    assert (done.returncode, done.stdout, done.stderr) == (1, "", sentence + "\n")


FILES = {
    "endless": ([("a", "r", "1e999")], 'Row 2, column "Score": "1e999" is not a number.'),
    "nobody": ([("a", "r", 3), ("a", "", 4)], 'Row 3 has a score, and nothing in the column "Member".'),
    "nothing": ([("a", "r", "")], 'The column "Score" holds no score.'),
}


@pytest.mark.parametrize("name", FILES)
def test_files_that_cannot_be_are_told_in_a_sentence(tmp_path, name):
    rows, sentence = FILES[name]
    done = run(a_file(tmp_path, rows), *COLUMNS)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", sentence + "\n")
    gone = run(tmp_path / "gone.csv", *COLUMNS)
    assert (gone.returncode, gone.stdout) == (1, "")
    assert gone.stderr.count("\n") == 1


def test_ids_as_they_stand(tmp_path):
    long = 10**30
    rows = [
        (long + item, "Zoë, Ann" if member == "M1" else member, score)
        for item, member, score in ((int(i[1:]), m, s) for i, m, s in ROWS)
    ]
    file = tmp_path / "scores.csv"
    with file.open("w", newline="") as lines:
        csv.writer(lines).writerows([("Idea", "Member", "Score"), *rows])
    found = told(file, *COLUMNS)
    assert {one["item"] for one in found["items"]} == {str(long + item) for item in range(8)}
    assert "Zoë, Ann" in {one["reviewer"] for one in found["reviewers"]}
