"""Mail and channels as tests of notices meet them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from pydantic import SecretStr
from sqlalchemy import delete, select, update
from sqlmodel import col

from app.columns import now
from app.db import Database
from app.main import all_tasks
from app.notices.actions import read_record
from app.outbox import Job, run_all
from tests.people.makers import Mailbox


def mailing(database: Database, box: Mailbox) -> None:
    """A database whose mail goes to this box, without the repeating work that an installation begins with."""
    address = SecretStr(f"smtp://127.0.0.1:{box.port}")
    database.known["settings"] = database.known["settings"].model_copy(update={"smtp_url": address})
    with database.writing() as db:
        db.execute(delete(Job))


def deliver(database: Database) -> None:
    """The record is read, and all that is due is sent."""
    read_record(database)
    run_all(database, all_tasks())


def due_again(database: Database) -> None:
    """As after the time that a failed or a dead worker's job waits."""
    with database.writing() as db:
        db.execute(update(Job).where(col(Job.done_at).is_(None)).values(due=now(), leased_until=None))


def jobs(database: Database, kind: str) -> list[Job]:
    with database.reading() as db:
        return list(db.scalars(select(Job).where(col(Job.kind) == kind).order_by(col(Job.id))))


def text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def by_reader(box: Mailbox) -> dict[str, list[EmailMessage]]:
    found: dict[str, list[EmailMessage]] = {}
    for mail in box.mails:
        found.setdefault(str(mail["to"]).partition("@")[0], []).append(mail)
    return found


@dataclass
class Refusing:
    """A mail server that refuses every mail until it is told better."""

    words: str = "451 The post office is closed"
    tries: int = 0
    port: int = 0
    taken: list[Any] = field(default_factory=list)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        self.tries += 1
        return self.words


@contextmanager
def served(handler: Any) -> Iterator[Any]:
    from socket import socket

    from aiosmtpd.controller import Controller

    with socket() as free:
        free.bind(("127.0.0.1", 0))
        handler.port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=handler.port)
    controller.start()
    try:
        yield handler
    finally:
        controller.stop()
