"""Changing what comments are about: the code frame, one person's codes of one comment, many comments at once."""

from collections.abc import Iterable, Sequence

from sqlalchemy import CursorResult, delete, exists, func, insert, literal, select, true, update
from sqlalchemy.orm import Session
from sqlmodel import col

from app.changes import table_of
from app.columns import now
from app.db import Database
from app.errors import Invalid, Refused, Stale
from app.people.actor import Actor
from app.record.actions import write
from app.voice.comments.frame import chosen
from app.voice.comments.models import Coded, Coding, RemarkCode, RemarkRead, ThemeForm, ThemeTouchpoint
from app.voice.importing.table import plain
from app.voice.models import Remark, RemarkTheme, Source, Theme, Touchpoint
from app.voice.queries import TAKEN

CHUNK = 500
MOST_AT_ONCE = 1_000


def named(db: Session, name: str) -> Theme | None:
    """A theme by its name in any case; one that was merged into another is that one."""
    found = db.scalars(select(Theme).where(col(Theme.key) == plain(name))).first()
    while found is not None and found.merged_into is not None:
        found = db.get(Theme, found.merged_into)
    return found


def theme_of(db: Session, actor: Actor, name: str) -> Theme:
    """Found by its name, or made."""
    found = named(db, name)
    if found is None:
        found = Theme(name=name.strip()[:200], key=plain(name)[:200])
        db.add(found)
        db.flush()
        write(db, actor.id, "add", found.ref)
    return found


def change(db: Session, actor: Actor, theme: Theme, data: ThemeForm) -> None:
    if data.version != theme.version:
        raise Stale("Somebody changed this theme after you opened it. Look at it again before you go on.")
    theme.name, theme.key, theme.about = data.name, plain(data.name)[:200], data.about
    theme.version += 1
    link(db, theme, data.touchpoints)
    write(db, actor.id, "change", theme.ref, figures={"touchpoints": sorted(set(data.touchpoints))})


def link(db: Session, theme: Theme, touchpoints: Iterable[int]) -> None:
    """What the theme speaks of."""
    db.execute(delete(ThemeTouchpoint).where(col(ThemeTouchpoint.theme_id) == theme.id))
    known = set(db.scalars(select(col(Touchpoint.id)).where(col(Touchpoint.id).in_(list(touchpoints)))))
    db.add_all(ThemeTouchpoint(theme_id=theme.id, touchpoint_id=number) for number in sorted(known))
    db.flush()


def merge(db: Session, actor: Actor, theme: Theme, into: Theme) -> int:
    """All that is about this theme is about the other one from now on; how many comments."""
    if into.id == theme.id or into.merged_into is not None or theme.merged_into is not None:
        raise Invalid("Choose another theme that is in use.")
    n = move_over(db, theme.id, into.id)
    links = select(col(ThemeTouchpoint.touchpoint_id)).where(col(ThemeTouchpoint.theme_id).in_([theme.id, into.id]))
    link(db, into, set(db.scalars(links)))
    link(db, theme, [])
    theme.merged_into, theme.version = into.id, theme.version + 1
    write(db, actor.id, "merge", theme.ref, figures={"into": into.id, "comments": n})
    return n


def move_over(db: Session, theme_id: int, into_id: int) -> int:
    """Comments and codes of one theme to another; what is there already is not doubled."""
    for model, same in ((RemarkTheme, ("remark_id",)), (RemarkCode, ("remark_id", "person_id"))):
        own = table_of(model)
        other = own.alias()
        twice = [other.c[name] == own.c[name] for name in same]
        there = exists(select(other.c.id).where(*twice, other.c.theme_id == into_id).correlate(own))
        db.execute(delete(model).where(own.c.theme_id == theme_id, there).execution_options(synchronize_session=False))
    own_codes = update(RemarkCode).where(col(RemarkCode.theme_id) == theme_id).values(theme_id=into_id)
    db.execute(own_codes.execution_options(synchronize_session=False))
    moved = update(RemarkTheme).where(col(RemarkTheme.theme_id) == theme_id).values(theme_id=into_id)
    result = db.execute(moved.execution_options(synchronize_session=False))
    assert isinstance(result, CursorResult)
    return int(result.rowcount)


def code(db: Session, actor: Actor, remark: Remark, themes: Sequence[int]) -> None:
    """What this person sees in a comment, all of it: it takes the place of what they said before."""
    wanted = {theme.id for theme in chosen(db, actor, themes)}
    own = (col(RemarkCode.remark_id) == remark.id, col(RemarkCode.person_id) == actor.id)
    before = set(db.scalars(select(col(RemarkCode.theme_id)).where(*own)))
    if gone := before - wanted:
        db.execute(delete(RemarkCode).where(*own, col(RemarkCode.theme_id).in_(gone)))
    db.add_all(RemarkCode(remark_id=remark.id, theme_id=key, person_id=actor.id) for key in sorted(wanted - before))
    here = (col(RemarkRead.remark_id) == remark.id, col(RemarkRead.person_id) == actor.id)
    if db.scalars(select(RemarkRead).where(*here)).first() is None:
        db.add(RemarkRead(remark_id=remark.id, person_id=actor.id))
    db.flush()
    settle(db, [remark.id])
    figures = {"themes": sorted(wanted), "before": sorted(before)}
    write(db, actor.id, "code", remark.ref, figures=figures)


def settle(db: Session, remarks: Sequence[int]) -> None:
    """What these comments are about by hand is what anybody says by hand; what the file said stays."""
    for begin in range(0, len(remarks), CHUNK):
        some = remarks[begin : begin + CHUNK]
        theme, word = table_of(RemarkTheme), table_of(RemarkCode)
        said = exists(
            select(word.c.id)
            .where(word.c.remark_id == theme.c.remark_id, word.c.theme_id == theme.c.theme_id)
            .correlate(theme)
        )
        nobody = delete(RemarkTheme).where(theme.c.remark_id.in_(some), theme.c.by_hand.is_(true()), ~said)
        db.execute(nobody.execution_options(synchronize_session=False))
        there = exists(
            select(theme.c.id)
            .where(word.c.remark_id == theme.c.remark_id, word.c.theme_id == theme.c.theme_id)
            .correlate(word)
        )
        new = (
            select(word.c.remark_id, word.c.theme_id, literal(True), func.min(word.c.person_id))
            .where(word.c.remark_id.in_(some), ~there)
            .group_by(word.c.remark_id, word.c.theme_id)
        )
        names = ["remark_id", "theme_id", "by_hand", "coded_by"]
        db.execute(insert(RemarkTheme).from_select(names, new))


def code_many(db: Session, actor: Actor, remarks: Sequence[int], theme: Theme, asked: str) -> Coding:
    """One theme for many comments; those that this person has coded so already are left as they are."""
    if not remarks:
        raise Invalid("Choose at least one comment.")
    if len(remarks) > MOST_AT_ONCE:
        raise Invalid(f"At most {MOST_AT_ONCE:,} comments are coded at once. Narrow the search.")
    chosen(db, actor, [theme.id])
    own = (col(RemarkCode.theme_id) == theme.id, col(RemarkCode.person_id) == actor.id)
    had: set[int] = set()
    for begin in range(0, len(remarks), CHUNK):
        some = col(RemarkCode.remark_id).in_(remarks[begin : begin + CHUNK])
        had |= set(db.scalars(select(col(RemarkCode.remark_id)).where(*own, some)))
    new = [number for number in remarks if number not in had]
    batch = Coding(theme_id=theme.id, person_id=actor.id, asked=asked, n=len(new))
    db.add(batch)
    db.flush()
    moment = now()
    rows = [
        {"remark_id": number, "theme_id": theme.id, "person_id": actor.id, "coding_id": batch.id, "at": moment}
        for number in new
    ]
    if rows:
        db.execute(insert(RemarkCode), rows)
        settle(db, new)
    write(db, actor.id, "code_many", theme.ref, figures={"comments": len(new), "coding": batch.id})
    return batch


def undo(db: Session, actor: Actor, batch: Coding) -> int:
    """Take a heap's codes back; how many there were."""
    if batch.person_id != actor.id:
        raise Refused("Only who coded these takes it back.")
    if batch.undone_at is not None:
        raise Stale("This was taken back already.")
    own = col(RemarkCode.coding_id) == batch.id
    remarks = list(db.scalars(select(col(RemarkCode.remark_id)).where(own)))
    db.execute(delete(RemarkCode).where(own))
    settle(db, remarks)
    batch.undone_at = now()
    figures = {"comments": len(remarks), "coding": batch.id}
    write(db, actor.id, "undo_coding", f"theme:{batch.theme_id}", figures=figures)
    return len(remarks)


def finish(db: Session, actor: Actor, source: Source) -> None:
    """The comments of this source are coded: their themes are compared with the wave before from now on."""
    if db.get(Coded, source.id) is not None:
        raise Stale("The coding of this source was finished already.")
    n = db.scalar(select(func.count()).select_from(RemarkTheme).join(Remark).where(col(Remark.source_id) == source.id))
    if not n:
        raise Invalid("No comment of this source has a theme yet.")
    db.add(Coded(source_id=source.id, person_id=actor.id))
    write(db, actor.id, "finish_coding", source.ref, figures={"codes": n})


def adopt_codes(database: Database, source_id: int) -> int:
    """The labels of coded answers become themes, found by their names or made; in short chunks. How many comments."""
    done, last = 0, 0
    while True:
        with database.writing() as db:
            rows = some_codes(db, source_id, last)
            if not rows:
                break
            themes = {label: label_theme(db, label) for label in {label for _, label in rows}}
            told = [{"remark_id": key, "theme_id": themes[label], "by_hand": False} for key, label in rows]
            db.execute(insert(RemarkTheme), told)
            done, last = done + len(rows), rows[-1][0]
    if done:
        with database.writing() as db:
            if db.get(Coded, source_id) is None:
                db.add(Coded(source_id=source_id))
            write(db, None, "adopt_codes", f"source:{source_id}", figures={"comments": done})
    return done


def some_codes(db: Session, source_id: int, after: int) -> list[tuple[int, str]]:
    """Coded answers that have no theme yet."""
    has = exists().where(col(RemarkTheme.remark_id) == col(Remark.id)).correlate(Remark)
    mine = (col(Remark.source_id) == source_id, col(Remark.coded).is_(True), ~has, col(Remark.id) > after)
    query = select(col(Remark.id), col(Remark.words)).where(*mine).order_by(col(Remark.id)).limit(4 * CHUNK)
    return [(key, label) for key, label in db.execute(query)]


def label_theme(db: Session, label: str) -> int:
    found = named(db, label[:200])
    if found is None:
        found = Theme(name=label.strip()[:200], key=plain(label)[:200])
        db.add(found)
        db.flush()
    return found.id


def with_codes(db: Session) -> list[int]:
    """Sources that are taken and have coded answers without a theme."""
    has = exists().where(col(RemarkTheme.remark_id) == col(Remark.id)).correlate(Remark)
    own = (col(Remark.source_id) == col(Source.id), col(Remark.coded).is_(True), ~has)
    return list(db.scalars(select(col(Source.id)).where(TAKEN, exists().where(*own).correlate(Source))))


def tidy(db: Session) -> int:
    """What came in under a theme that was merged goes where that theme went."""
    merged = select(Theme).where(
        col(Theme.merged_into).is_not(None),
        exists().where(col(RemarkTheme.theme_id) == col(Theme.id)).correlate(Theme),
    )
    n = 0
    for theme in db.scalars(merged).all():
        into = named(db, theme.name)
        assert into is not None
        n += move_over(db, theme.id, into.id)
    return n
