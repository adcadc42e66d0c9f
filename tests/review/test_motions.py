"""Motions: who votes, what carries, what is kept of a secret vote, and what the database refuses."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import col

from app.columns import as_of, now
from app.db import Database
from app.errors import Refused, Stale
from app.ideas.models import Conflict, ConflictKind, Idea
from app.people.actor import find_actor
from app.people.models import Post
from app.record.models import Entry, Salt
from app.record.queries import verify
from app.review.conflicts import declare
from app.review.meetings import actions, motions
from app.review.meetings.models import BallotBox, Motion, MotionPresent, MotionStage, Result, Say, Turnout, Vote
from app.review.meetings.rules import chairing, outcome
from app.review.models import Decision
from app.review.waiting import waiting
from tests.cast import Cast
from tests.client import Browser
from tests.makers import a_seat
from tests.review.makers import decision
from tests.review.meeting_makers import WORDS, a_motion, close, running, say, told
from tests.review.test_race import AT_ONCE, together

As = Callable[..., Browser]


@pytest.mark.parametrize(
    ("yes", "no", "present", "chair", "result", "casting"),
    [
        (2, 1, 3, None, "carried", False),
        (1, 2, 3, Say.YES, "lost", False),
        (1, 0, 3, None, "carried", False),  # abstentions count neither way
        (0, 0, 3, None, "lost", False),
        (0, 0, 3, Say.YES, "lost", False),
        (2, 2, 4, Say.YES, "carried", True),
        (2, 2, 4, Say.NO, "lost", True),
        (2, 2, 4, Say.ABSTAIN, "lost", False),
        (2, 2, 4, None, "lost", False),  # a secret vote, or a chair who is out
        (2, 0, 2, Say.YES, "no quorum", False),
    ],
)
def test_what_a_vote_comes_to(yes: int, no: int, present: int, chair: Say | None, result: str, casting: bool) -> None:
    assert outcome(yes, no, present, 3, chair) == (Result(result), casting)


@pytest.mark.parametrize(
    ("yes", "no", "apart", "result"),
    [
        (4, 1, 1, "carried"),
        (3, 2, 1, "void"),  # without a yes there is a tie
        (2, 2, 1, "void"),
        (1, 3, 1, "lost"),
        (1, 1, 2, "void"),
        (0, 0, 2, "lost"),  # both abstained
        (3, 0, 2, "carried"),
    ],
)
def test_a_secret_vote_holds_where_it_does_not_hang_on_who_has_a_conflict_by_now(
    yes: int, no: int, apart: int, result: str
) -> None:
    assert outcome(yes, no, 5, 3, None, apart) == (Result(result), False)


def test_the_deputy_breaks_a_tie_where_the_chair_does_not_count() -> None:
    posts = {1: Post.MEMBER, 2: Post.CHAIR, 3: Post.DEPUTY}
    assert chairing(posts, frozenset({1, 2, 3})) == 2
    assert chairing(posts, frozenset({1, 3})) == 3
    assert chairing(posts, frozenset({1})) is None


def test_who_has_a_conflict_counts_neither_for_the_quorum_nor_against_it(both: Database) -> None:
    story = told(both, blind="")
    cast = story.cast
    with both.writing() as db:
        sami = find_actor(db, cast.sami.id)
        declare(db, sami, db.get_one(Idea, story.first), "My wife sells these belts")
        meeting = running(db, cast, story.first, story.second, there=(cast.noor, cast.sami))
        motion = a_motion(db, cast, story.round, story.first, meeting)
        with pytest.raises(Refused):
            motions.vote(db, sami, motion, Say.YES)
        say(db, motion, yes=cast.noor)
        assert close(db, cast, motion).result is Result.NO_QUORUM
        there = {one.person_id: one.counts for one in db.scalars(select(MotionPresent))}
        assert there == {cast.noor.id: True, cast.sami.id: False}
        actions.come_or_go(db, find_actor(db, cast.dina.id), meeting, True)
        again = a_motion(db, cast, story.round, story.first, meeting)
        say(db, again, yes=cast.noor, abstain=cast.dina)
        assert close(db, cast, again).result is Result.CARRIED


def everybody(cast: Cast) -> tuple[Any, ...]:
    return cast.noor, cast.sami, cast.dina, cast.omar


def test_the_vote_of_who_has_a_conflict_by_the_closing_does_not_count(both: Database) -> None:
    story = told(both, blind="")
    cast = story.cast
    with both.writing() as db:
        meeting = running(db, cast, story.first, there=everybody(cast))
        motion = a_motion(db, cast, story.round, story.first, meeting)
        say(db, motion, yes=(cast.sami, cast.omar), no=(cast.dina, cast.noor))
        declare(db, find_actor(db, cast.dina.id), db.get_one(Idea, story.first), "My wife sells these belts")
        close(db, cast, motion)
        assert (motion.yes, motion.no, motion.result) == (2, 1, Result.CARRIED)
        entry = db.scalars(select(Entry).where(col(Entry.move) == "close", col(Entry.ref) == motion.ref)).one()
        assert cast.dina.id not in dict(json.loads(entry.figures)["votes"])
        assert cast.dina.id not in motions.votes(db, motion.id)
        there = {one.person_id: one.counts for one in db.scalars(select(MotionPresent))}
        assert there == {person.id: person is not cast.dina for person in everybody(cast)}
    with both.reading() as db:
        assert verify(db, both.known["record_keys"]).intact


@pytest.mark.parametrize(("against", "result"), [("dina", Result.VOID), (None, Result.CARRIED)])
def test_a_secret_vote_on_which_a_conflict_could_tell_is_void(
    both: Database, against: str | None, result: Result
) -> None:
    """Three yes, and perhaps two no; of one of them nobody knows what they said."""
    story = told(both, blind="")
    cast = story.cast
    with both.writing() as db:
        meeting = running(db, cast, story.first, there=everybody(cast))
        motion = a_motion(db, cast, story.round, story.first, meeting, secret="on")
        say(db, motion, yes=(cast.sami, cast.noor))
        say(db, motion, **({"no": getattr(cast, against)} if against else {"abstain": cast.dina}))
        say(db, motion, **({"abstain": cast.omar} if against else {"yes": cast.omar}))
        declare(db, find_actor(db, cast.omar.id), db.get_one(Idea, story.first), "My wife sells these belts")
        close(db, cast, motion)
        assert motion.result is result
        again = a_motion(db, cast, story.round, story.first, meeting)
        assert again.open


def test_a_vote_in_writing_of_who_has_a_conflict_by_its_day_is_neither_counted_nor_present(both: Database) -> None:
    story = told(both)
    cast = story.cast
    with both.writing() as db:
        motion = a_motion(db, cast, story.round, story.first, due=date.today())
        say(db, motion, yes=(cast.sami, cast.omar))
        # Confirmed by the keeper of names, which nobody on the committee hears of.
        db.add(Conflict(idea_id=story.first, person_id=cast.omar.id, kind=ConflictKind.DEPARTMENT))
    with as_of(now() + timedelta(days=2)):
        motions.close_what_is_due(both)
    with both.reading() as db:
        kept = db.get_one(Motion, motion.id)
        assert (kept.yes, kept.result) == (1, Result.NO_QUORUM)
        assert motions.known_from(db, kept) == [cast.sami.id]


def test_only_who_is_in_the_room_votes(both: Database) -> None:
    story = told(both)
    cast = story.cast
    with both.writing() as db:
        meeting = running(db, cast, story.first)
        motion = a_motion(db, cast, story.round, story.first, meeting)
        for person in (cast.omar, cast.zaid, cast.layla):
            with pytest.raises(Refused):
                motions.vote(db, find_actor(db, person.id), motion, Say.YES)
        omar = find_actor(db, cast.omar.id)
        actions.come_or_go(db, omar, meeting, True)
        motions.vote(db, omar, motion, Say.NO)
        assert [(vote.person_id, vote.say) for vote in db.scalars(select(Vote))] == [(cast.omar.id, Say.NO)]


def test_an_open_vote_is_set_to_a_value_and_opened_in_the_record_at_its_end(both: Database) -> None:
    story = told(both, blind="")
    cast = story.cast
    with both.writing() as db:
        meeting = running(db, cast, story.first)
        motion = a_motion(db, cast, story.round, story.first, meeting)
        say(db, motion, yes=(cast.sami, cast.dina))
        say(db, motion, yes=cast.sami, no=cast.dina)
        given = list(db.scalars(select(Entry).where(col(Entry.move) == "vote")))
        assert [entry.actor_id for entry in given] == [cast.sami.id, cast.dina.id, cast.dina.id]
        assert all("yes" not in entry.figures and "no" not in entry.figures for entry in given)
        close(db, cast, motion)
        assert (motion.yes, motion.no, motion.abstain, motion.result) == (1, 1, 0, Result.LOST)
        entry = db.scalars(select(Entry).where(col(Entry.move) == "close", col(Entry.ref) == motion.ref)).one()
        votes = dict(json.loads(entry.figures)["votes"])
        assert votes == {cast.sami.id: "yes", cast.dina.id: "no"}
    with both.reading() as db:
        assert verify(db, both.known["record_keys"]).intact


def test_of_a_blind_idea_the_record_names_nobody_beside_a_vote(both: Database) -> None:
    """Who is missing would tell who wrote it."""
    story = told(both)
    cast = story.cast
    with both.writing() as db:
        motion = a_motion(db, cast, story.round, story.first, running(db, cast, story.first))
        say(db, motion, yes=(cast.sami, cast.dina, cast.noor))
        close(db, cast, motion)
        entry = db.scalars(select(Entry).where(col(Entry.move) == "close", col(Entry.ref) == motion.ref)).one()
        figures = json.loads(entry.figures)
        assert "votes" not in figures
        assert (figures["yes"], figures["result"]) == (3, "carried")


def test_the_chairs_own_vote_breaks_a_tie_of_an_open_vote(both: Database) -> None:
    story = told(both)
    cast = story.cast
    with both.writing() as db:
        motion = a_motion(db, cast, story.round, story.first, running(db, cast, story.first))
        say(db, motion, yes=cast.noor, no=cast.sami, abstain=cast.dina)
        close(db, cast, motion)
        assert (motion.result, motion.casting) == (Result.CARRIED, True)


SECRET = {"sami": Say.YES, "dina": Say.NO, "noor": Say.YES, "omar": Say.ABSTAIN}


def test_a_secret_vote_cannot_be_traced_in_tables_or_record(both: Database) -> None:
    """Two worlds in which the same people voted, each otherwise, are equal in every table and every entry."""
    story = told(both)
    cast = story.cast
    people = {name: getattr(cast, name) for name in SECRET}
    with both.writing() as db:
        meeting = running(db, cast, story.first, story.second, there=people.values())
        one = a_motion(db, cast, story.round, story.first, meeting, secret="on")
        other = a_motion(db, cast, story.round, story.second, meeting, secret="on")
    for (name, person), value in zip(people.items(), reversed(SECRET.values()), strict=True):
        for motion, given in ((one, SECRET[name]), (other, value)):
            with both.writing() as db:
                motions.vote(db, find_actor(db, person.id), db.get_one(Motion, motion.id), given)
    with both.writing() as db:
        one, other = db.get_one(Motion, one.id), db.get_one(Motion, other.id)
        assert db.scalars(select(Vote)).all() == []
        assert db.scalars(select(Entry).where(col(Entry.move) == "vote")).all() == []
        close(db, cast, one)
        close(db, cast, other)
    with both.reading() as db:
        for motion in (one, other):
            assert (motion.yes, motion.no, motion.abstain) == (2, 1, 1)
            voted = set(db.scalars(select(col(Turnout.person_id)).where(col(Turnout.motion_id) == motion.id)))
            assert voted == {person.id for person in people.values()}
        worlds = [everything_about(db, motion.id) for motion in (one, other)]
        assert worlds[0] == worlds[1]
        if not both.embedded:
            # Nor by which of the three sums was written last: all are, with each vote.
            assert db.scalar(text("SELECT count(DISTINCT xmin::text) FROM ballot_box")) == 2
        assert verify(db, both.known["record_keys"]).intact


def everything_about(db: Any, motion_id: int) -> Any:
    """All columns of all rows of the vote's own tables, without which motion it is; and what the record says."""
    tables = {}
    for name in ("motion_turnout", "motion_vote", "ballot_box", "motion_present"):
        rows = db.execute(text(f"SELECT * FROM {name} WHERE motion_id = :id"), {"id": motion_id}).mappings()
        tables[name] = sorted(str({k: v for k, v in row.items() if k not in ("id", "motion_id")}) for row in rows)
    entries = db.scalars(select(Entry).where(col(Entry.ref) == f"motion:{motion_id}")).all()
    said = []
    for entry in entries:
        figures = json.loads(entry.figures)
        figures["ballots"] = Counter(figures.get("ballots", ()))
        figures.pop("idea", None)
        salts = db.scalars(select(Salt).where(col(Salt.number) == entry.number).order_by(col(Salt.name)))
        words = [(salt.name, salt.words) for salt in salts]
        said.append((entry.move, entry.actor_id, figures, words))
    return tables, said


def test_the_ballots_enter_the_record_shuffled(both: Database) -> None:
    """In the order in which they were cast only as often as chance has it."""
    story = told(both)
    cast = story.cast
    orders = set()
    for _ in range(12):
        figures = motions.told(
            Motion(secret=True, idea_id=story.first, quorum=2),
            {Say.YES: 3, Say.NO: 3, Say.ABSTAIN: 2},
            {},
            Result.LOST,
            hidden=False,
        )
        ballots = figures["ballots"]
        assert Counter(ballots) == {"yes": 3, "no": 3, "abstain": 2}  # type: ignore[arg-type]
        orders.add(tuple(ballots))  # type: ignore[arg-type]
    assert len(orders) > 6
    assert cast.noor.id


def test_a_secret_vote_is_cast_once_and_for_good(both: Database) -> None:
    story = told(both)
    cast = story.cast
    with both.writing() as db:
        motion = a_motion(db, cast, story.round, story.first, running(db, cast, story.first), secret="on")
        say(db, motion, yes=cast.sami)
        with pytest.raises(Stale):
            say(db, motion, no=cast.sami)
        box = {row.say: row.ballots for row in db.scalars(select(BallotBox))}
        assert box == {Say.YES: 1, Say.NO: 0, Say.ABSTAIN: 0}


@pytest.mark.parametrize("secret", ["", "on"])
def test_the_database_itself_takes_no_vote_after_closing_and_no_second_one(both: Database, secret: str) -> None:
    story = told(both)
    cast = story.cast
    with both.writing() as db:
        motion = a_motion(db, cast, story.round, story.first, running(db, cast, story.first), secret=secret)
        say(db, motion, yes=cast.sami)
    refused = [("INSERT INTO motion_turnout VALUES (:motion, :person)", cast.sami.id)]  # a second one
    with both.writing() as db:
        close(db, cast, db.get_one(Motion, motion.id))
    refused += [
        ("INSERT INTO motion_turnout VALUES (:motion, :person)", cast.dina.id),
        ("INSERT INTO motion_vote VALUES (:motion, :person, 'yes')", cast.dina.id),
        ("UPDATE motion_vote SET say = 'no' WHERE motion_id = :motion AND person_id = :person", cast.sami.id),
        ("UPDATE ballot_box SET ballots = 9 WHERE motion_id = :motion AND :person > 0", cast.sami.id),
    ]
    touched = refused if secret else refused[:4]
    for words, person in touched:
        if secret and "SET say" in words:
            continue
        with pytest.raises(DBAPIError), both.writing() as db:
            db.execute(text(words), {"motion": motion.id, "person": person})


@pytest.mark.parametrize("secret", ["", "on"])
def test_of_twenty_votes_of_one_person_at_once_one_counts(both: Database, secret: str) -> None:
    story = told(both)
    cast = story.cast
    with both.writing() as db:
        motion = a_motion(db, cast, story.round, story.first, running(db, cast, story.first), secret=secret)
    statuses = together(both, cast.sami.id, f"/review/motions/{motion.id}/vote", [{"value": "yes"}] * AT_ONCE)
    assert statuses == ([303] + [409] * (AT_ONCE - 1) if secret else [303] * AT_ONCE)
    with both.reading() as db:
        assert db.scalars(select(col(Turnout.person_id))).all() == [cast.sami.id]
        sums = {row.say: row.ballots for row in db.scalars(select(BallotBox))}
        assert sums.get(Say.YES, 0) == (1 if secret else 0)
        assert len(db.scalars(select(Entry).where(col(Entry.move) == "vote")).all()) == (0 if secret else 1)


def test_of_twenty_closings_one_counts_and_a_vote_after_it_is_refused(both: Database) -> None:
    story = told(both)
    cast = story.cast
    with both.writing() as db:
        motion = a_motion(db, cast, story.round, story.first, running(db, cast, story.first))
        say(db, motion, yes=(cast.sami, cast.noor))
    here = f"/review/motions/{motion.id}"
    assert together(both, cast.noor.id, f"{here}/moves", [{"name": "close"}] * AT_ONCE) == [303] + [409] * (AT_ONCE - 1)
    assert together(both, cast.dina.id, f"{here}/vote", [{"value": "no"}] * 3) == [409] * 3
    with both.reading() as db:
        assert db.get_one(Motion, motion.id).no == 0
        assert len(db.scalars(select(Entry).where(col(Entry.move) == "close", col(Entry.ref) == motion.ref)).all()) == 1


def test_of_twenty_motions_on_one_idea_one_is_open(both: Database) -> None:
    story = told(both)
    cast = story.cast
    soon = (date.today() + timedelta(days=3)).isoformat()
    bodies = [{"verdict": "approve", "words": WORDS, "due": soon, "key": f"k{one}"} for one in range(AT_ONCE)]
    address = f"/review/rounds/{story.round}/ideas/{story.first}/motion"
    assert together(both, cast.noor.id, address, bodies) == [303] + [409] * (AT_ONCE - 1)


def test_a_vote_in_writing_from_its_motion_to_its_decision(as_: As, database: Database, story: Any, cast: Cast) -> None:
    noor, sami, dina = as_(cast.noor), as_(cast.sami), as_(cast.dina)
    page = f"/review/rounds/{story.round}/ideas/{story.first}/motion"
    assert sami.get(page).status_code == 403
    assert as_(cast.zaid).get(page).status_code in (403, 404)
    bad = noor.send(page, {"verdict": "defer", "words": WORDS, "due": "2020-01-01"})
    assert bad.status_code == 422
    assert WORDS in bad.text
    assert "Say until which day" in bad.text
    soon = date.today() + timedelta(days=3)
    made = noor.send(page, {"verdict": "approve", "words": WORDS, "due": soon.isoformat()})
    assert made.status_code == 303
    here = made.headers["location"]
    with database.reading() as db:
        item = next(one for one in waiting(db, find_actor(db, cast.sami.id)) if one.verb == "Vote on")
        assert (item.address, item.due, item.title) == (here, soon, "Bag drop before the door")
    assert "Vote on" in sami.get("/review").text
    assert noor.post(f"{here}/moves", {"name": "close"}).status_code == 409  # not all have voted
    assert sami.post(f"{here}/vote", {"value": "maybe"}).status_code == 422
    for browser in (sami, dina, as_(cast.omar), noor):
        assert browser.post(f"{here}/vote", {"value": "yes"}).status_code == 303
    assert "Vote on" not in sami.get("/review").text
    assert sami.post(f"{here}/moves", {"name": "close"}).status_code == 403
    assert "votes are</b>" not in noor.get(here).text
    assert noor.post(f"{here}/moves", {"name": "close"}).status_code == 303
    page = noor.get(here).text
    assert "<b>4</b> yes" in page
    link = f"/review/rounds/{story.round}/ideas/{story.first}/decision?motion={here.rsplit('/', 1)[1]}"
    assert link in page
    prefilled = noor.get(link).text
    assert WORDS in prefilled
    assert 'name="verdict" value="approve" checked' in prefilled
    assert prefilled.count('name="present"') == prefilled.count('name="present" value') == 4
    assert all(f'value="{person.id}" checked' in prefilled for person in (cast.noor, cast.sami, cast.dina, cast.omar))
    assert noor.works(link, {}, "Record the decision").startswith("/review/rounds/")
    with database.reading() as db:
        assert db.scalars(select(Decision)).one().reason == WORDS


@pytest.mark.parametrize(
    ("yes", "no", "refused", "words"),
    [
        ("sami dina omar", "noor", ("decline", "return"), "carried the motion “approve for a pilot”"),
        ("noor", "sami dina omar", ("approve",), "did not carry the motion “approve for a pilot”"),
        ("sami", "", (), "without a quorum a vote binds nobody"),
    ],
)
def test_a_decision_follows_the_vote_and_keeps_how_it_went(
    as_: As, database: Database, story: Any, cast: Cast, yes: str, no: str, refused: Sequence[str], words: str
) -> None:
    people = {name: [getattr(cast, one) for one in said.split()] for name, said in (("yes", yes), ("no", no))}
    with database.writing() as db:
        motion = a_motion(db, cast, story.round, story.first, due=date.today())
        say(db, motion, **people)
        ids = motion.id
    noor, page = as_(cast.noor), f"/review/rounds/{story.round}/ideas/{story.first}/decision"
    early = noor.send(page, decision(cast))
    assert early.status_code == 422
    assert "The committee is voting on a motion about this idea" in early.text
    with database.writing() as db:
        motions.close(db, None, db.get_one(Motion, ids))
    for verdict in refused:
        answer = noor.send(page, decision(cast, verdict=verdict, reason="Another word"))
        assert answer.status_code == 422
        assert words in answer.text
        assert "Another word" in answer.text
    verdict = next(one for one in ("approve", "decline") if one not in refused)
    assert noor.send(page, decision(cast, verdict=verdict)).status_code == 303
    with database.reading() as db:
        made = db.scalars(select(Decision)).one()
        result = {"sami dina omar": "carried", "noor": "lost", "sami": "no quorum"}[yes]
        told = {"verdict": "approve", "for": len(yes.split()), "against": len(no.split()), "abstained": 0}
        assert json.loads(made.known)["vote"] == told | {"result": result}
    shown = noor.get(page).text
    assert f"Approve {result}: {len(yes.split())} for, {len(no.split())} against, 0 abstained" in shown
    assert noor.send(page, decision(cast, verdict="return", instead_of=str(made.id))).status_code == 303


def test_a_vote_in_writing_closes_by_itself_after_its_day(both: Database) -> None:
    story = told(both)
    cast = story.cast
    with both.writing() as db:
        motion = a_motion(db, cast, story.round, story.first, due=date.today() + timedelta(days=1))
        say(db, motion, yes=cast.sami, no=cast.dina)
    assert motions.close_what_is_due(both) == 0
    with as_of(now() + timedelta(days=2)):
        with both.writing() as db, pytest.raises(Stale):
            say(db, db.get_one(Motion, motion.id), yes=cast.omar)
        assert motions.close_what_is_due(both) == 1
        assert motions.close_what_is_due(both) == 0
    with both.reading() as db:
        kept = db.get_one(Motion, motion.id)
        assert (kept.stage, kept.yes, kept.no, kept.result) == (MotionStage.CLOSED, 1, 1, Result.LOST)
        assert {one.person_id for one in db.scalars(select(MotionPresent))} == {cast.sami.id, cast.dina.id}


def test_in_writing_those_who_vote_or_abstain_are_present(both: Database) -> None:
    story = told(both)
    cast = story.cast
    with both.writing() as db:
        motion = a_motion(db, cast, story.round, story.first, due=date.today())
        say(db, motion, yes=cast.sami)
    with as_of(now() + timedelta(days=2)):
        motions.close_what_is_due(both)
    with both.reading() as db:
        assert db.get_one(Motion, motion.id).result is Result.NO_QUORUM


def test_dissent_is_noted_in_words_once_by_who_voted(as_: As, database: Database, story: Any, cast: Cast) -> None:
    with database.writing() as db:
        meeting = running(db, cast, story.first)
        motion = a_motion(db, cast, story.round, story.first, meeting)
        say(db, motion, yes=(cast.noor, cast.dina), no=cast.sami)
    sami, here = as_(cast.sami), f"/review/motions/{motion.id}"
    words = {"words": "It was tried in 2019."}
    assert sami.post(f"{here}/dissent", words).status_code == 409
    with database.writing() as db:
        close(db, cast, db.get_one(Motion, motion.id))
    assert sami.post(f"{here}/dissent", {"words": " "}).status_code == 422
    assert sami.post(f"{here}/dissent", words).status_code == 303
    late = sami.post(f"{here}/dissent", {"words": "And again in 2021."})
    assert late.status_code == 409
    assert "And again in 2021." in late.text
    assert as_(cast.omar).post(f"{here}/dissent", words).status_code == 409  # was not there
    assert "It was tried in 2019." in as_(cast.dina).get(here).text


def test_who_has_a_conflict_finds_no_motion(as_: As, database: Database, story: Any, cast: Cast) -> None:
    with database.writing() as db:
        declare(db, find_actor(db, cast.omar.id), db.get_one(Idea, story.first), "My brother sells belts")
        motion = a_motion(db, cast, story.round, story.first)
    omar, here = as_(cast.omar), f"/review/motions/{motion.id}"
    assert omar.get(here).status_code == 404
    for address, form in (("vote", {"value": "yes"}), ("dissent", {"words": "No"}), ("moves", {"name": "close"})):
        assert omar.post(f"{here}/{address}", form).status_code == 404
    assert "Vote on" not in omar.get("/review").text
    for other in (cast.zaid, cast.layla, cast.root):
        assert as_(other).get(here).status_code == 403
    assert as_(cast.gita).get(here).status_code == 404


def test_a_chair_with_a_conflict_neither_puts_a_motion_nor_closes_one(
    as_: As, database: Database, story: Any, cast: Cast
) -> None:
    with database.writing() as db:
        a_seat(db, cast.committee, cast.layla, Post.DEPUTY)
        declare(db, find_actor(db, cast.noor.id), db.get_one(Idea, story.first), "My brother sells belts")
    noor, page = as_(cast.noor), f"/review/rounds/{story.round}/ideas/{story.first}/motion"
    refused = noor.get(page)
    assert refused.status_code == 403
    assert "Whoever of chair and deputy has none acts in your place" in refused.text
    assert "Layla" not in refused.text  # that it is not the deputy would tell who wrote it
    soon = (date.today() + timedelta(days=3)).isoformat()
    layla = as_(cast.layla)
    here = layla.send(page, {"verdict": "approve", "words": WORDS, "due": soon}).headers["location"]
    assert noor.post(f"{here}/moves", {"name": "close"}).status_code == 404
    assert layla.move(here, "withdraw").status_code == 422
    assert layla.move(here, "withdraw", "Put too early").status_code == 303
    assert layla.post(f"{here}/vote", {"value": "yes"}).status_code == 409


def test_no_motion_while_reviewing_is_open_or_after_the_decision(
    as_: As, database: Database, story: Any, cast: Cast
) -> None:
    noor, page = as_(cast.noor), f"/review/rounds/{story.round}/ideas/{story.first}"
    assert noor.send(f"{page}/decision", decision(cast)).status_code == 303
    assert noor.get(f"{page}/motion").status_code == 409
    fields = {"verdict": "approve", "words": WORDS, "due": date.today().isoformat(), "key": "k"}
    late = noor.post(f"{page}/motion", fields)
    assert late.status_code == 409
    assert WORDS in late.text


@pytest.fixture
def story(database: Database) -> Any:
    return told(database)


@pytest.fixture
def cast(story: Any) -> Cast:
    """The people of the story."""
    found: Cast = story.cast
    return found
