"""What the writing page asks of similar ideas: beside the text, and once before the first submission."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from app.ideas.models import Idea
from app.ideas.similar.finding import LIKE, NEAR, WORTH, similar
from app.ideas.similar.keeping import whole_text
from app.ideas.similar.models import Relating
from app.ideas.similar.near import Near
from app.ideas.similar.queries import said
from app.people.actor import Actor
from app.web import Form

KINDS = frozenset(kind.value for kind in Relating)
ASK, SHOWN = "ask", "shown"
MOST = 5


@dataclass(frozen=True)
class Nearby:
    """looked: whether somebody asked, so that nothing found is told too. holds: shown before it is submitted."""

    found: Sequence[Near] = ()
    said: Mapping[int, Relating] = field(default_factory=dict)
    pilots: Mapping[int, str] = field(default_factory=dict)
    looked: bool = False
    holds: bool = False

    @property
    def alike(self) -> Sequence[Near]:
        """What stands in sight, that of which something was said included."""
        return [one for one in self.found if one.score >= LIKE or one.id in self.said]

    @property
    def less_alike(self) -> Sequence[Near]:
        return [one for one in self.found if one not in self.alike]


def chosen(form: Form[Any]) -> dict[int, Relating]:
    """The words that stand in the form, `12:builds_on`; what cannot be read says nothing."""
    found = {}
    for text in form.texts.get("relations", ()):
        number, _, kind = text.partition(":")
        if number.isascii() and number.isdigit() and len(number) < 19 and kind in KINDS:
            found[int(number)] = Relating(kind)
    return found


def near_form(db: Session, actor: Actor, form: Form[Any], idea: Idea | None) -> Nearby:
    """What is near to the text in the form, with the words that were said or chosen."""
    texts = [str(form.value(name)) for name in ("story", "change", "needs")]
    but = [idea.id] if idea else []
    found = similar(db, actor, str(form.value("title")), whole_text(*texts), but=but, most=MOST, least=WORTH)
    words = said(db, idea.id) if idea else {}
    return Nearby(found, words | chosen(form), looked=True)


def holding(db: Session, actor: Actor, form: Form[Any], idea: Idea | None) -> Nearby | None:
    """The nearest without a word yet, where a first submission should show them; once, then it goes on.

    Only a form that was drawn to ask does: whatever else sends a text submits it.
    """
    if form.value("then") != "submit" or form.value("near") != ASK or (idea is not None and idea.revision):
        return None
    nearby = near_form(db, actor, form, idea)
    unsaid = [one for one in nearby.found if one.score >= NEAR and one.id not in nearby.said]
    return Nearby(unsaid, nearby.said, looked=True, holds=True) if unsaid else None
