"""A conversation as it goes: a thread that goes deep, somebody named, a quote, the committee's answer, photos and
files, a report that waits and a comment that was hidden."""

import csv
import io
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlmodel import col

from app.demo.world import World
from app.ideas.files.actions import attach
from app.ideas.models import Idea
from app.ideas.rules import OPEN_TO_CHANGE
from app.talk import mentions
from app.talk.actions import change, say
from app.talk.files.actions import hang
from app.talk.files.reading import Ready, taken_in
from app.talk.files.store import incoming
from app.talk.models import Comment, EditForm
from app.talk.moderation.actions import moderate, report
from app.talk.moderation.models import ModerateForm

ON = "Bag drop before the door"
PLAN = "Two belts outside, at doors 3 and 5, and the queue between them ending before the lane of taxis"
SAID: tuple[tuple[str, str, int | None], ...] = (
    ("lina", "Where would the queue end on a Friday? I drew what I think it would look like.", None),
    ("yusuf", "In the lane of the taxis, if nobody turns it.", 0),
    ("lina", "> In the lane of the taxis, if nobody turns it.\n\nThen it turns at door 4, see the plan.", 1),
    ("rana", "Door 4 is the way out of the car park. People with a pushchair come against it.", 2),
    ("karim", "How many are they, between five and eight? I can count them from the barrier.", 3),
    ("rana", "@karim, can you do it for a Friday and a Sunday?", 4),
    ("karim", "Counted, both days: **41** and **17** with a pushchair or a wheelchair. The table is below.", 5),
    ("yusuf", "Seventeen one can guide by hand.", 6),
    ("rana", "And forty-one is one every four minutes: a host at door 4 would do.", 7),
    ("noor", "The committee asks for one morning's trial of the hatch before anything is leased.", None),
    ("tamer", "Who invented this has never stood outside in January.", None),
    ("salma", "Typical of those upstairs, they ought to be ashamed.", 0),
)


@dataclass(frozen=True)
class Beside:
    """A file that comes with what is said: its name, what it shows, its bytes."""

    name: str
    alt: str
    content: bytes


def plan_of_the_door() -> bytes:
    """A drawing that was made for the demo."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (1600, 1000), "#efece4")
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, 1600, 260), fill="#d7d2c4")
    for place, number in ((340, 3), (760, 4), (1180, 5)):
        pen.rectangle((place, 220, place + 150, 260), fill="#8a8574")
        pen.text((place + 60, 225), str(number), fill="#ffffff", font_size=30)
    for place in (390, 1230):
        pen.rectangle((place, 300, place + 50, 620), fill="#2f5d8c")
    pen.line([(415, 640), (415, 760), (1255, 760), (1255, 640)], fill="#b5432b", width=14)
    for place in range(440, 1250, 54):
        pen.ellipse((place, 700, place + 26, 726), fill="#3a372f")
    pen.rectangle((0, 860, 1600, 1000), fill="#c9c4b6")
    pen.text((60, 910), "taxis", fill="#3a372f", font_size=44)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def counts() -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(
        [("day", "from", "pushchairs", "wheelchairs"), ("Fri", "5:00", 33, 8), ("Sun", "5:00", 15, 2)]
    )
    return out.getvalue().encode()


def plan(world: World) -> None:
    world.plan(0.4, converse)
    world.plan(0.2, add_to_drafts)


def converse(world: World, days_ago: float) -> None:
    beside = {0: Beside("Plan of the door.png", PLAN, plan_of_the_door()), 6: Beside("Pushchairs.csv", "", counts())}
    number, said = world.ideas[ON], list[int]()
    for place, (who, words, parent) in enumerate(SAID):
        with world.scene(who, days_ago) as (db, actor):
            ref = db.get_one(Idea, number).ref
            named = mentions.settle(db, words)
            answers = None if parent is None else said[parent]
            comment = say(db, actor, ref, words, answers, official=who == "noor")
            mentions.keep(db, actor, comment, named)
            if place in beside:
                with_file = beside[place]
                ready, folder = looked_at(world, with_file)
                hang(db, actor, ref, ready, with_file.alt, comment=comment)
                shutil.rmtree(folder)
            said.append(comment.id)
    afterwards(world, said, days_ago)


def afterwards(world: World, said: list[int], days_ago: float) -> None:
    """One thinks again; one is reported; one was hidden."""
    with world.scene("yusuf", days_ago) as (db, actor):
        comment = db.get_one(Comment, said[1])
        change(
            db, actor, comment, EditForm(words="In the lane of the taxis, unless it turns.", version=comment.version)
        )
    with world.scene("maya", days_ago) as (db, actor):
        report(db, actor, db.get_one(Comment, said[10]), "It mocks a colleague and says nothing of the idea.")
        report(db, actor, db.get_one(Comment, said[11]), "Against people, not about the idea.")
    with world.scene("root", days_ago) as (db, actor):
        comment = db.get_one(Comment, said[11])
        moderate(db, actor, comment, ModerateForm(do="hide", reason="Against people, not about the idea.", version=1))


def looked_at(world: World, beside: Beside) -> tuple[Ready, Path]:
    home = incoming(world.database.known["settings"])
    ready, folder = taken_in(io.BytesIO(beside.content), beside.name, home)
    return ready, folder


def add_to_drafts(world: World, days_ago: float) -> None:
    """Amal's ideas that may still be changed: a drawing on the first."""
    ready, folder = looked_at(world, Beside("Door.png", "", plan_of_the_door()))
    with world.scene("amal", days_ago) as (db, actor), suppress(StopIteration):
        open_ones = select(Idea).where(col(Idea.stage).in_(OPEN_TO_CHANGE)).order_by(col(Idea.id))
        mine = (idea for idea in db.scalars(open_ones) if actor.id in idea.author_ids or idea.team_id in actor.teams)
        attach(db, actor, next(mine), ready, "Where the queue would turn, drawn over a plan of the doors")
    shutil.rmtree(folder)
