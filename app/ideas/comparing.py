"""Two revisions side by side: which words went and which came."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

PIECES = re.compile(r"\s+|\w+|[^\w\s]", re.UNICODE)
MOST_PIECES = 4_000  # beyond it whole lines are compared: words of long texts would take seconds


@dataclass(frozen=True)
class Piece:
    """A run of words. kind: "" stands in both, "gone" only before, "new" only after."""

    words: str
    kind: str = ""


@dataclass(frozen=True)
class Compared:
    """One part of an idea, before and after."""

    name: str
    before: Sequence[Piece]
    after: Sequence[Piece]

    @property
    def same(self) -> bool:
        return not any(piece.kind for piece in (*self.before, *self.after))


def compared(name: str, before: str, after: str) -> Compared:
    """Word by word, blanks and signs apart; a text too long for that line by line."""
    one, other = PIECES.findall(before), PIECES.findall(after)
    if max(len(one), len(other)) > MOST_PIECES:
        one, other = before.splitlines(keepends=True), after.splitlines(keepends=True)
    left: list[Piece] = []
    right: list[Piece] = []
    for kind, a, b, c, d in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        gone, new = "".join(one[a:b]), "".join(other[c:d])
        left += [Piece(gone, "" if kind == "equal" else "gone")] if gone else []
        right += [Piece(new, "" if kind == "equal" else "new")] if new else []
    return Compared(name, left, right)


def parts_of(told: Any) -> dict[str, str]:
    """What a revision says, as words: part -> text."""
    forecast = ""
    if told.forecast is not None:
        forecast = f"{told.forecast_of}: {told.forecast:+g} ({told.forecast_low:+g} to {told.forecast_high:+g})"
    return {
        "Title": told.title,
        "What hurts customers today": told.story,
        "What would be different": told.change,
        "What it takes": told.needs,
        "What could go wrong": told.risks,
        "What it should move": forecast,
        "Cost": "" if told.cost is None else f"{told.cost.normalize():,f}",
        "Novelty": told.novelty.value,
        "Area": told.area.value,
    }


def side_by_side(before: Any, after: Any) -> list[Compared]:
    """Every part that either says something in."""
    one, other = parts_of(before), parts_of(after)
    return [compared(name, one[name], other[name]) for name in one if one[name] or other[name]]
