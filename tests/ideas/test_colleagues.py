"""What an idea's page says to any colleague is drawn once for them all, as each would see it drawn for themselves."""

from collections.abc import Callable

import pytest
from fastapi import Request

from app.changes import counts
from app.columns import now
from app.db import Database
from app.ideas import queries
from app.ideas.colleagues import Seen, seen_by_a_colleague
from app.ideas.models import PRIVATE, Audience, Conflict, Idea, IdeaDepartment, Stage, Veil
from app.ideas.pages_one import TOLD_OF, Told, told_to, told_to_all
from app.main import Pilotage
from app.people.actor import find_actor
from app.people.models import Person
from app.talk import actions as talk
from tests.cast import Cast, the_cast
from tests.client import Browser
from tests.makers import a_team, an_idea, put

As = Callable[..., Browser]
LISTED = [stage for stage in Stage if stage not in (*PRIVATE, Stage.IN_PILOT)]


@pytest.fixture
def idea(database: Database, cast: Cast) -> Idea:
    with database.writing() as db:
        made: Idea = an_idea(db, cast.process, cast.amal, stage=Stage.SUBMITTED, title="Trays", team_id=cast.team.id)
    return made


def seen(database: Database, person: Person, id: int = 1) -> Seen | None:
    with database.reading() as db:
        return seen_by_a_colleague(db, find_actor(db, person.id), id)


def both_ways(app: Pilotage, person: Person, id: int) -> tuple[Told, Told]:
    """As it is drawn for all, and for this person alone."""
    request = Request({"type": "http", "app": app, "method": "GET", "path": "/", "query_string": b"", "headers": []})
    with app.state.database.reading() as db:
        actor = find_actor(db, person.id)
        found = seen_by_a_colleague(db, actor, id)
        assert found is not None
        for_all = told_to_all(request, db, actor, found, counts(db, *TOLD_OF))
        return for_all, told_to(request, db, actor, queries.find(db, actor, id))


@pytest.mark.parametrize("stage", LISTED)
@pytest.mark.parametrize("unnamed", [False, True])
def test_it_is_what_they_would_see_by_themselves(
    stage: Stage, unnamed: bool, database: Database, cast: Cast, app: Pilotage
) -> None:
    with database.writing() as db:
        keeper = cast.layla.id if unnamed else None
        answered = now() if stage is Stage.DECLINED else None
        made = an_idea(db, cast.process, cast.amal, stage=stage, custodian_id=keeper, answered_at=answered)
        talk.say(db, find_actor(db, cast.zaid.id), made.ref, "What of the trays?")
    for person in (cast.zaid, cast.tariq, cast.badr):
        for_all, alone = both_ways(app, person, made.id)
        assert for_all == alone
        assert for_all.veiled is unnamed
        assert ("Amal" in for_all.blocks["told"]) is not unnamed


def test_who_is_somebody_to_it_reads_it_by_themselves(database: Database, cast: Cast, idea: Idea) -> None:
    people = (cast.amal, cast.badr, cast.sami, cast.noor, cast.layla, cast.huda, cast.gita, cast.root)
    assert [person.name for person in people if seen(database, person)] == []
    assert all(seen(database, person) for person in (cast.zaid, cast.tariq))


def test_a_colleague_is_told_apart_by_both_databases(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        id = an_idea(db, cast.process, cast.amal, stage=Stage.SUBMITTED, team_id=cast.team.id).id
    people = (cast.amal, cast.badr, cast.zaid, cast.huda, cast.tariq)
    assert [person.name for person in people if seen(both, person, id)] == ["Zaid", "Tariq"]


@pytest.mark.parametrize("tie", ["veil", "conflict", "custodian"])
def test_a_tie_that_comes_later_counts_at_once(tie: str, database: Database, cast: Cast, idea: Idea) -> None:
    assert seen(database, cast.zaid)
    with database.writing() as db:
        if tie == "veil":
            put(db, Veil(person_id=cast.zaid.id, idea_id=1, round_id=1))
        elif tie == "conflict":
            put(db, Conflict(idea_id=1, person_id=cast.zaid.id, declared_at=now()))
        else:
            unnamed = db.get_one(Idea, 1)
            unnamed.team_id, unnamed.custodian_id = None, cast.zaid.id
    assert seen(database, cast.zaid) is None
    assert seen(database, cast.tariq)


def test_what_is_not_for_everybody_is_never_drawn_for_all(database: Database, cast: Cast, idea: Idea, as_: As) -> None:
    zaid, tariq = as_(cast.zaid), as_(cast.tariq)
    assert (zaid.get("/ideas/1").status_code, tariq.get("/ideas/1").status_code) == (200, 200)
    with database.writing() as db:
        db.get_one(Idea, 1).audience = Audience.DEPARTMENTS
        put(db, IdeaDepartment(idea_id=1, department_id=cast.department.id))
    assert seen(database, cast.zaid) is None
    assert (zaid.get("/ideas/1").status_code, tariq.get("/ideas/1").status_code) == (200, 404)


def test_a_blind_round_hides_at_once_who_wrote_it(database: Database, cast: Cast, idea: Idea, as_: As) -> None:
    zaid = as_(cast.zaid)
    assert "Amal" in zaid.get("/ideas/1").text
    with database.writing() as db:
        put(db, Veil(person_id=cast.zaid.id, idea_id=1, round_id=1))
    assert "Amal" not in zaid.get("/ideas/1").text
    assert "Amal" in as_(cast.tariq).get("/ideas/1").text


def test_whatever_changes_is_told_at_once(database: Database, cast: Cast, as_: As) -> None:
    with database.writing() as db:
        made = an_idea(db, cast.process, cast.amal, stage=Stage.SENT_BACK, title="Trays", change="More of them.")
    amal, noor, zaid = as_(cast.amal), as_(cast.noor), as_(cast.zaid)
    address = f"/ideas/{made.id}"
    assert "More of them." in zaid.get(address).text
    amal.works(f"{address}/edit", {"change": "Fewer of them."}, action="/edit")
    assert "Fewer of them." in zaid.get(address).text
    assert amal.move(address, "submit").status_code == 303
    assert "It waits for the chair" in zaid.get(address).text
    assert noor.move(address, "refuse", "There are enough trays.").status_code == 303
    assert "There are enough trays." in zaid.get(address).text
    with database.writing() as db:
        db.get_one(Person, cast.amal.id).name = "Amal Renamed"
    assert "Amal Renamed" in zaid.get(address).text


def test_support_and_talk_stand_around_it(cast: Cast, idea: Idea, as_: As) -> None:
    zaid, tariq = as_(cast.zaid), as_(cast.tariq)
    assert "Support it no longer" not in tariq.get("/ideas/1").text
    assert zaid.post("/ideas/1/vote", {"value": "on"}).status_code == 303
    assert "<b>1</b> colleague supports this, you too" in zaid.get("/ideas/1").text
    assert "<b>1</b> colleague supports this</p>" in tariq.get("/ideas/1").text
    assert zaid.post("/talk/idea:1/follow", {"value": "on"}).status_code == 303
    assert "Follow no longer" in zaid.get("/ideas/1").text
    assert "Follow no longer" not in tariq.get("/ideas/1").text


def test_who_spoke_finds_their_own_words_among_those_that_all_see(cast: Cast, idea: Idea, as_: As) -> None:
    zaid, tariq, layla = as_(cast.zaid), as_(cast.tariq), as_(cast.layla)
    for person, words in ((zaid, "Which lane?"), (tariq, "Lane 3."), (zaid, "Thanks.")):
        assert person.send("/ideas/1", {"words": words}, "/talk/idea:1").status_code == 303
    marks = ("comments/1/edit", "comments/2/edit", "comments/3/edit", "comments/1/report", "comments/2/report")
    found = {person: [mark for mark in marks if mark in person.get("/ideas/1").text] for person in (layla, zaid, tariq)}
    assert found[layla] == ["comments/1/report", "comments/2/report"]
    assert found[zaid] == ["comments/1/edit", "comments/3/edit", "comments/2/report"]
    assert found[tariq] == ["comments/2/edit", "comments/1/report"]


def test_an_author_without_a_name_reads_the_talk_as_its_author(database: Database, cast: Cast, as_: As) -> None:
    """To all others who speak in it the author is nobody by name; to the author and the custodian a name stands."""
    with database.writing() as db:
        made = an_idea(db, cast.process, cast.amal, stage=Stage.SUBMITTED, custodian_id=cast.layla.id)
        a_team(db, cast.committee, cast.zaid)
        for person in (cast.amal, cast.zaid):
            talk.say(db, find_actor(db, person.id), made.ref, f"So says number {person.id}.")
    address = f"/ideas/{made.id}"
    for person, named in ((cast.amal, True), (cast.zaid, False), (cast.tariq, False), (cast.layla, True)):
        thread = as_(person).get(address).text.partition('<ol class="thread">')[2].partition("</section>")[0]
        assert ("<b>Amal</b>" in thread or ">Amal<" in thread) is named, person.name
        assert ("comments/1/edit" in thread) is (person is cast.amal)
