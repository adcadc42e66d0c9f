"""How people want to be told: made with a person's first notice, read for many at once, changed by each of them."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import Field as Limits
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import now
from app.notices.clock import next_time
from app.notices.models import Preference
from app.notices.topics import TOPICS, USUAL, Often, Topic, Way
from app.people.models import Person
from app.web import FormModel


class PreferenceForm(FormModel):
    """A way for each topic, under the topic's name; one that is not asked of this person is left as it is."""

    mail: Literal["on"] | None = None
    decision: Way | None = None
    asked: Way | None = None
    deadline: Way | None = None
    own: Way | None = None
    talk: Way | None = None
    followed: Way | None = None
    team: Way | None = None
    process: Way | None = None
    committee: Way | None = None
    pilot: Way | None = None
    often: Often = Often.DAILY
    weekday: Annotated[int, Limits(ge=0, le=6)] = 0
    hour: Annotated[int, Limits(ge=0, le=23)]


def zone_of(db: Session, name: str) -> ZoneInfo:
    return ZoneInfo(name or db.info["settings"].time_zone)


def due_next(preference: Preference, zone: ZoneInfo, after: datetime | None = None) -> datetime:
    return next_time(after or now(), preference.often, preference.weekday, preference.hour, zone)


def preferences(db: Session, people: Iterable[int], seen: int) -> Mapping[int, Preference]:
    """Of these people, who can sign in. seen: the entry before the first that anybody new among them is told."""
    wanted = set(people)
    known = {one.person_id: one for one in db.scalars(select(Preference).where(col(Preference.person_id).in_(wanted)))}
    if missing := wanted - known.keys():
        zones = select(col(Person.id), col(Person.time_zone)).where(col(Person.id).in_(missing))
        for person_id, zone in db.execute(zones):
            made = known[person_id] = Preference(person_id=person_id, seen=seen)
            made.next_at = due_next(made, zone_of(db, zone))
            db.add(made)
    return known


def preference_of(db: Session, person_id: int) -> Preference:
    """A person's own, or as everybody's is at first."""
    return db.get(Preference, person_id) or Preference(person_id=person_id)


def change(db: Session, person_id: int, time_zone: str, form: PreferenceForm) -> None:
    one = own(db, person_id)
    asked: dict[str, Way] = {topic: way for topic in Topic if (way := getattr(form, topic.value)) is not None}
    choose(one, asked)
    one.mail, one.often, one.weekday, one.hour = form.mail is not None, form.often, form.weekday, form.hour
    one.next_at = due_next(one, zone_of(db, time_zone))


def own(db: Session, person_id: int) -> Preference:
    """A person's row, locked; made where there is none yet."""
    query = select(Preference).where(col(Preference.person_id) == person_id)
    one = db.scalars(query.with_for_update()).first()
    if one is None:
        person = db.get_one(Person, person_id)
        one = Preference(person_id=person_id)
        one.next_at = due_next(one, zone_of(db, person.time_zone))
        db.add(one)
        db.flush()
    return one


def set_way(db: Session, person_id: int, topics: Iterable[Topic], way: Way) -> None:
    one = own(db, person_id)
    choose(one, dict.fromkeys(topics, way))


def choose(one: Preference, ways: Mapping[Any, Way]) -> None:
    """Only what differs from usual is kept: what is usual may become another."""
    chosen: dict[str, str] = {**one.chosen, **ways}
    one.choices = json.dumps({topic: way for topic, way in chosen.items() if way != USUAL[topic]}, sort_keys=True)


def topics_for(guest: bool) -> list[Topic]:
    return [topic for topic, said in TOPICS.items() if said.guests or not guest]
