"""Conflicts as the rest of review asks for them: who has one, who sits on a committee, who is in charge."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, and_, case, literal, select, union_all
from sqlalchemy.orm import Session
from sqlmodel import col

from app.errors import Refused
from app.ideas.models import Author, Conflict, ConflictKind, Idea
from app.ideas.queries import conflicted, in_team, veiled_from
from app.ideas.rules import in_charge
from app.people.actor import Actor
from app.people.models import Membership, Person, Seat
from app.review.conflicts.rules import Concerned, Member, Pair, eligible


def concerned(db: Session, idea_ids: Collection[int]) -> Concerned:
    """One statement, however many ideas."""
    ids = list(idea_ids)
    authors = select(Author.idea_id, Author.person_id, literal("own")).where(col(Author.idea_id).in_(ids))  # type: ignore[call-overload]
    team = (
        select(Idea.id, Membership.person_id, literal("own"))  # type: ignore[call-overload]
        .join(Membership, and_(*in_team()))
        .where(col(Idea.id).in_(ids))
    )
    how = case((col(Conflict.kind) == ConflictKind.DECLARED, "declared"), else_="found")
    live = (col(Conflict.idea_id).in_(ids), col(Conflict.ended_at).is_(None))
    said = select(Conflict.idea_id, Conflict.person_id, how).where(*live)  # type: ignore[call-overload]
    kinds: dict[str, set[Pair]] = {"own": set(), "declared": set(), "found": set()}
    for idea, person, kind in db.execute(union_all(authors, team, said)):
        kinds[kind].add((idea, person))
    return Concerned(*(frozenset(kinds[name]) for name in ("own", "declared", "found")))


def unconcerned(actor: Actor, idea_id: Any) -> ColumnElement[bool]:
    """The same for `visible_to`: this person has no conflict with the idea."""
    mine: ColumnElement[bool] = idea_id.not_in(conflicted(actor.id))
    return mine


def members(db: Session, *committees: int) -> list[Member]:
    """Who sits on these committees now and can act, by name."""
    query = (
        select(col(Person.id), col(Person.name), col(Seat.post))
        .join(Seat, col(Seat.person_id) == col(Person.id))
        .where(
            col(Seat.committee_id).in_(committees),
            col(Seat.until).is_(None),
            col(Person.disabled_at).is_(None),
            col(Person.erased_at).is_(None),
        )
        .order_by(col(Person.name), col(Person.id))
    )
    return [Member(*row) for row in db.execute(query)]


def is_veiled(db: Session, actor: Actor, idea_id: int) -> bool:
    """Whether this person may not learn who wrote this idea."""
    return bool(db.scalar(select(veiled_from(actor, literal(idea_id)))))


def must_be_in_charge(db: Session, actor: Actor, idea: Idea, words: str = "") -> None:
    """Chair or deputy, whoever of them has no conflict; says who is left when it is not this person.

    To whom names are hidden it does not say who is: that the deputy is not would tell that they wrote it.
    """
    if in_charge(actor, idea):
        return
    if not actor.chairs(idea.committee_id):
        raise Refused(words or "That is for the chair or the deputy.")
    if is_veiled(db, actor, idea.id):
        raise Refused(
            "You have a conflict with this idea. Whoever of chair and deputy has none acts in your place; where "
            "nobody is left, an administrator names a deputy for it."
        )
    known = concerned(db, [idea.id])
    heads = [member for member in eligible(members(db, idea.committee_id), known, idea.id) if member.head]
    if heads:
        names = " or ".join(member.name for member in heads)
        raise Refused(f"You have a conflict with this idea. {names} decides in your place.")
    raise Refused(
        "You have a conflict with this idea, and no chair or deputy without one is left. "
        "An administrator can name a deputy for it."
    )


def must_decide(db: Session, actor: Actor, idea: Idea) -> None:
    must_be_in_charge(db, actor, idea, "The chair or the deputy records decisions.")
