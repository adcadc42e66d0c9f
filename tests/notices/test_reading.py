"""The record is read once for each whom an entry concerns, and never twice."""

from sqlalchemy import select, text
from sqlmodel import col

from app.db import Database
from app.ideas.models import Stage
from app.notices.actions import PART, is_new, read_on, read_record
from app.notices.models import Notice
from app.outbox import Job
from app.people.actor import find_actor
from app.people.mail import KINDS
from app.people.models import Person
from app.talk.actions import say
from app.talk.models import Follow
from tests.cast import Cast, the_cast
from tests.makers import a_person, an_idea
from tests.work.makers import a_pilot, a_round, follow, told


def heard(database: Database) -> dict[str, list[str]]:
    """What each person was told of, by name."""
    with database.reading() as db:
        query = text(
            "SELECT p.name, r.move FROM notice n JOIN person p ON p.id = n.person_id "
            "JOIN record r ON r.number = n.entry ORDER BY p.name, n.id"
        )
        moves: dict[str, list[str]] = {}
        for name, move in db.execute(query):
            moves.setdefault(name, []).append(move)
        return moves


def unread(database: Database) -> dict[str, int]:
    with database.reading() as db:
        rows = db.execute(select(col(Person.name), col(Person.unread)).where(col(Person.unread) != 0))
        return dict(rows.all())


def a_life(database: Database) -> Cast:
    """Amal's idea is submitted and declined; Zaid follows it."""
    with database.writing() as db:
        cast = the_cast(db)
        idea = an_idea(db, cast.process, cast.amal, stage=Stage.DECLINED, team_id=cast.team.id, title="Low trays")
        follow(db, cast.zaid, idea)
        follow(db, cast.amal, idea)
        told(db, cast.amal, "submit", idea, "draft", "submitted")
        told(db, cast.noor, "decline", idea, "in review", "declined", why="The gates are not where the gap is.")
    return cast


def test_each_entry_is_told_once_to_those_it_concerns_but_not_to_who_did_it(both: Database) -> None:
    a_life(both)
    assert read_record(both) == 7
    expected = {
        "Amal": ["decline"],
        "Badr": ["decline"],
        "Zaid": ["submit", "decline"],
        "Huda": ["submit", "decline"],
        "Noor": ["submit"],
    }
    # Badr is in the team whose idea it is, but submitting is the authors' own doing.
    assert heard(both) == expected
    assert unread(both) == {name: len(moves) for name, moves in expected.items()}
    assert read_record(both) == 0
    assert heard(both) == expected


def test_reading_goes_on_where_it_stopped(both: Database) -> None:
    cast = a_life(both)
    read_record(both)
    with both.writing() as db:
        idea = an_idea(db, cast.process, cast.zaid, stage=Stage.SENT_BACK)
        told(db, cast.noor, "send_back", idea, "submitted", "sent back", why="Say how much.")
    assert read_record(both) == 1
    assert heard(both)["Zaid"] == ["submit", "decline", "send_back"]
    assert unread(both)["Zaid"] == 3


def test_many_entries_are_read_in_chunks(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        idea = an_idea(db, cast.process, cast.zaid, stage=Stage.SUBMITTED)
        for _ in range(450):
            told(db, cast.zaid, "submit", idea, "draft", "submitted")
    assert read_record(both) == 900
    assert unread(both) == {"Noor": 450, "Huda": 450}


def test_of_an_idea_that_is_not_listed_only_its_authors_hear(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        idea = an_idea(db, cast.process, cast.amal, cast.zaid, stage=Stage.DRAFT)
        follow(db, cast.omar, idea)
        told(db, cast.zaid, "withdraw", idea, "submitted", "draft")
        told(db, cast.zaid, "adopt", idea, "signal", "draft")
    read_record(both)
    assert heard(both) == {"Amal": ["adopt"]}


def test_rounds_are_told_to_reviewers_and_gates_to_keepers(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        idea = an_idea(db, cast.process, cast.amal, stage=Stage.IN_REVIEW)
        round_ = a_round(db, cast.committee, cast.noor, (idea,), (cast.sami, cast.dina))
        told(db, cast.noor, "open", round_, "prepared", "open")
        pilot = a_pilot(db, an_idea(db, cast.process, stage=Stage.IN_PILOT), cast.amal, cast.omar, step=3, asked=True)
        step = db.execute(text(f"SELECT id FROM step WHERE pilot_id = {pilot.id} AND number = 3")).scalar_one()
        step_of = type("Step", (), {"ref": f"step:{step}"})
        told(db, cast.amal, "ask", step_of, "open", "asked")
        told(db, cast.omar, "pass", step_of, "asked", "passed")
    read_record(both)
    assert heard(both) == {"Sami": ["open"], "Dina": ["open"], "Omar": ["ask"], "Amal": ["pass"], "Huda": ["pass"]}
    with both.reading() as db:
        about = db.scalars(select(col(Notice.about)).where(col(Notice.person_id) == cast.omar.id)).all()
    assert about == [pilot.ref]


def test_each_is_told_why_once_by_the_nearest_reason(both: Database) -> None:
    a_life(both)
    read_record(both)
    with both.reading() as db:
        query = text("SELECT p.name, n.why, n.topic FROM notice n JOIN person p ON p.id = n.person_id ORDER BY n.id")
        why = {(name, why, topic) for name, why, topic in db.execute(query)}
    assert ("Amal", "author", "decision") in why  # who follows it as well
    assert ("Huda", "process owner", "process") in why
    assert ("Zaid", "follower", "followed") in why


def test_without_a_mail_server_nothing_is_queued(database: Database) -> None:
    a_life(database)
    read_record(database)
    with database.reading() as db:
        assert db.scalars(select(col(Job.payload)).where(col(Job.kind).in_(KINDS))).all() == []
    assert unread(database)["Amal"] == 1


def test_who_cannot_sign_in_is_told_nothing(database: Database) -> None:
    with database.writing() as db:
        cast = the_cast(db)
        idea = an_idea(db, cast.process, cast.zaid, cast.tariq, stage=Stage.SENT_BACK)
        told(db, cast.noor, "send_back", idea, "submitted", "sent back", why="Say how much.")
        db.execute(text(f"UPDATE person SET disabled_at = created_at WHERE id = {cast.tariq.id}"))
    read_record(database)
    assert heard(database) == {"Zaid": ["send_back"]}


def test_a_popular_idea_is_told_in_bounded_parts(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        idea = an_idea(db, cast.process, cast.amal, stage=Stage.DECLINED, title="Low trays")
        people = [a_person(db) for _ in range(1200)]
        db.add_all([Follow(person_id=person.id, about=idea.ref) for person in people])
        told(db, cast.noor, "decline", idea, "in review", "declined", why="No.")
        told(db, cast.noor, "charter", idea, "approved", "in pilot")
    sizes = []
    while is_new(both):
        with both.writing() as db:
            sizes.append(read_on(db))
    assert max(sizes) <= PART
    assert sum(sizes) == 2 * 1200 + 3  # and the author twice, the owner once
    with both.reading() as db:
        twice = text("SELECT count(*) FROM (SELECT 1 FROM notice GROUP BY person_id, entry HAVING count(*) > 1) AS t")
        assert db.execute(twice).scalar_one() == 0
        assert set(db.scalars(select(col(Person.unread)).where(col(Person.id).in_([p.id for p in people])))) == {2}


def test_talk_is_told_to_whom_it_answers_and_a_follower_hears_of_it_once(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        idea = an_idea(db, cast.process, cast.amal, stage=Stage.SUBMITTED)
        amal, zaid, badr = (find_actor(db, person.id) for person in (cast.amal, cast.zaid, cast.badr))
        follow(db, cast.omar, idea)
        first = say(db, zaid, idea.ref, "Why not lower?")
        say(db, badr, idea.ref, "Because of the belt.", first.id)
        say(db, amal, idea.ref, "Quite so.")
    read_record(both)
    with both.reading() as db:
        query = text("SELECT p.name, n.why FROM notice n JOIN person p ON p.id = n.person_id ORDER BY p.name, n.id")
        rows = [tuple(row) for row in db.execute(query)]
    assert rows.count(("Omar", "follower")) == 1
    assert rows.count(("Amal", "author")) == 2
    assert [row for row in rows if row[0] == "Zaid"] == [("Zaid", "answered"), ("Zaid", "follower")]
    assert ("Huda", "process owner") not in rows


def test_of_talk_about_an_idea_that_is_not_listed_only_its_authors_hear(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        idea = an_idea(db, cast.process, cast.amal, cast.badr, stage=Stage.DRAFT)
        follow(db, cast.omar, idea)
        say(db, find_actor(db, cast.amal.id), idea.ref, "Shall we?")
    read_record(both)
    assert heard(both) == {"Badr": ["say"]}
