"""The roadmap as data: six steps, what is made in each, and what each gate asks for."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import get_args

from app.pilots import forms
from app.web import FormModel

ALL_ALONG = 0


class Slot(StrEnum):
    """There is only one of these; a map may be of any of five kinds."""

    CHALLENGE = "challenge"
    MAP = "map"
    CHOSEN = "chosen"
    HYPOTHESIS = "hypothesis"
    TRIAL = "trial"
    RESULT = "result"


@dataclass(frozen=True)
class Kind:
    """One kind of artefact. title: the field by which one is called; needs: fields that its gate asks for.

    all_along: may be added and changed until the pilot ends, whichever step is open.
    """

    name: str
    step: int
    form: type[FormModel]
    one: str
    title: str
    needs: tuple[str, ...] = ()
    slot: Slot | None = None
    all_along: bool = False
    drawn: str = ""  # the kind of canvas that a map is drawn as

    def label(self, field: str) -> str:
        return str(self.form.model_fields[field].title)

    def is_day(self, field: str) -> bool:
        annotation = self.form.model_fields[field].annotation
        return date in (annotation, *get_args(annotation))

    @property
    def fields(self) -> tuple[str, ...]:
        return tuple(self.form.model_fields)


def every(form: type[FormModel], *but: str) -> tuple[str, ...]:
    return tuple(name for name in form.model_fields if name not in but)


KINDS = {
    kind.name: kind
    for kind in (
        Kind("barrier", 1, forms.Barrier, "barrier", "what", ("kind", "severity", "owner", "way")),
        Kind(
            "challenge", 2, forms.Challenge, "challenge statement", "statement", ("measure", "target"), Slot.CHALLENGE
        ),
        Kind("canvas", 2, forms.Canvas, "Business Model Canvas", "vp", every(forms.Canvas), slot=Slot.MAP, drawn="bmc"),
        Kind("jobs", 2, forms.Jobs, "Jobs to be Done", "want", every(forms.Jobs, "job"), slot=Slot.MAP, drawn="three"),
        Kind("ocean", 2, forms.Ocean, "Blue Ocean", "create", every(forms.Ocean), slot=Slot.MAP, drawn="four"),
        Kind("mind", 2, forms.Mind, "mind map", "centre", ("branches",), Slot.MAP, drawn="map"),
        Kind("own", 2, forms.OwnCanvas, "canvas of your own", "name", ("box_1", "in_1"), Slot.MAP, drawn="three"),
        Kind("scenario", 3, forms.Scenario, "scenario", "name", ("story",)),
        Kind("opportunity", 3, forms.Opportunity, "opportunity area", "name", ("scenario", "why")),
        Kind("concept", 4, forms.Concept, "solution concept", "name", ("does",)),
        Kind("chosen", 4, forms.Chosen, "choice", "reason", ("concept", "reason"), Slot.CHOSEN),
        Kind("milestone", 4, forms.Milestone, "milestone", "what", ("on",), all_along=True),
        Kind("assumption", 4, forms.Assumption, "assumption", "what", ("test",), all_along=True),
        Kind("moment", 5, forms.Moment, "moment", "stage", every(forms.Moment, "stage")),
        Kind("hypothesis", 6, forms.Hypothesis, "hypothesis", "believe", ("then",), Slot.HYPOTHESIS),
        Kind("trial", 6, forms.Trial, "where and when", "where", ("begins", "ends"), Slot.TRIAL),
        Kind("result", 6, forms.Ending, "result", "result", ("learned",), Slot.RESULT),
        Kind("risk", ALL_ALONG, forms.Risk, "risk", "what", all_along=True),
        Kind("prototype", ALL_ALONG, forms.Prototype, "prototype", "name", all_along=True),
        Kind("test", ALL_ALONG, forms.Tried, "test", "what", all_along=True),
    )
}
MAPS = tuple(kind for kind in KINDS.values() if kind.slot is Slot.MAP)


@dataclass(frozen=True)
class Stair:
    """One step of the roadmap. many: kinds of which the gate asks at least one; only: kinds of which it asks one."""

    number: int
    name: str
    does: str
    many: tuple[str, ...] = ()
    only: tuple[Slot, ...] = field(default=())


ROADMAP = (
    Stair(1, "Barriers", "Identify what could stand in the way", many=("barrier",)),
    Stair(2, "Challenge", "Build a method around a target", only=(Slot.CHALLENGE, Slot.MAP)),
    Stair(3, "Opportunities", "Redefine boundaries and scenarios", many=("scenario", "opportunity")),
    Stair(
        4,
        "Solutions",
        "Find solutions and their innovation roadmap",
        many=("concept", "milestone", "assumption"),
        only=(Slot.CHOSEN,),
    ),
    Stair(5, "Experience", "Make sure that the experience succeeds in spite of conditions", many=("moment",)),
    Stair(
        6,
        "Pilot",
        "Run it within the organisation",
        only=(Slot.HYPOTHESIS, Slot.TRIAL, Slot.RESULT),
    ),
)


def stair(number: int) -> Stair:
    return ROADMAP[number - 1]
