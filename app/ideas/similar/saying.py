"""A near idea in words: where it stands, and who holds it now."""

from collections.abc import Mapping

from app.ideas.models import Stage
from app.ideas.similar.models import Relating
from app.ideas.similar.near import Near
from app.web.rendering import day_words

KINDS: Mapping[Relating, str] = {
    Relating.BUILDS_ON: "Builds on it",
    Relating.DUPLICATE_OF: "Says the same as it",
    Relating.INDEPENDENT: "Stands for itself",
}
RELATED: Mapping[tuple[Relating, bool], str] = {
    (Relating.BUILDS_ON, False): "Builds on",
    (Relating.BUILDS_ON, True): "Built on by",
    (Relating.DUPLICATE_OF, False): "Duplicate of",
    (Relating.DUPLICATE_OF, True): "Called the same as this by",
}
ENDED = (Stage.DECLINED, Stage.REFUSED, Stage.ANSWERED, Stage.WITHDRAWN)


def holder(one: Near, pilot: str = "") -> str:
    """Who holds it now. Authors are named where the reader may know them."""
    match one.stage:
        case Stage.DRAFT:
            return "Not submitted yet; its authors alone see it"
        case Stage.SIGNAL:
            return f"Kept as a signal for {one.committee}"
        case Stage.IMPORTED:
            return "Nobody has taken it on yet"
        case Stage.SUBMITTED:
            return f"With the chair of {one.committee}"
        case Stage.ADMITTED | Stage.IN_REVIEW:
            return f"With {one.committee}"
        case Stage.DEFERRED if one.deferred_to:
            return f"With {one.committee}, back on {day_words(one.deferred_to)}"
        case Stage.SENT_BACK | Stage.RETURNED:
            return "With its authors, for changes"
        case Stage.APPROVED:
            return f"With the chair of {one.committee}, for a pilot"
        case Stage.TO_DO:
            return f"With {one.owner}, who answers for {one.process}"
        case Stage.IN_PILOT:
            return pilot or "In a pilot"
        case _:
            return ""


def reason_heading(one: Near) -> str:
    return {
        Stage.DECLINED: "Declined because",
        Stage.REFUSED: "Refused because",
        Stage.DEFERRED: "Deferred because",
        Stage.ANSWERED: "The answer",
    }.get(one.stage, "")
