"""What people's part has done later: mails, and the search for whom a reset was asked."""

from typing import Any

from sqlalchemy import select
from sqlmodel import col

from app.db import Database
from app.outbox import Task
from app.people import links, mail
from app.people.models import Person, Purpose


def send_mail(database: Database, payload: dict[str, Any]) -> None:
    settings = database.known["settings"]
    mail.send(settings, mail.compose(settings, mail.letter_of(payload)))


def find_for_reset(database: Database, payload: dict[str, Any]) -> None:
    """Here and not in the request, which so takes as long for an address that nobody has."""
    with database.writing() as db:
        person = db.scalars(select(Person).where(col(Person.email) == payload["email"])).first()
        if person is None or not person.active or not person.email:
            return
        address = links.issue(db, database.known["settings"], Purpose.RESET, person.id)
        words = (
            "Somebody, you we hope, has asked for a new password at Pilotage.",
            "The link works once, for an hour. If it was not you, nothing has changed and nothing needs to be done.",
        )
        mail.post(db, person.email, "A new password for Pilotage", words, ("Choose a new password", address))


tasks = [Task("mail", send_mail), Task("reset", find_for_reset)]
