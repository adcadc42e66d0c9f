"""What the columns of an import seem to be, by their names and their first cells: a start for whoever says it."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from app.ideas.importing.cells import ident
from app.voice.importing.limits import quoted
from app.voice.importing.table import Column, Table

MOST_COLUMNS = 200  # that a form offers
MOST_VALUES = 12
MOST_STAGES = 50  # different cells of a column that may say what became of an idea
LETTERS = re.compile(r"[^\w]+|_")
# In this order: the first that a file has is meant.
NAMES: Mapping[str, Mapping[str, Sequence[str]]] = {
    "ideas": {
        "id": ("id", "commentid", "ideaid", "proposalid", "key", "number", "no"),
        "title": ("title", "name", "subject", "headline", "titulo", "titre", "titel", "idea", "commentbody", "text"),
        "text": ("text", "body", "description", "commentbody", "content", "texto", "summary"),
        "more": ("details", "summary", "explanation"),
        "author": (
            "author",
            "authorid",
            "userid",
            "user",
            "by",
            "who",
            "person",
            "participant",
            "email",
            "submittedby",
        ),
        "date": ("timestamp", "createdat", "created", "date", "datetime", "submitted", "day", "fecha"),
        "stage": ("moderated", "moderation", "stage", "state", "status"),
        "supported": ("numsupports", "supports", "supporters", "likes", "upvotes"),
        "process": ("process", "topic", "category"),
    },
    "votes": {
        "idea": ("commentid", "ideaid", "idea", "proposalid", "proposal"),
        "person": ("voterid", "voter", "participant", "personid", "person", "who", "userid", "user", "email"),
        "value": ("vote", "value", "choice", "answer"),
        "date": ("timestamp", "createdat", "created", "date", "datetime", "at"),
    },
    "comments": {
        "id": ("id", "commentid", "key"),
        "idea": ("proposalid", "ideaid", "idea", "proposal", "about"),
        "parent": ("parentid", "parent", "replyto", "answers", "inreplyto"),
        "author": ("author", "authorid", "userid", "user", "by", "who", "person", "email"),
        "text": ("text", "body", "comment", "words", "content", "commentbody"),
        "date": ("timestamp", "createdat", "created", "date", "datetime", "at"),
    },
}
FOR = frozenset({"1", "+1", "yes", "y", "agree", "up", "true", "support", "like", "for"})
AGAINST = frozenset({"-1", "discarded", "rejected", "deleted", "hidden", "spam", "refused"})


def guess(tables: Mapping[str, tuple[str, Table]]) -> dict[str, str]:
    """Values of the form's fields."""
    said: dict[str, str] = {}
    for part, (_, table) in tables.items():
        by_name = {LETTERS.sub("", column.name.casefold()): column.name for column in reversed(table.columns)}
        for field, names in NAMES[part].items():
            found = next((by_name[name] for name in names if name in by_name), "")
            said[f"{part}_{field}"] = found
    if said.get("ideas_more") == said.get("ideas_text"):
        said["ideas_more"] = ""
    said["ideas_process"] = ""
    for part, field in (("ideas", "title"), ("comments", "text")):
        if part in tables and not said[f"{part}_{field}"]:
            said[f"{part}_{field}"] = longest(tables[part][1])
    if "ideas" in tables and (stage := tables["ideas"][1].column(said["ideas_stage"])) is not None:
        gone = [text for text in stage.texts if text.strip().casefold() in AGAINST]
        said["ideas_discarded"] = ", ".join(gone)
        if not gone:
            said["ideas_stage"] = ""
    if "votes" in tables:
        said |= guess_votes(tables, said)
    return said


def guess_votes(tables: Mapping[str, tuple[str, Table]], said: Mapping[str, str]) -> dict[str, str]:
    """One row a vote, or a matrix whose columns are ideas; and which values support."""
    table = tables["votes"][1]
    ideas = tables["ideas"][1].column(said.get("ideas_id", "")) if "ideas" in tables else None
    keys = {ident(text) for text in ideas.texts} if ideas else set()
    columns = [column for column in table.columns if ident(column.name) in keys]
    matrix = len(columns) > 3 and len(columns) > len(keys) / 2
    value = table.column(said.get("votes_value", ""))
    texts = [text for column in columns for text in column.texts] if matrix else value.texts if value else []
    values = [text.strip() for text in dict.fromkeys(texts) if text.strip()][:MOST_VALUES]
    support = [text for text in values if text.casefold() in FOR] or values[:1]
    aside = [text for text in values if text not in support]
    return {
        "votes_shape": "matrix" if matrix else "rows",
        "votes_support": ", ".join(support),
        "votes_set_aside": ", ".join(aside),
    }


def longest(table: Table) -> str:
    """The column that says most."""
    return max(table.columns, key=lambda column: sum(map(len, column.texts)) / len(column.texts)).name


def described(name: str, table: Table) -> dict[str, Any]:
    """A file as the form shows it: its columns, each with its first cell."""
    return {
        "name": name,
        "rows": len(table),
        "columns": [[column.name, label(column)] for column in table.columns[:MOST_COLUMNS]],
        "more": max(len(table.columns) - MOST_COLUMNS, 0),
        "values": {one.name: stripped(one) for one in table.columns if len(one.texts) <= MOST_STAGES},
    }


def label(column: Column) -> str:
    first = next((text for text in column.texts if text.strip()), "")
    return f"{column.name}: {quoted(first, 40)}" if first else f"{column.name}: empty"


def stripped(column: Column) -> list[str]:
    return list(dict.fromkeys(text.strip() for text in column.texts))
