"""What is made in the steps: read as a whole, added, changed by a new version, withdrawn with a trace, put in order."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import now
from app.errors import Invalid, Missing, Refused, Stale
from app.people.actor import Actor
from app.pilots import rules
from app.pilots.models import Artefact, Measure, Pilot, StepStage
from app.pilots.roadmap import ALL_ALONG, KINDS, Kind, Slot
from app.record.actions import write
from app.voice.customer_jobs.queries import living, named
from app.web import FormModel

OF_CUSTOMERS = "customer jobs"  # what a map picks from beside people and artefacts


@dataclass(frozen=True)
class Thing:
    """An artefact with its kind and what stands in it."""

    row: Artefact
    kind: Kind
    data: Mapping[str, Any]

    @property
    def title(self) -> str:
        return str(self.data[self.kind.title] or self.kind.one)

    def lines(self, name: str) -> list[str]:
        return [line.strip() for line in str(self.data[name]).splitlines() if line.strip()]


@dataclass(frozen=True)
class Made:
    """All live artefacts and measures of one pilot."""

    things: Sequence[Thing]
    measures: Sequence[Measure]
    jobs: Mapping[int, str] = field(default_factory=dict)  # of customers, that its map cites or may cite

    def of(self, kind: str) -> list[Thing]:
        return [thing for thing in self.things if thing.kind.name == kind]

    def by_day(self, kind: str, name: str) -> list[Thing]:
        """In order of a day, those without one last."""
        return sorted(self.of(kind), key=lambda thing: (not thing.data[name], thing.data[name] or date.max))

    def only(self, slot: Slot) -> Thing | None:
        return next((thing for thing in self.things if thing.row.slot == slot), None)

    @cached_property
    def by_root(self) -> dict[int, Thing]:
        return {thing.row.root: thing for thing in self.things}

    def named(self, root: Any) -> Thing | None:
        return self.by_root.get(root) if isinstance(root, int) else None

    def lacks(self, thing: Thing) -> list[str]:
        """The labels of what the gate asks for and this artefact does not say yet."""
        return [thing.kind.label(name) for name in thing.kind.needs if not self.says(thing, name)]

    def says(self, thing: Thing, name: str) -> bool:
        value = thing.data[name]
        if value in (None, ""):
            return False
        of = picked_from(thing.kind, name)
        return of in (None, "people", OF_CUSTOMERS) or self.named(value) is not None

    def people(self) -> set[int]:
        picks = ((thing, name) for thing in self.things for name in thing.kind.fields)
        return {
            thing.data[name] for thing, name in picks if picked_from(thing.kind, name) == "people" and thing.data[name]
        }


def picked_from(kind: Kind, name: str) -> str | None:
    extra = kind.form.model_fields[name].json_schema_extra
    of = extra.get("of") if isinstance(extra, dict) else None
    return str(of) if of else None


def as_thing(row: Artefact) -> Thing:
    """Days as dates. Fields that a form has got since are empty in older rows."""
    kind = KINDS[row.kind]
    data = dict.fromkeys(kind.fields, "") | json.loads(row.data)
    days = {name: date.fromisoformat(data[name]) for name in kind.fields if kind.is_day(name) and data[name]}
    return Thing(row, kind, data | days)


def made(db: Session, pilot: Pilot) -> Made:
    alive = (col(Artefact.replaced_by).is_(None), col(Artefact.withdrawn_at).is_(None))
    rows = db.scalars(
        select(Artefact)
        .where(col(Artefact.pilot_id) == pilot.id, *alive)
        .order_by(col(Artefact.step), col(Artefact.kind), col(Artefact.place), col(Artefact.id))
    )
    have = Made([as_thing(row) for row in rows], live_measures(db, pilot))
    cited = [int(thing.data["job"]) for thing in have.of("jobs") if thing.data["job"]]
    return replace(have, jobs=dict(named(db, cited))) if cited else have


def offering_jobs(db: Session, have: Made) -> Made:
    """With every job that a map may cite: what its form asks from."""
    return replace(have, jobs={**{job.id: job.statement for job in living(db)}, **have.jobs})


def live_measures(db: Session, pilot: Pilot) -> Sequence[Measure]:
    alive = (col(Measure.replaced_by).is_(None), col(Measure.withdrawn_at).is_(None))
    rows = db.scalars(select(Measure).where(col(Measure.pilot_id) == pilot.id, *alive))
    return sorted(rows, key=lambda measure: measure.root)


def find(db: Session, pilot: Pilot, artefact_id: int) -> Thing:
    row = db.get(Artefact, artefact_id)
    if row is None or row.pilot_id != pilot.id:
        raise Missing()
    return as_thing(row)


def versions(db: Session, thing: Thing) -> Sequence[Thing]:
    """Every version of one thing, newest first."""
    root = thing.row.root
    query = select(Artefact).where((col(Artefact.id) == root) | (col(Artefact.first_id) == root))
    return [as_thing(row) for row in db.scalars(query.order_by(col(Artefact.number).desc()))]


def withdrawn(db: Session, pilot: Pilot) -> Sequence[Thing]:
    query = select(Artefact).where(col(Artefact.pilot_id) == pilot.id, col(Artefact.withdrawn_at).is_not(None))
    return [as_thing(row) for row in db.scalars(query.order_by(col(Artefact.withdrawn_at).desc()).limit(200))]


def locked(pilot: Pilot, kind: Kind) -> str:
    """Why nothing of this kind can be written now; empty when it can."""
    if not pilot.running:
        return "The pilot has ended: what was made stays as it is."
    return locked_step(pilot, kind.step, all_along=kind.all_along)


def locked_step(pilot: Pilot, number: int, *, all_along: bool = False) -> str:
    if number == ALL_ALONG:
        return ""
    match pilot.at(number).stage:
        case StepStage.OPEN:
            return ""
        case StepStage.ASKED:
            return f"Gate {number} is asked for: its work is locked while it is looked at."
        case _ if all_along:
            return ""
        case StepStage.PASSED:
            return f"Gate {number} is passed: a keeper has to reopen the step first."
        case _:
            return f"Step {number} is not open yet."


def may_write(actor: Actor, pilot: Pilot, kind: Kind) -> bool:
    return rules.team(actor, pilot) and not locked(pilot, kind)


def allow(actor: Actor, pilot: Pilot, why_locked: str) -> None:
    if why_locked:
        raise Stale(why_locked)
    if not rules.team(actor, pilot):
        raise Refused("The pilot’s team and its lead write here.")


def mistakes(kind: Kind, data: Mapping[str, Any], have: Made, people: Iterable[int], pilot: Pilot) -> dict[str, str]:
    """What only the pilot knows to be wrong: a pick that is not offered, a gap in a step that is passed."""
    wrong = {}
    for name in kind.fields:
        of, value = picked_from(kind, name), data[name]
        picks = {"people": people, OF_CUSTOMERS: have.jobs}
        offered = picks[of] if of in picks else {thing.row.root for thing in have.of(of or "")}
        if of and value is not None and value not in offered:
            wrong[name] = "Choose one of the offered answers."
    if kind.step and pilot.at(kind.step).stage is StepStage.PASSED:
        for name in kind.needs:
            if data[name] in (None, ""):
                wrong.setdefault(name, f"Gate {kind.step} is passed, and it asked for this.")
    return wrong


def add(db: Session, actor: Actor, pilot: Pilot, kind: Kind, data: FormModel) -> Artefact:
    allow(actor, pilot, locked(pilot, kind))
    have = made(db, pilot)
    if kind.slot and (there := have.only(kind.slot)):
        raise Stale(f"There is one already: {there.kind.one}. Change it, or withdraw it first.")
    places = [thing.row.place for thing in have.of(kind.name)]
    row = Artefact(
        pilot_id=pilot.id,
        step=kind.step,
        kind=kind.name,
        slot=kind.slot,
        run=pilot.run,
        place=max(places, default=0) + 1,
        data=packed(data),
        made_by=actor.id,
    )
    db.add(row)
    db.flush()
    return row


def packed(data: FormModel) -> str:
    return json.dumps(data.model_dump(mode="json"), ensure_ascii=False, sort_keys=True)


def change(db: Session, actor: Actor, pilot: Pilot, old: Artefact, data: FormModel) -> Artefact:
    kind = KINDS[old.kind]
    allow(actor, pilot, locked(pilot, kind))
    if kind.slot and old.slot is None:
        raise Stale("This stands for an earlier version or run, and stays as it is.")
    row = Artefact(
        pilot_id=pilot.id,
        step=old.step,
        kind=old.kind,
        run=pilot.run,
        place=old.place,
        first_id=old.root,
        number=old.number + 1,
        data=packed(data),
        made_by=actor.id,
    )
    db.add(row)
    db.flush()
    retire(db, old, replaced_by=row.id, slot=None)
    row.slot = kind.slot
    db.flush()
    return row


def withdraw(db: Session, actor: Actor, pilot: Pilot, old: Artefact) -> None:
    """Taken out of what counts. It stays to be read, and the record says who did it."""
    allow(actor, pilot, locked(pilot, KINDS[old.kind]) or locked_step(pilot, old.step))
    if KINDS[old.kind].slot and old.slot is None:
        raise Stale("This stands for an earlier version or run, and stays as it is.")
    retire(db, old, withdrawn_at=now(), slot=None)
    write(db, actor.id, "withdraw", pilot.ref, figures={"artefact": old.root, "version": old.number})


def retire(db: Session, old: Artefact | Measure, **values: Any) -> None:
    """Ends a version, once: whoever comes second is told so."""
    model: Any = type(old)
    result = db.execute(
        update(model)
        .where(model.id == old.id, model.replaced_by.is_(None), model.withdrawn_at.is_(None))
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    assert isinstance(result, CursorResult)
    if result.rowcount != 1:
        raise Stale("Somebody changed this a moment ago. Look at it again before you go on.")
    db.refresh(old)


def put(db: Session, actor: Actor, pilot: Pilot, row: Artefact, way: str) -> None:
    """One place up or down among its kind; the ranks of all are 1, 2, 3 ... afterwards."""
    kind = KINDS[row.kind]
    allow(actor, pilot, locked(pilot, kind))
    if way not in ("up", "down"):
        raise Invalid("It goes up or down.")
    order = [thing.row for thing in made(db, pilot).of(kind.name)]
    if row.id not in [one.id for one in order]:
        raise Stale("Somebody changed this a moment ago. Look at it again before you go on.")
    here = [one.id for one in order].index(row.id)
    there = here + (-1 if way == "up" else 1)
    if 0 <= there < len(order):
        order[here], order[there] = order[there], order[here]
    for place, one in enumerate(order, start=1):
        one.place = place
    db.flush()


def maps_citing(db: Session, job_id: int) -> list[tuple[int, str]]:
    """The pilots whose map cites this job of customers: (id, name). A pilot has one map."""
    query = (
        select(col(Pilot.id), col(Pilot.name), col(Artefact.data))
        .join(Artefact, col(Artefact.pilot_id) == col(Pilot.id))
        .where(col(Artefact.kind) == "jobs", col(Artefact.replaced_by).is_(None), col(Artefact.withdrawn_at).is_(None))
        .order_by(col(Pilot.id).desc())
    )
    return [(number, name) for number, name, data in db.execute(query) if json.loads(data).get("job") == job_id]
