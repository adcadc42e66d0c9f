"""What an analysis is about: the waves of a series, or one source of no series, with all that can be asked of them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.people.actor import Actor
from app.voice.models import Outcome, OutcomeKind, Segment, Series, Source, Touchpoint, Use
from app.voice.queries import taken_sources
from app.voice.tallies import Measure
from app.voice.trends.models import Analysis, Recode

MEASURES = {
    OutcomeKind.NPS: (Measure.NPS, Measure.MEAN),
    OutcomeKind.RATING: (Measure.MEAN, Measure.TOP_TWO),
    OutcomeKind.EFFORT: (Measure.MEAN, Measure.TOP_TWO),
    OutcomeKind.YESNO: (Measure.SHARE,),
    OutcomeKind.AMOUNT: (Measure.MEAN, Measure.MEDIAN),
}


@dataclass(frozen=True)
class Wave:
    """A source with its outcomes by name, its touchpoints by id, and its segments with their labels."""

    source: Source
    outcomes: Mapping[str, Outcome]
    uses: Mapping[int, Use]
    segments: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class What:
    """What was asked: `outcome:Recommend` or `touchpoint:7`, its words, and the figures that it can be told in."""

    key: str
    name: str
    measures: tuple[Measure, ...]
    outcome: str | None = None
    touchpoint: int | None = None

    def asked_in(self, wave: Wave) -> bool:
        if self.outcome is not None:
            return self.outcome in wave.outcomes
        return self.touchpoint in wave.uses

    def place_in(self, wave: Wave) -> tuple[str, int]:
        """As `breaks` names it."""
        if self.outcome is not None:
            return "outcome", wave.outcomes[self.outcome].place
        assert self.touchpoint is not None
        return "touchpoint", self.touchpoint

    def ends_in(self, wave: Wave) -> tuple[float, float]:
        """The best answer and one step of its scale, as the answers' arrays hold them."""
        if self.outcome is not None:
            outcome = wave.outcomes[self.outcome]
            return max(outcome.worst, outcome.best), 1.0
        use = wave.uses[self.touchpoint or 0]
        return 100.0, 100 * use.step / abs(use.best - use.worst)


@dataclass(frozen=True)
class Scope:
    """`key` is a series' number, or `source-5`. Waves in the order of time."""

    key: str
    name: str
    waves: tuple[Wave, ...]
    touchpoints: Mapping[int, str]
    recodes: Mapping[int, Recode]

    @property
    def series_id(self) -> int | None:
        return self.waves[0].source.series_id

    @property
    def source_id(self) -> int | None:
        return None if self.series_id else self.waves[0].source.id

    def everything(self) -> list[What]:
        """All outcomes and touchpoints that some wave asked, the latest wave's first."""
        outcomes = {name: one for wave in reversed(self.waves) for name, one in by_place(wave)}
        kinds = {name: OutcomeKind(one.kind) for name, one in outcomes.items()}
        asked = {number for wave in self.waves for number in wave.uses}
        found = [What(f"outcome:{name}", name, MEASURES[kind], outcome=name) for name, kind in kinds.items()]
        used = (Measure.MEAN, Measure.TOP_TWO)
        named = ((number, name) for number, name in self.touchpoints.items() if number in asked)
        return found + [What(f"touchpoint:{number}", name, used, touchpoint=number) for number, name in named]

    def what(self, key: str) -> What | None:
        """By its key, else the first."""
        known = self.everything()
        return next((one for one in known if one.key == key), known[0] if known else None)

    def partings(self) -> list[tuple[str, str]]:
        """Keys and names of all segments and recodes."""
        names = dict.fromkeys(name for wave in reversed(self.waves) for name in wave.segments)
        return [*((name, name) for name in names), *((f"recode:{one.id}", one.name) for one in self.recodes.values())]


def by_place(wave: Wave) -> list[tuple[str, Outcome]]:
    return sorted(wave.outcomes.items(), key=lambda pair: pair[1].place)


@dataclass(frozen=True)
class Choice:
    key: str
    name: str
    sources: tuple[Source, ...]


def choices(db: Session, actor: Actor) -> list[Choice]:
    """Every series and every source of none that this person may see, the latest first; without responses none.

    What is still collecting comes after what is whole.
    """
    sources = [source for source in taken_sources(db, actor) if source.responses]
    ids = {source.series_id for source in sources if source.series_id}
    query = select(col(Series.id), col(Series.name)).where(col(Series.id).in_(ids))
    names: dict[int | None, str] = {number: name for number, name in db.execute(query)} if ids else {}  # noqa: C416
    found: dict[str, list[Source]] = {}
    for source in sources:
        key = str(source.series_id) if source.series_id else f"source-{source.id}"
        found.setdefault(key, []).append(source)
    told = [Choice(key, names.get(own[0].series_id, own[0].name), tuple(reversed(own))) for key, own in found.items()]
    return sorted(told, key=lambda one: all(source.collecting for source in one.sources))


def one_of(known: Sequence[Choice], key: str) -> Choice | None:
    return next((choice for choice in known if choice.key == key), known[0] if known else None)


def scope(db: Session, actor: Actor, choice: Choice) -> Scope:
    ids = [source.id for source in choice.sources]
    outcomes = db.scalars(select(Outcome).where(col(Outcome.source_id).in_(ids)).order_by(col(Outcome.place))).all()
    used = (
        select(Use, col(Touchpoint.name))
        .join(Touchpoint, col(Touchpoint.id) == col(Use.touchpoint_id))
        .where(col(Use.source_id).in_(ids))
        .order_by(col(Use.source_id).desc(), col(Use.place))
    )
    uses = db.execute(used).all()
    segments = db.scalars(select(Segment).where(col(Segment.source_id).in_(ids)).order_by(col(Segment.place))).all()
    waves = tuple(
        Wave(
            source,
            {one.name: one for one in outcomes if one.source_id == source.id},
            {use.touchpoint_id: use for use, _ in uses if use.source_id == source.id},
            {one.name: tuple(json.loads(one.labels)) for one in segments if one.source_id == source.id},
        )
        for source in choice.sources
    )
    names = {use.touchpoint_id: name for use, name in uses}
    recodes = {
        one.id: one for one in db.scalars(select(Recode).where(recodes_for(actor, choice)).order_by(col(Recode.id)))
    }
    return Scope(choice.key, choice.name, waves, names, recodes)


def recodes_for(actor: Actor, choice: Choice) -> ColumnElement[bool]:
    return and_(kept_for(Recode, choice), or_(col(Recode.shared).is_(True), col(Recode.made_by) == actor.id))


def kept_for(model: type[Recode] | type[Analysis], choice: Choice) -> ColumnElement[bool]:
    """What is kept for a series, or for a source of none."""
    first = choice.sources[0] if choice.sources else None
    if first is None:
        return false()
    if first.series_id:
        return col(model.series_id) == first.series_id
    return col(model.source_id) == first.id
