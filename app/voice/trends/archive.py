"""A bundle as an answer."""

from urllib.parse import quote

from app.web import Response


def archive(data: bytes, name: str) -> Response:
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
        "Cache-Control": "no-store",
    }
    return Response(data, media_type="application/zip", headers=headers)
