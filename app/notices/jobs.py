"""The record is looked at every two seconds; only where it has grown is anything written. Digests and reminders by the
clock. Mails are composed as they go, and posts to a channel as well."""

from typing import Any

from sqlalchemy.orm import Session

from app.columns import today
from app.db import Database
from app.errors import Missing
from app.notices import digests, mailing, reminders
from app.notices.actions import NOTICE_MAIL, read_record
from app.notices.hooks.sending import CHANNEL_POST, send_post
from app.outbox import Task, Watch
from app.people import mail
from app.people.actor import Actor, find_actor
from app.people.mail import Letter
from app.todo import Todo
from app.work.queries import waiting


def send_notice(database: Database, payload: dict[str, Any]) -> None:
    with database.reading() as db:
        letter = of_one(db, payload)
    send(database, letter)


def send_digest(database: Database, payload: dict[str, Any]) -> None:
    with database.reading() as db:
        actor = reader(db, payload)
        letter = mailing.digest_letter(db, actor, payload) if actor else None
    send(database, letter)


def of_one(db: Session, payload: dict[str, Any]) -> Letter | None:
    actor = reader(db, payload)
    return mailing.notice_letter(db, actor, payload, lambda: due_now(db, actor)) if actor else None


def reader(db: Session, payload: dict[str, Any]) -> Actor | None:
    """Who gets it, with the rights of now; nobody where they cannot sign in any more or have no address."""
    try:
        actor = find_actor(db, payload["person"])
    except Missing:
        return None
    return actor if actor.email else None


def due_now(db: Session, actor: Actor) -> list[Todo]:
    day = today(db.info["settings"].time_zone)
    return reminders.near(waiting(db, actor, day), reminders.horizon(db, day))


def send(database: Database, letter: Letter | None) -> None:
    settings = database.known["settings"]
    if letter is not None and mail.configured(settings):
        mail.send(settings, mail.compose(settings, letter))


def remind(database: Database) -> int | None:
    return reminders.remind(database, waiting)


tasks = [
    Task(NOTICE_MAIL, send_notice),
    Task(digests.DIGEST_MAIL, send_digest),
    Task(CHANNEL_POST, send_post),
]
watches = [
    Watch("notices", read_record),
    Watch("digests", digests.put_due, every=20.0),
    Watch("reminders", remind, every=5.0),
]
