"""What the pages of an import share: whose it is, and that it stands where it should."""

from typing import Annotated

from fastapi import Depends
from sqlalchemy import ColumnElement
from sqlmodel import col

from app.errors import Stale
from app.people.actor import Actor
from app.people.found import found
from app.voice.models import Upload, UploadStage


def own(actor: Actor) -> ColumnElement[bool]:
    """An upload is seen by whoever made it, until it is thrown away."""
    return (col(Upload.person_id) == actor.id) & (col(Upload.stage) != UploadStage.GONE)


TheUpload = Annotated[Upload, Depends(found(Upload, own))]


def upload_stage_is(upload: Upload, *wanted: UploadStage) -> None:
    if upload.stage not in wanted:
        raise Stale("This import has gone on meanwhile. Look at it again.")
