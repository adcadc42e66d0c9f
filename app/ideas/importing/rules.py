"""Who brings ideas in: the chair for the processes of the committee, administrators for all."""

from app.people.actor import Actor


def may_import(actor: Actor) -> bool:
    return not actor.guest and (actor.administrator or actor.chairs_one)


def may_import_for(actor: Actor, committee_id: int) -> bool:
    return may_import(actor) and (actor.administrator or actor.chairs(committee_id))
