"""The commands as an administrator starts them: in a process of their own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app import __file__ as app_file

ROOT = Path(app_file).resolve().parents[1]


class Shell:
    def __init__(self, url: str, folder: Path) -> None:
        self.folder = folder
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("PILOTAGE_")},
            "PILOTAGE_DATABASE_URL": url,
            "PILOTAGE_RECORD_KEY": "5e" * 32,
            "PYTHONPATH": str(ROOT),
        }

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-P", "-m", "app", *arguments]
        options = {"capture_output": True, "text": True, "timeout": 120}
        return subprocess.run(command, cwd=self.folder, env=self.environment, **options)  # type: ignore[call-overload, no-any-return]


@pytest.fixture
def shell(sqlite_url: str, tmp_path: Path) -> Shell:
    return Shell(sqlite_url, tmp_path)


def test_people_and_record_from_the_command_line(shell: Shell) -> None:
    added = shell.run("people", "add", "Root@Pilotage.example", "--name", "Root", "--role", "administrator")
    assert added.returncode == 0, added.stderr
    assert "/invitation/" in added.stdout
    twice = shell.run("people", "add", "root@pilotage.example", "--name", "Root")
    assert (twice.returncode, twice.stdout) == (1, "")
    assert twice.stderr.strip().splitlines()[-1] == "Somebody here has the address root@pilotage.example already."
    file = shell.folder / "people.csv"
    file.write_text("name,address,manager\nAmal,amal@pilotage.example,root@pilotage.example\n")
    assert "1 added, 0 changed" in shell.run("people", "import", str(file)).stdout
    anchor = shell.folder / "anchor"
    anchor.write_text(shell.run("record", "head").stdout)
    told = shell.run("record", "verify", "--json", "--anchor", str(anchor))
    assert json.loads(told.stdout) == {"entries": 5, "intact": True, "first_broken": None}
    assert shell.run("people", "erase", "amal@pilotage.example", "--yes").returncode == 0
    anchor.write_text(f"5 {'0' * 64}")
    broken = shell.run("record", "verify", "--json", "--anchor", str(anchor))
    assert broken.returncode == 1
    assert json.loads(broken.stdout) == {"entries": 6, "intact": False, "first_broken": 5}
    assert "Traceback" not in broken.stderr
