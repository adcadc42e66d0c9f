"""Mail: composed here, put into the outbox with the change, sent by a job."""

import smtplib
import ssl
from collections.abc import Sequence
from email.message import EmailMessage
from email.utils import formataddr, formatdate, make_msgid
from html import escape
from typing import Any
from urllib.parse import unquote, urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session as DbSession
from sqlmodel import col

from app.errors import Trouble
from app.outbox import Job, later
from app.settings import Settings

PATIENCE = 20.0  # seconds for each answer of the mail server
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def configured(settings: Settings) -> bool:
    return bool(settings.smtp_url.get_secret_value())


def post(db: DbSession, to: str, subject: str, paragraphs: Sequence[str], link: tuple[str, str] | None = None) -> None:
    """Have a mail sent once this transaction has committed. link: the words of the button and its address."""
    later(db, "mail", to=to, subject=" ".join(subject.split()), paragraphs=list(paragraphs), link=link)


def last_trouble(db: DbSession) -> str:
    """Why the newest mail that is not sent yet could not be, as the mail server put it."""
    waiting = (col(Job.kind) == "mail", col(Job.done_at).is_(None), col(Job.failure) != "")
    return db.scalar(select(col(Job.failure)).where(*waiting).order_by(col(Job.id).desc()).limit(1)) or ""


def sender(settings: Settings) -> str:
    return settings.mail_from or f"pilotage@{urlsplit(settings.address).hostname}"


def compose(settings: Settings, payload: dict[str, Any]) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = formataddr(("Pilotage", sender(settings)))
    mail["To"] = payload["to"]
    mail["Subject"] = payload["subject"]
    mail["Date"] = formatdate()
    mail["Message-ID"] = make_msgid(domain=sender(settings).rpartition("@")[2])
    mail["Auto-Submitted"] = "auto-generated"
    words, address = payload["link"] or ("", "")
    lines = [*payload["paragraphs"], *([f"{words}: {address}"] if address else [])]
    mail.set_content("\n\n".join(lines) + "\n")
    mail.add_alternative(as_html(payload["paragraphs"], words, address), subtype="html")
    return mail


def as_html(paragraphs: Sequence[str], words: str, address: str) -> str:
    body = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs)
    button = f'<p><a href="{escape(address)}">{escape(words)}</a></p>' if address else ""
    return f'<!doctype html><html lang="en"><meta charset="utf-8"><body>{body}{button}</body></html>'


def send(settings: Settings, mail: EmailMessage) -> None:
    with connect(settings) as server:
        server.send_message(mail)


def connect(settings: Settings) -> smtplib.SMTP:
    """smtps:// speaks TLS from the start, smtp:// as soon as the server offers it. No password goes in the clear."""
    parts = urlsplit(settings.smtp_url.get_secret_value())
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise Trouble("PILOTAGE_SMTP_URL begins with smtp:// or smtps:// and names a host.")
    secure = ssl.create_default_context()
    server: smtplib.SMTP
    if parts.scheme == "smtps":
        server = smtplib.SMTP_SSL(parts.hostname, parts.port or 465, timeout=PATIENCE, context=secure)
    else:
        server = smtplib.SMTP(parts.hostname, parts.port or 25, timeout=PATIENCE)
    try:
        make_ready(server, parts.hostname, parts.scheme, secure)
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
    except BaseException:
        server.close()
        raise
    return server


def make_ready(server: smtplib.SMTP, host: str, scheme: str, secure: ssl.SSLContext) -> None:
    server.ehlo()
    if scheme == "smtp" and host not in LOOPBACK:
        if server.has_extn("starttls"):
            server.starttls(context=secure)
            server.ehlo()
        elif server.has_extn("auth"):
            raise Trouble("The mail server asks for a password but offers no TLS: use smtps://.")
