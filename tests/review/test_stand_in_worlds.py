"""Two worlds that differ in who wrote an idea are the same to whoever stands in for a reviewer, and to the chair."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session as Db
from sqlmodel import col

from app.columns import as_of
from app.notices.actions import read_record
from app.people.absences.actions import note
from app.people.absences.forms import AbsenceForm
from app.people.actor import find_actor
from app.people.models import Seat
from app.pilots.standing_in.actions import settle_all
from tests.cast import Cast
from tests.review.makers import open_round
from tests.test_blind_worlds import assert_same, roles, starts, written
from tests.worlds import MOMENT, World


def tell(name: str) -> Any:
    def told(world: Any, db: Db, cast: Cast) -> None:
        """Omar, or Tariq, wrote it; Omar reviews and is away from the first day, Huda stands in for him."""
        roles(world, db, cast)
        for person in (cast.omar, cast.tariq):
            written(db, world, cast, person, f"Something else by {person.name}")
        idea = written(db, world, cast, getattr(cast, name), "Trolleys where the queue begins")
        world.idea = idea.id
        more = written(db, world, cast, cast.zaid, "Signs that say where")
        reviewers = [getattr(cast, reader).id for reader in ("sami", "dina", "omar", "noor")]
        world.round = open_round(db, cast, idea, more, reviewers=reviewers, custodian=cast.root.id).id
        seat = db.scalars(select(Seat).where(col(Seat.person_id) == cast.omar.id)).one()
        seat.substitute_id = cast.huda.id
        days = AbsenceForm(begins=MOMENT.date(), ends=MOMENT.date() + timedelta(days=3))
        note(db, find_actor(db, cast.noor.id), cast.omar.id, days)
        settle_all(db)

    return told


def test_a_stand_in_learns_nothing(sqlite_template: Path, tmp_path: Path) -> None:
    worlds: list[Any] = [World(sqlite_template, tmp_path / name, tell(name)) for name in ("omar", "tariq")]
    for world in worlds:
        with as_of(MOMENT):
            read_record(world.database)
    more = ["/review", "/review/screening", "/review/committees/1", "/me/absences", "/review/rounds/1"]
    for name in ("huda", "sami", "noor"):
        one, other = (world.walked(getattr(world.cast, name), [*starts(world), *more]) for world in worlds)
        assert f"/review/ideas/{worlds[0].idea}" in one
        assert_same(one, other, name)
    late = "/review/rounds/1"
    with as_of(MOMENT + timedelta(days=9)):
        for name in ("huda", "noor"):
            one, other = (world.seen(getattr(world.cast, name), (late, "/review"), {}) for world in worlds)
            assert one[late] == other[late], name
    # The control: to who is not veiled the worlds differ.
    one, other = (world.walked(world.cast.zaid, [f"/ideas/{world.idea}"]) for world in worlds)
    assert one[f"/ideas/{worlds[0].idea}"] != other[f"/ideas/{worlds[0].idea}"]


def test_the_control_is_one() -> None:
    with pytest.raises(AssertionError):
        assert_same({"/": "one"}, {"/": "other"}, "nobody")
