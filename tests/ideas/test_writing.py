"""The writing page: what is typed is kept window by window; what is expected year by year; revisions side by side."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from app.columns import now
from app.db import Database
from app.ideas.comparing import MOST_PIECES, compared
from app.ideas.listing import Filter, Sort, places
from app.ideas.models import Idea, IdeaYear, Stage, Vote
from app.ideas.warmth import HALF_LIFE, STEPS, warmer, warmth
from app.ideas.writing.actions import MOST
from app.ideas.writing.models import Scratch
from app.people.actor import find_actor
from tests.cast import Cast
from tests.client import Browser
from tests.makers import an_idea

As = Callable[..., Browser]
KIND = {"novelty": "incremental", "area": "service or process"}
TEXTS = {"title": "Stools along the rope", "story": "My mother stood.", "change": "Ten stools."}
DAY = datetime(2026, 11, 22, 9, tzinfo=UTC)


def typed(cast: Cast, **over: object) -> dict[str, object]:
    return {"process": cast.process.id, **TEXTS, **KIND, "then": "draft", **over}


def keep(browser: Browser, window: str, title: str, **over: object) -> int:
    return browser.post("/ideas/writing", {"window": window, "title": title, "story": "", **over}).status_code


def test_each_window_is_kept_for_its_writer_alone(database: Database, cast: Cast, as_: As) -> None:
    amal, zaid = as_(cast.amal), as_(cast.zaid)
    assert keep(amal, "window-one", "Stools") == 204
    assert keep(amal, "window-two", "A clock <b>here</b>") == 204
    assert keep(amal, "window-one", "Stools along the rope") == 204
    page = amal.get("/ideas/new").text
    assert "Stools along the rope" in page
    assert "A clock &lt;b&gt;here&lt;/b&gt;" in page
    assert 'value="Stools along the rope"' in amal.get("/ideas/new?window=window-one").text
    assert "Stools" not in zaid.get("/ideas/new?window=window-one").text
    assert zaid.post("/ideas/writing/away", {"window": "window-one"}).status_code == 303
    assert amal.post("/ideas/writing/away", {"window": "window-two"}).status_code == 303
    with database.reading() as db:
        assert [one.window for one in db.scalars(select(Scratch))] == ["window-one"]
    assert amal.send("/ideas/new", typed(cast, window="window-one")).status_code == 303
    with database.reading() as db:
        assert db.scalars(select(Scratch)).all() == []


def test_what_is_kept_while_typing_is_bounded(database: Database, cast: Cast, as_: As) -> None:
    amal = as_(cast.amal)
    for number in range(MOST + 3):
        assert keep(amal, f"window-{number:03}", f"Title {number}") == 204
    with database.reading() as db:
        kept = db.scalars(select(col(Scratch.window)).order_by(col(Scratch.id))).all()
    assert kept == [f"window-{number:03}" for number in range(3, MOST + 3)]
    assert keep(amal, "window-big", "x", story="y" * 250_000) == 413
    assert keep(amal, "short", "x") == 422
    assert keep(as_(cast.gita), "window-guest", "x") == 404


def test_an_idea_is_typed_at_by_its_authors_alone(database: Database, cast: Cast, as_: As) -> None:
    with database.writing() as db:
        idea = an_idea(db, cast.process, cast.amal).id
    assert keep(as_(cast.amal), "window-one", "New title", idea=idea) == 204
    assert keep(as_(cast.zaid), "window-one", "New title", idea=idea) == 404
    assert 'value="New title"' in as_(cast.amal).get(f"/ideas/{idea}/edit?window=window-one").text
    assert "New title" in as_(cast.amal).get(f"/ideas/{idea}/edit").text
    assert "New title" not in as_(cast.amal).get("/ideas/new").text


def test_without_scripts_the_evidence_is_one_press_away(database: Database, cast: Cast, as_: As) -> None:
    """Nothing is stored by it, nothing typed is lost by it, and nothing is said to be wrong."""
    amal = as_(cast.amal)
    shown = amal.send("/ideas/new", typed(cast, title="", then="look"))
    assert shown.status_code == 200
    assert f'href="/processes/{cast.process.id}"' in shown.text
    assert "My mother stood." in shown.text
    assert 'class="mistake"' not in shown.text
    with database.reading() as db:
        assert db.scalar(select(func.count()).select_from(Idea)) == 0


def test_years_and_forecast_are_kept_with_each_revision(database: Database, cast: Cast, as_: As) -> None:
    amal = as_(cast.amal)
    years = {"benefit_1": "0", "cost_1": "1200.50", "benefit_2": "5000", "cost_2": "300"}
    forecast = {"forecast_of": "Recommend", "forecast_low": "-1", "forecast": "2", "forecast_high": "4.5"}
    assert amal.send("/ideas/new", typed(cast, then="submit", risks="Thieves.", **years, **forecast)).status_code == 303
    as_(cast.noor).move("/ideas/1", "send_back", "Fewer.")
    with database.reading() as db:
        version = db.get_one(Idea, 1).version
    changed = typed(cast, then="submit", change="Five stools.", cost_1="600", version=version)
    assert amal.post("/ideas/1/edit", changed).status_code == 303
    with database.reading() as db:
        rows = db.scalars(select(IdeaYear).order_by(col(IdeaYear.revision), col(IdeaYear.year))).all()
        told = [(one.revision, one.year, one.benefit, one.cost) for one in rows]
        assert db.get_one(Idea, 1).cost == Decimal(600)
    first = [(1, 1, Decimal(0), Decimal("1200.50")), (1, 2, Decimal(5000), Decimal(300))]
    assert told == [(0, 1, None, Decimal(600)), *first, (2, 1, None, Decimal(600))]
    page = amal.get("/ideas/1/revisions/1").text
    assert "Recommend: <b>+2.0</b>" in page
    assert "Thieves." in page
    assert "Recommend" not in amal.get("/ideas/1/revisions/2").text
    beside = amal.get("/ideas/1/revisions/2/1").text
    assert "<del>Ten</del>" in beside
    assert "<ins>Five</ins>" in beside
    assert amal.get("/ideas/1/revisions?one=1&other=99").headers["location"] == "/ideas/1/revisions/1/2"
    assert amal.get("/ideas/1/revisions/1/3").status_code == 404


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({"forecast": "2"}, "at least, most likely, at most"),
        ({"forecast_of": "X", "forecast_low": "3", "forecast": "2", "forecast_high": "4"}, "from the least over"),
        ({"forecast_of": "X", "forecast_low": "nan", "forecast": "2", "forecast_high": "4"}, "Write a number"),
        ({"audience": "departments"}, "Name the departments"),
        ({"audience": "nobody"}, "Choose one of the offered answers"),
        ({"benefit_1": "1.234"}, "more decimal places"),
    ],
)
def test_what_is_wrong_is_said_beside_it(
    database: Database, cast: Cast, as_: As, over: dict[str, str], words: str
) -> None:
    answer = as_(cast.amal).send("/ideas/new", typed(cast, **over))
    assert answer.status_code == 422
    assert words in answer.text
    assert "My mother stood." in answer.text


def test_words_that_went_and_came() -> None:
    part = compared("Text", "Ten stools, red.", "Ten chairs, red and blue.")
    assert [piece.words for piece in part.before if piece.kind == "gone"] == ["stools"]
    assert "".join(piece.words for piece in part.after) == "Ten chairs, red and blue."
    assert "".join(piece.words for piece in part.before) == "Ten stools, red."
    assert compared("Text", "same", "same").same
    long = "word " * MOST_PIECES
    lines = compared("Text", f"{long}\none\n", f"{long}\ntwo\n")
    assert [piece.words for piece in lines.after if piece.kind] == ["two\n"]


def test_warmth_is_the_sum_of_what_votes_weigh_now() -> None:
    """Against the definition worked out at any later moment: the order never depends on when one asks."""
    votes = [DAY - timedelta(days=days) for days in (0, 10, 45)]
    told = warmth(DAY - timedelta(days=60), votes)
    later = DAY + timedelta(days=90)
    weights = sum(2 ** (-((later - at).days / HALF_LIFE)) for at in (DAY - timedelta(days=60), *votes))
    alone = warmth(later)
    assert 2 ** ((told - alone) / STEPS) == pytest.approx(weights, rel=1e-5)
    assert abs(warmer(warmth(DAY - timedelta(days=60), votes[1:]), votes[0]) - told) <= 2


def test_old_support_does_not_sit_on_top_for_ever(database: Database, cast: Cast, as_: As) -> None:
    """Forty votes of a year ago lie below three of today; taken back, a vote leaves no warmth."""
    with database.writing() as db:
        year_ago = now() - timedelta(days=365)
        old = an_idea(db, cast.process, cast.amal, stage=Stage.SUBMITTED, support=40, created_at=year_ago)
        old.warmth = warmth(year_ago, [year_ago] * 40)
        new = an_idea(db, cast.process, cast.amal, stage=Stage.SUBMITTED)
        new.warmth = warmth(new.created_at)
        numbers = old.id, new.id
    before = []
    for person in (cast.zaid, cast.huda, cast.sami):
        with database.reading() as db:
            before.append(db.get_one(Idea, numbers[1]).warmth)
        assert as_(person).post(f"/ideas/{numbers[1]}/vote", {"value": "on"}).status_code == 303
    with database.reading() as db:
        actor = find_actor(db, cast.zaid.id)
        warm, ever = (places(db, actor, Filter(sort=sort))[0] for sort in (Sort.WARM, Sort.SUPPORT))
        assert [place.id for place in warm] == [numbers[1], numbers[0]]
        assert [place.id for place in ever] == [numbers[0], numbers[1]]
        assert len(db.scalars(select(Vote)).all()) == 3
    assert as_(cast.sami).post(f"/ideas/{numbers[1]}/vote", {"value": "off"}).status_code == 303
    with database.reading() as db:
        assert abs(db.get_one(Idea, numbers[1]).warmth - before[-1]) <= 2
    after = as_(cast.zaid).get("/ideas?sort=warm&after=" + warm[0].key).text
    assert f"/ideas/{numbers[0]}" in after
