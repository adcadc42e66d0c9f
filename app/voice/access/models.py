"""What the form about a source's audiences asks for, and the one about a comment's marks."""

from sqlmodel import Field

from app.voice.models import Audience
from app.web import FormModel


class AccessForm(FormModel):
    figures_for: Audience
    comments_for: Audience
    rows_for: Audience
    minimum_cell: int = Field(ge=1, le=1_000)
    reason: str = Field(min_length=1, max_length=1_000)
    version: int


class MarkForm(FormModel):
    """Words of the comment to mark as personal, or the start of a mark to take away."""

    words: str = Field(default="", max_length=500)
    kind: str = Field(default="name", max_length=40)
    start: int | None = Field(default=None, ge=0, le=1_000_000)
