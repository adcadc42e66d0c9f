"""Decisions, as other parts of review and the demo use them."""

from app.review.decisions.actions import decide, publish, take_effect
from app.review.decisions.queries import (
    Quorum,
    history,
    in_round,
    live_decision,
    meetings_of,
    mistakes,
    must_be_ready,
    must_see,
    present_at,
    quorum,
    undecided,
)

__all__ = [
    "Quorum",
    "decide",
    "history",
    "in_round",
    "live_decision",
    "meetings_of",
    "mistakes",
    "must_be_ready",
    "must_see",
    "present_at",
    "publish",
    "quorum",
    "take_effect",
    "undecided",
]
