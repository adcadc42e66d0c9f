"""The survey's public pages: no account, no cookie, no script; the right to answer is in the link.

A link that never was, one that was replaced, and one of a source that is gone all answer alike.
"""

from limits import RateLimitItemPerMinute
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.db import Db
from app.once import new_key
from app.people.guesses import address_of
from app.people.models import Department, Organisation
from app.voice.asking import links
from app.voice.asking.actions import home_day, locked
from app.voice.asking.models import Asking
from app.voice.asking.queries import Design, design
from app.voice.asking.storing import store, stored_already
from app.voice.asking.survey import LANGUAGES, WORDS, Filled, Sheet, day_in, fill, language, sheet
from app.voice.models import Source, SourceStage
from app.web import Request, Response, Typed, page, router, see
from app.web.pace import wait

routes = router()
# Of one address, for one survey: a kiosk, a family behind one router and a lounge's wireless network get through.
PACE = RateLimitItemPerMinute(120, 10)
# Of all addresses, for one survey.
FLOOD = RateLimitItemPerMinute(3_000, 10)


def spoken(request: Request) -> str:
    return language(request.query_params.get("lang", ""), request.headers.get("accept-language", ""))


def the_survey(db: Session, token: str) -> tuple[Asking, Source] | None:
    asking = links.find(db, token)
    source = db.get(Source, asking.source_id) if asking else None
    if asking is None or source is None or source.stage is not SourceStage.TAKEN:
        return None
    return asking, source


def lay_out(db: Session, asking: Asking, source: Source, told: Design, speaks: str) -> Sheet:
    names = db.execute(
        select(col(Organisation.name), col(Department.name)).outerjoin(
            Department, col(Department.id) == source.department_id
        )
    ).first()
    organisation, department = (names[0], names[1] or "") if names else ("", "")
    return sheet(asking, source, told, speaks, organisation, department)


def draw(request: Request, laid: Sheet, token: str, filled: Filled, status: int = 200) -> Response:
    answer = page(
        request,
        "voice/asking/survey.html",
        status=status,
        sheet=laid,
        w=laid.word,
        token=token,
        filled=filled,
        languages=LANGUAGES,
    )
    answer.headers["Vary"] = "Accept-Language"
    return answer


def say(request: Request, speaks: str, name: str, status: int = 200, token: str = "", day: str = "") -> Response:
    """A page of two sentences."""
    words = WORDS[speaks]
    said = {"title": words[name], "more": words[f"{name}_more"].format(day=day), "again": words["again"]}
    answer = page(request, "voice/asking/said.html", status=status, language=speaks, said=said, token=token)
    answer.headers["Vary"] = "Accept-Language"
    return answer


def not_now(request: Request, db: Session, asking: Asking, source: Source, speaks: str, status: int) -> Response | None:
    """A kind word where the survey does not take answers today."""
    today = home_day(db)
    if asking.takes(today) and source.collecting:
        return None
    if source.collecting and today < asking.opens_on:
        return say(request, speaks, "early", status, day=day_in(speaks, asking.opens_on))
    return say(request, speaks, "closed", status, day=day_in(speaks, min(asking.closes_on, source.last_day)))


@routes.get("/s/{token}")
def survey(request: Request, db: Db, token: str) -> Response:
    speaks, found = spoken(request), the_survey(db, token)
    if found is None:
        return say(request, speaks, "missing", 404)
    if closed := not_now(request, db, *found, speaks, 200):
        return closed
    laid = lay_out(db, *found, design(db, found[1].id), speaks)
    return draw(request, laid, token, Filled({"key": new_key()}))


@routes.post("/s/{token}")
def send_survey(request: Request, db: Db, token: str, fields: Typed) -> Response:
    speaks, found = language(fields.get("lang"), request.headers.get("accept-language", "")), the_survey(db, token)
    if found is None:
        return say(request, speaks, "missing", 404)
    asking, source = locked(db, found[0].id)
    if closed := not_now(request, db, asking, source, speaks, 409):
        return closed
    told = design(db, source.id)
    laid = lay_out(db, asking, source, told, speaks)
    filled = fill(laid, told, fields, home_day(db))
    if filled.answer is None:
        return draw(request, laid, token, filled, 422)
    if seconds := too_many(request, asking):
        filled.mistakes[""] = laid.word("pause", n=seconds)
        answer = draw(request, laid, token, filled, 429)
        answer.headers["Retry-After"] = str(seconds)
        return answer
    if filled.answer.respondent not in stored_already(db, source.id, [filled.answer.respondent]):
        store(db, asking, source, told, [filled.answer])
    return see(request, f"/s/{token}/thanks?lang={speaks}")


def too_many(request: Request, asking: Asking) -> int:
    number = str(asking.id)
    return wait(request, PACE, "survey", number, address_of(request)) or wait(request, FLOOD, "survey", number)


@routes.get("/s/{token}/thanks")
def thanks(request: Request, db: Db, token: str) -> Response:
    speaks = spoken(request)
    found = the_survey(db, token)
    return say(request, speaks, "thanks", token=token) if found else say(request, speaks, "missing", 404)
