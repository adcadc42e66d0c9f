"""Files of a form, looked at before the request's transaction begins: nothing slow happens under the write lock."""

import shutil
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import anyio
from anyio import CapacityLimiter, to_thread
from fastapi import Depends, Request
from limits import parse
from starlette.datastructures import UploadFile

from app.errors import TooMany
from app.people.actor import early
from app.talk.files.kinds import LIMIT, Unfit
from app.talk.files.models import ON_A_COMMENT
from app.talk.files.reading import Ready, taken_in
from app.talk.files.store import incoming
from app.web import Form
from app.web.pace import wait

BODY = len(ON_A_COMMENT) * LIMIT + 1024 * 1024
PACE = parse("60/10 minutes")
NO_ALT = "Say what the photo shows, for who cannot see it; then choose the photo again."
AGAIN = "Choose the file again: a browser does not keep it."
AT_ONCE = CapacityLimiter(2)


@dataclass
class Received:
    """By the name of their fields: files that may be kept, and why others may not."""

    ready: dict[str, Ready] = field(default_factory=dict)
    unfit: dict[str, str] = field(default_factory=dict)

    def judge(self, form: Form[Any], alts: Mapping[str, str]) -> None:
        """Put what is wrong beside its field; alts: for each field of a file, the one with its words."""
        for name, words in self.unfit.items():
            form.refuse(name, words)
        for name, file in self.ready.items():
            if file.photo and not str(form.value(alts[name])).strip():
                form.refuse(alts[name], NO_ALT)
        if form.errors:
            for name in self.ready:
                form.refuse(name, AGAIN)


async def received(request: Request) -> AsyncIterator[Received]:
    """Who sends is found first, in a read of its own: nobody else has a file looked at."""
    found, folders = Received(), list[Path]()
    actor = await early(request)
    multipart = request.headers.get("content-type", "").startswith("multipart/")
    items = (await request.form()).multi_items() if multipart else []
    sent = [(name, one) for name, one in items if isinstance(one, UploadFile)]
    try:
        for name, one in sent:
            if one.filename:
                await take(request, actor.id, name, one, found, folders)
        yield found
    finally:
        with anyio.CancelScope(shield=True):
            for folder in folders:
                await to_thread.run_sync(partial(shutil.rmtree, folder, ignore_errors=True))


async def take(request: Request, who: int, name: str, one: UploadFile, found: Received, folders: list[Path]) -> None:
    if name in found.ready or len(folders) >= len(ON_A_COMMENT):
        found.unfit[name] = f"At most {len(ON_A_COMMENT)} files at once."
        return
    if seconds := wait(request, PACE, "files", str(who)):
        raise TooMany("You have sent many files.", seconds)
    home = incoming(request.app.state.settings)
    try:
        ready, folder = await to_thread.run_sync(taken_in, one.file, one.filename or "", home, limiter=AT_ONCE)
    except Unfit as why:
        found.unfit[name] = why.sentence
        return
    found.ready[name] = ready
    folders.append(folder)


Files = Annotated[Received, Depends(received)]

__all__ = ["AGAIN", "BODY", "NO_ALT", "Files", "Received", "received"]
