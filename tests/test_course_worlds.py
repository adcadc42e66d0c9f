"""Along the whole course of a blind round, to its publication: two worlds that differ in what a reader may not know are
the same to them, on every page, paper, list, count, search, answer to a form, and in every mail."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy.orm import Session as Db

from app.columns import as_of
from app.main import all_tasks
from app.notices.actions import read_record
from app.notices.digests import put_due
from app.notices.models import Preference
from app.outbox import run_all
from app.people.models import Person
from app.review.meetings.live import come
from tests.cast import Cast
from tests.course import REVIEWERS, Course, Play, pages_of, posts_of, told
from tests.crawl import reached
from tests.people.makers import Mailbox, a_mailbox
from tests.test_blind_worlds import MAILS, assert_same
from tests.worlds import MOMENT, World

HIGH, LOW = (5, 5, 5, 5, 5), (1, 2, 1, 1, 1)
WORDS = ("Amal", "Tariq", "Dina", "Trolleys", "author:amal")
# Of review's pages those that this course does not come to: no work that is given out, no second committee, nothing
# to be done now, no round in preparation; and the stream, which says nothing: see below.
ELSEWHERE = {f"/review/rounds/{{id}}/{page}" for page in ("assignment", "assignment/plan", "preferences")}
ELSEWHERE |= {"/review/meetings/{id}/live/stream"}


@pytest.fixture
def two(sqlite_template: Path, tmp_path: Path) -> Any:
    def make(*courses: Course, play: type[Play] = Play) -> list[Any]:
        tellings = [told(one, play=play) for one in courses]
        made = [World(sqlite_template, tmp_path / str(place), tell) for place, tell in enumerate(tellings)]
        for world in made:
            with as_of(MOMENT):
                read_record(world.database)
        return made

    return make


def person(world: Any, name: str) -> Person:
    found: Person = world.deputy if name == "deputy" else getattr(world.cast, name)
    return found


def shown(world: Any, name: str, *, walk: bool = False) -> dict[str, str]:
    """All that this person comes to: by any link if `walk`, and by every address of the course; and what they try."""
    with as_of(MOMENT):
        found: dict[str, str] = world.walked(person(world, name), pages_of(world)) if walk else {}
        pages = () if walk else tuple(pages_of(world))
        found |= world.seen(person(world, name), pages, posts_of(world))
        program = world.program(person(world, name))
        asked = {f"/api/v1/search?q={word}": program.get(f"/api/v1/search?q={word}") for word in WORDS}
    assert {answer.status_code for answer in asked.values()} == {200}
    return found | {address: answer.text for address, answer in asked.items()}


def assert_alike(worlds: Any, *names: str, walk: str = "") -> None:
    for name in names:
        one, other = (shown(world, name, walk=name == walk) for world in worlds)
        assert len(one) > 100
        assert_same(one, other, name)


def assert_differ(worlds: Any, name: str, *pages: str) -> None:
    """The control: who may know it sees it, so the worlds do differ."""
    with as_of(MOMENT):
        one, other = (world.seen(person(world, name), pages, {}) for world in worlds)
    assert all(words.startswith("200") for words in (*one.values(), *other.values()))
    assert one != other, name


@pytest.mark.parametrize("until", ["meeting", "decided"])
@pytest.mark.parametrize(("one", "other", "team"), [("amal", "tariq", True), ("amal", "dina", False)])
def test_an_author_is_nowhere(two: Any, one: str, other: str, team: bool, until: str) -> None:
    """Also where a member of the committee wrote it: to each of the others."""
    worlds = two(*(Course(until=until, author=name, team=team) for name in (one, other)))
    reader = "sami" if other == "dina" else "dina"
    assert_alike(worlds, "noor", reader, "deputy", walk="noor" if team and until == "decided" else "")
    with worlds[0].database.reading() as db, worlds[1].database.reading() as there:
        assert come(db, worlds[0].meeting) == come(there, worlds[1].meeting)  # how often the live page's bell rings
    assert_differ(worlds, "zaid", f"/ideas/{worlds[0].idea}")


def test_the_course_comes_to_every_page_of_review(two: Any) -> None:
    (world,) = two(Course(until="decided"))
    with as_of(MOMENT):
        pages = shown(world, "noor")
    seen = reached(world.app, pages)
    routes = {route.path for route in world.app.router.routes if "GET" in (getattr(route, "methods", None) or ())}
    wanted = {path for path in routes if path.startswith("/review")}
    assert wanted - seen <= ELSEWHERE
    papers = [page for page in pages if ".pdf" in page]
    assert len(papers) == 3
    assert all("Trolleyswherethequeuebegins" in pages[page] for page in papers)


@pytest.mark.parametrize("what", ["the room", "in writing"])
def test_no_count_of_who_may_vote_tells_that_a_member_wrote_it(two: Any, what: str) -> None:
    """As many as the quorum in the room, Dina among them; a vote in writing for which only hers is missing."""
    over: dict[str, Any] = {"there": ("noor", "dina"), "yes": ("noor",), "no": ()}
    if what == "in writing":
        over = {"in_writing": True, "yes": ("noor", "sami"), "no": ("deputy", "omar")}

    class AllVoted(Play):
        def meet(self) -> None:
            super().meet()
            self.say(self.world.motion, self.course.yes[1:], self.course.no[1:])

    worlds = two(*(Course(until="meeting", author=name, **over) for name in ("amal", "dina")), play=AllVoted)
    assert_alike(worlds, "noor", "sami")
    assert_differ(worlds, "zaid", f"/ideas/{worlds[0].idea}")


@pytest.mark.parametrize(("until", "sight"), [("filing", "until all are in"), ("closed", "until the meeting")])
def test_a_sealed_score_is_nowhere(two: Any, until: str, sight: str) -> None:
    """Sami's; Noor, who has filed, waits for it too."""
    courses = ((HIGH, "Splendid"), (LOW, "Hopeless"))
    worlds = two(*(Course(until=until, sight=sight, marks=marks, words=words) for marks, words in courses))
    assert_alike(worlds, "noor", "dina", "amal", "root", "layla")
    assert_differ(worlds, "sami", f"/review/ideas/{worlds[0].idea}")


def test_a_vote_is_sealed_until_it_is_closed_and_a_secret_one_for_good(two: Any) -> None:
    turned = {"yes": ("omar", "noor"), "no": ("sami",)}
    worlds = two(Course(until="meeting"), Course(until="meeting", **turned))
    assert_alike(worlds, "noor", "dina", "root")
    assert_differ(worlds, "sami", "/review/motions/1")


def test_a_secret_vote_is_nobodys(two: Any) -> None:
    worlds = two(Course(), Course(secret_yes=("omar", "noor"), secret_no=("sami",)))
    assert_alike(worlds, "noor", "omar")


@pytest.mark.parametrize(("who", "until"), [("dina", "decided"), ("noor", "meeting"), ("noor", "decided")])
def test_a_conflicted_ideas_reviews_votes_and_reasons_are_nowhere(two: Any, who: str, until: str) -> None:
    """To a member, and to the chair, in whose place the deputy acts."""
    same: dict[str, Any] = {"until": until, "out": (who,)}
    high = Course(**same, marks=HIGH, words="Splendid", others="Great", why="It is splendid.")
    turned = {"yes": ("omar", "noor"), "no": ("sami",)}
    low = Course(**same, marks=LOW, words="Hopeless", others="Bad", why="It is hopeless.", **turned)
    worlds = two(high, low)
    assert_alike(worlds, who)
    assert_differ(worlds, "omar", f"/review/ideas/{worlds[0].idea}")


@pytest.mark.parametrize("until", ["decided", "published"])
def test_who_reviewed_is_nowhere_to_authors(two: Any, until: str) -> None:
    turned: dict[str, Any] = {"scorers": ("omar", "sami", "noor"), "yes": ("omar", "noor"), "no": ("sami",)}
    worlds = two(*(Course(until=until, team=True, **over) for over in ({}, turned)))
    assert_alike(worlds, "amal", "badr", "layla", walk="amal" if until == "published" else "")
    assert_differ(worlds, "omar", f"/review/ideas/{worlds[0].idea}")
    if until == "published":
        page = worlds[0].seen(worlds[0].cast.amal, (f"/ideas/{worlds[0].idea}",), {})
        assert "Measure it first." in page[f"/ideas/{worlds[0].idea}"]  # what they wrote is told, not whose it is


def mailing(box: Mailbox) -> Callable[[Any, Db, Cast], None]:
    """From the beginning mail goes out, and everybody wants it at once."""

    def before(world: Any, db: Db, cast: Cast) -> None:
        address = SecretStr(f"smtp://127.0.0.1:{box.port}")
        settings = world.settings.model_copy(update={"smtp_url": address})
        world.database.known["settings"] = db.info["settings"] = settings
        for name in (*REVIEWERS, "amal", "badr", "tariq"):
            db.add(Preference(person_id=getattr(cast, name).id, choices=MAILS, next_at=MOMENT))

    return before


def sent(world: Any, box: Mailbox) -> dict[str, list[str]]:
    """All mail of the course by reader: invitations, letters, notices; without what names each mail."""
    box.mails.clear()
    with as_of(MOMENT):
        read_record(world.database)
    with as_of(MOMENT + timedelta(days=3)):
        put_due(world.database)
        run_all(world.database, all_tasks())
    found: dict[str, list[str]] = {}
    for mail in box.mails:
        parts = [part.get_payload(decode=True) or b"" for part in mail.walk() if not part.is_multipart()]
        heads = [f"{name}: {mail[name]}" for name in ("Subject", "From", "Reply-To", "List-Unsubscribe")]
        words = "\n".join([*heads, *(part.decode() for part in parts)])
        found.setdefault(str(mail["to"]).partition("@")[0], []).append(re.sub(r"[0-9a-f]{32}", "", words))
    return {name: sorted(mails) for name, mails in found.items()}


def mails_of(template: Path, folder: Path, *courses: Course) -> list[dict[str, list[str]]]:
    with a_mailbox() as box:
        tellings = [told(one, mailing(box)) for one in courses]
        worlds = [World(template, folder / str(place), tell) for place, tell in enumerate(tellings)]
        return [sent(world, box) for world in worlds]


def test_no_mail_of_the_course_tells_an_author(sqlite_template: Path, tmp_path: Path) -> None:
    courses = (Course(until="decided", author=name, team=True) for name in ("amal", "tariq"))
    one, other = mails_of(sqlite_template, tmp_path, *courses)
    for name in REVIEWERS:
        assert any("The committee meets on" in words for words in one[name]), name
        assert any("BEGIN:VCALENDAR" in words for words in one[name])
        assert one[name] == other[name], name
    assert one != other  # the control: their authors get other mail


def test_no_letter_and_no_mail_tells_authors_who_reviewed(sqlite_template: Path, tmp_path: Path) -> None:
    turned: dict[str, Any] = {"scorers": ("omar", "sami", "noor"), "yes": ("omar", "noor"), "no": ("sami",)}
    one, other = mails_of(sqlite_template, tmp_path, *(Course(team=True, **over) for over in ({}, turned)))
    for name in ("amal", "badr"):
        assert any("Measure it first." in words and "approved for a pilot" in words for words in one[name]), name
        assert one[name] == other[name], name
    assert not any(word in words for words in one["amal"] for word in ("Sami", "Omar"))
