"""A bounded load from the standard library: one request after the other on a connection that is kept."""

import http.client
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from app.errors import Trouble
from tests.bench.servers import Server


@dataclass(frozen=True)
class Ask:
    """One request: who asks for what, and the status that is right."""

    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 200


@dataclass
class Taken:
    """What one round of requests took."""

    cpu_ms: float  # of the server, a request
    seconds: Sequence[float]
    bytes: int  # of the last answer's body


class Client:
    def __init__(self, server: Server) -> None:
        self.http = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)

    def send(self, ask: Ask, method: str = "GET", body: str | None = None) -> tuple[http.client.HTTPResponse, bytes]:
        self.http.request(method, ask.path, body, dict(ask.headers))
        answer = self.http.getresponse()
        return answer, answer.read()

    def get(self, ask: Ask) -> tuple[http.client.HTTPResponse, bytes]:
        """Raises Trouble when the answer is not the right one: a page that fails fast is not fast."""
        answer, body = self.send(ask)
        if answer.status != ask.status:
            raise Trouble(f"{ask.path} answered {answer.status}, not {ask.status}.")
        return answer, body


@contextmanager
def client(server: Server) -> Iterator[Client]:
    made = Client(server)
    try:
        yield made
    finally:
        made.http.close()


def take(server: Server, asks: Sequence[Ask]) -> Taken:
    with client(server) as there:
        _, body = there.get(asks[0])
        seconds = []
        before = server.cpu()
        for ask in asks:
            begun = time.perf_counter()
            _, body = there.get(ask)
            seconds.append(time.perf_counter() - begun)
        return Taken((server.cpu() - before) / len(asks) / 1e6, seconds, len(body))
