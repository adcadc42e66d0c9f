"""Screening on one page, the owner asked with a day, late members reminded together, one extended alone."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlmodel import col

from app.columns import as_of, now, today
from app.db import Database
from app.errors import Stale
from app.ideas import actions as ideas
from app.ideas.models import Idea, Stage
from app.main import all_tasks
from app.notices.actions import read_record
from app.notices.models import Notice
from app.outbox import run_all
from app.people.actor import find_actor
from app.people.calendar.queries import workdays
from app.people.models import Person
from app.record.models import Entry
from app.review import conflicts, late, owners, reviewing, waiting
from app.review.committees.models import OwnerAsked
from app.review.forms import OwnersForm
from app.review.models import Reviewer, Round
from tests.bench.counting import statements
from tests.cast import Cast, the_cast
from tests.client import Browser
from tests.makers import an_idea
from tests.notices.makers import by_reader, mailing, text
from tests.people.makers import a_mailbox
from tests.review.makers import admitted, open_round, review_by
from tests.review.test_race import together

As = Callable[[Person | None], Browser]


def submitted(database: Database, cast: Cast, count: int = 3) -> list[Idea]:
    """The last one is promised first."""
    with database.writing() as db:
        return [
            an_idea(
                db,
                cast.process,
                cast.zaid,
                stage=Stage.SUBMITTED,
                title=f"Trolleys {number}",
                promised_on=today() + timedelta(days=count - number),
            )
            for number in range(count)
        ]


def test_one_after_the_other_without_leaving_the_page(database: Database, cast: Cast, as_: As) -> None:
    first, second, third = reversed(submitted(database, cast))
    noor = as_(cast.noor)
    page = noor.get("/review/screening").text
    assert "Three ideas wait" in page
    assert f"Idea {first.id}," in page
    assert "Huda is asked when it is admitted" in page
    answer = noor.fill("/review/screening", {}, "Admit")
    assert answer.headers["location"] == f"/review/screening?committee={cast.committee.id}&idea={second.id}"
    page = noor.get(answer.headers["location"]).text
    assert f"Idea {second.id}," in page
    back = {"name": "send_back", "note": "", "version": str(second.version)}
    mistake = noor.post(f"/review/screening/{second.id}/moves", back | {"name": "refuse", "note": "  "})
    assert (mistake.status_code, "Give a reason" in mistake.text) == (422, True)
    assert noor.post(f"/review/screening/{second.id}/moves", back | {"note": "Who pays?"}).status_code == 303
    assert noor.post(f"/review/screening/{second.id}/moves", back | {"note": "Again."}).status_code == 409
    refuse = {"name": "refuse", "note": "It is done already.", "version": str(third.version)}
    assert noor.post(f"/review/screening/{third.id}/moves", refuse).status_code == 303
    assert "Nothing to screen" in noor.get("/review/screening").text
    with database.reading() as db:
        stages = [db.get_one(Idea, one.id).stage for one in (first, second, third)]
        assert stages == [Stage.ADMITTED, Stage.SENT_BACK, Stage.REFUSED]
        asked = db.scalars(select(OwnerAsked)).one()
        assert (asked.idea_id, asked.due) == (first.id, workdays(db).add(today(), 5))


def test_screening_is_the_chairs(database: Database, cast: Cast, as_: As) -> None:
    (idea,) = submitted(database, cast, 1)
    wanted = {"noor": 200, "sami": 403, "zaid": 403, "layla": 403, "root": 403, "gita": 404}
    assert {name: as_(getattr(cast, name)).get("/review/screening").status_code for name in wanted} == wanted
    moves = {name: code for name, code in wanted.items() if name != "noor"}
    sent = {"name": "admit", "version": "1"}
    address = f"/review/screening/{idea.id}/moves"
    assert {name: as_(getattr(cast, name)).post(address, sent).status_code for name in moves} == moves
    assert as_(cast.noor).post("/review/screening/99/moves", sent).status_code == 404
    assert as_(cast.noor).post(address, {"name": "withdraw"}).status_code == 422
    assert as_(cast.noor).get("/review/screening?committee=99").status_code == 404


def test_what_concerns_the_chair_is_for_the_other_head(database: Database, cast: Cast, as_: As) -> None:
    (idea,) = submitted(database, cast, 1)
    with database.writing() as db:
        own = an_idea(db, cast.process, cast.noor, stage=Stage.SUBMITTED, title="Mine")
        there = db.get_one(Idea, idea.id)
        conflicts.declare(db, find_actor(db, cast.noor.id), there, "My cousin sells these.")
    noor = as_(cast.noor)
    page = noor.get("/review/screening").text
    assert "2 ideas are for the other head" in page
    assert noor.post(f"/review/screening/{idea.id}/moves", {"name": "admit"}).status_code == 403
    assert noor.post(f"/review/screening/{own.id}/moves", {"name": "admit"}).status_code == 403


def test_decision_and_review_say_until_when_the_owner_is_asked(database: Database, cast: Cast, as_: As) -> None:
    with database.writing() as db:
        idea = admitted(db, cast)
        owners.ask(db)
        round_ = open_round(db, cast, idea)
    decision = f"/review/rounds/{round_.id}/ideas/{idea.id}/decision"
    for person, address in ((cast.noor, decision), (cast.sami, f"/review/ideas/{idea.id}")):
        assert "asked to speak by" in as_(person).get(address).text
    with database.writing() as db:
        owners.say(db, find_actor(db, cast.huda.id), idea, OwnersForm(possible="no", words="Not this year."))
    for person, address in ((cast.noor, decision), (cast.sami, f"/review/ideas/{idea.id}")):
        assert "Not this year." in as_(person).get(address).text


def test_of_many_owners_some_are_asked_at_a_time_and_each_once(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        for _ in range(3):
            admitted(db, cast)
        assert [owners.ask(db, most=2) for _ in range(3)] == [2, 1, 0]
    assert owners.ask_when_admitted(both) == 0


def test_its_statements_do_not_follow_the_queue(database: Database, cast: Cast, as_: As) -> None:
    noor, counted = as_(cast.noor), []
    for more in (4, 20):
        submitted(database, cast, more)
        noor.get("/review/screening")
        with statements(database) as ran:
            noor.get("/review/screening")
        counted.append(len(ran))
    assert counted[0] == counted[1] <= 20


def test_of_twenty_answers_one_counts(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        idea = an_idea(db, cast.process, cast.zaid, stage=Stage.SUBMITTED)
    bodies = [{"name": "admit" if one % 2 else "refuse", "note": "Because.", "version": "1"} for one in range(20)]
    found = together(both, cast.noor.id, f"/review/screening/{idea.id}/moves", bodies)
    assert found == [303] + [409] * 19


def test_the_owner_is_asked_by_mail_with_a_day_and_reminded(both: Database) -> None:
    with a_mailbox() as box:
        mailing(both, box)
        with both.writing() as db:
            cast = the_cast(db)
            idea = an_idea(db, cast.process, cast.zaid, stage=Stage.SUBMITTED, title="Trolleys")
            ideas.make(db, find_actor(db, cast.noor.id), idea, "admit")
        assert owners.ask_when_admitted(both) == 1
        assert owners.ask_when_admitted(both) == 0
        read_record(both)
        run_all(both, all_tasks())
        (mail,) = by_reader(box)["huda"]
        assert mail["subject"] == "The owner of the process is asked: Trolleys"
    with both.writing() as db:
        (item,) = waiting.to_say(db, find_actor(db, cast.huda.id), today())
        assert (item.due, item.late) == (workdays(db).add(today(), 5), False)
        (item,) = waiting.to_say(db, find_actor(db, cast.huda.id), today() + timedelta(days=30))
        assert item.late
        owners.say(db, find_actor(db, cast.huda.id), idea, OwnersForm(possible="yes", words="In a night."))
        assert waiting.to_say(db, find_actor(db, cast.huda.id), today()) == []
        other = an_idea(db, cast.process, cast.zaid, stage=Stage.ADMITTED)
        owners.say(db, find_actor(db, cast.huda.id), other, OwnersForm(possible="yes", words="In a night."))
    assert owners.ask_when_admitted(both) == 0  # who has spoken is not asked


def overdue(database: Database, cast: Cast) -> int:
    with database.writing() as db:
        idea, more = admitted(db, cast, cast.omar, title="Trolleys"), admitted(db, cast, title="Signs")
        round_ = open_round(db, cast, idea, more)
        for one in (idea, more):
            review_by(db, cast.dina, one)
        review_by(db, cast.omar, more)
        review_by(db, cast.sami, more)
        return round_.id


def test_late_members_are_reminded_together_once_a_day(database: Database, cast: Cast, as_: As) -> None:
    """Omar has done what he can: he wrote the other. To the chair, to whom that is hidden, he is late as Sami is."""
    number = overdue(database, cast)
    here = f"/review/rounds/{number}"
    with as_of(now() + timedelta(days=8)):
        noor = as_(cast.noor)
        assert "2 members late" in noor.get(here).text
        assert [as_(person).post(f"{here}/remind").status_code for person in (cast.sami, cast.zaid, cast.gita)] == [
            403,
            403,
            404,
        ]
        assert [noor.post(f"{here}/remind").status_code for _ in range(2)] == [303, 409]
        read_record(database)
        with database.reading() as db:
            entry = db.scalars(select(Entry).where(col(Entry.move) == "remind_late")).one()
            assert entry.figures == f'{{"people":[{cast.sami.id},{cast.omar.id}]}}'
            told = select(Notice).where(col(Notice.entry) == entry.number)
            assert {one.person_id for one in db.scalars(told)} == {cast.sami.id, cast.omar.id}
        assert "reminded today" in noor.get(here).text
    with as_of(now() + timedelta(days=9)):
        assert as_(cast.noor).post(f"{here}/remind").status_code == 303
    assert "nobody is late" in as_(cast.noor).get(here).text


def test_the_reminder_says_what_is_missing(database: Database, cast: Cast) -> None:
    number = overdue(database, cast)
    with a_mailbox() as box, as_of(now() + timedelta(days=8)):
        mailing(database, box)
        with database.writing() as db:
            late.remind(db, find_actor(db, cast.noor.id), db.get_one(Round, number))
        read_record(database)
        run_all(database, all_tasks())
        reminded = [(who, mail) for who, mails in by_reader(box).items() for mail in mails if "late" in mail["subject"]]
        ((who, mail),) = reminded
        assert (who, mail["subject"]) == ("sami", "1 late")  # for Omar nothing is due
        assert "Score Trolleys" in text(mail)
        assert "Signs" not in text(mail)


def test_one_member_alone_has_longer(database: Database, cast: Cast, as_: As) -> None:
    number = overdue(database, cast)
    here, noor = f"/review/rounds/{number}", as_(cast.noor)
    until = date.today() + timedelta(days=20)
    typed = {"person": str(cast.sami.id), "due": until.isoformat()}
    assert as_(cast.sami).post(f"{here}/extend", typed).status_code == 403
    assert noor.post(f"{here}/extend", typed | {"due": "2020-01-01"}).status_code == 422
    assert noor.post(f"{here}/extend", typed | {"person": str(cast.amal.id)}).status_code == 422
    assert noor.post(f"{here}/extend", typed | {"due": "soon"}).status_code == 422
    assert noor.post(f"{here}/extend", typed).status_code == 303
    with database.reading() as db:
        (task,) = reviewing.tasks(db, find_actor(db, cast.sami.id))
        assert task.due == until
        assert [row.due for row in db.scalars(select(Reviewer)) if row.due] == [until]
        actual = db.get_one(Round, number)
        days = [reviewing.progress(db, find_actor(db, who.id), actual).due for who in (cast.sami, cast.omar)]
        assert days == [until, actual.due]  # what their own pages say
        with as_of(now() + timedelta(days=15)):
            found = late.late(db, find_actor(db, cast.noor.id), db.get_one(Round, number))
            assert [one.name for one in found] == ["Omar"]
        with as_of(now() + timedelta(days=25)):
            found = late.late(db, find_actor(db, cast.noor.id), db.get_one(Round, number))
            assert [(one.name, one.missing) for one in found] == [("Omar", 1), ("Sami", 1)]


def test_nobody_is_late_in_a_round_that_is_over(database: Database, cast: Cast) -> None:
    number = overdue(database, cast)
    with database.writing() as db, as_of(now() + timedelta(days=8)):
        round_ = db.get_one(Round, number)
        noor = find_actor(db, cast.noor.id)
        from app.review.rounds import close

        close(db, noor, round_, None)
        assert late.late(db, noor, round_) == []
        with pytest.raises(Stale):
            late.remind(db, noor, round_)
