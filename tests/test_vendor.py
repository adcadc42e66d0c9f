"""What others made stands as they published it: every file matches the hash that SOURCES.toml states."""

import hashlib
import tomllib
from pathlib import Path

STATIC = Path(__file__).parents[1] / "static"
SOURCES = tomllib.loads((STATIC / "vendor" / "SOURCES.toml").read_text("utf-8"))["file"]


def test_every_file_matches_its_hash() -> None:
    found = {entry["path"]: hashlib.sha256((STATIC / entry["path"]).read_bytes()).hexdigest() for entry in SOURCES}
    assert found == {entry["path"]: entry["sha256"] for entry in SOURCES}


def test_no_file_comes_from_nowhere() -> None:
    folders = [STATIC / "vendor", STATIC / "fonts"]
    present = {
        path.relative_to(STATIC).as_posix() for folder in folders for path in folder.rglob("*") if path.is_file()
    }
    assert present - {"vendor/SOURCES.toml"} == {entry["path"] for entry in SOURCES}


def test_every_source_says_where_it_is_from() -> None:
    for entry in SOURCES:
        assert entry.keys() == {"path", "package", "version", "source", "licence", "sha256"}
        assert entry["version"] in entry["path"] or entry["path"].endswith(".txt"), entry["path"]


def test_the_style_sheet_and_the_frame_name_only_files_that_are_here() -> None:
    style = (STATIC / "app.css").read_text("utf-8")
    frame = (STATIC.parent / "templates" / "layout.html").read_text("utf-8")
    named = [part.split('"')[0] for part in style.split('url("')[1:]] + [
        part.split("'")[0] for part in frame.split("static('")[1:]
    ]
    local = [name for name in named if not name.startswith("data:")]
    assert len(local) > 8
    assert [name for name in local if not (STATIC / name).is_file()] == []
