"""Who may do what with a comment. Whoever sees a thing may talk about it."""

from app.people.actor import Actor
from app.talk.models import Comment


def may_edit(actor: Actor, comment: Comment) -> bool:
    return comment.author_id == actor.id and comment.withdrawn_at is None


def may_answer_officially(actor: Actor, committee_id: int | None) -> bool:
    """Only the chair speaks for the committee."""
    return actor.chairs(committee_id)
