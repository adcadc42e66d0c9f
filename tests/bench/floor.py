"""The floor: a bare ASGI application that answers one constant body, served exactly as the product is.

`python -m tests.bench.floor BYTES` with the product's environment (PILOTAGE_PORT and the rest).
"""

import sys
from random import Random

from starlette.types import ASGIApp, Receive, Scope, Send

from app.main import compressing
from app.server import Server
from app.serving import listen
from app.settings import load
from tests.bench.words import Words


def body_of(size: int) -> bytes:
    """Words, not one letter again and again: compressing it costs what compressing a page costs."""
    words, text = Words(Random(1)), ""
    while len(text) < size:
        text += f"<p>{words.sentence()}</p>"
    return text[:size].encode()


def bare(body: bytes) -> ASGIApp:
    headers = [(b"content-type", b"text/html; charset=utf-8"), (b"content-length", str(len(body)).encode())]

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            for _ in range(2):
                event = await receive()
                await send({"type": f"{event['type']}.complete"})
            return
        await send({"type": "http.response.start", "status": 200, "headers": list(headers)})
        await send({"type": "http.response.body", "body": body})

    return answer


def main() -> None:
    settings = load()
    app = bare(body_of(int(sys.argv[1])))
    compressed = sys.argv[2:] == ["compressed"]
    Server(settings, compressing(app) if compressed else app, lambda: None).serve_on(listen(settings))


if __name__ == "__main__":
    main()
