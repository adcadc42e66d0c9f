"""`ideas import` as a user runs it."""

import json
import os
import subprocess
import sys
from pathlib import Path

from app.db import Database
from app.settings import TOP
from tests.cast import Cast
from tests.ideas.imports import MAP, VOTES, written


def run(database: Database, *words: str | Path) -> subprocess.CompletedProcess[str]:
    own = {"PILOTAGE_DATABASE_URL": database.url, "PILOTAGE_RECORD_KEY": "5e" * 32}
    command = [sys.executable, "-m", "app", "ideas", "import", *map(str, words)]
    return subprocess.run(command, cwd=TOP, env=os.environ | own, capture_output=True, text=True, check=False)


def test_ideas_by_command(database: Database, cast: Cast, tmp_path: Path) -> None:
    map_file = written(tmp_path / "in")
    ideas = map_file.parent / "ideas.csv"
    seen = run(database, ideas, "--map", map_file, "--preview", "--json")
    assert (seen.returncode, seen.stderr) == (0, "")
    assert (json.loads(seen.stdout)["import"], json.loads(seen.stdout)["ideas"]) == (None, 3)
    first = run(database, ideas, "--map", map_file, "--json")
    assert (first.returncode, first.stderr) == (0, "")
    told = json.loads(first.stdout)
    assert (told["import"], told["ideas"], told["votes"]["support"], told["comments"]["rows"]) == (1, 3, 4, 4)
    assert {"ref", "title", "stage", "score"} <= set(told["items"][0])
    again = run(database, "--map", map_file)
    assert again.returncode == 0
    assert "nothing was stored" in again.stderr
    assert "Votes: 7 rows, 2 superseded by a later one, 4 support, 1 set aside." in again.stdout


def test_the_files_lie_beside_the_map_or_beside_the_ideas(database: Database, cast: Cast, tmp_path: Path) -> None:
    map_file = written(tmp_path / "in")
    away = tmp_path / "away.toml"
    away.write_text(map_file.read_text())
    assert run(database, "--map", away).returncode == 1
    for named in (map_file.parent, map_file.parent / "ideas.csv"):
        assert run(database, named, "--map", away, "--preview").returncode == 0
    absolute = MAP.replace('"votes.csv"', json.dumps(str(map_file.parent / "votes.csv")))
    away.write_text(absolute.partition("[comments]")[0])
    (tmp_path / "ideas.csv").write_bytes((map_file.parent / "ideas.csv").read_bytes())
    assert run(database, "--map", away, "--preview").returncode == 0


def test_what_a_user_can_do_wrong_is_one_sentence(database: Database, cast: Cast, tmp_path: Path) -> None:
    map_file = written(tmp_path / "in", votes=VOTES.replace("a,8,1", "a,8,9"))
    ideas = map_file.parent / "ideas.csv"
    wrong = {
        'votes.csv, row 2, column "vote": "9" is neither support nor set aside': (ideas, "--map", map_file),
        "Say what the columns mean": (ideas,),
        "cannot be opened": (ideas, "--map", tmp_path / "none.toml"),
        "none.csv cannot be opened": (tmp_path / "none.csv", "--map", map_file),
    }
    for words, given in wrong.items():
        done = run(database, *given)
        assert (done.returncode, done.stdout) == (1, ""), words
        assert words in done.stderr
        assert "Traceback" not in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1
    aside = run(database, ideas, "--map", map_file, "--set-aside")
    assert aside.returncode == 0
    assert "Problems: 1 cell; 1 row left out." in aside.stdout
