"""`/admin/calendar`: weekends, holidays, and the month with which a fiscal year begins."""

from calendar import month_name
from typing import Any

from fastapi import Request
from sqlalchemy.orm import Session as DbSession
from starlette.responses import Response

from app import web
from app.columns import today
from app.db import Db
from app.errors import Invalid, Missing
from app.people.actions import organisation
from app.people.actor import Administrator
from app.people.calendar import actions, queries
from app.people.calendar.forms import CalendarForm, HolidaysForm
from app.people.calendar.reading import read
from app.people.rows import decode
from app.web import Fields, Typed, blank, fill, page, see, sound
from app.web.forms import Form

routes = web.router()
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
LARGEST = 500_000


def draw(request: Request, db: DbSession, status: int = 200, **forms: Form[Any]) -> Response:
    kept = organisation(db)
    if kept is None:
        raise Missing()
    week: Form[Any] = blank(weekend=kept.weekend.split(","), fiscal_month=kept.fiscal_month, version=kept.version)
    day = today(db.info["settings"].time_zone)
    return page(
        request,
        "people/calendar.html",
        status=status,
        week=forms.get("week", week),
        adding=forms.get("adding", blank()),
        holidays=queries.holidays(db),
        year=queries.this_fiscal_year(db),
        weekdays=[(str(number), name) for number, name in enumerate(WEEKDAYS)],
        months=[(number, month_name[number]) for number in range(1, 13)],
        day=day,
        tenth=queries.in_working_days(db, 10, day),
    )


@routes.get("/admin/calendar")
def show(request: Request, db: Db, actor: Administrator) -> Response:
    return draw(request, db)


@routes.post("/admin/calendar")
def change(request: Request, db: Db, actor: Administrator, fields: Typed) -> Response:
    form = fill(CalendarForm, fields)
    if not form:
        return draw(request, db, 422, week=form)
    actions.change_week(db, actor, actions.held_organisation(db), form.data)
    return see(request, "/admin/calendar", "Kept. What is promised from now on is counted by it.")


def sent(fields: Fields) -> str:
    """The file, where one was chosen, else what was typed."""
    chosen = fields.files.get("file")
    if chosen is None:
        return fields.get("days")
    content = chosen.file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise Invalid("The file is larger than half a megabyte: that is no list of holidays.")
    return sound(decode(content)).replace("\r\n", "\n")


@routes.post("/admin/calendar/holidays")
def add(request: Request, db: Db, actor: Administrator, fields: Typed) -> Response:
    form = fill(HolidaysForm, fields)
    try:
        days = read(sent(fields), today(db.info["settings"].time_zone).year) if form else []
    except Invalid as mistake:
        form.refuse("days", mistake.words)
    if not form:
        return draw(request, db, 422, adding=form)
    fresh = actions.add_holidays(db, actor, actions.held_organisation(db), days)
    return see(request, "/admin/calendar", f"Kept, {fresh} of them new." if fresh else "Kept.")


@routes.post("/admin/calendar/holidays/{id}/remove")
def remove(request: Request, db: Db, actor: Administrator, id: web.ThingId) -> Response:
    actions.remove_holiday(db, actor, actions.held_organisation(db), id)
    return see(request, "/admin/calendar", "Taken out of the calendar.")
