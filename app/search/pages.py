"""`/search?q=`: everything that I may see."""

from urllib.parse import urlencode

from app import web
from app.changes import counts
from app.db import Db
from app.ideas.drawing import lines
from app.ideas.listing import Filter, count, places
from app.people.actor import Visitor
from app.search import queries
from app.web import Request, Response, page, unchanged

routes = web.router()
MOST_IDEAS = 10


@routes.get("/search")
def search(request: Request, db: Db, actor: Visitor) -> Response:
    changes = counts(db, "people", "processes", "ideas", "pilots", "voice")
    if kept := unchanged(request, actor.rights, actor.teams, changes):
        return kept
    asked = Filter(q=request.query_params.get("q", "").strip()[:200])
    if not asked.q:
        return page(request, "search/index.html", q="", lines=(), groups=(), number=None, all_href="")
    found, _ = places(db, actor, asked, MOST_IDEAS)
    return page(
        request,
        "search/index.html",
        q=asked.q,
        lines=lines(request, db, found, changes[:2]),
        number=count(db, actor, asked, changes[:3]),
        groups=queries.by_name(db, actor, asked.q),
        all_href=f"{request.app.state.settings.root}/ideas?{urlencode({'q': asked.q})}",
    )
