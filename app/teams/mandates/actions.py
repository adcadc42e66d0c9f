"""A mandate is given, answered, worked off, replaced by its next version; all of it on the record."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import now
from app.db import lock
from app.errors import Invalid, Missing, Refused, Stale
from app.people.actor import Actor
from app.people.models import Person, Team
from app.people.reporting import reports_to
from app.processes.models import Focus, Process
from app.record.actions import write
from app.record.models import Entry
from app.teams.mandates.forms import DoneForm, Given, ReleaseForm
from app.teams.mandates.models import Mandate, MandateStage, Owed, Release, ReleaseStage
from app.teams.mandates.queries import newest_number, stands
from app.teams.mandates.rules import life, may_hand_in, may_release, may_take_back
from app.teams.rules import chair
from app.workflow import guarded_update

LATE = "Another version was given after you opened this. Look at it before you give the next one."


def chair_only(actor: Actor, team: Team) -> None:
    if not chair(actor, team):
        raise Refused("The chair of the team's committee gives a mandate, and not to a team of their own.")


def give(db: Session, actor: Actor, team: Team, data: Given) -> Mandate:
    """A first version or the next one. What was done, and hours that were released, hold on where they are the same."""
    chair_only(actor, team)
    process = db.get(Process, data.form.process)
    if process is None or not actor.chairs(process.committee_id):
        raise Invalid("Choose a process of your committee.")
    before = stands(db, team.id, process.id)
    if (before.number if before else 0) != (data.form.version or 0):
        raise Stale(LATE)
    if before is not None:
        guarded_update(db, before, "stage", before.stage, stage=MandateStage.REPLACED)
    made = new_version(db, actor, team, process, data)
    add_owed(db, made, data, before)
    add_hours(db, actor, made, data, before)
    take_on(db, team, process)
    return made


def new_version(db: Session, actor: Actor, team: Team, process: Process, data: Given) -> Mandate:
    form = data.form
    made = Mandate(
        team_id=team.id,
        process_id=process.id,
        number=newest_number(db, team.id, process.id) + 1,
        given_by=actor.id,
        **{name: getattr(form, name) for name in ("measure", "figure_now", "figure_wanted", "target")},
        **{name: getattr(form, name) for name in ("from_on", "until_on")},
    )
    db.add(made)
    try:
        db.flush()
    except IntegrityError as error:
        raise Stale(LATE) from error
    write(
        db,
        actor.id,
        "mandate",
        team.ref,
        after=made.stage.value,
        figures=figures_of(made, data),
        words={"measure": form.measure, **({"target": form.target} if form.target else {})},
    )
    return made


def figures_of(made: Mandate, data: Given) -> dict[str, Any]:
    return {
        "mandate": made.id,
        "number": made.number,
        "process": made.process_id,
        "wanted": f"{made.figure_wanted:g}",
        "from": made.from_on.isoformat(),
        "until": made.until_on.isoformat(),
        "owed": [one.due.isoformat() for one in data.owed],
        "hours": sum(data.hours.values()),
    }


def add_owed(db: Session, made: Mandate, data: Given, before: Mandate | None) -> None:
    done = {}
    if before is not None:
        query = select(Owed).where(col(Owed.mandate_id) == before.id, col(Owed.done_at).is_not(None))
        done = {one.what: one for one in db.scalars(query)}
    for place, due in enumerate(data.owed):
        was = done.get(due.what)
        db.add(
            Owed(
                mandate_id=made.id,
                place=place,
                what=due.what,
                due=due.due,
                done_at=was.done_at if was else None,
                done_by=was.done_by if was else None,
                words=was.words if was else "",
            )
        )
    db.flush()


def add_hours(db: Session, actor: Actor, made: Mandate, data: Given, before: Mandate | None) -> None:
    """Whom each member reports to is asked, the chair where there is nobody; hours that were released for no less stay
    released."""
    known = {}
    if before is not None:
        query = select(Release).where(col(Release.mandate_id) == before.id, col(Release.stage) == ReleaseStage.RELEASED)
        known = {one.person_id: one for one in db.scalars(query)}
    bosses = reports_to(db, data.hours)
    for person_id, hours in sorted(data.hours.items()):
        above = bosses[person_id].id if person_id in bosses else None
        release = Release(mandate_id=made.id, person_id=person_id, hours=hours, asked_of=above)
        was = known.get(person_id)
        if was is not None and hours <= was.hours:
            release.stage, release.words = was.stage, was.words
            release.answered_by, release.answered_at = was.answered_by, was.answered_at
        db.add(release)
        db.flush()
        if release.stage is ReleaseStage.ASKED and above is not None:
            figures = {"person": above, "of": person_id, "hours": hours, "mandate": made.id}
            write(db, actor.id, "ask_hours", made.ref, figures=figures)


def take_on(db: Session, team: Team, process: Process) -> None:
    """A team works on what it has a mandate for."""
    here = select(col(Focus.id)).where(col(Focus.team_id) == team.id, col(Focus.process_id) == process.id)
    if db.scalar(here) is None:
        db.add(Focus(team_id=team.id, process_id=process.id))


def move(db: Session, actor: Actor, team: Team, mandate: Mandate, name: str, note: str, version: int | None) -> Entry:
    if name == "end_mandate" and mandate.stands and not chair(actor, team):
        raise Refused("The chair of the team's committee ends a mandate.")
    figures = {"mandate": mandate.id, "process": mandate.process_id}
    answered: dict[str, Any] = {"answered_by": actor.id, "answered_at": now()}
    return life.make(db, actor, mandate, name, note, version=version, figures=figures, **answered)


def hand_in(db: Session, actor: Actor, team: Team, mandate: Mandate, owed_id: int, data: DoneForm) -> str:
    """The lead says that something owed is there; the chair that it is not what was owed."""
    query = select(Owed).where(col(Owed.id) == owed_id, col(Owed.mandate_id) == mandate.id)
    owed = db.scalars(query.with_for_update() if lock(db) else query).first()
    if owed is None:
        raise Missing()
    figures = {"mandate": mandate.id, "owed": owed.id, "due": owed.due.isoformat()}
    words = {"reason": data.note} if data.note else None
    if data.name == "hand_in":
        in_force(mandate)
        if owed.done_at is not None:
            raise Stale("It is handed in already.")
        if not may_hand_in(actor, team, mandate, owed):
            raise Refused("Only who leads the team hands in what it owes.")
        owed.done_at, owed.done_by, owed.words = now(), actor.id, data.note
        write(db, actor.id, "deliver", mandate.ref, figures=figures, words=words)
        return "Handed in. The chair hears of it."
    in_force(mandate)
    if owed.done_at is None:
        raise Stale("It is open already.")
    if not may_take_back(actor, team, mandate, owed):
        raise Refused("Only the chair says that it is not what was owed.")
    if not data.note:
        raise Invalid("Give a reason: the team reads it.")
    owed.done_at, owed.done_by, owed.words = None, None, data.note
    write(db, actor.id, "undeliver", mandate.ref, figures=figures, words=words)
    return "It is owed again."


def in_force(mandate: Mandate) -> None:
    if mandate.stage is not MandateStage.ACCEPTED:
        raise Stale(f"This mandate is {mandate.stage.value}.")


def release(db: Session, actor: Actor, team: Team, mandate: Mandate, release_id: int, data: ReleaseForm) -> str:
    """A manager's yes or no; it can be said otherwise as long as the mandate stands."""
    query = select(Release).where(col(Release.id) == release_id, col(Release.mandate_id) == mandate.id)
    asked = db.scalars(query.with_for_update() if lock(db) else query).first()
    if asked is None:
        raise Missing()
    if not mandate.stands:
        raise Stale(f"This mandate is {mandate.stage.value}.")
    manager = db.get(Person, asked.asked_of) if asked.asked_of else None
    if not may_release(actor, team, mandate, asked, manager):
        raise Refused("Whom the member reports to releases the hours; the chair where there is nobody.")
    if data.name == "refuse" and not data.note:
        raise Invalid("Give a reason: the member, the team's lead and the committee read it.")
    before = asked.stage
    asked.stage = ReleaseStage.RELEASED if data.name == "release" else ReleaseStage.REFUSED
    asked.words, asked.answered_by, asked.answered_at = data.note, actor.id, now()
    figures = {"mandate": mandate.id, "person": asked.person_id, "hours": asked.hours}
    words = {"reason": data.note} if data.note else None
    move_name = "release_hours" if data.name == "release" else "refuse_hours"
    after = asked.stage.value
    write(db, actor.id, move_name, mandate.ref, before=before.value, after=after, figures=figures, words=words)
    return "Released." if data.name == "release" else "Refused, with your reason."
