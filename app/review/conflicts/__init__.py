"""Conflicts: who may neither judge an idea nor see how others judge it; and who is left."""

from app.review.conflicts.actions import confirm, declare, dismiss, end, name
from app.review.conflicts.queries import (
    concerned,
    is_veiled,
    members,
    must_be_in_charge,
    must_decide,
    unconcerned,
)
from app.review.conflicts.rules import Concerned, Member, eligible, must_be_free

__all__ = [
    "Concerned",
    "Member",
    "concerned",
    "confirm",
    "declare",
    "dismiss",
    "eligible",
    "end",
    "is_veiled",
    "members",
    "must_be_free",
    "must_be_in_charge",
    "must_decide",
    "name",
    "unconcerned",
]
