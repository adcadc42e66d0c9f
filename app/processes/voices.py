"""What customers wrote about a process: their words as this person may read them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.people.actor import Actor
from app.voice.answers import percents, uses_of
from app.voice.evidence.queries import Beside, beside
from app.voice.models import Remark, Response, Source
from app.voice.privacy import masked
from app.voice.queries import comments_visible_to

LOOKED_AT = 400
SHORTEST = 25


@dataclass(frozen=True)
class Voice:
    """A comment and how its writer rated the process, 0 to 100."""

    id: int
    words: str
    source_id: int
    source: str
    score: float


@dataclass(frozen=True)
class Other:
    """What is known of a touchpoint beside its rating: events that are counted, or (`quote`) a finding."""

    touchpoint: str
    source: str
    words: str
    href: str
    tone: str = "quiet"
    quote: bool = False


def other_evidence(db: Session, actor: Actor, touchpoint_ids: Sequence[int]) -> list[Other]:
    """Counts and findings that stand beside the ratings."""
    return others_of(beside(db, actor, touchpoint_ids)) if touchpoint_ids else []


def others_of(known: Mapping[int, Beside], most: int = 12) -> list[Other]:
    """Of each touchpoint its counts, then its findings, in the words of who found them."""
    found = []
    for one in known.values():
        for series in one.series:
            latest, change = series.latest, series.change
            count = "withheld" if latest.count is None else f"{latest.count:,}"
            words = f"{series.kind.value}: {count} in {latest.words}"
            if change is not None and change.percent is not None:
                words += f", {change.percent:+.0f} % since {change.since}".replace("-", "−")
            tone = change.tone if change else "quiet"
            found.append(Other(one.touchpoint, series.source, words, f"/voice/sources/{series.source_id}", tone))
        for line in one.findings:
            href = f"/voice/evidence/findings/{line.finding.id}"
            found.append(Other(one.touchpoint, line.source, masked(line.finding.words), href, quote=True))
    return found[:most]


def remarks_by_id(db: Session, actor: Actor, ids: Iterable[int]) -> dict[int, str]:
    """Of these comments those that this person may read, masked."""
    query = (
        select(col(Remark.id), col(Remark.words), col(Remark.marks))
        .join(Source, col(Source.id) == col(Remark.source_id))
        .where(col(Remark.id).in_(set(ids)), comments_visible_to(actor))
    )
    return {number: masked(words, marks) for number, words, marks in db.execute(query)}


def most_telling(db: Session, actor: Actor, weights: dict[int, float], most: int = 4) -> list[Voice]:
    """From the latest source whose comments this person may read: those of who rated the process worst.

    weights: the process's touchpoints. Of the latest few hundred comments of some length, so that the cost does not
    grow with the source. Three statements.
    """
    if not weights:
        return []
    written = select(col(Remark.id)).where(col(Remark.source_id) == col(Source.id), col(Remark.coded).is_(False))
    query = select(Source).where(comments_visible_to(actor), written.exists())
    source = db.scalars(query.order_by(col(Source.last_day).desc(), col(Source.id).desc()).limit(1)).first()
    if source is None or source.responses < source.minimum_cell:
        return []
    uses = [use for use, _ in uses_of(db, source.id)]
    own = [(place, weights[use.touchpoint_id]) for place, use in enumerate(uses) if use.touchpoint_id in weights]
    if not own:
        return []
    rows = db.execute(
        select(col(Remark.id), col(Remark.words), col(Response.ratings), col(Remark.marks))
        .join(Response, col(Response.id) == col(Remark.response_id))
        .where(col(Remark.source_id) == source.id, col(Remark.coded).is_(False))
        .order_by(col(Remark.id).desc())
        .limit(LOOKED_AT)
    ).all()
    told = percents(b"".join(row[2] for row in rows), uses)
    found = worst_first([(row[0], row[1]) for row in rows], told, own, source)[:most]
    marks = {row[0]: row[3] for row in rows}
    return [replace(one, words=masked(one.words, marks[one.id])) for one in found]


def worst_first(
    rows: Sequence[tuple[int, str]], told: np.ndarray, own: Sequence[tuple[int, float]], source: Source
) -> list[Voice]:
    columns, shares = [place for place, _ in own], np.array([weight for _, weight in own])
    said = told[:, columns]
    there = ~np.isnan(said)
    total = np.nan_to_num(said) @ shares
    answered = there @ shares
    found = [
        Voice(number, words, source.id, source.name, float(total[at] / answered[at]))
        for at, (number, words) in enumerate(rows)
        if answered[at] > 0 and len(words.strip()) >= SHORTEST
    ]
    found.sort(key=lambda one: (one.score, -one.id))
    return list({one.words: one for one in reversed(found)}.values())[::-1]  # the same words once
