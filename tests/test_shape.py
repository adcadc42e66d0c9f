"""The shape of the house: which part may know which, and that each thing has its one place."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.tables import metadata

ROOT = Path(__file__).parents[1]
APP = ROOT / "app"
CONSTANT = re.compile(r"'[a-z]+': '<[^'{}]*>'\|safe,?")
"""A drawing written out in a template, as the marks of the charts are: nothing of anybody's stands in it."""
FILES = sorted(path for path in APP.rglob("*.py") if path.name != "__init__.py")
# Models, maths, rules, queries and actions import only from their left.
ORDER = (
    *("errors", "columns", "estimates", "settings", "db", "changes", "outbox", "record", "web", "once", "refs"),
    *(
        "people",
        "workflow",
        "talk",
        "voice",
        "diagnosis",
        "processes",
        "teams",
        "ideas",
        "review",
        "pilots",
        "leaders",
        "notices",
        "work",
    ),
    *("search", "admin"),
)
# Pictures as geometry, and small shapes that several features share: anybody may use them, and they know nobody.
FREE = ("boxes", "charts", "icons", "labels", "lately", "scatter", "todo", "words", "workdays")
# Pages and what serves machines and commands: a later layer, which may import any feature, but no one's pages.
PAGES = {"pages", "api", "commands", "jobs"}
# What pages of several features draw with; it belongs to their layer.
DRAWING = {"app.ideas.drawing", "app.record.reading", "app.talk.section", "app.pilots.guests.showing"}
# The last, among each other from left to right too.
LAST = (
    *("tables", "frame", "trail", "schema", "logs", "main", "machines", "wire", "server", "workers", "serving"),
    *("demo", "__main__"),
)


def part(name: str) -> str:
    """The part of the house that `app.part...` belongs to."""
    return name.split(".")[1] if "." in name else ""


def module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def imports(path: Path) -> Iterator[str]:
    """Every module of the house that a file imports, wherever in it; not what only its types name."""
    for node in nodes(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.split(".")[0] == "app")
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "app":
            below = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name if is_module(name) else node.module for name in below)


def nodes(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.iter_child_nodes(tree):
        if not (isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING"):
            yield node
            yield from nodes(node)


def is_module(name: str) -> bool:
    path = ROOT / Path(*name.split("."))
    return path.is_dir() or path.with_suffix(".py").exists()


def is_page(name: str) -> bool:
    """`pages.py`, and `pages_*.py` or `*_pages.py` of a feature with many."""
    return bool(PAGES & set(name.rpartition(".")[2].split("_")))


def wrong(importer: str, imported: str) -> str:
    """What is wrong with an import, in words; empty when nothing is."""
    here, there = part(importer), part(imported)
    if here == there or there in ("", *FREE):
        return ""
    if here in FREE:
        return "" if there in ("estimates", "columns", "errors") else "geometry knows nobody"
    if here in LAST:
        later = there in LAST and LAST.index(there) > LAST.index(here)
        return "it stands to its right" if later else ""
    if is_page(importer) or importer in DRAWING:
        return "another's pages" if is_page(imported) else late(there)
    if is_page(imported) or imported in DRAWING:
        return "pages are a later layer"
    if there in LAST:
        return "it stands to its right"
    return "" if ORDER.index(there) < ORDER.index(here) else "it stands to its right"


def late(there: str) -> str:
    """Pages may know the frame and the trail; commands may also open the house."""
    return "it stands to its right" if there in LAST[LAST.index("main") + 1 :] else ""


@pytest.mark.parametrize("path", FILES, ids=module)
def test_a_file_imports_only_what_stands_on_its_left(path: Path) -> None:
    name = module(path)
    found = {imported: words for imported in imports(path) if (words := wrong(name, imported))}
    assert found == {}


def test_every_part_has_its_place() -> None:
    parts = {part(module(path)) for path in FILES}
    assert parts <= {*ORDER, *FREE, *LAST}, "name the new part in one of the orders above"
    assert len({*ORDER, *FREE, *LAST}) == len(ORDER) + len(FREE) + len(LAST)


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("app.ideas.queries", "app.pilots.models"),
        ("app.web.answers", "app.people.actor"),
        ("app.record.actions", "app.people.models"),
        ("app.ideas.actions", "app.talk.pages"),
        ("app.review.pages", "app.ideas.pages"),
        ("app.ideas.rules", "app.frame"),
        ("app.db", "app.main"),
        ("app.charts", "app.voice.models"),
        ("app.ideas.pages", "app.serving"),
    ],
)
def test_the_rule_finds_what_it_looks_for(importer: str, imported: str) -> None:
    assert wrong(importer, imported)


def test_every_table_has_a_home_of_its_own() -> None:
    """A table is declared once, in a feature's models or in one of the ground's files, and is known to migrations."""
    homes: dict[str, list[str]] = {}
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Assign) and any(getattr(t, "id", "") == "__tablename__" for t in node.targets):
                assert isinstance(node.value, ast.Constant)
                homes.setdefault(str(node.value.value), []).append(module(path))
    assert {table: found for table, found in homes.items() if len(found) != 1} == {}
    assert homes.keys() == metadata.tables.keys()
    strangers = {table: found[0] for table, found in homes.items() if not at_home(found[0])}
    assert strangers == {}


def at_home(name: str) -> bool:
    return name.rpartition(".")[2].startswith("models") or name in ("app.changes", "app.once", "app.outbox")


def test_nothing_but_pysqlite3_opens_a_database_file() -> None:
    files = [*FILES, *(ROOT / "tests").rglob("*.py"), *(ROOT / "migrations").rglob("*.py"), ROOT / "manage.py"]
    guilty = []
    for path in files:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            guilty += [path for name in names if name.split(".")[0] == "sqlite3"]
    assert guilty == []


def test_no_template_and_no_page_leaves_escaping_out() -> None:
    found = {
        (path.name, line.strip())
        for path in (ROOT / "templates").rglob("*.html")
        for line in path.read_text().splitlines()
        if "|safe" in line.replace(" ", "") and not CONSTANT.fullmatch(line.strip())
    }
    assert found == set()
    marked = {module(path) for path in FILES if marks_more_than_a_constant(ast.parse(path.read_text("utf-8")))}
    assert marked == {"app.web.rendering"}, "only what was cleaned there is marked as safe"


def marks_more_than_a_constant(tree: ast.AST) -> bool:
    """`Markup(...)` around anything but a text written out in the code. `Markup("...").format(x)` escapes x."""
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Markup")
    return any(not isinstance(argument, ast.Constant) for call in calls for argument in call.args)


def test_nothing_is_deleted_along_with_something_else() -> None:
    cascading = [
        (table.name, key.column.table.name)
        for table in metadata.tables.values()
        for key in table.foreign_keys
        if (key.ondelete or "").upper() in ("CASCADE", "SET NULL", "SET DEFAULT")
    ]
    assert cascading == []


def test_sizes_are_looked_at(capsys: pytest.CaptureFixture[str]) -> None:
    """About 200 lines a file is a feeling for size, not a rule: the long ones are only named."""
    sizes = {module(path): len(path.read_text().splitlines()) for path in FILES}
    with capsys.disabled():
        print("".join(f"\n  {size} lines: {name}" for name, size in sorted(sizes.items()) if size > 260))
