"""The description of the API for programs: OpenAPI, made of the routes themselves."""

from typing import Any

from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema
from starlette.responses import JSONResponse

from app.voice.asking.api import models
from app.web import Request, Response, router

routes = router()
ABOUT = (
    "Answers sent as they come, and figures read. Errors are problem details (RFC 9457); JSON is strict in its types."
)


@routes.get("/openapi.json")
async def openapi(request: Request) -> Response:
    described: dict[str, Any] | None = getattr(request.app.state, "described", None)
    if described is None:
        described = request.app.state.described = describe(request)
    return JSONResponse(described)


def describe(request: Request) -> dict[str, Any]:
    """FastAPI tells of the routes, and the models that read a body tell of the body."""
    told = get_openapi(
        title="Pilotage",
        version="1",
        description=ABOUT,
        routes=request.app.routes,
        servers=[{"url": request.app.state.settings.address}],
    )
    wanted = [(model, "validation") for model in models]
    _, parts = models_json_schema(wanted, ref_template="#/components/schemas/{model}")  # type: ignore[arg-type]
    components = told.setdefault("components", {})
    components["schemas"] = {**parts.get("$defs", {})}
    components["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "description": "A personal token, made in one's settings."}
    }
    return told
