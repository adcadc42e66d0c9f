"""Papers: PDF by typst, from a template of ours and data that is never read as anything but data.

Tagged, with a title and a language, and checked as PDF/UA-1 while it is made. Where a text holds a letter that no font
here has, that standard cannot be met: the paper is made all the same, with the letter missing.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from markdown_it import MarkdownIt
from starlette.responses import Response

from app.columns import now
from app.settings import TOP

FOLDER = TOP / "templates" / "papers"
reader = MarkdownIt("js-default", {"linkify": False, "html": False})
KINDS = {"paragraph_open": "p", "heading_open": "h", "list_item_open": "li"}


def pdf(template: str, data: Mapping[str, Any], stamp: datetime | None = None) -> bytes:
    """A template of templates/papers with `data`, which reaches it as JSON: no text can become an instruction."""
    import typst  # loaded where a paper is made

    given = {"data": json.dumps(data, ensure_ascii=False)}
    wanted: dict[str, Any] = {
        "root": str(FOLDER),
        "format": "pdf",
        "sys_inputs": given,
        "timestamp": (stamp or now()).replace(microsecond=0),
    }
    source = str(FOLDER / template)
    try:
        made: bytes = typst.compile(source, pdf_standards=["ua-1"], **wanted)
    except typst.TypstError as error:
        if "could not be displayed" not in str(error):
            raise
        made = typst.compile(source, **wanted)
    return made


def blocks(words: str) -> list[dict[str, str]]:
    """Markdown as paragraphs, headings and points of plain text: `kind` p, h or li, and `text`."""
    found: list[dict[str, str]] = []
    kind, points = "p", 0
    for token in reader.parse(words):
        if token.type in ("list_item_open", "list_item_close"):
            points += token.nesting
        elif token.type in KINDS:
            kind = "li" if points else KINDS[token.type]
        elif token.type == "inline":
            text = "".join(spoken(child) for child in token.children or ())
            found.append({"kind": kind, "text": text})
        elif token.type in ("code_block", "fence"):
            found.append({"kind": "p", "text": token.content.strip()})
    return found


def spoken(token: Any) -> str:
    return "\n" if token.type in ("softbreak", "hardbreak") else str(token.content)


def answer(made: bytes, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(made, media_type="application/pdf", headers=headers)
