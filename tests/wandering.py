"""Random people do random things over HTTP, and after each step somebody looks somewhere for a trace of what they may
not know.

Each author of a reviewed idea has a name, a team, a department and a file that stand nowhere else; each remark, motion,
dissent and reason is one of a kind. Who may know what is worked out here anew, from the tables, as the rules of the
product say it: nothing of the product's own visibility is asked.
"""

import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import date, timedelta
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from anyio.from_thread import start_blocking_portal
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from sqlalchemy import select
from sqlalchemy.orm import Session as Db
from sqlmodel import col

from app.ideas.models import Author, Conflict, Idea
from app.people.models import Grant, Person, Role, Seat
from app.review.meetings.models import Dissent, Motion
from app.review.models import AgendaItem, Decision, Meeting, Review, ReviewStage, Round, RoundIdea, RoundStage, Sight
from app.review.questions.models import AuthorQuestion
from app.review.scorecards import questions
from tests.cast import Cast
from tests.client import Browser
from tests.makers import a_department, a_person, a_team
from tests.review.makers import SOON
from tests.worlds import World, words_of

MEMBERS = ("sami", "dina", "omar", "noor", "deputy")
OTHERS = ("layla", "huda", "zaid", "gita", "root")
GHOSTS = ("vexil", "qorba", "zumti", "jelfo", "wupra")  # each writes one idea, so that their names tell of it alone
ON = (RoundStage.OPEN, RoundStage.CLOSED)
CHOICES = re.compile(r"<select\b.*?</select>", re.S)
FINE = {200, 303, 304, 403, 404, 409, 422}
AREAS = ("", "/live", "/pack.pdf", "/minutes.pdf", "/meeting.ics", "/edit", "/items/1", "/items/2")
some = st.integers(min_value=0, max_value=2)
many = st.integers(min_value=0, max_value=199)
member = st.sampled_from(MEMBERS)
anybody = st.sampled_from((*MEMBERS, *OTHERS, *GHOSTS))
SWITCHES: dict[str, Any] = {
    "blind": st.sampled_from(("on", "on", "")),
    "sight": st.sampled_from(list(Sight)),
    "led": st.sampled_from(("chair or deputy", "any member")),
    "keeper": st.booleans(),
    "named": st.booleans(),
    "assigned": st.sampled_from(("", "", "", "on")),
}
SEEN = {"steps": 0, "looks": 0, "pages": 0}


def without_everybody(choice: re.Match[str]) -> str:
    """A list of all people, or of all teams, to choose from tells nothing of one of them."""
    everybody = any(all(f"{ghost}{part}" in choice[0] for ghost in GHOSTS) for part in ("name", "team"))
    return "" if everybody else choice[0]


class Found(AssertionError):
    """Somebody has seen what they may not know."""


class Wandering(RuleBasedStateMachine):
    template: Path  # a migrated, empty database

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        self.world: Any = World(self.template, folder / "world", self.tell)
        self.stack.callback(self.world.database.close)
        self.portal = self.stack.enter_context(start_blocking_portal())
        self.browsers: dict[str, Browser] = {}
        self.number = 0

    def teardown(self) -> None:
        self.stack.close()

    def tell(self, world: Any, db: Db, cast: Cast) -> None:
        """Sami owns the process and Dina leads the organisation, beside their seats."""
        cast.process.owner_id = cast.sami.id
        db.add(Grant(person_id=cast.dina.id, role=Role.LEADER))
        self.ids = {name: getattr(cast, name).id for name in (*MEMBERS[:4], *OTHERS)} | {"deputy": world.deputy.id}
        for name in GHOSTS:
            department = a_department(db, name=f"{name}department")
            person = a_person(db, f"{name}name", department_id=department.id)
            team = a_team(db, cast.committee, person, name=f"{name}team")
            self.ids[name], world.__dict__[f"{name}_team"] = person.id, team.id
        self.process, self.committee = cast.process.id, cast.committee.id

    def marker(self, kind: str) -> str:
        self.number += 1
        return f"{kind}{self.number}x"

    def browser(self, name: str) -> Browser:
        if name not in self.browsers:
            with self.world.database.reading() as db:
                person = db.get_one(Person, self.ids[name])
            browser = self.world.browser(person)
            browser.http.portal = self.portal
            self.browsers[name] = browser
        return self.browsers[name]

    def ask(self, name: str, page: str) -> str:
        return self.heard(name, page, self.browser(name).get(page))

    def send(self, name: str, page: str, /, **fields: Any) -> int:
        """What is answered is looked through as well: errors tell as much as pages do."""
        answer = self.browser(name).post(page, {"key": self.marker("key"), **fields})
        self.heard(name, page, answer)
        SEEN["steps"] += 1
        return int(answer.status_code)

    def heard(self, name: str, page: str, answer: Any) -> str:
        assert answer.status_code in FINE, (name, page, answer.status_code, answer.text[-400:])
        words = unescape(words_of(answer)) + str(answer.headers.get("content-disposition", ""))
        words = CHOICES.sub(without_everybody, words)
        asked = urlsplit(page).query
        with self.world.database.reading() as db:
            for trace, why in self.forbidden(db, name):
                looked = [trace]
                if trace in asked:  # what somebody looks for stands in the answer: what must not is what it is of
                    looked = [idea.title for idea in db.scalars(select(Idea)) if self.is_of(db, idea, trace)]
                for one in looked:
                    if one in words:
                        at = words.index(one)
                        raise Found((name, page, one, why, words[max(0, at - 200) : at + 100]))
        SEEN["pages"] += 1
        return words

    def is_of(self, db: Db, idea: Idea, trace: str) -> bool:
        ghost = next((self.ids[name] for name in GHOSTS if trace.startswith(name)), 0)
        return db.get(Author, {"idea_id": idea.id, "person_id": ghost}) is not None

    def all(self, kind: Any) -> list[Any]:
        with self.world.database.reading() as db:
            return list(db.scalars(select(kind).order_by(kind.id)))

    def one(self, kind: Any, place: int) -> Any:
        found = self.all(kind)
        return found[place % len(found)] if found else None

    # Who may not know what.

    def forbidden(self, db: Db, name: str) -> Iterator[tuple[str, str]]:
        me = self.ids[name]
        rounds = {one.id: one for one in db.scalars(select(Round))}
        wrote: dict[int, set[int]] = {}
        for row in db.scalars(select(Author)):
            wrote.setdefault(row.idea_id, set()).add(row.person_id)
        out = {(one.idea_id, one.person_id) for one in db.scalars(select(Conflict)) if one.ended_at is None}
        seated = me in set(db.scalars(select(col(Seat.person_id)).where(col(Seat.until).is_(None))))
        reviews = list(db.scalars(select(Review)))
        for placed in db.scalars(select(RoundIdea).where(col(RoundIdea.taken_out_at).is_(None))):
            round_ = rounds[placed.round_id]
            if seated and round_.blind and round_.stage in ON and me not in wrote.get(placed.idea_id, ()):
                yield from self.names_of(wrote.get(placed.idea_id, set()))
        for review in reviews:
            free = seated and (review.idea_id, me) not in out and me not in wrote.get(review.idea_id, ())
            round_ = rounds[review.round_id]
            if review.reviewer_id != me and not (free and self.unsealed(round_, review, reviews, me)):
                yield review.to_committee, "a remark for the committee"
                if not (
                    round_.stage is RoundStage.PUBLISHED or (not round_.blind and round_.stage is not RoundStage.OPEN)
                ):
                    yield review.to_authors, "a remark before its time"
        for said, words in self.said(db):
            if not seated or (said.idea_id, me) in out or me in wrote.get(said.idea_id, ()):
                yield words, "what the committee says among itself"
        for made in db.scalars(select(Decision).where(col(Decision.effective_at).is_(None))):
            if not seated or (made.idea_id, me) in out or me in wrote.get(made.idea_id, ()):
                yield made.reason, "a decision before its time"
        for asked in db.scalars(select(AuthorQuestion).where(col(AuthorQuestion.stage) == "asked")):
            if asked.asker_id != me and not seated:
                yield asked.words, "a question that was not passed on"

    def names_of(self, people: set[int]) -> Iterator[tuple[str, str]]:
        for ghost in GHOSTS:
            if self.ids[ghost] in people:
                for part in ("name", "team", "department", "file"):
                    yield f"{ghost}{part}", "who wrote a blind idea"

    @staticmethod
    def unsealed(round_: Round, review: Review, reviews: list[Review], me: int) -> bool:
        if review.stage is not ReviewStage.SUBMITTED:
            return False
        if round_.stage is RoundStage.OPEN:
            mine = any(
                one.reviewer_id == me and one.idea_id == review.idea_id and one.stage is ReviewStage.SUBMITTED
                for one in reviews
            )
            return mine and round_.sight is not Sight.MEETING
        return round_.sight is not Sight.MEETING or round_.revealed_at is not None or round_.stage not in ON

    @staticmethod
    def said(db: Db) -> Iterator[tuple[Motion, str]]:
        motions = {one.id: one for one in db.scalars(select(Motion))}
        yield from ((one, one.words) for one in motions.values())
        yield from ((motions[one.motion_id], one.words) for one in db.scalars(select(Dissent)))

    # Where somebody looks: everything but lists of people and of teams, where names stand for themselves.

    def pages(self) -> list[str]:
        ideas = self.all(Idea)
        found = ["/", "/ideas", "/ideas.csv", "/record", "/notices", "/review", "/processes", "/leaders"]
        found += [
            "/review/screening",
            "/review/conflicts",
            "/review/forecasts",
            "/review/letters",
            "/review/meetings/new",
        ]
        found += [
            f"/processes/{self.process}",
            f"/review/committees/{self.committee}",
            "/search?q=idea",
            "/me/absences",
        ]
        found += [
            f"{page}?q={word}" for page in ("/ideas", "/ideas.csv") for word in ("vexilname", "qorbateam", "idea")
        ]
        found += [f"/search?q={word}+kind:idea" for word in ("vexilname", "author:vexilname", "zumtifile", "note")]
        for idea in ideas:
            found += [f"/ideas/{idea.id}", f"/review/ideas/{idea.id}", f"/record?ref=idea:{idea.id}"]
            found += [f"/review/ideas/{idea.id}/{part}" for part in ("conflicts", "owner")]
            found += [f"/talk/idea:{idea.id}", f"/ideas/{idea.id}/revisions/1"]
        for placed in self.all(RoundIdea):
            there = f"/review/rounds/{placed.round_id}"
            found += [f"{there}/ideas/{placed.idea_id}/{part}" for part in ("decision", "motion")]
            found += [f"{there}/letters/{placed.idea_id}", f"/record?ref=round_idea:{placed.id}"]
        for round_ in self.all(Round):
            parts = ("", "?sort=missing", "/standing.csv", "/names", "/edit", "/batch", "/letters", "/as-reviewer")
            found += [f"/review/rounds/{round_.id}{part}" for part in parts] + [f"/record?ref=round:{round_.id}"]
        for meeting in self.all(Meeting):
            found += [f"/review/meetings/{meeting.id}{part}" for part in AREAS] + [f"/record?ref=meeting:{meeting.id}"]
        found += [f"/review/motions/{one.id}" for one in self.all(Motion)]
        found += [f"/record?ref=review:{one.id}" for one in self.all(Review)]
        return found + [f"/record?ref=decision:{one.id}" for one in self.all(Decision)]

    def look(self, name: str, place: int) -> None:
        SEEN["looks"] += 1
        pages = self.pages()
        self.ask(name, pages[place % len(pages)])

    # What people do.

    @rule(name=anybody, place=many, more=many)
    def looks(self, name: str, place: int, more: int) -> None:
        for where in (place, more, place + more):
            self.look(name, where)

    @rule(name=member, place=many)
    def a_member_looks(self, name: str, place: int) -> None:
        for step in range(4):
            self.look(name, place + 7 * step)

    @rule(name=st.sampled_from((*GHOSTS, "omar")), team=st.booleans())
    def brings(self, name: str, team: bool) -> None:
        """Written, submitted and admitted."""
        if len(self.all(Idea)) > 3 or (name != "omar" and self.has_written(name)):
            return
        fields = {"process": self.process, "title": self.marker("idea "), "story": "People wait.", "change": "A desk."}
        if team and name != "omar":
            fields["team"] = getattr(self.world, f"{name}_team")
        assert self.send(name, "/ideas/new", **fields, then="submit") == 303
        self.send("noor", f"/ideas/{self.all(Idea)[-1].id}/moves", name="admit")

    @initialize(name=st.sampled_from(GHOSTS), team=st.booleans(), by_a_member=st.booleans(), **SWITCHES)
    def begins(self, name: str, team: bool, by_a_member: bool, **switches: Any) -> None:
        """With two ideas in a round, that the steps which follow have something to be about."""
        self.brings(name, team)
        self.brings("omar" if by_a_member else next(one for one in GHOSTS if one != name), team)
        self.opens_a_round(**switches)

    def has_written(self, name: str) -> bool:
        with self.world.database.reading() as db:
            return db.scalar(select(col(Author.idea_id)).where(col(Author.person_id) == self.ids[name])) is not None

    @rule(**SWITCHES)
    def opens_a_round(self, blind: str, sight: Sight, led: str, keeper: bool, named: bool, assigned: str) -> None:
        ready = [one.id for one in self.all(Idea) if one.stage.value == "admitted"]
        if not ready:
            return
        reviewers = [self.ids[name] for name in MEMBERS[:4]]
        switches = {"blind": blind, "sight": sight.value, "led_by": led, "assigned": assigned, "asks_confidence": "on"}
        if named:
            switches["names_to_authors"] = "on"
        if keeper and blind:
            switches["custodian"] = str(self.ids["root"])
        fields: Mapping[str, Any] = {"name": self.marker("Round "), "due": SOON.isoformat(), "ideas": ready}
        self.send("noor", "/review/rounds/new", **fields, reviewers=reviewers, **switches)
        if rounds := self.all(Round):
            self.send("noor", f"/review/rounds/{rounds[-1].id}/moves", name="open")

    @rule(name=member, place=some, do=st.sampled_from(("submit", "submit", "keep", "amend")), mark=st.integers(1, 5))
    def reviews(self, name: str, place: int, do: str, mark: int) -> None:
        placed = self.one(RoundIdea, place)
        if placed is None:
            return
        with self.world.database.reading() as db:
            asked = questions(db, db.get_one(Round, placed.round_id).scorecard_id)
        fields = {f"c{one.id}": str(min(mark, len(one.levels))) for one in asked}
        words = {"to_authors": self.marker("toauthors"), "to_committee": self.marker("tocommittee")}
        self.send(
            name, f"/review/ideas/{placed.idea_id}", **fields, **words, free="on", confidence="2", do=do, filed="1"
        )

    @rule(name=member, place=some)
    def declares(self, name: str, place: int) -> None:
        if (idea := self.one(Idea, place)) and len(self.all(Conflict)) < 2:
            self.send(name, f"/review/ideas/{idea.id}/conflict", reason="A reason")

    @rule(name=st.sampled_from(GHOSTS), place=some, whom=member)
    def names_a_member(self, name: str, place: int, whom: str) -> None:
        if idea := self.one(Idea, place):
            self.send(name, f"/review/ideas/{idea.id}/conflicts", people=self.ids[whom], reason=self.marker("quarrel"))

    @rule(name=member, place=some, by=st.sampled_from(GHOSTS))
    def asks_and_is_answered(self, name: str, place: int, by: str) -> None:
        if idea := self.one(Idea, place):
            self.send(name, f"/review/ideas/{idea.id}/questions", words=self.marker("question "))
            if asked := self.all(AuthorQuestion):
                self.send("noor", f"/review/questions/{asked[-1].id}/moves", name="pass_on", version=asked[-1].version)
                version = self.all(AuthorQuestion)[-1].version
                self.send(by, f"/review/questions/{asked[-1].id}/answer", words="note: eleven", version=version)

    def reached_by(self, name: str, place: int) -> Any:
        """Who may not be named anywhere speaks of their own idea alone."""
        found = self.one(Idea, place)
        with self.world.database.reading() as db:
            own = not found or db.get(Author, {"idea_id": found.id, "person_id": self.ids[name]}) is not None
        return found if own or name not in GHOSTS else None

    @rule(name=anybody, place=some)
    def speaks(self, name: str, place: int) -> None:
        if idea := self.reached_by(name, place):
            self.send(name, f"/talk/idea:{idea.id}", words=self.marker("note "))

    @rule(name=anybody, place=some, on=st.sampled_from(("on", "off")))
    def supports(self, name: str, place: int, on: str) -> None:
        if idea := self.reached_by(name, place):
            self.send(name, f"/ideas/{idea.id}/vote", value=on)

    @rule(days=st.integers(0, 5), name=st.sampled_from(("sami", "omar")))
    def is_away(self, days: int, name: str) -> None:
        begins, ends = date.today(), date.today() + timedelta(days=days)
        self.send(name, "/me/absences", begins=begins.isoformat(), ends=ends.isoformat())

    @rule(place=some, do=st.sampled_from(("close", "close", "publish", "publish", "reveal", "remind")), name=member)
    def runs_a_round(self, place: int, do: str, name: str) -> None:
        if round_ := self.one(Round, place):
            here = f"/review/rounds/{round_.id}"
            fields = {} if do in ("reveal", "remind") else {"name": do}
            self.send(name, f"{here}/{do}" if do in ("reveal", "remind") else f"{here}/moves", **fields)

    @rule(keeps=st.booleans())
    def closes_and_meets(self, keeps: bool) -> None:
        """The way to a decision, which chance alone seldom goes: reviewing is closed, a meeting is begun."""
        rounds = [one for one in self.all(Round) if one.stage is RoundStage.OPEN]
        if not rounds:
            return
        self.send("noor", f"/review/rounds/{rounds[-1].id}/moves", name="close")
        self.send("noor", f"/review/rounds/{rounds[-1].id}/reveal")
        ideas = [one.idea_id for one in self.all(RoundIdea) if one.round_id == rounds[-1].id]
        day = date.today().isoformat()
        self.send("noor", "/review/meetings/new", name=self.marker("Meeting "), day=day, at="00:01", ideas=ideas)
        meeting = self.all(Meeting)[-1]
        here = f"/review/meetings/{meeting.id}"
        self.send("noor", f"{here}/attendance", present=[self.ids[name] for name in MEMBERS])
        self.send("noor", f"{here}/moves", name="begin", version=self.all(Meeting)[-1].version)
        if items := self.all(AgendaItem):
            self.send("noor", f"{here}/floor", item=items[-1].id)

    @rule(name=st.sampled_from(("noor", "deputy")), place=some, secret=st.sampled_from(("", "on")), here=st.booleans())
    def puts_a_motion(self, name: str, place: int, secret: str, here: bool) -> None:
        placed, meeting = self.one(RoundIdea, place), self.one(Meeting, 2)
        if placed is None:
            return
        where = {"meeting": meeting.id} if meeting and here else {"due": date.today().isoformat()}
        address = f"/review/rounds/{placed.round_id}/ideas/{placed.idea_id}/motion"
        self.send(name, address, verdict="approve", words=self.marker("motionwords"), secret=secret, **where)

    @rule(name=member, place=some, value=st.sampled_from(("yes", "no", "abstain")), do=st.sampled_from(("", "close")))
    def votes(self, name: str, place: int, value: str, do: str) -> None:
        if motion := self.one(Motion, place):
            self.send(name, f"/review/motions/{motion.id}/vote", value=value)
            if do:
                self.send("noor", f"/review/motions/{motion.id}/moves", name=do)
                self.send(name, f"/review/motions/{motion.id}/dissent", words=self.marker("dissent"))

    @rule(name=st.sampled_from(("noor", "deputy", "omar")), place=some, verdict=st.sampled_from(("approve", "decline")))
    def decides(self, name: str, place: int, verdict: str) -> None:
        if placed := self.one(RoundIdea, place):
            address = f"/review/rounds/{placed.round_id}/ideas/{placed.idea_id}/decision"
            present = [self.ids[one] for one in MEMBERS]
            self.send(name, address, verdict=verdict, reason=self.marker("reasonwords"), present=present)

    @rule(name=member, place=some)
    def ends_a_meeting(self, name: str, place: int) -> None:
        if meeting := self.one(Meeting, place):
            self.send(name, f"/review/meetings/{meeting.id}/moves", name="hold", version=meeting.version)

    @rule(place=some)
    def has_everything_decided(self, place: int) -> None:
        if round_ := self.one(Round, place):
            present = [self.ids[one] for one in MEMBERS]
            for placed in self.all(RoundIdea):
                if placed.round_id == round_.id:
                    address = f"/review/rounds/{round_.id}/ideas/{placed.idea_id}/decision"
                    reason = self.marker("reasonwords")
                    self.send("noor", address, verdict="decline", reason=reason, present=present)
            for name in ("noor", "sami"):
                for step in range(3):
                    self.look(name, 17 * step + place)
