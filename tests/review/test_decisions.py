"""What a decision holds, what the database refuses, and what follows until it is answered."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import col

from app.columns import as_of, now
from app.db import Database
from app.errors import Invalid, Missing, Refused, Stale
from app.ideas import actions as ideas
from app.ideas.jobs import run as bring_back
from app.ideas.models import Idea, Stage
from app.ideas.reconsidering.models import Reconsideration
from app.notices.actions import read_record
from app.notices.models import Notice
from app.once import new_key
from app.people.actor import find_actor
from app.people.models import Person
from app.pilots.conditions.actions import say_met
from app.pilots.models import Pilot
from app.record.chain import digest
from app.record.models import Entry, Salt
from app.record.queries import verify
from app.review import conflicts, owners
from app.review.models import Condition, Decision, Lead, Order, OrderStage, Review, Round, Sight, Verdict
from app.review.outcomes import outcome_for
from app.review.waiting import waiting
from tests.cast import Cast, the_cast
from tests.client import Browser
from tests.forms import forms_of
from tests.makers import a_pilot
from tests.review.makers import SOON, admitted, closed_round, decide, decision, move
from tests.review.test_standing import board_of, panel

As = Callable[[Person | None], Browser]
SEALED = "The scores of this round are sealed until the meeting. Open them first."
TIED = {"condition_1": "The owner lends two people.", "by_1": SOON.isoformat(), "condition_3": "No lane is closed."}


def decided(both: Database, **over: Any) -> tuple[Cast, int, int]:
    """In effect: cast, decision, idea."""
    with both.writing() as db:
        cast = the_cast(db)
        idea = admitted(db, cast, cast.zaid)
        round_ = closed_round(db, cast, idea, blind="")
        made = decide(db, cast, round_, idea, **over)
        return cast, made.id, idea.id


REFUSED = [
    "UPDATE decision SET reason = 'Another one.'",
    "UPDATE decision SET verdict = 'decline'",
    "UPDATE decision SET known = '{}'",
    "UPDATE decision SET decided_by = decided_by + 1",
    "UPDATE decision SET quorum = 1",
    "UPDATE decision SET effective_at = NULL",
    "UPDATE decision SET superseded_by = id",
    "DELETE FROM decision",
    "DELETE FROM decision_present",
    "UPDATE decision_condition SET words = 'Nothing at all.'",
    "UPDATE decision_condition SET due = NULL",
    "DELETE FROM decision_condition",
    "UPDATE letter SET body = 'You are wonderful.'",
    "DELETE FROM letter",
    "DELETE FROM letter_to",
]


@pytest.mark.parametrize("statement", REFUSED)
def test_the_database_refuses_what_would_change_a_decision(both: Database, statement: str) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        idea = admitted(db, cast, cast.zaid)
        round_ = closed_round(db, cast, idea)
        decide(db, cast, round_, idea, **TIED)
        move(db, cast, round_, "publish")
    table = statement.split()[1 if statement.startswith("UPDATE") else 2]
    with both.reading() as db:
        before = db.execute(text(f"SELECT * FROM {table}")).all()
    assert before, "there is something to refuse"
    with pytest.raises(DBAPIError), both.writing() as db:
        db.execute(text(statement))
    with both.reading() as db:
        assert db.execute(text(f"SELECT * FROM {table}")).all() == before


UNDECIDABLE = {
    "no reason": {"reason": "  "},
    "deferred without its day": {"verdict": "defer"},
    "a day that nothing asks for": {"defer_to": date(2030, 1, 1)},
    "to be done without its day": {"verdict": "do it now"},
    "nobody needed": {"quorum": 0},
    "in effect before it was made": {"effective_at": datetime(2001, 1, 1, tzinfo=UTC)},
    "superseded by one of another idea": {"superseded_by": 1, "revision": 9},
    "a second one that holds": {"revision": 1},
}


@pytest.mark.parametrize("what", UNDECIDABLE)
def test_the_database_refuses_a_state_that_nobody_could_have_decided(both: Database, what: str) -> None:
    cast, made, idea = decided(both)
    with both.reading() as db:
        good = db.get_one(Decision, made)
    fields = {"idea_id": idea, "revision": 2, "round_id": good.round_id, "verdict": "decline", "reason": "No."}
    fields |= {"decided_by": cast.noor.id, "quorum": 2, "decided_at": now(), "known": ""}
    with both.writing() as db:  # the control: the same, well made
        db.add(Decision(**(fields | {"revision": 3, "verdict": Verdict.DECLINE})))
    over = UNDECIDABLE[what]
    wrong = Decision(**(fields | over | {"verdict": Verdict(over.get("verdict", "decline"))}))
    with pytest.raises(DBAPIError), both.writing() as db:
        db.add(wrong)


def test_what_was_superseded_stays_so_and_takes_no_effect(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        idea = admitted(db, cast)
        round_ = closed_round(db, cast, idea)
        first = decide(db, cast, round_, idea)
        second = decide(db, cast, round_, idea, "decline", instead_of=first.id)
        ids = first.id, second.id
    for words in ("superseded_by = NULL", "effective_at = decided_at"):
        with pytest.raises(DBAPIError), both.writing() as db:
            db.execute(text(f"UPDATE decision SET {words} WHERE id = {ids[0]}"))
    with both.reading() as db:
        assert [one.superseded_by for one in db.scalars(select(Decision).order_by(col(Decision.id)))] == [ids[1], None]


def test_what_was_known_is_frozen_and_sealed(both: Database) -> None:
    _, made, idea = decided(both, **TIED)
    with both.writing() as db:
        kept = db.get_one(Decision, made)
        told = json.loads(kept.known)
        cast_ids = {person.name: person.id for person in db.scalars(select(Person))}
        assert told["scores"] == {"mean": pytest.approx(3.35), "n": 2, "spread": 0.0, "calibrated": None}
        assert told["people"]["present"] == sorted(cast_ids[name] for name in ("Noor", "Sami", "Dina"))
        assert set(told["people"]["eligible"]) == {cast_ids[name] for name in ("Noor", "Sami", "Dina", "Omar")}
        assert told["people"]["recused"] == []
        assert (told["vote"], told["process"]["rank"], told["process"]["item"]) == (None, 1, None)
        entry = db.scalars(select(Entry).where(col(Entry.move) == "decide")).one()
        salt = db.get_one(Salt, (entry.number, "known"))
        assert json.loads(entry.digests)["known"] == digest(salt.salt, kept.known)
        assert "conditions" in json.loads(entry.digests)
        db.scalars(select(Review)).first().total = 1  # type: ignore[union-attr]
        db.get_one(Idea, idea).title = "Another title"
    with both.reading() as db:
        assert json.loads(db.get_one(Decision, made).known) == told
        assert verify(db, both.known["record_keys"]).intact


def test_a_calibrated_score_is_kept_where_there_is_one(database: Database, cast: Cast) -> None:
    with database.writing() as db:
        round_ = panel(db, cast)
        row = board_of(db, cast.noor, round_).rows[2]
        assert row.calibrated
        made = decide(db, cast, round_, db.get_one(Idea, row.idea_id))
        told = json.loads(made.known)["scores"]["calibrated"]
        one = row.calibrated
        assert told == {"value": one.adjusted, "low": one.low, "high": one.high, "n": 3}
        assert told["value"] != json.loads(made.known)["scores"]["mean"]


def test_any_member_without_a_conflict_decides_where_the_round_says_so(as_: As, database: Database, cast: Cast) -> None:
    """At once and anew; and it takes effect, although their word alone moves no idea."""
    with database.writing() as db:
        idea = admitted(db, cast, cast.zaid)
        theirs = closed_round(db, cast, idea, blind="", led_by=Lead.MEMBERS)
        heads = admitted(db, cast, cast.zaid)
        of_heads = closed_round(db, cast, heads, blind="")
        conflicts.declare(db, find_actor(db, cast.omar.id), idea, "My brother sells these.")
        conflicts.declare(db, find_actor(db, cast.noor.id), idea, "Mine too.")
        ids = idea.id, heads.id
    here = f"/review/rounds/{theirs.id}/ideas/{ids[0]}/decision"
    present = [str(person.id) for person in (cast.sami, cast.dina)]
    for person in (cast.omar, cast.noor):
        browser = as_(person)
        assert browser.get(here).status_code == 403
        assert browser.post(here, decision(cast, present=present)).status_code == 403
    sami = as_(cast.sami)
    assert 'id="decide"' in sami.get(here).text
    assert sami.post(here, decision(cast, present=present) | {"key": sami.key(here, here)}).status_code == 303
    with database.reading() as db:
        made = db.scalars(select(Decision)).one()
        assert (made.decided_by, db.get_one(Idea, ids[0]).stage) == (cast.sami.id, Stage.APPROVED)
    anew = decision(cast, "decline", present=present, instead_of=str(made.id))
    assert as_(cast.dina).post(here, anew | {"key": as_(cast.dina).key(here, here)}).status_code == 303
    with database.reading() as db:
        assert db.get_one(Idea, ids[0]).stage is Stage.DECLINED
    there = f"/review/rounds/{of_heads.id}/ideas/{ids[1]}/decision"
    assert 'id="decide"' not in sami.get(there).text
    assert sami.post(there, decision(cast)).status_code == 403


def test_nothing_is_decided_while_the_scores_are_sealed_until_the_meeting(
    as_: As, database: Database, cast: Cast
) -> None:
    with database.writing() as db:
        idea = admitted(db, cast, cast.zaid)
        round_ = closed_round(db, cast, idea, sight=Sight.MEETING)
        here, number = f"/review/rounds/{round_.id}", round_.id
        where, batch = f"{here}/ideas/{idea.id}/decision", f"{here}/batch"
        assert [one.verb for one in waiting(db, find_actor(db, cast.noor.id))] == ["Open the scores of"]
    noor = as_(cast.noor)
    page = noor.get(where)
    assert (page.status_code, 'id="decide"' in page.text, "sealed until the meeting" in page.text) == (200, False, True)
    refused = noor.post(where, decision(cast) | {"key": new_key()})
    assert (refused.status_code, SEALED in refused.text) == (409, True)
    assert noor.get(batch).status_code == 409
    assert SEALED in noor.post(batch, decision(cast) | {"ideas": [str(idea.id)], "do": "look", "key": new_key()}).text
    assert batch not in noor.get(here).text
    assert where not in noor.get(here).text
    assert noor.post(f"{here}/reveal", {}).status_code == 303
    assert batch in noor.get(here).text
    assert noor.post(where, decision(cast) | {"key": noor.key(where, where)}).status_code == 303
    with database.reading() as db:
        assert db.scalars(select(Decision)).one().round_id == number


def test_of_an_idea_without_a_name_it_never_shows_who_took_part(as_: As, database: Database, cast: Cast) -> None:
    with database.writing() as db:
        idea = admitted(db, cast, cast.omar, custodian_id=cast.root.id)
        round_ = closed_round(db, cast, idea)
        decide(db, cast, round_, idea, present=[str(one.id) for one in (cast.noor, cast.sami, cast.omar)])
        move(db, cast, round_, "publish")
        where = f"/review/rounds/{round_.id}"
    sami = as_(cast.sami)
    page = sami.get(f"{where}/ideas/{idea.id}/decision").text.split("<main")[1]
    assert page.count("kept with the name of who wrote it") == 2
    for words in ("Omar", "Noor, Sami", "Could take part</dt>", "Stepped back"):
        assert words not in page
    assert "by mail" not in sami.get(f"{where}/letters").text
    assert "1 author" not in sami.get(f"{where}/letters").text


def test_who_stepped_back_is_known_and_shown_only_once_names_are(as_: As, database: Database, cast: Cast) -> None:
    with database.writing() as db:
        idea = admitted(db, cast, cast.omar)
        round_ = closed_round(db, cast, idea)
        decide(db, cast, round_, idea)
        where = f"/review/rounds/{round_.id}/ideas/{idea.id}/decision"
        assert json.loads(db.scalars(select(Decision)).one().known)["people"]["recused"] == [cast.omar.id]
    page = as_(cast.sami).get(where).text
    assert "What was known" in page
    assert "Omar" not in page.split('id="known"')[1].split("</section>")[0]
    with database.writing() as db:
        move(db, cast, db.get_one(Round, round_.id), "publish")
    page = as_(cast.sami).get(where).text
    assert "Stepped back</dt><dd>Omar" in page


def test_conditions_are_typed_shown_and_met_with_the_pilot(as_: As, database: Database, cast: Cast) -> None:
    with database.writing() as db:
        idea = admitted(db, cast, cast.zaid)
        round_ = closed_round(db, cast, idea, blind="")
    noor, where = as_(cast.noor), f"/review/rounds/{round_.id}/ideas/{idea.id}/decision"
    yesterday = (date.today() - timedelta(days=1)).isoformat()
    for fields, words in (
        (decision(cast, "decline", **TIED), "Conditions go with an approval"),
        (decision(cast, by_1=SOON.isoformat()), "Say what has to be met by that day."),
        (decision(cast, condition_1="Soon.", by_1=yesterday), "Choose a day that is still to come."),
    ):
        answer = noor.send(where, fields)
        assert (answer.status_code, words in answer.text) == (422, True)
    assert "No lane is closed." in noor.send(where, decision(cast, "decline", **TIED)).text
    mended = noor.send(where, decision(cast, **TIED))
    assert mended.status_code == 303
    for page in (where, f"/ideas/{idea.id}"):
        assert "The owner lends two people." in noor.get(page).text
    with database.writing() as db:
        found = db.get_one(Idea, idea.id)
        found.stage = Stage.IN_PILOT
        pilot = a_pilot(db, found, cast.amal, cast.noor, sponsor_id=cast.layla.id)
        first = db.scalars(select(Condition).order_by(col(Condition.place))).first()
        assert first is not None
    here, there = f"/pilots/{pilot.id}", f"/pilots/{pilot.id}/conditions/{first.id}"
    assert "It is met" not in noor.get(here).text
    assert noor.post(there, {"value": "on"}).status_code == 403
    assert as_(cast.gita).post(there, {"value": "on"}).status_code == 404
    assert as_(cast.amal).post(f"{here}/conditions/999", {"value": "on"}).status_code == 404
    assert as_(cast.amal).post(there, {"value": "perhaps"}).status_code == 422
    for person in (cast.layla, cast.amal):  # the second finds it so already
        assert as_(person).post(there, {"value": "on"}).status_code == 303
    assert "1 of 2 met" in as_(cast.zaid).get(here).text
    with database.reading() as db:
        kept = db.get_one(Condition, first.id)
        assert (kept.met_by, kept.met_at is not None) == (cast.layla.id, True)
        assert len(db.scalars(select(Entry).where(col(Entry.move) == "meet")).all()) == 1


def test_a_condition_of_another_pilot_is_none_of_this(both: Database) -> None:
    cast, _, _ = decided(both, **TIED)
    with both.writing() as db:
        other = admitted(db, cast, cast.zaid)
        pilot = a_pilot(db, other, cast.amal)
        number = db.scalars(select(Condition)).first()
        assert number is not None
        with pytest.raises(Missing):
            say_met(db, find_actor(db, cast.amal.id), db.get_one(Pilot, pilot.id), number.id, met=True)


def test_a_form_with_mistakes_can_be_sent_again_mended(as_: As, database: Database, cast: Cast) -> None:
    with database.writing() as db:
        idea = admitted(db, cast)
        round_ = closed_round(db, cast, idea)
    noor, where = as_(cast.noor), f"/review/rounds/{round_.id}/ideas/{idea.id}/decision"
    first = noor.fill(where, {"verdict": "defer", "reason": "Later.", "present": [str(cast.noor.id)]})
    assert first.status_code == 422
    form = next(form for form in forms_of(first.text) if form.action == where)
    typed = {"day": SOON.isoformat(), "present": [str(cast.noor.id), str(cast.sami.id)]}
    assert noor.post(where, form.filled(typed)).status_code == 303


def test_a_deferred_idea_returns_on_its_day_once_and_the_chair_hears(both: Database) -> None:
    day = date.today() + timedelta(days=3)
    cast, _, idea = decided(both, verdict="defer", day=day.isoformat())
    later = datetime.combine(day, datetime.min.time(), UTC) + timedelta(hours=6)
    with as_of(later - timedelta(days=2)):
        bring_back(both, {})
    with both.reading() as db:
        assert db.get_one(Idea, idea).stage is Stage.DEFERRED
    with as_of(later):
        for _ in range(3):
            bring_back(both, {})
        read_record(both)
    with both.reading() as db:
        assert db.get_one(Idea, idea).stage is Stage.ADMITTED
        entries = db.scalars(select(Entry).where(col(Entry.move) == "day_has_come")).all()
        assert [one.ref for one in entries] == [f"idea:{idea}"]
        told = set(db.scalars(select(col(Notice.person_id)).where(col(Notice.entry) == entries[0].number)))
        assert {cast.noor.id, cast.zaid.id} <= told
        assert any(one.address == "/review/rounds/new" for one in waiting(db, find_actor(db, cast.noor.id)))


def test_what_is_to_be_done_is_followed_until_it_is_answered(both: Database) -> None:
    cast, made, idea = decided(both, verdict="do it now", day=SOON.isoformat())
    with both.writing() as db:
        noor, huda = (find_actor(db, person.id) for person in (cast.noor, cast.huda))
        order = db.scalars(select(Order)).one()
        assert not [one for one in waiting(db, noor) if one.verb == "Ask after"]
    with as_of(datetime.combine(SOON, datetime.min.time(), UTC) + timedelta(days=2)), both.writing() as db:
        late = [one for one in waiting(db, noor) if one.verb == "Ask after"]
        assert [(one.late, one.address) for one in late] == [(True, f"/review/orders/{order.id}")]
        assert [one.late for one in waiting(db, huda) if one.address == late[0].address] == [True]
        kept = db.get_one(Order, order.id)
        with pytest.raises(Refused):
            owners.move(db, noor, kept, "cannot", "Why not.", None)
        owners.move(db, huda, kept, "cannot", "The wall is listed.", kept.version)
        assert (kept.stage, kept.report, kept.done_at) == (OrderStage.CANNOT, "The wall is listed.", None)
        with pytest.raises(Stale):
            owners.move(db, huda, kept, "done", "After all.", None)
        anew = [one for one in waiting(db, noor) if one.verb == "Decide anew on"]
        assert [one.address for one in anew] == [f"/review/rounds/1/ideas/{idea}/decision"]
        assert not [one for one in waiting(db, huda) if "orders" in one.address]
    read_record(both)
    with both.writing() as db:
        entry = db.scalars(select(Entry).where(col(Entry.move) == "cannot")).one()
        assert set(db.scalars(select(col(Notice.person_id)).where(col(Notice.entry) == entry.number))) == {cast.noor.id}
        decide(db, cast, db.get_one(Round, 1), db.get_one(Idea, idea), "decline", instead_of=made)
        assert db.scalars(select(Order)).one().stage is OrderStage.RECALLED
        assert db.get_one(Idea, idea).stage is Stage.DECLINED
        assert not [one for one in waiting(db, noor) if one.verb == "Decide anew on"]


def test_the_owner_says_why_it_cannot_be_done(as_: As, database: Database, cast: Cast) -> None:
    with database.writing() as db:
        idea = admitted(db, cast, cast.zaid)
        round_ = closed_round(db, cast, idea, blind="")
        decide(db, cast, round_, idea, "do it now", day=SOON.isoformat())
        here = f"/review/orders/{db.scalars(select(Order)).one().id}"
    huda = as_(cast.huda)
    assert "say why it cannot be done".casefold() in huda.move(here, "cannot").text.casefold()
    assert huda.move(here, "cannot").status_code == 422
    assert huda.move(here, "cannot", "The wall is listed.").status_code == 303
    page = as_(cast.noor).get(here).text
    assert "The wall is listed." in page
    assert "decide anew" in page
    assert "Decide anew on" in as_(cast.noor).get("/review").text


def test_asking_once_more_is_taken_once_by_the_database_too(both: Database) -> None:
    cast, made, idea = decided(both, verdict="decline")
    with both.writing() as db:
        zaid, found = find_actor(db, cast.zaid.id), db.get_one(Idea, idea)
        with pytest.raises(Invalid):
            ideas.make(db, zaid, found, "reconsider", "  ")
        ideas.make(db, zaid, found, "reconsider", "The belts were bought meanwhile.")
        assert (found.stage, found.revision) == (Stage.SUBMITTED, 2)
        kept = db.get_one(Reconsideration, idea)
        assert (kept.facts, kept.revision, kept.asked_by) == ("The belts were bought meanwhile.", 2, cast.zaid.id)
        found.stage = Stage.DECLINED
        db.flush()
        with pytest.raises(Refused):
            ideas.make(db, zaid, found, "reconsider", "And more.")
    with both.writing() as db:  # past the rule, the table refuses
        db.get_one(Idea, idea).reconsidered = False
    with both.writing() as db:
        found, zaid = db.get_one(Idea, idea), find_actor(db, cast.zaid.id)
        with pytest.raises(Stale):
            ideas.make(db, zaid, found, "reconsider", "And more.")
        db.rollback()
    with both.reading() as db:
        assert db.get_one(Idea, idea).stage is Stage.DECLINED
        assert db.get_one(Decision, made).verdict is Verdict.DECLINE


def test_the_committee_reads_the_new_facts_beside_its_first_answer(as_: As, database: Database, cast: Cast) -> None:
    with database.writing() as db:
        idea = admitted(db, cast, cast.zaid)
        round_ = closed_round(db, cast, idea)
        decide(db, cast, round_, idea, "decline", reason="Nobody has asked for it.")
        move(db, cast, round_, "publish")
        ideas.make(db, find_actor(db, cast.zaid.id), idea, "reconsider", "Two hundred people have asked for it.")
        ideas.make(db, find_actor(db, cast.noor.id), idea, "admit")
        again = closed_round(db, cast, idea, name="Winter round")
    for page in (f"/review/ideas/{idea.id}", f"/review/rounds/{again.id}/ideas/{idea.id}/decision"):
        shown = as_(cast.sami).get(page).text
        assert "Two hundred people have asked for it." in shown
        assert "Nobody has asked for it." in shown
        assert "Zaid" not in shown
    first = as_(cast.sami).get(f"/review/rounds/{round_.id}/ideas/{idea.id}/decision").text
    assert "Decided before" not in first


def test_conditions_stand_in_what_the_authors_read(both: Database) -> None:
    cast, _, idea = decided(both, **TIED)
    with both.reading() as db:
        told = outcome_for(db, find_actor(db, cast.zaid.id), db.get_one(Idea, idea))
        assert told is not None
        assert [one.words for one in told.conditions] == ["The owner lends two people.", "No lane is closed."]
