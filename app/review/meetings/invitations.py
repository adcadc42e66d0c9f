"""The invitation: an entry for calendars, mailed to each member when a head sends it, and when it is cancelled.

iCalendar (RFC 5545) in UTC, under an id that stays; SEQUENCE is the version of the meeting, which only grows.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import now
from app.db import Database
from app.errors import Stale
from app.outbox import later
from app.people import mail
from app.people.mail import Letter
from app.people.models import Person
from app.review.conflicts import members
from app.review.meetings.models import Presenter
from app.review.meetings.queries import agenda, hidden_ideas
from app.review.models import AgendaItem, Meeting, MeetingStage
from app.settings import Settings
from app.web.rendering import clock_words

if TYPE_CHECKING:
    from icalendar import Event

INVITATION = "invitation mail"


@dataclass(frozen=True)
class Slot:
    """What a presenter comes for."""

    item: int
    title: str
    starts: datetime
    minutes: int
    address: str


def calendar(settings: Settings, meeting: Meeting, stamp: datetime, to: str = "", slot: Slot | None = None) -> bytes:
    """Name, time and place, and where to find the rest: what the ideas are stays here. to: who is asked to come; slot:
    for a presenter, of their item alone."""
    import icalendar  # loaded where an entry is made

    cancelled = meeting.stage is MeetingStage.CANCELLED
    made = icalendar.Calendar()
    made.add("prodid", "-//Pilotage//Meetings//EN")
    made.add("version", "2.0")
    made.add("method", "CANCEL" if cancelled else "REQUEST" if to else "PUBLISH")
    entry = event(settings, meeting, stamp, to, cancelled=cancelled)
    if slot is not None:
        narrow(entry, settings, slot)
    made.add_component(entry)
    words: bytes = made.to_ical()
    return words


def event(settings: Settings, meeting: Meeting, stamp: datetime, to: str, *, cancelled: bool) -> "Event":
    import icalendar

    address = address_of(settings, meeting)
    made = icalendar.Event()
    made.add("uid", f"meeting-{meeting.id}@{urlsplit(settings.address).hostname}")
    made.add("sequence", meeting.version)
    made.add("dtstamp", stamp.astimezone(UTC).replace(microsecond=0))
    made.add("dtstart", meeting.at.astimezone(UTC))
    made.add("dtend", meeting.at.astimezone(UTC) + timedelta(minutes=meeting.minutes))
    made.add("summary", meeting.name)
    if meeting.place:
        made.add("location", meeting.place)
    made.add("url", address)
    made.add("description", f"The agenda, the papers and, once it has begun, the live page: {address}")
    made.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    if to:
        organizer = icalendar.vCalAddress(f"mailto:{mail.sender(settings)}")
        organizer.params["CN"] = icalendar.vText("Pilotage")
        made.add("organizer", organizer)
        attendee = icalendar.vCalAddress(f"mailto:{to}")
        attendee.params["ROLE"] = icalendar.vText("REQ-PARTICIPANT")
        made.add("attendee", attendee)
    return made


def narrow(entry: "Event", settings: Settings, slot: Slot) -> None:
    """From the whole meeting to one item: an entry of its own."""
    starts = slot.starts.astimezone(UTC)
    for name in ("uid", "dtstart", "dtend", "summary", "url", "description"):
        del entry[name]
    entry.add("uid", f"item-{slot.item}@{urlsplit(settings.address).hostname}")
    entry.add("dtstart", starts)
    entry.add("dtend", starts + timedelta(minutes=slot.minutes))
    entry.add("summary", f"Present: {slot.title}")
    entry.add("url", slot.address)
    entry.add("description", f"You present your idea to the committee: {slot.address}")


def address_of(settings: Settings, meeting: Meeting) -> str:
    return f"{settings.address}/review/meetings/{meeting.id}"


@dataclass(frozen=True)
class Told:
    """How many are written to."""

    members: int
    presenters: int


def invite(db: Session, meeting: Meeting) -> Told:
    """Have it mailed to each member who has an address, and to who presents: also what has changed, and that it is
    cancelled."""
    seated = [member.id for member in members(db, meeting.committee_id)]
    query = select(col(Person.id)).where(col(Person.id).in_(seated), col(Person.email).is_not(None))
    people = list(db.scalars(query.order_by(col(Person.id))))
    first = meeting.invited == 0
    for person in people:
        told: dict[str, Any] = {"meeting": meeting.id, "person": person, "first": first}
        later(db, INVITATION, None, subject=subject(meeting, first=first), **told, **mail.stamp())
    guests = [row for row in presenting(db, meeting) if row[1] not in seated]
    for item, person in guests:
        told = {"meeting": meeting.id, "person": person, "item": item, "first": first}
        later(db, INVITATION, None, subject=subject(meeting, first=first), **told, **mail.stamp())
    meeting.invited = meeting.version
    db.flush()
    return Told(len(people), len({person for _, person in guests}))


def presenting(db: Session, meeting: Meeting) -> list[tuple[int, int]]:
    """Item and person: who presents what, and can be written to. Nobody for an idea whose authors are hidden from
    anybody: whoever is asked to come would tell of it."""
    query = (
        select(col(Presenter.item_id), col(Presenter.person_id), col(AgendaItem.idea_id))
        .join(AgendaItem, col(AgendaItem.id) == col(Presenter.item_id))
        .join(Person, col(Person.id) == col(Presenter.person_id))
        .where(col(AgendaItem.meeting_id) == meeting.id, col(Person.email).is_not(None))
        .order_by(col(AgendaItem.place), col(Presenter.person_id))
    )
    rows = list(db.execute(query))
    hidden = hidden_ideas(db, {row[2] for row in rows}, None)
    return [(row[0], row[1]) for row in rows if row[2] not in hidden]


def send_invitation(db: Session, meeting: Meeting, version: int) -> Told:
    if meeting.stage is not MeetingStage.PLANNED:
        raise Stale(f"This meeting is {meeting.stage.value}.")
    if version != meeting.version:
        raise Stale("Somebody changed this meeting after you opened it. Look at it again before you send it.")
    if meeting.invited == meeting.version:
        raise Stale("The members have this invitation already.")
    return invite(db, meeting)


def letter(db: Session, settings: Settings, payload: dict[str, Any]) -> EmailMessage | None:
    """Composed as it goes: what the meeting is by then, to whoever is a member by then, or presents."""
    meeting = db.get_one(Meeting, payload["meeting"])
    person = db.get_one(Person, payload["person"])
    if "item" in payload:
        return presenters_letter(db, settings, meeting, person, payload)
    seated = {member.id for member in members(db, meeting.committee_id)}
    if not person.email or person.id not in seated:
        return None
    at = datetime.fromisoformat(payload["at"])
    told = Letter(
        person.email,
        subject(meeting, first=payload["first"]),
        words(settings, meeting),
        payload["id"],
        at,
        ("Open the meeting", address_of(settings, meeting)),
    )
    made = mail.compose(settings, told)
    attach(made, calendar(settings, meeting, at, person.email), cancelled=meeting.stage is MeetingStage.CANCELLED)
    return made


def presenters_letter(
    db: Session, settings: Settings, meeting: Meeting, person: Person, payload: dict[str, Any]
) -> EmailMessage | None:
    """Of the item that somebody presents, at its time; nothing of the others."""
    if not person.email or (payload["item"], person.id) not in presenting(db, meeting):
        return None
    item = next(one for one in agenda(db, meeting, None).items if one.id == payload["item"])
    at, address = datetime.fromisoformat(payload["at"]), f"{settings.address}/ideas/{item.idea_id}"
    cancelled = meeting.stage is MeetingStage.CANCELLED
    if cancelled:
        lines = [f"The meeting in which you were to present “{item.title}” is cancelled."]
    else:
        when = clock_words(item.starts.astimezone(ZoneInfo(settings.time_zone)))
        place = f", {meeting.place}" if meeting.place else ""
        lines = [f"You present “{item.title}” to the committee on {when}{place}. {item.minutes} minutes are planned."]
    title = subject(meeting, first=payload["first"])
    made = mail.compose(settings, Letter(person.email, title, lines, payload["id"], at, ("Open the idea", address)))
    ics = calendar(settings, meeting, at, person.email, Slot(item.id, item.title, item.starts, item.minutes, address))
    attach(made, ics, cancelled=cancelled)
    return made


def attach(made: EmailMessage, ics: bytes, *, cancelled: bool) -> None:
    boundary = made.get_boundary()
    method = "CANCEL" if cancelled else "REQUEST"
    made.add_alternative(ics.decode(), subtype="calendar", params={"method": method})
    if boundary:
        made.set_boundary(boundary)


def subject(meeting: Meeting, *, first: bool) -> str:
    if meeting.stage is MeetingStage.CANCELLED:
        return f"Cancelled: {meeting.name}"
    return f"{'Invitation' if first else 'Changed'}: {meeting.name}"


def words(settings: Settings, meeting: Meeting) -> list[str]:
    when = clock_words(meeting.at.astimezone(ZoneInfo(settings.time_zone)))
    place = f", {meeting.place}" if meeting.place else ""
    if meeting.stage is MeetingStage.CANCELLED:
        return [f"The meeting of the committee on {when}{place} is cancelled."]
    return [
        f"The committee meets on {when}{place}, for {meeting.minutes} minutes.",
        "The agenda and your papers are on the page of the meeting. Your calendar can take the entry that is attached.",
    ]


def send(database: Database, payload: dict[str, Any]) -> None:
    settings = database.known["settings"]
    with database.reading() as db:
        made = letter(db, settings, payload)
    if made is not None and mail.configured(settings):
        mail.send(settings, made)


def download(settings: Settings, meeting: Meeting) -> bytes:
    return calendar(settings, meeting, now())
