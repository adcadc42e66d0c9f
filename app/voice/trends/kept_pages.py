"""Saving an analysis; making a segment out of others."""

import json
from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import Depends, Query
from sqlalchemy.orm import Session

from app.changes import counts
from app.columns import now
from app.db import Db
from app.errors import Missing, Refused
from app.once import new_key, once
from app.people.actor import Actor, Employee
from app.people.found import found
from app.voice.scopes import Choice, Scope, choices, one_of, scope
from app.voice.trends import kept
from app.voice.trends.models import Analysis, Recode, RecodeForm, RecodeKind, SaveForm
from app.web import Request, Response, Typed, blank, fill, page, router, see, unchanged
from app.web.forms import Form

routes = router()
KINDS = {kind.value for kind in RecodeKind}
TheRecode = Annotated[Recode, Depends(found(Recode, kept.recodes_visible_to))]
TheAnalysis = Annotated[Analysis, Depends(found(Analysis, kept.analyses_visible_to))]
Series = Annotated[str, Query(max_length=200)]
Options = Annotated[str, Query(max_length=2_000)]


def the_scope(db: Session, actor: Actor, key: str) -> tuple[Choice, Scope]:
    """Of a series or source that one may see; the latest where none is named."""
    choice = one_of(choices(db, actor), key)
    if choice is None or (key and choice.key != key):
        raise Missing()
    return choice, scope(db, actor, choice)


def series_in(options: str) -> str:
    return dict(parse_qsl(options)).get("series", "")


@routes.get("/voice/analyses/new")
def save_form(request: Request, db: Db, actor: Employee, of: Series = "indices", options: Options = "") -> Response:
    _, about = the_scope(db, actor, series_in(options))
    form = blank(SaveForm, key=new_key(), options=options, page=of)
    return page(request, "voice/trends/save.html", form=form, scope=about)


@routes.post("/voice/analyses")
def save(request: Request, db: Db, actor: Employee, fields: Typed) -> Response:
    once_ = once(db, request, actor.id, fields)
    if once_.done:
        return once_.done
    form = fill(SaveForm, fields)
    _, about = the_scope(db, actor, series_in(fields.get("options")))
    if form and form.data.shared and (private := kept.private_recodes(about, form.data.options)):
        form.refuse("shared", f"It uses {', '.join(private)}, which only you see. Share that first.")
    if not form:
        return page(request, "voice/trends/save.html", status=422, form=form, scope=about)
    return once_.see(kept.save(db, actor, about, form.data).address, "Saved.")


@routes.post("/voice/analyses/{id}/remove")
def forget(request: Request, db: Db, actor: Employee, analysis: TheAnalysis) -> Response:
    if not kept.may_change(actor, analysis):
        raise Refused("Whoever saved this analysis can take it away.")
    address = analysis.address
    db.delete(analysis)
    return see(request, address, f"{analysis.name} is no longer kept.")


@routes.get("/voice/recodes")
def recodes(request: Request, db: Db, actor: Employee, series: Series = "") -> Response:
    if kept_page := unchanged(request, actor.rights, actor.department_id, counts(db, "voice", "people")):
        return kept_page
    known = choices(db, actor)
    if not known:
        return page(request, "voice/trends/empty.html", table=True)
    _, about = the_scope(db, actor, series)
    names = dict(about.partings()) | {what.key: what.name for what in about.everything()}
    told = [(one, meaning(one, names), kept.may_change(actor, one)) for one in about.recodes.values()]
    return page(request, "voice/trends/recodes.html", known=known, scope=about, recodes=told)


def meaning(recode: Recode, names: dict[str, str]) -> str:
    meant = json.loads(recode.definition)
    match recode.kind:
        case RecodeKind.MERGE:
            groups = dict.fromkeys(meant["groups"].values())
            return f"{names.get(meant['segment'], meant['segment'])} as {', '.join(groups)}"
        case RecodeKind.BANDS:
            cuts = ", ".join(f"{cut:g}" for cut in meant["cuts"])
            return f"{names.get(meant['of'], meant['of'])}, cut at {cuts}"
        case _:
            return " and ".join(names.get(key, key) for key in meant["segments"])


@routes.get("/voice/recodes/new")
def new_recode(
    request: Request, db: Db, actor: Employee, series: Series = "", kind: Series = "merge", segment: Series = ""
) -> Response:
    _, about = the_scope(db, actor, series)
    told = RecodeKind(kind) if kind in KINDS else RecodeKind.MERGE
    lines = "\n".join(f"{label} = {label}" for label in kept.labels_of(about, segment))
    form = blank(RecodeForm, key=new_key(), kind=told.value, segment=segment, lines=lines)
    return drawn(request, about, form, None)


def drawn(request: Request, about: Scope, form: Form[RecodeForm], recode: Recode | None, status: int = 200) -> Response:
    kind = str(form.value("kind"))
    simple = [key for key, _ in about.partings() if not key.startswith("recode:")]
    combined = {f"recode:{one.id}" for one in about.recodes.values() if one.kind is RecodeKind.COMBINE}
    return page(
        request,
        "voice/trends/recode.html",
        status=status,
        form=form,
        scope=about,
        recode=recode,
        kind=kind if kind in KINDS else "merge",
        segments=[(key, key) for key in simple],
        parts=[(key, name) for key, name in about.partings() if key not in combined],
        whats=[(what.key, what.name) for what in about.everything()],
    )


@routes.post("/voice/recodes")
def make_recode(request: Request, db: Db, actor: Employee, fields: Typed, series: Series = "") -> Response:
    once_ = once(db, request, actor.id, fields)
    if once_.done:
        return once_.done
    _, about = the_scope(db, actor, series)
    form, meant = read(fields, about)
    if not form:
        return drawn(request, about, form, None, status=422)
    told = Recode(series_id=about.series_id, source_id=about.source_id, made_by=actor.id, made_at=now(), **meant)
    db.add(told)
    return once_.see(kept.address("recodes", series=about.key), f"{told.name} can be chosen wherever segments are.")


def read(fields: Typed, about: Scope) -> tuple[Form[RecodeForm], dict[str, Any]]:
    """The form, and of a sound one the columns of a recode."""
    form = fill(RecodeForm, fields)
    if not form:
        return form, {}
    definition, wrong = kept.definition(form.data, about)
    for name, words in wrong.items():
        form.refuse(name, words)
    words = json.dumps(definition, ensure_ascii=False)
    return form, {
        "name": form.data.name,
        "kind": form.data.kind,
        "definition": words,
        "shared": bool(form.data.shared),
    }


@routes.get("/voice/recodes/{id}")
def edit_recode(request: Request, db: Db, actor: Employee, recode: TheRecode) -> Response:
    only_for_makers(actor, recode)
    _, about = the_scope(db, actor, scope_key(recode))
    return drawn(request, about, blank(RecodeForm, **typed(recode, about)), recode)


def typed(recode: Recode, about: Scope) -> dict[str, Any]:
    """A recode as its form is filled in."""
    meant = json.loads(recode.definition)
    texts = {"name": recode.name, "kind": recode.kind.value, "shared": "on" if recode.shared else ""}
    match recode.kind:
        case RecodeKind.MERGE:
            labels = dict.fromkeys([*kept.labels_of(about, meant["segment"]), *meant["groups"]])
            lines = "\n".join(f"{label} = {meant['groups'].get(label, '')}".rstrip() for label in labels)
            return texts | {"segment": meant["segment"], "lines": lines, "other": meant["other"]}
        case RecodeKind.BANDS:
            cuts = ", ".join(f"{cut:g}" for cut in meant["cuts"])
            return texts | {"of": meant["of"], "cuts": cuts, "names": "\n".join(meant["names"])}
        case _:
            return texts | {"segment": meant["segments"][0], "other": meant["segments"][1]}


def scope_key(recode: Recode) -> str:
    return str(recode.series_id) if recode.series_id else f"source-{recode.source_id}"


def only_for_makers(actor: Actor, recode: Recode) -> None:
    if not kept.may_change(actor, recode):
        raise Refused("Whoever made this segment can change it. You can make one of your own.")


@routes.post("/voice/recodes/{id}")
def change_recode(request: Request, db: Db, actor: Employee, recode: TheRecode, fields: Typed) -> Response:
    only_for_makers(actor, recode)
    _, about = the_scope(db, actor, scope_key(recode))
    form, meant = read(fields, about)
    if form and form.data.kind is not recode.kind:
        form.refuse("kind", "A segment stays of its kind. Make another one.")
    if form and recode.shared and not form.data.shared and kept.users_of(db, recode):
        form.refuse("shared", "It is used by what others see.")
    if not form:
        return drawn(request, about, form, recode, status=422)
    for name, value in meant.items():
        setattr(recode, name, value)
    recode.version += 1
    return see(request, kept.address("recodes", series=about.key), "Kept.")


@routes.post("/voice/recodes/{id}/remove")
def remove_recode(request: Request, db: Db, actor: Employee, recode: TheRecode) -> Response:
    only_for_makers(actor, recode)
    key = scope_key(recode)
    kept.remove(db, recode)
    return see(request, kept.address("recodes", series=key), f"{recode.name} is taken away.")
