"""Reading comments one by one, and how those who code agree."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

from sqlalchemy import ColumnElement, and_, func, literal, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.errors import Missing
from app.estimates import Estimate
from app.people.actor import Actor
from app.people.models import Person
from app.refs import Kind
from app.voice.comments import frame
from app.voice.comments.agreement import Table, kappa
from app.voice.comments.models import Coded, Coding, RemarkCode, RemarkRead
from app.voice.models import Remark, RemarkTheme, Source, Theme
from app.voice.queries import comments_visible_to

MOST_READ = 5_000  # comments that each of two coders read, of which agreement is counted
FEWEST_BOTH = 10


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Comments of the sources that show them to this person, where those who answered are enough to hide one."""
    enough = col(Source.responses) >= col(Source.minimum_cell)
    here = and_(col(Source.id) == col(Remark.source_id), comments_visible_to(actor), enough)
    return select(col(Source.id)).where(here).correlate_except(Source).exists()


# No words stand in a title: it is read where nothing is masked.
kinds = [
    Kind("remark", Remark, visible_to, literal("A customer’s comment"), lambda id: f"/voice/comments/{id}"),
    Kind("theme", Theme, frame.visible_to, Theme.name, lambda id: f"/voice/comments/themes/{id}"),
]


def remark(db: Session, actor: Actor, id: int) -> tuple[Remark, Source]:
    query = select(Remark, Source).join(Source, col(Source.id) == col(Remark.source_id))
    found = db.execute(query.where(col(Remark.id) == id, visible_to(actor))).first()
    if found is None:
        raise Missing()
    return found[0], found[1]


def keepers(db: Session, actor: Actor) -> set[int | None]:
    """The departments that keep the sources whose comments this person may read."""
    return set(db.scalars(select(col(Source.department_id)).where(comments_visible_to(actor)).distinct()))


def mine(db: Session, actor: Actor, remark_id: int) -> list[int]:
    """The themes that this person sees in a comment."""
    own = (col(RemarkCode.remark_id) == remark_id, col(RemarkCode.person_id) == actor.id)
    return list(db.scalars(select(col(RemarkCode.theme_id)).where(*own)))


def unread(db: Session, actor: Actor, ids: Sequence[int], most: int = 2) -> list[int]:
    """Of these comments the first that this person has not coded yet."""
    read: set[int] = set()
    for begin in range(0, len(ids), 500):
        some = col(RemarkRead.remark_id).in_(ids[begin : begin + 500])
        read |= set(db.scalars(select(col(RemarkRead.remark_id)).where(some, col(RemarkRead.person_id) == actor.id)))
    return [number for number in ids if number not in read][:most]


@dataclass(frozen=True)
class Batch:
    id: int
    theme: str
    theme_id: int
    n: int
    at: datetime
    asked: str
    undone: bool


def batches(db: Session, actor: Actor, most: int = 5) -> list[Batch]:
    """What this person coded at once of late."""
    query = (
        select(Coding, col(Theme.name))
        .join(Theme, col(Theme.id) == col(Coding.theme_id))
        .where(col(Coding.person_id) == actor.id)
        .order_by(col(Coding.id).desc())
        .limit(most)
    )
    return [
        Batch(one.id, name, one.theme_id, one.n, one.at, one.asked, one.undone_at is not None)
        for one, name in db.execute(query)
    ]


@dataclass(frozen=True)
class Agreement:
    """Two people who coded the same comments: over all decisions, and theme by theme where both kinds occur."""

    first: str
    second: str
    comments: int
    over_all: Estimate
    share: float
    themes: Sequence[tuple[str, Estimate, Table]]


def agreements(db: Session, actor: Actor) -> list[Agreement]:
    """Of the pairs that read most of the same comments, among those that this reader may see."""
    seen = select(col(Remark.id)).where(visible_to(actor), col(Remark.id) == col(RemarkRead.remark_id)).exists()
    read: dict[int, set[int]] = defaultdict(set)
    rows = select(col(RemarkRead.person_id), col(RemarkRead.remark_id)).where(seen)
    for person, number in db.execute(rows.order_by(col(RemarkRead.id).desc()).limit(20 * MOST_READ)):
        if len(read[person]) < MOST_READ:
            read[person].add(number)
    pairs = [(len(read[a] & read[b]), a, b) for a, b in combinations(sorted(read), 2)]
    pairs = [one for one in sorted(pairs, reverse=True)[:3] if one[0] >= FEWEST_BOTH]
    if not pairs:
        return []
    people = {person for _, a, b in pairs for person in (a, b)}
    names = dict(db.execute(select(col(Person.id), col(Person.name)).where(col(Person.id).in_(people))).all())
    codes = coded_by(db, people)
    themes = {one.id: one.name for one in frame.frame_of(db, actor)}
    return [
        agreement((names[a], names[b]), read[a] & read[b], codes.get(a, {}), codes.get(b, {}), themes)
        for _, a, b in pairs
    ]


def coded_by(db: Session, people: set[int]) -> dict[int, dict[int, set[int]]]:
    """Of each person and theme the comments; what was coded in a heap says nothing of the other themes."""
    query = select(col(RemarkCode.person_id), col(RemarkCode.theme_id), col(RemarkCode.remark_id))
    found: dict[int, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    for person, theme, number in db.execute(query.where(col(RemarkCode.person_id).in_(people))):
        found[person][theme].add(number)
    return found


def agreement(
    names: tuple[str, str],
    both: set[int],
    first: dict[int, set[int]],
    second: dict[int, set[int]],
    themes: dict[int, str],
) -> Agreement:
    told: list[tuple[str, Estimate, Table]] = []
    total = Table(0, 0, 0, 0)
    for theme_id, name in themes.items():
        one, two = first.get(theme_id, set()) & both, second.get(theme_id, set()) & both
        table = Table(len(one & two), len(one - two), len(two - one), len(both - one - two))
        if one or two:
            told.append((name, kappa(table), table))
            total = Table(*(getattr(total, part) + getattr(table, part) for part in Table.__slots__))
    told.sort(key=lambda row: -(row[2].both + row[2].first + row[2].second))
    return Agreement(names[0], names[1], len(both), kappa(total), total.share, told)


def coded_sources(db: Session, actor: Actor) -> list[tuple[Source, Coded | None, int, int]]:
    """Sources with comments: whether their coding is finished, how many comments have a theme, how many there are."""
    total = select(func.count()).where(col(Remark.source_id) == col(Source.id)).scalar_subquery()
    themed = (
        select(func.count(col(RemarkTheme.remark_id).distinct()))
        .join(Remark, col(Remark.id) == col(RemarkTheme.remark_id))
        .where(col(Remark.source_id) == col(Source.id))
        .scalar_subquery()
    )
    query = (
        select(Source, Coded, themed, total)
        .outerjoin(Coded, col(Coded.source_id) == col(Source.id))
        .where(comments_visible_to(actor), or_(total > 0))
        .order_by(col(Source.last_day).desc(), col(Source.id).desc())
        .limit(12)
    )
    return [(row[0], row[1], row[2], row[3]) for row in db.execute(query)]
