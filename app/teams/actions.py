"""Teams are formed, changed, joined, led, left. Nobody is in a team without their own word."""

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import now
from app.errors import Invalid, Refused, Stale
from app.people.actor import Actor
from app.people.models import Committee, Membership, Team
from app.processes.models import Focus, Process
from app.record.actions import write
from app.teams.models import Competence, MemberCompetence, TeamForm
from app.teams.queries import current, focus, members, prioritised
from app.teams.rules import leads


def form(db: Session, actor: Actor, data: TeamForm) -> Team:
    """Whoever forms a team leads it. It reports to the committee of the first process that it works on."""
    committee = committee_of(db, data.processes)
    if committee is None:
        raise Invalid("There is no committee yet for a team to report to.")
    team = Team(name=data.name, purpose=data.purpose, committee_id=committee)
    db.add(team)
    flush_named(db)
    db.add(Membership(team_id=team.id, person_id=actor.id, lead=True))
    write(db, actor.id, "form", team.ref, figures={"person": actor.id})
    set_focus(db, team, data.processes)
    return team


def committee_of(db: Session, processes: Sequence[int]) -> int | None:
    """Of the first of these processes; else the first committee that there is."""
    known = dict(
        db.execute(select(col(Process.id), col(Process.committee_id)).where(col(Process.id).in_(processes))).all()
    )
    found = next((known[number] for number in processes if number in known), None)
    return found or db.scalars(select(col(Committee.id)).order_by(col(Committee.id)).limit(1)).first()


def flush_named(db: Session) -> None:
    try:
        db.flush()
    except IntegrityError as error:
        raise Stale("A team has this name already.") from error


def lead_only(actor: Actor, team: Team) -> None:
    if not leads(actor, team):
        raise Refused("Only who leads the team does this.")


def change(db: Session, actor: Actor, team: Team, data: TeamForm) -> None:
    lead_only(actor, team)
    if data.version != team.version:
        raise Stale("Somebody changed this after you opened it. Look at it again before you go on.")
    team.name, team.purpose = data.name, data.purpose
    team.version += 1
    flush_named(db)
    set_focus(db, team, data.processes)


def set_focus(db: Session, team: Team, wanted: Sequence[int]) -> None:
    """What the team works on: prioritised processes, and what it worked on before."""
    before = {process.id for process in focus(db, team.id).get(team.id, ())}
    offered = before | {process.id for process in prioritised(db)}
    if not set(wanted) <= offered:
        raise Invalid("Choose among the processes that are prioritised.")
    db.execute(delete(Focus).where(col(Focus.team_id) == team.id, col(Focus.process_id).in_(before - set(wanted))))
    for process in sorted(set(wanted) - before):
        db.add(Focus(team_id=team.id, process_id=process))


def join(db: Session, person_id: int, by: int, team: Team, skill: str = "") -> Membership:
    """In the team from now on, with what they bring. Who is in it already stays as they are, and may bring more."""
    membership = current(db, team, person_id)
    if membership is None:
        membership = Membership(team_id=team.id, person_id=person_id)
        db.add(membership)
        db.flush()
        write(db, by, "come" if by == person_id else "join", team.ref, figures={"person": person_id})
    if skill:
        bring(db, membership, skill)
    return membership


def bring(db: Session, membership: Membership, skill: str) -> None:
    found = the_competence(db, skill)
    key = {"membership_id": membership.id, "competence_id": found.id}
    if db.get(MemberCompetence, (key["membership_id"], key["competence_id"])) is None:
        db.add(MemberCompetence(**key))
        db.flush()


def the_competence(db: Session, name: str) -> Competence:
    """The one that has this name in any case, else a new one."""
    key = name.casefold()
    found = db.scalars(select(Competence).where(col(Competence.key) == key)).first()
    if found is None:
        found = Competence(name=name, key=key)
        db.add(found)
        db.flush()
    return found


def leave(db: Session, actor: Actor, team: Team, person_id: int) -> None:
    """By oneself, or by the lead. The last who leads hands over first, while others are in it."""
    if person_id != actor.id and not leads(actor, team):
        raise Refused("You can leave yourself; the lead can take others out.")
    membership = current(db, team, person_id)
    if membership is None:
        return
    others = [one for one in members(db, team.id) if one.id != person_id]
    if membership.lead and others and not any(one.lead for one in others):
        raise Invalid("Hand the lead over first: a team with people in it has a lead.")
    membership.until = now()
    write(db, actor.id, "leave", team.ref, figures={"person": person_id})
    if not others:
        team.disbanded_at = now()
        team.version += 1
        write(db, actor.id, "disband", team.ref)


def hand_over(db: Session, actor: Actor, team: Team, person_id: int) -> None:
    """Somebody else leads from now on."""
    if not leads(actor, team):
        raise Refused("Only who leads the team hands it over.")
    theirs, mine = current(db, team, person_id), current(db, team, actor.id)
    if theirs is None or mine is None:
        raise Invalid("Only somebody in the team can lead it.")
    if person_id != actor.id:
        theirs.lead, mine.lead = True, False
        write(db, actor.id, "hand_over", team.ref, figures={"person": person_id})
