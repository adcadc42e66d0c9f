"""A search as it is shown: one list over all kinds, with what it holds by kind, process and stage.

What is counted is what was found (finding.py), and nothing of it stands for a person in particular: no name of whoever
wrote something is read here.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Text as SqlText
from sqlalchemy import bindparam, func, literal, select, union_all
from sqlalchemy import cast as sql_cast
from sqlalchemy.orm import Session

from app.changes import counts
from app.ideas.listing import Count
from app.lately import lately
from app.people.actor import Actor
from app.refs import Found, registry
from app.search.asking import Asked, Sort
from app.search.finding import COUNTED, Candidate, candidates, names
from app.search.kinds import SEARCHED, Searched, number_of, text_of
from app.search.plain import plain
from app.search.ranking import fits
from app.voice.comments.asking import readable
from app.words import Piece, clauses, excerpt

SIZE = 20
RANKED = 100  # the newest of each kind that are put in order by how well they fit; of a kind alone more
RANKED_ALONE = 250
READ = 1_000  # letters of each
SHOWN = 20_000
EXCERPT = 240
# What people look for by name comes before what was written about it.
WORTH = {"process": 1.6, "team": 1.4, "pilot": 1.4, "person": 1.4, "idea": 1.0, "file": 0.8, "comment": 0.7}
SEEN = ("people", "processes", "teams", "ideas", "pilots", "talk", "voice", "diagnosis")
NAMES_OF_KINDS = {name: (one.one, one.many) for name, one in SEARCHED.items()} | {
    "touchpoint": ("Touchpoint", "Touchpoints"),
    "journey": ("Journey", "Journeys"),
    "source": ("Source", "Sources"),
    "customer_job": ("Job of customers", "Jobs of customers"),
    "diagnosis": ("Diagnosis", "Diagnoses"),
}


@dataclass(frozen=True)
class Ordered:
    """All that was found, best first, as far as it is put in order; and what it holds."""

    order: Sequence[Candidate]
    kinds: Sequence[tuple[str, Count]]
    processes: Sequence[tuple[int, Count]]
    stages: Sequence[tuple[str, Count]]
    all: Count
    number: Count


@dataclass(frozen=True)
class Hit:
    """One thing as the list shows it. under: what a comment is about."""

    kind: str
    one: str
    ref: str
    address: str
    title: Sequence[Piece]
    excerpt: Sequence[Piece]
    stage: str | None
    process: tuple[int, str] | None
    at: datetime | None


def search(db: Session, actor: Actor, asked: Asked) -> Ordered:
    """Kept until something changes: the next page and the next look at it cost little."""
    core = (asked.words, frozenset((one.key, one.value) for one in asked.operators), asked.sort)
    reader = repr((actor.rights, sorted(actor.teams), actor.department_id))
    key = (counts(db, *SEEN), reader, core)
    return lately(db, "searches", 60).or_made(key, lambda: ordered(db, actor, asked))


def ordered(db: Session, actor: Actor, asked: Asked) -> Ordered:
    everything = candidates(db, actor, asked)
    chosen = asked.values("kind")
    fitting = [one for one in everything if not chosen or one.kind in chosen]
    kinds = Counter(one.kind for one in everything)
    more = any(kinds[kind] > COUNTED for kind in chosen or kinds)
    return Ordered(
        in_order(db, asked, fitting),
        [(name, counted(kinds[name])) for name in NAMES_OF_KINDS if kinds[name]],
        most((one.process for one in fitting), more),
        most((one.stage for one in fitting), more),
        total(kinds, kinds),
        total(kinds, chosen or kinds),
    )


def counted(number: int) -> Count:
    return Count(min(number, COUNTED), number > COUNTED)


def total(kinds: Mapping[str, int], chosen: Iterable[str]) -> Count:
    told = [counted(kinds[kind]) for kind in chosen if kind in kinds]
    return Count(sum(one.number for one in told), any(one.more for one in told))


def most(values: Iterable[Any], more: bool) -> list[tuple[Any, Count]]:
    """The eight most frequent, in one order for all readers."""
    told = Counter(value for value in values if value is not None)
    first = sorted(told.items(), key=lambda pair: (-pair[1], str(pair[0])))[:8]
    return [(value, Count(number, more)) for value, number in first]


def newest(one: Candidate) -> tuple[bool, Any, int]:
    """What has no time comes last."""
    return (one.at is not None, one.at, one.id)


def in_order(db: Session, asked: Asked, found: Sequence[Candidate]) -> list[Candidate]:
    if asked.sort is Sort.NEWEST:
        return sorted(found, key=newest, reverse=True)
    looked = among(found)
    texts = texts_of(db, looked)
    told = fits([texts.get((one.kind, one.id), ("", "")) for one in looked], asked.words)
    place = {one: (fit.title, fit.score * WORTH.get(one.kind, 1.0)) for one, fit in zip(looked, told, strict=True)}
    return sorted(looked, key=lambda one: (*place[one], *newest(one)), reverse=True)


def among(found: Sequence[Candidate]) -> list[Candidate]:
    """Of each kind the newest that were found, and the title hits that are older, which come last in it."""
    each = RANKED if len({one.kind for one in found}) > 1 else RANKED_ALONE
    seen: Counter[str] = Counter()
    chosen = []
    for one in found:
        seen[one.kind] += 1
        if seen[one.kind] <= each or seen[one.kind] > COUNTED + 1:
            chosen.append(one)
    return chosen


def wanted_texts(one: Searched, most: int) -> Any:
    title = literal("", SqlText) if one.title is None else sql_cast(one.title, SqlText)
    whole = literal("", SqlText) if not one.texts else func.substr(text_of(one), 1, most)
    about = literal("", SqlText) if one.about is None else sql_cast(one.about, SqlText)
    wanted = number_of(one).in_(bindparam(one.name, expanding=True))
    return select(literal(one.name), number_of(one), title, whole, about, one.at.label("at")).where(wanted)


TEXTS = {most: {name: wanted_texts(one, most) for name, one in SEARCHED.items()} for most in (READ, SHOWN)}
together: dict[tuple[int, tuple[str, ...]], Any] = {}


def rows_of(db: Session, wanted: Sequence[Candidate], most: int) -> Sequence[Any]:
    """Kind, number, title, text, what it is about, and when it was. One statement, however many kinds."""
    ids: dict[str, list[int]] = {}
    for one in wanted:
        if one.kind in SEARCHED:
            ids.setdefault(one.kind, []).append(one.id)
    if not ids:
        return ()
    shape = (most, tuple(sorted(ids)))
    if shape not in together:
        parts = [TEXTS[most][name] for name in shape[1]]
        together[shape] = union_all(*parts) if len(parts) > 1 else parts[0]
    return db.connection().execute(together[shape], ids).all()


def texts_of(db: Session, wanted: Sequence[Candidate]) -> dict[tuple[str, int], tuple[str, str]]:
    return {(row[0], row[1]): (row[2], row[3]) for row in rows_of(db, wanted, READ)}


def hits(db: Session, actor: Actor, asked: Asked, wanted: Sequence[Candidate]) -> list[Hit]:
    """These things as they are shown, in this order."""
    rows = {(row[0], row[1]): row[2:] for row in rows_of(db, wanted, SHOWN)}
    under = registry(db).find(db, actor, {row[2] for row in rows.values() if row[2]})
    named = names(db, actor) if any(one.kind not in SEARCHED for one in wanted) else {}
    called = process_names(db, actor)
    return [hit(db, asked, one, rows.get((one.kind, one.id)), under, named, called) for one in wanted]


def hit(
    db: Session, asked: Asked, one: Candidate, row: Any, under: Mapping[str, Found], names_: Any, called: Any
) -> Hit:
    title, text, about, at = row or (names_.get((one.kind, one.id), ""), "", "", None)
    home = SEARCHED[one.kind].address if one.kind in SEARCHED else None
    address = home(one.id) if home else registry(db).kinds[one.kind].address(one.id)
    named = bool(title)
    title = title or (under[about].title if about in under else "")
    of_process = None if one.process is None or one.kind == "process" else called.get(one.process)
    return Hit(
        one.kind,
        NAMES_OF_KINDS[one.kind][0],
        f"{one.kind}:{one.id}",
        address,
        excerpt(title, asked.words if named else "", 400),
        excerpt(plain(text), asked.words, EXCERPT),
        one.stage,
        (one.process, of_process) if one.process and of_process else None,
        at,
    )


def process_names(db: Session, actor: Actor) -> Mapping[int, str]:
    """Kept until a process changes."""
    kind = registry(db).kinds["process"]

    def look() -> dict[int, str]:
        return dict(db.execute(select(kind.model.id, kind.title).where(kind.visible_to(actor))).all())

    return lately(db, "names of processes", 2).or_made((counts(db, "processes"), actor.guest), look)


def customers_write(db: Session, actor: Actor, asked: Asked) -> bool:
    """Whether the same words can be looked for in what customers write."""
    if actor.guest or not clauses(asked.words):
        return False
    key = (counts(db, "voice", "people"), actor.id, actor.department_id)
    return lately(db, "who reads customers' comments", 500).or_made(key, lambda: 1 + bool(readable(db, actor))) > 1
