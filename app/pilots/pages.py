"""Pages of pilots: the list, a charter, one pilot; steps, money and effect stand in files of their own."""

from typing import Annotated, Any

from fastapi import Query
from sqlalchemy import select
from sqlmodel import col

from app.changes import counts
from app.columns import LARGEST_ID
from app.db import Db, embedded
from app.errors import Missing, Refused
from app.ideas import queries as ideas
from app.ideas.models import Idea
from app.ideas.rules import life as life_of_ideas
from app.once import new_key, once
from app.people.actor import Actor, Employee, Visitor
from app.people.models import Kind, Membership, Person, Post, Seat, Team
from app.pilots import actions, effect_pages, money_pages, queries, rules, showing, step_pages
from app.pilots.actions import CharterForm, HealthForm
from app.pilots.artefacts import made
from app.pilots.causes.queries import causes_of_barriers
from app.pilots.checklist import asks
from app.pilots.conditions.queries import conditions_of
from app.pilots.found import ThePilot
from app.pilots.guests.actions import may_invite
from app.pilots.guests.showing import for_guest
from app.pilots.models import Health, Pilot
from app.pilots.money import pace
from app.pilots.queries import Filter, today
from app.pilots.roadmap import ROADMAP
from app.processes.models import Process
from app.processes.standing.queries import standing_for
from app.talk.section import talk_on
from app.trail import trail
from app.web import Form, Request, Response, Typed, blank, download, fill, page, router, see, slow, unchanged
from app.web.sheets import csv_rows

routes = router()
SHOWN = ("pilots", "ideas", "processes", "people", "voice")
ENDED = queries.ENDED
STEPS = [(stair.number, f"{stair.number} {stair.name}") for stair in ROADMAP] + [(ENDED, "ended")]


def chosen(q: str, step: str, health: str) -> Filter:
    number = int(step) if step.isdecimal() and 1 <= int(step[:3]) <= ENDED else 0
    return Filter(q.strip()[:200], number, Health(health) if health in set(Health) else None)


def after_words(after: str) -> tuple[int, int]:
    place, _, number = after.partition("-")
    if not (place.isdecimal() and number.isdecimal()):
        return 0, 0
    return min(int(place[:4]), ENDED), min(int(number[:19]), LARGEST_ID)


@routes.get("/pilots")
def index(
    request: Request, db: Db, actor: Employee, q: str = "", step: str = "", health: str = "", after: str = ""
) -> Response:
    if kept := unchanged(request, actor.rights, counts(db, *SHOWN)):
        return kept
    filter_ = chosen(q, step, health)
    day = today(db)
    found = queries.lines(db, actor, filter_, after_words(after), queries.A_PAGE + 1)
    return page(
        request,
        "pilots/index.html",
        tally=queries.tally(db, actor, day),
        lines=found[: queries.A_PAGE],
        more=len(found) > queries.A_PAGE,
        filter=filter_,
        count=queries.count(db, actor, filter_),
        steps=STEPS,
        healths=[health.value for health in Health],
        ended=ENDED,
        day=day,
        charters=actor.chairs_one,
    )


HEADER = (
    *("pilot", "name", "process", "stage", "step", "gate", "days in step", "due", "health", "note", "lead", "team"),
    *("sponsor", "process owner", "budget", "spent", "measure", "change", "low", "high", "verdict"),
)


@routes.get("/pilots/pilots.csv")
@slow
def export(request: Request, db: Db, actor: Employee) -> Response:
    rows = [
        (
            *(one.id, one.name, one.process, one.stage, one.step, one.step_stage, one.days, one.due, one.health),
            *(one.health_note, one.lead, one.team, one.sponsor, one.owner, one.budget, one.spent),
            *(one.measure, one.change, one.low, one.high, one.standing[0] if one.measure else None),
        )
        for one in queries.portfolio(db, actor)
    ]
    return download(csv_rows(HEADER, rows), "pilots.csv")


def approved(db: Db, actor: Actor, idea_id: int) -> Idea:
    query = select(Idea).where(col(Idea.id) == idea_id, ideas.visible_to(actor))
    if db.info.get("writing") and not embedded(db):
        query = query.with_for_update(of=Idea)
    idea = db.scalars(query).first()
    if idea is None:
        raise Missing()
    return idea


IdeaId = Annotated[int | None, Query(ge=1, le=LARGEST_ID)]


@routes.get("/pilots/new")
def new(request: Request, db: Db, actor: Employee, idea: IdeaId = None) -> Response:
    if idea is None:
        return page(request, "pilots/choose.html", waiting=to_choose(db, actor))
    the_idea = approved(db, actor, idea)
    life_of_ideas.check(actor, the_idea, "charter", form=True)
    process = db.get_one(Process, the_idea.process_id)
    values: dict[str, Any] = {"name": the_idea.title, "team": the_idea.team_id, "budget": the_idea.cost}
    values["lead"] = lead_of(db, actor, the_idea)
    keepers = [person for person in (chair_of(db, the_idea), process.owner_id) if person != values["lead"]]
    values |= {f"keepers_{number}": keepers for number in actions.NUMBERS}
    return charter_page(request, db, actor, the_idea, blank(CharterForm, key=new_key(), **values))


def to_choose(db: Db, actor: Actor) -> list[queries.Waiting]:
    if not actor.chairs_one:
        raise Refused("The committee’s chair charters pilots.")
    return queries.to_be_chartered(db, actor)


def lead_of(db: Db, actor: Actor, idea: Idea) -> int | None:
    """The lead of the idea's team, else its first author, where this person may know of them."""
    if idea.team_id is not None:
        query = select(col(Membership.person_id)).where(
            col(Membership.team_id) == idea.team_id, col(Membership.until).is_(None), col(Membership.lead).is_(True)
        )
        if found := db.scalars(query).first():
            return found
    hidden = db.scalar(select(ideas.veiled_from(actor, idea.id)))
    return None if hidden else min(idea.author_ids, default=None)


def chair_of(db: Db, idea: Idea) -> int | None:
    query = select(col(Seat.person_id)).where(
        col(Seat.committee_id) == idea.committee_id, col(Seat.until).is_(None), col(Seat.post) == Post.CHAIR
    )
    return db.scalars(query).first()


def charter_page(
    request: Request,
    db: Db,
    actor: Actor,
    idea: Idea,
    form: Form[Any],
    pilot: Pilot | None = None,
    status: int = 200,
) -> Response:
    usable = (col(Person.disabled_at).is_(None), col(Person.erased_at).is_(None), col(Person.kind) == Kind.EMPLOYEE)
    people = db.execute(select(col(Person.id), col(Person.name)).where(*usable).order_by(col(Person.name))).all()
    teams = db.execute(
        select(col(Team.id), col(Team.name)).where(col(Team.disbanded_at).is_(None)).order_by(col(Team.name))
    ).all()
    return page(
        request,
        "pilots/charter.html",
        status=status,
        idea=idea,
        pilot=pilot,
        form=form,
        people=[tuple(row) for row in people],
        teams=[tuple(row) for row in teams],
        stairs=ROADMAP,
        trail=trail(db, actor, "pilot", idea=idea, pilot=pilot),
    )


class NewCharter(CharterForm):
    idea: int


@routes.post("/pilots/new")
@slow
def create(request: Request, db: Db, actor: Employee, fields: Typed) -> Response:
    number = fields.get("idea")
    if not number.isdecimal() or int(number) > LARGEST_ID:
        raise Missing()
    once_ = once(db, request, actor.id, fields)
    if once_.done:
        return once_.done
    idea = approved(db, actor, int(number))
    life_of_ideas.check(actor, idea, "charter", form=True)
    form = fill(NewCharter, fields)
    if form:
        for name, words in actions.mistakes(db, form.data).items():
            form.refuse(name, words)
    if not form:
        return charter_page(request, db, actor, idea, form, status=422)
    pilot = actions.charter(db, actor, idea, form.data)
    return once_.see(f"/pilots/{pilot.id}", "The pilot is chartered. Step 1 is open.")


@routes.get("/pilots/{id}")
def show(request: Request, db: Db, actor: Visitor, pilot: ThePilot) -> Response:
    if actor.guest:
        return for_guest(request, db, actor, pilot)
    changes = counts(db, *SHOWN, "review", "talk")
    if kept := unchanged(request, actor.rights, changes):
        return kept
    have = made(db, pilot)
    names = queries.people_of(db, pilot, have.people())
    day, root = today(db), db.info["settings"].root
    question, answer = showing.heading(pilot, have, names)
    return page(
        request,
        "pilots/show.html",
        pilot=pilot,
        made=have,
        names=names,
        question=question,
        answer=answer,
        stairs=showing.staircase(pilot, have, pilot.step, root, day),
        shown=pilot.step,
        stair=ROADMAP[pilot.step - 1],
        asks=asks(pilot, pilot.step, have),
        forests=showing.forests(have.measures),
        pace=pace(pilot, have, day),
        cells=showing.cells,
        edit=rules.team(actor, pilot) and pilot.running,
        moves=rules.life.open_to(actor, pilot.now) if pilot.running else [],
        steers=rules.steers(actor, pilot) and pilot.running,
        chairs=rules.chair(actor, pilot) and pilot.running,
        version=pilot.now.version,
        standing=standing_for(db, pilot.process_id),
        causes=causes_of_barriers(db, pilot.id) if pilot.step == 1 else {},
        may_invite=may_invite(actor, pilot),
        conditions=conditions_of(db, pilot),
        trail=trail(db, actor, "pilot", process=pilot.process, idea=pilot.idea, pilot=pilot),
        talk=talk_on(request, db, actor, pilot.ref, pilot.committee_id, changes[-1]),
    )


def amend_values(pilot: Pilot) -> dict[str, Any]:
    values: dict[str, Any] = {
        "name": pilot.name,
        "team": pilot.team_id,
        "lead": pilot.lead_id,
        "sponsor": pilot.sponsor_id,
        "version": pilot.version,
    }
    for step in pilot.steps:
        values[f"keepers_{step.number}"] = pilot.named_keepers(step.number)
        values[f"due_{step.number}"] = step.due
    return values


class Amended(CharterForm):
    version: int


@routes.get("/pilots/{id}/edit")
def edit(request: Request, db: Db, actor: Employee, pilot: ThePilot) -> Response:
    if not rules.chair(actor, pilot):
        raise Refused("The committee’s chair changes a charter.")
    return charter_page(request, db, actor, pilot.idea, blank(Amended, **amend_values(pilot)), pilot)


@routes.post("/pilots/{id}/edit")
def amend(request: Request, db: Db, actor: Employee, pilot: ThePilot, fields: Typed) -> Response:
    if not rules.chair(actor, pilot):
        raise Refused("The committee’s chair changes a charter.")
    form = fill(Amended, fields)
    if form:
        for name, words in actions.mistakes(db, form.data).items():
            form.refuse(name, words)
    if not form:
        return charter_page(request, db, actor, pilot.idea, form, pilot, status=422)
    actions.amend(db, actor, pilot, form.data, form.data.version)
    return see(request, f"/pilots/{pilot.id}", "The charter is changed.")


@routes.get("/pilots/{id}/health")
def health(request: Request, db: Db, actor: Employee, pilot: ThePilot) -> Response:
    if not rules.steers(actor, pilot):
        raise Refused("The pilot’s lead or its sponsor says how it stands.")
    form = blank(HealthForm, health=pilot.health.value, note=pilot.health_note, version=pilot.version)
    return health_page(request, db, actor, pilot, form)


def health_page(request: Request, db: Db, actor: Actor, pilot: Pilot, form: Form[Any], status: int = 200) -> Response:
    return page(
        request,
        "pilots/health.html",
        status=status,
        pilot=pilot,
        form=form,
        healths=[(one.value, one.value.capitalize()) for one in Health],
        trail=trail(db, actor, "pilot", process=pilot.process, idea=pilot.idea, pilot=pilot),
    )


@routes.post("/pilots/{id}/health")
def say_health(request: Request, db: Db, actor: Employee, pilot: ThePilot, fields: Typed) -> Response:
    form = fill(HealthForm, fields)
    if not form:
        return health_page(request, db, actor, pilot, form, 422)
    actions.say_health(db, actor, pilot, form.data)
    return see(request, f"/pilots/{pilot.id}", f"It is said to be {form.data.health.value}.")


for part in (step_pages, money_pages, effect_pages):
    routes.routes.extend(part.routes.routes)
