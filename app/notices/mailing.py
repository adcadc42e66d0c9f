"""Notices as mail: composed when they go, through what their reader may see then.

A mail names nobody: what it is about may be blind, or become so, and mail is passed on. Reasons go to those alone who
wrote or run the thing.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.notices.preferences import preference_of
from app.notices.queries import Line, not_told, one_line
from app.notices.topics import BECAUSE, TOPICS, As, Topic, Way
from app.notices.unsubscribing.tokens import DIGEST, address
from app.people.actor import Actor
from app.people.mail import Group, Letter
from app.todo import Todo
from app.web.rendering import day_words, spelt

MOST = 60  # lines of one digest
MOST_DUE = 12
WITH_REASON = (BECAUSE[As.AUTHOR], BECAUSE[As.CREW])


def foot(known: Mapping[str, Any], actor: Actor, scope: str, words: str) -> tuple[list[tuple[str, str]], str]:
    """Small print: why one gets this, how it ends, where one chooses. And the address of its end."""
    end = address(known, actor.id, scope)
    return [
        (words, ""),
        (f"End {'the digest' if scope == DIGEST else 'mail about ' + TOPICS[Topic(scope)].about}", end),
        ("Choose what you get", f"{known['settings'].address}/me/notices"),
    ], end


def notice_letter(
    db: Session, actor: Actor, payload: Mapping[str, Any], due: Callable[[], Sequence[Todo]]
) -> Letter | None:
    """One notice. None where it is not wanted or not to be seen any more. due: what is due now, for a reminder."""
    line = one_line(db, actor, payload["entry"])
    if line is None or preference_of(db, actor.id).way(line.topic) is not Way.AT_ONCE:
        return None
    known = db.info
    small, end = foot(known, actor, line.topic, f"You get this because {line.because}.")
    link = ("Look at it", known["settings"].address + line.address)
    shared = {"id": payload["id"], "at": datetime.fromisoformat(payload["at"]), "unsubscribe": end, "foot": small}
    if line.topic == Topic.DEADLINE:
        todos = due()
        return reminder(actor, todos, link, shared) if todos else None
    subject = f"{line.what}: {line.title}"
    reason = [line.why] if line.why and line.because in WITH_REASON else []
    return Letter(actor.email, subject, [f"{subject}.", *reason], link=link, **shared)


def reminder(actor: Actor, due: Sequence[Todo], link: tuple[str, str], shared: Mapping[str, Any]) -> Letter:
    late = sum(todo.late for todo in due)
    words = [f"{len(due) - late} due soon"] if len(due) > late else []
    subject = ", ".join([*words, *([f"{late} late"] if late else [])])
    shown = [due_words(todo) for todo in due[:MOST_DUE]]
    more = [f"And {len(due) - MOST_DUE} more."] if len(due) > MOST_DUE else []
    shared = {**shared, "foot": [("You get this because these are yours to do.", ""), *shared["foot"][1:]]}
    return Letter(actor.email, subject, [*shown, *more], link=("Go to what waits for you", link[1]), **shared)


def due_words(todo: Todo) -> str:
    """Score Low trays: by Thu 26 Nov."""
    what = " ".join(part for part in (todo.verb, todo.title, todo.rest) if part)
    day = day_words(todo.due) if todo.due else ""
    return f"{what}: was due on {day}." if todo.late else f"{what}: by {day}."


def digest_letter(db: Session, actor: Actor, payload: Mapping[str, Any]) -> Letter | None:
    """All that was put aside for it since the last one, by thing. None where nothing is left of it."""
    wish = preference_of(db, actor.id)
    topics = [topic for topic in Topic if wish.way(topic) is Way.DIGEST]
    lines = not_told(db, actor, payload["after"], payload["up_to"], topics, MOST)
    if not lines:
        return None
    known, base = db.info, db.info["settings"].address
    small, end = foot(known, actor, DIGEST, "Each thing says why you are told of it.")
    groups = [Group(of[0].title, base + of[0].address, told(of)) for of in by_thing(lines)]
    words = f"{spelt(len(groups))} thing{'s' if len(groups) != 1 else ''}"
    more = [f"The newest {MOST} notices; there are more in your inbox."] if len(lines) == MOST else []
    return Letter(
        actor.email,
        f"What changed in {words}",
        more,
        payload["id"],
        datetime.fromisoformat(payload["at"]),
        link=("Open your inbox", f"{base}/notices"),
        groups=groups,
        foot=small,
        unsubscribe=end,
    )


def by_thing(lines: Sequence[Line]) -> list[list[Line]]:
    """Newest thing first; what happened to it in the order in which it did."""
    things: dict[str, list[Line]] = {}
    for line in lines:
        things.setdefault(f"{line.address} {line.title}", []).insert(0, line)
    return list(things.values())


def told(lines: Sequence[Line]) -> list[str]:
    """A line for each that happened; the same for the same reason is one line with how often."""
    often: dict[str, int] = {}
    for line in lines:
        words = f"{line.what}, because {line.because}" if line.because else line.what
        often[words] = often.get(words, 0) + 1
    return [words if count == 1 else f"{count} times: {words}" for words, count in often.items()]
