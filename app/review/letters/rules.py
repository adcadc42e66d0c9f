"""What a letter is made of: its placeholders, the preset for each verdict, and filling one. No database.

A placeholder is a name in braces. Only the names below are known, and what stands in their place is never read for
placeholders again. A paragraph of which every placeholder is empty is left out: no letter says "Conditions:" and
then nothing.

A reviewer whom a round tells to authors stands in a letter as their number, between two marks that nobody can type
into it: so their name goes with them, although letters are never changed.
"""

import re
from collections.abc import Mapping

from app.review.models import Verdict
from app.review.rules import MOVES

PLACEHOLDERS = {
    "title": "the idea’s title, as it was reviewed",
    "verdict": "what was decided, in words: approved for a pilot",
    "reason": "the committee’s reason",
    "conditions": "the conditions, a line each; nothing where there are none",
    "remarks": "what the chosen reviewers say to the authors, without who wrote it unless the round tells that; else "
    "nothing",
    "day": "the day until which it is deferred, or by which it is to be done; else nothing",
    "next": "what happens next",
    "round": "the round’s name",
    "committee": "the committee’s name",
}
NAME = "\u2063"
NAMED = re.compile(f"{NAME}(\\d+){NAME}")
MARK = re.compile(r"\{([^{}\n]*)\}")
OPENING = "To the authors of “{title}”"
REMARKS = "What reviewers say to you:\n{remarks}"
CLOSING = "{next}\n\nThe {committee}"
MIDDLE = {
    Verdict.APPROVE: (
        "Your idea is approved for a pilot",
        "the {committee} has approved your idea for a pilot. Its reason:\n\n{reason}\n\n"
        "It is tied to these conditions:\n{conditions}",
    ),
    Verdict.DO_NOW: (
        "Your idea is to be done now",
        "the {committee} wants your idea done at once, by {day}: it goes straight to the owner of the process. "
        "Its reason:\n\n{reason}\n\nIt is tied to these conditions:\n{conditions}",
    ),
    Verdict.DECLINE: (
        "Your idea is declined",
        "the {committee} has read your idea and declined it. Its reason:\n\n{reason}",
    ),
    Verdict.DEFER: (
        "Your idea comes back on {day}",
        "the {committee} has deferred your idea to {day}. It stands before the committee again on that day by itself. "
        "Its reason:\n\n{reason}",
    ),
    Verdict.RETURN: (
        "Your idea comes back to you for changes",
        "the {committee} returns your idea to you: change it and submit it again. Its reason:\n\n{reason}",
    ),
}
PRESET = {
    verdict: (f"{subject}: {{title}}", f"{OPENING},\n\n{body}\n\n{REMARKS}\n\n{CLOSING}")
    for verdict, (subject, body) in MIDDLE.items()
}
NEXT = {
    Verdict.APPROVE: "Next, the chair charters a pilot.",
    Verdict.DO_NOW: "Next, the owner of the process does it and reports.",
    Verdict.DECLINE: "With new facts you may ask once more, on the page of your idea.",
    Verdict.DEFER: "You need not do anything until then.",
    Verdict.RETURN: "Change the text on the page of your idea and submit it again.",
}
# As verdicts stand in addresses: the names of their moves.
BY_NAME = {name: verdict for verdict, (name, _) in MOVES.items()}


def mistakes(subject: str, body: str) -> dict[str, str]:
    """What is wrong with a template, by field."""
    found: dict[str, str] = {}
    for field, words in (("subject", subject), ("body", body)):
        if unknown := [name for name in MARK.findall(words) if name not in PLACEHOLDERS]:
            found[field] = f"There is no placeholder {{{unknown[0]}}}. Those that there are stand beside this form."
        elif "{" in MARK.sub("", words) or "}" in MARK.sub("", words):
            found[field] = "A brace stands alone. A placeholder is a name in braces, such as {title}."
    if "\n" in subject:
        found["subject"] = "A subject is one line."
    if "body" not in found and "{reason}" not in body:
        found["body"] = "The letter has to give the reason: write {reason} where it is to stand."
    return found


def filled(words: str, values: Mapping[str, str]) -> str:
    """Every placeholder in its place, paragraph by paragraph."""
    parts = [part for part in re.split(r"\n{2,}", plain(words).strip()) if not all_empty(part, values)]
    return "\n\n".join(MARK.sub(lambda match: values.get(match[1], match[0]), part) for part in parts)


def plain(words: str) -> str:
    """What somebody typed, without the mark of a name."""
    return words.replace(NAME, "")


def quoted(words: str, person: int | None = None) -> str:
    """A remark, with whose it is where that is told."""
    lines = [*plain(words).strip().splitlines(), *(["", f"— {NAME}{person}{NAME}"] if person else [])]
    return "\n".join(f"> {line}".rstrip() for line in lines)


def all_empty(part: str, values: Mapping[str, str]) -> bool:
    names = MARK.findall(part)
    return bool(names) and not any(values.get(name, name) for name in names)


def one_line(subject: str, values: Mapping[str, str]) -> str:
    return " ".join(filled(subject, values).split())[:400]
