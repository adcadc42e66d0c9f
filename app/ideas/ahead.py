"""What comes next for an idea, by its stage: in two or three words for a list, in a sentence's part for its page."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.ideas.models import Stage


@dataclass(frozen=True)
class Ahead:
    """here: on which of the loop's six stops it stands. next: nothing where it has ended; short: the same in a list."""

    here: int
    short: str
    next: str = ""

    @property
    def done(self) -> bool:
        return not self.next


AGAIN = Ahead(3, "Changes asked for", "Change it and submit it again")
AHEAD: Mapping[str, Ahead] = {
    Stage.DRAFT: Ahead(3, "To be submitted", "Submit it to the committee"),
    Stage.SIGNAL: Ahead(2, "Counts when processes are prioritised", "An answer, or the next prioritisation"),
    Stage.IMPORTED: Ahead(3, "Waits for somebody to adopt it", "Somebody adopts it"),
    Stage.SUBMITTED: Ahead(3, "Waits for the committee", "Admitted, sent back or refused, with a reason"),
    Stage.SENT_BACK: AGAIN,
    Stage.ADMITTED: Ahead(3, "Waits for the committee", "Into a round of reviews"),
    Stage.IN_REVIEW: Ahead(3, "Waits for the committee", "Reviews, then the committee’s decision"),
    Stage.RETURNED: AGAIN,
    Stage.DEFERRED: Ahead(3, "Waits for its day", "Before the committee again, on its day"),
    Stage.APPROVED: Ahead(4, "Pilot to be chartered", "A pilot is chartered"),
    Stage.TO_DO: Ahead(4, "With the process owner", "It is done, and said to be done"),
    Stage.IN_PILOT: Ahead(5, "On the roadmap of six steps", "Six steps, then the effect on customers"),
    Stage.DECLINED: Ahead(4, "Reason given"),
    Stage.REFUSED: Ahead(4, "Reason given"),
    Stage.ANSWERED: Ahead(4, "Answered"),
    Stage.WITHDRAWN: Ahead(3, "Taken back by its authors"),
    Stage.DISCARDED: Ahead(3, "Discarded"),
}
WITH_COMMITTEE = frozenset({Stage.SUBMITTED, Stage.ADMITTED, Stage.IN_REVIEW})
"""Where a list says instead by when the answer is promised."""
