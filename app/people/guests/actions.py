"""Making a guest's account, giving them a link, letting them in by it, taking it back."""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session as DbSession
from sqlmodel import col

from app.columns import now
from app.db import lock
from app.errors import Missing, TooMany
from app.people import mail
from app.people.actions import add_person, organisation
from app.people.actor import Actor, session_key
from app.people.guests.models import Guest, GuestForm, GuestInvitation
from app.people.models import Kind, Person
from app.settings import Settings
from app.web import Form
from app.web.rendering import day_words

LASTS = timedelta(days=14)
PAUSE = timedelta(minutes=2)  # between two links to the same guest, so that nobody's mailbox is filled
GONE = "This link was used, has ended, or was taken back."


def whom(db: DbSession, form: Form[GuestForm]) -> Person | None:
    """The guest of this address where there is one; what only the database sees is put beside its field."""
    known = db.scalars(select(Person).where(col(Person.email) == form.data.email)).first()
    if known is None:
        if not form.data.name or not form.data.name.isprintable():
            form.refuse("name", "Write their name: nobody here has this address yet.")
    elif known.kind is Kind.EMPLOYEE:
        form.refuse("email", f"{known.name} is a colleague, and sees it anyway.")
    elif not known.active:
        form.refuse("email", "This guest was disabled. An administrator can enable them again.")
    return known


def the_guest(db: DbSession, by: int, known: Person | None, data: GuestForm) -> Person:
    """An account without a password: the link lets them in."""
    if known is None:
        known = add_person(db, by, email=data.email, name=data.name, kind=Kind.GUEST)
        db.add(Guest(person_id=known.id, organisation=data.organisation))
    elif data.organisation and db.get(Guest, known.id) is None:
        db.add(Guest(person_id=known.id, organisation=data.organisation))
    db.flush()
    return known


@dataclass(frozen=True)
class Sent:
    """What was done with the link: mailed, or to be handed over by whoever made it."""

    address: str
    mailed: bool

    def words(self, to: str) -> str:
        if self.mailed:
            return f"A link is on its way to {to}."
        days = LASTS.days
        return f"Hand this link over; it works once, for {days} days, and is shown only now: {self.address}"


def send(db: DbSession, actor: Actor, guest: Person, about: str, what: str) -> Sent:
    """A new link for this thing; the one before it ends. `what`: the thing as the mail calls it."""
    query = select(GuestInvitation).where(
        col(GuestInvitation.person_id) == guest.id, col(GuestInvitation.about) == about
    )
    made = db.scalars(query.with_for_update() if lock(db) else query).first()
    if made is None:
        made = GuestInvitation(person_id=guest.id, about=about, sent_by=actor.id, expires_at=now() + LASTS, sent=0)
        db.add(made)
    elif made.key and made.used_at is None and now() - made.sent_at < PAUSE:
        raise TooMany("A link went out a moment ago.", int(PAUSE.total_seconds()))
    made.sent_by = actor.id
    return renew(db, made, guest, f"{actor.name} invites you to work on {what}.")


def renew(db: DbSession, made: GuestInvitation, guest: Person, words: str) -> Sent:
    settings: Settings = db.info["settings"]
    token = secrets.token_urlsafe(32)
    made.key, made.used_at = session_key(token), None
    made.sent_at, made.expires_at, made.sent = now(), now() + LASTS, made.sent + 1
    db.flush()
    address = f"{settings.address}/guest/{token}"
    mailed = mail.configured(settings) and bool(guest.email)
    if mailed and guest.email:
        known = organisation(db)
        until = day_words(made.expires_at.date())
        paragraphs = (
            f"Dear {guest.name},",
            words,
            f"The link lets you in to Pilotage at {known.name if known else 'our organisation'}, to this and nothing "
            f"else. It works once, until {until}; you can ask for a new one from the same address.",
        )
        mail.post(db, guest.email, "An invitation to work with us", paragraphs, ("Go to it", address))
    return Sent(address, mailed)


def end(db: DbSession, person_id: int, about: str) -> None:
    """Its link leads nowhere from now on."""
    db.execute(
        delete(GuestInvitation).where(col(GuestInvitation.person_id) == person_id, col(GuestInvitation.about) == about)
    )


def known(db: DbSession, token: str) -> tuple[GuestInvitation, Person]:
    """Whose link this is, whether or not it can still be used; what was taken back is as unknown as any other."""
    query = select(GuestInvitation).where(col(GuestInvitation.key) == session_key(token))
    made = db.scalars(query.with_for_update() if lock(db) else query).first()
    guest = db.get(Person, made.person_id) if made else None
    if made is None or guest is None or not guest.active or guest.kind is not Kind.GUEST:
        raise Missing(GONE)
    return made, guest


def usable(made: GuestInvitation) -> bool:
    return made.used_at is None and made.expires_at > now()


def use(made: GuestInvitation) -> None:
    if not usable(made):
        raise Missing(GONE)
    made.used_at = now()
