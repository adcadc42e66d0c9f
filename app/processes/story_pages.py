"""One process: its story on one page."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from fastapi import Depends
from sqlalchemy import Date, cast, null, select, union_all
from sqlalchemy.orm import Session
from sqlmodel import col

from app.changes import counts
from app.columns import today
from app.db import Db
from app.ideas.calls.models import Call
from app.ideas.calls.queries import open_on
from app.ideas.calls.queries import visible_to as calls_visible_to
from app.ideas.models import Idea, Stage
from app.ideas.queries import visible_to as ideas_visible_to
from app.lately import lately
from app.people.actor import Actor, Employee
from app.people.found import found
from app.pilots import queries as pilots
from app.pilots.models import Pilot
from app.processes.alarms.queries import open_alarms
from app.processes.models import Process
from app.processes.priority import Verdict
from app.processes.queries import visible_to
from app.processes.rules import may_edit
from app.processes.story import Story, WaveLine, story
from app.processes.voices import most_telling, other_evidence
from app.talk.section import talk_on
from app.teams.queries import working_on
from app.trail import trail
from app.web import Request, Response, page, router, slow, unchanged

routes = router()
TheProcess = Annotated[Process, Depends(found(Process, visible_to))]
A_FEW = 8
VERDICTS = {
    Verdict.VITAL: "vital beyond doubt",
    Verdict.PERHAPS: "vital, perhaps",
    Verdict.NOT_VITAL: "not vital",
    Verdict.TOO_LITTLE: "too little data to say more",
}


@routes.get("/processes/{id}")
@slow
def show(request: Request, db: Db, actor: Employee, process: TheProcess) -> Response:
    shown = counts(db, "voice", "processes", "ideas", "pilots", "people", "teams", "talk")
    if kept := unchanged(request, actor.rights, actor.department_id, shown):
        return kept
    told = story(db, process)
    ideas, calls = ideas_and_calls(db, actor, process, today(db.info["settings"].time_zone))
    return page(
        request,
        "processes/show.html",
        trail=trail(db, actor, "process", process=process),
        process=process,
        story=told,
        alarms=open_alarms(db, actor, process.id),
        answer=answer(told),
        said=most_telling(db, actor, {part.touchpoint_id: part.weight for part in told.parts}),
        others=other_evidence(db, actor, [part.touchpoint_id for part in told.parts]),
        ideas=ideas,
        calls=calls,
        pilots=pilots_of(db, actor, process),
        may_edit=may_edit(actor, process),
        talk=talk_on(request, db, actor, process.ref, process.committee_id, shown[-1], open=True),
        teams=teams_of(db, process),
    )


def teams_of(db: Session, process: Process) -> Sequence[tuple[int, str]]:
    """The same for everybody until a team comes, goes or takes something else on."""
    key = (process.id, counts(db, "people", "processes", "teams"))
    return lately(db, "teams of processes", 500).or_made(key, lambda: working_on(db, process.id))


def answer(told: Story) -> str:
    """What the first screen says: where it stands, whether that moved, and the gap."""
    latest = told.latest
    if latest is None or latest.performance.value is None:
        unread = "What customers said is still being read." if told.unread else "No customer has been asked yet."
        where = "Too few have answered to say." if latest else unread
    else:
        impact = "" if latest.impact.value is None else f", impact {latest.impact.value:.2f}"
        where = f"{latest.performance.value:.0f} of 100{impact}: {VERDICTS[latest.verdict]}{moved(latest)}."
    past = told.experience
    if past is None or past.gap is None or past.gap.value is None or past.gap.low is None or past.gap.low <= 0:
        return where
    return f"{where} Customers desire {past.gap.value:.1f} points of 10 more than we provide."


def moved(latest: WaveLine) -> str:
    if latest.since is None:
        return ""
    if latest.tone == "quiet":
        return "; no change beyond chance since the wave before"
    way = "fell" if latest.since.change < 0 else "rose"
    return f"; it {way} {abs(latest.since.change):.1f} since the wave before"


def ideas_and_calls(
    db: Session, actor: Actor, process: Process, day: date
) -> tuple[list[tuple[int, str, Stage]], list[tuple[int, str, date]]]:
    """Its latest ideas, and the calls for more that are open to this person, the next to close first. One statement."""
    ideas = (
        select(col(Idea.id), col(Idea.title), col(Idea.stage), cast(null(), Date).label("until"))
        .where(ideas_visible_to(actor), col(Idea.process_id) == process.id)
        .order_by(col(Idea.id).desc())
        .limit(A_FEW)
    )
    calls = (
        select(col(Call.id), col(Call.question), null(), col(Call.closes_on))
        .where(calls_visible_to(actor), col(Call.process_id) == process.id, open_on(day))
        .order_by(col(Call.closes_on), col(Call.id))
        .limit(A_FEW)
    )
    rows = db.execute(union_all(select(ideas.subquery()), select(calls.subquery()))).all()
    asked = sorted((row.until, row.id, row.title) for row in rows if row.until)
    written = sorted(((row.id, row.title, row.stage) for row in rows if not row.until), reverse=True)
    return written, [(number, question, until) for until, number, question in asked]


def pilots_of(db: Session, actor: Actor, process: Process) -> list[pilots.Line]:
    """Each with its step and the effect that was measured."""
    query = pilots.LINES.where(pilots.visible_to(actor), col(Pilot.process_id) == process.id)
    return [pilots.Line(*row) for row in db.execute(query.order_by(*pilots.BY_STEP).limit(A_FEW))]
