"""Coding comments: one by one, many at once and back again; the code frame and how those who code agree."""

from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import Depends
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.db import Db
from app.errors import Invalid, Missing, Refused
from app.people.actor import Actor, Employee
from app.people.found import found
from app.voice.comments import actions, frame, queries
from app.voice.comments.asking import Asked, Options, an_id, options
from app.voice.comments.finding import find, said
from app.voice.comments.models import CodeForm, CodeManyForm, Coding, MergeForm, ThemeForm, UndoForm
from app.voice.comments.rules import may_code, may_frame
from app.voice.models import Remark, Source, Theme
from app.voice.queries import comments_visible_to
from app.voice.touchpoints.queries import choices, names_of
from app.web import Form, Request, Response, ThingId, Typed, blank, fill, page, router, see, slow

routes = router()
TheTheme = Annotated[Theme, Depends(found(Theme, frame.visible_to))]
KEYS = "123456789"
NOT_YOURS = "Comments are coded by the committee, the department that keeps the source, and administrators."


def only_framers(db: Session, actor: Actor) -> None:
    if not may_frame(actor, queries.keepers(db, actor)):
        raise Refused(NOT_YOURS)


def address_of(asked: str) -> Asked:
    """A search as a form carries it."""
    return Asked.read(dict(parse_qsl(asked.removeprefix("?"))))


@routes.get("/voice/comments/themes")
@slow
def themes(request: Request, db: Db, actor: Employee) -> Response:
    sources = queries.coded_sources(db, actor)
    if not sources and actor.guest:
        raise Missing()
    told = frame.standings(db, actor)
    codes = may_frame(actor, queries.keepers(db, actor))
    return page(
        request,
        "voice/comments/themes.html",
        told=told,
        sources=[(*row, may_code(actor, row[0])) for row in sources],
        agreements=queries.agreements(db, actor),
        codes=codes,
        batches=queries.batches(db, actor) if codes else [],
        answer=answer(len(told), sources),
    )


def answer(themes: int, sources: Sequence[tuple[Source, object, int, int]]) -> str:
    if not themes:
        return "No theme has been named yet."
    coded, every = sum(row[2] for row in sources), sum(row[3] for row in sources)
    return f"{coded:,} of {every:,} comments have one of {themes} themes."


@routes.get("/voice/comments/themes/new")
def new(request: Request, db: Db, actor: Employee) -> Response:
    only_framers(db, actor)
    return theme_page(request, db, actor, blank(ThemeForm))


def theme_page(
    request: Request, db: Session, actor: Actor, form: Form[ThemeForm], theme: Theme | None = None, status: int = 200
) -> Response:
    others = [(one.id, one.name) for one in frame.frame_of(db, actor) if theme is not None and one.id != theme.id]
    linked = frame.touchpoints_of(db, theme.id) if theme else []
    known = {**dict(choices(db, actor)), **names_of(db, linked)}
    return page(
        request,
        "voice/comments/theme.html",
        status=status,
        form=form,
        theme=theme,
        others=others,
        touchpoints=[*known.items()],
    )


@routes.post("/voice/comments/themes/new")
def make(request: Request, db: Db, actor: Employee, fields: Typed) -> Response:
    only_framers(db, actor)
    form = fill(ThemeForm, fields)
    if form and actions.named(db, form.data.name):
        form.refuse("name", "There is a theme of this name already.")
    if not form:
        return theme_page(request, db, actor, form, status=422)
    theme = actions.theme_of(db, actor, form.data.name)
    theme.about = form.data.about
    actions.link(db, theme, form.data.touchpoints)
    return see(request, "/voice/comments/themes", "Kept.")


@routes.get("/voice/comments/themes/{id}")
def edit(request: Request, db: Db, actor: Employee, theme: TheTheme) -> Response:
    if theme.merged_into is not None:
        into = actions.named(db, theme.name)
        return see(request, f"/voice/comments/themes/{into.id if into else theme.merged_into}")
    if not may_frame(actor, queries.keepers(db, actor)):
        return see(request, f"/voice/comments?theme={theme.id}")
    given: dict[str, Any] = {"name": theme.name, "about": theme.about, "version": theme.version}
    return theme_page(
        request, db, actor, blank(ThemeForm, **given, touchpoints=frame.touchpoints_of(db, theme.id)), theme
    )


@routes.post("/voice/comments/themes/{id}")
def change(request: Request, db: Db, actor: Employee, theme: TheTheme, fields: Typed) -> Response:
    only_framers(db, actor)
    form = fill(ThemeForm, fields)
    if form:
        same = actions.named(db, form.data.name)
        if same is not None and same.id != theme.id:
            form.refuse("name", "There is a theme of this name already. Merge the two instead.")
    if not form:
        return theme_page(request, db, actor, form, theme, status=422)
    actions.change(db, actor, theme, form.data)
    return see(request, "/voice/comments/themes", "Kept.")


@routes.post("/voice/comments/themes/{id}/merge")
def merge(request: Request, db: Db, actor: Employee, theme: TheTheme, fields: Typed) -> Response:
    only_framers(db, actor)
    form = fill(MergeForm, fields)
    if not form:
        raise Invalid("Choose the theme that this one is merged into.")
    (into,) = frame.chosen(db, actor, [form.data.into])
    actions.merge(db, actor, theme, into)
    return see(request, "/voice/comments/themes", f"What was about {theme.name} is about {into.name} now.")


@routes.get("/voice/comments/code")
@slow
def one_by_one(request: Request, db: Db, actor: Employee) -> Response:
    """The next comment of a search that this person has not coded; what others said of it is not shown."""
    only_framers(db, actor)
    asked = Asked.read(request.query_params)
    offered = own_sources(db, actor, options(db, actor, asked))
    fits = find(db, offered, asked, size=1)
    passed = an_id(request.query_params.get("passed", ""))
    ids = [number for number in fits.ids if passed is None or number < passed]
    waiting = queries.unread(db, actor, ids, most=len(ids))
    return page(
        request,
        "voice/comments/code.html",
        asked=asked,
        one=said(db, waiting[:1], asked.q, most=20_000)[0] if waiting else None,
        left=len(waiting),
        all=fits.number,
        own=queries.mine(db, actor, waiting[0]) if waiting else [],
        frame_=frame.frame_of(db, actor),
        keys=KEYS,
    )


def own_sources(db: Session, actor: Actor, offered: Options) -> Options:
    """Of the sources that can be read those whose comments this person codes."""
    rows = db.scalars(select(Source).where(col(Source.id).in_([one.id for one in offered.sources])))
    codes = {one.id for one in rows if may_code(actor, one)}
    kept = [one for one in offered.sources if one.id in codes]
    return Options(
        kept,
        offered.themes,
        offered.touchpoints,
        offered.questions,
        offered.scores,
        offered.segments,
        offered.scored,
    )


@routes.post("/voice/comments/{id}/code")
def code(request: Request, db: Db, actor: Employee, id: ThingId, fields: Typed) -> Response:
    remark, source = queries.remark(db, actor, id)
    if not may_code(actor, source):
        raise Refused(NOT_YOURS)
    form = fill(CodeForm, fields)
    if not form:
        raise Invalid("Choose from the themes, or name a new one.")
    themes = list(form.data.themes)
    if form.data.new:
        themes.append(actions.theme_of(db, actor, form.data.new).id)
    actions.code(db, actor, remark, themes)
    if form.data.back:
        return see(request, address_of(form.data.back).href("/voice/comments/code", passed=id))
    return see(request, f"/voice/comments/{id}", "Kept.")


@routes.post("/voice/comments/code")
@slow
def code_many(request: Request, db: Db, actor: Employee, fields: Typed) -> Response:
    only_framers(db, actor)
    form = fill(CodeManyForm, fields)
    if not form:
        raise Invalid("Choose the theme, and the comments that are about it.")
    (theme,) = frame.chosen(db, actor, [form.data.theme])
    asked = address_of(form.data.asked)
    offered = own_sources(db, actor, options(db, actor, asked))
    if form.data.which == "all":
        ids = list(find(db, offered, asked, size=1).ids)
    else:
        ids = readable(db, actor, form.data.chosen, {one.id for one in offered.sources})
    batch = actions.code_many(db, actor, ids, theme, form.data.asked)
    words = f"{batch.n:,} {'comment is' if batch.n == 1 else 'comments are'} about {theme.name} now."
    return see(request, asked.href(), words)


def readable(db: Session, actor: Actor, ids: list[int], sources: set[int]) -> list[int]:
    """Of these comments those that this person may code."""
    query = select(col(Remark.id)).join(Source, col(Source.id) == col(Remark.source_id))
    mine = (col(Remark.id).in_(ids), col(Source.id).in_(sources), comments_visible_to(actor))
    return list(db.scalars(query.where(*mine).order_by(col(Remark.id).desc())))


@routes.post("/voice/comments/undo")
def undo(request: Request, db: Db, actor: Employee, fields: Typed) -> Response:
    form = fill(UndoForm, fields)
    batch = db.get(Coding, form.data.coding) if form else None
    if batch is None or batch.person_id != actor.id:
        raise Missing()
    n = actions.undo(db, actor, batch)
    return see(request, address_of(batch.asked).href(), f"{n:,} {'code is' if n == 1 else 'codes are'} taken back.")


@routes.post("/voice/sources/{id}/coded")
def finish(request: Request, db: Db, actor: Employee, id: ThingId) -> Response:
    source = db.scalars(select(Source).where(col(Source.id) == id, comments_visible_to(actor))).first()
    if source is None:
        raise Missing()
    if not may_code(actor, source):
        raise Refused(NOT_YOURS)
    actions.finish(db, actor, source)
    return see(request, "/voice/comments/themes", "Its themes are compared with the wave before now.")
