"""The pages of ideas, as a browser without JavaScript sees them."""

import asyncio
import csv
import io
import re
from collections.abc import Callable

import httpx2
import pytest
from sqlalchemy import select

from app.db import Database
from app.ideas.models import Idea, Revision, Stage, Veil, Vote
from app.main import Pilotage
from app.people.actor import find_actor
from app.people.models import Person
from app.people.sessions import begin
from app.processes.models import Process
from app.talk.actions import say
from tests.bench.counting import statements
from tests.cast import Cast
from tests.client import ORIGIN, Browser
from tests.makers import a_person, an_idea

As = Callable[..., Browser]
WORDS = {"title": "Trays that come back", "story": "People wait.", "change": "Rollers.", "needs": "", "cost": "1200.50"}
KIND = {"novelty": "incremental", "area": "service or process"}
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)> [x](javascript:alert(3)) {{ 7*7 }}"


def typed(cast: Cast, then: str = "draft", **over: object) -> dict[str, object]:
    return {"process": cast.process.id, "team": "", **WORDS, **KIND, "then": then, **over}


def stored(database: Database, number: int = 1) -> Idea:
    with database.reading() as db:
        return db.get_one(Idea, number)


def test_write_keep_change_submit(database: Database, cast: Cast, as_: As) -> None:
    amal = as_(cast.amal)
    kept = amal.send("/ideas/new", typed(cast, team=cast.team.id))
    assert (kept.status_code, kept.headers["location"]) == (303, "/ideas/1")
    assert "Is this ready" in amal.get("/ideas/1").text
    changed = amal.post("/ideas/1/edit", typed(cast, team=cast.team.id, title="Trays", version=1))
    assert changed.status_code == 303
    assert amal.move("/ideas/1", "submit").status_code == 303
    idea = stored(database)
    assert (idea.title, idea.stage, idea.revision, str(idea.cost)) == ("Trays", Stage.SUBMITTED, 1, "1200.50")
    page = as_(cast.zaid).get("/ideas/1").text
    assert "an answer is promised by" in page
    assert "Calm corners" in page
    assert "Amal" in page
    assert "Trays" in as_(cast.zaid).get("/ideas/1/revisions/1").text
    assert as_(cast.zaid).get("/ideas/1/revisions/2").status_code == 404


def test_submit_at_once_and_only_once(database: Database, cast: Cast, as_: As) -> None:
    amal = as_(cast.amal)
    fields = typed(cast, "submit") | {"key": amal.key("/ideas/new")}
    answers = [amal.post("/ideas/new", fields) for _ in range(3)]
    assert {answer.headers["location"] for answer in answers} == {"/ideas/1"}
    with database.reading() as db:
        assert len(db.scalars(select(Idea)).all()) == len(db.scalars(select(Revision)).all()) == 1


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({"title": " "}, "This is needed"),
        ({"process": ""}, "This is needed"),
        ({"process": "999"}, "Choose one of the offered processes"),
        ({"process": str(2**63)}, "Not more than"),
        ({"novelty": "enormous"}, "Choose one of the offered answers"),
        ({"story": "", "then": "submit"}, "The committee needs this"),
        ({"story": "x" * 20_001}, "At most 20,000 characters"),
        ({"cost": "1.234"}, "more decimal places"),
        ({"cost": "-1"}, "Not less than 0"),
        ({"cost": "NaN"}, "Write a number"),
        ({"team": "999"}, "only for a team that you are in"),
        ({"stage": "approved"}, "no such field"),
        ({"support": "500"}, "no such field"),
    ],
)
def test_a_form_with_mistakes_comes_back_as_it_was(
    database: Database, cast: Cast, as_: As, over: dict[str, object], words: str
) -> None:
    answer = as_(cast.amal).send("/ideas/new", typed(cast, **over))
    assert answer.status_code == 422
    assert words in answer.text
    assert "Rollers." in answer.text
    with database.reading() as db:
        assert db.scalars(select(Idea)).all() == []


def test_a_thought_on_another_process_is_a_signal_and_told_so_before(database: Database, cast: Cast, as_: As) -> None:
    zaid = as_(cast.zaid)
    assert "kept as a signal" in zaid.get(f"/ideas/new?process={cast.other.id}").text
    told = zaid.send("/ideas/new", typed(cast, "submit", process=cast.other.id))
    assert told.status_code == 422
    assert 'value="signal"' in told.text
    kept = zaid.send("/ideas/new", typed(cast, "signal", process=cast.other.id))
    assert kept.status_code == 303
    assert stored(database).stage is Stage.SIGNAL
    assert "counted at the next prioritisation" in as_(cast.sami).get("/ideas/1").text
    assert zaid.move("/ideas/1", "adopt").status_code == 422
    assert as_(cast.noor).move("/ideas/1", "answer", "Lounges come next year.").status_code == 303
    assert "Lounges come next year." in zaid.get("/ideas/1").text


def test_submitting_for_a_process_that_lost_its_priority_is_refused(database: Database, cast: Cast, as_: As) -> None:
    with database.writing() as db:
        an_idea(db, cast.process, cast.amal)
        db.get_one(Process, cast.process.id).rank = None
    assert as_(cast.amal).move("/ideas/1", "submit").status_code == 422
    assert stored(database).stage is Stage.DRAFT


def test_the_chair_screens(database: Database, cast: Cast, as_: As) -> None:
    with database.writing() as db:
        for _ in range(3):
            an_idea(db, cast.process, cast.amal, stage=Stage.SUBMITTED)
    noor, amal = as_(cast.noor), as_(cast.amal)
    assert noor.move("/ideas/1", "admit").status_code == 303
    assert noor.move("/ideas/2", "send_back").status_code == 422
    assert noor.move("/ideas/2", "send_back", "Measure it first.").status_code == 303
    assert noor.move("/ideas/3", "refuse", "It is done already.").status_code == 303
    assert "Measure it first." in amal.get("/ideas/2").text
    assert amal.move("/ideas/2", "submit").status_code == 303
    assert [stored(database, n).stage for n in (1, 2, 3)] == [Stage.ADMITTED, Stage.SUBMITTED, Stage.REFUSED]
    assert amal.move("/ideas/1", "admit").status_code == 409
    assert amal.move("/ideas/2", "admit").status_code == 403
    assert amal.move("/ideas/2", "approve").status_code == 422
    assert as_(cast.zaid).move("/ideas/2", "withdraw").status_code == 403


def test_a_late_edit_keeps_both_texts(database: Database, cast: Cast, as_: As) -> None:
    with database.writing() as db:
        an_idea(db, cast.process, cast.amal, team_id=cast.team.id)
    team = {"team": cast.team.id}
    assert as_(cast.amal).post("/ideas/1/edit", typed(cast, **team, story="Amal's words", version=1)).status_code == 303
    late = as_(cast.badr).post("/ideas/1/edit", typed(cast, **team, story="Badr's words", version=1))
    assert late.status_code == 409
    assert "Amal&#39;s words" in late.text
    assert "Badr&#39;s words" in late.text
    assert stored(database).story == "Amal's words"
    version = re.search(r'name="version" value="(\d+)"', late.text)
    assert version
    again = as_(cast.badr).post("/ideas/1/edit", typed(cast, **team, story="Both", version=version[1]))
    assert again.status_code == 303
    assert stored(database).story == "Both"


def test_a_late_move_is_told_so(database: Database, cast: Cast, as_: As) -> None:
    with database.writing() as db:
        an_idea(db, cast.process, cast.amal, stage=Stage.SUBMITTED)
    sent = {"name": "admit", "note": "", "version": 1}
    assert as_(cast.noor).post("/ideas/1/moves", sent).status_code == 303
    assert as_(cast.noor).post("/ideas/1/moves", sent).status_code == 409


def test_who_may_not_see_gets_nothing(database: Database, cast: Cast, as_: As) -> None:
    with database.writing() as db:
        an_idea(db, cast.process, cast.amal, title="Mine alone")
        an_idea(db, cast.process, cast.amal, stage=Stage.SUBMITTED)
    for address in ("/ideas/1", "/ideas/1/edit", "/ideas/1/revisions/1", "/ideas/99", f"/ideas/{2**63}", "/ideas/x"):
        assert as_(cast.zaid).get(address).status_code == 404, address
    for address in ("/ideas/1/moves", "/ideas/1/vote", "/ideas/1/guests", "/ideas/1/edit", "/talk/idea:1"):
        assert as_(cast.zaid).post(address, {"name": "submit", "value": "on"}).status_code == 404, address
    for address in ("/ideas", "/ideas/2", "/ideas/new", "/ideas.csv", "/teams", "/search?q=a", "/talk/idea:2"):
        assert as_(None).get(address).status_code == 303, address
    assert as_(cast.zaid).get("/ideas/2/edit").status_code == 403
    assert as_(cast.zaid).post("/ideas/2/edit", typed(cast, version=1)).status_code == 403


def test_a_guest_sees_what_they_are_invited_to_and_nothing_else(database: Database, cast: Cast, as_: As) -> None:
    with database.writing() as db:
        for title in ("Open to Gita", "Closed to her"):
            an_idea(db, cast.process, cast.amal, stage=Stage.SUBMITTED, title=title)
    assert as_(cast.gita).get("/ideas/1").status_code == 404
    assert as_(cast.zaid).post("/ideas/1/guests", {"email": cast.gita.email}).status_code == 403
    amal = as_(cast.amal)
    assert amal.send("/ideas/1/guests", {"email": "nobody@pilotage.example"}).status_code == 422, "without a name"
    assert amal.send("/ideas/1/guests", {"email": cast.zaid.email}).status_code == 422
    assert amal.send("/ideas/1/guests", {"email": cast.gita.email}).status_code == 303
    gita = as_(cast.gita)
    assert gita.get("/ideas/1").status_code == 200
    assert (
        gita.post(
            "/talk/idea:1", {"words": "We can build it.", "key": gita.key("/ideas/1", "/talk/idea:1")}
        ).status_code
        == 303
    )
    assert "We can build it." in as_(cast.zaid).get("/ideas/1").text
    listed = gita.get("/ideas").text
    assert "Open to Gita" in listed
    assert "Closed to her" not in listed
    assert "Closed to her" not in gita.get("/search?q=closed").text
    for address in ("/ideas/2", "/talk/idea:2", "/ideas/new", "/ideas.csv", "/teams", "/teams/1", "/talk/team:1"):
        assert gita.get(address).status_code == 404, address
    assert gita.post("/ideas/1/vote", {"value": "on"}).status_code == 404
    assert as_(cast.noor).post(f"/ideas/1/guests/{cast.gita.id}", {"name": "take_back"}).status_code == 303
    assert gita.get("/ideas/1").status_code == 404


def test_support(database: Database, cast: Cast, as_: As) -> None:
    with database.writing() as db:
        an_idea(db, cast.process, cast.amal, stage=Stage.SUBMITTED)
    zaid = as_(cast.zaid)
    for value, count in (("on", 1), ("on", 1), ("off", 0), ("off", 0), ("on", 1)):
        assert zaid.post("/ideas/1/vote", {"value": value}).status_code == 303
        assert stored(database).support == count
    assert "you too" in zaid.get("/ideas").text
    assert "you too" not in as_(cast.badr).get("/ideas").text
    assert as_(cast.amal).post("/ideas/1/vote", {"value": "on"}).status_code == 403
    assert zaid.post("/ideas/1/vote", {"value": "up"}).status_code == 422
    block = zaid.get("/ideas/1", headers={"HX-Request": "true", "HX-Target": "section#support"}).text
    assert block.strip().startswith('<section id="support">')


def test_twenty_vote_at_once_and_each_counts_once(app: Pilotage, database: Database, cast: Cast) -> None:
    with database.writing() as db:
        idea = an_idea(db, cast.process, cast.amal, stage=Stage.SUBMITTED)
        tokens = [begin(db, a_person(db).id, "test") for _ in range(10)]

    async def vote(token: str) -> int:
        transport = httpx2.ASGITransport(app)
        headers = {"origin": ORIGIN, "cookie": f"pilotage={token}"}
        async with httpx2.AsyncClient(transport=transport, base_url=ORIGIN, headers=headers) as http:
            return (await http.post(f"/ideas/{idea.id}/vote", data={"value": "on"})).status_code

    async def all_at_once() -> list[int]:
        return await asyncio.gather(*(vote(token) for token in tokens * 2))

    assert set(asyncio.run(all_at_once())) == {303}
    with database.reading() as db:
        assert (db.get_one(Idea, idea.id).support, len(db.scalars(select(Vote)).all())) == (10, 10)


def test_hostile_text_stays_text(database: Database, cast: Cast, as_: As) -> None:
    with database.writing() as db:
        noor = find_actor(db, cast.noor.id)
        fields = dict.fromkeys(("story", "change", "needs"), HOSTILE)
        idea = an_idea(db, cast.process, cast.amal, stage=Stage.SUBMITTED, title=HOSTILE[:190], **fields)
        say(db, noor, idea.ref, HOSTILE)
        db.get_one(Process, cast.process.id).name = HOSTILE[:150]
        db.get_one(Person, cast.amal.id).name = HOSTILE
    noor_ = as_(cast.noor)
    assert noor_.move("/ideas/1", "send_back", HOSTILE).status_code == 303
    pages = [noor_.get(path).text for path in ("/ideas", "/ideas/1", "/ideas/1/revisions/1", "/talk/idea:1")]
    pages += [as_(cast.amal).get("/ideas/1/edit").text, noor_.get("/search?q=script").text]
    for text in pages:
        assert "alert(1)" in text
        assert "<script>alert" not in text
        assert "<img" not in text
        assert 'href="javascript' not in text
        assert "{{ 7*7 }}" in text or "49" not in re.sub(r"[\w-]*49[\w-]*\"", "", text)


def test_ten_thousand_characters_are_kept_and_shown(database: Database, cast: Cast, as_: As) -> None:
    long = "wort " * 1999 + "schön"
    assert len(long) == 10_000
    amal = as_(cast.amal)
    assert amal.send("/ideas/new", typed(cast, "submit", story=long, change=long, needs=long)).status_code == 303
    assert stored(database).story == long
    assert amal.get("/ideas/1").text.count("schön") == 3
    assert as_(cast.zaid).get("/ideas").status_code == 200


def test_filters_stand_in_the_address_and_odd_ones_are_left_out(database: Database, cast: Cast, as_: As) -> None:
    with database.writing() as db:
        an_idea(db, cast.process, cast.amal, stage=Stage.SUBMITTED, team_id=cast.team.id, title="Of the team")
        an_idea(db, cast.process, cast.zaid, stage=Stage.DECLINED, title="Of Zaid")
        an_idea(db, cast.other, cast.zaid, stage=Stage.SIGNAL, title="A signal")
        an_idea(db, cast.process, cast.zaid, title="A draft")
    zaid = as_(cast.zaid)

    def titles(query: str) -> set[str]:
        text = zaid.get(f"/ideas?{query}").text
        return {title for title in ("Of the team", "Of Zaid", "A signal", "A draft") if f">{title}</a>" in text}

    everything = {"Of the team", "Of Zaid", "A signal"}
    assert titles("") == everything
    assert titles(f"team={cast.team.id}") == {"Of the team"}
    assert titles(f"process={cast.other.id}") == {"A signal"}
    assert titles("stage=declined") == {"Of Zaid"}
    assert titles("stage=draft") == {"A draft"}
    assert titles("q=zaid") == {"Of Zaid"}
    assert titles("sort=promised") == {"Of the team"}
    assert titles("process=999") == titles("q=nothing+such") == set()
    for odd in ("process=x", "stage=gone", "sort=id;drop", "after=x.y", f"team={'9' * 30}", "after=-1", "q="):
        assert titles(odd) == everything, odd
    assert "1 idea" in zaid.get("/ideas?stage=declined").text
    assert "No idea fits" in zaid.get("/ideas?q=nothing+such").text


def test_the_list_as_a_table(database: Database, cast: Cast, as_: As) -> None:
    with database.writing() as db:
        an_idea(db, cast.process, cast.amal, stage=Stage.SUBMITTED, title="=1+1", support=3)
        an_idea(db, cast.process, cast.zaid, stage=Stage.DECLINED, title="Veiled")
        an_idea(db, cast.process, cast.amal, title="A draft")
        db.add(Veil(person_id=cast.sami.id, idea_id=2, round_id=1))
    answer = as_(cast.sami).get("/ideas.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("﻿"))))
    assert [(row["title"], row["by"], row["support"]) for row in rows] == [
        ("Veiled", "hidden", "0"),
        ("'=1+1", "Amal", "3"),
    ]
    assert "'=1+1" not in as_(cast.sami).get("/ideas.csv?stage=declined").text


def test_the_list_block_stands_alone(database: Database, cast: Cast, as_: As) -> None:
    with database.writing() as db:
        an_idea(db, cast.process, cast.amal, stage=Stage.SUBMITTED)
    block = as_(cast.zaid).get("/ideas", headers={"HX-Request": "true", "HX-Target": "div#ideas"})
    assert block.text.strip().startswith('<div id="ideas">')
    assert "<html" not in block.text


def many(database: Database, cast: Cast, count: int) -> None:
    with database.writing() as db:
        amal = find_actor(db, cast.amal.id)
        for _ in range(count):
            idea = an_idea(db, cast.process, cast.amal, stage=Stage.SUBMITTED, team_id=cast.team.id)
        for number in range(count):
            say(db, amal, idea.ref, f"Word {number}")


LISTS = ("/ideas", "/ideas?sort=support", "/ideas?sort=promised", "/ideas?q=desk")
OTHERS = (("/search?q=desk", 10), ("/teams/1", 11), ("detail", 10))


@pytest.mark.parametrize(("path", "most"), [*((path, 6) for path in LISTS), *OTHERS])
def test_statements_do_not_grow_with_rows(
    app: Pilotage, database: Database, cast: Cast, as_: As, path: str, most: int
) -> None:
    many(database, cast, 1)
    for person in (cast.badr, cast.zaid):  # the search keeps for each reader what small things are called
        as_(person).get("/ideas/1" if path == "detail" else path)
    app.state.figures.until = float("inf")  # what a process keeps for some seconds is there already
    counts: list[int] = []
    for number, rows in ((2, 1), (32, 30)):
        many(database, cast, rows)
        with statements(database) as asked:
            assert as_(cast.zaid).get(f"/ideas/{number}" if path == "detail" else path).status_code == 200
        reads = [one for one in asked if one.startswith(("SELECT", "WITH"))]
        assert len(reads) <= most, reads
        counts.append(len(reads))
    assert counts[0] == counts[1]


def test_a_page_that_did_not_change_is_not_sent_again(database: Database, cast: Cast, as_: As) -> None:
    many(database, cast, 2)
    zaid = as_(cast.zaid)
    for address in ("/ideas", "/ideas/1", "/teams", "/teams/1", "/search?q=desk", "/talk/idea:1"):
        etag = zaid.get(address).headers["etag"]
        assert zaid.get(address, headers={"if-none-match": etag}).status_code == 304, address
        assert as_(cast.badr).get(address, headers={"if-none-match": etag}).status_code == 200, address
    etag = zaid.get("/ideas").headers["etag"]
    as_(cast.badr)  # signs in
    assert zaid.get("/ideas", headers={"if-none-match": etag}).status_code == 304
    zaid.post("/ideas/1/vote", {"value": "on"})
    assert zaid.get("/ideas", headers={"if-none-match": etag}).status_code == 200


def test_a_renamed_person_or_process_shows_at_once(database: Database, cast: Cast, as_: As) -> None:
    with database.writing() as db:
        an_idea(db, cast.process, cast.zaid, stage=Stage.SUBMITTED)
    assert "Zaid" in as_(cast.sami).get("/ideas").text
    with database.writing() as db:
        db.get_one(Person, cast.zaid.id).name = "Zayd"
        db.get_one(Process, cast.process.id).name = "Security lanes"
    text = as_(cast.sami).get("/ideas").text
    assert "Zayd" in text
    assert "Zaid" not in text
    assert "Security lanes" in text
