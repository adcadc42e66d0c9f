"""People at the same moment: of those who come too late each is told so, and gets back what they typed."""

from collections.abc import Sequence
from html import unescape
from typing import Any

import anyio
import httpx2
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session as Db
from sqlmodel import col

from app.db import Database
from app.ideas.models import Idea
from app.main import create_app
from app.people.models import Person
from app.people.sessions import begin
from app.record.queries import verify
from app.review.conflicts import concerned
from app.review.meetings.models import Dissent, Motion, MotionStage
from app.review.models import Decision, Review, ReviewStage
from tests.cast import Cast, the_cast
from tests.client import ORIGIN
from tests.conftest import settings_for
from tests.makers import a_person, a_seat
from tests.review.makers import admitted, decision, move, open_round, review_by, typed_marks
from tests.review.meeting_makers import a_motion, close, running, say, told

AT_ONCE = 20
Post = tuple[Person, str, dict[str, Any]]


def posted(database: Database, posts: Sequence[Post]) -> list[Any]:
    """What each of these people is answered, all at the same moment; in the order in which they are named."""
    app = create_app(settings_for(database.url), database, run_worker=False)
    with database.writing() as db:
        cookies = {person.id: begin(db, person.id, "test") for person, _, _ in posts}
    answers: dict[int, Any] = {}

    async def run() -> None:
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=transport, base_url=ORIGIN) as http, anyio.create_task_group() as group:

            async def post(place: int, person: Person, address: str, fields: dict[str, Any]) -> None:
                headers = {"origin": ORIGIN, "cookie": f"pilotage={cookies[person.id]}"}
                answers[place] = answer = await http.post(address, data=fields, headers=headers)
                while answer.status_code == 503:  # on a slow machine the wait for a lock is over: later, says the page
                    assert "retry-after" in answer.headers
                    assert all(said in unescape(answer.text) for said in fields.values() if " " in str(said))
                    await anyio.sleep(0.5)
                    answers[place] = answer = await http.post(address, data=fields, headers=headers)

            for place, one in enumerate(posts):
                group.start_soon(post, place, *one)

    anyio.run(run)
    return [answers[place] for place in range(len(posts))]


def members(db: Db, cast: Cast, number: int) -> list[Person]:
    people = [a_person(db, f"Member {place}") for place in range(number)]
    for person in people:
        a_seat(db, cast.committee, person)
    return people


def statuses(answers: Sequence[Any]) -> list[int]:
    return sorted(answer.status_code for answer in answers)


def assert_kept(answers: Sequence[Any], words: Sequence[str]) -> int:
    """Whoever was too late has their own words before them, to take along; how many those are."""
    late = [(answer, said) for answer, said in zip(answers, words, strict=True) if answer.status_code != 303]
    for answer, said in late:
        assert answer.status_code == 409, (answer.status_code, said)
        assert said in unescape(answer.text), said
    return len(late)


def assert_intact(database: Database) -> None:
    with database.reading() as db:
        assert verify(db, database.known["record_keys"]).intact


def test_of_twenty_decisions_one_holds_and_the_others_keep_their_reasons(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        idea = admitted(db, cast)
        round_ = open_round(db, cast, idea)
        for person in (cast.sami, cast.dina):
            review_by(db, person, idea)
        move(db, cast, round_, "close")
    reasons = [f"Reason {number}, so that it is told apart" for number in range(AT_ONCE)]
    address = f"/review/rounds/{round_.id}/ideas/{idea.id}/decision"
    forms = [decision(cast, reason=reason, key=f"key-{reason}") for reason in reasons]
    answers = posted(both, [(cast.noor, address, form) for form in forms])
    assert statuses(answers) == [303] + [409] * (AT_ONCE - 1)
    assert assert_kept(answers, reasons) == AT_ONCE - 1
    with both.reading() as db:
        held = db.scalars(select(Decision)).one()
    assert answers[reasons.index(held.reason)].status_code == 303
    assert_intact(both)


@pytest.mark.parametrize("secret", ["", "on"])
def test_a_vote_is_in_before_the_vote_is_closed_or_not_at_all(both: Database, secret: str) -> None:
    story = told(both)
    with both.writing() as db:
        people = members(db, story.cast, AT_ONCE)
        there = [*people, story.cast.noor, story.cast.sami]
        meeting = running(db, story.cast, story.first, there=there)
        motion = a_motion(db, story.cast, story.round, story.first, meeting, secret=secret).id
    here = f"/review/motions/{motion}"
    votes: list[Post] = [(person, f"{here}/vote", {"value": "yes"}) for person in people]
    half = AT_ONCE // 2
    answers = posted(both, [*votes[:half], (story.cast.noor, f"{here}/moves", {"name": "close"}), *votes[half:]])
    closing = answers.pop(half)
    assert closing.status_code == 303
    assert set(statuses(answers)) <= {303, 409}
    taken = statuses(answers).count(303)
    with both.reading() as db:
        one = db.get_one(Motion, motion)
        assert (one.stage, one.yes, one.no, one.abstain) == (MotionStage.CLOSED, taken, 0, 0)
    (late,) = posted(both, [votes[0]])
    assert late.status_code == 409
    assert "Yours was not taken" in late.text
    assert_intact(both)


def test_a_dissent_stands_in_the_minutes_or_comes_back_to_who_wrote_it(both: Database) -> None:
    """Twenty note theirs while the meeting is closed: the minutes have those that were taken."""
    story = told(both)
    with both.writing() as db:
        people = members(db, story.cast, AT_ONCE)
        meeting = running(db, story.cast, story.first, there=[*people, story.cast.noor])
        motion = a_motion(db, story.cast, story.round, story.first, meeting)
        say(db, motion, no=people)
        close(db, story.cast, motion)
        ids = meeting.id, motion.id
    words = [f"Dissent {number}, in my own words" for number in range(AT_ONCE)]
    address = f"/review/motions/{ids[1]}/dissent"
    posts: list[Post] = [(person, address, {"words": said}) for person, said in zip(people, words, strict=True)]
    answers = posted(both, [*posts[:10], (story.cast.noor, f"/review/meetings/{ids[0]}/moves", {"name": "hold"})])
    assert answers.pop().status_code == 303
    answers += posted(both, posts[10:])
    assert assert_kept(answers, words) >= AT_ONCE - 10
    with both.reading() as db:
        noted = set(db.scalars(select(col(Dissent.words))))
        told_ = db.execute(select(col(Dissent.id))).all()
    taken = {said for answer, said in zip(answers, words, strict=True) if answer.status_code == 303}
    assert noted == taken
    assert len(told_) == len(taken)
    assert_intact(both)


def test_a_review_is_filed_before_the_round_is_closed_or_comes_back(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        people = members(db, cast, AT_ONCE)
        idea = admitted(db, cast)
        round_ = open_round(db, cast, idea, reviewers=[person.id for person in people])
        marks = dict(typed_marks(db, round_))
        review_by(db, people[0], idea)
    words = [f"Remark {number}, as I typed it" for number in range(1, AT_ONCE)]
    address = f"/review/ideas/{idea.id}"
    posts: list[Post] = [
        (person, address, {**marks, "do": "submit", "to_authors": said})
        for person, said in zip(people[1:], words, strict=True)
    ]
    half = AT_ONCE // 2
    closing: Post = (cast.noor, f"/review/rounds/{round_.id}/moves", {"name": "close"})
    answers = posted(both, [*posts[:half], closing, *posts[half:]])
    assert answers.pop(half).status_code == 303
    assert_kept(answers, words)
    (late,) = posted(both, [(people[-1], address, {**marks, "do": "submit", "to_authors": "Too late, but mine"})])
    assert assert_kept([late], ["Too late, but mine"]) == 1
    with both.reading() as db:
        filed = select(col(Review.to_authors)).where(col(Review.stage) == ReviewStage.SUBMITTED)
        kept = set(db.scalars(filed)) - {""}
    assert kept == {said for answer, said in zip(answers, words, strict=True) if answer.status_code == 303}
    assert_intact(both)


def test_who_files_while_they_declare_a_conflict_has_filed_before_it_or_keeps_the_words(both: Database) -> None:
    """Ten windows of one member at once, each filing, and one in which they step back."""
    with both.writing() as db:
        cast = the_cast(db)
        idea = admitted(db, cast)
        round_ = open_round(db, cast, idea)
        marks = dict(typed_marks(db, round_))
    words = [f"Remark {number}, as I typed it" for number in range(10)]
    address = f"/review/ideas/{idea.id}"
    posts: list[Post] = [(cast.sami, address, {**marks, "do": "submit", "to_authors": said}) for said in words]
    stepping: Post = (cast.sami, f"{address}/conflict", {"reason": "My wife sells these"})
    answers = posted(both, [*posts[:5], stepping, *posts[5:]])
    assert answers.pop(5).status_code == 303
    assert assert_kept(answers, words) >= 9
    with both.reading() as db:
        filed = db.scalars(select(Review).where(col(Review.stage) == ReviewStage.SUBMITTED)).all()
        assert [one.to_authors for one in filed] == [
            said for answer, said in zip(answers, words, strict=True) if answer.status_code == 303
        ]
        assert concerned(db, [idea.id]).has(idea.id, cast.sami.id)
        assert db.get_one(Idea, idea.id).stage.value == "in review"
    assert_intact(both)
