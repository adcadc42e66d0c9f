"""Whom an entry of the record concerns, and in which capacity. Worked out for many entries at once."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from app.ideas.calls.models import Call, CallIdea
from app.ideas.models import Author, Conflict, ConflictKind, Idea, Stage, Veil
from app.notices.topics import NEAREST, As, Topic, topic_of
from app.notices.words import kind_of
from app.people.actor import HEADS
from app.people.models import Committee, Kind, Membership, Person, Seat, Team
from app.pilots.models import Keeper, Pilot, Step
from app.processes.alarms.models import Alarm
from app.processes.models import Prioritisation, Process
from app.record.models import Entry
from app.review.conflicts import Concerned
from app.review.conflicts import concerned as concerns
from app.review.conflicts.models import Suspicion
from app.review.conflicts.settling import keepers
from app.review.meetings.models import Motion
from app.review.models import Order, Reviewer, Round
from app.talk.models import Comment, Follow, Mention

MENTIONED, ANSWERED, PERSON, KEEPER, CUSTODIAN, REVIEWER, LEAD, AUTHOR, CREW, OWNER, HEAD, MEMBER, FOLLOWER = As
PARENT: Any = aliased(Comment)
# On any thing that is talked about: who is named in it, and whose words were moderated.
TALK: Mapping[str, Sequence[As]] = {"mention": (MENTIONED,), "hide": (PERSON,), "restore": (PERSON,)}
CONCERNS: Mapping[str, Mapping[str, Sequence[As]]] = {
    "process": TALK,
    "idea": {
        **TALK,
        "begin": (HEAD, OWNER),  # a signal: drafts are told to nobody
        "invite": (PERSON,),
        "submit": (HEAD, OWNER, FOLLOWER),
        "reconsider": (HEAD, OWNER, FOLLOWER),
        "withdraw": (HEAD, FOLLOWER),
        "day_has_come": (AUTHOR, FOLLOWER, HEAD),
        **dict.fromkeys(
            ("adopt", "answer", "admit", "send_back", "refuse", "into_round", "charter"), (AUTHOR, FOLLOWER)
        ),
        "pass_on": (AUTHOR, FOLLOWER, HEAD),
        "ask_owner": (PERSON,),
        "put_question": (AUTHOR,),
        "answer_question": (HEAD,),
        **dict.fromkeys(("propose_join", "consent_join", "refuse_join"), (AUTHOR,)),
        "join": (AUTHOR, FOLLOWER),
        **dict.fromkeys(("approve", "do_now", "decline", "defer", "return"), (AUTHOR, FOLLOWER, OWNER)),
    },
    "team": {
        **dict.fromkeys(("join", "hand_over", "invite", "decline_claim", "ask_hours"), (PERSON,)),
        **dict.fromkeys(("come", "decline", "claim_seat", "mandate", "end_mandate", "undeliver"), (LEAD,)),
        **dict.fromkeys(("accept_mandate", "hand_back", "deliver"), (HEAD,)),
        **dict.fromkeys(("release_hours", "refuse_hours"), (LEAD, PERSON)),
    },
    "person": {"remind": (PERSON,)},
    "comment": {"say": (MENTIONED, ANSWERED, AUTHOR, CREW, OWNER, FOLLOWER)},
    "round": {
        **dict.fromkeys(("add_reviewer", "give_idea", "take_idea"), (PERSON,)),
        **dict.fromkeys(("stand_in", "back", "extend", "remind_late"), (PERSON,)),
        **dict.fromkeys(("open", "assign", "repair_assignment", "publish", "cancel"), (REVIEWER,)),
    },
    "committee": dict.fromkeys(("seat", "term", "substitute", "end_term"), (PERSON,)),
    "conflict": {"declare": (HEAD,), "confirm": (PERSON, HEAD, AUTHOR), "end": (PERSON, HEAD)},
    "suspicion": {"name": (CUSTODIAN, HEAD), "dismiss": (AUTHOR,)},
    "to_do": {
        "order": (OWNER,),
        "accept": (AUTHOR, FOLLOWER, HEAD),
        "done": (AUTHOR, FOLLOWER, HEAD),
        "cannot": (HEAD,),
    },
    "prioritisation": dict.fromkeys(("open", "publish", "cancel"), (MEMBER,)),
    "alarm": {"raise": (OWNER,)},
    "motion": {"put": (MEMBER,), "close": (MEMBER,)},
    "call": {"run_out": (HEAD,), "conclude": (AUTHOR,)},
    "pilot": {
        **TALK,
        **dict.fromkeys(("invite", "stand_in", "back"), (PERSON,)),
        "charter": (CREW, OWNER),
        "health": (CREW, FOLLOWER, HEAD),
        "meet": (CREW, HEAD),
        **dict.fromkeys(("scale", "adopt", "stop"), (CREW, FOLLOWER, OWNER, HEAD)),
    },
    "step": {
        "ask": (KEEPER, FOLLOWER),
        **dict.fromkeys(("pass", "send_back", "reopen", "repeat"), (CREW, FOLLOWER, OWNER)),
    },
}


@dataclass
class Told:
    """One entry: what it is about (a thing that has a page), and who hears of it as what."""

    entry: Entry
    about: str
    people: dict[int, set[As]] = field(default_factory=lambda: defaultdict(set))

    def why(self, person_id: int) -> As:
        """The nearest of the capacities in which it concerns this person: they hear of it once."""
        return min(self.people[person_id], key=NEAREST.__getitem__)

    def topic(self, person_id: int) -> Topic:
        return topic_of(kind_of(self.entry.ref), self.entry.move, self.why(person_id))


@dataclass
class Lookup:
    """All that the entries at hand ask for, read in a fixed number of statements."""

    ideas: dict[int, Any] = field(default_factory=dict)
    pilots: dict[int, Any] = field(default_factory=dict)
    steps: dict[int, Any] = field(default_factory=dict)
    rounds: dict[int, Any] = field(default_factory=dict)
    orders: dict[int, int] = field(default_factory=dict)
    judging: dict[str, Any] = field(default_factory=dict)  # conflicts and suspicions by their refs
    veiled: set[tuple[int, int]] = field(default_factory=set)  # person, idea; of ideas that have conflicts, as below
    custodians: dict[int, int] = field(default_factory=dict)
    concerned: Concerned = field(default_factory=lambda: Concerned(frozenset(), frozenset()))
    prioritisations: dict[int, Any] = field(default_factory=dict)
    alarms: dict[int, Any] = field(default_factory=dict)
    motions: dict[int, Any] = field(default_factory=dict)
    named_teams: dict[int, Any] = field(default_factory=dict)
    committees: dict[int, Any] = field(default_factory=dict)
    processes: dict[int, Any] = field(default_factory=dict)
    comments: dict[int, Any] = field(default_factory=dict)
    mentioned: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    calls: dict[int, Any] = field(default_factory=dict)
    callers: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    authors: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    teams: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    leads: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
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
            "motion": self.motions,
            "team": self.named_teams,
            "process": self.processes,
            "call": self.calls,
            "committee": self.committees,
        }


def number_of(ref: str) -> int:
    number = ref.partition(":")[2]
    return int(number) if number.isdecimal() else 0


def numbers_of(refs: Iterable[str], kind: str) -> set[int]:
    return {number_of(ref) for ref in refs if kind_of(ref) == kind}


def ids_of(entries: Iterable[Entry], kind: str) -> set[int]:
    return numbers_of((entry.ref for entry in entries), kind)


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
    answered = select(PARENT.author_id).where(PARENT.id == col(Comment.parent_id)).scalar_subquery()
    spoken = (col(Comment.about), answered.label("answered"))
    found.comments = by_id(db, Comment, ids_of(entries, "comment"), *spoken)
    talked = [comment.about for comment in found.comments.values()]
    found.steps = by_id(db, Step, ids_of(entries, "step"), col(Step.pilot_id), col(Step.number))
    found.orders = {
        key: row.idea_id for key, row in by_id(db, Order, ids_of(entries, "to_do"), col(Order.idea_id)).items()
    }
    pilot_ids = (
        ids_of(entries, "pilot") | numbers_of(talked, "pilot") | {step.pilot_id for step in found.steps.values()}
    )
    concerned = (col(Pilot.lead_id), col(Pilot.sponsor_id), col(Pilot.team_id))
    owned = select(col(Process.owner_id)).where(col(Process.id) == col(Pilot.process_id)).scalar_subquery()
    found.pilots = by_id(db, Pilot, pilot_ids, *concerned, col(Pilot.committee_id), owned.label("owner_id"))
    judged = look_up_conflicts(db, found, entries)
    idea_ids = judged | ids_of(entries, "idea") | numbers_of(talked, "idea") | set(found.orders.values())
    owned = select(col(Process.owner_id)).where(col(Process.id) == col(Idea.process_id)).scalar_subquery()
    seen = (col(Idea.listed), col(Idea.audience), col(Idea.team_id), col(Idea.committee_id))
    found.ideas = by_id(db, Idea, idea_ids, *seen, owned.label("owner_id"))
    found.rounds = by_id(db, Round, ids_of(entries, "round"))
    ranked = ids_of(entries, "prioritisation")
    found.prioritisations = by_id(db, Prioritisation, ranked, col(Prioritisation.committee_id))
    owned = select(col(Process.owner_id)).where(col(Process.id) == col(Alarm.process_id)).scalar_subquery()
    found.alarms = by_id(db, Alarm, ids_of(entries, "alarm"), owned.label("owner_id"))
    found.motions = by_id(db, Motion, ids_of(entries, "motion"), col(Motion.committee_id), col(Motion.meeting_id))
    found.named_teams = by_id(db, Team, ids_of(entries, "team"), col(Team.committee_id))
    found.committees = by_id(db, Committee, ids_of(entries, "committee"))
    found.calls = by_id(db, Call, ids_of(entries, "call"), col(Call.committee_id))
    found.processes = by_id(db, Process, numbers_of(talked, "process"), col(Process.owner_id))
    grouped(db, found.mentioned, col(Mention.comment_id), col(Mention.person_id), found.comments)
    look_up_people(db, found, talked)
    return found


def look_up_conflicts(db: Session, found: Lookup, entries: Sequence[Entry]) -> set[int]:
    """The ideas that conflicts and suspicions are about, and from whom names are hidden there."""
    for kind, model in (("conflict", Conflict), ("suspicion", Suspicion)):
        rows = by_id(db, model, ids_of(entries, kind), col(model.idea_id), col(model.kind))
        found.judging |= {f"{kind}:{key}": row for key, row in rows.items()}
    ideas = {row.idea_id for row in found.judging.values()}
    if not ideas:
        return ideas
    veils = select(col(Veil.person_id), col(Veil.idea_id)).where(col(Veil.idea_id).in_(ideas))
    found.veiled = {(person, idea) for person, idea in db.execute(veils)}
    found.custodians = keepers(db, ideas)
    found.concerned = concerns(db, ideas)
    return ideas


def look_up_people(db: Session, found: Lookup, talked: Sequence[str]) -> None:
    things = [*found.ideas.values(), *found.pilots.values()]
    current = (col(Membership.until).is_(None),)
    seated = (col(Seat.until).is_(None),)
    placed_in = (*things, *found.prioritisations.values(), *found.named_teams.values(), *found.calls.values())
    placed_in += (*found.motions.values(),)
    committees = {thing.committee_id for thing in placed_in}
    grouped(db, found.authors, col(Author.idea_id), col(Author.person_id), found.ideas)
    grouped(db, found.teams, col(Membership.team_id), col(Membership.person_id), (t.team_id for t in things), *current)
    leading = (*current, col(Membership.lead).is_(True))
    grouped(db, found.leads, col(Membership.team_id), col(Membership.person_id), found.named_teams, *leading)
    grouped(db, found.reviewers, col(Reviewer.round_id), col(Reviewer.person_id), found.rounds)
    grouped(db, found.members, col(Seat.committee_id), col(Seat.person_id), committees, *seated)
    if found.calls:
        wrote = select(col(CallIdea.call_id), col(Author.person_id)).join(
            Author, col(Author.idea_id) == CallIdea.idea_id
        )
        for call_id, person_id in db.execute(wrote.where(col(CallIdea.call_id).in_(found.calls), ~col(CallIdea.late))):
            found.callers[call_id].add(person_id)
    heads = (*seated, col(Seat.post).in_(HEADS))
    grouped(db, found.heads, col(Seat.committee_id), col(Seat.person_id), committees, *heads)
    refs = {*talked, *(f"idea:{number}" for number in found.ideas), *(f"pilot:{number}" for number in found.pilots)}
    grouped(db, found.followers, col(Follow.about), col(Follow.person_id), refs)
    if found.pilots:
        query = select(col(Keeper.pilot_id), col(Keeper.number), col(Keeper.person_id))
        for pilot_id, number, person_id in db.execute(
            query.where(col(Keeper.pilot_id).in_(found.pilots), col(Keeper.away).is_(False))
        ):
            found.keepers[pilot_id, number].add(person_id)


def placed(entry: Entry, found: Lookup) -> tuple[str, int]:
    """The thing with a page that an entry is about: a step's pilot, a to-do's idea."""
    kind, key = kind_of(entry.ref), number_of(entry.ref)
    if kind == "step" and key in found.steps:
        return "pilot", found.steps[key].pilot_id
    if entry.ref in found.judging:
        return "idea", found.judging[entry.ref].idea_id
    if kind == "to_do" and key in found.orders:
        return "idea", found.orders[key]
    if kind == "comment" and key in found.comments:
        about = found.comments[key].about
        return kind_of(about), number_of(about)
    return kind, key


def tell(entry: Entry, found: Lookup) -> Told | None:
    wanted = CONCERNS.get(kind_of(entry.ref), {}).get(entry.move)
    if wanted is None or (entry.move, entry.after) == ("begin", Stage.DRAFT):
        return None
    kind, key = placed(entry, found)
    spoken = found.comments.get(number_of(entry.ref)) if kind_of(entry.ref) == "comment" else None
    thing = found.things.get(kind, {}).get(key)
    if thing is None and spoken is None and kind != "person":
        return None
    groups = (groups_of(kind, key, thing, entry, found) if thing is not None else {}) | {PERSON: named(entry)}
    groups |= {MENTIONED: named(entry)} if entry.move == "mention" else {}
    if spoken is not None:
        groups = about_talk(f"{kind}:{key}", spoken, entry, groups, found)
    told = Told(entry, f"{kind}:{key}")
    for group in wanted:
        for person_id in groups.get(group, set()) - {entry.actor_id, None}:
            told.people[person_id].add(group)
    return told


def groups_of(kind: str, key: int, thing: Any, entry: Entry, found: Lookup) -> dict[As, set[int]]:
    match kind:
        case "idea" if entry.ref in found.judging:
            return about_judging(key, thing, entry, found)
        case "idea":
            return about_idea(key, found)
        case "pilot":
            return about_pilot(key, entry, found)
        case "round":
            return {REVIEWER: found.reviewers[key]}
        case "alarm" | "process":
            return {OWNER: {thing.owner_id} - {None}}
        case "team":
            return {LEAD: found.leads[key], HEAD: found.heads[thing.committee_id]}
        case "call":
            return {AUTHOR: found.callers[key], HEAD: found.heads[thing.committee_id]}
        case "motion":
            # In a meeting all who can vote are there.
            return {MEMBER: set() if thing.meeting_id else found.members[thing.committee_id]}
        case "prioritisation":
            return {MEMBER: found.members[thing.committee_id]}
        case _:
            return {}


def about_talk(ref: str, spoken: Any, entry: Entry, groups: Mapping[As, set[int]], found: Lookup) -> dict[As, set[int]]:
    """Whoever stands behind the thing, is answered or named, or follows it. The owner of a process hears what is said
    of the process, not of each idea for it."""
    mentioned = {one for one in json.loads(entry.figures).get("mentions", ()) if isinstance(one, int)}
    apart = found.mentioned[number_of(entry.ref)]  # they are told by the entry that names them
    private = kind_of(ref) == "idea" and not found.ideas[number_of(ref)].listed
    told = {
        AUTHOR: groups.get(AUTHOR, set()),
        CREW: groups.get(CREW, set()),
        OWNER: groups.get(OWNER, set()) if kind_of(ref) == "process" else set(),
    }
    others = {MENTIONED: mentioned, ANSWERED: {spoken.answered}, FOLLOWER: found.followers[ref]}
    return {who: people - apart for who, people in (told if private else told | others).items()}


def named(entry: Entry) -> set[int]:
    """Whom the entry itself names, such as who was invited, or all who were reminded together."""
    figures = json.loads(entry.figures)
    several = figures.get("people")
    named = [figures.get("person"), *(several if isinstance(several, list) else ())]
    return {person for person in named if isinstance(person, int)}


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


def about_judging(key: int, idea: Any, entry: Entry, found: Lookup) -> dict[As, set[int]]:
    """Heads without a conflict themselves. What follows from who wrote it is not told to whom that is hidden, and what
    an author says goes to the keeper of names alone, where there is one. Authors hear what came of their word."""
    kind = found.judging[entry.ref].kind
    heads = {head for head in found.heads[idea.committee_id] if not found.concerned.has(key, head)}
    custodian = found.custodians.get(key)
    if entry.move == "name":
        return {CUSTODIAN: {custodian}, HEAD: set()} if custodian else {HEAD: heads}
    if kind is not ConflictKind.DECLARED:
        heads = {head for head in heads if (head, key) not in found.veiled}
    authors = about_idea(key, found)[AUTHOR] if kind is ConflictKind.NAMED else set()
    return {HEAD: heads, AUTHOR: authors}


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


def concerned(entries: Sequence[Entry], found: Lookup) -> list[Told]:
    """The entries that concern somebody, each with who hears of it."""
    return [one for entry in entries if (one := tell(entry, found)) is not None and one.people]


def able(db: Session, people: Iterable[int]) -> set[int]:
    """Of these, who can sign in."""
    usable = (col(Person.kind) != Kind.IMPORTED, col(Person.disabled_at).is_(None), col(Person.erased_at).is_(None))
    return set(db.scalars(select(col(Person.id)).where(col(Person.id).in_(set(people)), *usable)))
