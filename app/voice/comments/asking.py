"""What the list of comments is asked for, read from an address; and what it can be asked for, from the sources."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urlencode

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.changes import counts
from app.columns import LARGEST_ID
from app.lately import lately
from app.people.actor import Actor
from app.voice.comments.frame import IN_USE, known_by
from app.voice.models import Outcome, OutcomeKind, Remark, Segment, Series, Source, Theme, Touchpoint, Use
from app.voice.queries import comments_visible_to

SORTS = ("newest", "best")
SPEAKS = {"badly": "badly of us", "well": "well of us"}
CAMPS = ("detractors", "passives", "promoters")
ENDS = ("low", "high")
MOST_LABELS = 60
WITHOUT = "none"


@dataclass(frozen=True)
class Asked:
    """What cannot be read is left out. score: (part, outcome); segment: (name, label)."""

    q: str = ""
    source: int | None = None
    series: int | None = None
    question: str = ""
    theme: int | None = None
    unthemed: bool = False
    touchpoint: int | None = None
    score: tuple[str, str] | None = None
    segment: tuple[str, str] | None = None
    speaks: str = ""
    since: date | None = None
    until: date | None = None
    sort: str = "newest"
    after: str = ""

    @classmethod
    def read(cls, given: Mapping[str, str]) -> "Asked":
        theme, speaks, sort = given.get("theme", ""), given.get("speaks", ""), given.get("sort", "")
        return cls(
            q=given.get("q", "").strip()[:200],
            source=an_id(given.get("source", "")),
            series=an_id(given.get("series", "")),
            question=given.get("question", "")[:200],
            theme=an_id(theme),
            unthemed=theme == WITHOUT,
            touchpoint=an_id(given.get("touchpoint", "")),
            score=a_pair(given.get("score", ""), (*CAMPS, *ENDS)),
            segment=a_pair(given.get("segment", "")),
            speaks=speaks if speaks in SPEAKS else "",
            since=a_day(given.get("since", "")),
            until=a_day(given.get("until", "")),
            sort=sort if sort in SORTS else "newest",
            after=given.get("after", "")[:40],
        )

    def fields(self) -> dict[str, str]:
        """As the address says it, without the place in the list."""
        named = {
            "q": self.q,
            "source": str(self.source or ""),
            "series": str(self.series or ""),
            "question": self.question,
            "theme": WITHOUT if self.unthemed else str(self.theme or ""),
            "touchpoint": str(self.touchpoint or ""),
            "score": ": ".join(self.score or ()),
            "segment": ": ".join(self.segment or ()),
            "speaks": self.speaks,
            "since": str(self.since or ""),
            "until": str(self.until or ""),
            "sort": "" if self.sort == "newest" else self.sort,
        }
        return {name: value for name, value in named.items() if value}

    def href(self, path: str = "/voice/comments", **other: object) -> str:
        fields = {name: str(value) for name, value in {**self.fields(), **other}.items() if value != ""}
        return f"{path}?{urlencode(fields)}" if fields else path

    def without(self, name: str) -> "Asked":
        bare = Asked()
        if name == "theme":
            return replace(self, theme=None, unthemed=False, after="")
        return replace(self, **{name: getattr(bare, name)}, after="")

    @property
    def about_people(self) -> bool:
        """Whether it parts those who answered, so that small groups of them must stay unseen."""
        return bool(self.score or self.segment or self.touchpoint or self.since or self.until)


def an_id(text: str) -> int | None:
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 20 else 0
    return number if 0 < number <= LARGEST_ID else None


def a_pair(text: str, known: Sequence[str] = ()) -> tuple[str, str] | None:
    """ "Terminal: Terminal 2". A segment's name may hold a colon itself: then `Options.fitting` sets it right."""
    first, colon, second = text[:400].partition(": ")
    return (first, second) if colon and second and (not known or first in known) else None


def a_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@dataclass(frozen=True)
class Scope:
    """A source whose comments this person may read: where in the table they lie, and its smallest group."""

    id: int
    name: str
    series_id: int | None
    series: str
    responses: int
    minimum_cell: int
    first_day: date
    last_day: date
    version: int


@dataclass(frozen=True)
class Options:
    """What the filter bar offers: (value, words) pairs."""

    sources: Sequence[Scope]
    themes: Sequence[tuple[int, str]]
    touchpoints: Sequence[tuple[int, str]]
    questions: Sequence[str]
    scores: Sequence[str]
    segments: Sequence[tuple[str, str]]
    scored: bool

    @property
    def series(self) -> list[tuple[int, str]]:
        known = {one.series_id: one.series for one in self.sources if one.series_id is not None}
        several = [number for number in known if sum(one.series_id == number for one in self.sources) > 1]
        return [(number, known[number]) for number in several]

    @property
    def source_pairs(self) -> list[tuple[int, str]]:
        return [(one.id, one.name) for one in self.sources]

    @property
    def segment_pairs(self) -> list[tuple[str, str]]:
        return [(words, words) for words in map(": ".join, self.segments)]

    @property
    def score_pairs(self) -> list[tuple[str, str]]:
        return [(words, words) for words in self.scores]

    @property
    def question_pairs(self) -> list[tuple[str, str]]:
        return [(words, words) for words in self.questions]

    def scope(self, asked: Asked) -> list[Scope]:
        """The sources that are looked in, latest first."""
        return [
            one
            for one in self.sources
            if (asked.source in (None, one.id)) and (asked.series is None or asked.series == one.series_id)
        ]

    def fitting(self, asked: Asked) -> Asked:
        """A segment as it is named here."""
        if asked.segment is None:
            return asked
        words = ": ".join(asked.segment)
        known = next((pair for pair in self.segments if ": ".join(pair) == words), asked.segment)
        return replace(asked, segment=known)


def options(db: Session, actor: Actor, asked: Asked) -> Options:
    """Kept until something in the voice changes, for all whom the sources treat alike."""
    sources = readable(db, actor)
    chosen = [one.id for one in sources if asked.source in (None, one.id)]
    key = (counts(db, "voice"), tuple(one.id for one in sources), tuple(chosen))
    return lately(db, "choices of comments", 100).or_made(key, lambda: look(db, sources, chosen))


def readable(db: Session, actor: Actor) -> list[Scope]:
    """Sources with comments that this person may read, latest first."""
    there = select(col(Remark.id)).where(col(Remark.source_id) == col(Source.id)).exists()
    fields = (col(Source.id), col(Source.name), col(Source.series_id), func.coalesce(col(Series.name), ""))
    more = (col(Source.responses), col(Source.minimum_cell), col(Source.first_day), col(Source.last_day))
    query = (
        select(*fields, *more, col(Source.version))
        .outerjoin(Series, col(Series.id) == col(Source.series_id))
        .where(comments_visible_to(actor), there)
        .order_by(col(Source.last_day).desc(), col(Source.id).desc())
    )
    return [Scope(*row) for row in db.execute(query)]


def look(db: Session, sources: Sequence[Scope], chosen: Sequence[int]) -> Options:
    read = col(Source.id).in_([one.id for one in sources])
    themes = select(col(Theme.id), col(Theme.name)).where(IN_USE, known_by(read))
    asked_of = and_(col(Use.touchpoint_id) == col(Touchpoint.id), col(Use.source_id).in_(chosen))
    touchpoints = select(col(Touchpoint.id), col(Touchpoint.name)).join(Use, asked_of).distinct()
    outcomes = select(Outcome).where(col(Outcome.source_id).in_(chosen)).order_by(col(Outcome.place))
    parts = select(col(Segment.name), col(Segment.labels)).where(col(Segment.source_id).in_(chosen))
    scored = select(col(Remark.id)).where(col(Remark.source_id).in_(chosen), col(Remark.score).is_not(None)).limit(1)
    return Options(
        sources,
        [(key, name) for key, name in db.execute(themes.order_by(col(Theme.key)))],
        [(key, name) for key, name in db.execute(touchpoints.order_by(col(Touchpoint.name)))],
        questions(db, chosen),
        list(dict.fromkeys(words for one in db.scalars(outcomes) for words in score_words(one))),
        list(dict.fromkeys(labels_of(db.execute(parts.order_by(col(Segment.place))).all()))),
        bool(db.scalars(scored).first()),
    )


def questions(db: Session, chosen: Iterable[int]) -> list[str]:
    """Which columns comments stand in: found in the first and the last few thousand of each source."""
    found: dict[str, None] = {}
    for source_id in chosen:
        own = select(col(Remark.question)).where(col(Remark.source_id) == source_id)
        for order in (col(Remark.id), col(Remark.id).desc()):
            some = own.order_by(order).limit(2_000).subquery()
            found |= dict.fromkeys(db.scalars(select(some.c.question).distinct()))
    return sorted(found)


def score_words(outcome: Outcome) -> list[str]:
    parts = CAMPS if outcome.kind == OutcomeKind.NPS else ENDS
    return [f"{part}: {outcome.name}" for part in parts]


def labels_of(rows: Iterable[tuple[str, str]]) -> Iterable[tuple[str, str]]:
    """A segment of many labels is chosen from no list."""
    for name, labels in rows:
        known = json.loads(labels)
        if len(known) <= MOST_LABELS:
            yield from ((name, label) for label in known)
