"""The floor: a bare ASGI application that answers one constant body, served exactly as the product is.

`python -m tests.bench.floor BYTES` with the product's environment (PILOTAGE_PORT and the rest).
"""

import sys
from random import Random

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from app.main import compressing
from app.serving import configuration
from app.settings import load
from tests.bench.words import Words


def body_of(size: int) -> bytes:
    """Words, not one letter again and again: compressing it costs what compressing a page costs."""
    words, text = Words(Random(1)), ""
    while len(text) < size:
        text += f"<p>{words.sentence()}</p>"
    return text[:size].encode()


def bare(body: bytes) -> ASGIApp:
    start = {
        "type": "http.response.start",
        "status": 200,
        "headers": [
            (b"content-type", b"text/html; charset=utf-8"),
            (b"content-length", str(len(body)).encode()),
        ],
    }
    rest = {"type": "http.response.body", "body": body}

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await send(start | {"headers": list(start["headers"])})  # type: ignore[call-overload]
            await send(rest)

    return answer


def main() -> None:
    app = bare(body_of(int(sys.argv[1])))
    compressed = sys.argv[2:] == ["compressed"]
    settings = load()
    config = configuration(compressing(app) if compressed else app, settings)
    config.host, config.port, config.lifespan = settings.host, settings.port, "off"
    uvicorn.Server(config).run()


if __name__ == "__main__":
    main()
