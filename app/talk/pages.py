"""`/talk/{ref}`: the talk about anything that has a ref, such as `/talk/idea:7`; `?branch=` shows one branch of it.

`POST /talk/{ref}/follow` with value=on or off; `/talk/comments/{id}` leads to where a comment is read;
`/talk/comments/{id}/edit`, `POST .../withdraw`, `/talk/comments/{id}/before`: what it said earlier. What is said anew
comes through pages_saying.py.
"""

from sqlalchemy.orm import Session

from app import web
from app.changes import counts
from app.db import Db
from app.errors import Missing, Refused
from app.people.actor import Actor, Visitor
from app.refs import Found, registry
from app.talk import actions, mentions, pages_saying, queries
from app.talk.files.models import File
from app.talk.models import Comment, EditForm, FollowForm
from app.talk.pages_saying import int_or_none, place, said
from app.talk.rules import may_edit, reads_all
from app.talk.section import talk_of
from app.web import Form, Request, Response, ThingId, Typed, blank, fill, page, see, unchanged

routes = web.router()


@routes.get("/talk/comments/{id}")
def comment(request: Request, db: Db, actor: Visitor, id: ThingId) -> Response:
    found, thing = queries.find(db, actor, id)
    return see(request, place(db, thing, found))


@routes.get("/talk/comments/{id}/edit")
def edit(request: Request, db: Db, actor: Visitor, id: ThingId) -> Response:
    comment, thing = own(db, actor, id)
    return edit_page(request, db, actor, comment, thing, blank(EditForm, words=comment.words))


def edit_page(
    request: Request, db: Session, actor: Actor, comment: Comment, thing: Found, form: Form[EditForm], status: int = 200
) -> Response:
    node = queries.one(db, actor, comment)
    late = status == 409
    return page(
        request, "talk/edit.html", status=status, comment=comment, thing=thing, form=form, late=late, files=node.files
    )


@routes.post("/talk/comments/{id}/edit")
def change(request: Request, db: Db, actor: Visitor, id: ThingId, fields: Typed) -> Response:
    comment, thing = own(db, actor, id)
    form = fill(EditForm, fields)
    if form.filled is not None and form.filled.version != comment.version:
        return edit_page(request, db, actor, comment, thing, form, 409)
    known = [(row.person_id, row.label) for row in mentions.of(db, [comment.id])]
    named = mentions.settle(db, form.data.words, known=known) if form and not actor.guest else mentions.Named()
    for words in named.unclear:
        form.refuse("words", words)
    if not form:
        return edit_page(request, db, actor, comment, thing, form, 422)
    unseen = actions.change(db, actor, comment, form.data, named)
    return see(request, place(db, thing, comment), said("Changed.", unseen))


@routes.post("/talk/comments/{id}/files/{file}/withdraw")
def withdraw_file(request: Request, db: Db, actor: Visitor, id: ThingId, file: ThingId) -> Response:
    comment, thing = own(db, actor, id)
    found = db.get(File, file)
    if found is None or found.comment_id != comment.id:
        raise Missing()
    actions.withdraw_file(db, actor, comment, found)
    return see(request, place(db, thing, comment), "The file is taken down.")


@routes.post("/talk/comments/{id}/withdraw")
def withdraw(request: Request, db: Db, actor: Visitor, id: ThingId) -> Response:
    comment, thing = queries.find(db, actor, id)
    actions.withdraw(db, actor, comment)
    return see(request, place(db, thing, comment), "Taken back.")


@routes.get("/talk/comments/{id}/before")
def before(request: Request, db: Db, actor: Visitor, id: ThingId) -> Response:
    comment, thing = queries.find(db, actor, id)
    if not reads_all(db, actor, comment):
        raise Refused("What a comment said before is read by who wrote it and by the moderation.")
    node, past = queries.one(db, actor, comment), queries.before(db, actor, comment)
    return page(request, "talk/before.html", comment=comment, thing=thing, node=node, past=past)


@routes.get("/talk/{ref}")
def show(request: Request, db: Db, actor: Visitor, ref: str) -> Response:
    changes = counts(db, "talk", "people", "ideas", "processes", "pilots")
    if kept := unchanged(request, actor.rights, changes):
        return kept
    thing = registry(db).one(db, actor, ref)
    after, branch = (int_or_none(request.query_params.get(name, "")) for name in ("talk", "branch"))
    talk = talk_of(request, db, actor, ref, after, changes=changes[0], branch=branch)
    return page(request, "talk/show.html", thing=thing, talk=talk)


@routes.post("/talk/{ref}/follow")
def follow(request: Request, db: Db, actor: Visitor, ref: str, fields: Typed) -> Response:
    thing = registry(db).one(db, actor, ref)
    form = fill(FollowForm, fields)
    on = bool(form) and form.data.value == "on"
    actions.follow(db, actor, ref, on=on)
    return see(request, f"{thing.address}#talk", "You follow this." if on else "You follow this no longer.")


def own(db: Session, actor: Actor, id: int) -> tuple[Comment, Found]:
    comment, thing = queries.find(db, actor, id)
    if not may_edit(actor, comment):
        raise Refused("Only who wrote this can change it.")
    return comment, thing


routes.routes.extend(pages_saying.routes.routes)
