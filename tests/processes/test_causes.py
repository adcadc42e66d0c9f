"""The tree of causes: who keeps it, its evidence, its trace; and causes that become barriers of a pilot."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlmodel import col

from app.db import Database
from app.errors import Invalid, Stale
from app.ideas.models import Stage
from app.main import Pilotage
from app.people.actor import find_actor
from app.pilots.artefacts import made
from app.pilots.causes.actions import take_over
from app.pilots.causes.models import BarrierCause
from app.pilots.models import Artefact, Pilot
from app.processes.causes import actions
from app.processes.causes.models import Cause, CauseEvidence, CauseForm, CauseKind, EvidenceForm, Strength
from app.processes.causes.queries import tree
from app.processes.models import Focus, Process, ProcessTouchpoint
from app.record.queries import verify
from app.voice.models import Remark, Response, Touchpoint
from tests.cast import Cast, the_cast
from tests.client import Browser
from tests.makers import a_pilot, an_idea
from tests.voice.sources import a_map, a_source

As = Callable[..., Browser]
GIVEN = {"words": "Two people call out different things", "kind": "method", "strength": "likely"}


@pytest.fixture
def working(app: Pilotage, cast: Cast) -> Cast:
    """Amal's team works on security screening."""
    with app.state.database.writing() as db:
        db.add(Focus(team_id=cast.team.id, process_id=cast.process.id))
    return cast


def at(cast: Cast) -> str:
    return f"/processes/{cast.process.id}/causes"


def added(browser: Browser, cast: Cast, **over: object) -> int:
    answer = browser.send(at(cast), GIVEN | over)
    assert answer.status_code == 303, answer.text
    return int(answer.headers["location"].rsplit("#c", 1)[1])


def test_who_sees_and_who_keeps_causes(as_: As, working: Cast) -> None:
    cast = working
    sees = [as_(one).get(at(cast)).status_code for one in (cast.zaid, cast.gita, None)]
    assert sees == [200, 404, 303]
    keepers = (cast.huda, cast.noor, cast.sami, cast.amal, cast.badr)
    for person in keepers:
        added(as_(person), cast, words=f"Because {person.name} says so")
    for person in (cast.zaid, cast.tariq, cast.root, cast.layla):
        assert as_(person).post(at(cast), GIVEN).status_code == 403
        assert "Add a cause" not in as_(person).get(at(cast)).text
        assert as_(person).post(f"{at(cast)}/1/withdraw", {"why": "No", "version": "1"}).status_code == 403
    assert as_(cast.gita).post(at(cast), GIVEN).status_code == 404


def test_a_tree_reads_in_order(app: Pilotage, as_: As, working: Cast) -> None:
    huda = as_(working.huda)
    first = added(huda, working, words="Nobody can plan")
    added(huda, working, words="The second root")
    below = added(huda, working, words="The first below", parent=first)
    added(huda, working, words="The deepest", parent=below)
    with app.state.database.reading() as db:
        told = tree(db, find_actor(db, working.zaid.id), working.process.id)
        assert [(node.cause.words, node.depth) for node in told.walk()] == [
            ("Nobody can plan", 1),
            ("The first below", 2),
            ("The deepest", 3),
            ("The second root", 1),
        ]
        assert verify(db, app.state.database.known["record_keys"]).intact
    page = as_(working.zaid).get(at(working)).text
    assert "4 causes are kept; none is shown yet, 4 without evidence." in page
    assert page.index("The deepest") < page.index("The second root")


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({"words": ""}, "At least 3 characters are needed."),
        ({"words": "x" * 301}, "At most 300 characters fit here."),
        ({"kind": "weather"}, "Choose one of the offered answers."),
        ({"strength": "shown"}, "Shown needs evidence"),
        ({"author_id": "1"}, "This form has no such field."),
    ],
)
def test_mistakes_come_back_with_what_was_typed(as_: As, working: Cast, over: dict[str, str], words: str) -> None:
    answer = as_(working.huda).send(at(working), GIVEN | {"note": "My own words"} | over)
    assert answer.status_code == 422
    assert words in answer.text
    assert "My own words" in answer.text


def test_a_parent_of_another_process_is_not_there(app: Pilotage, as_: As, working: Cast) -> None:
    with app.state.database.writing() as db:
        other = Cause(process_id=working.other.id, words="Elsewhere", kind=CauseKind.PLACE, author_id=working.huda.id)
        db.add(other)
        db.flush()
        number = other.id
    assert as_(working.huda).send(at(working), GIVEN | {"parent": str(number)}).status_code == 404
    assert as_(working.huda).get(f"{at(working)}/{number}").status_code == 404
    assert as_(working.huda).post(f"{at(working)}/{number}", GIVEN | {"version": "1"}).status_code == 404


def test_evidence_makes_a_cause_shown(app: Pilotage, as_: As, working: Cast, tmp_path: Path) -> None:
    a_source(app.state.database, tmp_path, a_map())
    with app.state.database.writing() as db:
        queue = db.scalars(select(Touchpoint).where(col(Touchpoint.name) == "Queue")).one().id
        db.add(ProcessTouchpoint(process_id=working.process.id, touchpoint_id=queue))
    huda, cause = as_(working.huda), added(as_(working.huda), working)
    one = f"{at(working)}/{cause}"
    assert huda.post(one, GIVEN | {"strength": "shown", "version": "1"}).status_code == 422
    given = {"about": f"touchpoint:{queue}", "note": "It is the lowest of all"}
    assert huda.send(one, given, action=f"{one}/evidence").status_code == 303
    assert huda.send(one, given, action=f"{one}/evidence").status_code == 409
    for wrong in ({"about": "touchpoint:999"}, {"about": "person:1"}, {"about": "x"}, {"about": "", "note": ""}):
        assert huda.send(one, wrong, action=f"{one}/evidence").status_code == 422, wrong
    assert huda.post(one, GIVEN | {"strength": "shown", "version": "1"}).status_code == 303
    page = as_(working.zaid).get(at(working)).text
    assert "Queue" in page
    assert "of 100" in page
    assert "It is the lowest of all" in page
    answer = huda.post(f"{one}/evidence/1/withdraw")
    assert (answer.status_code, "make it likely first" in answer.text) == (422, True)
    assert huda.post(one, GIVEN | {"version": "2"}).status_code == 303
    assert huda.post(f"{one}/evidence/1/withdraw").status_code == 303
    assert huda.post(f"{one}/evidence/1/withdraw").status_code == 409
    assert huda.send(one, given, action=f"{one}/evidence").status_code == 303, "what was withdrawn comes back"
    with app.state.database.reading() as db:
        assert len(db.scalars(select(CauseEvidence)).all()) == 1


def test_a_comment_is_quoted_only_to_who_may_read_it(app: Pilotage, as_: As, working: Cast, tmp_path: Path) -> None:
    a_source(app.state.database, tmp_path, a_map())
    with app.state.database.writing() as db:
        answer = db.scalars(select(Response)).first()
        assert answer is not None
        remark = Remark(source_id=1, response_id=answer.id, question="Why", words="The belt stood still for an hour")
        db.add(remark)
        db.flush()
        cause = Cause(process_id=working.process.id, words="Belts", kind=CauseKind.PLACE, author_id=working.huda.id)
        db.add(cause)
        db.flush()
        actions.cite(
            db,
            find_actor(db, working.sami.id),
            db.get_one(Process, working.process.id),
            cause,
            EvidenceForm(about=f"remark:{remark.id}", note=""),
        )
    assert "The belt stood still" in as_(working.sami).get(at(working)).text
    hidden = as_(working.zaid).get(at(working)).text
    assert "The belt stood still" not in hidden
    assert "something that you may not see" in hidden


def test_two_who_change_one_cause(as_: As, working: Cast) -> None:
    huda, cause = as_(working.huda), added(as_(working.huda), working)
    one = f"{at(working)}/{cause}"
    assert huda.post(one, GIVEN | {"words": "Said first", "version": "1"}).status_code == 303
    assert as_(working.sami).post(one, GIVEN | {"words": "Said second", "version": "1"}).status_code == 409
    assert huda.post(f"{one}/withdraw", {"why": "Proved wrong", "version": "1"}).status_code == 409
    assert "Said first" in huda.get(at(working)).text


def test_withdrawing_takes_the_branch_along_and_leaves_a_trace(app: Pilotage, as_: As, working: Cast) -> None:
    huda = as_(working.huda)
    first = added(huda, working, words="The root")
    added(huda, working, words="The twig", parent=first)
    assert huda.post(f"{at(working)}/{first}/withdraw", {"why": "", "version": "1"}).status_code == 422
    assert huda.post(f"{at(working)}/{first}/withdraw", {"why": "Counted: not so", "version": "1"}).status_code == 303
    page = as_(working.zaid).get(at(working)).text
    assert "No cause yet" in page
    assert "Counted: not so" in page
    assert huda.post(f"{at(working)}/{first}/withdraw", {"why": "Again", "version": "2"}).status_code == 409
    assert huda.get(f"{at(working)}/{first}").status_code == 303
    with app.state.database.reading() as db:
        assert {cause.withdrawn_by for cause in db.scalars(select(Cause))} == {working.huda.id}


def test_a_tree_has_a_bottom(app: Pilotage, working: Cast) -> None:
    with app.state.database.writing() as db:
        huda, process, parent = find_actor(db, working.huda.id), db.get_one(Process, working.process.id), None
        for _ in range(8):
            data = CauseForm(words="Because", kind=CauseKind.RULES, parent=parent)
            parent = actions.add(db, huda, process, data).id
        deeper = CauseForm(words="Because", kind=CauseKind.RULES, parent=parent)
        with pytest.raises(Invalid, match="at most 8 deep"):
            actions.add(db, huda, process, deeper)


def test_the_page_asks_few_questions(app: Pilotage, as_: As, working: Cast, statements: Callable[..., int]) -> None:
    zaid = as_(working.zaid)
    zaid.get(at(working))

    def grow(count: int) -> None:
        with app.state.database.writing() as db:
            for number in range(count):
                cause = Cause(
                    process_id=working.process.id, words=f"{number}", kind=CauseKind.PEOPLE, author_id=working.huda.id
                )
                db.add(cause)
                db.flush()
                db.add(CauseEvidence(cause_id=cause.id, note="Seen", author_id=working.huda.id))

    grow(1)
    one = statements(lambda: zaid.get(at(working)))
    grow(30)
    assert statements(lambda: zaid.get(at(working))) == one
    assert one <= 10


# Causes as barriers


@pytest.fixture
def pilot(app: Pilotage, working: Cast) -> int:
    with app.state.database.writing() as db:
        idea = an_idea(db, working.process, working.amal, stage=Stage.IN_PILOT, team_id=working.team.id)
        return a_pilot(db, idea, working.amal, working.noor).id


def test_causes_become_barriers_once(app: Pilotage, as_: As, working: Cast, pilot: int) -> None:
    amal, address = as_(working.amal), f"/pilots/{pilot}/causes"
    assert "No cause yet" in amal.get(address).text
    one = added(as_(working.huda), working, kind="rules")
    two = added(as_(working.huda), working, words="The room is too small", kind="place", parent=one)
    assert "Take causes over as barriers" in amal.get(f"/pilots/{pilot}/steps/1").text
    assert "Take causes over as barriers" not in as_(working.zaid).get(f"/pilots/{pilot}/steps/1").text
    assert amal.send(address, {}).status_code == 422
    assert amal.send(address, {"cause": ["99"]}).status_code == 422
    assert amal.send(address, {"cause": [str(one), str(two)]}).status_code == 303
    step = as_(working.zaid).get(f"/pilots/{pilot}/steps/1").text
    assert "The room is too small" in step
    assert f"/processes/{working.process.id}/causes#c{two}" in step
    assert amal.send(address, {"cause": [str(one)]}).status_code == 409
    assert "a barrier already" in as_(working.zaid).get(address).text
    with app.state.database.reading() as db:
        barriers = made(db, db.get_one(Pilot, pilot)).of("barrier")
        assert [barrier.data["kind"] for barrier in barriers] == ["rule or law", None]
        assert verify(db, app.state.database.known["record_keys"]).intact


def test_a_changed_barrier_keeps_its_cause(app: Pilotage, as_: As, working: Cast, pilot: int) -> None:
    amal, one = as_(working.amal), added(as_(working.huda), working)
    amal.send(f"/pilots/{pilot}/causes", {"cause": [str(one)]})
    with app.state.database.reading() as db:
        row = db.scalars(select(Artefact)).one().id
    given = {"what": "Said in other words", "kind": "", "severity": "high", "owner": "", "way": ""}
    assert amal.post(f"/pilots/{pilot}/artefacts/{row}", given).status_code == 303
    step = amal.get(f"/pilots/{pilot}/steps/1").text
    assert "Said in other words" in step
    assert f"#c{one}" in step
    as_(working.huda).post(f"{at(working)}/{one}/withdraw", {"why": "Proved wrong", "version": "1"})
    assert "withdrawn since" in amal.get(f"/pilots/{pilot}/steps/1").text


def test_who_takes_causes_over(as_: As, working: Cast, pilot: int) -> None:
    address = f"/pilots/{pilot}/causes"
    assert as_(working.zaid).get(address).status_code == 200
    assert as_(working.zaid).post(address, {"cause": ["1"]}).status_code == 403
    assert as_(working.noor).post(address, {"cause": ["1"]}).status_code == 403
    assert as_(working.gita).post(address, {"cause": ["1"]}).status_code == 404


def test_not_in_a_step_that_is_passed(app: Pilotage, as_: As, working: Cast) -> None:
    with app.state.database.writing() as db:
        idea = an_idea(db, working.process, working.amal, stage=Stage.IN_PILOT)
        later = a_pilot(db, idea, working.amal, working.noor, step=2).id
    assert as_(working.amal).post(f"/pilots/{later}/causes", {"cause": ["1"]}).status_code == 409


def test_causes_on_both_databases(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        huda, amal = find_actor(db, cast.huda.id), find_actor(db, cast.amal.id)
        cause = actions.add(db, huda, cast.process, CauseForm(words="Because", kind=CauseKind.PEOPLE))
        actions.cite(db, huda, cast.process, cause, EvidenceForm(note="Seen on Monday"))
        form = CauseForm(words="Because", kind=CauseKind.PEOPLE, strength=Strength.SHOWN, version=1)
        actions.change(db, huda, cast.process, cause, form)
        idea = an_idea(db, cast.process, cast.amal, stage=Stage.IN_PILOT)
        pilot = a_pilot(db, idea, cast.amal)
        take_over(db, amal, pilot, [cause.id])
        number, pilot_id = cause.id, pilot.id
    with pytest.raises(Stale), both.writing() as db:
        take_over(db, amal, db.get_one(Pilot, pilot_id), [number])
    with both.reading() as db:
        assert db.get_one(Cause, number).strength is Strength.SHOWN
        (row,) = db.scalars(select(BarrierCause)).all()
        assert json.loads(db.get_one(Artefact, row.artefact_id).data)["kind"] == "people and skills"
