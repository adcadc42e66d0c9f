"""Gates: no step is skipped or passed incomplete, whatever comes in whatever order."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session as Db
from sqlmodel import col

from app.db import Database
from app.errors import Invalid, Refused, Stale
from app.ideas.models import Stage
from app.people.actor import Actor, find_actor
from app.pilots import artefacts, gates
from app.pilots.artefacts import made
from app.pilots.checklist import missing
from app.pilots.models import Artefact, Measure, PilotStage, StepStage
from app.pilots.roadmap import KINDS
from app.record.queries import entries_of, verify
from tests.cast import the_cast
from tests.makers import a_pilot, an_idea
from tests.pilots.stories import a_result, an_artefact, write_step

S = StepStage


class Story:
    def __init__(self, db: Db, step: int = 1) -> None:
        self.db, self.cast = db, the_cast(db)
        idea = an_idea(db, self.cast.process, self.cast.amal, stage=Stage.IN_PILOT, team_id=self.cast.team.id)
        self.pilot = a_pilot(db, idea, self.cast.amal, self.cast.noor, self.cast.huda, step=step)
        for number in range(1, step):
            write_step(db, self.pilot, number, self.cast.amal)

    def actor(self, name: str) -> Actor:
        return find_actor(self.db, getattr(self.cast, name).id)

    def move(self, who: str, name: str, number: int | None = None, note: str = "Because it is so.") -> str:
        return gates.move(self.db, self.actor(who), self.pilot, number or self.pilot.step, name, note)

    def write(self, number: int | None = None) -> None:
        """All that the gate asks for; at the sixth its keepers lock the plan, too."""
        write_step(self.db, self.pilot, number or self.pilot.step, self.cast.amal)
        if (number or self.pilot.step) == 6 and self.pilot.at(6).begun_at is None:
            self.move("noor", "begin", 6)

    @property
    def stages(self) -> list[StepStage]:
        return [step.stage for step in self.pilot.steps]


def test_a_pilot_walks_through_six_gates_and_is_rolled_out(both: Database) -> None:
    with both.writing() as db:
        story = Story(db)
        for number in range(1, 7):
            assert story.pilot.step == number
            story.write()
            if number == 6:
                a_result(db, story.pilot, story.cast.amal)
            story.move("amal", "ask")
            story.move("noor", "pass")
        pilot = story.pilot
        assert story.stages == [S.PASSED] * 6
        assert (pilot.stage, pilot.learned) == (PilotStage.SCALED, "A person at the rope matters most.")
        assert pilot.ended_at is not None
        moves = [entry.move for entry, _ in entries_of(db, pilot.at(3).ref)]
        assert moves == ["open", "ask", "pass"]
        assert [entry.after for entry, _ in entries_of(db, pilot.ref)] == ["scaled"]
    with both.reading() as db:
        assert verify(db, both.known["record_keys"]).intact


NAMED = {
    1: ["At least one barrier"],
    2: ["A challenge statement", "A mental map"],
    3: ["At least one scenario", "At least one opportunity area"],
    4: [
        "At least one solution concept",
        "At least one milestone",
        "At least one assumption",
        "One concept chosen, with the reason",
    ],
    5: ["At least one moment"],
    6: [
        "A hypothesis",
        "Where and when it runs",
        "The plan locked by the keepers of gate 6",
        "At least one measure",
        "A budget",
        "What was spent, if only that it was nothing",
        "A result, with what was learned",
    ],
}


@pytest.mark.parametrize("number", range(1, 7))
def test_a_gate_says_what_is_missing_by_name_and_is_not_asked_for_meanwhile(database: Database, number: int) -> None:
    with database.writing() as db:
        story = Story(db, step=number)
        assert [ask.words for ask in missing(story.pilot, number, made(db, story.pilot))] == NAMED[number]
        with pytest.raises(Invalid, match=NAMED[number][0]):
            story.move("amal", "ask")
        story.write()
        if number == 6:
            with pytest.raises(Invalid, match="result"):
                story.move("amal", "ask")
            a_result(db, story.pilot, story.cast.amal)
        assert missing(story.pilot, number, made(db, story.pilot)) == []
        story.move("badr", "ask")
        assert story.stages[number - 1] is S.ASKED


NEEDS = [(kind.name, field) for kind in KINDS.values() if kind.step for field in kind.needs]


@pytest.mark.parametrize(("kind", "field"), NEEDS)
def test_every_field_that_a_gate_asks_for_is_asked_for(database: Database, kind: str, field: str) -> None:
    if field in {name for name, info in KINDS[kind].form.model_fields.items() if info.is_required()}:
        return  # the form itself does not let it be empty: see the pages
    number = KINDS[kind].step
    with database.writing() as db:
        story = Story(db, step=number)
        if KINDS[kind].drawn:
            an_artefact(db, story.pilot, kind, story.cast.amal, **a_map(kind))
        else:
            story.write()
        thing = made(db, story.pilot).of(kind)[0]
        data = json.loads(thing.row.data)
        data[field] = None if data[field] is None or not isinstance(data[field], str) else ""
        thing.row.data = json.dumps(data)
        db.flush()
        label = KINDS[kind].label(field)
        gaps = [ask.words for ask in missing(story.pilot, number, made(db, story.pilot))]
        assert any(f"{label[0].lower()}{label[1:]}" in gap for gap in gaps), gaps
        db.rollback()


def a_map(kind: str) -> dict[str, Any]:
    """All that is written; what is picked from elsewhere, such as a job of customers, is left out."""
    return dict.fromkeys(
        (name for name in KINDS[kind].fields if not artefacts.picked_from(KINDS[kind], name)), "Something"
    )


def test_the_keepers_send_back_and_the_team_can_write_again(database: Database) -> None:
    with database.writing() as db:
        story = Story(db)
        story.write()
        story.move("amal", "ask")
        assert artefacts.locked(story.pilot, KINDS["barrier"])
        with pytest.raises(Invalid, match="reason"):
            story.move("noor", "send_back", note=" ")
        story.move("noor", "send_back", note="Name the union.")
        assert story.stages[0] is S.OPEN
        assert not artefacts.locked(story.pilot, KINDS["barrier"])
        assert entries_of(db, story.pilot.at(1).ref)[-1][1] == "Name the union."


def test_reopening_walks_back_and_keeps_what_was_made(both: Database) -> None:
    with both.writing() as db:
        story = Story(db, step=5)
        before = len(made(db, story.pilot).things)
        story.write()
        story.move("amal", "ask")
        story.move("huda", "reopen", number=2, note="The target moved.")
        assert story.stages == [S.PASSED, S.OPEN, S.AHEAD, S.AHEAD, S.AHEAD, S.AHEAD]
        assert story.pilot.step == 2
        assert len(made(db, story.pilot).things) == before + 1
        with pytest.raises(Stale):
            story.move("amal", "ask", number=5)
        story.move("amal", "ask")
        story.move("noor", "pass")
        assert story.stages[2] is S.OPEN


def test_a_keeper_stops_it_with_what_was_learned(database: Database) -> None:
    with database.writing() as db:
        story = Story(db, step=3)
        story.move("noor", "stop", note="Families do not want a lane.")
        assert story.stages[2] is S.STOPPED
        assert (story.pilot.stage, story.pilot.learned) == (PilotStage.STOPPED, "Families do not want a lane.")
        for who, name, number in (("amal", "ask", 3), ("noor", "pass", 3), ("noor", "reopen", 1)):
            with pytest.raises(Stale, match="ended"):
                story.move(who, name, number)


@pytest.mark.parametrize(
    ("result", "stage"),
    [("scale", PilotStage.SCALED), ("adopt", PilotStage.ADOPTED), ("stop", PilotStage.STOPPED)],
)
def test_the_result_is_what_it_ends_in(database: Database, result: str, stage: PilotStage) -> None:
    with database.writing() as db:
        story = Story(db, step=6)
        story.write()
        a_result(db, story.pilot, story.cast.amal, result)
        story.move("amal", "ask")
        story.move("noor", "pass")
        assert (story.pilot.stage, story.stages[5]) == (stage, S.PASSED)


def test_to_repeat_it_leaves_the_sixth_step_open_for_another_run(both: Database) -> None:
    with both.writing() as db:
        story = Story(db, step=6)
        story.write()
        a_result(db, story.pilot, story.cast.amal, "repeat")
        story.move("amal", "ask")
        story.move("noor", "pass")
        assert (story.pilot.stage, story.pilot.run, story.stages[5]) == (PilotStage.RUNNING, 2, S.OPEN)
        gaps = [ask.words for ask in missing(story.pilot, 6, made(db, story.pilot))]
        assert gaps == [
            "The plan locked by the keepers of gate 6",
            "“Rating by families” does not say: actual",
            "A result, with what was learned",
        ]
        kept = db.scalars(select(Measure).order_by(col(Measure.id))).all()
        assert [(measure.run, measure.actual) for measure in kept] == [(1, 63.4), (2, None)]
        a_result(db, story.pilot, story.cast.amal, "adopt")
        assert len(made(db, story.pilot).of("result")) == 2


def test_what_others_try_is_refused(database: Database) -> None:
    with database.writing() as db:
        story = Story(db)
        story.write()
        with pytest.raises(Refused):
            story.move("zaid", "ask")
        story.move("amal", "ask")
        for who in ("amal", "zaid", "layla", "root", "sami"):
            with pytest.raises(Refused):
                story.move(who, "pass")
        for name in ("open", "walk_back", "repeat", "nonsense"):
            with pytest.raises(Invalid):
                story.move("noor", name)


def test_a_page_that_is_out_of_date_does_nothing(database: Database) -> None:
    with database.writing() as db:
        story = Story(db)
        story.write()
        seen = story.pilot.now.version
        story.move("amal", "ask")
        with pytest.raises(Stale, match="changed this after"):
            gates.move(db, story.actor("noor"), story.pilot, 1, "pass", "Good.", seen)


STEPS = st.tuples(
    st.sampled_from(("amal", "badr", "noor", "huda", "zaid", "layla")),
    st.sampled_from(("ask", "take_back", "pass", "send_back", "reopen", "open", "walk_back", "write", "withdraw")),
    st.integers(1, 6),
)


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(walk=st.lists(STEPS, min_size=20, max_size=60))
def test_random_walks_skip_nothing(database: Database, walk: list[tuple[str, str, int]]) -> None:
    """However moves, writing and withdrawing follow on each other: all before the open step is passed and whole."""
    with database.writing() as db:
        story = Story(db)
        for who, name, number in walk:
            before = [step.stage for step in story.pilot.steps]
            step_once(story, who, name, number)
            stands(story, before, name)
        db.rollback()


def step_once(story: Story, who: str, name: str, number: int) -> None:
    """Half of the moves go to the step that is open, else hardly a walk would get far."""
    number = story.pilot.step if number % 2 else number
    try:
        if name == "write":
            write_anything(story, number)
        elif name == "withdraw":
            for thing in made(story.db, story.pilot).things[:1]:
                artefacts.withdraw(story.db, story.actor(who), story.pilot, thing.row)
        else:
            story.move(who, name, number)
    except (Stale, Refused, Invalid):
        return


def write_anything(story: Story, number: int) -> None:
    if not artefacts.locked_step(story.pilot, number) and story.pilot.running:
        gone = [thing.row for thing in made(story.db, story.pilot).things if thing.row.step == number]
        for row in gone:
            artefacts.withdraw(story.db, story.actor("amal"), story.pilot, row)
        story.write(number)
        if number == 6:
            a_result(story.db, story.pilot, story.cast.amal, "repeat")


def stands(story: Story, before: list[StepStage], name: str) -> None:
    pilot, stages = story.pilot, story.stages
    have = made(story.db, pilot)
    at = pilot.step - 1
    assert stages[:at] == [S.PASSED] * at
    assert stages[at] in (S.OPEN, S.ASKED, S.PASSED, S.STOPPED)
    assert all(stage is S.AHEAD for stage in stages[at + 1 :])
    for number, (was, is_) in enumerate(zip(before, stages, strict=True), start=1):
        if is_ is S.PASSED or is_ is S.ASKED:
            assert missing(pilot, number, have) == []
        if is_ is S.PASSED and was is not S.PASSED:
            assert (name, was) == ("pass", S.ASKED)
        if was is S.PASSED and is_ is not S.PASSED:
            assert name == "reopen"


def test_the_walks_get_somewhere(database: Database) -> None:
    """A control: the moves of a walk do lead through gates."""
    with database.writing() as db:
        story = Story(db)
        for name, who in (("write", "amal"), ("ask", "amal"), ("pass", "noor")) * 2:
            step_once(story, who, name, story.pilot.step)
        assert story.pilot.step == 3
        db.rollback()


def test_a_second_of_its_kind_is_refused_where_there_is_only_one(both: Database) -> None:
    with both.writing() as db:
        story = Story(db, step=2)
        story.write()
        form = KINDS["mind"].form.model_validate({"centre": "Families", "branches": "Time"})
        with pytest.raises(Stale, match="already"):
            artefacts.add(db, story.actor("amal"), story.pilot, KINDS["mind"], form)
        drawn = made(db, story.pilot).of("canvas")[0]
        artefacts.withdraw(db, story.actor("amal"), story.pilot, drawn.row)
        artefacts.add(db, story.actor("amal"), story.pilot, KINDS["mind"], form)
        assert [thing.kind.name for thing in made(db, story.pilot).things if thing.row.step == 2] == [
            "challenge",
            "mind",
        ]
        assert db.get(Artefact, drawn.row.id) is not None
