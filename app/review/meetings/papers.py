"""The papers of a meeting as data for typst: the pack of one reader, and the minutes."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import now
from app.errors import Refusal
from app.ideas.models import Idea, Revision
from app.people.actor import Actor
from app.people.models import Organisation
from app.processes.models import Process
from app.processes.queries import evidence
from app.review import owners, reviewing
from app.review.meetings.minutes import drawn
from app.review.meetings.models import Result, Say
from app.review.meetings.queries import Item, agenda
from app.review.meetings.rules import RESULT_WORDS, SAY_WORDS
from app.review.models import Meeting, Verdict
from app.review.rules import VERDICT_WORDS
from app.review.standing import Board, board
from app.review.undecided import Side
from app.web.papers import blocks, pdf
from app.web.rendering import clock_words, day_words, money_words, number_words

Facts = list[list[str | None]]
SIDE_WORDS: Mapping[Side, str] = {
    Side.ABOVE: "surely above",
    Side.UNDECIDED: "undecided",
    Side.BELOW: "surely below",
}


def organisation(db: Session) -> str:
    return db.scalar(select(col(Organisation.name))) or db.info["settings"].organisation or "Pilotage"


def zone(db: Session) -> ZoneInfo:
    return ZoneInfo(db.info["settings"].time_zone)


def pack(db: Session, actor: Actor, meeting: Meeting) -> bytes:
    """For this reader: of what they have a conflict with the title alone, and no name that is hidden from them."""
    return pdf("pack.typ", pack_data(db, actor, meeting))


def pack_data(db: Session, actor: Actor, meeting: Meeting) -> dict[str, Any]:
    found, home = agenda(db, meeting, actor), zone(db)
    boards: dict[int, Board] = {}
    begins = clock_words(meeting.at.astimezone(home))
    return {
        "organisation": organisation(db),
        "title": meeting.name,
        "intro": f"Papers for {actor.name}, as of {clock_words(now().astimezone(home))}.",
        "foot": f"{meeting.name}. For {actor.name} alone.",
        "facts": [["Begins", begins], ["Planned for", f"{meeting.minutes} minutes"], ["Place", meeting.place]],
        "items": [paper_of(db, actor, item, home, boards) for item in found.items],
    }


def paper_of(db: Session, actor: Actor, item: Item, home: ZoneInfo, boards: dict[int, Board]) -> dict[str, Any]:
    """boards: how each round stands that was looked at before."""
    said: dict[str, Any] = {
        "title": item.title,
        "process": item.process,
        "starts": f"{item.starts.astimezone(home):%H:%M}",
        "minutes": item.minutes,
        "out": item.mine_out,
        "facts": [],
        "parts": [],
    }
    if item.mine_out:
        return said
    idea = db.get_one(Idea, item.idea_id)
    case = case_of(db, actor, idea.id)
    revision = case.revision if case else last_revision(db, idea)
    presented = ", ".join(item.presenters) or None
    said["facts"] = [["By", authors(db, actor, item)], ["Presented by", presented]]
    said["parts"] = [
        *([text_of(revision)] if revision else []),
        evidence_of(db, idea.process_id),
        owner_of(db, idea.id),
        *([standing_of(board_of(db, actor, case, boards), case), *remarks_of(case)] if case else []),
    ]
    return said


def authors(db: Session, actor: Actor, item: Item) -> str:
    if item.hidden:
        return "hidden until the decisions are published"
    return reviewing.authors(db, [item.idea_id], actor).get(item.idea_id, "nobody who is still known")


def case_of(db: Session, actor: Actor, idea_id: int) -> reviewing.Case | None:
    """The idea as it stands in its round, through the page's own door; None where there is none for this reader."""
    try:
        return reviewing.case(db, actor, idea_id)
    except Refusal:
        return None


def last_revision(db: Session, idea: Idea) -> Revision | None:
    query = select(Revision).where(col(Revision.idea_id) == idea.id).order_by(col(Revision.number).desc())
    return db.scalars(query.limit(1)).first()


def part(title: str, words: Sequence[dict[str, str]] = (), facts: Facts | None = None) -> dict[str, Any]:
    return {"title": title, "blocks": list(words), "facts": facts or []}


def text_of(revision: Revision) -> dict[str, Any]:
    parts = [(None, revision.story), ("What would be different", revision.change), ("What it needs", revision.needs)]
    words: list[dict[str, str]] = []
    for title, text in parts:
        if text:
            words += [*([{"kind": "h", "text": title}] if title else []), *blocks(text)]
    return part("The idea", words, [["Novelty", revision.novelty.value], ["Area", revision.area.value]])


def evidence_of(db: Session, process_id: int) -> dict[str, Any]:
    known = evidence(db, process_id)
    process = db.get_one(Process, process_id)
    title = f"What customers said of {process.name}"
    if known is None:
        return part(title, [{"kind": "p", "text": "No survey has asked about it yet."}])
    rows: Facts = [
        ["Performance, 0 to 100", interval(known.performance, known.performance_low, known.performance_high, 0)],
        ["Impact", interval(known.impact, known.impact_low, known.impact_high, 2)],
        ["Answers", number_words(known.n)],
    ]
    return part(title, (), rows)


def interval(value: float | None, low: float | None, high: float | None, places: int) -> str | None:
    if value is None:
        return None
    words = number_words(value, places)
    return words if low is None else f"{words} ({number_words(low, places)} to {number_words(high, places)})"


def owner_of(db: Session, idea_id: int) -> dict[str, Any]:
    said = owners.last_word(db, idea_id)
    if said is None:
        return part("The owner of the process says", [{"kind": "p", "text": "Nothing yet."}])
    cost = None if said.word.cost is None else money_words(said.word.cost, db.info["settings"].currency)
    rows: Facts = [["Can be run", "Yes" if said.word.possible else "No"], ["From", said.word.start], ["Cost", cost]]
    return part("The owner of the process says", blocks(said.word.words), rows)


def board_of(db: Session, actor: Actor, case: reviewing.Case, boards: dict[int, Board]) -> Board:
    if case.round.id not in boards:
        boards[case.round.id] = board(db, actor, case.round)
    return boards[case.round.id]


def standing_of(found: Board, case: reviewing.Case) -> dict[str, Any]:
    """As on the round's page: places by calibrated scores where these hold, else by the means."""
    row = next(row for row in found.rows if row.idea_id == case.idea.id)
    if row.sealed:
        return part("How it stands", [{"kind": "p", "text": "Its reviews are sealed."}])
    place = f"{row.rank} of {found.ranked}{', shared' if row.tied else ''}" if row.rank else None
    spread = None if row.low is None else f"{number_words(row.low, 2)} to {number_words(row.high, 2)}"
    one = row.calibrated
    rows: Facts = [
        ["Place", place],
        ["Could have the places", f"{one.rank_low} to {one.rank_high}" if one and one.rank_low else None],
        ["Against the line", SIDE_WORDS[row.side] if row.side else None],
        ["Calibrated score, 1 to 5", interval(one.adjusted, one.low, one.high, 2) if one else None],
        ["Mean, 1 to 5", None if row.mean is None else number_words(row.mean, 2)],
        ["Lowest to highest", spread],
        ["Reviews in", str(row.n or 0)],
    ]
    return part("How it stands", (), rows)


def remarks_of(case: reviewing.Case) -> list[dict[str, Any]]:
    """For the committee, without who wrote which."""
    written = [*([case.mine] if case.submitted and case.mine else []), *case.reviews]
    words = sorted(one.review.to_committee for one in written if one.review.to_committee)
    return [part("Remarks for the committee", [point for text in words for point in blocks(text)])] if words else []


def minutes(db: Session, actor: Actor, said: Mapping[str, Any], version: int | None, made_at: datetime) -> bytes:
    return pdf("minutes.typ", minutes_data(db, actor, said, version, made_at), made_at)


def minutes_data(
    db: Session, actor: Actor, said: Mapping[str, Any], version: int | None, made_at: datetime
) -> dict[str, Any]:
    """version: none of a draft."""
    home, shown = zone(db), drawn(db, actor, said)
    state = "Draft" if version is None else f"Version {version}"
    head = shown["record"]
    return {
        "organisation": organisation(db),
        "title": f"Minutes: {shown['name']}",
        "foot": f"{shown['name']}. {state}, {clock_words(made_at.astimezone(home))}.",
        "facts": [
            ["Committee", shown["committee"]],
            ["Planned for", at(shown["at"], home)],
            ["Begun", at(shown["began"], home)],
            ["Closed", at(shown["ended"], home)],
            ["Place", shown["place"]],
            ["State", state],
        ],
        "came": [{"name": one["name"], "times": times(one["stays"], home)} for one in shown["came"]],
        "items": [item_data(item, home) for item in shown["items"]],
        "record": f"The record stood at entry {head['number']}, {head['hash'][:16]}.",
    }


def at(moment: str | None, home: ZoneInfo) -> str | None:
    return clock_words(datetime.fromisoformat(moment).astimezone(home)) if moment else None


def clock(moment: str | None, home: ZoneInfo) -> str:
    return f"{datetime.fromisoformat(moment).astimezone(home):%H:%M}" if moment else ""


def times(stays: Sequence[Sequence[str | None]], home: ZoneInfo) -> str:
    """ "09:30 to 10:45"; nothing where nobody noted when."""
    said = [f"{clock(came, home)} to {clock(left, home) or 'now'}" for came, left in stays]
    return "; ".join(said) or "came, times not noted"


def item_data(item: Mapping[str, Any], home: ZoneInfo) -> dict[str, Any]:
    if item.get("out"):
        return {"title": item["title"], "out": True}
    about = [item["process"]]
    if item["begun"]:
        about.append(f"{clock(item['begun'], home)} to {clock(item['ended'], home) or 'now'}")
    if item["presenters"]:
        about.append(f"presented by {', '.join(item['presenters'])}")
    return {
        "title": item["title"],
        "out": False,
        "about": ". ".join(about) + ".",
        "motions": [motion_data(one, home) for one in item["motions"]],
        "decisions": [
            {"head": f"Decision: {verdict(one)}", "blocks": blocks(one["reason"])} for one in item["decisions"]
        ],
    }


def verdict(one: Mapping[str, Any]) -> str:
    day = f", {day_words(date.fromisoformat(one['day']))}" if one["day"] else ""
    return f"{VERDICT_WORDS[Verdict(one['verdict'])].lower()}{day}"


def motion_data(one: Mapping[str, Any], home: ZoneInfo) -> dict[str, Any]:
    sums = f"{one['yes']} yes, {one['no']} no, {one['abstain']} abstained"
    casting = " (a tie, decided by the chair’s vote)" if one["casting"] else ""
    by_name = (
        None if one["votes"] is None else ", ".join(f"{name} {SAY_WORDS[Say(s)].lower()}" for name, s in one["votes"])
    )
    present = None if one["present"] is None else f"{one['present']} present without a conflict"
    return {
        "head": f"Motion: {verdict(one)}",
        "blocks": blocks(one["words"]),
        "facts": [
            ["Result", f"{RESULT_WORDS[Result(one['result'])]}{casting}"],
            ["Votes", f"{sums}{', in secret' if one['secret'] else ''}"],
            ["By name", by_name or None],
            ["Quorum", f"{one['quorum']}; {present}" if present else str(one["quorum"])],
            ["Closed at", clock(one["closed"], home)],
        ],
        "dissents": [{"name": name, "words": words} for name, words in one["dissents"]],
    }
