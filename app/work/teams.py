"""What waits for somebody among teams and calls: to answer, to accept, to release, to hand in, to conclude."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import Date, Select, and_, cast, literal, null, or_, select, union_all
from sqlalchemy.orm import Session
from sqlmodel import col

from app.ideas.calls.models import Call, CallStage
from app.people.actor import Actor
from app.people.models import Person, Team
from app.processes.models import Process
from app.teams.invitations.models import InvitationStage, TeamInvitation
from app.teams.mandates.models import ALIVE, Mandate, MandateStage, Owed, Release, ReleaseStage
from app.teams.models import Competence
from app.teams.queries import uncovered
from app.teams.seats.models import Claim, ClaimStage, TeamSeat
from app.todo import Todo

RUNNING = (CallStage.PLANNED, CallStage.OPEN)
VERBS = {
    "invited": ("Answer the invitation to", "Answer"),
    "claim": ("Answer a claim:", "Answer"),
    "mandate": ("Accept the mandate of", "Mandate"),
    "hours": ("Release hours for", "Hours"),
    "owe": ("Hand in", "Hand in"),
    "owed": ("Ask for", "Ask"),
    "back": ("Give the next version to", "Mandate"),
    "free": ("Find a team for", "Team"),
    "call": ("Say what came of", "Say"),
}


def waiting(db: Session, actor: Actor, day: date) -> list[Todo]:
    """One statement for all kinds that may concern this person."""
    found = db.execute(union_all(*parts(actor, day)).limit(100)).all()
    return [todo(row, day) for row in sorted(found, key=lambda row: (row.due or date.max, row.kind, row.id))]


def line(kind: str, into: Any, id: Any, title: Any, sub: Any, due: Any = None) -> Select[Any]:
    fields = (literal(kind).label("kind"), into.label("into"), id.label("id"), title.label("title"))
    day = (cast(null(), Date) if due is None else due).label("due")
    query: Select[Any] = select(*fields, sub.label("sub"), day)
    return query


def parts(actor: Actor, day: date) -> Iterator[Select[Any]]:
    there, team = col(Team.disbanded_at).is_(None), col(Team.name)
    yield (
        line("invited", col(Team.id), col(TeamInvitation.id), team, literal(""))
        .join_from(TeamInvitation, Team, col(Team.id) == TeamInvitation.team_id)
        .where(
            there,
            col(TeamInvitation.person_id) == actor.id,
            col(TeamInvitation.stage) == InvitationStage.SENT,
        )
    )
    yield (
        line("hours", col(Mandate.id), col(Release.id), col(Person.name), team)
        .join_from(Release, Mandate, col(Mandate.id) == Release.mandate_id)
        .join(Team, col(Team.id) == Mandate.team_id)
        .join(Person, col(Person.id) == Release.person_id)
        .where(there, col(Release.stage) == ReleaseStage.ASKED, col(Mandate.stage).in_(ALIVE))
        .where(asked_of(actor), col(Release.person_id) != actor.id)
    )
    if actor.leads:
        yield from leads(actor)
    headed = [committee for committee in actor.seats if actor.chairs(committee)]
    if headed:
        yield from chairs(actor, headed, day)


def asked_of(actor: Actor) -> Any:
    """The member's manager; the chair where there is none, or none who can sign in."""
    headed = [committee for committee in actor.seats if actor.chairs(committee)]
    gone = select(col(Person.id)).where(or_(col(Person.disabled_at).is_not(None), col(Person.erased_at).is_not(None)))
    nobody = or_(col(Release.asked_of).is_(None), col(Release.asked_of).in_(gone))
    own = col(Release.asked_of) == actor.id
    chairs_it = and_(nobody, col(Team.committee_id).in_(headed), col(Team.id).not_in(actor.teams))
    return or_(own, chairs_it) if headed else own


def leads(actor: Actor) -> Iterator[Select[Any]]:
    yield (
        line("claim", col(TeamSeat.id), col(Claim.id), col(Person.name), col(Competence.name))
        .join_from(Claim, TeamSeat, col(TeamSeat.id) == Claim.seat_id)
        .join(Person, col(Person.id) == Claim.person_id)
        .join(Competence, col(Competence.id) == TeamSeat.competence_id)
        .where(col(TeamSeat.team_id).in_(actor.leads), col(Claim.stage) == ClaimStage.MADE)
    )
    yield (
        line("mandate", col(Mandate.id), col(Mandate.id), col(Team.name), col(Process.name))
        .join_from(Mandate, Team, col(Team.id) == Mandate.team_id)
        .join(Process, col(Process.id) == Mandate.process_id)
        .where(col(Mandate.team_id).in_(actor.leads), col(Mandate.stage) == MandateStage.OFFERED)
    )
    yield owed("owe").where(col(Mandate.team_id).in_(actor.leads))


def owed(kind: str) -> Select[Any]:
    return (
        line(kind, col(Mandate.id), col(Owed.id), col(Owed.what), col(Team.name), col(Owed.due))
        .join_from(Owed, Mandate, col(Mandate.id) == Owed.mandate_id)
        .join(Team, col(Team.id) == Mandate.team_id)
        .where(col(Owed.done_at).is_(None), col(Mandate.stage) == MandateStage.ACCEPTED)
        .where(col(Team.disbanded_at).is_(None))
    )


def chairs(actor: Actor, headed: list[int], day: date) -> Iterator[Select[Any]]:
    """Only what is late is the chair's to ask for; what falls due is the team's."""
    theirs = (col(Team.committee_id).in_(headed), col(Team.id).not_in(actor.teams))
    yield owed("owed").where(*theirs, col(Owed.due) < day)
    yield (
        line("back", col(Mandate.id), col(Mandate.id), col(Team.name), col(Process.name))
        .join_from(Mandate, Team, col(Team.id) == Mandate.team_id)
        .join(Process, col(Process.id) == Mandate.process_id)
        .where(*theirs, col(Team.disbanded_at).is_(None), col(Mandate.stage) == MandateStage.HANDED_BACK)
    )
    yield (
        line("free", col(Process.id), col(Process.id), col(Process.name), literal(""))
        .select_from(Process)
        .where(uncovered(), col(Process.committee_id).in_(headed))
    )
    ended = or_(col(Call.stage) == CallStage.CLOSED, and_(col(Call.stage).in_(RUNNING), col(Call.closes_on) < day))
    yield (
        line("call", col(Call.id), col(Call.id), col(Call.question), literal(""))
        .select_from(Call)
        .where(col(Call.committee_id).in_(headed), ended, col(Call.concluded_at).is_(None))
    )


def todo(row: Any, day: date) -> Todo:
    verb, word = VERBS[row.kind]
    key, title, due = f"{row.kind} {row.id}", row.title, row.due
    match row.kind:
        case "invited":
            return Todo(verb, f"/teams/{row.into}", key, day, title=title, rest="", word=word)
        case "claim":
            return Todo(verb, f"/teams/seats/{row.into}", key, day, title=title, rest=f"for {row.sub}", word=word)
        case "free":
            sub = "Prioritised, and no team works on it"
            return Todo(verb, "/teams#free", key, day, title=title, sub=sub, word=word)
        case "call":
            sub = "The call has closed, and whoever answered wants to know"
            return Todo(verb, f"/calls/{row.into}#conclude", key, day, title=title, sub=sub, word=word)
        case "hours":
            sub = f"Asked for team {row.sub}"
        case "owe" | "owed":
            sub = f"Team {row.sub} owes it to the committee"
        case _:
            sub = f"{row.sub} · {'the lead handed it back' if row.kind == 'back' else 'given by the chair'}"
    anchor = {"hours": "#hours", "owe": "#owed", "owed": "#owed"}.get(row.kind, "")
    return Todo(verb, f"/teams/mandates/{row.into}{anchor}", key, day, title=title, sub=sub, due=due, word=word)
