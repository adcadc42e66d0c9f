"""Answers: a page or one block of it, a redirect, a file, a refusal in words."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, quote, unquote

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from jinja2.runtime import Context
from markupsafe import Markup
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse

from app.columns import today
from app.db import passes, sqlstate
from app.errors import Full, Invalid, Missing, Refusal, Refused, SignedOut, Stale, TooLarge, Unavailable, WrongParts
from app.web.rendering import environment, together

API = "/api/"
UNTYPED = frozenset({"key", "version", "next", "name", "value"})
VARY = "HX-Target, HX-Request-Type, Cookie"


def wanted_block(request: Request) -> str:
    """The id that htmx will swap: htmx 4 sends `tag#id`, URI-encoded, and says when it wants a whole page."""
    if request.headers.get("hx-request-type") == "full":
        return ""
    return unquote(request.headers.get("hx-target", "")).rpartition("#")[2]


def by_htmx(request: Request) -> bool:
    return "hx-request" in request.headers


def page(request: Request, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
    """Draw a template, or only the block of it that htmx asks for.

    A GET's answer carries the ETag that `unchanged` worked out; a page that creates something is `no-store`.
    """
    return drawn_around({}, request, template, status, context)


def page_of(blocks: Mapping[str, Markup], request: Request, template: str, **context: Any) -> HTMLResponse:
    """The same, where `parts_of` has drawn some of its blocks already."""
    return drawn_around(blocks, request, template, 200, context)


def drawn_around(
    blocks: Mapping[str, Markup], request: Request, template: str, status: int, context: dict[str, Any]
) -> HTMLResponse:
    drawn = environment(request).get_template(template)
    context = {"request": request, "trail": None, "notice": None, **context}
    wanted = wanted_block(request)
    alone = wanted in drawn.blocks
    if not alone:
        context["frame"] = frame = request.app.state.frame(request)
        context["notice"] = frame.notice
    around = drawn.new_context(context)
    for name, done in blocks.items():
        around.blocks[name] = [partial(said, done)]
    html = "".join(around.blocks[wanted][0](around) if alone else drawn.root_render_func(around))
    response = HTMLResponse(html, status_code=status)
    response.headers["Vary"] = VARY
    etag = getattr(request.state, "etag", None)
    if etag and status == 200:
        response.headers["ETag"] = etag
        response.headers["Cache-Control"] = "private, no-cache"
    else:
        response.headers["Cache-Control"] = "no-store"
    if "notice" in request.cookies:
        response.delete_cookie("notice", httponly=True, samesite="lax")
    return response


def said(done: Markup, _context: Context) -> Iterator[str]:
    """A block that is drawn already, as templates ask for one."""
    yield done


def parts_of(request: Request, template: str, blocks: Iterable[str], **context: Any) -> dict[str, Markup]:
    """Blocks of a template by themselves, to be kept for all readers to whom they look the same."""
    drawn = environment(request).get_template(template)
    around = drawn.new_context({"request": request, **context})
    return {name: together(drawn.blocks[name](around)) for name in blocks}


def unchanged(request: Request, *parts: object) -> Response | None:
    """304 where the browser already holds this page; else remember the ETag for `page`.

    The key holds the build, the whole address, the block, the day, and `parts`: who reads, with which rights, and the
    change counters of all that the page shows.
    """
    if "notice" in request.cookies:
        return None
    state, scope = request.app.state, request.scope
    asked = (scope["path"], scope["query_string"], wanted_block(request), today(state.settings.time_zone))
    key = hashlib.sha256(repr((state.build, asked, parts)).encode()).hexdigest()[:27]
    etag = f'W/"{key}"'
    request.state.etag = etag
    if request.headers.get("if-none-match") != etag:
        return None
    headers = {"ETag": etag, "Cache-Control": "private, no-cache", "Vary": VARY}
    return Response(status_code=304, headers=headers)


def see(request: Request, address: str, notice: str = "") -> Response:
    """303 to another page, after something worked. `notice` is shown there once."""
    response = RedirectResponse(request.app.state.settings.root + address, status_code=303)
    response.headers["Cache-Control"] = "no-store"
    if notice:
        secure = request.app.state.settings.https
        response.set_cookie("notice", quote(notice), max_age=60, secure=secure, httponly=True, samesite="lax")
    return response


def download(
    rows: Iterable[str] | Iterable[bytes], name: str, kind: str = "text/csv; charset=utf-8"
) -> StreamingResponse:
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
        "Cache-Control": "no-store",
    }
    return StreamingResponse(rows, media_type=kind, headers=headers)


def as_refusal(error: Exception) -> Refusal:
    """Any failure as one that has words for people; what we did not expect says nothing of its inside."""
    match error:
        case Refusal():
            return error
        case RequestValidationError():
            in_path = any(problem["loc"][0] == "path" for problem in error.errors())
            return Missing() if in_path else Invalid("Part of the address cannot be read.")
        case HTTPException(status_code=404):
            return Missing()
        case HTTPException() if too_large(error):
            return TooLarge("That is more than this page takes.")
        case HTTPException(status_code=405):
            return with_status(Refused("This address cannot be used like that."), 405)
        case HTTPException():
            return with_status(Invalid("The request could not be read."), error.status_code)
        case DBAPIError() | PoolTimeout():
            return database_refusal(error)
        case OverflowError() | UnicodeEncodeError():
            return Invalid(
                "Something in the request cannot be stored: a number that is too large, or half a character."
            )
        case _:
            failure = Refusal("Something went wrong on our side. What you typed is still in your form: go back to it.")
            return with_status(failure, 500)


def too_large(error: HTTPException) -> bool:
    """Starlette says 400 for a form with too many fields, or with one that is too long."""
    return error.status_code == 413 or "exceeded" in error.detail or "Too many" in error.detail


def database_refusal(error: Exception) -> Refusal:
    words, state = str(getattr(error, "orig", error)).lower(), sqlstate(error)
    if state == "53100" or "disk is full" in words or "no space left" in words:
        return Full("Nothing more can be stored until there is room. What is here can be read.")
    if isinstance(error, IntegrityError) and (state == "23505" or "unique constraint" in words):
        return Stale("Someone else did the same a moment ago. Load the page again to see it.")
    if isinstance(error, DataError):
        return Invalid("Something in the request is longer or larger than what can be stored.")
    if isinstance(error, (OperationalError, InterfaceError, PoolTimeout)) or passes(error):
        return Unavailable("The database does not answer just now. Try again in a few seconds.")
    return with_status(Refusal("Something went wrong on our side."), 500)


def label(name: str) -> str:
    return name.replace("_", " ").capitalize()


def typed(request: Request) -> list[tuple[str, str]]:
    """What was sent with this request, to be given back; passwords and files apart."""
    form: FormData | None = getattr(request, "_form", None)
    pairs: list[tuple[str, Any]] = form.multi_items() if form else unread(request)
    return [(name, value) for name, value in pairs if isinstance(value, str) and "password" not in name]


def unread(request: Request) -> list[tuple[str, Any]]:
    """The fields of a body that was kept whole, where a refusal came before anybody read its form."""
    body: bytes = getattr(request, "_body", b"")
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return []
    try:
        return list(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=1000))
    except ValueError:
        return []


def with_status(refusal: Refusal, status: int) -> Refusal:
    refusal.status = status
    return refusal


def error_response(request: Request, error: Exception) -> Response:
    """A refusal as a page; to htmx as the notice block alone, so that no whole page lands in a block."""
    refusal = as_refusal(error)
    if request.scope["path"].startswith(API):
        return problem(request, refusal)
    if isinstance(refusal, SignedOut):
        return signed_out(request)
    drawn = environment(request).get_template("errors/error.html")
    context = {
        "request": request,
        "status": refusal.status,
        "title": refusal.title,
        "words": refusal.words,
        "request_id": getattr(request.state, "request_id", ""),
        "kept": [(label(name), text) for name, text in typed(request) if text and name not in UNTYPED],
        "trail": None,
        "notice": refusal.words if by_htmx(request) else None,
        "notice_tone": "hurt",
    }
    headers = {"Cache-Control": "no-store", "Vary": VARY}
    if refusal.retry_after:
        headers["Retry-After"] = str(refusal.retry_after)
    if by_htmx(request):
        headers |= {"HX-Retarget": "#notice", "HX-Reswap": "outerHTML", "HX-Push-Url": "false"}
        drawn = environment(request).get_template("layout.html")  # a template knows only the blocks it writes itself
        html = "".join(drawn.blocks["notice"](drawn.new_context(context)))
    else:
        context["frame"] = request.app.state.bare_frame(request)
        html = drawn.render(context)
    return HTMLResponse(html, status_code=refusal.status, headers=headers)


def problem(request: Request, refusal: Refusal) -> Response:
    """A refusal for programs: problem details, RFC 9457."""
    told: dict[str, Any] = {"type": "about:blank", "title": refusal.title, "status": refusal.status}
    words = refusal.words
    if refusal.status == 500:
        words = "Something went wrong on our side. Send the same again, with the same Idempotency-Key."
    told |= {"detail": words, "request": getattr(request.state, "request_id", "")}
    if isinstance(refusal, WrongParts):
        told["errors"] = list(refusal.parts)
    headers = {"Cache-Control": "no-store"}
    if refusal.retry_after:
        headers["Retry-After"] = str(refusal.retry_after)
    if refusal.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="Pilotage"'
    content = json.dumps(told, ensure_ascii=True)
    return Response(content, refusal.status, headers, media_type="application/problem+json")


def signed_out(request: Request) -> Response:
    """To the sign-in page and back; a form that was sent meanwhile is offered again, with all that was typed."""
    root = request.app.state.settings.root
    here = request.url.path.removeprefix(root) + (f"?{request.url.query}" if request.url.query else "")
    back = here if request.method == "GET" else "/"
    address = f"{root}/sign-in?next={quote(back, safe='/')}"
    if by_htmx(request):
        return Response(status_code=401, headers={"HX-Redirect": address, "Cache-Control": "no-store"})
    if request.method in ("GET", "HEAD"):
        return RedirectResponse(address, status_code=303, headers={"Cache-Control": "no-store"})
    context = {
        "request": request,
        "fields": typed(request),
        "trail": None,
        "notice": None,
        "here": here,
        "frame": request.app.state.bare_frame(request),
    }
    html = environment(request).get_template("errors/signed_out.html").render(context)
    return HTMLResponse(html, status_code=401, headers={"Cache-Control": "no-store"})
