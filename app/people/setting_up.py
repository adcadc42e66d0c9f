"""The first start, in steps that can be left and taken up again: what is done is read from the tables."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session as DbSession
from sqlmodel import col

from app.columns import now
from app.errors import Refused
from app.people.actions import add_person, organisation
from app.people.forms import Email, Name
from app.people.models import Committee, Department, Grant, Link, Organisation, Person, Role
from app.people.roles import first_committee, set_roles
from app.record.actions import write
from app.web import FormModel


class OrganisationForm(FormModel):
    name: Name


class AdministratorForm(FormModel):
    name: Name
    email: Email
    new_password: str = ""


class DepartmentsForm(FormModel):
    departments: Annotated[str, Field(max_length=100_000)] = ""


class CommitteeForm(FormModel):
    name: Name
    quorum: Annotated[int, Field(ge=1, le=100)] = 3
    promised_days: Annotated[int, Field(ge=1, le=365)] = 21


class MailForm(FormModel):
    email: Email


@dataclass(frozen=True)
class Step:
    number: int
    name: str
    title: str
    done: str
    needed: bool = True


@dataclass(frozen=True)
class Progress:
    organisation: Organisation | None
    administrator: Person | None
    departments: int
    committee: Committee | None

    @property
    def steps(self) -> tuple[Step, ...]:
        organisation, administrator, committee = self.organisation, self.administrator, self.committee
        count = f"{self.departments:,} {'department' if self.departments == 1 else 'departments'}"
        return (
            Step(1, "organisation", "Your organisation", organisation.name if organisation else ""),
            Step(2, "administrator", "The first administrator", administrator.name if administrator else ""),
            Step(3, "departments", "Departments", count if self.departments else "", needed=False),
            Step(4, "committee", "The committee", committee.name if committee else ""),
            Step(5, "mail", "Mail, and the end", "", needed=False),
        )

    @property
    def ready(self) -> bool:
        return all(step.done for step in self.steps if step.needed)

    def next(self, after: int = 0) -> Step:
        """The first step after this one that is not done; the last when all are."""
        return next((step for step in self.steps if step.number > after and not step.done), self.steps[-1])


def progress(db: DbSession) -> Progress:
    return Progress(
        organisation(db),
        first_administrator(db),
        len(db.scalars(select(col(Department.id))).all()),
        first_committee(db),
    )


def first_administrator(db: DbSession) -> Person | None:
    query = select(Person).join(Grant, col(Grant.person_id) == col(Person.id))
    return db.scalars(query.where(col(Grant.role) == Role.ADMINISTRATOR).order_by(col(Person.id))).first()


def keep_organisation(db: DbSession, name: str) -> None:
    known = organisation(db)
    if known is None:
        db.add(Organisation(id=1, name=name))
    else:
        known.name, known.version = name, known.version + 1


def keep_administrator(db: DbSession, form: AdministratorForm, password_hash: str) -> None:
    """Made, or changed as long as the set-up goes on: an address with a slip can be mended."""
    person = first_administrator(db)
    if person is None:
        person = add_person(db, None, name=form.name, email=form.email)
        set_roles(db, None, person, [Role.ADMINISTRATOR])
    person.name, person.email, person.password = form.name, form.email, password_hash


def keep_committee(db: DbSession, form: CommitteeForm) -> None:
    """The review keeps a default scorecard for a committee that has none; nothing of it is made here."""
    committee = first_committee(db)
    fields = form.model_dump()
    if committee is None:
        committee = Committee(**fields)
        db.add(committee)
        db.flush()
        write(db, None, "add", committee.ref, figures={"quorum": form.quorum, "promised_days": form.promised_days})
    for name, value in fields.items():
        setattr(committee, name, value)


def finish(db: DbSession, link: Link) -> None:
    """The link dies here, and with it this way in."""
    state = progress(db)
    if not state.ready or state.organisation is None:
        raise Refused("The organisation, its first administrator and its committee are needed before the end.")
    state.organisation.set_up_at = now()
    link.used_at = now()
    by = state.administrator.id if state.administrator else None
    write(db, by, "set_up", state.organisation.ref)
