"""Answers on their way in, from the API or from our own survey: stored, and the figures moved on, all or nothing."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

import numpy as np
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from app.errors import WrongParts
from app.voice.asking.models import Asking
from app.voice.asking.queries import Design, segments_of
from app.voice.asking.tallies import Tally, outcome_of, use_of
from app.voice.importing.limits import quoted
from app.voice.importing.packing import pack
from app.voice.models import Outcome, OutcomeKind, Remark, Response, Segment, Source, Use
from app.voice.packed import MOST_LABELS, NO_LABEL, pack_outcomes, pack_segments

LONGEST_REMARK = 10_000


@dataclass(frozen=True)
class Answer:
    """One customer's, checked against the design: each outcome and rating as a place on its scale, NOT_APPLICABLE or
    MISSING; a label or None for each segment; comments as (question, words)."""

    respondent: str
    on: date
    outcomes: Sequence[int]
    ratings: Sequence[int]
    segments: Sequence[str | None] = ()
    comments: Sequence[tuple[str, str]] = ()
    weight: float | None = None
    account: str | None = None
    dated: bool = True  # the day was told, and not only taken for today


@dataclass(frozen=True)
class Stored:
    stored: int
    skipped: int
    responses: int


@dataclass
class Labels:
    """A source's segments with their labels, which grow."""

    rows: Sequence[Segment]
    known: list[dict[str, int]] = field(init=False)

    def __post_init__(self) -> None:
        self.known = [{label: at for at, label in enumerate(json.loads(row.labels))} for row in self.rows]

    def places(self, answer: Answer) -> list[int]:
        """Of an answer's labels; those that are new are added."""
        told = answer.segments or [None] * len(self.rows)
        return [
            NO_LABEL if label is None else known.setdefault(label, len(known))
            for label, known in zip(told, self.known, strict=True)
        ]

    def keep(self) -> None:
        for row, known in zip(self.rows, self.known, strict=True):
            if len(known) > MOST_LABELS:
                raise WrongParts(f"The segment {row.name} would have more than {MOST_LABELS:,} labels.")
            labels = json.dumps(list(known), ensure_ascii=False)
            if labels != row.labels:
                row.labels = labels


def store(db: Session, asking: Asking, source: Source, design: Design, answers: Sequence[Answer]) -> Stored:
    """Both are locked by the caller. What is here already with the same answers is skipped; with others it is a problem
    of the whole batch, and nothing is stored."""
    labels = Labels(segments_of(db, source.id))
    rows = packed(design, labels, answers)
    known = stored_already(db, source.id, [answer.respondent for answer in answers])
    refuse_others(known, answers, rows)
    new = [place for place, answer in enumerate(answers) if answer.respondent not in known]
    if new:
        labels.keep()
        keep(db, source.id, [answers[place] for place in new], [rows[place] for place in new])
        count(db, asking, source, design, [answers[place] for place in new])
    return Stored(len(new), len(answers) - len(new), source.responses)


def packed(design: Design, labels: Labels, answers: Sequence[Answer]) -> list[dict[str, Any]]:
    """Each answer as the columns of its row, in the layout of every response."""
    n, scales = len(answers), [use.scale for use in design.uses]
    places = np.array([answer.outcomes for answer in answers], dtype=np.int32).reshape(n, len(design.outcomes))
    ratings = np.array([answer.ratings for answer in answers], dtype=np.int32).reshape(n, len(scales))
    at = [labels.places(answer) for answer in answers]
    values = [
        np.where(places[:, column] < 0, np.nan, question.scale.low + places[:, column] * question.scale.step)
        for column, question in enumerate(design.outcomes)
    ]
    segments = pack_segments([np.array(column, dtype=np.uint16) for column in zip(*at, strict=True)], n)
    outcome_rows, rating_rows = pack_outcomes(values, n), pack(ratings, scales)
    return [
        {
            "respondent": answer.respondent,
            "on": answer.on,
            "weight": answer.weight,
            "account": answer.account,
            "outcomes": outcome_rows[place].tobytes(),
            "ratings": rating_rows[place].tobytes(),
            "segments": segments[place].tobytes(),
        }
        for place, answer in enumerate(answers)
    ]


Known = Mapping[str, tuple[Response, Sequence[tuple[str, str]]]]


def stored_already(db: Session, source_id: int, respondents: Sequence[str]) -> Known:
    """Those of these respondents who answered before, with what they said."""
    query = select(Response).where(col(Response.source_id) == source_id, col(Response.respondent).in_(respondents))
    rows = db.scalars(query).all()
    said: dict[int, list[tuple[str, str]]] = {row.id: [] for row in rows}
    if rows:
        remarks = select(Remark).where(col(Remark.response_id).in_(said)).order_by(col(Remark.id))
        for remark in db.scalars(remarks):
            said[remark.response_id].append((remark.question, remark.words))
    return {row.respondent: (row, said[row.id]) for row in rows}


def refuse_others(known: Known, answers: Sequence[Answer], rows: Sequence[Mapping[str, Any]]) -> None:
    wrong = [
        {
            "index": place,
            "field": "respondent",
            "value": answer.respondent,
            "detail": f"{quoted(answer.respondent)} is in this source already, with other answers.",
        }
        for place, (answer, row) in enumerate(zip(answers, rows, strict=True))
        if answer.respondent in known and not same(*known[answer.respondent], answer, row)
    ]
    if wrong:
        raise WrongParts("Somebody answered before, and otherwise. Nothing of this batch was stored.", wrong)


def same(kept: Response, said: Sequence[tuple[str, str]], answer: Answer, row: Mapping[str, Any]) -> bool:
    names = ("weight", "account", "outcomes", "ratings", "segments", *(("on",) if answer.dated else ()))
    return all(getattr(kept, name) == row[name] for name in names) and list(said) == list(answer.comments)


def keep(db: Session, source_id: int, answers: Sequence[Answer], rows: Sequence[dict[str, Any]]) -> None:
    query = insert(Response).returning(col(Response.id), sort_by_parameter_order=True)
    ids = db.scalars(query, [{"source_id": source_id, **row} for row in rows]).all()
    remarks = [
        {"source_id": source_id, "response_id": number, "question": question, "coded": False, "words": words}
        for number, answer in zip(ids, answers, strict=True)
        for question, words in answer.comments
    ]
    if remarks:
        db.execute(insert(Remark), remarks)


def count(db: Session, asking: Asking, source: Source, design: Design, answers: Sequence[Answer]) -> None:
    """Add the new ones to the tallies, and write the figures that follow from them."""
    kept: dict[str, list[Any]] = json.loads(asking.tallies)
    weights = [answer.weight for answer in answers]
    source.weighted = source.weighted or any(weight is not None for weight in weights)
    outcomes, uses = [], []
    for place, question in enumerate(design.outcomes):
        tally = Tally.of(kept["outcomes"][place] if kept else None, question.scale)
        tally.add([answer.outcomes[place] for answer in answers], weights)
        outcomes.append((question, tally))
    for place, question in enumerate(design.uses):
        tally = Tally.of(kept["uses"][place] if kept else None, question.scale)
        tally.add([answer.ratings[place] for answer in answers], weights)
        uses.append((question, tally))
    asking.tallies = json.dumps({"outcomes": [asdict(t) for _, t in outcomes], "uses": [asdict(t) for _, t in uses]})
    heavy = source.weighted
    figures = [
        {"id": one.id} | asdict(outcome_of(OutcomeKind(one.kind or "rating"), one.scale, tally, heavy))
        for one, tally in outcomes
    ]
    if figures:
        db.execute(update(Outcome), figures)
    if uses:
        db.execute(update(Use), [{"id": one.id} | asdict(use_of(one.scale, tally, heavy)) for one, tally in uses])
    source.rows += len(answers)
    source.responses += len(answers)
    source.version += 1
