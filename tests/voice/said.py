"""A survey in which people say things, taken in as the product does it."""

from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session as Db
from sqlmodel import col

from app.db import Database
from app.people.actor import Actor
from app.voice.comments.asking import Asked, options
from app.voice.comments.finding import Found, find
from app.voice.models import Audience, Remark
from tests.voice.sources import a_map, a_source

WORDS = (
    "The queue for bags was long",
    "A long queue, and nobody at the desk",
    "La señalización es mala",
    "Queues everywhere",
    "行李很慢",
    "My name is Fatima Zahra and the staff was kind",
    "Staff was rude to me",
    "=1+1 is what the till said",
    "<script>alert(1)</script> & more",
    "Nothing to say",
)


def rows(n: int = 60, said: tuple[str, ...] = WORDS, low: int = 30) -> list[tuple[Any, ...]]:
    """Everybody says something; the first `low` are detractors and rate queues badly. Gate C has three people."""
    told = []
    for i in range(n):
        bad = i < low
        gate = "C" if i >= n - 3 else "A" if i % 2 else "B"
        told.append((i + 1, 2 if bad else 10, 2 if bad else 5, 1 if bad else 5, 4, 4, gate, said[i % len(said)]))
    return told


def a_wave(
    database: Database,
    folder: Path,
    *,
    year: int = 2025,
    smallest: int = 1,
    told: list[tuple[Any, ...]] | None = None,
    comments_for: Audience = Audience.EMPLOYEES,
    **over: Any,
) -> int:
    folder.mkdir(exist_ok=True)
    the_map = a_map(f"Visitors {year}", year, smallest)
    return a_source(database, folder, the_map, rows=told or rows(), rows_for=comments_for, **over)


def look(db: Db, actor: Actor, size: int = 100, **given: Any) -> Found:
    asked = Asked.read(given)
    return find(db, options(db, actor, asked), asked, size)


def words(db: Db, found: Found) -> set[str]:
    return set(db.scalars(select(col(Remark.words)).where(col(Remark.id).in_([one.id for one in found.shown]))))
