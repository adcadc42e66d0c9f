"""One search over what a person may see: words, operators, order, counts, highlights, blindness; on both databases."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session as Db

from app.columns import now
from app.db import Database
from app.ideas.models import Idea, Invited, Stage, Veil
from app.main import create_app
from app.people.actor import find_actor
from app.people.models import Person
from app.people.tokens.actions import make
from app.people.tokens.models import Scope
from app.search import finding, queries
from app.search.asking import read
from app.talk import actions as talk
from app.talk.files.models import File, FileKind
from app.talk.models import EditForm
from tests.cast import Cast, the_cast
from tests.client import ORIGIN, Browser
from tests.conftest import settings_for
from tests.makers import a_pilot, a_process, a_team, an_idea

As = Callable[..., Browser]


@pytest.fixture
def house(both: Database) -> Any:
    """The cast in both databases, and what a person finds there."""
    with both.writing() as db:
        return House(both, the_cast(db))


class House:
    def __init__(self, database: Database, cast: Cast) -> None:
        self.database, self.cast = database, cast

    def tell(self, tell: Callable[[Db, Cast], Any]) -> Any:
        with self.database.writing() as db:
            return tell(db, self.cast)

    def found(self, person: Person, q: str, **given: str) -> list[str]:
        """Refs in the order of the list."""
        with self.database.reading() as db:
            told = queries.search(db, find_actor(db, person.id), read({"q": q, **given}))
            return [f"{one.kind}:{one.id}" for one in told.order]

    def shown(self, person: Person, q: str) -> list[queries.Hit]:
        with self.database.reading() as db:
            actor, asked = find_actor(db, person.id), read({"q": q})
            return queries.hits(db, actor, asked, queries.search(db, actor, asked).order)


def listed(db: Db, cast: Cast, title: str, *authors: Person, **over: Any) -> Idea:
    fields: dict[str, Any] = {"stage": Stage.SUBMITTED, "story": "", "change": "", "needs": ""} | over
    return an_idea(db, cast.process, *(authors or (cast.amal,)), title=title, **fields)


def marked(pieces: Any) -> list[str]:
    return [piece.words for piece in pieces if piece.hit]


def test_every_kind_is_found_by_its_words(house: House) -> None:
    cast = house.cast

    def tell(db: Db, _: Cast) -> None:
        idea = listed(db, cast, "Trolleys", story="They stand beside the marmalade.")
        talk.say(db, find_actor(db, cast.zaid.id), idea.ref, "I **like** marmalade.")
        a_process(db, cast.committee, cast.huda, name="Marmalade service", rank=None)
        a_pilot(db, idea, cast.amal, name="Pots of marmalade")
        a_team(db, cast.committee, cast.amal, name="Spreads", purpose="Marmalade for everybody.")
        db.add(Person(name="Mara Marmalade"))

    house.tell(tell)
    refs = house.found(cast.zaid, "marmalade")
    assert sorted(ref.partition(":")[0] for ref in refs) == ["comment", "idea", "person", "pilot", "process", "team"]
    assert refs[0].startswith(("process", "pilot", "person"))
    assert refs[-1].startswith("comment")
    by_kind = {hit.kind: hit for hit in house.shown(cast.zaid, "marmalade")}
    assert marked(by_kind["comment"].excerpt) == ["marmalade"]
    assert "".join(piece.words for piece in by_kind["comment"].excerpt) == "I like marmalade."
    assert "".join(piece.words for piece in by_kind["comment"].title) == "Trolleys"
    assert marked(by_kind["process"].title) == ["Marmalade"]
    assert by_kind["idea"].process == (cast.process.id, "Security screening")


def test_the_index_follows_every_change(house: House) -> None:
    cast = house.cast
    idea_id, comment_id = house.tell(
        lambda db, _: (
            (idea := listed(db, cast, "Alpha")).id,
            talk.say(db, find_actor(db, cast.zaid.id), idea.ref, "Alpha too").id,
        )
    )
    assert len(house.found(cast.zaid, "alpha")) == 2

    def change(db: Db, _: Cast) -> None:
        db.get_one(Idea, idea_id).title = "Beta"
        comment = db.get_one(queries.SEARCHED["comment"].model, comment_id)
        talk.change(db, find_actor(db, cast.zaid.id), comment, EditForm(words="Beta too", version=comment.version))

    house.tell(change)
    assert house.found(cast.zaid, "alpha") == []
    assert len(house.found(cast.zaid, "beta")) == 2

    def withdraw(db: Db, _: Cast) -> None:
        comment = db.get_one(queries.SEARCHED["comment"].model, comment_id)
        talk.withdraw(db, find_actor(db, cast.zaid.id), comment)

    house.tell(withdraw)
    assert house.found(cast.zaid, "beta") == [f"idea:{idea_id}"]


def test_words_phrases_endings_and_what_is_left_out(house: House) -> None:
    cast = house.cast

    def tell(db: Db, _: Cast) -> list[str]:
        titles = ("The bag drop queue", "Drop the bag", "Señalización clara", "我的行李在哪里", "Straße und Öl")
        return [listed(db, cast, title).ref for title in titles]

    queue, drop, sign, luggage, street = house.tell(tell)
    for typed, expected in {
        "bag drop": {queue, drop},
        '"bag drop"': {queue},
        "bag -queue": {drop},
        "dr": {queue, drop},
        "dr queue": set(),
        "dr* queue": {queue},
        "senalizacion": {sign},
        "SEÑALIZACIÓN": {sign},
        "行李": {luggage},
        "李": {luggage},
        "行在": set(),
        "ol": {street},
        "stra": {street},
        "-bag kind:idea": {sign, luggage, street},
        "bag' OR '1'='1": set(),
        'bag" NEAR drop': set(),
        "title:bag": set(),
        "bag AND drop": set(),
        "b:*|!": set(),
    }.items():
        assert set(house.found(cast.zaid, typed)) == expected, typed


def test_operators_narrow(house: House) -> None:
    cast = house.cast

    def tell(db: Db, _: Cast) -> dict[str, str]:
        by_amal, by_zaid = listed(db, cast, "Lamps one", cast.amal), listed(db, cast, "Lamps two", cast.zaid)
        ended = listed(db, cast, "Lamps three", cast.zaid, stage=Stage.DECLINED)
        elsewhere = an_idea(db, cast.other, cast.amal, title="Lamps four", stage=Stage.SIGNAL)
        pilot = a_pilot(db, by_amal, cast.amal, name="Lamps pilot")
        said = talk.say(db, find_actor(db, cast.zaid.id), by_amal.ref, "Lamps at last")
        told = {"one": by_amal, "two": by_zaid, "three": ended, "four": elsewhere, "pilot": pilot}
        return {name: thing.ref for name, thing in told.items()} | {"said": f"comment:{said.id}"}

    ref = house.tell(tell)
    for typed, names in {
        "lamps author:zaid": {"two", "three", "said"},
        "author:ama kind:idea": {"one", "four"},
        "lamps author:nobody": set(),
        "lamps process:lounges": {"four"},
        'lamps process:"security screening"': {"one", "two", "three", "pilot", "said"},
        "lamps stage:declined": {"three"},
        "lamps stage:declined stage:signal": {"three", "four"},
        "lamps stage:running": {"pilot"},
        "lamps is:open kind:idea": {"one", "two"},
        "lamps is:mine": {"two", "three", "said"},
        "lamps kind:pilot": {"pilot"},
        "lamps kind:comment kind:pilot": {"pilot", "said"},
        "lamps author:zaid -three -two": {"said"},
    }.items():
        assert set(house.found(cast.zaid, typed)) == {ref[name] for name in names}, typed
    assert house.found(cast.badr, "is:mine lamps") == []
    house.tell(lambda db, _: setattr(db.get_one(Idea, int(ref["two"].partition(":")[2])), "team_id", cast.team.id))
    assert house.found(cast.badr, "is:mine lamps") == [ref["two"]]
    house.tell(lambda db, _: setattr(db.get_one(Idea, int(ref["two"].partition(":")[2])), "team_id", None))
    mine = house.found(cast.amal, "is:mine")
    assert {ref["one"], ref["four"], ref["pilot"], cast.team.ref, cast.amal.ref} == set(mine)


def test_title_hits_come_first_and_the_newest_when_asked(house: House) -> None:
    cast = house.cast

    def tell(db: Db, _: Cast) -> list[str]:
        day = now() - timedelta(days=30)
        old = listed(db, cast, "Trays", submitted_at=day)
        body = listed(db, cast, "Something", story="trays " * 9, submitted_at=day + timedelta(days=2))
        both = listed(db, cast, "Low trays for all", submitted_at=day + timedelta(days=1))
        return [old.ref, both.ref, body.ref]

    old, both, body = house.tell(tell)
    assert house.found(cast.zaid, "trays") == [old, both, body]
    assert house.found(cast.zaid, "trays", sort="newest") == [body, both, old]


def test_counts_are_of_what_may_be_seen_and_stop(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    cast = house.cast
    monkeypatch.setattr(queries, "COUNTED", 5)
    finding.made.clear()
    monkeypatch.setattr(finding, "COUNTED", 5)
    monkeypatch.setattr(finding, "LOOKED_AT", 8)

    def tell(db: Db, _: Cast) -> None:
        for number in range(4):
            listed(db, cast, f"Ropes {number}")
        for number in range(9):  # newer, and not for everybody
            an_idea(db, cast.process, cast.amal, title=f"Ropes draft {number}")

    house.tell(tell)
    with house.database.reading() as db:
        mine, theirs = (
            queries.search(db, find_actor(db, person.id), read({"q": "ropes"})) for person in (cast.amal, cast.zaid)
        )
    finding.made.clear()
    assert (theirs.number.words, mine.number.words) == ("4", "5+")
    assert [(name, count.words) for name, count in theirs.kinds] == [("idea", "4")]
    assert [(stage, count.number) for stage, count in theirs.stages] == [("submitted", 4)]
    assert [(number, count.number) for number, count in theirs.processes] == [(cast.process.id, 4)]


def test_drafts_are_their_authors_alone_and_what_is_discarded_nobodys(house: House) -> None:
    cast = house.cast
    refs = house.tell(
        lambda db, _: [
            an_idea(db, cast.process, cast.amal, title="Kites", stage=stage).ref
            for stage in (Stage.DRAFT, Stage.DISCARDED)
        ]
    )
    assert house.found(cast.amal, "kites") == refs[:1]
    assert house.found(cast.zaid, "kites") == []


def test_a_guest_finds_what_they_are_invited_to_and_nothing_else(house: House) -> None:
    cast = house.cast

    def tell(db: Db, _: Cast) -> list[str]:
        invited, other = listed(db, cast, "Security one"), listed(db, cast, "Security two")
        db.add(Invited(idea_id=invited.id, person_id=cast.gita.id))
        zaid = find_actor(db, cast.zaid.id)
        said = [talk.say(db, zaid, thing.ref, "Security!") for thing in (invited, other)]
        a_pilot(db, other, cast.amal, name="Security pilot")
        return [invited.ref, f"comment:{said[0].id}"]

    own = house.tell(tell)
    assert sorted(house.found(cast.gita, "security")) == sorted(own)
    assert house.found(cast.gita, "author:zaid") == []
    assert house.found(cast.gita, "process:security") == []
    (hit,) = (hit for hit in house.shown(cast.gita, "security") if hit.kind == "idea")
    assert hit.process is None


def test_a_name_leads_to_nothing_that_is_veiled(house: House) -> None:
    cast = house.cast

    def tell(db: Db, _: Cast) -> str:
        idea = listed(db, cast, "Lanes that breathe", cast.zaid)
        talk.say(db, find_actor(db, cast.zaid.id), idea.ref, "Lanes are mine")
        talk.say(db, find_actor(db, cast.badr.id), idea.ref, "Lanes are fine")
        db.add(Veil(person_id=cast.sami.id, idea_id=idea.id, round_id=1))
        return idea.ref

    ref = house.tell(tell)
    assert len(house.found(cast.sami, "lanes")) == 3
    assert house.found(cast.sami, "author:zaid") == []
    assert house.found(cast.sami, "lanes author:badr") == []
    assert house.found(cast.sami, "zaid") == [cast.zaid.ref]
    assert len(house.found(cast.dina, "author:zaid")) == 2
    assert ref in house.found(cast.dina, "author:zaid")
    told = house.shown(cast.sami, "lanes")
    assert "Zaid" not in repr(told)
    assert "Badr" not in repr(told)


@pytest.fixture
def at(house: House) -> Callable[[Person], Browser]:
    app = create_app(settings_for(house.database.url), house.database, run_worker=False)
    return lambda person: Browser(app, person)


def test_the_page_shows_marks_facets_and_pages(house: House, at: Any) -> None:
    cast = house.cast

    def tell(db: Db, _: Cast) -> None:
        for number in range(30):
            over = {"stage": Stage.DECLINED if number % 3 else Stage.SUBMITTED}
            listed(db, cast, f"Benches {number}", story="A bench <script>alert(1)</script> here.", **over)
        a_process(db, cast.committee, cast.huda, name="Benches and seats", rank=None)

    house.tell(tell)
    zaid = at(cast.zaid)
    text = zaid.get("/search?q=bench").text
    assert "<mark>Benches</mark> 29</a>" in text
    assert "<mark>bench</mark> &lt;script&gt;" in text
    assert "alert(1)</script>" not in text
    assert "31 things fit." in text
    assert text.count('<li class="of-') == 20
    assert re.search(r'href="/search\?q=bench\+kind%3Aidea">Ideas <small>30</small>', text)
    assert re.search(r'href="/search\?q=bench\+stage%3Adeclined">Declined</a> <b>20</b>', text)
    assert zaid.get("/search?q=bench").headers["etag"]
    (following,) = re.findall(r'rel="next" href="([^"]*)"', text)
    second = zaid.get(following.replace("&amp;", "&")).text
    assert second.count('<li class="of-') == 11
    assert "From the start" in second
    assert zaid.get("/search?q=bench&after=9000").status_code == 200
    assert "author:amal" in zaid.get("/search").text


def test_nothing_typed_is_an_error(house: House, at: Any) -> None:
    cast = house.cast
    house.tell(lambda db, _: listed(db, cast, "Odd ends"))
    zaid = at(cast.zaid)
    for odd in (
        *(
            "",
            "%25",
            "%22",
            "_",
            "*",
            "a" * 3000,
            "%27+OR+1%3D1",
            "-",
            "--a",
            "a:b:c",
        ),
        *("author:", "author:%22", "author:*", "process:%25", "stage:", "is:", "kind:", "-odd", "-odd+-ends", "*odd"),
        *("%22odd", "odd%22", "NEAR(odd+ends)", "odd+AND", "title:odd", "^odd", "odd:*A", "%26+%7C+!", "%F0%9F%8E%89"),
        *("-+author:amal", "author:-", "author:%E8%A1%8C", "process:%E8%A1%8C", "odd+" * 40, "%22" * 99),
    ):
        for address in (f"/search?q={odd}", f"/search?q={odd}&after=x&sort=x", f"/ideas?q={odd}"):
            assert zaid.get(address).status_code == 200, address


def test_a_comment_is_led_to_where_it_is_read(house: House, at: Any) -> None:
    cast = house.cast

    def tell(db: Db, _: Cast) -> tuple[int, int, int]:
        idea, draft = listed(db, cast, "Doors"), an_idea(db, cast.process, cast.amal, title="Hidden")
        zaid, amal = find_actor(db, cast.zaid.id), find_actor(db, cast.amal.id)
        return idea.id, talk.say(db, zaid, idea.ref, "Doors").id, talk.say(db, amal, draft.ref, "Doors").id

    idea, said, hidden = house.tell(tell)
    zaid = at(cast.zaid)
    assert f'href="/search/comments/{said}"' in zaid.get("/search?q=doors").text
    assert zaid.get(f"/search/comments/{said}").headers["location"] == f"/ideas/{idea}#c{said}"
    assert zaid.get(f"/search/comments/{hidden}").status_code == 404
    assert zaid.get("/search/comments/999").status_code == 404


def test_searches_are_kept_by_name_and_let_go(house: House, at: Any) -> None:
    cast = house.cast
    zaid, amal = at(cast.zaid), at(cast.amal)
    page = "/search?q=desk+author%3Aamal"
    assert zaid.works(page, {"name": "Amal’s desks"}, "Keep it") == page
    assert "Amal’s desks</a>" in zaid.get("/search").text
    assert 'href="/search?q=desk+author%3Aamal">Amal’s desks' in zaid.get("/search").text
    assert "Amal’s desks" not in amal.get("/search").text
    assert zaid.works("/search?q=lamps", {"name": "Amal’s desks"}, "Keep it") == "/search?q=lamps"
    assert zaid.get("/search").text.count("Amal’s desks</a>") == 1
    (address,) = re.findall(r'action="(/search/saved/\d+/delete)"', zaid.get("/search").text)
    assert amal.post(address).status_code == 404
    assert "Amal’s desks" in zaid.get("/search").text
    assert zaid.post(address).status_code == 303
    assert "Amal’s desks" not in zaid.get("/search").text
    assert zaid.post(address).status_code == 404
    refused = zaid.fill(page, {"name": "x" * 90}, "Keep it")
    assert (refused.status_code, "x" * 90 in refused.text) == (422, True)
    for number in range(50):
        zaid.works(page, {"name": f"No. {number}"}, "Keep it")
    refused = zaid.fill(page, {"name": "One more"}, "Keep it")
    assert refused.status_code == 422
    assert "no more fit" in refused.text
    assert 'value="One more"' in refused.text


def test_a_search_takes_the_same_statements_for_one_and_for_thirty(house: House, at: Any) -> None:
    from sqlalchemy import event

    cast = house.cast
    zaid, counted = at(cast.zaid), []
    zaid.get("/search?q=nothing")
    event.listen(house.database.reads, "before_cursor_execute", lambda *_: counted.append(1))
    told = []
    for many in (1, 30):
        for number in range(many):
            house.tell(
                lambda db, _, number=number: talk.say(
                    db, find_actor(db, cast.zaid.id), listed(db, cast, f"Poles {number}").ref, "Poles"
                )
            )
        counted.clear()
        zaid.get("/search?q=poles")
        told.append(len(counted))
    assert told[1] <= told[0] <= 8


def test_programs_find_what_their_person_finds(house: House) -> None:
    cast = house.cast
    app = create_app(settings_for(house.database.url), house.database, run_worker=False)
    ref = house.tell(lambda db, _: listed(db, cast, "Awnings", story="An awning for the rank.").ref)
    house.tell(lambda db, _: an_idea(db, cast.process, cast.amal, title="Awning, a draft"))
    secrets = house.tell(
        lambda db, _: [make(db, find_actor(db, cast.zaid.id), "t", scope, 9)[1] for scope in (Scope.READ, Scope.SEND)]
    )
    reads, sends = (
        TestClient(app, headers={"authorization": f"Bearer {secret}"}, base_url=ORIGIN) for secret in secrets
    )
    told = reads.get("/api/v1/search?q=awning").json()
    assert (told["number"], told["kinds"], told["next"]) == (1, {"idea": 1}, None)
    assert {name: told["items"][0][name] for name in ("ref", "title", "stage", "process")} == {
        "ref": ref,
        "title": "Awnings",
        "stage": "submitted",
        "process": "Security screening",
    }
    assert reads.get("/api/v1/search").json()["items"] == []
    assert sends.get("/api/v1/search?q=awning").status_code == 403
    assert TestClient(app, base_url=ORIGIN).get("/api/v1/search?q=awning").status_code == 401


def test_files_are_found_by_name_where_they_can_be_opened(house: House) -> None:
    """Not on what is not listed, not once they are withdrawn, and not by whom the idea's authors are hidden from."""

    def tell(db: Db, cast: Cast) -> tuple[int, int]:
        idea, draft = listed(db, cast, "Trays", cast.amal), listed(db, cast, "Mine", cast.amal, stage=Stage.DRAFT)
        row = {"type": "text/csv", "size": 3, "sha256": "0" * 64, "place": 1, "added_by": cast.amal.id}
        for about, name in ((idea.ref, "Pushchairs by hour.csv"), (draft.ref, "Pushchairs at home.csv")):
            db.add(File(about=about, name=name, kind=FileKind.DOCUMENT, alt="", **row))
        db.flush()
        db.add(Veil(person_id=cast.sami.id, idea_id=idea.id, round_id=1))
        return idea.id, draft.id

    house.tell(tell)
    cast = house.cast
    assert house.found(cast.zaid, "pushchairs") == ["file:1"]
    assert set(house.found(cast.amal, "pushch* kind:file")) == {"file:1", "file:2"}
    assert house.found(cast.sami, "pushchairs") == []
    assert house.found(cast.gita, "pushchairs") == []
    (hit,) = house.shown(cast.zaid, "pushchairs")
    assert (hit.address, hit.title[0].words) == ("/files/1", "Pushchairs")

    def withdraw(db: Db, cast: Cast) -> None:
        db.get_one(File, 1).until = 0

    house.tell(withdraw)
    assert house.found(cast.zaid, "pushchairs") == []
