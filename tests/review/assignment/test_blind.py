"""In a blind round who reviews what tells nobody who wrote an idea: two worlds that differ in that are the same."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session as Db

from app.columns import as_of
from app.ideas.models import Audience
from app.review import duty
from app.review.assignment.models import Liking, Wish
from app.review.models import Round
from tests.cast import Cast
from tests.makers import put
from tests.review.assignment.makers import apply, ideas_of, members, shared_round
from tests.review.makers import admitted
from tests.worlds import MOMENT, World

Tell = Callable[[Any, Db, Cast], None]


@pytest.fixture
def worlds(sqlite_template: Path, tmp_path: Path) -> Any:
    def make(*tellings: Tell) -> list[World]:
        return [World(sqlite_template, tmp_path / str(place), tell) for place, tell in enumerate(tellings)]

    return make


def by(name: str, *, given: bool = True, **over: Any) -> Tell:
    """The first of six ideas is written by this person; all are given out to four members."""

    def tell(world: Any, db: Db, cast: Cast) -> None:
        own = admitted(db, cast, getattr(cast, name))
        ideas = [own, *ideas_of(db, cast, 5)]
        (more,) = members(db, cast, 1)
        world.more = more.id
        round_ = shared_round(db, cast, ideas, [more], blind="on", **over)
        for person in (cast.sami, more):
            # So that it falls to dina and omar, where they did not write it.
            put(db, Liking(round_id=round_.id, idea_id=own.id, person_id=person.id, wish=Wish.RATHER_NOT))
        world.round, world.idea, world.other = round_.id, own.id, ideas[1].id
        world.ideas = [idea.id for idea in ideas]
        if given:
            apply(db, cast, round_)
        world.given = {idea: sorted(people) for idea, people in duty.given_out(db, round_.id).items()}

    return tell


def pages_of(world: Any) -> tuple[str, ...]:
    here = f"/review/rounds/{world.round}"
    plan = f"{here}/assignment/plan"
    return here, f"{here}/names", f"{here}/assignment", plan, f"{plan}?way=repair", "/review"


def posts_of(world: Any, person: int) -> dict[str, dict[str, Any]]:
    here = f"/review/rounds/{world.round}/assignment"
    return {
        f"{here}/give": {"idea": world.idea, "person": person},
        f"{here}/take": {"idea": world.idea, "person": person, "reason": "So"},
        f"{here}/plan": {"key": "k", "way": "anew", "seal": "0" * 32, "version": 0},
    }


@pytest.mark.parametrize("given", [True, False])
@pytest.mark.parametrize(("one", "two"), [("zaid", "omar"), ("dina", "omar")])
def test_the_chair_does_not_learn_from_it_who_wrote_an_idea(worlds: Any, one: str, two: str, given: bool) -> None:
    first, second = worlds(by(one, given=given), by(two, given=given))
    for person in (first.cast.dina, first.cast.omar, first.cast.sami):
        seen = [world.seen(world.cast.noor, pages_of(world), posts_of(world, person.id)) for world in (first, second)]
        assert seen[0] == seen[1]
    if given:
        # The control: who wrote it has another idea in its place, so that the worlds do differ.
        assert first.given != second.given
        assert second.cast.omar.id not in second.given[second.idea]


def test_what_the_chair_is_shown_names_nobody_beside_an_idea_and_says_why(worlds: Any) -> None:
    (world,) = worlds(by("dina", custodian=None))
    browser = world.browser(world.cast.noor)
    page = browser.get(f"/review/rounds/{world.round}/assignment").text
    assert "Nobody is named to see names in this round" in page
    assert 'id="ideas"' not in page
    assert "Gets new" not in browser.get(f"/review/rounds/{world.round}/assignment/plan").text
    assert "missing: " not in browser.get(f"/review/rounds/{world.round}").text
    for address, fields in posts_of(world, world.cast.omar.id).items():
        if not address.endswith("/plan"):
            assert browser.post(address, fields).status_code == 403


def test_who_may_see_names_sees_and_gives_out_all_of_it(worlds: Any) -> None:
    def tell(world: Any, db: Db, cast: Cast) -> None:
        by("dina", custodian=cast.root.id)(world, db, cast)

    (world,) = worlds(tell)
    root, here = world.browser(world.cast.root), f"/review/rounds/{world.round}/assignment"
    assert 'id="ideas"' in root.get(here).text
    refused = root.post(f"{here}/give", {"idea": world.idea, "person": world.cast.dina.id})
    assert refused.status_code == 422
    assert "Dina has a conflict with this idea." in refused.text
    reviewers = (world.cast.sami.id, world.cast.omar.id, world.more)
    free = next(person for person in reviewers if person not in world.given[world.idea])
    assert root.post(f"{here}/give", {"idea": world.idea, "person": free}).status_code == 303
    with as_of(MOMENT), world.database.reading() as db:
        assert free in duty.given_out(db, world.round)[world.idea]
        assert db.get_one(Round, world.round).version == 3


def test_the_record_does_not_tell_which_idea_a_member_has(worlds: Any) -> None:
    from sqlalchemy import select

    from app.record.models import Entry

    (world,) = worlds(by("dina"))
    with world.database.reading() as db:
        entries = [entry for entry in db.scalars(select(Entry)) if entry.move in ("assign", "give_idea", "take_idea")]
    assert entries
    for entry in entries:
        assert '"idea"' not in entry.figures


def test_who_may_see_names_reads_no_title_that_is_for_the_committee_alone(worlds: Any) -> None:
    def tell(world: Any, db: Db, cast: Cast) -> None:
        quiet = admitted(db, cast, audience=Audience.COMMITTEE, title="A quiet one")
        world.round = shared_round(db, cast, [quiet], custodian=cast.root.id).id

    (world,) = worlds(tell)
    for page in ("", "/plan"):
        here = f"/review/rounds/{world.round}/assignment{page}"
        assert "A quiet one" in world.browser(world.cast.noor).get(here).text
        shown = world.browser(world.cast.root).get(here)
        assert shown.status_code == 200
        assert "A quiet one" not in shown.text
        assert "An idea for its committee" in shown.text
