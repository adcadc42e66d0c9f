"""The record, for chairs, leaders and administrators."""

from urllib.parse import urlencode

from fastapi import Request
from starlette.responses import Response

from app import web
from app.changes import FEATURES, counts
from app.columns import LARGEST_ID
from app.db import Db
from app.errors import Refused
from app.notices.words import WORDS
from app.people.actor import Employee
from app.record.queries import head
from app.record.reading import A_PAGE, entries, lines
from app.web import page, unchanged

routes = web.router()
MOVES = sorted({move for moves in WORDS.values() for move in moves})


def in_words(move: str) -> str:
    return move.replace("_", " ").capitalize()


@routes.get("/record")
def record(request: Request, db: Db, actor: Employee, ref: str = "", move: str = "", before: str = "") -> Response:
    if not (actor.leader or actor.chairs_one or actor.administrator):
        raise Refused("The record is for chairs, leaders and administrators.")
    if kept := unchanged(request, actor.rights, counts(db, *FEATURES)):
        return kept
    ref, move = ref.strip()[:60], move if move in MOVES else ""
    last = int(before) if before.isdecimal() and int(before) <= LARGEST_ID else None
    found = entries(db, actor, ref, move, last)
    shown = lines(db, actor, found[:A_PAGE])
    following = None
    if len(found) > A_PAGE:
        following = address(ref=ref, move=move, before=str(shown[-1].number))
    return page(
        request,
        "record/index.html",
        lines=shown,
        administrator=actor.administrator,
        following=following,
        first=address(ref=ref, move=move) if last else None,
        ref=ref,
        move=move,
        moves=[("", "any"), *((one, in_words(one)) for one in MOVES)],
        chosen=[(words, address(**others)) for words, others in chosen(ref, move)],
        count=head(db)[0],
    )


def address(**query: str) -> str:
    given = {name: value for name, value in query.items() if value}
    return "/record" + (f"?{urlencode(given)}" if given else "")


def chosen(ref: str, move: str) -> list[tuple[str, dict[str, str]]]:
    """What is set, each with what stays when it is taken away."""
    return [
        *([(f"Thing: {ref}", {"move": move})] if ref else []),
        *([(in_words(move), {"ref": ref})] if move else []),
    ]
