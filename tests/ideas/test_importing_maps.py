"""Maps and files that do not fit: what is wrong is said by file, row, column and cell; hostile text stays text."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlmodel import col

from app.db import Database
from app.errors import Trouble
from app.ideas.importing.cells import cut, ident, instant, name_of, width
from app.ideas.importing.maps import from_toml, to_toml
from app.ideas.importing.talk_in import depths_of
from app.ideas.models import Idea
from app.people.models import Person
from app.talk.models import Comment
from app.voice.importing.limits import Unreadable
from app.voice.importing.mapfile import WrongMap
from tests.cast import Cast, the_cast
from tests.ideas.imports import COMMENTS, IDEAS, MAP, MAPS, VOTES, imported, written

UTC = ZoneInfo("UTC")


@pytest.fixture
def house(both: Database) -> Cast:
    with both.writing() as db:
        return the_cast(db)


@pytest.mark.parametrize("file", sorted(MAPS.glob("*.toml")), ids=lambda file: file.stem)
def test_a_map_is_the_same_when_it_has_been_written_and_read(file: Path) -> None:
    known = from_toml(file.read_text())
    assert from_toml(to_toml(known)) == known
    assert from_toml(to_toml(from_toml(to_toml(known)))) == known


def test_the_contracts_own_map_is_read() -> None:
    text = (Path(__file__).parent / "maps" / "contract.txt").read_text()
    known = from_toml(text)
    assert known.ideas.stage is not None
    assert known.ideas.stage.values == {"1": True, "0": True, "-1": False}
    assert known.votes is not None
    assert known.votes.value.support == ["1"]
    assert known.comments is not None
    assert from_toml(to_toml(known)) == known


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ('process = "Security screening"', "", "ame either the process"),
        ('process = "Security screening"', 'process = "x"\nprocess_column = "y"', "ame either the process"),
        ('id = "id"\ntitle', "title", "[ideas] id: this is needed"),
        ("support = [1]", "support = []", "[votes] value, support"),
        ("set_aside = [-1, 0]", "set_aside = [1]", "both support and set aside"),
        ('column = "vote", ', "", "name the columns of idea and value"),
        ('"1" = "imported"', '"1" = "approved"', 'not as "approved"'),
        (', "1" = "imported", "-1" = "discarded"', "", "say what a cell means"),
        ("[comments]", "[remarks]", "there is no such key"),
        ("title =", "title ==", "not valid TOML"),
        ('person = "who"', 'person = "who"\nmatrix = true', "in a matrix the columns are the ideas"),
        ('id = "id"\nidea', "idea", "a parent is found by its id"),
    ],
)
def test_a_wrong_map_is_said_in_its_own_words(before: str, after: str, words: str) -> None:
    assert before in MAP
    with pytest.raises(WrongMap) as wrong:
        from_toml(MAP.replace(before, after))
    assert words in " ".join(wrong.value.sentences)


def test_a_map_as_deep_as_it_likes_is_refused() -> None:
    with pytest.raises(WrongMap):
        from_toml("a = " + "[" * 50_000 + "]" * 50_000)
    with pytest.raises(WrongMap, match="longer"):
        from_toml("#" * 200_000)


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ('title = "words"', 'title = "headline"', 'title: the file has no column "headline"'),
        ('value = { column = "vote"', 'value = { column = "votes"', 'votes.csv: value: the file has no column "votes"'),
        ('parent = "parent"', 'parent = "above"', 'comments.csv: parent: the file has no column "above"'),
        ("Security screening", "Security scanning", 'No process is named "Security scanning"'),
    ],
)
def test_what_a_map_names_and_is_not_there_is_said(
    both: Database, house: Cast, tmp_path: Path, before: str, after: str, words: str
) -> None:
    with pytest.raises(WrongMap) as wrong:
        imported(both, written(tmp_path, map=MAP.replace(before, after)))
    assert words in " ".join(wrong.value.sentences)


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"votes": VOTES.replace("b,8,0", "b,8,7")}, 'votes.csv, row 6, column "vote": "7" is neither support'),
        ({"votes": VOTES.replace("b,8,0", "b,8,")}, 'votes.csv, row 6, column "vote": "" is neither support'),
        ({"votes": VOTES.replace("c,8", "z,8")}, 'votes.csv, row 8, column "idea": "z" names no idea'),
        ({"votes": VOTES.replace("c,8", "c,")}, 'votes.csv, row 8, column "who": "" is empty'),
        ({"votes": VOTES.replace("1,1767600000", "1,soon")}, '"soon" is no date'),
        ({"ideas": IDEAS.replace("c,Rude", "a,Rude")}, 'ideas.csv, row 4, column "id": "a" is the id of row 2'),
        ({"ideas": IDEAS.replace("c,Rude", ",Rude")}, 'ideas.csv, row 4, column "id": "" is empty'),
        ({"ideas": IDEAS.replace("Rude words", "")}, 'row 4, column "words": "" is empty; an idea needs words'),
        ({"ideas": IDEAS.replace("02,-1", "02,9")}, 'ideas.csv, row 4, column "state": "9" is none of the stages'),
        ({"comments": COMMENTS.replace("4,b", "4,q")}, 'comments.csv, row 5, column "idea": "q" names no idea'),
        ({"comments": COMMENTS.replace("4,b", "1,b")}, '"1" is the id of row 2 already'),
    ],
)
def test_a_cell_that_cannot_be_taken_is_named_and_left_out_by_word_alone(
    both: Database, house: Cast, tmp_path: Path, files: dict[str, str], words: str
) -> None:
    with pytest.raises(Trouble) as refused:
        imported(both, written(tmp_path, **files))
    assert words in str(refused.value)
    with both.reading() as db:
        assert db.scalars(select(Idea)).all() == []
    told = imported(both, written(tmp_path, **files), set_aside=True)
    assert told["problems"] >= 1
    assert told["left_out"] == told["problems"]


def test_ideas_for_several_processes_by_their_column(both: Database, house: Cast, tmp_path: Path) -> None:
    words = MAP.replace('process = "Security screening"', 'process_column = "for"').partition("[votes]")[0]
    lines = "id,words,who,day,state,for\na,One,7,,1,security  SCREENING\nb,Two,7,,1,Lounges\nc,Three,7,,1,Parking\n"
    with pytest.raises(Trouble, match='row 4, column "for": "Parking" is no process here'):
        imported(both, written(tmp_path, map=words, ideas=lines))
    imported(both, written(tmp_path, map=words, ideas=lines.replace("Parking", "Lounges")))
    with both.reading() as db:
        places = db.scalars(select(col(Idea.process_id)).order_by(col(Idea.id)))
        assert list(places) == [house.process.id, house.other.id, house.other.id]


HOSTILE = [
    "<script>alert(1)</script>",
    "=1+1",
    "@SUM(A1)",
    "{{ 7*7 }}",
    "'; DROP TABLE idea; --",
    "\u202egnp.exe",
    "👩‍👩‍👧‍👦" * 60,
]


def test_hostile_text_comes_in_as_text(both: Database, house: Cast, tmp_path: Path) -> None:
    ideas = "id,words,who,day,state\n" + "".join(f'{at},"{text}","{text}",,1\n' for at, text in enumerate(HOSTILE))
    comments = "id,idea,parent,who,day,text\n" + "".join(
        f'{at},{at},,"{text}",,"{text}"\n' for at, text in enumerate(HOSTILE)
    )
    told = imported(both, written(tmp_path, ideas=ideas, votes="idea,who,vote,at\n0,x,1,\n", comments=comments))
    assert (told["ideas"], told["comments"]["rows"]) == (len(HOSTILE), len(HOSTILE))
    with both.reading() as db:
        assert {idea.change for idea in db.scalars(select(Idea))} == set(HOSTILE)
        assert {one.words for one in db.scalars(select(Comment))} == set(HOSTILE)
        assert all(len(one.name) <= 200 and one.name.isprintable() for one in db.scalars(select(Person)))


@pytest.mark.parametrize("words", ["a,\x00,7,,1\n", "a,\ud800,7,,1\n", 'a,"open,7,,1\n', "a,short\n"])
def test_what_is_no_text_is_refused_by_row(both: Database, house: Cast, tmp_path: Path, words: str) -> None:
    with pytest.raises(Unreadable, match=r"ideas\.csv: Row 2"):
        imported(both, written(tmp_path, ideas=f"id,words,who,day,state\n{words}"))


def test_votes_in_a_matrix_are_the_votes_in_rows(both: Database, house: Cast, tmp_path: Path) -> None:
    part = '[votes]\nfile = "votes.csv"\nmatrix = true\nperson = "p"\nvalue = { support = [1], set_aside = [-1, 0] }\n'
    words = f"{MAP.partition('[votes]')[0]}{part}"
    votes = "p,group,a,b,c\n7,0,1,,\n8,0,1,1,1\n9,1,-1,,\n"
    told = imported(both, written(tmp_path, map=words, votes=votes))
    assert (told["votes"]["support"], told["votes"]["values"]) == (4, {"1": 4, "-1": 1, "0": 0})
    assert told["notes"] == ['1 column of votes.csv named by no idea\'s id: "group".']
    with pytest.raises(Trouble, match='row 3, column "b": "2" is neither'):
        imported(
            both, written(tmp_path, map=words, votes=votes.replace("8,0,1,1", "8,0,1,2"), ideas=f"{IDEAS}d,D,7,,1\n")
        )


def test_circles_of_answers_are_opened() -> None:
    orphans: set[int] = set()
    assert depths_of([1, 2, 3, 4], {1: 2, 2: 3, 3: 1, 4: 1}, orphans) == {1: 0, 2: 2, 3: 1, 4: 1}
    assert orphans == {1}
    assert depths_of([5], {5: 5}, orphans) == {5: 0}


def test_a_thread_deeper_than_a_path_is_long_comes_in(both: Database, house: Cast, tmp_path: Path) -> None:
    lines = "".join(f"{at},a,{at - 1 or -1},7,,Level {at}\n" for at in range(1, 200))
    told = imported(both, written(tmp_path, comments=f"id,idea,parent,who,day,text\n{lines}"))
    assert told["comments"]["depth"] == 198
    with both.reading() as db:
        assert [one.words for one in db.scalars(select(Comment).order_by(col(Comment.path)))] == [
            f"Level {at}" for at in range(1, 200)
        ]


@pytest.mark.parametrize(
    ("cell", "wanted"),
    [
        ("1567382954698", "2019-09-02T00:09:14.698000+00:00"),
        ("1567382954", "2019-09-02T00:09:14+00:00"),
        ("2019-09-02", "2019-09-02T00:00:00+00:00"),
        ("2019-09-02T10:00:00+02:00", "2019-09-02T08:00:00+00:00"),
        ("28/06/2021", "2021-06-28T00:00:00+00:00"),
        ("03/10/2021", None),
        ("0001-01-01", None),
        ("99999999999999", None),
        ("later", None),
    ],
)
def test_instants_are_read_as_they_are_written(cell: str, wanted: str | None) -> None:
    found = instant(cell, None, UTC)
    assert (found.isoformat() if found else None) == wanted


def test_ids_stay_whole() -> None:
    assert [ident(cell) for cell in ("12.0", " 12 ", "12345678901234567890", "007", "aB", "1.5")] == [
        *("12", "12", "12345678901234567890", "007", "aB", "1.5")
    ]


def test_a_long_text_is_cut_at_a_word() -> None:
    words = "The queue at the lift is long " * 10
    short = cut(words.strip())
    assert short.endswith("…")
    assert width(short) <= 110
    assert words.startswith(short[:-1])
    assert words[len(short) - 1] == " "
    chinese = "我覺得應該讓乘客與司機雙方都能受益，" * 9
    assert width(cut(chinese)) <= 110
    assert cut(chinese).startswith("我覺得")
    assert cut("Short") == "Short"
    assert width(cut("x" * 300)) <= 110


def test_nobody_is_called_by_an_address_or_a_number() -> None:
    assert [name_of(cell, "Person") for cell in ("427", "maria@x.example", "Ana\nLópez", "", "@x")] == [
        *("Person 427", "maria", "Ana López", "Person without a name", "Person without a name")
    ]
