"""Two groups of those who wrote set against each other: the terms and the themes that are one's rather than the
other's. Worked out once for each version of a source."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.changes import counts, table_of
from app.estimates import Estimate
from app.lately import lately
from app.voice.answers import answers
from app.voice.comments.asking import Asked, Options, Scope
from app.voice.comments.cells import Mask, conditions, people, shown
from app.voice.comments.terms import Term, apart, counted, difference, terms_of
from app.voice.models import Remark, RemarkTheme, Theme
from app.voice.privacy import marks_of

LEAST = 5  # people who use a term, or as many as the source's smallest cell
MOST_READ = 20_000  # the latest comments of a source, of which terms are counted
OTHERS = {"detractors": "promoters", "promoters": "detractors", "passives": "", "low": "high", "high": "low"}
REST = "everybody else"


@dataclass(frozen=True)
class Split:
    """What parts the writers: one group against another, or (an empty second) against everybody else."""

    first: str
    second: str
    asked: Asked
    against: Asked | None


@dataclass(frozen=True)
class ThemeShare:
    id: int
    name: str
    first: Estimate
    second: Estimate
    apart: Estimate


@dataclass(frozen=True)
class Contrast:
    """writers: how many of each group wrote words. read: of how many comments; sampled: whether there are more."""

    split: Split
    writers: tuple[int, int]
    first: Sequence[Term]
    second: Sequence[Term]
    themes: Sequence[ThemeShare]
    coded: tuple[int, int]
    read: int
    sampled: bool
    least: int


def splits(offered: Options) -> list[str]:
    """What can be set apart in these sources, as a filter bar says it."""
    scores = [one for one in offered.scores if one.partition(": ")[0] in ("detractors", "low")]
    return scores + [f"{name}: {label}" for name, label in offered.segments]


def split_of(offered: Options, source: Scope, words: str) -> Split | None:
    known = splits(offered)
    chosen = words if words in known else next(iter(known), "")
    part, _, name = chosen.partition(": ")
    if not chosen:
        return None
    if chosen in offered.scores:
        other = OTHERS[part]
        return Split(
            f"{part} ({name})" if part in ("low", "high") else part,
            other,
            Asked(source=source.id, score=(part, name)),
            Asked(source=source.id, score=(other, name)),
        )
    segment = next(pair for pair in offered.segments if ": ".join(pair) == chosen)
    return Split(segment[1], REST, Asked(source=source.id, segment=segment), None)


def contrast(db: Session, source: Scope, split: Split) -> Contrast | None:
    """None where one of the groups is too small to show."""
    key = (source.id, source.version, counts(db, "voice"), split)
    kept = lately(db, "comments apart", 40)
    found: Contrast | None = kept.get(key)
    if found is None:
        found = work_out(db, source, split)
        if found is not None:
            kept.put(key, found)
    return found


def work_out(db: Session, source: Scope, split: Split) -> Contrast | None:
    known, told = people(db, source), answers(db, source.id)
    (one,) = conditions(db, source, split.asked, told, known)
    other: Mask = conditions(db, source, split.against, told, known)[0] if split.against else ~one
    n = len(known.ids)
    if not (shown([one], n, source.minimum_cell) and shown([other], n, source.minimum_cell)):
        return None
    said, read, sampled = terms_by_person(db, source)
    sides: list[tuple[str, set[str]]] = []
    for at, number in enumerate(known.ids.tolist()):
        if number in said:
            sides.append(("first" if one[at] else "second" if other[at] else "rest", said[number]))
    groups = {name: [own for side, own in sides if side == name] for name in ("first", "second", "rest")}
    least = max(LEAST, source.minimum_cell)
    writers = len(groups["first"]), len(groups["second"])
    if min(writers) < source.minimum_cell:
        return None
    tallies = [counted(groups[name]) for name in ("first", "second", "rest")]
    first, second = apart(tallies[0], tallies[1], tallies[2], least)
    shares, coded = theme_shares(db, source, known.ids[one], known.ids[other])
    return Contrast(split, writers, first, second, shares, coded, read, sampled, least)


def terms_by_person(db: Session, source: Scope) -> tuple[dict[int, set[str]], int, bool]:
    """What each person said, as terms; personal data is cut out before anything is counted."""

    def read() -> tuple[dict[int, set[str]], int, bool]:
        columns = table_of(Remark).c
        query = (
            select(columns.response_id, columns.words, columns.marks)
            .where(columns.source_id == source.id, columns.coded.is_(False))
            .order_by(columns.id.desc())
            .limit(MOST_READ + 1)
        )
        rows = db.execute(query).all()
        said: dict[int, set[str]] = defaultdict(set)
        for response_id, words, marks in rows[:MOST_READ]:
            said[response_id] |= terms_of(bare(words, marks))
        return dict(said), min(len(rows), MOST_READ), len(rows) > MOST_READ

    return lately(db, "terms of comments", 6).or_made((source.id, counts(db, "voice")), read)


def bare(words: str, marks: str = "") -> str:
    """Without what is likely personal; nothing stands side by side across it."""
    for span in reversed(marks_of(words, marks)):
        words = f"{words[: span.start]}\x00{words[span.end :]}"
    return words


def theme_shares(
    db: Session, source: Scope, first: NDArray[np.int64], second: NDArray[np.int64]
) -> tuple[list[ThemeShare], tuple[int, int]]:
    """Of those whose comments have been coded, how many in each group speak of a theme."""
    query = (
        select(col(RemarkTheme.theme_id), col(Remark.response_id))
        .join(Remark, col(Remark.id) == col(RemarkTheme.remark_id))
        .where(col(Remark.source_id) == source.id)
        .distinct()
    )
    by_theme: dict[int, set[int]] = defaultdict(set)
    for theme_id, response_id in db.execute(query):
        by_theme[theme_id].add(response_id)
    coded: set[int] = set().union(*by_theme.values()) if by_theme else set()
    one, two = coded & set(first.tolist()), coded & set(second.tolist())
    if min(len(one), len(two)) < max(source.minimum_cell, 2):
        return [], (len(one), len(two))
    names = dict(db.execute(select(col(Theme.id), col(Theme.name)).where(col(Theme.id).in_(by_theme))).all())
    told = [
        theme_share(key, names[key], (len(own & one), len(one)), (len(own & two), len(two)))
        for key, own in by_theme.items()
        if len(own & (one | two)) >= max(LEAST, source.minimum_cell)
    ]
    return sorted(told, key=lambda row: -(row.apart.value or 0.0)), (len(one), len(two))


def theme_share(key: int, name: str, one: tuple[int, int], two: tuple[int, int]) -> ThemeShare:
    first, second = (Estimate(100 * hits / n, None, None, n) for hits, n in (one, two))
    value, low, high = difference(*one, *two)
    return ThemeShare(key, name, first, second, Estimate(100 * value, 100 * low, 100 * high, one[1] + two[1]))
