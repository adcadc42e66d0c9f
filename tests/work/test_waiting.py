"""What waits for each member of the cast, in order; the fortnight it falls into; the answer in words."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from app.columns import now, today
from app.db import Database
from app.ideas.models import Invited, Stage
from app.people.actor import find_actor
from app.processes.models import Prioritisation
from app.review.models import Decision, Meeting, Order, Review, RoundStage, Verdict
from app.todo import Todo, in_order
from app.work.queries import fortnight, waiting
from app.work.words import answer
from tests.bench.counting import statements
from tests.cast import Cast, the_cast
from tests.makers import a_process, an_idea, put
from tests.work.makers import a_pilot, a_round

DAY = today()


def in_days(days: int) -> date:
    return DAY + timedelta(days=days)


@pytest.fixture
def story(both: Database) -> Cast:
    """One of everything that can wait for somebody."""
    with both.writing() as db:
        cast = the_cast(db)
        late = an_idea(db, cast.process, cast.amal, stage=Stage.IN_REVIEW, title="Late", promised_on=in_days(-3))
        begun = an_idea(db, cast.process, cast.zaid, stage=Stage.IN_REVIEW, title="Begun", promised_on=in_days(9))
        own = an_idea(db, cast.process, cast.sami, stage=Stage.IN_REVIEW, title="Own", promised_on=in_days(9))
        a_round(db, cast.committee, cast.noor, (late,), (cast.sami,), name="Old", due=in_days(-2))
        round_ = a_round(db, cast.committee, cast.noor, (begun, own), (cast.sami, cast.dina), name="New")
        put(db, Review(round_id=round_.id, idea_id=begun.id, reviewer_id=cast.sami.id))
        put(
            db, Meeting(committee_id=cast.committee.id, name="the meeting", at=now() + timedelta(days=11), place="Dune")
        )
        put(db, Prioritisation(committee_id=cast.committee.id, name="Spring", opened_by=cast.noor.id))
        an_idea(db, cast.process, cast.amal, stage=Stage.DRAFT, title="Draft")
        an_idea(db, cast.process, cast.amal, stage=Stage.SENT_BACK, title="Back")
        an_idea(db, cast.process, cast.amal, stage=Stage.SIGNAL, title="Signal")
        an_idea(db, cast.other, cast.amal, stage=Stage.SIGNAL, title="Not yet")
        an_idea(db, cast.process, cast.zaid, stage=Stage.SUBMITTED, title="New", promised_on=in_days(2))
        run = an_idea(db, cast.process, cast.zaid, stage=Stage.IN_PILOT, title="Lane")
        a_pilot(db, run, cast.zaid, cast.omar, step=3, asked=True, due=in_days(8))
        small = an_idea(db, cast.process, cast.zaid, stage=Stage.TO_DO, title="Desk")
        why = {"reason": "Small.", "decided_by": cast.noor.id, "quorum": 2, "due": in_days(5)}
        made = put(db, Decision(idea_id=small.id, revision=1, round_id=round_.id, verdict=Verdict.DO_NOW, **why))
        put(db, Order(idea_id=small.id, decision_id=made.id, owner_id=cast.huda.id, due=in_days(5)))
    return cast


def sentences(database: Database, person: object) -> list[str]:
    with database.reading() as db:
        todos = waiting(db, find_actor(db, person.id), DAY)  # type: ignore[attr-defined]
        return [" ".join(part for part in (todo.verb, todo.title, todo.rest) if part) for todo in todos]


RANK, MEETING = "Rank the processes", "Prepare for the meeting"


def test_what_waits_for_each_member_of_the_cast_in_order(both: Database, story: Cast) -> None:
    expected = {
        "sami": ["Score Late", "Finish scoring Begun", MEETING, RANK],
        "dina": ["Score Begun", "Score Own", MEETING, RANK],
        "omar": ["Keep gate 3 of Lane", MEETING, RANK],
        "amal": ["Answer the advice on Back", "Adopt Signal as a draft", "Finish and submit Draft"],
        "badr": [],
        "tariq": [],
        "layla": [],
        "root": [],
    }
    assert {name: sentences(both, getattr(story, name)) for name in expected} == expected


def test_the_chair_is_told_of_what_is_promised_and_the_owner_of_what_is_theirs(both: Database, story: Cast) -> None:
    noor = sentences(both, story.noor)
    assert noor[:3] == ["Bring to a decision Late", "Close Old", "Screen New"]
    assert {"Answer the signal Signal", "Answer the signal Not yet"} < set(noor)
    huda = sentences(both, story.huda)
    assert huda[0] == "Accept Desk"
    assert {one for one in huda if one.startswith("Say when")} == {
        f"Say when it can be run: {title}" for title in ("Late", "Begun", "Own", "New")
    }


def test_the_chair_is_not_asked_to_screen_an_idea_of_their_own(both: Database, story: Cast) -> None:
    with both.writing() as db:
        an_idea(db, story.process, story.noor, stage=Stage.SUBMITTED, title="Mine")
    assert "Screen Mine" not in sentences(both, story.noor)


def test_of_many_alike_the_first_few_stand_for_all(both: Database, story: Cast) -> None:
    with both.writing() as db:
        for number in range(30):
            an_idea(db, story.process, story.zaid, stage=Stage.SUBMITTED, promised_on=in_days(5 + number))
    noor, huda = sentences(both, story.noor), sentences(both, story.huda)
    assert len([one for one in noor if one.startswith("Screen")]) == 6
    assert "Screen 26 more" in noor
    assert "Say when it can be run: 28 more" in huda
    with both.reading() as db:
        todos = waiting(db, find_actor(db, story.noor.id), DAY)
    assert sum(todo.things for todo in todos) == len(noor) + 25


def todo(verb: str, days: int | None = None, title: str = "Thing") -> Todo:
    return Todo(verb, "/", f"{verb} {days}", DAY, title=title, due=None if days is None else in_days(days))


def test_late_comes_first_then_by_day_then_what_has_none() -> None:
    found = in_order([todo("D"), todo("C", 5), todo("A", -9), todo("B", -1)])
    assert [one.verb for one in found] == ["A", "B", "C", "D"]
    assert [one.late for one in found] == [True, True, False, False]
    assert not todo("Today", 0).late


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ((-2, 1, 3, 4, 8, 11), "Six things in the next fortnight, one of them late."),
        ((1,), "One thing in the next fortnight."),
        ((-1,), "One thing, and it is late."),
        ((None,), "One thing."),
        ((None, None), "Two things, none of them with a day in the next fortnight."),
        ((-1, 2, None, 40), "Four things, two in the next fortnight and one of them late."),
        ((), "Nothing waits for you."),
    ],
)
def test_the_answer_counts_in_words(days: tuple[int | None, ...], words: str) -> None:
    assert answer([todo("Score", one) for one in days], DAY) == words


def test_the_strip_has_fourteen_days_and_puts_what_is_older_on_the_first() -> None:
    todos = in_order([todo("Score", -9), todo("Score", -2), todo("Score", 3), todo("Keep", 3), todo("Far", 30)])
    days = fortnight(todos, DAY)
    assert len(days) == 14
    assert (days[0].date, days[0].late, days[0].word, days[0].href) == (in_days(-2), True, "2 scores", "#w-0")
    assert [day.date for day in days if day.today] == [DAY]
    assert (days[5].word, days[5].href) == ("2 things", "#w-2")
    assert sum(day.count for day in days) == 4
    assert fortnight([], DAY)[0].today


def counted(database: Database, person: object) -> int:
    with statements(database) as ran:
        sentences(database, person)
    return len(ran)


def test_the_number_of_statements_does_not_grow(both: Database, story: Cast) -> None:
    before = {name: counted(both, getattr(story, name)) for name in ("sami", "noor", "amal", "huda", "omar")}
    assert max(before.values()) <= 25
    with both.writing() as db:
        for number in range(30):
            process = a_process(db, story.committee, story.huda, rank=number + 5)
            for stage in (Stage.DRAFT, Stage.SUBMITTED, Stage.SIGNAL, Stage.APPROVED):
                an_idea(db, process, story.amal, stage=stage)
            run = an_idea(db, process, story.zaid, stage=Stage.IN_PILOT)
            a_pilot(db, run, story.zaid, story.omar, asked=True, budget=Decimal(5))
            more = an_idea(db, process, story.zaid, stage=Stage.IN_REVIEW)
            a_round(db, story.committee, story.noor, (more,), (story.sami,), name=f"R{number}", stage=RoundStage.OPEN)
    after = {name: counted(both, getattr(story, name)) for name in before}
    assert after == before


def test_a_guest_is_shown_ideas_they_were_invited_to(database: Database, as_: object) -> None:
    with database.writing() as db:
        cast = the_cast(db)
        idea = an_idea(db, cast.process, cast.amal, stage=Stage.SUBMITTED, title="Low trays")
        an_idea(db, cast.process, cast.amal, stage=Stage.SUBMITTED, title="Not for guests")
        put(db, Invited(idea_id=idea.id, person_id=cast.gita.id))
    home = as_(cast.gita).get("/").text  # type: ignore[operator]
    assert "Low trays" in home
    assert "One idea that you were invited to." in home
    assert "Not for guests" not in home
    assert "Waits for you" not in home
