"""Two rounds of reviews: one decided last winter, one that is running."""

from collections.abc import Sequence
from datetime import date, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from app.demo.content import Thought
from app.demo.meeting import meet
from app.demo.thoughts import DECIDED, IN_REVIEW, PILOTED
from app.demo.world import World
from app.ideas.models import Idea, Stage
from app.review import conflicts, decisions, owners, reviewing, rounds, scorecards
from app.review.conflicts import concerned
from app.review.forms import DecisionForm, OwnersForm, RemarksForm, RoundForm
from app.review.meetings import actions as meetings
from app.review.meetings.forms import MeetingForm
from app.review.models import Order, Round, Verdict

MEMBERS = ("sami", "dina", "omar", "tamer", "noor")
VERDICTS = {
    Stage.IN_PILOT: Verdict.APPROVE,
    Stage.APPROVED: Verdict.APPROVE,
    Stage.TO_DO: Verdict.DO_NOW,
    Stage.DECLINED: Verdict.DECLINE,
    Stage.DEFERRED: Verdict.DEFER,
    Stage.RETURNED: Verdict.RETURN,
}
MOVED = {"open": Verdict.APPROVE, "split": Verdict.DECLINE, "secret": Verdict.RETURN}
LEANING = {Verdict.APPROVE: 4, Verdict.DO_NOW: 4, Verdict.RETURN: 3, Verdict.DEFER: 3, Verdict.DECLINE: 2}
TO_AUTHORS = (
    "Measure it before you build it: one morning is enough.",
    "Say who does it when you are on holiday.",
    "The figure you name is the right one. Name the day too.",
    "Talk to the morning shift first.",
    "",
)
TO_COMMITTEE = ("I would like to hear the owner before we decide.", "Cheap enough to be wrong.", "", "")


def season(day: date) -> str:
    return f"{('Winter', 'Spring', 'Summer', 'Autumn')[day.month % 12 // 3]} {day.year}"


def begin(world: World, key: str, thoughts: Sequence[Thought], due_in: int, days_ago: float) -> None:
    with world.scene("noor", days_ago) as (db, actor):
        wanted = RoundForm(
            name=season(world.day(days_ago)),
            due=world.day(days_ago) + timedelta(days=due_in),
            blind="on",
            custodian=world.people["root"],
            ideas=[world.ideas[thought.title] for thought in thoughts],
            reviewers=[world.people[key] for key in MEMBERS],
        )
        world.rounds[key] = rounds.prepare(db, actor, world.committee, wanted).id
    with world.scene("noor", days_ago) as (db, actor):
        rounds.open_round(db, actor, db.get_one(Round, world.rounds[key]), None)


def score(world: World, who: str, thought: Thought, leaning: int, days_ago: float, *, submit: bool = True) -> None:
    """One member's review, around what the committee will come to think of it."""
    number = world.ideas[thought.title]
    with world.scene(who, days_ago) as (db, actor):
        if concerned(db, [number]).has(number, actor.id):
            return
        actual = reviewing.case(db, actor, number, lock=True)
        asked = scorecards.questions(db, actual.round.scorecard_id)
        wanted = asked if submit else asked[:3]
        scores: dict[int, int | None] = {question.id: mark(world, leaning) for question in wanted}
        if submit and world.chance.random() < 0.25:
            scores[asked[-1].id] = None
        remarks = RemarksForm(
            to_authors=world.chance.choice(TO_AUTHORS), to_committee=world.chance.choice(TO_COMMITTEE)
        )
        if submit:
            reviewing.submit(db, actor, actual, remarks, asked, scores)
        else:
            reviewing.keep(db, actor, actual, remarks, scores)


def mark(world: World, leaning: int) -> int:
    return max(1, min(5, leaning + world.chance.choice((-1, 0, 0, 0, 1))))


def owner_says(world: World, thought: Thought, who: str, words: str, days_ago: float) -> None:
    with world.scene(who, days_ago) as (db, actor):
        idea = db.get_one(Idea, world.ideas[thought.title])
        said = OwnersForm(possible="yes", start="within a month", cost=thought.cost, words=words)
        owners.say(db, actor, idea, said)


def first_round(world: World) -> None:
    """Opened, scored, decided in a meeting, published."""
    thoughts = (*PILOTED, *DECIDED)
    world.plan(290, begin, "first", thoughts, 21)
    for thought in thoughts:
        for place, who in enumerate(MEMBERS):
            world.plan(285 - place * 2, score, who, thought, LEANING[VERDICTS[thought.fate]])
    world.plan(280, plan_meeting, "first", "Meeting on the first round", thoughts, 273)
    world.plan(274, close)
    chosen = [next(one for one in thoughts if VERDICTS[one.fate] is verdict) for verdict in MOVED.values()]
    meet(world, MEMBERS, dict(zip(MOVED, zip(chosen, MOVED.values(), strict=True), strict=True)), 273)
    for thought in thoughts:
        world.plan(272, decide, thought)
    world.plan(271, publish)


def close(world: World, days_ago: float) -> None:
    with world.scene("noor", days_ago) as (db, actor):
        rounds.close(db, actor, db.get_one(Round, world.rounds["first"]), None)


def publish(world: World, days_ago: float) -> None:
    with world.scene("noor", days_ago) as (db, actor):
        decisions.publish(db, actor, db.get_one(Round, world.rounds["first"]), None)


def plan_meeting(
    world: World, key: str, name: str, thoughts: Sequence[Thought], held_ago: float, days_ago: float
) -> None:
    with world.scene("noor", days_ago) as (db, actor):
        wanted = MeetingForm(
            name=name,
            day=world.day(held_ago),
            at=time(9, 30),
            place="Room Dune",
            minutes=10 * len(thoughts),
            ideas=[world.ideas[thought.title] for thought in thoughts],
        )
        world.meetings[key] = meetings.plan(db, actor, world.committee, wanted).id


def decide(world: World, thought: Thought, days_ago: float) -> None:
    verdict = VERDICTS[thought.fate]
    day = {Verdict.DO_NOW: world.day(-9), Verdict.DEFER: world.day(-60)}.get(verdict)
    with world.scene("noor", days_ago) as (db, actor):
        round_ = db.get_one(Round, world.rounds["first"])
        found = decisions.in_round(db, round_, world.ideas[thought.title], lock=True)
        assert found is not None
        placed, idea, revision, *_ = found
        present = [world.people[key] for key in MEMBERS]
        meeting = world.meetings["first"]
        wanted = DecisionForm(
            verdict=verdict, reason=thought.reason, day=day, meeting=meeting, present=present, **tied(world, verdict)
        )
        has = decisions.quorum(db, round_, idea.id)
        if wrong := decisions.mistakes(db, actor, round_, idea.id, wanted, has):
            raise AssertionError(wrong)
        decisions.decide(db, actor, round_, placed, idea, revision.number, wanted, has)


def tied(world: World, verdict: Verdict) -> dict[str, Any]:
    """Every approval is tied to the same two things."""
    if verdict is not Verdict.APPROVE:
        return {}
    return {
        "condition_1": "Its measure and its target are written down before anything is bought.",
        "by_1": world.day(-30),
        "condition_2": "The owner of the process names who stands in when the lead is away.",
    }


def declare(world: World, who: str, thought: Thought, reason: str, days_ago: float) -> None:
    with world.scene(who, days_ago) as (db, actor):
        conflicts.declare(db, actor, db.get_one(Idea, world.ideas[thought.title]), reason)


def name_member(world: World, thought: Thought, days_ago: float) -> None:
    """Its author would rather have somebody else judge it."""
    number = world.ideas[thought.title]
    with world.scene(thought.by, days_ago) as (db, actor):
        reason = "We applied for the same post in spring. I would not want that to count."
        conflicts.name(db, actor, db.get_one(Idea, number), [world.people["omar"]], reason)


def accept_order(world: World, days_ago: float) -> None:
    """Of what is to be done at once, one owner has accepted, the other has not looked yet."""
    with world.scene("huda", days_ago) as (db, actor):
        order = db.scalars(select(Order).where(col(Order.owner_id) == actor.id)).one()
        owners.move(db, actor, order, "accept", "", None)


def running_round(world: World) -> None:
    """Four days to go: some are done, some have hardly begun, nobody sees the others' scores."""
    world.plan(14, begin, "running", IN_REVIEW, 18)
    for who, count in (("dina", 7), ("omar", 6), ("tamer", 8), ("noor", 5), ("sami", 2)):
        for place, thought in enumerate(IN_REVIEW[:count]):
            world.plan(11 - place * 0.9, score, who, thought, 3 + place % 2)
    world.plan(1, score, "sami", IN_REVIEW[3], 4, submit=False)
    world.plan(6, owner_says, IN_REVIEW[3], "huda", "One lane can be changed in a night. I would begin with lane 4.")
    world.plan(3, declare, "tamer", IN_REVIEW[7], "The supplier of these is my brother-in-law.")
    world.plan(7, name_member, IN_REVIEW[3])
    world.plan(8, plan_meeting, "next", "Committee’s meeting", IN_REVIEW, -11)
