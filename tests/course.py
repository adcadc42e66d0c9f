"""The whole course of a blind round, played through the product's own actions up to a point of it.

Filing, closed, a meeting with motions open and secret, decided, published. What two worlds may differ in are the
fields of a `Course`; ids and times are the same in both.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session as Db

from app.ideas import actions as ideas
from app.ideas.forms import IdeaForm
from app.ideas.models import Idea
from app.people.actor import find_actor
from app.people.models import Grant, Person, Role
from app.review import conflicts, owners
from app.review.forms import OwnersForm
from app.review.letters import actions as letters
from app.review.letters.models import DraftForm
from app.review.letters.queries import remarks
from app.review.meetings import actions as meetings
from app.review.meetings import motions, moves
from app.review.meetings.invitations import send_invitation
from app.review.models import Meeting, Round
from app.review.questions import actions as questions
from app.review.questions.forms import AnswerForm, QuestionForm
from app.talk import actions as talk
from tests.cast import Cast
from tests.makers import a_department, a_team
from tests.review.makers import MARKS, decide, move, open_round, review_by
from tests.review.meeting_makers import a_meeting, a_motion, close, say
from tests.worlds import MOMENT

POINTS = ("filing", "closed", "meeting", "voted", "decided", "published")
REVIEWERS = ("sami", "dina", "omar", "noor")


@dataclass(frozen=True)
class Course:
    """until: the last point that is reached. author: who wrote the first idea; the second is Zaid's.

    out: who has a conflict with the first idea, by their own word. scorers: who files, in this order; marks and words
    are of the first of them. yes, no: how the first motion is voted on, the first of each at once, by those whom
    nothing keeps from it. why: words of the committee.
    """

    until: str = "published"
    author: str = "amal"
    team: bool = False
    out: tuple[str, ...] = ()
    scorers: tuple[str, ...] = ("sami", "omar", "noor")
    marks: tuple[int, ...] = MARKS
    words: str = "Measure it first."
    others: str = "Ask the night shift."
    yes: tuple[str, ...] = ("sami", "noor")
    no: tuple[str, ...] = ("omar",)
    secret_yes: tuple[str, ...] = ("sami", "noor")
    secret_no: tuple[str, ...] = ("omar",)
    why: str = "The queue hurts most, and a pilot is cheap."
    sight: str = "until mine is in"
    keeper: bool = True
    in_writing: bool = False
    there: tuple[str, ...] = ("noor", "sami", "dina", "omar", "deputy")

    def reaches(self, point: str) -> bool:
        return POINTS.index(self.until) >= POINTS.index(point)


class Play:
    """One course in one world. `world` gets what the pages are asked for: idea, other, round, meeting."""

    def __init__(self, course: Course, world: Any, db: Db, cast: Cast) -> None:
        self.course, self.world, self.db, self.cast = course, world, db, cast

    def person(self, name: str) -> Person:
        found: Person = self.world.deputy if name == "deputy" else getattr(self.cast, name)
        return found

    def actor(self, name: str) -> Any:
        return find_actor(self.db, self.person(name).id)

    def idea(self) -> Idea:
        return self.db.get_one(Idea, self.world.idea)

    def play(self) -> None:
        self.begin()
        self.file()
        steps = (("closed", self.end), ("meeting", self.meet), ("voted", self.vote), ("decided", self.decide))
        for point, step in steps:
            if self.course.reaches(point):
                step()
        if self.course.reaches("published"):
            move(self.db, self.cast, self.db.get_one(Round, self.world.round), "publish")
        self.db.flush()
        for thing in (*vars(self.cast).values(), self.world.deputy, self.world.others):
            self.db.refresh(thing)  # the tests ask for their ids outside of this transaction

    def written(self, name: str, title: str, team: int | None = None) -> Idea:
        actor = self.actor(name)
        texts = {"story": "People wait where nobody sees them.", "change": "A desk where the queue begins."}
        idea = ideas.begin(self.db, actor, IdeaForm(process=self.cast.process.id, team=team, title=title, **texts))
        ideas.make(self.db, actor, idea, "submit", "")
        ideas.make(self.db, self.actor("noor"), idea, "admit", "")
        return idea

    def begin(self) -> None:
        """Sami owns the process, Dina leads the organisation, Noor chairs. Amal and Tariq have a team each, and stand
        in departments of their own, with which members have to do."""
        db, cast, world, course = self.db, self.cast, self.world, self.course
        cast.process.owner_id = cast.sami.id
        db.add(Grant(person_id=cast.dina.id, role=Role.LEADER))
        world.others = a_team(db, cast.committee, cast.tariq, name="Night shift")
        ground, sky = a_department(db, name="Ground crew"), a_department(db, name="Sky desk")
        cast.amal.department_id = cast.omar.department_id = ground.id
        cast.tariq.department_id = cast.sami.department_id = sky.id
        db.flush()
        for name in ("amal", "tariq", "dina"):
            self.written(name, f"Something else by {self.person(name).name}")
        teams = {"amal": cast.team.id, "tariq": world.others.id} if course.team else {}
        world.idea = self.written(course.author, "Trolleys where the queue begins", teams.get(course.author)).id
        world.other = self.written("zaid", "Bag drop before the door").id
        over = {"custodian": cast.root.id} if course.keeper else {}
        over |= {"sight": course.sight, "asks_confidence": "on"}
        people = [self.person(name).id for name in REVIEWERS]
        both = (self.idea(), db.get_one(Idea, world.other))
        world.round = open_round(db, cast, *both, reviewers=people, **over).id

    def file(self) -> None:
        """What is said and asked while reviewers file; and who steps back before they do."""
        db, course = self.db, self.course
        for name in course.out:
            conflicts.declare(db, self.actor(name), self.idea(), "A reason of my own")
        author = self.actor(course.author)
        first = talk.say(db, author, self.idea().ref, "I have stood there with a watch.", None)
        talk.say(db, self.actor("layla"), self.idea().ref, "What did it say?", first.id)
        ideas.vote(db, self.actor("layla"), self.idea(), on=True)
        said = OwnersForm(possible="yes", start="within a month", words="In a night.")
        if "sami" not in course.out:
            owners.say(db, self.actor("sami"), self.idea(), said)
        for name in course.scorers:
            if name not in course.out:
                marks = course.marks if name == course.scorers[0] else MARKS
                review_by(db, self.person(name), self.idea(), marks, **self.remarks(name))
            review_by(db, self.person(name), db.get_one(Idea, self.world.other))
        self.ask()

    def remarks(self, name: str) -> dict[str, str]:
        words = self.course.words if name == self.course.scorers[0] else self.course.others
        return {"to_authors": words, "to_committee": f"{words} So the committee.", "confidence": "2"}

    def ask(self) -> None:
        """Somebody asks the authors, who answer."""
        from app.review import reviewing

        course, db = self.course, self.db
        asker = next((name for name in course.scorers if name not in course.out), "")
        if not asker:
            return
        actual = reviewing.case(db, self.actor(asker), self.world.idea, lock=True)
        asked = questions.ask(db, self.actor(asker), actual, QuestionForm(words="How long is the queue?"))
        head = "deputy" if "noor" in course.out else "noor"
        questions.move(db, self.actor(head), asked, "pass_on", "", asked.version)
        told = AnswerForm(words="Eleven minutes.", version=asked.version)
        questions.answer(db, self.actor(course.author), asked, told)

    def end(self) -> None:
        move(self.db, self.cast, self.db.get_one(Round, self.world.round), "close")

    def meet(self) -> None:
        """Invited to, begun, with its first item on and a motion put."""
        db, cast, course, world = self.db, self.cast, self.course, self.world
        meeting = a_meeting(db, cast, world.idea, world.other, at=MOMENT + timedelta(hours=1))
        world.meeting = meeting.id
        noor = self.actor("noor")
        send_invitation(db, meeting, meeting.version)
        meetings.note_attendance(db, noor, meeting, [self.person(name).id for name in course.there])
        moves.move(db, noor, meeting, "begin", "", None)
        meetings.take_up(db, meeting, next(one.id for one in self.items() if one.idea_id == world.idea))
        world.motion = self.put(world.idea, None if course.in_writing else meeting, course.why).id
        self.say(world.motion, course.yes[:1], course.no[:1])

    def items(self) -> Any:
        return meetings.items_of(self.db, self.world.meeting)

    def put(self, idea: int, meeting: Meeting | None, words: str, **over: Any) -> Any:
        """By the chair; or where they step back from it by the deputy."""
        if idea == self.world.idea and "noor" in self.course.out:
            kept, self.cast.noor = self.cast.noor, self.world.deputy
            try:
                return a_motion(self.db, self.cast, self.world.round, idea, meeting, words=words, **over)
            finally:
                self.cast.noor = kept
        return a_motion(self.db, self.cast, self.world.round, idea, meeting, words=words, **over)

    def say(self, motion: int, yes: tuple[str, ...], no: tuple[str, ...]) -> None:
        """In the order of their names: who voted when is the same whatever they say."""
        one = self.db.get_one(motions.Motion, motion)
        out = self.course.out if one.idea_id == self.world.idea else ()
        for name in sorted({*yes, *no} - set(out)):
            say(self.db, one, **{"yes" if name in yes else "no": self.person(name)})

    def vote(self) -> None:
        """The first motion is closed, with a dissent; the second item is voted on in secret; the meeting is over."""
        db, course, world = self.db, self.course, self.world
        self.say(world.motion, course.yes[1:], course.no[1:])
        one = db.get_one(motions.Motion, world.motion)
        if course.in_writing:
            one.due = (MOMENT - timedelta(days=1)).date()
            db.flush()
        close(db, self.cast, one, by=world.deputy if "noor" in course.out else None)
        voted = sorted({*course.no, *course.yes} - set(course.out))
        motions.dissent(db, self.actor(voted[0]), one, f"I doubt it: {course.words}")
        meeting = db.get_one(Meeting, world.meeting)
        meetings.take_up(db, meeting, next(one.id for one in self.items() if one.idea_id == world.other))
        world.secret = self.put(world.other, meeting, "In secret.", secret="on").id
        self.say(world.secret, course.secret_yes, course.secret_no)
        close(db, self.cast, db.get_one(motions.Motion, world.secret))
        moves.move(db, self.actor("noor"), meeting, "hold", "", None)

    def decide(self) -> None:
        """Both ideas, one tied to a condition; and which remarks go into its letter."""
        db, world, course = self.db, self.world, self.course
        round_ = db.get_one(Round, world.round)
        over = {"meeting": world.meeting, "present": [self.person(name).id for name in course.there]}
        kept = self.cast.noor
        if "noor" in course.out:
            self.cast.noor = world.deputy
        try:
            tied = {"reason": course.why, "condition_1": f"Report in a month: {course.why}"}
            decide(db, self.cast, round_, self.idea(), **over, **tied)
        finally:
            self.cast.noor = kept
        decide(db, self.cast, round_, db.get_one(Idea, world.other), **over, reason="Cheap.")
        taken = [one.review for one in remarks(db, round_, world.idea)]
        letters.choose(db, round_, world.idea, DraftForm(take=taken))


def told(
    course: Course, before: Callable[[Any, Db, Cast], None] | None = None, play: type[Play] = Play
) -> Callable[[Any, Db, Cast], None]:
    def tell(world: Any, db: Db, cast: Cast) -> None:
        if before:
            before(world, db, cast)
        play(course, world, db, cast).play()

    return tell


def pages_of(world: Any) -> list[str]:
    """Every page of the course, whether a link leads there or not; those that there are not yet among them."""
    cast, idea, other, round_ = world.cast, world.idea, world.other, f"/review/rounds/{world.round}"
    meeting = "/review/meetings/1"
    ones = [f"{meeting}{part}" for part in ("", "/live", "/edit", "/items/1", "/items/2", "/meeting.ics")]
    ones += [f"{meeting}{part}" for part in ("/pack.pdf", "/minutes.pdf", "/minutes.pdf?version=1")]
    ones += [f"/review/motions/{number}" for number in (1, 2)] + ["/review/meetings/new"]
    for one in (idea, other):
        there = f"{round_}/ideas/{one}"
        ones += [f"{there}/decision", f"{there}/decision?motion=1", f"{there}/decision?meeting=1", f"{there}/motion"]
        ones += [f"{round_}/letters/{one}", f"/review/ideas/{one}", f"/ideas/{one}", f"/review/ideas/{one}/owner"]
        ones += [f"/review/ideas/{one}/conflicts", f"/ideas/{one}/revisions", f"/talk/idea:{one}"]
        ones += [f"/record?ref=idea:{one}", f"/ideas/{one}/revisions/1", f"/review/ideas/{one}/pass-on"]
    ones += [round_, f"{round_}?sort=disagreement", f"{round_}?sort=missing", f"{round_}/standing.csv"]
    ones += [f"{round_}/{part}" for part in ("letters", "batch", "names", "edit", "as-reviewer", "assignment")]
    parts = ("", "/letters", "/letters/approve", "/forecasts", "/screening", "/committees", "/conflicts", "/rounds/new")
    ones += [f"/review{part}" for part in parts]
    ones += [f"/review/committees/{cast.committee.id}", "/review/orders/1", "/admin/scorecard", "/me/absences", "/me"]
    record = ("round", "meeting", "motion", "decision", "review", "letter", "author_question", "conflict", "suspicion")
    ones += [f"/record?ref={kind}:{number}" for kind in record for number in (1, 2)]
    ones += [f"/record?ref=round_idea:{number}" for number in (1, 2)] + ["/record", "/notices", "/notices/count"]
    people = [*(cast.amal, cast.tariq, cast.dina, cast.sami), world.deputy]
    ones += [f"/people/{person.id}" for person in people] + [f"/teams/{cast.team.id}", f"/teams/{world.others.id}"]
    words = ("Amal", "Tariq", "Dina", "Trolleys", "Measure", "queue", "author:amal", "author:Dina", "Ground", "doubt")
    ones += [f"{page}?q={word}" for page in ("/search", "/api/v1/search", "/ideas", "/ideas.csv") for word in words]
    ones += [f"/processes/{cast.process.id}", "/processes", "/ideas", "/ideas.csv", "/leaders", "/"]
    ones += [f"/leaders/{table}.csv" for table in ("ideas", "pilots", "decisions", "funnel", "rounds")]
    return ones


def posts_of(world: Any) -> dict[str, dict[str, Any]]:
    """Forms that do not work, whatever they say: their answers tell nothing either."""
    round_, idea = f"/review/rounds/{world.round}", f"/review/ideas/{world.idea}"
    return {
        f"{round_}/ideas/{world.idea}/decision": {"verdict": "nonsense"},
        f"{round_}/ideas/{world.idea}/motion": {"verdict": "approve"},
        f"{round_}/batch": {"verdict": "approve", "ideas": [str(world.idea)], "do": "look"},
        f"{round_}/letters/{world.idea}": {"take": ["77"], "version": "9"},
        f"{round_}/moves": {"name": "nonsense"},
        f"{round_}/reviewers": {"person": str(world.cast.amal.id)},
        f"{idea}": {"do": "submit"},
        f"{idea}/questions": {"words": ""},
        f"{idea}/conflicts": {"people": str(world.cast.dina.id), "reason": "I guess"},
        f"{idea}/conflicts/answers": {"people": str(world.cast.dina.id), "do": "confirm", "reason": "I guess"},
        "/review/meetings/1/items/1": {"minutes": "5", "presenters": str(world.cast.amal.id)},
        "/review/meetings/1/floor": {"item": "99"},
        "/review/meetings/1/moves": {"name": "hold", "version": "77"},
        "/review/motions/1/vote": {"value": "sideways"},
        "/review/motions/1/moves": {"name": "nonsense"},
        "/review/motions/1/dissent": {"words": ""},
        f"/ideas/{world.idea}/moves": {"name": "withdraw"},
        f"/ideas/{world.idea}/edit": {"title": "Mine"},
        f"/ideas/{world.idea}/vote": {"value": "sideways"},
    }
