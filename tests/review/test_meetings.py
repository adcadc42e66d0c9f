"""Pages of meetings: planned, put in order, attended, followed, closed."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, event, select
from sqlmodel import col

from app.columns import as_of, now
from app.db import Database
from app.ideas.models import Conflict, ConflictKind, Idea, Veil
from app.people.actor import find_actor
from app.people.models import Post
from app.record.models import Entry
from app.review.conflicts import declare
from app.review.meetings import actions, moves
from app.review.meetings.models import Minutes, Motion, Presence
from app.review.meetings.queries import agenda, proposed
from app.review.models import AgendaItem, Attendance, Meeting, MeetingStage
from app.review.standing import band, board
from tests.cast import Cast
from tests.client import Browser
from tests.forms import forms_of
from tests.makers import a_seat
from tests.review.makers import admitted, open_round
from tests.review.meeting_makers import a_meeting, a_motion, close, running, say, told
from tests.review.test_race import AT_ONCE, together
from tests.review.test_standing import panel

As = Callable[..., Browser]


@pytest.fixture
def story(database: Database) -> Any:
    return told(database)


@pytest.fixture
def cast(story: Any) -> Cast:
    found: Cast = story.cast
    return found


def order_of(database: Database, meeting: int) -> list[int]:
    with database.reading() as db:
        return [item.idea_id for item in actions.items_of(db, meeting)]


def test_a_new_meeting_offers_what_waits_for_a_decision(as_: As, database: Database, story: Any, cast: Cast) -> None:
    with database.writing() as db:
        other = admitted(db, cast, title="Not reviewed yet")
    page = as_(cast.noor).get("/review/meetings/new").text
    for idea in (story.first, story.second):
        assert f'value="{idea}" checked' in page
    assert f'value="{other.id}" checked' not in page
    fields = {"name": "December", "day": date.today().isoformat(), "at": "09:30", "ideas": [story.first, story.second]}
    here = as_(cast.noor).send("/review/meetings/new", fields).headers["location"]
    assert f'value="{story.first}" checked' not in as_(cast.noor).get("/review/meetings/new").text
    assert "Bag drop before the door" in as_(cast.sami).get(here).text


def test_where_scores_are_calibrated_a_new_meeting_offers_what_they_leave_undecided(
    database: Database, cast: Cast
) -> None:
    """Of what the chair has a conflict with, nobody tells the chair where it stands: it is offered."""
    with database.writing() as db:
        round_ = panel(db, cast)
        round_.capacity = 4
        noor = find_actor(db, cast.noor.id)
        everything = [row.idea_id for row in board(db, noor, round_).rows]
        undecided = band(db, noor, round_)
        assert 0 < len(undecided) < len(everything)
        other = [one for one in proposed(db, noor, cast.committee.id) if one not in everything]
        assert len(other) == 2  # of the round that has no line
        assert set(proposed(db, noor, cast.committee.id)) == {*undecided, *other}
        apart = next(one for one in everything if one not in undecided)
        declare(db, noor, db.get_one(Idea, apart), "My wife sells these belts")
        undecided = band(db, noor, round_)
        assert apart not in undecided
        assert set(proposed(db, noor, cast.committee.id)) == {*undecided, *other, apart}
        a_meeting(db, cast, *undecided)
        assert set(proposed(db, noor, cast.committee.id)) == {*other, apart}


def test_a_chair_arranges_no_item_with_which_they_have_a_conflict(
    as_: As, database: Database, story: Any, cast: Cast
) -> None:
    with database.writing() as db:
        a_seat(db, cast.committee, cast.layla, Post.DEPUTY)
        declare(db, find_actor(db, cast.noor.id), db.get_one(Idea, story.first), "My brother sells belts")
        meeting = a_meeting(db, cast, story.first)
        item = actions.items_of(db, meeting.id)[0].id
    noor, layla, here = as_(cast.noor), as_(cast.layla), f"/review/meetings/{meeting.id}"
    assert f"{here}/items/{item}" not in noor.get(here).text
    assert f"{here}/items/{item}" in layla.get(here).text
    assert noor.get(f"{here}/items/{item}").status_code == 403
    assert noor.post(f"{here}/items/{item}", {"minutes": 25}).status_code == 403
    assert layla.post(f"{here}/items/{item}", {"minutes": 25}).status_code == 303


@pytest.mark.parametrize("blind", ["on", ""])
def test_a_conflict_that_was_confirmed_is_told_where_names_are_open(both: Database, blind: str) -> None:
    story = told(both, blind=blind, custodian=None)
    cast = story.cast
    with both.writing() as db:
        db.add(Conflict(idea_id=story.first, person_id=cast.sami.id, kind=ConflictKind.TOGETHER))
        db.flush()
        meeting = a_meeting(db, cast, story.first)
        out = {}
        for person in (cast.dina, cast.sami):
            (item,) = agenda(db, meeting, find_actor(db, person.id)).items
            out[person.name] = ([member.name for member in item.out], item.mine_out)
    named = [] if blind else ["Sami"]
    assert out == {"Dina": (named, False), "Sami": (named, True)}


def test_each_item_begins_when_those_before_it_are_over(as_: As, database: Database, story: Any, cast: Cast) -> None:
    with database.writing() as db:
        meeting = a_meeting(db, cast, story.first, story.second, at=now().replace(hour=9, minute=30))
        items = [item.id for item in actions.items_of(db, meeting.id)]
    noor, here = as_(cast.noor), f"/review/meetings/{meeting.id}"
    assert noor.post(f"{here}/items/{items[0]}", {"minutes": 25}).status_code == 303
    assert noor.post(f"{here}/items/{items[0]}", {"minutes": 0}).status_code == 422
    page = noor.get(here).text
    assert ">09:30</time>" in page
    assert ">09:55</time>" in page
    assert noor.post(f"{here}/items/99999", {"minutes": 25}).status_code == 409


def test_a_chair_moves_an_item_up_and_down(as_: As, database: Database, story: Any, cast: Cast) -> None:
    with database.writing() as db:
        meeting = a_meeting(db, cast, story.first, story.second)
        last = actions.items_of(db, meeting.id)[1].id
    noor, here = as_(cast.noor), f"/review/meetings/{meeting.id}"
    assert noor.post(f"{here}/agenda", {"do": "up", "item": last}).status_code == 303
    assert order_of(database, meeting.id) == [story.second, story.first]
    assert noor.post(f"{here}/agenda", {"do": "down", "item": last}).status_code == 303
    assert order_of(database, meeting.id) == [story.first, story.second]
    assert noor.post(f"{here}/agenda", {"do": "sideways"}).status_code == 422
    assert as_(cast.sami).post(f"{here}/agenda", {"do": "up", "item": last}).status_code == 403


def test_the_agenda_comes_in_the_order_in_which_the_fewest_leave(
    as_: As, database: Database, story: Any, cast: Cast
) -> None:
    with database.writing() as db:
        third = admitted(db, cast, title="A third one")
        sami = find_actor(db, cast.sami.id)
        for idea in (story.first, third.id):
            declare(db, sami, db.get_one(Idea, idea), "My wife sells these belts")
        meeting = a_meeting(db, cast, story.first, story.second, third.id)
    assert order_of(database, meeting.id) in (
        [story.first, third.id, story.second],
        [story.second, story.first, third.id],
    )
    noor, here = as_(cast.noor), f"/review/meetings/{meeting.id}"
    assert "the fewest that there can be" in noor.get(here).text
    with database.writing() as db:
        places = {story.first: 1, story.second: 2, third.id: 3}
        for item in actions.items_of(db, meeting.id):
            item.place = places[item.idea_id]
    page = noor.get(here).text
    assert "leaves or comes back four times; two would do" in page
    assert "Out for it: Sami." in as_(cast.dina).get(here).text
    assert noor.works(here, {}, "Put it in that order") == f"{here}#agenda"
    assert "the fewest that there can be" in noor.get(here).text


def test_what_a_blind_round_hides_moves_nothing_in_the_order_and_names_nobody(both: Database) -> None:
    """Dina sits on the committee and wrote two ideas of three: of a blind round neither the order nor a line tells."""
    story = told(both)
    cast = story.cast
    with both.writing() as db:
        own = [admitted(db, cast, cast.dina).id for _ in range(2)]
        three = [own[0], story.first, own[1]]
        assert actions.in_best_order(db, cast.committee.id, three) != three
        round_ = open_round(db, cast, *(db.get_one(Idea, idea) for idea in own))
        assert actions.in_best_order(db, cast.committee.id, three) == three
        meeting = a_meeting(db, cast, *three)
        sami, dina = find_actor(db, cast.sami.id), find_actor(db, cast.dina.id)
        assert all(not item.out for item in agenda(db, meeting, sami).items)
        assert [item.mine_out for item in agenda(db, meeting, dina).items] == [True, False, True]
        assert actions.switches_of(db, meeting) == (0, 0)
        round_.blind = False
        db.flush()
        assert [len(item.out) for item in agenda(db, meeting, sami).items] == [0, 0, 0]  # veils are still there
        db.execute(delete(Veil))
        assert [len(item.out) for item in agenda(db, meeting, sami).items] == [1, 0, 1]


def test_presenters_are_named_only_where_nobody_is_hidden(as_: As, database: Database, cast: Cast, story: Any) -> None:
    with database.writing() as db:
        hidden = a_meeting(db, cast, story.first)
        item = actions.items_of(db, hidden.id)[0].id
    noor, here = as_(cast.noor), f"/review/meetings/{hidden.id}"
    page = noor.get(f"{here}/items/{item}").text
    assert "Zaid" not in page
    assert "Nobody is named who presents it" in page
    assert noor.post(f"{here}/items/{item}", {"minutes": 5, "presenters": cast.zaid.id}).status_code == 403
    with database.writing() as db:
        open_ = admitted(db, cast, cast.amal, cast.badr, title="With names")
        meeting = a_meeting(db, cast, open_.id)
        item = actions.items_of(db, meeting.id)[0].id
    here = f"/review/meetings/{meeting.id}"
    assert "Badr" in noor.get(f"{here}/items/{item}").text
    assert noor.post(f"{here}/items/{item}", {"minutes": 5, "presenters": cast.zaid.id}).status_code == 409
    assert noor.post(f"{here}/items/{item}", {"minutes": 5, "presenters": cast.badr.id}).status_code == 303
    assert "presented by Badr" in as_(cast.sami).get(here).text


def test_who_comes_and_goes_is_noted_with_its_time(both: Database) -> None:
    story = told(both)
    cast = story.cast
    with both.writing() as db:
        meeting = a_meeting(db, cast, story.first, at=now() + timedelta(days=3))
        sami, noor = find_actor(db, cast.sami.id), find_actor(db, cast.noor.id)
        with pytest.raises(Exception, match="not on"):
            actions.come_or_go(db, sami, meeting, True)
    with as_of(now() + timedelta(days=3)), both.writing() as db:
        meeting = db.get_one(Meeting, meeting.id)
        actions.come_or_go(db, sami, meeting, True)
        actions.come_or_go(db, sami, meeting, False)  # was not there after all
        assert db.scalars(select(Presence)).all() == []
        assert db.scalars(select(Attendance)).all() == []
        actions.come_or_go(db, sami, meeting, True)
        moves.move(db, noor, meeting, "begin", "", None)
        begun = meeting.began_at
        there = {one.person_id: one.came_at for one in db.scalars(select(Presence))}
        assert there == {cast.sami.id: begun, cast.noor.id: begun}  # who begins it is there
    with as_of(now() + timedelta(days=3, minutes=10)), both.writing() as db:
        meeting = db.get_one(Meeting, meeting.id)
        actions.come_or_go(db, sami, meeting, False)
        actions.come_or_go(db, sami, meeting, True)
        actions.note_attendance(db, noor, meeting, [cast.noor.id, cast.sami.id, cast.dina.id, cast.zaid.id])
    with as_of(now() + timedelta(days=3, minutes=20)), both.writing() as db:
        moves.move(db, noor, db.get_one(Meeting, meeting.id), "hold", "", None)
    with both.reading() as db:
        stays = db.scalars(select(Presence).order_by(col(Presence.id))).all()
        assert [(one.person_id, one.left_at is not None) for one in stays] == [
            (cast.sami.id, True),
            (cast.noor.id, True),
            (cast.sami.id, True),
            (cast.dina.id, True),
        ]
        assert set(db.scalars(select(col(Attendance.person_id)))) == {cast.noor.id, cast.sami.id, cast.dina.id}
        moved = list(
            db.scalars(select(col(Entry.move)).where(col(Entry.ref) == meeting.ref).order_by(col(Entry.number)))
        )
        assert moved == [
            "plan",
            "arrive",
            "leave",
            "arrive",
            "arrive",
            "begin",
            "leave",
            "arrive",
            "attend",
            "hold",
            "keep_minutes",
        ]


def test_a_member_says_that_they_are_there(as_: As, database: Database, story: Any, cast: Cast) -> None:
    with database.writing() as db:
        meeting = a_meeting(db, cast, story.first)
    here = f"/review/meetings/{meeting.id}"
    sami = as_(cast.sami)
    assert sami.works(f"{here}/live", {}, "I am here") == f"{here}/live"
    assert "Sami" in as_(cast.dina).get(f"{here}/live").text
    assert sami.works(f"{here}/live", {}, "I leave") == f"{here}/live"
    assert sami.post(f"{here}/presence", {"value": "asleep"}).status_code == 422
    assert as_(cast.zaid).post(f"{here}/presence", {"value": "here"}).status_code == 403
    assert as_(cast.layla).get(f"{here}/live").status_code == 403


def test_one_item_is_on_at_a_time_and_none_ends_with_a_vote_open(both: Database) -> None:
    story = told(both)
    cast = story.cast
    with both.writing() as db:
        meeting = running(db, cast, story.first, story.second)
        first, second = (item.id for item in actions.items_of(db, meeting.id))
        motion = a_motion(db, cast, story.round, story.first, meeting)
        with pytest.raises(Exception, match="A vote is open"):
            actions.take_up(db, meeting, second)
        with pytest.raises(Exception, match="A vote is open"):
            moves.move(db, find_actor(db, cast.noor.id), meeting, "hold", "", None)
        say(db, motion, yes=(cast.noor, cast.sami))
        close(db, cast, motion)
        actions.take_up(db, meeting, second)
        assert [item.on for item in actions.items_of(db, meeting.id)] == [False, True]
        actions.take_up(db, meeting, first)
        assert [item.on for item in actions.items_of(db, meeting.id)] == [True, False]
        actions.take_up(db, meeting, None)
        assert not any(item.on for item in actions.items_of(db, meeting.id))


def test_a_motion_that_came_back_with_a_mistake_is_put_once_it_is_mended(
    as_: As, database: Database, story: Any, cast: Cast
) -> None:
    """Its key is spent by what came of it, not by the mistake; sent twice it is still one motion."""
    with database.writing() as db:
        meeting = running(db, cast, story.first)
    noor = as_(cast.noor)
    link = f"/review/rounds/{story.round}/ideas/{story.first}/motion?meeting={meeting.id}"
    typed = {"verdict": "defer", "words": "In spring."}
    again = noor.fill(link, typed, "Open the vote")
    assert again.status_code == 422
    assert "Say until which day" in again.text
    (form,) = (one for one in forms_of(again.text) if one.action.endswith("/motion"))
    fields = form.filled({"day": (now() + timedelta(days=60)).date().isoformat()}, "Open the vote")
    for _ in range(2):
        assert noor.post(form.action, fields).headers["location"] == f"/review/meetings/{meeting.id}/live"
    with database.reading() as db:
        assert len(db.scalars(select(Motion)).all()) == 1


def test_what_was_carried_is_recorded_without_typing_and_the_meeting_goes_on(
    as_: As, database: Database, story: Any, cast: Cast
) -> None:
    with database.writing() as db:
        meeting = running(db, cast, story.first, story.second)
        motion = a_motion(db, cast, story.round, story.first, meeting)
        say(db, motion, yes=(cast.noor, cast.sami), no=cast.dina)
        close(db, cast, motion)
    noor, here = as_(cast.noor), f"/review/meetings/{meeting.id}"
    live = f"{here}/live"
    assert "Note my dissent" in as_(cast.dina).get(live).text
    assert "Note my dissent" not in as_(cast.sami).get(live).text
    link = f"/review/rounds/{story.round}/ideas/{story.first}/decision"
    page = noor.get(link).text
    assert motion.words in page
    assert "How the committee voted" in page
    assert noor.works(link, {}, "Record the decision") == live
    page = noor.get(live).text
    assert "The decision is recorded" in page
    assert "Record the decision" not in page
    assert "Supersede it with another decision" in noor.get(link).text
    assert "Record the decision" not in noor.get(f"/review/motions/{motion.id}").text
    page = noor.get(f"/review/rounds/{story.round}/ideas/{story.second}/decision").text
    assert f"/ideas/{story.second}/motion?meeting={meeting.id}" in page


def test_a_chair_leads_a_meeting_from_its_live_page_without_javascript(
    as_: As, database: Database, story: Any, cast: Cast
) -> None:
    with database.writing() as db:
        meeting = a_meeting(db, cast, story.first, story.second)
    noor, sami, dina = as_(cast.noor), as_(cast.sami), as_(cast.dina)
    here = f"/review/meetings/{meeting.id}"
    live = f"{here}/live"
    for browser in (noor, sami, dina):
        browser.works(live, {}, "I am here")
    assert noor.works(live, {}, "Begin the meeting") == live
    assert noor.works(live, {}, "Take up") == live
    page = sami.get(live).text
    assert "2 members without a conflict are needed" in page
    assert "The quorum is" not in page  # who makes it full would tell who wrote the idea
    assert "Take up" not in page
    motion = f"/review/rounds/{story.round}/ideas/{story.first}/motion?meeting={meeting.id}"
    assert motion.replace("&", "&amp;") in noor.get(live).text
    assert noor.works(motion, {"verdict": "approve", "words": "Try it."}, "Open the vote") == live
    for browser, words in ((sami, "Yes"), (dina, "No"), (noor, "Yes")):
        assert browser.works(live, {}, words, action="/vote") == live
    assert "<b>2</b> yes" not in sami.get(live).text
    assert noor.works(live, {}, "Close the vote") == live
    assert "<b>2</b> yes, <b>1</b> no" in sami.get(live).text
    assert "Record the decision" in noor.get(live).text
    assert "Dina no" not in sami.get(live).text  # a blind round: no names beside votes
    assert noor.works(live, {}, "End this item") == live
    assert noor.works(live, {}, "Close the meeting") == here
    page = sami.get(here).text
    assert "Minutes, version 1" in page
    assert noor.post(f"{here}/floor", {}).status_code == 409
    assert sami.post(f"{here}/presence", {"value": "here"}).status_code == 409


def test_two_who_close_a_meeting_at_once(both: Database) -> None:
    story = told(both)
    cast = story.cast
    with both.writing() as db:
        meeting = running(db, cast, story.first)
    statuses = together(both, cast.noor.id, f"/review/meetings/{meeting.id}/moves", [{"name": "hold"}] * AT_ONCE)
    assert statuses == [303] + [409] * (AT_ONCE - 1)
    with both.reading() as db:
        assert db.scalars(select(Minutes)).one().number == 1
        assert db.get_one(Meeting, meeting.id).stage is MeetingStage.HELD


def test_of_a_conflict_a_member_reads_the_title_alone(as_: As, database: Database, story: Any, cast: Cast) -> None:
    with database.writing() as db:
        declare(db, find_actor(db, cast.omar.id), db.get_one(Idea, story.first), "My brother sells belts")
        meeting = running(db, cast, story.first, there=(cast.noor, cast.sami, cast.dina, cast.omar))
        motion = a_motion(db, cast, story.round, story.first, meeting, words="Everything speaks for it.")
        say(db, motion, yes=(cast.noor, cast.sami))
    live = f"/review/meetings/{meeting.id}/live"
    omar = as_(cast.omar).get(live).text
    assert "You are out for this item" in omar
    assert "Everything speaks for it." not in omar
    assert "votes" not in omar
    assert "quorum" not in omar
    assert "Everything speaks for it." in as_(cast.dina).get(live).text
    with database.writing() as db:
        close(db, cast, db.get_one(type(motion), motion.id))
    for page in (live, f"/review/meetings/{meeting.id}"):
        assert "Carried" not in as_(cast.omar).get(page).text
        assert "Carried" in as_(cast.dina).get(page).text


def test_a_taken_up_item_stays_and_a_meeting_that_has_begun_is_not_cancelled(
    as_: As, database: Database, story: Any, cast: Cast
) -> None:
    with database.writing() as db:
        meeting = running(db, cast, story.first, story.second)
    noor, here = as_(cast.noor), f"/review/meetings/{meeting.id}"
    fields = {"name": "December", "day": date.today().isoformat(), "at": "09:30", "version": meeting.version}
    assert noor.post(f"{here}/edit", {**fields, "ideas": story.second}).status_code == 409
    assert noor.move(here, "cancel", "Nobody came").status_code == 409
    assert noor.post(f"{here}/edit", {**fields, "ideas": story.first}).status_code == 303
    assert order_of(database, meeting.id) == [story.first]


@pytest.fixture
def statements(database: Database) -> list[str]:
    seen: list[str] = []

    def note(_c: Any, _u: Any, words: str, *_: Any) -> None:
        seen.append(words)

    for engine in (database.reads, database.writes):
        event.listen(engine, "before_cursor_execute", note)
    return seen


def test_the_statements_do_not_grow_with_the_items(
    as_: As, database: Database, story: Any, cast: Cast, statements: list[str]
) -> None:
    with database.writing() as db:
        many = [admitted(db, cast).id for _ in range(20)]
        small, large = running(db, cast, story.first), a_meeting(db, cast, story.second, *many)
        moves.move(db, find_actor(db, cast.noor.id), large, "begin", "", None)
        actions.take_up(db, large, actions.items_of(db, large.id)[0].id)
        for meeting, idea in ((small, story.first), (large, story.second)):
            actions.note_attendance(db, find_actor(db, cast.noor.id), meeting, [cast.noor.id, cast.sami.id])
            say(db, a_motion(db, cast, story.round, idea, meeting), yes=cast.sami)
    sami = as_(cast.sami)
    sami.get("/review")
    counts = []
    for meeting in (small, large):
        for page in ("", "/live"):
            statements.clear()
            assert sami.get(f"/review/meetings/{meeting.id}{page}").status_code == 200
            counts.append(len([one for one in statements if one.startswith(("SELECT", "WITH"))]))
    assert counts[:2] == counts[2:]
    assert max(counts) <= 20


def test_a_deputy_leads_as_well(as_: As, database: Database, story: Any, cast: Cast) -> None:
    with database.writing() as db:
        a_seat(db, cast.committee, cast.layla, Post.DEPUTY)
        meeting = a_meeting(db, cast, story.first)
    layla, here = as_(cast.layla), f"/review/meetings/{meeting.id}"
    assert layla.works(f"{here}/live", {}, "Begin the meeting") == f"{here}/live"
    with database.reading() as db:
        assert db.get_one(Meeting, meeting.id).began_at is not None
        assert db.scalars(select(AgendaItem)).one().begun_at is None
