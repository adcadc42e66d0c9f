"""The pipeline: how many ideas stand where, how many got how far, how long they stay, how soon they are answered.

The same for everybody who leads, and kept per process until something of it changes. One grouped count over all ideas;
stays are read from the latest moves of the record alone, so that the page does not grow with its history.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from app.changes import counts
from app.charts import WHOLE
from app.columns import now
from app.ideas.models import UNANSWERED, Idea, Stage
from app.lately import lately
from app.record.models import Entry

LATEST_MOVES = 4000
LATEST_ANSWERS = 2000
A_DAY = timedelta(days=1)

DECIDED = (Stage.APPROVED, Stage.TO_DO, Stage.DECLINED, Stage.RETURNED, Stage.DEFERRED, Stage.IN_PILOT)
IN_REVIEW = (Stage.IN_REVIEW, *DECIDED)
ADMITTED = (Stage.ADMITTED, *IN_REVIEW)
SUBMITTED = (Stage.SUBMITTED, Stage.SENT_BACK, Stage.REFUSED, Stage.WITHDRAWN, *ADMITTED)
# A bar of the funnel: its name, the stages in which an idea has come this far, the stage whose stay is told.
FUNNEL = (
    ("Submitted", SUBMITTED, Stage.SUBMITTED),
    ("Admitted", ADMITTED, Stage.ADMITTED),
    ("In review", IN_REVIEW, Stage.IN_REVIEW),
    ("Decided", DECIDED, Stage.APPROVED),
    ("In pilot", (Stage.IN_PILOT,), Stage.IN_PILOT),
)
# Where ideas can stand, in the order of their life; imported ones are outside of it.
STANDING = (
    *(Stage.DRAFT, Stage.SIGNAL, Stage.SUBMITTED, Stage.SENT_BACK, Stage.ADMITTED, Stage.IN_REVIEW, Stage.RETURNED),
    *(Stage.DEFERRED, Stage.APPROVED, Stage.TO_DO, Stage.IN_PILOT, Stage.DECLINED, Stage.REFUSED, Stage.ANSWERED),
    *(Stage.WITHDRAWN,),
)


@dataclass(frozen=True)
class Standing:
    """How many ideas stand in a stage, how many of them past their promised day, the median stay in days."""

    stage: Stage
    ideas: int
    late: int
    stay: float | None
    moves: int


@dataclass(frozen=True)
class Bar:
    name: str
    n: int
    length: float
    days: float | None
    longest: bool
    note: str
    href: str | None = None

    @property
    def stay(self) -> str:
        if self.days is None:
            return "–"
        return "under a day" if self.days < 1 else f"{self.days:.0f} {'day' if round(self.days) == 1 else 'days'}"


@dataclass(frozen=True)
class Answers:
    """Of the latest answers: how many came in time, and the median days from submitting to the answer."""

    n: int
    in_time: int
    days: float | None


@dataclass(frozen=True)
class Pipeline:
    standing: Sequence[Standing]
    funnel: Sequence[Bar]
    answers: Answers
    unanswered: int
    late: int


def pipeline(db: Session, day: date) -> Pipeline:
    return lately(db, "pipeline", 2).or_made((counts(db, "ideas", "record"), day), lambda: read(db, day))


def read(db: Session, day: date) -> Pipeline:
    by_stage, stays = tally(db, day), stays_in(latest_moves(db))
    standing = [
        Standing(stage, *by_stage.get(stage, (0, 0)), middle(stays[stage]), len(stays[stage])) for stage in STANDING
    ]
    owed = [by_stage.get(stage, (0, 0)) for stage in UNANSWERED]
    return Pipeline(
        standing=[row for row in standing if row.ideas or row.moves],
        funnel=funnel({stage: n for stage, (n, _) in by_stage.items()}, stays),
        answers=answers(db),
        unanswered=sum(n for n, _ in owed),
        late=sum(late for _, late in owed),
    )


def tally(db: Session, day: date) -> dict[Stage, tuple[int, int]]:
    """The one count over all ideas: by stage, how many, and how many past their promised day."""
    late = func.sum(case((col(Idea.promised_on) < day, 1), else_=0))
    query = select(col(Idea.stage), func.count(), late).group_by(col(Idea.stage))
    return {stage: (n, overdue if stage in UNANSWERED else 0) for stage, n, overdue in db.execute(query)}


def latest_moves(db: Session) -> list[tuple[str, datetime, datetime]]:
    """Of the latest moves of ideas: the stage that was left, when, and when it had been entered."""
    earlier = aliased(Entry)
    entered = (
        select(col(earlier.at))
        .where(
            col(earlier.ref) == col(Entry.ref),
            col(earlier.number) < col(Entry.number),
            col(earlier.after) == col(Entry.before),
        )
        .order_by(col(earlier.number).desc())
        .limit(1)
        .correlate(Entry)
        .scalar_subquery()
    )
    query = (
        select(col(Entry.before), col(Entry.at), entered)
        .where(col(Entry.ref).startswith("idea:"), col(Entry.before) != "", col(Entry.before) != col(Entry.after))
        .order_by(col(Entry.number).desc())
        .limit(LATEST_MOVES)
    )
    return [(stage, at, since) for stage, at, since in db.execute(query) if since is not None]


def stays_in(moves: Sequence[tuple[str, datetime, datetime]]) -> dict[str, list[float]]:
    """Days that were spent in each stage, one for each time that it was left."""
    stays: dict[str, list[float]] = defaultdict(list)
    for stage, left, entered in moves:
        stays[stage].append((left - entered) / A_DAY)
    return stays


def middle(values: Sequence[float]) -> float | None:
    return median(values) if values else None


def funnel(ideas: Mapping[Stage, int], stays: Mapping[str, Sequence[float]]) -> list[Bar]:
    """How many got this far, against the first; where they stay longest is marked."""
    reached = [sum(ideas.get(stage, 0) for stage in stages) for _, stages, _ in FUNNEL]
    days = [middle(stays.get(stage, ())) for _, _, stage in FUNNEL]
    longest = max((one for one in days if one is not None), default=None)
    most = max(reached) or 1
    notes = {"Decided": decided_note(ideas)}
    return [
        Bar(
            name,
            n,
            round(WHOLE * n / most, 1),
            stayed,
            longest=stayed is not None and stayed == longest and stayed >= 1,
            note=notes.get(name, ""),
        )
        for (name, _, _), n, stayed in zip(FUNNEL, reached, days, strict=True)
    ]


def decided_note(ideas: Mapping[Stage, int]) -> str:
    told = ((Stage.DECLINED, "declined"), (Stage.DEFERRED, "deferred"), (Stage.TO_DO, "to do"))
    return ", ".join(f"{ideas[stage]:,} {word}" for stage, word in told if ideas.get(stage))


def answers(db: Session) -> Answers:
    """Over the ideas answered in the last year, the latest of them."""
    query = (
        select(col(Idea.submitted_at), col(Idea.answered_at), col(Idea.promised_on))
        .where(col(Idea.answered_at) >= now() - timedelta(days=365), col(Idea.submitted_at).is_not(None))
        .order_by(col(Idea.id).desc())
        .limit(LATEST_ANSWERS)
    )
    rows = db.execute(query).all()
    known = [(sent, answered, promised) for sent, answered, promised in rows if sent and answered]
    in_time = sum(promised is None or answered.date() <= promised for _, answered, promised in known)
    return Answers(len(known), in_time, middle([(answered - sent) / A_DAY for sent, answered, _ in known]))
