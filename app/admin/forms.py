"""What the administrators' forms take."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from app.columns import LARGEST_ID, Minor
from app.people.forms import Email, Name
from app.people.models import Kind, Post, Role
from app.web import FormModel

AnId = Annotated[int, Field(ge=1, le=LARGEST_ID)]


def a_sum(value: Decimal) -> Decimal:
    if value.scaleb(Minor.exponent) % 1:
        raise ValueError(f"At most {Minor.exponent} decimal places.")
    return value


ASum = Annotated[Decimal, Field(ge=0, le=10**12), AfterValidator(a_sum)]


class PersonForm(FormModel):
    name: Name
    email: Email
    department_id: AnId | None = None
    manager_id: AnId | None = None


class NewPersonForm(PersonForm):
    kind: Literal[Kind.EMPLOYEE, Kind.GUEST] = Kind.EMPLOYEE
    invite: bool = False


class RolesForm(FormModel):
    roles: tuple[Role, ...] = ()
    own_password: str = ""


class EraseForm(FormModel):
    name: str = ""
    own_password: str = ""


class DepartmentsForm(FormModel):
    departments: Annotated[str, Field(max_length=100_000)] = ""


class DepartmentForm(FormModel):
    name: Name
    parent_id: AnId | None = None
    head_id: AnId | None = None


class CommitteeForm(FormModel):
    name: Name
    quorum: Annotated[int, Field(ge=1, le=100)]
    promised_days: Annotated[int, Field(ge=1, le=365)]
    budget: ASum | None = None
    custodian_id: AnId | None = None
    version: int


class SeatForm(FormModel):
    person_id: AnId
    post: Post | None = None
    own_password: str = ""


class OrganisationForm(FormModel):
    name: Name
    few_answers: Annotated[int, Field(ge=30, le=10_000)] = 100


class MailForm(FormModel):
    email: Email


class ImportForm(FormModel):
    people: Annotated[str, Field(max_length=2_000_000)] = ""
    own_password: str = ""
