"""Mail: put into the outbox with the change, composed here, sent by a job.

A job may run twice: when its worker dies after the mail server has taken the mail and before we have noted it. So the
Message-ID is drawn when the job is written, and each try sends the same mail under it: a receiver that knows it already
can drop the second one. That is all that SMTP allows; no sender can promise "exactly once".
"""

import secrets
import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from html import escape
from typing import Any
from urllib.parse import unquote, urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session as DbSession
from sqlmodel import col

from app.columns import now
from app.errors import Trouble
from app.outbox import Job, later
from app.settings import Settings

PATIENCE = 20.0  # seconds for each answer of the mail server
LOOPBACK = ("127.0.0.1", "localhost", "::1")
KINDS = ("mail", "notice mail", "digest mail", "decision letter", "invitation mail")
"""Jobs of the outbox that send mail: one written with all its words, and three that are composed when they go."""
# A long address in a header stays whole: folded, it would be written in a code that mail programs do not follow.
POLICY = SMTP.clone(max_line_length=900)
# Mail programs know no style sheets.
BODY = "max-width:36rem;margin:1.5rem auto;padding:0 1rem;font:16px/1.5 Georgia,serif"
HEAD = "font-size:17px;margin:1.25rem 0 .25rem"
BUTTON = "display:inline-block;padding:.5rem 1rem;border-radius:4px;background:#1f4fa3;color:#fff;text-decoration:none"
FOOT = "margin-top:2rem;border-top:1px solid #999;padding-top:.5rem;font:13px/1.5 sans-serif;opacity:.8"


def configured(settings: Settings) -> bool:
    return bool(settings.smtp_url.get_secret_value())


@dataclass(frozen=True)
class Group:
    """One thing in a mail that tells of several: its title, its address, and a line for each that happened."""

    title: str
    address: str
    lines: Sequence[str]


@dataclass(frozen=True)
class Letter:
    """What stands in a mail. id, at: of its job, the same on each try.

    link: the words of the button and its address. foot: small print below. unsubscribe: an address at which one POST
    ends mail of this kind (RFC 8058).
    """

    to: str
    subject: str
    paragraphs: Sequence[str]
    id: str
    at: datetime
    link: tuple[str, str] | None = None
    groups: Sequence[Group] = ()
    foot: Sequence[tuple[str, str]] = ()
    unsubscribe: str = ""


def stamp() -> dict[str, Any]:
    """What a mail's job is written with, so that each try sends the same mail: a name for it, and its time."""
    return {"id": secrets.token_hex(16), "at": now().isoformat()}


def post(db: DbSession, to: str, subject: str, paragraphs: Sequence[str], link: tuple[str, str] | None = None) -> None:
    """Have a mail sent once this transaction has committed. link: the words of the button and its address."""
    later(db, "mail", to=to, subject=one_line(subject), paragraphs=list(paragraphs), link=link, **stamp())


def one_line(words: str) -> str:
    return " ".join(words.split())


def last_trouble(db: DbSession) -> str:
    """Why the newest mail that is not sent yet could not be, as the mail server put it."""
    waiting = (col(Job.kind).in_(KINDS), col(Job.done_at).is_(None), col(Job.failure) != "")
    return db.scalar(select(col(Job.failure)).where(*waiting).order_by(col(Job.id).desc()).limit(1)) or ""


def sender(settings: Settings) -> str:
    return settings.mail_from or f"pilotage@{urlsplit(settings.address).hostname}"


def letter_of(payload: dict[str, Any]) -> Letter:
    """The letter of a job that was written with all its words."""
    payload = {**stamp(), **payload}  # one that an older version wrote has none
    link = (payload["link"][0], payload["link"][1]) if payload["link"] else None
    at = datetime.fromisoformat(payload["at"])
    return Letter(payload["to"], payload["subject"], payload["paragraphs"], payload["id"], at, link)


def compose(settings: Settings, letter: Letter) -> EmailMessage:
    """The same letter is the same mail, byte for byte."""
    mail = EmailMessage(POLICY)
    mail["From"] = formataddr(("Pilotage", sender(settings)))
    mail["To"] = letter.to
    mail["Subject"] = one_line(letter.subject)[:200]
    mail["Date"] = format_datetime(letter.at)
    mail["Message-ID"] = f"<{letter.id}@{sender(settings).rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    if letter.unsubscribe:
        mail["List-Unsubscribe"] = f"<{letter.unsubscribe}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(as_text(letter))
    mail.add_alternative(as_html(letter), subtype="html")
    mail.set_boundary(f"={letter.id}=")
    return mail


def as_text(letter: Letter) -> str:
    parts = list(letter.paragraphs)
    parts += [
        "\n".join([group.title, *(f"- {line}" for line in group.lines), group.address]) for group in letter.groups
    ]
    parts += [f"{words}: {address}" for words, address in (letter.link,) if address] if letter.link else []
    if letter.foot:
        parts.append("-- \n" + "\n".join(f"{words}: {address}" if address else words for words, address in letter.foot))
    return "\n\n".join(parts) + "\n"


def as_html(letter: Letter) -> str:
    body = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in letter.paragraphs)
    for group in letter.groups:
        lines = "".join(f"<li>{escape(line)}</li>" for line in group.lines)
        body += f'<h2 style="{HEAD}"><a href="{escape(group.address)}">{escape(group.title)}</a></h2><ul>{lines}</ul>'
    if letter.link:
        words, address = letter.link
        body += f'<p><a style="{BUTTON}" href="{escape(address)}">{escape(words)}</a></p>'
    small = "<br>".join(
        f'<a style="color:inherit" href="{escape(address)}">{escape(words)}</a>' if address else escape(words)
        for words, address in letter.foot
    )
    foot = f'<p style="{FOOT}">{small}</p>' if small else ""
    head = '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="color-scheme" content="light dark">'
    return f'{head}<body style="{BODY}">{body}{foot}</body></html>'


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
