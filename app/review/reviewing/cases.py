"""One idea in a round as one member has it before them: its reviews as far as they may see them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from sqlalchemy import and_, literal, or_, select, union_all
from sqlalchemy.orm import Session
from sqlmodel import col

from app.errors import Missing, Stale
from app.ideas.models import Author, Idea, Revision
from app.ideas.queries import veiled_from
from app.people.actor import Actor
from app.people.models import Person, Team
from app.processes.models import Process
from app.review.conflicts import Concerned, concerned, must_be_free
from app.review.duty import duties, is_asked, nobody_awaited, stood_in
from app.review.models import FiledReview, Review, ReviewStage, Round, RoundIdea, RoundStage, Score, Sight
from app.review.rounds import STARTED, visible_to
from app.review.rules import names_hidden, sees_reviews


@dataclass
class Written:
    """A review with the name of its reviewer and its scores by criterion (None: can't say)."""

    review: Review
    name: str
    scores: dict[int, int | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """An idea in a round, as one member has it before them. `reviews` holds what they may see, their own apart."""

    round: Round
    placed: RoundIdea
    idea: Idea
    revision: Revision
    process: Process
    reviewing: bool
    mine: Written | None
    reviews: Sequence[Written]
    sealed: bool
    hidden: bool

    @property
    def submitted(self) -> bool:
        return self.mine is not None and self.mine.review.stage is ReviewStage.SUBMITTED

    @property
    def running(self) -> bool:
        """Whether this member's word on the idea is still taken."""
        return self.reviewing and self.round.stage is RoundStage.OPEN and self.placed.live

    @property
    def can_score(self) -> bool:
        return self.running and not self.submitted

    @property
    def can_amend(self) -> bool:
        """A filed review can be amended until its writer has sight of another's."""
        return self.running and self.submitted and not self.reviews


def find(
    db: Session, actor: Actor, idea_id: int, *, lock: bool = False
) -> tuple[Round, RoundIdea, Idea, Revision, Process, bool]:
    """The idea in the round that works on it, or in the last that did. To the committee, the custodian, and while it is
    open to whoever stands in for a member, for the ideas that came to them."""
    stands_in = col(Round.id).in_(stood_in(actor.id)) & is_asked(actor.id)
    theirs = or_(col(Round.committee_id).in_(list(actor.seats)), col(Round.custodian_id) == actor.id, stands_in)
    query = (
        select(Round, RoundIdea, Idea, Revision, Process, is_asked(actor.id))
        .join(RoundIdea, col(RoundIdea.round_id) == col(Round.id))
        .join(Idea, col(Idea.id) == col(RoundIdea.idea_id))
        .join(Revision, col(Revision.id) == col(RoundIdea.revision_id))
        .join(Process, col(Process.id) == col(Idea.process_id))
        .where(
            col(RoundIdea.idea_id) == idea_id,
            col(RoundIdea.taken_out_at).is_(None),
            col(Round.stage).in_(STARTED),
            theirs,
            visible_to(actor),
        )
        .order_by(col(RoundIdea.live).desc(), col(Round.id).desc())
        .limit(1)
    )
    found = db.execute(query.with_for_update(of=Round) if lock else query).first()
    if found is None:
        raise Missing()
    round_, placed, idea, revision, process, reviewing = found
    return round_, placed, idea, revision, process, bool(reviewing)


def case(db: Session, actor: Actor, idea_id: int, *, lock: bool = False) -> Case:
    """Raises Missing where there is nothing for this person, Refused where they have a conflict; to who would change
    something Stale, since the page that they had before them was drawn without one."""
    round_, placed, idea, revision, process, reviewing = find(db, actor, idea_id, lock=lock)
    known = concerned(db, [idea.id])
    if lock and (idea.id, actor.id) not in known.own and known.has(idea.id, actor.id):
        raise Stale("A conflict of yours with this idea was noted meanwhile. What you typed was not taken.")
    must_be_free(known, idea.id, actor.id)
    all_of_them = written(db, round_.id, idea.id)
    mine = next((one for one in all_of_them if one.review.reviewer_id == actor.id), None)
    submitted = mine is not None and mine.review.stage is ReviewStage.SUBMITTED
    filed = {one.review.reviewer_id for one in all_of_them if stands(known, one.review)}
    all_in = round_.sight is Sight.ALL and nobody_awaited(round_, idea.id, known, duties(db, round_), filed)
    may = sees_reviews(round_, reviewer=reviewing, submitted=submitted, all_in=all_in)
    others = [one for one in all_of_them if may and one is not mine and stands(known, one.review)]
    hidden = names_hidden(actor, round_)
    return Case(round_, placed, idea, revision, process, reviewing, mine, others, not may, hidden)


def stands(known: Concerned, review: Review) -> bool:
    return review.stage is ReviewStage.SUBMITTED and not known.has(review.idea_id, review.reviewer_id)


def written(db: Session, round_id: int, idea_id: int) -> list[Written]:
    """All reviews of an idea with their scores, by the reviewers' names. One statement."""
    query = (
        select(Review, col(Person.name), col(Score.criterion_id), col(Score.value))
        .join(Person, col(Person.id) == col(Review.reviewer_id))
        .outerjoin(Score, col(Score.review_id) == col(Review.id))
        .where(col(Review.round_id) == round_id, col(Review.idea_id) == idea_id)
        .order_by(col(Person.name), col(Review.id))
    )
    found: dict[int, Written] = {}
    for review, name, criterion, value in db.execute(query):
        one = found.setdefault(review.id, Written(review, name))
        if criterion is not None:
            one.scores[criterion] = value
    return list(found.values())


def authors(db: Session, ideas: Collection[int], but_for: Actor | None = None) -> dict[int, str]:
    """Who wrote them, team first: for pages that may say so. One statement.

    but_for: leaves out what this reader may not learn. A round's custodian is under no veil of it.
    """
    ids = list(ideas)
    people = (
        select(col(Author.idea_id), literal(1), col(Person.name))
        .join(Person, col(Person.id) == col(Author.person_id))
        .where(col(Author.idea_id).in_(ids), *([~veiled_from(but_for, Author.idea_id)] if but_for else []))
    )
    teams = (
        select(col(Idea.id), literal(0), col(Team.name))
        .join(Team, col(Team.id) == col(Idea.team_id))
        .where(col(Idea.id).in_(ids))
    )
    found: dict[int, list[str]] = {}
    for idea, _, name in sorted(db.execute(union_all(teams, people))):
        found.setdefault(idea, []).append(name)
    return {idea: ", ".join(names) for idea, names in found.items()}


def earlier(db: Session, review_id: int) -> list[FiledReview]:
    """What a review said before it was amended, oldest first."""
    query = select(FiledReview).where(col(FiledReview.review_id) == review_id)
    return list(db.scalars(query.order_by(col(FiledReview.number))))


@dataclass(frozen=True)
class LastTime:
    """What this member said of the idea in an earlier round."""

    round: str
    revision: int
    total: Decimal | None
    to_authors: str
    to_committee: str


def last_time(db: Session, actor: Actor, actual: Case) -> LastTime | None:
    query = (
        select(
            col(Round.name), col(Revision.number), col(Review.total), col(Review.to_authors), col(Review.to_committee)
        )
        .join(Round, col(Round.id) == col(Review.round_id))
        .join(RoundIdea, and_(col(RoundIdea.round_id) == col(Round.id), col(RoundIdea.idea_id) == col(Review.idea_id)))
        .join(Revision, col(Revision.id) == col(RoundIdea.revision_id))
        .where(
            col(Review.idea_id) == actual.idea.id,
            col(Review.reviewer_id) == actor.id,
            col(Review.stage) == ReviewStage.SUBMITTED,
            col(Round.id) != actual.round.id,
        )
        .order_by(col(Review.id).desc())
        .limit(1)
    )
    row = db.execute(query).first()
    return LastTime(*row) if row else None
