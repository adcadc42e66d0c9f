"""The live page: a change reaches thirty open pages within a second, each through its reader's own eyes."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any

from sqlalchemy import update
from sqlmodel import col

from app.columns import now
from app.db import Database
from app.ideas.models import Conflict, ConflictKind, Idea
from app.people.actor import find_actor
from app.people.models import Person, Seat, Session
from app.people.sessions import begin
from app.review.conflicts import declare
from app.review.meetings import live
from app.review.meetings.models import Motion
from app.review.models import Meeting
from tests.makers import a_person, a_seat
from tests.review.meeting_makers import a_motion, running, say, told
from tests.robust.serving import Process, process

LISTENERS = 30
WITHIN = 1.0


class Scene:
    """A meeting that is running, with the committee's members in it, each with a session of their own."""

    def __init__(self, database: Database, members: int) -> None:
        self.database = database
        story = told(database)
        self.cast = story.cast
        with database.writing() as db:
            people = [a_person(db, f"Member {number}") for number in range(members)]
            for person in people:
                a_seat(db, self.cast.committee, person)
            meeting = running(db, self.cast, story.first, story.second)
            self.motion = a_motion(db, self.cast, story.round, story.first, meeting).id
            self.meeting = meeting.id
            self.tokens = [begin(db, person.id, "test") for person in people]
            self.sami = begin(db, self.cast.sami.id, "test")
            self.people = people

    @property
    def here(self) -> str:
        return f"/review/meetings/{self.meeting}/live"


def request(port: int, token: str, path: str, method: str = "GET", body: str = "", *more: str) -> bytes:
    lines = [
        f"{method} {path} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        f"Cookie: pilotage={token}",
        f"Origin: http://127.0.0.1:{port}",
        "Connection: close",
        *more,
    ]
    if body:
        lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


async def ask(port: int, token: str, path: str, method: str = "GET", body: str = "", *more: str) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request(port, token, path, method, body, *more))
    answer = await reader.read()
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()
    return answer


@asynccontextmanager
async def listening(port: int, token: str, path: str) -> AsyncIterator[asyncio.StreamReader]:
    """A stream that has said its first word."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request(port, token, f"{path}/stream"))
    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 15)
    assert b" 200 " in head.splitlines()[0], head
    assert b"text/event-stream" in head
    await changed(reader)
    try:
        yield reader
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def changed(reader: asyncio.StreamReader, seconds: float = 15) -> None:
    await asyncio.wait_for(reader.readuntil(b"event: changed"), seconds)
    await asyncio.wait_for(reader.readuntil(b"\n\n"), seconds)


async def page_after_change(port: int, reader: asyncio.StreamReader, token: str, path: str, words: bytes) -> float:
    """When a page that follows shows these words: it fetches its block at each change, as the browser does."""
    while True:
        await changed(reader)
        if words in await ask(port, token, path, "GET", "", "HX-Request: true", "HX-Target: div%23live"):
            return time.monotonic()


async def a_change_reaches_all(scene: Scene, port: int) -> list[float]:
    """Three votes, each to another value; how long each took until the last of the pages had it."""
    took = []
    async with asyncio.TaskGroup() as group:
        ready, go = asyncio.Barrier(LISTENERS + 1), asyncio.Barrier(LISTENERS + 1)
        seen: list[list[float]] = [[], [], []]

        async def follow(token: str) -> None:
            async with listening(port, token, scene.here) as reader:
                for turn in range(3):
                    await ready.wait()
                    words = (b"<b>1</b>", b"<b>2</b>", b"<b>3</b>")[turn]
                    seen[turn].append(await page_after_change(port, reader, token, scene.here, words))
                    await go.wait()

        tasks = [group.create_task(follow(token)) for token in scene.tokens]
        voters = await voters_of(scene)
        for turn in range(3):
            await ready.wait()
            begun = time.monotonic()
            answer = await ask(port, voters[turn], f"/review/motions/{scene.motion}/vote", "POST", "value=yes")
            assert b" 303 " in answer.splitlines()[0], answer[:300]
            await go.wait()
            assert len(seen[turn]) == LISTENERS
            took.append(max(seen[turn]) - begun)
        assert len(tasks) == LISTENERS
    return took


async def voters_of(scene: Scene) -> list[str]:
    with scene.database.writing() as db:
        people = (scene.cast.sami, scene.cast.dina, scene.cast.noor)
        return [begin(db, person.id, "test") for person in people]


def test_a_change_reaches_thirty_pages_within_a_second(both: Database) -> None:
    """The best of three, by a clock that runs slower where others use this machine; and what all three cost."""
    scene = Scene(both, LISTENERS)
    with process(both.url) as server:
        begun = server.cpu()
        took = asyncio.run(a_change_reaches_all(scene, server.port))
        cost = server.cpu() - begun
    crowd = max(1.0, 2 * os.getloadavg()[0] / (os.cpu_count() or 1))
    assert min(took) < WITHIN * crowd, (took, crowd)
    assert cost < 4 * WITHIN, cost  # signing in, opening thirty streams, three changes and ninety pages


def test_what_another_process_changes_reaches_a_page_as_well(database: Database) -> None:
    scene = Scene(database, 1)

    async def run(port: int) -> None:
        async with listening(port, scene.tokens[0], scene.here) as reader:
            with database.writing() as db:
                say(db, db.get_one(Motion, scene.motion), yes=scene.cast.sami)
            await changed(reader)

    with process(database.url) as server:
        asyncio.run(run(server.port))


def test_a_conflict_that_a_member_declares_reaches_the_page_and_one_that_is_kept_quiet_does_not(both: Database) -> None:
    scene = Scene(both, 1)
    with both.writing() as db:
        before = live.come(db, scene.meeting)
        idea = db.get_one(Motion, scene.motion).idea_id
        db.add(Conflict(idea_id=idea, person_id=scene.cast.omar.id, kind=ConflictKind.TOGETHER))
        db.flush()
        assert live.come(db, scene.meeting) == before
        conflict = declare(db, find_actor(db, scene.cast.dina.id), db.get_one(Idea, idea), "My wife sells these belts")
        declared = live.come(db, scene.meeting)
        assert declared > before
        conflict.ended_at = now()
        db.flush()
        assert live.come(db, scene.meeting) > declared


def test_a_stream_ends_with_the_session_and_with_the_rights(database: Database) -> None:
    scene = Scene(database, 2)

    async def run(port: int) -> None:
        first, second = scene.tokens
        async with listening(port, first, scene.here) as one, listening(port, second, scene.here) as other:
            with database.writing() as db:
                mine = col(Session.person_id) == scene.people[0].id
                db.execute(update(Session).where(mine).values(ended_at=now()))
            assert b"event: over" in await asyncio.wait_for(one.read(), 10)
            with database.writing() as db:
                theirs = col(Seat.person_id) == scene.people[1].id
                db.execute(update(Seat).where(theirs).values(until=now()))
            assert b"event: over" in await asyncio.wait_for(other.read(), 10)
        assert b" 303 " in (await ask(port, first, f"{scene.here}/stream")).splitlines()[0]
        assert b" 403 " in (await ask(port, second, f"{scene.here}/stream")).splitlines()[0]

    with process(database.url) as server:
        asyncio.run(run(server.port))


def test_streams_are_few_for_each_session_and_leave_room_when_they_go(database: Database) -> None:
    scene = Scene(database, 1)

    async def run(port: int) -> None:
        (token,) = scene.tokens
        async with AsyncExitStack() as stack:
            for _ in range(live.EACH - 1):
                await stack.enter_async_context(listening(port, token, scene.here))
            async with listening(port, token, scene.here):
                refused = await ask(port, token, f"{scene.here}/stream")
                assert b" 503 " in refused.splitlines()[0]
                assert b"retry-after" in refused.lower()
            await asyncio.sleep(0.5)
            async with listening(port, token, scene.here):
                pass

    with process(database.url) as server:
        asyncio.run(run(server.port))


def test_a_server_with_open_streams_stops_at_once_and_holds_no_transaction(database: Database) -> None:
    scene = Scene(database, 3)
    server = Process(database.url)
    server.start()

    async def run() -> float:
        async with AsyncExitStack() as stack:
            readers = [await stack.enter_async_context(listening(server.port, one, scene.here)) for one in scene.tokens]
            with database.writing() as db:  # nothing waits for the streams
                db.get_one(Meeting, scene.meeting).place = "Room 5"
            begun = time.monotonic()
            server.signal(signal.SIGTERM)
            assert await asyncio.to_thread(server.wait) == 0
            took = time.monotonic() - begun
            said = [await asyncio.wait_for(reader.read(), 5) for reader in readers]
        assert all(b"event: over" not in words for words in said)  # their pages come back
        return took

    assert asyncio.run(run()) < 6


def test_the_page_says_where_to_listen_and_works_without(database: Database, as_: Any) -> None:
    scene = Scene(database, 1)
    with database.reading() as db:
        member = db.get_one(Person, scene.people[0].id)
    page = as_(member).get(scene.here).text
    assert f'hx-sse:connect="{scene.here}/stream"' in page
    assert f'href="{scene.here}">Look again' in page
    block = as_(member).get(scene.here, headers={"HX-Request": "true", "HX-Target": "div#live"}).text
    assert block.lstrip().startswith('<div id="live"')
    assert "<html" not in block
