"""The search for programs: what the page finds, as JSON."""

from typing import Any

from starlette.responses import JSONResponse

from app.db import Db
from app.people.tokens.caller import Reader
from app.people.tokens.described import OF_TOKENS, PROBLEM, READING
from app.search import queries
from app.search.asking import read
from app.search.queries import SIZE, Hit
from app.web import Request, Response, api_router

routes = api_router()
PARAMETERS: list[dict[str, Any]] = [
    {
        "name": "q",
        "in": "query",
        "required": True,
        "description": 'Words, "phrases", -without, begin*, author:, process:, stage:, kind:, is:mine, is:open.',
        "schema": {"type": "string", "maxLength": 200},
    },
    {
        "name": "sort",
        "in": "query",
        "description": "What fits best first, or the newest.",
        "schema": {"type": "string", "enum": ["best", "newest"]},
    },
    {"name": "after", "in": "query", "description": "`next` of the page before.", "schema": {"type": "integer"}},
]
REFUSALS = OF_TOKENS | {422: PROBLEM | {"description": "The address cannot be read."}}
DESCRIBED = READING | {"parameters": PARAMETERS}


@routes.get("/api/v1/search", summary="Search", openapi_extra=DESCRIBED, responses=REFUSALS)
def search(request: Request, db: Db, actor: Reader) -> Response:
    """Everything that you may see, twenty at a time. Counts stop at 300 of a kind."""
    asked = read(request.query_params)
    told = queries.search(db, actor, asked) if asked.any else None
    order = told.order if told else ()
    end = asked.begin + SIZE
    answer = {
        "q": asked.q,
        "number": told.number.number if told else 0,
        "more": told.number.more if told else False,
        "kinds": {name: count.number for name, count in told.kinds} if told else {},
        "items": [as_json(one) for one in queries.hits(db, actor, asked, order[asked.begin : end])],
        "next": end if len(order) > end else None,
    }
    return JSONResponse(answer, headers={"Cache-Control": "no-store"})


def as_json(one: Hit) -> dict[str, Any]:
    return {
        "ref": one.ref,
        "kind": one.kind,
        "title": "".join(piece.words for piece in one.title),
        "excerpt": "".join(piece.words for piece in one.excerpt),
        "stage": one.stage,
        "process": one.process[1] if one.process else None,
        "at": one.at.isoformat() if one.at else None,
        "address": one.address,
    }
