"""People's addresses. Those before signing in have a file of their own."""

from app import web
from app.people import pages_entering

routes = web.router()
routes.routes.extend(pages_entering.routes.routes)
