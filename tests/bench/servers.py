"""Servers in processes of their own on the loopback, and what each has used of the processor and of memory."""

import ctypes
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.errors import Trouble
from app.settings import TOP

PATIENCE = 60.0


@dataclass(frozen=True)
class Server:
    pid: int
    port: int

    def cpu(self) -> int:
        """Nanoseconds of the processor that the process has used so far, in all its threads."""
        return time.clock_gettime_ns(clock_of(self.pid))

    def memory(self) -> float:
        """Resident megabytes."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        assert found is not None
        return int(found[1]) / 1024


def clock_of(pid: int) -> int:
    clock = ctypes.c_int()
    ask = getattr(ctypes.CDLL(None), "clock_getcpuclockid", None)
    if ask is None or ask(pid, ctypes.byref(clock)):
        raise Trouble("The bench reads a process's own clock, which Linux has and this system has not.")
    return clock.value


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@contextmanager
def serving(*command: str, log: Path, **variables: str) -> Iterator[Server]:
    """`python -P -m COMMAND` until the end of the block."""
    port = free_port()
    with log.open("w") as lines:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", *command],
            env=environment(variables | {"PORT": str(port)}),
            stdout=lines,
            stderr=lines,
            cwd=log.parent,  # where no .env is
        )
    try:
        wait_for(process, port, log)
        yield Server(process.pid, port)
    finally:
        process.terminate()
        process.wait(30)


def environment(variables: Mapping[str, str]) -> dict[str, str]:
    """The product's defaults, whatever is configured here."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("PILOTAGE_")}
    return plain | {"PYTHONPATH": str(TOP)} | {f"PILOTAGE_{name}": value for name, value in variables.items()}


def wait_for(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    last = log.read_text().strip().splitlines()[-1:] or ["it said nothing"]
    raise Trouble(f"A server of the bench did not start: {last[0]}")
