"""Ways in for tests of people: passwords, links, a mailbox."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from socket import socket
from typing import Any

from aiosmtpd.controller import Controller

from app.db import Database
from app.main import Pilotage, create_app
from app.people.models import Person
from app.people.passwords import hasher
from tests.client import Browser
from tests.conftest import settings_for

PASSWORD = "trolleys before the door"


def with_password(database: Database, person: Person, password: str = PASSWORD) -> Person:
    with database.writing() as db:
        db.get_one(Person, person.id).password = hasher.hash(password)
    return person


@dataclass
class Mailbox:
    mails: list[EmailMessage] = field(default_factory=list)
    port: int = 0

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 Taken"

    def link(self) -> str:
        """The path of the link in the newest mail."""
        body = self.mails[-1].get_body(("plain",))
        assert body is not None
        found = re.search(r"http://127\.0\.0\.1:8000(/\S+)", body.get_content())
        assert found is not None
        return found[1]


@contextmanager
def a_mailbox() -> Iterator[Mailbox]:
    box = Mailbox()
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        box.port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()


def app_with_mail(database: Database, box: Mailbox) -> Pilotage:
    from pydantic import SecretStr

    address = SecretStr(f"smtp://127.0.0.1:{box.port}")
    settings = settings_for(database.url).model_copy(update={"smtp_url": address})
    database.known["settings"] = settings
    return create_app(settings, database, run_worker=False)


def enter(browser: Browser, email: str | None, password: str = PASSWORD, next: str = "/") -> Any:
    return browser.post("/sign-in", {"email": email, "password": password, "next": next})
