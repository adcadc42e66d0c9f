"""What the demo understands: journeys in order, jobs of passengers, a diagnosis a year ago and one that is open now."""

import json

from sqlalchemy import select
from sqlmodel import col

from app.demo.world import World
from app.diagnosis import actions as diagnosing
from app.diagnosis.actions import Said
from app.diagnosis.items import FOR_CUSTOMERS, ITEMS
from app.diagnosis.models import Diagnosis, FindingForm, OpenForm
from app.diagnosis.reach_pages import kept, reach
from app.voice.customer_jobs import actions as jobs
from app.voice.customer_jobs.models import Job, JobForm, JobKind, OutcomeForm
from app.voice.journeys import actions as journeys
from app.voice.journeys.models import ArrangeForm, Journey, JourneyForm, JourneyStage
from app.voice.models import Touchpoint
from app.voice.readings.actions import keep

CONNECTING = (
    ("Off the plane", ("Being met by somebody who knows", "Signs inside")),
    ("On the way", ("Screens", "Waiting at passport control", "Courtesy at passport control", "Waiting at security")),
    (
        "Between flights",
        ("Walking between the piers", "Restaurants", "Charging", "Wi-Fi", "Cleanliness of the toilets"),
    ),
    ("At the gate", ("Seats at the gate", "What is said at the gate")),
)


def understanding(world: World) -> None:
    world.plan(352, describe_journey)
    world.plan(350, draw_connecting)
    for key, *told in JOBS:
        world.plan(349, write_job, key, *told)
    world.plan(340, ask_ourselves, "Diagnosis of last year", 340 - 12)
    for place, who in enumerate(ANSWERERS):
        world.plan(338 - place / 4, answer, who, "Diagnosis of last year", place)
    world.plan(333, hear_customers, "Diagnosis of last year")
    world.plan(326, conclude)
    world.plan(14, read_figures)
    world.plan(6, ask_ourselves, "Diagnosis of this year", -8)
    for place, who in enumerate(("maya", "salma", "yusuf", "rana", "lina", "tariq", "karim", "dina")):
        world.plan(5 - place / 4, answer, who, "Diagnosis of this year", place + 3)


def describe_journey(world: World, days_ago: float) -> None:
    """The one that the survey's map has drawn."""
    with world.scene("noor", days_ago) as (db, actor):
        journey = db.scalars(select(Journey).where(col(Journey.name) == "Through the airport")).one()
        text = "From the car park or the train to the seat, and from the plane to the street."
        form = JourneyForm(name=journey.name, for_whom="Whoever flies from here or arrives", description=text)
        journeys.describe(db, actor, journey, form.model_copy(update={"version": journey.version}))


def draw_connecting(world: World, days_ago: float) -> None:
    """Two of its touchpoints nobody asks about."""
    with world.scene("noor", days_ago) as (db, actor):
        text = "From one plane to the next, with ninety minutes and no word of the language."
        form = JourneyForm(name="From plane to plane", for_whom="Passengers who change here", description=text)
        journey = journeys.draw(db, actor, form)
        known = dict(db.execute(select(col(Touchpoint.name), col(Touchpoint.id))).all())
        for stage, places in CONNECTING:
            add = ArrangeForm(do="add_stage", version=journey.version, name=stage)
            journeys.arrange(db, actor, journey, add)
            own = (col(JourneyStage.journey_id) == journey.id, col(JourneyStage.name) == stage)
            number = db.scalars(select(col(JourneyStage.id)).where(*own)).one()
            for place in places:
                new = "" if place in known else place
                put = ArrangeForm(
                    do="place", version=journey.version, stage=number, touchpoint=known.get(place), name=new
                )
                journeys.arrange(db, actor, journey, put)


# key, situation, want, so, kind, stage, cells, outcomes (statement, importance, satisfaction, n, told by)
JOBS = (
    (
        "gate",
        "I have a meeting and forty minutes",
        "be at my gate without having stood anywhere",
        "work until I board",
        JobKind.FUNCTIONAL,
        "Before the flight",
        ("Purpose=Business",),
        (
            ("Minimise the time it takes to hand over a bag", 9.1, 4.2, 64, "Interviews with business passengers"),
            ("Minimise the chance of choosing the slower queue", 8.4, 5.1, 64, "Interviews with business passengers"),
            ("Know at once whether there is time to sit down", 7.2, 6.6, 64, "Interviews with business passengers"),
        ),
    ),
    (
        "family",
        "I travel with a small child and too many bags",
        "get through without asking anybody for help",
        "arrive as somebody who manages",
        JobKind.SOCIAL,
        "Before the flight",
        ("Travels=With a child under 8",),
        (("Minimise how often a bag has to be lifted", 8.8, 3.9, 31, "Thirty-one families, watched and asked"),),
    ),
    (
        "belt",
        "I have landed and am tired",
        "know where my bag comes and when",
        "tell those who wait for me",
        JobKind.FUNCTIONAL,
        "After the flight",
        (),
        (("Minimise the time without knowing the belt", 7.9, 4.4, 48, "Forty-eight interviews at the belts"),),
    ),
    (
        "calm",
        "I have not flown for years",
        "feel that nothing can go wrong any more",
        "look forward to the journey",
        JobKind.EMOTIONAL,
        "The whole journey",
        (),
        (),
    ),
)  # fmt: skip


def write_job(
    world: World,
    key: str,
    situation: str,
    want: str,
    so: str,
    kind: JobKind,
    stage: str,
    cells: tuple[str, ...],
    outcomes: tuple[tuple[str, float, float, int, str], ...],
    days_ago: float,
) -> None:
    with world.scene("noor", days_ago) as (db, actor):
        stages = db.scalars(select(col(JourneyStage.id)).where(col(JourneyStage.name) == stage)).all()
        form = JobForm(situation=situation, want=want, so=so, kind=kind, stages=list(stages), cells=list(cells))
        job: Job = jobs.add(db, actor, form)
        world.jobs[key] = job.id
        for statement, importance, satisfaction, n, told_by in outcomes:
            rated = OutcomeForm(
                statement=statement,
                importance=importance,
                satisfaction=satisfaction,
                n=n,
                told_by=told_by,
                version=job.version,
            )
            jobs.rate(db, actor, job, rated)


ANSWERERS = (
    *("amal", "maya", "salma", "omar", "layla", "yusuf", "rana", "sami", "lina", "tariq"),
    *("zaid", "karim", "root", "badr", "huda"),
)
READERS = ("Terminal operations", "Security", "Finance")


def read_figures(world: World, days_ago: float) -> None:
    """Somebody of these departments has opened the second wave."""
    with world.scene("noor", days_ago) as (db, _):
        for name in READERS:
            keep(db, world.sources["second"], world.departments[name])


# What most people of a department saw a year ago, in the order of ITEMS.
SEEN = {
    "amal": (2, 2, 3, 2, 2, 1, 2, 2, 1, 2, 1),
    "omar": (3, 3, 3, 3, 3, 2, 2, 2, 2, 2, 2),
    "sami": (4, 4, 3, 3, 3, 3, 3, 2, 2, 3, 2),
    "zaid": (2, 2, 2, 3, 1, 2, 2, 3, 1, 2, 1),
    "badr": (1, 2, 3, 2, 2, 1, 1, 2, 1, 1, 1),
}
GROUP_OF = {
    **dict.fromkeys(("amal", "maya", "salma"), "amal"),
    **dict.fromkeys(("omar", "layla", "yusuf", "rana"), "omar"),
    **dict.fromkeys(("sami", "lina", "tariq"), "sami"),
    **dict.fromkeys(("zaid", "karim", "root"), "zaid"),
}
CUSTOMERS = ((2, 2, 2, 1, 2, 1, 2, 2, 1), (3, 2, 2, 2, 3, 2, 1, 2, 2), (2, 3, 3, 2, 2, 1, 2, 1, 1), (1, 2, 2, 1, 2, 2, 2, 2, 2))  # fmt: skip
OURS = {
    "define": (2, "A page from the year the terminal opened. Few have read it.", "Passenger services and Security cannot say what is in it."),
    "propose": (3, "Eight minutes at bag drop, a seat at every gate.", "Commercial knows the promises; where they are kept nobody does."),
    "deliver": (3, "By processes with owners, since this year.", "Hand-overs between halls are where customers wait."),
    "listen": (3, "One survey a year, complaints apart from it.", "Customers say 1.5: what they say is not answered."),
    "journey": (2, "A drawing on the wall of one room.", "No department works with it."),
    "act": (2, "Departments mend what they see.", "Nothing was chosen with evidence before the first round."),
    "holistic": (2, "Each hall sees its own passengers.", "Customers and colleagues agree within half a level."),
    "patterns": (2, "Counts of complaints by month.", "The survey’s figures were read as totals alone."),
    "jobs": (1, "We know tickets, not what people come for.", "All departments but one gave 1."),
    "proactive": (2, "We react when figures fall.", "Terminal operations acts earlier, the others do not."),
    "reach": (1, "The survey stayed with Customer insight.", "Fewer than half of the owners had opened it."),
}  # fmt: skip


def ask_ourselves(world: World, name: str, last: int, days_ago: float) -> None:
    with world.scene("noor", days_ago) as (db, actor):
        departments = [number for key, number in world.departments.items() if key != "Rimal International Airport"]
        form = OpenForm(name=name, committee=world.committee, due=world.day(last), departments=departments)
        world.diagnoses[name] = diagnosing.open_diagnosis(db, actor, form).id


def answer(world: World, who: str, name: str, place: int, days_ago: float) -> None:
    """About what others of the department saw; a year later half a level better."""
    seen = SEEN[GROUP_OF.get(who, "badr")]
    later = name == "Diagnosis of this year"
    with world.scene(who, days_ago) as (db, actor):
        said = {
            key: Said(max(1, min(5, level + (later and (place + number) % 2) + ((place * 7 + number * 3) % 5 == 0))))
            for number, (key, level) in enumerate(zip(ITEMS, seen, strict=True))
        }
        if who == "maya":
            said["listen"] = Said(said["listen"].level, "My desk hears it forty times a day, and nobody asks my desk.")
        diagnosing.answer(db, actor, db.get_one(Diagnosis, world.diagnoses[name]), said, 0)


def hear_customers(world: World, name: str, days_ago: float) -> None:
    with world.scene("noor", days_ago) as (db, actor):
        links = diagnosing.invite(db, actor, db.get_one(Diagnosis, world.diagnoses[name]), 6, 14)
        for link, levels in zip(links, CUSTOMERS, strict=False):
            said = {item.key: Said(level) for item, level in zip(FOR_CUSTOMERS, levels, strict=True)}
            diagnosing.answer_as_customer(db, link.rpartition("/")[2], said)


def conclude(world: World, days_ago: float) -> None:
    with world.scene("noor", days_ago) as (db, actor):
        diagnosis = db.get_one(Diagnosis, world.diagnoses["Diagnosis of last year"])
        diagnosing.move(db, actor, diagnosis, "close", "", None)
        for key, (level, told, reason) in OURS.items():
            diagnosing.find_out(db, actor, diagnosis, key, FindingForm(level=level, answer=told, reason=reason))
        diagnosing.move(db, actor, diagnosis, "publish", "", None, json.dumps(kept(reach(db))))
