"""A team chat on this machine: https with a certificate of its own, and a way for the product to reach it that
production does not have."""

import json
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from app.notices.hooks.wire import Reach

HOST = "chat.pilotage.example"


# Made for this test, of a name that nobody can have; good for a hundred years.
CERTIFICATE = Path(__file__).with_name("chat.pem")


@dataclass
class ChatServer:
    """answers: status and body of each answer in turn, the last one for ever. slow: seconds between its bytes."""

    answers: list[tuple[int, bytes]] = field(default_factory=lambda: [(200, b"ok")])
    headers: dict[str, str] = field(default_factory=dict)
    slow: float = 0.0
    posts: list[tuple[str, Any]] = field(default_factory=list)
    port: int = 0

    @property
    def address(self) -> str:
        return f"https://{HOST}:{self.port}/services/T0/B0/secret1234"

    def reach(self, **over: Any) -> Reach:
        context = ssl.create_default_context(cafile=str(CERTIFICATE))
        usual = {"resolve": lambda host, port: ["127.0.0.1"], "allowed": lambda address: True, "context": context}
        return Reach(**{**usual, **over})

    def take(self, request: BaseHTTPRequestHandler) -> None:
        length = int(request.headers.get("content-length", 0))
        self.posts.append((request.path, json.loads(request.rfile.read(length) or b"null")))
        status, body = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        request.send_response(status)
        for name, value in self.headers.items():
            request.send_header(name, value)
        request.end_headers()
        for place in range(0, len(body), 1 if self.slow else len(body)):
            request.wfile.write(body[place : place + (1 if self.slow else len(body))])
            time.sleep(self.slow)


@contextmanager
def a_chat(**fields: Any) -> Iterator[ChatServer]:
    chat = ChatServer(**fields)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            try:
                chat.take(self)
            except OSError:
                self.close_connection = True

        def log_message(self, *_: Any) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    chat.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield chat
    finally:
        server.shutdown()
        server.server_close()
