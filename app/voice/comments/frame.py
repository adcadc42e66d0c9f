"""The code frame: the themes that comments are about, and who may know of which."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.errors import Invalid
from app.people.actor import Actor
from app.voice.comments.models import ThemeTouchpoint
from app.voice.models import Remark, RemarkTheme, Source, Theme, Touchpoint
from app.voice.queries import TAKEN, comments_visible_to
from app.voice.touchpoints.queries import visible_to as touchpoints_visible_to

IN_USE = col(Theme.merged_into).is_(None)


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """A theme is known to whoever reads comments of a source that has it; one that no source has, to all who read any.

    Names of themes come out of files too, and tell what the comments of a source are about.
    """
    seen = comments_visible_to(actor)
    reads_any = select(col(Source.id)).where(seen).correlate_except(Source).exists()
    return and_(reads_any, known_by(seen))


def known_by(seen: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether a theme may be named where the comments of these sources are read."""
    return or_(named_in(seen), ~named_in(TAKEN))


def named_in(which: ColumnElement[bool]) -> ColumnElement[bool]:
    query = select(col(RemarkTheme.id)).join(Remark, col(Remark.id) == col(RemarkTheme.remark_id))
    query = query.join(Source, col(Source.id) == col(Remark.source_id))
    return query.where(col(RemarkTheme.theme_id) == col(Theme.id), which).correlate(Theme).exists()


def frame_of(db: Session, actor: Actor) -> Sequence[Theme]:
    """The themes in use that this person may know of, by name."""
    return db.scalars(select(Theme).where(IN_USE, visible_to(actor)).order_by(col(Theme.key))).all()


def chosen(db: Session, actor: Actor, ids: Sequence[int]) -> list[Theme]:
    """These themes, each in use and known to this person; `Invalid` if one is not."""
    query = select(Theme).where(col(Theme.id).in_(set(ids)), IN_USE, visible_to(actor))
    found = list(db.scalars(query)) if ids else []
    if len(found) != len(set(ids)):
        raise Invalid("One of these themes is not in use any more. Load the page again.")
    return found


@dataclass(frozen=True)
class Standing:
    """A theme with what it speaks of and in how many comments that this reader sees."""

    theme: Theme
    touchpoints: Sequence[str]
    n: int
    by_hand: int


def standings(db: Session, actor: Actor) -> list[Standing]:
    linked: dict[int, list[str]] = defaultdict(list)
    links = select(col(ThemeTouchpoint.theme_id), col(Touchpoint.name)).join(
        Touchpoint, col(Touchpoint.id) == col(ThemeTouchpoint.touchpoint_id)
    )
    for theme_id, name in db.execute(links.where(touchpoints_visible_to(actor)).order_by(col(Touchpoint.name))):
        linked[theme_id].append(name)
    seen = select(col(Source.id)).where(comments_visible_to(actor))
    counted = (
        select(col(RemarkTheme.theme_id), col(RemarkTheme.by_hand), func.count())
        .join(Remark, col(Remark.id) == col(RemarkTheme.remark_id))
        .where(col(Remark.source_id).in_(seen))
        .group_by(col(RemarkTheme.theme_id), col(RemarkTheme.by_hand))
    )
    n: dict[int, Counter[bool]] = defaultdict(Counter)
    for theme_id, by_hand, count in db.execute(counted):
        n[theme_id][bool(by_hand)] += count
    return [Standing(one, linked[one.id], n[one.id].total(), n[one.id][True]) for one in frame_of(db, actor)]


def touchpoints_of(db: Session, theme_id: int) -> list[int]:
    query = select(col(ThemeTouchpoint.touchpoint_id)).where(col(ThemeTouchpoint.theme_id) == theme_id)
    return list(db.scalars(query))
