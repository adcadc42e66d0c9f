"""The talk about a thing as a part of that thing's page, for pages of any feature."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from markupsafe import Markup
from sqlalchemy.orm import Session

from app.changes import counts
from app.lately import lately
from app.people.actor import Actor
from app.talk.actions import committee_of
from app.talk.models import CommentForm
from app.talk.queries import Node, Thread, follows, spoke, thread
from app.talk.rules import may_answer_officially
from app.web import Form, blank
from app.web.rendering import environment


@dataclass(frozen=True)
class Talk:
    """What `talk/_talk.html` draws."""

    thread: Thread
    html: Markup
    follows: bool
    official: bool
    form: Form[CommentForm]


def talk_of(request: Request, db: Session, actor: Actor, ref: str, after: int | None = None, **known: Any) -> Talk:
    """known: what the page has read already, so that it is not read again: total, follows, committee_id, changes (of
    all talk); and `open`, said only where the page has found that nobody is hidden from this reader."""
    committee = known["committee_id"] if "committee_id" in known else committee_of(db, ref)
    following = known["follows"] if "follows" in known else follows(db, actor, ref)
    changes = known["changes"] if "changes" in known else counts(db, "talk")[0]
    total = known.get("total")

    def read() -> tuple[Thread, Markup]:
        shown = thread(db, actor, ref, after, total)
        return shown, drawn(request, db, shown.nodes)

    if known.get("open") and not spoke(db, actor, ref):
        # The page of talk looks the same to all who hide nobody and said nothing here; guests see no links to people.
        same = (ref, after, changes, counts(db, "people"), total, actor.guest)
        shown, html = lately(db, "drawn threads", 200).or_made(same, read)
    else:
        shown, html = read()
    return Talk(
        shown,
        html,
        following,
        may_answer_officially(actor, committee),
        blank(CommentForm, key=key(ref, changes)),
    )


def drawn(request: Request, db: Session, nodes: Sequence[Node]) -> Markup:
    """The comments as HTML. Each is kept for all readers to whom it looks the same; what it says is its key."""
    kept = lately(db, "drawn comments", 4000)
    macros: Any = None
    parts: list[str] = []
    for node in nodes:
        html = kept.get(node)
        if html is None:
            macros = macros or environment(request).get_template("_ui.html").module
            html = macros.comment(node)
            kept.put(node, html)
        parts.append(html)
    return Markup("").join(parts)


def key(ref: str, changes: int) -> str:
    """A one-shot key that is the same for one state of all talk: the page can be kept, and a second press is seen.

    Whatever is said changes the counter, so the next page has another key.
    """
    return f"{changes}-{ref}"[:40]
