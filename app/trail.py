"""The trail: where on the loop a process, an idea or a pilot stands, what came before it and what comes next."""

from dataclasses import dataclass, replace

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.changes import counts
from app.ideas.models import Idea, Stage
from app.ideas.queries import visible_to
from app.lately import lately
from app.people.actor import Actor
from app.pilots.models import Pilot, PilotStage
from app.processes.models import Process
from app.processes.standing.queries import standing_for
from app.review.models import Round, RoundIdea, RoundStage
from app.voice.models import Outcome, Source
from app.voice.queries import headline
from app.web.rendering import day_words, number_words

ORDER = ("voice", "process", "idea", "review", "pilot", "effect")
DECIDED = (Stage.APPROVED, Stage.TO_DO, Stage.IN_PILOT, Stage.DECLINED, Stage.DEFERRED, Stage.RETURNED)

# Made once: to put a statement together costs more than to run it.
PILOT = select(Pilot).where(col(Pilot.idea_id) == bindparam("idea"))
ROUND = (
    select(col(Round.id), col(Round.committee_id), col(Round.name), col(Round.due))
    .join(RoundIdea, col(RoundIdea.round_id) == col(Round.id))
    .where(
        col(RoundIdea.idea_id) == bindparam("idea"),
        col(RoundIdea.live).is_(True),
        col(Round.stage).in_((RoundStage.OPEN, RoundStage.CLOSED)),
    )
)


@dataclass(frozen=True)
class Step:
    kind: str
    title: str
    sub: str = ""
    href: str | None = None
    state: str = "ahead"
    reached: bool = False  # whether the thing has come this far


def trail(
    db: Session,
    actor: Actor,
    here: str,
    process: Process | None = None,
    idea: Idea | None = None,
    pilot: Pilot | None = None,
) -> list[Step]:
    """The six stops of the loop for one thing. `here` is one of ORDER; what is known behind it is filled in.

    To a guest there is the idea that they were invited to, and neither figures nor pilots.
    """
    if pilot is not None and idea is None and not actor.guest:
        idea = db.scalars(select(Idea).where(col(Idea.id) == pilot.idea_id, visible_to(actor))).first()
    if process is None and idea is not None:
        process = db.get(Process, idea.process_id)
    if pilot is None and not actor.guest and idea is not None and idea.stage is Stage.IN_PILOT:
        pilot = db.scalars(PILOT, {"idea": idea.id}).first()
    steps = {
        "voice": Step("Voice", "What customers say", "where it begins") if actor.guest else voice_step(db),
        "process": process_step(db, actor, process),
        "idea": idea_step(idea),
        "review": review_step(db, actor, idea),
        "pilot": pilot_step(pilot),
        "effect": effect_step(pilot),
    }
    root: str = db.info["settings"].root
    ahead = [name for name in ORDER[ORDER.index(here) + 1 :] if not steps[name].reached]
    following = ahead[0] if ahead else None
    return [placed(name, steps[name], here, following, root, guest=actor.guest) for name in ORDER]


def placed(name: str, step: Step, here: str, following: str | None, root: str, *, guest: bool) -> Step:
    """What was reached is solid, here is marked, the rest is dotted and its first says that it comes next.

    A guest can follow the idea alone.
    """
    behind = step.reached or ORDER.index(name) < ORDER.index(here)
    state = "here" if name == here else "past" if behind else "ahead"
    kind = f"Next: {step.kind[0].lower()}{step.kind[1:]}" if name == following else step.kind
    href = root + step.href if step.href and (not guest or name == "idea") else None
    return replace(step, kind=kind, state=state, href=href)


def voice_step(db: Session) -> Step:
    """The same for everybody until a survey comes or goes."""
    return lately(db, "the trail", 2).or_made(counts(db, "voice"), lambda: read_voice_step(db))


def read_voice_step(db: Session) -> Step:
    outcome = headline(db)
    if outcome is None:
        return Step("Voice", "No survey yet", "what customers say", "/voice")
    source = db.get_one(Source, outcome.source_id)
    return Step("Voice", source.name, figure(outcome), f"/voice/sources/{source.id}")


def figure(outcome: Outcome) -> str:
    if outcome.value is None:
        return outcome.name
    if outcome.kind == "nps":
        return f"NPS {number_words(outcome.value, 0, sign=True)}"
    return f"{outcome.name} {number_words(outcome.value, 2)}"


def process_step(db: Session, actor: Actor, process: Process | None) -> Step:
    if process is None:
        return Step("Process", "A vital process", "low performance, high impact")
    standing = f"prioritised, rank {process.rank}" if process.rank else "not prioritised"
    if process.rank and not actor.guest and (short := standing_for(db, process.id).short):
        standing = f"{standing}: {short}"
    return Step("Process", process.name, standing, f"/processes/{process.id}")


def idea_step(idea: Idea | None) -> Step:
    if idea is None:
        return Step("Idea", "Ideas for it", "from change-agent teams")
    revision = f", revision {idea.revision}" if idea.revision else ""
    return Step(f"Idea {idea.id}", idea.title, f"{idea.stage.value}{revision}", f"/ideas/{idea.id}")


def review_step(db: Session, actor: Actor, idea: Idea | None) -> Step:
    if idea is None or idea.revision == 0:
        return Step("Decision", "The committee decides", "with a reason")
    if idea.stage in DECIDED:
        title = "Approved" if idea.stage is Stage.IN_PILOT else idea.stage.value.capitalize()
        return Step("Decision", title, decided_on(idea), f"/ideas/{idea.id}#decision", reached=True)
    if idea.stage is not Stage.IN_REVIEW:
        promised = f"an answer by {day_words(idea.promised_on)}" if idea.promised_on else "with a reason"
        return Step("Decision", "The committee decides", promised)
    round_ = db.connection().execute(ROUND, {"idea": idea.id}).first()
    if round_ is None:
        return Step("Review", "In review", "with a reason")
    href = f"/review/rounds/{round_.id}" if actor.on(round_.committee_id) else None
    return Step("Review", round_.name, f"reviews due {day_words(round_.due)}", href)


def decided_on(idea: Idea) -> str:
    return day_words(idea.answered_at.date()) if idea.answered_at else "with a reason"


def pilot_step(pilot: Pilot | None) -> Step:
    if pilot is None:
        return Step("Pilot", "A pilot on six steps", "if it is approved")
    ended = pilot.stage is not PilotStage.RUNNING
    where = pilot.stage.value if ended else f"step {pilot.step} of 6, {pilot.health.value}"
    return Step(f"Pilot {pilot.id}", pilot.name, where, f"/pilots/{pilot.id}", reached=True)


def effect_step(pilot: Pilot | None) -> Step:
    if pilot is None:
        return Step("Effect", "What customers feel", "measured on the same figures")
    measured = pilot.stage is not PilotStage.RUNNING
    return Step("Effect", "Measured effect", pilot.name, f"/pilots/{pilot.id}/effect", reached=measured)
