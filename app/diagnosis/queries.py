"""Reading diagnoses: who has answered, where answers differ, what the organisation answered over time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, false, func, select, true
from sqlalchemy.orm import Session
from sqlmodel import col

from app.diagnosis.items import ITEMS
from app.diagnosis.models import Answer, Asked, Diagnosis, DiagnosisStage, Finding, Invitation, Sheet
from app.diagnosis.spread import CUSTOMERS, Spread, spread
from app.people.actor import Actor
from app.people.models import Department, Kind, Person
from app.refs import Kind as RefKind

SAID = "said"  # what a customer wrote, beside the items


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Every employee sees that there is one; its answers are another door (rules.sees_spread)."""
    return false() if actor.guest else true()


kinds = [RefKind("diagnosis", Diagnosis, visible_to, Diagnosis.name, lambda number: f"/voice/diagnosis/{number}")]


@dataclass(frozen=True)
class Turnout:
    """A department that is asked: how many people it has, and how many have answered."""

    department_id: int
    name: str
    people: int
    answered: int


@dataclass(frozen=True)
class Customers:
    invited: int
    answered: int


def all_diagnoses(db: Session) -> Sequence[Diagnosis]:
    """Latest first."""
    return db.scalars(select(Diagnosis).order_by(col(Diagnosis.opened_at).desc(), col(Diagnosis.id).desc())).all()


def published(db: Session, most: int = 6) -> Sequence[Diagnosis]:
    """Latest first."""
    query = select(Diagnosis).where(col(Diagnosis.stage) == DiagnosisStage.PUBLISHED)
    return db.scalars(query.order_by(col(Diagnosis.published_at).desc()).limit(most)).all()


def asked_of(db: Session, diagnosis_id: int) -> set[int]:
    return set(db.scalars(select(col(Asked.department_id)).where(col(Asked.diagnosis_id) == diagnosis_id)))


def turnout(db: Session, diagnosis_id: int) -> list[Turnout]:
    people = (
        select(func.count())
        .where(
            col(Person.department_id) == col(Department.id),
            col(Person.kind) == Kind.EMPLOYEE,
            col(Person.disabled_at).is_(None),
            col(Person.erased_at).is_(None),
        )
        .scalar_subquery()
    )
    answered = (
        select(func.count())
        .where(col(Sheet.diagnosis_id) == diagnosis_id, col(Sheet.department_id) == col(Department.id))
        .scalar_subquery()
    )
    query = (
        select(col(Department.id), col(Department.name), people, answered)
        .join(Asked, and_(col(Asked.department_id) == col(Department.id), col(Asked.diagnosis_id) == diagnosis_id))
        .order_by(func.lower(col(Department.name)))
    )
    return [Turnout(*row) for row in db.execute(query)]


def customers(db: Session, diagnosis_id: int) -> Customers:
    invited = select(func.count()).where(col(Invitation.diagnosis_id) == diagnosis_id).scalar_subquery()
    own = (col(Sheet.diagnosis_id) == diagnosis_id, col(Sheet.person_id).is_(None))
    answered = select(func.count()).where(*own).scalar_subquery()
    return Customers(*db.execute(select(invited, answered)).one())


def sheet_of(db: Session, diagnosis_id: int, person_id: int) -> Sheet | None:
    query = select(Sheet).where(col(Sheet.diagnosis_id) == diagnosis_id, col(Sheet.person_id) == person_id)
    return db.scalars(query).first()


def answers_of(db: Session, sheet_id: int) -> Sequence[Answer]:
    return db.scalars(select(Answer).where(col(Answer.sheet_id) == sheet_id)).all()


def spreads(db: Session, diagnosis_id: int) -> Mapping[str, Spread]:
    """Where answers differ, by item, the most disputed first. Ask `rules.sees_spread` before."""
    query = (
        select(col(Answer.item), func.coalesce(col(Sheet.department_id), CUSTOMERS), col(Answer.level))
        .join(Sheet, col(Sheet.id) == col(Answer.sheet_id))
        .where(col(Sheet.diagnosis_id) == diagnosis_id, col(Answer.level).is_not(None))
    )
    levels: dict[str, dict[int, list[int]]] = {key: {} for key in ITEMS}
    for item, group, level in db.execute(query):
        if item in levels and level is not None:
            levels[item].setdefault(group, []).append(level)
    told = [spread(item, own) for item, own in levels.items()]
    return {one.item: one for one in sorted(told, key=lambda one: one.dispute, reverse=True)}


def words_of(db: Session, diagnosis_id: int) -> dict[str, list[str]]:
    """What people wrote, by item, in alphabetical order: neither who nor which department can be told from it."""
    query = (
        select(col(Answer.item), col(Answer.words))
        .join(Sheet, col(Sheet.id) == col(Answer.sheet_id))
        .where(col(Sheet.diagnosis_id) == diagnosis_id, col(Answer.words) != "")
        .order_by(func.lower(col(Answer.words)))
    )
    found: dict[str, list[str]] = {}
    for item, words in db.execute(query):
        found.setdefault(item, []).append(words)
    return found


def findings(db: Session, ids: Sequence[int]) -> dict[int, dict[str, Finding]]:
    """The organisation's answers that hold, by diagnosis and item."""
    query = select(Finding).where(col(Finding.diagnosis_id).in_(ids)).order_by(col(Finding.number))
    found: dict[int, dict[str, Finding]] = {number: {} for number in ids}
    for one in db.scalars(query):
        found[one.diagnosis_id][one.item] = one
    return found


def versions(db: Session, diagnosis_id: int, item: str) -> Sequence[tuple[Finding, str]]:
    """All that was answered to an item, newest first, with the name of who wrote it."""
    query = (
        select(Finding, col(Person.name))
        .join(Person, col(Person.id) == col(Finding.written_by))
        .where(col(Finding.diagnosis_id) == diagnosis_id, col(Finding.item) == item)
        .order_by(col(Finding.number).desc())
    )
    return db.execute(query).all()


def department_names(db: Session) -> dict[int, str]:
    query = select(col(Department.id), col(Department.name)).order_by(func.lower(col(Department.name)))
    return dict(db.execute(query).all())
