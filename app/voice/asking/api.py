"""The voice for programs: answers sent as they come, and sources with their figures."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated, Any

from fastapi import Depends
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col
from starlette.responses import JSONResponse

from app.db import Db
from app.errors import Invalid, Missing, Refusal, Refused, Stale
from app.people.actor import Actor
from app.people.found import found
from app.people.tokens.caller import Call, Reader, Sender, reader
from app.people.tokens.described import OF_TOKENS, PROBLEM, READING, schema
from app.record.actions import write
from app.voice.asking.actions import home_day, locked
from app.voice.asking.models import Asking, Batch
from app.voice.asking.queries import asking_visible_to, design
from app.voice.asking.rules import keeps
from app.voice.asking.sent import Done, Problem, Reading, Sent, nearest, read
from app.voice.asking.storing import Stored, store
from app.voice.importing.table import plain
from app.voice.models import Source, SourceStage
from app.voice.queries import taken_sources, visible_to
from app.voice.showing import as_json
from app.web import Request, Response, api_router, slow
from app.web.guard import API_BODY

routes = api_router()
LONGEST_KEY = 200
TheSource = Annotated[Source, Depends(found(Source, visible_to, reader))]


class NotCollecting(Stale):
    title = "This source is not collecting"


@dataclass(frozen=True)
class Parsed:
    """A body, read before the request takes its lock; what is wrong with it is said once we know who asks."""

    digest: str
    batch: Sent | None
    error: Refusal | None = None

    @property
    def sent(self) -> Sent:
        if self.batch is None:
            raise self.error or Invalid("The body cannot be read.")
        return self.batch


async def raw(request: Request) -> bytes:
    return await request.body()


def parsed(body: Annotated[bytes, Depends(raw)]) -> Parsed:
    digest = sha256(body).hexdigest()
    try:
        return Parsed(digest, read(body))
    except Refusal as error:
        return Parsed(digest, None, error)


REFUSALS: dict[int | str, dict[str, Any]] = OF_TOKENS | {
    403: PROBLEM | {"description": "The token is for something else, or the source is not yours to send into."},
    404: PROBLEM | {"description": "There is no such source, or none that you may see."},
}
SENDING: dict[int | str, dict[str, Any]] = {
    200: {"description": "All of it is stored.", "content": {"application/json": schema("Done")}},
    409: PROBLEM | {"description": "The source is not collecting, or the same key is being used right now."},
    413: PROBLEM | {"description": "The body is larger than 4 MB."},
    422: PROBLEM
    | {"description": "Parts of the batch are wrong, each named; or the key came with another body before."},
}
ASKED = {
    "security": [{"token": []}],
    "requestBody": {"required": True, "content": {"application/json": schema("Sent")}},
    "parameters": [
        {
            "name": "Idempotency-Key",
            "in": "header",
            "required": True,
            "description": "New for each batch, the same when a batch is sent again: at most 200 characters.",
            "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY},
        }
    ],
}
models = (Sent, Done, Problem)


@routes.post(
    "/api/v1/voice/responses",
    summary="Send answers",
    max_body_size=API_BODY,
    openapi_extra=ASKED,
    responses=SENDING | REFUSALS,
)
@slow
def send(request: Request, body: Annotated[Parsed, Depends(parsed)], db: Db, by: Sender) -> Response:
    """Up to 1,000 responses into a source that is collecting. All are stored, or none."""
    key = key_of(request)
    if done := known(db, by.actor, key, body):
        return done
    sent = body.sent
    asking, source = wanted(db, by.actor, sent.source)
    asking, source = locked(db, asking.id)
    if done := known(db, by.actor, key, body):  # the same batch, while this one waited for the lock
        return done
    only_collecting(db, asking, source)
    told = design(db, source.id)
    answers = Reading(told, asking.opens_on, asking.closes_on, home_day(db)).answers(sent)
    stored = store(db, asking, source, told, answers)
    return answer(keep(db, by, source, key, body, stored))


def key_of(request: Request) -> str:
    key = request.headers.get("idempotency-key", "").strip()
    if not 0 < len(key) <= LONGEST_KEY:
        raise Invalid(f"Send an Idempotency-Key of at most {LONGEST_KEY} characters, new for each batch.")
    return sha256(key.encode("utf-8", "replace")).hexdigest()


def known(db: Session, actor: Actor, key: str, body: Parsed) -> Response | None:
    """The answer of the first time."""
    query = select(Batch).where(col(Batch.person_id) == actor.id, col(Batch.key) == key)
    batch = db.scalars(query).first()
    if batch is None:
        return None
    if batch.body != body.digest:
        raise Invalid("This Idempotency-Key came with another body before. Take a new one for a new batch.")
    return answer(batch, {"Idempotency-Replayed": "true"})


def answer(batch: Batch, headers: Mapping[str, str] | None = None) -> Response:
    done = Done(source=batch.source_id, stored=batch.stored, skipped=batch.skipped, responses=batch.responses)
    return JSONResponse(done.model_dump(), headers={"Cache-Control": "no-store", **(headers or {})})


def wanted(db: Session, actor: Actor, words: int | str) -> tuple[Asking, Source]:
    """The source that a batch names, among those that this person may see."""
    query = select(Asking, Source).join(Source, col(Source.id) == col(Asking.source_id))
    mine = [(one[0], one[1]) for one in db.execute(query.where(asking_visible_to(actor)))]
    fits = [pair for pair in mine if is_named(pair[1], words)]
    if not fits:
        others = taken_sources(db, actor)
        if other := next((source for source in others if is_named(source, words)), None):
            raise NotCollecting(f"{other.name} was brought in whole: it takes no single answers.")
        names = [source.name for asking, source in mine if source.collecting and keeps(actor, asking)]
        raise Missing(f"There is no source {str(words)[:80]} that you may send into.{nearest(str(words), names)}")
    if not keeps(actor, fits[0][0]):
        raise Refused(f"{fits[0][1].name} is kept by others. Its maker, its department or the committee send into it.")
    return fits[0]


def is_named(source: Source, words: int | str) -> bool:
    return source.id == words if isinstance(words, int) else plain(source.name) == plain(words)


def only_collecting(db: Session, asking: Asking, source: Source) -> None:
    day = home_day(db)
    if source.stage is not SourceStage.TAKEN or not source.collecting:
        raise NotCollecting(f"{source.name} is closed: it took answers until {source.last_day}.")
    if not asking.takes(day):
        way = f"opens on {asking.opens_on}" if day < asking.opens_on else f"took answers until {asking.closes_on}"
        raise NotCollecting(f"{source.name} {way}.")


def keep(db: Session, by: Call, source: Source, key: str, body: Parsed, stored: Stored) -> Batch:
    batch = Batch(
        source_id=source.id,
        person_id=by.actor.id,
        token_id=by.token_id,
        key=key,
        body=body.digest,
        stored=stored.stored,
        skipped=stored.skipped,
        responses=stored.responses,
    )
    db.add(batch)
    db.flush()
    if stored.stored:
        figures = {"batch": batch.id, "stored": stored.stored, "responses": stored.responses}
        write(db, by.actor.id, "receive", source.ref, figures=figures)
    return batch


REFUSALS_OF_READING = REFUSALS | {422: PROBLEM | {"description": "The address cannot be read."}}


@routes.get("/api/v1/voice/sources", summary="List sources", openapi_extra=READING, responses=REFUSALS_OF_READING)
def list_sources(request: Request, db: Db, actor: Reader) -> Response:
    """Every source that you may see, the latest first."""
    told = [
        {
            "id": source.id,
            "name": source.name,
            "from": source.first_day.isoformat(),
            "to": source.last_day.isoformat(),
            "responses": source.responses,
            "collecting": source.collecting,
        }
        for source in taken_sources(db, actor)
    ]
    return JSONResponse({"sources": told}, headers={"Cache-Control": "no-store"})


@routes.get("/api/v1/voice/sources/{id}", summary="Read a source", openapi_extra=READING, responses=REFUSALS_OF_READING)
def show_source(request: Request, db: Db, actor: Reader, source: TheSource) -> Response:
    """Its figures, unrounded; what fewer than its smallest cell have answered is null."""
    return JSONResponse(dict(as_json(db, source)), headers={"Cache-Control": "no-store"})
