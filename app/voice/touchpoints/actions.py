"""Changing touchpoints: what they are called, where they stand, which are moments of truth, and which are one."""

from typing import Any

from sqlalchemy import Column, Table, UniqueConstraint, func, select, update
from sqlalchemy.orm import Session
from sqlmodel import SQLModel, col

from app.changes import touched
from app.errors import Invalid, Stale
from app.people.actor import Actor
from app.record.actions import write
from app.voice.importing.table import plain
from app.voice.models import Source, Touchpoint, Use
from app.voice.touchpoints.models import MomentForm, TouchpointAlias, TouchpointForm
from app.voice.touchpoints.queries import aliases_of, found_by_name

MOST_ALIASES = 40
# What holds both of two touchpoints, in words: they cannot become one before somebody decides.
BOTH = {
    "touchpoint_use": "One source asked about both, so its customers take them for two places.",
    "event_count": "One source counts both in the same period: put these counts right first.",
    "process_touchpoint": "One process weighs both: take one of them out of it first.",
}


def make(db: Session, actor: Actor | None, name: str) -> Touchpoint:
    found = found_by_name(db, name)
    if found is None:
        found = Touchpoint(name=" ".join(name.split())[:200], key=plain(name)[:200])
        db.add(found)
        db.flush()
        write(db, actor.id if actor else None, "add", found.ref)
    return found


def same_version(touchpoint: Touchpoint, version: int) -> None:
    if version != touchpoint.version:
        raise Stale("Somebody has changed this touchpoint meanwhile. Load it again to see how it is now.")


def change(db: Session, actor: Actor, touchpoint: Touchpoint, form: TouchpointForm) -> None:
    same_version(touchpoint, form.version)
    rename(db, actor, touchpoint, form.name)
    keep_aliases(db, actor, touchpoint, form.aliases)
    touchpoint.factor, touchpoint.journey, touchpoint.stage = form.factor, form.journey, form.stage
    touchpoint.version += 1
    figures = {"factor": form.factor.value if form.factor else ""}
    write(db, actor.id, "change", touchpoint.ref, figures=figures, words={"name": form.name})


def wrong_names(db: Session, touchpoint: Touchpoint, form: TouchpointForm) -> list[tuple[str, str]]:
    """What only the database can find wrong with the names in a form: field and words."""
    wanted = other_names(form.aliases)
    found = []
    if len(wanted) > MOST_ALIASES or any(len(name) > 200 for name in wanted.values()):
        return [("aliases", f"At most {MOST_ALIASES} other names of at most 200 characters fit here.")]
    for field, name in [("name", form.name), *(("aliases", name) for name in wanted.values())]:
        other = found_by_name(db, name)
        if other is not None and other.id != touchpoint.id:
            found.append((field, f"Another touchpoint has the name {name}. Two names of one place are merged."))
    return found


def rename(db: Session, actor: Actor, touchpoint: Touchpoint, name: str) -> None:
    """The earlier name stays as another one, since files go on using it."""
    name = " ".join(name.split())
    if name == touchpoint.name:
        return
    for alias in aliases_of(db, touchpoint.id):
        if alias.key == plain(name):
            db.delete(alias)
    old, old_key = touchpoint.name, touchpoint.key
    touchpoint.name, touchpoint.key = name, plain(name)
    db.flush()
    if old_key != touchpoint.key:
        add_alias(db, actor, touchpoint, old)


def keep_aliases(db: Session, actor: Actor, touchpoint: Touchpoint, typed: str) -> None:
    """Other names are added, never taken away: a file of last year may go by any of them."""
    for name in other_names(typed).values():
        add_alias(db, actor, touchpoint, name)


def other_names(typed: str) -> dict[str, str]:
    """One a line: key -> name."""
    return {plain(line): " ".join(line.split()) for line in typed.splitlines() if line.strip()}


def add_alias(db: Session, actor: Actor, touchpoint: Touchpoint, name: str) -> None:
    other = found_by_name(db, name)
    if other is None:
        alias = TouchpointAlias(touchpoint_id=touchpoint.id, name=name, key=plain(name), person_id=actor.id)
        db.add(alias)
        db.flush()
    elif other.id != touchpoint.id:
        raise Invalid(f"{other.name} has the name {name} already. Two names of one place are merged.")


def mark(db: Session, actor: Actor, touchpoint: Touchpoint, form: MomentForm) -> None:
    """A moment of truth, or no longer one, with the reason."""
    same_version(touchpoint, form.version)
    on = form.moment == "on"
    if on == touchpoint.moment_of_truth:
        raise Stale("It is marked so already.")
    touchpoint.moment_of_truth = on
    touchpoint.moment_reason = form.reason if on else ""
    touchpoint.version += 1
    write(db, actor.id, "mark" if on else "unmark", touchpoint.ref, words={"reason": form.reason})


def merge(db: Session, actor: Actor, one: Touchpoint, into: Touchpoint, reason: str) -> None:
    """Two names of one place: all that was said of the one belongs to the other from now on.

    Refused where anything holds both. The one stays as a row, out of sight, and its name as another name.
    """
    if one.id == into.id or into.merged_into is not None or one.merged_into is not None:
        raise Invalid("A touchpoint is merged into another one that is in use.")
    places = pointing()
    for column in places:
        if words := holds_both(db, column, one.id, into.id):
            raise Invalid(words)
    refresh_sources(db, one.id)
    moved = 0
    for column in places:
        changed: Any = db.execute(update(column.table).where(column == one.id).values({column: into.id}))
        moved += changed.rowcount
        touched(db, home_of(column.table))
    one.merged_into, one.version = into.id, one.version + 1
    into.journey, into.stage = into.journey or one.journey, into.stage or one.stage
    into.factor = into.factor or one.factor
    into.version += 1
    into.moment_of_truth, into.moment_reason = (
        into.moment_of_truth or one.moment_of_truth,
        into.moment_reason or one.moment_reason,
    )
    old, one.key, one.name = one.name, f"{one.id} merged"[:200], f"{one.name[:180]} (merged {one.id})"
    db.flush()
    if found_by_name(db, old) is None:
        add_alias(db, actor, into, old)
    figures = {"into": into.id, "moved": moved}
    write(db, actor.id, "merge", one.ref, figures=figures, words={"reason": reason, "name": old})


def pointing() -> list[Column[Any]]:
    """Every column of the house that points at a touchpoint, whosever table it is."""
    return [
        column
        for table in SQLModel.metadata.sorted_tables
        for column in table.columns
        if table.name != "touchpoint" and any(key.column.table.name == "touchpoint" for key in column.foreign_keys)
    ]


def holds_both(db: Session, column: Column[Any], one: int, other: int) -> str:
    """Why the rows of one touchpoint cannot become the other's: a table has a row of both where it takes one."""
    for rule in column.table.constraints:
        if isinstance(rule, UniqueConstraint) and column.name in rule.columns:
            rest = [own for own in rule.columns if own.name != column.name]
            query = select(*(rest or [column])).where(column.in_((one, other))).group_by(*(rest or [column]))
            if db.execute(query.having(func.count() > 1).limit(1)).first() is not None:
                return BOTH.get(column.table.name, "Something holds both of them: put that right first.")
    return ""


def refresh_sources(db: Session, touchpoint_id: int) -> None:
    """Answers that are kept unpacked name their touchpoints: a new version of their sources is read anew."""
    asked = select(col(Use.source_id)).where(col(Use.touchpoint_id) == touchpoint_id)
    db.execute(update(Source).where(col(Source.id).in_(asked)).values(version=Source.version + 1))


def home_of(table: Table) -> str:
    """The feature whose change counter a table raises."""
    for mapper in SQLModel._sa_registry.mappers:
        if mapper.local_table is table:
            return str(mapper.class_.__module__).split(".")[1]
    return ""
