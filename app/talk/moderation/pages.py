"""`/talk/moderation`: reports that nobody answered, and what is hidden; `/talk/comments/{id}/report` makes one;
`/talk/comments/{id}/moderation` hides, restores or dismisses, always with a reason."""

from sqlalchemy.orm import Session

from app.db import Db
from app.errors import Missing, Refused
from app.people.actor import Actor, Employee, Visitor
from app.refs import Found
from app.talk import queries
from app.talk.models import Comment
from app.talk.moderation.actions import moderate, report
from app.talk.moderation.models import ModerateForm, Report, ReportForm
from app.talk.moderation.queries import hidden, mine, moderates_any, of_comment, open_reports
from app.talk.pages_saying import place
from app.talk.rules import may_moderate, stands
from app.talk.things import committee_of
from app.web import Form, Request, Response, ThingId, Typed, blank, fill, page, router, see

routes = router()
DONE = {
    "hide": "Hidden. Its author reads the reason.",
    "restore": "It stands there again.",
    "dismiss": "The comment stays; its reports are answered.",
}


@routes.get("/talk/moderation")
def index(request: Request, db: Db, actor: Employee) -> Response:
    if not moderates_any(actor):
        raise Refused("The chair of a committee and administrators moderate what people say.")
    return page(request, "talk/moderation/index.html", reports=open_reports(db, actor), hidden=hidden(db, actor))


@routes.get("/talk/comments/{id}/report")
def ask(request: Request, db: Db, actor: Visitor, id: ThingId) -> Response:
    comment, thing = reportable(db, actor, id)
    return report_page(request, db, actor, comment, thing, blank(ReportForm))


def reportable(db: Session, actor: Actor, id: int) -> tuple[Comment, Found]:
    """A comment that stands. One's own one takes back."""
    comment, thing = queries.find(db, actor, id)
    if comment.author_id == actor.id:
        raise Refused("What you wrote yourself you can take back.")
    return comment, thing


def report_page(
    request: Request,
    db: Session,
    actor: Actor,
    comment: Comment,
    thing: Found,
    form: Form[ReportForm],
    status: int = 200,
) -> Response:
    node, kept = queries.one(db, actor, comment), mine(db, actor, comment.id)
    return page(request, "talk/moderation/report.html", status=status, thing=thing, node=node, form=form, kept=kept)


@routes.post("/talk/comments/{id}/report")
def send(request: Request, db: Db, actor: Visitor, id: ThingId, fields: Typed) -> Response:
    comment, thing = reportable(db, actor, id)
    form = fill(ReportForm, fields)
    if not form:
        return report_page(request, db, actor, comment, thing, form, 422)
    report(db, actor, comment, form.data.reason)
    words = "Reported. The moderation looks at it; nobody is shown that it was you."
    return see(request, place(db, thing, comment), words)


@routes.get("/talk/comments/{id}/moderation")
def consider(request: Request, db: Db, actor: Employee, id: ThingId) -> Response:
    comment, thing = judged(db, actor, id)
    return consider_page(request, db, actor, comment, thing, blank(ModerateForm, version=comment.version))


def judged(db: Session, actor: Actor, id: int) -> tuple[Comment, Found]:
    comment, thing = queries.find(db, actor, id)
    if not may_moderate(actor, committee_of(db, comment.about), comment):
        raise Refused("The chair of the committee and administrators moderate, and nobody their own words.")
    if comment.withdrawn_at is not None:
        raise Missing()
    return comment, thing


def consider_page(
    request: Request,
    db: Session,
    actor: Actor,
    comment: Comment,
    thing: Found,
    form: Form[ModerateForm],
    status: int = 200,
) -> Response:
    reports: list[Report] = list(of_comment(db, comment.id))
    return page(
        request,
        "talk/moderation/comment.html",
        status=status,
        thing=thing,
        node=queries.one(db, actor, comment),
        form=form,
        reports=reports,
        ways=ways(comment, any(one.stage == "open" for one in reports)),
    )


def ways(comment: Comment, reported: bool) -> list[tuple[str, str]]:
    """What can be done with it now: the move, and its words."""
    if not stands(comment):
        return [("restore", "Let it stand there again")]
    return [("hide", "Hide it"), *([("dismiss", "It may stand")] if reported else [])]


@routes.post("/talk/comments/{id}/moderation")
def act(request: Request, db: Db, actor: Employee, id: ThingId, fields: Typed) -> Response:
    comment, thing = judged(db, actor, id)
    form = fill(ModerateForm, fields)
    if not form:
        return consider_page(request, db, actor, comment, thing, form, 422)
    moderate(db, actor, comment, form.data)
    return see(request, place(db, thing, comment), DONE[form.data.do])
