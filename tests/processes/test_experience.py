"""The experience, rated: who rates, privately, and the gap with its interval."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from sqlalchemy import select
from sqlmodel import col

from app.db import Database
from app.errors import Stale
from app.estimates import Estimate
from app.main import Pilotage
from app.people.actor import find_actor
from app.people.models import Person
from app.processes.experience import actions
from app.processes.experience.gap import Three, against_survey, by_rater, levels
from app.processes.experience.models import Rating, RatingRound, RatingRoundForm, SheetForm, StatementForm
from app.processes.experience.queries import board, history
from app.processes.models import Focus, ProcessDepartment, ProcessTouchpoint
from app.record.models import Entry
from app.record.queries import verify
from app.voice.models import Touchpoint
from tests.cast import Cast, the_cast
from tests.client import Browser
from tests.makers import a_person
from tests.voice.sources import a_map, a_source

As = Callable[..., Browser]
RATINGS = [Three(9, 8, 5), Three(10, 8, 6), Three(8, 9, 6), Three(9, 7, 3), Three(10, 9, 7), Three(7, 8, 6)]


# The maths


def test_the_gap_is_a_paired_t() -> None:
    told = levels(RATINGS, 5)
    assert told is not None
    desired, promised, provided = (
        np.array([getattr(one, name) for one in RATINGS]) for name in ("desired", "promised", "provided")
    )
    for found, first, second in ((told.gap, desired, provided), (told.kept, promised, provided)):
        exact = stats.ttest_rel(first, second).confidence_interval(0.95)
        assert found.value == pytest.approx((first - second).mean())
        assert (found.low, found.high) == pytest.approx((exact.low, exact.high), rel=0.005)
    assert told.n == 6


def test_fewer_than_the_setting_are_withheld() -> None:
    assert levels(RATINGS[:4], 5) is None
    assert levels(RATINGS[:5], 5) is not None
    assert levels(RATINGS, 7) is None
    assert levels([], 5) is None


def test_a_mean_stays_on_its_scale() -> None:
    told = levels([Three(10, 10, 0)] * 5 + [Three(9, 10, 0)], 5)
    assert told is not None
    assert told.desired.high == 10.0
    assert told.provided.low == 0.0


def test_a_rater_counts_once() -> None:
    assert by_rater([[Three(10, 8, 4), Three(8, 8, 2)], [], [Three(6, 6, 6)]]) == [Three(9, 8, 3), Three(6, 6, 6)]


def test_against_a_survey_it_is_welchs_t() -> None:
    desired = [9.0, 10, 8, 9, 10, 7]
    random = np.random.default_rng(3)
    answers = random.normal(56, 21, 80)
    half = stats.t.ppf(0.975, 79) * answers.std(ddof=1) / np.sqrt(80)
    measured = Estimate(answers.mean(), answers.mean() - half, answers.mean() + half, 80)
    found = against_survey(desired, measured, 5)
    exact = stats.ttest_ind(desired, answers / 10, equal_var=False).confidence_interval(0.95)
    assert found is not None
    assert (found.low, found.high) == pytest.approx((exact.low, exact.high), rel=0.01)
    assert against_survey(desired[:4], measured, 5) is None
    assert against_survey(desired, None, 5) is None


# The pages


@pytest.fixture
def rated(app: Pilotage, cast: Cast) -> Cast:
    """The department of Amal, Badr, Zaid and others stands behind screening; two statements, a round open."""
    with app.state.database.writing() as db:
        db.add(ProcessDepartment(process_id=cast.process.id, department_id=cast.department.id))
        huda = find_actor(db, cast.huda.id)
        for words in ("I know how long it takes", "Somebody greets me"):
            actions.add_statement(db, huda, cast.process, StatementForm(words=words))
        actions.open_round(db, huda, cast.process, RatingRoundForm(name="Autumn"))
    return cast


def at(cast: Cast) -> str:
    return f"/processes/{cast.process.id}/experience"


def sheet(first: Three, second: Three | None = None, version: int = 0, **over: str) -> dict[str, str]:
    given = {"stands": "as one of us", "basis": "", "version": str(version)}
    for number, three in enumerate((first, second), start=1):
        if three:
            said = (("desired", three.desired), ("promised", three.promised), ("provided", three.provided))
            given |= {f"{name}-{number}": str(int(value)) for name, value in said}
    return given | over


def test_who_sees_and_who_rates(as_: As, rated: Cast) -> None:
    mine = f"{at(rated)}/rounds/1"
    assert [as_(one).get(at(rated)).status_code for one in (rated.tariq, rated.gita, None)] == [200, 404, 303]
    for person in (rated.zaid, rated.amal, rated.huda, rated.noor, rated.sami):
        assert as_(person).get(mine).status_code == 200, person.name
    for person, status in ((rated.tariq, 403), (rated.gita, 404)):
        assert as_(person).get(mine).status_code == status
        assert as_(person).post(mine, sheet(RATINGS[0])).status_code == status
    with pytest.raises(AssertionError):
        as_(rated.tariq).works(at(rated), {}, "Close it")
    assert as_(rated.zaid).move(mine, "close").status_code == 403


def test_a_team_that_works_on_it_rates(app: Pilotage, as_: As, rated: Cast) -> None:
    with app.state.database.writing() as db:
        db.get_one(Person, rated.amal.id).department_id = None
    assert as_(rated.amal).get(f"{at(rated)}/rounds/1").status_code == 403
    with app.state.database.writing() as db:
        db.add(Focus(team_id=rated.team.id, process_id=rated.process.id))
    assert as_(rated.amal).get(f"{at(rated)}/rounds/1").status_code == 200


def raters(app: Pilotage, cast: Cast, count: int) -> list[Person]:
    with app.state.database.writing() as db:
        return [a_person(db, f"Rater {number}", department_id=cast.department.id) for number in range(count)]


def test_the_gap_of_a_closed_round(app: Pilotage, as_: As, rated: Cast) -> None:
    mine = f"{at(rated)}/rounds/1"
    for person, three in zip(raters(app, rated, 6), RATINGS, strict=True):
        second = Three(8, 8, 8) if three.desired > 8 else None
        assert as_(person).post(mine, sheet(three, second)).status_code == 303
    page = as_(rated.zaid).get(at(rated)).text
    assert "6 sheets are in" in page
    assert "The gap" not in page, "nothing is shown while it is open"
    assert as_(rated.huda).move(mine, "close").status_code == 303
    page = as_(rated.tariq).get(at(rated)).text
    assert "beyond doubt" in page
    assert "withheld: fewer than 5 rated it" in page
    with app.state.database.reading() as db:
        told = board(db, db.get_one(RatingRound, 1))
        assert told.overall is not None
        first, second = told.lines
        assert first.levels is not None
        assert second.levels is None
        exact = np.mean([one.desired - one.provided for one in RATINGS])
        assert first.levels.gap.value == pytest.approx(exact)
        entry = db.scalars(select(Entry).where(col(Entry.move) == "close")).one()
        assert '"raters":6' in entry.figures.replace(" ", "")
        assert verify(db, app.state.database.known["record_keys"]).intact
    assert as_(rated.zaid).post(mine, sheet(RATINGS[0])).status_code == 409
    assert as_(rated.zaid).get(mine).status_code == 303


def test_nobody_reads_a_sheet(app: Pilotage, as_: As, rated: Cast) -> None:
    """Four have rated: nothing of it is shown to anybody, closed or not; the record holds a commitment alone."""
    mine = f"{at(rated)}/rounds/1"
    for person, three in zip(raters(app, rated, 4), RATINGS[:4], strict=True):
        over = {"stands": "on behalf of customers", "basis": "Twelve interviews"}
        assert as_(person).post(mine, sheet(three, **over)).status_code == 303
    assert as_(rated.huda).move(mine, "close").status_code == 303
    for person in (rated.huda, rated.noor, rated.root, rated.layla):
        page = as_(person).get(at(rated)).text
        assert "Fewer than 5 have rated" in page
        assert "Twelve interviews" not in page
    with app.state.database.reading() as db:
        entries = db.scalars(select(Entry).where(col(Entry.move) == "rate")).all()
        assert {entry.figures for entry in entries} == {"{}"}
        close = db.scalars(select(Entry).where(col(Entry.move) == "close")).one()
        assert '"gap":""' in close.figures.replace(" ", "")


def test_two_sides_are_told_apart_only_where_both_are_large(app: Pilotage, as_: As, rated: Cast) -> None:
    mine = f"{at(rated)}/rounds/1"
    for place, person in enumerate(raters(app, rated, 9)):
        over = {"stands": "on behalf of customers", "basis": "At the counter"} if place < 4 else {}
        as_(person).post(mine, sheet(RATINGS[place % 6], **over))
    as_(rated.huda).move(mine, "close")
    page = as_(rated.zaid).get(at(rated)).text
    assert "The two sides apart" not in page
    assert "At the counter" in page


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"desired-1": "9"}, "Rate all three, or leave all three empty."),
        ({"desired-1": "11", "promised-1": "1", "provided-1": "1"}, "whole number from 0 to 10"),
        ({"desired-1": "-1", "promised-1": "1", "provided-1": "1"}, "whole number from 0 to 10"),
        ({}, "Rate at least one statement."),
        ({"desired-9": "1", "promised-9": "1", "provided-9": "1"}, "not to be rated here"),
        (sheet(RATINGS[0], stands="on behalf of customers"), "Say how you know"),
        (sheet(RATINGS[0], stands="as a god"), "Choose one of the offered answers."),
        (sheet(RATINGS[0], person="1"), "This form has no such field."),
    ],
)
def test_mistakes_on_a_sheet(as_: As, rated: Cast, given: dict[str, str], words: str) -> None:
    answer = as_(rated.zaid).post(f"{at(rated)}/rounds/1", {"version": "0"} | given)
    assert answer.status_code == 422
    assert words in answer.text


def test_a_sheet_is_amended_until_it_is_closed(app: Pilotage, as_: As, rated: Cast) -> None:
    zaid, mine = as_(rated.zaid), f"{at(rated)}/rounds/1"
    assert zaid.post(mine, sheet(RATINGS[0], RATINGS[1])).status_code == 303
    assert zaid.post(mine, sheet(RATINGS[2])).status_code == 409, "handed in from a page that knew of no sheet"
    assert 'value="5" selected' in zaid.get(mine).text
    assert zaid.post(mine, sheet(RATINGS[2], version=1)).status_code == 303
    with app.state.database.reading() as db:
        assert [(one.desired, one.provided) for one in db.scalars(select(Rating))] == [(8, 6)]


def test_statements_stay_while_they_are_rated(as_: As, rated: Cast) -> None:
    huda = as_(rated.huda)
    assert huda.post(f"{at(rated)}/statements/1/withdraw").status_code == 409
    assert as_(rated.zaid).post(f"{at(rated)}/statements/1/withdraw").status_code == 403
    assert huda.move(f"{at(rated)}/rounds/1", "cancel").status_code == 422
    assert huda.move(f"{at(rated)}/rounds/1", "cancel", "Wrong words").status_code == 303
    assert huda.post(f"{at(rated)}/statements/1/withdraw").status_code == 303
    assert huda.post(f"{at(rated)}/statements/1/withdraw").status_code == 409
    given = {"words": "It is quiet", "touchpoint": ""}
    assert huda.send(at(rated), given, action=f"{at(rated)}/statements").status_code == 303
    assert huda.send(at(rated), {"words": "x"}, action=f"{at(rated)}/statements").status_code == 422
    again = {"name": "Winter", "fewest": "4"}
    assert huda.send(at(rated), again, action=f"{at(rated)}/rounds").status_code == 422
    assert huda.send(at(rated), again | {"fewest": "6"}, action=f"{at(rated)}/rounds").status_code == 303


def test_what_a_survey_measured_stands_beside_it(app: Pilotage, as_: As, cast: Cast, tmp_path: Path) -> None:
    a_source(app.state.database, tmp_path, a_map())
    with app.state.database.writing() as db:
        queue = db.scalars(select(Touchpoint).where(col(Touchpoint.name) == "Queue")).one().id
        db.add(ProcessTouchpoint(process_id=cast.process.id, touchpoint_id=queue))
        db.add(ProcessDepartment(process_id=cast.process.id, department_id=cast.department.id))
    huda = as_(cast.huda)
    given = {"words": "The queue moves", "touchpoint": str(queue)}
    assert huda.send(at(cast), given, action=f"{at(cast)}/statements").status_code == 303
    wrong = {"words": "The queue moves", "touchpoint": "99"}
    assert huda.send(at(cast), wrong, action=f"{at(cast)}/statements").status_code == 422
    huda.send(at(cast), {"name": "Autumn", "fewest": "5"}, action=f"{at(cast)}/rounds")
    for person, three in zip(raters(app, cast, 5), RATINGS, strict=False):
        assert as_(person).post(f"{at(cast)}/rounds/1", sheet(three)).status_code == 303
    huda.move(f"{at(cast)}/rounds/1", "close")
    assert "measured at Queue" in as_(cast.zaid).get(at(cast)).text


def test_on_both_databases(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        process, huda = cast.process, find_actor(db, cast.huda.id)
        one = actions.add_statement(db, huda, process, StatementForm(words="It is quiet")).id
        db.add(ProcessDepartment(process_id=process.id, department_id=cast.department.id))
        people = [a_person(db, f"R{n}", department_id=cast.department.id).id for n in range(6)]
        round_id = actions.open_round(db, huda, process, RatingRoundForm(name="Autumn")).id
    with pytest.raises(Stale), both.writing() as db:
        actions.open_round(db, huda, process, RatingRoundForm(name="Winter"))
    with both.writing() as db:
        round_ = db.get_one(RatingRound, round_id)
        for person, three in zip(people, RATINGS, strict=True):
            actions.rate(db, find_actor(db, person), round_.process, round_, SheetForm(), {one: three})
        actions.move(db, huda, round_, "close", "", 1)
    with both.reading() as db:
        (past,) = history(db, process.id)
        assert past.raters == 6
        assert past.gap is not None
        assert past.gap.value == pytest.approx(np.mean([three.desired - three.provided for three in RATINGS]))


def test_the_page_asks_few_questions(app: Pilotage, as_: As, rated: Cast, statements: Callable[..., int]) -> None:
    for person in raters(app, rated, 12):
        as_(person).post(f"{at(rated)}/rounds/1", sheet(RATINGS[0], RATINGS[1]))
    as_(rated.huda).move(f"{at(rated)}/rounds/1", "close")
    zaid = as_(rated.zaid)
    zaid.get(at(rated))
    assert statements(lambda: zaid.get(f"{at(rated)}?round=1")) <= 10
