"""The job that posts to a channel: what it may say is worked out now; how it went is kept beside the channel."""

from typing import Any

import structlog
from sqlalchemy.orm import Session

from app.columns import now
from app.db import Database
from app.notices.hooks.actions import CHANNEL_POST, FAILURES
from app.notices.hooks.messages import message
from app.notices.hooks.models import Hook
from app.notices.hooks.queries import told
from app.notices.hooks.wire import Reach, Unreachable, post
from app.record.actions import write
from app.record.models import Entry

TEST = ("A test", "Pilotage can post to this channel")
log = structlog.get_logger()


def send_post(database: Database, payload: dict[str, Any]) -> None:
    """A channel that was ended meanwhile is left alone; a test is posted to one that is off as well."""
    with database.reading() as db:
        ready = body_of(db, payload)
    if ready is None:
        return
    address, body = ready
    reach: Reach = database.known.get("reach") or Reach()
    try:
        post(address, body, reach)
    except Unreachable as error:
        note_failure(database, payload["hook"], str(error))
        if payload["entry"] is None:
            return  # a test is not tried again by itself
        raise
    with database.writing() as db:
        hook = db.get_one(Hook, payload["hook"])
        hook.sent_at, hook.failures, hook.failure = now(), 0, ""


def body_of(db: Session, payload: dict[str, Any]) -> tuple[str, bytes] | None:
    hook = db.get_one(Hook, payload["hook"])
    test = payload["entry"] is None
    if hook.removed_at or not (hook.on or test):
        return None
    if test:
        return hook.address, message(hook.chat, *TEST, db.info["settings"].address + "/")
    words = told(db, hook, db.get_one(Entry, payload["entry"]), payload["about"])
    return (hook.address, message(hook.chat, *words)) if words else None


def note_failure(database: Database, hook_id: int, why: str) -> None:
    """Kept at once, apart from the job; after several in a row nothing more is posted until somebody looks."""
    with database.writing() as db:
        hook = db.get_one(Hook, hook_id)
        hook.failures += 1
        hook.failure = why[:300]
        if hook.failures >= FAILURES and hook.on:
            hook.off_at = now()
            write(db, None, "off", hook.ref, figures={"failures": hook.failures})
            log.warning("channel is off", hook=hook.id, failures=hook.failures)


__all__ = ["CHANNEL_POST", "send_post"]
