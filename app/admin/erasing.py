"""Erasing a person by every part of the house that keeps words of theirs."""

from sqlalchemy.orm import Session

from app.people.actions import erase
from app.people.models import Person
from app.talk import actions as talk
from app.teams import erasing as teams


def erase_wholly(db: Session, by: int | None, person: Person) -> None:
    """Name and address, what they said, what they wrote to teams and what was written to them there."""
    number = person.id
    erase(db, by, person)
    talk.erase_words(db, number)
    teams.erase_words(db, by, number)
