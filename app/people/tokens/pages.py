"""My tokens: made, shown once, revoked. They are listed among my settings."""

from typing import Annotated
from urllib.parse import quote, unquote

from fastapi import Depends
from sqlalchemy import ColumnElement
from sqlmodel import col

from app.db import Db
from app.errors import Missing
from app.once import new_key, once
from app.people.actor import Actor, Employee
from app.people.checking import OwnPassword
from app.people.found import found
from app.people.tokens.actions import make, revoke
from app.people.tokens.models import Token, TokenForm
from app.web import Request, Response, Typed, blank, fill, page, router, see

routes = router()
SHOWN = "token"  # the cookie that carries a new token to the one page that shows it
LASTING = ((30, "30 days"), (90, "90 days"), (180, "half a year"), (366, "a year"))


def own(actor: Actor) -> ColumnElement[bool]:
    return col(Token.person_id) == actor.id


TheToken = Annotated[Token, Depends(found(Token, own))]


@routes.get("/me/tokens/new")
def new_token(request: Request, actor: Employee) -> Response:
    form = blank(TokenForm, key=new_key(), days=90)
    return page(request, "people/tokens/new.html", form=form, lasting=LASTING)


@routes.post("/me/tokens/new")
def make_token(request: Request, proof: OwnPassword, db: Db, actor: Employee, fields: Typed) -> Response:
    form = fill(TokenForm, fields)
    if proof.fails(form, actor) or not form:
        return page(request, "people/tokens/new.html", status=422, form=form, lasting=LASTING)
    once_ = once(db, request, actor.id, fields)
    if once_.done:
        return once_.done
    token, secret = make(db, actor, form.data.name, form.data.scope, form.data.days)
    answer = once_.see(f"/me/tokens/{token.id}", "Your token is made.")
    settings = request.app.state.settings
    answer.set_cookie(
        SHOWN,
        quote(f"{token.id} {secret}"),
        max_age=120,
        path=f"{settings.root}/me/tokens/",
        secure=settings.https,
        httponly=True,
        samesite="strict",
    )
    return answer


@routes.get("/me/tokens/{id}")
def show_token(request: Request, actor: Employee, token: TheToken) -> Response:
    """Its words are shown this once: the cookie that brought them here goes with the answer."""
    number, _, secret = unquote(request.cookies.get(SHOWN, "")).partition(" ")
    here = request.app.state.settings.address
    new = secret if number == str(token.id) else ""
    answer = page(request, "people/tokens/show.html", token=token, secret=new, here=here)
    if SHOWN in request.cookies:
        answer.delete_cookie(SHOWN, path=f"{request.app.state.settings.root}/me/tokens/", httponly=True)
    return answer


@routes.post("/me/tokens/{id}/revoke")
def revoke_token(request: Request, db: Db, actor: Employee, token: TheToken, fields: Typed) -> Response:
    if token.person_id != actor.id:
        raise Missing()
    revoke(db, actor, token)
    return see(request, "/me#tokens", "The token is revoked. What used it is refused from now on.")
