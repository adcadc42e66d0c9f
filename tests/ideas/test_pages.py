"""The pages of ideas, as a browser without JavaScript sees them."""

from collections.abc import Callable

from app.db import Database
from app.ideas.models import Stage
from tests.cast import Cast
from tests.client import Browser
from tests.makers import an_idea

As = Callable[..., Browser]


def test_the_list_shows_what_is_listed(database: Database, cast: Cast, as_: As) -> None:
    with database.writing() as db:
        an_idea(db, cast.process, cast.amal, stage=Stage.SUBMITTED, title="Trays that come back")
        an_idea(db, cast.process, cast.amal, title="Nobody's business yet")
    shown = as_(cast.zaid).get("/ideas")
    assert shown.status_code == 200
    assert "Trays that come back" in shown.text
    assert "business yet" not in shown.text
    idea = as_(cast.zaid).get("/ideas/1")
    assert idea.status_code == 200, idea.text
    for path in (
        "/ideas/new",
        "/teams",
        "/teams/1",
        "/teams/new",
        "/search?q=trays",
        "/ideas.csv",
        "/talk/idea:1",
        "/ideas/1/revisions/1",
    ):
        got = as_(cast.amal).get(path)
        assert got.status_code == 200, (path, got.text)
