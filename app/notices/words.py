"""The record's moves in words, in one place: for the inbox, mail, what changed, and the timelines of things."""

from collections.abc import Mapping

WORDS: Mapping[str, Mapping[str, str]] = {
    "idea": {
        "keep": "Kept as a signal",
        "submit": "Submitted to the committee",
        "discard": "Discarded",
        "adopt": "Adopted as a draft",
        "answer": "Answered",
        "admit": "Admitted",
        "send_back": "Sent back with advice",
        "refuse": "Refused with a reason",
        "withdraw": "Withdrawn",
        "into_round": "Taken into a review round",
        "approve": "Approved for a pilot",
        "do_now": "To be done now",
        "decline": "Declined with a reason",
        "defer": "Deferred",
        "return": "Returned for changes",
        "day_has_come": "Back before the committee on its day",
        "charter": "Became a pilot",
        "reconsider": "To be looked at again, with new facts",
    },
    "round": {
        "open": "Reviewing has begun",
        "close": "Reviewing has ended",
        "publish": "Decisions are out",
        "cancel": "Round cancelled",
    },
    "meeting": {"plan": "Meeting planned", "hold": "Meeting held", "cancel": "Meeting cancelled"},
    "to_do": {"order": "To be done now", "accept": "Accepted by its process owner", "done": "Done, and reported"},
    "prioritisation": {
        "open": "Prioritisation has begun",
        "publish": "Priorities are out",
        "cancel": "Prioritisation cancelled",
    },
    "pilot": {
        "charter": "Pilot chartered",
        "scale": "To be rolled out further",
        "adopt": "Adopted by its process owner",
        "stop": "Pilot stopped",
    },
    "step": {
        "ask": "Gate {step} asked for",
        "take_back": "Gate {step} taken back",
        "pass": "Gate {step} passed",
        "send_back": "Gate {step} sent back",
        "stop": "Stopped at gate {step}",
        "reopen": "Step {step} opened again",
        "repeat": "To be repeated",
        "open": "Step {step} begun",
        "walk_back": "Gate {step} open again",
    },
}
AGAIN = {"submit": "Submitted again"}


def kind_of(ref: str) -> str:
    return ref.partition(":")[0]


def sentence(ref: str, move: str, before: str = "", step: int | None = None) -> str:
    """What this move of this thing is called: "Gate 3 passed". A move without words of its own is called by its name.

    step: the number of the step, where the ref names one.
    """
    words = WORDS.get(kind_of(ref), {}).get(move) or move.replace("_", " ").capitalize()
    if before in ("sent back", "returned"):
        words = AGAIN.get(move, words)
    return " ".join(words.replace("{step}", "" if step is None else str(step)).split())
