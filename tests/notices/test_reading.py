"""The record is read once for each whom an entry concerns, and never twice."""

from collections.abc import Sequence

from sqlalchemy import select, text
from sqlmodel import col

from app.db import Database
from app.ideas.models import Stage
from app.notices.actions import read_record
from app.notices.models import Notice
from app.outbox import Job
from app.people.models import Person
from app.settings import Settings
from tests.cast import Cast, the_cast
from tests.makers import an_idea
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


def mails(database: Database) -> Sequence[str]:
    with database.reading() as db:
        return db.scalars(select(col(Job.payload)).where(col(Job.kind) == "mail").order_by(col(Job.id))).all()


def test_a_decision_goes_to_the_authors_by_mail_without_any_name(both: Database) -> None:
    both.known["settings"] = Settings(
        **{**both.known["settings"].model_dump(), "smtp_url": "smtp://127.0.0.1:2525"}, _env_file=None
    )
    a_life(both)
    read_record(both)
    sent = mails(both)
    assert len(sent) == 2
    assert "amal@pilotage.example" in sent[0]
    assert "badr@pilotage.example" in sent[1]
    assert all("Declined: Low trays" in mail for mail in sent)
    assert all("The gates are not where the gap is." in mail for mail in sent)
    assert not any(name in mail for name in ("Amal", "Badr", "Noor", "Calm corners") for mail in sent)


def test_without_a_mail_server_nothing_is_queued(database: Database) -> None:
    a_life(database)
    read_record(database)
    assert mails(database) == []
    assert unread(database)["Amal"] == 1


def test_who_cannot_sign_in_is_told_nothing(database: Database) -> None:
    with database.writing() as db:
        cast = the_cast(db)
        idea = an_idea(db, cast.process, cast.zaid, cast.tariq, stage=Stage.SENT_BACK)
        told(db, cast.noor, "send_back", idea, "submitted", "sent back", why="Say how much.")
        db.execute(text(f"UPDATE person SET disabled_at = created_at WHERE id = {cast.tariq.id}"))
    read_record(database)
    assert heard(database) == {"Zaid": ["send_back"]}
