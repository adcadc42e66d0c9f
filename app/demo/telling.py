"""How the demo's people want to be told, and chats that hear of things: switched off, since a demo posts nowhere."""

from app.demo.world import World
from app.notices.hooks.actions import add, move
from app.notices.hooks.models import Chat, Event, HookForm
from app.notices.preferences import PreferenceForm, change
from app.notices.topics import Often, Way

ADDRESS = "https://chat.pilotage.example/services/T00/B00/"


def channels(world: World, days_ago: float) -> None:
    with world.scene("root", days_ago) as (db, actor):
        events = (Event.DECISIONS, Event.PILOTS, Event.PRIORITIES)
        form = HookForm(name="#innovation", chat=Chat.SLACK, address=f"{ADDRESS}all0", events=events)
        move(db, actor, add(db, actor, form), "off")
    with world.scene("amal", days_ago) as (db, actor):
        form = HookForm(name="#our-team", chat=Chat.TEAMS, address=f"{ADDRESS}calm", events=(Event.DECISIONS,))
        move(db, actor, add(db, actor, form, min(actor.leads)), "off")


def wishes(world: World, days_ago: float) -> None:
    """Noor wants the committee's news once a week, on Friday afternoon."""
    with world.scene("noor", days_ago) as (db, actor):
        form = PreferenceForm(mail="on", followed=Way.INBOX, often=Often.WEEKLY, weekday=4, hour=15)
        change(db, actor.id, actor.time_zone, form)
