"""Saying that a condition is met, or that it is open again: the pilot's lead and its sponsor."""

from typing import Literal

from sqlalchemy.orm import Session

from app.columns import now
from app.errors import Missing, Refused, Stale
from app.people.actor import Actor
from app.pilots import rules
from app.pilots.conditions.queries import conditions_of
from app.pilots.models import Pilot
from app.record.actions import write
from app.web import FormModel


class MetForm(FormModel):
    value: Literal["on", "off"]


def say_met(db: Session, actor: Actor, pilot: Pilot, condition_id: int, *, met: bool) -> None:
    """Set to a value: sent twice it counts once. The caller has locked the pilot."""
    one = next((one for one in conditions_of(db, pilot) if one.id == condition_id), None)
    if one is None:
        raise Missing()
    if not rules.steers(actor, pilot):
        raise Refused("The pilot’s lead or its sponsor says whether a condition is met.")
    if not pilot.running:
        raise Stale("The pilot has ended. Its conditions stay as they were.")
    if met == (one.met_at is not None):
        return
    one.met_at, one.met_by = (now(), actor.id) if met else (None, None)
    db.flush()
    before, after = ("open", "met") if met else ("met", "open")
    figures = {"condition": one.id, "decision": one.decision_id}
    write(db, actor.id, "meet" if met else "unmeet", pilot.ref, before=before, after=after, figures=figures)
