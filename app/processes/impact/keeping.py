"""Studies as they are stored: asked for, worked out by a job with its progress, read by every server."""

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlmodel import col

from app.changes import touched
from app.columns import now
from app.outbox import later
from app.processes.drivers import Method
from app.processes.impact.models import Assessment
from app.processes.study import Measure, Model, Pair, Stand, Study, Tie
from app.processes.working import Driver

JOB = "processes assess"
MOST_KEPT = 60


@dataclass(frozen=True)
class Wish:
    """A study that somebody wants: of a source at a version, for these drivers, resampled by this method."""

    source_id: int
    version: int
    method: Method
    weighted: bool
    drivers: tuple[Driver, ...]

    @property
    def question(self) -> str:
        return f"{self.method.value}{' weighted' if self.weighted else ''}"

    @property
    def parts(self) -> str:
        return json.dumps([[one.process_id, one.touchpoint_id, one.parts] for one in self.drivers])

    @property
    def made_of(self) -> str:
        return hashlib.sha256(self.parts.encode()).hexdigest()


def row_of(db: Session, wish: Wish) -> Assessment | None:
    query = select(Assessment).where(
        col(Assessment.source_id) == wish.source_id,
        col(Assessment.source_version) == wish.version,
        col(Assessment.question) == wish.question,
        col(Assessment.made_of) == wish.made_of,
    )
    return db.scalars(query).first()


def stored(db: Session, wish: Wish) -> Study | None:
    row = row_of(db, wish)
    return from_row(row) if row and row.made_at else None


def ask(db: Session, wish: Wish) -> None:
    """Have it worked out, unless somebody has asked already."""
    if row_of(db, wish) is not None:
        return
    row = Assessment(
        source_id=wish.source_id,
        source_version=wish.version,
        question=wish.question,
        made_of=wish.made_of,
        drivers=wish.parts,
    )
    try:
        with db.begin_nested():
            db.add(row)
            db.flush()
    except IntegrityError:
        return
    later(db, JOB, assessment=row.id)


def wish_of(row: Assessment) -> Wish:
    method, _, weighted = row.question.partition(" ")
    drivers = tuple(
        Driver(tuple((touchpoint, weight) for touchpoint, weight in parts), process_id, touchpoint_id)
        for process_id, touchpoint_id, parts in json.loads(row.drivers)
    )
    return Wish(row.source_id, row.source_version, Method(method), bool(weighted), drivers)


def sign_of_life(db: Session, row_id: int, percent: int) -> None:
    db.execute(update(Assessment).where(col(Assessment.id) == row_id).values(done=percent, alive_at=now()))


def keep(db: Session, row_id: int, found: Study) -> None:
    """What has been found, for everybody; what older answers gave is thrown away, and so is what is long unused."""
    words, resamples = to_row(found)
    row = db.get_one(Assessment, row_id)
    row.found, row.resamples, row.done, row.made_at, row.problem = words, resamples, 100, now(), ""
    old = (col(Assessment.source_id) == row.source_id, col(Assessment.source_version) < row.source_version)
    db.execute(delete(Assessment).where(*old))
    kept = select(col(Assessment.id)).where(col(Assessment.source_id) == row.source_id)
    latest = db.scalars(kept.order_by(col(Assessment.id).desc()).offset(MOST_KEPT)).all()
    db.execute(delete(Assessment).where(col(Assessment.id).in_(latest), col(Assessment.made_at).is_not(None)))
    touched(db, "processes")


def to_row(found: Study) -> tuple[str, bytes]:
    told: dict[str, Any] = {
        "method": found.method,
        "n": found.n,
        "weighted": found.weighted,
        "units": found.units,
        "resampling": found.resampling,
        "seed": found.seed,
        "outcomes": found.outcomes,
        "stands": {measure: [asdict(one) for one in stands] for measure, stands in found.stands.items()},
        "ties": [asdict(one) for one in found.ties],
        "same": found.same,
        "shape": found.said.shape,
    }
    arrays = np.stack((found.said, found.best, *found.moved)).astype("<f4")
    return json.dumps(told, ensure_ascii=False), arrays.tobytes()


def from_row(row: Assessment) -> Study:
    told = json.loads(row.found)
    shape = (2 + len(told["outcomes"]), *told["shape"])
    arrays = np.frombuffer(row.resamples or b"", dtype="<f4").reshape(shape).astype(np.float64)
    return Study(
        Method(told["method"]),
        told["n"],
        told["weighted"],
        told["units"],
        told["resampling"],
        told["seed"],
        tuple(told["outcomes"]),
        {Measure(name): tuple(Stand(**one) for one in stands) for name, stands in told["stands"].items()},
        tuple(tie_of(one) for one in told["ties"]),
        tuple(told["same"]),
        arrays[0],
        arrays[1],
        tuple(arrays[2:]),
    )


def tie_of(told: dict[str, Any]) -> Tie:
    models = {
        Method(name): Model(tuple(one["parts"]) if one["parts"] else None, one["r2"])
        for name, one in told["models"].items()
    }
    rest: dict[str, Any] = {name: told[name] for name in ("n", "complete", "mean", "mean_complete", "flat")}
    rest |= {name: tuple(told[name]) for name in ("entangled", "lows", "highs")}
    return Tie(pairs=tuple(Pair(**one) for one in told["pairs"]), models=models, **rest)
