"""What a round can be set to, and the presets that a chair begins with."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.review.models import CardUse, Lead, Preset, Sight


@dataclass(frozen=True)
class Switches:
    """days: from opening to the due day; words: what the preset is for, as the page says it."""

    words: str
    days: int
    use: CardUse = CardUse.REVIEW
    blind: bool = True
    sight: Sight = Sight.MINE
    led_by: Lead = Lead.HEADS
    names_to_authors: bool = False
    closes_itself: bool = False
    assigned: bool = False
    again: bool = False  # only what was reviewed before, by those who did


PRESETS: Mapping[Preset, Switches] = {
    Preset.EVERYONE: Switches("Every reviewer scores every idea. For a committee that reads all there is.", 14),
    Preset.SCREENING: Switches(
        "Two questions an idea, sealed until all are in; closes by itself. To sort many ideas within a week.",
        7,
        use=CardUse.SCREENING,
        sight=Sight.ALL,
        closes_itself=True,
    ),
    Preset.ASSIGNED: Switches(
        "Each idea is read by a few who are chosen for it; sealed until the meeting. For more ideas than one can read.",
        21,
        sight=Sight.MEETING,
        assigned=True,
    ),
    Preset.AGAIN: Switches(
        "Ideas that a round has reviewed before, by those who reviewed them; their earlier scores stand beside.",
        10,
        again=True,
    ),
}

SIGHT_WORDS: Mapping[Sight, str] = {
    Sight.MINE: "until one’s own is in",
    Sight.ALL: "until all reviews of the idea are in",
    Sight.MEETING: "until the meeting",
}
LEAD_WORDS: Mapping[Lead, str] = {Lead.HEADS: "the chair or the deputy", Lead.MEMBERS: "any member of the committee"}
