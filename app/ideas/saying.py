"""What a page says about one idea: where it stands, in a sentence, and what happened to it, in words."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from app.ideas.models import Idea, Stage
from app.ideas.queries import Past, Shown
from app.web.rendering import day_words

QUESTIONS: Mapping[str, str] = {
    Stage.DRAFT: "Is this ready for the committee?",
    Stage.SIGNAL: "What happens to this thought?",
    Stage.IMPORTED: "Does somebody want to take this on?",
}
ANSWERS: Mapping[str, str] = {
    Stage.DRAFT: "Nobody but its authors sees it yet.",
    Stage.IMPORTED: "It came from outside. Whoever adopts it becomes its author.",
    Stage.SENT_BACK: "The committee asks for changes first; its advice stands below.",
    Stage.RETURNED: "The committee asks for changes; its reason stands below.",
    Stage.APPROVED: "It is approved. A pilot is chartered next.",
    Stage.TO_DO: "It is small enough to be done now, by the process owner.",
    Stage.IN_PILOT: "It is being tried out in a pilot.",
    Stage.DECLINED: "It was declined; the reason stands below.",
    Stage.REFUSED: "It was refused; the reason stands below.",
    Stage.ANSWERED: "It was answered; the answer stands below.",
    Stage.WITHDRAWN: "Its authors took it back.",
    Stage.DISCARDED: "Its authors discarded it.",
}
WAITING: Mapping[str, str] = {
    Stage.SUBMITTED: "It waits for the chair",
    Stage.ADMITTED: "It is admitted and waits for a review round",
    Stage.IN_REVIEW: "The committee reviews it",
}
HAPPENED: Mapping[str, str] = {
    "begin": "Begun",
    "submit": "Submitted",
    "discard": "Discarded",
    "adopt": "Adopted as a draft",
    "answer": "Answered",
    "admit": "Admitted",
    "send_back": "Sent back with advice",
    "refuse": "Refused",
    "withdraw": "Withdrawn",
    "into_round": "Taken into a round",
    "approve": "Approved for a pilot",
    "do_now": "To be done now",
    "decline": "Declined",
    "defer": "Deferred",
    "return": "Returned for changes",
    "day_has_come": "Back on its day",
    "charter": "Pilot chartered",
    "reconsider": "Asked again, with new facts",
    "put_question": "Asked something by the committee",
    "answer_question": "A question of the committee answered",
    "invite": "A guest invited",
    "uninvite": "An invitation taken back",
    "import": "Imported",
    "cite": "A customer’s comment cited",
    "uncite": "A citation taken back",
    "put_name": "The author put a name to it",
    "change_sight": "Who sees it was changed",
    "relate": "A word said on another idea",
    "propose_join": "Joining with another idea proposed",
    "consent_join": "Consented to joining",
    "refuse_join": "Joining refused",
    "take_back_join": "The proposal of joining taken back",
    "join": "Joined into another idea",
    "attach": "A file added",
    "detach": "A file taken down",
}


@dataclass(frozen=True)
class Event:
    """As `ui.timeline` draws it."""

    at: datetime
    what: str
    who: str
    why: str


def question(idea: Idea) -> str:
    return QUESTIONS.get(idea.stage, "Where does this idea stand?")


def answer(shown: Shown, day: date) -> str:
    idea, process = shown.idea, shown.process
    if idea.stage is Stage.SIGNAL:
        if process.prioritised:
            return f"{process.name} is prioritised now: its authors can make an idea of it."
        return f"{process.name} is not prioritised now. It is kept, and counted at the next prioritisation."
    if idea.stage is Stage.DEFERRED and idea.deferred_to:
        return f"It is deferred and comes back on {day_words(idea.deferred_to)}."
    if idea.stage in ANSWERS:
        return ANSWERS[idea.stage]
    return f"{WAITING[idea.stage]}{promised(idea.promised_on, day)}"


def to_its_author(words: str) -> str:
    """The same sentence, to whoever wrote it."""
    return f"Your idea {words.removeprefix('It ')}" if words.startswith("It ") else words


WITH_AUTHORS = (Stage.DRAFT, Stage.SENT_BACK, Stage.RETURNED)
WITH_CHAIR = (Stage.SIGNAL, Stage.SUBMITTED, Stage.ADMITTED, Stage.APPROVED)


def holder(shown: Shown, *, mine: bool) -> str:
    """Who has it in hand now, by name where it is one person; nothing where it has ended."""
    stage = shown.idea.stage
    if stage in WITH_AUTHORS:
        return "You, its authors" if mine else "Its authors"
    if stage in WITH_CHAIR:
        return f"{shown.chair}, for the {shown.committee}" if shown.chair else f"The {shown.committee}, without a chair"
    if stage is Stage.IN_REVIEW:
        return f"The {shown.committee}"
    if stage is Stage.TO_DO:
        return f"{shown.owner}, who owns the process"
    return "The people of its pilot" if stage is Stage.IN_PILOT else ""


def promised(promised_on: date | None, day: date) -> str:
    if promised_on is None:
        return "."
    days = (day - promised_on).days
    if days > 0:
        late = f"{days} {'day' if days == 1 else 'days'} late"
        return f"; the answer was promised for {day_words(promised_on)} and is {late}."
    return f"; an answer is promised by {day_words(promised_on)}."


def events(past: Sequence[Past]) -> list[Event]:
    return [Event(one.at, what(one), one.who, one.why) for one in past]


def what(one: Past) -> str:
    if one.move == "begin" and one.after == Stage.SIGNAL:
        return "Kept as a signal"
    words = HAPPENED.get(one.move, one.move.replace("_", " ").capitalize())
    number = json.loads(one.figures).get("revision")
    return f"{words}, revision {number}" if number else words
