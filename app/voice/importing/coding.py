"""Code lists that were sent with a file: what they hold, and which columns seem to be coded by them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from app.voice.importing.cells import canonical
from app.voice.importing.columns import Profile
from app.voice.importing.finding import code_list
from app.voice.importing.limits import Unreadable
from app.voice.importing.mapfile import WrongMap
from app.voice.importing.reading import read_table
from app.voice.importing.table import plain

MOST_QUESTIONS = 200
ENOUGH = 0.5
SILENT = frozenset(("", "blank", "missing", "no answer", "not answered"))
REASON = "numbers that the code list has"


def propose(profiles: Sequence[Profile], lists: Mapping[str, Path]) -> dict[str, dict[str, Any]]:
    """Of each list its questions and how many codes they have, or the problem in one sentence."""
    return {name: one(path, name) for name, path in lists.items()}


def one(path: Path, name: str) -> dict[str, Any]:
    try:
        table = read_table(path, name)
        asked = table.column("question")
        questions = list(dict.fromkeys(text.strip() for text in asked.texts))[:MOST_QUESTIONS] if asked else [""]
        known = {question: code_list(table, name, question or None) for question in questions}
    except Unreadable as error:
        return {"questions": {}, "problem": error.sentence}
    except WrongMap as error:
        return {"questions": {}, "problem": error.sentences[0]}
    silent = {
        asked: [code for code, said in codes.items() if canonical(said.label) in SILENT]
        for asked, codes in known.items()
    }
    return {"questions": {asked: list(codes) for asked, codes in known.items()}, "silent": silent, "problem": ""}


def coded(lists: Mapping[str, Mapping[str, Any]], profiles: Sequence[Profile]) -> dict[int, dict[str, Any]]:
    """Columns that nothing else is known of, whose name begins with a list's question and whose numbers it has.

    What the page says of each: its list, and as missing the codes that the list calls blank.
    """
    found: dict[int, dict[str, Any]] = {}
    for place, seen in enumerate(profiles):
        said = {canonical(text) for text, _ in seen.top if text.strip()}
        if seen.use or not said or not seen.values:
            continue
        for name, told in lists.items():
            for question, codes in told["questions"].items():
                named = plain(seen.name).startswith(plain(question))
                if named and len(said & set(codes)) >= ENOUGH * len(said):
                    missing = told["silent"][question]
                    said_so = {"use": "coded", "list": f"{name}|{question}", "missing": missing, "reason": REASON}
                    found.setdefault(place, said_so)
    return found
