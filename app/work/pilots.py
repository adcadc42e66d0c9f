"""What waits for somebody among pilots: gates to keep, steps of their own to finish, ideas to charter."""

from datetime import date

from sqlalchemy.orm import Session

from app.people.actor import Actor
from app.pilots import queries
from app.todo import Todo


def waiting(db: Session, actor: Actor, day: date) -> list[Todo]:
    return [
        Todo(one.verb, one.address, f"{one.verb} {one.address}", day, title=one.title, sub=one.why, due=one.due)
        for one in queries.waiting(db, actor)
    ]
