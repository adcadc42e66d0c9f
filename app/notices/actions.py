"""Reading the record for those whom it concerns, and what a reader does with the notices."""

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import CursorResult, func, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from app.changes import table_of
from app.columns import now
from app.db import Database, embedded
from app.errors import Missing
from app.notices.concerns import MAILED, As, Told, concerned
from app.notices.models import Notice, Reading
from app.notices.words import kind_of
from app.people import mail
from app.people.actor import Actor
from app.people.models import Person
from app.record.models import Entry, Head, Salt
from app.refs import registry

CHUNK = 200


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
    """One chunk of entries: their notices, the unread counts and how far we are, in one transaction."""
    query = select(Reading).where(col(Reading.id) == 1)
    reading = db.scalars(query if embedded(db) else query.with_for_update()).one()
    following = select(Entry).where(col(Entry.number) > reading.number).order_by(col(Entry.number)).limit(CHUNK)
    entries = db.scalars(following).all()
    if not entries:
        return 0
    told = concerned(db, entries)
    unread: Counter[int] = Counter()
    for one in told:
        unread.update(one.people.keys())
        for person_id in one.people:
            db.add(Notice(person_id=person_id, entry=one.entry.number, about=one.about, at=one.entry.at))
    reading.number = entries[-1].number
    for person_id, more in sorted(unread.items()):
        count_unread(db, person_id, col(Person.unread) + more)
    mail_to(db, told)
    return unread.total()


def count_unread(db: Session, person_id: int, value: object) -> None:
    """Past the change counters: the count is part of every ETag by itself, and changes nobody else's page."""
    table = table_of(Person)
    db.execute(update(table).where(table.c.id == person_id).values(unread=value))


def mail_to(db: Session, told: Sequence[Told]) -> None:
    """The few that matter, by mail as well. No name of anybody stands in it: what it is about may be blind."""
    wanted = {
        (one.entry.number, person_id): one
        for one in told
        for person_id, groups in one.people.items()
        if MAILED.get((kind_of(one.entry.ref), one.entry.move)) in groups
    }
    if not wanted or not mail.configured(db.info["settings"]):
        return
    people = {person_id for _, person_id in wanted}
    numbers = {number for number, _ in wanted}
    address_of = select(col(Person.id), col(Person.email)).where(col(Person.id).in_(people))
    addresses = dict(db.execute(address_of).all())
    said = select(col(Salt.number), col(Salt.words)).where(col(Salt.number).in_(numbers), col(Salt.name) == "reason")
    reasons = dict(db.execute(said).all())
    for (number, person_id), one in wanted.items():
        if address := addresses.get(person_id):
            subject = f"{one.what}: {one.title}"
            reason = reasons.get(number, "") if As.AUTHOR in one.people[person_id] else ""
            paragraphs = [f"{subject}.", *([reason] if reason else [])]
            mail.post(db, address, subject[:200], paragraphs, ("Look at it", link(db, one.about)))


def link(db: Session, ref: str) -> str:
    kind = registry(db).kinds.get(kind_of(ref))
    base: str = db.info["settings"].address
    return base + (kind.address(int(ref.partition(":")[2])) if kind and kind.parent is None else "/notices")


def mark_read(db: Session, actor: Actor, entry: int) -> Notice:
    mine = (col(Notice.person_id) == actor.id, col(Notice.entry) == entry)
    notice = db.scalars(select(Notice).where(*mine)).first()
    if notice is None:
        raise Missing()
    done = db.execute(update(Notice).where(*mine, col(Notice.read_at).is_(None)).values(read_at=now()))
    assert isinstance(done, CursorResult)
    if done.rowcount:
        count_unread(db, actor.id, col(Person.unread) - done.rowcount)
    return notice


def mark_all_read(db: Session, actor: Actor, up_to: int) -> None:
    """All that the page showed and what is older; what came since stays unread."""
    mine = (col(Notice.person_id) == actor.id, col(Notice.read_at).is_(None))
    db.execute(update(Notice).where(*mine, col(Notice.entry) <= up_to).values(read_at=now()))
    left = select(func.count()).select_from(Notice).where(*mine).scalar_subquery()
    count_unread(db, actor.id, left)
