"""`/ideas/{id}/files`: what hangs on an idea; a file or a photo more, and taking one down."""

from typing import Annotated

from fastapi import Depends
from sqlalchemy.orm import Session

from app.db import Db
from app.errors import Missing
from app.ideas.files import actions
from app.ideas.models import Idea
from app.ideas.queries import one_for, visible_to
from app.once import new_key, once
from app.people.actor import Employee
from app.people.found import found
from app.talk.files import queries
from app.talk.files.kinds import ACCEPT, LIMIT, LISTED
from app.talk.files.models import MOST_ON_A_THING, File, FileForm
from app.talk.files.receiving import Files
from app.web import Form, Request, Response, ThingId, Typed, blank, fill, page, router, see

routes = router()
TheIdea = Annotated[Idea, Depends(found(Idea, visible_to, made=one_for))]
BODY = LIMIT + 1024 * 1024


@routes.get("/ideas/{id}/files")
def choose(request: Request, db: Db, actor: Employee, idea: TheIdea) -> Response:
    actions.must_change(actor, idea)
    return files_page(request, db, idea, blank(FileForm))


def files_page(request: Request, db: Session, idea: Idea, form: Form[FileForm], status: int = 200) -> Response:
    form.key = new_key()
    hung = queries.of_thing(db, idea.ref, veiled=False)
    about = {"accept": ACCEPT, "listed": LISTED, "most": MOST_ON_A_THING}
    return page(request, "ideas/files/edit.html", status=status, idea=idea, files=hung, form=form, **about)


@routes.post("/ideas/{id}/files", max_body_size=BODY)
def add(request: Request, files: Files, db: Db, actor: Employee, idea: TheIdea, fields: Typed) -> Response:
    actions.must_change(actor, idea)
    form = fill(FileForm, fields)
    files.judge(form, {"file": "alt"})
    ready = files.ready.get("file")
    if ready is None:
        form.refuse("file", "Choose a file.")
    if not form or ready is None:
        return files_page(request, db, idea, form, 422)
    once_ = once(db, request, actor.id, fields)
    if once_.done:
        return once_.done
    actions.attach(db, actor, idea, ready, form.data.alt)
    return once_.see(f"/ideas/{idea.id}/files", "It hangs on the idea now.")


@routes.post("/ideas/{id}/files/{file}/withdraw")
def withdraw(request: Request, db: Db, actor: Employee, idea: TheIdea, file: ThingId) -> Response:
    actions.must_change(actor, idea)
    one = db.get(File, file)
    if one is None or one.about != idea.ref or one.comment_id is not None:
        raise Missing()
    actions.detach(db, actor, idea, one)
    return see(request, f"/ideas/{idea.id}/files", "Taken down. Submissions that had it keep it.")
