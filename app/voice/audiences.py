"""Who sees a source: what a form offers, and what it refuses."""

from typing import Any

from app.voice.importing.mapfile import WrongMap
from app.voice.models import Audience
from app.voice.rules import too_wide
from app.web import Fields, Form

AUDIENCES = (
    (Audience.EMPLOYEES.value, "every employee"),
    (Audience.DEPARTMENT.value, "the department that keeps it, and the committee"),
    (Audience.COMMITTEE.value, "the committee"),
)
TOO_WIDE = "Neither comments nor rows are for more people than the figures: these can be worked out."


def refuse_wide(form: Form[Any]) -> None:
    said = form.data
    for name in too_wide(said.figures_for, comments_for=said.comments_for, rows_for=said.rows_for):
        form.refuse(name, "Not for more people than the figures: they can be worked out from these.")


def audiences_of(fields: Fields) -> dict[str, Audience]:
    """Who sees what, as the form says; what it does not say is as it is at first: figures for all, the rest not.

    Raises WrongMap where the rest would tell what the figures may not.
    """
    known = {one.value for one in Audience}
    usual = {"figures_for": Audience.EMPLOYEES, "rows_for": Audience.COMMITTEE}
    told = {name: Audience(fields.get(name)) if fields.get(name) in known else other for name, other in usual.items()}
    comments = fields.get("comments_for")
    told["comments_for"] = Audience(comments) if comments in known else told["rows_for"]
    if too_wide(**told):
        raise WrongMap([TOO_WIDE])
    return told
