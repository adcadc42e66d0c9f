"""Rounds: who sees them, what can go into one, and their life from preparing to closing. Publishing: see decisions."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import now
from app.errors import Invalid, Missing, Stale
from app.ideas.models import Idea, Revision, Stage, Veil
from app.ideas.rules import life
from app.people.actor import HEADS, Actor
from app.people.models import Grant, Person, Role
from app.processes.models import Process
from app.record.actions import write
from app.review.conflicts import concerned, members, must_be_in_charge
from app.review.forms import RoundForm
from app.review.models import Decision, Review, Reviewer, ReviewStage, Round, RoundIdea, RoundStage, Sight
from app.review.rules import round_life
from app.review.scorecards import ensure

STARTED = (RoundStage.OPEN, RoundStage.CLOSED, RoundStage.PUBLISHED)


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Heads see the rounds of their committee, members those that have begun; the custodian their own; leaders what is
    published. To all others there are none."""
    headed = [committee for committee, post in actor.seats.items() if post in HEADS]
    begun = col(Round.stage) != RoundStage.PREPARED
    own = or_(
        col(Round.committee_id).in_(headed),
        and_(col(Round.committee_id).in_(list(actor.seats)), begun),
        and_(col(Round.custodian_id) == actor.id, begun),
    )
    return or_(own, col(Round.stage) == RoundStage.PUBLISHED) if actor.leader else own


@dataclass(frozen=True)
class Candidate:
    """An idea that a round could take: admitted, or left in review when another round let go of it."""

    id: int
    title: str
    process: str
    promised_on: date | None
    stage: Stage

    def late(self, today: date) -> bool:
        return self.promised_on is not None and self.promised_on < today


def live_elsewhere(round_id: int | None) -> ColumnElement[bool]:
    taken = select(col(RoundIdea.idea_id)).where(col(RoundIdea.live).is_(True))
    return col(Idea.id).in_(taken.where(col(RoundIdea.round_id) != round_id) if round_id else taken)


def candidates(db: Session, committees: Collection[int], round_id: int | None = None) -> list[Candidate]:
    """Oldest promise first. With a round's id also the ideas that are in it already."""
    query = (
        select(col(Idea.id), col(Idea.title), col(Process.name), col(Idea.promised_on), col(Idea.stage))
        .join(Process, col(Process.id) == col(Idea.process_id))
        .where(
            col(Idea.committee_id).in_(list(committees)),
            col(Idea.stage).in_((Stage.ADMITTED, Stage.IN_REVIEW)),
            ~live_elsewhere(round_id),
        )
        .order_by(col(Idea.promised_on), col(Idea.id))
    )
    return [Candidate(*row) for row in db.execute(query)]


def reviewed_before(db: Session, ideas: Collection[int]) -> tuple[list[int], set[int]]:
    """Of these ideas those that were submitted reviews of, and who wrote them."""
    query = select(col(Review.idea_id), col(Review.reviewer_id)).where(
        col(Review.idea_id).in_(list(ideas)), col(Review.stage) == ReviewStage.SUBMITTED
    )
    pairs = [(idea, person) for idea, person in db.execute(query)]
    known = {idea for idea, _ in pairs}
    return [idea for idea in ideas if idea in known], {person for _, person in pairs}


def custodians(db: Session, committee_id: int) -> list[tuple[int, str]]:
    """Who may be named to see names: members, and administrators."""
    seated = {member.id: member.name for member in members(db, committee_id)}
    query = (
        select(col(Person.id), col(Person.name))
        .join(Grant, col(Grant.person_id) == col(Person.id))
        .where(col(Grant.role) == Role.ADMINISTRATOR, col(Person.disabled_at).is_(None))
        .order_by(col(Person.name))
    )
    return list((seated | dict(db.execute(query).all())).items())


def prepare(db: Session, actor: Actor, committee_id: int, wanted: RoundForm) -> Round:
    card = ensure(db, actor, committee_id, wanted.card)
    made = Round(committee_id=committee_id, scorecard_id=card, name=wanted.name, due=wanted.due, made_by=actor.id)
    switch(made, wanted)
    db.add(made)
    db.flush()
    fill_in(db, made, wanted)
    figures = {"ideas": len(wanted.ideas), "reviewers": len(wanted.reviewers), "blind": int(made.blind)}
    write(db, actor.id, "prepare", made.ref, after=made.stage.value, figures=figures)
    return made


def change(db: Session, actor: Actor, round_: Round, wanted: RoundForm) -> None:
    """While it is prepared everything may change, the scorecard's version too: it takes the one in use."""
    if round_.stage is not RoundStage.PREPARED:
        raise Stale("This round has begun. What it is about does not change any more.")
    if wanted.version != round_.version:
        raise Stale("Somebody changed this round after you opened it. Look at it again before you go on.")
    round_.name, round_.due = wanted.name, wanted.due
    switch(round_, wanted)
    round_.scorecard_id = ensure(db, actor, round_.committee_id, wanted.card)
    round_.version += 1
    db.execute(delete(RoundIdea).where(col(RoundIdea.round_id) == round_.id))
    db.execute(delete(Reviewer).where(col(Reviewer.round_id) == round_.id))
    fill_in(db, round_, wanted)


SWITCHES = ("blind", "assigned", "names_to_authors", "closes_itself", "asks_confidence", "asks_forecast")


def switch(round_: Round, wanted: RoundForm) -> None:
    """The round's switches, as the form has them."""
    for name in SWITCHES:
        setattr(round_, name, bool(getattr(wanted, name)))
    round_.preset, round_.sight, round_.led_by = wanted.preset, wanted.sight, wanted.led_by
    round_.opens_on, round_.custodian_id = wanted.opens_on, wanted.custodian
    round_.wanted = wanted.wanted


def fill_in(db: Session, round_: Round, wanted: RoundForm) -> None:
    revisions = current_revisions(db, wanted.ideas)
    db.add_all(
        RoundIdea(round_id=round_.id, idea_id=idea, revision_id=revisions[idea]) for idea in dict.fromkeys(wanted.ideas)
    )
    db.add_all(Reviewer(round_id=round_.id, person_id=person) for person in dict.fromkeys(wanted.reviewers))
    try:
        db.flush()
    except IntegrityError as error:
        raise Stale("One of these ideas has gone into another round meanwhile.") from error


def current_revisions(db: Session, ideas: Collection[int]) -> dict[int, int]:
    query = (
        select(col(Idea.id), col(Revision.id))
        .join(Revision, and_(col(Revision.idea_id) == col(Idea.id), col(Revision.number) == col(Idea.revision)))
        .where(col(Idea.id).in_(list(ideas)))
    )
    return dict(db.execute(query).all())


def locked_ideas(db: Session, round_id: int) -> list[tuple[RoundIdea, Idea]]:
    query = (
        select(RoundIdea, Idea)
        .join(Idea, col(Idea.id) == col(RoundIdea.idea_id))
        .where(col(RoundIdea.round_id) == round_id, col(RoundIdea.live).is_(True))
        .order_by(col(Idea.id))
        .with_for_update(of=Idea)
    )
    return [(placed, idea) for placed, idea in db.execute(query)]


def open_round(db: Session, actor: Actor, round_: Round, version: int | None) -> int:
    """By somebody's word. Returns how many ideas were left out, because they are not admitted any more."""
    round_life.check(actor, round_, "open")
    must_be_unchanged(round_, version)
    return begin(db, actor.id, round_)


def must_be_unchanged(round_: Round, version: int | None) -> None:
    if version is not None and version != round_.version:
        raise Stale("Somebody changed this round after you opened it. Look at it again before you go on.")


def begin(db: Session, actor_id: int | None, round_: Round) -> int:
    """Ideas go into review at their current revision; in a blind round the veils fall. Returns how many ideas were
    left out. By somebody, or by itself on its day."""
    ready: list[tuple[RoundIdea, Idea]] = []
    gone: list[tuple[RoundIdea, Idea]] = []
    for placed, idea in locked_ideas(db, round_.id):
        (ready if idea.stage in (Stage.ADMITTED, Stage.IN_REVIEW) else gone).append((placed, idea))
    if not ready:
        raise Invalid("No idea in this round is admitted any more. Choose others first.")
    for placed, _ in gone:
        placed.live, placed.taken_out_at = False, now()
    revisions = current_revisions(db, [idea.id for _, idea in ready])
    for placed, idea in ready:
        placed.revision_id = revisions[idea.id]
    figures = {"ideas": len(ready), "blind": int(round_.blind)}
    move = round_life.by_name["open", RoundStage.PREPARED]
    round_life.step(db, actor_id, round_, move, figures=figures, opened_at=now())
    for _, idea in ready:
        if idea.stage is Stage.ADMITTED:
            # The head opens the round as a whole, ideas of their own among them: so the step, without asking who.
            life.step(db, actor_id, idea, life.by_name["into_round", Stage.ADMITTED], figures={"round": round_.id})
    if round_.blind:
        seated = [member.id for member in members(db, round_.committee_id)]
        veil(db, round_, [idea.id for _, idea in ready], seated)
    return len(gone)


def veil(db: Session, round_: Round, ideas: Sequence[int], people: Collection[int]) -> None:
    """Nobody on the committee sees who wrote these, but the custodian, and who wrote them knows."""
    known = concerned(db, ideas)
    there = select(col(Veil.person_id), col(Veil.idea_id)).where(col(Veil.round_id) == round_.id)
    already = set(db.execute(there))
    db.add_all(
        Veil(person_id=person, idea_id=idea, round_id=round_.id)
        for person in people
        for idea in ideas
        if person != round_.custodian_id and (idea, person) not in known.own and (person, idea) not in already
    )


def close(db: Session, actor: Actor, round_: Round, version: int | None) -> None:
    round_life.make(db, actor, round_, "close", version=version, closed_at=now())


def reveal(db: Session, actor_id: int | None, round_: Round) -> None:
    """What is sealed until the meeting can be seen from now on: by the chair's word, or when the meeting begins."""
    if round_.sight is not Sight.MEETING or round_.stage is not RoundStage.CLOSED or round_.revealed_at is not None:
        raise Stale("Nothing is sealed in this round that a meeting could open now.")
    round_.revealed_at = now()
    round_.version += 1
    write(db, actor_id, "reveal", round_.ref, before="sealed", after="open")


def cancel(db: Session, actor: Actor, round_: Round, note: str, version: int | None) -> None:
    """Its ideas wait for another round. What has been decided in it cannot be undone like this."""
    round_life.check(actor, round_, "cancel", note)
    decided = select(func.count()).where(col(Decision.round_id) == round_.id)
    if db.scalar(decided):
        raise Stale("A decision was made in this round. Take out what is left and publish it.")
    round_life.make(db, actor, round_, "cancel", note, version=version)
    let_go(db, round_.id)


def let_go(db: Session, round_id: int) -> None:
    """The round no longer holds its ideas, and hides nobody."""
    db.execute(
        update(RoundIdea)
        .where(col(RoundIdea.round_id) == round_id, col(RoundIdea.live).is_(True))
        .values(live=False)
        .execution_options(synchronize_session=False)
    )
    db.execute(delete(Veil).where(col(Veil.round_id) == round_id))


def must_be_in_charge_of(db: Session, actor: Actor, round_: Round, idea_id: int) -> None:
    """Of one idea of the round: whoever heads it has a conflict with some of them."""
    here = (col(RoundIdea.round_id) == round_.id, col(RoundIdea.idea_id) == idea_id)
    idea = db.scalars(select(Idea).join(RoundIdea, col(RoundIdea.idea_id) == col(Idea.id)).where(*here)).first()
    if idea is None:
        raise Missing()
    must_be_in_charge(db, actor, idea)


def take_out(db: Session, actor: Actor, round_: Round, idea_id: int, reason: str) -> None:
    """An idea that cannot be decided here waits for another round, veiled until this one is over."""
    if round_.stage not in (RoundStage.OPEN, RoundStage.CLOSED):
        raise Stale(f"This round is {round_.stage.value}. Nothing is taken out of it any more.")
    here = (col(RoundIdea.round_id) == round_.id, col(RoundIdea.idea_id) == idea_id)
    placed = db.scalars(select(RoundIdea).where(*here)).first()
    if placed is None:
        raise Missing()
    decided = (col(Decision.round_id) == round_.id, col(Decision.idea_id) == idea_id)
    if not placed.live or db.scalar(select(func.count()).where(*decided)):
        raise Stale("This idea is decided, or is not in the round any more.")
    placed.live, placed.taken_out_at = False, now()
    write(db, actor.id, "take_out", placed.ref, before="in", after="out", words={"reason": reason.strip()})


def veil_newcomers(db: Session) -> None:
    """Whoever takes a seat while a blind round is on sees no more of it than the others. Said where seats are given."""
    on = (col(Round.blind).is_(True), col(Round.stage).in_((RoundStage.OPEN, RoundStage.CLOSED)))
    for round_ in db.scalars(select(Round).where(*on).order_by(col(Round.id))).all():
        ideas = db.scalars(select(col(Veil.idea_id)).where(col(Veil.round_id) == round_.id).distinct()).all()
        veil(db, round_, ideas, [member.id for member in members(db, round_.committee_id)])


def add_reviewer(db: Session, actor: Actor, round_: Round, person_id: int) -> None:
    """One more, while the round is open. Nobody who does not review has seen a score until it closes."""
    if round_.stage is not RoundStage.OPEN:
        raise Stale(f"This round is {round_.stage.value}. Reviewers are added while it is open.")
    if person_id == round_.custodian_id or person_id not in {m.id for m in members(db, round_.committee_id)}:
        raise Invalid("Only a member of the committee reviews, and not the one who may see names.")
    made = Reviewer(round_id=round_.id, person_id=person_id)
    db.add(made)
    try:
        db.flush()
    except IntegrityError as error:
        raise Stale("This member reviews in this round already.") from error
    if round_.blind:
        veil(db, round_, [idea.id for _, idea in locked_ideas(db, round_.id)], [person_id])
    write(db, actor.id, "add_reviewer", round_.ref, figures={"person": person_id})
