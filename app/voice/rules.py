"""Who may bring evidence in, and who sees the rows behind the figures."""

from collections.abc import Collection

from app.people.actor import Actor
from app.voice.models import Audience, Source


def may_import(actor: Actor, keepers: Collection[int | None]) -> bool:
    """Administrators, committee members, leaders; and whoever is in a department that keeps a source already."""
    if actor.guest:
        return False
    known = actor.department_id is not None and actor.department_id in keepers
    return actor.administrator or actor.on_a_committee or actor.leader or known


def is_for(actor: Actor, source: Source, audience: Audience) -> bool:
    """Whoever the source says; who brought it in; and the committee, which decides by it."""
    if actor.guest:
        return False
    if audience is Audience.EMPLOYEES or actor.on_a_committee or source.imported_by == actor.id:
        return True
    own = actor.department_id is not None and actor.department_id == source.department_id
    return audience is Audience.DEPARTMENT and own


def sees_rows(actor: Actor, source: Source) -> bool:
    return is_for(actor, source, source.rows_for)


def sees_comments(actor: Actor, source: Source) -> bool:
    return is_for(actor, source, source.comments_for)
