"""How alike two texts are: the cosine of their words and of their titles' pieces, each weighed by how rare it is.

Salton and Buckley, Term-weighting approaches in automatic text retrieval (1988): a term counts 1 + ln(tf), times
ln(1 + (n + 1) / (df + 1/2)); both vectors are brought to length one. Pure numbers; no database.
"""

import numpy as np
from numpy.typing import NDArray

from app.ideas.similar.bags import Bag, Weights

PIECES = 0.3
"""What the likeness of titles' pieces adds to that of words."""
MOST_WORDS, MOST_PIECES = 64, 32
"""A query goes on with so many of its terms, those that tell most."""


def rarity(found: NDArray[np.int64], ideas: int) -> Weights:
    """What a term that so many of the ideas hold tells: the more, the fewer they are, and a little if all do."""
    told: Weights = np.log1p((ideas + 1) / (found + 0.5))
    return told


def lengths(bag: Bag, told: Weights) -> tuple[float, float]:
    """The length of the bag's words, and of its pieces; 1 where there are none, so that it can be divided by."""
    squares, words = (bag.weights * told) ** 2, bag.words
    return (float(np.sqrt(squares[words].sum())) or 1.0, float(np.sqrt(squares[~words].sum())) or 1.0)


def telling(bag: Bag, told: Weights, held: NDArray[np.bool_]) -> tuple[Bag, Weights]:
    """The few terms that tell most, and for each what it adds to the likeness per weight on the other side.

    held: which of them the index has; the others go along for ideas that it does not hold yet. The whole bag is
    brought to length one, so that words which nobody used make it less like all others.
    """
    value, words = bag.weights * told, bag.words
    word_length, piece_length = lengths(bag, told)
    kept = [strongest(value, held & words, MOST_WORDS), strongest(value, held & ~words, MOST_PIECES)]
    places = np.sort(np.concatenate([*kept, np.flatnonzero(~held)]))
    few, told = Bag(bag.terms[places], bag.weights[places]), told[places]
    shares = np.where(few.words, 1 / word_length, PIECES / piece_length) / (1 + PIECES)
    return few, few.weights * told * told * shares


def strongest(value: Weights, of: NDArray[np.bool_], most: int) -> NDArray[np.int64]:
    places = np.flatnonzero(of & (value > 0))
    order: NDArray[np.int64] = places[np.argsort(-value[places], kind="stable")[:most]]
    return order


def likeness(few: Bag, shares: Weights, other: Bag, told: Weights) -> float:
    """Between 0 and 1. `few` and `shares` are as `telling` gives them, `told` is for the other's terms."""
    word_length, piece_length = lengths(other, told)
    _, mine, theirs = np.intersect1d(few.terms, other.terms, assume_unique=True, return_indices=True)
    each = shares[mine] * other.weights[theirs]
    words = few.words[mine]
    return float(each[words].sum() / word_length + each[~words].sum() / piece_length)
