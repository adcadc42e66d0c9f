"""Jobs of customers: rated, tied to groups of respondents, cited by ideas and by maps of pilots."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from scipy import stats
from sqlalchemy import text

from app.db import Database
from app.ideas import actions as ideas
from app.ideas.forms import IdeaForm
from app.ideas.models import Idea, Stage
from app.main import Pilotage
from app.people.actor import find_actor
from app.pilots.roadmap import KINDS
from app.voice.answers import answers as unpacked
from app.voice.customer_jobs import actions, queries
from app.voice.customer_jobs.models import JobForm, JobKind
from app.voice.customer_jobs.opportunity import in_words, opportunity
from tests.bench.counting import statements
from tests.cast import Cast
from tests.client import Browser
from tests.makers import a_pilot, an_idea
from tests.voice.sources import a_map, a_source

As = Callable[..., Browser]
FORM = {"situation": "I queue with bags", "want": "know how long", "so": "sit down", "kind": "functional"}


def a_job(database: Database, cast: Cast, *cells: str, **over: Any) -> int:
    with database.writing() as db:
        data = JobForm(**{**FORM, "kind": JobKind.FUNCTIONAL, "cells": list(cells), **over})
        return actions.add(db, find_actor(db, cast.noor.id), data).id


@pytest.mark.parametrize(
    ("importance", "satisfaction", "score", "said"),
    [(9, 3, 15, "high"), (9.5, 3, 16, "extreme"), (8, 8, 8, "served well enough"), (5, 9, 5, "served well enough")],
)
def test_opportunity_is_ulwicks(importance: float, satisfaction: float, score: float, said: str) -> None:
    """ "What Customers Want", 2005: 9 and 3 make 15; what is over-served is worth its importance alone."""
    assert opportunity(importance, satisfaction) == pytest.approx(score)
    assert in_words(score) == said


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(some.floats(0, 10), some.floats(0, 10))
def test_opportunity_lies_between_importance_and_twice_it(importance: float, satisfaction: float) -> None:
    score = opportunity(importance, satisfaction)
    assert score is not None
    assert importance <= score <= 2 * importance


def test_opportunity_needs_both_and_their_scale() -> None:
    assert opportunity(None, 3) is None
    with pytest.raises(ValueError, match="between"):
        opportunity(11, 3)


def test_figures_of_those_who_do_it(both: Database, tmp_path: Path) -> None:
    from tests.cast import the_cast

    with both.writing() as db:
        cast = the_cast(db)
    number = a_source(both, tmp_path)
    job = a_job(both, cast, "Gate=A")
    with both.reading() as db:
        (heard,) = queries.heard(db, find_actor(db, cast.amal.id), queries.cells_of(db, job))
        told = unpacked(db, number)
        mask = told.where("Gate", "A")
        assert heard.n == mask.sum()
        queue = next(line for line in heard.touchpoints if line.name == "Queue")
        mine, rest = told.percent[mask, 0], told.percent[~mask, 0]
        assert queue.estimate is not None
        assert queue.since is not None
        assert queue.estimate.value == pytest.approx(np.nanmean(mine))
        assert queue.was == pytest.approx(np.nanmean(rest))
        assert queue.since.z == pytest.approx(stats.ttest_ind(mine, rest, equal_var=False, nan_policy="omit").statistic)
        overall = next(line for line in heard.outcomes if line.name == "Overall")
        assert overall.estimate is not None
        assert overall.estimate.value == pytest.approx(np.nanmean(told.outcome("Overall")[mask]))


def test_small_groups_are_withheld_alone_and_together(database: Database, cast: Cast, tmp_path: Path) -> None:
    """Gate C holds three: it is withheld, and B with it; a job of A is shown, one of B or of A and C is not."""
    a_source(database, tmp_path, a_map(smallest=10))
    shown = {}
    for cells in (("Gate=A",), ("Gate=B",), ("Gate=C",), ("Gate=A", "Gate=C")):
        job = a_job(database, cast, *cells)
        with database.reading() as db:
            (heard,) = queries.heard(db, find_actor(db, cast.noor.id), queries.cells_of(db, job))
            lines = [*heard.outcomes, *heard.touchpoints]
            shown[cells] = heard.n is not None
            assert all((line.estimate is not None) is shown[cells] for line in lines)
            assert all(line.was is None for line in lines if line.estimate is None)
    assert list(shown.values()) == [True, False, False, False]


def test_an_idea_cites_jobs_and_the_job_lists_its_ideas(database: Database, cast: Cast, as_: As) -> None:
    job, other = a_job(database, cast), a_job(database, cast, want="<i>be seen</i>")
    amal = as_(cast.amal)
    form = {"process": cast.process.id, "title": "A desk", "area": "product", "novelty": "radical", "then": "draft"}
    where = amal.send("/ideas/new", {**form, "jobs": [job, other]}).headers["location"]
    assert "know how long" in amal.get(where).text
    assert "&lt;i&gt;be seen" in amal.get(where).text
    assert "A desk" in amal.get(f"/voice/jobs/{job}").text
    assert "A desk" not in as_(cast.tariq).get(f"/voice/jobs/{job}").text, "a draft is its author's alone"
    answer = amal.fill(f"{where}/edit", {"jobs": [str(other)]}, button="Keep")
    assert answer.status_code == 303
    assert "A desk" not in amal.get(f"/voice/jobs/{job}").text
    assert "A desk" in amal.get(f"/voice/jobs/{other}").text
    assert amal.send("/ideas/new", {**form, "jobs": [999]}).status_code == 422


def test_a_map_cites_a_job(database: Database, cast: Cast, as_: As) -> None:
    job = a_job(database, cast)
    with database.writing() as db:
        idea = an_idea(db, cast.process, cast.amal, stage=Stage.IN_PILOT)
        pilot = a_pilot(db, idea, cast.amal, cast.noor, step=2).id
    amal = as_(cast.amal)
    kept = amal.send(f"/pilots/{pilot}/artefacts/new/jobs", {"want": "Know", "job": job})
    assert kept.status_code == 303
    assert f"/voice/jobs/{job}" in amal.get(f"/pilots/{pilot}/steps/2").text
    assert f"/pilots/{pilot}/steps/2" in amal.get(f"/voice/jobs/{job}").text
    assert amal.send(f"/pilots/{pilot}/artefacts/new/jobs", {"want": "Know", "job": 77}).status_code == 422
    assert "job" not in KINDS["jobs"].needs


def test_who_writes_jobs(database: Database, cast: Cast, as_: As) -> None:
    job = a_job(database, cast)
    for name, status in (("noor", 200), ("layla", 200), ("root", 200), ("amal", 403), ("tariq", 403), ("gita", 404)):
        browser = as_(getattr(cast, name))
        assert browser.get(f"/voice/jobs/{job}/edit").status_code == status, name
        assert browser.get(f"/voice/jobs/{job}").status_code == (404 if name == "gita" else 200)
        if status != 200:
            assert browser.post(f"/voice/jobs/{job}/outcomes", {"statement": "abc", "version": 1}).status_code == status


def test_ratings_stand_with_their_source(database: Database, cast: Cast, as_: As) -> None:
    job = a_job(database, cast)
    noor, here = as_(cast.noor), f"/voice/jobs/{job}"
    good = {"statement": "Minimise waiting", "importance": "9", "satisfaction": "3", "n": "40", "told_by": "Interviews"}
    for lacking in ("told_by", "n", "satisfaction"):
        answer = noor.send(here, {**good, lacking: "", "version": 1}, action=f"{here}/outcomes")
        assert answer.status_code == 422, lacking
    assert noor.send(here, {**good, "importance": "11", "version": 1}, action=f"{here}/outcomes").status_code == 422
    assert noor.send(here, {**good, "version": 1}, action=f"{here}/outcomes").status_code == 303
    page = noor.get(here).text
    assert "<b>15.0</b>" in page
    assert "Interviews" in page
    assert noor.send(here, {**good, "version": 1}, action=f"{here}/outcomes").status_code == 409
    assert noor.post(f"{here}/outcomes/1/remove", {"version": 1}).status_code == 409
    assert noor.post(f"{here}/outcomes/1/remove", {"version": 2}).status_code == 303
    assert "Minimise waiting" not in noor.get(here).text


def test_two_at_once_one_is_late(database: Database, cast: Cast, as_: As) -> None:
    job = a_job(database, cast)
    noor = as_(cast.noor)
    form = {**FORM, "version": 1}
    assert noor.post(f"/voice/jobs/{job}/edit", form).status_code == 303
    assert noor.post(f"/voice/jobs/{job}/edit", form).status_code == 409
    assert noor.post(f"/voice/jobs/{job}/edit", {**form, "want": "", "version": 2}).status_code == 422
    assert noor.post(f"/voice/jobs/{job}/edit", {**form, "stages": 99, "version": 2}).status_code == 422


def test_what_is_put_aside_is_offered_no_more_but_stays_cited(database: Database, cast: Cast, as_: As) -> None:
    job = a_job(database, cast)
    with database.writing() as db:
        amal = find_actor(db, cast.amal.id)
        data = IdeaForm(process=cast.process.id, title="A desk", jobs=[job])
        idea: Idea = ideas.begin(db, amal, data)
    noor = as_(cast.noor)
    assert noor.post(f"/voice/jobs/{job}/moves", {"name": "put_aside", "version": 1}).status_code == 303
    assert "know how long" not in as_(cast.amal).get("/ideas/new").text
    assert "know how long" in as_(cast.amal).get(f"/ideas/{idea.id}").text
    assert "know how long" in as_(cast.amal).get(f"/ideas/{idea.id}/edit").text


def test_statements_do_not_grow(app: Pilotage, database: Database, cast: Cast, as_: As, tmp_path: Path) -> None:
    a_source(database, tmp_path)
    job, counted, amal = a_job(database, cast, "Gate=A"), [], as_(cast.amal)
    for more in (1, 30):
        for _ in range(more):
            a_job(database, cast, "Gate=B")
        with database.writing() as db:
            for _ in range(more):
                idea = an_idea(db, cast.process, cast.amal, stage=Stage.SUBMITTED)
                db.execute(text("INSERT INTO idea_job (idea_id, job_id) VALUES (:i, :j)"), {"i": idea.id, "j": job})
        for address, most in (("/voice/jobs", 6), (f"/voice/jobs/{job}", 16)):
            amal.get(address)
            with statements(database) as ran:
                assert amal.get(address).status_code == 200
            assert len(ran) <= most, (address, len(ran), ran)
            counted.append(len(ran))
    assert counted[0] == counted[2]
    assert counted[3] - counted[1] <= 1, "past a page of ideas they are counted"
