"""Who sees a source: what a form offers, and what it refuses."""

from typing import Any

from app.voice.models import Audience
from app.voice.rules import too_wide
from app.web import Form

AUDIENCES = (
    (Audience.EMPLOYEES.value, "every employee"),
    (Audience.DEPARTMENT.value, "the department that keeps it, and the committee"),
    (Audience.COMMITTEE.value, "the committee"),
)


def refuse_wide(form: Form[Any]) -> None:
    for name in ("comments_for", "rows_for"):
        if too_wide(form.data.figures_for, getattr(form.data, name)):
            form.refuse(name, "Not for more people than the figures: they can be worked out from these.")
