"""A comment as evidence of an idea: cited and taken back by its authors, read by whom the source lets read it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from app.db import Database
from app.ideas.citing.models import Citation
from app.ideas.models import Idea, Invited, Stage
from app.people.actor import find_actor
from app.record.models import Entry
from app.voice.comments.actions import code, theme_of
from app.voice.models import Audience, Remark
from tests.cast import Cast
from tests.client import Browser
from tests.makers import an_idea
from tests.voice.said import a_wave

As = Callable[..., Browser]
MASKED = "My name is [name] and the staff was kind"


@pytest.fixture
def told(database: Database, cast: Cast, tmp_path: Path) -> Any:
    """An idea of Amal's, and a comment of a source that only the committee may read."""
    a_wave(database, tmp_path, comments_for=Audience.DEPARTMENT)
    with database.writing() as db:
        idea = an_idea(db, cast.process, cast.amal, stage=Stage.DRAFT)
        sami = find_actor(db, cast.sami.id)
        code(db, sami, db.get_one(Remark, 6), [theme_of(db, sami, "Kindness").id])
        return idea.id


def test_the_author_cites_and_takes_back_with_a_trace(database: Database, cast: Cast, as_: As, told: int) -> None:
    amal = as_(cast.amal)
    here = f"/ideas/{told}"
    assert "Cite a comment" in amal.get(here).text
    assert "My name is [name] and the staff was" in amal.get(f"{here}/cite?q=kind").text
    assert "Cite it in" in amal.get("/voice/comments/6").text
    assert amal.post(f"{here}/citations", {"remark": 6}).headers["location"] == f"{here}#evidence"
    assert amal.post(f"{here}/citations", {"remark": 6}).status_code == 409
    assert amal.post(f"{here}/citations", {"remark": 9_999}).status_code == 404
    assert amal.post(f"{here}/citations", {"remark": "x"}).status_code == 422
    page = amal.get(here).text
    assert MASKED in page
    assert "Kindness" in page
    assert "Fatima" not in page
    assert f'href="{here}"' in amal.get("/voice/comments/6").text
    assert amal.post(f"{here}/citations/1/withdraw").status_code == 303
    assert amal.post(f"{here}/citations/1/withdraw").status_code == 409
    assert amal.post(f"{here}/citations/7/withdraw").status_code == 404
    assert MASKED not in amal.get(here).text
    assert amal.post(f"{here}/citations", {"remark": 6}).status_code == 303
    with database.reading() as db:
        first, second = db.scalars(select(Citation).order_by(col(Citation.id))).all()
        assert (first.withdrawn_by, second.withdrawn_at) == (cast.amal.id, None)
        moves = db.scalars(select(col(Entry.move)).where(col(Entry.ref) == f"idea:{told}").order_by(col(Entry.number)))
        assert list(moves) == ["cite", "uncite", "cite"]


def test_who_reads_what_of_it(database: Database, cast: Cast, as_: As, told: int) -> None:
    as_(cast.amal).post(f"/ideas/{told}/citations", {"remark": 6})
    with database.writing() as db:
        idea = db.get_one(Idea, told)
        idea.stage, idea.listed = Stage.SUBMITTED, True
        db.add(Invited(idea_id=told, person_id=cast.gita.id))
    reads = {"amal": True, "sami": True, "noor": True, "tariq": False, "gita": False}
    for name, words in reads.items():
        page = as_(getattr(cast, name)).get(f"/ideas/{told}").text
        assert (MASKED in page) is words, name
        assert ('<p class="quiet">A customer’s comment' in page) is not words, name
        section = page.split('id="evidence"')[1].split("</section>")[0]
        assert ("Visitors 2025" in section) is (name != "gita"), name
        assert "Take it back" not in page, name  # what is submitted stays as it is
        assert "Fatima" not in page
    assert "Kindness" in as_(cast.tariq).get(f"/ideas/{told}").text
    assert "Kindness" not in as_(cast.gita).get(f"/ideas/{told}").text
    assert as_(cast.gita).get("/voice/comments/6").status_code == 404
    assert as_(cast.amal).post(f"/ideas/{told}/citations", {"remark": 7}).status_code == 403
    assert as_(cast.amal).post(f"/ideas/{told}/citations/1/withdraw").status_code == 403


def test_who_cites(cast: Cast, as_: As, told: int) -> None:
    for name, status in {"badr": 404, "sami": 404, "gita": 404, "tariq": 404}.items():
        browser = as_(getattr(cast, name))
        assert browser.get(f"/ideas/{told}/cite").status_code == status, name
        assert browser.post(f"/ideas/{told}/citations", {"remark": 6}).status_code == status, name


def test_who_may_not_read_a_comment_cannot_cite_it(database: Database, cast: Cast, as_: As, told: int) -> None:
    with database.writing() as db:
        idea = an_idea(db, cast.process, cast.tariq, stage=Stage.DRAFT)
    tariq = as_(cast.tariq)
    assert tariq.post(f"/ideas/{idea.id}/citations", {"remark": 6}).status_code == 404
    assert "No comments for you" in tariq.get(f"/ideas/{idea.id}/cite").text
