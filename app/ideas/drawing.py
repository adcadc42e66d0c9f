"""Lines of a list as HTML, kept per process. For pages of any feature that show ideas.

A card is drawn once for each version of its idea, language, day and state of the names in it, and once more for
readers who may not see who wrote it. Support changes often and "you too" differs by person: both stand around it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from fastapi import Request
from markupsafe import Markup
from sqlalchemy.orm import Session

from app.columns import today
from app.ideas.ahead import AHEAD, WITH_COMMITTEE
from app.ideas.cards import Card, Directory, cards, directory
from app.ideas.listing import Place
from app.ideas.models import Stage
from app.lately import lately
from app.web.rendering import day_words, environment

MOST_DRAWINGS = 5000


@dataclass(frozen=True, slots=True)
class Line:
    html: Markup
    support: str
    supported: bool


@dataclass(frozen=True)
class Stop:
    """Where on the loop's six stops an idea stands, what comes next, and whether nothing does."""

    here: int
    words: str
    late: bool = False
    done: bool = False


def stop(stage: str, promised_on: date | None, deferred_to: date | None, day: date) -> Stop:
    if stage == Stage.DEFERRED and deferred_to:
        return Stop(3, f"Back on {day_words(deferred_to)}")
    ahead = AHEAD[stage]
    if stage not in WITH_COMMITTEE or promised_on is None:
        return Stop(ahead.here, ahead.short, done=ahead.done)
    if promised_on < day:
        days = (day - promised_on).days
        return Stop(ahead.here, f"Answer {days} {'day' if days == 1 else 'days'} late", late=True)
    return Stop(ahead.here, f"Answer by {day_words(promised_on)}")


def stage_words(card: Card) -> str:
    if card.stage == Stage.DEFERRED and card.deferred_to:
        return f"Deferred to {card.deferred_to.day} {card.deferred_to:%b}"
    return card.stage.capitalize()


def lines(request: Request, db: Session, places: Sequence[Place], changes: tuple[int, ...]) -> list[Line]:
    """`changes`: the counters of people and processes, whose names the cards carry."""
    settings = request.app.state.settings
    day = today(settings.time_zone)
    kept = lately(db, "drawn cards of ideas", MOST_DRAWINGS)
    around = (settings.language, settings.root, day, changes)
    keys = {place.id: (place.id, place.version, place.veiled, around) for place in places}
    drawn = {id: kept.get(key) for id, key in keys.items()}
    missing = [place for place in places if drawn[place.id] is None]
    if missing:
        names = directory(db, changes)
        for id, card in cards(db, missing).items():
            drawn[id] = draw(request, card, names, day, veiled=keys[id][2])
            kept.put(keys[id], drawn[id])
    return [Line(html, f"{place.support:,}", place.supported) for place in places if (html := drawn[place.id])]


def draw(request: Request, card: Card, names: Directory, day: date, *, veiled: bool) -> Markup:
    macros: Any = environment(request).get_template("ideas/_card.html").module
    html: Markup = macros.card(
        card,
        stage_words(card),
        names.processes.get(card.process_id),
        stop(card.stage, card.promised_on, card.deferred_to, day),
        veiled,
    )
    return html
