"""Taking a source in: the real surveys' figures, all or nothing, leftovers, the same file again."""

from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import func, select
from sqlmodel import col

from app.db import Database
from app.errors import Invalid, Missing, Stale
from app.processes.assessing import Question, as_json, picture
from app.record.queries import verify
from app.voice import actions
from app.voice.models import Remark, Response, Source, SourceStage, Touchpoint
from app.voice.queries import TAKEN, before, headline, outcome_values, source_named
from app.voice.showing import as_json as source_json
from app.voice.showing import parted, withheld
from tests.voice.sources import a_map, a_real_source, a_source, answers, taking
from tests.voice.surveys import expected

YEARS = ("2017", "2018")


def count(database: Database, model: type) -> int:
    with database.reading() as db:
        return db.scalar(select(func.count()).select_from(model)) or 0


def test_the_airport_gives_the_known_figures(both: Database, data: Path) -> None:
    ids = {year: a_real_source(both, data, f"sfo_{year}") for year in YEARS}
    known = expected(data, "sfo_2017")
    with both.reading() as db:
        for year, value, n, weighted in (("2017", 39.84, 2746, 40.40), ("2018", 30.98, 2650, 35.11)):
            told = source_json(db, db.get_one(Source, ids[year]))
            recommend = told["outcomes"][0]  # type: ignore[index]
            assert (round(recommend["value"], 2), recommend["n"]) == (value, n)
            assert round(recommend["weighted"], 2) == weighted
            check_touchpoints(told["touchpoints"], known, year)
        latest = db.get_one(Source, ids["2018"])
        assert headline(db).source_id == latest.id  # type: ignore[union-attr]
        assert before(db, latest).id == ids["2017"]  # type: ignore[union-attr]
        check_vital(db, ids, known)
        check_segments(db, ids, known)


def check_touchpoints(told: object, known: dict, year: str) -> None:  # type: ignore[type-arg]
    wanted = known["years"][year]
    names = {label: code for code, label in known["labels"].items()}
    assert len(told) == 23  # type: ignore[arg-type]
    for use in told:  # type: ignore[attr-defined]
        code = names[use["name"]]
        figures = wanted["touchpoints"][code]
        assert use["n"] == figures["n"]
        assert use["mean"] == pytest.approx(figures["mean"], abs=1e-6)
        assert (use["not_applicable"], use["missing"]) == (figures["n_not_applicable"], figures["n_blank"])
        for wrong in wanted["wrong_answers_to_reject"].get(code, {}).values():
            assert abs(use["mean"] - wrong) > 0.05


def check_vital(db, ids, known) -> None:  # type: ignore[no-untyped-def]
    for year in YEARS:
        told = as_json(picture(db, Question(ids[year], "Overall")))
        vital = [item["name"] for item in told["items"] if item["vital"]]  # type: ignore[attr-defined]
        assert vital == [known["labels"][code] for code in known["years"][year]["ipa_mean_cut"]["vital"]]


def check_segments(db, ids, known) -> None:  # type: ignore[no-untyped-def]
    wanted = known["years"]["2017"]["nps_by_segment"]["boarding_area"]
    for label, figures in wanted.items():
        values, weights = outcome_values(db, ids["2017"], "Recommend", "Boarding area", label)
        assert int((~np.isnan(values)).sum()) == figures["n"]
        assert weights.shape == values.shape
        assert np.nanmean(values) == pytest.approx(figures["mean"], abs=1e-5)
    with pytest.raises(Missing):
        outcome_values(db, ids["2017"], "Recommend", "Boarding area", "Z")


def test_a_broken_import_leaves_nothing(both: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def burst(*_: object) -> None:
        raise RuntimeError("the power went")

    monkeypatch.setattr(actions, "add_figures", burst)
    with pytest.raises(RuntimeError):
        a_source(both, tmp_path)
    assert (count(both, Source), count(both, Response), count(both, Touchpoint)) == (0, 0, 0)


def test_what_a_crash_left_is_never_seen_and_swept(
    both: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "take_away", lambda *_: None)
    monkeypatch.setattr(actions, "flip", lambda *_: (_ for _ in ()).throw(RuntimeError("killed")))
    with pytest.raises(RuntimeError):
        a_source(both, tmp_path)
    with both.reading() as db:
        assert db.scalars(select(Source).where(TAKEN)).all() == []
        assert headline(db) is None
    assert count(both, Response) == 60
    monkeypatch.undo()
    a_source(both, tmp_path)
    assert (count(both, Source), count(both, Response)) == (1, 60)
    with both.reading() as db:
        assert [source.stage for source in db.scalars(select(Source).where(TAKEN)).all()] == [SourceStage.TAKEN]


def test_another_file_leaves_a_live_import_alone(database: Database, tmp_path: Path) -> None:
    started = actions.begin(database, taking(tmp_path))
    a_source(database, tmp_path, a_map("Other"), rows=answers(40))
    with database.reading() as db:
        assert db.get_one(Source, started).stage is SourceStage.STAGING


def test_bad_cells_are_refused_or_set_aside(database: Database, tmp_path: Path) -> None:
    rows = [*answers(), (99, 14, 3, 3, 3, 3, "A", "")]
    with pytest.raises(Invalid):
        a_source(database, tmp_path, rows=rows)
    assert count(database, Source) == 0
    source_id = a_source(database, tmp_path, rows=rows, set_aside=True)
    with database.reading() as db:
        assert db.get_one(Source, source_id).set_aside == 1


def test_a_name_is_taken_once_or_replaced(database: Database, tmp_path: Path) -> None:
    first = a_source(database, tmp_path)
    with pytest.raises(Stale):
        a_source(database, tmp_path, rows=answers(50))
    second = a_source(database, tmp_path, rows=answers(50), replace=True)
    with database.reading() as db:
        assert db.get_one(Source, first).stage is SourceStage.REPLACED
        assert db.get_one(Source, first).replaced_by == second
        assert source_named(db, "visitors 2025").id == second
        assert [source.id for source in db.scalars(select(Source).where(TAKEN)).all()] == [second]
        assert verify(db, database.known["record_keys"]).intact


def test_comments_stand_with_their_response(database: Database, tmp_path: Path) -> None:
    a_source(database, tmp_path)
    with database.reading() as db:
        pairs = select(col(Response.respondent)).join(Remark, col(Remark.response_id) == col(Response.id))
        assert sorted(map(int, db.scalars(pairs))) == [1, 11, 21, 31, 41, 51]


@pytest.mark.parametrize(
    ("counts", "smallest", "hidden"),
    [
        ([50, 40, 30], 10, set()),
        ([50, 40, 3], 10, {1, 2}),
        ([50, 4, 3], 10, {0, 1, 2}),
        ([50, 20, 8, 7], 10, {2, 3}),
        ([5], 10, {0}),
        ([], 10, set()),
        ([5, 4], 1, set()),
    ],
)
def test_what_is_withheld_cannot_be_worked_out(counts: list[int], smallest: int, hidden: set[int]) -> None:
    found = withheld(counts, smallest)
    assert found == hidden
    rest = sum(counts[place] for place in found)
    assert not found or rest >= smallest or len(found) == len(counts)


def test_segments_withhold_small_cells(database: Database, tmp_path: Path) -> None:
    source_id = a_source(database, tmp_path, a_map(smallest=10))
    with database.reading() as db:
        source = db.get_one(Source, source_id)
        (gate,) = parted(db, source, actions.Outcome(source_id=source_id, place=0, name="Recommend", kind="nps"))
        shown = {cell.label: cell.estimate is not None for cell in gate.cells}
    assert shown == {"A": True, "B": False, "C": False}
