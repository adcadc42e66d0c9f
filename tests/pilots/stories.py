"""What a team writes in each step, and a survey of two waves to measure by."""

import json
from datetime import date, timedelta
from typing import Any

import numpy as np
from sqlalchemy.orm import Session as Db

from app.people.models import Person
from app.pilots.artefacts import live_measures, packed
from app.pilots.models import Artefact, Measure, Pilot
from app.pilots.roadmap import KINDS
from app.voice.models import Outcome, OutcomeKind, Response, Segment, Source, SourceStage
from app.voice.packed import pack_outcomes, pack_segments
from tests.makers import put

BARRIER = {"what": "Belts are too high", "kind": "technology", "severity": "high", "way": "Low trays"}
WRITTEN: dict[int, list[tuple[str, dict[str, Any]]]] = {
    1: [("barrier", BARRIER), ("barrier", BARRIER | {"what": "Two airlines say no", "kind": "partners and suppliers"})],
    2: [
        (
            "challenge",
            {
                "statement": "How might a family with a child under eight pass together in nine minutes?",
                "measure": "Rating of security by families",
                "today": 54,
                "target": 62,
            },
        ),
        ("canvas", {name: f"First of {name}\nSecond of {name}" for name in KINDS["canvas"].fields}),
    ],
    3: [
        ("scenario", {"name": "No queue at all", "story": "Families come at a time of their own."}),
        ("opportunity", {"name": "A lane of their own", "scenario": "scenario", "why": "Most of them feel it."}),
    ],
    4: [
        ("concept", {"name": "Lane 7", "does": "A lane for families, with low trays."}),
        ("chosen", {"concept": "concept", "reason": "It needs no law to change."}),
        ("milestone", {"what": "Trays are here", "on": "2026-12-01"}),
        ("assumption", {"what": "Families find the lane", "test": "Ten of them, without a sign"}),
    ],
    5: [
        (
            "moment",
            {
                "stage": "Before the belt",
                "touchpoint": "Rope",
                "does": "Packs",
                "feels": "Watched",
                "needs": "Time",
                "wrong": "The child runs",
                "guard": "A person by name",
            },
        )
    ],
    6: [
        ("hypothesis", {"believe": "a lane of their own calms families", "then": "they rate security 8 points higher"}),
        ("trial", {"where": "Terminal 1, lane 7", "begins": "2026-09-14", "ends": "2026-12-06"}),
    ],
}


def an_artefact(db: Db, pilot: Pilot, kind: str, by: Person, /, **data: Any) -> Artefact:
    the = KINDS[kind]
    form = the.form.model_validate(data)
    fields = {"pilot_id": pilot.id, "step": the.step, "kind": kind, "slot": the.slot, "made_by": by.id}
    row: Artefact = put(db, Artefact(**fields, data=packed(form)))
    return row


def write_step(db: Db, pilot: Pilot, number: int, by: Person) -> None:
    """Everything that the gate asks for."""
    made: dict[str, int] = {}
    for kind, data in WRITTEN[number]:
        data = {name: made.get(value, value) if isinstance(value, str) else value for name, value in data.items()}
        if kind == "barrier":
            data["owner"] = by.id
        made.setdefault(kind, an_artefact(db, pilot, kind, by, **data).id)
    if number == 6:
        a_measure(db, pilot, by)
        pilot.budget, pilot.entries = 62_000, 1
        db.flush()


def a_measure(db: Db, pilot: Pilot, by: Person, **over: Any) -> Measure:
    fields = {"name": "Rating by families", "baseline": 54.0, "target": 62.0, "actual": 63.4, "made_by": by.id}
    fields["decides"] = not live_measures(db, pilot)
    measure: Measure = put(db, Measure(pilot_id=pilot.id, **(fields | over)))
    return measure


def a_result(db: Db, pilot: Pilot, by: Person, result: str = "scale") -> Artefact:
    return an_artefact(db, pilot, "result", by, result=result, learned="A person at the rope matters most.")


def a_wave(db: Db, name: str, answers: dict[str, list[float]], with_children: int | None = None, **over: Any) -> Source:
    """A survey that asks "Recommend", by lane: label -> answers of 0 to 10. with_children: so many of the first lane
    travel with children, and nobody else does."""
    days = {"first_day": date(2026, 5, 1), "last_day": date(2026, 5, 31)}
    source: Source = put(db, Source(**({"name": name, "stage": SourceStage.TAKEN} | days | over)))
    put(db, Outcome(source_id=source.id, place=0, name="Recommend", kind=OutcomeKind.NPS))
    labels = sorted(answers)
    put(db, Segment(source_id=source.id, place=0, name="Lane", labels=json.dumps(labels)))
    values = np.array([value for label in labels for value in answers[label]], dtype=np.float64)
    places = np.array([place for place, label in enumerate(labels) for _ in answers[label]], dtype="<u2")
    parts = [places]
    if with_children is not None:
        put(db, Segment(source_id=source.id, place=1, name="Travels", labels=json.dumps(["Alone", "With children"])))
        parts.append((np.arange(len(values)) < with_children).astype("<u2"))
    outcomes, segments = pack_outcomes([values], len(values)), pack_segments(parts, len(values))
    db.add_all(
        Response(
            source_id=source.id,
            respondent=str(row),
            outcomes=outcomes[row].tobytes(),
            ratings=b"",
            segments=segments[row].tobytes(),
        )
        for row in range(len(values))
    )
    db.flush()
    return source


def two_waves(db: Db) -> tuple[Source, Source]:
    """Lane 7 gets much better, the rest a little."""
    before = a_wave(db, "Spring", {"7": [9, 5, 5, 7] * 60, "rest": [9, 5, 8, 7] * 200})
    later = {"first_day": date(2026, 10, 1), "last_day": date(2026, 10, 31)}
    after = a_wave(db, "Autumn", {"7": [9, 9, 10, 7] * 60, "rest": [9, 5, 8, 8] * 200}, **later)
    return before, after


SOON = date.today() + timedelta(days=7)
