"""Chartering a pilot of an approved idea, changing its charter, and saying how it stands."""

import json
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import Field
from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import now
from app.errors import Refused, Stale
from app.ideas.models import Idea, Veil
from app.ideas.rules import life as life_of_ideas
from app.people.actor import Actor
from app.people.models import Kind, Membership, Person, Team
from app.pilots import rules
from app.pilots.forms import Amount
from app.pilots.models import Health, Keeper, Pilot, Step, StepStage
from app.pilots.queries import today
from app.pilots.roadmap import ROADMAP
from app.processes.queries import evidence
from app.record.actions import write
from app.voice.models import Source
from app.voice.queries import headline
from app.web import FormModel

NUMBERS = tuple(stair.number for stair in ROADMAP)


class CharterForm(FormModel):
    """keepers_N: who keeps gate N; due_N: the day by which step N is to be done."""

    name: str = Field(min_length=3, max_length=200)
    team: int | None = None
    lead: int
    sponsor: int | None = None
    budget: Amount | None = Field(default=None, ge=0)
    keepers_1: list[int] = Field(min_length=1)
    keepers_2: list[int] = Field(min_length=1)
    keepers_3: list[int] = Field(min_length=1)
    keepers_4: list[int] = Field(min_length=1)
    keepers_5: list[int] = Field(min_length=1)
    keepers_6: list[int] = Field(min_length=1)
    due_1: date | None = None
    due_2: date | None = None
    due_3: date | None = None
    due_4: date | None = None
    due_5: date | None = None
    due_6: date | None = None

    def keepers(self, number: int) -> list[int]:
        ids: list[int] = getattr(self, f"keepers_{number}")
        return list(dict.fromkeys(ids))

    def due(self, number: int) -> date | None:
        day: date | None = getattr(self, f"due_{number}")
        return day


class HealthForm(FormModel):
    health: Health
    note: str = Field(default="", max_length=2000)
    version: int


def mistakes(db: Session, form: CharterForm) -> dict[str, str]:
    """What only the database sees: people who are not there, keepers of work of their own, days out of order."""
    wrong: dict[str, str] = {}
    team = members(db, form.team)
    if form.team is not None and db.get(Team, form.team) is None:
        wrong["team"] = "Choose one of the offered teams."
    known = active(db, {form.lead, *team} | ({form.sponsor} if form.sponsor else set()) | all_keepers(form))
    for field in ("lead", "sponsor"):
        if getattr(form, field) is not None and getattr(form, field) not in known:
            wrong[field] = "Choose one of the offered people."
    for number in NUMBERS:
        if set(form.keepers(number)) - known:
            wrong[f"keepers_{number}"] = "Choose from the offered people."
        elif set(form.keepers(number)) & {form.lead, *team}:
            wrong[f"keepers_{number}"] = "Nobody keeps a gate of work that is their own."
    return wrong | out_of_order(form)


def out_of_order(form: CharterForm) -> dict[str, str]:
    last: date | None = None
    for number in NUMBERS:
        due = form.due(number)
        if due and last and due < last:
            return {f"due_{number}": "Not before the step that comes first."}
        last = due or last
    return {}


def all_keepers(form: CharterForm) -> set[int]:
    return {person for number in NUMBERS for person in form.keepers(number)}


def members(db: Session, team_id: int | None) -> set[int]:
    if team_id is None:
        return set()
    current = (col(Membership.team_id) == team_id, col(Membership.until).is_(None))
    return set(db.scalars(select(col(Membership.person_id)).where(*current)))


def active(db: Session, ids: set[int]) -> set[int]:
    usable = (col(Person.disabled_at).is_(None), col(Person.erased_at).is_(None), col(Person.kind) == Kind.EMPLOYEE)
    return set(db.scalars(select(col(Person.id)).where(col(Person.id).in_(ids), *usable)))


def charter(db: Session, actor: Actor, idea: Idea, form: CharterForm) -> Pilot:
    """A pilot of an approved idea, its first step open, with the evidence of today as its baseline.

    Raises Stale while a blind round still hides who wrote the idea: a team's name would tell.
    """
    if db.scalars(select(Veil).where(col(Veil.idea_id) == idea.id)).first():
        raise Stale("The round’s decisions are not published yet: a charter would show who wrote the idea.")
    life_of_ideas.make(db, actor, idea, "charter", form=True)
    pilot = Pilot(
        idea_id=idea.id,
        process_id=idea.process_id,
        committee_id=idea.committee_id,
        team_id=form.team,
        name=form.name,
        lead_id=form.lead,
        sponsor_id=form.sponsor,
        budget=form.budget,
        baseline=frozen(db, idea.process_id),
    )
    db.add(pilot)
    db.flush()
    for number in NUMBERS:
        first = number == 1
        stage = StepStage.OPEN if first else StepStage.AHEAD
        db.add(
            Step(
                pilot_id=pilot.id, number=number, stage=stage, due=form.due(number), opened_at=now() if first else None
            )
        )
        db.add_all(Keeper(pilot_id=pilot.id, number=number, person_id=person) for person in form.keepers(number))
    db.flush()
    db.refresh(pilot)
    write(db, actor.id, "charter", pilot.ref, after=pilot.stage.value, figures=roles_of(form) | in_figures(form.budget))
    return pilot


def in_figures(budget: Decimal | None) -> dict[str, Any]:
    return {} if budget is None else {"budget": str(budget)}


def roles_of(form: CharterForm) -> dict[str, Any]:
    keepers = {str(number): sorted(form.keepers(number)) for number in NUMBERS}
    return {"lead": form.lead, "sponsor": form.sponsor, "team": form.team, "keepers": keepers}


def frozen(db: Session, process_id: int) -> str:
    """The process's evidence of today as JSON; empty where nobody was asked about it."""
    item, outcome = evidence(db, process_id), headline(db)
    if item is None or outcome is None:
        return ""
    source = db.get_one(Source, outcome.source_id)
    told = {"source": source.name, "source_id": source.id, "outcome": outcome.name, "on": today(db).isoformat()}
    return json.dumps(told | {"item": asdict(item)}, default=str, sort_keys=True)


def amend(db: Session, actor: Actor, pilot: Pilot, form: CharterForm, version: int) -> None:
    """Change who does what and by when. Who passed a gate stands in the record, whoever keeps it from now on."""
    if not pilot.running:
        raise Stale("The pilot has ended: its charter stays as it is.")
    if not rules.chair(actor, pilot):
        raise Refused("The committee’s chair changes a charter.")
    if version != pilot.version:
        raise Stale("Somebody changed this after you opened it. Look at it again before you go on.")
    pilot.name, pilot.team_id, pilot.lead_id, pilot.sponsor_id = form.name, form.team, form.lead, form.sponsor
    pilot.version += 1
    for step in pilot.steps:
        step.due = form.due(step.number)
        step.version += 1
    db.execute(delete(Keeper).where(col(Keeper.pilot_id) == pilot.id))
    for number in NUMBERS:
        db.add_all(Keeper(pilot_id=pilot.id, number=number, person_id=person) for person in form.keepers(number))
    db.flush()
    write(db, actor.id, "amend", pilot.ref, figures=roles_of(form))


def say_health(db: Session, actor: Actor, pilot: Pilot, form: HealthForm) -> None:
    if not pilot.running:
        raise Stale("The pilot has ended.")
    if not rules.steers(actor, pilot):
        raise Refused("The pilot’s lead or its sponsor says how it stands.")
    if form.version != pilot.version:
        raise Stale("Somebody changed this after you opened it. Look at it again before you go on.")
    before = pilot.health
    pilot.health, pilot.health_note = form.health, form.note
    pilot.version += 1
    db.flush()
    words = {"reason": form.note} if form.note else None
    write(db, actor.id, "health", pilot.ref, before=before.value, after=form.health.value, words=words)
