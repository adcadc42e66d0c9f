"""What an idea's page shows of other ideas: relations, joinings, and to authors of a draft what is very near to it."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.ideas.joining.queries import Joined, joinings_of
from app.ideas.models import Idea, Stage
from app.ideas.rules import author
from app.ideas.similar.asking import Nearby
from app.ideas.similar.finding import NEAR, similar
from app.ideas.similar.keeping import whole_text
from app.ideas.similar.near import Near
from app.ideas.similar.queries import related, said
from app.ideas.similar.saying import RELATED, holder, reason_heading
from app.people.actor import Actor


@dataclass(frozen=True)
class Line:
    id: int
    title: str
    stage: Stage
    words: str


@dataclass(frozen=True)
class Beside:
    lines: Sequence[Line]
    joinings: Sequence[Joined]
    near: Nearby | None
    look: bool
    holder: Callable[..., str] = holder
    why: Callable[[Near], str] = reason_heading


def beside(db: Session, actor: Actor, idea: Idea, has: Collection[str]) -> Beside:
    """`has`: what hangs on the idea, as its page has found."""
    others = related(db, actor, idea.id) if "relations" in has else ()
    joinings = joinings_of(db, actor, idea) if "joinings" in has else ()
    joined = {one.other_id for one in joinings if one.stage == "joined"}
    lines = [Line(one.id, one.title, one.stage, RELATED[one.kind, one.back]) for one in others if one.id not in joined]
    near = before_submission(db, actor, idea) if idea.stage is Stage.DRAFT else None
    return Beside(lines, joinings, near, look=not actor.guest)


def before_submission(db: Session, actor: Actor, idea: Idea) -> Nearby | None:
    """What has no word yet and is very near to a draft that was never submitted."""
    if idea.revision or not author(actor, idea):
        return None
    words = said(db, idea.id)
    near = similar(db, actor, idea.title, whole_text(idea.story, idea.change, idea.needs), but=[idea.id, *words])
    found = [one for one in near if one.score >= NEAR][:3]
    return Nearby(found, words, looked=True) if found else None
