"""One select for each shape of question to a list of ideas, made once; what it is about goes in as parameters."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    bindparam,
    case,
    column,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    table,
    true,
    type_coerce,
    union_all,
)
from sqlalchemy import Text as SqlText
from sqlalchemy.orm import Session

from app.changes import counts, table_of
from app.db import embedded
from app.ideas.asked import COUNTED, Filter, Sort
from app.ideas.calls.models import CallIdea
from app.ideas.models import PRIVATE, UNANSWERED, Audience, Author, Idea, Invited, Vote
from app.ideas.queries import ANY_READER, is_for, own, sight, veiled_from
from app.lately import lately
from app.people.actor import Actor
from app.words import clauses, for_database, for_like, open_ended, wanted

SPELLED = 20_000


class Search(StrEnum):
    NONE = ""
    WORDS = "words"
    WITHOUT = "without"
    LETTERS = "letters"


@dataclass(frozen=True)
class Shape:
    """What decides the SQL of a question; what it is about goes in as parameters."""

    sort: Sort
    search: Search
    process: bool
    team: bool
    stage: bool
    private: bool
    author: bool
    call: bool
    guest: bool
    owed: bool
    restricted: bool
    embedded: bool


I = table_of(Idea).c  # noqa: E741 - reads well in selects
ME: Any = bindparam("me")
SQLITE_TEXT = table("idea_text", column("rowid"), column("idea_text"))
POSTGRES_TEXT = table("idea_text", column("idea_id"), column("words"))
KEYS: Mapping[Sort, Sequence[Any]] = {
    Sort.NEWEST: (I.id,),
    Sort.WARM: (I.warmth, I.id),
    Sort.SUPPORT: (I.support, I.id),
    Sort.TALK: (I.talk, I.id),
    Sort.PROMISED: (I.promised_on, I.id),
}


def hidden() -> ColumnElement[bool]:
    return veiled_from(ME)


def anything_restricted(db: Session) -> bool:
    """Whether any idea is not for everyone: where none is, no list asks each of its ideas for whom it is."""
    query = select(I.id).where(I.audience != Audience.EVERYONE).limit(1)
    return lately(db, "restricted ideas", 1).or_made(counts(db, "ideas"), lambda: db.execute(query).first() is not None)


def aside(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """A condition said so that no index of it tempts the planner away from the narrower one."""
    return case((condition, 1), else_=0) == 1


def conditions(shape: Shape) -> Iterator[ColumnElement[bool]]:
    """Who may see what comes first: visible, then the rest. Filters by who wrote it leave out what is veiled."""
    if shape.guest:
        invited = table_of(Invited).c
        yield I.id.in_(select(invited.idea_id).where(invited.person_id == ME))
    if shape.restricted and not (shape.guest or shape.private):
        yield aside(or_(is_for(ANY_READER), own(ANY_READER)))
    if shape.private:
        yield own(ANY_READER)
    elif shape.author or shape.owed:
        yield aside(I.listed)
    else:
        yield I.listed
    if shape.stage:
        staged = type_coerce(I.stage, String) == bindparam("stage")
        yield aside(staged) if shape.private else staged
    if shape.process:
        yield I.process_id == bindparam("process")
    if shape.team:
        yield and_(I.team_id == bindparam("team"), ~hidden())
    if shape.author:
        wrote = table_of(Author).c
        yield I.id.in_(select(wrote.idea_id).where(wrote.person_id == bindparam("author")))
        yield ~hidden()
    if shape.call:
        answers = table_of(CallIdea).c
        yield I.id.in_(select(answers.idea_id).where(answers.call_id == bindparam("call"), ~answers.late))
    if shape.search is Search.LETTERS:
        # Letter by letter is slow: among the newest alone.
        like: Any = bindparam("like")
        yield I.id > select(func.coalesce(func.max(I.id), 0) - SPELLED).scalar_subquery()
        yield or_(*(part.ilike(like, escape="\\") for part in (I.title, I.story, I.change, I.needs)))
    if shape.search is Search.WITHOUT:
        yield ~holding(shape.embedded)


def matching(shape: Shape) -> Select[Any]:
    """The ideas that fit, not yet in order."""
    query: Select[Any] = select().where(*conditions(shape))
    if shape.search is not Search.WORDS:
        return query.select_from(table_of(Idea))
    text, number = (SQLITE_TEXT, SQLITE_TEXT.c.rowid) if shape.embedded else (POSTGRES_TEXT, POSTGRES_TEXT.c.idea_id)
    return query.select_from(text.join(table_of(Idea), I.id == number)).where(matches(shape.embedded))


def matches(on_sqlite: bool) -> ColumnElement[bool]:
    if on_sqlite:
        return SQLITE_TEXT.c.idea_text.op("MATCH")(bindparam("match"))
    told = func.to_tsquery(literal_column("'simple'"), bindparam("match", type_=SqlText()))
    return POSTGRES_TEXT.c.words.op("@@")(told)


def holding(on_sqlite: bool) -> ColumnElement[bool]:
    """Whether the idea matches, asked of each by itself."""
    number = SQLITE_TEXT.c.rowid if on_sqlite else POSTGRES_TEXT.c.idea_id
    return exists().where(number == I.id, matches(on_sqlite))


def newest_first(shape: Shape) -> Any:
    """The full-text index gives its rows by number; asked by that number it need not read them all."""
    return SQLITE_TEXT.c.rowid if shape.search is Search.WORDS and shape.embedded else I.id


def ranges(shape: Shape, begun: bool) -> list[ColumnElement[bool]]:
    """The parts of an index that hold the page, each of them read in its order without looking further.

    A key of two columns goes on behind its last value in two parts; what is owed stands apart for each stage.
    """
    keys = KEYS[shape.sort]
    first: Any = bindparam("first", type_=keys[0].type)
    last: Any = bindparam("id", type_=I.id.type)
    parts: list[ColumnElement[bool]] = [true()]
    if begun and shape.sort is Sort.PROMISED:
        parts = [and_(keys[0] == first, keys[1] > last), keys[0] > first]
    elif begun and len(keys) > 1:
        parts = [and_(keys[0] == first, keys[1] < last), keys[0] < first]
    elif begun:
        parts = [newest_first(shape) < last]
    if not shape.owed:
        return parts
    stages = [type_coerce(I.stage, String) == literal(stage.value) for stage in UNANSWERED]
    return [and_(stage, I.promised_on.is_not(None), part) for stage in stages for part in parts]


def ordered(shape: Shape) -> Sequence[Any]:
    if shape.sort is Sort.PROMISED:
        return KEYS[shape.sort]
    if shape.sort is Sort.NEWEST:
        return [newest_first(shape).desc()]
    return [key.desc() for key in KEYS[shape.sort]]


@cache
def page_select(shape: Shape, begun: bool) -> Select[Any]:
    """One page and one row more. begun: from a key on."""
    vote = table_of(Vote).c
    size: Any = bindparam("size")
    voted = exists().where(vote.idea_id == I.id, vote.person_id == ME)
    parts = ranges(shape, begun)
    query: Select[Any]
    if shape.search is Search.NONE and len(parts) > 1:
        each = [matching(shape).add_columns(I.id).where(part).order_by(*ordered(shape)).limit(size) for part in parts]
        some = union_all(*(one.subquery().select() for one in each)).subquery()
        query = select().select_from(table_of(Idea).join(some, some.c.id == I.id))
    elif shape.search is Search.NONE or shape.sort is Sort.NEWEST:
        query = matching(shape).where(*parts)
    else:
        # Only the newest thousand that fit are put in another order: a common word costs no more than a rare one.
        fit = matching(shape).add_columns(I.id).order_by(newest_first(shape).desc()).limit(COUNTED).subquery()
        query = select().select_from(table_of(Idea).join(fit, fit.c.id == I.id)).where(or_(*parts))
        shape = replace(shape, search=Search.NONE)
    columns = (I.id, I.version, I.support, voted, hidden(), KEYS[shape.sort][0])
    return query.add_columns(*columns).order_by(*ordered(shape)).limit(size)


@cache
def count_select(shape: Shape) -> Select[Any]:
    some = matching(shape).add_columns(literal_column("1")).limit(COUNTED + 1).subquery()
    return select(func.count()).select_from(some)


def shape_of(db: Session, actor: Actor, asked: Filter) -> Shape:
    search = Search.NONE
    if asked.q:
        told = clauses(asked.q)
        search = Search.WORDS if wanted(asked.q) else Search.WITHOUT if told else Search.LETTERS
    return Shape(
        sort=asked.sort,
        search=search,
        process=asked.process is not None,
        team=asked.team is not None,
        stage=asked.stage is not None,
        private=asked.stage in PRIVATE and not actor.guest,
        author=asked.author is not None,
        call=asked.call is not None,
        guest=actor.guest,
        owed=asked.sort is Sort.PROMISED,
        restricted=anything_restricted(db),
        embedded=embedded(db),
    )


def values(actor: Actor, asked: Filter, shape: Shape) -> dict[str, Any]:
    given: dict[str, Any] = {"me": actor.id}
    if shape.private or shape.restricted:
        given |= sight(actor)
    for name in ("process", "team", "author", "call"):
        if getattr(shape, name):
            given[name] = getattr(asked, name)
    if asked.stage:
        given["stage"] = asked.stage.value
    if shape.search is Search.LETTERS:
        given["like"] = for_like(asked.q)
    elif shape.search is not Search.NONE:
        given["match"] = for_database(open_ended(asked.q), embedded=shape.embedded)
    return given
