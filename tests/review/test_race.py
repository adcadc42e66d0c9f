"""Many at once: one decision, one review, one round."""

from typing import Any

import anyio
import httpx2
import pytest
from sqlalchemy import select
from sqlmodel import col

from app.db import Database
from app.ideas.models import Idea, Stage
from app.main import create_app
from app.people.sessions import begin
from app.record.queries import verify
from app.review.models import Decision, Review, Score
from tests.cast import the_cast
from tests.client import ORIGIN
from tests.conftest import settings_for
from tests.review.makers import admitted, decision, move, open_round, review_by, typed_marks

AT_ONCE = 20


def together(database: Database, person_id: int, address: str, bodies: list[dict[str, Any]]) -> list[int]:
    """Posts sent at the same moment to one application, each on its own; their statuses in order. A body may say
    `to` which other address it goes."""
    app = create_app(settings_for(database.url), database, run_worker=False)
    with database.writing() as db:
        cookies = {"pilotage": begin(db, person_id, "test")}
    statuses: list[int] = []

    async def run() -> None:
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=transport, base_url=ORIGIN, cookies=cookies) as http:

            async def post(body: dict[str, Any]) -> None:
                fields = {name: value for name, value in body.items() if name != "to"}
                answer = await http.post(body.get("to", address), data=fields, headers={"origin": ORIGIN})
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
        assert len(db.scalars(select(Score).where(col(Score.review_id) == review.id)).all()) == len(marks)
