"""Team chats: who may add a channel, what it is told, and how it is reached."""

import time
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import select
from sqlmodel import col

from app.db import Database
from app.ideas.models import Stage, Veil
from app.main import all_tasks
from app.notices.actions import read_record
from app.notices.hooks.actions import FAILURES
from app.notices.hooks.models import Chat, Hook
from app.notices.hooks.wire import Reach, Unreachable, is_global, post
from app.outbox import run_all
from app.people.models import Person
from app.record.models import Entry
from tests.cast import Cast, the_cast
from tests.client import Browser
from tests.makers import an_idea, put
from tests.notices.chat import HOST, ChatServer, a_chat
from tests.notices.makers import due_again, jobs
from tests.work.makers import told

Signed = Callable[[Person | None], Browser]
FORM = {"name": "#innovation", "chat": "slack", "events": ["ideas", "decisions"]}


@pytest.fixture
def chat() -> Iterator[ChatServer]:
    with a_chat() as chat:
        yield chat


def a_hook(database: Database, chat: ChatServer, cast: Cast, **over: object) -> Hook:
    database.known["reach"] = chat.reach()
    kind, events = over.pop("kind", Chat.SLACK), "ideas,decisions,pilots"
    fields = {"name": "#all", "chat": kind, "address": chat.address, "events": events}
    with database.writing() as db:
        hook: Hook = put(db, Hook(made_by=cast.root.id, **{**fields, **over}))
    return hook


def hook_of(database: Database, hook: Hook) -> Hook:
    with database.reading() as db:
        return db.get_one(Hook, hook.id)


def decided(database: Database, cast: Cast, title: str = "Low trays", **over: object) -> int:
    with database.writing() as db:
        idea = an_idea(db, cast.process, cast.amal, stage=Stage.DECLINED, title=title, **over)
        told(db, cast.noor, "decline", idea, "in review", "declined", why="A secret reason.")
    return idea.id


def deliver(database: Database) -> None:
    read_record(database)
    run_all(database, all_tasks())


# What it is told


def test_a_channel_hears_what_happened_to_what_once_and_no_name(both: Database, chat: ChatServer) -> None:
    with both.writing() as db:
        cast = the_cast(db)
    hook = a_hook(both, chat, cast)
    decided(both, cast, "Low <!channel> & trays")
    for _ in range(2):
        deliver(both)
    ((path, body),) = chat.posts
    assert path == "/services/T0/B0/secret1234"
    assert body["text"] == "Declined: Low &lt;!channel&gt; &amp; trays\nhttp://127.0.0.1:8000/ideas/1"
    assert hook_of(both, hook).sent_at is not None


def test_teams_gets_a_card(database: Database, cast: Cast, chat: ChatServer) -> None:
    a_hook(database, chat, cast, kind=Chat.TEAMS)
    decided(database, cast, "[click](https://elsewhere.example) **now**")
    deliver(database)
    ((_, body),) = chat.posts
    card = body["attachments"][0]["content"]
    assert body["attachments"][0]["contentType"] == "application/vnd.microsoft.card.adaptive"
    runs = card["body"][0]["inlines"]
    assert [run["text"] for run in runs] == ["Declined: ", "[click](https://elsewhere.example) **now**"]
    assert card["body"][0]["type"] == "RichTextBlock"  # which knows no Markdown
    assert card["actions"][0]["url"] == "http://127.0.0.1:8000/ideas/1"


def test_what_not_every_employee_may_see_is_not_told(database: Database, cast: Cast, chat: ChatServer) -> None:
    a_hook(database, chat, cast)
    decided(database, cast, listed=False)
    deliver(database)
    assert chat.posts == []
    assert [job.done_at is not None for job in jobs(database, "channel post")] == [True]


def test_only_what_was_chosen_is_told(database: Database, cast: Cast, chat: ChatServer) -> None:
    a_hook(database, chat, cast, events="pilots")
    decided(database, cast)
    deliver(database)
    assert jobs(database, "channel post") == []


def test_a_teams_channel_hears_of_its_own_and_nothing_while_that_is_blind(
    database: Database, cast: Cast, chat: ChatServer
) -> None:
    a_hook(database, chat, cast, team_id=cast.team.id)
    decided(database, cast, "Another's")
    own = decided(database, cast, "Our own", team_id=cast.team.id)
    deliver(database)
    assert [body["text"].split("\n")[0] for _, body in chat.posts] == ["Declined: Our own"]
    with database.writing() as db:
        put(db, Veil(person_id=cast.sami.id, idea_id=own, round_id=1))
    with database.writing() as db:
        told(db, cast.noor, "approve", type("I", (), {"ref": f"idea:{own}"}), "in review", "approved", why="Yes.")
    deliver(database)
    assert len(chat.posts) == 1


# Who keeps it


def test_an_administrator_adds_tests_and_removes_one(
    database: Database, cast: Cast, chat: ChatServer, as_: Signed
) -> None:
    database.known["reach"] = chat.reach()
    root = as_(cast.root)
    form = {**FORM, "address": chat.address}
    for _ in range(2):
        answer = root.send("/admin/chat", form)
        assert (answer.status_code, answer.headers["location"]) == (303, "/admin/chat")
    with database.reading() as db:
        first, second = db.scalars(select(Hook)).all()
    key = root.key("/admin/chat")
    answers = [root.post("/admin/chat", {**form, "key": key}).status_code for _ in range(3)]
    assert answers == [303, 303, 303]
    with database.reading() as db:
        assert len(db.scalars(select(Hook)).all()) == 3
    assert root.post(f"/notices/channels/{first.id}/moves", {"name": "test"}).status_code == 303
    run_all(database, all_tasks())
    assert "can post to this channel" in chat.posts[0][1]["text"]
    shown = root.get("/admin/chat").text
    assert HOST in shown
    assert "secret1234" not in shown
    assert "Last posted" in shown
    assert root.post(f"/notices/channels/{second.id}/moves", {"name": "remove"}).status_code == 303
    with database.reading() as db:
        assert db.get_one(Hook, second.id).address == ""
        ours = col(Entry.ref).startswith("notice_hook:")
        rows = db.execute(select(col(Entry.move), col(Entry.figures)).where(ours)).all()
    assert [row.move for row in rows] == ["add", "add", "add", "test", "remove"]
    assert not any("secret" in row.figures or "https" in row.figures for row in rows)


def test_who_leads_a_team_keeps_its_channels_and_nobody_elses(
    database: Database, cast: Cast, chat: ChatServer, as_: Signed
) -> None:
    page = f"/teams/{cast.team.id}/chat"
    form = {**FORM, "address": chat.address}
    assert as_(cast.amal).send(page, form).status_code == 303
    with database.reading() as db:
        hook = db.scalars(select(Hook)).one()
    assert hook.team_id == cast.team.id
    assert "Team chat" in as_(cast.amal).get(f"/teams/{cast.team.id}").text
    others = {"badr": 403, "zaid": 403, "sami": 403, "gita": 404}
    for name, status in others.items():
        browser = as_(getattr(cast, name))
        assert browser.get(page).status_code == status, name
        assert browser.post(page, {**form, "key": "k"}).status_code == status, name
        assert browser.post(f"/notices/channels/{hook.id}/moves", {"name": "off"}).status_code == 404, name
        assert browser.get("/admin/chat").status_code == (404 if name == "gita" else 403)
    assert as_(None).post(f"/notices/channels/{hook.id}/moves", {"name": "off"}).status_code == 401
    assert as_(cast.root).post(f"/notices/channels/{hook.id}/moves", {"name": "off"}).status_code == 303
    assert as_(cast.amal).post(f"/notices/channels/{hook.id}/moves", {"name": "off"}).status_code == 409
    assert as_(cast.amal).post(f"/notices/channels/{hook.id}/moves", {"name": "on"}).status_code == 303
    assert as_(cast.amal).post(f"/notices/channels/{hook.id}/moves", {"name": "burn"}).status_code == 422
    with database.reading() as db:
        assert len(db.scalars(select(Hook)).all()) == 1


BAD = [
    "",
    "http://chat.pilotage.example/x",
    "https://",
    "https://a b/",
    "ftp://x",
    "https://u:p@x/",
    "https://x:99999/",
]


@pytest.mark.parametrize("address", [*BAD, "javascript:alert(1)", "https://é.example/", "https://[::1"])
def test_an_address_that_is_none_comes_back(database: Database, cast: Cast, as_: Signed, address: str) -> None:
    answer = as_(cast.root).send("/admin/chat", {**FORM, "address": address})
    assert answer.status_code == 422
    assert "#innovation" in answer.text
    none_chosen = {"name": "x", "chat": "slack", "address": "https://a.example/"}
    assert as_(cast.root).send("/admin/chat", none_chosen).status_code == 422


def test_after_failures_in_a_row_it_is_off_and_the_administrator_sees_it(
    database: Database, cast: Cast, as_: Signed
) -> None:
    with a_chat(answers=[(500, b"")]) as chat:
        hook = a_hook(database, chat, cast)
        decided(database, cast)
        read_record(database)
        for _ in range(FAILURES + 3):
            due_again(database)
            run_all(database, all_tasks())
        assert len(chat.posts) == FAILURES
        assert hook_of(database, hook).off_at is not None
        assert "off after failures" in as_(cast.root).get("/admin/chat").text
        assert "channel in trouble" in as_(cast.root).get("/admin").text
        chat.answers = [(200, b"ok")]
        assert as_(cast.root).post(f"/notices/channels/{hook.id}/moves", {"name": "on"}).status_code == 303
        decided(database, cast, "Another")
        due_again(database)
        deliver(database)
        assert len(chat.posts) == FAILURES + 1
        assert hook_of(database, hook).failures == 0


# How it is reached

PRIVATE = (
    *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1"),
    *("240.0.0.1", "255.255.255.255", "192.0.2.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1"),
    *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "2002:7f00:1::", "2001:0:1::1"),
)


@pytest.mark.parametrize("address", PRIVATE)
def test_only_global_addresses_are_posted_to(address: str) -> None:
    assert not is_global(address)
    reach = Reach(resolve=lambda host, port: ["93.184.215.14", address])
    with pytest.raises(Unreachable, match="private network"):
        post("https://chat.pilotage.example/x", b"{}", reach)


def test_the_open_internet_is_open() -> None:
    assert is_global("93.184.215.14")
    assert is_global("2606:4700:4700::1111")


def test_the_name_is_resolved_once_and_the_address_looked_at_is_the_one_used(chat: ChatServer) -> None:
    asked: list[str] = []

    def changing(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["127.0.0.2"]

    post(chat.address, b"{}", chat.reach(resolve=changing))
    assert asked == [HOST]
    assert len(chat.posts) == 1


def test_plain_http_is_not_spoken(chat: ChatServer) -> None:
    with pytest.raises(Unreachable, match="https"):
        post(chat.address.replace("https", "http"), b"{}", chat.reach())


def test_a_certificate_that_nobody_vouches_for_is_refused(chat: ChatServer) -> None:
    with pytest.raises(Unreachable, match="certificate"):
        post(chat.address, b"{}", Reach(resolve=lambda *_: ["127.0.0.1"], allowed=lambda _: True))
    with pytest.raises(Unreachable, match="certificate"):
        post(chat.address.replace(HOST, "other.pilotage.example"), b"{}", chat.reach())
    assert chat.posts == []


def test_a_redirect_is_not_followed() -> None:
    with a_chat(answers=[(302, b"")], headers={"Location": "https://169.254.169.254/"}) as chat:
        with pytest.raises(Unreachable, match="redirect"):
            post(chat.address, b"{}", chat.reach())
        assert len(chat.posts) == 1


def test_no_more_than_a_megabyte_is_read() -> None:
    with a_chat(answers=[(200, b"x" * (1024 * 1024 + 10))]) as chat, pytest.raises(Unreachable, match="1 MB"):
        post(chat.address, b"{}", chat.reach())


def test_a_server_that_drips_is_left_in_time() -> None:
    with a_chat(answers=[(200, b"x" * 1000)], slow=0.1) as chat:
        begun = time.monotonic()
        with pytest.raises(Unreachable):
            post(chat.address, b"{}", chat.reach(seconds=0.6))
        assert time.monotonic() - begun < 2


def test_a_name_that_does_not_resolve_in_time_is_given_up(chat: ChatServer) -> None:
    begun = time.monotonic()
    with pytest.raises(Unreachable, match="resolved"):
        post(chat.address, b"{}", chat.reach(resolve=lambda *_: time.sleep(2) or [], seconds=0.3))
    assert time.monotonic() - begun < 1.5
