"""Counts and findings: the maths against scipy, reading what people bring, the pages, who may write."""

import random
import time
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from scipy import stats
from sqlalchemy import select
from sqlmodel import col

from app.db import Database
from app.main import Pilotage
from app.people.actor import find_actor
from app.voice.evidence import poisson, queries, reading
from app.voice.evidence.actions import make_source, put_counts
from app.voice.evidence.models import EventCount, Finding, SourceForm
from app.voice.evidence.periods import Step, period, words_of
from app.voice.models import Audience, Source, SourceKind, Touchpoint
from tests.cast import Cast
from tests.client import Browser
from tests.voice.test_pages import statements

As = Callable[..., Browser]
TODAY = date(2026, 11, 22)
LINES = "touchpoint,month,count,passengers\nQueue,2026-08,40,10000\nQueue,2026-09,42,10000\nQueue,2026-10,80,10000\n"


@pytest.mark.parametrize("count", [0, 1, 2, 3, 7, 10, 33, 100, 999, 12_345, 999_999, 1_000_000, 30_000_000])
def test_the_interval_of_a_count_is_garwoods(count: int) -> None:
    low, high = poisson.interval(count)
    assert low == pytest.approx(stats.gamma.ppf(0.025, count) if count else 0.0, rel=1e-8)
    assert high == pytest.approx(stats.gamma.ppf(0.975, count + 1), rel=1e-8)


CHANCE = random.Random(7)
PAIRS = [
    (CHANCE.randint(0, 300), CHANCE.uniform(1, 5e4), CHANCE.randint(0, 300), CHANCE.uniform(1, 5e4)) for _ in range(40)
]
PAIRS += [
    (10, 30.0, 20, 31.0),
    (40, 1e4, 80, 1e4),
    (0, 1.0, 0, 1.0),
    (0, 1.0, 5, 1.0),
    (5, 1.0, 0, 1.0),
    (9, 1e6, 3, 2.0),
]


@pytest.mark.parametrize(("before", "one", "after", "other"), PAIRS)
def test_two_counts_are_compared_as_a_binomial(before: int, one: float, after: int, other: float) -> None:
    found = poisson.compare(before, one, after, other)
    n, share = before + after, other / (one + other)
    if n == 0:
        assert (found.ratio, found.p) == (None, 1.0)
        return
    tails = stats.binom.cdf(after, n, share), stats.binom.sf(after - 1, n, share)
    assert found.p == pytest.approx(min(1.0, 2 * min(tails)), rel=1e-6, abs=1e-12)
    interval = stats.binomtest(after, n, share).proportion_ci(method="exact")
    odds = one / other
    assert found.low == pytest.approx(odds * interval.low / (1 - interval.low), rel=1e-6)
    if before:
        assert found.high == pytest.approx(odds * interval.high / (1 - interval.high), rel=1e-6)
    assert found.beyond_chance == (found.low > 1 or found.high < 1) or abs(found.p - 0.05) < 1e-9


def test_a_median_has_an_interval_that_holds_it_often_enough() -> None:
    values = [float(value) for value in range(1, 41)]
    middle, low, high = poisson.median(values)
    assert (middle, low, high) == (20.5, 14.0, 27.0)
    assert stats.binom.cdf(13, 40, 0.5) <= 0.025 < stats.binom.cdf(14, 40, 0.5)
    assert poisson.median([3.0, 1.0, 2.0]) == (2.0, None, None)


@pytest.mark.parametrize(
    ("words", "days"),
    [
        ("2026-03-14", ("2026-03-14", "2026-03-14")),
        ("2026-03-14 08:15", ("2026-03-14", "2026-03-14")),
        ("2026-W11", ("2026-03-09", "2026-03-15")),
        ("2026-02", ("2026-02-01", "2026-02-28")),
        ("March 2026", ("2026-03-01", "2026-03-31")),
        ("2026 Q4", ("2026-10-01", "2026-12-31")),
        ("2026", ("2026-01-01", "2026-12-31")),
    ],
)
def test_a_period_is_read_as_people_write_it(words: str, days: tuple[str, str]) -> None:
    found = period(words)
    assert found is not None
    assert (found[0].isoformat(), found[1].isoformat()) == days


@pytest.mark.parametrize("words", ["", "soon", "2026-13", "2026-W60", "31/12/2026", "2026-02-30", "Q9 2026"])
def test_what_is_no_period_is_none(words: str) -> None:
    assert period(words) is None


def test_a_period_is_said_in_words() -> None:
    assert words_of(*(period("2026-W11") or ())) == "week of 9 Mar 2026"
    assert words_of(*(period("2026 Q1") or ())) == "2026 Q1"
    assert words_of(*(period("2026-03") or ())) == "March 2026"


def test_what_cannot_be_read_is_said_row_by_row() -> None:
    rows = ("Queue;2026-03;12;1.000", ";2026-03;1;", "Queue;soon;x;-3", "Queue;2027-01;1;", "queue;2026-03;9;")
    text = "\n".join(("Touchpoint;Month;Count;Passengers", *rows))
    told = reading.read(text, TODAY)
    assert [(line.touchpoint, line.count) for line in told.lines] == [("Queue", 12)]
    said = {problem.row: problem.words for problem in told.problems}
    assert said[3] == "it names no touchpoint."
    assert '"soon" is no day, week or month' in said[4]
    assert '"x" is no count' in said[4]
    assert "still to come" in said[5]
    assert said[6] == "Row 2 has a count of the same touchpoint and period already."


def test_rows_without_a_count_are_counted() -> None:
    days = "\n".join(f"Queue,2026-03-{day:02},{day}" for day in range(1, 21))
    told = reading.read(f"place,day,minutes\n{days}\nStaff,2026-04-02,3", TODAY, Step.MONTH)
    assert told.by_event
    assert [(line.touchpoint, line.count, line.amount) for line in told.lines] == [
        ("Queue", 20, 10.5),
        ("Staff", 1, 3.0),
    ]
    assert (told.lines[0].amount_low, told.lines[0].amount_high) == (6.0, 15.0)
    by_week = reading.read(f"place,day\n{days.replace(',', ', ')}", TODAY, Step.WEEK)
    assert sum(line.count for line in by_week.lines) == 20


def test_a_file_that_is_something_else_says_what_it_lacks() -> None:
    (problem,) = reading.read("a,b,c\n1,2,3", TODAY).problems
    assert problem.words == (
        'The first row names the columns: touchpoint, period, count. It names "a", "b", "c"; '
        "there is no touchpoint and period."
    )
    assert reading.read("", TODAY).problems
    assert reading.read('touchpoint,day,count\n"open', TODAY).problems


def a_counted(db: Any, **over: Any) -> Source:
    values = {"name": "Complaints", "kind": SourceKind.COMPLAINTS, "first_day": TODAY, "last_day": TODAY} | over
    return make_source(db, over.pop("by", None), SourceForm.model_validate(values))


def put(db: Any, source: Source, text: str) -> None:
    put_counts(db, None, source, reading.read(text, TODAY).lines, {})


def test_counts_are_kept_and_compared(both: Database) -> None:
    from tests.cast import the_cast

    with both.writing() as db:
        cast = the_cast(db)
        put(db, a_counted(db), LINES)
        (series,) = queries.series(db, find_actor(db, cast.zaid.id))
        assert (series.per, series.latest.count) == (1_000, 80)
        assert series.latest.figure is not None
        assert series.latest.figure.value == pytest.approx(8.0)
        assert series.change is not None
        assert series.change.tone == "hurt"
        assert series.change.ratio.p == pytest.approx(stats.binomtest(80, 122, 0.5).pvalue, rel=0.05)
        assert queries.beside(db, find_actor(db, cast.gita.id), [series.touchpoint_id]) == {}


def test_small_counts_and_what_would_tell_them_are_withheld(database: Database, cast: Cast) -> None:
    with database.writing() as db:
        source = a_counted(db, minimum_cell=5)
        rows = ("2026-07,12", "2026-08,9", "2026-09,3", "2026 Q3,24", "2026-10,0")
        put(db, source, "touchpoint,period,count\n" + "".join(f"Queue,{row}\n" for row in rows))
        (series,) = queries.series(db, find_actor(db, cast.zaid.id))
        shown = {point.words: point.count for point in series.points}
    assert shown == {"July 2026": 12, "August 2026": 9, "September 2026": None, "2026 Q3": None, "October 2026": 0}
    assert all(point.figure is None for point in series.points if point.count is None)


def test_counts_come_in_by_the_web(app: Pilotage, as_: As, cast: Cast, database: Database) -> None:
    noor = as_(cast.noor)
    form = {"kind": "complaints", "name": "Complaints by mail", "first_day": "2026-01-01", "last_day": "2026-10-31"}
    form |= {"minimum_cell": "1", "figures_for": "employees", "comments_for": "committee", "rows_for": "committee"}
    here = noor.works("/voice/evidence/new", form, "Make")
    look = noor.fill(f"{here}/counts", {"text": LINES + "Desk,soon,3,\n"}, "See what")
    assert look.status_code == 200
    assert "Row 5" in look.text
    assert "Queue" in look.text
    data = {"text": LINES + "Desk,soon,3,\n", "step": "month", "do": "take", "key": noor.key(f"{here}/counts")}
    refused = noor.post(f"{here}/counts", data)
    assert refused.status_code == 422
    assert "Put these rows right, or leave them out." in refused.text
    assert "add them" in refused.text
    assert noor.post(f"{here}/counts", {**data, "leave": "on", "add": "on"}).status_code == 303
    page = as_(cast.zaid).get(here).text
    assert "80 in October 2026, 90 % more than in September 2026, beyond chance" in page
    export = as_(cast.zaid).get(f"{here}/counts.csv").text.splitlines()
    assert len(export) == 4
    overview = as_(cast.zaid).get("/voice/evidence").text
    assert "Complaints about Queue have risen beyond chance since September 2026." in overview
    with database.reading() as db:
        assert {row.count for row in db.scalars(select(EventCount))} == {40, 42, 80}


def test_one_line_by_hand_needs_a_reason_where_one_stands(
    app: Pilotage, as_: As, cast: Cast, database: Database
) -> None:
    with database.writing() as db:
        source = a_counted(db)
        put(db, source, LINES)
        queue = db.scalars(select(col(Touchpoint.id))).one()
    here, noor = f"/voice/evidence/{source.id}/counts/add", as_(cast.noor)
    line = {"touchpoint": str(queue), "first_day": "2026-10-01", "last_day": "2026-10-31", "count": "70"}
    again = noor.send(here, line)
    assert again.status_code == 422
    assert "Another count stands there already" in again.text
    assert noor.send(here, {**line, "reason": "Ten came twice."}).status_code == 303
    with database.reading() as db:
        assert db.scalar(select(col(EventCount.count)).where(col(EventCount.first_day) == date(2026, 10, 1))) == 70
    assert noor.send(here, {**line, "last_day": "2026-09-01"}).status_code == 422


def a_told(db: Any, cast: Cast, **over: Any) -> Source:
    return a_counted(
        db, **{"name": "Interviews", "kind": SourceKind.INTERVIEWS, "department": cast.department.id} | over
    )


def test_a_finding_is_written_changed_and_withdrawn_with_its_trace(
    app: Pilotage, as_: As, cast: Cast, database: Database
) -> None:
    with database.writing() as db:
        source = a_told(db, cast)
    amal, noor = as_(cast.amal), as_(cast.noor)
    words = {
        "words": "Queues split in two.",
        "quote": "I am Maria, call 415-555-0132.",
        "kind": "pain",
        "on": "2026-10-02",
    }
    amal.works(f"/voice/evidence/{source.id}/findings/new", {**words, "said_by": "4", "asked": "9"}, "Write it down")
    page = noor.get(f"/voice/evidence/{source.id}").text
    assert "said by 4 of 9" in page
    assert "415-555-0132" not in page
    assert "[telephone]" in page
    assert "415-555" not in as_(cast.zaid).get(f"/voice/evidence/{source.id}").text
    assert "[telephone]" not in as_(cast.zaid).get(f"/voice/evidence/{source.id}").text  # comments are the committee's
    with database.reading() as db:
        number = db.scalars(select(col(Finding.id))).one()
    here = f"/voice/evidence/findings/{number}"
    assert amal.fill(f"{here}/edit", {"said_by": "12"}, "Keep").status_code == 422
    old = amal.get(f"{here}/edit").text
    assert amal.fill(f"{here}/edit", {"said_by": "5"}, "Keep").status_code == 303
    assert 'value="1"' in old
    late = amal.post(f"{here}/edit", {**words, "version": "1", "said_by": "3", "asked": "9"})
    assert late.status_code == 409
    assert as_(cast.tariq).post(f"{here}/withdraw", {"reason": "No."}).status_code == 403
    assert amal.fill(f"{here}/withdraw", {"reason": "One person said it twice."}, "Withdraw").status_code == 303
    assert "Queues split" not in noor.get(f"/voice/evidence/{source.id}").text
    assert "One person said it twice." in noor.get(here).text
    assert as_(cast.tariq).get(here).status_code == 403


def test_sources_for_some_are_absent_for_others(app: Pilotage, as_: As, cast: Cast, database: Database) -> None:
    with database.writing() as db:
        hidden = a_counted(db, name="Kept back", figures_for=Audience.COMMITTEE)
        put(db, hidden, LINES.replace("Queue", "Secret place"))
    zaid = as_(cast.zaid)
    assert zaid.get(f"/voice/evidence/{hidden.id}").status_code == 404
    assert zaid.get(f"/voice/evidence/{hidden.id}/counts.csv").status_code == 404
    for page in ("/voice/evidence", "/voice/touchpoints", "/voice", "/search?q=Kept"):
        assert "Secret place" not in zaid.get(page).text
        assert "Kept back" not in zaid.get(page).text
    assert "Secret place" in as_(cast.noor).get("/voice/evidence").text
    assert as_(cast.gita).get("/voice/evidence").status_code == 404


@pytest.mark.parametrize("name", ["zaid", "gita", "tariq", "huda"])
def test_who_may_not_bring_evidence_in(app: Pilotage, as_: As, cast: Cast, name: str) -> None:
    who = as_(getattr(cast, name))
    assert who.get("/voice/evidence/new").status_code in (403, 404)
    assert who.post("/voice/evidence/new", {"name": "x"}).status_code in (403, 404)


def test_the_number_of_statements_does_not_depend_on_the_rows(
    app: Pilotage, as_: As, cast: Cast, database: Database
) -> None:
    with database.writing() as db:
        put(db, a_counted(db), LINES)
        number = db.scalars(select(col(Source.id))).one()
    zaid, told = as_(cast.zaid), statements(database)
    pages = ("/voice/evidence", f"/voice/evidence/{number}", "/voice/touchpoints", "/voice/market")

    def counted() -> dict[str, int]:
        found = {}
        for page in pages:
            app.state.figures.until = time.monotonic() + 60  # the frame's own, read now and then
            told.clear()
            assert zaid.get(page).status_code == 200
            found[page] = len([words for words in told if words.startswith("SELECT")])
        return found

    zaid.get("/voice")
    few = counted()
    with database.writing() as db:
        rows = "".join(
            f"Place {place},2026-{month:02},{place},900\n" for place in range(1, 31) for month in range(1, 11)
        )
        put(db, db.get_one(Source, number), "touchpoint,month,count,passengers\n" + rows)
    many = counted()
    assert many == few
    assert all(count <= 10 for count in many.values()), many
