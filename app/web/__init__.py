"""Between the browser and the features: pages, forms, refusals, and what guards them."""

from fastapi import Request
from starlette.responses import Response

from app.web.answers import by_htmx, download, error_response, page, page_of, parts_of, see, unchanged, wanted_block
from app.web.forms import Fields, Form, FormModel, Typed, blank, fill, sound
from app.web.guard import Guard, cookie_name
from app.web.routing import ThingId, api_router, placed, router, slow

__all__ = [
    "Fields",
    "Form",
    "FormModel",
    "Guard",
    "Request",
    "Response",
    "ThingId",
    "Typed",
    "api_router",
    "blank",
    "by_htmx",
    "cookie_name",
    "download",
    "error_response",
    "fill",
    "page",
    "page_of",
    "parts_of",
    "placed",
    "router",
    "see",
    "slow",
    "sound",
    "unchanged",
    "wanted_block",
]
