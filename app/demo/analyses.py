"""What members of the committee keep for themselves and each other: a segment made of two hours, and two analyses."""

import json
from urllib.parse import urlencode

from app.columns import now
from app.demo.world import World
from app.voice.scopes import choices, scope
from app.voice.trends.kept import save
from app.voice.trends.models import AnalysisPage, Recode, RecodeKind, SaveForm


def keep(world: World, days_ago: float) -> None:
    with world.scene("dina", days_ago) as (db, actor):
        about = scope(db, actor, choices(db, actor)[0])
        groups = {"Midday": "Later in the day", "Evening": "Later in the day", "Morning": "Morning"}
        meant = {"segment": "Hour", "groups": groups, "other": ""}
        part = Recode(
            name="Half of the day",
            kind=RecodeKind.MERGE,
            series_id=about.series_id,
            definition=json.dumps(meant),
            shared=True,
            made_by=actor.id,
            made_at=now(),
        )
        db.add(part)
        db.flush()
        said = {"series": about.key, "of": "outcome:Recommend"}
        for name, page, options in (
            ("NPS by terminal, wave by wave", AnalysisPage.INDICES, {"segment": "Terminal", "label": "Terminal 2"}),
            (
                "Why they travel, by half of the day",
                AnalysisPage.TABLES,
                {"rows": "Purpose", "columns": f"recode:{part.id}"},
            ),
        ):
            save(db, actor, about, SaveForm(name=name, page=page, options=urlencode(said | options), shared="on"))
