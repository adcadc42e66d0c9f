"""A source that collected from accounts: clustered once it has closed, as an import of the same answers would be."""

import pytest
from sqlmodel import col, select

from app.db import Database
from app.main import Pilotage
from app.outbox import run_all
from app.people.actor import find_actor
from app.voice.answers import answers
from app.voice.asking.actions import close
from app.voice.asking.models import Asking
from app.voice.figures import MEASURES, clustered
from app.voice.models import Outcome, OutcomeKind, Use
from app.voice.tallies import Measure
from tests.cast import Cast
from tests.voice.asking import Program, a_token, answer, collecting, source_of


def sent(program: Program, *, accounts: bool) -> None:
    """Five companies of six answers that are much alike."""
    for company in range(5):
        told = [
            answer(f"r{company}-{one}", outcomes={"Recommend": 2 * company + one % 2, "Overall": 1 + company % 5})
            | ({"account": f"Company {company}"} if accounts else {})
            for one in range(6)
        ]
        done = program.send({"source": "Lounge cards", "responses": told}, key=f"batch {company}")
        assert done.status_code == 200, done.text


def figures(database: Database) -> tuple[list[Outcome], list[Use]]:
    with database.reading() as db:
        return list(db.scalars(select(Outcome).order_by(col(Outcome.place)))), list(db.scalars(select(Use)))


@pytest.mark.parametrize("accounts", [True, False])
def test_intervals_are_clustered_once_it_has_closed(
    app: Pilotage, database: Database, cast: Cast, *, accounts: bool
) -> None:
    asking = collecting(database, cast.noor)
    sent(Program(app, a_token(database, cast.noor)), accounts=accounts)
    before, _ = figures(database)
    assert [one.accounts for one in before] == [None, None]
    with database.writing() as db:
        close(db, find_actor(db, cast.noor.id), db.get_one(Asking, asking))
    run_all(database, app.state.tasks)
    after, uses = figures(database)
    if not accounts:
        assert [(one.low, one.high) for one in after] == [(one.low, one.high) for one in before]
        return
    with database.reading() as db:
        told = answers(db, source_of(database, asking).id)
    for was, now in zip(before, after, strict=True):
        own = clustered(MEASURES.get(OutcomeKind(now.kind), Measure.MEAN), told.outcome(now.name), told.accounts)
        assert own is not None
        assert (now.accounts, now.value) == (5, was.value)
        assert (now.low, now.high) == pytest.approx((own.estimate.low, own.estimate.high))
        assert now.high - now.low > was.high - was.low  # type: ignore[operator]
    assert all(use.accounts == 5 for use in uses if use.n)
    assert all(use.score_low <= use.score <= use.score_high for use in uses if use.n)  # type: ignore[operator]
