"""Who may do what with a comment. Whoever sees a thing may talk about it."""

from sqlalchemy.orm import Session

from app.people.actor import Actor
from app.refs import registry
from app.talk.models import Comment
from app.talk.things import committee_of


def may_edit(actor: Actor, comment: Comment) -> bool:
    return comment.author_id == actor.id and comment.withdrawn_at is None


def may_answer_officially(db: Session, actor: Actor, ref: str, committee_id: int | None) -> bool:
    """Only the chair speaks for the committee; where the chair has a conflict, the deputy."""
    return actor.chairs(committee_id) and not registry(db).barred(db, actor, ref)


def moderates(actor: Actor, committee_id: int | None) -> bool:
    """The chair of the thing's committee, and administrators."""
    return actor.administrator or actor.chairs(committee_id)


def may_moderate(actor: Actor, committee_id: int | None, comment: Comment) -> bool:
    """Nobody judges their own words."""
    return moderates(actor, committee_id) and comment.author_id != actor.id


def stands(comment: Comment) -> bool:
    """Whether everybody who sees the thing reads it."""
    return comment.withdrawn_at is None and comment.hidden_at is None


def reads_all(db: Session, actor: Actor, comment: Comment) -> bool:
    """Who reads what a comment said before, or said until it was hidden: its author, and who moderates."""
    return comment.author_id == actor.id or moderates(actor, committee_of(db, comment.about))
