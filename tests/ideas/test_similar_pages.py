"""Similar ideas on pages and at the command line: while one writes, before one submits, and what authors say."""

import json
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col
from typer.testing import CliRunner

from app.db import Database
from app.ideas import actions
from app.ideas.commands import commands
from app.ideas.models import Idea, Invited, Stage, Veil
from app.ideas.similar import similar_commands as command
from app.ideas.similar.finding import LIKE, WORTH, similar
from app.ideas.similar.keeping import catch_up
from app.ideas.similar.models import Relating, Relation
from app.main import Pilotage
from app.people.actor import find_actor
from tests.bench.counting import statements
from tests.cast import Cast
from tests.client import Browser
from tests.makers import a_pilot, an_idea

As = Callable[..., Browser]
STORY = "Families with a pushchair wait at the belt because no tray is wide enough."
TITLE = "Wide trays for pushchairs"


@pytest.fixture
def there(database: Database, cast: Cast) -> Cast:
    """Amal's in a pilot; one that was refused, one in review that Sami may not know the author of, and other ones."""
    with database.writing() as db:
        first = an_idea(db, cast.process, cast.amal, stage=Stage.IN_PILOT, title=TITLE, story=STORY)
        a_pilot(db, first, cast.amal, cast.sami, step=3)
        refused = an_idea(db, cast.process, cast.tariq, stage=Stage.SUBMITTED, title="Trays for wide pushchairs")
        actions.make(db, find_actor(db, cast.noor.id), refused, "refuse", "The belt is too <narrow> for that.")
        blind = an_idea(db, cast.process, cast.badr, stage=Stage.IN_REVIEW, title="Pushchairs go round the belt")
        db.add(Veil(person_id=cast.sami.id, idea_id=blind.id, round_id=1))
        for title in ("A quieter gate", "Taxi rank in the rain", "Charging points", "Passport lanes"):
            an_idea(db, cast.process, cast.amal, stage=Stage.SUBMITTED, title=title, story=title, change=title)
    catch_up(database)
    return cast


def words(answer: Any) -> str:
    assert answer.status_code == 200, answer.text
    return unescape(answer.text)


def test_a_title_finds_running_and_refused_ones_with_what_became_of_them(there: Cast, as_: As) -> None:
    text = words(as_(there.zaid).get("/ideas/similar?title=wide+trays+pushchairs"))
    assert "In a pilot: step 3, Opportunities" in text
    assert "Refused because" in text
    assert "The belt is too <narrow> for that." in text
    assert "&lt;narrow&gt;" in as_(there.zaid).get("/ideas/similar?title=wide+trays+pushchairs").text
    assert "With Innovation Committee" in text
    assert "Badr" in text
    assert max(text.index(TITLE), text.index("Trays for wide pushchairs")) < text.index("Pushchairs go round")
    assert "Taxi rank" not in text
    veiled = words(as_(there.sami).get("/ideas/similar?title=wide+trays+pushchairs"))
    assert "Badr" not in veiled
    assert "author not shown" in veiled


def test_what_is_less_alike_stands_behind_a_word(database: Database, there: Cast, as_: As) -> None:
    """Nothing is left out; what somebody said a word on stays in sight."""
    title = "Rain at the gate"
    with database.reading() as db:
        near = similar(db, find_actor(db, there.zaid.id), title, "pushchairs", most=5, least=WORTH)
    alike, less = ([one for one in near if (one.score >= LIKE) == way] for way in (True, False))
    assert (len(alike), len(less)) == (2, 2)
    for more in ("", "&offers=1"):
        text = words(as_(there.zaid).get(f"/ideas/similar?title={title}&text=pushchairs{more}"))
        shown, _, behind = text.partition("Less alike (2)")
        assert all(one.title in shown and one.title not in behind for one in alike)
        assert all(one.title in behind and one.title not in shown for one in less)
    kept = f"/ideas/similar?title={title}&text=pushchairs&offers=1&relations={less[0].id}:builds_on"
    assert less[0].title in words(as_(there.zaid).get(kept)).partition("Less alike (1)")[0]
    assert "Two ideas are near to it" in words(as_(there.zaid).get(f"/ideas/similar?title={title}&text=pushchairs"))
    assert "Less alike" not in words(as_(there.zaid).get("/ideas/similar?title=zebra"))


def test_it_is_for_employees_and_a_block_of_its_own(there: Cast, as_: As) -> None:
    assert as_(there.gita).get("/ideas/similar?title=trays").status_code == 404
    headers = {"HX-Request": "true", "HX-Target": "section#near", "HX-Request-Type": "partial"}
    part = as_(there.zaid).get(
        "/ideas/similar?title=wide+trays+pushchairs&offers=1&relations=1:builds_on", headers=headers
    )
    assert part.text.lstrip().startswith('<section id="near"')
    assert '<option value="1:builds_on" selected>' in part.text
    assert "<html" not in part.text
    assert part.headers["cache-control"] == "no-store"
    alone = as_(there.zaid).get("/ideas/similar?title=trays&idea=1")
    assert f'/ideas/1">{TITLE}' not in alone.text


HOSTILE = (
    *("<script>alert(1)</script>", "=1+1", "%00", "%ED%A0%80", "%FF", "' OR 1=1 --", "\U0001f600" * 50, "a" * 9000),
    *("السلام عليكم", "公共汽车", "ที่จอดรถ", "!!!", "%"),
)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_breaks_nothing(there: Cast, as_: As, text: str) -> None:
    zaid = as_(there.zaid)
    for address in (f"/ideas/similar?title={text}", f"/ideas/similar?text={text}&title=x&idea={text}&relations={text}"):
        answer = zaid.get(address)
        assert answer.status_code in (200, 422), answer.status_code
        assert "<script>alert" not in answer.text


def test_the_button_brings_the_form_back_as_it_was_with_the_list(there: Cast, as_: As, database: Database) -> None:
    typed = {"title": "Wide trays", "story": "No process is chosen yet.", "needs": "<b>Steel</b>"}
    answer = as_(there.zaid).fill("/ideas/new", typed, "Look for similar ideas")
    text = words(answer)
    assert TITLE in text
    assert 'value="Wide trays"' in text
    assert "No process is chosen yet." in text
    assert "&lt;b&gt;Steel&lt;/b&gt;" in answer.text
    assert 'class="mistake"' not in answer.text
    with database.reading() as db:
        assert len(db.scalars(select(Idea)).all()) == 7


def test_what_is_very_near_is_shown_once_before_it_is_submitted(there: Cast, as_: As, database: Database) -> None:
    zaid = as_(there.zaid)
    typed = {"process": there.process.id, "title": TITLE, "story": STORY, "change": "A wider tray."}
    answer = zaid.fill("/ideas/new", typed, "Submit to the committee")
    assert answer.status_code == 422
    text = unescape(answer.text)
    assert "very much like it" in text
    assert "A wider tray." in text
    assert "Taxi rank" not in text
    from tests.forms import forms_of

    (form,) = (one for one in forms_of(answer.text) if one.action == "/ideas/new")
    again = zaid.post("/ideas/new", form.filled({"relations": ["1:builds_on"]}, "Submit to the committee"))
    assert again.status_code == 303
    with database.reading() as db:
        mine = db.scalars(select(Idea).order_by(col(Idea.id).desc())).first()
        assert mine
        assert (mine.title, mine.stage) == (TITLE, Stage.SUBMITTED)
        assert db.get_one(Relation, (mine.id, 1)).kind is Relating.BUILDS_ON


def test_it_never_holds_what_has_a_word_what_is_not_near_or_what_no_page_asked_for(there: Cast, as_: As) -> None:
    zaid = as_(there.zaid)
    near = {"process": there.process.id, "title": TITLE, "story": STORY, "change": "A wider tray."}
    every = ["1:builds_on", "2:independent", "3:independent", "x", "9:nothing", "1:2:3"]
    lamps = near | {"title": "Lamps in the car park", "story": "Dark", "change": "Light"}
    assert zaid.works("/ideas/new", lamps, "Submit")
    key = zaid.key("/ideas/new")
    assert zaid.post("/ideas/new", near | {"then": "submit", "key": key}).status_code == 303  # a script's
    key = zaid.key("/ideas/new")
    said = near | {"then": "submit", "near": "ask", "relations": every, "key": key}
    assert zaid.post("/ideas/new", said).status_code == 422  # the script's has no word yet
    assert zaid.post("/ideas/new", said | {"relations": [*every, "9:independent"]}).status_code == 303


def test_a_draft_says_on_its_page_what_is_very_near(there: Cast, as_: As, database: Database) -> None:
    with database.writing() as db:
        draft = an_idea(db, there.process, there.zaid, stage=Stage.DRAFT, title=TITLE, story=STORY)
    zaid = as_(there.zaid)
    assert "Very much like it" in zaid.get(f"/ideas/{draft.id}").text
    zaid.post(f"/ideas/{draft.id}/relations", {"other": 1, "kind": "duplicate_of"})
    zaid.post(f"/ideas/{draft.id}/relations", {"other": 2, "kind": "independent"})
    assert "Very much like it" not in zaid.get(f"/ideas/{draft.id}").text


def test_what_authors_say_stands_on_both_pages(there: Cast, as_: As, database: Database) -> None:
    tariq, amal, gita = as_(there.tariq), as_(there.amal), as_(there.gita)
    with database.writing() as db:
        db.add(Invited(idea_id=1, person_id=there.gita.id))
    here = "/ideas/2/relations"
    assert tariq.post(here, {"other": 1, "kind": "builds_on"}).headers["location"] == "/ideas/2/similar"
    assert tariq.post(here, {"other": 1, "kind": "builds_on"}).status_code == 303  # said twice it stands once
    assert 'Builds on <a href="/ideas/1">' in tariq.get("/ideas/2").text
    assert 'Built on by <a href="/ideas/2">' in amal.get("/ideas/1").text
    assert "Trays for wide" not in gita.get("/ideas/1").text
    assert 'aria-pressed="true"' in tariq.get("/ideas/2/similar").text
    refusals = {
        403: amal.post(here, {"other": 1, "kind": "builds_on"}),
        404: tariq.post(here, {"other": 99, "kind": "independent"}),
    }
    refusals |= {422: tariq.post(here, {"other": 1, "kind": "cousin"})}
    assert [answer.status_code for answer in refusals.values()] == list(refusals)
    assert tariq.post(here, {"other": 2, "kind": "independent"}).status_code == 422
    assert gita.post("/ideas/1/relations", {"other": 2, "kind": "independent"}).status_code == 404
    tariq.post(here, {"other": 1, "kind": "independent"})
    assert "Builds on <a" not in tariq.get("/ideas/2").text
    tariq.post(here, {"other": 1, "kind": ""})
    with database.reading() as db:
        assert db.scalars(select(Relation)).all() == []


def test_a_draft_that_builds_on_another_is_not_told_of_there(there: Cast, as_: As, database: Database) -> None:
    with database.writing() as db:
        draft = an_idea(db, there.process, there.zaid, stage=Stage.DRAFT, title="A secret draft")
        db.add(Relation(idea_id=draft.id, other_id=1, kind=Relating.BUILDS_ON, said_by=there.zaid.id))
    assert "A secret draft" not in as_(there.amal).get("/ideas/1").text
    assert "A secret draft" in as_(there.zaid).get("/ideas/1").text


def test_the_command_says_what_the_contract_says(
    database: Database, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.writing() as db:
        an_idea(db, cast.process, cast.amal, stage=Stage.SUBMITTED, title=TITLE, story=STORY)
        an_idea(db, cast.process, cast.amal, stage=Stage.DRAFT, title="Trays in a draft")
        an_idea(db, cast.process, cast.amal, stage=Stage.SUBMITTED, title="Taxi rank", story="Rain", change="Roof")
    monkeypatch.setattr(command, "open_database", lambda _settings: database)
    run = CliRunner().invoke
    asked = run(commands, ["similar", "wide trays", "--json"])
    assert asked.exit_code == 0, asked.output
    (item,) = json.loads(asked.output)["items"]
    assert [item[name] for name in ("ref", "title", "stage")] == ["idea:1", TITLE, "submitted"]
    assert 0.05 < item["score"] <= 1
    assert "idea:1" in run(commands, ["similar", f"{TITLE}\n{STORY}"]).output
    assert json.loads(run(commands, ["similar", "xyzzy", "--json"]).output) == {"items": []}
    assert run(commands, ["similar", "a\x00b"]).exit_code == 1
    assert run(commands, ["reindex"]).output == "2 ideas read.\n"


def test_statements_of_the_pages_do_not_grow(there: Cast, as_: As, database: Database) -> None:
    zaid, seen = as_(there.zaid), {}
    for more in (1, 30):
        with database.writing() as db:
            for number in range(more):
                idea = an_idea(db, there.process, there.tariq, stage=Stage.SUBMITTED, title=f"{TITLE} {number}")
                db.add(Relation(idea_id=idea.id, other_id=1, kind=Relating.BUILDS_ON, said_by=there.tariq.id))
        catch_up(database)
        for address in ("/ideas/similar?title=wide+trays+pushchairs", "/ideas/1", "/ideas/1/similar"):
            zaid.get(address)
            with statements(database) as ran:
                zaid.get(f"{address}{'&' if '?' in address else '?'}x={more}")
            assert len(ran) <= seen.setdefault(address, len(ran)), address
    assert seen["/ideas/similar?title=wide+trays+pushchairs"] <= 13, seen


def test_a_page_is_searched_as_the_one_who_asks(app: Pilotage, there: Cast, as_: As, database: Database) -> None:
    with database.writing() as db:
        an_idea(db, there.process, there.zaid, stage=Stage.DRAFT, title="Pushchairs, my own thought")
    assert "my own thought" in as_(there.zaid).get("/ideas/similar?title=pushchairs").text
    assert "my own thought" not in as_(there.noor).get("/ideas/similar?title=pushchairs").text
