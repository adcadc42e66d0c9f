"""One server process: uvicorn with our protocol, told how to serve, when to stop and how."""

import asyncio
import os
import resource
import signal
import socket
import threading
from collections.abc import Callable
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from app.settings import Settings
from app.wire import State, Wire

STOP_WITHIN = 20.0


def configuration(app: ASGIApp, settings: Settings) -> uvicorn.Config:
    """How an application is served; the bench's floor is served in the same way."""
    return uvicorn.Config(
        app,
        http=Wire,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies or "",
        server_header=False,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=12,
    )


class Server(uvicorn.Server):
    """uvicorn with our protocol: says when it serves, and stops in time without dropping a request."""

    def __init__(self, settings: Settings, app: ASGIApp, ready: Callable[[], None]) -> None:
        super().__init__(configuration(app, settings))
        self.server_state = State()
        self.ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self.server_state.stopping = True  # type: ignore[attr-defined]
        for end in getattr(getattr(self.config.app, "state", None), "endings", ()):
            end()
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: Any) -> None:
        """The transactions of a thread that does not end by then are rolled back by its database."""
        last = threading.Timer(STOP_WITHIN - 1, os._exit, (0,))
        last.daemon = True
        last.start()
        super().handle_exit(sig, frame)

    def _stop(self, *_: Any) -> None:
        self.should_exit = True

    def serve_on(self, listening: socket.socket) -> bool:
        """Until a signal says stop. True when it asked to start anew. Returning is a clean end, not a signal's."""
        again = False

        def anew(*_: Any) -> None:
            nonlocal again
            again = self.should_exit = True

        for kind in (signal.SIGINT, signal.SIGTERM):
            signal.signal(kind, self._stop)
        signal.signal(signal.SIGHUP, anew)
        with asyncio.Runner(loop_factory=self.config.get_loop_factory()) as runner:
            runner.run(self.serve([listening]))
        return again


def open_many_files() -> None:
    """As many connections as the machine allows this process, not as few as a shell allows at first."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
