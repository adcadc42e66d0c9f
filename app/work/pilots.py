"""What waits for somebody among pilots: gates to keep, steps of their own to finish, ideas to charter."""

from datetime import date

from sqlalchemy.orm import Session

from app.people.actor import Actor
from app.pilots import queries
from app.todo import Todo

WORDS = {"Keep": "Gate", "Finish": "Step"}


def waiting(db: Session, actor: Actor, day: date) -> list[Todo]:
    return [
        Todo(
            one.verb, one.address, one.address, day, one.title, "", one.why, one.due, WORDS.get(one.verb.split()[0], "")
        )
        for one in queries.waiting(db, actor)
    ]
