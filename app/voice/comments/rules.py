"""Who codes comments and who keeps the code frame: of those who may read them, the committee, the department that
keeps a source, and administrators."""

from collections.abc import Collection

from app.people.actor import Actor
from app.voice.models import Source


def may_frame(actor: Actor, keepers: Collection[int | None]) -> bool:
    """Make, rename, describe, link and merge themes. keepers: departments of the sources that this person reads."""
    if actor.guest:
        return False
    own = actor.department_id is not None and actor.department_id in keepers
    return actor.on_a_committee or actor.administrator or own


def may_code(actor: Actor, source: Source) -> bool:
    """Comments of a source that this person may read (that is asked where they are found)."""
    return may_frame(actor, [source.department_id])
