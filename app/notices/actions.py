"""Reading the record for those whom it concerns, and what a reader does with the notices."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from app.changes import table_of
from app.columns import now
from app.db import Database, embedded
from app.errors import Missing
from app.notices.concerns import Told, able, concerned, look_up
from app.notices.counting import correct, only_who_see, recount
from app.notices.hooks.actions import spread
from app.notices.models import Notice, Preference, Reading
from app.notices.preferences import preferences
from app.notices.topics import As, Topic, Way
from app.outbox import later
from app.people import mail
from app.people.actor import Actor
from app.people.models import Person
from app.record.models import Entry, Head

CHUNK = 200  # entries that are looked at in one transaction
PART = 250  # notices that are written in one
NOTICE_MAIL = "notice mail"


def read_record(database: Database) -> int:
    """Read the record on from where reading stopped. How many notices were written."""
    written = 0
    while is_new(database):
        with database.writing() as db:
            written += read_on(db)
    return written


def is_new(database: Database) -> bool:
    with database.reading() as db:
        last, read = db.execute(select(col(Head.number), col(Reading.number)).join(Reading, col(Reading.id) == 1)).one()
    return bool(last > read)


def read_on(db: Session) -> int:
    """One chunk of entries: their notices, the unread counts, mail, and how far we are, in one transaction.

    An entry that concerns thousands is told in parts, by the numbers of the people.
    """
    reading = locked_reading(db)
    following = select(Entry).where(col(Entry.number) > reading.number).order_by(col(Entry.number))
    entries = db.scalars(following.limit(1 if reading.person else CHUNK)).all()
    if not entries:
        return 0
    before = reading.number
    found = look_up(db, entries)
    told = {one.entry.number: one for one in concerned(entries, found)}
    parts, done = portion(reading, entries, told)
    spread(db, done, found)
    written = write_notices(db, only_who_see(db, parts, found), before)
    correct(db, done)
    return written


def locked_reading(db: Session) -> Reading:
    query = select(Reading).where(col(Reading.id) == 1)
    return db.scalars(query if embedded(db) else query.with_for_update()).one()


def portion(
    reading: Reading, entries: Sequence[Entry], told: Mapping[int, Told]
) -> tuple[list[tuple[Told, list[int]]], list[Entry]]:
    """Whom to tell of what now, and which entries are done with that. Moves the reading on."""
    parts: list[tuple[Told, list[int]]] = []
    done: list[Entry] = []
    room = PART
    for entry in entries:
        one = told.get(entry.number)
        people = sorted(person for person in one.people if person > reading.person) if one else []
        if one and people[:room]:
            parts.append((one, people[:room]))
        if len(people) > room:
            reading.person = people[room - 1] if room else reading.person
            break
        room -= len(people)
        reading.number, reading.person = entry.number, 0
        done.append(entry)
    return parts, done


def write_notices(db: Session, parts: Sequence[tuple[Told, list[int]]], before: int) -> int:
    usable = able(db, (person for _, people in parts for person in people))
    wishes = preferences(db, usable, before)
    heard = unread_talk(db, parts)
    mails = mail.configured(db.info["settings"])
    unread: Counter[int] = Counter()
    for one, people in parts:
        for person in (person for person in people if person in usable):
            if one.why(person) is As.FOLLOWER and one.topic(person) is Topic.TALK and (one.about, person) in heard:
                continue
            notice = notice_of(one, person, wishes[person], mails=mails)
            db.add(notice)
            unread[person] += 1
            if notice.topic == Topic.TALK and one.why(person) is As.FOLLOWER:
                heard.add((one.about, person))
            if notice.mailed:
                later(db, NOTICE_MAIL, person=person, entry=one.entry.number, **mail.stamp())
    raise_unread(db, unread)
    return unread.total()


def notice_of(one: Told, person: int, wish: Preference, *, mails: bool) -> Notice:
    topic = one.topic(person)
    at_once = mails and wish.way(topic) is Way.AT_ONCE
    why, entry = one.why(person), one.entry
    notice = Notice(person_id=person, entry=entry.number, about=one.about, at=entry.at)
    notice.why, notice.topic, notice.mailed = why.value, topic.value, at_once
    return notice


def unread_talk(db: Session, parts: Sequence[tuple[Told, list[int]]]) -> set[tuple[str, int]]:
    """Who has already been told that a thing that they merely follow is talked about, and has not looked yet: a long
    talk is one notice to them, not hundreds."""
    following: dict[str, set[int]] = defaultdict(set)
    for one, people in parts:
        mere = {p for p in people if one.topic(p) is Topic.TALK and one.why(p) is As.FOLLOWER}
        if mere:
            following[one.about] |= mere
    heard: set[tuple[str, int]] = set()
    for about, mere in following.items():
        mine = (col(Notice.about) == about, col(Notice.person_id).in_(mere), col(Notice.topic) == Topic.TALK)
        query = select(col(Notice.person_id)).where(*mine, col(Notice.read_at).is_(None))
        heard |= {(about, person) for person in db.scalars(query)}
    return heard


def raise_unread(db: Session, unread: Counter[int]) -> None:
    """People who get the same number more are one statement."""
    alike: dict[int, list[int]] = defaultdict(list)
    for person, more in sorted(unread.items()):
        alike[more].append(person)
    table = table_of(Person)
    for more, people in sorted(alike.items()):
        db.execute(update(table).where(table.c.id.in_(people)).values(unread=table.c.unread + more))


def mark_read(db: Session, actor: Actor, entry: int) -> Notice:
    mine = (col(Notice.person_id) == actor.id, col(Notice.entry) == entry)
    notice = db.scalars(select(Notice).where(*mine)).first()
    if notice is None:
        raise Missing()
    db.execute(update(Notice).where(*mine, col(Notice.read_at).is_(None)).values(read_at=now()))
    recount(db, actor.id)
    return notice


def mark_all_read(db: Session, actor: Actor, up_to: int) -> None:
    """All that the page showed and what is older; what came since stays unread."""
    mine = (col(Notice.person_id) == actor.id, col(Notice.read_at).is_(None))
    db.execute(update(Notice).where(*mine, col(Notice.entry) <= up_to).values(read_at=now()))
    recount(db, actor.id)
