"""What passengers wrote, coded by two people; what one of the ideas cites; what got worse since the wave before."""

from sqlalchemy import select
from sqlmodel import col

from app.columns import as_of
from app.demo.content import COMMENTS
from app.demo.world import World
from app.ideas.citing.actions import cite
from app.ideas.models import Idea
from app.processes.alarms.actions import look
from app.processes.alarms.models import Alarm
from app.processes.alarms.rules import life
from app.voice.comments import actions
from app.voice.models import Audience, Remark, Source, Touchpoint

# A theme, when a comment is about it, the touchpoints that it speaks of, and its comments by a few of their words.
THEMES = (
    (
        "Bag drop",
        "Labels, the queue and the desk where bags are left.",
        ("Waiting at bag drop",),
        ("bag that", "bag drop"),
    ),
    (
        "Security",
        "Waiting for the lanes and what happens at them.",
        ("Waiting at security", "Being told what to do"),
        ("Security was", "shoes", "families"),
    ),
    (
        "Food and prices",
        "What there is to eat, when, and what it costs.",
        ("Restaurants", "Prices"),
        ("meal", "sandwich", "food", "coffee"),
    ),
    (
        "Finding the way",
        "Signs, screens and being lost.",
        ("Signs inside", "Screens"),
        ("signs", "stairs", "one screen"),
    ),
    ("Somebody was kind", "A person who helped.", ("Help when it was asked for",), ("kind", "wheelchair")),
    ("Waiting", "Any queue, wherever it is.", (), ("queu", "Nineteen", "half an hour", "two of eight")),
    ("Car park", "Finding a space and paying for it.", ("Finding a space", "Paying for parking"), ("car park",)),
)
CITED = "Nineteen minutes for one bag"


def about(parts: tuple[str, ...]) -> set[str]:
    return {words for words in COMMENTS if any(part in words for part in parts)}


def code(world: World, wave: str, days_ago: float) -> None:
    """Sami codes a wave theme by theme from searches, and says when it is done."""
    with world.scene("sami", days_ago) as (db, actor):
        source = db.get_one(Source, world.sources[wave])
        rows = db.execute(select(col(Remark.id), col(Remark.words)).where(col(Remark.source_id) == source.id)).all()
        for name, describes, places, parts in THEMES:
            theme = actions.theme_of(db, actor, name)
            theme.about = describes
            known = select(col(Touchpoint.id)).where(col(Touchpoint.name).in_(places))
            actions.link(db, theme, list(db.scalars(known)))
            texts = about(parts)
            actions.code_many(db, actor, [number for number, words in rows if words in texts], theme, "?theme=none")
        actions.finish(db, actor, source)


def code_twice(world: World, days_ago: float) -> None:
    """The same few, one by one, by two people who do not always agree."""
    with world.scene("dina", days_ago) as (db, dina):
        own = col(Remark.source_id) == world.sources["second"]
        some = db.scalars(select(Remark).where(own).order_by(col(Remark.id).desc()).limit(14)).all()
        themes = {name: actions.theme_of(db, dina, name).id for name, *_ in THEMES}
        seen = [[themes[name] for name, _, _, parts in THEMES if one.words in about(parts)] for one in some]
        for number, (one, told) in enumerate(zip(some, seen, strict=True)):
            actions.code(db, dina, one, [key for key in told if key != themes["Waiting"] or number % 3])
    with world.scene("sami", days_ago) as (db, sami):
        for one, told in zip(some, seen, strict=True):
            actions.code(db, sami, db.get_one(Remark, one.id), told)


def open_to_all(world: World, days_ago: float) -> None:
    """The latest wave's comments are for everybody, so that whoever has an idea can cite one."""
    with world.scene("noor", days_ago) as (db, _):
        db.get_one(Source, world.sources["second"]).comments_for = Audience.EMPLOYEES


def cite_one(world: World, title: str, who: str, days_ago: float) -> None:
    """While it is a draft: what is submitted stays as it is."""
    with world.scene(who, days_ago) as (db, actor):
        mine = (col(Remark.source_id) == world.sources["second"], col(Remark.words).startswith(CITED))
        remark = db.scalars(select(Remark).where(*mine).order_by(col(Remark.id)).limit(1)).one()
        cite(db, actor, db.get_one(Idea, world.ideas[title]), remark)


def alarm(world: World, days_ago: float) -> None:
    with as_of(world.moment(days_ago)):
        look(world.database)


def answer(world: World, days_ago: float) -> None:
    """Tariq has looked at his."""
    with world.scene("tariq", days_ago) as (db, actor):
        place = select(col(Touchpoint.id)).where(col(Touchpoint.name) == "Finding a space").scalar_subquery()
        found = db.scalars(select(Alarm).where(col(Alarm.touchpoint_id) == place)).one()
        words = "Level 3 was closed for the whole of the wave. It opens again in January."
        life.make(db, actor, found, "look", words, word=words)


def coding(world: World) -> None:
    """The first wave long ago; the second a day after it came in."""
    world.plan(360, code, "first")
    world.plan(359.9, alarm)
    world.plan(17.9, open_to_all)
    world.plan(17.5, code, "second")
    world.plan(17.2, code_twice)
    world.plan(17, alarm)
    world.plan(15, answer)


def citing(world: World) -> None:
    world.plan(10.2, cite_one, "Bag tags that dry", "salma")
    world.plan(13.5, cite_one, "Take the bag at the train", "amal")
