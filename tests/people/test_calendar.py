"""Working days against numpy's, lines and calendars as they come, and what a promise becomes by them."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.columns import as_of
from app.db import Database
from app.errors import Invalid
from app.ideas import actions as ideas
from app.ideas.models import Stage
from app.people.actor import find_actor
from app.people.calendar.models import Holiday
from app.people.calendar.queries import workdays
from app.people.calendar.reading import Free, read
from app.people.models import Organisation, Person
from app.record.models import Entry
from app.workdays import Workdays, fiscal_year_of
from tests.cast import Cast, the_cast
from tests.client import Browser
from tests.makers import an_idea, put

As = Callable[[Person | None], Browser]
DAYS = st.dates(date(2024, 1, 1), date(2027, 12, 31))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    day=DAYS,
    n=st.integers(-60, 60),
    weekend=st.frozensets(st.integers(0, 6), max_size=6),
    free=st.frozensets(DAYS, max_size=40),
)
def test_working_days_are_counted_as_numpy_counts_them(
    day: date, n: int, weekend: frozenset[int], free: frozenset[date]
) -> None:
    calendar = Workdays(weekend, free)
    mask = [number not in weekend for number in range(7)]
    roll = "forward" if n <= 0 else "backward"
    told = np.busday_offset(day, n, roll=roll, weekmask=mask, holidays=sorted(free))
    assert calendar.add(day, n) == told.astype(date)
    assert calendar.works(day) == bool(np.is_busday(day, weekmask=mask, holidays=sorted(free)))
    end = day + timedelta(days=abs(n))
    one = timedelta(days=1)
    between = np.busday_count(day + one, end + one, weekmask=mask, holidays=sorted(free))
    assert calendar.between(day, end) == between == -calendar.between(end, day)


def test_a_yearly_holiday_is_free_from_its_year_on() -> None:
    calendar = Workdays(yearly={(12, 25): 2025})
    assert [calendar.works(date(year, 12, 25)) for year in (2024, 2025, 2026)] == [True, False, False]
    assert calendar.add(date(2026, 12, 24), 1) == date(2026, 12, 28)


def test_a_calendar_without_a_working_day_counts_every_day() -> None:
    assert Workdays(frozenset(range(7))).add(date(2026, 1, 1), 3) == date(2026, 1, 4)


def test_a_fiscal_year_begins_with_its_month() -> None:
    assert fiscal_year_of(date(2026, 3, 31), 4).name == "2025/26"
    year = fiscal_year_of(date(2026, 4, 1), 4)
    assert (year.year, year.first, year.last, year.name) == (2026, date(2026, 4, 1), date(2027, 3, 31), "2026/27")
    assert fiscal_year_of(date(2026, 12, 31), 1).name == "2026"


def test_holidays_come_from_lines() -> None:
    words = "# ours\n2026-12-25, Christmas Day\n\n05-01\tLabour Day\n2026-03-20;“Eid”\n2026-03-21"
    assert read(words, 2026) == [
        Free(date(2026, 3, 20), "“Eid”"),
        Free(date(2026, 3, 21), ""),
        Free(date(2026, 5, 1), "Labour Day", yearly=True),
        Free(date(2026, 12, 25), "Christmas Day"),
    ]


ICS = """BEGIN:VCALENDAR
BEGIN:VEVENT
DTSTART;VALUE=DATE:20261225
DTEND;VALUE=DATE:20261227
SUMMARY:Christmas\\, and
  the day after
END:VEVENT
BEGIN:VEVENT
DTSTART;VALUE=DATE:20260501
RRULE:FREQ=YEARLY
SUMMARY:Labour Day
END:VEVENT
END:VCALENDAR
"""


def test_holidays_come_from_a_calendar() -> None:
    assert read(ICS.replace("\n", "\r\n"), 2026) == [
        Free(date(2026, 5, 1), "Labour Day", yearly=True),
        Free(date(2026, 12, 25), "Christmas, and the day after"),
        Free(date(2026, 12, 26), "Christmas, and the day after"),
    ]


@pytest.mark.parametrize(
    "words", ["", "Christmas", "2026-02-30, No", "1899-01-01", "BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VEVENT"]
)
def test_what_is_no_list_of_days_is_refused_in_words(words: str) -> None:
    with pytest.raises(Invalid):
        read(words, 2026)


@pytest.fixture
def root(cast: Cast, as_: As) -> Browser:
    return as_(cast.root)


def test_the_calendar_is_kept_by_administrators(database: Database, cast: Cast, root: Browser, as_: As) -> None:
    found = [as_(person).get("/admin/calendar").status_code for person in (cast.noor, cast.gita, None)]
    assert found == [403, 404, 303]
    assert "No holiday yet" in root.get("/admin/calendar").text
    assert root.post("/admin/calendar/holidays", {"days": "12-25, Christmas Day\n2026-12-28"}).status_code == 303
    assert "Christmas Day" in root.get("/admin/calendar").text
    assert root.post("/admin/calendar/holidays", {"days": "12-32"}).status_code == 422
    week = {"weekend": ["4", "5"], "fiscal_month": "4", "version": "1"}
    assert root.post("/admin/calendar", week).status_code == 303
    assert root.post("/admin/calendar", week).status_code == 409
    every = {"weekend": list("0123456"), "fiscal_month": "4", "version": "2"}
    assert "At least one day" in root.post("/admin/calendar", every).text
    with database.reading() as db:
        calendar = workdays(db)
        assert (calendar.weekend, calendar.yearly) == (frozenset((4, 5)), {(12, 25): date.today().year})
        assert db.scalars(select(Organisation)).one().fiscal_month == 4
        single = db.scalars(select(Holiday).where(~Holiday.yearly)).one()  # type: ignore[arg-type]
        moves = [entry.move for entry in db.scalars(select(Entry))]
    assert moves == ["add_holidays", "change"]
    gone = f"/admin/calendar/holidays/{single.id}/remove"
    assert [root.post(gone).status_code for _ in range(2)] == [303, 404]


def test_holidays_come_from_a_file(database: Database, cast: Cast, root: Browser) -> None:
    sent = root.http.post(
        "/admin/calendar/holidays", data={"days": ""}, files={"file": ("days.ics", ICS.encode(), "text/calendar")}
    )
    assert sent.status_code == 303
    with database.reading() as db:
        assert len(db.scalars(select(Holiday)).all()) == 3


def test_a_promise_is_in_working_days_and_keeps_its_day(both: Database) -> None:
    noon = datetime.fromisoformat("2026-12-21T12:00:00+00:00")  # a Monday
    with as_of(noon), both.writing() as db:
        cast = the_cast(db)
        cast.committee.promised_days = 5
        put(db, Holiday(day=date(2026, 12, 25), name="Christmas Day"))
        idea = an_idea(db, cast.process, cast.zaid, stage=Stage.DRAFT)
        ideas.make(db, find_actor(db, cast.zaid.id), idea, "submit")
        assert idea.promised_on == date(2026, 12, 29)
        put(db, Holiday(day=date(2026, 12, 28)))
        assert idea.promised_on == date(2026, 12, 29)
        other = an_idea(db, cast.process, cast.zaid, stage=Stage.DRAFT)
        ideas.make(db, find_actor(db, cast.zaid.id), other, "submit")
        assert other.promised_on == date(2026, 12, 30)
