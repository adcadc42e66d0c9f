"""Comments that fit what was asked, newest first or best first: a bounded look, whatever is asked of a million.

The database finds the words and all that stands with a comment; who answered what is packed, and is asked of the
arrays. A page goes on by the comment's number.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Select, column, func, literal, literal_column, select, table
from sqlalchemy import Text as SqlText
from sqlalchemy.orm import Session
from sqlmodel import col

from app import words
from app.changes import counts, table_of
from app.db import embedded
from app.lately import lately
from app.voice.comments.asking import Asked, Options, Scope
from app.voice.comments.cells import Cell, cell
from app.voice.comments.models import ThemeTouchpoint
from app.voice.models import Remark, RemarkTheme, Response, Source, Theme
from app.voice.privacy import masked
from app.words import Piece

SIZE = 25
COUNTED = 1_000  # what is counted, and put in order by how well it fits
LOOKED_FIRST = 4_000
LOOKED_AT = 20_000  # comments of which it is asked who wrote them
CHECKED = 200  # so few that each is looked at again as it is shown
MOST_SOURCES = 6  # whose answers are unpacked for one question

R = table_of(Remark).c
T = table_of(RemarkTheme).c
TEXT = table("remark_text", column("rowid"), column("remark_text"))


@dataclass(frozen=True)
class Said:
    """A comment as it is shown: masked, in pieces, with its themes."""

    id: int
    words: str
    pieces: Sequence[Piece]
    question: str
    coded: bool
    source_id: int
    source: str
    on: date | None
    score: float | None
    themes: Sequence[tuple[int, str]]


@dataclass(frozen=True)
class Found:
    """One page. ids: all that fit, newest first, as far as they are counted. withheld: sources that show too few."""

    shown: Sequence[Said] = ()
    ids: Sequence[int] = ()
    more: bool = False
    after: str = ""
    withheld: Sequence[str] = ()
    left_out: int = 0

    @property
    def number(self) -> str:
        return f"{len(self.ids):,}{'+' if self.more else ''}"


@dataclass(frozen=True)
class Where:
    """A question made ready: the sources, and of each whose comments fit (None: everybody's)."""

    asked: Asked
    sources: Sequence[Scope]
    cells: Mapping[int, Cell] = field(default_factory=dict)
    withheld: Sequence[str] = ()
    left_out: int = 0


def where(db: Session, offered: Options, asked: Asked) -> Where:
    scope = offered.scope(asked)
    large = [one for one in scope if one.responses >= one.minimum_cell]
    too_few = [one.name for one in scope if one.responses < one.minimum_cell]
    if not asked.about_people:
        return Where(asked, large, withheld=too_few)
    looked = large[:MOST_SOURCES]
    cells = {one.id: cell(db, one, asked) for one in looked}
    too_few += [one.name for one in looked if cells[one.id].chosen is None]
    kept = [one for one in looked if cells[one.id].chosen is not None]
    return Where(asked, kept, cells, too_few, len(large) - len(looked))


def find(db: Session, offered: Options, asked: Asked, size: int = SIZE) -> Found:
    asked = offered.fitting(asked)
    place = where(db, offered, asked)
    ids, more = all_that_fit(db, place)
    few = len(ids) <= CHECKED
    if asked.sort == "best" and asked.q:
        page, after = best(db, place, ids, size)
    elif few or not asked.after:
        page, after = part(ids, asked.after, size, more)
    else:
        page = matching(db, place, size + 1, before=key(asked.after))
        page, after = page[:size], str(page[size - 1]) if len(page) > size else ""
    return Found(said(db, page, asked.q), ids, more, after, place.withheld, place.left_out)


def key(after: str) -> int | None:
    return int(after) if after.isascii() and after.isdigit() and len(after) < 19 else None


def part(ids: Sequence[int], after: str, size: int, more: bool) -> tuple[list[int], str]:
    before = key(after)
    rest = [number for number in ids if before is None or number < before]
    return rest[:size], str(rest[size - 1]) if len(rest) > size or (more and len(rest) == size) else ""


def all_that_fit(db: Session, place: Where) -> tuple[list[int], bool]:
    """As far as they are counted. A few are looked at again as they are shown: what is masked is not found by it."""

    def look() -> tuple[list[int], bool]:
        found = matching(db, place, COUNTED + 1)
        ids, more = found[:COUNTED], len(found) > COUNTED
        if words.wanted(place.asked.q) and len(ids) <= CHECKED:
            texts = texts_of(db, ids)
            ids = [number for number in ids if words.holds(texts[number], place.asked.q)]
        return ids, more

    scope = tuple((one.id, one.version) for one in place.sources)
    known = (counts(db, "voice"), replace(place.asked, after="", sort=""), scope)
    return lately(db, "comments found", 200).or_made(known, look)


def best(db: Session, place: Where, ids: Sequence[int], size: int) -> tuple[list[int], str]:
    """By how well they fit, of the newest thousand; the key is how many were shown."""

    def rank() -> list[int]:
        texts = dict(db.execute(select(R.id, R.words).where(R.id.in_(ids))).all())
        scores = words.relevance([texts[number] for number in ids], place.asked.q)
        order = sorted(zip(scores, ids, strict=True), key=lambda one: (-one[0], -one[1]))
        return [number for _, number in order]

    known = (counts(db, "voice"), place.asked.q, tuple(ids))
    ranked = lately(db, "comments ranked", 50).or_made(known, rank)
    begun = min(key(place.asked.after) or 0, len(ranked))
    return ranked[begun : begun + size], str(begun + size) if len(ranked) > begun + size else ""


def matching(db: Session, place: Where, most: int, before: int | None = None) -> list[int]:
    """Numbers of comments that fit, newest first."""
    if not place.sources or (place.asked.q and not words.clauses(place.asked.q)):
        return []
    query = selected(db, place, before)
    if not place.asked.about_people:
        return [row[0] for row in db.connection().execute(query.limit(most))]
    rows = db.connection().execute(query.limit(LOOKED_FIRST)).all()
    found = fitting(rows, place)
    if len(found) < most and len(rows) == LOOKED_FIRST:
        rest = selected(db, place, int(rows[-1][0])).limit(LOOKED_AT - LOOKED_FIRST)
        found += fitting(db.connection().execute(rest).all(), place)
    return found[:most]


def fitting(rows: Sequence[Any], place: Where) -> list[int]:
    """Of these (number, response, source, whether a theme speaks of the touchpoint) those whose writers fit."""
    if not rows:
        return []
    told = np.array([tuple(row) for row in rows], dtype=np.int64)
    fits = np.zeros(len(told), dtype=bool)
    for source_id, own in place.cells.items():
        mine = told[:, 2] == source_id
        if own.chosen is None or not mine.any():
            continue
        chosen = np.isin(told[:, 1], own.chosen)
        if place.asked.touchpoint:
            poor = np.isin(told[:, 1], own.poor) if own.poor is not None else np.zeros(len(told), dtype=bool)
            chosen &= poor | (told[:, 3] == 1)
        fits |= mine & chosen
    return [int(number) for number in told[fits, 0]]


def selected(db: Session, place: Where, before: int | None) -> Select[Any]:
    """Candidates: comments with the words, of the sources, with the theme; not yet asked who wrote them."""
    asked, on_sqlite = place.asked, embedded(db)
    looked_for = words.wanted(asked.q)
    full_text = bool(looked_for) and on_sqlite
    number: Any = TEXT.c.rowid if full_text else R.id
    themed: Any = literal_column("0")
    if asked.touchpoint:
        themed = R.id.in_(speaking_of(asked.touchpoint))
    query: Select[Any] = select(number, R.response_id, R.source_id, themed).order_by(number.desc())
    joined = TEXT.join(table_of(Remark), R.id == TEXT.c.rowid) if full_text else table_of(Remark)
    # Said so that SQLite's planner begins with the index of words: asked row by row it would take minutes.
    own_source: Any = literal_column("+remark.source_id") if full_text else R.source_id
    query = query.select_from(joined).where(own_source.in_([one.id for one in place.sources]))
    if before is not None:
        query = query.where(number < before)
    if len(place.sources) == 1:
        # Where in the table the source lies: the index of words then reads no other source's.
        own = R.source_id == place.sources[0].id
        query = query.where(number >= select(func.min(R.id)).where(own).scalar_subquery())
        query = query.where(number <= select(func.max(R.id)).where(own).scalar_subquery())
    key: Any = literal_column("+remark.id") if full_text else R.id
    return query.where(*with_words(asked, on_sqlite), *standing_with(asked, key))


def with_words(asked: Asked, on_sqlite: bool) -> list[ColumnElement[bool]]:
    looked_for, without = words.wanted(asked.q), words.unwanted(asked.q)
    if on_sqlite:
        match = words.for_fts5(looked_for)
        not_these = words.for_fts5(without, "OR")
        found: Any = TEXT.c.remark_text
        if looked_for:
            return [found.op("MATCH")(f"({match}) NOT ({not_these})" if without else match)]
        with_these = select(TEXT.c.rowid).where(found.op("MATCH")(not_these))
        return [R.id.not_in(with_these)] if without else []
    told: Any = literal_column("remark.told")
    fits = [told.op("@@")(tsquery(words.for_tsquery(looked_for)))] if looked_for else []
    return fits + ([~told.op("@@")(tsquery(words.for_tsquery(without, "|")))] if without else [])


def tsquery(text: str) -> Any:
    return func.to_tsquery(literal_column("'simple'"), literal(text, SqlText()))


def standing_with(asked: Asked, key: Any) -> list[ColumnElement[bool]]:
    """What a comment's own row and its themes say."""
    told: list[ColumnElement[bool]] = []
    if asked.theme:
        told.append(key.in_(select(T.remark_id).where(T.theme_id == asked.theme)))
    if asked.unthemed:
        told.append(~select(T.id).where(T.remark_id == R.id).exists())
    if asked.question:
        told.append(R.question == asked.question)
    if asked.speaks:
        told.append(R.score < 50 if asked.speaks == "badly" else R.score > 50)
    return told


def speaking_of(touchpoint_id: int) -> Select[Any]:
    linked = select(col(ThemeTouchpoint.theme_id)).where(col(ThemeTouchpoint.touchpoint_id) == touchpoint_id)
    return select(T.remark_id).where(T.theme_id.in_(linked))


def texts_of(db: Session, ids: Sequence[int]) -> dict[int, str]:
    """Comments as they may be shown."""
    found: dict[int, str] = {}
    for begin in range(0, len(ids), 500):
        rows = db.execute(select(R.id, R.words, R.marks).where(R.id.in_(ids[begin : begin + 500])))
        found |= {number: masked(text, marks) for number, text, marks in rows}
    return found


def said(db: Session, ids: Sequence[int], q: str = "", most: int = 420) -> list[Said]:
    """These comments in this order, as they are shown. Who may read them was asked before."""
    if not ids:
        return []
    fields = (R.id, R.words, R.marks, R.question, R.coded, R.source_id, col(Source.name), col(Response.on), R.score)
    query = (
        select(*fields)
        .select_from(table_of(Remark))
        .join(Source, col(Source.id) == R.source_id)
        .join(Response, col(Response.id) == R.response_id)
        .where(R.id.in_(ids))
    )
    rows = {row[0]: row for row in db.execute(query)}
    named = themes_of(db, ids)
    told = []
    for number in ids:
        if row := rows.get(number):
            text = masked(row[1], row[2])
            pieces = words.excerpt(text, q, most)
            question, coded, source_id, source, on, score = row[3:]
            themes = named.get(number, ())
            told.append(Said(number, text, pieces, question, coded, source_id, source, on, score, themes))
    return told


def themes_of(db: Session, ids: Sequence[int]) -> dict[int, list[tuple[int, str]]]:
    query = (
        select(T.remark_id, T.theme_id, col(Theme.name))
        .join(Theme, col(Theme.id) == T.theme_id)
        .where(T.remark_id.in_(ids))
        .order_by(col(Theme.key))
    )
    found: dict[int, list[tuple[int, str]]] = {}
    for remark_id, theme_id, name in db.execute(query):
        found.setdefault(remark_id, []).append((theme_id, name))
    return found


def themes_among(db: Session, ids: Sequence[int], most: int = 8) -> list[tuple[int, str, int]]:
    """What these comments are about most: theme, name, how many of them."""
    if not ids:
        return []

    def look() -> list[tuple[int, str, int]]:
        n = func.count()
        query = (
            select(T.theme_id, col(Theme.name), n)
            .join(Theme, col(Theme.id) == T.theme_id)
            .where(T.remark_id.in_(ids))
            .group_by(T.theme_id, col(Theme.name))
            .order_by(n.desc(), col(Theme.name))
            .limit(most)
        )
        return [(row[0], row[1], row[2]) for row in db.execute(query)]

    return lately(db, "themes among comments", 100).or_made((counts(db, "voice"), tuple(ids), most), look)
