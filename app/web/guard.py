"""The outermost layer: own requests only, sane input, safe headers on every answer, words for every failure."""

import re
import secrets
import time
from collections import Counter
from urllib.parse import unquote_to_bytes, urlsplit

import structlog
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import Invalid, Refusal, Refused, TooLarge, Unavailable
from app.settings import Settings

log = structlog.get_logger()
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
AT_ONCE = 500
"""Requests that one process works on at a time; the next one is told to come back."""
# Changes that need not come from our own pages, since their right is in the link: a customer's answer, and the end of
# mail that a mail program asks for (RFC 8058).
CARRY_THEIR_RIGHT = ("/s/", "/unsubscribe/")
API_BODY = 4 * 1024 * 1024
SECRET = re.compile(r"[^/]{20,}")
TOLD = (401, 403, 413, 429)
"""Refusals that are written to the log."""
CONTENT_SECURITY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
SAFE_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


class Guard:
    """Pure ASGI, around everything else, so that even a failure's answer carries the headers."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.origin = settings.origin
        self.hosts = own_hosts(settings)
        self.at_once = 0
        self.answers: Counter[int] = Counter()
        self.seconds = 0.0
        headers = {**SAFE_HEADERS, "Cache-Control": "no-store"}
        self.headers = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        if settings.https:
            self.headers.append((b"strict-transport-security", b"max-age=31536000; includeSubDomains"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = secrets.token_hex(6)
        scope.setdefault("state", {})["request_id"] = request_id
        started = False
        status = 500
        begun = time.perf_counter()
        self.at_once += 1

        async def guarded(message: Message) -> None:
            nonlocal started, status
            if message["type"] == "http.response.start":
                started, status = True, message["status"]
                given = {name for name, _ in message["headers"]}
                ours = [header for header in self.headers if header[0] not in given]
                closing = [(b"connection", b"close")] if status == 413 and b"connection" not in given else []
                message["headers"] = [*message["headers"], *ours, (b"x-request-id", request_id.encode()), *closing]
            await send(message)

        try:
            if problem := self.problem(scope):
                await self.answer(scope, receive, guarded, problem)
            else:
                await self.app(scope, receive, guarded)
        except ClientDisconnect:
            status = 499  # nobody is left to answer to
        except Exception as error:
            log.error("request failed", request=request_id, path=for_logs(scope), exc_info=error)
            if not started:
                await self.answer(scope, receive, guarded, error)
        finally:
            self.at_once -= 1
            self.count(scope, status, time.perf_counter() - begun)

    def count(self, scope: Scope, status: int, seconds: float) -> None:
        self.answers[status] += 1
        self.seconds += seconds
        if status in TOLD:
            actor = getattr(scope["state"].get("actor"), "id", None)
            facts = {"request": scope["state"]["request_id"], "method": scope["method"], "path": for_logs(scope)}
            log.info("refused", status=status, person=actor, **facts)

    async def answer(self, scope: Scope, receive: Receive, send: Send, error: Exception) -> None:
        from app.web.answers import error_response

        try:
            response = error_response(Request(scope), error)
        except Exception as failure:
            log.error("no page for a failure", request=scope["state"]["request_id"], exc_info=failure)
            response = PlainTextResponse("Something went wrong on our side.", status_code=500)
        await response(scope, receive, send)

    def problem(self, scope: Scope) -> Refusal | None:
        if self.at_once > AT_ONCE:
            return Unavailable("Many people are here at once. Try again in a few seconds.")
        headers = Headers(scope=scope)
        if self.hosts and headers.get("host", "").rsplit(":", 1)[0].lower() not in self.hosts:
            return Invalid("This address is not one of ours.")
        if scope["path"].startswith("/api/") and announced(headers) > API_BODY:
            return TooLarge("That is more than 4 MB: send it in smaller batches.")  # Starlette would say so as text
        if not readable(scope):
            return Invalid("The address holds a character that cannot be read.")
        if scope["method"] not in SAFE_METHODS and not (carries_its_right(scope, headers) or self.own(headers)):
            return Refused("The request came from another site. Open the page here and try again.")
        return None

    def own(self, headers: Headers) -> bool:
        """Fetch Metadata first, then Origin against our own. A request with neither is not a browser's form."""
        site = headers.get("sec-fetch-site")
        if site is not None:
            return site == "same-origin"
        origin = headers.get("origin")
        if origin is not None:
            return origin == self.origin
        return False


def carries_its_right(scope: Scope, headers: Headers) -> bool:
    """Nothing that a browser adds by itself gives it: a link, or a bearer token without a cookie (to the API, which
    says itself what is missing, whoever comes without a cookie)."""
    if scope["path"].startswith(CARRY_THEIR_RIGHT):
        return True
    bearer = headers.get("authorization", "").lower().startswith("bearer ")
    return "cookie" not in headers and (bearer or scope["path"].startswith("/api/"))


def announced(headers: Headers) -> int:
    length = headers.get("content-length", "")
    return int(length) if length.isdecimal() and len(length) < 19 else 0


def for_logs(scope: Scope) -> str:
    """The path without what may be a link's right."""
    return SECRET.sub("...", scope["path"])[:200]


def own_hosts(settings: Settings) -> frozenset[str]:
    own = urlsplit(settings.address).netloc.rsplit(":", 1)[0].lower()
    return frozenset({own, "127.0.0.1", "localhost", "[::1]"} if settings.local else {own})


def readable(scope: Scope) -> bool:
    """Path and query are UTF-8 without NUL, and not longer than anybody needs."""
    query: bytes = scope.get("query_string", b"")
    if len(query) > 8000 or "\x00" in scope["path"] or any("\ud800" <= c <= "\udfff" for c in scope["path"]):
        return False
    try:
        return b"\x00" not in unquote_to_bytes(query) and bool(unquote_to_bytes(query).decode() or True)
    except UnicodeDecodeError:
        return False


def cookie_name(settings: Settings) -> str:
    return "__Host-pilotage" if settings.https and not settings.root else "pilotage"


__all__ = ["Guard", "cookie_name"]
