"""Input that no browser sends: always refused in words, never a failure of ours."""

from collections.abc import Callable

import pytest

from app.main import Pilotage
from tests.robust.serving import Client
from tests.robust.test_wire import all_of, assert_safe, connect, status

ADDRESSES = [
    "/%",
    "/%zz",
    "/%00",
    "/a%00b",
    "/%ff%fe",
    "/%ed%a0%80",
    "/..%2f..%2fetc/passwd",
    "//elsewhere.example/",
    "/static/..%2f..%2fapp/main.py",
    "/static/0/%00",
    "/people/0",
    "/people/-1",
    "/people/9223372036854775808",
    "/people/99999999999999999999999999999999",
    "/people/1e5",
    "/people/%D9%A1",
    "/ideas?q=%00",
    "/ideas?q=%ff",
    "/ideas?q=%ed%a0%80",
    "/ideas?after=9223372036854775808",
    "/ideas?after=" + "9" * 400,
    "/ideas?page=-1&sort=%27%3B--&stage=nothing&process=abc&team=9223372036854775808",
    "/ideas?" + "a" * 7900,
    "/ideas?" + "a" * 60_000,
    "/search?q=" + "%22%27*" * 500,
    "/sign-in?next=//elsewhere.example",
    "/test/read?" + "&".join(f"a{n}=b" for n in range(1500)),
    "/" + "a/" * 3000,
    "/" + "é" * 10,
]


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"])
def test_no_method_and_no_address_breaks_us(client: Callable[[], Client], port: int, method: str) -> None:
    cookie = client().cookie
    for address in ADDRESSES:
        head = b"%b %b HTTP/1.1\r\nHost: 127.0.0.1\r\nSec-Fetch-Site: same-origin\r\nConnection: close\r\n"
        with connect(port) as connection:
            sent = head % (method.encode(), address.encode("latin-1")) + b"Cookie: " + cookie + b"\r\n\r\n"
            connection.sendall(sent)
            answer = all_of(connection)
            assert status(answer) < 500, (method, address[:80])
            assert_safe(answer)


def test_a_query_of_a_hundred_kilobytes_is_refused(port: int) -> None:
    with connect(port) as connection:
        connection.sendall(b"GET /ideas?q=%b HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" % (b"a" * 100_000))
        assert 400 <= status(all_of(connection)) < 500


FORM = "application/x-www-form-urlencoded"
BODIES = {
    "NUL": (FORM, b"key=k&number=1&why=a%00b"),
    "half a character": (FORM, b"key=k&number=1&why=%ed%a0%80"),
    "broken UTF-8": (FORM, b"key=k&number=1&why=%ff%fe"),
    "broken percent": (FORM, b"key=k&number=1&why=%zz%"),
    "raw bytes": (FORM, b"key=k&number=1&why=\xff\xfe\x00"),
    "no fields": (FORM, b""),
    "many fields": (FORM, b"&".join(b"f%d=x" % n for n in range(3000))),
    "a huge field": (FORM, b"key=k&number=1&why=" + b"x" * 1_500_000),
    "only separators": (FORM, b"&&&===&&&"),
    "a number too large": (FORM, b"key=k&number=99999999999999999999999999&why="),
    "JSON": ("application/json", b'{"key": "k", "number": 1}'),
    "broken JSON": ("application/json", b"{"),
    "deep JSON": ("application/json", b"[" * 100_000),
    "text": ("text/plain", b"key=k&number=1"),
    "no type": ("", b"key=k&number=1"),
    "a broken type": ("application/;;;=", b"x"),
    "an unknown character set": (f"{FORM}; charset=nothing", b"key=k&number=1&why=%e9"),
    "multipart without a boundary": ("multipart/form-data", b"--x\r\n\r\n--x--"),
    "multipart of rubbish": ("multipart/form-data; boundary=x", b"\x00\xff" * 2000),
    "multipart that ends early": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="why"\r\n\r\nabc',
    ),
    "a part without a name": ("multipart/form-data; boundary=x", b"--x\r\nContent-Type: a/b\r\n\r\nabc\r\n--x--\r\n"),
    "a file for a field": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="why"; filename="\xff.exe"\r\n\r\nabc\r\n--x--\r\n',
    ),
    "a long boundary": ("multipart/form-data; boundary=" + "x" * 5000, b"--x"),
}


CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


@pytest.mark.parametrize("what", BODIES)
def test_no_body_breaks_us(client: Callable[[], Client], served_app: Pilotage, what: str) -> None:
    """Each body to every third address, another third for the next one, so that each address gets seven of them."""
    person, (kind, body), place = client(), BODIES[what], list(BODIES).index(what)
    for path in ["/test/write", *sorted(posts(served_app))[place % 3 :: 3]]:
        answer = person.ask("POST", path, body, **({"Content-Type": kind} if kind else {}))
        assert answer.status < 500, (path, answer.status)
        assert answer.headers["Content-Security-Policy"]


def posts(app: Pilotage) -> set[str]:
    """Every address of the product that takes a form, on a thing that may be there."""
    found = set()
    for route in app.routes:
        if "POST" in (getattr(route, "methods", None) or ()):
            path = route.path  # type: ignore[attr-defined]
            for name in getattr(route, "param_convertors", {}):
                path = path.replace("{" + name + "}", "1").replace("{" + name + ":path}", "1")
            found.add(path)
    return found - {"/sign-out"}


@pytest.mark.parametrize(
    "headers",
    [
        {"Cookie": "pilotage=\xff\xfe"},
        {"Cookie": "pilotage=" + "a" * 8000},
        {"Cookie": ";;;==;pilotage"},
        {"Cookie": "notice=%ff%00; pilotage=x"},
        {"If-None-Match": "\xff" * 100},
        {"HX-Target": "%ff%00#", "HX-Request": "true"},
        {"HX-Target": "main#" + "%41" * 3000},
        {"Accept-Language": "xx;q=nan," * 500},
        {"Accept-Encoding": "gzip;q=-1, \xff"},
        {"Range": "bytes=9-1,,-"},
        {"Content-Type": "\xff"},
        {"Host": "127.0.0.1:99999999"},
        {"Host": ""},
        {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Key": "x", "Sec-WebSocket-Version": "13"},
        {"Upgrade": "h2c", "Connection": "Upgrade, HTTP2-Settings"},
        {"Expect": "100-continue"},
        {"Expect": "the unexpected"},
        {"X-Forwarded-For": "\xff, 1.2.3.4", "X-Forwarded-Proto": "gopher", "X-Forwarded-Host": "elsewhere"},
    ],
)
def test_no_header_breaks_us(port: int, client: Callable[[], Client], headers: dict[str, str]) -> None:
    own = {"Host": "127.0.0.1", "Cookie": client().cookie.decode(), "Connection": "close"} | headers
    for path in ("/test/read", "/", "/sign-in", "/nothing", "/static/0/app.css"):
        lines = "".join(f"{name}: {value}\r\n" for name, value in own.items())
        with connect(port) as connection:
            connection.sendall(f"GET {path} HTTP/1.1\r\n{lines}\r\n".encode("latin-1"))
            connection.settimeout(3)
            answer = connection.recv(65536).removeprefix(CONTINUE) or connection.recv(65536)
            assert 200 <= status(answer) < 500
