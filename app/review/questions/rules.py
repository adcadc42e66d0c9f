"""Who may ask, pass on, drop and answer."""

from app.people.actor import Actor
from app.review.questions.models import AuthorQuestion, QuestionStage
from app.workflow import Move, Workflow

Q = QuestionStage


def anybody(_actor: Actor, _question: AuthorQuestion) -> bool:
    """Who may is asked of the idea that it is about: see actions."""
    return True


life: Workflow[AuthorQuestion] = Workflow(
    "stage",
    Move("pass_on", "Pass it on to the authors", (Q.ASKED,), Q.PASSED, anybody, tone="main"),
    Move("drop", "Drop it", (Q.ASKED,), Q.DROPPED, anybody, reason=True),
    Move("answer", "Answer", (Q.PASSED,), Q.ANSWERED, anybody, by_form=True),
)
