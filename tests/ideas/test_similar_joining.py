"""Joining duplicates: who proposes, who consents, what happens then, and that nobody's support moves."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from itertools import product
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from app.db import Database
from app.errors import Invalid, Refusal, Refused, Stale
from app.ideas import actions as ideas
from app.ideas.joining import actions
from app.ideas.joining.models import Joining, JoiningStage
from app.ideas.joining.queries import joinings_of
from app.ideas.joining.rules import OPEN_TO_TAKE, may_propose
from app.ideas.models import Idea, Invited, Stage, Veil, Vote
from app.ideas.rules import OPEN_TO_JOIN
from app.ideas.similar.models import Relating, Relation
from app.main import Pilotage
from app.people.actor import find_actor
from app.people.models import Person
from app.record.models import Entry
from app.work.queries import waiting
from tests.cast import Cast, the_cast
from tests.client import Browser
from tests.ideas.test_rules import EVERYBODY
from tests.makers import an_idea

As = Callable[..., Browser]
AMALS, ZAIDS = 1, 2


def two(db: Any, cast: Cast, **over: Any) -> tuple[Idea, Idea]:
    """Amal's, in her team; and Zaid's."""
    fields = {"stage": Stage.SUBMITTED} | over
    amals = an_idea(db, cast.process, cast.amal, **fields, team_id=cast.team.id, title="Rollers under the belt")
    zaids = an_idea(db, cast.process, cast.zaid, stage=Stage.SUBMITTED, title="Rollers below the belt")
    return amals, zaids


@pytest.fixture
def story(both: Database) -> Cast:
    with both.writing() as db:
        cast = the_cast(db)
        two(db, cast)
        for person in (cast.tariq, cast.sami, cast.badr):
            db.add(Vote(idea_id=ZAIDS, person_id=person.id))
            ideas.count_support(db, ZAIDS, 1)
        db.add(Vote(idea_id=AMALS, person_id=cast.sami.id))
        ideas.count_support(db, AMALS, 1)
    return cast


def act(database: Database, person: Person, do: Any, *args: Any, **named: Any) -> Any:
    """One step by one person, in a transaction of its own."""
    with database.writing() as db:
        actor = find_actor(db, person.id)
        if do is actions.propose:
            return do(db, actor, *args).id
        return do(db, actor, db.get_one(Joining, args[0]), *args[1:], **named)


def stages(database: Database) -> tuple[Stage, Stage, JoiningStage]:
    with database.reading() as db:
        return (
            db.get_one(Idea, ZAIDS).stage,
            db.get_one(Idea, AMALS).stage,
            db.scalars(select(col(Joining.stage)).order_by(col(Joining.id).desc())).first() or JoiningStage.TAKEN_BACK,
        )


# -- who may


@pytest.mark.parametrize("stage", list(Stage))
def test_which_ideas_can_be_joined_and_by_whom(database: Database, cast: Cast, stage: Stage) -> None:
    """Every stage of the one that goes x every member of the cast. What is being decided on is no author's to close."""
    with database.writing() as db:
        amals, zaids = two(db, cast, stage=stage)
        offered = {
            name: may_propose(find_actor(db, getattr(cast, name).id), amals, zaids) for name in (*EVERYBODY, "dina")
        }
        taken = may_propose(find_actor(db, cast.zaid.id), zaids, amals)
    concerned = {"amal", "badr", "zaid", "noor"} if stage in OPEN_TO_JOIN else set()
    assert {name for name, may in offered.items() if may} == concerned
    assert taken == (stage in OPEN_TO_TAKE)
    assert not {Stage.IN_REVIEW, Stage.APPROVED, Stage.IN_PILOT, Stage.DRAFT} & set(OPEN_TO_JOIN)


# proposed by -> who has to consent, in turn -> whether it is joined after each
TABLE = {
    "zaid": [("tariq", Refused), ("zaid", Refused), ("noor", Refused), ("badr", None)],
    "amal": [("badr", Refused), ("zaid", None)],
    "noor": [("noor", Refused), ("amal", None), ("badr", Refused), ("zaid", None)],
}


@pytest.mark.parametrize("proposer", list(TABLE))
def test_an_author_of_each_side_has_to_consent(both: Database, story: Cast, proposer: str) -> None:
    number = act(both, getattr(story, proposer), actions.propose, ZAIDS, AMALS)
    for name, refusal in TABLE[proposer]:
        assert stages(both)[0] is Stage.SUBMITTED
        if refusal:
            with pytest.raises(refusal):
                act(both, getattr(story, name), actions.consent, number)
        else:
            act(both, getattr(story, name), actions.consent, number)
    assert stages(both) == (Stage.WITHDRAWN, Stage.SUBMITTED, JoiningStage.JOINED)
    with pytest.raises(Stale):
        act(both, story.amal, actions.consent, number)
    with both.reading() as db:
        assert db.get_one(Relation, (ZAIDS, AMALS)).kind is Relating.DUPLICATE_OF
        assert db.get_one(Idea, ZAIDS).promised_on is None
        moves = [
            (one.move, one.ref, one.actor_id, one.after) for one in db.scalars(select(Entry).order_by(Entry.number))
        ]
    assert moves[-1] == ("join", f"idea:{ZAIDS}", None, "withdrawn")
    assert {move for move, *_ in moves} == {"propose_join", "consent_join", "join"}
    # A step stands by name under the idea of whoever took it alone: the other's history does not tell who wrote this.
    mine = {story.amal.id: AMALS, story.badr.id: AMALS, story.zaid.id: ZAIDS, story.noor.id: ZAIDS}
    assert all(ref == f"idea:{mine[by]}" for _, ref, by, _ in moves if by)


def test_who_wrote_both_joins_them_at_once(both: Database, story: Cast) -> None:
    with both.writing() as db:
        mine = an_idea(db, story.process, story.amal, stage=Stage.SENT_BACK, title="Rollers, first thought")
    act(both, story.amal, actions.propose, mine.id, AMALS)
    with both.reading() as db:
        assert db.get_one(Idea, mine.id).stage is Stage.WITHDRAWN


def test_what_moved_on_meanwhile_is_not_joined(both: Database, story: Cast) -> None:
    number = act(both, story.zaid, actions.propose, ZAIDS, AMALS)
    with both.writing() as db:
        db.get_one(Idea, ZAIDS).stage = Stage.IN_REVIEW
    with pytest.raises(Stale):
        act(both, story.amal, actions.consent, number)
    with both.writing() as db:
        db.get_one(Idea, ZAIDS).stage = Stage.SUBMITTED
        db.get_one(Idea, AMALS).stage = Stage.REFUSED
    with pytest.raises(Stale):
        act(both, story.amal, actions.consent, number)
    assert stages(both)[0] is Stage.SUBMITTED


def test_what_was_refused_is_not_asked_twice_either_way(both: Database, story: Cast) -> None:
    number = act(both, story.zaid, actions.propose, ZAIDS, AMALS)
    with pytest.raises(Invalid):
        act(both, story.amal, actions.refuse, number, "  ")
    with pytest.raises(Refused):
        act(both, story.noor, actions.refuse, number, "Not mine to refuse.")
    act(both, story.amal, actions.refuse, number, "Yours is about the other lane.")
    for who, pair in product((story.zaid, story.noor, story.amal), ((ZAIDS, AMALS), (AMALS, ZAIDS))):
        with pytest.raises(Stale):
            act(both, who, actions.propose, *pair)
    with both.reading() as db:
        for person, here in ((story.zaid, False), (story.amal, True)):
            actor = find_actor(db, person.id)
            (told,) = joinings_of(db, actor, db.get_one(Idea, AMALS if here else ZAIDS))
            assert (told.why, told.refused_here) == ("Yours is about the other lane.", here)
        assert joinings_of(db, find_actor(db, story.tariq.id), db.get_one(Idea, ZAIDS)) == []
    assert stages(both) == (Stage.SUBMITTED, Stage.SUBMITTED, JoiningStage.REFUSED)


def test_a_proposal_is_taken_back_and_made_anew(both: Database, story: Cast) -> None:
    number = act(both, story.noor, actions.propose, ZAIDS, AMALS)
    act(both, story.zaid, actions.consent, number)
    with pytest.raises(Refused):
        act(both, story.zaid, actions.take_back, number)
    act(both, story.noor, actions.take_back, number)
    with pytest.raises(Stale):
        act(both, story.amal, actions.consent, number)
    assert act(both, story.amal, actions.propose, ZAIDS, AMALS) == number
    with pytest.raises(Stale):
        act(both, story.zaid, actions.propose, ZAIDS, AMALS)
    act(both, story.zaid, actions.consent, number)  # the consent that was given before does not count
    assert stages(both)[2] is JoiningStage.JOINED


@pytest.mark.parametrize("way", ["consent and refuse", "both ways", "twice"])
def test_of_two_at_once_one_wins(both: Database, story: Cast, way: str) -> None:
    if way == "consent and refuse":
        number = act(both, story.zaid, actions.propose, ZAIDS, AMALS)
        calls = [(story.amal, actions.consent, number), (story.badr, actions.refuse, number, "No.")]
    elif way == "both ways":
        calls = [(story.zaid, actions.propose, ZAIDS, AMALS), (story.amal, actions.propose, AMALS, ZAIDS)]
    else:
        calls = [(story.zaid, actions.propose, ZAIDS, AMALS)] * 2

    def tried(call: Any) -> bool:
        try:
            act(both, *call)
        except Refusal:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(tried, calls)) == [False, True]
    with both.reading() as db:
        (one,) = db.scalars(select(Joining))
        joined = one.stage is JoiningStage.JOINED
        assert (db.get_one(Idea, ZAIDS).stage is Stage.WITHDRAWN) == joined


# -- supporters


def sentences(database: Database, person: Person) -> list[str]:
    with database.reading() as db:
        todos = waiting(db, find_actor(db, person.id), date(2026, 11, 22))
        return [f"{todo.verb} {todo.title}" for todo in todos if "joining" in todo.href]


def test_supporters_are_asked_once_and_never_moved(both: Database, story: Cast) -> None:
    number = act(both, story.zaid, actions.propose, ZAIDS, AMALS)
    assert sentences(both, story.amal) == sentences(both, story.badr) == ["Join, or not, Rollers below the belt"]
    assert sentences(both, story.zaid) == sentences(both, story.tariq) == []
    act(both, story.amal, actions.consent, number)
    with both.reading() as db:
        assert (db.get_one(Idea, ZAIDS).support, db.get_one(Idea, AMALS).support) == (3, 1)
    asked = {name: sentences(both, getattr(story, name)) for name in ("tariq", "sami", "badr", "omar", "amal")}
    # Sami supports both, Badr is in the team that wrote the other, Omar supports neither.
    assert asked == {
        "tariq": ["Support as well? Rollers under the belt"],
        "sami": [],
        "badr": [],
        "omar": [],
        "amal": [],
    }
    for name, refusal in {"sami": Stale, "badr": Stale, "omar": Refused, "gita": Refused}.items():
        with pytest.raises(refusal):
            act(both, getattr(story, name), actions.answer_support, number, on=True)
    act(both, story.tariq, actions.answer_support, number, on=True)
    with pytest.raises(Stale):
        act(both, story.tariq, actions.answer_support, number, on=False)
    assert sentences(both, story.tariq) == []
    with both.reading() as db:
        assert (db.get_one(Idea, ZAIDS).support, db.get_one(Idea, AMALS).support) == (3, 2)
        assert ideas.wrong_counters(db) == []


def test_a_supporter_who_leaves_it_is_not_asked_again(both: Database, story: Cast) -> None:
    number = act(both, story.zaid, actions.propose, ZAIDS, AMALS)
    act(both, story.amal, actions.consent, number)
    act(both, story.tariq, actions.answer_support, number, on=False)
    assert sentences(both, story.tariq) == []
    with both.reading() as db:
        assert (db.get_one(Idea, ZAIDS).support, db.get_one(Idea, AMALS).support) == (3, 1)


# -- pages


def test_from_a_similar_idea_to_a_joined_one(app: Pilotage, database: Database, cast: Cast, as_: As) -> None:
    with database.writing() as db:
        two(db, cast)
        db.add(Vote(idea_id=ZAIDS, person_id=cast.tariq.id))
        ideas.count_support(db, ZAIDS, 1)
        db.add(Invited(idea_id=AMALS, person_id=cast.gita.id))
    zaid, amal, tariq, gita = (as_(person) for person in (cast.zaid, cast.amal, cast.tariq, cast.gita))
    assert "Join the two" in zaid.get(f"/ideas/{ZAIDS}/similar").text
    assert "Join the two" not in tariq.get(f"/ideas/{ZAIDS}/similar").text
    assert tariq.get(f"/ideas/{ZAIDS}/join?with={AMALS}").status_code == 403
    for address in ("join", "join?with=99", "join?with=x"):
        assert zaid.get(f"/ideas/{ZAIDS}/{address}").status_code == 404
    page = f"/ideas/{ZAIDS}/join?with={AMALS}"
    key = zaid.key(page, f"/ideas/{ZAIDS}/joinings")
    sent = {"other": AMALS, "way": "into", "key": key}
    for _ in range(2):  # pressed twice, it is proposed once
        assert zaid.post(f"/ideas/{ZAIDS}/joinings", sent).headers["location"] == f"/ideas/{ZAIDS}#joinings"
    assert zaid.post(f"/ideas/{ZAIDS}/joinings", {"other": AMALS, "way": "sideways"}).status_code == 422
    assert zaid.post(f"/ideas/{ZAIDS}/joinings", {"other": "x", "way": "into"}).status_code == 422
    assert "It is proposed to close" not in tariq.get(f"/ideas/{ZAIDS}").text
    assert "your side has not said yes" in amal.get(f"/ideas/{AMALS}").text
    here = f"/ideas/{AMALS}/joinings/1/moves"
    assert tariq.post(here, {"name": "consent"}).status_code == 403
    assert gita.post(here, {"name": "consent"}).status_code == 404
    assert amal.post(here, {"name": "consent", "version": 7}).status_code == 409
    assert amal.post(here, {"name": "join"}).status_code == 422
    assert amal.post("/ideas/99/joinings/1/moves", {"name": "consent"}).status_code == 404
    amal.works(f"/ideas/{AMALS}", {}, "Consent", action="/joinings/")
    assert "Joined into" in tariq.get(f"/ideas/{ZAIDS}").text
    assert "Joined into this" in tariq.get(f"/ideas/{AMALS}").text
    assert "Support as well?" in tariq.get("/").text
    assert "Rollers below the belt" not in gita.get(f"/ideas/{AMALS}").text
    tariq.works(f"/ideas/{AMALS}", {}, "Support it as well", action="/support")
    assert "Support this one as well?" not in tariq.get(f"/ideas/{AMALS}").text


def test_a_joining_tells_a_veiled_reader_nobodys_name(database: Database, cast: Cast, as_: As) -> None:
    """Sami may not know who wrote Amal's idea; its steps beside Zaid's name nobody but Zaid."""
    with database.writing() as db:
        two(db, cast)
        db.add(Veil(person_id=cast.sami.id, idea_id=AMALS, round_id=1))
    number = act(database, cast.zaid, actions.propose, ZAIDS, AMALS)
    act(database, cast.badr, actions.consent, number)
    sami = as_(cast.sami)
    for address in (f"/ideas/{ZAIDS}", f"/ideas/{AMALS}", f"/ideas/{ZAIDS}/similar", f"/ideas/{AMALS}/similar"):
        text = sami.get(address).text
        assert "Amal" not in text, address
        assert "Badr" not in text, address
        assert "Calm corners" not in text, address
    assert "Zaid" in sami.get(f"/ideas/{ZAIDS}").text
