"""The pages of conflicts, as people in a browser without JavaScript meet them; and what they are told."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from app.db import Database
from app.ideas.models import Conflict, Idea, Stage
from app.main import Pilotage
from app.notices.actions import read_record
from app.notices.models import Notice
from app.people.actor import find_actor
from app.people.models import Person, Post
from app.review import conflicts
from app.review.conflicts.models import Suspicion
from app.review.models import Round
from tests.bench.counting import statements
from tests.cast import Cast
from tests.client import Browser
from tests.makers import a_person, a_seat, an_idea
from tests.review.makers import a_round, admitted, move, open_round, review_by, typed_marks

As = Callable[[Person | None], Browser]


@pytest.fixture
def story(database: Database, cast: Cast) -> Any:
    """An idea of zaid's in an open round where names are not hidden; dina is in his department."""

    class Story:
        def __init__(self) -> None:
            with database.writing() as db:
                person = db.get_one(Person, cast.dina.id)
                person.department_id = cast.department.id
                deputy = a_person(db, "Dalal")
                a_seat(db, cast.committee, deputy, Post.DEPUTY)
                idea = admitted(db, cast, cast.zaid, title="Low trays")
                round_ = open_round(db, cast, idea, blind="")
                self.idea, self.round, self.deputy = idea.id, round_.id, deputy
                self.marks = dict(typed_marks(db, round_))
                self.here = f"/review/ideas/{idea.id}/conflicts"

    return Story()


def test_who_comes_to_the_pages(as_: As, cast: Cast, story: Any) -> None:
    seen = {
        name: (
            as_(getattr(cast, name)).get(story.here).status_code,
            as_(getattr(cast, name)).get("/review/conflicts").status_code,
        )
        for name in ("zaid", "noor", "sami", "amal", "root", "layla", "gita")
    }
    assert seen == {
        "zaid": (200, 403),
        "noor": (200, 200),
        "sami": (200, 403),
        "amal": (403, 403),
        "root": (403, 403),
        "layla": (403, 403),
        "gita": (404, 404),
    }
    assert as_(cast.noor).get("/review/ideas/999/conflicts").status_code == 404
    assert as_(None).get(story.here).status_code == 303


def test_an_author_names_and_the_chair_answers(as_: As, database: Database, cast: Cast, story: Any) -> None:
    zaid, noor = as_(cast.zaid), as_(cast.noor)
    assert story.here in zaid.get(f"/ideas/{story.idea}").text
    assert zaid.send(story.here, {"reason": "We fell out"}).status_code == 422
    wrong = zaid.send(story.here, {"people": str(cast.omar.id), "reason": " "})
    assert wrong.status_code == 422
    assert zaid.send(story.here, {"people": str(cast.root.id), "reason": "Not a member"}).status_code == 422
    key = zaid.key(story.here, story.here)
    typed = {"people": str(cast.omar.id), "reason": "We fell out <b>badly</b>", "key": key}
    assert [zaid.post(story.here, typed).status_code for _ in range(2)] == [303, 303]
    assert zaid.send(story.here, {**typed, "key": ""}).status_code == 409
    assert "To be looked at" in zaid.get(story.here).text
    assert as_(cast.sami).post(story.here, typed).status_code == 403
    # The chair reads it with what was found, and answers both.
    assert "2 possible conflicts" in noor.get("/review").text
    assert "Omar" in noor.get("/review/conflicts").text
    page = noor.get(story.here).text
    assert "We fell out &lt;b&gt;badly&lt;/b&gt;" in page
    assert "The same department as an author" in page
    answers = f"{story.here}/answers"
    assert noor.post(answers, {"do": "confirm", "reason": "It is so"}).status_code == 422
    again = noor.post(answers, {"do": "dismiss", "people": str(cast.dina.id), "reason": ""})
    assert again.status_code == 422
    assert f'value="{cast.dina.id}" checked' in again.text
    for who in (cast.sami, cast.zaid, cast.dina):
        assert as_(who).post(answers, {"do": "confirm", "people": str(cast.omar.id), "reason": "I"}).status_code == 403
    assert noor.post(answers, {"do": "confirm", "people": str(cast.omar.id), "reason": "True"}).status_code == 303
    assert noor.post(answers, {"do": "dismiss", "people": str(cast.dina.id), "reason": "A big one"}).status_code == 303
    assert noor.post(answers, {"do": "dismiss", "people": str(cast.dina.id), "reason": "Twice"}).status_code == 409
    assert "Confirmed" in zaid.get(story.here).text
    assert as_(cast.omar).get(f"/review/ideas/{story.idea}").status_code == 403
    assert as_(cast.dina).get(f"/review/ideas/{story.idea}").status_code == 200
    assert "possible conflict" not in noor.get("/review").text


def test_the_question_stands_before_the_scores(as_: As, cast: Cast, story: Any) -> None:
    dina, here = as_(cast.dina), f"/review/ideas/{story.idea}"
    page = dina.get(here).text
    assert "Do you have a conflict with this idea?" in page
    assert "You are in the same department as an author." in page
    assert "same department" not in as_(cast.sami).get(here).text
    silent = {name: value for name, value in story.marks.items() if name != "free"}
    answer = dina.post(here, {**silent, "do": "submit"})
    assert answer.status_code == 422
    assert "Say first that you have no conflict" in answer.text
    assert dina.post(here, {**silent, "free": "on", "do": "keep"}).status_code == 303
    assert 'name="free" value="on" checked' in dina.get(here).text
    assert dina.post(here, {**story.marks, "do": "submit"}).status_code == 303


def test_in_a_blind_round_the_question_tells_nothing(as_: As, database: Database, cast: Cast) -> None:
    with database.writing() as db:
        db.get_one(Person, cast.dina.id).department_id = cast.department.id
        idea = admitted(db, cast, cast.zaid)
        open_round(db, cast, idea)
        here = f"/review/ideas/{idea.id}"
    page = as_(cast.dina).get(here).text
    assert "Do you have a conflict with this idea?" in page
    assert "same department" not in page
    for who in (cast.dina, cast.noor):
        page = as_(who).get(f"{here}/conflicts").text
        assert "same department" not in page
    assert "Nobody is named or found now." in as_(cast.noor).get(f"{here}/conflicts").text


def test_a_chair_steps_back_before_there_is_a_round_and_the_deputy_goes_on(
    as_: As, database: Database, cast: Cast, story: Any
) -> None:
    with database.writing() as db:
        idea = an_idea(db, cast.process, cast.amal, stage=Stage.SUBMITTED).id
    noor, deputy, here = as_(cast.noor), as_(story.deputy), f"/review/ideas/{idea}/conflict"
    assert noor.post(here, {"reason": ""}).status_code == 422
    assert as_(cast.amal).post(here, {"reason": "I"}).status_code == 403
    assert noor.post(here, {"reason": "I advised them"}).status_code == 303
    assert noor.post(here, {"reason": "Twice"}).status_code == 403
    assert 'value="admit"' not in noor.get(f"/ideas/{idea}").text
    assert noor.move(f"/ideas/{idea}", "admit").status_code == 403
    assert f"/ideas/{idea}" not in noor.get("/").text
    page = deputy.get(f"{here}s").text
    assert "I advised them" in page
    assert deputy.move(f"/ideas/{idea}", "admit").status_code == 303
    # The deputy ends a mistake; the chair is in charge again.
    with database.reading() as db:
        number = db.scalars(select(Conflict)).one().id
    assert noor.post(f"{here}s/end", {"conflict": str(number), "reason": "I was wrong"}).status_code == 403
    empty = deputy.post(f"{here}s/end", {"conflict": str(number), "reason": " "})
    assert empty.status_code == 422
    assert deputy.post(f"{here}s/end", {"conflict": str(number), "reason": "Another idea"}).status_code == 303
    assert deputy.post(f"{here}s/end", {"conflict": str(number), "reason": "Twice"}).status_code == 409
    assert noor.get(f"{here}s").status_code == 200


def test_taking_out_and_deciding_are_for_who_is_in_charge(as_: As, database: Database, cast: Cast, story: Any) -> None:
    with database.writing() as db:
        idea = db.get_one(Idea, story.idea)
        review_by(db, cast.sami, idea)
        conflicts.declare(db, find_actor(db, cast.noor.id), idea, "I advised them")
        move(db, cast, db.get_one(Round, story.round), "close")
    here = f"/review/rounds/{story.round}/ideas/{story.idea}"
    noor, deputy = as_(cast.noor), as_(story.deputy)
    assert "Dalal decides in your place" in noor.get(f"{here}/decision").text
    assert noor.post(f"{here}/out", {"reason": "Not now"}).status_code == 403
    assert deputy.get(f"{here}/decision").status_code == 200
    assert "Nobody is left" not in deputy.get(f"/review/rounds/{story.round}").text
    with database.writing() as db:
        for who in (cast.sami, cast.dina, cast.omar):
            conflicts.declare(db, find_actor(db, who.id), db.get_one(Idea, story.idea), "A reason")
    assert "Nobody is left for these" in deputy.get(f"/review/rounds/{story.round}").text
    assert deputy.post(f"{here}/out", {"reason": "Not now"}).status_code == 303


def told(database: Database) -> dict[str, list[str]]:
    """What each person's inbox says of conflicts, by name."""
    read_record(database)
    from app.notices.queries import inbox

    with database.reading() as db:
        people = db.execute(
            select(col(Person.id), col(Person.name)).join(Notice, col(Notice.person_id) == col(Person.id))
        )
        found = {name: inbox(db, find_actor(db, key)).lines for key, name in set(people.all())}
    words = ("conflict", "should not judge")
    return {
        name: said
        for name, lines in found.items()
        if (said := [f"{one.what}|{one.who}|{one.why}" for one in lines if any(word in one.what for word in words)])
    }


def test_the_chair_is_told_without_the_reason(database: Database, cast: Cast, story: Any) -> None:
    with database.writing() as db:
        idea = db.get_one(Idea, story.idea)
        conflicts.declare(db, find_actor(db, cast.sami.id), idea, "My wife sells these")
        conflicts.name(db, find_actor(db, cast.zaid.id), idea, [cast.omar.id], "We fell out")
        conflicts.dismiss(db, find_actor(db, cast.noor.id), idea, [cast.omar.id], "They did not")
    said = told(database)
    assert said == {
        "Noor": ["An author names who should not judge it|Zaid|", "A member has a conflict|Sami|"],
        "Dalal": ["An author names who should not judge it|Zaid|", "A member has a conflict|Sami|"],
        "Zaid": ["Looked at, and no conflict|Noor|"],
    }


@pytest.mark.parametrize("keeper", [True, False])
def test_in_a_blind_round_notices_name_nobody_and_tell_no_finding(database: Database, cast: Cast, keeper: bool) -> None:
    with database.writing() as db:
        db.get_one(Person, cast.dina.id).department_id = cast.department.id
        idea = admitted(db, cast, cast.zaid)
        over = {"custodian": cast.root.id} if keeper else {}
        open_round(db, cast, idea, **over)
        conflicts.declare(db, find_actor(db, cast.sami.id), idea, "She is my sister")
        conflicts.name(db, find_actor(db, cast.zaid.id), idea, [cast.omar.id], "We fell out")
        if keeper:
            root = find_actor(db, cast.root.id)
            conflicts.confirm(db, root, idea, [cast.dina.id, cast.omar.id], "It is so")
    declared, named = "A member has a conflict||", "An author names who should not judge it||"
    by_root = "A conflict is confirmed|Root|"
    expected = {"Noor": [declared] if keeper else [named, declared]}
    if keeper:
        expected |= {"Root": ["An author names who should not judge it|Zaid|"], "Zaid": [by_root]}
        expected |= {name: ["A conflict is confirmed||"] for name in ("Dina", "Omar")}
    assert told(database) == expected


def test_the_pages_ask_no_more_for_many(app: Pilotage, as_: As, database: Database, cast: Cast) -> None:
    def count(ideas: int) -> list[int]:
        with database.writing() as db:
            db.get_one(Person, cast.dina.id).department_id = cast.department.id
            found = [admitted(db, cast) for _ in range(ideas)]
            a_round(db, cast, *found, name=f"Round of {ideas}", blind="")
            for idea in found:
                conflicts.name(db, find_actor(db, cast.zaid.id), idea, [cast.omar.id, cast.sami.id], "A reason")
        app.state.figures.until = float("inf")
        counts = []
        for page in ("/review/conflicts", f"/review/ideas/{found[0].id}/conflicts"):
            noor = as_(cast.noor)
            noor.get(page)
            with statements(database) as ran:
                assert noor.get(page).status_code == 200
            counts.append(len(ran))
        return counts

    one, many = count(1), count(30)
    assert one == many
    assert one[0] <= 10
    assert one[1] <= 20


def test_named_members_stand_in_the_record_once_each(database: Database, cast: Cast, story: Any) -> None:
    with database.writing() as db:
        idea = db.get_one(Idea, story.idea)
        conflicts.name(db, find_actor(db, cast.zaid.id), idea, [cast.omar.id, cast.sami.id, cast.omar.id], "A reason")
        assert len(db.scalars(select(Suspicion)).all()) == 2
