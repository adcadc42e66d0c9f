"""Reading imports: who sees them, what is known already, and where an idea came from."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import now
from app.ideas.importing.found import House, Place
from app.ideas.importing.maps import IdeaMap
from app.ideas.importing.models import ForeignPerson, IdeaImport, ImportedIdea, ImportStage
from app.ideas.importing.rules import may_import
from app.people.actor import Actor
from app.people.models import Kind as PersonKind
from app.people.models import Person
from app.processes.models import Process
from app.refs import Kind
from app.voice.importing.table import plain

ASKED = 500
TAKEN = col(IdeaImport.stage) == ImportStage.TAKEN


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """What was taken is seen by all who may import; what is on its way by whoever brought it."""
    if not may_import(actor):
        return false()
    return or_(TAKEN, own(actor))


def own(actor: Actor) -> ColumnElement[bool]:
    return and_(col(IdeaImport.person_id) == actor.id, col(IdeaImport.stage) != ImportStage.GONE)


kinds = [Kind("idea_import", IdeaImport, visible_to, IdeaImport.name, lambda id: f"/ideas/import/{id}")]


def source_of(idea_map: IdeaMap, ideas_hash: str) -> str:
    """What the ids of an import belong to: the source that its map names, else nothing but these bytes."""
    return idea_map.source or f"bytes {ideas_hash}"


def house_for(db: Session, source: str, zone: str, allowed: Callable[[Process], bool] = lambda process: True) -> House:
    processes = db.scalars(select(Process).order_by(col(Process.name))).all()
    places = {plain(one.name): Place(one.id, one.committee_id, one.name) for one in processes if allowed(one)}
    rows = db.execute(
        select(col(ImportedIdea.key), col(ImportedIdea.digest))
        .join(IdeaImport, col(IdeaImport.id) == col(ImportedIdea.import_id))
        .where(col(ImportedIdea.source) == source, TAKEN)
    )
    return House(places, dict(rows.all()), ZoneInfo(zone))


def foreign_key(source: str, key: str) -> str:
    return sha256(f"{source}\0{key}".encode("utf-8", "replace")).hexdigest()


def people_known(db: Session, source: str, keys: Sequence[str]) -> dict[str, int]:
    """Who stands for these ids already: from an earlier import of this source, or colleagues by their address."""
    known: dict[str, int] = {}
    by_digest = {foreign_key(source, key): key for key in keys}
    digests = list(by_digest)
    for at in range(0, len(digests), ASKED):
        some = select(col(ForeignPerson.key), col(ForeignPerson.person_id)).join(
            IdeaImport, col(IdeaImport.id) == col(ForeignPerson.import_id)
        )
        some = some.where(
            col(ForeignPerson.source) == source, col(ForeignPerson.key).in_(digests[at : at + ASKED]), TAKEN
        )
        known |= {by_digest[digest]: person for digest, person in db.execute(some)}
    addresses = {key.casefold(): key for key in keys if "@" in key and key not in known}
    asked = list(addresses)
    for at in range(0, len(asked), ASKED):
        people = select(col(Person.email), col(Person.id)).where(
            col(Person.email).in_(asked[at : at + ASKED]), col(Person.kind) != PersonKind.IMPORTED
        )
        known |= {addresses[email]: person for email, person in db.execute(people) if email}
    return known


def taken_already(db: Session, file_hash: str) -> IdeaImport | None:
    """The import that these bytes under this map were taken by."""
    query = select(IdeaImport).where(TAKEN, col(IdeaImport.file_hash) == file_hash).order_by(col(IdeaImport.id))
    return db.scalars(query).first() if file_hash else None


@dataclass(frozen=True)
class Origin:
    """Where an idea came from, for its page."""

    import_id: int
    name: str
    at: datetime
    key: str
    answers: Mapping[str, int]
    supported: int | None


def origin_of(db: Session, idea_id: int) -> Origin | None:
    query = (
        select(
            col(IdeaImport.id),
            col(IdeaImport.name),
            col(IdeaImport.taken_at),
            col(ImportedIdea.key),
            col(ImportedIdea.answers),
            col(ImportedIdea.supported),
        )
        .join(IdeaImport, col(IdeaImport.id) == col(ImportedIdea.import_id))
        .where(col(ImportedIdea.idea_id) == idea_id, TAKEN)
    )
    row = db.execute(query).first()
    return Origin(row[0], row[1], row[2] or now(), row[3], json.loads(row[4]), row[5]) if row else None


def imports(db: Session, actor: Actor, most: int = 25) -> Sequence[IdeaImport]:
    query = select(IdeaImport).where(visible_to(actor)).order_by(col(IdeaImport.id).desc()).limit(most)
    return db.scalars(query).all()
