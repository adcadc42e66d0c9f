"""Reading the experience: statements, rounds, and the gap of a closed round with its interval."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, false, func, select, true
from sqlalchemy.orm import Session
from sqlmodel import col

from app.estimates import Estimate
from app.people.actor import Actor
from app.processes.causes.queries import touchpoint_figures
from app.processes.experience.gap import Levels, Three, against_survey, by_rater, levels
from app.processes.experience.models import Rating, RatingRound, RatingStage, Sheet, Stands, Statement
from app.processes.models import Process, ProcessDepartment
from app.refs import Kind
from app.voice.models import Touchpoint


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """As processes. Sheets and ratings have no door: nobody reads another's, only figures of enough of them."""
    return false() if actor.guest else true()


kinds = [
    Kind(
        "experience_round",
        RatingRound,
        visible_to,
        RatingRound.name,
        lambda number: f"/processes/{number}/experience",
        parent=RatingRound.process_id,
    ),
    Kind(
        "experience_statement",
        Statement,
        visible_to,
        Statement.words,
        lambda number: f"/processes/{number}/experience",
        parent=Statement.process_id,
    ),
]


@dataclass(frozen=True)
class Line:
    """One statement in one round. `measured`: what a survey says is provided, 0 to 100, with the gap to it."""

    statement: Statement
    levels: Levels | None
    touchpoint: str | None = None
    measured: Estimate | None = None
    measured_gap: Estimate | None = None

    @property
    def tenth(self) -> Estimate | None:
        """The survey's figure on the raters' scale."""
        if self.measured is None or self.measured.value is None:
            return None
        low, high = self.measured.low, self.measured.high
        return Estimate(
            self.measured.value / 10,
            None if low is None else low / 10,
            None if high is None else high / 10,
            self.measured.n,
        )


@dataclass(frozen=True)
class Board:
    """A closed round: each statement, all of them together, and the two sides where both are large enough."""

    round: RatingRound
    lines: Sequence[Line]
    overall: Levels | None
    raters: int
    sides: Mapping[str, Levels]
    bases: Sequence[str]

    @property
    def words(self) -> str:
        if self.overall is None:
            return f"Fewer than {self.round.fewest} have rated, so nothing is shown."
        gap = self.overall.gap
        assert gap.value is not None
        assert gap.low is not None
        assert gap.high is not None
        if gap.low > 0:
            return "Customers desire more than we provide, beyond doubt."
        if gap.high < 0:
            return "We provide more than customers desire, beyond doubt."
        return "What is desired and what is provided cannot be told apart."


def statements(db: Session, process_id: int, *, withdrawn: bool = False) -> Sequence[Statement]:
    gone = col(Statement.withdrawn_at).is_not(None) if withdrawn else col(Statement.withdrawn_at).is_(None)
    query = select(Statement).where(col(Statement.process_id) == process_id, gone)
    return db.scalars(query.order_by(col(Statement.id))).all()


def rounds(db: Session, process_id: int) -> Sequence[RatingRound]:
    """Latest first."""
    query = select(RatingRound).where(col(RatingRound.process_id) == process_id)
    return db.scalars(query.order_by(col(RatingRound.id).desc())).all()


def raters_in(db: Session, round_id: int) -> int:
    return db.scalar(select(func.count()).where(col(Sheet.round_id) == round_id)) or 0


def departments_of(db: Session, process_id: int) -> list[int]:
    query = select(col(ProcessDepartment.department_id)).where(col(ProcessDepartment.process_id) == process_id)
    return list(db.scalars(query))


def my_sheet(db: Session, actor: Actor, round_id: int) -> tuple[Sheet | None, dict[int, Rating]]:
    same = (col(Sheet.round_id) == round_id, col(Sheet.person_id) == actor.id)
    sheet = db.scalars(select(Sheet).where(*same)).first()
    if sheet is None:
        return None, {}
    own = db.scalars(select(Rating).where(col(Rating.sheet_id) == sheet.id))
    return sheet, {rating.statement_id: rating for rating in own}


Given = dict[int, dict[int, Three]]  # by sheet and statement


def given_in(db: Session, round_ids: Sequence[int]) -> tuple[dict[int, Given], dict[int, dict[int, Sheet]]]:
    """Ratings and sheets by round: two statements for all of them."""
    sheets: dict[int, dict[int, Sheet]] = {number: {} for number in round_ids}
    for sheet in db.scalars(select(Sheet).where(col(Sheet.round_id).in_(round_ids)).order_by(col(Sheet.id))):
        sheets[sheet.round_id][sheet.id] = sheet
    query = select(Rating, col(Sheet.round_id)).join(Sheet, col(Sheet.id) == col(Rating.sheet_id))
    found: dict[int, Given] = {number: {} for number in round_ids}
    for rating, round_id in db.execute(query.where(col(Sheet.round_id).in_(round_ids)).order_by(col(Rating.id))):
        three = Three(rating.desired, rating.promised, rating.provided)
        found[round_id].setdefault(rating.sheet_id, {})[rating.statement_id] = three
    return found, sheets


def board(db: Session, round_: RatingRound) -> Board:
    """The figures of a closed round; what was withdrawn since is still there, since it was rated."""
    assert round_.stage is RatingStage.CLOSED
    given, sheets = given_in(db, [round_.id])
    own, signed = given[round_.id], sheets[round_.id]
    rated = {number for ratings in own.values() for number in ratings}
    query = select(Statement, col(Touchpoint.name)).outerjoin(
        Touchpoint, col(Touchpoint.id) == col(Statement.touchpoint_id)
    )
    told = db.execute(query.where(col(Statement.id).in_(rated)).order_by(col(Statement.id))).all()
    figures = touchpoint_figures(db, {one.touchpoint_id for one, _ in told if one.touchpoint_id}) if told else {}
    lines = [a_line(round_, statement, name, own, figures) for statement, name in told]
    everybody = by_rater([list(ratings.values()) for ratings in own.values()])
    return Board(
        round_,
        lines,
        levels(everybody, round_.fewest),
        len(own),
        two_sides(round_, own, signed),
        sorted({sheet.basis for sheet in signed.values() if sheet.basis}) if len(own) >= round_.fewest else [],
    )


def a_line(
    round_: RatingRound,
    statement: Statement,
    touchpoint: str | None,
    own: Given,
    figures: Mapping[str, tuple],  # type: ignore[type-arg]
) -> Line:
    ratings = [ratings[statement.id] for ratings in own.values() if statement.id in ratings]
    measured = figures.get(f"touchpoint:{statement.touchpoint_id}", (None, None, None))[2]
    gap = against_survey([one.desired for one in ratings], measured, round_.fewest)
    return Line(statement, levels(ratings, round_.fewest), touchpoint, measured, gap)


def two_sides(round_: RatingRound, own: Given, sheets: Mapping[int, Sheet]) -> dict[str, Levels]:
    """Apart only where both are large enough: one side alone would tell the other by subtraction."""
    found = {}
    for side in Stands:
        ratings = [
            list(own[number].values()) for number, sheet in sheets.items() if sheet.stands is side and number in own
        ]
        if side_levels := levels(by_rater(ratings), round_.fewest):
            found[side.value] = side_levels
    return found if len(found) == len(Stands) else {}


@dataclass(frozen=True)
class Past:
    """A closed round among the others, for the history."""

    round: RatingRound
    raters: int
    gap: Estimate | None
    kept: Estimate | None


def history(db: Session, process_id: int) -> list[Past]:
    return history_of(db, [one for one in rounds(db, process_id) if one.stage is RatingStage.CLOSED])


def history_of(db: Session, closed: Sequence[RatingRound]) -> list[Past]:
    """Closed rounds, latest first, each with its gap over all statements: the last dozen, in two statements."""
    closed = closed[:12]
    given, _ = given_in(db, [one.id for one in closed])
    found = []
    for round_ in closed:
        own = given[round_.id]
        told = levels(by_rater([list(ratings.values()) for ratings in own.values()]), round_.fewest)
        found.append(Past(round_, len(own), told.gap if told else None, told.kept if told else None))
    return found


def latest(db: Session, process: Process) -> Past | None:
    """The last closed round's gap, for the page of the process."""
    return next(iter(history(db, process.id)), None)
