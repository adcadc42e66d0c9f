"""`/ideas/{id}`: one idea to read, and its revisions. What changes it is in pages_moves.py and pages_writing.py.

Most who open an idea are nobody in particular to it, and to them all it says the same: that is drawn once, as a
colleague sees it (colleagues.py), and kept until something of it changes. Support and talk are drawn around it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup
from sqlalchemy.orm import Session

from app import web
from app.changes import counts
from app.columns import today
from app.db import Db
from app.frame import Frame
from app.ideas import queries, rules, saying
from app.ideas.ahead import AHEAD
from app.ideas.calls import taking
from app.ideas.citing.queries import citations_of
from app.ideas.colleagues import COLLEAGUE, Seen, seen_by_a_colleague, seen_of
from app.ideas.comparing import side_by_side
from app.ideas.importing.queries import Origin, origin_of
from app.ideas.models import UNANSWERED, Audience, Idea, Stage
from app.ideas.queries import Shown
from app.ideas.similar import showing as related
from app.lately import lately
from app.people.actor import Actor, Visitor
from app.people.queries import paths
from app.processes.standing.queries import standing_for
from app.processes.standing.rules import Standing
from app.review.committees.queries import choices as committees
from app.review.committees.rules import may_pass_on
from app.review.outcomes import outcome_for
from app.review.questions import queries as questions
from app.talk.files import queries as files
from app.talk.section import talk_on
from app.trail import Step, trail
from app.web import Request, Response, ThingId, blank, page, page_of, parts_of, see, unchanged

routes = web.router()
TEMPLATE = "ideas/show.html"
# What the page says of the idea itself. Its title is one of them: a block, too.
TOLD = ("title", "question", "answer", "acts", "told", "facts")
# Whose changes may change that. Neither support nor talk does: an idea that changes has another version.
TOLD_OF = ("people", "processes", "review", "pilots", "record", "voice")
SHOWN = (*TOLD_OF, "ideas", "talk")


@dataclass(frozen=True)
class Told:
    """What the page says of an idea to one kind of reader: its blocks as HTML, and what is drawn around them."""

    blocks: Mapping[str, Markup]
    trail: Sequence[Step]
    origin: Origin | None
    may_support: bool
    veiled: bool


@routes.get("/ideas/{id}")
def show(request: Request, db: Db, actor: Visitor, id: ThingId) -> Response:
    changes = counts(db, *SHOWN)
    if kept := unchanged(request, actor.rights, actor.teams, actor.department_id, changes):
        return kept
    seen = seen_by_a_colleague(db, actor, id)
    if seen:
        told = told_to_all(request, db, actor, seen, changes[: len(TOLD_OF)])
    else:
        shown = queries.find(db, actor, id)
        seen, told = seen_of(shown), told_to(request, db, actor, shown)
    talk = talk_on(
        request,
        db,
        actor,
        f"idea:{id}",
        seen.committee_id,
        changes[-1],
        total=seen.talk,
        follows=seen.follows,
        open=not told.veiled,
    )
    return page_of(
        told.blocks,
        request,
        TEMPLATE,
        trail=told.trail,
        seen=seen,
        origin=told.origin,
        may_support=told.may_support,
        talk=talk,
    )


def told_to_all(request: Request, db: Session, actor: Actor, seen: Seen, changes: tuple[int, ...]) -> Told:
    """As a colleague sees it. Of the reader only their clock stands in it."""
    settings = request.app.state.settings
    colleague = replace(COLLEAGUE, time_zone=actor.time_zone)

    def draw() -> Told:
        return told_to(request, db, colleague, queries.find(db, colleague, seen.id))

    around = (settings.language, settings.root, today(settings.time_zone), actor.time_zone)
    return lately(db, "ideas as told", 200).or_made((seen.id, seen.version, around, changes), draw)


def told_to(request: Request, db: Session, actor: Actor, shown: Shown) -> Told:
    idea = shown.idea
    said = what_is_said(request, db, actor, shown)
    frame = Frame(organisation="", person=actor)  # whose clock the days are told by
    return Told(
        parts_of(request, TEMPLATE, TOLD, frame=frame, **said),
        trail(db, actor, "idea", process=shown.process, idea=idea),
        said["origin"],
        rules.may_support(actor, idea),
        shown.veiled,
    )


def ways(db: Session, actor: Actor, idea: Idea, owner_id: int) -> list[tuple[str, str]]:
    """Where later stages of the loop wait for this person: what it is called, and its address."""
    here = idea.committee_id
    known = {
        ("Score it", f"/review/ideas/{idea.id}"): idea.stage is Stage.IN_REVIEW
        and actor.on(idea.committee_id)
        and actor.id not in idea.concerned_ids,
        ("Say whether it can be run", f"/review/ideas/{idea.id}/owner"): idea.stage in UNANSWERED
        and actor.id == owner_id,
        ("Charter a pilot", f"/pilots/new?idea={idea.id}"): rules.life.may(actor, idea, "charter"),
        ("Pass it on", f"/review/ideas/{idea.id}/pass-on"): may_pass_on(actor, idea) and bool(committees(db, but=here)),
    }
    return [way for way, open_ in known.items() if open_]


def conflict_way(actor: Actor, idea: Idea) -> str:
    """While it is unanswered authors name who should not judge it, and its committee says who may not."""
    if idea.stage not in UNANSWERED or actor.guest:
        return ""
    if rules.author(actor, idea):
        return "Say who should not judge it"
    return "Conflicts with it" if actor.on(idea.committee_id) or actor.id == idea.custodian_id else ""


def what_is_said(request: Request, db: Session, actor: Actor, shown: Shown) -> dict[str, Any]:
    """What the template asks of the idea itself, for this reader."""
    idea = shown.idea
    mine = rules.author(actor, idea)
    told = saying.answer(shown, today(request.app.state.settings.time_zone))
    return {
        "shown": shown,
        "idea": idea,
        "question": saying.question(idea),
        "answer": saying.to_its_author(told) if mine else told,
        "holder": saying.holder(shown, mine=mine),
        "ahead": AHEAD[idea.stage].next,
        "offered": [move for move in rules.life.open_to(actor, idea) if not move.by_form],
        "may_change": rules.may_change(actor, idea),
        "may_name": rules.may_name(actor, idea),
        "may_open": rules.may_open(actor, idea),
        "years": queries.years_of(db, idea.id) if "years" in shown.has else (),
        "departments": departments_named(db, idea),
        "citations": citations_of(db, actor, idea.id) if "citations" in shown.has else (),
        "files": files.of_thing(db, idea.ref, veiled=shown.veiled) if "files" in shown.has else (),
        "conflicts": conflict_way(actor, idea),
        "ways": ways(db, actor, idea, shown.process.owner_id),
        "questions": questions.of_author(db, actor, idea.id) if mine and "questions" in shown.has else (),
        "outcome": outcome_for(db, actor, idea) if idea.answered_at else None,
        "may_invite": rules.may_invite(actor, idea) and not shown.veiled,
        "events": saying.events(queries.past_of(db, shown)),
        "guest": actor.guest,
        "related": related.beside(db, actor, idea, shown.has),
        "answered": answered(db, actor, idea, mine=mine) if "call" in shown.has else None,
        "origin": origin_of(db, idea.id) if "origin" in shown.has else None,
        "jobs": queries.jobs_of(db, idea.id) if "jobs" in shown.has and not actor.guest else [],
        "standing": Standing() if actor.guest else standing_for(db, shown.process.id),
    }


def answered(db: Session, actor: Actor, idea: Idea, *, mine: bool) -> taking.Beside | None:
    """The call that it answers; to its authors also one that had closed before they submitted it."""
    found = taking.beside(db, actor, blank(), idea)
    return found if found and (mine or not found.closed) else None


def departments_named(db: Session, idea: Idea) -> list[str]:
    if idea.audience is not Audience.DEPARTMENTS:
        return []
    names = paths(db)
    return [names[key] for key in queries.departments_of(db, idea.id)]


@routes.get("/ideas/{id}/revisions/{number}")
def revision(request: Request, db: Db, actor: Visitor, id: ThingId, number: ThingId) -> Response:
    shown = queries.find(db, actor, id)
    past = queries.revision(db, id, number)
    years = queries.years_of(db, id, number)
    hung = files.of_thing(db, shown.idea.ref, veiled=shown.veiled, revision=number)
    return page(request, "ideas/revision.html", shown=shown, idea=shown.idea, past=past, years=years, files=hung)


@routes.get("/ideas/{id}/revisions/{one}/{other}")
def compare(request: Request, db: Db, actor: Visitor, id: ThingId, one: ThingId, other: ThingId) -> Response:
    """Any two, the earlier one first."""
    shown = queries.find(db, actor, id)
    before, after = (queries.revision(db, id, number) for number in sorted((one, other)))
    parts = side_by_side(before, after)
    return page(request, "ideas/compare.html", idea=shown.idea, before=before, after=after, parts=parts)


@routes.get("/ideas/{id}/revisions")
def chosen_two(request: Request, db: Db, actor: Visitor, id: ThingId, one: int = 1, other: int = 1) -> Response:
    """The form that chooses two of them leads to the address of the two."""
    idea = queries.find(db, actor, id).idea
    first, second = (min(max(number, 1), max(idea.revision, 1)) for number in (one, other))
    return see(request, f"/ideas/{id}/revisions/{first}/{second}")
