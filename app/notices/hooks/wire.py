"""One POST to an address that a person gave us: https, its name resolved once, only global addresses, pinned to the
one that was looked at, no redirects, five seconds in all, at most 1 MB read."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPResponse, HTTPSConnection
from ipaddress import IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

SECONDS = 5.0
MOST_BYTES = 1024 * 1024
TOO_LATE = "No whole answer came within five seconds."
# Through these an IPv6 address leads to an IPv4 one.
TRANSLATED = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))
Resolve = Callable[[str, int], Sequence[str]]


class Unreachable(Exception):
    """Why nothing was posted, in words for whoever looks after the channel."""


def resolve(host: str, port: int) -> list[str]:
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def is_global(words: str) -> bool:
    """On the open internet, and not by a detour back to where it is not."""
    address = ip_address(words.partition("%")[0])
    if isinstance(address, IPv6Address):
        if any(address in net for net in TRANSLATED) or address.teredo or address.sixtofour:
            return False
        address = address.ipv4_mapped or address
    return address.is_global and not address.is_multicast and not address.is_reserved


@dataclass(frozen=True)
class Reach:
    """How the world is reached. A test has one that leads to itself; production has this."""

    resolve: Resolve = resolve
    allowed: Callable[[str], bool] = is_global
    context: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    seconds: float = SECONDS


class Pinned(HTTPSConnection):
    """Connects to an address that was looked at; the certificate is the name's."""

    def __init__(self, host: str, port: int, address: str, reach: Reach) -> None:
        super().__init__(host, port, timeout=reach.seconds, context=reach.context)
        self.pinned, self.reach = address, reach
        self.kept: socket.socket | None = None  # `sock` is gone once an answer that ends the connection is read

    def connect(self) -> None:
        plain = socket.create_connection((self.pinned, self.port), self.reach.seconds)
        try:
            secure = self.reach.context.wrap_socket(plain, server_hostname=self.host, do_handshake_on_connect=False)
            self.sock = self.kept = secure
            secure.do_handshake()
        except BaseException:
            (self.kept or plain).close()
            raise


def post(address: str, body: bytes, reach: Reach) -> None:
    """Deliver, or say in one sentence why not."""
    parts = urlsplit(address)
    if parts.scheme != "https" or not parts.hostname:
        raise Unreachable("The address does not begin with https://.")
    host, port, begun = parts.hostname, parts.port or 443, time.monotonic()
    connection = Pinned(host, port, one_global(host, port, reach), reach)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    # A server that sends a byte now and then would outlast a deadline for each read.
    late = threading.Event()
    last = threading.Timer(max(0.1, begun + reach.seconds - time.monotonic()), hang_up, (connection, late))
    last.start()
    try:
        connection.request("POST", path, body, {"Content-Type": "application/json", "User-Agent": "Pilotage"})
        check(connection.getresponse())
    except (OSError, HTTPException, ValueError) as error:
        raise Unreachable(TOO_LATE if late.is_set() else in_words(error)) from error
    finally:
        last.cancel()
        connection.close()
    if late.is_set():
        raise Unreachable(TOO_LATE)


def one_global(host: str, port: int, reach: Reach) -> str:
    """Resolved once; one address that is not global condemns the name."""
    found: list[str] = []

    def look() -> None:
        try:
            found.extend(reach.resolve(host, port))
        except (OSError, UnicodeError):
            return

    looking = threading.Thread(target=look, daemon=True)
    looking.start()
    looking.join(reach.seconds)
    if not found:
        raise Unreachable("The name of the host could not be resolved.")
    if not all(reach.allowed(address) for address in found):
        raise Unreachable("The address leads into a private network: that is not posted to.")
    return found[0]


def hang_up(connection: Pinned, late: threading.Event) -> None:
    """Wakes whoever waits for the other side: to them it looks like the answer's end."""
    late.set()
    if connection.kept is not None:
        with suppress(OSError):
            socket.socket.shutdown(connection.kept, socket.SHUT_RDWR)


def check(response: HTTPResponse) -> None:
    read = response.read(MOST_BYTES + 1)
    if len(read) > MOST_BYTES:
        raise Unreachable("The answer is larger than 1 MB.")
    if 300 <= response.status < 400:
        raise Unreachable(f"The address answers with a redirect ({response.status}): give the one it leads to.")
    if not 200 <= response.status < 300:
        raise Unreachable(f"The chat answers {response.status}.")


def in_words(error: Exception) -> str:
    match error:
        case ssl.SSLCertVerificationError():
            return "The certificate of the host is not to be trusted."
        case TimeoutError():
            return TOO_LATE
        case ConnectionRefusedError():
            return "The host refuses the connection."
        case _:
            return f"The connection failed ({type(error).__name__})."
