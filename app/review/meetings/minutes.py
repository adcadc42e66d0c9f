"""The minutes: who came, what was moved, how it was voted, what was decided. A draft until the meeting is closed; then
kept by version, each as it was.

What is kept names people by id, so that a person can be erased, and is drawn for one reader: an item with which they
have a conflict is its title alone. While who wrote an idea is hidden, no names stand beside its votes.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.errors import Stale
from app.people.actor import Actor
from app.people.models import Committee, Person
from app.record.actions import write
from app.record.models import Head
from app.review.conflicts import concerned
from app.review.meetings.models import Dissent, Minutes, Motion, MotionPresent, MotionStage, Presenter, Vote
from app.review.meetings.queries import Item, agenda, attendance, hidden_ideas, stays
from app.review.models import Decision, Meeting, MeetingStage

ERASED = "somebody who was erased"


def gather(db: Session, meeting: Meeting) -> dict[str, Any]:
    """All that the minutes say, for no reader in particular. The number of statements does not depend on the items."""
    found = agenda(db, meeting, None)
    ideas = [item.idea_id for item in found.items]
    motions, decisions = motions_of(db, meeting, found.hidden), decisions_of(db, meeting, ideas)
    head = db.scalars(select(Head).where(col(Head.id) == 1)).one()
    presenting = presenters_of(db, [item.id for item in found.items if not item.hidden])
    return {
        "name": meeting.name,
        "place": meeting.place,
        "committee": db.get_one(Committee, meeting.committee_id).name,
        "at": meeting.at.isoformat(),
        "began": moment(meeting.began_at),
        "ended": moment(meeting.ended_at),
        "came": came(db, meeting),
        "items": [told(item, motions, decisions, presenting) for item in found.items],
        "record": {"number": head.number, "hash": head.hash},
    }


def moment(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def came(db: Session, meeting: Meeting) -> list[dict[str, Any]]:
    times: dict[int, list[list[str | None]]] = {person: [] for person in attendance(db, meeting.id)}
    for person, from_, until in stays(db, meeting.id):
        times.setdefault(person, []).append([from_.isoformat(), moment(until)])
    return [{"person": person, "stays": times[person]} for person in sorted(times)]


def told(
    item: Item,
    motions: Mapping[int, list[dict[str, Any]]],
    decisions: Mapping[int, list[dict[str, Any]]],
    presenting: Mapping[int, list[int]],
) -> dict[str, Any]:
    return {
        "idea": item.idea_id,
        "title": item.title,
        "process": item.process,
        "begun": moment(item.begun_at),
        "ended": moment(item.ended_at),
        "presenters": presenting.get(item.id, []),
        "hidden": item.hidden,
        "motions": motions.get(item.idea_id, []),
        "decisions": decisions.get(item.idea_id, []),
    }


def presenters_of(db: Session, items: Collection[int]) -> dict[int, list[int]]:
    query = select(col(Presenter.item_id), col(Presenter.person_id)).where(col(Presenter.item_id).in_(list(items)))
    found: dict[int, list[int]] = {}
    for item, person in db.execute(query.order_by(col(Presenter.item_id), col(Presenter.person_id))):
        found.setdefault(item, []).append(person)
    return found


def motions_of(db: Session, meeting: Meeting, hidden: Collection[int]) -> dict[int, list[dict[str, Any]]]:
    query = select(Motion).where(col(Motion.meeting_id) == meeting.id, col(Motion.stage) == MotionStage.CLOSED)
    closed = list(db.scalars(query.order_by(col(Motion.id))))
    ids = [motion.id for motion in closed]
    said: dict[int, list[list[Any]]] = {}
    for vote in db.scalars(select(Vote).where(col(Vote.motion_id).in_(ids)).order_by(col(Vote.person_id))):
        said.setdefault(vote.motion_id, []).append([vote.person_id, vote.say.value])
    there = select(col(MotionPresent.motion_id), func.count()).where(
        col(MotionPresent.motion_id).in_(ids), col(MotionPresent.counts).is_(True)
    )
    present = dict(db.execute(there.group_by(col(MotionPresent.motion_id))).all())
    against: dict[int, list[list[Any]]] = {}
    for one in db.scalars(select(Dissent).where(col(Dissent.motion_id).in_(ids)).order_by(col(Dissent.id))):
        against.setdefault(one.motion_id, []).append([one.person_id, one.words])
    found: dict[int, list[dict[str, Any]]] = {}
    for motion in closed:
        open_ = motion.idea_id not in hidden
        names = said.get(motion.id, []) if open_ and not motion.secret else None
        counts = present.get(motion.id, 0) if open_ else None
        found.setdefault(motion.idea_id, []).append(of_motion(motion, names, counts, against.get(motion.id, [])))
    return found


def of_motion(
    motion: Motion, names: list[list[Any]] | None, present: int | None, against: list[list[Any]]
) -> dict[str, Any]:
    return {
        "words": motion.words,
        "verdict": motion.verdict.value,
        "day": motion.day.isoformat() if motion.day else None,
        "secret": motion.secret,
        "closed": moment(motion.closed_at),
        "yes": motion.yes,
        "no": motion.no,
        "abstain": motion.abstain,
        "quorum": motion.quorum,
        "present": present,
        "result": motion.result.value if motion.result else "",
        "casting": motion.casting,
        "votes": names,
        "dissents": against,
    }


def decisions_of(db: Session, meeting: Meeting, ideas: Collection[int]) -> dict[int, list[dict[str, Any]]]:
    query = select(Decision).where(
        col(Decision.meeting_id) == meeting.id,
        col(Decision.idea_id).in_(list(ideas)),
        col(Decision.superseded_by).is_(None),
    )
    found: dict[int, list[dict[str, Any]]] = {}
    for made in db.scalars(query.order_by(col(Decision.id))):
        day = made.due or made.defer_to
        told = {"verdict": made.verdict.value, "reason": made.reason, "day": day.isoformat() if day else None}
        found.setdefault(made.idea_id, []).append(told)
    return found


def keep(db: Session, actor: Actor, meeting: Meeting, why: str) -> Minutes:
    """A version that is never changed. The record holds a digest of what it says."""
    number = 1 + (db.scalar(select(func.max(Minutes.number)).where(col(Minutes.meeting_id) == meeting.id)) or 0)
    words = json.dumps(gather(db, meeting), ensure_ascii=False, sort_keys=True)
    made = Minutes(meeting_id=meeting.id, number=number, made_by=actor.id, why=why, told=words)
    db.add(made)
    db.flush()
    write(db, actor.id, "keep_minutes", meeting.ref, figures={"version": number}, words={"minutes": words, "why": why})
    return made


def anew(db: Session, actor: Actor, meeting: Meeting, why: str, version: int) -> Minutes:
    if meeting.stage is not MeetingStage.HELD:
        raise Stale("The minutes are a draft until the meeting is closed. They are kept then.")
    latest = db.scalar(select(func.max(Minutes.number)).where(col(Minutes.meeting_id) == meeting.id)) or 0
    if latest != version:
        raise Stale("Somebody has written the minutes anew. Look at them before you go on.")
    return keep(db, actor, meeting, why)


def versions(db: Session, meeting_id: int) -> Sequence[Minutes]:
    query = select(Minutes).where(col(Minutes.meeting_id) == meeting_id).order_by(col(Minutes.number).desc())
    return db.scalars(query).all()


def drawn(db: Session, actor: Actor, said: Mapping[str, Any]) -> dict[str, Any]:
    """For one reader: people by name, and of what they have a conflict with the title alone."""
    ideas = [item["idea"] for item in said["items"]]
    known, hidden = concerned(db, ideas), hidden_ideas(db, ideas, actor)
    shown: dict[str, Any] = dict(said)
    shown["items"] = [
        {"title": item["title"], "out": True} if known.has(item["idea"], actor.id) else veiled(item, hidden)
        for item in said["items"]
    ]
    names = names_of(db, people_in(shown))
    shown["came"] = [{**one, "name": names.get(one["person"], ERASED)} for one in said["came"]]
    shown["items"] = [item if item.get("out") else named(item, names) for item in shown["items"]]
    return shown


def veiled(item: Mapping[str, Any], hidden: Collection[int]) -> Mapping[str, Any]:
    """An idea that is under review again, blind now, was perhaps not when these minutes were kept."""
    if item["idea"] not in hidden:
        return item
    motions = [{**one, "votes": None, "present": None} for one in item["motions"]]
    return {**item, "hidden": True, "presenters": [], "motions": motions}


def named(item: Mapping[str, Any], names: Mapping[int, str]) -> dict[str, Any]:
    def motion(one: Mapping[str, Any]) -> dict[str, Any]:
        votes = one["votes"]
        said = None if votes is None else [[names.get(person, ERASED), say] for person, say in votes]
        against = [[names.get(person, ERASED), words] for person, words in one["dissents"]]
        return {**one, "votes": said, "dissents": against}

    who = [names.get(person, ERASED) for person in item["presenters"]]
    return {**item, "presenters": who, "motions": [motion(one) for one in item["motions"]]}


def people_in(said: Mapping[str, Any]) -> set[int]:
    people = {one["person"] for one in said["came"]}
    for item in said["items"]:
        if item.get("out"):
            continue
        people |= set(item["presenters"])
        for one in item["motions"]:
            people |= {person for person, _ in (one["votes"] or [])} | {person for person, _ in one["dissents"]}
    return people


def names_of(db: Session, people: Collection[int]) -> dict[int, str]:
    query = select(col(Person.id), col(Person.name)).where(col(Person.id).in_(list(people)))
    return {row[0]: row[1] for row in db.execute(query.where(col(Person.erased_at).is_(None)))}


def read(kept: Minutes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(kept.told)
    return found
