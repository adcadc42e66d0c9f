"""What one pass over the respondents of a survey adds up: all that a study's plain figures are made of."""

from dataclasses import dataclass, field

import numpy as np

from app.processes.resampling import Block, Floats, Progress, Told

PASS = 20_000


@dataclass(slots=True)
class Sums:
    """What one pass over the respondents adds up, items (k), outcomes (m), around `centre`."""

    centre: Floats
    items: int
    n: int = 0
    heard: Floats = field(init=False)
    heavy: Floats = field(init=False)
    heavy2: Floats = field(init=False)
    first: Floats = field(init=False)
    second: Floats = field(init=False)
    best: Floats = field(init=False)
    best2: Floats = field(init=False)
    pairs: Floats = field(init=False)
    counted: Floats = field(init=False)
    whole: Floats = field(init=False)
    models: Floats = field(init=False)
    least: Floats = field(init=False)
    most: Floats = field(init=False)

    def __post_init__(self) -> None:
        k, m = self.items, len(self.centre) - self.items
        for name in ("heard", "heavy", "heavy2", "first", "second", "best", "best2"):
            setattr(self, name, np.zeros(k))
        self.pairs = np.zeros((m, 7, k))  # n, w, ww, wx, wxx, wy, wyy; wxy stands in counted
        self.counted = np.zeros((m, k))
        self.whole = np.zeros((m, 3))  # n, w, wy of all who answered the outcome
        self.models = np.zeros((m, k + 3, k + 3))  # products of 1, items, outcome; then n and ww in the last corner
        self.least, self.most = np.full(k + m, np.inf), np.full(k + m, -np.inf)

    def add(self, block: Block) -> None:
        k = self.items
        x = block.said - self.centre[:k]
        there = ~np.isnan(x)
        x, best = np.where(there, x, 0.0), np.nan_to_num(block.best)
        w = block.weights
        heard, squares = there.astype(np.float64), x * x
        self.n += len(block)
        for name, of, by in (
            ("heard", heard, np.ones_like(w)),
            ("heavy", heard, w),
            ("heavy2", heard, w * w),
            ("first", x, w),
            ("second", squares, w),
            ("best", best, w),
            ("best2", best * best, w),
        ):
            setattr(self, name, getattr(self, name) + by @ of)
        every = np.column_stack((np.where(there, x, np.nan), block.outcomes - self.centre[k:]))
        self.least, self.most = np.fmin(self.least, np.fmin.reduce(every)), np.fmax(self.most, np.fmax.reduce(every))
        full = there.all(axis=1)
        for place, outcome in enumerate((block.outcomes - self.centre[k:]).T):
            answered = ~np.isnan(outcome)
            y = np.where(answered, outcome, 0.0)
            a, aw = answered.astype(np.float64), answered * w
            by = np.stack((a, aw, aw * w, aw, aw, aw * y, aw * y * y))
            self.pairs[place] += np.stack(
                [row @ of for row, of in zip(by, (heard, heard, heard, x, squares, heard, heard), strict=True)]
            )
            self.counted[place] += (aw * y) @ x
            self.whole[place] += a.sum(), aw.sum(), aw @ y
            whom = full & answered
            table = np.column_stack((np.ones(int(whom.sum())), x[whom], y[whom]))
            self.models[place, :-1, :-1] += table.T @ (table * w[whom, None])
            self.models[place, -1, -1] += whom.sum()


def added(told: Told, items: int, outcomes: int, progress: Progress) -> Sums:
    """One pass, around the means of the first respondents."""
    head = told.rows(slice(0, PASS))
    first = np.column_stack((head.said, head.outcomes))
    count = np.maximum((~np.isnan(first)).sum(axis=0), 1)
    sums = Sums(np.nan_to_num(first).sum(axis=0) / count, items)
    for start in range(0, len(told), PASS):
        sums.add(told.rows(slice(start, start + PASS)))
        progress(min(1.0, (start + PASS) / len(told)))
    return sums


def same(sums: Sums) -> tuple[int, ...]:
    """Items of which every answer is the same."""
    return tuple(i for i in range(sums.items) if sums.heard[i] and sums.most[i] - sums.least[i] < 1e-9)
