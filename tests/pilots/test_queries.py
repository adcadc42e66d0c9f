"""What waits for whom, the leaders' portfolio, the CSV, and the frozen baseline."""

from collections.abc import Callable
from datetime import timedelta

from app.columns import now, today
from app.db import Database
from app.ideas.models import Stage
from app.people.actor import find_actor
from app.people.models import Person
from app.pilots import queries
from app.pilots.models import StepStage
from app.refs import registry
from tests.cast import Cast, the_cast
from tests.client import Browser
from tests.makers import a_pilot, an_idea

As = Callable[[Person | None], Browser]


def test_what_waits_for_whom(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        an_idea(db, cast.process, cast.amal, stage=Stage.APPROVED, title="Prams go ahead")
        for step, stage, days in ((1, StepStage.OPEN, -3), (2, StepStage.ASKED, 2), (3, StepStage.OPEN, 90)):
            idea = an_idea(db, cast.process, cast.amal, stage=Stage.IN_PILOT, team_id=cast.team.id)
            pilot = a_pilot(db, idea, cast.amal, cast.noor, cast.huda, step=step, name=f"On step {step}")
            pilot.now.stage, pilot.now.due = stage, today() + timedelta(days=days)
        db.flush()

        def waits(person: Person) -> list[tuple[str, str, bool]]:
            return [(one.verb, one.title, one.late) for one in queries.waiting(db, find_actor(db, person.id))]

        due = [("Finish step 1, Barriers, of", "On step 1", True)]
        kept = ("Keep gate 2 of", "On step 2", False)
        assert waits(cast.amal) == waits(cast.badr) == due
        assert waits(cast.huda) == [kept]
        assert waits(cast.noor) == [kept, ("Charter a pilot of", "Prams go ahead", False)]
        assert waits(cast.zaid) == waits(cast.gita) == waits(cast.layla) == []


def test_the_portfolio(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        for step in (5, 2):
            idea = an_idea(db, cast.process, cast.amal, stage=Stage.IN_PILOT, team_id=cast.team.id)
            pilot = a_pilot(db, idea, cast.amal, cast.noor, step=step, sponsor_id=cast.layla.id)
            pilot.now.opened_at, pilot.now.due = now() - timedelta(days=step, hours=1), today() - timedelta(days=1)
        db.flush()
        rows = queries.portfolio(db, find_actor(db, cast.layla.id))
        assert [(row.step, row.days, row.late(today())) for row in rows] == [(2, 2, True), (5, 5, True)]
        assert (rows[0].lead, rows[0].owner, rows[0].sponsor, rows[0].team) == ("Amal", "Huda", "Layla", "Calm corners")
        assert rows[0].standing == ("not measured yet", "quiet")
        assert queries.portfolio(db, find_actor(db, cast.gita.id)) == []


def test_names_that_could_be_formulas_are_defused(database: Database, cast: Cast, as_: As) -> None:
    with database.writing() as db:
        idea = an_idea(db, cast.process, cast.amal, stage=Stage.IN_PILOT)
        a_pilot(db, idea, cast.amal, cast.noor, name="=1+1")
    told = as_(cast.zaid).get("/pilots/pilots.csv").text.splitlines()
    assert told[1].startswith("1,'=1+1,Security screening,running,1,open,")


def test_a_step_is_known_by_its_ref(database: Database, cast: Cast) -> None:
    with database.writing() as db:
        idea = an_idea(db, cast.process, cast.amal, stage=Stage.IN_PILOT)
        pilot = a_pilot(db, idea, cast.amal, cast.noor, name="Lane 7")
        refs = [pilot.ref, pilot.at(3).ref]
        found = registry(db).find(db, find_actor(db, cast.zaid.id), refs)
        assert [(found[ref].title, found[ref].address) for ref in refs] == [
            ("Lane 7", "/pilots/1"),
            ("Gate 3 of Lane 7", "/pilots/1"),
        ]
        assert registry(db).find(db, find_actor(db, cast.gita.id), refs) == {}
