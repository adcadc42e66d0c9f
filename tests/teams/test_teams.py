"""Teams: formed, joined, led, left."""

from collections.abc import Callable

from sqlalchemy import select
from sqlmodel import col

from app.db import Database
from app.ideas.models import Stage, Veil
from app.people.models import Membership, Team
from app.processes.models import Focus
from tests.cast import Cast
from tests.client import Browser
from tests.makers import an_idea

As = Callable[..., Browser]


def people(database: Database, team: int) -> dict[int, bool]:
    """Who is in a team now, and whether they lead."""
    with database.reading() as db:
        rows = db.scalars(select(Membership).where(col(Membership.team_id) == team, col(Membership.until).is_(None)))
        return {row.person_id: row.lead for row in rows}


def test_form_add_hand_over_leave(database: Database, cast: Cast, as_: As) -> None:
    zaid = as_(cast.zaid)
    assert "Prioritised, and no team works on it" in zaid.get("/teams").text
    formed = zaid.send(
        "/teams/new", {"name": "Night shift", "purpose": "Calm at night.", "processes": [cast.process.id]}
    )
    assert (formed.status_code, formed.headers["location"]) == (303, "/teams/2")
    assert "no team works on it" not in zaid.get("/teams").text
    asked = zaid.send("/teams/2/invite", {"email": cast.tariq.email.upper(), "competence": "Rosters"})
    assert asked.status_code == 303
    assert people(database, 2) == {cast.zaid.id: True}, "nobody is in a team without their own word"
    assert as_(cast.tariq).post("/teams/2/invitations/1", {"name": "join"}).status_code == 303
    assert people(database, 2) == {cast.zaid.id: True, cast.tariq.id: False}
    assert "Tariq" in as_(cast.sami).get("/teams/2").text
    assert zaid.post("/teams/2/leave", {"person": cast.zaid.id}).status_code == 422
    assert zaid.post("/teams/2/lead", {"person": cast.tariq.id}).status_code == 303
    assert zaid.post("/teams/2/leave", {"person": cast.zaid.id}).status_code == 303
    assert people(database, 2) == {cast.tariq.id: True}
    assert as_(cast.tariq).post("/teams/2/leave", {"person": cast.tariq.id}).status_code == 303
    with database.reading() as db:
        assert db.get_one(Team, 2).disbanded_at is not None
    assert "Night shift" not in zaid.get("/teams").text


def test_only_the_lead_changes_a_team(database: Database, cast: Cast, as_: As) -> None:
    fields = {"name": "Calmer corners", "purpose": "", "version": 1}
    for other in (as_(cast.badr), as_(cast.noor), as_(cast.root)):
        assert other.get("/teams/1/edit").status_code == 403
        assert other.post("/teams/1/edit", fields).status_code == 403
        assert other.get("/teams/1/invite").status_code == 403
        assert other.post("/teams/1/invite", {"email": cast.zaid.email}).status_code == 403
        assert other.post("/teams/1/lead", {"person": cast.badr.id}).status_code == 403
        assert other.post("/teams/1/leave", {"person": cast.amal.id}).status_code == 403
    amal = as_(cast.amal)
    assert amal.post("/teams/1/edit", {**fields, "processes": [cast.process.id]}).status_code == 303
    assert amal.post("/teams/1/edit", fields).status_code == 409
    assert amal.post("/teams/1/leave", {"person": cast.badr.id}).status_code == 303
    assert people(database, 1) == {cast.amal.id: True}
    with database.reading() as db:
        assert [row.process_id for row in db.scalars(select(Focus))] == [cast.process.id]


def test_mistakes_come_back(database: Database, cast: Cast, as_: As) -> None:
    zaid = as_(cast.zaid)
    taken = zaid.send("/teams/new", {"name": "Calm corners", "purpose": "Mine too"})
    assert taken.status_code == 422
    assert "A team has this name already." in taken.text
    assert "Mine too" in taken.text
    assert zaid.send("/teams/new", {"name": ""}).status_code == 422
    assert zaid.send("/teams/new", {"name": "New", "processes": [cast.other.id]}).status_code == 422
    assert zaid.send("/teams/new", {"name": "New", "processes": [str(2**63)]}).status_code == 422
    with database.reading() as db:
        assert len(db.scalars(select(Team)).all()) == 1


def test_forming_twice_forms_once(database: Database, cast: Cast, as_: As) -> None:
    zaid = as_(cast.zaid)
    fields = {"name": "Night shift", "purpose": "", "key": zaid.key("/teams/new")}
    assert {zaid.post("/teams/new", fields).headers["location"] for _ in range(3)} == {"/teams/2"}


def test_a_veiled_idea_is_not_on_its_teams_page(database: Database, cast: Cast, as_: As) -> None:
    with database.writing() as db:
        idea = an_idea(db, cast.process, cast.amal, stage=Stage.IN_REVIEW, team_id=cast.team.id, title="Hidden hand")
        db.add(Veil(person_id=cast.sami.id, idea_id=idea.id, round_id=1))
    assert "Hidden hand" not in as_(cast.sami).get("/teams/1").text
    assert "Hidden hand" not in as_(cast.sami).get("/ideas?team=1").text
    assert "Hidden hand" in as_(cast.dina).get("/teams/1").text
