"""Every stage x every member of the cast -> what they can do with an idea that Amal wrote in her team."""

from itertools import product

import pytest

from app.db import Database
from app.ideas import rules
from app.ideas.ahead import AHEAD
from app.ideas.models import Stage
from app.people.actor import find_actor
from tests.cast import Cast
from tests.makers import an_idea

EVERYBODY = ("amal", "badr", "zaid", "sami", "noor", "layla", "huda", "gita", "root", "tariq")
AUTHORS, CHAIR, COLLEAGUES = ("amal", "badr"), ("noor",), tuple(name for name in EVERYBODY if name != "gita")
TABLE: dict[Stage, dict[tuple[str, ...], set[str]]] = {
    Stage.DRAFT: {AUTHORS: {"submit", "discard"}},
    Stage.SIGNAL: {AUTHORS: {"adopt"}, CHAIR: {"answer"}},
    Stage.IMPORTED: {COLLEAGUES: {"adopt"}},
    Stage.SUBMITTED: {AUTHORS: {"withdraw"}, CHAIR: {"admit", "send_back", "refuse"}},
    Stage.SENT_BACK: {AUTHORS: {"submit"}},
    Stage.ADMITTED: {AUTHORS: {"withdraw"}, CHAIR: {"into_round"}},
    Stage.IN_REVIEW: {CHAIR: {"approve", "do_now", "decline", "defer", "return"}},
    Stage.RETURNED: {AUTHORS: {"submit"}},
    Stage.APPROVED: {CHAIR: {"charter"}},
    Stage.DECLINED: {AUTHORS: {"reconsider"}},
}


@pytest.mark.parametrize(("stage", "name"), list(product(Stage, EVERYBODY)))
def test_moves(database: Database, cast: Cast, stage: Stage, name: str) -> None:
    with database.writing() as db:
        idea = an_idea(db, cast.process, cast.amal, team_id=cast.team.id, stage=stage)
        actor = find_actor(db, getattr(cast, name).id)
        offered = {move.name for move in rules.life.open_to(actor, idea)}
    wanted = {move for people, moves in TABLE.get(stage, {}).items() if name in people for move in moves}
    assert offered == wanted


def test_the_chair_does_not_judge_what_they_wrote(database: Database, cast: Cast) -> None:
    with database.writing() as db:
        idea = an_idea(db, cast.process, cast.noor, stage=Stage.SUBMITTED)
        noor = find_actor(db, cast.noor.id)
        assert {move.name for move in rules.life.open_to(noor, idea)} == {"withdraw"}


def test_asking_again_works_once(database: Database, cast: Cast) -> None:
    with database.writing() as db:
        idea = an_idea(db, cast.process, cast.amal, stage=Stage.DECLINED, reconsidered=True)
        assert not rules.life.open_to(find_actor(db, cast.amal.id), idea)


def test_every_stage_says_what_comes_next() -> None:
    """The one table behind the lists and the page; nothing comes after what has ended."""
    assert set(AHEAD) == set(Stage)
    ended = {stage for stage in Stage if AHEAD[stage].done}
    assert ended == {Stage.DECLINED, Stage.REFUSED, Stage.ANSWERED, Stage.WITHDRAWN, Stage.DISCARDED}
