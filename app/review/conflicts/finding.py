"""What the system finds: members who stand near who wrote an idea, or near the idea itself. Never a conflict by itself.

All of it is worked out from what stands in the tables now; what was answered once is not found again. The first three
kinds follow from who wrote the idea: nobody to whom names are hidden may be told of one.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Select,
    Text,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    union,
    union_all,
)
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from app.ideas.models import Author, Conflict, ConflictKind, Idea, Vote
from app.ideas.queries import in_team
from app.people.models import Membership, Person
from app.review.conflicts.models import Suspicion, SuspicionStage
from app.review.conflicts.rules import Pair
from app.review.models import Round, RoundIdea
from app.talk.models import Comment

K = ConflictKind
Found = dict[Pair, list[ConflictKind]]
ALL = "*"


def found(db: Session, ideas: Collection[int], people: Any, closed: Collection[int] = ()) -> Found:
    """What is found or named between these ideas and these people (ids, or a select of them), the nearest kind first.

    closed: ideas of which the reader may not know who wrote them: of those only what authors named. Left out is what
    was answered, and who has a conflict already as far as the reader may know. One statement.
    """
    if not ideas and not closed:
        return {}
    kinds: dict[Pair, set[ConflictKind]] = defaultdict(set)
    done: set[tuple[int, int, str]] = set()
    near = (department(ideas, people), line(ideas, people), *together(ideas, people), *supporters(ideas, people))
    asked = (*near, named([*ideas, *closed], people)) if ideas else (named(closed, people),)
    for idea, person, kind, is_answered in db.execute(union_all(*asked, *answered(ideas, closed))):
        if is_answered:
            done.add((idea, person, kind))
        else:
            kinds[idea, person].add(ConflictKind(kind))
    return {pair: left for pair, there in sorted(kinds.items()) if (left := unanswered(pair, there, done))}


def unanswered(pair: Pair, kinds: set[ConflictKind], done: set[tuple[int, int, str]]) -> list[ConflictKind]:
    if (*pair, ALL) in done:
        return []
    return [kind for kind in ConflictKind if kind in kinds and (*pair, kind) not in done]


def pair_of(idea: Any, person: Any, kind: ConflictKind) -> Select[Any]:
    query: Select[Any] = select(idea, person, literal(kind.value), literal(False))
    return query


def department(ideas: Collection[int], people: Any) -> Select[Any]:
    """In the very department of an author; those above and below it are not meant."""
    wrote, member = aliased(Person), aliased(Person)
    return (
        pair_of(col(Author.idea_id), col(member.id), K.DEPARTMENT)
        .join(wrote, col(wrote.id) == col(Author.person_id))
        .join(member, and_(col(member.department_id) == col(wrote.department_id), col(member.id) != col(wrote.id)))
        .where(col(Author.idea_id).in_(ideas), col(member.id).in_(people))
    )


def chain(ideas: Collection[int], people: Any) -> CTE:
    """Everybody above an author or one of these people, at any level. A circle of managers ends by itself."""
    wrote = select(col(Author.person_id)).where(col(Author.idea_id).in_(ideas))
    begun = or_(col(Person.id).in_(people), col(Person.id).in_(wrote))
    first: Any = select(col(Person.id).label("below"), col(Person.manager_id).label("above"))
    steps = first.where(begun, col(Person.manager_id).is_not(None)).cte("chain", recursive=True)
    upper = aliased(Person)
    further = select(steps.c.below, col(upper.manager_id)).join(steps, col(upper.id) == steps.c.above)
    whole: CTE = steps.union(further.where(col(upper.manager_id).is_not(None)))
    return whole


def line(ideas: Collection[int], people: Any) -> Select[Any]:
    steps = chain(ideas, people)
    member = aliased(Person)
    leads = and_(steps.c.above == col(member.id), steps.c.below == col(Author.person_id))
    reports = and_(steps.c.below == col(member.id), steps.c.above == col(Author.person_id))
    return (
        pair_of(col(Author.idea_id), col(member.id), K.LINE)
        .join(member, col(member.id).in_(people))
        .join(steps, or_(leads, reports))
        .where(col(Author.idea_id).in_(ideas), col(member.id) != col(Author.person_id))
    )


def together(ideas: Collection[int], people: Any) -> Iterator[Select[Any]]:
    """Another idea that was submitted has both behind it, as its authors or in its team."""
    wrote: Any = select(col(Author.idea_id).label("idea"), col(Author.person_id).label("person"))
    crew = select(col(Idea.id), col(Membership.person_id)).join(Membership, and_(*in_team()))
    theirs = union(
        wrote.where(col(Author.person_id).in_(people)), crew.where(col(Membership.person_id).in_(people))
    ).cte("theirs")
    other = aliased(Author)
    this: tuple[Any, ...] = (col(Author.idea_id).in_(ideas), theirs.c.person != col(Author.person_id))
    yield (
        pair_of(col(Author.idea_id), theirs.c.person, K.TOGETHER)
        .join(other, and_(col(other.person_id) == Author.person_id, col(other.idea_id) != Author.idea_id))
        .join(theirs, theirs.c.idea == col(other.idea_id))
        .join(Idea, col(Idea.id) == theirs.c.idea)
        .where(*this, col(Idea.revision) > 0)
    )
    yield (
        pair_of(col(Author.idea_id), theirs.c.person, K.TOGETHER)
        .join(Membership, col(Membership.person_id) == Author.person_id)
        .join(Idea, and_(*in_team(), col(Idea.id) != col(Author.idea_id)))
        .join(theirs, theirs.c.idea == col(Idea.id))
        .where(*this, col(Idea.revision) > 0)
    )


def supporters(ideas: Collection[int], people: Any) -> Iterator[Select[Any]]:
    """Who supported or spoke about an idea; once it is in a round, before that opened."""
    voted = (col(Vote.idea_id).in_(ideas), col(Vote.person_id).in_(people))
    yield pair_of(col(Vote.idea_id), col(Vote.person_id), K.SUPPORTER).where(*voted, before(Vote.at, Vote.idea_id))
    refs = [f"idea:{idea}" for idea in ideas]
    # CASE, so that nothing else's ref is ever read as a number.
    about = case(
        (col(Comment.about).in_(refs), cast(func.substr(Comment.about, len("idea:") + 1), BigInteger)), else_=0
    )
    own_words = (col(Comment.withdrawn_at).is_(None), col(Comment.official).is_(False))
    spoke = (col(Comment.author_id).in_(people), col(Comment.about).in_(refs), *own_words)
    yield pair_of(about, col(Comment.author_id), K.SUPPORTER).where(*spoke, before(Comment.written_at, about))


def before(at: Any, idea: Any) -> ColumnElement[bool]:
    """Before the round that holds the idea opened; where it has not, at any time."""
    since = select(col(Round.opened_at)).join(RoundIdea, col(RoundIdea.round_id) == col(Round.id))
    opened = since.where(col(RoundIdea.idea_id) == idea, col(RoundIdea.live).is_(True)).scalar_subquery()
    return or_(opened.is_(None), at < opened)


def named(ideas: Collection[int], people: Any) -> Select[Any]:
    waits = (col(Suspicion.kind) == K.NAMED, col(Suspicion.stage) == SuspicionStage.OPEN)
    query = pair_of(col(Suspicion.idea_id), col(Suspicion.person_id), K.NAMED)
    return query.where(col(Suspicion.idea_id).in_(ideas), col(Suspicion.person_id).in_(people), *waits)


def answered(ideas: Collection[int], closed: Collection[int]) -> Iterator[Select[Any]]:
    """What is not asked any more: what was answered, and of who has a conflict anyhow, all."""
    query: Any = select(col(Suspicion.idea_id), col(Suspicion.person_id), cast(Suspicion.kind, Text), literal(True))
    yield query.where(col(Suspicion.idea_id).in_([*ideas, *closed]), col(Suspicion.stage) != SuspicionStage.OPEN)
    said: Any = select(col(Conflict.idea_id), col(Conflict.person_id), literal(ALL), literal(True))
    live = said.where(col(Conflict.ended_at).is_(None))
    yield live.where(col(Conflict.idea_id).in_(ideas))
    yield live.where(col(Conflict.idea_id).in_(closed), col(Conflict.kind) == K.DECLARED)
    own: Any = select(col(Author.idea_id), col(Author.person_id), literal(ALL), literal(True))
    yield own.where(col(Author.idea_id).in_(ideas))
    crew: Any = select(col(Idea.id), col(Membership.person_id), literal(ALL), literal(True))
    yield crew.join(Membership, and_(*in_team())).where(col(Idea.id).in_(ideas))
