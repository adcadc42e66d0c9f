"""Along the whole course of a blind round, to its publication: two worlds that differ in what a reader may not know are
the same to them, on every page, paper, list, count, search, answer to a form, and in every mail."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.columns import as_of
from app.notices.actions import read_record
from app.people.models import Person
from tests.course import Course, pages_of, posts_of, told
from tests.test_blind_worlds import assert_same
from tests.worlds import MOMENT, World


@pytest.fixture
def two(sqlite_template: Path, tmp_path: Path) -> Any:
    def make(*courses: Course) -> list[Any]:
        made = [World(sqlite_template, tmp_path / str(place), told(one)) for place, one in enumerate(courses)]
        for world in made:
            with as_of(MOMENT):
                read_record(world.database)
        return made

    return make


def person(world: Any, name: str) -> Person:
    found: Person = world.deputy if name == "deputy" else getattr(world.cast, name)
    return found


def shown(world: Any, name: str, *, walk: bool = False) -> dict[str, str]:
    """All that this person comes to: by any link if `walk`, and by every address of the course; and what they try."""
    with as_of(MOMENT):
        if not walk:
            return world.seen(person(world, name), tuple(pages_of(world)), posts_of(world))
        found = world.walked(person(world, name), pages_of(world))
        return found | world.seen(person(world, name), (), posts_of(world))


def assert_alike(worlds: Any, *names: str, walk: tuple[str, ...] = ()) -> None:
    for name in names:
        one, other = (shown(world, name, walk=name in walk) for world in worlds)
        assert len(one) > 100
        assert_same(one, other, name)


AUTHORS = [("amal", "tariq", True), ("amal", "dina", False)]


@pytest.mark.parametrize("until", ["filing", "meeting", "voted", "decided"])
@pytest.mark.parametrize(("one", "other", "team"), AUTHORS)
def test_an_author_is_nowhere(two: Any, one: str, other: str, team: bool, until: str) -> None:
    worlds = two(*(Course(until=until, author=name, team=team) for name in (one, other)))
    names = [name for name in ("noor", "sami", "omar", "deputy", "dina") if name not in (one, other)]
    assert_alike(worlds, *names, walk=("noor",) if until in ("meeting", "decided") else ())
    here = f"/ideas/{worlds[0].idea}"
    for world in worlds:
        assert shown(world, "zaid")[here].startswith("200")
    assert shown(worlds[0], "zaid")[here] != shown(worlds[1], "zaid")[here]  # the control: to who is not veiled
