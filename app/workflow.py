"""The engine of every life-cycle: a move is declared once and gives the buttons, the checks and the record."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy import CursorResult, update
from sqlalchemy.orm import Session

from app.errors import Invalid, Refused, Stale
from app.people.actor import Actor
from app.record.actions import write
from app.record.models import Entry
from app.web import FormModel

MOST_WORDS = 10_000


class MoveForm(FormModel):
    """What `POST {address}/moves` takes. The version that the page showed is checked where it is sent."""

    name: str = ""
    note: str = ""
    version: int | None = None


class Staged(Protocol):
    id: int
    version: int

    @property
    def ref(self) -> str: ...


T = TypeVar("T", bound=Staged)


@dataclass(frozen=True)
class Move(Generic[T]):
    """name, words on the button, from where, to where, and who may. One name may lead elsewhere from elsewhere.

    reason: words that must be given. by_form: has a form of its own that asks for more than a reason, so that the
    plain `/moves` address does not offer it. tone: how the button looks ("", "danger", "main").
    """

    name: str
    label: str
    sources: tuple[StrEnum, ...]
    target: StrEnum
    allowed: Callable[[Actor, T], bool]
    reason: bool = False
    by_form: bool = False
    tone: str = ""
    done: str = ""


class Workflow(Generic[T]):
    def __init__(self, field: str, *moves: Move[T]) -> None:
        self.field = field
        self.moves: Sequence[Move[T]] = moves
        self.by_name: dict[tuple[str, StrEnum], Move[T]] = {}
        for move in moves:
            for source in move.sources:
                if (move.name, source) in self.by_name:
                    raise ValueError(f"two moves are named {move.name} from {source}")
                self.by_name[move.name, source] = move

    def stage(self, thing: T) -> StrEnum:
        stage: StrEnum = getattr(thing, self.field)
        return stage

    def open_to(self, actor: Actor, thing: T) -> Sequence[Move[T]]:
        """What this person can do with this thing now: the page's buttons."""
        stage = self.stage(thing)
        return [move for move in self.moves if stage in move.sources and move.allowed(actor, thing)]

    def may(self, actor: Actor, thing: T, name: str) -> bool:
        move = self.by_name.get((name, self.stage(thing)))
        return move is not None and move.allowed(actor, thing)

    def check(self, actor: Actor, thing: T, name: str, note: str = "", *, form: bool = False) -> Move[T]:
        """In this order: does the stage still allow it, may this person, is there a reason."""
        namesakes = [move for move in self.moves if move.name == name and (form or not move.by_form)]
        if not namesakes:
            raise Invalid("There is no such move.")
        move = self.by_name.get((name, self.stage(thing)))
        if move is None or move not in namesakes:
            raise Stale(f"This is {self.stage(thing).value} now. “{namesakes[0].label}” is not open any more.")
        if not move.allowed(actor, thing):
            raise Refused(f"“{move.label}” is not yours to do here.")
        if move.reason and not note.strip():
            raise Invalid("Give a reason: the people concerned read it.")
        if len(note) > MOST_WORDS:
            raise Invalid(f"At most {MOST_WORDS:,} characters fit here.")
        return move

    def make(
        self,
        db: Session,
        actor: Actor,
        thing: T,
        name: str,
        note: str = "",
        *,
        form: bool = False,
        version: int | None = None,
        figures: Mapping[str, Any] | None = None,
        words: Mapping[str, str] | None = None,
        **also: Any,
    ) -> Entry:
        """Check, change the stage (guarded by the stage and version it was read at), write the record.

        version: the one that the person saw. words: texts beside the note. also: further columns of the thing that
        change with it.
        """
        if version is not None and version != thing.version:
            raise Stale("Somebody changed this after you opened it. Look at it again before you go on.")
        move = self.check(actor, thing, name, note, form=form)
        return self.step(db, actor.id, thing, move, note, figures=figures, words=words, **also)

    def step(
        self,
        db: Session,
        actor_id: int | None,
        thing: T,
        move: Move[T],
        note: str = "",
        *,
        figures: Mapping[str, Any] | None = None,
        words: Mapping[str, str] | None = None,
        **also: Any,
    ) -> Entry:
        """The change itself, without asking who: for the system's own moves, such as a day that has come."""
        before = self.stage(thing)
        guarded_update(db, thing, self.field, before, **{self.field: move.target, **also})
        told = {**(words or {}), **({"reason": note.strip()} if note.strip() else {})}
        return write(
            db,
            actor_id,
            move.name,
            thing.ref,
            before=before.value,
            after=move.target.value,
            figures=figures,
            words=told or None,
        )


def guarded_update(db: Session, thing: Any, field: str, before: StrEnum, **values: Any) -> None:
    """UPDATE ... WHERE stage and version are what was read; else somebody was quicker."""
    db.flush()
    model = type(thing)
    query = (
        update(model)
        .where(model.id == thing.id, getattr(model, field) == before, model.version == thing.version)
        .values(version=thing.version + 1, **values)
        .execution_options(synchronize_session=False)
    )
    result = db.execute(query)
    assert isinstance(result, CursorResult)
    if result.rowcount != 1:
        raise Stale("Somebody changed this a moment ago. Look at it again before you go on.")
    db.refresh(thing)
