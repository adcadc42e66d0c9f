"""What makes an effect doubtful although its interval does not say so: other people asked, a comparison that ran its
own way before, and looking early and often.

Counts in, words' figures out; no database. Each rule with its source.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from app.voice.distributions import chi2_above
from app.voice.indices import Change, Measured, change

FEWEST_EXPECTED = 5.0  # of a cell of a table, for chi-square to hold (W. G. Cochran, Biometrics 10, 1954)
SURE = 0.01
NOTABLE = 0.1  # Cramér's V of a small effect with two waves (J. Cohen, 1988, 7.2)

# P. Armitage, C. K. McPherson and B. C. Rowe, "Repeated Significance Tests on Accumulating Data", Journal of the Royal
# Statistical Society A 132, 1969, table 2: how often k looks at equal distances find at 5 % what is not there.
FALSE_ALARMS = (0.05, 0.083, 0.107, 0.126, 0.142, 0.155, 0.166, 0.177, 0.185, 0.193)


@dataclass(frozen=True, slots=True)
class Mix:
    """How much a segment's make-up differs between two waves. `label`: where it differs most, with its shares."""

    p: float
    strength: float  # Cramér's V, 0 to 1
    label: str
    before: float
    after: float

    @property
    def differs(self) -> bool:
        """Surely, and enough to matter: many answers make any difference sure."""
        return self.p < SURE and self.strength >= NOTABLE


def mix(before: Mapping[str, int], after: Mapping[str, int]) -> Mix | None:
    """Chi-square of homogeneity of two waves over a segment's labels; rare labels are taken together.

    None where fewer than two labels have answers enough to say anything.
    """
    n, m = sum(before.values()), sum(after.values())
    labels = [label for label in {**before, **after} if before.get(label, 0) + after.get(label, 0)]
    if not n or not m or len(labels) < 2:
        return None
    pairs = [(before.get(label, 0), after.get(label, 0)) for label in labels]
    kept = pooled(pairs, n, m)
    if len(kept) < 2:
        return None
    value = sum((was - n * share) ** 2 / (n * share) + (now - m * share) ** 2 / (m * share) for was, now, share in kept)
    label, (was, now) = max(zip(labels, pairs, strict=True), key=lambda one: moved(one[1], n, m))
    return Mix(chi2_above(value, len(kept) - 1), sqrt(value / (n + m)), label, was / n, now / m)


def moved(pair: tuple[int, int], n: int, m: int) -> tuple[float, float]:
    """How far a label's share moved; of two that moved as far, the one that grew is larger."""
    by = pair[1] / m - pair[0] / n
    return round(abs(by), 9), by


def pooled(pairs: Sequence[tuple[int, int]], n: int, m: int) -> list[tuple[int, int, float]]:
    """Rows of the table with their share of all, those too rare for the test as one."""
    rows = [(was, now, (was + now) / (n + m)) for was, now in pairs]
    rare = [row for row in rows if min(n, m) * row[2] < FEWEST_EXPECTED]
    kept = [row for row in rows if row not in rare]
    rest = (sum(row[0] for row in rare), sum(row[1] for row in rare), sum(row[2] for row in rare))
    if rest[2] * min(n, m) >= FEWEST_EXPECTED:
        return [*kept, rest]
    if rare and kept:  # still too rare together: with the rarest of the others
        last = min(kept, key=lambda row: row[2])
        kept.remove(last)
        kept.append((last[0] + rest[0], last[1] + rest[1], last[2] + rest[2]))
    return kept


@dataclass(frozen=True, slots=True)
class Apart:
    """How there and elsewhere moved apart in the time before the pilot, when nothing had been done."""

    change: float
    low: float
    high: float

    @property
    def oddly(self) -> bool:
        """Whether they did so surely: the comparison may then not say what would have happened."""
        return self.low > 0 or self.high < 0


def apart_before(there: tuple[Measured, Measured], elsewhere: tuple[Measured, Measured]) -> Apart:
    """The difference in differences of two waves that both lie before the pilot (a placebo test: J. D. Angrist and
    J.-S. Pischke, "Mostly Harmless Econometrics", 2009, 5.2)."""
    moved, other = change(*there), change(*elsewhere)
    value = moved.change - other.change
    reach = sqrt(reach_of(moved) ** 2 + reach_of(other) ** 2)
    return Apart(value, value - reach, value + reach)


def reach_of(moved: Change) -> float:
    return moved.high - moved.change


def false_alarm(looks: int) -> float:
    """How often this many looks at a pilot that does nothing find something at 5 % in one of them; of more than ten
    looks that of ten, which is too little."""
    if looks < 1:
        raise ValueError("Who has not looked finds nothing.")
    return FALSE_ALARMS[min(looks, len(FALSE_ALARMS)) - 1]
