"""Many at once: one decision, one review, one round."""

from collections.abc import Callable
from threading import Event, Thread
from typing import Any

import anyio
import httpx2
import pytest
from sqlalchemy import select
from sqlmodel import col

from app.db import Database
from app.ideas.models import Conflict, Idea, Stage
from app.main import create_app
from app.people.actor import find_actor
from app.people.sessions import begin
from app.record.queries import verify
from app.review import conflicts
from app.review.models import Decision, Review, ReviewStage, Score
from tests.cast import the_cast
from tests.client import ORIGIN, Browser
from tests.conftest import settings_for
from tests.review.makers import MARKS, admitted, decision, move, open_round, review_by, typed_marks

AT_ONCE = 20


def together(database: Database, person_id: int, address: str, bodies: list[dict[str, Any]]) -> list[int]:
    """Posts sent at the same moment to one application, each on its own; their statuses in order."""
    app = create_app(settings_for(database.url), database, run_worker=False)
    with database.writing() as db:
        cookies = {"pilotage": begin(db, person_id, "test")}
    statuses: list[int] = []

    async def run() -> None:
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=transport, base_url=ORIGIN, cookies=cookies) as http:

            async def post(body: dict[str, Any]) -> None:
                answer = await http.post(address, data=body, headers={"origin": ORIGIN})
                statuses.append(answer.status_code)

            async with anyio.create_task_group() as group:
                for body in bodies:
                    group.start_soon(post, body)

    anyio.run(run)
    return sorted(statuses)


@pytest.mark.parametrize("blind", ["on", ""])
def test_of_twenty_decisions_one_is_recorded(both: Database, blind: str) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        idea = admitted(db, cast)
        round_ = open_round(db, cast, idea, blind=blind)
        for person in (cast.sami, cast.dina):
            review_by(db, person, idea)
        move(db, cast, round_, "close")
    bodies = [decision(cast, "approve" if one % 2 else "decline", key=f"key-{one}") for one in range(AT_ONCE)]
    address = f"/review/rounds/{round_.id}/ideas/{idea.id}/decision"
    assert together(both, cast.noor.id, address, bodies) == [303] + [409] * (AT_ONCE - 1)
    with both.reading() as db:
        made = db.scalars(select(Decision)).one()
        stage = db.get_one(Idea, idea.id).stage
        assert stage is (
            Stage.IN_REVIEW if blind else {"approve": Stage.APPROVED, "decline": Stage.DECLINED}[made.verdict]
        )
        assert verify(db, both.known["record_keys"]).intact


def test_of_twenty_submissions_one_counts(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        idea = admitted(db, cast)
        round_ = open_round(db, cast, idea)
        marks = dict(typed_marks(db, round_))
    bodies = [{**marks, "do": "submit"}] * AT_ONCE
    assert together(both, cast.sami.id, f"/review/ideas/{idea.id}", bodies) == [303] + [409] * (AT_ONCE - 1)
    with both.reading() as db:
        review = db.scalars(select(Review)).one()
        assert len(db.scalars(select(Score).where(col(Score.review_id) == review.id)).all()) == len(MARKS)


def while_held(database: Database, change: Callable[[Any], None], post: Callable[[], Any]) -> Any:
    """What `post` is answered that comes while a transaction with this change is open, and waits for it."""
    changed, sent = Event(), Event()

    def hold() -> None:
        with database.writing() as db:
            change(db)
            changed.set()
            sent.wait(1.5)  # the other one stands before the lock by then

    holder = Thread(target=hold)
    holder.start()
    assert changed.wait(20)
    try:
        return post()
    finally:
        sent.set()
        holder.join(20)


@pytest.mark.parametrize("how", ["declared", "confirmed"])
def test_who_files_while_their_conflict_is_noted_is_told_and_keeps_the_words(both: Database, how: str) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        idea = admitted(db, cast)
        round_ = open_round(db, cast, idea, blind="")
        marks = dict(typed_marks(db, round_))
        conflicts.name(db, find_actor(db, cast.zaid.id), idea, [cast.sami.id], "We fell out")
    app = create_app(settings_for(both.url), both, run_worker=False)
    browser, address = Browser(app, cast.sami), f"/review/ideas/{idea.id}"
    assert browser.get(address).status_code == 200

    def note(db: Any) -> None:
        if how == "declared":
            conflicts.declare(db, find_actor(db, cast.sami.id), db.get_one(Idea, idea.id), "My wife sells these")
        else:
            conflicts.confirm(db, find_actor(db, cast.noor.id), db.get_one(Idea, idea.id), [cast.sami.id], "True")

    typed = {**marks, "to_authors": "Measure it for a month", "do": "submit"}
    answer = while_held(both, note, lambda: browser.post(address, typed))
    assert answer.status_code == 409
    assert "Measure it for a month" in answer.text
    with both.reading() as db:
        assert db.scalars(select(Review).where(col(Review.stage) == ReviewStage.SUBMITTED)).all() == []
        assert verify(db, both.known["record_keys"]).intact


def test_a_conflict_that_comes_while_a_review_is_filed_finds_it_filed(both: Database) -> None:
    """The other way round: the review is first, and counts no longer."""
    from tests.review.makers import review_by as file

    with both.writing() as db:
        cast = the_cast(db)
        idea = admitted(db, cast)
        open_round(db, cast, idea, blind="")
    app = create_app(settings_for(both.url), both, run_worker=False)
    browser = Browser(app, cast.sami)
    answer = while_held(
        both,
        lambda db: file(db, cast.sami, db.get_one(Idea, idea.id)) and None,
        lambda: browser.post(f"/review/ideas/{idea.id}/conflict", {"reason": "My wife sells these"}),
    )
    assert answer.status_code == 303
    with both.reading() as db:
        review = db.scalars(select(Review)).one()
        assert review.stage is ReviewStage.SUBMITTED
        assert conflicts.concerned(db, [idea.id]).has(idea.id, review.reviewer_id)


def test_of_a_decision_and_the_chairs_conflict_one_is_first(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        idea = admitted(db, cast)
        round_ = open_round(db, cast, idea, blind="")
        for person in (cast.sami, cast.dina):
            review_by(db, person, idea)
        move(db, cast, round_, "close")
    app = create_app(settings_for(both.url), both, run_worker=False)
    browser, address = Browser(app, cast.noor), f"/review/rounds/{round_.id}/ideas/{idea.id}/decision"
    fields = decision(cast, key=browser.key(address, address))
    answer = while_held(
        both,
        lambda db: conflicts.declare(db, find_actor(db, cast.noor.id), db.get_one(Idea, idea.id), "A reason") and None,
        lambda: browser.post(address, fields),
    )
    assert answer.status_code == 403
    with both.reading() as db:
        assert db.scalars(select(Decision)).all() == []


def test_of_twenty_declarations_one_is_noted(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        idea = admitted(db, cast)
        open_round(db, cast, idea)
    bodies = [{"reason": f"Reason {number}"} for number in range(AT_ONCE)]
    statuses = together(both, cast.sami.id, f"/review/ideas/{idea.id}/conflict", bodies)
    assert (statuses[0], set(statuses[1:]) <= {403, 409}, len(statuses)) == (303, True, AT_ONCE)
    with both.reading() as db:
        assert db.scalars(select(Conflict)).one().person_id == cast.sami.id
