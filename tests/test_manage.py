"""manage.py on its own: started as a newcomer starts it, and its rules in a tree made for the test."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import manage

ROOT = Path(manage.__file__).parent
BARE = os.path.realpath(sys.executable)
"""The machine's Python, without what .venv holds."""


def start(*arguments: str, folder: Path = ROOT, **variables: str) -> subprocess.CompletedProcess[str]:
    command = [BARE, "-I", str(folder / "manage.py"), *arguments]
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", **variables}
    return subprocess.run(command, cwd="/", env=environment, capture_output=True, text=True, timeout=60)


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout without an environment, and manage looking at it."""
    for name in ("manage.py", "pyproject.toml", manage.RUN, manage.DEV):
        shutil.copy(ROOT / name, tmp_path)
    venv = tmp_path / ".venv"
    places = {"ROOT": tmp_path, "VENV": venv, "PYTHON": venv / "bin" / "python", "STAMP": venv / ".pilotage"}
    for name, place in places.items():
        monkeypatch.setattr(manage, name, place)
    return tmp_path


def stamped(tree: Path, lock: str) -> None:
    """An environment that was set up from the lock."""
    (tree / ".venv" / "bin").mkdir(parents=True)
    (tree / ".venv" / "bin" / "python").symlink_to(BARE)
    (tree / ".venv" / ".pilotage").write_text(f"{BARE}\n{lock} {manage.digest(lock)}\n")


class TestCommands:
    @pytest.mark.parametrize("arguments", [(), ("--help",), ("help",)])
    def test_help_names_every_command(self, arguments: tuple[str, ...]) -> None:
        done = start(*arguments)
        assert (done.returncode, done.stderr) == (0, "")
        named = re.findall(r"^  (\w+) +\w", done.stdout, re.M)
        assert named == [name for group in manage.COMMANDS.values() for name in group]

    @pytest.mark.parametrize("name", sorted(manage.OWN))
    def test_own_commands_explain_themselves(self, name: str) -> None:
        done = start(name, "--help")
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.startswith(f"usage: python3 manage.py {name} ")

    def test_an_unknown_command_is_refused_in_a_sentence(self) -> None:
        done = start("serv")
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr == ("There is no command serv. Did you mean serve? python3 manage.py lists them all.\n")

    def test_check_refuses_what_it_does_not_know(self) -> None:
        done = start("check", "--fast")
        assert (done.returncode, done.stderr) == (1, "check knows --no-tests alone, not --fast.\n")

    def test_a_browser_that_is_not_there_is_refused(self, tree: Path) -> None:
        stamped(tree, manage.DEV)
        done = start("test", folder=tree, PILOTAGE_CHROMIUM="/nonexistent/chromium")
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith("PILOTAGE_CHROMIUM names /nonexistent/chromium")

    def test_the_application_gets_the_callers_folder_and_arguments(self, tree: Path) -> None:
        stamped(tree, manage.RUN)
        (tree / "app").mkdir()
        (tree / "app" / "__main__.py").write_text("import os, sys; print(os.getcwd(), sys.argv[1:]); sys.exit(3)")
        done = start("voice", "import", "a file.csv", folder=tree)
        assert (done.returncode, done.stdout, done.stderr) == (3, "/ ['voice', 'import', 'a file.csv']\n", "")


class TestSetUp:
    def test_a_stamp_of_this_lock_is_enough(self, tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        stamped(tree, manage.RUN)
        monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("something was started"))
        manage.set_up(manage.RUN)

    def test_the_development_lock_serves_for_both(self, tree: Path) -> None:
        stamped(tree, manage.DEV)
        assert manage.ready(manage.RUN)
        assert manage.ready(manage.DEV)

    def test_the_lock_to_run_does_not_serve_for_tests(self, tree: Path) -> None:
        stamped(tree, manage.RUN)
        assert not manage.ready(manage.DEV)

    def test_another_lock_is_not_held(self, tree: Path) -> None:
        stamped(tree, manage.RUN)
        (tree / manage.RUN).write_text("newer==1.0\n")
        assert not manage.ready(manage.RUN)

    def test_another_python_is_not_ours(self, tree: Path) -> None:
        stamped(tree, manage.RUN)
        manage.PYTHON.unlink()
        manage.PYTHON.symlink_to("/bin/sh")
        assert not manage.ready(manage.RUN)

    def test_a_foreign_environment_is_left_alone(self, tree: Path) -> None:
        (tree / ".venv").mkdir()
        (tree / ".venv" / "theirs").write_text("kept")
        done = start("demo", folder=tree)
        assert done.returncode == 1
        assert done.stderr.endswith(".venv was not made by manage.py: move it away or remove it, then try again.\n")
        assert [path.name for path in (tree / ".venv").iterdir()] == ["theirs"]

    def test_a_linked_environment_is_left_alone(self, tree: Path) -> None:
        (tree / "elsewhere" / "bin").mkdir(parents=True)
        (tree / ".venv").symlink_to(tree / "elsewhere")
        assert not manage.ready(manage.DEV)
        (tree / "elsewhere" / "bin" / "python").symlink_to(BARE)
        assert manage.ready(manage.DEV)

    def test_a_place_that_cannot_be_written_is_told_in_a_sentence(self, tree: Path) -> None:
        (tree / ".venv").write_text("a file")
        done = start("demo", folder=tree)
        assert done.returncode == 1
        assert done.stderr.splitlines()[-1].startswith("Pilotage cannot be set up: ")
        assert "Traceback" not in done.stderr

    def test_a_broken_off_set_up_begins_again(self, tree: Path) -> None:
        (tree / ".venv" / "lib" / "half").mkdir(parents=True)
        (tree / ".venv" / ".pilotage").write_text("")
        with manage.alone():
            manage.make_environment()
        assert not (tree / ".venv" / "lib" / "half").exists()
        assert os.path.realpath(manage.PYTHON) == BARE
        assert not (tree / ".venv" / "bin" / "pip").exists()

    def test_a_broken_off_renewal_counts_for_no_lock(self, tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def break_off(command: tuple[str, ...], **_: object) -> subprocess.CompletedProcess[str]:
            if "sync" in command:
                raise KeyboardInterrupt
            return subprocess.CompletedProcess(command, 0)

        stamped(tree, manage.RUN)
        before = (tree / manage.RUN).read_text()
        (tree / manage.RUN).write_text("newer==1.0\n")
        monkeypatch.setattr(subprocess, "run", break_off)
        monkeypatch.setattr(manage, "find_spec", lambda name: name)  # the tests' own Python has no pip
        with pytest.raises(KeyboardInterrupt):
            manage.set_up(manage.RUN)
        (tree / manage.RUN).write_text(before)
        assert not manage.ready(manage.RUN)

    def test_starts_at_once_wait_for_each_other(self, tree: Path) -> None:
        with manage.alone():
            other = subprocess.Popen([BARE, str(tree / "manage.py"), "demo"], stderr=subprocess.PIPE, text=True)
            assert other.stderr
            assert other.stderr.readline().startswith("Waiting for another start of Pilotage")
            stamped(tree, manage.RUN)
        assert "No module named app" in other.communicate(timeout=60)[1]


class TestLocks:
    def test_the_locks_hold_what_the_project_names(self) -> None:
        assert list(manage.disagreements(ROOT)) == []

    @pytest.mark.parametrize(
        ("named", "complaint"),
        [
            ("httpx-oauth", "holds nothing for httpx-oauth"),
            ("alembic==1.19.0", "holds 1.20.1 for alembic==1.19.0"),
            ("Pysqlite3>=99", "for Pysqlite3>=99"),
            ("fastapi==0.164.*", "for fastapi==0.164.*"),
        ],
    )
    def test_what_differs_is_named_for_both_locks(self, tree: Path, named: str, complaint: str) -> None:
        project = tree / "pyproject.toml"
        project.write_text(
            re.sub(r"^dependencies = \[", f'dependencies = ["{named}",', project.read_text(), flags=re.M)
        )
        found = list(manage.disagreements(tree))
        assert [line.split()[0] for line in found] == [manage.RUN, manage.DEV]
        assert all(complaint in line for line in found)

    def test_a_rule_that_check_cannot_read_is_refused(self) -> None:
        with pytest.raises(manage.Refusal, match="write NAME"):
            manage.split("numpy @ file:numpy.whl")

    @pytest.mark.parametrize("lock", [manage.RUN, manage.DEV])
    def test_every_package_is_locked_by_hash_and_comes_from_no_named_place(self, lock: str) -> None:
        text = (ROOT / lock).read_text()
        assert "://" not in text
        assert "--index" not in text
        packages = re.findall(r"^[a-z0-9-]+==\S+.*\n(    --hash=sha256:[0-9a-f]{64})?", text, re.M)
        assert len(packages) > 20
        assert all(packages)


def test_the_top_level_stays_short() -> None:
    """A thing that is new here must earn its place: then it is named in this list."""
    allowed = {"CHANGELOG.md", "README.md", "alembic.ini", "app", "docs", "manage.py", "migrations"}
    allowed |= {"pyproject.toml", manage.RUN, manage.DEV, "static", "templates", "tests"}
    made = {line.rstrip("/") for line in (ROOT / ".gitignore").read_text().splitlines()}
    found = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")}
    assert found - made <= allowed
