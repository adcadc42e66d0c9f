"""What stands beside somebody who writes: the evidence of the process, for this reader."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.changes import counts
from app.ideas.listing import Count, Filter, count
from app.people.actor import Actor
from app.processes.models import Process
from app.processes.story import Part, Story, story
from app.processes.voices import Voice, most_telling
from app.voice.models import Source
from app.voice.queries import FOR_ALL, LATEST, outcomes_of

WORST = 3
PERFORMANCE = "Performance of the process, 0 to 100"


@dataclass(frozen=True)
class Guide:
    process: Process
    story: Story
    worst: Sequence[Part]
    said: Sequence[Voice]
    others: Count


def guide(db: Session, actor: Actor, process: Process) -> Guide:
    told = story(db, process)
    rated = [part for part in told.parts if part.line and part.line.line.estimate]
    said = most_telling(db, actor, {part.touchpoint_id: part.weight for part in told.parts})
    there = count(db, actor, Filter(process=process.id), counts(db, "people", "processes", "ideas"))
    return Guide(process, told, rated[:WORST], said, there)


def measures(db: Session) -> list[str]:
    """What an idea can be expected to move: outcomes of the latest survey that everybody may see, and the process."""
    latest = db.scalars(select(Source).where(FOR_ALL).order_by(*LATEST)).first()
    return [*(one.name for one in outcomes_of(db, latest.id)), PERFORMANCE] if latest else [PERFORMANCE]
