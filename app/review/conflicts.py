"""Conflicts: own ideas and own team's by themselves, others declared; and who is left without one."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, literal, or_, select, union_all
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlmodel import col

from app.errors import Refused, Stale
from app.ideas.models import Author, Idea
from app.people.actor import HEADS, Actor
from app.people.models import Membership, Person, Post, Seat
from app.record.actions import write
from app.review.models import Conflict

Pair = tuple[int, int]  # idea, person


@dataclass(frozen=True)
class Concerned:
    """Who is concerned by which idea: `own` by writing it (or being in the team that did), `declared` by their word."""

    own: frozenset[Pair]
    declared: frozenset[Pair]

    def has(self, idea_id: int, person_id: int) -> bool:
        return (idea_id, person_id) in self.own or (idea_id, person_id) in self.declared


@dataclass(frozen=True)
class Member:
    id: int
    name: str
    post: Post

    @property
    def head(self) -> bool:
        return self.post in HEADS


def wrote() -> tuple[ColumnElement[bool], ...]:
    """A membership that makes a person part of a team's idea: in the team now, or at some time since it was begun."""
    ended = or_(col(Membership.until).is_(None), col(Membership.until) >= col(Idea.created_at))
    return col(Membership.team_id) == col(Idea.team_id), ended


def concerned(db: Session, idea_ids: Collection[int]) -> Concerned:
    """One statement, however many ideas."""
    ids = list(idea_ids)
    authors = select(Author.idea_id, Author.person_id, literal("own")).where(col(Author.idea_id).in_(ids))  # type: ignore[call-overload]
    team = (
        select(Idea.id, Membership.person_id, literal("own"))  # type: ignore[call-overload]
        .join(Membership, and_(*wrote()))
        .where(col(Idea.id).in_(ids))
    )
    said = select(Conflict.idea_id, Conflict.person_id, literal("declared")).where(col(Conflict.idea_id).in_(ids))  # type: ignore[call-overload]
    kinds: dict[str, set[Pair]] = {"own": set(), "declared": set()}
    for idea, person, kind in db.execute(union_all(authors, team, said)):
        kinds[kind].add((idea, person))
    return Concerned(frozenset(kinds["own"]), frozenset(kinds["declared"]))


def unconcerned(actor: Actor, idea_id: Any) -> ColumnElement[bool]:
    """The same for `visible_to`: this person has no conflict with the idea."""
    wrote_it = select(col(Author.idea_id)).where(col(Author.person_id) == actor.id)
    team = select(col(Idea.id)).join(Membership, and_(*wrote())).where(col(Membership.person_id) == actor.id)
    said = select(col(Conflict.idea_id)).where(col(Conflict.person_id) == actor.id)
    mine: ColumnElement[bool] = idea_id.not_in(union_all(wrote_it, team, said))
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


def eligible(seated: Collection[Member], known: Concerned, idea_id: int) -> list[Member]:
    return [member for member in seated if not known.has(idea_id, member.id)]


def must_be_free(known: Concerned, idea_id: int, person_id: int) -> None:
    """Refuse who has a conflict: neither sight nor score nor decision."""
    if (idea_id, person_id) in known.own:
        raise Refused("You or your team wrote this idea. Others review it and decide on it.")
    if known.has(idea_id, person_id):
        raise Refused("You have a conflict with this idea. Others review it and decide on it.")


def must_decide(db: Session, actor: Actor, idea: Idea) -> None:
    """Chair or deputy, whoever of them has no conflict; says who is left when it is not this person."""
    if not actor.chairs(idea.committee_id):
        raise Refused("The chair or the deputy records decisions.")
    known = concerned(db, [idea.id])
    if not known.has(idea.id, actor.id):
        return
    heads = [member for member in eligible(members(db, idea.committee_id), known, idea.id) if member.head]
    if heads:
        names = " or ".join(member.name for member in heads)
        raise Refused(f"You have a conflict with this idea. {names} decides in your place.")
    raise Refused(
        "You have a conflict with this idea, and no chair or deputy without one is left. "
        "An administrator can name a deputy for it."
    )


def declare(db: Session, actor: Actor, idea: Idea, reason: str) -> None:
    """From now on this member neither sees the idea's reviews nor scores it; what they submitted no longer counts."""
    made = Conflict(idea_id=idea.id, person_id=actor.id, reason=reason.strip())
    db.add(made)
    try:
        db.flush()
    except IntegrityError as error:
        raise Stale("You have declared this conflict already.") from error
    write(db, actor.id, "declare", made.ref, after="conflict", figures={"idea": idea.id}, words={"why": reason.strip()})
