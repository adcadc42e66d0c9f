"""What the content policy and the base path ask of every template."""

import re
from pathlib import Path

import pytest
from jinja2 import meta

from app.icons import DRAWINGS
from app.main import drawing

FOLDER = Path(__file__).parents[1] / "templates"
TEMPLATES = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.html"))
FORBIDDEN = {
    "an inline style": r"\sstyle=",
    "an inline handler": r"\son[a-z]+=",
    "an inline script": r"<script(?![^>]*\ssrc=)",
    "an inline style sheet": r"<style\b",
    "a handler of htmx": r"\shx-on",
    "a value that needs eval": r"[\"'](?:js|javascript):",
    "a trigger filter": r"hx-trigger=\"[^\"]*\[",
    "an address past the base path": r"\s(?:href|src|action|hx-get|hx-post)=\"/",
    "an address elsewhere": r"\s(?:src|href)=\"(?:https?:)?//",
}


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_holds_nothing_that_the_policy_refuses(name: str) -> None:
    text = (FOLDER / name).read_text("utf-8")
    assert {what for what, pattern in FORBIDDEN.items() if re.search(pattern, text, re.IGNORECASE)} == set()


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_compiles_and_names_only_templates_that_are_here(name: str) -> None:
    env = drawing("", "UTC", "EUR")
    tree = env.parse((FOLDER / name).read_text("utf-8"))
    env.compile(tree)
    assert set(meta.find_referenced_templates(tree)) <= set(TEMPLATES)


def test_every_icon_that_a_template_names_is_drawn() -> None:
    text = "".join((FOLDER / name).read_text("utf-8") for name in TEMPLATES)
    named = set(re.findall(r"icon\('([a-z0-9-]+)'", text))
    assert named
    assert named <= DRAWINGS.keys()


def test_the_patterns_find_what_they_look_for() -> None:
    bad = (
        '<p style="x" onclick="y" hx-on:click="z" href="/a" hx-vals="js:b"><script>c</script><style>d</style>'
        '<img src="//elsewhere"><i hx-trigger="click[d]">'
    )
    assert [what for what, pattern in FORBIDDEN.items() if not re.search(pattern, bad)] == []
