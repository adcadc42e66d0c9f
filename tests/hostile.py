"""What hostile people type, and how a page is read for it having worked."""

import csv
import io
from html.parser import HTMLParser

LONG = "Long " * 2000
PAYLOADS = (
    "<script>hostile()</script>",
    "\"'><img src=x onerror=hostile()>",
    "<svg onload=hostile()><animate onbegin=hostile()></svg>",
    "{{7777*1191}}${7777*1191}{% raw %}<%= 7777*1191 %>",
    "=cmd|' /C hostile'!A0",
    "+hostile()",
    "-hostile()",
    "@hostile()",
    "\t=hostile()",
    "＝hostile()",
    '<a hx-get="/hostile" hx-trigger="load">x</a><b data-hx-post="/hostile" hx-on:load="hostile()">x</b>',
    "[words](javascript:hostile()) <javascript:hostile()> ![x](data:text/html,hostile)",
    "[words](//hostile.example 'x\" onmouseover=hostile()')",
    "</textarea></title></style></script><iframe src=javascript:hostile()>",
    "<style>@import '//hostile.example'</style><base href=//hostile.example><form action=//hostile.example>",
    "<meta http-equiv=refresh content='0;url=//hostile.example'><link rel=stylesheet href=//hostile.example>",
    "'; drop table person; -- %s %(x)s {0} {x.__class__}",
    "\u202egnp.elitsoh\u202c \u200f\u2066hostile\u2069",
    "مرحبا بالعالم، 你好世界 👩‍👩‍👧‍👦🏳️‍🌈 Z̷̛͝ä̴l̵g̶o̸ hostile",
    LONG,
)
UNSTORABLE = {"a NUL": "a%00b", "half a character": "a%ed%a0%80b", "the other half": "%ed%b0%80"}
BARRED = {"iframe", "object", "embed", "base", "style", "frame", "applet", "math", "animate", "foreignobject"}
LEADING = ("href", "src", "action", "formaction", "srcdoc", "xlink:href", "content", "style", "poster", "srcset")


# Which fields of the writing page go with what stands beside it.
OWN_INCLUDES = {"#f-process", "#f-title, #f-process, #near [name=relations]"}


class Inspector(HTMLParser):
    """Collects what no page of ours has: foreign scripts, handlers, addresses elsewhere, barred elements."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in BARRED or (tag == "script" and not given.get("src", "").startswith("/static/")):
            self.found.append(f"<{tag} {given}>")
        outward = tag == "a" and "noopener" in given.get("rel", "")  # a link that somebody wrote, made harmless
        for name, value in given.items():
            if not (outward and value.startswith(("//", "http"))) and self.odd(name, value.strip().lower()):
                self.found.append(f"<{tag} {name}={value[:80]!r}>")

    def odd(self, name: str, value: str) -> bool:
        if name == "hx-include" and value in OWN_INCLUDES:
            return False
        if name.startswith(("on", "hx-on", "data-hx", "hx-vals", "hx-headers", "hx-include")):
            return True
        if name.startswith("hx-"):
            return "hostile" in value.partition("?")[0]
        elsewhere = value.startswith(("javascript:", "data:", "vbscript:", "//", "http"))
        return name in LEADING and elsewhere

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def worked(html: str) -> list[str]:
    """What of it became more than text."""
    page = Inspector()
    page.feed(html)
    return page.found + (["7777*1191"] if "9262407" in "".join(page.words) else [])


def live_cells(text: str) -> list[str]:
    """Cells that a spreadsheet would work out. A figure is none."""
    cells = [cell for row in csv.reader(io.StringIO(text.removeprefix("\ufeff"))) for cell in row]
    return [cell for cell in cells if cell.startswith(tuple("=+-@\t\r＝＋－＠")) and not is_figure(cell)]


def is_figure(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
