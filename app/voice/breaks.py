"""Breaks in a series: a question whose wording or scale is not what it was in an earlier wave.

Across a break a change says as much about the question as about what customers think of us, so no significance is
claimed for it.
"""

import re
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.voice.importing.limits import quoted
from app.voice.importing.maps import SurveyMap
from app.voice.importing.table import plain
from app.voice.models import Outcome, OutcomeKind, Series, Source, Touchpoint, Use
from app.voice.queries import TAKEN

SHOWN = 120
KINDS = {"nps": "recommendation", "rating": "a rating", "effort": "effort", "yesno": "yes or no", "amount": "an amount"}
SCALED = (OutcomeKind.RATING, OutcomeKind.EFFORT)


@dataclass(frozen=True)
class Asked:
    """How a question was asked. `ends` (worst, best, step) is None where the kind has no scale of its own."""

    kind: str
    ends: tuple[float, float, float] | None
    question: str


def broken(db: Session, source_id: int, earlier_id: int) -> dict[tuple[str, int], str]:
    """What two waves asked otherwise: ("outcome", its place in the later) or ("touchpoint", its id) -> a sentence."""
    found: dict[tuple[str, int], str] = {}
    ids = (source_id, earlier_id)
    outcomes = db.scalars(select(Outcome).where(col(Outcome.source_id).in_(ids))).all()
    before = {plain(one.name): one for one in outcomes if one.source_id == earlier_id}
    for outcome in outcomes:
        if outcome.source_id == source_id and (sentence := outcome_break(before.get(plain(outcome.name)), outcome)):
            found["outcome", outcome.place] = sentence
    uses = db.scalars(select(Use).where(col(Use.source_id).in_(ids))).all()
    earlier = {use.touchpoint_id: use for use in uses if use.source_id == earlier_id}
    for use in uses:
        if use.source_id == source_id and (sentence := use_break(earlier.get(use.touchpoint_id), use)):
            found["touchpoint", use.touchpoint_id] = sentence
    return found


def outcome_break(old: Outcome | None, new: Outcome) -> str:
    """What is otherwise than in the earlier wave; empty where nothing is, or nothing was asked."""
    return difference(asked_outcome(old), asked_outcome(new)) if old else ""


def use_break(old: Use | None, new: Use) -> str:
    return difference(asked_use(old), asked_use(new)) if old else ""


def asked_outcome(outcome: Outcome) -> Asked:
    kind = OutcomeKind(outcome.kind)
    ends = (outcome.worst, outcome.best, outcome.step) if kind in SCALED else None
    return Asked(kind.value, ends, outcome.question)


def asked_use(use: Use) -> Asked:
    return Asked("", (use.worst, use.best, use.step), use.question)


def difference(old: Asked, new: Asked) -> str:
    said = []
    if old.kind != new.kind:
        said.append(f"was {KINDS[old.kind]} before, is {KINDS[new.kind]} now")
    elif old.ends and new.ends and old.ends != new.ends:
        said.append(scale_words(old.ends, new.ends))
    if old.question and new.question and bare(old.question) != bare(new.question):
        said.append(f"{quoted(old.question, SHOWN)} before, {quoted(new.question, SHOWN)} now")
    return f"Asked otherwise before: {'; '.join(said)}." if said else ""


def scale_words(old: tuple[float, float, float], new: tuple[float, float, float]) -> str:
    if sorted(old[:2]) == sorted(new[:2]) and old[2] == new[2]:
        return f"{old[1]:g} was the best answer before, {new[1]:g} is now"
    if old[:2] == new[:2]:
        return f"in steps of {old[2]:g} before, of {new[2]:g} now"
    return f"on {min(old[:2]):g} to {max(old[:2]):g} before, on {min(new[:2]):g} to {max(new[:2]):g} now"


def bare(question: str) -> str:
    """A wording without what does not change it: case, blanks, punctuation."""
    return " ".join(re.findall(r"\w+", question.casefold()))


def ahead(db: Session, survey_map: SurveyMap, first_day: date) -> tuple[Source | None, list[tuple[str, str]]]:
    """Of a wave that is not taken yet: the wave before it, and what it asks otherwise, as (name, sentence)."""
    if not survey_map.series:
        return None, []
    query = (
        select(Source)
        .join(Series, col(Series.id) == col(Source.series_id))
        .where(TAKEN, col(Series.name) == survey_map.series, col(Source.last_day) < first_day)
        .where(col(Source.name) != survey_map.source)
        .order_by(col(Source.last_day).desc(), col(Source.id).desc())
        .limit(1)
    )
    earlier = db.scalars(query).first()
    return (earlier, between(db, survey_map, earlier)) if earlier else (None, [])


def between(db: Session, survey_map: SurveyMap, earlier: Source) -> list[tuple[str, str]]:
    outcomes = db.scalars(select(Outcome).where(col(Outcome.source_id) == earlier.id)).all()
    known = {("outcome", plain(one.name)): asked_outcome(one) for one in outcomes}
    uses = select(Use, col(Touchpoint.key)).join(Touchpoint, col(Touchpoint.id) == col(Use.touchpoint_id))
    for use, key in db.execute(uses.where(col(Use.source_id) == earlier.id)):
        known["touchpoint", key] = asked_use(use)
    now: list[tuple[str, str, Asked]] = []
    for part in survey_map.outcomes:
        scaled = part.scale and OutcomeKind(part.kind.value) in SCALED
        ends = (*part.scale, part.step) if scaled and part.scale else None
        now.append(("outcome", part.name, Asked(part.kind.value, ends, part.question)))
    for touched in survey_map.touchpoints:
        now.append(("touchpoint", touched.name, Asked("", (*touched.scale, touched.step), touched.question)))
    told = [(name, difference(known.get((what, plain(name)), asked), asked)) for what, name, asked in now]
    return [(name, sentence) for name, sentence in told if sentence]
