"""Talk about ideas and processes: threads, pages, counters, names."""

from collections.abc import Callable

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from app.db import Database
from app.errors import Invalid
from app.ideas.models import Idea, Stage
from app.people.actor import find_actor
from app.talk import actions, queries
from app.talk.models import DEEPEST, Comment, Follow
from tests.cast import Cast, the_cast
from tests.client import Browser
from tests.makers import an_idea

As = Callable[..., Browser]


@pytest.fixture
def idea(database: Database, cast: Cast) -> Idea:
    with database.writing() as db:
        made: Idea = an_idea(db, cast.process, cast.amal, stage=Stage.SUBMITTED)
    return made


def counter(database: Database, number: int = 1) -> int:
    with database.reading() as db:
        return db.get_one(Idea, number).talk


def test_say_answer_change_take_back(database: Database, cast: Cast, idea: Idea, as_: As) -> None:
    zaid, amal = as_(cast.zaid), as_(cast.amal)
    said = zaid.send("/ideas/1", {"words": "Which *lane*?"}, "/talk/idea:1")
    assert (said.status_code, said.headers["location"]) == (303, "/ideas/1#c1")
    assert amal.send("/talk/idea:1/answers/1", {"words": "Lane 3.", "parent": 1}, "/talk/idea:1").status_code == 303
    text = as_(cast.sami).get("/ideas/1").text
    assert "<em>lane</em>" in text
    assert "to Zaid" in text
    assert counter(database) == 2
    assert zaid.post("/talk/comments/1/edit", {"words": "Which lane then?", "version": 1}).status_code == 303
    assert "changed since" in amal.get("/ideas/1").text
    late = zaid.post("/talk/comments/1/edit", {"words": "My other words", "version": 1})
    assert late.status_code == 409
    assert "My other words" in late.text
    assert zaid.post("/talk/comments/1/withdraw").status_code == 303
    assert zaid.post("/talk/comments/1/withdraw").status_code == 303
    text = amal.get("/ideas/1").text
    assert "Taken away by its author." in text
    assert "Lane 3." in text
    assert "Which lane" not in text
    assert counter(database) == 1


def test_saying_twice_the_same_says_it_once(database: Database, cast: Cast, idea: Idea, as_: As) -> None:
    zaid = as_(cast.zaid)
    fields = {"words": "Once", "key": zaid.key("/ideas/1", "/talk/idea:1")}
    assert {zaid.post("/talk/idea:1", fields).headers["location"] for _ in range(3)} == {"/ideas/1#c1"}
    assert counter(database) == 1
    assert zaid.send("/ideas/1", {"words": "Once"}, "/talk/idea:1").status_code == 303
    assert zaid.post("/talk/comments/2/withdraw").status_code == 303
    assert zaid.send("/ideas/1", {"words": "More"}, "/talk/idea:1").status_code == 303
    assert counter(database) == 2


def test_only_who_wrote_it_changes_it(cast: Cast, idea: Idea, as_: As) -> None:
    as_(cast.zaid).send("/ideas/1", {"words": "Mine"}, "/talk/idea:1")
    for other in (as_(cast.noor), as_(cast.root)):
        assert other.get("/talk/comments/1/edit").status_code == 403
        assert other.post("/talk/comments/1/edit", {"words": "x", "version": 1}).status_code == 403
        assert other.post("/talk/comments/1/withdraw").status_code == 403
    assert as_(cast.gita).get("/talk/comments/1/edit").status_code == 404
    assert as_(cast.zaid).get("/talk/comments/99/edit").status_code == 404


def test_mistakes_come_back(cast: Cast, idea: Idea, as_: As) -> None:
    zaid = as_(cast.zaid)
    assert zaid.send("/ideas/1", {"words": "  "}, "/talk/idea:1").status_code == 422
    long = zaid.send("/ideas/1", {"words": "wort " * 2001}, "/talk/idea:1")
    assert long.status_code == 422
    assert "wort wort" in long.text
    assert zaid.send("/ideas/1", {"words": "x", "parent": 99}, "/talk/idea:1").status_code == 422
    assert zaid.send("/ideas/1", {"words": "x", "author_id": 1}, "/talk/idea:1").status_code == 422
    assert zaid.send("/ideas/1", {"words": "x" * 10_000}, "/talk/idea:1").status_code == 303
    for ref in ("idea:99", "idea:x", "nothing:1", "idea", f"idea:{9**30}"):
        assert zaid.get(f"/talk/{ref}").status_code == 404, ref


def test_only_the_chair_answers_for_the_committee(database: Database, cast: Cast, idea: Idea, as_: As) -> None:
    official = {"words": "We look at it in May.", "official": "on"}
    assert as_(cast.sami).send("/ideas/1", official, "/talk/idea:1").status_code == 403
    assert as_(cast.noor).send("/ideas/1", official, "/talk/idea:1").status_code == 303
    assert "Answer from the committee" in as_(cast.zaid).get("/ideas/1").text
    assert counter(database) == 1


def test_following(database: Database, cast: Cast, idea: Idea, as_: As) -> None:
    zaid = as_(cast.zaid)

    def follows() -> bool:
        with database.reading() as db:
            return queries.follows(db, find_actor(db, cast.zaid.id), "idea:1")

    for value, then in (("on", True), ("on", True), ("off", False), ("off", False)):
        assert zaid.post("/talk/idea:1/follow", {"value": value}).status_code == 303
        assert follows() is then
    zaid.send("/ideas/1", {"words": "Mine"}, "/talk/idea:1")
    assert follows()


def test_a_thread_reads_depth_first_over_pages(both: Database) -> None:
    """Ids across a change of digits in base 36, answers to the first said last."""
    with both.writing() as db:
        cast = the_cast(db)
        amal = find_actor(db, cast.amal.id)
        idea = an_idea(db, cast.process, cast.amal, stage=Stage.SUBMITTED)
        roots = [actions.say(db, amal, idea.ref, f"root {n}") for n in range(60)]
        for root in roots[:60:2]:
            child = actions.say(db, amal, idea.ref, f"child of {root.id}", root.id)
            actions.say(db, amal, idea.ref, f"grandchild of {root.id}", child.id)
        total = db.get_one(Idea, idea.id)
        db.refresh(total)
        assert total.talk == 120
    wanted: list[str] = []
    for number, root in enumerate(roots):
        wanted.append(f"root {number}")
        if number % 2 == 0:
            wanted += [f"child of {root.id}", f"grandchild of {root.id}"]
    with both.reading() as db:
        amal, found, after = find_actor(db, cast.amal.id), [], None
        for _ in range(3):
            page = queries.thread(db, amal, "idea:1", after)
            assert len(page.nodes) <= queries.PAGE
            found += page.nodes
            after = page.next
        assert after is None
    assert [node.text for node in found] == wanted
    assert [node.depth for node in found[:3]] == [0, 1, 2]
    assert len({node.id for node in found}) == 120


def test_a_comment_is_found_on_its_page(database: Database, cast: Cast, idea: Idea, as_: As) -> None:
    with database.writing() as db:
        amal = find_actor(db, cast.amal.id)
        for number in range(55):
            root = actions.say(db, amal, "idea:1", f"Remark {number} of many")
    zaid = as_(cast.zaid)
    first = zaid.get("/ideas/1").text
    assert "Remark 49 of many" in first
    assert "Remark 50 of many" not in first
    assert "Remark 54 of many" in zaid.get("/ideas/1?talk=50").text
    answer = zaid.send(f"/talk/idea:1/answers/{root.id}", {"words": "The last", "parent": root.id}, "/talk/idea:1")
    page, _, mark = answer.headers["location"].partition("#")
    assert f'id="{mark}"' in zaid.get(page).text


def test_very_deep_threads_are_kept_and_read(database: Database, cast: Cast, idea: Idea) -> None:
    with database.writing() as db:
        amal = find_actor(db, cast.amal.id)
        parent = None
        for number in range(DEEPEST + 30):
            parent = actions.say(db, amal, "idea:1", f"level {number}", parent.id if parent else None)
        assert len(parent.path) <= 600
        with pytest.raises(Invalid):
            actions.say(db, amal, f"process:{cast.process.id}", "elsewhere", parent.id)
    with database.reading() as db:
        texts, after = [], None
        while True:
            page = queries.thread(db, find_actor(db, cast.zaid.id), "idea:1", after)
            texts += [node.text for node in page.nodes]
            after = page.next
            if after is None:
                break
    assert texts == [f"level {number}" for number in range(DEEPEST + 30)]


def test_erasing_a_person_takes_their_words(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        amal, zaid = find_actor(db, cast.amal.id), find_actor(db, cast.zaid.id)
        idea = an_idea(db, cast.process, cast.amal, stage=Stage.SUBMITTED)
        said = actions.say(db, zaid, idea.ref, "Zaid's secret")
        actions.say(db, amal, idea.ref, "Amal stays", said.id)
        actions.erase_words(db, cast.zaid.id)
        db.refresh(idea)
        db.expire_all()
        assert idea.talk == 1
        assert [one.words for one in db.scalars(select(Comment).order_by(col(Comment.id)))] == ["", "Amal stays"]
        assert [one.person_id for one in db.scalars(select(Follow))] == [cast.amal.id]


def test_recounting_talk(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        idea = an_idea(db, cast.process, cast.amal, stage=Stage.SUBMITTED)
        actions.say(db, find_actor(db, cast.amal.id), idea.ref, "One")
        db.execute(update(Idea).values(talk=5))
        assert actions.recount(db, mend=False) == [("idea:1", 5, 1)]
        assert actions.recount(db) == [("idea:1", 5, 1)]
        assert actions.recount(db) == []
