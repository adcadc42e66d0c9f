"""The pages that are measured, and who asks for them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from urllib.parse import urlencode

from sqlalchemy import select
from sqlmodel import col

from app.db import Database
from app.ideas.models import Idea
from app.people.sessions import begin
from tests.bench.around import PRIORITISED
from tests.bench.load import Ask, Client
from tests.bench.organisation import BUSY, BUSY_COMMENTS, LEADER

READERS = range(20, 40)  # without roles; some are in teams
NAMES = ("list", "detail", "not_modified", "search", "process", "leaders", "similar")
# What somebody is writing: a title, and one with a text.
WRITTEN = (
    {"title": "Send a message about the bag drop"},
    {"title": "Lend a helper to passport control when two flights leave at once"},
    {
        "title": "Show the waiting time at security screening in the evening",
        "text": "Travellers who arrive late are surprised by security screening. Crews give up on the taxi rank. "
        "Older customers ask three times for the sign to the trains whenever it rains.",
    },
)
SEARCHES = (
    "luggage",
    "bag drop",
    "shuttle rain",
    "wheelchairs passport",
    "refund",
    "quiet",
    "the",
    "passengers who wait",
)


@dataclass(frozen=True)
class Page:
    """`paths` are asked for in turn by `readers` in turn; `again`: with the ETag that the reader was given."""

    name: str
    paths: Sequence[str]
    readers: Sequence[int] = READERS
    again: bool = False


def pages(database: Database) -> Sequence[Page]:
    busy = select(col(Idea.id)).where(col(Idea.talk) == BUSY_COMMENTS).order_by(col(Idea.id).desc()).limit(BUSY)
    with database.reading() as db:
        talked_about = db.scalars(busy).all()
    return (
        Page("list", ["/ideas"]),
        Page("detail", [f"/ideas/{idea}" for idea in talked_about]),
        Page("not_modified", ["/ideas"], again=True),
        Page("search", [f"/search?q={words.replace(' ', '+')}" for words in SEARCHES]),
        Page("process", [f"/processes/{number}" for number in range(1, PRIORITISED + 1)]),
        Page("leaders", ["/leaders"], [LEADER]),
        Page("similar", [f"/ideas/similar?{urlencode(words)}" for words in WRITTEN]),
    )


def sign_in(database: Database, people: Sequence[int]) -> dict[int, str]:
    """A session for each, as signing in makes it. The value is what goes into the cookie."""
    with database.writing() as db:
        return {person: begin(db, person, "bench") for person in people}


def asks(page: Page, tokens: Mapping[int, str], count: int, compressed: bool, there: Client) -> list[Ask]:
    """Every reader comes once to every path, then begins anew."""
    pairs = [(reader, path) for path in page.paths for reader in page.readers]
    known = {pair: ask(page, tokens[pair[0]], pair[1], compressed, there) for pair in dict.fromkeys(pairs)}
    return list(islice(cycle(known.values()), count))


def ask(page: Page, token: str, path: str, compressed: bool, there: Client) -> Ask:
    headers = {"Cookie": f"pilotage={token}", **encoding(compressed)}
    if not page.again:
        return Ask(path, headers)
    answer, _ = there.get(Ask(path, headers))
    return Ask(path, {**headers, "If-None-Match": answer.headers["ETag"]}, status=304)


def encoding(compressed: bool) -> dict[str, str]:
    return {"Accept-Encoding": "gzip" if compressed else "identity"}
