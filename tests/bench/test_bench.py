"""The bench itself: an organisation that is what it says, figures with the promised names, budgets that bite."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import anyio
import httpx2
import pytest
from sqlalchemy import func, select
from sqlmodel import col

from app.db import Database
from app.ideas.actions import wrong_counters
from app.ideas.models import Idea, Vote
from app.main import create_app, open_database
from app.people.models import Person
from app.talk.models import WIDTH, Comment
from tests.bench.load import Taken
from tests.bench.making import Size
from tests.bench.organisation import BUSY, BUSY_COMMENTS, make
from tests.bench.pages import NAMES, pages, sign_in
from tests.bench.product import Product, statements_of
from tests.bench.report import Report, Votes, beyond, budgets, figures, growth, quantile
from tests.bench.servers import Server
from tests.bench.voting import VOTERS, Voter, lost, voters
from tests.conftest import settings_for

SIZE = Size(400)


@pytest.fixture(scope="module")
def made(sqlite_template: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    file = tmp_path_factory.mktemp("bench") / "made.db"
    file.write_bytes(sqlite_template.read_bytes())
    database = open_database(settings_for(f"sqlite:///{file}"))
    make(database, SIZE)
    yield database
    database.close()


def test_the_organisation_has_what_its_size_says(made: Database) -> None:
    with made.reading() as db:
        there = [db.scalar(select(func.count()).select_from(model)) for model in (Idea, Person, Vote, Comment)]
        busy = db.scalar(select(func.count()).where(col(Idea.talk) == BUSY_COMMENTS, col(Idea.listed)))
    assert there == [SIZE.ideas, SIZE.people, SIZE.votes, SIZE.comments]
    assert busy is not None
    assert busy >= BUSY


def test_what_the_product_derives_is_what_the_product_would_derive(made: Database) -> None:
    with made.reading() as db:
        assert wrong_counters(db) == []
        threads = db.execute(select(Comment.id, Comment.parent_id, Comment.path, Comment.depth)).all()
        by_id = {id: (path, depth) for id, _, path, depth in threads}
        for id, parent, path, depth in threads:
            above, deep = by_id[parent] if parent else ("", -1)
            assert (path[:-WIDTH], depth) == (above, deep + 1), id
        words = db.connection().exec_driver_sql("SELECT count(*) FROM idea_text WHERE idea_text MATCH 'luggage'")
        held = db.scalar(select(func.count()).where(col(Idea.title).contains("luggage")))
    assert held is not None
    assert words.scalar_one() >= held > 0


def test_the_same_seed_makes_the_same_ideas(made: Database, database: Database) -> None:
    make(database, SIZE)
    texts = select(Idea.title, Idea.stage, Idea.support, Idea.talk, Idea.story).order_by(col(Idea.id))
    with made.reading() as one, database.reading() as other:
        assert one.execute(texts).all() == other.execute(texts).all()


def test_a_page_takes_no_more_statements_than_it_may(made: Database) -> None:
    asked = pages(made)
    readers = {person for page in asked for person in page.readers}
    product = Product(SIZE.ideas, made, Server(0, 0), asked, sign_in(made, sorted(readers)))
    counted = {name: statements_of(product, product.page(name)) for name in NAMES}
    for name, most in budgets(quick=False)["statements"].items():
        assert counted[name] <= most, name
    assert counted["not_modified"] < counted["list"]


def a_report(**over: Any) -> Report:
    taken = [(Taken(0.1, [0.001], 9), Taken(cpu, [0.002, 0.004], 30_000)) for cpu in (2.0, 4.0, 3.0)]
    listed = [figures(name, ideas, taken, 3) for name in NAMES for ideas in (1_000, 100_000)]
    fields = {"floor_cpu_ms": 0.1, "pages": listed, "growth": growth(listed), "memory_mb": 150.0}
    return Report(**(fields | {"votes": Votes(200.0, 0, 0, 90.0)} | over))


def test_figures_have_the_promised_names() -> None:
    told = a_report().as_dict()
    assert list(told) == ["floor_cpu_ms", "pages", "growth", "votes", "memory_mb", "database"]
    names = ["name", "ideas", "ratio", "cpu_ms", "p50_ms", "p95_ms", "p99_ms", "statements", "bytes"]
    assert {tuple(page) for page in told["pages"]} == {tuple(names)}
    assert {page["name"] for page in told["pages"]} == set(NAMES)
    assert list(told["votes"]) == ["per_second", "errors", "lost", "p99_ms"]


def test_a_ratio_is_the_median_of_the_rounds() -> None:
    page = a_report().pages[0]
    assert page.ratio == pytest.approx(30)
    assert (page.p50_ms, page.p99_ms) == (2.0, 4.0)
    assert quantile([0.001 * n for n in range(1, 101)], 0.95) == pytest.approx(95)


def test_a_budget_names_what_is_beyond_it() -> None:
    budget = budgets(quick=False)
    tight = {"ratio": {"list": 75, "detail": 45, "not_modified": 31}}
    assert list(beyond(a_report(), budget | tight)) == []
    slow = a_report(votes=Votes(10.0, 1, 2, 500.0), growth=1.3, memory_mb=201.0)
    words = " ".join(beyond(replace(slow, pages=slow.pages), budget | {"ratio": {"list": 29}}))
    for name in ("list, times", "growth", "votes, errors", "votes, lost", "votes, p99_ms", "memory_mb"):
        assert name in words


def test_a_journal_finds_a_lost_vote_and_a_wrong_counter(made: Database) -> None:
    people = voters(made, dict.fromkeys(VOTERS, "token"))
    voter: Voter = people[0]
    assert lost(made, people) == 0
    voter.journal[voter.ideas[0]] = True
    assert lost(made, people) == 1
    voter.open.add(voter.ideas[0])
    assert lost(made, people) == 0


def test_fifty_posts_at_once_pass_through_one_thread(made: Database) -> None:
    """Who waits for the write lock must hold no thread, or the one who has it cannot go on."""
    tokens = sign_in(made, VOTERS)
    people = voters(made, tokens)
    app = create_app(settings_for(made.url), made, run_worker=False)

    async def post_all() -> list[int]:
        made.threads = made.slow_threads = anyio.CapacityLimiter(1)
        made.write_lock = anyio.Lock()
        wire = httpx2.ASGITransport(app=app)
        origin = "http://127.0.0.1:8000"
        async with httpx2.AsyncClient(transport=wire, base_url=origin, headers={"origin": origin}) as browser:
            posts = [
                browser.post(
                    f"/ideas/{one.ideas[0]}/vote",
                    data={"value": "on"},
                    headers={"cookie": f"pilotage={one.token}"},
                )
                for one in people
            ]
            return [answer.status_code for answer in await asyncio.gather(*posts)]

    assert asyncio.run(post_all()) == [303] * len(people)
    assert len(people) == 50
    for one in people:
        one.journal[one.ideas[0]] = True
    assert lost(made, people) == 0
