"""Walking the product as a person would: every link of every page, a few things of each kind."""

import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from fastapi.routing import APIRoute

from app.main import Pilotage
from tests.client import Browser
from tests.forms import PageForm, forms_of

LEAVE = ("/static/", "/sign-out")
LINK = re.compile(r'<a\b[^>]*?\bhref="([^"]*)"|\bhx-get="([^"]*)"')
ASKS = re.compile(r'<form\b(?![^>]*method="post")')
NUMBER = re.compile(r"(?<=/)\d+(?=/|$)|(?<=[:-])\d+(?=/|$)")


def links_of(html: str, at: str = "/") -> list[str]:
    """Where a page leads by its links and by its forms that only ask, without fragments, in the page's order."""
    forms = forms_of(html) if ASKS.search(html) else []
    asked = [question(form, at) for form in forms if form.method.lower() == "get"]
    found = [urljoin(at, unescape(one or other)) for one, other in LINK.findall(html)] + asked
    own = [urlsplit(link)._replace(fragment="").geturl() for link in found if not urlsplit(link).netloc]
    return [link for link in dict.fromkeys(own) if link.startswith("/") and not link.startswith(LEAVE)]


def question(form: PageForm, at: str) -> str:
    """The address that sending the form unchanged asks for."""
    asked = urlencode([(name, value) for name, value in form.fields if value])
    return urljoin(at, form.action) + (f"?{asked}" if asked else "")


def pattern(address: str) -> str:
    """Addresses of one kind have one pattern: numbers and the values of a query are left out."""
    parts = urlsplit(address)
    names = "&".join(sorted({name for name, _ in parse_qsl(parts.query, keep_blank_values=True)}))
    return NUMBER.sub("#", parts.path) + (f"?{names}" if names else "")


@dataclass
class Walk:
    """What a person has seen, by address, in the order of their walk."""

    answers: dict[str, Any] = field(default_factory=dict)

    @property
    def pages(self) -> Iterator[tuple[str, str]]:
        """Whole pages as HTML."""
        for address, answer in self.answers.items():
            if answer.status_code == 200 and answer.headers["content-type"].startswith("text/html"):
                yield address, answer.text

    @property
    def forms(self) -> Iterator[tuple[str, PageForm]]:
        for address, html in self.pages:
            for form in forms_of(html):
                if form.method.lower() == "post" and not form.action.startswith(LEAVE):
                    yield address, form


def walk(browser: Browser, start: Iterable[str] = ("/",), each: int = 2, most: int = 400) -> Walk:
    """From the start along every link; of each pattern as many addresses as `each` says, which a link named first."""
    seen, waiting, taken = Walk(), deque(start), Counter[str]()
    while waiting and len(seen.answers) < most:
        address = waiting.popleft()
        kind = pattern(address)
        if address in seen.answers or taken[kind] >= each:
            continue
        taken[kind] += 1
        answer = seen.answers[address] = browser.get(address)
        if answer.status_code == 200 and answer.headers["content-type"].startswith("text/html"):
            waiting.extend(links_of(answer.text, address))
        elif answer.status_code == 303:
            waiting.append(answer.headers["location"])
    return seen


def reached(app: Pilotage, addresses: Iterable[str]) -> set[str]:
    """The product's own patterns of routes that these addresses belong to."""
    routes = [(re.compile(route.path_regex), route.path) for route in app.routes if isinstance(route, APIRoute)]
    return {path for address in addresses for regex, path in routes if regex.match(urlsplit(address).path)}
