"""`/files/{id}`: a file as an attachment; `/files/{id}/photo` and `/preview`: a photo in place, and nothing else is."""

from urllib.parse import quote

from starlette.responses import StreamingResponse

from app.db import Db
from app.errors import Missing
from app.people.actor import Visitor
from app.talk.files.models import File, FileKind
from app.talk.files.queries import find, name_for
from app.talk.files.store import store_of
from app.web import Request, Response, ThingId, router

routes = router()
# Whatever a file holds: opened in a browser it may do nothing, and load nothing.
ALONE = {"Content-Security-Policy": "default-src 'none'; sandbox", "X-Content-Type-Options": "nosniff"}


@routes.get("/files/{id}")
def download(request: Request, db: Db, actor: Visitor, id: ThingId) -> Response:
    file, veiled = find(db, actor, id)
    content = file.cleaned if veiled and file.cleaned else file.sha256
    name = quote(name_for(file, veiled=veiled), safe="")
    return sent(request, file, content, f"attachment; filename*=UTF-8''{name}")


@routes.get("/files/{id}/photo")
def photo(request: Request, db: Db, actor: Visitor, id: ThingId) -> Response:
    file, _ = find(db, actor, id)
    return in_place(request, file, file.sha256)


@routes.get("/files/{id}/preview")
def preview(request: Request, db: Db, actor: Visitor, id: ThingId) -> Response:
    file, _ = find(db, actor, id)
    return in_place(request, file, file.preview)


def in_place(request: Request, file: File, content: str) -> Response:
    if file.kind is not FileKind.PHOTO:
        raise Missing()
    return sent(request, file, content, "inline")


def sent(request: Request, file: File, content: str, disposition: str) -> Response:
    """Asked for each time, sent only when the browser does not hold these bytes already."""
    headers = {"ETag": f'"{content}"', "Cache-Control": "private, no-cache", "Content-Disposition": disposition}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers | ALONE)
    pieces = store_of(request.app.state.settings).read(content)
    return StreamingResponse(pieces, media_type=file.type, headers=headers | ALONE)
