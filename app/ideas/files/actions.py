"""Files of an idea: hung on it and taken down by who may change its text. A revision keeps the files that it had."""

from sqlalchemy.orm import Session

from app.errors import Refused
from app.ideas.models import Idea
from app.ideas.rules import may_change
from app.people.actor import Actor
from app.record.actions import write
from app.talk.files import actions as files
from app.talk.files.models import File
from app.talk.files.reading import Ready


def must_change(actor: Actor, idea: Idea) -> None:
    if not may_change(actor, idea):
        raise Refused("An idea's files are changed by its authors, as long as they may change its text.")


def attach(db: Session, actor: Actor, idea: Idea, ready: Ready, alt: str) -> File:
    """It belongs to the next submission, and to those after it until it is taken down."""
    must_change(actor, idea)
    file = files.hang(db, actor, idea.ref, ready, alt, since=idea.revision + 1)
    write(db, actor.id, "attach", idea.ref, figures={"file": file.id})
    return file


def detach(db: Session, actor: Actor, idea: Idea, file: File) -> None:
    must_change(actor, idea)
    files.withdraw(db, actor, file, until=idea.revision)
    write(db, actor.id, "detach", idea.ref, figures={"file": file.id})
