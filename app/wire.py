"""The wire: uvicorn's HTTP protocol with deadlines, since uvicorn alone never drops a request that is half sent.

A middleware cannot do this: it does not see a request before its headers are complete, nor a body's pace.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol
from uvicorn.server import ServerState

from app.web.guard import SAFE_HEADERS

HEADER_SECONDS = 10.0
"""From a connection's or a request's first byte to the end of its headers."""
HEADER_LIMIT = 64 * 1024
PACE_SECONDS = 10.0
PACE = 1024
"""Bytes a second that a body keeps up, looked at every PACE_SECONDS."""
READ_SECONDS = 30.0
"""How long a client may leave an answer unread."""
LINGER_SECONDS = 2.0
"""How long we go on reading after our last word: a socket closed with unread bytes takes the answer away with it."""
REST_LIMIT = 1024 * 1024
"""What may still come of a body after its answer was given without it, before the connection ends for that."""
WASTE_LIMIT = 64 * 1024 * 1024
"""Bytes that are taken without being read by anybody, so that a client that sends them gets to read our answer."""
STOP_SECONDS = 1.0
"""A stopping process still answers what comes over connections that are open, and says that it closes them."""
CONNECTIONS = 2000


class State(ServerState):
    stopping = False


class Lingering:
    """A transport that, told to close while a request still arrives, first says its last word."""

    def __init__(self, transport: asyncio.Transport, wire: "Wire") -> None:
        self.inner, self.wire = transport, wire

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def close(self) -> None:
        if self.wire.arriving and not self.inner.is_closing():
            self.wire.linger()
        else:
            self.inner.close()

    def is_closing(self) -> bool:
        return self.wire.leaving or self.inner.is_closing()


class Wire(HttpToolsProtocol):
    server_state: State

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self.inner = transport
        self.arriving = self.in_head = self.leaving = False
        self.head = self.came = self.wasted = 0
        self.deadline: asyncio.TimerHandle | None = None
        self.unread: asyncio.TimerHandle | None = None
        super().connection_made(Lingering(transport, self))  # type: ignore[arg-type]
        if len(self.connections) > CONNECTIONS:
            self.say(503, "Many people are here at once. Try again in a few seconds.")
        else:
            self.wait(HEADER_SECONDS, self.too_slow)

    def connection_lost(self, exc: Exception | None) -> None:
        self.rest()
        if self.unread:
            self.unread.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.leaving:
            self.waste(len(data))
            return
        if self.deadline is None:
            self.wait(HEADER_SECONDS, self.too_slow)
        self.came += len(data)
        super().data_received(data)
        if self.in_head:
            self.head += len(data)
            if self.head > HEADER_LIMIT:
                self.say(431, "The address or its headers are too long.")

    # What the parser sees of a request

    def on_message_begin(self) -> None:
        self.arriving = self.in_head = True
        self.head = self.wasted = 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self.in_head = False
        self.head = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
        if self.head > HEADER_LIMIT:
            raise ValueError("headers too long")  # the parser answers it with `send_400_response`
        super().on_headers_complete()
        if self.server_state.stopping and self.cycle is not None:
            self.cycle.keep_alive = False
        self.came = 0
        self.wait(PACE_SECONDS, self.look_at_pace)

    def on_body(self, body: bytes) -> None:
        if self.cycle.response_complete:
            self.wasted += len(body)
            if self.wasted > REST_LIMIT and not self.leaving:
                self.linger()
        super().on_body(body)

    def on_message_complete(self) -> None:
        self.arriving = False
        self.rest()
        super().on_message_complete()

    # Deadlines

    def wait(self, seconds: float, then: Any) -> None:
        self.rest()
        self.deadline = self.loop.call_later(seconds, then)

    def rest(self) -> None:
        if self.deadline:
            self.deadline.cancel()
            self.deadline = None

    def too_slow(self) -> None:
        """Headers that did not come in time. A request that waits behind another one is not late."""
        if self.cycle is not None and not self.cycle.response_complete:
            self.wait(HEADER_SECONDS, self.too_slow)
        elif self.arriving:
            self.say(408, "The request did not arrive in time.")
        else:
            self.inner.close()

    def look_at_pace(self) -> None:
        ours = self.flow.read_paused or self.cycle.waiting_for_100_continue
        if ours or self.came >= PACE * PACE_SECONDS:
            self.came = 0
            self.wait(PACE_SECONDS, self.look_at_pace)
        elif self.cycle.response_started:
            self.inner.abort()
        else:
            self.say(408, "The request did not arrive in time.")

    def pause_writing(self) -> None:
        super().pause_writing()
        self.unread = self.loop.call_later(READ_SECONDS, self.inner.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self.unread:
            self.unread.cancel()
            self.unread = None

    # Last words

    def say(self, status: int, words: str) -> None:
        """An answer without the application, with the headers that every answer has."""
        body = words.encode()
        headers = {
            **SAFE_HEADERS,
            "Content-Type": "text/plain; charset=utf-8",
            "Content-Length": str(len(body)),
            "Cache-Control": "no-store",
            "Connection": "close",
        }
        if status == 503:
            headers["Retry-After"] = "5"
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self.inner.write(STATUS_LINE[status] + lines.encode() + b"\r\n" + body)
        self.linger()

    def send_400_response(self, msg: str) -> None:
        if self.head > HEADER_LIMIT:
            self.say(431, "The address or its headers are too long.")
        else:
            self.say(400, "The request could not be read.")

    def linger(self) -> None:
        self.rest()
        self.leaving = True
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self.flow.resume_reading()
        if self.inner.can_write_eof():
            self.inner.write_eof()
        self.wait(LINGER_SECONDS, self.inner.close)

    def waste(self, size: int) -> None:
        self.wasted += size
        if self.wasted > WASTE_LIMIT:
            self.inner.close()

    # A graceful stop

    def shutdown(self) -> None:
        busy = self.cycle is not None and not self.cycle.response_complete
        if busy and not self.cycle.response_started:
            self.cycle.keep_alive = False
        else:
            self.loop.call_later(STOP_SECONDS, self.leave)

    def leave(self) -> None:
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.keep_alive = False
        elif not self.arriving:
            self.inner.close()
