"""Conflicts: what binds, what is only a question, who answers it, and who is in charge then."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session as Db
from sqlmodel import col

from app.columns import now
from app.db import Database
from app.errors import Refused, Stale
from app.ideas.models import Conflict, ConflictKind, Idea, Stage, Veil, Vote
from app.ideas.rules import in_charge, life
from app.people.actor import find_actor
from app.people.models import Department, Membership, Person, Post
from app.people.roles import set_post
from app.record.models import Entry
from app.record.queries import verify
from app.review import conflicts, decisions, rounds, waiting
from app.review.conflicts import finding, settling
from app.review.conflicts.left import for_administrators
from app.review.conflicts.models import Suspicion, SuspicionStage
from app.review.models import Round
from app.talk import actions as talk
from tests.cast import Cast, the_cast
from tests.makers import a_person, a_seat, a_team, an_idea, put
from tests.review.makers import a_round, admitted, move, open_round, review_by

K = ConflictKind


def a_deputy(db: Db, cast: Cast) -> Person:
    deputy = a_person(db, "Dalal")
    a_seat(db, cast.committee, deputy, Post.DEPUTY)
    return deputy


def found(db: Db, idea: Idea, *people: Person) -> dict[str, list[ConflictKind]]:
    there = finding.found(db, [idea.id], [person.id for person in people])
    names = {person.id: person.name for person in people}
    return {names[person]: kinds for (_, person), kinds in there.items()}


def test_the_department_of_an_author_is_found_and_those_around_it_are_not(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        below = put(db, Department(name="Night desk", parent_id=cast.department.id))
        cast.dina.department_id, cast.omar.department_id = cast.department.id, below.id
        idea = admitted(db, cast, cast.zaid)
        assert found(db, idea, cast.sami, cast.dina, cast.omar) == {"Dina": [K.DEPARTMENT]}
        # An author's own, and that of somebody who wrote nothing, tell nothing.
        assert found(db, admitted(db, cast, cast.dina), cast.dina, cast.sami) == {}


@pytest.mark.parametrize("up", [True, False])
def test_a_reporting_line_is_found_at_any_level_either_way_and_circles_end(both: Database, up: bool) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        middle, top = a_person(db, "Middle"), a_person(db, "Top")
        below, above = (cast.zaid, cast.sami) if up else (cast.sami, cast.zaid)
        below.manager_id, middle.manager_id, above.manager_id, top.manager_id = middle.id, above.id, top.id, top.id
        cast.dina.manager_id = middle.id  # beside, not above or below
        top.manager_id = below.id  # a circle
        db.flush()
        top.manager_id = None
        db.flush()
        idea = admitted(db, cast, cast.zaid)
        assert found(db, idea, cast.sami, cast.omar) == {"Sami": [K.LINE]}
        if up:
            assert found(db, idea, cast.dina) == {}
        top.manager_id = top.id
        db.flush()
        assert found(db, idea, cast.sami, cast.omar) == {"Sami": [K.LINE]}


def test_earlier_writing_together_is_found_by_hand_and_by_team(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        an_idea(db, cast.process, cast.zaid, cast.sami, stage=Stage.DECLINED)
        an_idea(db, cast.process, cast.zaid, cast.omar)  # a draft: nobody has seen it
        team = a_team(db, cast.committee, cast.tariq, cast.zaid)
        an_idea(db, cast.process, cast.tariq, stage=Stage.DECLINED, team_id=team.id)
        a_seat(db, cast.committee, cast.tariq)
        idea = admitted(db, cast, cast.zaid)
        people = (cast.sami, cast.dina, cast.omar, cast.tariq)
        assert found(db, idea, *people) == {"Sami": [K.TOGETHER], "Tariq": [K.TOGETHER]}
        # Whoever has left the team since stays known for what was written while they were in it.
        for one in db.scalars(select(Membership).where(col(Membership.person_id) == cast.tariq.id)):
            one.until = now() + timedelta(seconds=1)
        db.flush()
        assert "Tariq" in found(db, idea, *people)


def test_support_and_talk_are_found_only_from_before_the_round(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        idea = admitted(db, cast, cast.zaid)
        put(db, Vote(idea_id=idea.id, person_id=cast.sami.id))
        talk.say(db, find_actor(db, cast.dina.id), idea.ref, "I like it.", None)
        talk.say(db, find_actor(db, cast.noor.id), idea.ref, "The committee has read it.", None, official=True)
        talk.say(db, find_actor(db, cast.dina.id), f"process:{cast.process.id}", "Slow.", None)
        people = (cast.sami, cast.dina, cast.omar, cast.noor)
        assert found(db, idea, *people) == {"Sami": [K.SUPPORTER], "Dina": [K.SUPPORTER]}
        open_round(db, cast, idea, blind="")
        put(db, Vote(idea_id=idea.id, person_id=cast.omar.id, at=now() + timedelta(seconds=1)))
        assert found(db, idea, *people) == {"Sami": [K.SUPPORTER], "Dina": [K.SUPPORTER]}


def test_what_is_found_is_confirmed_or_dismissed_once(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        cast.dina.department_id = cast.omar.department_id = cast.department.id
        idea = admitted(db, cast, cast.zaid)
        noor = find_actor(db, cast.noor.id)
        a_round(db, cast, idea, blind="")
        assert settling.how_many(db, noor, settling.rows(db, noor, *settling.mine_to_settle(noor))) == (2, 1)
        assert [one.name for one in settling.to_settle(db, noor)[0].questions] == ["Dina", "Omar"]
        conflicts.confirm(db, noor, idea, [cast.dina.id], "They share a desk")
        conflicts.dismiss(db, noor, idea, [cast.omar.id], "A department of 400")
        assert settling.to_settle(db, noor) == []
        known = conflicts.concerned(db, [idea.id])
        assert (known.found, known.declared) == ({(idea.id, cast.dina.id)}, set())
        assert (idea.id, cast.dina.id) not in known.told(hidden=True)
        assert (idea.id, cast.dina.id) in known.told(hidden=False)
        with pytest.raises(Stale), db.begin_nested():
            conflicts.dismiss(db, noor, idea, [cast.omar.id, cast.dina.id], "Again")
        stages = {one.person_id: one.stage for one in db.scalars(select(Suspicion))}
        assert stages == {cast.dina.id: SuspicionStage.CONFIRMED, cast.omar.id: SuspicionStage.DISMISSED}
        moves = [(one.move, one.ref.split(":")[0]) for one in db.scalars(select(Entry).order_by(col(Entry.number)))]
        assert moves[-2:] == [("confirm", "conflict"), ("dismiss", "suspicion")]
    with both.reading() as db:
        assert verify(db, both.known["record_keys"]).intact
        words = " ".join(f"{one.figures} {one.before} {one.after}" for one in db.scalars(select(Entry)))
        assert "desk" not in words
        assert "400" not in words


def test_an_author_names_and_nobody_else_does(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        idea = admitted(db, cast, cast.zaid)
        zaid, noor = find_actor(db, cast.zaid.id), find_actor(db, cast.noor.id)
        with pytest.raises(Refused):
            conflicts.name(db, find_actor(db, cast.amal.id), idea, [cast.omar.id], "A reason")
        conflicts.name(db, zaid, idea, [cast.omar.id], "We fell out")
        with pytest.raises(Stale), db.begin_nested():
            conflicts.name(db, zaid, idea, [cast.omar.id], "Again")
        assert not conflicts.concerned(db, [idea.id]).has(idea.id, cast.omar.id)
        (asked,) = settling.questions(db, noor, [idea], {idea.id})[idea.id]
        assert (asked.name, list(asked.kinds), asked.words) == ("Omar", [K.NAMED], ["We fell out"])
        conflicts.confirm(db, noor, idea, [cast.omar.id], "They did")
        assert conflicts.concerned(db, [idea.id]).has(idea.id, cast.omar.id)
        late = an_idea(db, cast.process, cast.zaid, stage=Stage.DECLINED)
        with pytest.raises(Stale):
            conflicts.name(db, zaid, late, [cast.omar.id], "Too late")


Sights = dict[str, tuple[bool, bool]]


def sights(db: Db, cast: Cast, idea: Idea, *names: str) -> Sights:
    seen = {name: settling.sight(db, find_actor(db, getattr(cast, name).id), idea.id)[1] for name in names}
    return {name: (one.settles, one.open) for name, one in seen.items()}


@pytest.mark.parametrize(
    ("blind", "custodian", "head", "keeper"),
    [
        ("", False, (True, True), (False, False)),
        ("on", True, (False, False), (True, True)),
        ("on", False, (True, False), (False, False)),
    ],
)
def test_who_answers(both: Database, blind: str, custodian: bool, head: Any, keeper: Any) -> None:
    """(settles, knows who wrote it) of the chair and of the administrator, who keeps the names where somebody does."""
    with both.writing() as db:
        cast = the_cast(db)
        idea = admitted(db, cast, cast.zaid)
        names = ("noor", "root", "sami", "zaid", "layla")
        nothing = dict.fromkeys(("sami", "zaid", "layla"), (False, False))
        assert sights(db, cast, idea, *names) == {"noor": (True, True), "root": (False, False), **nothing}
        over = {"custodian": cast.root.id} if custodian else {}
        round_ = open_round(db, cast, idea, blind=blind, **over)
        assert sights(db, cast, idea, *names) == {"noor": head, "root": keeper, **nothing}
        conflicts.declare(db, find_actor(db, cast.noor.id), idea, "I advised them")
        assert sights(db, cast, idea, "noor") == {"noor": (False, False)}
        deputy = a_deputy(db, cast)
        rounds.veil_newcomers(db)
        seen = settling.sight(db, find_actor(db, deputy.id), idea.id)[1]
        assert (seen.settles, seen.open) == head
        assert round_.blind == bool(blind)


def test_an_idea_without_a_name_is_answered_by_the_keeper_of_the_name(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        idea = admitted(db, cast, cast.zaid, custodian_id=cast.layla.id)
        open_round(db, cast, idea, custodian=cast.root.id)
        nothing = dict.fromkeys(("noor", "root", "sami"), (False, False))
        assert sights(db, cast, idea, "noor", "root", "sami", "layla") == {**nothing, "layla": (True, True)}


def test_to_whom_names_are_hidden_only_a_naming_without_its_words_is_shown(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        cast.dina.department_id = cast.department.id
        idea = admitted(db, cast, cast.zaid)
        put(db, Vote(idea_id=idea.id, person_id=cast.sami.id, at=now() - timedelta(days=1)))
        open_round(db, cast, idea)
        conflicts.name(db, find_actor(db, cast.zaid.id), idea, [cast.omar.id], "We fell out")
        noor = find_actor(db, cast.noor.id)
        ((one,),) = (asked.questions for asked in settling.to_settle(db, noor))
        assert (one.name, list(one.kinds), list(one.words)) == ("Omar", [K.NAMED], [])
        with pytest.raises(Stale):
            conflicts.confirm(db, noor, idea, [cast.omar.id, cast.dina.id], "I guess")
        conflicts.confirm(db, noor, idea, [cast.omar.id], "They say so")
        assert settling.held(db, idea.id, open_=False) == []
        assert [one.name for one in settling.held(db, idea.id, open_=True)] == ["Omar"]


MOVES: dict[Stage, set[str]] = {
    Stage.SIGNAL: {"answer"},
    Stage.SUBMITTED: {"admit", "send_back", "refuse"},
    Stage.ADMITTED: {"into_round"},
    Stage.IN_REVIEW: {"approve", "do_now", "decline", "defer", "return"},
    Stage.APPROVED: {"charter"},
}


@pytest.mark.parametrize("stage", MOVES)
def test_a_chair_with_a_conflict_has_no_hand_in_the_idea_and_the_deputy_has(both: Database, stage: Stage) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        deputy = find_actor(db, a_deputy(db, cast).id)
        noor = find_actor(db, cast.noor.id)
        idea = an_idea(db, cast.process, cast.zaid, stage=stage)
        for head in (noor, deputy):
            assert {one.name for one in life.open_to(head, idea)} == MOVES[stage]
            assert in_charge(head, idea)
        made = conflicts.declare(db, noor, idea, "I advised them")
        assert life.open_to(noor, idea) == []
        assert {one.name for one in life.open_to(deputy, idea)} == MOVES[stage]
        with pytest.raises(Refused):
            talk.say(db, noor, idea.ref, "The committee says", None, official=True)
        talk.say(db, deputy, idea.ref, "The committee says", None, official=True)
        conflicts.end(db, deputy, idea, made.id, "It was another idea")
        assert in_charge(noor, idea)
        team = a_team(db, cast.committee, cast.tariq, cast.noor)
        theirs = an_idea(db, cast.process, cast.tariq, stage=stage, team_id=team.id)
        for one in db.scalars(select(Membership).where(col(Membership.person_id) == cast.noor.id)):
            one.until = now() + timedelta(seconds=1)
        db.flush()
        assert not in_charge(find_actor(db, cast.noor.id), theirs)  # has left the team since


def test_a_conflict_is_ended_by_who_answers_and_sight_returns_only_then(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        idea = admitted(db, cast, cast.zaid)
        round_ = open_round(db, cast, idea, blind="")
        review_by(db, cast.sami, idea)
        sami, noor = find_actor(db, cast.sami.id), find_actor(db, cast.noor.id)
        made = conflicts.declare(db, sami, idea, "I took it for another idea")
        assert decisions.quorum(db, round_, idea.id).reviews == 0
        for person in (cast.sami, cast.dina, cast.root, cast.zaid):
            with pytest.raises(Refused), db.begin_nested():
                conflicts.end(db, find_actor(db, person.id), idea, made.id, "A mistake")
        conflicts.end(db, noor, idea, made.id, "A mistake")
        assert decisions.quorum(db, round_, idea.id).reviews == 1
        with pytest.raises(Stale), db.begin_nested():
            conflicts.end(db, noor, idea, made.id, "Again")
        again = conflicts.declare(db, sami, idea, "Now it is one")
        assert again.id != made.id
        with pytest.raises(Stale), db.begin_nested():
            conflicts.declare(db, sami, idea, "And again")
    with both.reading() as db:
        assert verify(db, both.known["record_keys"]).intact


def test_the_database_keeps_one_live_conflict(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        idea = admitted(db, cast, cast.zaid)
        put(db, Conflict(idea_id=idea.id, person_id=cast.sami.id, ended_at=now()))
        put(db, Conflict(idea_id=idea.id, person_id=cast.sami.id))
        with pytest.raises(IntegrityError), db.begin_nested():
            put(db, Conflict(idea_id=idea.id, person_id=cast.sami.id))
        with pytest.raises(IntegrityError), db.begin_nested():
            put(db, Suspicion(idea_id=idea.id, person_id=cast.sami.id, kind=K.NAMED, words="By nobody"))


def test_nobody_left_is_said_to_heads_and_to_administrators(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        idea = admitted(db, cast, cast.zaid, title="Low trays")
        deputy = a_deputy(db, cast)
        open_round(db, cast, idea, blind="")
        root, noor = find_actor(db, cast.root.id), find_actor(db, cast.noor.id)
        for person in (cast.noor, deputy):
            assert for_administrators(db, root) == []
            conflicts.declare(db, find_actor(db, person.id), idea, "A reason")
        (left,) = for_administrators(db, root)
        assert (left.title, left.headed, left.free) == ("Low trays", False, 3)
        (todo,) = waiting.about_conflicts(db, root)
        assert (todo.verb, todo.address) == ("Name a deputy for", f"/admin/committees/{cast.committee.id}#seat")
        assert waiting.about_conflicts(db, noor) == []  # whoever has a conflict with it has no more to do with it
        set_post(db, cast.root.id, cast.committee, cast.layla, Post.DEPUTY)
        assert for_administrators(db, root) == []
        layla = find_actor(db, cast.layla.id)
        conflicts.must_be_in_charge(db, layla, idea)
        for person in (cast.sami, cast.dina, cast.omar):
            conflicts.declare(db, find_actor(db, person.id), idea, "A reason")
        (left,) = for_administrators(db, root)
        assert (left.headed, left.free, left.needed) == (True, 1, 2)
        assert [one.verb for one in waiting.about_conflicts(db, layla)] == ["Find who can judge"]


def test_who_takes_a_seat_in_a_blind_round_is_veiled_at_once(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        idea = admitted(db, cast, cast.zaid)
        open_round(db, cast, idea, custodian=cast.root.id)
        for person in (cast.layla, cast.zaid, cast.root):
            set_post(db, cast.root.id, cast.committee, person, Post.MEMBER)
        rounds.veil_newcomers(db)
        rounds.veil_newcomers(db)
        veiled = set(db.scalars(select(col(Veil.person_id))))
        assert veiled == {person.id for person in (cast.sami, cast.dina, cast.omar, cast.noor, cast.layla)}


def test_a_chair_under_a_veil_does_not_hear_whether_the_deputy_is_free(both: Database) -> None:
    """That the deputy is not would say that the deputy wrote it."""
    words = []
    with both.writing() as db:
        cast = the_cast(db)
        deputy = a_deputy(db, cast)
        ideas = admitted(db, cast, cast.zaid), admitted(db, cast, deputy)
        round_ = open_round(db, cast, *ideas)
        noor = find_actor(db, cast.noor.id)
        for idea in ideas:
            conflicts.declare(db, noor, idea, "A reason")
            with pytest.raises(Refused) as refused:
                conflicts.must_decide(db, noor, idea, round_)
            words.append(refused.value.words)
    assert words[0] == words[1]
    assert "Dalal" not in words[0]


def test_a_head_publishes_only_when_all_is_decided_and_hears_what_is_theirs(database: Database) -> None:
    with database.writing() as db:
        cast = the_cast(db)
        first, second = admitted(db, cast), admitted(db, cast)
        round_ = open_round(db, cast, first, second)
        conflicts.declare(db, find_actor(db, cast.noor.id), first, "A reason")
        move(db, cast, db.get_one(Round, round_.id), "close")

        def verbs() -> list[str]:
            found = waiting.waiting(db, find_actor(db, cast.noor.id))
            return [one.verb for one in found if "rounds/" in one.address]

        assert verbs() == ["Decide on 1 idea of"]
        conflicts.declare(db, find_actor(db, cast.noor.id), second, "A reason")
        assert verbs() == []
