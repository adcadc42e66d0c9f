"""Every step, stage, role and move: what each of the cast may do with a gate."""

import pytest
from sqlalchemy.orm import Session as Db

from app.columns import now
from app.db import Database
from app.ideas.models import Stage
from app.people.actor import Actor, find_actor
from app.pilots.models import Pilot, StepStage
from app.pilots.rules import life
from tests.cast import Cast, the_cast
from tests.makers import a_pilot, an_idea

S = StepStage
TEAM = {"amal", "badr"}  # the lead, and one of the team
KEEPERS = {"noor", "huda"}
MOVES: dict[StepStage, dict[str, set[str]]] = {
    S.AHEAD: {},
    S.OPEN: {"ask": TEAM, "stop": KEEPERS},
    S.ASKED: {"take_back": TEAM, "pass": KEEPERS, "send_back": KEEPERS, "stop": KEEPERS},
    S.PASSED: {"reopen": KEEPERS | {"dina"}},
    S.STOPPED: {},
}
NAMES = ("amal", "badr", "zaid", "sami", "dina", "omar", "noor", "layla", "huda", "gita", "root", "tariq")


def a_story(db: Db) -> tuple[Cast, Pilot]:
    """Noor and Huda keep every gate but the last, which is Dina's."""
    cast = the_cast(db)
    idea = an_idea(db, cast.process, cast.amal, stage=Stage.IN_PILOT, team_id=cast.team.id)
    pilot = a_pilot(db, idea, cast.amal, cast.noor, cast.huda, sponsor_id=cast.layla.id)
    last = [keeper for keeper in pilot.keepers if keeper.number == 6]
    last[0].person_id = cast.dina.id
    db.delete(last[1])
    db.flush()
    db.refresh(pilot, ["keepers"])
    return cast, pilot


def allowed(actors: dict[str, Actor], pilot: Pilot, number: int, stage: StepStage) -> dict[str, set[str]]:
    step = pilot.at(number)
    step.stage = stage
    step.passed_at = now() if stage is S.PASSED else None
    found: dict[str, set[str]] = {}
    for name, actor in actors.items():
        for move in life.open_to(actor, step):
            found.setdefault(move.name, set()).add(name)
    return found


@pytest.mark.parametrize("stage", list(S))
@pytest.mark.parametrize("number", range(1, 7))
def test_each_step_each_stage_each_role(database: Database, number: int, stage: StepStage) -> None:
    with database.writing() as db:
        cast, pilot = a_story(db)
        actors = {name: find_actor(db, getattr(cast, name).id) for name in NAMES}
        expected = MOVES[stage]
        if number == 6:
            expected = expected | ({"begin": KEEPERS} if stage is S.OPEN else {})
            expected = {move: ({"dina"} if who == KEEPERS else who) for move, who in expected.items()}
        assert allowed(actors, pilot, number, stage) == expected
        db.rollback()


def test_nobody_keeps_a_gate_of_work_that_is_their_own(database: Database) -> None:
    with database.writing() as db:
        cast, pilot = a_story(db)
        pilot.lead_id = cast.noor.id
        noor = find_actor(db, cast.noor.id)
        pilot.at(1).stage = S.ASKED
        assert [move.name for move in life.open_to(noor, pilot.at(1))] == ["take_back"]
        db.rollback()
