"""The talk about a thing as a part of that thing's page, for pages of any feature."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.changes import counts
from app.people.actor import Actor
from app.talk.actions import committee_of
from app.talk.models import CommentForm
from app.talk.queries import Thread, follows, thread
from app.talk.rules import may_answer_officially
from app.web import Form, blank


@dataclass(frozen=True)
class Talk:
    """What `talk/_talk.html` draws."""

    thread: Thread
    follows: bool
    official: bool
    form: Form[CommentForm]


def talk_of(db: Session, actor: Actor, ref: str, after: int | None = None, **known: Any) -> Talk:
    """known: what the page has read already (total, follows, committee_id, changes), so that it is not read again."""
    committee = known["committee_id"] if "committee_id" in known else committee_of(db, ref)
    following = known["follows"] if "follows" in known else follows(db, actor, ref)
    changes = known["changes"] if "changes" in known else counts(db, "talk")[0]
    return Talk(
        thread(db, actor, ref, after, known.get("total")),
        following,
        may_answer_officially(actor, committee),
        blank(CommentForm, key=key(ref, changes)),
    )


def key(ref: str, changes: int) -> str:
    """A one-shot key that is the same for one state of all talk: the page can be kept, and a second press is seen.

    Whatever is said changes the counter, so the next page has another key.
    """
    return f"{changes}-{ref}"[:40]
