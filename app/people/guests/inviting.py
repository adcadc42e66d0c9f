"""Guests of a thing, an idea or a pilot: its page lists them, invites one, sends a link anew, takes one out."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.errors import Invalid
from app.once import new_key, once
from app.people.actor import Actor
from app.people.guests.actions import Sent, whom
from app.people.guests.models import GuestForm, GuestMoveForm
from app.people.guests.queries import guests_of
from app.people.models import Person
from app.web import Fields, Form, blank, fill, page, see


@dataclass(frozen=True)
class Host:
    """What guests are invited to. people: a select of the ids of those who are; sees: what they see, in words.

    invite, resend, take_out: the thing's own actions, which ask who may.
    """

    ref: str
    title: str
    address: str
    sees: str
    people: Any
    invite: Callable[[Person | None, GuestForm], tuple[Person, Sent]]
    resend: Callable[[int], tuple[Person, Sent]]
    take_out: Callable[[int], None]

    @property
    def here(self) -> str:
        return f"{self.address}/guests"


def draw(request: Request, db: Session, host: Host, form: Form[Any] | None = None, status: int = 200) -> Response:
    return page(
        request,
        "people/guests/list.html",
        status=status,
        guests=guests_of(db, host.ref, host.people),
        form=blank(GuestForm, key=new_key()) if form is None else form,
        here=host.here,
        back=host.address,
        title=host.title,
        sees=host.sees,
    )


def invite(request: Request, db: Session, actor: Actor, host: Host, fields: Fields) -> Response:
    form = fill(GuestForm, fields)
    known = whom(db, form) if form else None
    if not form:
        form.key = new_key()
        return draw(request, db, host, form, 422)
    once_ = once(db, request, actor.id, fields)
    if once_.done:
        return once_.done
    guest, sent = host.invite(known, form.data)
    return once_.see(host.here, f"{guest.name} is invited. {sent.words(form.data.email)}")


def move(request: Request, host: Host, guest: int, fields: Fields) -> Response:
    match fill(GuestMoveForm, fields).texts.get("name"):
        case ["resend"]:
            person, sent = host.resend(guest)
            words = sent.words(person.email or "")
        case ["take_back"]:
            host.take_out(guest)
            words = "The invitation is taken back. It counts from now on."
        case _:
            raise Invalid("A link is sent anew or taken back.")
    return see(request, host.here, words)
