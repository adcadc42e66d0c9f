"""What happens to ideas, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from app.columns import as_of, now
from app.db import Database
from app.errors import Invalid, Refused, Stale
from app.ideas import actions, jobs
from app.ideas.forms import IdeaForm
from app.ideas.listing import Filter, Place, Sort, places
from app.ideas.models import Author, Idea, Revision, Stage, Vote
from app.main import all_tasks
from app.outbox import Job, run_all
from app.people.actor import find_actor
from app.people.calendar.queries import workdays
from app.processes.models import Process
from app.record.models import Entry
from app.record.queries import verify
from tests.cast import the_cast
from tests.makers import an_idea

WRITTEN = {"title": "A desk where the queue begins", "story": "People wait.", "change": "They do not."}


def form(process: Process, **over: object) -> IdeaForm:
    return IdeaForm.model_validate({"process": process.id, **WRITTEN, **over})


def test_from_a_draft_to_a_revision_with_its_promise(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        amal = find_actor(db, cast.amal.id)
        idea = actions.begin(db, amal, form(cast.process, team=cast.team.id))
        assert (idea.stage, idea.listed, idea.author_ids) == (Stage.DRAFT, False, {cast.amal.id})
        actions.make(db, amal, idea, "submit", version=idea.version)
        assert (idea.stage, idea.listed, idea.revision) == (Stage.SUBMITTED, True, 1)
        assert idea.promised_on == workdays(db).add(actions.today(db), cast.committee.promised_days)
        kept = db.scalars(select(Revision)).one()
        assert (kept.number, kept.title, kept.story, kept.submitted_by) == (1, idea.title, "People wait.", amal.id)
        actions.make(db, amal, idea, "withdraw")
        assert (idea.stage, idea.listed, idea.promised_on) == (Stage.DRAFT, False, None)
        actions.make(db, amal, idea, "submit")
        assert idea.revision == 2
        moves = db.scalars(select(col(Entry.move)).order_by(col(Entry.number))).all()
        assert moves == ["begin", "submit", "withdraw", "submit"]
        assert verify(db, both.known["record_keys"]).intact


def test_rule_one_is_asked_when_it_is_submitted(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        amal = find_actor(db, cast.amal.id)
        idea = actions.begin(db, amal, form(cast.process))
        process = db.get_one(Process, cast.process.id)
        process.rank = None
        db.flush()
        with pytest.raises(Invalid, match="not prioritised"):
            actions.make(db, amal, idea, "submit")
        assert idea.stage is Stage.DRAFT
        process.rank = 1
        db.flush()
        actions.make(db, amal, idea, "submit")
        assert idea.stage is Stage.SUBMITTED


def test_nothing_is_submitted_half_written(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        amal = find_actor(db, cast.amal.id)
        idea = actions.begin(db, amal, form(cast.process, change="  "))
        with pytest.raises(Invalid, match="different"):
            actions.make(db, amal, idea, "submit")


def test_a_signal_waits_for_its_process(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        zaid = find_actor(db, cast.zaid.id)
        with pytest.raises(Invalid, match="prioritised"):
            actions.begin(db, zaid, form(cast.other))
        with pytest.raises(Invalid, match="prioritised"):
            actions.begin(db, zaid, form(cast.process, then="signal"))
        signal = actions.begin(db, zaid, form(cast.other, then="signal"))
        assert (signal.stage, signal.listed) == (Stage.SIGNAL, True)
        with pytest.raises(Invalid, match="not prioritised"):
            actions.make(db, zaid, signal, "adopt")
        db.get_one(Process, cast.other.id).rank = 2
        db.flush()
        actions.make(db, zaid, signal, "adopt")
        assert (signal.stage, signal.listed) == (Stage.DRAFT, False)


def test_whoever_adopts_an_imported_idea_becomes_its_author(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        zaid = find_actor(db, cast.zaid.id)
        idea = an_idea(db, cast.process, cast.tariq, stage=Stage.IMPORTED)
        actions.vote(db, zaid, idea, on=True)
        actions.make(db, zaid, idea, "adopt")
        assert (idea.stage, idea.author_ids) == (Stage.DRAFT, {cast.tariq.id, cast.zaid.id})
        assert (idea.support, db.scalars(select(Vote)).all()) == (0, [])


def test_asking_again_needs_new_facts_and_makes_a_revision(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        amal = find_actor(db, cast.amal.id)
        idea = an_idea(db, cast.process, cast.amal, stage=Stage.DECLINED)
        with pytest.raises(Invalid, match="reason"):
            actions.make(db, amal, idea, "reconsider")
        actions.make(db, amal, idea, "reconsider", "The hatch carries 400 bags.")
        assert (idea.stage, idea.revision, idea.reconsidered) == (Stage.SUBMITTED, 2, True)


def test_only_the_last_version_is_changed(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        amal = find_actor(db, cast.amal.id)
        idea = an_idea(db, cast.process, cast.amal)
        version = idea.version
        actions.change(db, amal, idea, form(cast.process, title="One", version=version))
        with pytest.raises(Stale):
            actions.change(db, amal, idea, form(cast.process, title="Two", version=version))
        with pytest.raises(Refused):
            actions.change(db, find_actor(db, cast.tariq.id), idea, form(cast.process, version=idea.version))
        assert idea.title == "One"


def test_support_is_set_and_counted_once(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        zaid, amal = find_actor(db, cast.zaid.id), find_actor(db, cast.amal.id)
        idea = an_idea(db, cast.process, cast.amal, stage=Stage.SUBMITTED)
        version = idea.version
        for on, count in ((True, 1), (True, 1), (False, 0), (False, 0), (True, 1)):
            actions.vote(db, zaid, idea, on=on)
            db.refresh(idea)
            assert idea.support == count
        assert idea.version == version
        with pytest.raises(Refused):
            actions.vote(db, amal, idea, on=True)
        assert db.scalar(select(func.count()).select_from(Entry)) == 0


def test_recounting_finds_and_mends(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        right = an_idea(db, cast.process, cast.amal, stage=Stage.SUBMITTED, support=1)
        db.add(Vote(idea_id=right.id, person_id=cast.zaid.id))
        wrong = an_idea(db, cast.process, cast.amal, stage=Stage.SUBMITTED, support=7)
        assert actions.wrong_counters(db) == [(wrong.id, 7, 0)]
        assert actions.recount(db) == [(wrong.id, 7, 0)]
        assert actions.wrong_counters(db) == []
        db.refresh(right)
        assert right.support == 1


def test_deferred_ideas_come_back_on_their_day_and_not_before(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        noor = find_actor(db, cast.noor.id)
        day = actions.today(db) + timedelta(days=3)
        idea = an_idea(db, cast.process, cast.amal, stage=Stage.IN_REVIEW)
        actions.make(db, noor, idea, "defer", "After the works.", form=True, deferred_to=day)
        assert idea.answered_at is not None
        number = idea.id
    for days, stage in ((0, Stage.DEFERRED), (2, Stage.DEFERRED), (4, Stage.ADMITTED)):
        with as_of(now() + timedelta(days=days)):
            assert run_all(both, all_tasks()) == 1
        with both.reading() as db:
            assert db.get_one(Idea, number).stage is stage
    with both.reading() as db:
        back = db.get_one(Idea, number)
        assert (back.deferred_to, back.answered_at) == (None, None)
        assert back.promised_on is not None
        waiting = select(func.count()).where(col(Job.kind) == jobs.KIND, col(Job.done_at).is_(None))
        assert db.scalar(waiting) == 1


def walk(database: Database, person_id: int, asked: Filter, size: int) -> list[Place]:
    """All pages, one after the other."""
    from dataclasses import replace

    found: list[Place] = []
    with database.reading() as db:
        actor = find_actor(db, person_id)
        after = asked.after
        for _ in range(100):
            page, after = places(db, actor, replace(asked, after=after), size)
            found.extend(page)
            if not after:
                return found
    raise AssertionError("the list never ends")


@pytest.mark.parametrize("sort", Sort)
@pytest.mark.parametrize("q", ["", "queue", "候车"])
def test_pages_hold_everything_once_and_in_order(both: Database, sort: Sort, q: str) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        for number in range(23):
            stage = (Stage.SUBMITTED, Stage.ADMITTED, Stage.IN_REVIEW)[number % 3]
            promised = actions.today(db) + timedelta(days=number % 4)
            idea = an_idea(
                db, cast.process, cast.amal, stage=stage, support=number % 5, talk=number % 2, promised_on=promised
            )
            idea.story = f"The queue 候车 {number}"
        an_idea(db, cast.process, cast.amal, story="queue 候车")
    found = walk(both, cast.zaid.id, Filter(q=q, sort=sort), 4)
    assert sorted(place.id for place in found) == list(range(1, 24))
    keys = [tuple(reversed(place.key.split("."))) for place in found]
    with both.reading() as db:
        rows = {idea.id: idea for idea in db.scalars(select(Idea))}
    wanted = {
        Sort.NEWEST: lambda i: -i.id,
        Sort.SUPPORT: lambda i: (-i.support, -i.id),
        Sort.WARM: lambda i: (-i.warmth, -i.id),
        Sort.TALK: lambda i: (-i.talk, -i.id),
        Sort.PROMISED: lambda i: (i.promised_on, i.id),
    }[sort]
    assert len(set(keys)) == 23
    assert [place.id for place in found] == [
        idea.id for idea in sorted((rows[place.id] for place in found), key=wanted)
    ]


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("zürich", True),
        ("Zurich", True),
        ("zuri", True),
        ("SERVIETTEN geb", True),
        ("geb servietten", False),
        ('" OR title:*', False),
        ("-servietten", False),
        ("NEAR(", False),
        ("'); DROP TABLE idea; --", False),
        ("候车", True),
        ("车室", True),
        ("车候", False),
        ("%", False),
        ("100 % sicher", True),
        ("!!!", False),
        ("\\", False),
    ],
)
def test_words_are_found_as_they_were_typed(both: Database, q: str, found: bool) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        an_idea(
            db, cast.process, cast.amal, stage=Stage.SUBMITTED, title="Zürich: Servietten", story="候车室", needs=""
        )
        idea = an_idea(db, cast.process, cast.amal, stage=Stage.SUBMITTED, title="Anders")
        idea.title = "Zürich: Servietten im Gebäude, 100 sicher"
    assert bool(walk(both, cast.zaid.id, Filter(q=q), 10)) is found


def test_the_text_index_follows_changes(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        idea = an_idea(db, cast.process, cast.amal, stage=Stage.SUBMITTED, title="Umbrellas")
        db.flush()
        idea.title = "Parasols"
    assert walk(both, cast.zaid.id, Filter(q="umbrella"), 5) == []
    assert [place.id for place in walk(both, cast.zaid.id, Filter(q="parasol"), 5)] == [1]


def test_a_lost_author_row_shows_in_the_cast(both: Database) -> None:
    """A control: who is nobody's author sees no draft, who is one does."""
    with both.writing() as db:
        cast = the_cast(db)
        idea = an_idea(db, cast.process, cast.amal)
    mine = Filter(stage=Stage.DRAFT)
    assert [place.id for place in walk(both, cast.amal.id, mine, 5)] == [idea.id]
    assert walk(both, cast.zaid.id, mine, 5) == []
    with both.writing() as db:
        db.add(Author(idea_id=idea.id, person_id=cast.zaid.id))
    assert [place.id for place in walk(both, cast.zaid.id, mine, 5)] == [idea.id]
