"""Rounds: frozen evidence, private rankings, and a reason for what is in and for what is vital and left out."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from threading import Barrier, Thread

import pytest
from sqlalchemy import select
from sqlmodel import col

from app.columns import now
from app.db import Database
from app.errors import Invalid, Refusal, Stale
from app.ideas.models import Stage
from app.main import Pilotage
from app.people.actor import find_actor
from app.people.models import Post, Seat
from app.processes.models import LeftOut, Prioritisation, Process, ProcessTouchpoint, RoundForm, RoundStage
from app.processes.rounds import actions
from app.processes.rounds.actions import Choice
from app.processes.rounds.queries import signals_of
from app.record.models import Entry, Salt
from app.record.queries import verify
from app.voice.models import Touchpoint
from app.work.processes import waiting
from tests.cast import Cast, the_cast
from tests.client import Browser
from tests.makers import a_person, a_process, a_seat, an_idea
from tests.voice.sources import a_map, a_source

As = Callable[..., Browser]


@pytest.fixture
def surveyed(app: Pilotage, cast: Cast, tmp_path: Path) -> Cast:
    """Security screening stands behind the queue, and is vital."""
    a_source(app.state.database, tmp_path, a_map())
    with app.state.database.writing() as db:
        queue = db.scalars(select(Touchpoint).where(col(Touchpoint.name) == "Queue")).one()
        db.add(ProcessTouchpoint(process_id=cast.process.id, touchpoint_id=queue.id))
    return cast


def opened(browser: Browser, cast: Cast, **over: object) -> str:
    given = {"name": "Autumn", "committee": cast.committee.id, "source": 1, "outcome": "Overall"}
    answer = browser.send("/processes/rounds/new", given | {"impact": "correlation", "rule": "means"} | over)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def rank(browser: Browser, address: str, *order: int, seen: str = "") -> int:
    given = {"order": [str(one) for one in order], "seen": seen}
    return int(browser.http.post(f"{address}/ballot", data=given).status_code)


def chosen(cast: Cast, **over: str) -> dict[str, str]:
    """The lounges first; screening, which was vital, left out."""
    given = {f"rank-{cast.other.id}": "1", f"reason-{cast.other.id}": "Guests told us", "version": "1"}
    return given | {f"reason-{cast.process.id}": "Rebuilt next spring"} | over


def test_what_is_vital_and_left_out_needs_a_reason(app: Pilotage, as_: As, surveyed: Cast) -> None:
    noor = as_(surveyed.noor)
    address = opened(noor, surveyed)
    rank(noor, address, surveyed.other.id)
    answer = noor.post(f"{address}/publish", chosen(surveyed, **{f"reason-{surveyed.process.id}": "  "}))
    assert answer.status_code == 422
    assert "Say why it is left out" in answer.text
    assert "Guests told us" in answer.text, "what was typed comes back"
    with app.state.database.reading() as db:
        assert db.get_one(Prioritisation, 1).stage is RoundStage.OPEN
    assert noor.post(f"{address}/publish", chosen(surveyed)).status_code == 303
    page = as_(surveyed.zaid).get(address).text
    assert "Left out" in page
    assert "Rebuilt next spring" in page
    with app.state.database.reading() as db:
        (left,) = db.scalars(select(LeftOut)).all()
        assert (left.process_id, left.vital, json.loads(left.evidence)["vital"]) == (surveyed.process.id, True, True)
        entry = db.scalars(select(Entry).where(col(Entry.move) == "publish")).one()
        assert json.loads(entry.figures)["left_out"] == [surveyed.process.id]
        assert "Rebuilt" not in entry.figures
        names = set(db.scalars(select(col(Salt.name)).where(col(Salt.number) == entry.number)))
        assert names == {f"in-{surveyed.other.id}", f"out-{surveyed.process.id}"}
        assert verify(db, app.state.database.known["record_keys"]).intact


def test_the_action_itself_refuses_silence(app: Pilotage, as_: As, surveyed: Cast) -> None:
    address = opened(as_(surveyed.noor), surveyed)
    rank(as_(surveyed.noor), address, surveyed.other.id)
    with app.state.database.writing() as db:
        noor, round_ = find_actor(db, surveyed.noor.id), db.get_one(Prioritisation, 1)
        choice = Choice(surveyed.other.id, 1, "Why", True)
        with pytest.raises(Invalid, match="Security screening"):
            actions.publish(db, noor, round_, [choice], "", 1)


def test_the_chair_publishes_after_ranking_only(as_: As, surveyed: Cast) -> None:
    noor = as_(surveyed.noor)
    address = opened(noor, surveyed)
    rank(as_(surveyed.sami), address, surveyed.other.id)
    answer = noor.post(f"{address}/publish", chosen(surveyed))
    assert answer.status_code == 422
    assert "Hand in your own ranking first" in answer.text
    assert "All rankings together" not in answer.text


def test_nobody_sees_a_ranking_before_their_own_is_in(app: Pilotage, as_: As, surveyed: Cast) -> None:
    """Two histories that differ in another's ballot alone look the same to everybody who has not ranked."""
    noor, sami = as_(surveyed.noor), as_(surveyed.sami)
    address = opened(noor, surveyed)
    one, two = surveyed.process.id, surveyed.other.id
    doors = [address, "/processes/rounds", "/", "/record", "/notices", "/processes", "/leaders", f"/processes/{one}"]
    doors += ["/record?move=rank", f"/record?ref=prioritisation:{address.rsplit('/', 1)[1]}", "/search?q=Autumn"]
    assert rank(sami, address, one, two) == 303
    before = {door: bare(noor.get(door).text) for door in doors}
    assert rank(sami, address, two, one, seen=f"{one},{two}") == 303
    after = {door: bare(noor.get(door).text) for door in doors}
    for door in doors:
        if not door.startswith("/record"):
            assert before[door] == after[door], door
        assert f"{one},{two}" not in after[door], door
    assert rank(noor, address, two) == 303
    assert 'id="together"' in noor.get(address).text
    assert 'id="together"' not in as_(surveyed.zaid).get(address).text
    assert "*" in noor.get(address).text, "a ranking that was changed is marked"


def bare(html: str) -> str:
    return html.partition("<main")[2]


def test_a_cancelled_round_stays_private(as_: As, surveyed: Cast) -> None:
    noor = as_(surveyed.noor)
    address = opened(noor, surveyed)
    rank(as_(surveyed.sami), address, surveyed.other.id)
    assert noor.move(address, "cancel", "To look").status_code == 303
    for person in (surveyed.noor, surveyed.zaid, surveyed.root):
        assert 'id="together"' not in as_(person).get(address).text
    assert 'id="together"' in as_(surveyed.sami).get(address).text


def test_evidence_stays_what_it_was_at_opening(app: Pilotage, as_: As, surveyed: Cast) -> None:
    with app.state.database.writing() as db:
        for _ in range(3):
            an_idea(db, surveyed.other, surveyed.zaid, stage=Stage.SIGNAL)
    noor = as_(surveyed.noor)
    address = opened(noor, surveyed)
    with app.state.database.reading() as db:
        round_ = db.get_one(Prioritisation, 1)
        kept = json.loads(round_.evidence)
        assert signals_of(round_) == {surveyed.other.id: 3}
    item = next(one for one in kept["items"] if one["process"] == surveyed.process.id)
    assert item["performance_low"] < item["performance"] < item["performance_high"]
    assert item["impact_low"] < item["impact"] < item["impact_high"]
    assert {"rule", "impact", "outcome", "n", "r2", "resampling", "source", "responses", "last_day"} <= kept.keys()
    with app.state.database.writing() as db:
        for part in db.scalars(select(ProcessTouchpoint)):
            db.delete(part)
        an_idea(db, surveyed.other, surveyed.zaid, stage=Stage.SIGNAL)
    page = noor.get(address).text
    assert f"{item['performance']:.1f}" in page
    assert "now 4" in page


def test_a_round_without_a_survey(app: Pilotage, as_: As, cast: Cast) -> None:
    noor = as_(cast.noor)
    address = opened(noor, cast, source="", outcome="")
    page = noor.get(address).text
    assert "the members judge without figures" in page
    rank(noor, address, cast.process.id)
    given = {f"rank-{cast.process.id}": "1", f"reason-{cast.process.id}": "We know it", "version": "1"}
    assert noor.post(f"{address}/publish", given).status_code == 303
    assert "on judgement" in as_(cast.zaid).get(address).text


def test_the_list_says_what_changed(app: Pilotage, as_: As, cast: Cast) -> None:
    noor = as_(cast.noor)
    with app.state.database.writing() as db:
        third = a_process(db, cast.committee, cast.huda, name="Parking", rank=None).id
    for name, order in (("Spring", (cast.process.id, cast.other.id)), ("Autumn", (third, cast.process.id))):
        address = opened(noor, cast, name=name, source="", outcome="")
        rank(noor, address, *order)
        given = {f"rank-{one}": str(place) for place, one in enumerate(order, start=1)}
        given |= {f"reason-{one}": "We know it" for one in order} | {"version": "1"}
        assert noor.post(f"{address}/publish", given).status_code == 303
    page = as_(cast.zaid).get("/processes/rounds").text
    assert "2 processes stand first" in page
    assert "down from 1" in page
    assert "No longer first" in page
    assert page.index("Autumn") < page.index("Spring")
    assert "Superseded" in page
    assert "A later round took its place" in as_(cast.zaid).get("/processes/rounds/1").text
    assert "A later round took its place" not in as_(cast.zaid).get("/processes/rounds/2").text


def test_the_list_asks_few_questions(app: Pilotage, as_: As, cast: Cast, statements: Callable[..., int]) -> None:
    browser = as_(cast.zaid)
    browser.get("/processes/rounds")  # the frame's own figures are kept for a few seconds
    add_rounds(app.state.database, cast, 1)
    one = statements(lambda: browser.get("/processes/rounds"))
    add_rounds(app.state.database, cast, 30)
    many = statements(lambda: browser.get("/processes/rounds"))
    assert one == many
    assert many <= 6
    assert "before=" in browser.get("/processes/rounds").text
    assert browser.get("/processes/rounds?before=7").status_code == 200
    assert browser.get("/processes/rounds?before=x").status_code == 200


def add_rounds(database: Database, cast: Cast, count: int) -> None:
    with database.writing() as db:
        for number in range(count):
            db.add(
                Prioritisation(
                    committee_id=cast.committee.id,
                    name=f"Round {number}",
                    stage=RoundStage.CANCELLED,
                    opened_by=cast.noor.id,
                )
            )


def test_late_members_are_reminded(app: Pilotage, as_: As, cast: Cast) -> None:
    noor = as_(cast.noor)
    day = date.today()
    assert opened_answer(noor, cast, (day - timedelta(days=1)).isoformat()) == 422
    address = opened(noor, cast, source="", outcome="", due=(day + timedelta(days=3)).isoformat())
    rank(noor, address, cast.process.id)
    with app.state.database.reading() as db:
        late = waiting(db, find_actor(db, cast.sami.id), day + timedelta(days=4))
        early = waiting(db, find_actor(db, cast.sami.id), day)
        done = waiting(db, find_actor(db, cast.noor.id), day + timedelta(days=4))
    assert [todo.late for todo in late] == [True]
    assert [todo.late for todo in early] == [False]
    assert [todo.word for todo in done] == ["Publish"]
    page = as_(cast.zaid).get(address).text
    assert "Still to rank: Dina, Omar, Sami." in " ".join(page.split())


def opened_answer(browser: Browser, cast: Cast, due: str) -> int:
    given = {"name": "Autumn", "committee": cast.committee.id, "impact": "correlation", "rule": "means", "due": due}
    return int(browser.send("/processes/rounds/new", given).status_code)


def test_a_member_who_left_keeps_their_ranking(app: Pilotage, as_: As, cast: Cast) -> None:
    noor = as_(cast.noor)
    with app.state.database.writing() as db:
        leaver = a_person(db, "Leaver Lane")
        seat = a_seat(db, db.merge(cast.committee), leaver).id
    address = opened(noor, cast, source="", outcome="")
    rank(as_(leaver), address, cast.process.id)
    with app.state.database.writing() as db:
        db.get_one(Seat, seat).until = now()
    rank(noor, address, cast.process.id)
    assert "Leaver" in noor.get(address).text


@pytest.mark.parametrize("second", ["publish", "rank"])
def test_two_at_once_on_both_databases(both: Database, second: str) -> None:
    """The chair publishes while the deputy publishes, or while a member ranks: one of them is told so."""
    with both.writing() as db:
        cast = the_cast(db)
        deputy = a_person(db, "Dalal")
        a_seat(db, cast.committee, deputy, Post.DEPUTY)
        one = cast.process.id
    with both.writing() as db:
        noor, other = find_actor(db, cast.noor.id), find_actor(db, deputy.id)
        round_id = actions.open_round(db, noor, RoundForm(name="Autumn", committee=cast.committee.id)).id
        actions.rank(db, noor, db.get_one(Prioritisation, round_id), [one], [])
        actions.rank(db, other, db.get_one(Prioritisation, round_id), [one], [])
    start, told = Barrier(2), []

    def act(who: int, what: str) -> None:
        start.wait(10)
        try:
            with both.writing() as db:
                locked = select(Prioritisation).where(col(Prioritisation.id) == round_id).with_for_update()
                actor, round_ = find_actor(db, who), db.scalars(locked).one()
                if what == "publish":
                    actions.publish(db, actor, round_, [Choice(one, 1, "Why", True)], "", None)
                else:
                    actions.rank(db, actor, round_, [cast.other.id, one], [one])
            told.append("done")
        except Refusal as refusal:
            told.append(type(refusal).__name__)

    threads = [Thread(target=act, args=(cast.noor.id, "publish")), Thread(target=act, args=(deputy.id, second))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    if second == "publish":
        assert sorted(told) == ["Stale", "done"]
    else:
        assert "done" in told
        assert set(told) <= {"done", "Stale"}
    with both.reading() as db:
        assert db.get_one(Prioritisation, round_id).stage is RoundStage.PUBLISHED
        assert db.get_one(Process, one).rank == 1


def test_a_late_ballot_and_a_stale_version_are_told_so(as_: As, surveyed: Cast) -> None:
    noor, sami = as_(surveyed.noor), as_(surveyed.sami)
    address = opened(noor, surveyed)
    rank(noor, address, surveyed.other.id)
    assert noor.post(f"{address}/publish", chosen(surveyed, version="7")).status_code == 409
    assert noor.post(f"{address}/publish", chosen(surveyed)).status_code == 303
    assert rank(sami, address, surveyed.process.id) == 409
    assert noor.post(f"{address}/publish", chosen(surveyed)).status_code == 409


def test_stale_is_what_a_second_round_is(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        noor = find_actor(db, cast.noor.id)
        actions.open_round(db, noor, RoundForm(name="Autumn", committee=cast.committee.id))
    with pytest.raises(Stale), both.writing() as db:
        actions.open_round(db, noor, RoundForm(name="Winter", committee=cast.committee.id))
