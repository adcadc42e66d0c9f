"""Reporting a comment, and what the moderation does with it."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from app.db import Database
from app.ideas.models import Idea, Stage
from app.notices.actions import read_record
from app.people.actor import find_actor
from app.record.models import Entry, Salt
from app.record.queries import verify
from app.talk import actions
from app.talk.models import Comment
from app.talk.moderation.actions import moderate, report
from app.talk.moderation.models import ModerateForm, Report, ReportStage
from app.talk.moderation.queries import open_reports
from tests.cast import Cast, the_cast
from tests.client import Browser
from tests.makers import a_committee, a_process, a_seat, an_idea

As = Callable[..., Browser]


@pytest.fixture
def idea(database: Database, cast: Cast, as_: As) -> Idea:
    """Zaid has said something on Amal's idea."""
    with database.writing() as db:
        made: Idea = an_idea(db, cast.process, cast.amal, stage=Stage.SUBMITTED)
    as_(cast.zaid).send("/ideas/1", {"words": "Rude words"}, "/talk/idea:1")
    return made


def judge(browser: Browser, do: str, version: int = 1, reason: str = "Against people, not the idea") -> Any:
    return browser.post("/talk/comments/1/moderation", {"do": do, "reason": reason, "version": version})


def talk_counter(database: Database) -> int:
    with database.reading() as db:
        return db.get_one(Idea, 1).talk


def test_a_comment_is_reported_once_and_hidden_with_a_reason(
    database: Database, cast: Cast, idea: Idea, as_: As
) -> None:
    badr, zaid, noor, sami = (as_(person) for person in (cast.badr, cast.zaid, cast.noor, cast.sami))
    assert badr.fill("/talk/comments/1/report", {"reason": " "}).status_code == 422
    assert badr.works("/talk/comments/1/report", {"reason": "It is rude"}) == "/ideas/1#c1"
    assert badr.post("/talk/comments/1/report", {"reason": "Once more"}).status_code == 409
    assert "You reported it" in badr.get("/talk/comments/1/report").text
    assert "Look at" in noor.get("/").text
    page = noor.get("/talk/comments/1/moderation").text
    assert "It is rude" in page
    assert "Badr" not in page, "nobody is shown who reported"
    assert "/talk/comments/1/moderation" in noor.get("/talk/moderation").text
    assert judge(noor, "hide", reason=" ").status_code == 422
    assert judge(noor, "hide").status_code == 303
    assert talk_counter(database) == 0
    for reader in (badr, sami):
        text = reader.get("/ideas/1").text
        assert "Hidden by the moderation: Against people, not the idea" in text
        assert "Rude words" not in text
    for reader in (zaid, noor):
        text = reader.get("/ideas/1").text
        assert "Hidden by the moderation: Against people, not the idea" in text
        assert "Rude words" in text
    assert "It is rude" not in zaid.get("/ideas/1").text
    assert "Nothing waits" in noor.get("/talk/moderation").text
    assert sami.get("/talk/idea:1/answers/1?quote=1").text.count("Rude words") == 0


def test_restored_it_stands_there_again(database: Database, cast: Cast, idea: Idea, as_: As) -> None:
    noor = as_(cast.noor)
    assert judge(noor, "restore").status_code == 409
    assert judge(noor, "hide").status_code == 303
    assert judge(noor, "hide", 2).status_code == 409
    assert judge(noor, "restore").status_code == 409, "the version that stands is another one"
    assert judge(noor, "restore", 2).status_code == 303
    assert talk_counter(database) == 1
    assert "Rude words" in as_(cast.sami).get("/ideas/1").text
    assert judge(noor, "dismiss", 3).status_code == 409, "no report is open"


def test_dismissed_it_stays_and_is_answered(database: Database, cast: Cast, idea: Idea, as_: As) -> None:
    as_(cast.badr).post("/talk/comments/1/report", {"reason": "I do not like it"})
    assert judge(as_(cast.root), "dismiss").status_code == 303
    assert "Rude words" in as_(cast.sami).get("/ideas/1").text
    page = as_(cast.badr).get("/talk/comments/1/report").text
    assert "The moderation left it standing" in page
    assert "Against people, not the idea" in page
    with database.reading() as db:
        assert [one.stage for one in db.scalars(select(Report))] == [ReportStage.DISMISSED]


def test_only_the_committees_chair_and_administrators_judge(
    database: Database, cast: Cast, idea: Idea, as_: As
) -> None:
    with database.writing() as db:
        elsewhere = a_committee(db, chair=cast.layla)
        assert elsewhere.id
    for person, status in ((cast.sami, 403), (cast.layla, 403), (cast.zaid, 403), (cast.amal, 403), (cast.gita, 404)):
        browser = as_(person)
        assert browser.get("/talk/comments/1/moderation").status_code == status, person.name
        assert judge(browser, "hide").status_code == status, person.name
    for person, status in ((cast.sami, 403), (cast.gita, 404), (cast.layla, 200), (cast.root, 200), (cast.noor, 200)):
        assert as_(person).get("/talk/moderation").status_code == status, person.name
    assert as_(cast.zaid).post("/talk/comments/1/report", {"reason": "Mine"}).status_code == 403
    assert as_(cast.gita).post("/talk/comments/1/report", {"reason": "x"}).status_code == 404
    as_(cast.noor).send("/ideas/1", {"words": "The chair's own"}, "/talk/idea:1")
    assert as_(cast.noor).get("/talk/comments/2/moderation").status_code == 403, "nobody judges their own words"
    assert as_(cast.root).get("/talk/comments/2/moderation").status_code == 200


def test_reports_wait_for_whose_committee_it_is(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        other = a_committee(db, chair=cast.layla)
        theirs = an_idea(db, a_process(db, other, cast.huda), cast.amal, stage=Stage.SUBMITTED)
        ours = an_idea(db, cast.process, cast.amal, stage=Stage.SUBMITTED)
        a_seat(db, other, cast.tariq)
        zaid, badr = find_actor(db, cast.zaid.id), find_actor(db, cast.badr.id)
        for idea in (theirs, ours):
            said = actions.say(db, zaid, idea.ref, "Rude")
            for who in (badr, find_actor(db, cast.sami.id)):
                report(db, who, said, "Rude")
        mine = actions.say(db, find_actor(db, cast.noor.id), ours.ref, "The chair's")
        report(db, badr, mine, "Rude")
    with both.reading() as db:
        waiting = {
            name: [(one.thing.ref, one.reports) for one in open_reports(db, find_actor(db, getattr(cast, name).id))]
            for name in ("noor", "layla", "root", "tariq", "gita")
        }
    assert waiting == {
        "noor": [(ours.ref, 2)],
        "layla": [(theirs.ref, 2)],
        "root": [(theirs.ref, 2), (ours.ref, 2), (ours.ref, 1)],
        "tariq": [],
        "gita": [],
    }


def test_all_of_it_is_on_the_record_and_names_no_reporter(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        idea = an_idea(db, cast.process, cast.amal, stage=Stage.SUBMITTED)
        said = actions.say(db, find_actor(db, cast.zaid.id), idea.ref, "Rude")
        report(db, find_actor(db, cast.badr.id), said, "It is rude")
        noor = find_actor(db, cast.noor.id)
        for do in ("hide", "restore"):
            moderate(db, noor, said, ModerateForm(do=do, reason=f"To {do}", version=said.version))
        report(db, find_actor(db, cast.sami.id), said, "Still rude")
        moderate(db, noor, said, ModerateForm(do="dismiss", reason="It is not", version=said.version))
        entries = db.scalars(select(Entry).where(col(Entry.ref) == idea.ref).order_by(col(Entry.number))).all()
        told = [(entry.move, entry.actor_id, json.loads(entry.figures)) for entry in entries]
        noor_id, comment = cast.noor.id, said.id
        assert told == [
            ("report", None, {"comment": comment}),
            ("hide", noor_id, {"comment": comment, "person": cast.zaid.id}),
            ("restore", noor_id, {"comment": comment, "person": cast.zaid.id}),
            ("report", None, {"comment": comment}),
            ("dismiss", noor_id, {"comment": comment}),
        ]
        assert {salt.name for salt in db.scalars(select(Salt).where(col(Salt.number) == entries[0].number))} == {
            "report",
            "reporter",
        }
    with both.reading() as db:
        assert verify(db, both.known["record_keys"]).intact
        assert db.get_one(Comment, comment).hidden_at is None


def test_the_authors_pages_never_name_who_reported(database: Database, cast: Cast, idea: Idea, as_: As) -> None:
    """The author is a leader and reads the record too."""
    as_(cast.layla).send("/ideas/1", {"words": "A leader's words"}, "/talk/idea:1")
    as_(cast.tariq).post("/talk/comments/2/report", {"reason": "A secret reason"})
    as_(cast.noor).post("/talk/comments/2/moderation", {"do": "hide", "reason": "So", "version": 1})
    layla = as_(cast.layla)
    for page in (
        "/ideas/1",
        "/record",
        "/record?ref=idea:1",
        "/record?move=report",
        "/talk/comments/2/before",
        "/",
        "/notices",
    ):
        text = layla.get(page).text
        assert "Tariq" not in text, page
        assert "A secret reason" not in text, page
    assert layla.get("/talk/comments/2/report").status_code == 403


def test_the_author_hears_of_it_and_who_is_named_too(database: Database, cast: Cast, idea: Idea, as_: As) -> None:
    as_(cast.badr).send("/ideas/1", {"words": "@Dina, see"}, "/talk/idea:1")
    judge(as_(cast.noor), "hide")
    read_record(database)
    assert "A comment hidden by the moderation" in as_(cast.zaid).get("/notices").text
    assert "Against people, not the idea" in as_(cast.zaid).get("/notices").text
    assert "Somebody named in the talk" in as_(cast.dina).get("/notices").text
    assert "hidden by the moderation" not in as_(cast.badr).get("/notices").text
