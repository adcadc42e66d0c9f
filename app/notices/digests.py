"""Digests: each at its reader's hour. The job and how far it looked are written in one transaction: none is twice."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import now
from app.db import Database
from app.notices.counting import recount
from app.notices.models import Notice, Preference
from app.notices.preferences import due_next, zone_of
from app.outbox import later
from app.people import mail
from app.people.models import Person

CHUNK = 100
DIGEST_MAIL = "digest mail"


def put_due(database: Database) -> int:
    """All digests whose hour has come. How many were put into the outbox."""
    written = 0
    while is_due(database):
        with database.writing() as db:
            written += put_chunk(db)
    return written


def is_due(database: Database) -> bool:
    with database.reading() as db:
        return (
            db.scalars(select(col(Preference.person_id)).where(col(Preference.next_at) <= now()).limit(1)).first()
            is not None
        )


def put_chunk(db: Session) -> int:
    """A hundred people: the next digest of each is written first, then this one where there is something to tell."""
    due = select(Preference).where(col(Preference.next_at) <= now()).order_by(col(Preference.next_at))
    found = db.scalars(due.limit(CHUNK).with_for_update(skip_locked=True)).all()
    people = [one.person_id for one in found]
    query = select(col(Person.id), col(Person.time_zone)).where(col(Person.id).in_(people))
    zones: dict[int, str] = dict(db.execute(query).all())
    newest = newest_unread(db, people)
    mails = mail.configured(db.info["settings"])
    written = 0
    for one in found:
        one.next_at = due_next(one, zone_of(db, zones[one.person_id]))
        up_to = newest.get(one.person_id, 0)
        if mails and one.mail and up_to > one.seen:
            later(db, DIGEST_MAIL, person=one.person_id, after=one.seen, up_to=up_to, **mail.stamp())
            written += 1
        one.seen = max(one.seen, up_to)
        if up_to:
            recount(db, one.person_id)
    return written


def newest_unread(db: Session, people: list[int]) -> dict[int, int]:
    """For each, the newest notice that is not read and went by no mail. The mail itself sees which are told."""
    waiting = (col(Notice.person_id).in_(people), col(Notice.read_at).is_(None), col(Notice.mailed).is_(False))
    query = select(col(Notice.person_id), func.max(col(Notice.entry))).where(*waiting).group_by(col(Notice.person_id))
    return {row[0]: row[1] for row in db.execute(query)}
