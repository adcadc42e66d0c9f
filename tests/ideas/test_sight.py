"""Who sees an idea: everybody, named departments, or its team and committee; and who wrote it without a name."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session as Db
from sqlmodel import col

from app.columns import as_of
from app.db import Database
from app.ideas import actions, queries
from app.ideas.calls.models import Call, CallIdea, CallStage
from app.ideas.calls.queries import calls
from app.ideas.forms import IdeaForm
from app.ideas.joining.models import Joining
from app.ideas.listing import Filter, count, places
from app.ideas.models import Audience, Idea, IdeaDepartment, Stage, Veil
from app.notices.actions import read_record
from app.people.actor import find_actor
from app.people.models import Committee, Grant, Role
from app.record.models import Entry
from app.talk import actions as talk
from app.work.joining import waiting
from tests.cast import Cast, the_cast
from tests.client import Browser
from tests.makers import a_department, a_person, an_idea
from tests.review.makers import open_round
from tests.test_blind_worlds import assert_same, starts
from tests.worlds import MOMENT, World

As = Callable[..., Browser]
EVERYBODY = ("amal", "badr", "zaid", "tariq", "sami", "noor", "layla", "huda", "root", "gita")


def seen_by(db: Db, cast: Cast, idea: Idea) -> set[str]:
    """Who finds it, by every way: alone, to change it, in the list, in a count, by its words."""
    found = set()
    for name in EVERYBODY:
        actor = find_actor(db, getattr(cast, name).id)
        alone = db.scalars(select(Idea).where(col(Idea.id) == idea.id, queries.visible_to(actor))).first() is not None
        query, given = queries.one_for(actor)
        to_change = db.scalars(query, {"id": idea.id, **given}).first() is not None
        listed = idea.id in {place.id for place in places(db, actor, Filter())[0]}
        by_words = idea.id in {place.id for place in places(db, actor, Filter(q="queue"))[0]}
        number = count(db, actor, Filter(q="queue"), (idea.version,)).number
        assert alone == to_change == listed == by_words == (number == 1), name
        if alone:
            found.add(name)
    return found


@pytest.mark.parametrize(
    ("audience", "who"),
    [
        (Audience.EVERYONE, set(EVERYBODY) - {"gita"}),
        (Audience.DEPARTMENTS, {"amal", "badr", "sami", "noor", "huda", "tariq"}),
        (Audience.COMMITTEE, {"amal", "badr", "sami", "noor", "huda"}),
    ],
)
def test_an_audience_holds_by_every_way(both: Database, audience: Audience, who: set[str]) -> None:
    """Its team, its committee and the process owner always see it; a department below a named one does too."""
    with both.writing() as db:
        cast = the_cast(db)
        here = a_department(db, name="Named")
        below = a_department(db, name="Below", parent_id=here.id)
        for name in EVERYBODY:
            getattr(cast, name).department_id = None
        cast.tariq.department_id = below.id
        idea = an_idea(
            db,
            cast.process,
            cast.amal,
            stage=Stage.SUBMITTED,
            team_id=cast.team.id,
            audience=audience,
            story="A queue.",
        )
        if audience is Audience.DEPARTMENTS:
            db.add(IdeaDepartment(idea_id=idea.id, department_id=here.id))
        db.flush()
        assert {who_ for who_ in EVERYBODY if who_ in seen_by(db, cast, idea)} == who


def test_a_hidden_idea_is_missing_to_others(database: Database, cast: Cast, as_: As) -> None:
    with database.writing() as db:
        idea = an_idea(
            db, cast.process, cast.amal, stage=Stage.SUBMITTED, audience=Audience.COMMITTEE, title="Quiet one"
        )
        number = idea.id
    zaid = as_(cast.zaid)
    for address in (f"/ideas/{number}", f"/ideas/{number}/revisions/1", f"/talk/idea:{number}"):
        assert zaid.get(address).status_code == 404, address
    for address, fields in ((f"/ideas/{number}/vote", {"value": "on"}), (f"/talk/idea:{number}", {"words": "Hello"})):
        assert zaid.post(address, fields).status_code == 404, address
    for address in (
        "/ideas",
        "/ideas.csv",
        "/search?q=Quiet",
        f"/people/{cast.amal.id}",
        f"/processes/{cast.process.id}",
    ):
        hidden, shown = (re.sub("</?mark>", "", browser.get(address).text) for browser in (zaid, as_(cast.sami)))
        assert "Quiet one" not in hidden, address
        assert "Quiet one" in shown or address.startswith("/people"), address
    assert zaid.post(f"/ideas/{number}/open", {}).status_code == 404
    assert as_(cast.sami).post(f"/ideas/{number}/open", {}).status_code == 403
    assert as_(cast.amal).post(f"/ideas/{number}/open", {}).status_code == 303
    assert "Quiet one" in zaid.get("/ideas").text
    with database.reading() as db:
        told = db.execute(select(Entry.before, Entry.after).where(col(Entry.move) == "change_sight")).all()  # type: ignore[call-overload]
    assert [tuple(row) for row in told] == [("committee", "everyone")]


def test_leaders_count_it_without_its_title(database: Database, cast: Cast, as_: As) -> None:
    with database.writing() as db:
        late = {"stage": Stage.SUBMITTED, "promised_on": MOMENT.date().replace(year=2025)}
        an_idea(db, cast.process, cast.amal, audience=Audience.COMMITTEE, title="Quiet one", **late)
        an_idea(db, cast.process, cast.amal, title="Loud one", **late)
    page = as_(cast.layla).get("/leaders").text
    assert "Loud one" in page
    assert "Quiet one" not in page
    assert queries.FOR_OTHERS in page


def form(cast: Cast, **over: Any) -> IdeaForm:
    given = {"process": cast.process.id, "title": "Somebody takes money", "story": "I saw it.", "change": "A till."}
    return IdeaForm.model_validate(given | over)


def test_who_may_write_without_a_name(database: Database, cast: Cast, as_: As) -> None:
    typed = {**form(cast).model_dump(include={"process", "title", "story", "change"}), "novelty": "incremental"}
    typed |= {"area": "product", "unnamed": "on", "then": "submit"}
    refused = as_(cast.zaid).send("/ideas/new", typed)
    assert refused.status_code == 422
    assert "Nobody could keep your name here" in refused.text
    with database.writing() as db:
        db.get_one(Committee, cast.committee.id).custodian_id = cast.root.id
    assert "Root alone can" in as_(cast.zaid).get(f"/ideas/new?process={cast.process.id}").text
    for name in ("sami", "noor", "root"):  # who would have to be seen to have a conflict, and the custodian
        assert as_(getattr(cast, name)).send("/ideas/new", typed).status_code == 422, name
    assert as_(cast.amal).send("/ideas/new", {**typed, "team": cast.team.id}).status_code == 422
    assert as_(cast.zaid).send("/ideas/new", typed).status_code == 303
    with database.reading() as db:
        assert db.scalars(select(Idea)).one().custodian_id == cast.root.id


def unnamed_by(name: str) -> Callable[[Any, Db, Cast], None]:
    """Zaid or Tariq writes without a name; the custodian is an administrator. It is talked about and reviewed."""

    def tell(world: Any, db: Db, cast: Cast) -> None:
        cast.committee.custodian_id = cast.root.id
        db.add(Grant(person_id=cast.layla.id, role=Role.ADMINISTRATOR))
        db.flush()
        author = find_actor(db, getattr(cast, name).id)
        for person in (cast.zaid, cast.tariq):
            an_idea(db, cast.process, person, stage=Stage.SUBMITTED, title=f"Something else by {person.name}")
        idea = actions.begin(db, author, form(cast, unnamed="on"))
        actions.make(db, author, idea, "submit")
        world.idea, world.others = idea.id, cast.team
        said = talk.say(db, author, idea.ref, "I stood beside it.")
        talk.say(db, find_actor(db, cast.huda.id), idea.ref, "When?", said.id)
        actions.make(db, find_actor(db, cast.noor.id), idea, "admit")
        world.round = open_round(db, cast, idea, reviewers=[cast.sami.id, cast.dina.id, cast.noor.id], blind="").id

    return tell


def test_nobody_but_the_custodian_learns_the_name(sqlite_template: Path, tmp_path: Path) -> None:
    worlds = [World(sqlite_template, tmp_path / name, unnamed_by(name)) for name in ("zaid", "tariq")]
    for world in worlds:
        with as_of(MOMENT):
            read_record(world.database)
    for name in ("amal", "sami", "noor", "layla", "huda", "gita"):
        one, other = (world.walked(getattr(world.cast, name), starts(world)) for world in worlds)
        assert_same(one, other, name)
    # The control: the custodian of that day, and whoever wrote it.
    for name in ("root", "zaid"):
        address = f"/ideas/{worlds[0].idea}"
        one, other = (world.walked(getattr(world.cast, name), [address]) for world in worlds)
        assert one[address] != other[address], name


def written_by_zaid(unnamed: str | None) -> Callable[[Any, Db, Cast], None]:
    """Zaid writes with or without a name; a blind round reviews it."""

    def tell(world: Any, db: Db, cast: Cast) -> None:
        cast.committee.custodian_id = cast.root.id
        db.flush()
        author = find_actor(db, cast.zaid.id)
        an_idea(db, cast.process, cast.tariq, stage=Stage.SUBMITTED, title="Something else")
        idea = actions.begin(db, author, form(cast, unnamed=unnamed))
        actions.make(db, author, idea, "submit")
        world.idea, world.others = idea.id, cast.team
        actions.make(db, find_actor(db, cast.noor.id), idea, "admit")
        world.round = open_round(db, cast, idea, reviewers=[cast.sami.id, cast.dina.id, cast.noor.id]).id

    return tell


def test_a_blind_round_does_not_tell_who_wrote_without_a_name(sqlite_template: Path, tmp_path: Path) -> None:
    """Whoever reviews reads the same of an idea whose author gave a name, and of one whose author did not."""
    worlds = [World(sqlite_template, tmp_path / str(unnamed), written_by_zaid(unnamed)) for unnamed in ("on", None)]
    for world in worlds:
        with as_of(MOMENT):
            read_record(world.database)
    for name in ("sami", "dina", "noor"):
        one, other = (world.walked(getattr(world.cast, name), starts(world)) for world in worlds)
        assert_same(one, other, name)
        assert "Author not shown" in one[f"/ideas/{worlds[0].idea}"]
        assert "author not shown" in one["/ideas"]
    # The control: to a colleague who does not review, one has a name and the other says that it has none.
    unnamed, named = (world.walked(world.cast.amal, [f"/ideas/{world.idea}", "/ideas"]) for world in worlds)
    assert "Written without a name" in unnamed[f"/ideas/{worlds[0].idea}"]
    assert "author not shown" in unnamed["/ideas"]
    assert "Zaid" in named[f"/ideas/{worlds[0].idea}"]
    assert "author not shown" not in named["/ideas"]


def test_a_name_is_put_to_it_and_never_taken_away(database: Database, cast: Cast, as_: As) -> None:
    with database.writing() as db:
        db.get_one(Committee, cast.committee.id).custodian_id = cast.root.id
        idea = actions.begin(db, find_actor(db, cast.zaid.id), form(cast, unnamed="on"))
        actions.make(db, find_actor(db, cast.zaid.id), idea, "submit")
        number, another = idea.id, a_person(db, "Nadia")
        db.get_one(Committee, cast.committee.id).custodian_id = another.id
        other = another
    address = f"/ideas/{number}"
    assert "Zaid" not in as_(other).get(address).text  # named later: was never promised to know
    assert "Zaid" in as_(cast.root).get(address).text
    assert as_(cast.root).post(f"{address}/name", {}).status_code == 403
    assert as_(cast.zaid).post(f"{address}/name", {}).status_code == 303
    assert "Zaid" in as_(cast.amal).get(address).text
    assert as_(cast.zaid).post(f"{address}/name", {}).status_code == 403


def test_a_blind_round_still_hides_it_from_the_custodian(database: Database, cast: Cast) -> None:
    with database.writing() as db:
        idea = an_idea(db, cast.process, cast.zaid, stage=Stage.SUBMITTED, custodian_id=cast.root.id)
        db.add(Veil(person_id=cast.root.id, idea_id=idea.id, round_id=1))
        db.flush()
        assert queries.find(db, find_actor(db, cast.root.id), idea.id).veiled


def test_what_is_counted_or_asked_beside_tells_nothing_of_it(database: Database, cast: Cast) -> None:
    """How many ideas answer a call, and a proposal to join an idea that one may not read."""
    with database.writing() as db:
        day = MOMENT.date()
        of = {"process_id": cast.process.id, "committee_id": cast.committee.id, "made_by": cast.noor.id}
        call = Call(question="What?", opens_on=day, closes_on=day, stage=CallStage.OPEN, **of)
        db.add(call)
        hidden = {"stage": Stage.SUBMITTED, "audience": Audience.COMMITTEE, "title": "Quiet one"}
        quiet = an_idea(db, cast.process, cast.amal, **hidden)
        loud = an_idea(db, cast.process, cast.zaid, stage=Stage.SUBMITTED, title="Loud one")
        db.flush()
        db.add_all(CallIdea(idea_id=idea.id, call_id=call.id) for idea in (quiet, loud))
        db.add(Joining(idea_id=quiet.id, into_id=loud.id, proposed_by=cast.amal.id, idea_yes=cast.amal.id))
        db.flush()
        zaid, sami = (find_actor(db, person.id) for person in (cast.zaid, cast.sami))
        assert [line.ideas for actor in (zaid, sami) for line in calls(db, actor, day)] == [1, 2]
        assert not any("Quiet one" in todo.title for todo in waiting(db, zaid, day))
        quiet.audience = Audience.EVERYONE
        db.flush()
        assert any("Quiet one" in todo.title for todo in waiting(db, zaid, day))
