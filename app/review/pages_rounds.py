"""Pages of rounds: prepare, look, move, export."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import Depends
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.changes import counts
from app.columns import today
from app.db import Db
from app.errors import Missing, Refused, Stale
from app.once import new_key, once
from app.people.actor import Actor, Employee, Member
from app.people.calendar.queries import in_working_days
from app.people.found import found
from app.people.models import Committee
from app.review import actions, duty, pages_case, rounds, scorecards, standing
from app.review import late as lateness
from app.review.assignment.rules import gives_out
from app.review.capacity import BEFORE_THE_END
from app.review.committees.queries import chosen, committees_of
from app.review.conflicts import concerned, members
from app.review.conflicts.left import Short, lacking
from app.review.forms import CapacityForm, ExtendForm, ReasonForm, ReviewerForm, RoundForm
from app.review.meetings.queries import meeting_on
from app.review.models import Meeting, Preset, Reviewer, Round, RoundIdea, RoundStage
from app.review.readings import readings
from app.review.reviewing import authors
from app.review.rounds import visible_to
from app.review.rules import ON, heads, leads, names_hidden, round_life, unsealed
from app.review.saying import OURS, doubts_in_words, found_in_words
from app.review.switches import LEAD_WORDS, PRESETS, SIGHT_WORDS
from app.web import Form, Request, Response, ThingId, Typed, blank, download, fill, page, router, see, slow, unchanged
from app.web.sheets import csv_rows
from app.workflow import MoveForm

routes = router()
TheRound = Annotated[Round, Depends(found(Round, visible_to))]


@dataclass(frozen=True)
class Listed:
    id: int
    name: str
    stage: RoundStage
    due: date
    blind: bool
    ideas: int
    reviewers: int


def listed(db: Session, actor: Actor, committee: int | None = None) -> list[Listed]:
    """The rounds this person sees, of one committee or all, those that are on first. One statement."""
    ideas = select(func.count()).where(col(RoundIdea.round_id) == col(Round.id)).correlate(Round).scalar_subquery()
    here = (col(Reviewer.round_id) == col(Round.id), col(Reviewer.away).is_(False))
    people = select(func.count()).where(*here).correlate(Round).scalar_subquery()
    query = (
        select(col(Round.id), col(Round.name), col(Round.stage), col(Round.due), col(Round.blind), ideas, people)
        .where(visible_to(actor), *([col(Round.committee_id) == committee] if committee else []))
        .order_by(col(Round.stage).in_((RoundStage.PUBLISHED, RoundStage.CANCELLED)), col(Round.id).desc())
        .limit(25)
    )
    return [Listed(*row) for row in db.execute(query)]


WHO = "The chair or the deputy prepares rounds."


def draw_form(
    db: Session,
    request: Request,
    actor: Actor,
    committee: int,
    form: Form[RoundForm],
    round_: Round | None,
    status: int = 200,
) -> Response:
    ideas = rounds.candidates(db, [committee], round_.id if round_ else None)
    return page(
        request,
        "review/rounds/edit.html",
        status=status,
        form=form,
        round=round_,
        candidates=ideas,
        committees=committees_of(db, actor, committee) if round_ is None else [],
        committee=committee,
        idea_options=[(idea.id, idea.title, idea.process) for idea in ideas],
        member_options=[(member.id, member.name, member.post.value) for member in members(db, committee)],
        custodians=rounds.custodians(db, committee),
        cards=[scorecards.current(db, committee, use) for use in scorecards.USES],
        card_options=[(use.value, words) for use, words in scorecards.USES.items()],
        sight_options=[(sight.value, words.capitalize()) for sight, words in SIGHT_WORDS.items()],
        lead_options=[(lead.value, words.capitalize()) for lead, words in LEAD_WORDS.items()],
        presets=PRESETS,
        day=today(db.info["settings"].time_zone),
    )


def check(db: Session, committee: int, form: Form[RoundForm], round_id: int | None) -> None:
    """What only the database can see."""
    if not form:
        return
    wanted = form.data
    open_ideas = {idea.id for idea in rounds.candidates(db, [committee], round_id)}
    seated = {member.id for member in members(db, committee)}
    if not wanted.ideas or not set(wanted.ideas) <= open_ideas:
        form.refuse("ideas", "Choose among the ideas that are offered, one at least.")
    if not wanted.reviewers or not set(wanted.reviewers) <= seated:
        form.refuse("reviewers", "Choose among the members, one at least.")
    if words := few(wanted):
        form.refuse("wanted", words)
    if wanted.due < today(db.info["settings"].time_zone):
        form.refuse("due", "Choose a day that is still to come.")
    if wanted.opens_on is not None and wanted.opens_on > wanted.due:
        form.refuse("opens_on", "It opens before its reviews are due.")
    if wanted.custodian is not None and wanted.custodian in wanted.reviewers:
        form.refuse("custodian", "Who may see names does not review. Choose somebody else, or nobody.")
    if wanted.custodian is not None and wanted.custodian not in dict(rounds.custodians(db, committee)):
        form.refuse("custodian", "Choose one of the people who are offered.")


def few(wanted: RoundForm) -> str:
    """Why so many reviews cannot be wanted of each idea; nothing where they can."""
    members = len(set(wanted.reviewers))
    if not wanted.assigned or wanted.wanted + bool(wanted.blind) <= members:
        return ""
    if wanted.wanted > members:
        return f"{members} review, so that no idea can have more than {members} reviews."
    return "Ask for fewer than there are reviewers: else who is left out of an idea tells who wrote it."


def offered(db: Session, actor: Actor, committee: int, preset: Preset) -> Form[RoundForm]:
    """A new round as a preset has it: all that waits, by all but the chair; a re-review what was reviewed before, by
    those who did."""
    set_to = PRESETS[preset]
    ideas = [idea.id for idea in rounds.candidates(db, [committee])]
    able = [member.id for member in members(db, committee) if member.id != actor.id]
    if set_to.again:
        ideas, before = rounds.reviewed_before(db, ideas)
        able = [person for person in able if person in before]
    switches = {name: "on" for name in rounds.SWITCHES if getattr(set_to, name, False)}
    return blank(
        RoundForm,
        key=new_key(),
        name=f"{today(db.info['settings'].time_zone):%B %Y}",
        preset=preset.value,
        card=set_to.use.value,
        sight=set_to.sight.value,
        led_by=set_to.led_by.value,
        wanted=3,
        due=in_working_days(db, set_to.days),
        ideas=ideas,
        reviewers=able,
        **switches,
    )


@routes.get("/review/rounds/new")
def new(request: Request, db: Db, actor: Member, preset: Preset = Preset.EVERYONE, committee: str = "") -> Response:
    which = chosen(actor, committee, WHO)
    return draw_form(db, request, actor, which, offered(db, actor, which, preset), None)


@routes.post("/review/rounds/new")
def create(request: Request, db: Db, actor: Member, fields: Typed) -> Response:
    committee = chosen(actor, fields.get("committee"), WHO)
    once_ = once(db, request, actor.id, fields)
    if once_.done:
        return once_.done
    form = fill(RoundForm, fields)
    check(db, committee, form, None)
    if not form:
        return draw_form(db, request, actor, committee, form, None, 422)
    made = rounds.prepare(db, actor, committee, form.data)
    return once_.see(f"/review/rounds/{made.id}", "The round is prepared. Look at it as a reviewer will, then open it.")


@routes.get("/review/rounds/{id}")
@slow
def show(request: Request, db: Db, actor: Employee, round_: TheRound, sort: str = "place") -> Response:
    if kept := unchanged(request, actor.rights, counts(db, "ideas", "review", "people", "processes")):
        return kept
    return draw(db, request, actor, round_, sort=sort)


def draw(
    db: Session, request: Request, actor: Actor, round_: Round, status: int = 200, sort: str = "place", **forms: Any
) -> Response:
    board = standing.board(db, actor, round_, sort if sort in standing.SORTS else "place")
    leading, hidden = leads(actor, round_), names_hidden(actor, round_)
    seated = members(db, round_.committee_id) if leading and round_.stage in ON else []
    more = seated if round_.stage is RoundStage.OPEN else []
    known = {one.id for one in board.reviewers}
    return page(
        request,
        "review/rounds/show.html",
        status=status,
        round=round_,
        board=board,
        sort=sort if sort in standing.SORTS else "place",
        moves=round_life.open_to(actor, round_),
        heads=leading,
        preparing=heads(actor, round_),
        on=actor.on(round_.committee_id),
        hidden=hidden,
        short=short_of(db, round_, board, hidden=hidden) if leading or not hidden else [],
        sealed=round_.stage is RoundStage.CLOSED and not unsealed(round_),
        sight=SIGHT_WORDS[round_.sight],
        led_by=LEAD_WORDS[round_.led_by],
        gives_out=round_.assigned and round_.stage is not RoundStage.PREPARED and gives_out(actor, round_),
        more=[member for member in more if member.id not in known and member.id != round_.custodian_id],
        late=lateness.late(db, actor, round_, board.duties) if heads(actor, round_) else [],
        readings=readings(actor, round_, board, seated),
        found=found_in_words(board.found, OURS) if board.found else [],
        doubts=doubts_in_words(board.found, OURS) if board.found else [],
        titles={row.idea_id: row.title for row in board.rows},
        line_form=forms.get("line_form", blank(CapacityForm, capacity=round_.capacity, version=round_.version)),
        may_draw=heads(actor, round_) and round_.stage in BEFORE_THE_END,
        card=scorecards.card(db, round_.scorecard_id),
        day=today(db.info["settings"].time_zone),
        far=far(board),
        meeting=meeting_for(db, actor, round_, board),
        refused=forms.get("refused", ""),
        note=forms.get("note", ""),
    )


@dataclass(frozen=True)
class Far:
    """How many reviews of a round are in, as far as its reader may know."""

    there: int
    of: int

    @property
    def all_in(self) -> bool:
        return 0 < self.of <= self.there


def far(board: standing.Board) -> Far:
    told = [row for row in board.live if row.n is not None]
    return Far(sum(row.n or 0 for row in told), sum(row.expected for row in told))


def meeting_for(db: Session, actor: Actor, round_: Round, board: standing.Board) -> Meeting | None:
    """The meeting in which what is left will be decided, for who plans one."""
    if round_.stage is not RoundStage.CLOSED or not heads(actor, round_):
        return None
    return meeting_on(db, actor, [row.idea_id for row in board.undecided])


def short_of(db: Session, round_: Round, board: standing.Board, *, hidden: bool) -> list[Short]:
    """Ideas of a round for which nobody is left, as far as this reader may know."""
    if round_.stage not in (RoundStage.PREPARED, RoundStage.OPEN, RoundStage.CLOSED):
        return []
    ideas = [(row.idea_id, row.title) for row in board.undecided if not row.conflict]
    known = concerned(db, [idea for idea, _ in ideas])
    quorum = db.get_one(Committee, round_.committee_id).quorum
    return lacking(ideas, members(db, round_.committee_id), known, quorum, hidden=hidden)


@routes.get("/review/rounds/{id}/edit")
def edit(request: Request, db: Db, actor: Member, round_: TheRound) -> Response:
    must_prepare(actor, round_)
    placed = [row.idea_id for row in standing.placed_ideas(db, actor, round_.id)]
    form = blank(
        RoundForm,
        name=round_.name,
        due=round_.due,
        preset=round_.preset.value,
        card=scorecards.card(db, round_.scorecard_id).use.value,
        wanted=round_.wanted,
        custodian=round_.custodian_id,
        sight=round_.sight.value,
        led_by=round_.led_by.value,
        opens_on=round_.opens_on,
        **{name: "on" for name in rounds.SWITCHES if getattr(round_, name)},
        ideas=placed,
        reviewers=[one.id for one in duty.reviewers(db, round_.id)],
        version=round_.version,
    )
    return draw_form(db, request, actor, round_.committee_id, form, round_)


@routes.post("/review/rounds/{id}/edit")
def change(request: Request, db: Db, actor: Member, round_: TheRound, fields: Typed) -> Response:
    must_prepare(actor, round_)
    form = fill(RoundForm, fields)
    check(db, round_.committee_id, form, round_.id)
    if not form:
        return draw_form(db, request, actor, round_.committee_id, form, round_, 422)
    rounds.change(db, actor, round_, form.data)
    return see(request, f"/review/rounds/{round_.id}", "Changed.")


def must_prepare(actor: Actor, round_: Round) -> None:
    if not heads(actor, round_):
        raise Refused("The chair or the deputy prepares rounds.")


def must_head(actor: Actor, round_: Round) -> None:
    if not heads(actor, round_):
        raise Refused("The chair or the deputy sees to who is late.")


def must_lead(actor: Actor, round_: Round) -> None:
    if not leads(actor, round_):
        raise Refused(f"This round is led by {LEAD_WORDS[round_.led_by]}.")


@routes.post("/review/rounds/{id}/moves")
def move(request: Request, db: Db, actor: Employee, round_: TheRound, fields: Typed) -> Response:
    form = fill(MoveForm, fields)
    if not form:
        return draw(db, request, actor, round_, 422)
    data = form.data
    words = actions.move(db, actor, round_, data.name, data.note, data.version)
    return see(request, f"/review/rounds/{round_.id}", words)


@routes.post("/review/rounds/{id}/reveal")
def reveal(request: Request, db: Db, actor: Member, round_: TheRound) -> Response:
    must_lead(actor, round_)
    rounds.reveal(db, actor.id, round_)
    return see(request, f"/review/rounds/{round_.id}", "The scores are open to the committee now.")


@routes.get("/review/rounds/{id}/as-reviewer")
@slow
def as_reviewer(request: Request, db: Db, actor: Member, round_: TheRound, idea: int | None = None) -> Response:
    """A prepared round as a reviewer will see it: for who prepares it, and nothing of it can be filled in for good."""
    must_prepare(actor, round_)
    if round_.stage is not RoundStage.PREPARED:
        raise Stale("This round has begun. What reviewers see is on their pages now.")
    placed = standing.placed_ideas(db, actor, round_.id)
    if not placed or (idea is not None and idea not in {row.idea_id for row in placed}):
        raise Missing()
    return pages_case.page_of(
        db, request, actor, pages_case.rehearsed(db, round_, idea or placed[0].idea_id), ideas=placed
    )


@routes.post("/review/rounds/{id}/reviewers")
def add_reviewer(request: Request, db: Db, actor: Member, round_: TheRound, fields: Typed) -> Response:
    must_lead(actor, round_)
    form = fill(ReviewerForm, fields)
    if not form:
        return draw(db, request, actor, round_, 422, refused="Choose one of the members who are offered.")
    rounds.add_reviewer(db, actor, round_, form.data.person)
    words = "The next assignment counts on them." if round_.assigned else "The ideas wait for them now."
    return see(request, f"/review/rounds/{round_.id}", f"Added. {words}")


@routes.post("/review/rounds/{id}/remind")
def remind(request: Request, db: Db, actor: Member, round_: TheRound) -> Response:
    must_head(actor, round_)
    n = lateness.remind(db, actor, round_)
    return see(request, f"/review/rounds/{round_.id}", f"{n} {'is' if n == 1 else 'are'} reminded of what is missing.")


@routes.post("/review/rounds/{id}/extend")
def extend(request: Request, db: Db, actor: Member, round_: TheRound, fields: Typed) -> Response:
    must_head(actor, round_)
    form = fill(ExtendForm, fields)
    if not form:
        return draw(db, request, actor, round_, 422, refused="Choose one of the reviewers, and a day.")
    lateness.extend(db, actor, round_, form.data.person, form.data.due)
    return see(request, f"/review/rounds/{round_.id}", "Extended, for this member alone.")


@routes.post("/review/rounds/{id}/ideas/{idea_id}/out")
def take_out(request: Request, db: Db, actor: Member, round_: TheRound, idea_id: ThingId, fields: Typed) -> Response:
    must_lead(actor, round_)
    rounds.must_be_in_charge_of(db, actor, round_, idea_id)
    form = fill(ReasonForm, fields)
    if not form:
        return draw(db, request, actor, round_, 422, refused="Give a reason: it is kept in the record.")
    rounds.take_out(db, actor, round_, idea_id, form.data.reason)
    return see(request, f"/review/rounds/{round_.id}", "Taken out. It waits for another round.")


@routes.get("/review/rounds/{id}/names")
def names(request: Request, db: Db, actor: Employee, round_: TheRound) -> Response:
    """For the custodian: who wrote what, so that somebody can see to conflicts while the round is blind."""
    if actor.id != round_.custodian_id or names_hidden(actor, round_):
        raise Refused("Only the one whom the round names may see who wrote its ideas.")
    ideas = standing.placed_ideas(db, actor, round_.id)
    wrote = authors(db, [idea.idea_id for idea in ideas], actor)
    rows = [(idea, wrote.get(idea.idea_id, "")) for idea in ideas]
    return page(request, "review/rounds/names.html", round=round_, rows=rows)


@routes.get("/review/rounds/{id}/standing.csv")
@slow
def export(request: Request, db: Db, actor: Employee, round_: TheRound) -> Response:
    rows: Sequence[standing.Placed] = standing.board(db, actor, round_).rows
    return download(csv_rows(standing.HEADER, standing.table(rows)), f"{round_.name}.csv")
