"""The talk about a thing as a part of that thing's page, for pages of any feature."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from fastapi import Request
from markupsafe import Markup, escape
from sqlalchemy.orm import Session

from app.changes import counts
from app.lately import lately
from app.people.actor import Actor
from app.talk.files.kinds import ACCEPT, LISTED
from app.talk.files.models import ON_A_COMMENT
from app.talk.models import CommentForm
from app.talk.queries import Node, Thread, rows_of, speakers, taking_part, thread
from app.talk.rules import may_answer_officially, moderates
from app.talk.things import committee_of
from app.web import Form, blank
from app.web.rendering import environment, together

STEPS = 3  # levels that are drawn one below the other; what is deeper stands on the last, and says whom it answers


@dataclass(frozen=True)
class Talk:
    """What `talk/_talk.html` draws. answer: the committee's last one; names: whom the form offers to tell."""

    thread: Thread
    html: Markup
    follows: bool
    official: bool
    form: Form[CommentForm]
    answer: int | None = None
    names: Sequence[str] = ()
    fields: Sequence[str] = field(default=ON_A_COMMENT)
    accept: str = ACCEPT
    listed: str = LISTED
    guest: bool = False
    say: Markup | None = None  # the empty form, drawn once for all to whom it looks the same


def talk_of(request: Request, db: Session, actor: Actor, ref: str, after: int | None = None, **known: Any) -> Talk:
    """known: what the page has read already, so that it is not read again: total, follows, committee_id, changes (of
    all talk); `open`, said only where the page has found that nobody is hidden from this reader; `branch`."""
    committee = known["committee_id"] if "committee_id" in known else committee_of(db, ref)
    changes = known["changes"] if "changes" in known else counts(db, "talk")[0]
    part = lately(db, "who talks", 500).or_made((ref, changes), lambda: taking_part(db, ref))
    total, branch = known.get("total"), known.get("branch")
    moderating = moderates(actor, committee)

    def read(rows: Sequence[Any] | None = None) -> tuple[Thread, Markup]:
        shown = thread(db, actor, ref, after, total, moderating=moderating, branch=branch, rows=rows)
        return shown, drawn(request, db, shown.nodes, ref)

    if not known.get("open"):
        shown, html = read()
    elif actor.id in part.spoke:
        shown, html = read(rows_for_all(db, ref, after, branch, changes))
    else:
        # The page of talk looks the same to all who hide nobody and said nothing here.
        same = (ref, after, branch, changes, counts(db, "people"), total, moderating, actor.guest)
        shown, html = lately(db, "drawn threads", 200).or_made(same, read)
    talk = Talk(
        shown,
        html,
        known.get("follows", actor.id in part.follow),
        may_answer_officially(db, actor, ref, committee),
        blank(CommentForm, key=key(ref, changes)),
        part.answer,
        speakers(shown.nodes),
        guest=actor.guest,
    )
    same_form = (ref, changes, talk.guest, talk.official, tuple(talk.names))
    return replace(talk, say=lately(db, "forms of talk", 200).or_made(same_form, lambda: drawn_form(request, talk)))


def rows_for_all(db: Session, ref: str, after: int | None, branch: int | None, changes: int) -> Sequence[Any] | None:
    """What a page of talk is made of, where it hides nobody from anybody: then it differs by who reads only in what
    is their own. Else None."""
    key = (ref, after, branch, changes, counts(db, "people"))
    rows = lately(db, "rows of talk", 100).or_made(key, lambda: rows_of(db, 0, ref, after, branch))
    return None if rows and rows[0].veiled else rows


def drawn_form(request: Request, talk: Talk) -> Markup:
    macros: Any = environment(request).get_template("talk/_talk.html").module
    html: Markup = macros.form(talk)
    return html


def talk_on(
    request: Request, db: Session, actor: Actor, ref: str, committee_id: int, changes: int, **known: Any
) -> Talk:
    """For a page whose address has the place in its talk as `?talk=`."""
    after = request.query_params.get("talk", "")
    place = int(after) if after.isascii() and after.isdigit() and len(after) <= 18 else None
    return talk_of(request, db, actor, ref, place, committee_id=committee_id, changes=changes, **known)


def drawn(request: Request, db: Session, nodes: Sequence[Node], ref: str = "") -> Markup:
    """The comments as HTML, answers inside of what they answer. Each comment is kept for all readers to whom it looks
    the same; what it says is its key."""
    kept = lately(db, "drawn comments", 4000)
    macros: Any = None
    parts: list[Markup] = []
    for node in nodes:
        html = kept.get(node)
        if html is None:
            macros = macros or environment(request).get_template("_ui.html").module
            html = macros.remark(node)
            kept.put(node, html)
        parts.append(html)
    address = f"{request.app.state.settings.root}/talk/{ref}"
    return together(Nest(nodes, parts, escape(address)).lines(0, len(nodes), 0))


# Joined, not formatted, which costs several times as much. Every piece is markup or a number.
ITEM, CALLED, NAMED = Markup('<li class="d'), Markup(' official" id="c'), Markup('" id="c')
MORE, END = Markup('">'), Markup("</li>")
FOLD, FOLDED = Markup('<details class="branch" open><summary>'), Markup("</ol></details>")
ALONE, BRANCH = Markup('<p class="small"><a href="'), Markup('">This branch alone</a></p>')
UNFOLDED, LIST = Markup("</summary>"), Markup("<ol>")


@dataclass(frozen=True)
class Nest:
    """Comments in reading order, each with what was drawn of it, as lists inside of lists."""

    nodes: Sequence[Node]
    parts: Sequence[Markup]
    address: Markup

    def lines(self, start: int, end: int, level: int) -> list[str]:
        """Of a page that begins in the middle of a branch the first comments stand at its edge."""
        found: list[str] = []
        while start < end:
            node = self.nodes[start]
            after = start + 1 if level == STEPS else self.end_of(start, end)
            called = CALLED if node.official else NAMED
            found += (ITEM, str(level), called, str(node.id), MORE, self.parts[start])
            if after > start + 1:
                found += (*self.fold(start, after, level), *self.lines(start + 1, after, level + 1), FOLDED)
            found.append(END)
            start = after
        return found

    def end_of(self, start: int, end: int) -> int:
        depth = self.nodes[start].depth
        return next((place for place in range(start + 1, end) if self.nodes[place].depth <= depth), end)

    def fold(self, start: int, after: int, level: int) -> list[str]:
        count = after - start - 1
        deep = level == STEPS - 1 and max(node.depth for node in self.nodes[start:after]) - self.nodes[start].depth > 1
        alone = [ALONE, f"{self.address}?branch={self.nodes[start].id}", BRANCH] if deep else []
        return [FOLD, f"{count} {'answer' if count == 1 else 'answers'}", UNFOLDED, *alone, LIST]


def key(ref: str, changes: int) -> str:
    """A one-shot key that is the same for one state of all talk: the page can be kept, and a second press is seen.

    Whatever is said changes the counter, so the next page has another key.
    """
    return f"{changes}-{ref}"[:40]
