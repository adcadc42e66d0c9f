"""Markdown as plain words for an excerpt: what is only there for its look is left out."""

import re

LINK = re.compile(r"!?\[([^\]\n]{1,300})\]\([^)\s]{0,1000}\)")
LINE = re.compile(r"^[ \t]*(?:>+[ \t]?|#{1,6}[ \t]+|[-*+][ \t]+|\d{1,3}[.)][ \t]+)+", re.MULTILINE)
MARKS = frozenset("*_`~")
AROUND = re.compile(r"\*{1,3}(?=\S)|(?<=\S)\*{1,3}|~~|`+|(?<!\w)_{1,3}(?=\w)|(?<=\w)_{1,3}(?!\w)")


def plain(text: str) -> str:
    """On one line."""
    words = LINK.sub(r"\1", text) if "](" in text else text
    words = LINE.sub("", words)
    return " ".join((AROUND.sub("", words) if MARKS & set(words) else words).split())
