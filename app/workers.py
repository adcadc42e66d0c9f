"""Several server processes on one socket: the parent holds it, replaces who dies, and all of them at SIGHUP.

A worker is a fresh interpreter, so that a replaced one runs the code of now. Over its standard input it gets the
settings, and learns from the end of that input that its parent has gone; over its standard output it says once that
it serves. The outbox's thread runs in the first worker alone; a lease would keep a job from being done twice anyway.
"""

import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import structlog
from pydantic import SecretStr

from app import logs
from app.errors import Trouble
from app.main import create_app
from app.server import STOP_WITHIN, Server, open_many_files
from app.settings import Settings

WORKER = "app.workers"
START_WITHIN = 30.0
PAUSE = 0.1
log = structlog.get_logger()


def plain(settings: Settings) -> dict[str, Any]:
    return {name: value.get_secret_value() if isinstance(value, SecretStr) else value for name, value in settings}


class Hand:
    """One worker process, seen from its parent."""

    def __init__(self, settings: Settings, listening: socket.socket, place: int) -> None:
        self.place = place
        self.process = subprocess.Popen(  # noqa: S603 - ourselves
            [sys.executable, "-m", WORKER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=(listening.fileno(),),
        )
        told = {"settings": plain(settings), "socket": listening.fileno(), "place": place}
        assert self.process.stdin
        self.process.stdin.write(json.dumps(told).encode() + b"\n")
        self.process.stdin.flush()
        self.started = time.monotonic()
        self.ready = False

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def look(self) -> bool:
        """Whether it serves by now."""
        assert self.process.stdout
        if not self.ready and select.select([self.process.stdout], [], [], 0)[0]:
            self.ready = bool(self.process.stdout.readline())
        return self.ready

    def stop(self) -> None:
        if self.alive:
            self.process.send_signal(signal.SIGTERM)

    def end(self, within: float) -> None:
        """Wait for it to stop; by force when it does not."""
        try:
            self.process.wait(max(0.0, within))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                pipe.close()


class Crew:
    def __init__(self, settings: Settings, listening: socket.socket, ready: Callable[[], None]) -> None:
        self.settings, self.listening, self.ready = settings, listening, ready
        self.hands: list[Hand] = []
        self.stopping = self.renewing = False

    def run(self) -> None:
        for kind in (signal.SIGINT, signal.SIGTERM):
            signal.signal(kind, lambda *_: setattr(self, "stopping", True))
        signal.signal(signal.SIGHUP, lambda *_: setattr(self, "renewing", True))
        self.listening.listen(2048)
        self.hands = [self.hire(place) for place in range(self.settings.workers)]
        try:
            if not all(map(self.wait_for, self.hands)) and not self.stopping:
                raise Trouble("A server process did not start. What it said stands above.")
            if not self.stopping:
                self.ready()
            while not self.stopping:
                time.sleep(PAUSE)
                self.replace_dead()
                if self.renewing:
                    self.renewing = False
                    self.renew()
        finally:
            self.stop()

    def hire(self, place: int) -> Hand:
        return Hand(self.settings, self.listening, place)

    def wait_for(self, hand: Hand) -> bool:
        while not hand.look():
            if not hand.alive or self.stopping or time.monotonic() > hand.started + START_WITHIN:
                return False
            time.sleep(PAUSE)
        return True

    def replace_dead(self) -> None:
        for place, hand in enumerate(self.hands):
            hand.look()
            if hand.alive:
                continue
            if not hand.ready and time.monotonic() < hand.started + 5:
                continue  # it could not even start: not at once again
            log.error("a server process died", process=hand.process.pid, code=hand.process.returncode)
            hand.end(0)
            self.hands[place] = self.hire(place)

    def renew(self) -> None:
        """One by one: the new one serves before the old one stops."""
        for place, old in enumerate(self.hands):
            new = self.hire(place)
            if not self.wait_for(new):
                new.stop()
                new.end(STOP_WITHIN)
                if not self.stopping:
                    log.error("a new server process did not start; the old ones go on")
                return
            self.hands[place] = new
            old.stop()
            old.end(STOP_WITHIN)
        log.info("server processes replaced", count=len(self.hands))

    def stop(self) -> None:
        self.listening.close()
        for hand in self.hands:
            hand.stop()
        deadline = time.monotonic() + STOP_WITHIN - 0.5
        for hand in self.hands:
            hand.end(deadline - time.monotonic())


def main() -> None:
    """A worker's life."""
    lifeline = open(0, "rb", buffering=0)  # noqa: SIM115 - held until the end; a buffered one has a lock of its own
    told = json.loads(lifeline.readline())
    settings = Settings.model_validate(told["settings"])
    logs.configure(settings)
    open_many_files()
    listening = socket.socket(fileno=told["socket"])

    def ready() -> None:
        print("ready", flush=True)  # noqa: T201 - to the parent

    server = Server(settings, create_app(settings, run_worker=told["place"] == 0), ready)

    def follow_parent() -> None:
        lifeline.read()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=follow_parent, daemon=True).start()
    server.serve_on(listening)


if __name__ == "__main__":
    main()
