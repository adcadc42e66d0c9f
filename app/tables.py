"""Every table, for migrations and for whoever needs the whole schema."""

import re
from importlib import import_module
from pathlib import Path
from typing import Any

from sqlmodel import SQLModel

import app.changes
import app.once
import app.outbox  # noqa: F401

HERE = Path(__file__).parent

for path in sorted(HERE.glob("*/**/models.py")):
    import_module(".".join(("app", *path.relative_to(HERE).with_suffix("").parts)))

metadata = SQLModel.metadata


# The full-text indices and their shadow tables, made by hand in migrations: `idea_text`, `comment_text_data`.
FULL_TEXT = re.compile(r"[a-z]+_text(_[a-z]+)?")


def made_by_hand(name: str | None, kind: str, parents: Any) -> bool:
    """What the models do not tell of: full-text indices, and comments' words as PostgreSQL's index keeps them."""
    if kind == "column":
        return (parents["table_name"], name) == ("remark", "told")
    return kind in ("table", "index") and name is not None and FULL_TEXT.fullmatch(name) is not None
