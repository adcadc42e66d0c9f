"""How often somebody may do something: counted in the memory of this process, over a window that slides."""

import time
from math import ceil

from fastapi import Request
from limits import RateLimitItem
from limits.strategies import SlidingWindowCounterRateLimiter


def wait(request: Request, pace: RateLimitItem, *who: str) -> int:
    """Count one more of them; 0 where that is within the pace, else the seconds until it will be."""
    limiter: SlidingWindowCounterRateLimiter = request.app.state.limiter
    if limiter.hit(pace, *who):
        return 0
    return max(1, ceil(limiter.get_window_stats(pace, *who).reset_time - time.time()))
