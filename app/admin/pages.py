"""Administration: where to begin, the organisation's settings. People, committee and mail have files of their own."""

from typing import Any

from fastapi import Request
from starlette.responses import Response

from app import web
from app.admin import pages_committees, pages_house, pages_import, pages_mail, pages_people
from app.admin.forms import OrganisationForm
from app.admin.mails import standing
from app.admin.pieces import sample
from app.db import Db
from app.frame import forget_organisation
from app.notices.hooks.queries import hooks
from app.people import mail
from app.people.actions import organisation
from app.people.actor import Administrator
from app.people.queries import count_people
from app.people.signing import log
from app.record.actions import write
from app.record.queries import head
from app.review.committees.queries import choices
from app.web import Typed, blank, fill, page, see
from app.web.forms import Form

routes = web.router()
for part in (pages_import, pages_people, pages_house, pages_committees, pages_mail):
    routes.routes.extend(part.routes.routes)


@routes.get("/admin")
def index(request: Request, db: Db, actor: Administrator) -> Response:
    settings = request.app.state.settings
    counts = {show: count_people(db, "", show) for show in ("", "invited", "disabled", "administrators")}
    shown: dict[str, Any] = {
        "counts": counts,
        "committees": choices(db),
        "entries": head(db)[0],
        "mails": mail.configured(settings),
        "post": standing(db),
        "channels": hooks(db, every=True),
    }
    return page(request, "admin/index.html", **shown)


@routes.get("/admin/pieces")
def pieces(request: Request, actor: Administrator) -> Response:
    return page(request, "admin/pieces.html", status=200, **sample())


def draw_settings(request: Request, db: Db, form: Form[Any], status: int = 200) -> Response:
    settings = request.app.state.settings
    return page(request, "admin/settings.html", status=status, form=form, rows=environment_rows(settings))


def environment_rows(settings: Any) -> list[tuple[str, str, str]]:
    """What the environment sets: variable, what it is for, its value; of a secret only whether it is there."""
    database = "SQLite, " + settings.database_file.name if settings.embedded else "PostgreSQL"
    there = {True: "set", False: "not set"}
    return [
        ("BASE_URL", "Where people reach this place", settings.address),
        ("DATABASE_URL", "Database", database),
        ("TIME_ZONE", "Time zone in which days end", settings.time_zone),
        ("LANGUAGE", "Language", settings.language),
        ("CURRENCY", "Currency, fixed after the first amount", settings.currency),
        ("SMTP_URL", "Mail server", there[mail.configured(settings)]),
        ("MAIL_FROM", "Sender of mail", mail.sender(settings)),
        ("OIDC_ISSUER", "Sign-on", settings.oidc_issuer or there[False]),
        ("TRUSTED_PROXIES", "Proxies whose word on addresses counts", settings.trusted_proxies or "none"),
        ("RECORD_KEY", "Key of the record", there[True] if settings.record_key.get_secret_value() else "in record.key"),
    ]


@routes.get("/admin/settings")
def show_settings(request: Request, db: Db, actor: Administrator) -> Response:
    known = organisation(db)
    few = known.few_answers if known else 100
    return draw_settings(request, db, blank(name=known.name if known else "", few_answers=few))


@routes.post("/admin/settings")
def change_settings(request: Request, db: Db, actor: Administrator, fields: Typed) -> Response:
    form = fill(OrganisationForm, fields)
    known = organisation(db)
    if not form or known is None:
        return draw_settings(request, db, form, 422)
    changed = {name: value for name, value in form.data.model_dump().items() if getattr(known, name) != value}
    if changed:
        figures: dict[str, Any] = {"fields": sorted(changed)}
        if "few_answers" in changed:
            figures["few_answers"] = [known.few_answers, form.data.few_answers]
        for name, value in changed.items():
            setattr(known, name, value)
        known.version += 1
        write(db, actor.id, "change", known.ref, figures=figures)
        log.info("settings changed", by=actor.id, request=request.state.request_id)
    forget_organisation(request)
    return see(request, "/admin/settings", "Kept.")
