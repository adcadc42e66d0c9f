"""How my forecasts did: each member of themselves, and the committee in sum."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.db import Db
from app.people.actor import Member
from app.people.figures.queries import shown
from app.people.figures.rules import FIGURES, FORECASTS
from app.pilots.outcomes import Effect, effects_of
from app.review.learning import queries
from app.review.learning.maths import LEVEL, Forecast, calibration
from app.review.learning.queries import ENOUGH, Given
from app.web import Request, Response, page, router

routes = router()


@dataclass(frozen=True)
class Row:
    given: Given
    effect: Effect
    forecast: Forecast


def rows_of(found: Sequence[Given], came: Mapping[tuple[int, str], Effect]) -> list[Row]:
    """Those of which it is known what came."""
    return [row(one, came[key]) for one in found if (key := (one.idea_id, one.measure)) in came]


def row(one: Given, effect: Effect) -> Row:
    return Row(one, effect, Forecast(one.value, one.low, one.high, effect.change))


@routes.get("/review/forecasts")
def show(request: Request, db: Db, actor: Member) -> Response:
    """Nobody's but one's own, and those only while an administrator has the figure turned on."""
    on = shown(db, FORECASTS)
    mine = queries.mine(db, actor) if on else []
    all_ = queries.of_committees(db, actor)
    came = effects_of(db, actor, {(one.idea_id, one.measure) for one in (*mine, *all_)})
    own, told = rows_of(mine, came), rows_of(all_, came)
    together = calibration([one.forecast for one in told]) if queries.enough([one.given for one in told]) else None
    return page(
        request,
        "review/forecasts/show.html",
        on=on,
        figure=FIGURES[FORECASTS],
        rows=own,
        waiting=len(mine) - len(own),
        mine=calibration([one.forecast for one in own]),
        together=together,
        pilots=len({one.effect.pilot_id for one in told}),
        enough=ENOUGH,
        level=LEVEL,
    )
