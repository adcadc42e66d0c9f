"""Meetings and motions with defaults, made through the product's own actions."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any

import pikepdf
from sqlalchemy.orm import Session as Db

from app.columns import now
from app.db import Database
from app.ideas.models import Idea
from app.people.actor import find_actor
from app.people.models import Person
from app.review import decisions
from app.review.meetings import actions, motions, moves
from app.review.meetings.forms import MeetingForm, MotionForm
from app.review.meetings.models import Motion, Say
from app.review.models import Meeting, Round
from app.workflow import MoveForm
from tests.cast import Cast, the_cast
from tests.review.makers import admitted, move, open_round, review_by

WORDS = "The queue hurts most, and a pilot is cheap."


@dataclass
class Story:
    """A round whose reviewing is closed: two ideas by Zaid, reviewed by Sami, Dina and Omar. Noor is the chair."""

    cast: Cast
    round: int
    first: int
    second: int


def a_closed_round(db: Db, cast: Cast, *authors: Person, **over: Any) -> Story:
    ideas = [
        admitted(db, cast, *(authors or (cast.zaid,)), title=title)
        for title in ("Bag drop before the door", "Trolleys where the queue begins")
    ]
    round_ = open_round(db, cast, *ideas, **over)
    for idea in ideas:
        for person in (cast.sami, cast.dina, cast.omar):
            review_by(db, person, idea, to_committee=f"Cheap to try, says {idea.id}")
    move(db, cast, round_, "close")
    return Story(cast, round_.id, ideas[0].id, ideas[1].id)


def told(database: Database, **over: Any) -> Story:
    with database.writing() as db:
        return a_closed_round(db, the_cast(db), **over)


def a_meeting(db: Db, cast: Cast, *ideas: int, at: datetime | None = None, **over: Any) -> Meeting:
    at = at or now().replace(second=0, microsecond=0)
    fields: dict[str, Any] = {"name": "December", "day": at.date(), "at": at.time(), "place": "Room 4"}
    wanted = MeetingForm(**(fields | {"ideas": list(ideas)} | over))
    return actions.plan(db, find_actor(db, cast.noor.id), cast.committee.id, wanted)


def running(db: Db, cast: Cast, *ideas: int, there: Iterable[Person] = (), **over: Any) -> Meeting:
    """Begun, with these in the room, and its first item on."""
    meeting = a_meeting(db, cast, *ideas, **over)
    noor = find_actor(db, cast.noor.id)
    actions.note_attendance(db, noor, meeting, [person.id for person in there or (cast.noor, cast.sami, cast.dina)])
    moves.move(db, noor, meeting, "begin", "", None)
    if ideas:
        actions.take_up(db, meeting, actions.items_of(db, meeting.id)[0].id)
    return meeting


def a_motion(
    db: Db, cast: Cast, round_: int, idea: int, meeting: Meeting | None = None, due: date | None = None, **over: Any
) -> Motion:
    """To approve, in the meeting, or in writing within a week."""
    soon = date.today() + timedelta(days=7)
    fields: dict[str, Any] = {"verdict": "approve", "words": WORDS, "meeting": meeting.id if meeting else None}
    wanted = MotionForm(**(fields | {"due": None if meeting else due or soon} | over))
    one = db.get_one(Round, round_)
    found = decisions.in_round(db, one, idea, lock=True)
    assert found is not None
    return motions.put(db, find_actor(db, cast.noor.id), one, db.get_one(Idea, idea), wanted)


def say(db: Db, motion: Motion, **votes: Person | Iterable[Person]) -> None:
    """`say(db, motion, yes=(cast.sami, cast.dina), no=cast.omar)`"""
    for value, people in votes.items():
        for person in [people] if isinstance(people, Person) else people:
            motions.vote(db, find_actor(db, person.id), motion, Say(value))


def close(db: Db, cast: Cast, motion: Motion, by: Person | None = None) -> Motion:
    motions.move(db, find_actor(db, (by or cast.noor).id), motion, MoveForm(name="close"))
    return motion


def text_of(made: bytes) -> str:
    """What a PDF says, by the table of each font that says what its glyphs mean; without blanks."""
    with pikepdf.open(BytesIO(made)) as pdf:
        words = "".join(word for page in pdf.pages for word in spoken(page))
    return "".join(words.split())


def spoken(page: Any) -> Iterator[str]:
    fonts = {name: meaning(font) for name, font in page.resources.get("/Font", {}).items()}
    known: dict[str, str] = {}
    for operands, operator in pikepdf.parse_content_stream(page):
        if str(operator) == "Tf":
            known = fonts[str(operands[0])]
        elif str(operator) in ("Tj", "TJ"):
            parts = operands[0] if str(operator) == "TJ" else [operands[0]]
            for part in parts:
                if isinstance(part, pikepdf.String):
                    codes = bytes(part).hex()
                    yield "".join(known.get(codes[at : at + 4], "") for at in range(0, len(codes), 4))


def meaning(font: Any) -> dict[str, str]:
    """From a ToUnicode table: the glyph's code to what it says."""
    found: dict[str, str] = {}
    lines = font.ToUnicode.read_bytes().decode("latin-1").splitlines()
    for line in lines:
        parts = line.replace("><", "> <").split()
        if len(parts) == 2 and all(part.startswith("<") for part in parts):
            code, letters = (part.strip("<>").lower() for part in parts)
            if len(code) == 4:
                found[code] = bytes.fromhex(letters).decode("utf-16-be")
    return found
