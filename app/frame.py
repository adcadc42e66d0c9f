"""What stands around every page: the loop with its live figures, the person, the notice of what just worked."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any
from urllib.parse import unquote

from fastapi import Request
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.ideas.models import ALIVE, Idea
from app.people.actor import Actor
from app.people.models import Organisation
from app.pilots.models import Pilot, PilotStage
from app.processes.models import Process
from app.review.models import Round, RoundStage
from app.voice.queries import headline
from app.web.rendering import number_words

FRESH_FOR = 5.0  # seconds for which a station's figure may lag behind


@dataclass(frozen=True)
class Station:
    key: str
    name: str
    href: str
    figure: str


@dataclass(frozen=True)
class Area:
    """A part of a station that has a page of its own. A feature's `pages.py` names it as `area`."""

    station: str
    place: int
    name: str
    href: str


@dataclass(frozen=True)
class Frame:
    organisation: str
    person: Actor | None = None
    unread: int = 0
    theme: str | None = None
    stations: Sequence[Station] = ()
    station: str | None = None
    areas: Sequence[Area] = ()
    area: Area | None = None
    may_see: frozenset[str] = frozenset()
    notice: str | None = None


def voice_figure(db: Session) -> str:
    outcome = headline(db)
    if outcome is None or outcome.value is None:
        return "no survey yet"
    if outcome.kind == "nps":
        return f"NPS {number_words(outcome.value, 0, sign=True)}"
    return f"{outcome.name} {number_words(outcome.value, 1)}"


def count(db: Session, *conditions: Any) -> int:
    return db.scalar(select(func.count()).where(*conditions)) or 0


def figures(db: Session) -> dict[str, str]:
    in_review = count(db, col(Round.stage).in_((RoundStage.OPEN, RoundStage.CLOSED)))
    return {
        "voice": voice_figure(db),
        "processes": f"{count(db, col(Process.rank).is_not(None))} prioritised",
        "ideas": f"{count(db, col(Idea.stage).in_(ALIVE)):,} alive",
        "review": f"{in_review} {'round' if in_review == 1 else 'rounds'} on",
        "pilots": f"{count(db, col(Pilot.stage) == PilotStage.RUNNING)} running",
    }


@dataclass
class Figures:
    """The stations' figures, read at most every few seconds: five counts are too dear for each page."""

    read: Callable[[Session], dict[str, str]] = figures
    values: dict[str, str] = field(default_factory=dict)
    until: float = 0.0
    lock: Lock = field(default_factory=Lock)

    def get(self, db: Session) -> dict[str, str]:
        moment = time.monotonic()
        if moment >= self.until:
            with self.lock:
                if moment >= self.until:
                    self.values, self.until = self.read(db), moment + FRESH_FOR
        return self.values


STATIONS = (
    ("voice", "Voice", "/voice"),
    ("processes", "Processes", "/processes"),
    ("ideas", "Ideas", "/ideas"),
    ("review", "Review", "/review"),
    ("pilots", "Pilots", "/pilots"),
)


# Pages that stand at a station without its name in their address.
ALSO = {"calls": "ideas", "teams": "ideas"}


def station_of(path: str) -> str | None:
    first = path.strip("/").split("/")[0]
    first = ALSO.get(first, first)
    return first if first in {key for key, _, _ in STATIONS} else None


def area_of(areas: Sequence[Area], path: str) -> Area | None:
    """The area that a page belongs to: the longest address that it stands at or below."""
    above = [area for area in areas if path == area.href or path.startswith(f"{area.href}/")]
    return max(above, key=lambda area: len(area.href), default=None)


def may_see(actor: Actor) -> frozenset[str]:
    words = {
        "leaders": actor.leader or actor.chairs_one,
        "record": actor.leader or actor.chairs_one or actor.administrator,
        "admin": actor.administrator,
        "moderation": actor.chairs_one or actor.administrator,
    }
    return frozenset(word for word, allowed in words.items() if allowed)


def organisation_name(request: Request) -> str:
    """Kept for the life of the process, once it has one; a changed name is taken over by `forget_organisation`."""
    state = request.app.state
    if not state.organisation:
        state.organisation = request.state.db.scalar(select(col(Organisation.name))) or ""
    return known_name(request)


def known_name(request: Request) -> str:
    state = request.app.state
    return str(state.organisation or state.settings.organisation or "Pilotage")


def forget_organisation(request: Request) -> None:
    request.app.state.organisation = ""


def frame(request: Request) -> Frame:
    actor: Actor | None = getattr(request.state, "actor", None)
    if actor is None:
        return bare_frame(request)
    root = request.app.state.settings.root
    shown = {} if actor.guest else request.app.state.figures.get(request.state.db)
    stations = [Station(key, name, root + href, shown[key]) for key, name, href in STATIONS if key in shown]
    path = request.url.path.removeprefix(root)
    station = station_of(path)
    areas = [area for area in request.app.state.areas if area.station == station and not actor.guest]
    return Frame(
        organisation=organisation_name(request),
        person=actor,
        unread=actor.unread,
        theme=actor.theme or None,
        stations=stations,
        station=station,
        areas=areas,
        area=area_of(areas, path),
        may_see=may_see(actor),
        notice=unquote(request.cookies.get("notice", "")) or None,
    )


def bare_frame(request: Request) -> Frame:
    """For pages before signing in, and for errors: asks the database nothing."""
    notice = unquote(request.cookies.get("notice", "")) or None
    return Frame(organisation=known_name(request), notice=notice)
