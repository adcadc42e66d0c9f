"""Questions to the authors, through the committee, without names."""

from typing import Any

from sqlalchemy import select
from sqlmodel import col

from app.db import Database
from app.ideas.models import Idea
from app.people.actor import find_actor
from app.record.models import Entry
from app.refs import registry
from app.review import conflicts, waiting
from app.review.models import Round
from app.review.questions.models import AuthorQuestion, QuestionStage
from tests.cast import Cast
from tests.review.makers import admitted, move, open_round

ASKED = "Which gate would begin?"


def a_question(database: Database, cast: Cast, as_: Any) -> int:
    with database.writing() as db:
        idea = admitted(db, cast, cast.zaid)
        open_round(db, cast, idea)
    assert as_(cast.sami).post(f"/review/ideas/{idea.id}/questions", {"words": ASKED}).status_code == 303
    return idea.id


def verbs(database: Database, person: Any) -> set[str]:
    with database.reading() as db:
        return {item.verb for item in waiting.waiting(db, find_actor(db, person.id))}


def test_a_question_goes_through_the_chair_and_its_answer_comes_back(database: Database, cast: Cast, as_: Any) -> None:
    idea = a_question(database, cast, as_)
    zaid, noor, dina = as_(cast.zaid), as_(cast.noor), as_(cast.dina)
    assert ASKED not in zaid.get(f"/ideas/{idea}").text
    assert zaid.post("/review/questions/1/answer", {"words": "Gate 4", "version": "1"}).status_code == 404
    assert "Pass on to its authors, or not:" in verbs(database, cast.noor)
    assert dina.move("/review/questions/1", "pass_on").status_code == 403
    assert noor.move("/review/questions/1", "pass_on").status_code == 303
    assert noor.move("/review/questions/1", "pass_on").status_code == 409
    page = zaid.get(f"/ideas/{idea}").text
    assert ASKED in page
    assert cast.sami.name not in page
    assert "Answer the committee about" in verbs(database, cast.zaid)
    assert as_(cast.amal).post("/review/questions/1/answer", {"words": "Mine", "version": "2"}).status_code == 404
    assert zaid.post("/review/questions/1/answer", {"words": "", "version": "2"}).status_code == 422
    assert zaid.post("/review/questions/1/answer", {"words": "Gate 4", "version": "2"}).status_code == 303
    late = zaid.post("/review/questions/1/answer", {"words": "Gate 5, rather", "version": "2"})
    assert late.status_code == 409
    assert "Gate 5, rather" in late.text
    read = dina.get(f"/review/ideas/{idea}").text
    assert "Gate 4" in read
    assert cast.zaid.name not in read
    assert cast.sami.name not in read.split('id="questions"', 1)[1].split("</section>", 1)[0]
    with database.reading() as db:
        on_idea = select(col(Entry.actor_id)).where(col(Entry.ref) == f"idea:{idea}", col(Entry.move).like("%question"))
        assert set(db.scalars(on_idea)) == {cast.noor.id, cast.zaid.id}


def test_a_dropped_question_is_its_askers_alone_with_the_reason(database: Database, cast: Cast, as_: Any) -> None:
    idea = a_question(database, cast, as_)
    noor = as_(cast.noor)
    assert noor.post("/review/questions/1/moves", {"name": "drop"}).status_code == 422
    assert noor.post("/review/questions/1/moves", {"name": "drop", "note": "It tells the team"}).status_code == 303
    assert "It tells the team" in as_(cast.sami).get(f"/review/ideas/{idea}").text
    assert ASKED not in as_(cast.dina).get(f"/review/ideas/{idea}").text
    assert ASKED not in as_(cast.zaid).get(f"/ideas/{idea}").text


def test_the_record_does_not_tell_who_asked(database: Database, cast: Cast, as_: Any) -> None:
    with database.writing() as db:
        open_round(db, cast, idea := admitted(db, cast, cast.zaid), blind="")
    assert as_(cast.sami).post(f"/review/ideas/{idea.id}/questions", {"words": ASKED}).status_code == 303
    with database.reading() as db:
        readers = [find_actor(db, one.id) for one in (cast.sami, cast.noor, cast.dina, cast.zaid)]
        seen = [actor.name for actor in readers if registry(db).find(db, actor, ["author_question:1"])]
    assert seen == [cast.sami.name]


def test_only_its_reviewers_ask_and_only_while_it_is_open(database: Database, cast: Cast, as_: Any) -> None:
    idea = a_question(database, cast, as_)
    assert as_(cast.noor).post(f"/review/ideas/{idea}/questions", {"words": "Why?"}).status_code == 403
    assert as_(cast.zaid).post(f"/review/ideas/{idea}/questions", {"words": "Why?"}).status_code == 403
    assert as_(cast.sami).post(f"/review/ideas/{idea}/questions", {"words": " "}).status_code == 422
    with database.writing() as db:
        move(db, cast, db.get_one(Round, 1), "close")
    kept = as_(cast.sami).post(f"/review/ideas/{idea}/questions", {"words": "Too late?"})
    assert kept.status_code == 409
    assert "Too late?" in kept.text


def test_a_conflict_takes_the_questions_away(database: Database, cast: Cast, as_: Any) -> None:
    idea = a_question(database, cast, as_)
    with database.writing() as db:
        conflicts.declare(db, find_actor(db, cast.noor.id), db.get_one(Idea, idea), "My cousin")
    assert as_(cast.noor).move("/review/questions/1", "pass_on").status_code == 404
    assert "Pass on to its authors, or not:" not in verbs(database, cast.noor)
    with database.reading() as db:
        assert db.get_one(AuthorQuestion, 1).stage is QuestionStage.ASKED
