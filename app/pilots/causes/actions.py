"""Taking causes over as barriers of the first step: each once a pilot."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlmodel import col

from app.errors import Invalid, Stale
from app.people.actor import Actor
from app.pilots import artefacts
from app.pilots.causes.models import BarrierCause
from app.pilots.forms import Barrier, BarrierKind
from app.pilots.models import Artefact, Pilot
from app.pilots.roadmap import KINDS
from app.processes.causes.models import Cause, CauseKind
from app.record.actions import write

BARRIER = KINDS["barrier"]
# Where a cause lies says what kind of barrier it is; for the others the team says it.
AS_BARRIER = {
    CauseKind.PEOPLE: BarrierKind.PEOPLE,
    CauseKind.RULES: BarrierKind.RULE,
    CauseKind.METHOD: BarrierKind.ORGANISATION,
}
SHORT = 200


def take_over(db: Session, actor: Actor, pilot: Pilot, cause_ids: Sequence[int]) -> list[Artefact]:
    artefacts.allow(actor, pilot, artefacts.locked(pilot, BARRIER))
    wanted = list(dict.fromkeys(cause_ids))
    if not wanted:
        raise Invalid("Choose at least one cause.")
    query = select(Cause).where(
        col(Cause.id).in_(wanted), col(Cause.process_id) == pilot.process_id, col(Cause.withdrawn_at).is_(None)
    )
    known = {cause.id: cause for cause in db.scalars(query)}
    if len(known) != len(wanted):
        raise Invalid("One of these is no cause of this pilot’s process any more.")
    made = [as_barrier(db, actor, pilot, known[one]) for one in wanted]
    figures = {"causes": wanted, "artefacts": [row.id for row in made]}
    write(db, actor.id, "take_causes", pilot.ref, figures=figures)
    return made


def as_barrier(db: Session, actor: Actor, pilot: Pilot, cause: Cause) -> Artefact:
    row = artefacts.add(db, actor, pilot, BARRIER, Barrier(what=cause.words[:SHORT], kind=AS_BARRIER.get(cause.kind)))
    db.add(BarrierCause(pilot_id=pilot.id, cause_id=cause.id, artefact_id=row.id, taken_by=actor.id))
    try:
        db.flush()
    except IntegrityError as error:
        raise Stale("One of these causes is taken over already. Look at the step again.") from error
    return row
