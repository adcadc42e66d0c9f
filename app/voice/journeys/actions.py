"""Drawing journeys: begun, described, and one change of their order at a time."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from app.errors import Invalid, Refused, Stale
from app.people.actor import Actor
from app.record.actions import write
from app.voice.importing.table import plain
from app.voice.journeys.models import ArrangeForm, Journey, JourneyForm, JourneyStage, JourneyTouchpoint
from app.voice.journeys.placing import put_last, stages_of
from app.voice.journeys.rules import may_draw
from app.voice.models import Touchpoint

MOST_STAGES, MOST_IN_A_STAGE = 20, 40
T = TypeVar("T")
LATE = "Somebody changed this journey after you opened it. Look at it again before you go on."


def only_drawers(db: Session, actor: Actor) -> None:
    if not may_draw(db, actor):
        raise Refused("The committee, leaders, administrators and departments that keep a source draw journeys.")


def namesake(db: Session, name: str, but: int = 0) -> bool:
    return any(one.name.casefold() == name.casefold() and one.id != but for one in db.scalars(select(Journey)))


def draw(db: Session, actor: Actor, data: JourneyForm) -> Journey:
    only_drawers(db, actor)
    journey = Journey(name=data.name, for_whom=data.for_whom, description=data.description)
    db.add(journey)
    db.flush()
    write(db, actor.id, "draw", journey.ref)
    return journey


def describe(db: Session, actor: Actor, journey: Journey, data: JourneyForm) -> None:
    only_drawers(db, actor)
    change(db, journey, data.version, name=data.name, for_whom=data.for_whom, description=data.description)
    write(db, actor.id, "describe", journey.ref)


def change(db: Session, journey: Journey, version: int, **values: object) -> None:
    """Guarded by the version that the page showed."""
    db.flush()
    query = (
        update(Journey)
        .where(col(Journey.id) == journey.id, col(Journey.version) == version)
        .values(version=version + 1, **values)
        .execution_options(synchronize_session=False)
    )
    result = db.execute(query)
    assert isinstance(result, CursorResult)
    if result.rowcount != 1:
        raise Stale(LATE)
    db.refresh(journey)


def arrange(db: Session, actor: Actor, journey: Journey, data: ArrangeForm) -> str:
    """One change; what is said of it."""
    only_drawers(db, actor)
    if data.do not in CHANGES:
        raise Invalid("There is no such change.")
    change(db, journey, data.version)
    stages = stages_of(db, journey.id)
    told = CHANGES[data.do](db, journey, stages, data)
    figures = {"do": data.do, "stage": data.stage or 0, "touchpoint": data.touchpoint or 0}
    write(db, actor.id, "arrange", journey.ref, figures=figures)
    return told


def the_stage(stages: Sequence[JourneyStage], data: ArrangeForm) -> JourneyStage:
    found = next((stage for stage in stages if stage.id == data.stage), None)
    if found is None:
        raise Stale(LATE)
    return found


def free_name(stages: Sequence[JourneyStage], data: ArrangeForm, but: int = 0) -> str:
    name = data.name[:120].strip()
    if not name:
        raise Invalid("Name the stage.")
    if any(stage.name.casefold() == name.casefold() and stage.id != but for stage in stages):
        raise Invalid(f"This journey has a stage {name} already.")
    return name


def add_stage(db: Session, journey: Journey, stages: Sequence[JourneyStage], data: ArrangeForm) -> str:
    if len(stages) >= MOST_STAGES:
        raise Invalid(f"A journey has at most {MOST_STAGES} stages.")
    name, last = free_name(stages, data), max((stage.place for stage in stages), default=0)
    db.add(JourneyStage(journey_id=journey.id, place=last + 1, name=name))
    return f"Added: {name}."


def rename_stage(db: Session, journey: Journey, stages: Sequence[JourneyStage], data: ArrangeForm) -> str:
    stage = the_stage(stages, data)
    stage.name = free_name(stages, data, stage.id)
    return "Renamed."


def drop_stage(db: Session, journey: Journey, stages: Sequence[JourneyStage], data: ArrangeForm) -> str:
    """An empty one alone, and one that no job points at: nothing that has a reference is deleted."""
    from app.voice.customer_jobs.models import JobStage

    stage = the_stage(stages, data)
    if parts_of(db, stage.id):
        raise Invalid(f"{stage.name} has touchpoints. Move them to other stages first.")
    if db.scalars(select(col(JobStage.id)).where(col(JobStage.stage_id) == stage.id).limit(1)).first():
        raise Invalid(f"A job is done at {stage.name}. Take the stage out of the job first.")
    db.execute(delete(JourneyStage).where(col(JourneyStage.id) == stage.id))
    return f"Taken out: {stage.name}."


def shift_stage(by: int) -> Callable[[Session, Journey, Sequence[JourneyStage], ArrangeForm], str]:
    def shift(db: Session, journey: Journey, stages: Sequence[JourneyStage], data: ArrangeForm) -> str:
        order = swapped(list(stages), list(stages).index(the_stage(stages, data)), by)
        for place, stage in enumerate(order, start=1):
            stage.place = place
        return "Moved."

    return shift


def swapped(order: list[T], here: int, by: int) -> list[T]:
    there = here + by
    if 0 <= there < len(order):
        order[here], order[there] = order[there], order[here]
    return order


def parts_of(db: Session, stage_id: int) -> list[JourneyTouchpoint]:
    query = select(JourneyTouchpoint).where(col(JourneyTouchpoint.stage_id) == stage_id)
    return list(db.scalars(query.order_by(col(JourneyTouchpoint.place), col(JourneyTouchpoint.touchpoint_id))))


def the_part(parts: Sequence[JourneyTouchpoint], data: ArrangeForm) -> JourneyTouchpoint:
    found = next((part for part in parts if part.touchpoint_id == data.touchpoint), None)
    if found is None:
        raise Stale(LATE)
    return found


def place_touchpoint(db: Session, journey: Journey, stages: Sequence[JourneyStage], data: ArrangeForm) -> str:
    """A touchpoint that is known, or one by a name that nobody has asked about yet."""
    stage = the_stage(stages, data)
    touchpoint = named(db, data.name) if data.name.strip() else db.get(Touchpoint, data.touchpoint or 0)
    if touchpoint is None:
        raise Invalid("Choose a touchpoint, or name a new one.")
    parts = parts_of(db, stage.id)
    if touchpoint.id in {part.touchpoint_id for part in parts}:
        raise Invalid(f"{touchpoint.name} stands at {stage.name} already.")
    if len(parts) >= MOST_IN_A_STAGE:
        raise Invalid(f"A stage has at most {MOST_IN_A_STAGE} touchpoints.")
    put_last(db, stage.id, touchpoint.id)
    return f"Placed: {touchpoint.name}."


def named(db: Session, name: str) -> Touchpoint:
    words = name.strip()
    found = db.scalars(select(Touchpoint).where(col(Touchpoint.key) == plain(words))).first()
    found = found or Touchpoint(name=words, key=plain(words))
    db.add(found)
    db.flush()
    return found


def drop_touchpoint(db: Session, journey: Journey, stages: Sequence[JourneyStage], data: ArrangeForm) -> str:
    part = the_part(parts_of(db, the_stage(stages, data).id), data)
    db.execute(delete(JourneyTouchpoint).where(col(JourneyTouchpoint.id) == part.id))
    return "Taken out of this journey."


def shift_touchpoint(by: int) -> Callable[[Session, Journey, Sequence[JourneyStage], ArrangeForm], str]:
    """One place up or down; from the end of a stage into the next one."""

    def shift(db: Session, journey: Journey, stages: Sequence[JourneyStage], data: ArrangeForm) -> str:
        stage = the_stage(stages, data)
        parts = parts_of(db, stage.id)
        part = the_part(parts, data)
        here, next_ = parts.index(part), list(stages).index(stage) + by
        if 0 <= here + by < len(parts):
            renumber(swapped(parts, here, by))
        elif 0 <= next_ < len(stages):
            into(db, stages[next_].id, part, first=by > 0)
        return "Moved."

    return shift


def into(db: Session, stage_id: int, part: JourneyTouchpoint, *, first: bool) -> None:
    others = parts_of(db, stage_id)
    if part.touchpoint_id in {other.touchpoint_id for other in others}:
        raise Invalid("It stands at that stage already.")
    part.stage_id = stage_id
    renumber([part, *others] if first else [*others, part])
    db.flush()


def renumber(parts: Sequence[JourneyTouchpoint]) -> None:
    for place, part in enumerate(parts, start=1):
        part.place = place


CHANGES: dict[str, Callable[[Session, Journey, Sequence[JourneyStage], ArrangeForm], str]] = {
    "add_stage": add_stage,
    "rename_stage": rename_stage,
    "drop_stage": drop_stage,
    "stage_up": shift_stage(-1),
    "stage_down": shift_stage(1),
    "place": place_touchpoint,
    "drop": drop_touchpoint,
    "up": shift_touchpoint(-1),
    "down": shift_touchpoint(1),
}
