"""Finding the thing that an address names: always through its `visible_to`, never by bare id; else 404."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Depends, Request
from sqlalchemy import ColumnElement, Select, bindparam, select

from app.db import Db, embedded
from app.errors import Missing
from app.people.actor import Actor, visitor
from app.web import ThingId, placed


def found(
    model: Any,
    visible_to: Callable[[Actor], ColumnElement[bool]],
    who: Callable[..., Any] = visitor,
    made: Callable[[Actor], tuple[Select[Any], dict[str, Any]]] | None = None,
) -> Callable[..., Any]:
    """A dependency: `TheIdea = Annotated[Idea, Depends(found(Idea, visible_to))]` for addresses with `{id}`.

    `who` finds the person who asks, where that is not a browser's. `made`: the same question as a select that was made
    once, with what its parameters but the id stand for; to make it anew can cost more than to ask it. A request that
    changes locks the thing before reading it (on SQLite the transaction has its lock already).
    """

    @placed
    def the_thing(request: Request, db: Db, actor: Annotated[Actor, Depends(who)], id: ThingId) -> Any:
        query, given = (
            made(actor) if made else (select(model).where(model.id == bindparam("id"), visible_to(actor)), {})
        )
        if db.info.get("writing") and not embedded(db):
            query = query.with_for_update(of=model)
        thing = db.scalars(query, {"id": id, **given}).first()
        if thing is None:
            raise Missing()
        return thing

    return the_thing
