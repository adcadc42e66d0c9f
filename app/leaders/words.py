"""The leaders' answer, in words, from the data."""

from collections.abc import Sequence

from app.leaders.queries import Row
from app.pilots.models import Health
from app.web.rendering import spelt


def answer(rows: Sequence[Row]) -> str:
    if not rows:
        return "There is no pilot yet: an approved idea becomes one."
    return " ".join(part for part in (effects(rows), health(rows)) if part)


def effects(rows: Sequence[Row]) -> str:
    measured = [row for row in rows if row.measured]
    worth = sum(row.worth_having for row in measured)
    if not measured:
        whole = "The one pilot has no" if len(rows) == 1 else f"None of {spelt(len(rows))} has a"
        return f"{whole} measured effect yet."
    have = "has" if len(measured) == 1 else "have"
    first = f"{spelt(len(measured)).capitalize()} of {spelt(len(rows))} {have} a measured effect"
    if len(measured) == 1:
        return f"{first}, and it is {'' if worth else 'not certainly '}worth having."
    if worth == len(measured):
        return f"{first}, and {'both' if worth == 2 else 'all'} are worth having."
    is_ = "is" if worth == 1 else "are"
    return f"{first}; {spelt(worth)} of them {is_} worth having." if worth else f"{first}, none certainly worth having."


def health(rows: Sequence[Row]) -> str:
    running = [row for row in rows if row.line.running]
    if not running:
        return "None is running."
    well = sum(row.line.health is Health.ON_COURSE for row in running)
    stuck = [row for row in running if row.line.health is Health.OFF_COURSE]
    if well == len(running):
        return "The one that runs is on course." if well == 1 else f"All {spelt(well)} that run are on course."
    first = f"{spelt(well).capitalize()} {'is' if well == 1 else 'are'} on course"
    if not stuck:
        left = len(running) - well
        return f"{first}; {spelt(left)} {'is' if left == 1 else 'are'} at risk."
    days = max(row.line.days or 0 for row in stuck)
    those = f"{spelt(len(stuck))} {'is' if len(stuck) == 1 else 'are'} off course"
    return f"{first}; {those}, in one step for {days} {'day' if days == 1 else 'days'}."
