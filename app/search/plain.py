"""Markdown as plain words for an excerpt: what is only there for its look is left out."""

import re

LINK = re.compile(r"!?\[([^\]\n]{1,300})\]\([^)\s]{0,1000}\)")
LINE = re.compile(r"^[ \t]*(?:>+[ \t]?|#{1,6}[ \t]+|[-*+][ \t]+|\d{1,3}[.)][ \t]+)+", re.MULTILINE)
AROUND = re.compile(r"\*{1,3}|~~|`+|(?<!\w)_{1,3}|_{1,3}(?!\w)")


def plain(text: str) -> str:
    """On one line."""
    return " ".join(AROUND.sub("", LINE.sub("", LINK.sub(r"\1", text))).split())
