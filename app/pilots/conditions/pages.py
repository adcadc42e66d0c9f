"""The one thing that is done with a condition: it is met, or open again."""

from app.db import Db
from app.errors import Invalid
from app.people.actor import Employee
from app.pilots.conditions.actions import MetForm, say_met
from app.pilots.found import ThePilot
from app.web import Request, Response, ThingId, Typed, fill, router, see

routes = router()


@routes.post("/pilots/{id}/conditions/{condition}")
def met(request: Request, db: Db, actor: Employee, pilot: ThePilot, condition: ThingId, fields: Typed) -> Response:
    form = fill(MetForm, fields)
    if not form:
        raise Invalid("Say whether the condition is met.")
    say_met(db, actor, pilot, condition, met=form.data.value == "on")
    return see(request, f"/pilots/{pilot.id}#conditions", "Kept.")
