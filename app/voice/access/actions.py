"""Saying who sees a source, and what in a comment is personal: on the record, with the reason."""

import json

from sqlalchemy.orm import Session

from app.errors import Invalid, Stale
from app.people.actor import Actor
from app.record.actions import write
from app.voice.access.models import AccessForm, MarkForm
from app.voice.models import Remark, Source
from app.voice.privacy import KINDS, Span, marks_of

SAID = ("figures_for", "comments_for", "rows_for", "minimum_cell")


def say_who_sees(db: Session, actor: Actor, source: Source, form: AccessForm) -> None:
    """Stale where the source was changed since the form was drawn: somebody else may have closed it meanwhile."""
    if form.version != source.version:
        raise Stale("Somebody has changed this source meanwhile. Load it again to see how it is now.")
    before = {name: str(getattr(source, name)) for name in SAID}
    for name in SAID:
        setattr(source, name, getattr(form, name))
    source.version += 1
    after = {name: str(getattr(source, name)) for name in SAID}
    figures = {name: [before[name], after[name]] for name in SAID if before[name] != after[name]}
    write(db, actor.id, "access", source.ref, figures=figures, words={"reason": form.reason})


def mark(db: Session, actor: Actor, remark: Remark, form: MarkForm) -> None:
    """Mark words of a comment as personal, or take a mark away; from then on its marks are what was said by hand."""
    known = marks_of(remark.words, remark.marks)
    if form.start is not None:
        kept = [span for span in known if span.start != form.start]
        if len(kept) == len(known):
            raise Stale("This mark was taken away already.")
    else:
        kept = [*known, found(remark.words, form)]
    remark.marks = json.dumps(sorted(kept))
    figures = {"remark": remark.id, "marks": len(kept)}
    write(db, actor.id, "mark_comment", f"source:{remark.source_id}", figures=figures)


def found(text: str, form: MarkForm) -> Span:
    start = text.find(form.words) if form.words.strip() else -1
    if start < 0:
        raise Invalid("These words do not stand in the comment.")
    return Span(start, start + len(form.words), form.kind if form.kind in KINDS else KINDS[0])
