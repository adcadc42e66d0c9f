"""An erased person leaves a number: no name, no address, no words; and the record still verifies."""

import json
from datetime import timedelta

from sqlalchemy import select, text
from sqlmodel import SQLModel

from app.admin.erasing import erase_wholly
from app.columns import now
from app.db import Database
from app.ideas.models import Stage
from app.main import create_app
from app.outbox import later
from app.people.actions import erase
from app.people.actor import find_actor
from app.people.mail import post
from app.people.models import Person
from app.record.actions import write
from app.record.models import Entry, Salt
from app.record.queries import verify
from app.talk.actions import say
from app.teams.invitations import actions as invitations
from app.teams.invitations.models import InvitationStage, InviteForm, TeamInvitation
from app.teams.mandates.models import Mandate, Release
from app.teams.seats import actions as seats
from app.teams.seats.models import AnswerForm, Claim, ClaimForm, ClaimStage, SeatForm
from tests.cast import the_cast
from tests.client import Browser
from tests.conftest import settings_for
from tests.makers import an_idea
from tests.people.makers import PASSWORD, with_password


def everything(database: Database) -> str:
    """Every cell of every table, as one text."""
    with database.reading() as db:
        tables = [table.name for table in SQLModel.metadata.sorted_tables]
        rows = [tuple(row) for name in tables for row in db.execute(text(f'SELECT * FROM "{name}"'))]
    return json.dumps(rows, default=str, ensure_ascii=False)


def test_nothing_of_the_person_stays(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        amal = db.get_one(Person, cast.amal.id)
        amal.name, amal.email = "Amal Unmistakable", "amal.unmistakable@pilotage.example"
        db.get_one(Person, cast.badr.id).manager_id = amal.id
        write(db, amal.id, "submit", "idea:1", words={"reason": "unmistakable words"})
        post(db, amal.email, "Hello", ["Dear Amal Unmistakable"])
        later(db, "mail", now() + timedelta(days=1), to=amal.email, subject="s", paragraphs=[], link=None)
    browser = Browser(create_app(settings_for(both.url), both, run_worker=False), amal)
    with_password(both, amal)
    assert browser.get("/me").status_code == 200
    assert "nmistakable" in everything(both)
    with both.writing() as db:
        erase(db, cast.root.id, db.get_one(Person, amal.id))
    assert "nmistakable" not in everything(both)
    assert browser.get("/me").status_code == 303
    with both.reading() as db:
        assert db.get_one(Person, amal.id).name == "Erased person"
        assert not db.scalars(select(Salt)).all()
        assert [entry.move for entry in db.scalars(select(Entry).order_by(text("number")))] == ["submit", "erase"]
        assert verify(db, both.known["record_keys"]).intact


def test_words_to_and_from_teams_go_too(both: Database) -> None:
    """Lines of claims, words of invitations, and what a manager said of hours; what waited is taken back."""
    with both.writing() as db:
        cast = the_cast(db)
        team, zaid, tariq = cast.team, cast.zaid, cast.tariq
        amal = find_actor(db, cast.amal.id)
        skill = SeatForm(competence="Rosters")
        first, second = (seats.open_seat(db, amal, team, skill) for _ in range(2))
        claim = ClaimForm(line="Zaid unmistakably knows rosters")
        made = seats.claim(db, find_actor(db, zaid.id), team, first, claim)
        seats.claim(db, find_actor(db, zaid.id), team, second, claim)
        no = AnswerForm(name="decline", note="Unmistakably too young")
        seats.answer(db, amal, team, first, made.id, no)
        other = seats.claim(db, find_actor(db, tariq.id), team, first, ClaimForm(line="Tariq stays"))
        asked = InviteForm(email="z@pilotage.example", words="Unmistakable Zaid, come")
        invitations.invite(db, amal, team, zaid, asked)
        mandate = Mandate(
            team_id=team.id,
            process_id=cast.process.id,
            number=1,
            given_by=cast.noor.id,
            measure="Queue",
            figure_wanted=1,
            from_on=now().date(),
            until_on=now().date(),
        )
        db.add(mandate)
        db.flush()
        db.add(Release(mandate_id=mandate.id, person_id=zaid.id, hours=4, words="Unmistakably busy"))
        db.flush()
    assert everything(both).count("nmistakabl") == 6, "the record has the reason a second time"
    with both.writing() as db:
        erase_wholly(db, cast.root.id, db.get_one(Person, zaid.id))
    assert everything(both).count("nmistakabl") == 1, "the lead's own words in the record are the lead's"
    with both.reading() as db:
        stages = {one.id: one.stage for one in db.scalars(select(Claim))}
        assert stages == {1: ClaimStage.DECLINED, 2: ClaimStage.TAKEN_BACK, other.id: ClaimStage.MADE}
        assert db.get_one(Claim, other.id).line == "Tariq stays"
        assert db.scalars(select(TeamInvitation)).one().stage is InvitationStage.TAKEN_BACK
        moves = [entry.move for entry in db.scalars(select(Entry).order_by(text("number")))]
        assert moves[-3:] == ["erase", "unclaim_seat", "uninvite"]
        assert verify(db, both.known["record_keys"]).intact
    with both.writing() as db:
        erase_wholly(db, cast.root.id, db.get_one(Person, cast.amal.id))
    assert everything(both).count("nmistakabl") == 0


def test_the_page_asks_for_name_and_password(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
    root = Browser(create_app(settings_for(both.url), both, run_worker=False), with_password(both, cast.root))
    address = f"/admin/people/{cast.zaid.id}/erase"
    wrong = ({"name": "Zaid"}, {"name": "Ziad", "own_password": PASSWORD}, {"name": "Zaid", "own_password": "no"})
    assert [root.post(address, form).status_code for form in wrong] == [422] * 3
    with both.writing() as db:
        idea = an_idea(db, cast.process, cast.amal, stage=Stage.SUBMITTED)
        say(db, find_actor(db, cast.zaid.id), idea.ref, "Words that go with him")
    assert "Words that go with him" in everything(both)
    assert root.post(address, {"name": "Zaid", "own_password": PASSWORD}).status_code == 303
    assert "Words that go with him" not in everything(both)
    assert "Erased person" in root.get(f"/people/{cast.zaid.id}").text
    assert root.post(f"/admin/people/{cast.zaid.id}", {"name": "Z", "email": "z@z"}).status_code == 403
    assert root.post(address, {"name": "Erased person", "own_password": PASSWORD}).status_code == 409
