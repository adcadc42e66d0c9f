"""Whom an entry of the record concerns, and in which capacity. Worked out for many entries at once."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.ideas.models import Author, Idea, Stage
from app.notices.words import kind_of, sentence
from app.people.actor import HEADS
from app.people.models import Kind, Membership, Person, Seat, Team
from app.pilots.models import Keeper, Pilot, Step
from app.processes.alarms.models import Alarm
from app.processes.alarms.queries import SUBJECT
from app.processes.models import Prioritisation, Process
from app.record.models import Entry
from app.review.models import Order, Reviewer, Round
from app.talk.models import Follow


class As(StrEnum):
    """In which capacity an entry concerns somebody."""

    FOLLOWER = "follower"
    AUTHOR = "author"
    OWNER = "process owner"
    HEAD = "chair"
    MEMBER = "member of the committee"
    REVIEWER = "reviewer"
    KEEPER = "keeper"
    CREW = "lead, sponsor or team"
    PERSON = "the one whom it names"


FOLLOWER, AUTHOR, OWNER, HEAD, MEMBER, REVIEWER, KEEPER, CREW, PERSON = As
CONCERNS: Mapping[str, Mapping[str, Sequence[As]]] = {
    "idea": {
        "begin": (HEAD,),
        "invite": (PERSON,),
        "submit": (HEAD, OWNER, FOLLOWER),
        "reconsider": (HEAD, OWNER, FOLLOWER),
        "withdraw": (HEAD, FOLLOWER),
        "day_has_come": (AUTHOR, FOLLOWER, HEAD),
        **dict.fromkeys(
            ("adopt", "answer", "admit", "send_back", "refuse", "into_round", "charter"), (AUTHOR, FOLLOWER)
        ),
        **dict.fromkeys(("propose_join", "consent_join", "refuse_join"), (AUTHOR,)),
        "join": (AUTHOR, FOLLOWER),
        **dict.fromkeys(("approve", "do_now", "decline", "defer", "return"), (AUTHOR, FOLLOWER, OWNER)),
    },
    "team": dict.fromkeys(("join", "hand_over"), (PERSON,)),
    "round": {"add_reviewer": (PERSON,), "open": (REVIEWER,), "publish": (REVIEWER,), "cancel": (REVIEWER,)},
    "to_do": {"order": (OWNER,), "accept": (AUTHOR, FOLLOWER, HEAD), "done": (AUTHOR, FOLLOWER, HEAD)},
    "prioritisation": dict.fromkeys(("open", "publish", "cancel"), (MEMBER,)),
    "alarm": {"raise": (OWNER,)},
    "pilot": {
        "charter": (CREW, OWNER),
        "health": (CREW, FOLLOWER, HEAD),
        **dict.fromkeys(("scale", "adopt", "stop"), (CREW, FOLLOWER, OWNER, HEAD)),
    },
    "step": {
        "ask": (KEEPER, FOLLOWER),
        **dict.fromkeys(("pass", "send_back", "reopen", "repeat"), (CREW, FOLLOWER, OWNER)),
    },
}
# Of these, those concerned in this capacity also hear by mail.
MAILED: Mapping[tuple[str, str], As] = {
    **{("idea", move): AUTHOR for move in ("send_back", "refuse", "approve", "do_now", "decline", "defer", "return")},
    ("step", "ask"): KEEPER,
    ("round", "open"): REVIEWER,
    ("round", "add_reviewer"): PERSON,
}


@dataclass
class Told:
    """One entry: what it is about (a thing that has a page), and who hears of it as what."""

    entry: Entry
    about: str
    title: str
    what: str
    people: dict[int, set[As]] = field(default_factory=lambda: defaultdict(set))


@dataclass
class Lookup:
    """All that the entries at hand ask for, read in a fixed number of statements."""

    ideas: dict[int, Any] = field(default_factory=dict)
    pilots: dict[int, Any] = field(default_factory=dict)
    steps: dict[int, Any] = field(default_factory=dict)
    rounds: dict[int, Any] = field(default_factory=dict)
    orders: dict[int, int] = field(default_factory=dict)
    prioritisations: dict[int, Any] = field(default_factory=dict)
    alarms: dict[int, Any] = field(default_factory=dict)
    named_teams: dict[int, Any] = field(default_factory=dict)
    authors: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    teams: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    reviewers: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    keepers: dict[tuple[int, int], set[int]] = field(default_factory=lambda: defaultdict(set))
    heads: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    members: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    followers: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))

    @property
    def things(self) -> Mapping[str, Mapping[int, Any]]:
        """By kind, what an entry can be about."""
        return {
            "idea": self.ideas,
            "pilot": self.pilots,
            "round": self.rounds,
            "prioritisation": self.prioritisations,
            "alarm": self.alarms,
            "team": self.named_teams,
        }


def number_of(ref: str) -> int:
    number = ref.partition(":")[2]
    return int(number) if number.isdecimal() else 0


def ids_of(entries: Iterable[Entry], kind: str) -> set[int]:
    return {number_of(entry.ref) for entry in entries if kind_of(entry.ref) == kind}


def by_id(db: Session, model: Any, ids: set[int], *columns: Any) -> dict[int, Any]:
    if not ids:
        return {}
    return {row.id: row for row in db.execute(select(model.id, *columns).where(model.id.in_(ids)))}


def grouped(db: Session, into: dict[Any, set[int]], key: Any, person: Any, keys: Iterable[Any], *more: Any) -> None:
    if wanted := set(keys) - {None}:
        for found, person_id in db.execute(select(key, person).where(key.in_(wanted), *more)):
            into[found].add(person_id)


def look_up(db: Session, entries: Sequence[Entry]) -> Lookup:
    found = Lookup()
    found.steps = by_id(db, Step, ids_of(entries, "step"), col(Step.pilot_id), col(Step.number))
    found.orders = {
        key: row.idea_id for key, row in by_id(db, Order, ids_of(entries, "to_do"), col(Order.idea_id)).items()
    }
    pilot_ids = ids_of(entries, "pilot") | {step.pilot_id for step in found.steps.values()}
    concerned = (col(Pilot.name), col(Pilot.lead_id), col(Pilot.sponsor_id), col(Pilot.team_id))
    owned = select(col(Process.owner_id)).where(col(Process.id) == col(Pilot.process_id)).scalar_subquery()
    found.pilots = by_id(db, Pilot, pilot_ids, *concerned, col(Pilot.committee_id), owned.label("owner_id"))
    idea_ids = ids_of(entries, "idea") | set(found.orders.values())
    owned = select(col(Process.owner_id)).where(col(Process.id) == col(Idea.process_id)).scalar_subquery()
    seen = (col(Idea.title), col(Idea.listed), col(Idea.team_id), col(Idea.committee_id))
    found.ideas = by_id(db, Idea, idea_ids, *seen, owned.label("owner_id"))
    found.rounds = by_id(db, Round, ids_of(entries, "round"), col(Round.name))
    fields = (col(Prioritisation.name), col(Prioritisation.committee_id))
    found.prioritisations = by_id(db, Prioritisation, ids_of(entries, "prioritisation"), *fields)
    owned = select(col(Process.owner_id)).where(col(Process.id) == col(Alarm.process_id)).scalar_subquery()
    found.alarms = by_id(db, Alarm, ids_of(entries, "alarm"), SUBJECT.label("name"), owned.label("owner_id"))
    found.named_teams = by_id(db, Team, ids_of(entries, "team"), col(Team.name))
    look_up_people(db, found)
    return found


def look_up_people(db: Session, found: Lookup) -> None:
    things = [*found.ideas.values(), *found.pilots.values()]
    current = (col(Membership.until).is_(None),)
    seated = (col(Seat.until).is_(None),)
    committees = {thing.committee_id for thing in (*things, *found.prioritisations.values())}
    grouped(db, found.authors, col(Author.idea_id), col(Author.person_id), found.ideas)
    grouped(db, found.teams, col(Membership.team_id), col(Membership.person_id), (t.team_id for t in things), *current)
    grouped(db, found.reviewers, col(Reviewer.round_id), col(Reviewer.person_id), found.rounds)
    grouped(db, found.members, col(Seat.committee_id), col(Seat.person_id), committees, *seated)
    heads = (*seated, col(Seat.post).in_(HEADS))
    grouped(db, found.heads, col(Seat.committee_id), col(Seat.person_id), committees, *heads)
    refs = [f"idea:{number}" for number in found.ideas] + [f"pilot:{number}" for number in found.pilots]
    grouped(db, found.followers, col(Follow.about), col(Follow.person_id), refs)
    if found.pilots:
        query = select(col(Keeper.pilot_id), col(Keeper.number), col(Keeper.person_id))
        for pilot_id, number, person_id in db.execute(query.where(col(Keeper.pilot_id).in_(found.pilots))):
            found.keepers[pilot_id, number].add(person_id)


def placed(entry: Entry, found: Lookup) -> tuple[str, int]:
    """The thing with a page that an entry is about: a step's pilot, a to-do's idea."""
    kind, key = kind_of(entry.ref), number_of(entry.ref)
    if kind == "step" and key in found.steps:
        return "pilot", found.steps[key].pilot_id
    if kind == "to_do" and key in found.orders:
        return "idea", found.orders[key]
    return kind, key


def tell(entry: Entry, found: Lookup) -> Told | None:
    wanted = CONCERNS.get(kind_of(entry.ref), {}).get(entry.move)
    if wanted is None or (entry.move, entry.after) == ("begin", Stage.DRAFT):
        return None
    kind, key = placed(entry, found)
    thing = found.things.get(kind, {}).get(key)
    if thing is None:
        return None
    groups = groups_of(kind, key, thing, entry, found) | {PERSON: named(entry)}
    step = found.steps.get(number_of(entry.ref)) if kind_of(entry.ref) == "step" else None
    what = sentence(entry.ref, entry.move, entry.before, entry.after, step.number if step else None)
    told = Told(entry, f"{kind}:{key}", thing.title if kind == "idea" else thing.name, what)
    for group in wanted:
        for person_id in groups.get(group, set()) - {entry.actor_id}:
            told.people[person_id].add(group)
    return told


def groups_of(kind: str, key: int, thing: Any, entry: Entry, found: Lookup) -> dict[As, set[int]]:
    match kind:
        case "idea":
            return about_idea(key, found)
        case "pilot":
            return about_pilot(key, entry, found)
        case "round":
            return {REVIEWER: found.reviewers[key]}
        case "alarm":
            return {OWNER: {thing.owner_id} - {None}}
        case "prioritisation":
            return {MEMBER: found.members[thing.committee_id]}
        case _:
            return {}


def named(entry: Entry) -> set[int]:
    """Whom the entry itself names, such as who was invited."""
    person = json.loads(entry.figures).get("person")
    return {person} if isinstance(person, int) else set()


def about_idea(key: int, found: Lookup) -> dict[As, set[int]]:
    """Of an idea that is not listed only its authors and their team hear."""
    idea = found.ideas[key]
    own = {AUTHOR: found.authors[key] | found.teams[idea.team_id]}
    if not idea.listed:
        return own
    return own | {
        OWNER: {idea.owner_id},
        HEAD: found.heads[idea.committee_id],
        FOLLOWER: found.followers[f"idea:{key}"],
    }


def about_pilot(key: int, entry: Entry, found: Lookup) -> dict[As, set[int]]:
    pilot = found.pilots[key]
    step = found.steps.get(number_of(entry.ref)) if kind_of(entry.ref) == "step" else None
    return {
        CREW: ({pilot.lead_id, pilot.sponsor_id} - {None}) | found.teams[pilot.team_id],
        KEEPER: found.keepers[key, step.number] if step else set(),
        OWNER: {pilot.owner_id},
        HEAD: found.heads[pilot.committee_id],
        FOLLOWER: found.followers[f"pilot:{key}"],
    }


def concerned(db: Session, entries: Sequence[Entry]) -> list[Told]:
    """The entries that concern somebody who can sign in, each with who hears of it."""
    found = look_up(db, entries)
    told = [one for entry in entries if (one := tell(entry, found)) is not None and one.people]
    people = {person_id for one in told for person_id in one.people}
    usable = set(
        db.scalars(
            select(col(Person.id)).where(
                col(Person.id).in_(people),
                col(Person.kind) != Kind.IMPORTED,
                col(Person.disabled_at).is_(None),
                col(Person.erased_at).is_(None),
            )
        )
    )
    for one in told:
        one.people = {person_id: groups for person_id, groups in one.people.items() if person_id in usable}
    return [one for one in told if one.people]
