"""What has been worked out of a source for the processes of today: once, by a job, for all servers."""

from datetime import datetime

from sqlalchemy import Column, LargeBinary, UniqueConstraint
from sqlmodel import Field

from app.columns import Row, instant, points_to, text


class Assessment(Row, table=True):
    """A study (see app.processes.study) of a source at a version: waiting until `made_at` says that it is there.

    `question` names how impacts are found, `made_of` stands for the processes with their touchpoints
    and weights.
    """

    __tablename__ = "assessment"
    __table_args__ = (UniqueConstraint("source_id", "source_version", "question", "made_of"),)

    source_id: int = points_to("source.id", index=False)
    source_version: int
    question: str = Field(max_length=40)
    made_of: str = Field(max_length=64)  # a digest of the drivers
    drivers: str = text()  # JSON: of each item its process or touchpoint, and its touchpoints with their weights
    done: int = 0  # percent, while it is being worked out
    alive_at: datetime | None = instant(nullable=True, default=None)  # the last sign of life of its job
    made_at: datetime | None = instant(nullable=True, default=None)
    found: str = text()  # JSON
    resamples: bytes | None = Field(default=None, sa_column=Column(LargeBinary(), nullable=True))
    problem: str = text()
