"""Scenes of teams: seats and claims, an invitation, mandates, a guest of a pilot; and the committee's calls."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.demo.world import World
from app.ideas.calls import actions as calls
from app.ideas.calls.forms import CallForm, Question
from app.ideas.calls.models import AnswerKind, Call, CallQuestion
from app.ideas.models import UNANSWERED, Idea
from app.people.actor import find_actor
from app.people.guests.models import GuestForm
from app.people.models import Person, Team
from app.pilots.guests.actions import invite as invite_to_pilot
from app.pilots.models import Pilot, PilotStage
from app.teams.actions import bring
from app.teams.invitations import actions as invitations
from app.teams.invitations.models import InviteForm
from app.teams.mandates import actions as mandates
from app.teams.mandates.forms import DoneForm, Due, Given, MandateForm, ReleaseForm
from app.teams.mandates.models import Mandate, Owed, Release
from app.teams.queries import current
from app.teams.seats import actions as seats
from app.teams.seats.models import AnswerForm, ClaimForm, SeatForm, TeamSeat

MANAGERS = {"badr": "huda", "salma": "omar", "maya": "omar", "karim": "root", "tariq": "sami", "zaid": "root"}
BRINGS = {
    "calm": (("amal", "Knows the hall"), ("badr", "Security rules")),
    "flow": (("yusuf", "Baggage systems"), ("karim", "Data")),
    "arrow": (("rana", "Signage"),),
}


def teaming(world: World) -> None:
    world.plan(310, reports_to)
    world.plan(309, brings)
    world.plan(120, first_call)
    world.plan(80, conclude_first)
    world.plan(60, give_mandate)
    world.plan(44, answer_mandate)
    world.plan(20, hand_in)
    world.plan(12, open_seats)
    world.plan(9, make_calls)
    world.plan(7, invite)
    world.plan(6, next_mandate)
    world.plan(4, guest_of_pilot)


def team_of(world: World, db: Session, key: str) -> Team:
    return db.get_one(Team, world.teams[key])


def reports_to(world: World, days_ago: float) -> None:
    with world.scene("root", days_ago) as (db, _):
        for someone, above in MANAGERS.items():
            db.get_one(Person, world.people[someone]).manager_id = world.people[above]


def brings(world: World, days_ago: float) -> None:
    with world.scene("amal", days_ago) as (db, _):
        for key, members in BRINGS.items():
            for someone, skill in members:
                membership = current(db, team_of(world, db, key), world.people[someone])
                if membership is not None:
                    bring(db, membership, skill)


def mandate_for(world: World, process: str, measure: str, now: float, wanted: float, **days: float) -> MandateForm:
    return MandateForm(
        process=world.processes[process],
        measure=measure,
        figure_now=now,
        figure_wanted=wanted,
        target="Nobody stands in a queue without knowing how long it takes, and nobody is told the rules twice.",
        from_on=world.day(days["begins"]),
        until_on=world.day(days["ends"]),
        version=None,
    )


def give_mandate(world: World, days_ago: float) -> None:
    with world.scene("noor", days_ago) as (db, actor):
        form = mandate_for(world, "security", "Security, mean of 0 to 100", 47, 60, begins=60, ends=-90)
        owed = (
            Due("What the queue is made of, counted on five days", world.day(24)),
            Due("Three ideas that are ready for review", world.day(3)),
            Due("What a first pilot has shown", world.day(-60)),
        )
        hours = {world.people["amal"]: 6, world.people["badr"]: 4}
        mandates.give(db, actor, team_of(world, db, "calm"), Given(form, owed, hours))


def answer_mandate(world: World, days_ago: float) -> None:
    with world.scene("huda", days_ago) as (db, actor):
        mandate, team = standing(world, db, "calm"), team_of(world, db, "calm")
        for release in of_mandate(db, mandate):
            who = actor if release.asked_of == actor.id else find_actor(db, world.people["noor"])
            words = ReleaseForm(name="release", note="Until the summer, not on Fridays." if who is actor else "")
            mandates.release(db, who, team, mandate, release.id, words)
        amal = find_actor(db, world.people["amal"])
        mandates.move(db, amal, team, mandate, "accept_mandate", "", None)


def standing(world: World, db: Session, key: str) -> Mandate:
    return db.scalars(select(Mandate).where(col(Mandate.team_id) == world.teams[key])).one()


def of_mandate(db: Session, mandate: Mandate) -> Sequence[Release]:
    return db.scalars(select(Release).where(col(Release.mandate_id) == mandate.id).order_by(col(Release.id))).all()


def hand_in(world: World, days_ago: float) -> None:
    with world.scene("amal", days_ago) as (db, actor):
        mandate = standing(world, db, "calm")
        first = select(Owed).where(col(Owed.mandate_id) == mandate.id).order_by(col(Owed.place))
        words = DoneForm(name="hand_in", note="Two thirds of the wait is unpacking. The sheet hangs in room 3.07.")
        mandates.hand_in(db, actor, team_of(world, db, "calm"), mandate, db.scalars(first).all()[0].id, words)


def next_mandate(world: World, days_ago: float) -> None:
    """Given, and not answered yet; nor are Karim's and Salma's hours."""
    with world.scene("noor", days_ago) as (db, actor):
        form = mandate_for(world, "reclaim", "Baggage reclaim, mean of 0 to 100", 55, 63, begins=6, ends=-120)
        owed = (Due("Where the minutes go, from the hold to the hand", world.day(-21)),)
        hours = {world.people[key]: 4 for key in ("yusuf", "salma", "karim")}
        mandates.give(db, actor, team_of(world, db, "flow"), Given(form, owed, hours))


SEATS = (
    ("amal", "calm", SeatForm(competence="Queueing theory", asked="Say what a fourth lane would do.", hours=4)),
    ("amal", "calm", SeatForm(competence="Speaks to families", asked="Walk the queue with parents, once a week.")),
    (
        "rana",
        "arrow",
        SeatForm(competence="Pictograms", asked="Draw what a word cannot say in nine languages.", hours=3),
    ),
)


def open_seats(world: World, days_ago: float) -> None:
    made = []
    for who, key, form in SEATS:
        with world.scene(who, days_ago) as (db, actor):
            made.append(seats.open_seat(db, actor, team_of(world, db, key), form).id)
    claims = (
        ("zaid", made[0], "I modelled the bus depot’s queues in my thesis."),
        ("lina", made[2], "Drew the shop’s signs."),
    )
    for who, number, line in claims:
        with world.scene(who, days_ago) as (db, actor):
            seat = db.get_one(TeamSeat, number)
            seats.claim(db, actor, db.get_one(Team, seat.team_id), seat, ClaimForm(line=line))
    with world.scene("rana", days_ago) as (db, actor):
        seat = db.get_one(TeamSeat, made[2])
        seats.answer(db, actor, db.get_one(Team, seat.team_id), seat, 2, AnswerForm(name="accept"))


def invite(world: World, days_ago: float) -> None:
    with world.scene("amal", days_ago) as (db, actor):
        data = InviteForm(
            email="salma@pilotage.example", competence="Assistance", words="You know who is left standing."
        )
        person = db.get_one(Person, world.people["salma"])
        invitations.invite(db, actor, team_of(world, db, "calm"), person, data)


def guest_of_pilot(world: World, days_ago: float) -> None:
    with world.scene("noor", days_ago) as (db, actor):
        running = select(Pilot).where(col(Pilot.stage) == PilotStage.RUNNING, col(Pilot.step) >= 2)
        pilot = db.scalars(running.order_by(col(Pilot.id))).first()
        if pilot is not None:
            data = GuestForm(email="pia@beltworks.example", name="Pia Lindqvist", organisation="Beltworks")
            invite_to_pilot(db, actor, pilot, None, data)


def call(world: World, process: str, question: str, brief: str, opens: float, closes: float, *named: str) -> CallForm:
    return CallForm(
        process=world.processes[process],
        question=question,
        brief=brief,
        criteria="- **Effect**: would passengers notice within a month?\n- **Ease**: can one hall try it by itself?",
        sponsor=world.people["layla"],
        departments=[world.departments[name] for name in named],
        opens_on=world.day(opens),
        closes_on=world.day(closes),
    )


def first_call(world: World, days_ago: float) -> None:
    """Over by now, with what came of it."""
    with world.scene("noor", days_ago) as (db, actor):
        text = "Bag drop is where the day begins badly. What would you take away, rather than add?"
        form = call(world, "checkin", "What can we leave out at check-in?", text, 120, 90)
        answer_with(db, calls.add(db, actor, form, ()), 2)


def conclude_first(world: World, days_ago: float) -> None:
    with world.scene("noor", days_ago) as (db, actor):
        made = db.scalars(select(Call).order_by(col(Call.id))).all()[0]
        words = "Two ideas went to review. Printing tags at home is being tried; the second form is gone already."
        calls.conclude(db, actor, made, words, made.version)


def make_calls(world: World, days_ago: float) -> None:
    extra = (
        Question("Where did you see it?", AnswerKind.TEXT, "", False),
        Question("How often does it happen?", AnswerKind.CHOICE, "Every hour\nEvery day\nSeldom", False),
    )
    text = (
        "Two thirds of the wait is unpacking, not scanning. **More staff is out of question**; almost all else is open."
    )
    with world.scene("noor", days_ago) as (db, actor):
        form = call(world, "security", "What would make unpacking at security quicker?", text, 9, -12)
        made = calls.add(db, actor, form, extra)
        answer_with(db, made, 3)
    with world.scene("noor", days_ago) as (db, actor):
        question = "Which sign do passengers ask you about most?"
        text = "You stand where they stop and look up. Name one sign, and what they ask."
        calls.add(db, actor, call(world, "way", question, text, -7, -28, "Terminal operations"), ())


def answer_with(db: Session, made: Call, most: int) -> None:
    """Ideas of the demo that are for its process."""
    asked = db.scalars(select(CallQuestion).where(col(CallQuestion.call_id) == made.id)).all()
    said = dict(zip((one.id for one in asked), ("Lane 4, mornings", "Every day"), strict=False))
    wanted = (col(Idea.process_id) == made.process_id, col(Idea.listed).is_(True))
    order = (col(Idea.stage).in_(UNANSWERED).desc(), col(Idea.id))
    for idea in db.scalars(select(Idea).where(*wanted).order_by(*order).limit(most)).all():
        calls.answer(db, idea, made, said)
