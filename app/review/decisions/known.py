"""What was known on the day of a decision, frozen beside it as JSON: the process's evidence, the scores, the people.

Written once and never worked out anew, so that whoever reads the decision years later reads what the committee read.
Ids, figures, codes and what the process's owner had written of it; never a name.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import today
from app.estimates import Estimate
from app.ideas.models import Idea
from app.people.actor import Actor
from app.processes.models import Process
from app.processes.queries import evidence
from app.review.conflicts import concerned
from app.review.decisions.queries import Quorum
from app.review.decisions.voted import Vote
from app.review.models import Round
from app.review.scoring import aggregate
from app.review.standing import board, counted, lines
from app.teams.mandates.models import Mandate, MandateStage
from app.voice.models import Source
from app.voice.queries import headline

OF_ITEM = ("performance", "performance_low", "performance_high", "impact", "impact_low", "impact_high", "n")


def freeze(
    db: Session,
    round_: Round,
    idea: Idea,
    present: Sequence[int],
    has: Quorum,
    *,
    vote: Vote | None = None,
    calibrated: Estimate | None = None,
) -> str:
    """vote: how the committee voted, where it did. calibrated: the idea’s score in the round’s standing, where it has
    one."""
    known = {
        "on": today(db.info["settings"].time_zone).isoformat(),
        "process": of_process(db, idea.process_id),
        "scores": of_scores(db, round_, idea.id) | {"calibrated": asdict(calibrated) if calibrated else None},
        "people": {
            "eligible": [member.id for member in has.eligible],
            "present": sorted(present),
            "recused": [member.id for member in has.recused],
        },
        "quorum": {"needed": has.needed, "reviews_needed": has.reviews_needed},
        "vote": vote.counts() if vote else None,
    }
    return json.dumps(known, sort_keys=True, ensure_ascii=False)


def of_process(db: Session, process_id: int) -> dict[str, Any]:
    """The index and the wave it is of, this process in it, and what its customers desire of it."""
    process, item, outcome = db.get_one(Process, process_id), evidence(db, process_id), headline(db)
    source = db.get_one(Source, outcome.source_id) if outcome else None
    figures = ("value", "low", "high", "n")
    return {
        "id": process_id,
        "rank": process.rank,
        "desired": process.desired,
        "targets": targets(db, process_id),
        "wave": {"id": source.id, "name": source.name} if source else None,
        "index": {"name": outcome.name} | {one: getattr(outcome, one) for one in figures} if outcome else None,
        "item": {one: getattr(item, one) for one in OF_ITEM} | {"verdict": item.verdict.value} if item else None,
    }


def targets(db: Session, process_id: int) -> list[dict[str, Any]]:
    """What the committee wants of the process by its mandates; whose they are is no part of it."""
    query = (
        select(col(Mandate.measure), col(Mandate.figure_now), col(Mandate.figure_wanted), col(Mandate.until_on))
        .where(col(Mandate.process_id) == process_id, col(Mandate.stage) == MandateStage.ACCEPTED)
        .order_by(col(Mandate.measure), col(Mandate.until_on))
    )
    return [
        {"measure": measure, "now": now, "wanted": wanted, "until": until.isoformat()}
        for measure, now, wanted, until in db.execute(query)
    ]


def calibrated_scores(db: Session, actor: Actor, round_: Round) -> dict[int, Estimate]:
    """By idea, where the round's standing shows one to whoever decides; none for what is not calibrated."""
    rows = board(db, actor, round_).rows
    return {
        row.idea_id: Estimate(row.calibrated.adjusted, row.calibrated.low, row.calibrated.high, row.n or 0)
        for row in rows
        if row.calibrated
    }


def of_scores(db: Session, round_: Round, idea_id: int) -> dict[str, Any]:
    stands = counted(lines(db, round_.id), concerned(db, [idea_id]), idea_id)
    whole = aggregate([float(line.total) for line in stands if line.total is not None])
    return {"mean": whole.mean, "n": len(stands), "spread": whole.spread}
