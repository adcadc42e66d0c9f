"""The tables of the leaders' page as they are exported: the same rows, numbers unrounded."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.leaders.pipeline import pipeline
from app.leaders.queries import late, pilots, rounds
from app.people.actor import Actor
from app.web.sheets import Cell

Rows = Iterable[Sequence[Cell]]


@dataclass(frozen=True)
class Table:
    header: tuple[str, ...]
    rows: Callable[[Session, Actor, date], Rows]


def pilot_rows(db: Session, actor: Actor, day: date) -> Rows:
    for row in pilots(db, actor, day):
        one = row.line
        yield (
            *(one.id, one.name, one.process, one.stage.value, one.step, one.step_name, one.days, one.due),
            *(
                "yes" if row.late else "no",
                one.health.value,
                one.health_note,
                one.lead,
                one.owner,
                one.sponsor,
                one.team,
            ),
            *(
                one.budget,
                one.spent,
                row.recent,
                one.measure,
                one.change,
                one.low,
                one.high,
                one.worth,
                one.standing[0],
            ),
        )


def stage_rows(db: Session, actor: Actor, day: date) -> Rows:
    for row in pipeline(db, day).standing:
        yield row.stage.value, row.ideas, row.late, row.stay, row.moves


def funnel_rows(db: Session, actor: Actor, day: date) -> Rows:
    for bar in pipeline(db, day).funnel:
        yield bar.name, bar.n, bar.days


def late_rows(db: Session, actor: Actor, day: date) -> Rows:
    for one in late(db, actor, pilots(db, actor, day), day):
        yield one.kind, one.ref, one.title, one.due, (day - one.due).days


def round_rows(db: Session, actor: Actor, day: date) -> Rows:
    for one in rounds(db):
        yield one.id, one.name, one.stage.value, one.due, one.ideas, one.reviewers, one.submitted, one.decided


TABLES: Mapping[str, Table] = {
    "pilots": Table(
        (
            *("pilot", "name", "process", "stage", "step", "step name", "days in step", "gate due", "late", "health"),
            *("health note", "lead", "process owner", "sponsor", "team", "budget", "spent", "spent in 30 days"),
            *("measure", "effect", "low", "high", "worth having", "verdict"),
        ),
        pilot_rows,
    ),
    "stages": Table(("stage", "ideas", "past the promised day", "median days", "moves behind it"), stage_rows),
    "funnel": Table(("stage", "reached", "median days"), funnel_rows),
    "late": Table(("kind", "ref", "title", "due", "days late"), late_rows),
    "rounds": Table(
        ("round", "name", "stage", "due", "ideas", "reviewers", "reviews in", "decided"),
        round_rows,
    ),
}
