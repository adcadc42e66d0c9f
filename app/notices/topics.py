"""Kinds of notices as people choose among them: what each is, and which way it goes unless they say otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Way(StrEnum):
    AT_ONCE = "at once"
    DIGEST = "digest"
    INBOX = "inbox"


class Often(StrEnum):
    DAILY = "daily"
    WEEKLY = "weekly"


class As(StrEnum):
    """In which capacity an entry concerns somebody, the nearest first: where there are several, it is the one named."""

    MENTIONED = "mentioned"
    ANSWERED = "answered"
    PERSON = "the one whom it names"
    KEEPER = "keeper"
    CUSTODIAN = "keeper of names"
    REVIEWER = "reviewer"
    LEAD = "lead of the team"
    AUTHOR = "author"
    CREW = "lead, sponsor or team"
    OWNER = "process owner"
    HEAD = "chair"
    MEMBER = "member of the committee"
    FOLLOWER = "follower"


NEAREST = {capacity: place for place, capacity in enumerate(As)}
# "You get this because ..."
BECAUSE: Mapping[str, str] = {
    As.MENTIONED: "you are named in it",
    As.ANSWERED: "it answers you",
    As.PERSON: "it names you",
    As.KEEPER: "you keep this gate",
    As.CUSTODIAN: "you keep the names",
    As.REVIEWER: "you review in this round",
    As.LEAD: "you lead the team",
    As.AUTHOR: "you or your team wrote it",
    As.CREW: "you lead or sponsor it, or your team runs it",
    As.OWNER: "you own the process",
    As.HEAD: "you chair the committee",
    As.MEMBER: "you sit on the committee",
    As.FOLLOWER: "you follow it",
}


class Topic(StrEnum):
    DECISION = "decision"
    ASKED = "asked"
    DEADLINE = "deadline"
    OWN = "own"
    TALK = "talk"
    FOLLOWED = "followed"
    TEAM = "team"
    PROCESS = "process"
    COMMITTEE = "committee"
    PILOT = "pilot"


@dataclass(frozen=True)
class Said:
    """A topic in words: as a title, after "mail about", and what belongs to it."""

    title: str
    about: str
    what: str
    usual: Way
    guests: bool = False


TOPICS: Mapping[Topic, Said] = {
    Topic.DECISION: Said(
        "Decisions",
        "decisions",
        "What is decided on ideas that you wrote, and at the gates of your pilots. Letters come besides.",
        Way.AT_ONCE,
        guests=True,
    ),
    Topic.ASKED: Said(
        "Being asked",
        "what is asked of you",
        "You are to review, keep a gate, rank processes or look at an alarm; somebody names you.",
        Way.AT_ONCE,
        guests=True,
    ),
    Topic.DEADLINE: Said(
        "Deadlines",
        "deadlines",
        "What is due within three working days, again on its day, and once more when it is late.",
        Way.AT_ONCE,
    ),
    Topic.OWN: Said(
        "Your ideas on their way",
        "your ideas on their way",
        "Admitted, in a round, being done, chartered as a pilot.",
        Way.DIGEST,
        guests=True,
    ),
    Topic.TALK: Said(
        "Talk", "talk", "What is said about what you wrote or follow, and answers to you.", Way.DIGEST, guests=True
    ),
    Topic.FOLLOWED: Said(
        "What you follow", "what you follow", "Ideas and pilots of others that go on.", Way.DIGEST, guests=True
    ),
    Topic.TEAM: Said(
        "Your teams",
        "your teams",
        "You join or lead one; who claims a seat, comes or declines; its mandate.",
        Way.DIGEST,
    ),
    Topic.PROCESS: Said(
        "Processes that you own", "your processes", "Ideas for them, what is decided, and their pilots.", Way.DIGEST
    ),
    Topic.COMMITTEE: Said(
        "Your committee", "your committee", "What comes in for it, its rounds, and what is reported to it.", Way.DIGEST
    ),
    Topic.PILOT: Said(
        "Your pilots", "your pilots", "Health and steps of pilots that you lead, sponsor or work on.", Way.DIGEST
    ),
}
USUAL: Mapping[str, Way] = {topic: said.usual for topic, said in TOPICS.items()}

OF_CAPACITY: Mapping[As, Topic] = {
    As.MENTIONED: Topic.ASKED,
    As.ANSWERED: Topic.TALK,
    As.PERSON: Topic.ASKED,
    As.KEEPER: Topic.ASKED,
    As.CUSTODIAN: Topic.ASKED,
    As.REVIEWER: Topic.COMMITTEE,
    As.LEAD: Topic.TEAM,
    As.AUTHOR: Topic.OWN,
    As.CREW: Topic.PILOT,
    As.OWNER: Topic.PROCESS,
    As.HEAD: Topic.COMMITTEE,
    As.MEMBER: Topic.COMMITTEE,
    As.FOLLOWER: Topic.FOLLOWED,
}
# By thing, move and capacity, where it is another topic than the capacity says.
DECISIONS = ("send_back", "refuse", "approve", "do_now", "decline", "defer", "return", "answer")
# Of these their authors get a letter (app/review/letters), so that no notice is mailed to them as well.
BY_LETTER = ("approve", "do_now", "decline", "defer", "return")
AT_GATES = ("pass", "send_back", "stop", "reopen", "repeat")
SPECIAL: Mapping[tuple[str, str, As], Topic] = {
    **{("idea", move, As.AUTHOR): Topic.DECISION for move in DECISIONS},
    **{("step", move, As.CREW): Topic.DECISION for move in AT_GATES},
    **{("pilot", move, As.CREW): Topic.DECISION for move in ("scale", "adopt", "stop")},
    ("round", "remind_late", As.PERSON): Topic.DEADLINE,
    **{("committee", move, As.PERSON): Topic.COMMITTEE for move in ("seat", "term", "substitute", "end_term")},
    **{("round", move, As.REVIEWER): Topic.ASKED for move in ("open", "assign", "repair_assignment")},
    ("prioritisation", "open", As.MEMBER): Topic.ASKED,
    ("motion", "put", As.MEMBER): Topic.ASKED,
    ("to_do", "order", As.OWNER): Topic.ASKED,
    ("to_do", "cannot", As.HEAD): Topic.ASKED,
    ("alarm", "raise", As.OWNER): Topic.ASKED,
    ("suspicion", "name", As.HEAD): Topic.ASKED,
    **{("conflict", move, As.PERSON): Topic.COMMITTEE for move in ("confirm", "end")},
    **{("team", move, As.PERSON): Topic.TEAM for move in ("join", "release_hours", "refuse_hours")},
    ("team", "mandate", As.LEAD): Topic.ASKED,
    ("call", "conclude", As.AUTHOR): Topic.OWN,
    ("team", "hand_over", As.PERSON): Topic.TEAM,
    ("person", "remind", As.PERSON): Topic.DEADLINE,
}


def topic_of(kind: str, move: str, capacity: As) -> Topic:
    if kind == "comment" and capacity is not As.MENTIONED:
        return Topic.TALK
    return SPECIAL.get((kind, move, capacity), OF_CAPACITY[capacity])
