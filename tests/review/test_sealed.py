"""Two worlds that differ only in what a reader may not know are the same to them, byte for byte."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session as Db

from app.columns import as_of
from app.ideas.models import Idea
from app.people.sessions import begin
from app.review import queries
from app.review.models import Round
from tests.cast import Cast
from tests.client import Browser
from tests.makers import a_seat
from tests.review.makers import MARKS, admitted, decision, move, open_round, review_by, typed_marks
from tests.worlds import MOMENT, World

HIGH, LOW = (5, 5, 5, 5, 5), (1, 2, 1, 1, 1)


@pytest.fixture
def worlds(sqlite_template: Path, tmp_path: Path) -> Any:
    def make(*tellings: Callable[[World, Db, Cast], None]) -> list[World]:
        return [World(sqlite_template, tmp_path / str(place), tell) for place, tell in enumerate(tellings)]

    return make


def pages_of(world: Any) -> tuple[str, ...]:
    round_, idea = f"/review/rounds/{world.round}", f"/review/ideas/{world.idea}"
    return (
        "/review",
        round_,
        f"{round_}?sort=disagreement",
        f"{round_}?sort=missing",
        f"{round_}/standing.csv",
        f"{round_}/names",
        idea,
        f"/review/ideas/{world.other}",
        f"{idea}/owner",
        f"{round_}/ideas/{world.idea}/decision",
        f"{round_}/edit",
        "/review/meetings/1",
        "/review/orders/1",
        "/admin/scorecard",
    )


def scored(marks: tuple[int, ...], words: str) -> Callable[[World, Db, Cast], None]:
    """Dina has reviewed both ideas; sami and noor review too, and have not."""

    def tell(world: Any, db: Db, cast: Cast) -> None:
        first, second = admitted(db, cast, cast.amal), admitted(db, cast)
        people = [cast.sami.id, cast.dina.id, cast.omar.id, cast.noor.id]
        round_ = open_round(db, cast, first, second, reviewers=people)
        world.round, world.idea, world.other = round_.id, first.id, second.id
        world.marks = dict(typed_marks(db, round_))
        review_by(db, cast.dina, first, marks, to_authors=words, to_committee=words)
        review_by(db, cast.dina, second, MARKS)

    return tell


def test_a_sealed_score_shows_nowhere(worlds: Any) -> None:
    one, two = worlds(scored(HIGH, "Splendid"), scored(LOW, "Hopeless"))
    posts = {f"/review/ideas/{one.idea}": {"c1": "9"}, f"/review/rounds/{one.round}/moves": {"name": "nonsense"}}
    for name in ("sami", "noor", "layla", "amal", "huda", "root", "zaid"):
        first, second = (world.seen(getattr(world.cast, name), pages_of(world), posts) for world in (one, two))
        assert first == second, name
    # The control: who has submitted sees it, so the worlds do differ.
    for world in (one, two):
        with as_of(MOMENT), world.database.writing() as db:
            review_by(db, world.cast.sami, db.get_one(Idea, world.idea))
    first, second = (world.seen(world.cast.sami, pages_of(world), {}) for world in (one, two))
    assert first[f"/review/ideas/{one.idea}"] != second[f"/review/ideas/{one.idea}"]
    assert first[f"/review/rounds/{one.round}/standing.csv"] != second[f"/review/rounds/{one.round}/standing.csv"]


def by(name: str, *others: str, team: bool = False, close: bool = False) -> Callable[[World, Db, Cast], None]:
    """The first idea is written by this person; sami (and others) have reviewed, dina has not."""

    def tell(world: Any, db: Db, cast: Cast) -> None:
        author = getattr(cast, name)
        first = admitted(db, cast, author, team_id=cast.team.id if team else None)
        second = admitted(db, cast)
        done = [cast.sami, *(getattr(cast, other) for other in others)]
        round_ = open_round(db, cast, first, second, reviewers=[cast.dina.id, *(person.id for person in done)])
        world.round, world.idea, world.other = round_.id, first.id, second.id
        for idea in (first, second):
            for person in done:
                review_by(db, person, idea)
        if close:
            move(db, cast, round_, "close")

    return tell


@pytest.mark.parametrize("close", [False, True])
@pytest.mark.parametrize(("one", "two"), [("amal", "zaid"), ("zaid", "omar"), ("amal", "dina")])
def test_a_blind_author_shows_nowhere(worlds: Any, one: str, two: str, close: bool) -> None:
    """Also where another member of the committee wrote it, and cannot review it."""
    first, second = worlds(by(one, team=one == "amal", close=close), by(two, close=close))
    posts = {
        f"/review/rounds/{first.round}/moves": {"name": "publish"},
        f"/review/rounds/{first.round}/names": {},
        f"/review/ideas/{first.idea}": {"do": "submit"},
    }
    for name in ("sami", "noor"):
        seen = [world.seen(getattr(world.cast, name), pages_of(world), posts) for world in (first, second)]
        assert seen[0] == seen[1], name
    # The control: the author's own page differs.
    seen = [world.seen(getattr(first.cast, two), pages_of(world), {}) for world in (first, second)]
    assert two in ("zaid",) or seen[0] != seen[1]


def test_a_blind_decision_does_not_tell_who_has_a_conflict(worlds: Any) -> None:
    """Who was present, and how many could have been, would tell that dina wrote it."""

    def tell(name: str) -> Callable[[World, Db, Cast], None]:
        def told(world: Any, db: Db, cast: Cast) -> None:
            by(name, "omar")(world, db, cast)
            move(db, cast, db.get_one(Round, world.round), "close")

        return told

    worlds_ = worlds(tell("amal"), tell("dina"))
    seen = []
    for world in worlds_:
        here = f"/review/rounds/{world.round}/ideas/{world.idea}/decision"
        with world.database.writing() as db:
            key = begin(db, world.cast.noor.id, "test")
        noor = Browser(world.app)
        noor.http.cookies.set("pilotage", key)
        fields = decision(world.cast, present=[world.cast.noor.id, world.cast.dina.id, world.cast.sami.id])
        assert noor.send(here, fields).status_code == 303
        seen.append(world.seen(world.cast.sami, pages_of(world), {}))
    for page in seen[0]:
        assert seen[0][page] == seen[1][page], page


def test_a_conflicted_ideas_reviews_move_nothing_that_is_seen(worlds: Any) -> None:
    """Neither its figures nor the places of the others."""

    def tell(marks: tuple[int, ...]) -> Callable[[World, Db, Cast], None]:
        def told(world: Any, db: Db, cast: Cast) -> None:
            a_seat(db, cast.committee, cast.amal)
            scored(marks, "Words")(world, db, cast)
            for person in (cast.sami, cast.omar):
                review_by(db, person, db.get_one(Idea, world.idea), marks)
                review_by(db, person, db.get_one(Idea, world.other))
            move(db, cast, db.get_one(Round, world.round), "close")

        return told

    one, two = worlds(tell(HIGH), tell(LOW))
    seen = [world.seen(world.cast.amal, pages_of(world), {}) for world in (one, two)]
    assert seen[0] == seen[1]
    assert one.seen(one.cast.noor, pages_of(one), {}) != two.seen(two.cast.noor, pages_of(two), {})


def test_remarks_reach_the_authors_without_who_wrote_them(worlds: Any) -> None:
    def tell(first: str, second: str) -> Callable[[World, Db, Cast], None]:
        def told(world: Any, db: Db, cast: Cast) -> None:
            by("amal")(world, db, cast)
            review = review_by(db, cast.dina, db.get_one(Idea, world.idea), to_authors=first)
            assert review.id
            with_words = db.get_one(Round, world.round)
            assert with_words
            from sqlalchemy import select
            from sqlmodel import col

            from app.review.models import Review

            other = db.scalars(
                select(Review).where(col(Review.reviewer_id) == cast.sami.id, col(Review.idea_id) == world.idea)
            ).one()
            other.to_authors = second

        return told

    for world in worlds(tell("Alpha", "Beta"), tell("Beta", "Alpha")):
        with world.database.reading() as db:
            said = queries.remarks_on(db, db.get_one(Round, world.round), world.idea)
            assert said == (("Alpha", ""), ("Beta", ""))
