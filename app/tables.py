"""Every table, for migrations and for whoever needs the whole schema."""

from importlib import import_module
from pathlib import Path

from sqlmodel import SQLModel

import app.changes
import app.once
import app.outbox  # noqa: F401

HERE = Path(__file__).parent

for path in sorted(HERE.glob("*/**/models.py")):
    import_module(".".join(("app", *path.relative_to(HERE).with_suffix("").parts)))

metadata = SQLModel.metadata
