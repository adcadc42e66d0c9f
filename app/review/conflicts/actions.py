"""Changing conflicts: declared, named, confirmed, dismissed, ended. Each step is one entry of the record.

Whoever changes one holds the round and the idea: of a conflict and a review, or a decision, at the same moment one is
first, and the other finds it there.
"""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import now
from app.db import embedded
from app.errors import Invalid, Refused, Stale
from app.ideas.models import UNANSWERED, Conflict, ConflictKind, Idea
from app.ideas.rules import author
from app.people.actor import Actor
from app.record.actions import write
from app.review.conflicts.models import Suspicion, SuspicionStage
from app.review.conflicts.queries import concerned, members
from app.review.conflicts.settling import Question, questions, sight
from app.review.models import Round, RoundIdea
from app.workflow import guarded_update

S = SuspicionStage


def hold(db: Session, idea: Idea) -> None:
    """The round that works on the idea, then the idea itself: in the order in which reviews and decisions do."""
    if embedded(db):
        return
    live = (col(RoundIdea.idea_id) == idea.id, col(RoundIdea.live).is_(True))
    query = select(Round.id).join(RoundIdea, col(RoundIdea.round_id) == col(Round.id)).where(*live)  # type: ignore[call-overload]
    db.execute(query.with_for_update(of=Round)).all()
    db.execute(select(Idea.id).where(col(Idea.id) == idea.id).with_for_update()).all()  # type: ignore[call-overload]
    db.refresh(idea)


def declare(db: Session, actor: Actor, idea: Idea, reason: str) -> Conflict:
    """From now on this member neither sees the idea's reviews nor scores it; what they submitted no longer counts."""
    hold(db, idea)
    made = Conflict(idea_id=idea.id, person_id=actor.id, reason=reason.strip())
    db.add(made)
    try:
        db.flush()
    except IntegrityError as error:
        raise Stale("You have declared this conflict already.") from error
    db.expire(idea, ["conflicts"])
    tell(db, actor, "declare", made, reason)
    return made


def tell(db: Session, actor: Actor, move: str, conflict: Conflict, reason: str) -> None:
    figures = {"idea": conflict.idea_id, "person": conflict.person_id, "kind": conflict.kind.value}
    ends = move == "end"
    before, after = ("conflict", "ended") if ends else ("", "conflict")
    write(db, actor.id, move, conflict.ref, before=before, after=after, figures=figures, words={"why": reason.strip()})


def must_be_unanswered(idea: Idea) -> None:
    if idea.stage not in UNANSWERED:
        raise Stale(f"This idea is {idea.stage.value} now. Who judges it does not matter any more.")


def nameable(db: Session, idea: Idea) -> list[tuple[int, str]]:
    """The members whom authors can name: all but those who stand behind the idea themselves."""
    own = concerned(db, [idea.id]).own
    return [(one.id, one.name) for one in members(db, idea.committee_id) if (idea.id, one.id) not in own]


def name(db: Session, actor: Actor, idea: Idea, people: Collection[int], reason: str) -> None:
    """An author's word is a question: whoever keeps the conflicts of the idea answers it."""
    hold(db, idea)
    if not author(actor, idea):
        raise Refused("The authors of an idea name who should not judge it.")
    must_be_unanswered(idea)
    for person in dict.fromkeys(people):
        one = Suspicion(idea_id=idea.id, person_id=person, kind=ConflictKind.NAMED, named_by=actor.id, words=reason)
        db.add(one)
        try:
            db.flush()
        except IntegrityError as error:
            raise Stale("One of these was named already. It is answered once.") from error
        figures = {"idea": idea.id, "person": person}
        write(db, actor.id, "name", one.ref, after=one.stage.value, figures=figures, words={"why": reason})


def answerable(db: Session, actor: Actor, idea: Idea, people: Collection[int]) -> list[Question]:
    """What is asked about these members, for whoever may answer it now."""
    hold(db, idea)
    idea, seen = sight(db, actor, idea.id)
    if not seen.settles:
        raise Refused("Whoever is in charge of this idea and may know who wrote it answers that.")
    must_be_unanswered(idea)
    asked = questions(db, actor, [idea], {idea.id} if seen.open else set())[idea.id]
    chosen = [one for one in asked if one.person_id in people]
    if not people:
        raise Invalid("Choose one member at least.")
    if len(chosen) != len(set(people)):
        raise Stale("Somebody has answered this meanwhile. Look at it again before you go on.")
    return chosen


def confirm(db: Session, actor: Actor, idea: Idea, people: Collection[int], reason: str) -> None:
    """It is a conflict from now on, as if the member had declared it."""
    for one in answerable(db, actor, idea, people):
        answer(db, actor, idea, one, S.CONFIRMED, reason)
        there = (col(Conflict.idea_id) == idea.id, col(Conflict.person_id) == one.person_id)
        if db.scalar(select(Conflict.id).where(*there, col(Conflict.ended_at).is_(None))):  # type: ignore[call-overload]
            continue  # one that this person may not know of
        made = Conflict(idea_id=idea.id, person_id=one.person_id, kind=one.kinds[0], reason=reason)
        made.confirmed_by = actor.id
        db.add(made)
        db.flush()
        tell(db, actor, "confirm", made, reason)
    db.expire(idea, ["conflicts"])


def dismiss(db: Session, actor: Actor, idea: Idea, people: Collection[int], reason: str) -> None:
    """It is none, and is not asked again."""
    for one in answerable(db, actor, idea, people):
        for row in answer(db, actor, idea, one, S.DISMISSED, reason):
            figures = {"idea": idea.id, "person": one.person_id, "kind": row.kind.value}
            said = {"why": reason}
            write(db, actor.id, "dismiss", row.ref, before="open", after="dismissed", figures=figures, words=said)


def answer(
    db: Session, actor: Actor, idea: Idea, one: Question, stage: SuspicionStage, reason: str
) -> Sequence[Suspicion]:
    """Of what authors said there is a row already; of what was found there is one from now on."""
    same = (col(Suspicion.idea_id) == idea.id, col(Suspicion.person_id) == one.person_id)
    known = {row.kind: row for row in db.scalars(select(Suspicion).where(*same))}
    ends: dict[str, Any] = {"answered_by": actor.id, "answered_at": now(), "answer": reason}
    for kind in one.kinds:
        if kind in known:
            guarded_update(db, known[kind], "stage", S.OPEN, stage=stage, **ends)
        else:
            known[kind] = Suspicion(idea_id=idea.id, person_id=one.person_id, kind=kind, stage=stage, **ends)
            db.add(known[kind])
    try:
        db.flush()
    except IntegrityError as error:
        raise Stale("Somebody has answered this meanwhile. Look at it again before you go on.") from error
    return [known[kind] for kind in one.kinds]


def end(db: Session, actor: Actor, idea: Idea, conflict_id: int, reason: str) -> Conflict:
    """A conflict that was a mistake: sight and score return, and a review that was submitted counts again."""
    hold(db, idea)
    idea, seen = sight(db, actor, idea.id)
    mine = (col(Conflict.id) == conflict_id, col(Conflict.idea_id) == idea.id)
    one = db.scalars(select(Conflict).where(*mine).with_for_update()).first()
    told = one is not None and (seen.open or one.kind is ConflictKind.DECLARED)
    if not seen.settles or one is None or not told:
        raise Refused("Whoever is in charge of this idea and may know who wrote it ends a conflict.")
    if one.ended_at is not None:
        raise Stale("This conflict has ended already.")
    one.ended_at, one.ended_by, one.ended_why = now(), actor.id, reason
    db.flush()
    db.expire(idea, ["conflicts"])
    tell(db, actor, "end", one, reason)
    return one
