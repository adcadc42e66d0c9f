"""Terms that set two groups of comments apart.

Pure: texts in, counts and z out. Log-odds ratio with an informative Dirichlet prior: B. L. Monroe, M. P. Colaresi and
K. M. Quinn, "Fightin' Words: Lexical Feature Selection and Evaluation for Identifying the Content of Political
Conflict", Political Analysis 16, 2008, equations 16, 19 and 22. A term counts once for each person who uses it, however
often, so that one long complaint is one voice.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from app.voice.comments.stop_words import STOP_WORDS
from app.words import RUN, folded

Floats = NDArray[np.float64]

PRIOR = 500.0  # how many words the prior weighs
LONGEST = 40
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
# Across these no two words are one term.
BREAKS = re.compile(r"[.,;:!?()\[\]\"“”«»/\n\x00]+|\s[-–—]\s")


@dataclass(frozen=True, slots=True)
class Term:
    """z: how clearly it belongs to the first group (above 0) or to the second (below). first, second: people."""

    words: str
    z: float
    log_odds: float
    first: int
    second: int


def terms_of(text: str) -> set[str]:
    """Single words, and pairs of words that stand side by side; no stop words, and no pair that begins or ends so."""
    found: set[str] = set()
    for part in BREAKS.split(folded(RUN.sub("\x00", text)).replace("’", "'")):
        said = [word for word in WORD.findall(part) if len(word) <= LONGEST]
        plain = [len(word) > 1 and word not in STOP_WORDS for word in said]
        found.update(word for word, keep in zip(said, plain, strict=True) if keep)
        pairs = zip(said, said[1:], plain, plain[1:], strict=False)
        found.update(f"{one} {two}" for one, two, keep, keep_too in pairs if keep and keep_too)
    return found


def counted(people: Iterable[set[str]]) -> Counter[str]:
    """How many people used each term."""
    counts: Counter[str] = Counter()
    for said in people:
        counts.update(said)
    return counts


def log_odds(first: Floats, second: Floats, background: Floats, prior: float = PRIOR) -> tuple[Floats, Floats]:
    """Of each term the log-odds ratio between two groups, and its z.

    first, second, background: counts, shape (terms,); background above 0 everywhere, it shapes the prior, which weighs
    as much as `prior` words. Refuses (ValueError) a background of 0.
    """
    if len(background) and background.min() <= 0:
        raise ValueError("a term that nobody used has no prior")
    alpha = prior * background / background.sum()

    def odds(counts: Floats) -> Floats:
        with_prior = counts + alpha
        return np.asarray(np.log(with_prior) - np.log(counts.sum() + prior - with_prior))

    difference = odds(first) - odds(second)
    variance = 1 / (first + alpha) + 1 / (second + alpha)
    return difference, np.asarray(difference / np.sqrt(variance))


def apart(
    first: Mapping[str, int], second: Mapping[str, int], rest: Mapping[str, int], least: int, most: int = 20
) -> tuple[list[Term], list[Term]]:
    """The terms that belong most clearly to the first group, and to the second; used by at least so many people.

    rest: everybody else, who shapes the prior too. A pair of words takes the place of a word that is hardly said
    without it.
    """
    background = Counter(rest)
    background.update(first)
    background.update(second)
    both = Counter(first)
    both.update(second)
    kept = sorted(term for term, n in both.items() if n >= least)
    if not kept:
        return [], []
    counts = [np.array([group.get(term, 0) for term in kept], dtype=float) for group in (first, second, background)]
    difference, z = log_odds(counts[0], counts[1], counts[2])
    told = [
        Term(term, float(z[i]), float(difference[i]), int(counts[0][i]), int(counts[1][i]))
        for i, term in enumerate(kept)
    ]
    told.sort(key=lambda one: (-one.z, one.words))
    return once([one for one in told if one.z > 0], most), once([one for one in reversed(told) if one.z < 0], most)


def once(told: Sequence[Term], most: int) -> list[Term]:
    """Not "fast track", "fast" and "track" in three rows where the same people said all of it: the pair says most."""
    pairs = {one.words: one.first + one.second for one in told if " " in one.words}

    def in_a_pair(one: Term) -> bool:
        n = one.first + one.second
        return any(one.words in pair.split() and count >= 0.7 * n for pair, count in pairs.items())

    return [one for one in told if one.words in pairs or not in_a_pair(one)][:most]


def difference(hits: int, n: int, other_hits: int, other_n: int) -> tuple[float, float, float]:
    """Share of the first group minus share of the second, with its 95 % interval; parts of 1.

    A. Agresti and B. Caffo, "Simple and effective confidence intervals for proportions and differences of proportions
    result from adding two successes and two failures", The American Statistician 54, 2000.
    """
    one, two = (hits + 1) / (n + 2), (other_hits + 1) / (other_n + 2)
    reach = 1.959963984540054 * sqrt(one * (1 - one) / (n + 2) + two * (1 - two) / (other_n + 2))
    value = hits / n - other_hits / other_n
    return value, max(-1.0, one - two - reach), min(1.0, one - two + reach)
