"""Asking, passing on, dropping and answering.

What the committee does with a question is an entry of the question, which authors do not see; what reaches the authors
and what they answer is one of the idea, which whoever may not see them reads without a name.
"""

from sqlalchemy.orm import Session

from app.columns import now
from app.errors import Refused, Stale
from app.ideas.models import Idea
from app.people.actor import Actor
from app.record.actions import write
from app.review.conflicts import must_decide
from app.review.models import Round, RoundStage
from app.review.questions.forms import AnswerForm, QuestionForm
from app.review.questions.models import AuthorQuestion, QuestionStage
from app.review.questions.rules import life
from app.review.reviewing import Case
from app.workflow import guarded_update


def ask(db: Session, actor: Actor, actual: Case, asked: QuestionForm) -> AuthorQuestion:
    if not actual.reviewing:
        raise Refused("You are not one of this round’s reviewers.")
    if actual.round.stage is not RoundStage.OPEN or not actual.placed.live:
        raise Stale("The reviewing of this idea was closed. What you typed was not taken.")
    made = AuthorQuestion(
        round_id=actual.round.id, idea_id=actual.idea.id, asker_id=actor.id, words=asked.words.strip()
    )
    db.add(made)
    db.flush()
    figures = {"idea": actual.idea.id, "round": actual.round.id}
    write(db, actor.id, "ask", made.ref, after=made.stage.value, figures=figures, words={"words": made.words})
    return made


def move(db: Session, actor: Actor, question: AuthorQuestion, name: str, note: str, version: int | None) -> None:
    """Passed on or dropped by whoever is in charge of the idea."""
    idea = db.get_one(Idea, question.idea_id)
    must_decide(db, actor, idea)
    life.make(db, actor, question, name, note, version=version, why=note.strip() if name == "drop" else "")
    if name == "pass_on":
        write(db, actor.id, "put_question", idea.ref, figures={"question": question.id})


def answer(db: Session, actor: Actor, question: AuthorQuestion, said: AnswerForm) -> None:
    """Once, while the round still works on the idea."""
    round_ = db.get_one(Round, question.round_id)
    if round_.stage not in (RoundStage.OPEN, RoundStage.CLOSED):
        raise Stale("The committee has finished with this round. Your answer was not taken.")
    if said.version != question.version:
        raise Stale("Somebody answered this a moment ago. Look at it before you go on.")
    life.check(actor, question, "answer", form=True)
    guarded_update(
        db,
        question,
        "stage",
        QuestionStage.PASSED,
        stage=QuestionStage.ANSWERED,
        answer=said.words.strip(),
        answered_at=now(),
    )
    idea = db.get_one(Idea, question.idea_id)
    write(
        db, actor.id, "answer_question", idea.ref, figures={"question": question.id}, words={"words": question.answer}
    )
