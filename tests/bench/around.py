"""What stands around the ideas of the bench's organisation: a survey with figures, processes, decisions, pilots."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from app.ideas.models import Stage
from app.pilots.models import Pilot, PilotStage, Step, StepStage
from app.processes.models import Focus, Process, ProcessDepartment, ProcessTouchpoint
from app.review.models import Decision, Round, RoundIdea, RoundStage, Scorecard, Verdict
from app.voice.models import Outcome, OutcomeKind, Series, Source, SourceStage, Touchpoint, Use
from tests.bench.making import Making, numbered
from tests.bench.words import WHAT

PROCESSES, PRIORITISED = 24, 8
IN_A_ROUND = 25
CHAIR = 3
VERDICTS = {Stage.APPROVED: Verdict.APPROVE, Stage.IN_PILOT: Verdict.APPROVE, Stage.DECLINED: Verdict.DECLINE}


def survey(making: Making) -> None:
    last = making.today.date() - timedelta(days=30)
    days = {"first_day": last - timedelta(days=30), "last_day": last, "rows": 2746, "responses": 2746}
    making.store(Series, [{"id": 1, "name": "Passenger survey"}])
    making.store(Source, [{"id": 1, "name": "Survey of spring", "stage": SourceStage.TAKEN, "series_id": 1, **days}])
    figures = {"n": 2700, "value": 39.8, "low": 37.0, "high": 42.6, "mean": 8.1}
    counted = {"promoters": 1500, "passives": 775, "detractors": 425}
    asked = {"source_id": 1, "place": 0, "name": "Recommend", "kind": OutcomeKind.NPS}
    making.store(Outcome, [{"id": 1, **asked, **figures, **counted}])
    names = [touchpoint(number) for number in range(PROCESSES)]
    making.store(Touchpoint, numbered({"name": name, "key": name.casefold()} for name in names))
    making.store(Use, numbered(use(place) for place in range(PROCESSES)))


def touchpoint(number: int) -> str:
    words = WHAT[number % len(WHAT)].removeprefix("the ").capitalize()
    return words if number < len(WHAT) else f"{words}, arriving"


def use(place: int) -> dict[str, Any]:
    score = 55.0 + place * 7 % 30
    mean = 1 + score / 25
    asked = {"source_id": 1, "touchpoint_id": place + 1, "place": place, "column": f"Q{place}", "worst": 1, "best": 5}
    figures = {"n": 2500, "mean": mean, "low": mean - 0.05, "high": mean + 0.05}
    return asked | figures | {"score": score, "score_low": score - 1.25, "score_high": score + 1.25}


def processes(making: Making) -> None:
    survey(making)
    numbers = range(1, PROCESSES + 1)
    making.store(Process, (process(making, number) for number in numbers))
    making.store(ProcessDepartment, ({"process_id": number, "department_id": number % 20 + 1} for number in numbers))
    making.store(ProcessTouchpoint, ({"process_id": number, "touchpoint_id": number} for number in numbers))
    teams = range(1, making.size.teams + 1)
    making.store(Focus, ({"team_id": team, "process_id": team % PROCESSES + 1} for team in teams))


def process(making: Making, number: int) -> dict[str, Any]:
    name = f"{touchpoint(number - 1)}, from door to door"
    keepers = {"owner_id": making.person(), "committee_id": 1}
    rank = number if number <= PRIORITISED else None
    return {"id": number, "name": name, "rank": rank, "created_at": making.at(0), **keepers}


def decisions(making: Making, stages: Sequence[Stage]) -> None:
    """The committee decided in rounds; what is in review stands in an open one. Revisions have their ideas' ids."""
    making.store(Scorecard, [{"id": 1, "committee_id": 1, "name": "Three questions", "made_at": making.at(0)}])
    decided = [number for number, stage in enumerate(stages, 1) if stage in VERDICTS]
    in_review = [number for number, stage in enumerate(stages, 1) if stage is Stage.IN_REVIEW][-IN_A_ROUND:]
    parted = [decided[first : first + IN_A_ROUND] for first in range(0, len(decided), IN_A_ROUND)]
    rounds = list(enumerate([*parted, in_review], 1))
    making.store(Round, (round_(making, number, ideas, number <= len(parted)) for number, ideas in rounds))
    places = ((number, idea) for number, ideas in rounds for idea in ideas)
    making.store(RoundIdea, ({"round_id": number, "idea_id": idea, "revision_id": idea} for number, idea in places))
    decided_in = ((number, idea) for number, ideas in rounds[:-1] for idea in ideas)
    making.store(Decision, (decision(making, number, idea, stages[idea - 1]) for number, idea in decided_in))


def round_(making: Making, number: int, ideas: Sequence[int], over: bool) -> dict[str, Any]:
    opened = making.at(ideas[-1] / (making.size.ideas + 1)) + timedelta(days=1)
    ended = opened + timedelta(days=14) if over else None
    stage = RoundStage.PUBLISHED if over else RoundStage.OPEN
    asked = {"committee_id": 1, "scorecard_id": 1, "made_by": CHAIR, "blind": False, "name": f"Round {number}"}
    days = {"due": day(opened, 14), "opened_at": opened, "closed_at": ended, "published_at": ended}
    return {"id": number, "stage": stage, **asked, **days}


def decision(making: Making, number: int, idea: int, stage: Stage) -> dict[str, Any]:
    moment = making.at(idea / (making.size.ideas + 1)) + timedelta(days=15)
    said = {"verdict": VERDICTS[stage], "reason": making.words.sentences(2), "decided_by": CHAIR, "quorum": 3}
    return {"idea_id": idea, "revision": 1, "round_id": number, "decided_at": moment, **said}


def pilots(making: Making, stages: Sequence[Stage]) -> None:
    running = [number for number, stage in enumerate(stages, 1) if stage is Stage.IN_PILOT]
    making.store(Pilot, (pilot(making, number, idea) for number, idea in enumerate(running, 1)))
    making.store(Step, (step(making, number, of) for number in range(1, len(running) + 1) for of in range(1, 7)))


def pilot(making: Making, number: int, idea: int) -> dict[str, Any]:
    where = {"idea_id": idea, "process_id": idea % PROCESSES + 1, "committee_id": 1, "stage": PilotStage.RUNNING}
    who = {"lead_id": making.person(), "name": making.words.title(), "step": number % 6 + 1}
    return {"id": number, "chartered_at": making.today - timedelta(days=number), **where, **who}


def step(making: Making, pilot: int, number: int) -> dict[str, Any]:
    here = pilot % 6 + 1
    stage = StepStage.PASSED if number < here else StepStage.OPEN if number == here else StepStage.AHEAD
    passed = making.today if stage is StepStage.PASSED else None
    return {"pilot_id": pilot, "number": number, "stage": stage, "passed_at": passed, "due": day(making.today, number)}


def day(moment: Any, later: int) -> date:
    later_day: date = (moment + timedelta(days=later)).date()
    return later_day
