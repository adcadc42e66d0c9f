"""Comments that an idea names as its evidence."""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy import text as sql
from sqlmodel import Field

from app.columns import Row, instant, points_to
from app.web import FormModel

STANDS = "withdrawn_at IS NULL"


class Citation(Row, table=True):
    """One customer's comment stands behind an idea. Taken back it stays, so that it can be seen that it stood here."""

    __tablename__ = "citation"
    __table_args__ = (
        Index(
            "ix_citation_once",
            "idea_id",
            "remark_id",
            unique=True,
            sqlite_where=sql(STANDS),
            postgresql_where=sql(STANDS),
        ),
    )

    idea_id: int = points_to("idea.id", index=False)
    remark_id: int = points_to("remark.id")
    cited_by: int = points_to("person.id", index=False)
    at: datetime = instant()
    withdrawn_by: int | None = points_to("person.id", nullable=True, index=False)
    withdrawn_at: datetime | None = instant(nullable=True, default=None)


class CiteForm(FormModel):
    remark: int = Field(ge=1)
