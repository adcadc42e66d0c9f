"""What the members' rankings say together, and how far they agree.

Rankings may be partial: what a member does not rank shares the mean of the places that are left (mid-ranks), so every
ballot gives away the same sum. Agreement is Kendall's coefficient of concordance W, corrected for ties: M. G. Kendall
and J. D. Gibbons, "Rank Correlation Methods", 5th edition, 1990, chapter 6. Its chance is worked out by permuting each
ballot by itself (S. Siegel and N. J. Castellan, "Nonparametric Statistics", 1988, section 9.3, tell of the exact one);
its words are those of R. C. Schmidt, "Managing Delphi Surveys", Decision Sciences 28, 1997.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.estimates import Estimate

Floats = NDArray[np.float64]
Ballots = Mapping[int, Sequence[int]]
DRAWS = 9_999
SEED = 1990
WORDS = ((0.9, "unusually strong"), (0.7, "strong"), (0.5, "moderate"), (0.3, "weak"), (0.0, "hardly any"))


@dataclass(frozen=True)
class Together:
    """What all ballots together say of one process. `mean` is over all of them, what is not ranked at its mid-rank.

    `first` and `last`: its best and worst place on any ballot. `spread`: the standard deviation of its places.
    """

    process_id: int
    mean: float
    first: float
    last: float
    spread: float
    ranked_by: int

    @property
    def estimate(self) -> Estimate:
        """For drawing: the mean place, and from where to where the members' places lie."""
        return Estimate(self.mean, self.first, self.last, self.ranked_by)


@dataclass(frozen=True)
class Agreement:
    """W from 0 (no agreement) to 1 (the same ranking); None where nothing can agree: one ballot, or nothing ranked.

    `chance`: how often ballots in random order agree as much. `low`, `high`: W without any one of the members, from
    three on; they show whether one person carries it. A committee is no sample, so this is no confidence interval.
    `shared_w`: W over the `shared` processes that every member ranked, where these are some and not all: W over all
    counts it as agreement, too, that nobody ranked the rest.
    """

    members: int
    w: float | None
    chance: float | None
    low: float | None
    high: float | None
    shared: int = 0
    shared_w: float | None = None

    @property
    def words(self) -> str:
        if self.w is None:
            return ""
        return next(words for least, words in WORDS if self.w >= least)

    @property
    def more_than_chance(self) -> bool:
        return self.chance is not None and self.chance < 0.05


def places(ballots: Ballots, processes: Sequence[int]) -> Floats:
    """Places by ballot and process, shape (ballots, processes), 1 the best; what is not ranked at its mid-rank."""
    column = {process: place for place, process in enumerate(processes)}
    found = np.empty((len(ballots), len(processes)))
    for row, order in enumerate(ballots.values()):
        known = [process for process in order if process in column]
        found[row] = (len(known) + 1 + len(processes)) / 2
        found[row, [column[process] for process in known]] = np.arange(1, len(known) + 1)
    return found


def together(ballots: Ballots, processes: Sequence[int]) -> list[Together]:
    """Best mean place first, which is the order of Borda's count; ties in the order given. Empty without ballots."""
    if not ballots or not processes:
        return []
    ranks = places(ballots, processes)
    means, spreads = ranks.mean(axis=0), ranks.std(axis=0, ddof=1 if len(ranks) > 1 else 0)
    told = [
        Together(
            process,
            float(means[at]),
            float(ranks[:, at].min()),
            float(ranks[:, at].max()),
            float(spreads[at]),
            sum(process in order for order in ballots.values()),
        )
        for at, process in enumerate(processes)
    ]
    return sorted(told, key=lambda one: round(one.mean, 9))


def concordance(ranks: Floats) -> Floats:
    """Kendall's W over the last two axes (ballots, processes) of mid-ranks, corrected for ties; NaN where undefined."""
    ballots, processes = ranks.shape[-2:]
    apart = ranks.sum(axis=-2) - ballots * (processes + 1) / 2
    most = ballots**2 * (processes**3 - processes) - ballots * ties(ranks)
    with np.errstate(invalid="ignore", divide="ignore"):
        found = np.where(most > 0, 12 * (apart**2).sum(axis=-1) / most, np.nan)
    return np.asarray(found, dtype=np.float64)


def ties(ranks: Floats) -> Floats:
    """The sum of t^3 - t over all ties of all ballots: from the squares, since ties make them smaller.

    A ballot of n mid-ranks with ties has the sum of squares (n (n+1) (2n+1)) / 6 - (sum of t^3 - t) / 12.
    """
    n = ranks.shape[-1]
    whole = n * (n + 1) * (2 * n + 1) / 6
    return np.asarray(12 * (whole - (ranks**2).sum(axis=-1)).sum(axis=-1), dtype=np.float64)


def agreement(ballots: Ballots, processes: Sequence[int]) -> Agreement:
    ranks = places(ballots, processes)
    if len(ranks) < 2 or len(processes) < 2:
        return Agreement(len(ranks), None, None, None, None)
    w = float(concordance(ranks))
    if np.isnan(w):
        return Agreement(len(ranks), None, None, None, None)
    without = [float(concordance(np.delete(ranks, row, axis=0))) for row in range(len(ranks))] if len(ranks) > 2 else []
    known = [one for one in without if not np.isnan(one)]
    ends = (min(known, default=None), max(known, default=None))
    shared, shared_w = among_shared(ballots, processes)
    return Agreement(len(ranks), w, chance(ranks, w), ends[0], ends[1], shared, shared_w)


def among_shared(ballots: Ballots, processes: Sequence[int]) -> tuple[int, float | None]:
    shared = [process for process in processes if all(process in order for order in ballots.values())]
    if not 2 <= len(shared) < len(processes):
        return len(shared), None
    return len(shared), float(concordance(places(narrowed(ballots, shared), shared)))


def narrowed(ballots: Ballots, processes: Sequence[int]) -> Ballots:
    kept = set(processes)
    return {person: [process for process in order if process in kept] for person, order in ballots.items()}


def chance(ranks: Floats, w: float, draws: int = DRAWS) -> float:
    """How often such ballots in random order agree as much or more; seeded, so the same ballots say the same."""
    random = np.random.default_rng(SEED)
    as_much = 0
    for size in [1_000] * (draws // 1_000) + [draws % 1_000]:
        shuffled = random.permuted(np.broadcast_to(ranks, (size, *ranks.shape)), axis=-1)
        as_much += int((concordance(shuffled) >= w - 1e-12).sum())
    return (as_much + 1) / (draws + 1)
