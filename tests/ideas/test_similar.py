"""Similar ideas: what is found, how well on real duplicates, and by whom."""

import csv
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert
from sqlmodel import col

from app.changes import table_of
from app.db import Database
from app.ideas.models import Area, Idea, Novelty, Stage
from app.ideas.similar.bags import bag_of, titled
from app.ideas.similar.finding import similar
from app.ideas.similar.keeping import catch_up
from tests.cast import the_cast

RECALL = 0.85


@pytest.fixture(scope="session")
def duplicates(data: Path) -> tuple[Sequence[Mapping[str, str]], Mapping[str, set[str]]]:
    """The issues, and of those in a labelled pair the other ones."""
    folder = data / "duplicates_gitbugs"
    csv.field_size_limit(10**8)
    with (folder / "hadoop_issues.csv").open(encoding="utf-8") as file:
        issues = list(csv.DictReader(file))
    pairs: dict[str, set[str]] = defaultdict(set)
    with (folder / "hadoop_duplicate_pairs.csv").open() as file:
        for row in csv.DictReader(file):
            pairs[row["id_a"]].add(row["id_b"])
            pairs[row["id_b"]].add(row["id_a"])
    return issues, pairs


def put_in(database: Database, issues: Sequence[Mapping[str, str]]) -> dict[str, int]:
    """As imported ideas; their ids by the issues'."""
    with database.writing() as db:
        cast = the_cast(db)
        rows = [idea(cast, number, issue) for number, issue in enumerate(issues, 1)]
        db.connection().execute(insert(table_of(Idea)), rows)
    catch_up(database)
    return {issue["id"]: number for number, issue in enumerate(issues, 1)}


def idea(cast: Any, number: int, issue: Mapping[str, str]) -> dict[str, Any]:
    blank = {"change": "", "needs": "", "revision": 0, "reconsidered": False, "support": 0, "talk": 0, "version": 1}
    kinds = {"novelty": Novelty.INCREMENTAL, "area": Area.PRODUCT, "stage": Stage.IMPORTED, "listed": True}
    place = {"id": number, "process_id": cast.process.id, "committee_id": cast.committee.id}
    return (
        blank
        | kinds
        | place
        | {
            "title": issue["summary"][:200],
            "story": issue["description"],
            "created_at": cast.process.created_at
            if hasattr(cast.process, "created_at")
            else __import__("app.columns").columns.now(),
        }
    )


def test_recall(both, duplicates):
    import time

    issues, pairs = duplicates
    t = time.time()
    ids = put_in(both, issues)
    print("in", time.time() - t)
    by = {i["id"]: i for i in issues}
    found = 0.0
    ts = []
    with both.reading() as db:
        for one, others in pairs.items():
            issue = by[one]
            t = time.time()
            near = similar(db, None, issue["summary"], issue["description"], but=[ids[one]])
            ts.append(time.time() - t)
            found += len({n.id for n in near} & {ids[o] for o in others}) / len(others)
    ts.sort()
    print("recall", found / len(pairs), "p50", ts[len(ts) // 2], "p95", ts[int(len(ts) * 0.95)])
    assert found / len(pairs) > RECALL
