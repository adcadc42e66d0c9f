"""Panels of reviewers whose severity is known, and the same model by dense algebra, apart from the product."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

Rows = list[tuple[int, int, float]]


@dataclass(frozen=True)
class Panel:
    """Each of `items` scored by `each` of the reviewers, with variances of items, severity and noise."""

    items: int = 30
    reviewers: int = 8
    each: int = 3
    item: float = 0.25
    severity: float = 0.3
    noise: float = 0.25

    def drawn(self, chance: np.random.Generator) -> tuple[Rows, np.ndarray]:
        """The scores, and what each item would have from the average reviewer."""
        truth = 3 + chance.normal(0, self.item**0.5, self.items)
        severe = chance.normal(0, self.severity**0.5, self.reviewers)
        rows = [
            (item, int(reviewer), truth[item] - severe[reviewer] + chance.normal(0, self.noise**0.5))
            for item in range(self.items)
            for reviewer in chance.choice(self.reviewers, self.each, replace=False)
        ]
        return rows, truth


def ragged(chance: np.random.Generator) -> Rows:
    """A panel in which loads are unequal, some cells are missing and some are there twice."""
    items, reviewers = (int(size) for size in chance.integers(4, 14, 2))
    spread = chance.choice([0.0, 0.3, 1.0], 2)
    of, by = chance.normal(0, spread[0], items), chance.normal(0, spread[1], reviewers)
    rows = []
    for _ in range(int(chance.integers(3, 6)) * max(items, reviewers)):
        item, reviewer = int(chance.integers(items)), int(reviewers * chance.random() ** 1.7)
        rows.append((item, reviewer, float(of[item] + by[reviewer] + chance.normal(0, 0.7))))
    return rows


@dataclass(frozen=True)
class Dense:
    """The answer with the whole covariance matrix written out."""

    rows: Rows

    @property
    def design(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        items, reviewers = sorted({row[0] for row in self.rows}), sorted({row[1] for row in self.rows})
        z = np.array([[float(row[0] == item) for item in items] for row in self.rows])
        w = np.array([[float(row[1] == one) for one in reviewers] for row in self.rows])
        return z, w, np.array([row[2] for row in self.rows])

    def deviance(self, variances: np.ndarray) -> float:
        z, w, y = self.design
        v = variances[0] * z @ z.T + variances[1] * w @ w.T + variances[2] * np.eye(len(y))
        ones = np.ones(len(y))
        solved = np.linalg.solve(v, np.column_stack([ones, y]))
        xx, xy, yy = ones @ solved[:, 0], ones @ solved[:, 1], y @ solved[:, 1]
        return float(np.linalg.slogdet(v)[1] + np.log(xx) + yy - xy**2 / xx)

    def least(self) -> tuple[np.ndarray, float]:
        """Variances of the least deviance, from several starts."""
        _, _, y = self.design
        bounds = [(0, None), (0, None), (1e-6, None)]
        starts = [
            np.array(start) * y.var() for start in ((0.3, 0.3, 0.4), (0, 0.5, 0.5), (0.5, 0, 0.5), (0.05, 0.05, 0.9))
        ]
        found = [minimize(self.deviance, start, bounds=bounds, method="L-BFGS-B") for start in starts]
        best = min(found, key=lambda one: one.fun)
        return best.x, float(best.fun)

    def predicted(self, variances: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Adjusted items, their standard errors, and the reviewers' effects, at given variances."""
        z, w, y = self.design
        v = variances[0] * z @ z.T + variances[1] * w @ w.T + variances[2] * np.eye(len(y))
        inverse, ones = np.linalg.inv(v), np.ones(len(y))
        overall = ones @ inverse @ y / (ones @ inverse @ ones)
        rest = inverse @ (y - overall)
        carried = variances[0] * z.T @ inverse
        off = 1 - carried @ ones
        error = variances[0] * np.eye(z.shape[1]) - carried @ z * variances[0]
        error = error + np.outer(off, off) / (ones @ inverse @ ones)
        return overall + variances[0] * z.T @ rest, np.sqrt(np.diag(error)), variances[1] * w.T @ rest
