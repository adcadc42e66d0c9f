"""Once a source that collected has closed: where its answers belong to accounts, intervals are clustered by them.

While it collects its figures grow from counts, which know no accounts; then they are those of independent answers.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.db import Database
from app.voice.answers import Answers, answers, uses_of
from app.voice.figures import Clustered, clustered_outcome, clustered_score
from app.voice.models import Outcome, OutcomeKind, Source, Use
from app.voice.queries import outcomes_of

SETTLING = "voice settle"


def settle(database: Database, payload: Mapping[str, Any]) -> None:
    """The job: worked out while nothing is locked, and left to the next closing where more came in meanwhile."""
    with database.reading() as db:
        source = db.get_one(Source, payload["source"])
        told = answers(db, source.id)
        rows = [*outcome_rows(db, source, told)], [*use_rows(db, source, told)]
    if told.accounts is None:
        return
    with database.writing() as db:
        now = db.get_one(Source, source.id, with_for_update=True)
        if now.version == told.version and not now.collecting:
            for model, found in zip((Outcome, Use), rows, strict=True):
                if found:
                    db.execute(update(model), found)


def outcome_rows(db: Session, source: Source, told: Answers) -> list[dict[str, Any]]:
    found = {
        one.id: clustered_outcome(OutcomeKind(one.kind), told.outcome(one.name), told.accounts)
        for one in outcomes_of(db, source.id)
    }
    return [{"id": number, **asdict(own)} for number, own in found.items() if own]


def use_rows(db: Session, source: Source, told: Answers) -> list[dict[str, Any]]:
    found = []
    for place, (use, _) in enumerate(uses_of(db, source.id)):
        if own := clustered_score(told.rating(place), told.accounts):
            found.append({"id": use.id} | on_its_scale(use, own))
    return found


def on_its_scale(use: Use, own: Clustered) -> dict[str, Any]:
    """Of 0 to 100 also the ends on the scale that was asked."""
    low, times = min(use.worst, use.best), abs(use.best - use.worst) / 100
    ends = {"score_low": own.low, "score_high": own.high, "error": own.error}
    means = {
        name: None if value is None else low + times * value for name, value in (("low", own.low), ("high", own.high))
    }
    return {**ends, **means, "accounts": own.accounts, "design_effect": own.design_effect}
