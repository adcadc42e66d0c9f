"""Nothing that a reader reaches by any link tells a blind round's author or a sealed score, whatever else they are.

Each world is played through the product's own actions; two of them differ in one thing. All pages, lists, counts,
searches, exports, notices and cache tags of a reader are compared byte by byte.
"""

import io
import re
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import delete
from sqlalchemy.orm import Session as Db

from app.columns import as_of
from app.ideas import actions as ideas
from app.ideas.forms import IdeaForm
from app.ideas.models import Author, Idea
from app.main import all_tasks
from app.notices.actions import read_record
from app.notices.digests import put_due
from app.notices.models import Preference
from app.outbox import Job, run_all
from app.people.actor import Actor, find_actor
from app.people.models import Grant, Person, Role
from app.review import owners
from app.review.forms import OwnersForm
from app.talk import actions as talk
from app.talk import mentions
from app.talk.files.actions import hang
from app.talk.files.reading import taken_in
from app.talk.files.store import incoming
from app.talk.models import Comment, EditForm
from app.talk.moderation.actions import report
from tests.cast import Cast
from tests.makers import a_team
from tests.people.makers import Mailbox, a_mailbox
from tests.review.makers import MARKS, move, open_round, review_by
from tests.talk.files import a_docx
from tests.worlds import MOMENT, World

Tell = Callable[[Any, Db, Cast], None]
REVIEWERS = ("sami", "dina", "omar", "noor")
READERS = ("sami", "dina", "noor")


@pytest.fixture
def two(sqlite_template: Path, tmp_path: Path) -> Any:
    def make(*tellings: Tell) -> list[Any]:
        made = [World(sqlite_template, tmp_path / str(place), tell) for place, tell in enumerate(tellings)]
        for world in made:
            with as_of(MOMENT):
                read_record(world.database)
        return made

    return make


def written(db: Db, world: Any, cast: Cast, author: Person, title: str, team: int | None = None) -> Idea:
    """Begun, submitted and admitted."""
    actor = find_actor(db, author.id)
    texts = {"story": "People wait where nobody sees them.", "change": "A desk where the queue begins."}
    idea = ideas.begin(db, actor, IdeaForm(process=cast.process.id, team=team, title=title, **texts))
    ideas.make(db, actor, idea, "submit", "")
    ideas.make(db, find_actor(db, cast.noor.id), idea, "admit", "")
    return idea


def roles(world: Any, db: Db, cast: Cast) -> None:
    """Sami owns the process, Dina leads the organisation, Noor chairs; Tariq and Amal have a team each."""
    cast.process.owner_id = cast.sami.id
    db.add(Grant(person_id=cast.dina.id, role=Role.LEADER))
    world.others = a_team(db, cast.committee, cast.tariq, name="Night shift")
    db.flush()


def conversation(db: Db, idea: Idea, author: Actor, others: list[Actor]) -> None:
    """The author speaks, is answered, changes words and takes some back."""
    first = talk.say(db, author, idea.ref, "I have stood there with a watch.", None)
    answer = talk.say(db, others[0], idea.ref, "What did it say?", first.id)
    talk.say(db, author, idea.ref, "Eleven minutes.", answer.id)
    gone = talk.say(db, author, idea.ref, "Never mind.", None)
    talk.withdraw(db, author, gone)
    talk.change(db, author, first, EditForm(words="I have stood there with a stopwatch.", version=first.version))
    for words in (f"@{author.name}, on which day?", f"> @{author.name}, on which day?\n\nOn any."):
        asked = talk.say(db, others[1], idea.ref, words, first.id)
        mentions.keep(db, others[1], asked, mentions.settle(db, words))
    named = mentions.settle(db, "On which day?")
    talk.change(db, others[1], asked, EditForm(words="On which day?", version=asked.version), named)
    report(db, author, asked, "It asks for nothing.")
    with_a_file(db, author, idea, first)
    for actor in others:
        ideas.vote(db, actor, idea, on=True)


def with_a_file(db: Db, author: Actor, idea: Idea, comment: Comment) -> None:
    """Its name tells whose it is, and so do the properties of the document."""
    home = incoming(db.info["settings"])
    ready, folder = taken_in(io.BytesIO(a_docx(author.name)), f"{author.name} at the rope.docx", home)
    hang(db, author, idea.ref, ready, "")
    hang(db, author, idea.ref, ready, "", comment=comment)
    shutil.rmtree(folder)


def by(name: str, *, team: bool, late: bool = False) -> Tell:
    """One of two people writes the idea that is reviewed; each of them has another, which is not."""

    def tell(world: Any, db: Db, cast: Cast) -> None:
        roles(world, db, cast)
        teams = {"amal": cast.team.id, "tariq": world.others.id} if team else {}
        for person in (cast.amal, cast.tariq):
            written(db, world, cast, person, f"Something else by {person.name}")
        author = getattr(cast, name)
        idea = written(db, world, cast, author, "Trolleys where the queue begins", teams.get(name))
        world.idea = idea.id
        people = [find_actor(db, person.id) for person in (cast.sami, cast.zaid, cast.layla)]
        if late:
            conversation(db, idea, find_actor(db, author.id), people)
        reviewers = [getattr(cast, reader).id for reader in REVIEWERS]
        world.round = open_round(db, cast, idea, reviewers=reviewers, custodian=cast.root.id).id
        if not late:
            conversation(db, idea, find_actor(db, author.id), people)
        said = OwnersForm(possible="yes", start="within a month", words="In a night.")
        owners.say(db, find_actor(db, cast.sami.id), idea, said)
        review_by(db, cast.omar, idea, to_authors="Measure it.", to_committee="Cheap.")

    return tell


def starts(world: Any) -> list[str]:
    """Also where no link leads: by names, by numbers, by what somebody might guess."""
    cast, idea = world.cast, f"/ideas/{world.idea}"
    people = [f"/people/{person.id}" for person in (cast.amal, cast.badr, cast.tariq)]
    teams = [f"/teams/{cast.team.id}", f"/teams/{world.others.id}"]
    lists = [f"/ideas?team={team.id}" for team in (cast.team, world.others)]
    exports = [address.replace("/ideas", "/ideas.csv") for address in lists]
    words = ["Amal", "Tariq", "Calm corners", "Night shift", "Trolleys", "stopwatch"]
    asked = [f"{page}?q={word}" for page in ("/search", "/ideas", "/ideas.csv") for word in words]
    narrowed = [
        "author:Amal",
        "author:tariq",
        "Trolleys author:amal",
        "stopwatch author:Tariq",
        "process:security",
        "is:mine",
    ]
    asked += [
        f"/search?q={words}{more}" for words in narrowed for more in ("", "&sort=newest", "+kind:idea", "+kind:comment")
    ]
    own = [idea, f"{idea}/edit", f"{idea}/revisions/1", f"{idea}/revisions/2", f"/talk/idea:{world.idea}"]
    ways = ("edit", "before", "report", "moderation")
    talks = [f"/talk/comments/{number}/{way}" for number in range(1, 7) for way in ways]
    talks += ["/talk/moderation", f"/talk/idea:{world.idea}/people?tell=a", "/files/1", "/files/2"]
    talks += [f"/search/comments/{number}" for number in range(1, 7)]
    record = [f"/record?ref=idea:{world.idea}", f"/record?ref=round:{world.round}", "/record"]
    review = [f"/review/ideas/{world.idea}", f"/review/rounds/{world.round}/names", f"/review/ideas/{world.idea}/owner"]
    return [*people, *teams, *lists, *exports, *asked, *own, *talks, *record, *review, "/"]


def assert_same(one: dict[str, str], other: dict[str, str], who: str) -> None:
    differing = [address for address in one.keys() | other.keys() if one.get(address) != other.get(address)]
    for address in sorted(differing)[:1]:
        here, there = one.get(address, "").split("\n"), other.get(address, "").split("\n")
        lines = [pair for pair in zip(here, there, strict=False) if pair[0] != pair[1]]
        raise AssertionError((who, len(differing), address, len(here), len(there), lines[:2]))


def posts(world: Any) -> dict[str, dict[str, str]]:
    idea = f"/ideas/{world.idea}"
    return {
        f"{idea}/moves": {"name": "withdraw"},
        f"{idea}/edit": {"title": "Mine"},
        f"{idea}/guests": {"email": "nobody@pilotage.example", "value": "on"},
        f"{idea}/vote": {"value": "sideways"},
        "/talk/comments/1/edit": {"words": "Mine"},
        "/talk/comments/1/withdraw": {},
        f"/review/ideas/{world.idea}": {"do": "submit"},
        f"/review/rounds/{world.round}/moves": {"name": "publish"},
    }


@pytest.mark.parametrize(("team", "late"), [(False, False), (True, True)])
def test_a_blind_author_is_nowhere(two: Any, team: bool, late: bool) -> None:
    worlds = two(by("amal", team=team, late=late), by("tariq", team=team, late=late))
    for name in READERS:
        one, other = (world.walked(getattr(world.cast, name), starts(world)) for world in worlds)
        assert len(one) > 60
        assert_same(one, other, name)
        first, second = (world.seen(getattr(world.cast, name), (), posts(world)) for world in worlds)
        assert_same(first, second, name)
    # The control: who is not veiled sees who wrote it, and the authors their own.
    for name in ("zaid", "amal"):
        one, other = (world.walked(getattr(world.cast, name), [f"/ideas/{world.idea}"]) for world in worlds)
        assert one[f"/ideas/{worlds[0].idea}"] != other[f"/ideas/{worlds[0].idea}"], name


def scored(marks: tuple[int, ...], words: str, *, closed: bool = False) -> Tell:
    def tell(world: Any, db: Db, cast: Cast) -> None:
        roles(world, db, cast)
        idea = written(db, world, cast, cast.amal, "Trolleys where the queue begins", cast.team.id)
        world.idea = idea.id
        reviewers = [getattr(cast, reader).id for reader in REVIEWERS]
        round_ = open_round(db, cast, idea, reviewers=reviewers, custodian=cast.root.id)
        world.round = round_.id
        review_by(db, cast.dina, idea, marks, to_authors=words, to_committee=words)
        review_by(db, cast.omar, idea, MARKS, submit=False)
        if closed:
            move(db, cast, round_, "close")

    return tell


HIGH, LOW = (5, 5, 5, 5, 5), (1, 2, 1, 1, 1)


def test_a_sealed_score_is_nowhere(two: Any) -> None:
    worlds = two(scored(HIGH, "Splendid"), scored(LOW, "Hopeless"))
    for name in ("sami", "omar", "noor", "amal", "layla", "root", "gita"):
        one, other = (world.walked(getattr(world.cast, name), starts(world)) for world in worlds)
        assert_same(one, other, name)
    # The control: whoever has submitted sees it, so the worlds do differ.
    for world in worlds:
        with as_of(MOMENT), world.database.writing() as db:
            review_by(db, world.cast.sami, db.get_one(Idea, world.idea))
    page = f"/review/ideas/{worlds[0].idea}"
    one, other = (world.walked(world.cast.sami, [page]) for world in worlds)
    assert one[page] != other[page]


def test_a_closed_rounds_scores_are_for_the_committee(two: Any) -> None:
    worlds = two(scored(HIGH, "Splendid", closed=True), scored(LOW, "Hopeless", closed=True))
    for name in ("amal", "layla", "gita"):
        one, other = (world.walked(getattr(world.cast, name), starts(world)) for world in worlds)
        assert_same(one, other, name)


MAILS = '{"followed": "at once", "committee": "at once", "process": "at once", "talk": "at once", "own": "at once"}'
DIGESTS = MAILS.replace("at once", "digest")


def wishing(tell: Tell, choices: str) -> Tell:
    """The reviewers follow the idea, and want all that they are told by mail."""

    def told(world: Any, db: Db, cast: Cast) -> None:
        tell(world, db, cast)
        for name in REVIEWERS:
            person = getattr(cast, name)
            talk.follow(db, find_actor(db, person.id), f"idea:{world.idea}")
            db.add(Preference(person_id=person.id, choices=choices, next_at=MOMENT))
        team = {"amal", "tariq"}
        author = next(name for name in team if ideas_of(db, getattr(cast, name), world.idea))
        talk.say(db, find_actor(db, getattr(cast, author).id), f"idea:{world.idea}", "One thing more.", None)

    return told


def ideas_of(db: Db, person: Person, idea: int) -> bool:
    return db.get(Author, {"idea_id": idea, "person_id": person.id}) is not None


def mailed(world: Any, box: Mailbox) -> dict[str, list[str]]:
    """All mails of this world by reader, as they went over the wire, without what names each mail."""
    box.mails.clear()
    address = SecretStr(f"smtp://127.0.0.1:{box.port}")
    world.database.known["settings"] = world.settings.model_copy(update={"smtp_url": address})
    with as_of(MOMENT):
        with world.database.writing() as db:
            db.execute(delete(Job))
        read_record(world.database)
    with as_of(MOMENT + timedelta(days=3)):
        put_due(world.database)
    with as_of(MOMENT + timedelta(days=3)):
        run_all(world.database, all_tasks())
    found: dict[str, list[str]] = {}
    for mail in box.mails:
        words = re.sub(r"[0-9a-f]{32}", "", mail.as_string())
        found.setdefault(str(mail["to"]).partition("@")[0], []).append(words)
    return found


@pytest.mark.parametrize("choices", [MAILS, DIGESTS])
def test_no_mail_tells_a_blind_author(sqlite_template: Path, tmp_path: Path, choices: str) -> None:
    tellings = [wishing(by(name, team=True), choices) for name in ("amal", "tariq")]
    worlds = [World(sqlite_template, tmp_path / str(place), tell) for place, tell in enumerate(tellings)]
    with a_mailbox() as box:
        one, other = (mailed(world, box) for world in worlds)
    for name in READERS:
        assert len(one[name]) >= (2 if choices == MAILS else 1), name
        assert one[name] == other[name], name
        assert any("Trolleys" in words for words in one[name])
        assert not any(team in words for words in one[name] for team in ("Night shift", "Calm corners"))
    assert one != other  # the control: their authors get other mail
