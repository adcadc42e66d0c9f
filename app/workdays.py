"""Working days: which days of a calendar people work on, and counting them. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

ONE = timedelta(days=1)
MOST_LOOKED_AT = 20_000  # days; a calendar without a working day in them counts every day


@dataclass(frozen=True)
class Workdays:
    """weekend: days of the week that are free, Monday 0. holidays: single days. yearly: (month, day) that are free in
    every year from the one that it names."""

    weekend: frozenset[int] = frozenset((5, 6))
    holidays: frozenset[date] = frozenset()
    yearly: Mapping[tuple[int, int], int] = field(default_factory=dict)

    def works(self, day: date) -> bool:
        if day.weekday() in self.weekend or day in self.holidays:
            return False
        since = self.yearly.get((day.month, day.day))
        return since is None or day.year < since

    def add(self, day: date, n: int) -> date:
        """The n-th working day after `day` (before it, where n is negative), whether or not `day` is one.

        0 is the day itself, or where nobody works on it the next day on which somebody does.
        """
        if n == 0:
            return day if self.works(day) else self.add(day, 1)
        step, left, here = (ONE if n > 0 else -ONE), abs(n), day
        for _ in range(MOST_LOOKED_AT):
            here += step
            left -= self.works(here)
            if left == 0:
                return here
        return day + timedelta(days=n)

    def between(self, after: date, to: date) -> int:
        """How many working days come after the one and up to the other; negative where the other is earlier."""
        if to < after:
            return -self.between(to, after)
        return sum(self.works(after + ONE * number) for number in range(1, (to - after).days + 1))


@dataclass(frozen=True)
class FiscalYear:
    """A year of budgets, named by the calendar year in which it begins; `first` and `last` are its days."""

    year: int
    first: date
    last: date

    @property
    def name(self) -> str:
        return str(self.year) if self.first.month == 1 else f"{self.year}/{(self.year + 1) % 100:02}"


def fiscal_year(year: int, first_month: int) -> FiscalYear:
    first = date(year, first_month, 1)
    return FiscalYear(year, first, date(year + 1, first_month, 1) - ONE)


def fiscal_year_of(day: date, first_month: int) -> FiscalYear:
    return fiscal_year(day.year - (day.month < first_month), first_month)
