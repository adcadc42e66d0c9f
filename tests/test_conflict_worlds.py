"""Conflicts tell nobody who wrote an idea of a blind round, and a conflicted idea's reviews are nowhere.

Two worlds each, which differ in one thing alone; whatever a reader to whom names are hidden reaches by any link, by any
guess, and in any mail, is the same byte for byte. The people stand where conflicts are found: in an author's
department, above and below an author, together with an author before.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session as Db

from app.columns import as_of
from app.ideas.models import Conflict, Idea, Stage
from app.notices.actions import read_record
from app.notices.models import Preference
from app.people.actor import find_actor
from app.people.models import Person, Role
from app.people.roles import set_roles
from app.review import conflicts
from app.review.models import Round
from tests.cast import Cast
from tests.makers import a_department, an_idea
from tests.people.makers import a_mailbox
from tests.review.makers import MARKS, move, open_round, review_by
from tests.test_blind_worlds import MAILS, assert_same, mailed, written
from tests.worlds import MOMENT, World

Tell = Callable[[Any, Db, Cast], None]
REVIEWERS = ("sami", "dina", "omar", "noor")


@pytest.fixture
def two(sqlite_template: Path, tmp_path: Path) -> Any:
    def make(*tellings: Tell) -> list[Any]:
        made = [World(sqlite_template, tmp_path / str(place), tell) for place, tell in enumerate(tellings)]
        for world in made:
            with as_of(MOMENT):
                read_record(world.database)
        return made

    return make


def near(db: Db, cast: Cast) -> None:
    """Amal: Dina's department, reports to Omar through Badr, wrote with Sami. Tariq: Sami's department, Dina reports
    to him, wrote with Omar. Noor, the chair, stands near each in one way."""
    ground, sky = a_department(db, name="Ground"), a_department(db, name="Sky")
    cast.amal.department_id = cast.dina.department_id = cast.noor.department_id = ground.id
    cast.tariq.department_id = cast.sami.department_id = sky.id
    cast.amal.manager_id, cast.badr.manager_id = cast.badr.id, cast.omar.id
    cast.dina.manager_id, cast.noor.manager_id = cast.tariq.id, cast.tariq.id
    for one, other in ((cast.amal, cast.sami), (cast.tariq, cast.omar)):
        an_idea(db, cast.process, one, other, stage=Stage.DECLINED)
    db.flush()


def by(name: str, *, keeper: bool, answered: bool = False, close: bool = False) -> Tell:
    """One of two people writes it; reviewers have supported it, one of them declares a conflict, the author names
    another. answered: the keeper has looked at what there is, and dismissed what was found and named."""

    def tell(world: Any, db: Db, cast: Cast) -> None:
        near(db, cast)
        for person in (cast.amal, cast.tariq):
            written(db, world, cast, person, f"Something else by {person.name}")
        idea = written(db, world, cast, getattr(cast, name), "Trolleys where the queue begins")
        world.idea = idea.id
        over = {"custodian": cast.root.id} if keeper else {}
        world.round = open_round(db, cast, idea, reviewers=[getattr(cast, one).id for one in REVIEWERS], **over).id
        conflicts.declare(db, find_actor(db, cast.omar.id), idea, "I sell these")
        conflicts.name(db, find_actor(db, getattr(cast, name).id), idea, [cast.sami.id], f"Ask {name}")
        if answered:
            root = find_actor(db, cast.root.id)
            from app.review.conflicts.settling import to_settle

            (asked,) = (one for one in to_settle(db, root) if one.idea.id == idea.id)
            assert len(asked.questions) > 1  # not in both worlds the same people
            conflicts.dismiss(db, root, idea, [cast.sami.id], "Looked at")
        review_by(db, cast.dina, idea)
        if close:
            move(db, cast, db.get_one(Round, world.round), "close")

    return tell


def starts(world: Any) -> list[str]:
    cast, idea, round_ = world.cast, world.idea, f"/review/rounds/{world.round}"
    here = [f"/ideas/{idea}", f"/review/ideas/{idea}", f"/review/ideas/{idea}/conflicts", f"{round_}/names", round_]
    here += [f"{round_}/ideas/{idea}/decision", f"{round_}/standing.csv", f"{round_}?sort=missing", "/review/conflicts"]
    people = [f"/people/{person.id}" for person in (cast.amal, cast.tariq, cast.sami, cast.dina)]
    record = [f"/record?ref={ref}" for ref in (f"idea:{idea}", "conflict:1", "suspicion:1", "suspicion:2")]
    record += [f"/record?move={move}" for move in ("declare", "name", "confirm", "dismiss", "end")]
    return ["/", "/review", *here, *people, *record, "/record", "/notices", "/search?q=conflict", "/admin/committee"]


def posts(world: Any) -> dict[str, dict[str, str]]:
    """What a reader to whom names are hidden may try; none of it works, and the answer is the same."""
    here, dina = f"/review/ideas/{world.idea}/conflicts", str(world.cast.dina.id)
    return {
        here: {"people": dina, "reason": "I guess"},
        f"{here}/answers": {"people": dina, "do": "confirm", "reason": "I guess"},
        f"{here}/end": {"conflict": "2", "reason": "I guess"},
        f"/review/ideas/{world.idea}": {"do": "submit"},
        f"/review/rounds/{world.round}/moves": {"name": "publish"},
        f"/review/rounds/{world.round}/ideas/{world.idea}/out": {"reason": ""},
    }


def assert_alike(worlds: Any, name: str, *, walk: bool = False) -> None:
    """To this reader: all that they come to by links from these pages, or these pages alone; and what they try."""
    people = [world.deputy if name == "deputy" else getattr(world.cast, name) for world in worlds]
    if walk:
        one, other = (world.walked(person, starts(world)) for world, person in zip(worlds, people, strict=True))
        assert len(one) > 40
        assert_same(one, other, name)
    tried = [
        world.seen(person, () if walk else tuple(starts(world)), posts(world))
        for world, person in zip(worlds, people, strict=True)
    ]
    assert_same(*tried, name)


@pytest.mark.parametrize(
    ("keeper", "answered", "close"),
    [(True, False, False), (True, True, True), (False, False, False), (False, False, True)],
)
def test_who_stands_near_an_author_is_nowhere(two: Any, keeper: bool, answered: bool, close: bool) -> None:
    worlds = two(*(by(name, keeper=keeper, answered=answered, close=close) for name in ("amal", "tariq")))
    for name in ("sami", "dina", "omar", "noor", "deputy"):
        assert_alike(worlds, name, walk=name == "noor" and keeper == answered)
    # The control: whoever keeps the names sees who stands near, and it is not the same people.
    if keeper:
        page = f"/review/ideas/{worlds[0].idea}/conflicts"
        one, other = (world.seen(world.cast.root, (page,), {})[page] for world in worlds)
        assert one != other
        assert "The same department as an author" in one


@pytest.mark.parametrize("what", ["a role", "a seat"])
def test_nor_to_a_reviewer_who_administers_or_was_seated_since(two: Any, what: str) -> None:
    """Blindness beats role."""

    def telling(name: str) -> Tell:
        def tell(world: Any, db: Db, cast: Cast) -> None:
            by(name, keeper=True)(world, db, cast)
            world.reader = cast.dina if what == "a role" else cast.layla
            if what == "a role":
                set_roles(db, cast.root.id, cast.dina, [Role.ADMINISTRATOR])

        return tell

    worlds = two(telling("amal"), telling("tariq"))
    if what == "a seat":
        for world in worlds:
            from app.people.models import Post
            from app.people.roles import set_post
            from app.review.rounds import veil_newcomers

            with as_of(MOMENT), world.database.writing() as db:
                committee = db.merge(world.cast.committee)
                set_post(db, world.cast.root.id, committee, db.get_one(Person, world.cast.layla.id), Post.DEPUTY)
                veil_newcomers(db)
    one, other = (world.seen(world.reader, tuple(starts(world)), posts(world)) for world in worlds)
    assert_same(one, other, what)


def with_a_confirmed_one(person: str) -> Tell:
    """The keeper confirms what was found about this member, who has not scored; the others are told nothing."""

    def tell(world: Any, db: Db, cast: Cast) -> None:
        near(db, cast)
        world.idea = written(db, world, cast, cast.amal, "Trolleys where the queue begins").id
        idea = db.get_one(Idea, world.idea)
        reviewers = [getattr(cast, one).id for one in REVIEWERS]
        world.round = open_round(db, cast, idea, reviewers=reviewers, custodian=cast.root.id).id
        conflicts.confirm(db, find_actor(db, cast.root.id), idea, [getattr(cast, person).id], "It is so")

    return tell


def test_a_confirmed_conflict_is_told_to_nobody_else_under_a_veil(two: Any) -> None:
    """Which member stands near the author would tell who that is."""
    worlds = two(with_a_confirmed_one("dina"), with_a_confirmed_one("sami"))
    for name in ("omar", "noor", "deputy"):
        assert_alike(worlds, name)
    # The control: the member has no sight any more.
    page = f"/review/ideas/{worlds[0].idea}"
    one, other = (world.seen(world.cast.dina, (page,), {})[page] for world in worlds)
    assert (one[:3], other[:3]) == ("403", "200")


def scored(marks: tuple[int, ...], words: str, kind: str) -> Tell:
    """An idea with which Sami, and Noor in the chair, have a conflict: how the others score it is nothing to them."""

    def tell(world: Any, db: Db, cast: Cast) -> None:
        near(db, cast)
        first = written(db, world, cast, cast.amal, "Trolleys where the queue begins")
        second = written(db, world, cast, cast.zaid, "Trays that come back")
        world.idea = first.id
        reviewers = [getattr(cast, one).id for one in REVIEWERS]
        round_ = open_round(db, cast, first, second, reviewers=reviewers, custodian=cast.root.id)
        world.round = round_.id
        if kind == "confirmed":
            people = [cast.sami.id, cast.noor.id]
            conflicts.confirm(db, find_actor(db, cast.root.id), first, people, "It is so")
        else:
            for person in (cast.sami, cast.noor):
                conflicts.declare(db, find_actor(db, person.id), first, "A reason")
        for person in (cast.dina, cast.omar):
            review_by(db, person, first, marks, to_authors=words, to_committee=words)
            review_by(db, person, second, MARKS)
        move(db, cast, round_, "close")

    return tell


@pytest.mark.parametrize("kind", ["declared", "confirmed"])
def test_a_conflicted_ideas_reviews_are_nowhere(two: Any, kind: str) -> None:
    worlds = two(scored((5, 5, 5, 5, 5), "Splendid", kind), scored((1, 2, 1, 1, 1), "Hopeless", kind))
    for name in ("sami", "noor"):
        assert_alike(worlds, name, walk=name == "noor" and kind == "declared")
        page = f"/review/ideas/{worlds[0].idea}"
        assert worlds[0].seen(getattr(worlds[0].cast, name), (page,), {})[page].startswith("403")
    # The controls: who has none sees it, and so does the deputy, who is in charge of the idea.
    page = f"/review/rounds/{worlds[0].round}"
    for name in ("omar", "deputy"):
        people = [world.deputy if name == "deputy" else getattr(world.cast, name) for world in worlds]
        one, other = (world.seen(person, (page,), {})[page] for world, person in zip(worlds, people, strict=True))
        assert one != other, name


def test_no_mail_tells_who_stands_near(sqlite_template: Path, tmp_path: Path) -> None:
    def telling(name: str) -> Tell:
        def tell(world: Any, db: Db, cast: Cast) -> None:
            by(name, keeper=True, answered=True)(world, db, cast)
            for one in REVIEWERS:
                db.add(Preference(person_id=getattr(cast, one).id, choices=MAILS, next_at=MOMENT))

        return tell

    worlds = [
        World(sqlite_template, tmp_path / str(place), telling(name)) for place, name in enumerate(("amal", "tariq"))
    ]
    with a_mailbox() as box:
        one, other = (mailed(world, box) for world in worlds)
    for name in ("sami", "dina", "omar", "noor"):
        assert one.get(name) == other.get(name), name
    assert any("A member has a conflict" in words for words in one["noor"])
    assert not any("sell these" in words or "Ask amal" in words for words in one["noor"])
    assert one != other  # the control: their authors hear what came of their word


def test_conflicts_of_the_worlds_are_what_they_say(two: Any) -> None:
    """The control of all: what is found differs between the two authors, and holds in the tables."""
    worlds = two(by("amal", keeper=True), by("tariq", keeper=True))
    seen = []
    for world in worlds:
        from app.review.conflicts.settling import to_settle

        with world.database.reading() as db:
            (asked,) = to_settle(db, find_actor(db, world.cast.root.id))
            seen.append({one.name: [kind.value for kind in one.kinds] for one in asked.questions})
            assert db.query(Conflict).count() == 1
    assert seen[0] == {
        "Dina": ["same department"],
        "Noor": ["same department"],
        "Sami": ["named by an author", "wrote together"],
    }
    assert seen[1] == {
        "Dina": ["reporting line"],
        "Noor": ["reporting line"],
        "Sami": ["named by an author", "same department"],
    }
