"""`/me/notices`: what I am told of, how, and when."""

from typing import Any

from fastapi import Request
from starlette.responses import Response

from app import web
from app.columns import now
from app.db import Db
from app.notices.clock import next_time
from app.notices.preferences import PreferenceForm, change, preference_of, topics_for, zone_of
from app.notices.topics import TOPICS, Often, Way
from app.people import mail
from app.people.actor import Actor, Visitor
from app.web import Form, Typed, blank, fill, page, see

routes = web.router()
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def draw(request: Request, actor: Actor, form: Form[PreferenceForm], db: Db, status: int = 200) -> Response:
    wish = preference_of(db, actor.id)
    zone = zone_of(db, actor.time_zone)
    topics = [(topic.value, TOPICS[topic]) for topic in topics_for(actor.guest)]
    ways = [(Way.AT_ONCE.value, "Mail at once"), (Way.DIGEST.value, "In the digest"), (Way.INBOX.value, "Inbox only")]
    drawn = {
        "topics": topics,
        "ways": ways,
        "oftens": [(Often.DAILY.value, "Every day"), (Often.WEEKLY.value, "Once a week")],
        "days": list(enumerate(DAYS)),
        "hours": [(hour, f"{hour:02}:00") for hour in range(24)],
        "zone": zone.key,
        "next": next_time(now(), wish.often, wish.weekday, wish.hour, zone),
        "digests": wish.mail and any(wish.way(topic) is Way.DIGEST for topic, _ in topics),
        "mails": mail.configured(request.app.state.settings),
        "email": actor.email,
    }
    return page(request, "notices/mine.html", status=status, form=form, wish=wish, **drawn)


@routes.get("/me/notices")
def show(request: Request, db: Db, actor: Visitor) -> Response:
    wish = preference_of(db, actor.id)
    chosen = {topic.value: wish.chosen.get(topic) or TOPICS[topic].usual.value for topic in topics_for(actor.guest)}
    times: dict[str, Any] = {"often": wish.often.value, "weekday": wish.weekday, "hour": wish.hour}
    return draw(request, actor, blank(PreferenceForm, mail="on" if wish.mail else "", **chosen, **times), db)


@routes.post("/me/notices")
def keep(request: Request, db: Db, actor: Visitor, fields: Typed) -> Response:
    form = fill(PreferenceForm, fields)
    if not form:
        return draw(request, actor, form, db, 422)
    change(db, actor.id, actor.time_zone, form.data)
    return see(request, "/me/notices", "Kept.")
