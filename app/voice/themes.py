"""What comments are about: the themes that a file marks, stored beside the comments once these are there."""

from collections.abc import Iterable, Sequence

from sqlalchemy import CursorResult, delete, insert, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.db import Database
from app.voice.importing.responses import Checked
from app.voice.importing.table import plain
from app.voice.models import Remark, RemarkTheme, Source, SourceStage, Theme

CHUNK = 2_000


def theme_ids(db: Session, names: Iterable[str]) -> dict[str, int]:
    """The themes of these names, found in any case and made where they are new."""
    wanted = {plain(name): name for name in reversed(list(names))}
    query = select(Theme).where(col(Theme.key).in_(wanted))
    known = {theme.key: theme.id for theme in db.scalars(query)}
    made = [Theme(name=name[:200], key=key[:200]) for key, name in reversed(wanted.items()) if key not in known]
    db.add_all(made)
    db.flush()
    return known | {theme.key: theme.id for theme in made}


def mark(database: Database, source_id: int, checked: Checked) -> None:
    """The themes of a source whose comments have just been stored, in their order."""
    told = [comment for _, comment in checked.comments if comment.text]
    names = list(dict.fromkeys(name for comment in told for name in comment.themes))
    if not names:
        return
    with database.writing() as db:
        ids = theme_ids(db, names)
    last = 0
    for start in range(0, len(told), CHUNK):
        some = told[start : start + CHUNK]
        with database.writing() as db:
            stored = next_remarks(db, source_id, last)
            if [words for _, words in stored] != [comment.text for comment in some]:
                raise RuntimeError("the comments stand in another order than they were told")
            last = stored[-1][0]
            marks = [
                {"remark_id": number, "theme_id": ids[plain(name)], "by_hand": False}
                for (number, _), comment in zip(stored, some, strict=True)
                for name in {plain(name): name for name in comment.themes}.values()
            ]
            if marks:
                db.execute(insert(RemarkTheme), marks)


def next_remarks(db: Session, source_id: int, after: int) -> Sequence[tuple[int, str]]:
    query = (
        select(col(Remark.id), col(Remark.words))
        .where(col(Remark.source_id) == source_id, col(Remark.id) > after)
        .order_by(col(Remark.id))
        .limit(CHUNK)
    )
    return [(number, words) for number, words in db.execute(query)]


def unmark_some(database: Database, source_id: int) -> bool:
    """Take some marks of a source away that was never shown; whether there may be more."""
    staging = select(col(Source.id)).where(col(Source.id) == source_id, col(Source.stage) == SourceStage.STAGING)
    remarks = select(col(Remark.id)).where(col(Remark.source_id).in_(staging))
    some = select(col(RemarkTheme.id)).where(col(RemarkTheme.remark_id).in_(remarks)).limit(CHUNK)
    with database.writing() as db:
        result = db.execute(delete(RemarkTheme).where(col(RemarkTheme.id).in_(some)))
        assert isinstance(result, CursorResult)
        return result.rowcount > 0
