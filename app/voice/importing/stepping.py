"""Imports that go on step by step, each step done by a job, so that a page can be left meanwhile.

What is imported is a row with a stage: it is moved on only by who has read where it stands, one worker at a time is at
it, and a step that was broken off is taken up again. Surveys and ideas come in this way.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from threading import Event, Thread
from typing import Any, Generic, TypeVar

from sqlalchemy import CursorResult, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.columns import now
from app.db import Database
from app.errors import Refusal, Stale
from app.outbox import later
from app.voice.importing.limits import Unreadable
from app.voice.importing.mapfile import WrongMap

KEPT_FOR = timedelta(days=1)
SILENT_FOR = timedelta(seconds=90)
EVERY = 1.0  # seconds between two words of how far it is
BREATH = 20.0
T = TypeVar("T")


@dataclass(frozen=True)
class Stepping(Generic[T]):
    """model: a table with id, stage, version, alive_at and problem. at_work: the stages in which a job has the next
    word. job: its kind, and `payload` what it calls the row's id. sweep: the job that throws away what nobody took.
    """

    model: Any
    at_work: Collection[Any]
    job: str
    sweep: str
    payload: str = "id"

    def begin(self, db: Session, one: Any) -> None:
        """The first step is put off, and what is to happen if nobody takes it."""
        db.add(one)
        db.flush()
        later(db, self.job, **{self.payload: one.id})
        later(db, self.sweep, due=now() + KEPT_FOR, **{self.payload: one.id})

    def move(self, db: Session, one: Any, stage: Any, **values: Any) -> None:
        """On to the next step, if nobody else has moved it since it was read. A job follows where one has the next
        word."""
        model = self.model
        query = update(model).where(model.id == one.id, model.stage == one.stage)
        result = db.execute(query.values(stage=stage, version=model.version + 1, alive_at=None, **values))
        assert isinstance(result, CursorResult)
        if result.rowcount != 1:
            raise Stale("This import has gone on meanwhile. Look at it again.")
        if one in db:
            db.refresh(one)
        if stage in self.at_work:
            later(db, self.job, **{self.payload: one.id})

    def claim(self, database: Database, id: int) -> T | None:
        """The row, if a job has the next word and no other is at it: jobs may be started twice."""
        with database.writing() as db:
            one = db.get(self.model, id)
            if one is None or one.stage not in self.at_work:
                return None
            if one.alive_at and one.alive_at > now() - SILENT_FOR:
                raise Stale("Another worker is at this import.")
            one.alive_at = now()
            found: T = one
            return found

    def work(
        self,
        database: Database,
        id: int,
        steps: Mapping[Any, Callable[[Database, T], None]],
        back: Mapping[Any, Any],
        otherwise: Any,
    ) -> None:
        """The job's part. What is wrong is told where it goes `back` to; a step that was done is not done again."""
        one: Any = self.claim(database, id)
        if one is None:
            return
        try:
            with self.breathing(database, id):
                steps[one.stage](database, one)
        except (Unreadable, WrongMap, Refusal) as error:
            with database.writing() as db:
                self.move(db, one, back.get(one.stage, otherwise), problem=sentence(error))

    @contextmanager
    def breathing(self, database: Database, id: int) -> Iterator[None]:
        """A sign of life now and then while long files are read, so that no other worker takes the step for left."""
        ended = Event()

        def breathe() -> None:
            while not ended.wait(BREATH):
                with suppress(DBAPIError), database.writing() as db:
                    db.execute(update(self.model).where(self.model.id == id).values(alive_at=now()))

        thread = Thread(target=breathe, daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()


def sentence(error: Exception) -> str:
    return "\n".join(error.sentences) if isinstance(error, WrongMap) else str(error)
