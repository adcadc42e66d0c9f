"""Slow, broken and greedy clients over a real socket."""

import socket
import time
from collections.abc import Callable

import pytest

from app import wire
from app.main import BODY_LIMIT, Pilotage
from app.web import guard
from app.web.guard import SAFE_HEADERS
from tests.robust.serving import Client, until

HEAD = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n"
FORM = b"Host: 127.0.0.1\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\n"


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=8)


def all_of(connection: socket.socket) -> bytes:
    """What comes until the server closes. A reset would be an error here: the answer would be lost."""
    parts = []
    while part := connection.recv(65536):
        parts.append(part)
    return b"".join(parts)


def up_to(connection: socket.socket, end: bytes) -> bytes:
    """One answer whose end is known: head and body may come apart."""
    heard = b""
    while not heard.endswith(end) and (part := connection.recv(65536)):
        heard += part
    return heard


def drip(connection: socket.socket, part: bytes, times: int, pause: float = 0) -> None:
    for _ in range(times):
        connection.sendall(part)
        time.sleep(pause)


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def assert_safe(answer: bytes) -> None:
    head = answer.partition(b"\r\n\r\n")[0].decode().lower()
    for name, value in SAFE_HEADERS.items():
        assert f"{name}: {value}".lower() in head
    assert "\r\nserver:" not in head


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, seconds in {"HEADER_SECONDS": 0.4, "PACE_SECONDS": 0.4, "READ_SECONDS": 0.6}.items():
        monkeypatch.setattr(wire, name, seconds)


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        (b"", b""),
        (b"\r\n\r\n", b""),
        (b"GET /heal", b"HTTP/1.1 408"),
        (HEAD, b"HTTP/1.1 408"),
        (HEAD + b"X-Half: a", b"HTTP/1.1 408"),
        (b"POST /sign-in HTTP/1.1\r\n" + FORM + b"Content-Length: 20\r\n\r\nname=", b"HTTP/1.1 408"),
        (b"POST /sign-in HTTP/1.1\r\n" + FORM + b"Transfer-Encoding: chunked\r\n\r\n5\r\nname=\r\n", b"HTTP/1.1 408"),
    ],
)
def test_a_request_that_is_half_sent_is_dropped(hurried: None, port: int, sent: bytes, answer: bytes) -> None:
    with connect(port) as connection:
        connection.sendall(sent)
        begun = time.monotonic()
        heard = all_of(connection)
        assert heard[: len(answer)] == answer
        assert bool(heard) == bool(answer)
        assert time.monotonic() - begun < 4


def test_one_byte_at_a_time_does_not_help(hurried: None, port: int) -> None:
    with connect(port) as connection, pytest.raises(OSError):
        drip(connection, b"a", 100, 0.05)


def test_three_hundred_of_them_keep_nobody_out(hurried: None, client: Callable[[], Client], port: int) -> None:
    sleepers = [connect(port) for _ in range(300)]
    for sleeper in sleepers:
        sleeper.sendall(HEAD)
    person, begun = client(), time.monotonic()
    assert person.get("/test/read").status == 200
    assert time.monotonic() - begun < 2
    for sleeper in sleepers:
        assert status(all_of(sleeper)) == 408
        sleeper.close()


def test_a_quick_client_and_one_that_pauses_between_requests_are_served(port: int) -> None:
    with connect(port) as connection:
        for _ in range(2):
            connection.sendall(HEAD + b"\r\n")
            answer = up_to(connection, b'{"status":"ok"}')
            assert answer.startswith(b"HTTP/1.1 200")
            time.sleep(0.3)


def test_a_body_that_keeps_its_pace_is_taken(hurried: None, port: int) -> None:
    body = b"email=a%40b.example&password=" + b"x" * 4000
    with connect(port) as connection:
        connection.sendall(b"POST /sign-in HTTP/1.1\r\n" + FORM + b"Content-Length: %d\r\n\r\n" % len(body))
        for start in range(0, len(body), 400):
            connection.sendall(body[start : start + 400])
            time.sleep(0.1)
        assert status(connection.recv(65536)) in (422, 429)


def test_an_answer_that_nobody_reads_is_dropped(hurried: None, client: Callable[[], Client], port: int) -> None:
    reader = client()
    with connect(port) as connection:
        connection.sendall(b"GET /test/long HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: %b\r\n\r\n" % reader.cookie)
        assert connection.recv(100).startswith(b"HTTP/1.1 200")
        time.sleep(1.5)
        assert not all_of(connection).endswith(b"0\r\n\r\n")


@pytest.mark.parametrize("size", [wire.HEADER_LIMIT + 1, 400_000])
@pytest.mark.parametrize("where", [b"GET /?%b HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", HEAD + b"X-Long: %b\r\n\r\n"])
def test_headers_that_are_too_long_are_refused_in_words(port: int, where: bytes, size: int) -> None:
    with connect(port) as connection:
        connection.sendall(where % (b"a" * size))
        answer = all_of(connection)
        assert status(answer) == 431
        assert answer.endswith(b"too long.")
        assert_safe(answer)


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"BREW /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"GET /healthz HTTP/9.9\r\nHost: 127.0.0.1\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost 127.0.0.1\r\n\r\n",
        b"POST /sign-in HTTP/1.1\r\n" + FORM + b"Content-Length: -5\r\n\r\n",
        b"POST /sign-in HTTP/1.1\r\n" + FORM + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n",
        b"POST /sign-in HTTP/1.1\r\n" + FORM + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ],
)
def test_what_is_not_http_is_refused_in_words(port: int, sent: bytes) -> None:
    with connect(port) as connection:
        connection.sendall(sent)
        answer = all_of(connection)
        assert status(answer) == 400
        assert_safe(answer)


def declared(size: int) -> bytes:
    return FORM + b"Content-Length: %d\r\n\r\n" % size + b"name=" + b"x" * (size - 5)


def chunked(size: int) -> bytes:
    chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    return FORM + b"Transfer-Encoding: chunked\r\n\r\n" + chunk * (size // 65536 + 1) + b"0\r\n\r\n"


@pytest.mark.parametrize("body", [declared, chunked])
def test_a_body_that_is_too_large_is_refused_and_the_answer_arrives(port: int, body: Callable[[int], bytes]) -> None:
    with connect(port) as connection:
        connection.sendall(b"POST /sign-in HTTP/1.1\r\n" + body(BODY_LIMIT + 300_000))
        answer = all_of(connection)
        assert status(answer) == 413
        assert b"connection: close" in answer.lower()
        assert_safe(answer)


def test_a_flood_behind_an_answer_is_cut(port: int) -> None:
    with connect(port) as connection:
        connection.sendall(b"POST /nowhere HTTP/1.1\r\n" + FORM + b"Content-Length: 999999999\r\n\r\n")
        with pytest.raises(OSError):
            drip(connection, b"x" * 65536, 16_000)


def test_too_many_connections_are_told_so(monkeypatch: pytest.MonkeyPatch, port: int) -> None:
    monkeypatch.setattr(wire, "CONNECTIONS", 3)
    first = [connect(port) for _ in range(3)]
    with connect(port) as one_too_many:
        answer = all_of(one_too_many)
    assert status(answer) == 503
    assert b"retry-after" in answer.lower()
    assert_safe(answer)
    for connection in first:
        connection.sendall(HEAD + b"\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 200")
        connection.close()


def test_too_many_requests_at_once_are_told_so(
    monkeypatch: pytest.MonkeyPatch, port: int, client: Callable[[], Client], served_app: Pilotage
) -> None:
    monkeypatch.setattr(guard, "AT_ONCE", 0)
    answer = client().get("/test/read")
    assert answer.status == 503
    assert answer.headers["Retry-After"]
    assert b"Many people are here" in answer.text  # type: ignore[attr-defined]
    monkeypatch.undo()
    assert client().get("/test/read").status == 200
    until(lambda: served_app.guard.at_once == 0)
