"""An idea's form that answers a call: what stands beside it, what is wrong with it, and what is kept."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from app.ideas.calls import queries
from app.ideas.calls.actions import answer, today
from app.ideas.calls.forms import field_of, own_fields, wrong
from app.ideas.calls.models import Call, CallQuestion, CallStage
from app.ideas.forms import IdeaForm
from app.ideas.listing import an_id
from app.ideas.models import Idea
from app.people.actor import Actor
from app.web import Fields, Form, fill


@dataclass(frozen=True)
class Beside:
    """The call that a form is for, its questions, and what is answered so far by the question's field.

    closed: the idea was not submitted before the call closed. It is no answer, and nothing must be answered.
    """

    call: Call
    questions: list[CallQuestion]
    said: dict[str, str] = field(default_factory=dict)
    closed: bool = False


def filled(fields: Fields) -> Form[IdeaForm]:
    """The idea's own fields, checked; those of a call are kept as they were typed."""
    others = own_fields(list(fields.texts))
    form = fill(IdeaForm, Fields({k: v for k, v in fields.texts.items() if k not in others}, fields.files))
    form.texts = fields.texts
    return form


def beside(db: Session, actor: Actor, form: Form[Any], idea: Idea | None) -> Beside | None:
    """For a new idea the call that the form names, while it is open; for one that is there the call it came from."""
    stored: dict[int, str] = {}
    closed = False
    if idea is None:
        call = queries.find(db, actor, an_id(str(form.value("call"))))
        if call is not None and call.stands(today(db)) is not CallStage.OPEN:
            call = None
    else:
        call, late = queries.call_of(db, actor, idea.id) or (None, False)
        stored = queries.answers(db, idea.id) if call else {}
        closed = late or (call is not None and not idea.revision and call.stands(today(db)) is not CallStage.OPEN)
    if call is None:
        return None
    asked = list(queries.questions(db, call.id))
    said = {
        field_of(one.id): str(form.value(name)) if (name := field_of(one.id)) in form.texts else stored.get(one.id, "")
        for one in asked
    }
    return Beside(call, asked, said, closed)


def check(db: Session, actor: Actor, form: Form[IdeaForm], idea: Idea | None = None) -> Beside | None:
    """What is wrong with the answers, put beside each; and that a call is open, where the form names one."""
    found = beside(db, actor, form, idea)
    named = idea is None and form.value("call")
    if found is None and named:
        form.refuse("", "This call is not open to you, or not any more. What you wrote can be kept without it.")
    if found is not None and form.filled is not None:
        if idea is None and form.data.process != found.call.process_id:
            form.refuse("process", "The call is about another process. To write for this one, leave the call.")
        for one in found.questions:
            name = field_of(one.id)
            if words := wrong(
                one, found.said[name].strip(), submitting=form.data.then == "submit" and not found.closed
            ):
                form.refuse(name, words)
    return found


def keep(db: Session, idea: Idea, found: Beside | None) -> None:
    if found is not None:
        given = {one.id: found.said[field_of(one.id)].strip() for one in found.questions}
        answer(db, idea, found.call, given)
