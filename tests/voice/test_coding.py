"""Coding: one by one, many at once and back, the code frame, codes of lists; how two people agree."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlmodel import col

from app.db import Database
from app.errors import Invalid
from app.people.actor import find_actor
from app.record.models import Entry
from app.voice.comments import actions, frame, jobs, queries
from app.voice.comments.asking import Asked, options
from app.voice.comments.models import Coded, Coding, RemarkCode, ThemeForm
from app.voice.models import Audience, Remark, RemarkTheme, Theme
from tests.cast import Cast, the_cast
from tests.client import Browser
from tests.voice.said import a_wave, look

As = Callable[..., Browser]


def themes(database: Database) -> dict[int, set[str]]:
    with database.reading() as db:
        query = select(col(RemarkTheme.remark_id), col(Theme.name)).join(Theme, col(Theme.id) == RemarkTheme.theme_id)
        found: dict[int, set[str]] = {}
        for number, name in db.execute(query):
            found.setdefault(number, set()).add(name)
        return found


def a_theme(database: Database, person: Any, name: str) -> int:
    with database.writing() as db:
        return actions.theme_of(db, find_actor(db, person.id), name).id


def test_one_comment_gets_several_themes_and_a_new_one(database: Database, cast: Cast, tmp_path: Path, as_: As) -> None:
    a_wave(database, tmp_path)
    bags, wait = (a_theme(database, cast.sami, name) for name in ("Bags", "Waiting"))
    sami = as_(cast.sami)
    page = "/voice/comments/60/code"
    assert sami.post(page, {"themes": [bags, wait], "new": "Desks"}).headers["location"] == "/voice/comments/60"
    assert themes(database) == {60: {"Bags", "Waiting", "Desks"}}
    assert sami.post(page, {"themes": [wait], "new": ""}).status_code == 303
    assert themes(database) == {60: {"Waiting"}}
    assert as_(cast.dina).post(page, {"themes": [bags]}).status_code == 303
    assert themes(database) == {60: {"Waiting", "Bags"}}  # what anybody says
    assert sami.post(page, {"themes": [999]}).status_code == 422
    assert sami.post("/voice/comments/9999/code", {"themes": [bags]}).status_code == 404


def test_one_by_one_goes_through_what_fits_and_hides_what_others_said(
    database: Database, cast: Cast, tmp_path: Path, as_: As
) -> None:
    a_wave(database, tmp_path)
    bags = a_theme(database, cast.dina, "Bags")
    as_(cast.dina).post("/voice/comments/51/code", {"themes": [bags]})
    sami = as_(cast.sami)
    page = sami.get("/voice/comments/code?q=queue").text
    assert "12 of 12 wait for you" in page
    assert "checked" not in page
    answer = sami.works("/voice/comments/code?q=queue", {}, action="/code")
    assert answer.startswith("/voice/comments/code?q=queue&passed=52")
    page = sami.get(answer).text
    assert "11 of 12 wait for you" in page
    assert "comments/51/code" in page
    page = sami.get("/voice/comments/code?q=queue").text
    assert "11 of 12 wait for you" in page


def test_many_are_coded_at_once_and_taken_back(database: Database, cast: Cast, tmp_path: Path, as_: As) -> None:
    a_wave(database, tmp_path)
    bags = a_theme(database, cast.sami, "Bags")
    sami = as_(cast.sami)
    sami.post("/voice/comments/51/code", {"themes": [bags]})
    given = {"theme": bags, "which": "all", "asked": "?q=queue"}
    assert sami.post("/voice/comments/code", given).headers["location"] == "/voice/comments?q=queue"
    assert len(themes(database)) == 12
    assert "11 comments as Bags" in sami.get("/voice/comments?q=queue").text
    with database.reading() as db:
        batch = db.scalars(select(Coding)).one()
        assert db.scalars(select(Entry).where(col(Entry.move) == "code_many")).one().figures == (
            f'{{"coding":{batch.id},"comments":11}}'
        )
    assert as_(cast.dina).post("/voice/comments/undo", {"coding": batch.id}).status_code == 404
    assert sami.post("/voice/comments/undo", {"coding": batch.id}).status_code == 303
    assert themes(database) == {51: {"Bags"}}  # coded by itself before
    assert sami.post("/voice/comments/undo", {"coding": batch.id}).status_code == 409
    chosen = {"theme": bags, "which": "chosen", "chosen": [1, 2, 9999], "asked": "?q=queue"}
    assert sami.post("/voice/comments/code", chosen).status_code == 303
    assert set(themes(database)) == {1, 2, 51}
    assert sami.post("/voice/comments/code", {**chosen, "chosen": []}).status_code == 422
    assert sami.post("/voice/comments/code", {**chosen, "theme": 999}).status_code == 422


def test_who_codes(database: Database, cast: Cast, tmp_path: Path, as_: As) -> None:
    """The committee; who keeps the source (Amal's department) and administrators, as far as they may read it."""
    a_wave(database, tmp_path, comments_for=Audience.DEPARTMENT)
    bags = a_theme(database, cast.sami, "Bags")
    may = {"sami": 303, "noor": 303, "amal": 303, "root": 303, "huda": 303, "tariq": 404, "gita": 404}
    for name, status in may.items():
        browser = as_(getattr(cast, name))
        assert browser.post("/voice/comments/1/code", {"themes": [bags]}).status_code == status, name
        assert (browser.get("/voice/comments/code").status_code == 200) is (status == 303), name
    with database.writing() as db:
        from app.voice.models import Source

        source = db.scalars(select(Source)).one()
        source.comments_for, source.department_id = Audience.EMPLOYEES, None
    for name in ("amal", "tariq", "huda"):
        browser = as_(getattr(cast, name))
        assert browser.post("/voice/comments/1/code", {"themes": [bags]}).status_code == 403, name
        assert browser.post("/voice/comments/themes/new", {"name": "x"}).status_code == 403, name
        assert "Code them" not in browser.get("/voice/comments").text
    assert as_(cast.root).post("/voice/comments/1/code", {"themes": [bags]}).status_code == 303


def test_the_code_frame(database: Database, cast: Cast, tmp_path: Path, as_: As) -> None:
    a_wave(database, tmp_path)
    sami = as_(cast.sami)
    form = {"name": "Bags", "about": "All of luggage", "touchpoints": [1], "version": 0}
    assert sami.post("/voice/comments/themes/new", form).status_code == 303
    again = sami.post("/voice/comments/themes/new", {**form, "name": "BAGS"})
    assert again.status_code == 422
    assert "a theme of this name already" in again.text
    assert sami.post("/voice/comments/themes/new", {**form, "name": ""}).status_code == 422
    sami.post("/voice/comments/1/code", {"themes": [1]})
    with database.reading() as db:
        actor = find_actor(db, cast.sami.id)
        # By its theme now, though nobody who rated queues low wrote it ... and those who did.
        assert len(look(db, actor, touchpoint="1").ids) == 30
        assert len(look(db, actor, touchpoint="1", theme="1").ids) == 1
    changed = {"name": "Luggage", "about": "", "touchpoints": [], "version": 1}
    assert sami.post("/voice/comments/themes/1", changed).status_code == 303
    assert sami.post("/voice/comments/themes/1", changed).status_code == 409
    other = a_theme(database, cast.sami, "Suitcases")
    sami.post("/voice/comments/2/code", {"themes": [other]})
    sami.post("/voice/comments/1/code", {"themes": [1, other]})
    assert sami.post(f"/voice/comments/themes/{other}/merge", {"into": other}).status_code == 422
    assert sami.post(f"/voice/comments/themes/{other}/merge", {"into": 1}).status_code == 303
    assert themes(database) == {1: {"Luggage"}, 2: {"Luggage"}}
    assert sami.get(f"/voice/comments/themes/{other}").headers["location"] == "/voice/comments/themes/1"
    with database.writing() as db:
        assert actions.theme_of(db, find_actor(db, cast.sami.id), "suitcases").id == 1


def test_codes_of_a_list_become_themes(both: Database, tmp_path: Path) -> None:
    with both.writing() as db:
        actor = find_actor(db, the_cast(db).sami.id)
    source = a_wave(both, tmp_path)
    with both.writing() as db:
        suitcases, bags = (actions.theme_of(db, actor, name) for name in ("Suitcases", "Bags"))
        actions.merge(db, actor, suitcases, bags)
        for label, numbers in (("SUITCASES", [1, 2]), ("Shops", [3])):
            db.execute(update(Remark).where(col(Remark.id).in_(numbers)).values(coded=True, words=label))
    jobs.look(both)
    assert themes(both) == {1: {"Bags"}, 2: {"Bags"}, 3: {"Shops"}}
    with both.reading() as db:
        assert db.get(Coded, source) is not None
        before = db.scalar(select(func.count()).select_from(Entry))
    jobs.look(both)
    actions.adopt_codes(both, source)
    with both.reading() as db:
        assert db.scalar(select(func.count()).select_from(Entry)) == before


def test_two_coders_agreement_is_counted_over_what_both_coded_by_itself(
    database: Database, cast: Cast, tmp_path: Path, as_: As
) -> None:
    a_wave(database, tmp_path)
    bags = a_theme(database, cast.sami, "Bags")
    for person, about in ((cast.sami, {1, 2, 3, 4}), (cast.dina, {3, 4, 5})):
        with database.writing() as db:
            actor = find_actor(db, person.id)
            for number in range(1, 13):
                actions.code(db, actor, db.get_one(Remark, number), [bags] if number in about else [])
            actions.code_many(db, actor, [40, 41], db.get_one(Theme, bags), "")
    with database.reading() as db:
        (pair,) = queries.agreements(db, find_actor(db, cast.noor.id))
        ((name, estimate, table),) = pair.themes
    assert (pair.comments, name) == (12, "Bags")
    assert (table.both, table.first, table.second, table.neither) == (2, 2, 1, 7)
    assert estimate.value == pytest.approx((0.75 - (4 * 3 + 8 * 9) / 144) / (1 - (4 * 3 + 8 * 9) / 144))
    assert "kappa 0.40" in as_(cast.noor).get("/voice/comments/themes").text


def test_many_at_once_are_bounded_and_settled_on_both(both: Database, tmp_path: Path) -> None:
    with both.writing() as db:
        actor = find_actor(db, the_cast(db).sami.id)
    a_wave(both, tmp_path)
    with both.writing() as db:
        bags = actions.theme_of(db, actor, "Bags")
        with pytest.raises(Invalid):
            actions.code_many(db, actor, list(range(2_000)), bags, "")
        batch = actions.code_many(db, actor, [1, 2, 3], bags, "")
        actions.code(db, actor, db.get_one(Remark, 1), [])
        assert db.scalar(select(func.count()).select_from(RemarkTheme)) == 2
        assert actions.undo(db, actor, batch) == 2
        assert db.scalar(select(func.count()).select_from(RemarkTheme)) == 0
        assert db.scalar(select(func.count()).select_from(RemarkCode)) == 0
        other = actions.theme_of(db, actor, "Other")
        actions.code_many(db, actor, [1, 2], bags, "")
        actions.code_many(db, actor, [2, 3], other, "")
        assert actions.merge(db, actor, other, bags) == 1
        actions.change(db, actor, bags, ThemeForm(name="Luggage", version=bags.version))
    assert themes(both) == {1: {"Luggage"}, 2: {"Luggage"}, 3: {"Luggage"}}


def test_the_coding_of_a_source_is_finished_once(database: Database, cast: Cast, tmp_path: Path, as_: As) -> None:
    source = a_wave(database, tmp_path)
    bags = a_theme(database, cast.sami, "Bags")
    page = f"/voice/sources/{source}/coded"
    assert as_(cast.sami).post(page).status_code == 422
    as_(cast.sami).post("/voice/comments/1/code", {"themes": [bags]})
    assert as_(cast.tariq).post(page).status_code == 403
    assert as_(cast.sami).post(page).status_code == 303
    assert as_(cast.sami).post(page).status_code == 409


def test_a_theme_of_comments_that_one_may_not_read_is_not_known(both: Database, tmp_path: Path) -> None:
    """Neither in the frame nor in a search, and not taken from a form; a theme that nothing has yet is known to all."""
    with both.writing() as db:
        cast = the_cast(db)
    a_wave(both, tmp_path)
    secret = a_wave(both, tmp_path, year=2024, comments_for=Audience.COMMITTEE)
    with both.writing() as db:
        sami, amal = find_actor(db, cast.sami.id), find_actor(db, cast.amal.id)
        hidden, new = (actions.theme_of(db, sami, name) for name in ("Bribes", "Bags"))
        one, other = (
            db.scalars(select(Remark).where(col(Remark.source_id) == number)).first() for number in (secret, secret - 1)
        )
        assert one is not None
        assert other is not None
        actions.code(db, sami, one, [hidden.id])
        for actor, names in ((sami, ["Bags", "Bribes"]), (amal, ["Bags"])):
            assert [theme.name for theme in frame.frame_of(db, actor)] == names
            assert [row.theme.name for row in frame.standings(db, actor)] == names
            assert [name for _, name in options(db, actor, Asked()).themes] == names
        with pytest.raises(Invalid):
            actions.code(db, amal, other, [hidden.id])
        actions.code(db, amal, other, [new.id])
        actions.code(db, sami, other, [hidden.id])
        assert [theme.name for theme in frame.frame_of(db, amal)] == ["Bags", "Bribes"]
