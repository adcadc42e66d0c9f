"""A counter for each feature that grows with every change of its tables: what ETags and caches are made of.

Nobody has to remember to raise it: the session sees which tables a transaction touches, and raises their counters
just before it commits, in a fixed order so that two transactions cannot wait for each other.
"""

from typing import Any

from sqlalchemy import Table, bindparam, event, select, update
from sqlalchemy.orm import ORMExecuteState, Session
from sqlmodel import Field, SQLModel, col

from app.columns import Id

FEATURES = (
    *("people", "voice", "diagnosis", "processes", "teams", "ideas", "talk", "review", "pilots", "record"),
    "search",
)
# Change with a sign-in, the reading of a page, or by the second while something is worked out, and stand only on pages
# that are never kept by these counters.
UNCOUNTED = frozenset({"session", "guess", "link", "token", "assessment", "source_reading", "idea_scratch"})
# An index follows the ideas that it is of, and no kept page shows it.
UNCOUNTED |= {"similar_fresh", "similar_posting", "similar_kept", "similar_lengths", "similar_index"}


class Change(SQLModel, table=True):
    __tablename__ = "change"

    feature: str = Field(primary_key=True, max_length=24)
    count: int = Field(default=0, sa_type=Id)


def feature_of(model: Any) -> str:
    if model.__tablename__ in UNCOUNTED:
        return ""
    return str(model.__module__).split(".")[1]


def touched(db: Session, feature: str) -> None:
    """Said by hand only where a statement bypasses the models."""
    if feature in FEATURES:
        db.info.setdefault("touched", set()).add(feature)


@event.listens_for(Session, "before_flush")
def see_flush(db: Session, _context: Any, _instances: Any) -> None:
    for thing in (*db.new, *db.dirty, *db.deleted):
        touched(db, feature_of(type(thing)))


@event.listens_for(Session, "do_orm_execute")
def see_statement(state: ORMExecuteState) -> None:
    if state.is_select:
        return
    for mapper in state.all_mappers:
        if mapper.class_ is not Change:
            touched(state.session, feature_of(mapper.class_))


CHANGE = Change.__dict__["__table__"]
RAISED = update(CHANGE).where(CHANGE.c.feature == bindparam("changed")).values(count=CHANGE.c.count + 1)


@event.listens_for(Session, "before_commit")
def raise_counters(db: Session) -> None:
    if db.new or db.dirty or db.deleted:
        db.flush()
    for feature in sorted(db.info.pop("touched", ())):
        db.connection().execute(RAISED, {"changed": feature})


COUNTS = select(col(Change.feature), col(Change.count)).order_by(col(Change.feature))


def counts(db: Session, *features: str) -> tuple[int, ...]:
    """The counters of these features, for `web.unchanged`. One statement for a request that only reads."""
    known: dict[str, int] | None = db.info.get("counts")
    if known is None:
        known = {row[0]: row[1] for row in db.connection().execute(COUNTS)}
        if db.info.get("writing") is False:
            db.info["counts"] = known
    return tuple(known[feature] for feature in features)


def table_of(model: type[SQLModel]) -> Table:
    table: Table = model.__dict__["__table__"]
    return table
