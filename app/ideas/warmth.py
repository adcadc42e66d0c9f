"""Support with time in mind: an old vote counts less than a new one, and nothing has to be worked out anew each day.

A vote cast at time t has the weight 2^(t / half-life); the sum of weights, taken as a logarithm, keeps its order as
time goes on, since all weights shrink alike. An idea counts its own first day as one vote, so that a new idea stands
beside one that is supported now. (Forward decay: Cormode, Shkapenyuk, Srivastava, Xu, ICDE 2009.)
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from math import exp2, log2

HALF_LIFE = 30.0  # days
EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
STEPS = 1_000_000  # of one half-life: how finely the logarithm is kept


def half_lives(moment: datetime) -> float:
    """Time since the epoch, in half-lives."""
    return (moment - EPOCH).total_seconds() / 86_400 / HALF_LIFE


def warmth(begun: datetime, votes: Iterable[datetime] = ()) -> int:
    """log2 of the weights of an idea's first day and its votes, in millionths."""
    told = [half_lives(begun), *(half_lives(at) for at in votes)]
    most = max(told)
    return round(STEPS * (most + log2(sum(exp2(one - most) for one in told))))


def warmer(was: int, at: datetime) -> int:
    """What `warmth` is with one vote more, without reading the others."""
    before, new = was / STEPS, half_lives(at)
    most = max(before, new)
    return round(STEPS * (most + log2(exp2(before - most) + exp2(new - most))))
