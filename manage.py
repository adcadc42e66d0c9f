#!/usr/bin/env python3
"""Pilotage: what customers say, turned into changes that they can feel.

Runs on Python 3.11 with pip and nothing else: sets up what it needs beside itself, then hands over. What it
installs goes into `.venv`, exactly as locked and checked by hash; a stamp lets later starts go straight on.
"""

from __future__ import annotations

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - an older Python still reads this file
    sys.exit(f"Pilotage needs Python 3.11 or newer; this is {sys.version.split()[0]}.")

import ctypes
import hashlib
import os
import re
import shutil
import subprocess
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / ".pilotage"
LOG = VENV / "setup.log"
RUN, DEV = "requirements.lock", "requirements-dev.lock"

COMMANDS = {
    "Look around": {
        "demo": "make an invented organisation and serve it on this machine (--fresh, --host, --port)",
    },
    "Run it": {
        "serve": "serve Pilotage on the configured database",
        "migrate": "bring the database to this version",
        "worker": "send what is due and run what was put off (PostgreSQL)",
    },
    "Use it from here": {
        "people": "add people and give them roles",
        "voice": "import what customers say, and show its figures",
        "processes": "show performance, impact and the vital processes",
        "ideas": "import ideas, and find similar ones",
        "review": "calibrate the scores of a review",
        "pilots": "measure the effect of a pilot",
    },
    "Keep it safe": {
        "record": "verify the record",
        "backup": "write a verified backup to a file",
        "restore": "bring a backup back",
    },
    "Work on it": {
        "test": "run the tests, a browser included; what follows goes on to pytest",
        "check": "run what CI runs: format, lint, types, locks, migrations, tests",
        "bench": "measure speed against the floor (--json FILE, --quick)",
        "lock": "renew both locks from pyproject.toml; what follows goes on to uv",
    },
}

TEST_HELP = """\
usage: python3 manage.py test [argument of pytest ...]

Runs the tests. Paths count from the top of the tree: python3 manage.py test tests/ideas -k vote
For pytest's own help: python3 manage.py test -- --help

  PILOTAGE_CHROMIUM    a browser to use in place of chromium
  PILOTAGE_TEST_DATA   the folder of real data sets (otherwise ../shared/data)
  TEST_DATABASE_URL    a PostgreSQL server to use in place of one started for the tests
"""
CHECK_HELP = """\
usage: python3 manage.py check [--no-tests]

Runs what CI runs, all of it even when one part fails: format, lint, types, locks, migrations, tests.

  --no-tests   leave out the tests
"""
LOCK_HELP = """\
usage: python3 manage.py lock [argument of uv pip compile ...]

Renews requirements.lock and requirements-dev.lock from pyproject.toml. What still fits keeps its version.

  --upgrade                take the newest version of everything
  --upgrade-package NAME   take the newest version of one package
"""


class Refusal(Exception):
    """What went wrong, in one sentence for whoever ran the command."""


def main(arguments: list[str]) -> int:
    name, *rest = arguments or ["help"]
    if name in ("help", "-h", "--help"):
        print(overview())
        return 0
    if name in OWN:
        return OWN[name](rest)
    if not any(name in group for group in COMMANDS.values()):
        raise Refusal(unknown(name))
    return application(name, rest)


def overview() -> str:
    lines = ["usage: python3 manage.py COMMAND [argument ...]", "", (__doc__ or "").splitlines()[0]]
    for title, group in COMMANDS.items():
        lines += ["", title, *(f"  {name:<10} {words}" for name, words in group.items())]
    lines += ["", "COMMAND --help tells more. To begin: python3 manage.py demo"]
    return "\n".join(lines)


def unknown(name: str) -> str:
    names = [known for group in COMMANDS.values() for known in group]
    near = get_close_matches(name, names, n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    return f"There is no command {name}.{hint} python3 manage.py lists them all."


# The whole suite: a file at a time on each core, but for what kills servers, fills disks and measures time.
# What is asked for by name runs plainly.
SIDE_BY_SIDE = ("-p", "xdist", "-n", "2", "--dist", "loadfile", "--ignore=tests/robust")
ALONE = ("tests/robust",)


def hand_over(*arguments: str) -> NoReturn:
    """Become the environment's Python, in the caller's folder, so that file names mean what they say."""
    sys.stdout.flush()
    os.execve(PYTHON, [str(PYTHON), *arguments], {**os.environ, "PYTHONPATH": str(ROOT)})


def application(name: str, rest: list[str]) -> int:
    set_up(DEV if name == "bench" else RUN)
    hand_over("-P", "-m", "app", name, *rest)


# The environment


def set_up(lock: str) -> None:
    """Make `.venv` hold what the lock names; at once when it already does."""
    if ready(lock):
        return
    if VENV.is_symlink():
        raise Refusal(".venv is a link to a place without a Python: mend or remove the link.")
    with alone():
        if ready(lock):  # another start did it meanwhile
            return
        if stamp()[1].startswith(DEV):  # never takes the tools away from who works on the code
            lock = DEV
        say("Setting up Pilotage in .venv; this takes some seconds, once.")
        make_environment()
        install_uv()
        STAMP.write_text("")  # neither the lock before nor this one, until all of it is there
        run(
            "Installing the packages",
            *UV,
            "sync",
            "--require-hashes",
            "--compile-bytecode",
            "--python",
            PYTHON,
            ROOT / lock,
        )
        STAMP.write_text(f"{os.path.realpath(PYTHON)}\n{lock} {digest(lock)}\n")


def ready(lock: str) -> bool:
    """Whether `.venv` holds what the lock names, told by reading alone.

    The development lock holds all of the other one. A linked `.venv` is for its owner to keep.
    """
    if VENV.is_symlink():
        return PYTHON.exists()
    made_with, holds = stamp()
    return usable(made_with) and holds in {f"{name} {digest(name)}" for name in (lock, DEV)}


def stamp() -> tuple[str, str]:
    """The interpreter that `.venv` was made with and the lock it holds; empty while it is being made."""
    lines = STAMP.read_text().splitlines() if STAMP.is_file() else []
    return (lines[0], lines[1]) if len(lines) == 2 else ("", "")


def usable(made_with: str) -> bool:
    """False once the machine's Python was upgraded: the packages were for the one before."""
    return PYTHON.exists() and made_with == os.path.realpath(PYTHON)


def digest(lock: str) -> str:
    return hashlib.sha256((ROOT / lock).read_bytes()).hexdigest()


@contextmanager
def alone() -> Iterator[None]:
    """One set-up at a time: others wait, and find it done. The system drops the lock with its process.

    The stamp, which is locked, is the first thing in `.venv` and never goes: without it, `.venv` is not ours.
    """
    import fcntl

    if VENV.exists() and not STAMP.exists() and any(VENV.iterdir()):
        raise Refusal(".venv was not made by manage.py: move it away or remove it, then try again.")
    VENV.mkdir(exist_ok=True)
    with STAMP.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Waiting for another start of Pilotage, which is setting up .venv.")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def make_environment() -> None:
    """An empty environment, unless the present one is whole and its Python still there."""
    if usable(stamp()[0]):
        return
    STAMP.write_text("")
    for thing in VENV.iterdir():
        if thing.is_dir() and not thing.is_symlink():
            shutil.rmtree(thing)
        elif thing != STAMP:
            thing.unlink()
    run("Making .venv", sys.executable, "-m", "venv", "--without-pip", VENV)


UV = (VENV / "bin" / "uv", "pip")


def install_uv() -> None:
    """uv as the development lock pins it. Debian's pip refuses its own environment, not another."""
    if find_spec("pip") is None:
        raise Refusal("This Python has no pip: on Debian, apt-get install python3-pip brings it.")
    pinned = re.search(r"^uv==.*\n(?:[ ].*\n)*", (ROOT / DEV).read_text(), re.M)
    if pinned is None:
        raise Refusal(f"{DEV} does not name uv.")
    wanted = VENV / "uv.txt"
    wanted.write_text(pinned[0])
    pip = (sys.executable, "-m", "pip", "--python", PYTHON, "install", "--quiet")
    run("Installing uv", *pip, "--disable-pip-version-check", "--no-deps", "--require-hashes", "-r", wanted)


def run(doing: str, *command: str | Path, **variables: str) -> None:
    """Run a step in silence; if it fails, its last line is the reason and `.venv/setup.log` has the rest."""
    environment = {**uv_defaults(), **os.environ, **variables}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    if done.returncode:
        LOG.write_text(done.stdout + done.stderr)
        last = (done.stdout + done.stderr).strip().splitlines()[-1:] or [f"exit code {done.returncode}"]
        raise Refusal(f"{doing} failed: {last[0].strip()} (more in {LOG.relative_to(ROOT)})")


def uv_defaults() -> dict[str, str]:
    """An organisation's own certificate authority counts, as with pip; a service's user may have no home."""
    homeless = not os.access(os.path.expanduser("~"), os.W_OK)
    return {"UV_SYSTEM_CERTS": "1", **({"UV_NO_CACHE": "1"} if homeless else {})}


def say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


# Working on it


def test(arguments: list[str]) -> int:
    if arguments[:1] in (["--help"], ["-h"]):
        print(TEST_HELP, end="")
        return 0
    set_up(DEV)
    find_browser()
    os.chdir(ROOT)
    asked = arguments[arguments[:1] == ["--"] :]
    if asked:
        hand_over("-m", "pytest", *asked)
    return max(subprocess.call([PYTHON, "-m", "pytest", *part]) for part in (SIDE_BY_SIDE, ALONE))


def find_browser() -> None:
    """Debian's Chromium, and libatomic for what drives it: installed where possible, else asked for."""
    named = os.environ.get("PILOTAGE_CHROMIUM")
    if named and not shutil.which(named):
        raise Refusal(f"PILOTAGE_CHROMIUM names {named}, which is not there or cannot be run.")
    missing = [] if named or shutil.which("chromium") else ["chromium"]
    missing += [] if has_library("libatomic.so.1") else ["libatomic1"]
    if missing and (os.geteuid() != 0 or not shutil.which("apt-get")):
        raise Refusal(f"The tests need a browser: sudo apt-get install --yes {' '.join(missing)}")
    if missing:
        say(f"Installing {' and '.join(missing)} for the tests.")
        apt = ("apt-get", "--quiet", "--yes")
        run("apt-get update", *apt, "update")
        quiet = {"DEBIAN_FRONTEND": "noninteractive"}
        run("apt-get install", *apt, "install", "--no-install-recommends", *missing, **quiet)


def has_library(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def check(arguments: list[str]) -> int:
    if arguments[:1] in (["--help"], ["-h"]):
        print(CHECK_HELP, end="")
        return 0
    if arguments not in ([], ["--no-tests"]):
        raise Refusal(f"check knows --no-tests alone, not {' '.join(arguments)}.")
    set_up(DEV)
    os.chdir(ROOT)
    failed = [name for name, step in steps(with_tests=not arguments) if not passes(name, step)]
    if failed:
        raise Refusal(f"check failed: {', '.join(failed)}.")
    return 0


Step = Callable[[], bool]


def steps(with_tests: bool) -> list[tuple[str, Step]]:
    found = [
        ("format", python("-m", "ruff", "format", "--check")),
        ("lint", python("-m", "ruff", "check")),
        ("types", python("-m", "mypy", "--strict")),
        ("locks", locks_agree),
        ("migrations", python("-m", "app", "migrate", "--check")),
    ]
    return [*found, ("tests", python("manage.py", "test"))] if with_tests else found


def python(*arguments: str) -> Step:
    return lambda: subprocess.run([PYTHON, *arguments]).returncode == 0


def passes(name: str, step: Step) -> bool:
    print(f"== {name}", flush=True)
    return step()


def locks_agree() -> bool:
    """Both locks hold all that pyproject.toml names, at versions that it allows. Asks no registry."""
    found = list(disagreements(ROOT))
    print("\n".join(found) or "Both locks agree with pyproject.toml.", flush=True)
    return not found


def disagreements(root: Path) -> Iterator[str]:
    project = tomllib.loads((root / "pyproject.toml").read_text())
    named = project["project"]["dependencies"]
    for lock, wanted in ((RUN, named), (DEV, named + project["dependency-groups"]["dev"])):
        pins = re.findall(r"^([a-z0-9-]+)==(\S+)", (root / lock).read_text(), re.M)
        for requirement in wanted:
            name, rule = split(requirement)
            versions = [version for pinned, version in pins if pinned == name]
            if not versions or not all(allowed(version, rule) for version in versions):
                found = " and ".join(versions) or "nothing"
                yield f"{lock} holds {found} for {requirement}: python3 manage.py lock renews it."


def split(requirement: str) -> tuple[str, str]:
    """`psycopg[binary]==3.3.9` is psycopg, ==3.3.9; names as locks spell them."""
    found = re.fullmatch(r"([\w.-]+)(?:\[[\w,-]+\])?((?:==|>=)[\d.]+\*?)?", requirement)
    if found is None:
        raise Refusal(f"pyproject.toml asks for {requirement}: write NAME, NAME==VERSION or NAME>=VERSION.")
    return re.sub(r"[-_.]+", "-", found[1]).lower(), found[2] or ""


def allowed(version: str, rule: str) -> bool:
    wanted = numbers(rule)
    if rule.endswith("*"):
        return numbers(version)[: len(wanted)] == wanted
    return numbers(version) >= wanted if rule.startswith(">") else not rule or numbers(version) == wanted


def numbers(version: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", version)]


def lock(arguments: list[str]) -> int:
    """Locks name versions and hashes, never where they came from: that is for each machine to say."""
    if arguments[:1] in (["--help"], ["-h"]):
        print(LOCK_HELP, end="")
        return 0
    if not UV[0].exists():
        with alone():
            make_environment()
            install_uv()
    options = ("--quiet", "--universal", "--generate-hashes", "--no-header", "--no-emit-index-url")
    for name, group in ((RUN, ()), (DEV, ("--group", "dev"))):
        run(f"Renewing {name}", *UV, "compile", "pyproject.toml", *group, *options, *arguments, "-o", name)
        if "://" in (ROOT / name).read_text():
            raise Refusal(f"{name} names an address, which a lock must not: look for it with grep '://' {name}")
    return 0


OWN: dict[str, Callable[[list[str]], int]] = {"test": test, "check": check, "lock": lock}


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Refusal as refusal:
        sys.exit(str(refusal))
    except OSError as error:
        sys.exit(f"Pilotage cannot be set up: {error.strerror or error} ({error.filename or ROOT}).")
    except KeyboardInterrupt:
        sys.exit(130)
