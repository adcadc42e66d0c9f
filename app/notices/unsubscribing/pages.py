"""`/unsubscribe/{token}`: what a mail's footer and a mail program's own button lead to. The link is the right.

A GET shows a button and changes nothing: mail programs and scanners open links. The POST needs no cookie (RFC 8058).
"""

from fastapi import Request
from starlette.responses import Response

from app import web
from app.db import Db
from app.errors import Missing
from app.notices.preferences import preference_of, set_way
from app.notices.topics import TOPICS, Topic, Way
from app.notices.unsubscribing.tokens import DIGEST, read
from app.people.models import Person
from app.web import page

routes = web.router()


def whom(request: Request, db: Db, token: str) -> tuple[Person, list[Topic], str]:
    """The person, the topics that end with it, and what is called so."""
    person_id, scope = read(request.app.state.database.known, token)
    person = db.get(Person, person_id)
    if person is None or not person.active:
        raise Missing()
    if scope == DIGEST:
        wish = preference_of(db, person_id)
        return person, [topic for topic in Topic if wish.way(topic) is Way.DIGEST], "the digest"
    return person, [Topic(scope)], f"mail about {TOPICS[Topic(scope)].about}"


def draw(request: Request, token: str, what: str, *, done: bool) -> Response:
    return page(request, "notices/unsubscribe.html", token=token, what=what, done=done)


@routes.get("/unsubscribe/{token}")
def ask(request: Request, db: Db, token: str) -> Response:
    _, _, what = whom(request, db, token)
    return draw(request, token, what, done=False)


@routes.post("/unsubscribe/{token}")
def end(request: Request, db: Db, token: str) -> Response:
    """The same however often it is pressed. What ends goes on standing in the inbox."""
    person, topics, what = whom(request, db, token)
    if topics:
        set_way(db, person.id, topics, Way.INBOX)
    return draw(request, token, what, done=True)
