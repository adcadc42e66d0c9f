"""The demo's story: planned feature by feature, played in the order of its days."""

from datetime import timedelta

from sqlalchemy import select, update
from sqlmodel import col

from app.db import Database
from app.demo import (
    analyses,
    asking,
    comments,
    conversing,
    evidence,
    founding,
    judging,
    nearness,
    other_evidence,
    piloting,
    priorities,
    reasons,
    searching,
    teaming,
    telling,
    thinking,
    understanding,
)
from app.demo.world import World
from app.ideas.guests.actions import let_in
from app.ideas.models import Idea
from app.notices.actions import read_record
from app.notices.counting import recount
from app.notices.models import Notice
from app.people.guests.models import Guest
from app.people.models import Person
from app.processes.standing.actions import read_waves


def tell(database: Database) -> World:
    world = World(database)
    first, second = evidence.waves(world)
    world.plan(400, founding.found)
    world.plan(372, evidence.hear, first)
    world.plan(370, evidence.register)
    other_evidence.plan(world)
    understanding.understanding(world)
    priorities.first_round(world)
    world.plan(318, founding.form_teams)
    thinking.first_ideas(world)
    judging.first_round(world)
    piloting.pilots(world)
    world.plan(200, judging.accept_order)
    thinking.later_ideas(world)
    thinking.kept_ideas(world)
    world.plan(18, evidence.hear, second)
    world.plan(11, analyses.keep)
    asking.counter_cards(world)
    comments.coding(world)
    judging.running_round(world)
    thinking.waiting_ideas(world)
    nearness.nearness(world)
    comments.citing(world)
    priorities.running_round(world)
    reasons.reasons(world)
    teaming.teaming(world)
    world.plan(5, invite_guest)
    world.plan(4, searching.keep)
    world.plan(4, telling.channels)
    world.plan(4, telling.wishes)
    world.play()
    thinking.support(world)
    world.play()
    conversing.plan(world)
    world.play()
    tell_everybody(world)
    read_waves(database)
    nearness.read(world)
    return world


def tell_everybody(world: World) -> None:
    """Notices of what happened; what is older than ten days was read at its time."""
    read_record(world.database)
    with world.database.writing() as db:
        old = (col(Notice.at) < world.begun - timedelta(days=10), col(Notice.read_at).is_(None))
        db.execute(update(Notice).where(*old).values(read_at=Notice.at))
        for person in db.scalars(select(col(Notice.person_id)).distinct()).all():
            recount(db, person)


def invite_guest(world: World, days_ago: float) -> None:
    """Gita's firm makes the low trays."""
    with world.scene("amal", days_ago) as (db, actor):
        guest = db.get_one(Person, world.people["gita"])
        db.add(Guest(person_id=guest.id, organisation="Trays and Belts"))
        let_in(db, actor, db.get_one(Idea, world.ideas["One tray height"]), guest)
