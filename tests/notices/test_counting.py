"""The count in the frame holds only notices whose thing its reader may still see."""

from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from app.columns import now
from app.db import Database
from app.ideas import actions
from app.ideas.forms import IdeaForm
from app.ideas.guests.actions import let_in, take_out
from app.ideas.models import Audience, Idea, IdeaDepartment, Stage
from app.notices import digests
from app.notices.actions import read_record
from app.notices.models import Notice, Preference
from app.people.actions import change_person
from app.people.actor import find_actor
from app.people.models import Person
from app.talk.actions import say
from tests.bench.counting import statements
from tests.cast import Cast, the_cast
from tests.client import Browser
from tests.makers import an_idea
from tests.work.makers import follow, told

As = Callable[..., Browser]


def count(database: Database, person: Person) -> int:
    with database.reading() as db:
        return db.scalars(select(col(Person.unread)).where(col(Person.id) == person.id)).one()


def told_of(database: Database, person: Person) -> Sequence[str]:
    with database.reading() as db:
        query = select(col(Notice.about)).where(col(Notice.person_id) == person.id)
        return db.scalars(query.order_by(col(Notice.entry))).all()


def change(database: Database, person: Person, idea: int, **over: object) -> None:
    """The idea's author changes its text, or for whom it is."""
    with database.writing() as db:
        found = db.get_one(Idea, idea)
        given = {"process": found.process_id, "title": found.title, "story": "s", "change": "c"}
        data = IdeaForm.model_validate({**given, "then": "draft", "version": found.version, **over})
        actions.change(db, find_actor(db, person.id), found, data)
    read_record(database)


def move(database: Database, person: Person, idea: int, name: str) -> None:
    with database.writing() as db:
        actions.make(db, find_actor(db, person.id), db.get_one(Idea, idea), name)
    read_record(database)


def comment(database: Database, person: Person, idea: int, words: str) -> int:
    with database.writing() as db:
        number = say(db, find_actor(db, person.id), f"idea:{idea}", words).id
    read_record(database)
    return number


@pytest.fixture
def followed(both: Database) -> Cast:
    """Zaid and Tariq follow an idea of Amal's, for everybody, which was sent back; each has read nothing of it."""
    with both.writing() as db:
        cast = the_cast(db)
        idea = an_idea(db, cast.process, cast.amal, stage=Stage.SENT_BACK, title="Quiet one")
        for person in (cast.zaid, cast.tariq):
            follow(db, person, idea)
        told(db, cast.noor, "admit", idea, "submitted", "admitted")
    read_record(both)
    assert (count(both, cast.zaid), count(both, cast.tariq)) == (1, 1)
    return cast


def test_an_idea_that_is_narrowed_leaves_the_count(both: Database, followed: Cast) -> None:
    cast = followed
    change(both, cast.amal, 1, audience="departments", departments=[cast.tariq.department_id])
    assert (count(both, cast.zaid), count(both, cast.tariq)) == (0, 1)
    change(both, cast.amal, 1, audience="departments", departments=[cast.zaid.department_id])
    assert (count(both, cast.zaid), count(both, cast.tariq)) == (1, 0), "other departments, told by the record too"
    change(both, cast.amal, 1, audience="committee")
    assert (count(both, cast.zaid), count(both, cast.tariq)) == (0, 0)
    change(both, cast.amal, 1, audience="everyone")
    assert (count(both, cast.zaid), count(both, cast.tariq)) == (1, 1), "it was never read"


def test_who_may_not_see_it_is_told_nothing_more(both: Database, followed: Cast) -> None:
    cast = followed
    change(both, cast.amal, 1, audience="committee")
    comment(both, cast.amal, 1, "A word among few")
    with both.writing() as db:
        told(db, cast.noor, "admit", db.get_one(Idea, 1), "submitted", "admitted")
    read_record(both)
    assert told_of(both, cast.zaid) == ["idea:1"], "what came before"
    assert count(both, cast.zaid) == 0
    assert "idea:1" in told_of(both, cast.huda) or count(both, cast.amal) > 0, "others hear of it"


def test_an_idea_that_is_taken_back_and_submitted_again(both: Database, followed: Cast) -> None:
    cast = followed
    with both.writing() as db:
        db.execute(update(Idea).values(stage=Stage.SUBMITTED))
    move(both, cast.amal, 1, "withdraw")
    assert count(both, cast.zaid) == 0
    move(both, cast.amal, 1, "submit")
    assert count(both, cast.zaid) == 2, "the first one, and the new submission"


def test_who_moves_to_another_department(both: Database, followed: Cast) -> None:
    cast = followed
    with both.writing() as db:
        db.execute(update(Idea).values(audience=Audience.DEPARTMENTS))
        db.add(IdeaDepartment(idea_id=1, department_id=cast.zaid.department_id))
    with both.writing() as db:
        zaid = db.get_one(Person, cast.zaid.id)
        change_person(db, cast.root.id, zaid, {"department_id": cast.tariq.department_id})
    read_record(both)
    assert count(both, cast.zaid) == 0
    with both.writing() as db:
        change_person(db, cast.root.id, db.get_one(Person, cast.zaid.id), {"department_id": cast.zaid.department_id})
    read_record(both)
    assert count(both, cast.zaid) == 1


def test_a_guest_who_is_taken_out(both: Database, followed: Cast) -> None:
    cast = followed
    with both.writing() as db:
        db.execute(update(Idea).values(stage=Stage.SUBMITTED))
        let_in(db, find_actor(db, cast.amal.id), db.get_one(Idea, 1), db.get_one(Person, cast.gita.id))
        follow(db, cast.gita, db.get_one(Idea, 1))
    comment(both, cast.amal, 1, "Can your firm make it?")
    assert count(both, cast.gita) == 2, "the invitation and the word"
    with both.writing() as db:
        take_out(db, find_actor(db, cast.amal.id), db.get_one(Idea, 1), cast.gita.id)
    comment(both, cast.amal, 1, "Between us")
    assert count(both, cast.gita) == 0
    assert len(told_of(both, cast.gita)) == 2


def test_reading_counts_what_is_seen(database: Database, cast: Cast, as_: As) -> None:
    """One that is out of sight without an entry: the count is right from the next time anything is read."""
    with database.writing() as db:
        ideas = [an_idea(db, cast.process, cast.amal, stage=Stage.SUBMITTED) for _ in range(3)]
        for idea in ideas:
            follow(db, cast.zaid, idea)
            told(db, cast.amal, "submit", idea, "draft", "submitted")
    read_record(database)
    assert count(database, cast.zaid) == 3
    with database.writing() as db:
        db.execute(update(Idea).where(col(Idea.id) == 3).values(audience=Audience.COMMITTEE))
    with database.reading() as db:
        first = db.scalars(select(col(Notice.entry)).where(col(Notice.person_id) == cast.zaid.id)).first()
    zaid = as_(cast.zaid)
    assert zaid.post(f"/notices/{first}/read").status_code == 303
    assert count(database, cast.zaid) == 1
    assert "One thing that you have not read." in zaid.get("/notices").text
    assert zaid.post("/notices/read", {"up_to": 10_000}).status_code == 303
    assert count(database, cast.zaid) == 0


def test_the_hour_of_the_digest_counts_too(database: Database, cast: Cast) -> None:
    with database.writing() as db:
        idea = an_idea(db, cast.process, cast.amal, stage=Stage.SUBMITTED)
        follow(db, cast.zaid, idea)
        told(db, cast.amal, "submit", idea, "draft", "submitted")
    read_record(database)
    with database.writing() as db:
        db.execute(update(Idea).values(audience=Audience.COMMITTEE))
        db.execute(update(Preference).values(next_at=now() - timedelta(minutes=1)))
    assert count(database, cast.zaid) == 1
    digests.put_due(database)
    assert count(database, cast.zaid) == 0
    assert count(database, cast.noor) == 1


def test_words_under_an_idea_that_was_narrowed_are_read_by_nobody_else(database: Database, cast: Cast, as_: As) -> None:
    """By page, by thread, by the comment's own address, by search and in the inbox; Zaid's own words among them."""
    with database.writing() as db:
        idea = an_idea(db, cast.process, cast.amal, stage=Stage.SENT_BACK, title="Narrowed later")
    own = comment(database, cast.zaid, idea.id, "Zaid said halloumi")
    other = comment(database, cast.amal, idea.id, "Amal said labneh")
    zaid, dina = as_(cast.zaid), as_(cast.dina)
    doors = [f"/ideas/{idea.id}", f"/talk/idea:{idea.id}", *(f"/talk/comments/{one}" for one in (own, other))]
    doors += [f"/talk/comments/{own}/edit", f"/talk/comments/{own}/before", f"/talk/idea:{idea.id}/answers/{own}"]
    assert {zaid.get(door).status_code for door in doors} <= {200, 303}
    assert "Narrowed later" in zaid.get("/search?q=labneh").text
    assert count(database, cast.zaid) == 1
    change(database, cast.amal, idea.id, audience="committee")
    assert {zaid.get(door).status_code for door in doors} == {404}
    for address in ("/notices", "/", f"/people/{cast.amal.id}", f"/people/{cast.zaid.id}", "/notices/count"):
        page = zaid.get(address).text
        assert "labneh" not in page, address
        assert "Narrowed later" not in page, address
    for word in ("labneh", "halloumi"):
        assert "Narrowed later" not in zaid.get(f"/search?q={word}").text
        assert "Narrowed later" in dina.get(f"/search?q={word}").text
    assert count(database, cast.zaid) == 0


def test_what_is_for_everybody_costs_nothing_by_the_reader(database: Database, cast: Cast) -> None:
    """An entry that concerns many is told in as many statements as one that concerns few."""

    def spoken(followers: Sequence[Person]) -> int:
        with database.writing() as db:
            idea = an_idea(db, cast.process, cast.amal, stage=Stage.SUBMITTED)
            for person in followers:
                follow(db, person, idea)
            told(db, cast.noor, "admit", idea, "submitted", "admitted")
        with statements(database) as ran:
            read_record(database)
        return len([one for one in ran if not one.startswith("INSERT")])

    spoken([cast.zaid, cast.tariq, cast.badr, cast.layla])  # their preferences are made
    assert spoken([cast.zaid, cast.tariq, cast.badr, cast.layla]) == spoken([cast.zaid])
