"""Searches that people of the demo organisation come back to."""

from app.demo.world import World
from app.search.models import SaveForm
from app.search.saved import save

KEPT = {
    "amal": (("My open ideas", "is:mine is:open kind:idea"), ("Queues, whatever is said", "queue")),
    "noor": (
        ("Not answered yet", "kind:idea stage:submitted stage:admitted"),
        ("Talk about screening", "process:screening kind:comment"),
    ),
    "huda": (("What I own and wrote", "is:mine"),),
}


def keep(world: World, days_ago: float) -> None:
    for who, searches in KEPT.items():
        with world.scene(who, days_ago) as (db, actor):
            for name, typed in searches:
                save(db, actor, SaveForm(name=name, q=typed))
