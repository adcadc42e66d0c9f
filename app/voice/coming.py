"""What the pages of an import share: whose it is, and that it stands where it should."""

from typing import Annotated

from fastapi import Depends
from sqlalchemy import ColumnElement
from sqlmodel import col

from app.errors import Stale
from app.people.actor import Actor
from app.people.found import found
from app.voice.importing.mapfile import WrongMap
from app.voice.models import Audience, Upload, UploadStage
from app.voice.rules import too_wide
from app.web import Fields

AUDIENCES = (
    (Audience.COMMITTEE.value, "the committee"),
    (Audience.DEPARTMENT.value, "the department that keeps it, and the committee"),
    (Audience.EMPLOYEES.value, "every employee"),
)


def own(actor: Actor) -> ColumnElement[bool]:
    """An upload is seen by whoever made it, until it is thrown away."""
    return (col(Upload.person_id) == actor.id) & (col(Upload.stage) != UploadStage.GONE)


TheUpload = Annotated[Upload, Depends(found(Upload, own))]


def upload_stage_is(upload: Upload, *wanted: UploadStage) -> None:
    if upload.stage not in wanted:
        raise Stale("This import has gone on meanwhile. Look at it again.")


def audiences_of(fields: Fields) -> dict[str, Audience]:
    """Who sees what, as the form says; what it does not say is as it is at first: figures for all, the rest not.

    Raises WrongMap where the rest would tell what the figures may not.
    """
    known = {one.value for one in Audience}
    usual = {"figures_for": Audience.EMPLOYEES, "rows_for": Audience.COMMITTEE}
    told = {name: Audience(fields.get(name)) if fields.get(name) in known else other for name, other in usual.items()}
    comments = fields.get("comments_for")
    told["comments_for"] = Audience(comments) if comments in known else told["rows_for"]
    if any(too_wide(told["figures_for"], told[name]) for name in ("comments_for", "rows_for")):
        raise WrongMap(["Neither comments nor rows are for more people than the figures: these can be worked out."])
    return told
