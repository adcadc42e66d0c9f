"""Reading ideas: one door for all of it."""

from sqlalchemy import ColumnElement, and_, or_, select
from sqlmodel import col

from app.ideas.models import Author, Idea, Invited
from app.people.actor import Actor
from app.refs import Kind


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Listed ideas for every employee, all of one's own; a guest sees those that they were invited to."""
    if actor.guest:
        invited = select(col(Invited.idea_id)).where(col(Invited.person_id) == actor.id)
        return and_(col(Idea.id).in_(invited), col(Idea.listed).is_(True))
    own = select(col(Author.idea_id)).where(col(Author.person_id) == actor.id)
    return or_(col(Idea.listed).is_(True), col(Idea.id).in_(own), col(Idea.team_id).in_(actor.teams))


kinds = [Kind("idea", Idea, visible_to, Idea.title, lambda id: f"/ideas/{id}")]
