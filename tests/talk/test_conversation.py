"""Preview, mentions, quoting, what was said before, deep threads; on ideas, processes and pilots alike."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from app.db import Database
from app.ideas.models import Idea, Stage, Veil
from app.people.actor import find_actor
from app.people.models import Kind
from app.record.models import Entry
from app.talk import actions, mentions, queries
from app.talk.models import Comment, Mention, Wording
from tests.cast import Cast, the_cast
from tests.client import Browser
from tests.makers import a_person, a_pilot, an_idea

As = Callable[..., Browser]


@pytest.fixture
def idea(database: Database, cast: Cast) -> Idea:
    with database.writing() as db:
        made: Idea = an_idea(db, cast.process, cast.amal, stage=Stage.SUBMITTED)
    return made


def say(browser: Browser, words: str, **more: Any) -> Any:
    return browser.send("/ideas/1", {"words": words, **more}, "/talk/idea:1")


def mentioned(database: Database) -> list[tuple[str, int]]:
    """Whom the record says that somebody named, and where."""
    with database.reading() as db:
        entries = db.scalars(select(Entry).where(col(Entry.move) == "mention").order_by(col(Entry.number)))
        return [(entry.ref, json.loads(entry.figures)["person"]) for entry in entries]


def test_a_preview_is_what_will_be_said_and_keeps_nothing(database: Database, cast: Cast, idea: Idea, as_: As) -> None:
    zaid = as_(cast.zaid)
    words = "**Bold**, @Amal:\n\n> quoted\n\n<script>x</script> [a](javascript:x)"
    shown = zaid.post("/talk/idea:1/preview", {"words": words, "tell": "Badr"})
    assert shown.status_code == 200
    assert "Nothing is kept yet" in shown.text
    assert "**Bold**, @Amal:" in shown.text, "the text is in the form again"
    with database.reading() as db:
        assert db.scalars(select(Comment)).all() == []
    block = zaid.post(
        "/talk/idea:1/preview",
        {"words": words, "tell": "Badr"},
        headers={"HX-Request": "true", "HX-Target": "div#preview"},
    )
    assert block.text.strip().startswith('<div id="preview"')
    assert "<html" not in block.text
    say(zaid, words, tell="Badr")
    kept = zaid.get("/ideas/1").text
    prose = block.text.partition('<div class="prose" hx-ignore>')[2].partition("</div>")[0]
    assert '<b class="at">@Amal</b>' in prose
    assert prose in kept, "the comment is drawn as the preview was"
    assert zaid.post("/talk/idea:1/preview", {"words": " "}).status_code == 422
    assert as_(cast.gita).post("/talk/idea:1/preview", {"words": "x"}).status_code == 404


def test_who_is_named_is_told_once_and_through_the_record(database: Database, cast: Cast, idea: Idea, as_: As) -> None:
    zaid = as_(cast.zaid)
    say(zaid, "@amal and @Badr, look. Not mail@amal.example, not @nobody, and @Amal once more.")
    assert mentioned(database) == [("idea:1", cast.amal.id), ("idea:1", cast.badr.id)]
    page = zaid.get("/ideas/1").text
    assert '<b class="at">@amal</b>' in page
    assert 'mail<b class="at">' not in page
    assert '<b class="at">@nobody' not in page
    zaid.post("/talk/comments/1/edit", {"words": "@amal and @Sami, look.", "version": 1})
    assert mentioned(database)[2:] == [("idea:1", cast.sami.id)], "Amal heard of it before"
    assert "mention" not in page.partition("What happened")[2], "no part of the idea's own history"
    with database.reading() as db:
        assert {row.person_id for row in db.scalars(select(Mention))} == {cast.amal.id, cast.badr.id, cast.sami.id}


def test_quoted_names_are_not_told_again_and_own_ones_never(
    database: Database, cast: Cast, idea: Idea, as_: As
) -> None:
    say(as_(cast.zaid), "> @Amal, look\n\nI did, says @Zaid.")
    assert mentioned(database) == []


def test_an_unclear_name_says_so_and_can_be_chosen(database: Database, cast: Cast, idea: Idea, as_: As) -> None:
    with database.writing() as db:
        one, other = a_person(db, "Noura Saleh"), a_person(db, "Noura Saad")
        twin, double = a_person(db, "Ali Omar"), a_person(db, "Ali Omar")
    zaid = as_(cast.zaid)
    unclear = say(zaid, "Ask @Noura about it")
    assert unclear.status_code == 422
    assert "Noura Saad" in unclear.text
    assert "Noura Saleh" in unclear.text
    assert "Ask @Noura about it" in unclear.text
    assert say(zaid, "Ask @Noura Saleh about it").status_code == 303
    assert mentioned(database) == [("idea:1", one.id)]
    twins = say(zaid, "Ask @Ali Omar")
    assert twins.status_code == 422
    assert str(double.email) in twins.text
    assert say(zaid, "Ask @Ali Omar", tell=f"Ali Omar, {double.email}").status_code == 303
    assert say(zaid, "No at sign here", tell="Noura Saad").status_code == 303
    assert mentioned(database)[1:] == [("idea:1", double.id), ("idea:1", other.id)]
    assert '<b class="at">@Noura Saad</b> No at sign here' in zaid.get("/ideas/1").text
    assert say(zaid, "Who is it?", tell="Nobody Known").status_code == 422
    assert twin.id != double.id


def test_who_does_not_see_it_is_not_told(database: Database, cast: Cast, idea: Idea, as_: As) -> None:
    with database.writing() as db:
        guest = a_person(db, "Gus", kind=Kind.GUEST)
    zaid = as_(cast.zaid)
    said = say(zaid, "Come, @Gus and @Gita")
    assert "cannot%20see%20this%20page" in said.cookies["notice"]
    assert mentioned(database) == []
    assert guest.id
    amal = as_(cast.amal)
    invited = amal.send("/ideas/1/guests", {"email": "gita@pilotage.example", "name": "Gita"})
    assert invited.status_code == 303
    say(zaid, "Come then, @Gita")
    assert mentioned(database) == [("idea:1", cast.gita.id)]


def test_the_form_offers_names_without_javascript_and_with(database: Database, cast: Cast, idea: Idea, as_: As) -> None:
    say(as_(cast.badr), "Here")
    zaid = as_(cast.zaid)
    assert '<option value="Badr">' in zaid.get("/ideas/1").text
    block = zaid.get("/talk/idea:1/people?tell=am", headers={"HX-Request": "true", "HX-Target": "datalist#people"})
    assert block.text.strip() == '<datalist id="people"><option value="Amal"></option></datalist>'
    assert as_(cast.gita).get("/talk/idea:1/people?tell=am").status_code == 404
    with database.writing() as db:
        db.add(Veil(person_id=cast.sami.id, idea_id=1, round_id=1))
    say(as_(cast.amal), "I wrote it")
    assert '<option value="Amal">' in zaid.get("/ideas/1").text
    assert '<option value="Amal">' not in as_(cast.sami).get("/ideas/1").text


def test_to_a_blind_reader_a_mention_names_nobody(database: Database, cast: Cast, idea: Idea, as_: As) -> None:
    """Whether the author is named or somebody else: it reads the same, and the same happens."""
    zaid, sami = as_(cast.zaid), as_(cast.sami)
    say(zaid, "@Amal, how many?")
    say(zaid, "@Tariq, how many?")
    with database.writing() as db:
        db.add(Veil(person_id=cast.sami.id, idea_id=1, round_id=1))
    page = sami.get("/ideas/1").text
    assert page.count('<b class="at">@a colleague</b>, how many?') == 2
    assert "Amal" not in page
    quote = sami.get("/talk/idea:1/answers/1?quote=1").text
    assert "&gt; @a colleague, how many?" in quote
    assert "Amal" not in quote
    answers = [say(sami, f"@{name}, please") for name in ("Amal", "Tariq")]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert [answer.cookies["notice"] for answer in answers] == ["Said."] * 2
    text = sami.get("/ideas/1").text
    assert ("@Amal</b>, please" in text, "@Tariq</b>, please" in text) == (True, True), "as the reader typed it"


def test_a_quote_begins_the_answer(cast: Cast, idea: Idea, as_: As) -> None:
    say(as_(cast.amal), "First line\n\nSecond *line*")
    zaid = as_(cast.zaid)
    assert 'href="/talk/idea:1/answers/1?quote=1"' in zaid.get("/ideas/1").text
    page = zaid.get("/talk/idea:1/answers/1?quote=1").text
    assert "&gt; First line\n&gt;\n&gt; Second *line*\n" in page
    assert "&gt; First" not in zaid.get("/talk/idea:1/answers/1").text
    words = "> First line\n>\n> Second *line*\n\nWhy?"
    answered = zaid.send("/talk/idea:1/answers/1?quote=1", {"words": words, "parent": 1}, "/talk/idea:1")
    assert answered.status_code == 303
    assert "<blockquote>" in zaid.get("/ideas/1").text


def test_what_was_said_before_is_read_by_few(database: Database, cast: Cast, idea: Idea, as_: As) -> None:
    zaid, sami, noor = as_(cast.zaid), as_(cast.sami), as_(cast.noor)
    say(zaid, "First words")
    zaid.post("/talk/comments/1/edit", {"words": "Second words", "version": 1})
    zaid.post("/talk/comments/1/edit", {"words": "Second words", "version": 2})
    before = '<a href="/talk/comments/1/before">changed since</a>'
    assert before in zaid.get("/ideas/1").text
    assert before in noor.get("/ideas/1").text
    assert before not in sami.get("/ideas/1").text
    assert "changed since" in sami.get("/ideas/1").text
    for reader in (zaid, noor, as_(cast.root)):
        page = reader.get("/talk/comments/1/before").text
        assert ("First words" in page, "Second words" in page) == (True, True)
    assert sami.get("/talk/comments/1/before").status_code == 403
    assert as_(cast.gita).get("/talk/comments/1/before").status_code == 404
    zaid.post("/talk/comments/1/withdraw")
    assert "Second words" in noor.get("/talk/comments/1/before").text
    assert "Second words" not in sami.get("/ideas/1").text
    with database.writing() as db:
        assert [row.words for row in db.scalars(select(Wording).order_by(col(Wording.id)))] == [
            "First words",
            "Second words",
        ]
        actions.erase_words(db, cast.zaid.id)
        assert db.scalars(select(Wording)).all() == []


def test_whoever_is_erased_is_named_nowhere(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        idea = an_idea(db, cast.process, cast.amal, stage=Stage.SUBMITTED)
        zaid = find_actor(db, cast.zaid.id)
        said = actions.say(db, zaid, idea.ref, "@Badr knows, and @Badr says so")
        mentions.keep(db, zaid, said, mentions.settle(db, said.words))
        actions.erase_words(db, cast.badr.id)
        db.flush()
        assert said.words == "@somebody knows, and @somebody says so"
        assert db.scalars(select(Mention)).all() == []


def test_a_deep_thread_folds_and_says_whom_it_answers(database: Database, cast: Cast, idea: Idea, as_: As) -> None:
    with database.writing() as db:
        people = [find_actor(db, person.id) for person in (cast.amal, cast.badr)]
        parent = None
        for number in range(24):
            parent = actions.say(db, people[number % 2], "idea:1", f"Level {number}", parent.id if parent else None)
        actions.say(db, people[0], "idea:1", "Another root")
    page = as_(cast.zaid).get("/ideas/1").text
    assert page.count('<details class="branch" open>') == 3, "three levels stand inside of each other, the rest below"
    assert page.count('<li class="d3"') == 21
    assert "<summary>23 answers</summary>" in page
    assert '<a href="#c23">to Amal</a>' in page
    assert page.count("<details") == page.count("</details>")
    assert len(re.findall("<li[ >]", page)) == page.count("</li>")
    branch = as_(cast.zaid).get("/talk/idea:1?branch=20").text
    assert ("Level 19" in branch, "Level 23" in branch) == (True, True)
    assert ("Level 18<" in branch, "Another root" in branch) == (False, False)
    assert as_(cast.zaid).get("/talk/idea:1?branch=99").status_code == 404
    assert as_(cast.zaid).get("/talk/comments/24").headers["location"] == "/ideas/1#c24"


def test_a_branch_goes_on_over_pages(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        idea = an_idea(db, cast.process, cast.amal, stage=Stage.SUBMITTED)
        amal = find_actor(db, cast.amal.id)
        root = actions.say(db, amal, idea.ref, "root")
        other = actions.say(db, amal, idea.ref, "other")
        for number in range(60):
            actions.say(db, amal, idea.ref, f"answer {number}", root.id)
        actions.say(db, amal, idea.ref, "not of it", other.id)
    with both.reading() as db:
        amal = find_actor(db, cast.amal.id)
        first = queries.thread(db, amal, "idea:1", branch=root.id)
        second = queries.thread(db, amal, "idea:1", first.next, branch=root.id)
    texts = [node.text for node in (*first.nodes, *second.nodes)]
    assert texts == ["root", *(f"answer {number}" for number in range(60))]
    assert second.next is None


def test_processes_and_pilots_are_talked_about_on_their_pages(database: Database, cast: Cast, as_: As) -> None:
    with database.writing() as db:
        idea = an_idea(db, cast.process, cast.amal, stage=Stage.IN_PILOT)
        pilot = a_pilot(db, idea, cast.amal, cast.noor)
    zaid, noor = as_(cast.zaid), as_(cast.noor)
    for number, (page, ref) in enumerate(
        ((f"/processes/{cast.process.id}", cast.process.ref), (f"/pilots/{pilot.id}", pilot.ref)), 1
    ):
        before = zaid.get(page)
        assert zaid.get(page, headers={"if-none-match": before.headers["etag"]}).status_code == 304
        said = zaid.send(page, {"words": f"About {ref}, @Amal"}, f"/talk/{ref}")
        assert said.headers["location"] == f"{page}#c{number}"
        assert f"About {ref}, " in noor.get(page).text
        assert zaid.get(page, headers={"if-none-match": before.headers["etag"]}).status_code == 200
        official = {"words": "Seen.", "official": "on"}
        assert zaid.send(page, official, f"/talk/{ref}").status_code == 403
        assert as_(cast.gita).get(f"/talk/{ref}").status_code == 404
        assert (ref, cast.amal.id) in mentioned(database)
    assert noor.send(page, official, f"/talk/{ref}").status_code == 303
    assert "The committee has answered" in zaid.get(page).text


def test_on_a_pilot_of_a_veiled_idea_its_people_stay_hidden(database: Database, cast: Cast, as_: As) -> None:
    with database.writing() as db:
        idea = an_idea(db, cast.process, cast.amal, stage=Stage.IN_PILOT)
        pilot = a_pilot(db, idea, cast.tariq, cast.noor)
        db.add(Veil(person_id=cast.sami.id, idea_id=idea.id, round_id=1))
        actions.say(db, find_actor(db, cast.amal.id), pilot.ref, "We began on Monday")
    assert "An author" in as_(cast.sami).get(f"/talk/{pilot.ref}").text
    assert "Amal" not in as_(cast.sami).get(f"/talk/{pilot.ref}").text
    assert "Amal" in as_(cast.zaid).get(f"/talk/{pilot.ref}").text


def test_a_page_of_talk_asks_as_many_questions_for_many_comments(
    app: Any, database: Database, cast: Cast, as_: As
) -> None:
    from tests.bench.counting import statements

    with database.writing() as db:
        zaid = find_actor(db, cast.zaid.id)
        for number, many in ((1, 1), (2, 40)):
            idea = an_idea(db, cast.process, cast.amal, stage=Stage.SUBMITTED)
            for place in range(many):
                said = actions.say(db, zaid, idea.ref, f"@Amal {place}")
                mentions.keep(db, zaid, said, mentions.settle(db, said.words))
            assert idea.id == number
    as_(cast.badr).get("/ideas")
    app.state.figures.until = float("inf")
    counts = []
    for number in (1, 2):
        with statements(database) as asked:
            assert as_(cast.sami).get(f"/talk/idea:{number}").status_code == 200
        counts.append(len([one for one in asked if one.startswith(("SELECT", "WITH"))]))
    assert counts[0] == counts[1] <= 8
