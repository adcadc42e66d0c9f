"""The leaders' page: who sees it, what its figures are made of, its exports."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace as Thing

import pytest

from app.columns import as_of, now, today
from app.db import Database
from app.ideas.models import Stage
from app.leaders.pipeline import pipeline
from app.leaders.queries import HIDDEN
from app.leaders.words import answer
from app.people.models import Person
from app.pilots.models import Health, Measure, PilotStage, Spending
from app.review.models import Review, ReviewStage
from tests.cast import Cast, the_cast
from tests.client import Browser
from tests.makers import an_idea, put
from tests.work.makers import a_pilot, a_round, told

Signed = Callable[[Person | None], Browser]
TABLES = ("pilots", "stages", "funnel", "late", "rounds")


@pytest.mark.parametrize("address", ["/leaders", *(f"/leaders/{table}.csv" for table in TABLES)])
def test_it_is_for_leaders_and_the_chair(cast: Cast, as_: Signed, address: str) -> None:
    answers = {
        who: as_(getattr(cast, who)).get(address).status_code
        for who in ("layla", "noor", "sami", "amal", "root", "gita")
    }
    assert answers == {"layla": 200, "noor": 200, "sami": 403, "amal": 403, "root": 403, "gita": 404}
    assert as_(None).get(address).status_code == 303


def test_an_unknown_table_is_not_there(cast: Cast, as_: Signed) -> None:
    assert as_(cast.layla).get("/leaders/people.csv").status_code == 404


def test_the_pipeline_counts_where_ideas_stand_and_how_long_they_stayed(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        for number, stay in enumerate((2, 4, 9)):
            yesterday = today() - timedelta(days=1)
            idea = an_idea(db, cast.process, cast.zaid, stage=Stage.ADMITTED, promised_on=yesterday)
            with as_of(now() - timedelta(days=20 + number)):
                told(db, cast.zaid, "submit", idea, "draft", "submitted")
            with as_of(now() - timedelta(days=20 + number - stay)):
                told(db, cast.noor, "admit", idea, "submitted", "admitted")
        gone = an_idea(db, cast.process, cast.zaid, stage=Stage.DECLINED)
        gone.submitted_at, gone.answered_at = now() - timedelta(days=30), now()
        gone.promised_on = today() - timedelta(days=9)
    with both.reading() as db:
        found = pipeline(db, today())
    stages = {row.stage: (row.ideas, row.late, row.stay and round(row.stay, 2)) for row in found.standing}
    assert stages == {Stage.SUBMITTED: (0, 0, 4.0), Stage.ADMITTED: (3, 3, None), Stage.DECLINED: (1, 0, None)}
    assert [(bar.name, bar.n) for bar in found.funnel[:4]] == [
        ("Submitted", 4),
        ("Admitted", 4),
        ("In review", 1),
        ("Decided", 1),
    ]
    assert [bar.name for bar in found.funnel if bar.longest] == ["Submitted"]
    assert (found.unanswered, found.late) == (3, 3)
    assert (found.answers.n, found.answers.in_time, round(found.answers.days or 0)) == (1, 0, 30)


def test_it_is_worked_out_anew_when_something_changed(database: Database, cast: Cast) -> None:
    with database.reading() as db:
        assert pipeline(db, today()).funnel[0].n == 0
    with database.writing() as db:
        idea = an_idea(db, cast.process, cast.zaid, stage=Stage.SUBMITTED)
        told(db, cast.zaid, "submit", idea, "draft", "submitted")
    with database.reading() as db:
        assert pipeline(db, today()).funnel[0].n == 1


def row(*, change: float | None = None, low: float | None = None, kind: str = "", **over: object) -> Thing:
    line = Thing(**({"running": True, "health": Health.ON_COURSE, "days": 3} | over))
    return Thing(line=line, measured=low is not None, worth_having=kind == "worth_having")


WORTH = {"change": 5.0, "low": 4.0, "kind": "worth_having"}
SMALL = {"change": 5.0, "low": -4.0}


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([], "There is no pilot yet: an approved idea becomes one."),
        ([row()], "The one pilot has no measured effect yet. The one that runs is on course."),
        ([row(), row()], "None of two has a measured effect yet. All two that run are on course."),
        (
            [row(**WORTH), row(**WORTH), row(health=Health.OFF_COURSE, days=41)],
            "Two of three have a measured effect, and both are worth having. "
            "Two are on course; one is off course, in one step for 41 days.",
        ),
        (
            [row(**WORTH, running=False), row(**SMALL), row(health=Health.AT_RISK)],
            "Two of three have a measured effect; one of them is worth having. One is on course; one is at risk.",
        ),
        (
            [row(**SMALL, running=False)],
            "One of one has a measured effect, and it is not certainly worth having. None is running.",
        ),
    ],
)
def test_the_answer_is_written_from_the_data(rows: list[Thing], words: str) -> None:
    assert answer(rows) == words  # type: ignore[arg-type]


def table(browser: Browser, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(browser.get(f"/leaders/{name}.csv").text)))


def test_each_pilot_with_money_and_effect_and_what_is_late(database: Database, cast: Cast, as_: Signed) -> None:
    yesterday = today() - timedelta(days=1)
    with database.writing() as db:
        idea = an_idea(db, cast.process, cast.zaid, stage=Stage.IN_PILOT, title="=cmd()")
        pilot = a_pilot(
            db, idea, cast.zaid, cast.omar, step=2, budget=Decimal("700.50"), spent=Decimal(48), due=yesterday
        )
        entered = {"purpose": "Ropes", "entered_by": cast.zaid.id}
        put(db, Spending(pilot_id=pilot.id, amount=Decimal(30), on=yesterday, **entered))
        put(db, Spending(pilot_id=pilot.id, amount=Decimal(18), on=today() - timedelta(days=60), **entered))
        fields = {"change": 9.4, "change_low": 4.8, "change_high": 14.0, "worth": 3, "verdict": "improved"}
        put(db, Measure(pilot_id=pilot.id, name="Recommend us", made_by=cast.zaid.id, **fields))
    layla = as_(cast.layla)
    shown = layla.get("/leaders").text
    assert "One of one has a measured effect, and it is worth having." in shown
    assert "+9.4" in shown
    assert "30 in 30 days" in shown
    one = table(layla, "pilots")[0]
    assert (one["name"], one["step"], one["late"], one["lead"]) == ("'=cmd()", "2", "yes", "Zaid")
    assert (one["budget"], one["spent"], one["spent in 30 days"]) == ("700.50", "48.00", "30.00")
    assert (one["effect"], one["low"], one["verdict"]) == ("9.4", "4.8", "Worth having")
    assert table(layla, "late") == [
        {"kind": "Gate", "ref": pilot.ref, "title": "'=cmd()", "due": yesterday.isoformat(), "days late": "1"}
    ]


def test_a_reader_under_a_veil_learns_no_lead(database: Database, cast: Cast, as_: Signed) -> None:
    with database.writing() as db:
        idea = an_idea(db, cast.process, cast.amal, stage=Stage.IN_PILOT)
        a_round(db, cast.committee, cast.noor, (idea,), (cast.noor,))
        a_pilot(db, idea, cast.amal, cast.omar, team_id=cast.team.id)
    one = table(as_(cast.noor), "pilots")[0]
    assert (one["lead"], one["team"]) == (HIDDEN, "")
    assert "Amal" not in as_(cast.noor).get("/leaders").text
    one = table(as_(cast.layla), "pilots")[0]
    assert (one["lead"], one["team"]) == ("Amal", "Calm corners")


def test_rounds_are_told_by_counts_and_never_by_scores(database: Database, cast: Cast, as_: Signed) -> None:
    with database.writing() as db:
        idea = an_idea(db, cast.process, cast.amal, stage=Stage.IN_REVIEW)
        round_ = a_round(db, cast.committee, cast.noor, (idea,), (cast.sami, cast.dina))
        fields = {"stage": ReviewStage.SUBMITTED, "submitted_at": now(), "total": Decimal("3.1234")}
        put(db, Review(round_id=round_.id, idea_id=idea.id, reviewer_id=cast.sami.id, **fields))
    layla = as_(cast.layla)
    assert "1 of 2" in layla.get("/leaders").text
    rounds = table(layla, "rounds")
    assert [(one["reviewers"], one["reviews in"], one["decided"]) for one in rounds] == [("2", "1", "0")]
    assert not any("3.123" in layla.get(address).text for address in ("/leaders", "/leaders/rounds.csv"))


def test_what_has_ended_says_how(database: Database, cast: Cast, as_: Signed) -> None:
    with database.writing() as db:
        idea = an_idea(db, cast.process, stage=Stage.IN_PILOT)
        a_pilot(db, idea, cast.amal, step=6, stage=PilotStage.ADOPTED, ended_at=now())
    assert "Adopted" in as_(cast.layla).get("/leaders").text
