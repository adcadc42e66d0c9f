"""One search over what a person may see."""

from collections.abc import Callable

from app.db import Database
from app.ideas.models import Stage, Veil
from tests.cast import Cast
from tests.client import Browser
from tests.makers import an_idea

As = Callable[..., Browser]


def test_things_are_found_by_their_names_and_ideas_by_their_words(database: Database, cast: Cast, as_: As) -> None:
    with database.writing() as db:
        an_idea(db, cast.process, cast.amal, stage=Stage.SUBMITTED, title="Calm lanes", story="Screening takes long.")
        an_idea(db, cast.process, cast.amal, title="Calm drafts")
    zaid = as_(cast.zaid)
    calm = zaid.get("/search?q=calm").text
    assert ">Calm corners</a>" in calm
    assert ">Calm lanes</a>" in calm
    assert "Calm drafts" not in calm
    assert "Calm drafts" in as_(cast.amal).get("/ideas?stage=draft").text
    assert ">Security screening</a>" in zaid.get("/search?q=SECURITY+scr").text
    assert "Calm lanes" in zaid.get("/search?q=screen").text
    assert ">Noor</a>" in zaid.get("/search?q=noo").text
    assert "Nothing that you may see" in zaid.get("/search?q=zzzz").text
    for odd in ("", "%25", "%22", "_", "*", "a" * 3000, "%27+OR+1%3D1"):
        assert zaid.get(f"/search?q={odd}").status_code == 200, odd
    assert ">Noor</a>" not in zaid.get("/search?q=%25").text


def test_a_name_does_not_lead_to_a_veiled_idea(database: Database, cast: Cast, as_: As) -> None:
    with database.writing() as db:
        idea = an_idea(db, cast.process, cast.zaid, stage=Stage.SUBMITTED, title="Lanes that breathe")
        db.add(Veil(person_id=cast.sami.id, idea_id=idea.id, round_id=1))
    text = as_(cast.sami).get("/search?q=zaid").text
    assert ">Zaid</a>" in text
    assert "Lanes that breathe" not in text
    assert "Zaid" not in as_(cast.sami).get("/search?q=lanes").text


def test_a_guest_finds_only_what_they_are_invited_to(database: Database, cast: Cast, as_: As) -> None:
    with database.writing() as db:
        an_idea(db, cast.process, cast.zaid, stage=Stage.SUBMITTED, title="Security of supplies")
    text = as_(cast.gita).get("/search?q=security").text
    assert "Security" not in text
    assert "Nothing that you may see" in text
