"""The standing of a round: calibrated scores, the line, the band, and who should read what next."""

import re
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session as Db
from sqlmodel import col

from app.db import Database
from app.ideas.models import Idea, Revision
from app.people.actor import find_actor
from app.people.models import Committee, Person
from app.record.models import Entry
from app.review import standing
from app.review.calibration import Doubt, calibrate
from app.review.conflicts import declare
from app.review.models import Review, Round, RoundStage
from app.review.undecided import Side
from tests.cast import Cast
from tests.makers import a_seat
from tests.review.makers import admitted, move, open_round, review_by
from tests.review.test_sealed import HIGH, LOW, pages_of, worlds  # noqa: F401

QUALITY = (5, 4, 4, 3, 3, 3, 2, 2)
SEVERITY = {"sami": 1, "dina": 0, "omar": -1}


def marks(quality: int, severity: int, turn: int) -> list[int]:
    """Around the quality, a whole level stricter or milder, and a little chance that is always the same."""
    return [max(1, min(5, quality - severity + (turn * 7 + place) % 3 - 1)) for place in range(5)]


def panel(db: Db, cast: Cast, *, reviewers: Any = SEVERITY, close: bool = True, **over: Any) -> Round:
    """Eight ideas that sami, dina and omar have scored; noor, the chair, does not review."""
    ideas = [admitted(db, cast, cost=Decimal(1000 * place)) for place in range(1, len(QUALITY) + 1)]
    people = [getattr(cast, name).id for name in SEVERITY]
    round_ = open_round(db, cast, *ideas, **({"reviewers": people} | over))
    for place, (idea, quality) in enumerate(zip(ideas, QUALITY, strict=True)):
        for turn, name in enumerate(reviewers):
            review_by(db, getattr(cast, name), idea, marks(quality, SEVERITY[name], place + turn))
    return move(db, cast, round_, "close") if close else round_


def board_of(db: Db, person: Person, round_: Round) -> standing.Board:
    return standing.board(db, find_actor(db, person.id), round_)


def totals(db: Db, round_: Round) -> list[tuple[int, int, float]]:
    query = select(col(Review.idea_id), col(Review.reviewer_id), col(Review.total))
    return [
        (idea, person, float(total)) for idea, person, total in db.execute(query.where(Review.round_id == round_.id))
    ]


def test_places_are_by_the_calibrated_score(database: Database, cast: Cast) -> None:
    with database.writing() as db:
        round_ = panel(db, cast)
        board = board_of(db, cast.noor, round_)
        told = calibrate(totals(db, round_))
    assert not told.doubts
    assert [row.calibrated for row in board.rows] == list(told.items)
    assert [row.rank for row in board.rows] == [one.rank for one in told.items]
    assert told.reviewer_variance
    assert told.reviewer_variance > 0.3


def test_the_page_shows_what_was_worked_out(as_: Any, database: Database, cast: Cast) -> None:
    with database.writing() as db:
        round_ = panel(db, cast)
        first = board_of(db, cast.noor, round_).rows[0]
    assert first.calibrated
    page = as_(cast.noor).get(f"/review/rounds/{round_.id}").text
    assert f"<b>{first.calibrated.adjusted:.2f}</b>" in page
    assert f"{first.calibrated.low:.2f} to {first.calibrated.high:.2f}" in page
    assert "restricted maximum likelihood" in page
    assert "The members differ in severity by" in page
    lines = as_(cast.noor).get(f"/review/rounds/{round_.id}/standing.csv").text.splitlines()
    assert lines[0].startswith("place,idea,title")
    assert "calibrated low" in lines[0]
    assert str(first.calibrated.adjusted) in lines[1]


def test_what_is_sealed_is_not_calibrated(as_: Any, database: Database, cast: Cast) -> None:
    with database.writing() as db:
        round_ = panel(db, cast, close=False)
        assert board_of(db, cast.noor, round_).found is None
        seen = board_of(db, cast.sami, round_)
        assert seen.found
        assert len(seen.found.items) == 8
        assert standing.band(db, find_actor(db, cast.noor.id), round_) == []
    page = as_(cast.noor).get(f"/review/rounds/{round_.id}").text
    assert "Calibrated" not in page
    assert "How scores are calibrated" not in page


WHY = {
    Doubt.APART: ("sami", "The ideas fall into groups without members in common"),
    Doubt.SINGLE: ("alone", "No idea was scored twice"),
    Doubt.EQUAL: ("equal", "All scores are the same"),
}


@pytest.mark.parametrize("doubt", WHY)
def test_where_nothing_is_calibrated_the_page_says_why(as_: Any, database: Database, cast: Cast, doubt: Doubt) -> None:
    how, words = WHY[doubt]
    with database.writing() as db:
        ideas = [admitted(db, cast) for _ in range(6)]
        a_seat(db, cast.committee, cast.badr)
        people = [cast.sami, cast.dina, cast.omar, cast.badr]
        round_ = open_round(db, cast, *ideas, reviewers=[person.id for person in people])
        for place, idea in enumerate(ideas):
            readers = {"sami": people[:2] if place % 2 else people[2:], "alone": [people[place % 4]], "equal": people}
            for turn, person in enumerate(readers[how]):
                review_by(db, person, idea, [3] * 5 if how == "equal" else marks(3, turn, place))
        move(db, cast, round_, "close")
        board = board_of(db, cast.noor, round_)
    assert board.found
    assert doubt in board.found.doubts
    assert not board.calibrated
    assert board.line is None
    assert sorted(row.rank or 0 for row in board.rows)[0] == 1
    page = as_(cast.noor).get(f"/review/rounds/{round_.id}").text
    assert words in page
    assert "places are those of the raw means" in page


def test_the_chair_draws_the_line(as_: Any, database: Database, cast: Cast) -> None:
    with database.writing() as db:
        round_ = panel(db, cast)
    here, where = f"/review/rounds/{round_.id}", f"/review/rounds/{round_.id}/capacity"
    assert "Nothing says how many ideas" in as_(cast.noor).get(here).text
    assert as_(cast.noor).post(where, {"capacity": "4", "version": str(round_.version)}).status_code == 303
    page = as_(cast.noor).get(here).text
    assert "The committee can take 4 of these 8" in page
    with database.reading() as db:
        round_ = db.get_one(Round, round_.id)
        board = board_of(db, cast.noor, round_)
        band = standing.band(db, find_actor(db, cast.noor.id), round_)
        entry = db.scalars(select(Entry).order_by(col(Entry.number).desc())).first()
    assert entry
    assert (entry.move, entry.ref, entry.after) == ("capacity", round_.ref, "4")
    by_rank = {row.idea_id: row.calibrated for row in board.rows if row.calibrated}
    crossing = [idea for idea, one in by_rank.items() if one.rank_low <= 4 < one.rank_high]  # type: ignore[operator]
    assert band == crossing
    assert 0 < len(band) < 8
    assert page.count("undecided</span>") == len(band)
    assert page.count("surely above") == sum(row.side is Side.ABOVE for row in board.rows) > 0
    assert page.count('class="pt-in"') == len(band)
    # It is taken back, and then the committee's budget draws it.
    with database.writing() as db:
        db.get_one(Committee, cast.committee.id).budget = Decimal(7000)
    assert as_(cast.noor).post(where, {"capacity": "", "version": str(round_.version)}).status_code == 303
    page = as_(cast.noor).get(here).text
    with database.reading() as db:
        line = board_of(db, cast.noor, db.get_one(Round, round_.id)).line
    assert line
    assert line.taken
    assert line.spent
    assert line.spent <= 7000
    assert f"The committee can take {line.taken} of these 8 by its budget" in page


def test_who_may_not_draw_it_and_what_is_no_number(as_: Any, database: Database, cast: Cast) -> None:
    with database.writing() as db:
        round_ = panel(db, cast)
    where = f"/review/rounds/{round_.id}/capacity"
    fields = {"capacity": "4", "version": str(round_.version)}
    assert as_(cast.sami).post(where, fields).status_code == 403
    assert as_(cast.zaid).post(where, fields).status_code in (403, 404)
    late = as_(cast.noor).post(where, {"capacity": "4", "version": "1"})
    assert late.status_code == 409
    wrong = as_(cast.noor).post(where, {"capacity": "-2", "version": str(round_.version)})
    assert wrong.status_code == 422
    assert 'value="-2"' in wrong.text
    with database.writing() as db:
        db.get_one(Round, round_.id).stage = RoundStage.CANCELLED
    assert as_(cast.noor).post(where, fields).status_code == 409


def test_an_idea_without_a_cost_is_named(as_: Any, database: Database, cast: Cast) -> None:
    with database.writing() as db:
        round_ = panel(db, cast)
        db.get_one(Committee, cast.committee.id).budget = Decimal(100_000)
        best = board_of(db, cast.noor, round_).rows[2]
        revision = db.scalars(select(Revision).where(col(Revision.idea_id) == best.idea_id)).one()
        revision.cost = None
    page = as_(cast.noor).get(f"/review/rounds/{round_.id}").text
    assert re.search(rf"draws no line: <cite>{re.escape(best.title)}</cite> names no cost", page)
    assert "surely above" not in page


def test_readings_are_for_the_chair_and_keep_conflicts_out(as_: Any, database: Database, cast: Cast) -> None:
    with database.writing() as db:
        round_ = panel(db, cast, reviewers={"sami": 1}, close=False)
        ideas = [row.idea_id for row in board_of(db, cast.noor, round_).rows]
        for idea in ideas[:4]:
            declare(db, find_actor(db, cast.dina.id), db.get_one(Idea, idea), "We share an office.")
            declare(db, find_actor(db, cast.omar.id), db.get_one(Idea, idea), "We share an office.")
        titles = {row.idea_id: row.title for row in board_of(db, cast.noor, round_).rows}
    page = as_(cast.noor).get(f"/review/rounds/{round_.id}").text
    named = proposed(page)
    assert len(named) == 5
    assert {name for name, _ in named} <= {cast.dina.name, cast.omar.name}
    assert {title for _, title in named} <= {titles[idea] for idea in ideas[4:]}
    for person in (cast.sami, cast.layla, cast.root):
        assert "Who should read this next" not in as_(person).get(f"/review/rounds/{round_.id}").text


def proposed(page: str) -> list[tuple[str, str]]:
    return re.findall(r"<li><b>([^<]+)</b> on <cite>([^<]+)</cite>", page)


@pytest.mark.parametrize("blind", ["on", ""])
def test_who_wrote_an_idea_stays_among_its_readers_where_names_are_hidden(
    as_: Any, database: Database, cast: Cast, blind: str
) -> None:
    """Dina wrote the one idea that she has not read. Were she left out in a blind round, that would name her."""
    with database.writing() as db:
        own, other = admitted(db, cast, cast.dina), admitted(db, cast)
        people = [cast.sami.id, cast.dina.id]
        round_ = open_round(db, cast, own, other, reviewers=people, blind=blind)
        review_by(db, cast.sami, own)
        review_by(db, cast.sami, other)
        review_by(db, cast.dina, other)
        titles = {row.idea_id: row.title for row in board_of(db, cast.noor, round_).rows}
    named = proposed(as_(cast.noor).get(f"/review/rounds/{round_.id}").text)
    assert ((cast.dina.name, titles[own.id]) in named) is bool(blind)


def test_leaders_see_no_line(as_: Any, database: Database, cast: Cast) -> None:
    with database.writing() as db:
        round_ = panel(db, cast)
        round_.capacity = 3
        round_.stage = RoundStage.PUBLISHED
    board_page = as_(cast.layla).get(f"/review/rounds/{round_.id}").text
    assert "Calibrated" in board_page
    assert "The committee can take" not in board_page


def told(quality: tuple[int, ...]) -> Any:
    """A member without a conflict but with one idea, the first, of which nothing may be told."""

    def tell(world: Any, db: Db, cast: Cast) -> None:
        a_seat(db, cast.committee, cast.amal)
        own = admitted(db, cast, cast.amal)
        ideas = [own, *(admitted(db, cast) for _ in range(7))]
        people = [getattr(cast, name).id for name in SEVERITY]
        round_ = open_round(db, cast, *ideas, reviewers=people)
        world.round, world.idea, world.other = round_.id, own.id, ideas[1].id
        for place, idea in enumerate(ideas):
            for turn, (name, severity) in enumerate(SEVERITY.items()):
                score = quality if idea is own else marks(QUALITY[place], severity, place + turn)
                review_by(db, getattr(cast, name), idea, score)
        round_.capacity = 3
        move(db, cast, round_, "close")

    return tell


def test_a_conflicted_ideas_scores_move_no_calibrated_one(worlds: Any) -> None:  # noqa: F811
    one, two = worlds(told(HIGH), told(LOW))
    seen = [world.seen(world.cast.amal, pages_of(world), {}) for world in (one, two)]
    assert seen[0] == seen[1]
    page = seen[0][f"/review/rounds/{one.round}"]
    assert "Calibrated" in page
    assert "The committee can take 3 of these 7" in page
    # The control: to whom it is no conflict the calibrated scores of the others differ too.
    sights = [world.seen(world.cast.noor, pages_of(world), {})[f"/review/rounds/{one.round}"] for world in (one, two)]
    assert sights[0] != sights[1]
