"""What the members of teams can do, and what the forms of a team take. Team and membership stand with the people."""

from typing import Annotated

from pydantic import AfterValidator, StringConstraints
from pydantic import Field as Limits
from sqlmodel import Field, SQLModel

from app.columns import LARGEST_ID, Id, Row
from app.web import FormModel

SomeId = Annotated[int, Limits(ge=1, le=LARGEST_ID)]


class Competence(Row, table=True):
    """Something that people can do, in a few words. The list grows from use; `key` is the name in any case."""

    __tablename__ = "competence"

    name: str = Field(max_length=60)
    key: str = Field(max_length=120, unique=True)


class MemberCompetence(SQLModel, table=True):
    """What a member brings to a team."""

    __tablename__ = "membership_competence"

    membership_id: int = Field(primary_key=True, sa_type=Id, foreign_key="membership.id")
    competence_id: int = Field(primary_key=True, sa_type=Id, foreign_key="competence.id", index=True)


def one_line(value: str) -> str:
    value = " ".join(value.split())
    if not value.isprintable():
        raise ValueError("Write it on one line.")
    return value


Skill = Annotated[str, StringConstraints(min_length=2, max_length=60), AfterValidator(one_line)]


class TeamForm(FormModel):
    name: Annotated[str, StringConstraints(min_length=1, max_length=120)]
    purpose: Annotated[str, StringConstraints(max_length=4000)] = ""
    processes: tuple[SomeId, ...] = ()
    version: int | None = None


class SomeoneForm(FormModel):
    person: SomeId
