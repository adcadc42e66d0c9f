"""A reviewer asks on the page of the review; the chair passes on; the authors answer on the idea's page."""

from typing import Annotated

from fastapi import Depends

from app.db import Db
from app.errors import Invalid
from app.people.actor import Employee, Member
from app.people.found import found
from app.review import reviewing
from app.review.questions import actions, queries
from app.review.questions.forms import AnswerForm, QuestionForm
from app.review.questions.models import AuthorQuestion
from app.web import Request, Response, ThingId, Typed, fill, router, see
from app.workflow import MoveForm

routes = router()
TheQuestion = Annotated[AuthorQuestion, Depends(found(AuthorQuestion, queries.visible_to))]
MyQuestion = Annotated[AuthorQuestion, Depends(found(AuthorQuestion, queries.answerable_by))]


@routes.post("/review/ideas/{id}/questions")
def ask(request: Request, db: Db, actor: Member, id: ThingId, fields: Typed) -> Response:
    actual = reviewing.case(db, actor, id, lock=True)
    form = fill(QuestionForm, fields)
    if not form:
        raise Invalid("Write the question: at most 2,000 characters.")
    actions.ask(db, actor, actual, form.data)
    return see(request, f"/review/ideas/{id}#questions", "Asked. The chair passes it on, without your name.")


@routes.post("/review/questions/{id}/moves")
def move(request: Request, db: Db, actor: Member, question: TheQuestion, fields: Typed) -> Response:
    form = fill(MoveForm, fields)
    if not form:
        raise Invalid("There is no such move.")
    data = form.data
    actions.move(db, actor, question, data.name, data.note, data.version)
    words = "Passed on to the authors." if data.name == "pass_on" else "Dropped. Who asked reads why."
    return see(request, f"/review/ideas/{question.idea_id}#questions", words)


@routes.post("/review/questions/{id}/answer")
def answer(request: Request, db: Db, actor: Employee, question: MyQuestion, fields: Typed) -> Response:
    form = fill(AnswerForm, fields)
    if not form:
        raise Invalid("Write the answer: at most 10,000 characters.")
    actions.answer(db, actor, question, form.data)
    return see(request, f"/ideas/{question.idea_id}#questions", "Answered. The reviewers read it, without your name.")
