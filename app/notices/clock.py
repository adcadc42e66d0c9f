"""When a digest is due: at an hour of the wall clock, on every day or one weekday, in the reader's zone."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.notices.topics import Often


def at_hour(day: date, hour: int, zone: ZoneInfo) -> datetime:
    """The instant at which clocks there show the hour. An hour that the clocks leave out is taken as it would have
    been; of one that they show twice it is the first."""
    return datetime.combine(day, time(hour), zone).astimezone(UTC)


def next_time(after: datetime, often: Often, weekday: int, hour: int, zone: ZoneInfo) -> datetime:
    """The first such instant that is later than `after`: one a day (or a week), whatever the clocks do."""
    day = after.astimezone(zone).date()
    if often is Often.WEEKLY:
        day += timedelta(days=(weekday - day.weekday()) % 7)
    step = timedelta(days=7 if often is Often.WEEKLY else 1)
    while (moment := at_hour(day, hour, zone)) <= after:
        day += step
    return moment
