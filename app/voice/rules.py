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


def may_replace(actor: Actor, source: Source) -> bool:
    """With a corrected file: who keeps it, or at least sees what would be replaced."""
    return keeps(actor, source) or is_for(actor, source, source.figures_for)


def keeps(actor: Actor, source: Source) -> bool:
    """Who says who sees a source: who brought it in, a leader of its department, a chair, an administrator."""
    if actor.guest:
        return False
    own = actor.department_id is not None and actor.department_id == source.department_id
    return actor.administrator or actor.chairs_one or source.imported_by == actor.id or (actor.leader and own)


def may_add(actor: Actor, source: Source) -> bool:
    """Who writes counts and findings into a source: its keepers, its department, the committee."""
    if actor.guest:
        return False
    own = actor.department_id is not None and actor.department_id == source.department_id
    return keeps(actor, source) or actor.on_a_committee or own


def too_wide(figures_for: Audience, *, comments_for: Audience, rows_for: Audience) -> list[str]:
    """Which of the two go too far, by name.

    Whoever reads rows or comments can work figures out: they are for nobody from whom the figures are kept.
    """
    order = (Audience.COMMITTEE, Audience.DEPARTMENT, Audience.EMPLOYEES)
    others = {"comments_for": comments_for, "rows_for": rows_for}
    return [name for name, other in others.items() if order.index(other) > order.index(figures_for)]
