"""Recodes and saved analyses: who sees them, making, changing and taking them away."""

import json
import math
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import now
from app.errors import Stale
from app.people.actor import Actor
from app.people.models import Person
from app.voice.models import Source
from app.voice.queries import visible_to as source_visible_to
from app.voice.scopes import Choice, Scope, kept_for
from app.voice.segments import recode_id
from app.voice.trends.models import Analysis, AnalysisPage, Recode, RecodeForm, RecodeKind, SaveForm

MOST_BANDS = 30


def visible_to(model: type[Recode] | type[Analysis], actor: Actor) -> ColumnElement[bool]:
    """One's own; and what is shared, of sources that one may see."""
    same = or_(
        and_(col(model.series_id).is_not(None), col(Source.series_id) == col(model.series_id)),
        col(Source.id) == col(model.source_id),
    )
    seen = exists().where(source_visible_to(actor), same)
    return and_(seen, or_(col(model.shared).is_(True), col(model.made_by) == actor.id))


def recodes_visible_to(actor: Actor) -> ColumnElement[bool]:
    return visible_to(Recode, actor)


def analyses_visible_to(actor: Actor) -> ColumnElement[bool]:
    return visible_to(Analysis, actor)


def may_change(actor: Actor, kept: Recode | Analysis) -> bool:
    """Whoever made it; and of what is shared, a chair or an administrator."""
    return kept.made_by == actor.id or (kept.shared and (actor.chairs_one or actor.administrator))


def analyses(db: Session, actor: Actor, choice: Choice, page: AnalysisPage) -> Sequence[tuple[Analysis, str, bool]]:
    """Of a series, each with who made it, and whether this person may take it away."""
    query = (
        select(Analysis, col(Person.name))
        .join(Person, col(Person.id) == col(Analysis.made_by))
        .where(kept_for(Analysis, choice), analyses_visible_to(actor), col(Analysis.page) == page)
        .order_by(col(Analysis.made_at).desc(), col(Analysis.id).desc())
        .limit(50)
    )
    return [(analysis, name, may_change(actor, analysis)) for analysis, name in db.execute(query)]


def save(db: Session, actor: Actor, scope: Scope, form: SaveForm) -> Analysis:
    told = Analysis(
        name=form.name,
        page=form.page,
        options=urlencode(parse_qsl(form.options)),
        series_id=scope.series_id,
        source_id=scope.source_id,
        shared=bool(form.shared),
        made_by=actor.id,
        made_at=now(),
    )
    db.add(told)
    db.flush()
    return told


def private_recodes(scope: Scope, options: str) -> list[str]:
    """What others could not read in a shared analysis."""
    used = {recode_id(value) for _, value in parse_qsl(options)}
    return [one.name for one in scope.recodes.values() if one.id in used and not one.shared]


def definition(form: RecodeForm, scope: Scope) -> tuple[dict[str, Any], dict[str, str]]:
    """What a form says, and what is wrong with it by field."""
    match form.kind:
        case RecodeKind.MERGE:
            return merging(form, scope)
        case RecodeKind.BANDS:
            return banding(form, scope)
        case _:
            return combining(form, scope)


def merging(form: RecodeForm, scope: Scope) -> tuple[dict[str, Any], dict[str, str]]:
    labels = labels_of(scope, form.segment)
    if not labels:
        return {}, {"segment": "Choose the segment whose labels are merged."}
    groups: dict[str, str] = {}
    for line in filter(None, map(str.strip, form.lines.splitlines())):
        old = max((label for label in labels if line.startswith(f"{label} =")), key=len, default=None)
        if old is None:
            return {}, {"lines": f"“{line[:60]}” does not begin with a label of {form.segment} and “ = ”."}
        new = line[len(old) + 2 :].strip()
        if new:
            groups[old] = new[:120]
    if len(set(groups.values()) | {form.other} - {""}) < 1 or not groups:
        return {}, {"lines": "Name at least one group."}
    return {"segment": form.segment, "groups": groups, "other": form.other}, {}


def labels_of(scope: Scope, segment: str) -> list[str]:
    """Of all waves, each once."""
    return list(dict.fromkeys(label for wave in scope.waves for label in wave.segments.get(segment, ())))


def banding(form: RecodeForm, scope: Scope) -> tuple[dict[str, Any], dict[str, str]]:
    if form.of not in {what.key for what in scope.everything()}:
        return {}, {"of": "Choose what is cut into bands."}
    try:
        cuts = [float(part) for part in form.cuts.replace(";", " ").replace(",", " ").split()]
    except ValueError:
        return {}, {"cuts": "Write numbers, such as 7, 9."}
    if not cuts or len(cuts) > MOST_BANDS or not all(map(math.isfinite, cuts)) or cuts != sorted(set(cuts)):
        return {}, {"cuts": f"Write 1 to {MOST_BANDS} numbers, each larger than the one before."}
    names = [name.strip()[:120] for name in form.names.splitlines() if name.strip()]
    if names and (len(names) != len(cuts) + 1 or len(set(names)) < len(names)):
        return {}, {"names": f"{len(cuts) + 1} bands need {len(cuts) + 1} different names, or none."}
    return {"of": form.of, "cuts": cuts, "names": names}, {}


def combining(form: RecodeForm, scope: Scope) -> tuple[dict[str, Any], dict[str, str]]:
    """Of segments, merged ones and bands; not of what is itself combined."""
    known = {key for key, _ in scope.partings()} - {
        f"recode:{one.id}" for one in scope.recodes.values() if one.kind is RecodeKind.COMBINE
    }
    if form.segment not in known or form.other not in known or form.segment == form.other:
        return {}, {"other": "Choose two different segments, neither of them combined already."}
    return {"segments": [form.segment, form.other]}, {}


def users_of(db: Session, recode: Recode) -> list[str]:
    """What a recode is used by, in words: it cannot be taken away meanwhile. Others' private things are not named."""
    key = f"recode:{recode.id}"
    same = kept_beside(recode)
    told = []
    for name, options, shared in db.execute(
        select(col(Analysis.name), col(Analysis.options), col(Analysis.shared)).where(*same(Analysis))
    ):
        if any(value == key for _, value in parse_qsl(options)):
            told.append(f"the analysis {name}" if shared else "a private analysis")
    for name, meant, shared in db.execute(
        select(col(Recode.name), col(Recode.definition), col(Recode.shared)).where(*same(Recode))
    ):
        if key in json.loads(meant).get("segments", ()):
            told.append(f"the segment {name}" if shared else "a private segment")
    return told


def kept_beside(recode: Recode) -> Any:
    def same(model: Any) -> list[ColumnElement[bool]]:
        if recode.series_id:
            return [col(model.series_id) == recode.series_id]
        return [col(model.source_id) == recode.source_id]

    return same


def remove(db: Session, recode: Recode) -> None:
    if users := users_of(db, recode):
        raise Stale(f"{recode.name} is used by {', '.join(users[:5])}. Take that away first.")
    db.delete(recode)


def address(page: str, **options: str) -> str:
    """With what is set alone."""
    return f"/voice/{page}?{urlencode({name: value for name, value in options.items() if value})}"
