"""Sending a letter to one author. A job whose mail has gone does not send it again."""

from datetime import datetime
from typing import Any

from app.columns import now
from app.db import Database
from app.outbox import Task
from app.people import mail
from app.people.mail import Letter
from app.people.models import Person
from app.review.letters.actions import LETTER_MAIL
from app.review.letters.models import Sent, SentTo
from app.review.letters.queries import read

WHY = "You get this because you or your team wrote the idea. A decision is always told by letter."


def run(database: Database, payload: dict[str, Any]) -> None:
    """A worker that dies between the mail server's word and our note sends the same mail under the same name: the
    receiver drops it."""
    letter = to_send(database, payload)
    settings = database.known["settings"]
    if letter is None or not mail.configured(settings):
        return
    mail.send(settings, mail.compose(settings, letter))
    with database.writing() as db:
        db.get_one(SentTo, (payload["letter"], payload["person"])).sent_at = now()


def to_send(database: Database, payload: dict[str, Any]) -> Letter | None:
    with database.reading() as db:
        one = db.get(SentTo, (payload["letter"], payload["person"]))
        person = db.get(Person, payload["person"])
        if one is None or one.sent_at is not None or person is None or not person.active or not person.email:
            return None
        sent = db.get_one(Sent, one.letter_id)
        words = read(db, sent)
    link = ("Read it beside the idea", f"{database.known['settings'].address}/ideas/{sent.idea_id}")
    lines = [line for line in words.body.splitlines() if line.strip()]
    at = datetime.fromisoformat(payload["at"])
    return Letter(person.email, words.subject, lines, payload["id"], at, link, foot=[(WHY, "")])


tasks = [Task(LETTER_MAIL, run)]
