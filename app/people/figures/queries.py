"""Which figures about single people are shown now, since when and by whose hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, false, select, true
from sqlalchemy.orm import Session
from sqlmodel import col

from app.people.actor import Actor
from app.people.figures.models import PersonFigure
from app.people.figures.rules import FIGURES, Figure
from app.people.models import Person
from app.refs import Kind


def shown(db: Session, key: str) -> bool:
    """Whether this figure may be drawn. To be asked wherever one is: a figure that nobody turned on is off."""
    known = FIGURES[key]
    return bool(db.scalar(select(col(PersonFigure.shown)).where(col(PersonFigure.key) == known.key)))


@dataclass(frozen=True)
class Switch:
    figure: Figure
    shown: bool = False
    version: int = 0
    since: datetime | None = None
    by: str = ""


def switches(db: Session) -> Sequence[Switch]:
    """Every figure that there is, with how it stands. One statement."""
    query = select(PersonFigure, col(Person.name)).join(Person, col(Person.id) == col(PersonFigure.changed_by))
    rows = {row.key: (row, name) for row, name in db.execute(query)}
    return [switch(figure, rows.get(key)) for key, figure in FIGURES.items()]


def switch(figure: Figure, found: tuple[PersonFigure, str] | None) -> Switch:
    if found is None:
        return Switch(figure)
    row, name = found
    return Switch(figure, row.shown, row.version, row.changed_at, name)


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """What is worked out about employees, employees may know."""
    return false() if actor.guest else true()


kinds = [
    Kind("person_figure", PersonFigure, visible_to, col(PersonFigure.key), lambda _: "/people/figures"),
]
