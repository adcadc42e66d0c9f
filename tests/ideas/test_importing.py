"""Bringing ideas in: the real conversations whole, all or nothing, a run that dies, the same files again."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from app.db import Database
from app.errors import Invalid, Stale, Trouble
from app.ideas import actions
from app.ideas.importing import leftovers, staging, taking
from app.ideas.importing.models import ForeignPerson, IdeaImport, ImportedIdea, ImportStage
from app.ideas.listing import Filter, count, places
from app.ideas.models import Author, Idea, Stage, Vote
from app.outbox import Job
from app.people.actor import find_actor
from app.people.models import Kind, Person
from app.people.queries import count_people
from app.record.models import Entry
from app.record.queries import verify
from app.talk.actions import recount
from app.talk.models import Comment, Follow
from tests.cast import Cast, the_cast
from tests.ideas.imports import IDEAS, MADRID, POLIS, VOTES, imported, real, written

MAKES = (IdeaImport, ImportedIdea, ForeignPerson, Idea, Author, Vote, Comment, Person, Entry)


@pytest.fixture
def house(both: Database) -> Cast:
    with both.writing() as db:
        return the_cast(db)


def rows(database: Database, *models: Any) -> list[int]:
    with database.reading() as db:
        return [db.scalar(select(func.count()).select_from(model)) or 0 for model in models]


def sound(database: Database) -> None:
    """Counters are what they count, and the record is whole."""
    with database.reading() as db:
        assert actions.wrong_counters(db) == []
        assert recount(db, mend=False) == []
        assert verify(db, database.known["record_keys"]).intact


def expected(data: Path, folder: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((data / folder / "expected.json").read_text())
    return told


def test_five_conversations_come_in_whole(both: Database, house: Cast, data: Path) -> None:
    known = expected(data, "polis_open_data")
    for name in POLIS:
        told, wanted = real(both, data, name), known[name]
        assert told["ideas"] == wanted["ideas"] == len(told["items"])
        assert told["stages"]["discarded"] == wanted["rejected_by_moderator"]
        assert told["authors"] == wanted["distinct_authors"]
        assert told["votes"]["people"] == wanted["participants"]
        assert told["problems"] == 0
        votes, final = told["votes"]["values"], wanted["matrix"]
        assert (votes["1"], votes["-1"], votes["0"]) == (final["agree"], final["disagree"], final["pass_"])
        check_ranking(told, wanted)
        if events := wanted.get("votes"):
            assert told["votes"]["rows"] == events["events"]
            assert told["votes"]["superseded"] == events["revotes"]
            assert told["votes"]["counted"] == events["distinct_voter_idea_pairs"]
            assert told["votes"]["own"] == events["own_idea_votes"]["agree"]
    with both.reading() as db:
        assert db.scalar(select(func.count()).select_from(Idea)) == 1945
        agreed = sum(known[name]["matrix"]["agree"] for name in POLIS)
        assert db.scalar(select(func.count()).select_from(Vote)) == agreed
        assert db.scalar(select(func.sum(Idea.support))) == agreed
        imports = select(func.count()).where(col(Entry.move) == "import", col(Entry.ref).startswith("idea_import:"))
        assert db.scalar(imports) == len(POLIS)
    sound(both)


def check_ranking(told: dict[str, Any], wanted: dict[str, Any]) -> None:
    by_key = {item["id"]: item for item in told["items"]}
    for one in wanted["top15_by_wilson_lower_bound"] + wanted["most_divided_min20"]:
        item = by_key[str(one["id"])]
        assert item["score"] == one["agree"]
        assert item["title"][:20] == " ".join(one["text"].split())[:20]


def test_biodiversity_keeps_one_vote_a_person_and_not_every_event(both: Database, house: Cast, data: Path) -> None:
    told = real(both, data, "scoop-hivemind.biodiversity")
    assert told["votes"]["values"] == {"1": 19_229, "-1": 5_472, "0": 5_018}
    assert told["votes"]["support"] != 19_285  # what counting events would say
    with both.reading() as db:
        answers = [json.loads(words) for words in db.scalars(select(col(ImportedIdea.answers)))]
        assert sum(one.get("-1", 0) for one in answers) == 5_472
        assert sum(one.get("0", 0) for one in answers) == 5_018


def test_madrid_comes_in_whole(both: Database, house: Cast, data: Path) -> None:
    told, wanted = real(both, data, MADRID), expected(data, MADRID)
    talk = told["comments"]
    assert told["supported"] == wanted["supports_total"]
    assert (told["ideas"], told["authors"]) == (wanted["proposals"], wanted["proposers"])
    assert (talk["rows"], talk["people"]) == (wanted["comments"], wanted["commenters"])
    assert (talk["top"], talk["replies"]) == (wanted["top_level_comments"], wanted["replies"])
    assert (talk["depth"], talk["orphans"]) == (wanted["max_depth"], wanted["replies_whose_parent_is_absent"])
    assert talk["without_words"] == wanted["comments_without_text"]
    with both.reading() as db:
        comments = db.scalars(select(Comment).order_by(col(Comment.about), col(Comment.path))).all()
        by_id = {one.id: one for one in comments}
        assert len(comments) == 5_633
        assert sum(one.orphan for one in comments) == 268
        assert max(one.depth for one in comments) == 24
        for one in comments:
            parent = by_id.get(one.parent_id or 0)
            assert one.depth == (parent.depth + 1 if parent else 0)
            assert parent is None or (parent.about == one.about and one.path.startswith(parent.path))
            assert parent is None or parent.written_at <= one.written_at
        assert (db.scalar(select(func.max(Idea.talk))), db.scalar(select(func.sum(Idea.talk)))) == (592, 5_633)
        days = db.scalars(select(col(Comment.written_at))).all()
        assert (min(days).date().isoformat(), max(days).date().isoformat()) == ("2015-09-15", "2019-08-30")
        for title, n in db.execute(select(col(Idea.title), func.length(Idea.change)).where(col(Idea.talk) > 0)):
            assert title
            assert n
    sound(both)


def test_thousands_of_people_and_their_votes_come_in_within_half_a_minute(
    both: Database, house: Cast, data: Path
) -> None:
    begun = time.monotonic()
    told = real(both, data, "american-assembly.bowling-green")
    assert time.monotonic() - begun < 30
    assert (told["ideas"], told["votes"]["people"], told["votes"]["rows"]) == (896, 2031, 225_524)


def test_a_small_import_says_what_it_did(both: Database, house: Cast, tmp_path: Path) -> None:
    told = imported(both, written(tmp_path / "in"))
    assert (told["ideas"], told["stages"]) == (3, {"imported": 2, "discarded": 1})
    assert (told["here"], told["authors"], told["problems"], told["left_out"]) == (0, 3, 0, 0)
    assert told["people"] == {"all": 5, "known": 0, "new": 5}
    votes = told["votes"]
    assert (votes["rows"], votes["superseded"], votes["support"], votes["set_aside"]) == (7, 2, 4, 1)
    assert (votes["values"], votes["people"], votes["own"]) == ({"1": 4, "-1": 1, "0": 0}, 3, 1)
    talk = told["comments"]
    assert (talk["rows"], talk["top"], talk["replies"], talk["depth"], talk["orphans"]) == (4, 2, 2, 1, 1)
    assert [(item["id"], item["stage"], item["score"], item["comments"]) for item in told["items"]] == [
        ("b", "imported", 1, 1),
        ("c", "discarded", 1, 0),
        ("a", "imported", 2, 3),
    ]
    sound(both)


def test_a_preview_stores_nothing(both: Database, house: Cast, tmp_path: Path) -> None:
    before = rows(both, *MAKES)
    told = imported(both, written(tmp_path / "in"), preview=True)
    assert rows(both, *MAKES) == before
    after = imported(both, written(tmp_path / "in"))
    same = ("ideas", "stages", "votes", "comments", "people", "problems")
    assert {name: told[name] for name in same} == {name: after[name] for name in same}


def test_the_same_bytes_are_recognised(both: Database, house: Cast, tmp_path: Path, capsys: Any) -> None:
    first = imported(both, written(tmp_path / "in"))
    before = rows(both, *MAKES)
    again = imported(both, written(tmp_path / "elsewhere"))
    assert rows(both, *MAKES) == before
    assert (first["repeated"], again["repeated"]) == (False, True)
    assert again["import"] == first["import"]
    assert again["items"] == first["items"]
    assert "nothing was stored" in capsys.readouterr().err


def test_a_later_export_of_the_source_brings_what_is_new_and_finds_its_people(
    both: Database, house: Cast, tmp_path: Path
) -> None:
    imported(both, written(tmp_path / "in"))
    people = rows(both, Person)
    told = imported(both, written(tmp_path / "later", ideas=f"{IDEAS}d,A fourth one,7,2026-02-01,1\n"))
    assert (told["ideas"], told["here"], told["people"]["new"]) == (1, 3, 0)
    assert (told["votes"]["here"], told["comments"]["here"], told["votes"]["support"]) == (7, 4, 0)
    assert rows(both, Person) == people
    with both.reading() as db:
        wrote = select(col(Person.name)).join(Author, col(Author.person_id) == col(Person.id))
        named = dict(
            db.execute(wrote.add_columns(col(Idea.title)).join(Idea, col(Idea.id) == col(Author.idea_id))).all()
        )
    assert set(named) == {"Person 7", "maria", "Person 9"}
    with pytest.raises(Invalid):
        imported(both, written(tmp_path / "last", votes=VOTES.replace("a,8,1", "a,8,0")))
    sound(both)


def test_other_words_under_a_known_id_are_said(both: Database, house: Cast, tmp_path: Path) -> None:
    imported(both, written(tmp_path / "in"))
    with pytest.raises(Trouble, match="other words"):
        imported(both, written(tmp_path / "other", ideas=IDEAS.replace("A bench", "A sofa")))


def test_without_a_source_the_ids_belong_to_the_bytes(both: Database, house: Cast, tmp_path: Path) -> None:
    words = written(tmp_path / "in").read_text().replace('source = "Suggestion box"\n', "")
    first = imported(both, written(tmp_path / "in", map=words))
    second = imported(both, written(tmp_path / "two", map=words, ideas=IDEAS.replace("bench", "sofa")))
    assert (first["ideas"], second["ideas"], second["here"]) == (3, 3, 0)


class Killed(BaseException):
    pass


@pytest.mark.parametrize("where", ["stage_ideas", "stage_votes", "stage_comments", "flip"])
def test_what_fails_leaves_nothing(
    both: Database, house: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    before = rows(both, *MAKES[1:])
    with monkeypatch.context() as patched:
        patched.setattr(taking, where, dying(getattr(taking, where), after=where != "flip"))
        with pytest.raises(Killed):
            imported(both, written(tmp_path / "in"))
    assert rows(both, *MAKES[1:]) == before
    sound(both)
    assert imported(both, written(tmp_path / "in"))["ideas"] == 3


def dying(step: Callable[..., None], *, after: bool) -> Callable[..., None]:
    def run(*given: Any) -> None:
        if after:
            step(*given)
        raise Killed

    return run


@pytest.mark.parametrize("where", ["stage_people", "stage_ideas", "stage_votes", "stage_comments", "flip"])
def test_what_a_kill_left_is_never_seen_and_the_next_run_begins_again(
    both: Database, house: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    before = seen(both, house)
    with monkeypatch.context() as patched:
        patched.setattr(staging, "CHUNK", 1)
        patched.setattr(taking, where, dying(getattr(taking, where), after=where != "flip"))
        patched.setattr(taking, "take_away", lambda *_: None)
        with pytest.raises(Killed):
            imported(both, written(tmp_path / "in", ideas=IDEAS.replace("7,2026", "amal@pilotage.example,2026")))
    assert rows(both, ForeignPerson)[0] > 0
    assert seen(both, house) == before
    sound(both)
    told = imported(both, written(tmp_path / "in", ideas=IDEAS.replace("7,2026", "amal@pilotage.example,2026")))
    assert told["ideas"] == 3
    assert rows(both, Idea, ImportedIdea, Vote, Comment) == [3, 3, 4, 4]
    with both.reading() as db:
        stages = list(db.scalars(select(col(IdeaImport.stage)).order_by(col(IdeaImport.id))))
    assert stages == [ImportStage.GONE, ImportStage.TAKEN]
    sound(both)


def seen(database: Database, cast: Cast) -> list[Any]:
    """All that lists and counts say to those who see most."""
    told: list[Any] = []
    with database.reading() as db:
        for person in (cast.noor, cast.root, cast.amal):
            actor = find_actor(db, person.id)
            for stage in (None, Stage.IMPORTED, Stage.DRAFT):
                asked = Filter(stage=stage)
                told.append((places(db, actor, asked)[0], count(db, actor, asked, (time.monotonic_ns(),))))
        told += [count_people(db, "", show) for show in ("", "imported", "disabled", "invited", "guests")]
        told.append(db.scalar(select(func.count()).where(col(Entry.move) == "import")))
    return told


def test_others_leftovers_are_taken_away_once_they_are_silent(
    both: Database, house: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(taking, "flip", dying(taking.flip, after=False))
        patched.setattr(taking, "take_away", lambda *_: None)
        with pytest.raises(Killed):
            imported(both, written(tmp_path / "in"))
    assert leftovers.sweep(both) == 0  # it may still be alive
    with pytest.raises(Stale, match="same source"):
        imported(both, written(tmp_path / "other", votes=VOTES.replace("a,8,1", "a,8,0")))
    monkeypatch.setattr(leftovers, "SILENT_FOR", leftovers.SILENT_FOR * 0)
    assert leftovers.sweep(both) == 1
    assert rows(both, Idea, ImportedIdea, ForeignPerson, Vote, Comment) == [0, 0, 0, 0, 0]
    sound(both)


def test_a_run_that_was_taken_for_dead_stores_nothing_more(
    both: Database, house: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another run of the same bytes sweeps it while it stands before its votes."""
    usual = taking.stage_votes

    def late(database: Database, run: staging.Run, progress: staging.Progress) -> None:
        monkeypatch.setattr(taking, "stage_votes", usual)
        assert imported(both, written(tmp_path / "two"))["ideas"] == 3
        usual(database, run, progress)

    monkeypatch.setattr(taking, "stage_votes", late)
    with pytest.raises(Stale):
        imported(both, written(tmp_path / "in"))
    assert rows(both, Idea, Vote, Comment) == [3, 4, 4]
    sound(both)


def test_imported_people_can_nothing_and_are_counted_nowhere(both: Database, house: Cast, tmp_path: Path) -> None:
    with both.reading() as db:
        before = [count_people(db, "", show) for show in ("", "invited", "guests")]
    imported(both, written(tmp_path / "in"))
    with both.reading() as db:
        assert [count_people(db, "", show) for show in ("", "invited", "guests")] == before
        assert count_people(db, "", "imported") == 5
        strangers = db.scalars(select(Person).where(col(Person.kind) == Kind.IMPORTED)).all()
        assert {person.email for person in strangers} == {None}
        assert not any(person.active or person.password or person.erased_at for person in strangers)
        assert {person.name for person in strangers} == {"Person 7", "Person 8", "Person 9", "Person 10", "maria"}
        assert not any("@" in key for key in db.scalars(select(col(ForeignPerson.key))))
        assert db.scalar(select(func.count()).select_from(Follow)) == 0
        assert db.scalar(select(func.count()).where(col(Job.kind).contains("mail"))) == 0


def test_a_colleague_is_known_by_their_address_and_sees_what_is_theirs_when_all_do(
    both: Database, house: Cast, tmp_path: Path
) -> None:
    words = IDEAS.replace("maria@elsewhere.example", "Amal@Pilotage.example")
    told = imported(both, written(tmp_path / "in", ideas=words))
    assert told["people"] == {"all": 5, "known": 1, "new": 4}
    with both.reading() as db:
        wrote = select(col(Idea.title)).join(Author, col(Author.idea_id) == col(Idea.id))
        assert list(db.scalars(wrote.where(col(Author.person_id) == house.amal.id))) == [
            "Ask people at the gate, not before"
        ]


def test_an_imported_idea_is_nobodys_duty_until_it_is_adopted(both: Database, house: Cast, tmp_path: Path) -> None:
    told = imported(both, written(tmp_path / "in"))
    number = next(int(item["ref"].split(":")[1]) for item in told["items"] if item["id"] == "a")
    with both.writing() as db:
        idea, zaid = db.get_one(Idea, number), find_actor(db, house.zaid.id)
        assert (idea.promised_on, idea.submitted_at, idea.revision) == (None, None, 0)
        actions.make(db, zaid, idea, "adopt")
        assert idea.stage is Stage.DRAFT
        assert house.zaid.id in idea.author_ids
    sound(both)
