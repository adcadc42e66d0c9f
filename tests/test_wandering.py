"""Random steps of random people leave no trace of what somebody may not know: the property, and its controls.

PILOTAGE_WANDER=EXAMPLES says how many histories are played, each of up to 60 steps; else a few, the same each time.
"""

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import delete

from app.ideas.models import Idea, Veil
from app.review.models import Review, Sight
from tests.wandering import SEEN, Found, Wandering

EXAMPLES = int(os.environ.get("PILOTAGE_WANDER", "0"))


@pytest.fixture
def machine(sqlite_template: Path) -> type[Wandering]:
    class Here(Wandering):
        template = sqlite_template

    return Here


def test_no_step_of_anybody_leaves_a_trace(machine: type[Wandering]) -> None:
    bounds = settings(
        max_examples=EXAMPLES or 8,
        stateful_step_count=60 if EXAMPLES else 40,
        derandomize=not EXAMPLES,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],  # what was done is told as it was: making it shorter takes longer than reading it
        print_blob=bool(EXAMPLES),
    )
    run_state_machine_as_test(machine, settings=bounds)  # type: ignore[no-untyped-call]
    print(SEEN)
    assert SEEN["steps"] > 40
    assert SEEN["pages"] > 100


@pytest.fixture
def story(machine: type[Wandering]) -> Any:
    """Vexil's idea in a blind round; Dina has filed."""
    one = machine()
    try:
        one.brings("vexil", True)
        one.opens_a_round("on", Sight.MINE, "chair or deputy", False, False, "")
        one.reviews("dina", 0, "submit", 4)
        assert [review.filed for review in one.all(Review)] == [1]
        yield one
    finally:
        one.teardown()


def test_a_veil_that_is_missing_is_found(story: Any) -> None:
    page = f"/ideas/{story.all(Idea)[0].id}"
    story.ask("sami", page)
    with story.world.database.writing() as db:
        db.execute(delete(Veil))
    with pytest.raises(Found, match="who wrote a blind idea"):
        story.ask("sami", page)


def test_a_remark_that_gets_out_is_found(story: Any) -> None:
    page = f"/ideas/{story.all(Idea)[0].id}"
    story.ask("sami", page)
    (review,) = story.all(Review)
    story.send("dina", f"/talk/idea:{review.idea_id}", words=f"I wrote {review.to_committee} and {review.to_authors}")
    story.ask("dina", page)
    with pytest.raises(Found, match="a remark for the committee"):
        story.ask("sami", page)
    with pytest.raises(Found, match="a remark"):
        story.ask("vexil", page)


def test_a_search_that_tells_is_found(story: Any) -> None:
    page = "/ideas?q=vexilname"
    story.ask("sami", page)
    with story.world.database.writing() as db:
        db.execute(delete(Veil))
    with pytest.raises(Found, match="who wrote a blind idea"):
        story.ask("sami", "/search?q=author:vexilname+kind:idea")
