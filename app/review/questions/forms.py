"""What people type when they ask and answer."""

from typing import Annotated

from pydantic import Field

from app.web import FormModel


class QuestionForm(FormModel):
    words: Annotated[str, Field(min_length=1, max_length=2_000)]


class AnswerForm(FormModel):
    words: Annotated[str, Field(min_length=1, max_length=10_000)]
    version: int
