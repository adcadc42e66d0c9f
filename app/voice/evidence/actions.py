"""Changing what is no survey: making its source, bringing counts in, writing findings down. All on the record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import now
from app.errors import Invalid, Stale
from app.people.actor import Actor
from app.record.actions import write
from app.voice.evidence.models import COUNTED, OTHER, CountForm, EventCount, Finding, FindingForm, SourceForm
from app.voice.evidence.reading import Line
from app.voice.importing.table import plain
from app.voice.models import Source, SourceStage
from app.voice.touchpoints.actions import make

TOLD = ("count", "exposure", "amount", "amount_low", "amount_high")


def wrong_with(db: Session, form: SourceForm) -> tuple[str, str] | None:
    """The field of a source's form that only the database can find wrong, and why."""
    if form.kind not in OTHER:
        return "kind", "A survey comes in as a file of answers."
    if form.name.isdecimal():
        return "name", "A source is named in words, not by a number alone."
    if db.scalar(select(col(Source.id)).where(col(Source.name) == form.name)):
        return "name", "There is a source of this name already."
    return None


def make_source(db: Session, person_id: int | None, form: SourceForm) -> Source:
    if wrong := wrong_with(db, form):
        raise Invalid(wrong[1])
    source = Source(
        name=form.name,
        kind=form.kind,
        stage=SourceStage.TAKEN,
        department_id=form.department,
        first_day=form.first_day,
        last_day=form.last_day,
        unit=form.unit,
        minimum_cell=form.minimum_cell,
        figures_for=form.figures_for,
        comments_for=form.comments_for,
        rows_for=form.rows_for,
        imported_by=person_id,
    )
    db.add(source)
    db.flush()
    figures = {"kind": form.kind.value, "figures_for": form.figures_for.value, "minimum_cell": form.minimum_cell}
    write(db, person_id, "begin", source.ref, after=SourceStage.TAKEN.value, figures=figures)
    return source


@dataclass(frozen=True)
class Put:
    """What bringing lines in does: how many are new, how many stand in the place of others, how many change nothing."""

    new: int
    changed: int
    same: int


def standing(db: Session, source: Source) -> dict[tuple[int, Any, Any], EventCount]:
    rows = db.scalars(select(EventCount).where(col(EventCount.source_id) == source.id))
    return {(row.touchpoint_id, row.first_day, row.last_day): row for row in rows}


def told(line: Any) -> dict[str, Any]:
    return {name: getattr(line, name) for name in TOLD}


def would_put(db: Session, source: Source, lines: Sequence[Line], names: Mapping[str, int]) -> Put:
    """The same without doing it."""
    there = standing(db, source)
    found = [there.get((names.get(plain(line.touchpoint), 0), line.first_day, line.last_day)) for line in lines]
    same = sum(row is not None and told(row) == told(line) for row, line in zip(found, lines, strict=True))
    new = sum(row is None for row in found)
    return Put(new, len(lines) - new - same, same)


def put_counts(
    db: Session, actor: Actor | None, source: Source, lines: Sequence[Line], names: Mapping[str, int]
) -> Put:
    """Lines take the place of what stood for their touchpoint and period. One entry in the record for all of them.

    Touchpoints that are not known are made: the caller has asked.
    """
    if source.kind not in COUNTED:
        raise Invalid("This source holds findings, not counts.")
    would = would_put(db, source, lines, names)
    known = dict(names)
    there = standing(db, source)
    for line in lines:
        key = plain(line.touchpoint)
        if key not in known:
            known[key] = make(db, actor, line.touchpoint).id
        put(db, actor, source, there, known[key], line)
    if lines:
        source.first_day = min(source.first_day, *(line.first_day for line in lines))
        source.last_day = max(source.last_day, *(line.last_day for line in lines))
    source.rows += would.new
    source.version += 1
    figures = {"new": would.new, "changed": would.changed, "events": sum(line.count for line in lines)}
    write(db, actor.id if actor else None, "count", source.ref, figures=figures)
    return would


def put(db: Session, actor: Actor | None, source: Source, there: Any, touchpoint_id: int, line: Line) -> None:
    row = there.get((touchpoint_id, line.first_day, line.last_day))
    if row is None:
        key = {"source_id": source.id, "touchpoint_id": touchpoint_id}
        row = EventCount(**key, first_day=line.first_day, last_day=line.last_day, **told(line))  # type: ignore[arg-type]
        there[touchpoint_id, line.first_day, line.last_day] = row
    for name, value in told(line).items():
        setattr(row, name, value)
    row.person_id, row.made_at = (actor.id if actor else None), now()
    db.add(row)


def there_already(db: Session, source: Source, form: CountForm) -> EventCount | None:
    return standing(db, source).get((form.touchpoint, form.first_day, form.last_day))


def put_one(db: Session, actor: Actor, source: Source, form: CountForm, name: str) -> Put:
    """One line by hand; what stood there before is said in the record."""
    there = there_already(db, source, form)
    before = there.count if there else None
    line = Line(name, form.first_day, form.last_day, form.count, form.exposure, form.amount)
    done = put_counts(db, actor, source, [line], {plain(name): form.touchpoint})
    if before is not None:
        figures = {"touchpoint": form.touchpoint, "before": before, "after": form.count}
        write(db, actor.id, "correct", source.ref, figures=figures, words={"reason": form.reason})
    return done


def write_down(db: Session, actor: Actor, source: Source, form: FindingForm) -> Finding:
    finding = Finding(source_id=source.id, person_id=actor.id, **fields_of(form))
    db.add(finding)
    db.flush()
    source.rows += 1
    source.version += 1
    words = {"words": form.words, "quote": form.quote}
    write(db, actor.id, "find", finding.ref, after=form.kind.value, figures=strength(form), words=words)
    return finding


def fields_of(form: FindingForm) -> dict[str, Any]:
    values = form.model_dump(exclude={"version", "touchpoint"})
    if (form.said_by is None) != (form.asked is None):
        raise Invalid("Say both: how many people said it, and of how many.")
    if form.said_by is not None and form.asked is not None and form.said_by > form.asked:
        raise Invalid("No more people can have said it than were asked.")
    return {**values, "touchpoint_id": form.touchpoint}


def strength(form: FindingForm) -> dict[str, int]:
    figures = {"touchpoint": form.touchpoint, "said_by": form.said_by, "asked": form.asked}
    return {name: value for name, value in figures.items() if value is not None}


def change_finding(db: Session, actor: Actor, finding: Finding, form: FindingForm) -> None:
    if form.version != finding.version:
        raise Stale("Somebody has changed this finding meanwhile. Load it again to see how it is now.")
    before = finding.kind
    for name, value in fields_of(form).items():
        setattr(finding, name, value)
    finding.version += 1
    words = {"words": form.words, "quote": form.quote}
    write(db, actor.id, "change", finding.ref, before=before, after=form.kind, figures=strength(form), words=words)


def withdraw(db: Session, actor: Actor, finding: Finding, reason: str) -> None:
    """It stays on its own page, with the reason, and stands nowhere else."""
    if finding.withdrawn_at is not None:
        raise Stale("This finding was withdrawn already.")
    finding.withdrawn_at = now()
    finding.version += 1
    write(db, actor.id, "withdraw", finding.ref, before=finding.kind, words={"reason": reason})
