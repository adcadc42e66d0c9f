"""Calls: made, opened and closed by their days, answered, concluded; seen by those who are asked."""

import re
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from app.columns import as_of
from app.db import Database
from app.errors import Refusal
from app.ideas.calls import actions, queries
from app.ideas.calls.forms import CallForm, Question, a_number
from app.ideas.calls.models import AnswerKind, Call, CallAnswer, CallIdea, CallStage
from app.ideas.models import Idea, Stage, Veil
from app.main import Pilotage
from app.notices.actions import read_record
from app.people.actor import find_actor
from app.people.models import Committee, Department, Person
from app.processes.models import Process
from app.record.models import Entry
from app.voice.asking.qr import drawn
from tests.bench.counting import statements
from tests.cast import Cast, the_cast
from tests.client import Browser
from tests.makers import a_department, an_idea

As = Callable[..., Browser]
DAY = date.today()
WEEK = timedelta(days=7)
EXTRA = (
    Question("Where did you see it?", AnswerKind.TEXT, "", True),
    Question("How often?", AnswerKind.CHOICE, "Every day\nSeldom", False),
    Question("Minutes lost", AnswerKind.NUMBER, "", False),
)


def a_call(
    database: Database, cast: Cast, opens: date = DAY, closes: date = DAY + WEEK, *extra: Question, **over: Any
) -> int:
    fields = {"process": cast.process.id, "question": "What makes the queue shorter?", "brief": "We tried **signs**."}
    data = CallForm(**{**fields, "criteria": "Effect", "opens_on": opens, "closes_on": closes, **over})
    with database.writing() as db:
        return actions.add(db, find_actor(db, cast.noor.id), data, extra).id


def on(day: date) -> Any:
    return as_of(datetime.combine(day, time(12), UTC))


def idea_form(cast: Cast, **over: Any) -> dict[str, Any]:
    texts = {"title": "A desk", "story": "They wait.", "change": "A desk.", "novelty": "radical", "area": "product"}
    return {"process": cast.process.id, **texts, "then": "submit", **over}


def typed(cast: Cast, **over: Any) -> dict[str, Any]:
    days = {"opens_on": str(DAY), "closes_on": str(DAY + WEEK)}
    form = {"process": cast.process.id, "question": "What makes it shorter?", "brief": "Try.", "criteria": "", **days}
    return form | {"words_1": "Where?", "kind_1": "choice", "choices_1": "Here\nThere", "required_1": "on"} | over


def test_from_the_form_to_what_came_of_it(database: Database, cast: Cast, as_: As) -> None:
    noor, zaid = as_(cast.noor), as_(cast.zaid)
    where = noor.send("/calls/new", typed(cast, sponsor=cast.layla.id)).headers["location"]
    page = zaid.get(where).text
    for words in ("What makes it shorter?", "Layla", "Where?", "Here / There", "Answer with an idea"):
        assert words in page, words
    assert "What makes it shorter?" in zaid.get("/").text
    assert "What makes it shorter?" in zaid.get("/calls").text
    form = zaid.get("/ideas/new?call=1").text
    assert "Your answer to" in form
    assert re.search(rf'<option value="{cast.process.id}" selected>', form)
    lacking = zaid.send("/ideas/new?call=1", idea_form(cast, call=1, q_1=""), action="/ideas/new")
    assert lacking.status_code == 422
    assert "The call asks for this." in lacking.text
    assert 'name="call" value="1"' in lacking.text
    sent = zaid.send("/ideas/new?call=1", idea_form(cast, call=1, q_1="There"), action="/ideas/new")
    assert sent.status_code == 303
    shown = as_(cast.tariq).get(sent.headers["location"]).text
    assert "It answers a call" in shown
    assert "There" in shown
    assert "1 idea answers so far" in zaid.get(where).text
    assert "A desk" in zaid.get("/ideas?call=1").text
    with on(DAY + WEEK + timedelta(days=1)):
        assert "It is closed; 1 idea answered." in zaid.get(where).text, "before any job has run"
        assert "Say what came of" in noor.get("/").text
        assert noor.fill(where, {"words": "We build **one** desk."}, "Say it").status_code == 303
        assert "<strong>one</strong>" in as_(cast.tariq).get(where).text
        assert "Say what came of" not in noor.get("/").text
        read_record(database)
        assert "What came of a call" in zaid.get("/notices").text
        assert "What came of a call" not in as_(cast.tariq).get("/notices").text
    with database.reading() as db:
        moves = db.scalars(select(col(Entry.move)).where(col(Entry.ref) == "call:1").order_by(col(Entry.number))).all()
    assert moves == ["plan", "open", "run_out", "conclude"]


DAYS = [
    # opens, closes, as it is seen; all in days from now
    (1, 5, CallStage.PLANNED),
    (0, 0, CallStage.OPEN),
    (-3, 0, CallStage.OPEN),
    (-3, -1, CallStage.CLOSED),
]


@pytest.mark.parametrize(("opens", "closes", "stage"), DAYS)
def test_days_decide_at_once_and_by_themselves(both: Database, opens: int, closes: int, stage: CallStage) -> None:
    with both.writing() as db:
        cast = the_cast(db)
    first, last = DAY + timedelta(days=opens), DAY + timedelta(days=closes)
    with on(first - WEEK):
        number = a_call(both, cast, first, last)
        assert actions.follow_the_days(both) == 0
    with both.reading() as db:
        call = db.get_one(Call, number)
        assert call.stage is CallStage.PLANNED
        assert call.stands(DAY) is stage
        (line,) = queries.calls(db, find_actor(db, cast.zaid.id), DAY)
        assert line.stage is stage
    assert actions.follow_the_days(both) == (0 if stage is CallStage.PLANNED else 1)
    assert actions.follow_the_days(both) == 0
    with both.reading() as db:
        assert db.get_one(Call, number).stage is stage


def test_a_day_ends_where_the_organisation_is(database: Database, cast: Cast, as_: As) -> None:
    database.known["settings"].time_zone = "Asia/Dubai"
    with on(DAY):
        a_call(database, cast, DAY, DAY)
    with database.reading() as db:
        with as_of(datetime.combine(DAY, time(19, 59), UTC)):
            assert db.get_one(Call, 1).stands(actions.today(db)) is CallStage.OPEN
        with as_of(datetime.combine(DAY, time(20, 1), UTC)):
            assert db.get_one(Call, 1).stands(actions.today(db)) is CallStage.CLOSED
    database.known["settings"].time_zone = "UTC"


RULES = [
    # who, makes one, changes a planned one, cancels it, closes an open one, concludes a closed one
    ("noor", 200, 200, 303, 303, 303),
    ("sami", 403, 403, 403, 403, 403),
    ("layla", 403, 403, 403, 403, 403),
    ("amal", 403, 403, 403, 403, 403),
    ("huda", 403, 403, 403, 403, 403),
    ("root", 403, 403, 403, 403, 403),
    ("gita", 404, 404, 404, 404, 404),
]


@pytest.mark.parametrize(("name", "makes", "changes", "cancels", "closes", "concludes"), RULES)
def test_who_may(
    database: Database,
    cast: Cast,
    as_: As,
    name: str,
    makes: int,
    changes: int,
    cancels: int,
    closes: int,
    concludes: int,
) -> None:
    a_call(database, cast, DAY + WEEK, DAY + 2 * WEEK)
    a_call(database, cast)
    with on(DAY - 2 * WEEK):
        a_call(database, cast, DAY - 2 * WEEK, DAY - WEEK)
    browser = as_(getattr(cast, name))
    assert browser.get("/calls/new").status_code == makes
    assert browser.get("/calls").status_code == browser.get("/calls/2").status_code == (404 if name == "gita" else 200)
    posted = browser.post("/calls/new", typed(cast, key="k"))
    assert posted.status_code == (303 if makes == 200 else makes)
    assert browser.get("/calls/1/edit").status_code == changes
    sent = browser.post(
        "/calls/1/edit", typed(cast, version=1, opens_on=str(DAY + WEEK), closes_on=str(DAY + 2 * WEEK))
    )
    assert sent.status_code == (303 if changes == 200 else changes)
    assert browser.move("/calls/1", "cancel", "Not now").status_code == cancels
    assert browser.move("/calls/2", "close", "Enough").status_code == closes
    with database.reading() as db:
        version = db.get_one(Call, 3).version
    assert browser.post("/calls/3/outcome", {"words": "Well", "version": version}).status_code == concludes


def test_what_is_not_open_to_a_move(database: Database, cast: Cast, as_: As) -> None:
    a_call(database, cast)
    noor = as_(cast.noor)
    assert noor.get("/calls/1/edit").status_code == 403, "what people answer stays as they read it"
    assert noor.post("/calls/1/edit", typed(cast, version=1)).status_code == 409
    assert noor.move("/calls/1", "cancel", "No").status_code == 409
    assert noor.move("/calls/1", "open").status_code == 422
    assert noor.move("/calls/1", "close").status_code == 422, "without a reason"
    with database.reading() as db:
        version = db.get_one(Call, 1).version
    assert noor.post("/calls/1/outcome", {"words": "Too early", "version": version}).status_code == 409
    assert noor.move("/calls/1", "close", "Enough came").status_code == 303
    assert noor.post("/calls/1/outcome", {"words": "", "version": version + 1}).status_code == 422
    assert noor.post("/calls/1/outcome", {"words": "Late", "version": version}).status_code == 409
    assert noor.get("/calls/1/poster").status_code == 404
    assert noor.move("/calls/1", "close", "Again").status_code == 409


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({"question": ""}, "At least 5 characters"),
        ({"question": "x" * 201}, "At most 200 characters"),
        ({"process": "2"}, "Choose a process that your committee has prioritised."),
        ({"process": "99"}, "Choose a process that your committee has prioritised."),
        ({"closes_on": str(DAY - WEEK)}, "It closes before it opens."),
        ({"opens_on": str(DAY - 2 * WEEK), "closes_on": str(DAY - WEEK)}, "That day has passed."),
        ({"opens_on": "soon"}, "Write a day"),
        ({"sponsor": "1"}, "Choose one of the leaders."),
        ({"departments": "77"}, "Choose among the departments"),
        ({"choices_1": "Only one"}, "Write between two and 20 choices"),
        ({"kind_1": "essay"}, "Choose one of the offered answers."),
    ],
)
def test_mistakes_come_back(cast: Cast, as_: As, over: dict[str, str], words: str) -> None:
    answer = as_(cast.noor).send("/calls/new", typed(cast, **over))
    assert answer.status_code == 422
    assert words in answer.text
    assert "Where?" in answer.text


def test_a_call_for_departments_is_missing_to_others(database: Database, cast: Cast, as_: As) -> None:
    with database.writing() as db:
        under = a_department(db, name="Night hall", parent_id=cast.department.id)
        db.get_one(Person, cast.badr.id).department_id = under.id
    a_call(database, cast, DAY, DAY + WEEK, *EXTRA, departments=[cast.department.id])
    sees = {"amal": True, "badr": True, "layla": True, "noor": True, "sami": True, "tariq": False, "gita": False}
    sent = as_(cast.amal).send("/ideas/new?call=1", idea_form(cast, call=1, q_1="Hall 2"), action="/ideas/new")
    assert sent.status_code == 303
    for name, allowed in sees.items():
        browser = as_(getattr(cast, name))
        status = 200 if allowed else 404
        assert browser.get("/calls/1").status_code == browser.get("/calls/1/poster").status_code == status, name
        words = "What makes the queue shorter?"
        if name == "gita":
            continue
        for address in ("/calls", "/", "/ideas/new?call=1", "/ideas/1", "/ideas?call=1", "/search?q=queue"):
            page = browser.get(address)
            assert page.status_code == 200
            if not allowed:
                assert words not in page.text, (name, address)
                assert "Hall 2" not in page.text, (name, address)
        assert (words in browser.get("/calls").text) is allowed
        assert ("Hall 2" in browser.get("/ideas/1").text) is allowed
    tariq = as_(cast.tariq)
    refused = tariq.send("/ideas/new", idea_form(cast, call=1, q_1="x"))
    assert refused.status_code == 422
    assert "not open to you" in refused.text
    assert tariq.post("/calls/1/moves", {"name": "close", "note": "x"}).status_code == 404


ANSWERS = [
    ({"q_1": "Hall 2"}, 303, ""),
    ({"q_1": "Hall 2", "q_2": "Seldom", "q_3": "12.5"}, 303, ""),
    ({"q_1": ""}, 422, "The call asks for this."),
    ({"q_1": "x" * 501}, 422, "At most 500 characters"),
    ({"q_1": "Hall 2", "q_2": "Sometimes"}, 422, "Choose one of the offered answers."),
    ({"q_1": "Hall 2", "q_3": "many"}, 422, "Write a number"),
    ({"q_1": "Hall 2", "q_3": "٣"}, 422, "Write a number"),
    ({"q_1": "Hall 2", "q_9": "?"}, 303, ""),
    ({"q_1": "", "then": "draft"}, 303, ""),
]


@pytest.mark.parametrize(("said", "status", "words"), ANSWERS)
def test_answers_as_a_table(
    database: Database, cast: Cast, as_: As, said: dict[str, str], status: int, words: str
) -> None:
    a_call(database, cast, DAY, DAY + WEEK, *EXTRA)
    answer = as_(cast.zaid).send("/ideas/new?call=1", idea_form(cast, call=1, **said), action="/ideas/new")
    assert answer.status_code == status
    assert words in answer.text
    with database.reading() as db:
        assert (db.scalar(select(func.count()).select_from(CallIdea)) == 1) is (status == 303)
        kept = {row.question_id: row.answer for row in db.scalars(select(CallAnswer))}
    expected = {int(name[2:]): value for name, value in said.items() if name in ("q_1", "q_2", "q_3") and value}
    assert kept == (expected if status == 303 else {})


def test_a_draft_answers_later_and_is_not_submitted_before(database: Database, cast: Cast, as_: As) -> None:
    a_call(database, cast, DAY, DAY + WEEK, *EXTRA)
    zaid = as_(cast.zaid)
    draft = idea_form(cast, call=1, then="draft", q_2="Seldom")
    where = zaid.send("/ideas/new?call=1", draft, action="/ideas/new").headers["location"]
    assert "Nobody has answered" in as_(cast.amal).get("/calls/1").text, "a draft is its author's alone"
    early = zaid.move(where, "submit")
    assert early.status_code == 422
    assert "Where did you see it?" in early.text
    edit = zaid.get(f"{where}/edit").text
    assert "<option selected>Seldom</option>" in edit
    assert zaid.fill(f"{where}/edit", {"q_1": "Hall 2", "q_2": ""}, "Submit").status_code == 303
    page = zaid.get(where).text
    assert "Hall 2" in page
    assert "Seldom" not in page
    assert "1 idea answers so far" in as_(cast.amal).get("/calls/1").text


def test_the_text_survives_signing_in(database: Database, cast: Cast, as_: As, app: Pilotage) -> None:
    """From the poster's code through the sign-in page to the form; and a form that is sent after the session ended."""
    from app.people.passwords import hasher

    a_call(database, cast, DAY, DAY + WEEK, *EXTRA)
    with database.writing() as db:
        db.get_one(Person, cast.zaid.id).password = hasher.hash("four words apart belong")
    stranger = as_(None)
    gate = stranger.get("/ideas/new?call=1")
    assert gate.status_code == 303
    door = gate.headers["location"]
    who = {"email": cast.zaid.email, "password": "four words apart belong"}
    came = stranger.fill(door, who, "Sign in")
    assert (came.status_code, came.headers["location"]) == (303, "/ideas/new?call=1")
    form = stranger.get("/ideas/new?call=1")
    assert "Your answer to" in form.text
    key = stranger.key("/ideas/new?call=1", "/ideas/new")
    stranger.http.cookies.clear()
    sent = {**idea_form(cast, call=1, q_1="Hall 2"), "key": key}
    ended = stranger.post("/ideas/new", sent)
    assert ended.status_code == 401
    assert "A desk" in ended.text
    back = as_(cast.zaid)
    from tests.forms import forms_of

    (again,) = [one for one in forms_of(ended.text) if one.action == "/ideas/new"]
    assert back.post(again.action, again.filled({})).status_code == 303
    assert "Hall 2" in back.get("/ideas/1").text


def test_the_process_shows_the_calls_that_are_open(database: Database, cast: Cast, as_: As) -> None:
    page = f"/processes/{cast.process.id}"
    later = DAY + 2 * WEEK
    asked = {
        "Closes later?": (DAY, later, {}),
        "Closes next?": (DAY, DAY + WEEK, {}),
        "Is to come?": (DAY + timedelta(days=1), later, {}),
        "For others?": (DAY, later, {"departments": [cast.tariq.department_id]}),
    }
    for question, (opens, closes, over) in asked.items():
        a_call(database, cast, opens, closes, question=question, **over)

    def shown(person: Person) -> list[str]:
        text = as_(person).get(page).text
        return sorted((one for one in asked if one in text), key=text.index)

    assert shown(cast.zaid) == ["Closes next?", "Closes later?"]
    assert shown(cast.tariq) == ["Closes next?", "Closes later?", "For others?"]
    assert '/ideas/new?call=2"' in as_(cast.zaid).get(page).text
    assert shown(cast.zaid) == shown(cast.zaid), "a page that was kept says the same"
    with on(DAY + WEEK + timedelta(days=1)):
        assert shown(cast.zaid) == ["Closes later?", "Is to come?"]
    with on(later + timedelta(days=1)):
        assert shown(cast.zaid) == []
    elsewhere = as_(cast.zaid).get(f"/processes/{cast.other.id}").text
    assert "Closes later?" not in elsewhere


def test_what_was_written_for_a_call_that_has_closed_is_kept(database: Database, cast: Cast, as_: As) -> None:
    a_call(database, cast, DAY, DAY, *EXTRA)
    zaid = as_(cast.zaid)
    form = {**idea_form(cast, call=1, q_1="Hall 2"), "key": zaid.key("/ideas/new?call=1", "/ideas/new")}
    with on(DAY + timedelta(days=1)):
        late = zaid.post("/ideas/new", form)
        assert late.status_code == 422
        assert "What you wrote can be kept without it." in late.text
        assert "A desk" in late.text
        assert 'name="call"' not in late.text
        again = {**idea_form(cast), "key": re.findall(r'name="key" value="([^"]+)"', late.text)[0]}
        assert zaid.post("/ideas/new", again).status_code == 303
        assert "Your answer to" not in zaid.get("/ideas/new?call=1").text
    with database.reading() as db:
        assert db.scalar(select(func.count()).select_from(CallIdea)) == 0


def test_a_draft_that_is_submitted_after_its_call_is_an_idea_like_any_other(
    database: Database, cast: Cast, as_: As
) -> None:
    """Its author is told; nobody counts it as an answer; what the call asked must not be answered any more."""
    a_call(database, cast, DAY, DAY, *EXTRA)
    zaid, amal, sami = as_(cast.zaid), as_(cast.amal), as_(cast.sami)
    new = {"action": "/ideas/new"}
    in_time = idea_form(cast, call=1, q_1="Hall 2", title="In time")
    assert amal.send("/ideas/new?call=1", in_time, **new).status_code == 303
    late = idea_form(cast, call=1, title="Too late", then="draft")
    assert zaid.send("/ideas/new?call=1", late, **new).status_code == 303
    said = "Written for a call that has closed"
    assert said not in zaid.get("/ideas/2").text
    assert "It answers a call" in zaid.get("/ideas/2").text
    with on(DAY + timedelta(days=1)):
        assert said in zaid.get("/ideas/2").text
        form = zaid.get("/ideas/2/edit").text
        assert said in form
        assert "Your answer to" not in form
        zaid.works("/ideas/2/edit", {}, "Submit to the committee", "/edit")
        assert said in zaid.get("/ideas/2").text
        assert "answers a call" not in sami.get("/ideas/2").text
        assert said not in sami.get("/ideas/2").text
        call = sami.get("/calls/1").text
        assert "It is closed; 1 idea answered." in call
        assert "Too late" not in call
        assert "In time" in sami.get("/ideas?call=1").text
        assert "Too late" not in sami.get("/ideas?call=1").text
        assert "Too late" in sami.get("/ideas").text
        noor = as_(cast.noor)
        noor.works("/calls/1", {"words": "We try it."}, "Say it")
        read_record(database)
        assert ["What came of a call" in one.get("/notices").text for one in (amal, zaid)] == [True, False]
    with database.reading() as db:
        assert {one.idea_id: one.late for one in db.scalars(select(CallIdea))} == {1: False, 2: True}


def test_what_was_submitted_in_time_stays_an_answer(database: Database, cast: Cast, as_: As) -> None:
    """Taken back and submitted again after the close; and a call that the chair closed before its day."""
    a_call(database, cast)
    zaid, amal, noor = as_(cast.zaid), as_(cast.amal), as_(cast.noor)
    new = {"action": "/ideas/new"}
    assert zaid.send("/ideas/new?call=1", idea_form(cast, call=1), **new).status_code == 303
    assert zaid.move("/ideas/1", "withdraw").status_code == 303
    assert amal.send("/ideas/new?call=1", idea_form(cast, call=1, then="draft"), **new).status_code == 303
    assert noor.move("/calls/1", "close", note="Enough.").status_code == 303
    for browser, idea in ((zaid, 1), (amal, 2)):
        assert browser.move(f"/ideas/{idea}", "submit").status_code == 303
    with database.reading() as db:
        assert {one.idea_id: one.late for one in db.scalars(select(CallIdea))} == {1: False, 2: True}
    assert "1 idea answered" in noor.get("/calls/1").text


def test_another_process_is_not_what_the_call_asks(database: Database, cast: Cast, as_: As) -> None:
    a_call(database, cast)
    with database.writing() as db:
        db.get_one(Process, cast.other.id).rank = 2
    answer = as_(cast.zaid).send(
        "/ideas/new?call=1", idea_form(cast, call=1, process=cast.other.id), action="/ideas/new"
    )
    assert answer.status_code == 422
    assert "The call is about another process." in answer.text


def test_the_posters_code_is_the_forms_address(database: Database, cast: Cast, as_: As) -> None:
    a_call(database, cast)
    page = as_(cast.zaid).get("/calls/1/poster").text
    assert drawn("http://127.0.0.1:8000/ideas/new?call=1").path in page
    assert "127.0.0.1:8000/ideas/new?call=1" in page
    assert "<script" not in page.split("<main")[1].split("</main>")[0]


def test_where_its_ideas_are(database: Database, cast: Cast, as_: As) -> None:
    a_call(database, cast)
    with database.writing() as db:
        stages = (Stage.SUBMITTED, Stage.SUBMITTED, Stage.DECLINED, Stage.IN_REVIEW, Stage.DRAFT)
        for stage in stages:
            idea = an_idea(db, cast.process, cast.amal, stage=stage, title=f"Is {stage.value}")
            db.add(CallIdea(idea_id=idea.id, call_id=1))
        db.add(Veil(person_id=cast.sami.id, idea_id=4, round_id=1))
    with database.reading() as db:
        for person in (cast.zaid, cast.sami, cast.amal):
            found = queries.where_they_are(db, find_actor(db, person.id), 1)
            assert dict(found) == {Stage.SUBMITTED: 2, Stage.IN_REVIEW: 1, Stage.DECLINED: 1}
    assert "4 ideas answer so far" in as_(cast.zaid).get("/calls/1").text
    assert "Amal" not in as_(cast.sami).get("/ideas?call=1").text.split("Is in review")[1].split("</li>")[0]


@pytest.mark.parametrize("words", ["<script>alert(1)</script>", "=1+1", "{{7*7}}", '"><img src=x onerror=alert(1)>'])
def test_hostile_words(database: Database, cast: Cast, as_: As, words: str) -> None:
    noor = as_(cast.noor)
    extra = {"words_1": words, "choices_1": f"{words}\nb"}
    made = noor.send("/calls/new", typed(cast, question=f"{words} ?", brief=words, criteria=words, **extra))
    assert made.status_code == 303
    noor.send("/ideas/new?call=1", idea_form(cast, call=1, q_1=words, title=words), action="/ideas/new")
    for address in ("/calls", "/calls/1", "/calls/1/poster", "/ideas/new?call=1", "/ideas/1", "/ideas?call=1", "/"):
        page = noor.get(address)
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert "<img src=x" not in page.text
    headers = {"content-type": "application/x-www-form-urlencoded"}
    for broken in ("question=%00", "question=%ED%A0%80", "q_1=%00"):
        assert noor.http.post("/calls/new", content=broken, headers=headers).status_code == 422
        assert noor.http.post("/ideas/new", content=broken, headers=headers).status_code == 422
    for odd in ("x", "0", "-1", str(2**63), "1" * 400, "%00", "1.0"):
        assert noor.get(f"/ideas/new?call={odd}").status_code in (200, 422)
        assert noor.get(f"/ideas?call={odd}").status_code in (200, 422)


def test_two_conclude_at_once_and_one_is_late(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
    with on(DAY - WEEK):
        number = a_call(both, cast, DAY - WEEK, DAY - timedelta(days=1))
    assert actions.follow_the_days(both) == 1
    with both.reading() as db:
        version = db.get_one(Call, number).version
    done: list[str] = []

    def conclude(words: str) -> None:
        try:
            with both.writing() as db:
                actions.conclude(db, find_actor(db, cast.noor.id), db.get_one(Call, number), words, version)
            done.append("said")
        except Refusal as refusal:
            done.append(type(refusal).__name__)

    threads = [threading.Thread(target=conclude, args=(words,)) for words in ("One", "Two", "Three")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == ["Stale", "Stale", "said"]


def test_pressing_twice_makes_one(database: Database, cast: Cast, as_: As) -> None:
    noor = as_(cast.noor)
    form = typed(cast, key=noor.key("/calls/new"))
    assert {noor.post("/calls/new", form).headers["location"] for _ in range(3)} == {"/calls/1"}


@pytest.mark.parametrize(
    ("words", "right"), [("12", True), ("-1.5", True), ("1,5", False), ("1e9", False), (".5", False), ("1" * 19, False)]
)
def test_numbers(words: str, right: bool) -> None:
    assert a_number(words) is right


def test_statements_do_not_grow(database: Database, cast: Cast, as_: As) -> None:
    zaid, counted = as_(cast.zaid), []
    for more in (1, 30):
        for number in range(more):
            a_call(database, cast, DAY, DAY + WEEK, *EXTRA, question=f"Question {more} {number}")
            with database.writing() as db:
                idea = an_idea(db, cast.process, cast.amal, stage=Stage.SUBMITTED)
                db.add(CallIdea(idea_id=idea.id, call_id=1))
        for address, most in (("/calls", 6), ("/calls/1", 12), ("/ideas?call=1", 7), ("/ideas/new?call=1", 11)):
            zaid.get(address)
            with statements(database) as ran:
                assert zaid.get(address).status_code == 200
            assert len(ran) <= most, (address, len(ran), ran)
            counted.append(len(ran))
    assert counted[:4] == counted[4:]


def test_departments_below_are_asked_too(database: Database, cast: Cast) -> None:
    with database.writing() as db:
        under = a_department(db, name="Night hall", parent_id=cast.department.id)
        deeper = a_department(db, name="Night hall, gate 3", parent_id=under.id)
        assert actions.below(db, {cast.department.id}) == {cast.department.id, under.id, deeper.id}
        assert db.scalar(select(func.count()).select_from(Department)) == 4
        assert db.scalar(select(func.count()).select_from(Committee)) == 1
        assert db.scalar(select(func.count()).select_from(Idea)) == 0
