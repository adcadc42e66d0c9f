"""Who opens a diagnosis, who answers, who sees where answers differ, who writes the organisation's answers."""

from collections.abc import Collection
from datetime import date

from app.diagnosis.models import Diagnosis, DiagnosisStage
from app.people.actor import Actor
from app.workflow import Move, Workflow


def may_open(actor: Actor) -> bool:
    return not actor.guest and (actor.chairs_one or actor.administrator)


def keeper(actor: Actor, diagnosis: Diagnosis) -> bool:
    return not actor.guest and (actor.chairs(diagnosis.committee_id) or actor.administrator)


def chair(actor: Actor, diagnosis: Diagnosis) -> bool:
    """The organisation's answers are the chair's to write: administrators decide nothing for others."""
    return actor.chairs(diagnosis.committee_id)


def answering(diagnosis: Diagnosis, day: date) -> bool:
    return diagnosis.stage is DiagnosisStage.OPEN and day <= diagnosis.due


def may_answer(actor: Actor, diagnosis: Diagnosis, asked: Collection[int], day: date) -> bool:
    """The people of the departments that are asked, while it is open."""
    return not actor.guest and actor.department_id in asked and answering(diagnosis, day)


def sees_spread(actor: Actor, diagnosis: Diagnosis) -> bool:
    """Nobody while it is open; the committee and leaders once it is closed; every employee once it is published."""
    if actor.guest or diagnosis.stage in (DiagnosisStage.OPEN, DiagnosisStage.CANCELLED):
        return False
    inner = actor.on(diagnosis.committee_id) or actor.leader
    return diagnosis.stage is DiagnosisStage.PUBLISHED or inner


def sees_words(actor: Actor, diagnosis: Diagnosis) -> bool:
    """What people wrote beside their levels, without who: the committee, once it is closed."""
    return actor.on(diagnosis.committee_id) and sees_spread(actor, diagnosis)


def may_write(actor: Actor, diagnosis: Diagnosis) -> bool:
    """Also after publication: a newer answer supersedes the one before it."""
    return chair(actor, diagnosis) and diagnosis.stage in (DiagnosisStage.CLOSED, DiagnosisStage.PUBLISHED)


S = DiagnosisStage
life: Workflow[Diagnosis] = Workflow(
    "stage",
    Move("close", "Close the answering", (S.OPEN,), S.CLOSED, keeper),
    Move("publish", "Publish our answers", (S.CLOSED,), S.PUBLISHED, chair, tone="main"),
    Move("cancel", "Cancel it", (S.OPEN, S.CLOSED), S.CANCELLED, keeper, reason=True, tone="danger"),
)
