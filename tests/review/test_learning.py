"""How forecasts did: the maths by hand, and who reads which of it."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from app.db import Database
from app.ideas.models import Idea, Stage
from app.people.actor import find_actor
from app.people.figures.actions import turn
from app.people.figures.models import SwitchForm
from app.people.models import Person
from app.pilots.models import Measure, Pilot, PilotStage
from app.pilots.outcomes import effects_of
from app.review import conflicts
from app.review.learning.maths import Forecast, calibration, interval_score, share
from app.review.models import Review, Round
from app.voice.models import Outcome
from tests.cast import Cast, the_cast
from tests.client import Browser
from tests.makers import a_pilot
from tests.pilots.stories import a_wave
from tests.review.makers import admitted, decide, move, open_round, review_by

As = Callable[[Person | None], Browser]


def test_the_interval_score_by_hand() -> None:
    assert interval_score(2, 6, 4) == 4
    assert interval_score(2, 6, 1) == pytest.approx(4 + 10 * 1)  # alpha 0.2
    assert interval_score(2, 6, 8.5) == pytest.approx(4 + 10 * 2.5)
    assert interval_score(2, 6, 8, level=0.95) == pytest.approx(4 + 40 * 2)
    for wrong in ((6, 2, 4, 0.8), (2, 6, 4, 1.0), (2, 6, 4, 0.0)):
        with pytest.raises(ValueError, match="range"):
            interval_score(*wrong)


def test_the_interval_score_is_least_at_the_range_that_is_believed() -> None:
    """Proper: of all ranges the 80 % of what comes scores best, here of a hundred equal chances."""
    came = range(1, 101)

    def mean(low: int, high: int) -> float:
        return sum(interval_score(low, high, one) for one in came) / 100

    best = min((mean(low, high), low, high) for low in came for high in came if low <= high)
    assert (best[1], best[2]) in {(low, high) for low in (10, 11) for high in (90, 91)}


def test_a_share_with_wilson() -> None:
    told = share(8, 10)
    assert (told.value, told.n) == (0.8, 10)
    assert (told.low, told.high) == (pytest.approx(0.4901625, abs=1e-6), pytest.approx(0.9433178, abs=1e-6))
    assert share(0, 4).low == 0
    assert share(4, 4).high == 1
    assert share(0, 0).value is None


def test_several_forecasts_together() -> None:
    told = calibration([Forecast(5, 3, 7, 4), Forecast(5, 3, 7, 9), Forecast(2, None, None, 4), Forecast(0, -1, 1, -1)])
    assert (told.n, told.inside.value, told.inside.n) == (4, pytest.approx(2 / 3), 3)
    assert told.error == pytest.approx((1 - 4 - 2 + 1) / 4)
    assert told.miss == pytest.approx((1 + 4 + 2 + 1) / 4)
    assert told.score == pytest.approx((4 + 24 + 2) / 3)
    nothing = calibration([])
    assert (nothing.n, nothing.error, nothing.miss, nothing.score, nothing.inside.value) == (0, None, None, None, None)


def a_pilot_that_ended(db: Any, cast: Cast, *forecasts: Any, change: float = 4.0, ended: bool = True) -> Idea:
    """Reviewed with forecasts by (person, value, low, high), approved, published, piloted."""
    idea = admitted(db, cast, cast.zaid)
    round_ = open_round(db, cast, idea)
    for person in (cast.sami, cast.dina, cast.omar):
        review = review_by(db, person, idea)
        for who, value, low, high in forecasts:
            if who.id == person.id:
                review.forecast, review.forecast_low, review.forecast_high = value, low, high
    move(db, cast, round_, "close")
    decide(db, cast, round_, idea)
    move(db, cast, round_, "publish")
    idea.stage = Stage.IN_PILOT
    pilot = a_pilot(db, idea, cast.amal, stage=PilotStage.SCALED if ended else PilotStage.RUNNING)
    figures = {"change": change, "change_low": change - 1, "change_high": change + 1}
    db.add(Measure(pilot_id=pilot.id, name="Recommend", made_by=cast.amal.id, **figures))
    db.flush()
    return idea


def turned_on(database: Database, cast: Cast) -> None:
    with database.writing() as db:
        turn(db, find_actor(db, cast.root.id), "forecasts", SwitchForm(value="on"))


def main(html: str) -> str:
    return html.split("<main")[1].split("</main>", maxsplit=1)[0]


def test_ones_own_only_once_it_is_turned_on(as_: As, database: Database, cast: Cast) -> None:
    with database.writing() as db:
        a_pilot_that_ended(db, cast, (cast.sami, 5.5, 3, 8), (cast.dina, 91.5, 90, 93))
    sami, here = as_(cast.sami), "/review/forecasts"
    off = main(sami.get(here).text)
    assert "it is off" in off
    assert "+5.5" not in off
    turned_on(database, cast)
    page = main(sami.get(here).text)
    assert "+5.5" in page
    assert "What came lay inside your range once of 1" in page
    assert "91.5" not in page
    assert "From three members on" in page
    other = main(as_(cast.dina).get(here).text)
    assert "+91.5" in other
    assert "+5.5" not in other
    assert "you have forecast nothing" in main(as_(cast.noor).get(here).text)
    assert as_(cast.zaid).get(here).status_code == 403
    assert as_(cast.layla).get(here).status_code == 403
    assert as_(cast.gita).get(here).status_code == 404


def test_a_pilot_that_runs_tells_nothing_yet(as_: As, database: Database, cast: Cast) -> None:
    turned_on(database, cast)
    with database.writing() as db:
        a_pilot_that_ended(db, cast, (cast.sami, 5.5, 3, 8), ended=False)
    page = main(as_(cast.sami).get("/review/forecasts").text)
    assert "of 1 forecast no pilot has ended" in page
    assert "+5.5" not in page


def test_the_committee_in_sum_from_three_members_on(as_: As, database: Database, cast: Cast) -> None:
    with database.writing() as db:
        a_pilot_that_ended(db, cast, (cast.sami, 5, 3, 7), (cast.dina, 9, 8, 10), (cast.omar, 4, 2, 6))
    page = main(as_(cast.noor).get("/review/forecasts").text)  # switched off: the sum is about nobody
    together = page.split('id="together"')[1].split("</section>")[0]
    assert "67 %" in together
    assert "+2.00" in together
    with database.writing() as db:
        idea = db.get_one(Idea, 1)
        conflicts.declare(db, find_actor(db, cast.omar.id), idea, "My sister runs the shop.")
    assert "From three members on" in as_(cast.noor).get("/review/forecasts").text


def test_of_an_idea_with_a_conflict_one_reads_nothing(as_: As, database: Database, cast: Cast) -> None:
    turned_on(database, cast)
    with database.writing() as db:
        idea = a_pilot_that_ended(db, cast, (cast.sami, 5.5, 3, 8))
        conflicts.declare(db, find_actor(db, cast.sami.id), idea, "My sister runs the shop.")
    assert "+5.5" not in main(as_(cast.sami).get("/review/forecasts").text)


def test_before_decisions_are_out_nothing_of_a_forecast_shows(as_: As, database: Database, cast: Cast) -> None:
    turned_on(database, cast)
    with database.writing() as db:
        idea = admitted(db, cast, cast.zaid)
        round_ = open_round(db, cast, idea)
        review_by(db, cast.sami, idea).forecast = 5.5
        assert db.get_one(Round, round_.id).published_at is None
    assert "you have forecast nothing" in as_(cast.sami).get("/review/forecasts").text


def test_a_forecast_is_held_against_the_outcome_that_it_is_of_and_no_other(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        idea = a_pilot_that_ended(db, cast)
        pilot = db.get_one(Pilot, 1)
        by = {"pilot_id": pilot.id, "made_by": cast.amal.id}
        db.add(Measure(name="Queue", outcome="Waiting time", change=-7.0, **by))
        gone = Measure(name="Queue", outcome="Waiting time", change=-70.0, withdrawn_at=pilot.chartered_at, **by)
        db.add(gone)
        db.flush()
        actor = find_actor(db, cast.sami.id)
        wanted = {(idea.id, name) for name in ("waiting time", "", "Trust")}
        came = effects_of(db, actor, wanted)
        assert {name: one.change for (_, name), one in came.items()} == {"waiting time": -7.0, "": 4.0}
        assert effects_of(db, actor, ()) == {}


def test_a_review_keeps_which_outcome_its_forecast_is_of(as_: As, database: Database, cast: Cast) -> None:
    turned_on(database, cast)
    with database.writing() as db:
        wave = a_wave(db, "Autumn", {"north": [9.0, 3.0]})
        db.scalars(select(Outcome).where(col(Outcome.source_id) == wave.id)).one().value = 12.0
        idea = admitted(db, cast, cast.zaid)
        round_ = open_round(db, cast, idea, asks_forecast="on")
        for person, said in ((cast.sami, {"forecast_low": 1, "forecast": 2, "forecast_high": 5}), (cast.dina, {})):
            review_by(db, person, idea, **said)
        kept = dict(db.execute(select(col(Review.reviewer_id), col(Review.forecast_of))).all())
        assert kept == {cast.sami.id: "Recommend", cast.dina.id: None}
        assert db.get_one(Round, round_.id).asks_forecast
