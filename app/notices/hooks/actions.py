"""Adding, testing and ending a channel; and putting posts into the outbox, with the reading of the record."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import now
from app.errors import Refused, Stale
from app.notices.concerns import Lookup, placed
from app.notices.hooks.models import Hook, HookForm
from app.notices.hooks.queries import event_of, hooks, team_of
from app.outbox import later
from app.people.actor import Actor
from app.record.actions import write
from app.record.models import Entry

CHANNEL_POST = "channel post"
FAILURES = 5  # in a row, then it is off
MOST = 20  # channels of a team, and for all


def keeps(actor: Actor, team_id: int | None) -> bool:
    """Of a team: who leads it. For all, and as the last word on any: administrators."""
    return actor.administrator or (team_id is not None and team_id in actor.leads)


def add(db: Session, actor: Actor, form: HookForm, team_id: int | None = None) -> Hook:
    if not keeps(actor, team_id):
        raise Refused("Administrators add channels for all, and who leads a team those of the team.")
    same = col(Hook.team_id) == team_id if team_id else col(Hook.team_id).is_(None)
    if (db.scalar(select(func.count()).where(same, col(Hook.removed_at).is_(None))) or 0) >= MOST:
        raise Refused(f"At most {MOST} channels fit here. Remove one first.")
    events = ",".join(dict.fromkeys(event.value for event in form.events))
    fields: dict[str, Any] = {"name": form.name, "chat": form.chat, "address": form.address, "events": events}
    hook = Hook(team_id=team_id, made_by=actor.id, **fields)
    db.add(hook)
    db.flush()
    write(db, actor.id, "add", hook.ref, figures={"team": team_id, "chat": form.chat.value, "events": events})
    return hook


def move(db: Session, actor: Actor, hook: Hook, name: str) -> None:
    """test, off, on, remove."""
    if not keeps(actor, hook.team_id):
        raise Refused("This channel is kept by others.")
    if hook.removed_at or (name in ("on", "off") and hook.on == (name == "on")):
        raise Stale("Somebody changed this channel a moment ago. Look at it again.")
    match name:
        case "test":
            later(db, CHANNEL_POST, hook=hook.id, entry=None, about="")
        case "off":
            hook.off_at, hook.failures = now(), 0
        case "on":
            hook.off_at, hook.failures, hook.failure = None, 0, ""
        case "remove":
            hook.removed_at, hook.address = now(), ""
    hook.version += 1
    write(db, actor.id, name, hook.ref)


def spread(db: Session, entries: Sequence[Entry], found: Lookup) -> None:
    """A job for each channel that wants to hear of an entry. What it may be told is asked when it is posted."""
    wanted = {entry.number: event for entry in entries if (event := event_of(entry))}
    channels = [hook for hook in hooks(db, every=True) if hook.on] if wanted else []
    for entry in entries if channels else ():
        for hook in channels:
            own = hook.team_id is None or hook.team_id == team_of(entry, found)
            if own and wanted.get(entry.number) in hook.events.split(","):
                kind, key = placed(entry, found)
                later(db, CHANNEL_POST, hook=hook.id, entry=entry.number, about=f"{kind}:{key}")
