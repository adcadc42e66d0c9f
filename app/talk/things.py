"""What talk asks of the thing that is talked about, whatever its kind."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.refs import registry


def of_thing(db: Session, ref: str, column: str) -> int | None:
    """A column of the thing itself, where its kind has one."""
    kind, id = registry(db).kind_of(ref)
    if not hasattr(kind.model, column):
        return None
    found: int | None = db.scalar(select(getattr(kind.model, column)).where(kind.model.id == id))
    return found


def committee_of(db: Session, ref: str) -> int | None:
    return of_thing(db, ref, "committee_id")


def revision_of(db: Session, ref: str) -> int | None:
    return of_thing(db, ref, "revision")
