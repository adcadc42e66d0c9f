"""Invented figures and words, one of each kind, so that all pieces of the interface show on one page."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from types import SimpleNamespace as Thing
from typing import Any

from app.talk.queries import Node


@dataclass(frozen=True, slots=True)
class SampleForm:
    """A form that came back with mistakes, as the macros of _form.html read it."""

    typed: Mapping[str, str | list[str]]
    errors: Mapping[str, str] = field(default_factory=dict)
    key: str | None = None

    def value(self, name: str) -> str | list[str]:
        return self.typed.get(name, "")

    def error(self, name: str) -> str | None:
        return self.errors.get(name)


def estimate(value: float | None, low: float | None, high: float | None, n: int) -> Thing:
    return Thing(value=value, low=low, high=high, n=n)


def sample() -> dict[str, Any]:
    """All that admin/pieces.html shows, besides the frame."""
    return {
        "trail": trail(),
        "statuses": STATUSES,
        "figures": figures(),
        "days": days(),
        "todo": todo(),
        "log": log(),
        "timeline": timeline(),
        "thread": thread(),
        "said": [Thing(text="Nobody could say which of the two lines was mine.", by="Travelling alone, May 2026")],
        "ladder": ladder(),
        "canvas": canvas(),
        "asks": asks(),
        "forest": forest(),
        "funnel": funnel(),
        "form": form(),
        "moves": moves(),
        "ideas": ideas(),
    }


STATUSES = {
    "Ideas": [
        ("Draft", "draft"),
        ("Signal", "signal"),
        ("Imported", "imported"),
        ("Submitted", "submitted"),
        ("Admitted", "admitted"),
        ("In review", "in review"),
        ("Sent back", "sent_back"),
        ("Returned", "returned"),
        ("Approved", "approved"),
        ("To do by 11 Dec", "to_do"),
        ("In pilot, step 2", "in_pilot"),
        ("Deferred to 1 Feb", "deferred"),
        ("Declined", "declined"),
        ("Refused", "refused"),
        ("Withdrawn", "withdrawn"),
        ("Discarded", "discarded"),
        ("Answered", "answered"),
    ],
    "Review": [
        ("Not begun", "review_open"),
        ("3 of 5 scored", "review_begun"),
        ("In", "review_in"),
        ("Conflict", "conflict"),
        ("Author not shown", "hidden"),
        ("Planned", "round_planned"),
        ("Running", "round_open"),
        ("Closed", "round_closed"),
    ],
    "Pilots": [
        ("On course", "on_course"),
        ("Slipping", "slipping"),
        ("Stuck", "stuck"),
        ("Ended", "ended"),
        ("Rolled out", "rolled_out"),
        ("Stopped", "stopped"),
        ("Gate 1 passed", "gate_passed"),
        ("Gate 6", "gate_open"),
        ("Gate 6 asked for", "gate_asked"),
        ("Gate 3 sent back", "gate_sent_back"),
        ("Gate 4 stopped it", "gate_stopped"),
        ("Gate 5", "gate_ahead"),
    ],
    "Verdicts": [
        ("Vital", "vital"),
        ("Vital, perhaps", "vital_perhaps"),
        ("Not vital", "not_vital"),
        ("Prioritised, rank 2", "prioritised"),
        ("Worth having", "worth_having"),
        ("Some, perhaps small", "some"),
        ("Not certain", "not_certain"),
        ("Small at most", "small"),
        ("Harm", "harm"),
        ("2 days late", "late"),
    ],
}


def trail() -> list[Thing]:
    steps = [
        ("Voice", "Passenger survey", "May 2026, NPS +21", "/voice", "past"),
        ("Process", "Check-in and bag drop", "58 (57 to 60), vital, rank 1", "/processes", "past"),
        ("Idea 27", "Bag drop before the door", "revision 2, admitted 2 Nov", "/ideas", "past"),
        ("Review", "Autumn 2026", "2 of 5 in, due Thu 26 Nov", "/review", "here"),
        ("Next: decision", "Committee’s meeting", "Thu 3 Dec, 9:30", None, "ahead"),
        ("Then", "Pilot, effect", "if it is approved", None, "ahead"),
    ]
    return [Thing(kind=k, title=t, sub=s, href=h, state=state) for k, t, s, h, state in steps]


def figures() -> list[Thing]:
    rows = [
        ("Security screening", "Vital", "vital", estimate(61.2, 59.8, 62.6, 2871), 60.1, 1.1, "quiet", 8),
        ("Check-in and bag drop", "Vital", "vital", estimate(58.4, 56.9, 59.9, 2604), 61.0, -2.6, "hurt", 9),
        (
            "Parking and drop-off",
            "Vital, perhaps",
            "vital_perhaps",
            estimate(52.7, 49.9, 55.5, 812),
            54.9,
            -2.2,
            "hurt",
            2,
        ),
        (
            "Reduced mobility",
            "Not vital",
            "not_vital",
            estimate(74.2, 68.5, 79.9, 143),
            73.0,
            1.2,
            "quiet",
            0,
        ),
        (
            "Wi-Fi and charging",
            "Not vital",
            "not_vital",
            estimate(59.9, 57.8, 62.0, 1733),
            55.2,
            4.7,
            "good",
            0,
        ),
        ("Viewing terrace", "Not vital", "not_vital", estimate(None, None, None, 0), None, 0.0, "quiet", 0),
    ]
    names = ("name", "verdict", "kind", "estimate", "was", "change", "tone", "ideas")
    return [Thing(**dict(zip(names, row, strict=True))) for row in rows]


def days() -> list[Thing]:
    due = {
        20: (1, "Score", True),
        25: (1, "Declare", False),
        26: (2, "2 scores", False),
        30: (1, "Gate", False),
    }
    found = [(date(2026, 11, day), due.get(day)) for day in range(20, 31)]
    found += [(date(2026, 12, day), (1, "Meeting", False) if day == 3 else None) for day in range(1, 4)]
    return [
        Thing(
            date=day,
            today=day == date(2026, 11, 22),
            rest=day.weekday() > 4,
            late=bool(what and what[2]),
            count=what[0] if what else 0,
            word=what[1] if what else "",
            href=f"#w-{day.day}" if what else None,
        )
        for day, what in found
    ]


def todo() -> list[Thing]:
    rows = [
        (
            20,
            "Score",
            "Trolleys where the queue begins",
            None,
            "Baggage reclaim · round Autumn 2026 · nothing scored yet",
        ),
        (
            25,
            "Say whether you have a conflict",
            None,
            "with three ideas new in your round",
            "Takes a minute; without it you are given no reviews",
        ),
        (
            26,
            "Finish scoring",
            "Bag drop before the door",
            None,
            "Check-in and bag drop · 3 of 5 criteria scored",
        ),
        (
            30,
            "Keep gate 6",
            "Families through lane 7",
            "with Huda",
            "Security screening · the team asks for it on that day",
        ),
    ]
    return [
        Thing(
            verb=verb,
            href="#todo",
            title=title,
            rest=rest,
            sub=sub,
            due=date(2026, 11, day),
            late=day < 22,
            id=f"w-{day}",
        )
        for day, verb, title, rest, sub in rows
    ]


def log() -> list[Thing]:
    rows = [
        (19, "Gate 3 passed", "One tray height", "goes on to step 4, Solutions"),
        (17, "Declined with a reason", "Coffee robots at the gates", "the gates are not where the gap is"),
    ]
    return [
        Thing(at=datetime(2026, 11, day, 9, tzinfo=UTC), what=what, title=title, rest=rest, href="#log")
        for day, what, title, rest in rows
    ]


def timeline() -> list[Thing]:
    rows = [
        (2026, 11, 2, "Admitted to round Autumn 2026", "Noor Haddad", None),
        (2026, 10, 28, "Submitted again, revision 2", "the authors", None),
        (2026, 10, 21, "Sent back with advice", "Noor Haddad", "Say what happens to bags when it rains."),
        (2025, 12, 9, "Draft begun", "the authors", None),
    ]
    return [
        Thing(at=datetime(year, month, day, 9, tzinfo=UTC), what=what, who=who, why=why)
        for year, month, day, what, who, why in rows
    ]


def thread() -> list[Node]:
    said = [
        (0, "Amal Said", None, "The hatch behind wall C **was** measured in 2019: 280 bags an hour."),
        (1, "Badr Amin", "Amal Said", "That was with the old belt.\n\nWith the new rollers it carries more."),
        (2, "Zaid Murad", "Badr Amin", "Has anybody tried it with skis?"),
        (3, "Amal Said", "Zaid Murad", None),
        (4, "Badr Amin", "Amal Said", "Skis go by the wide desk, and stay there."),
        (5, "Huda Nasser", "Badr Amin", "They do."),
        (6, "Zaid Murad", "Huda Nasser", "Then it is settled, as far as I am concerned."),
        (
            9,
            "Amal Said",
            "Zaid Murad",
            "Averylongwordwithoutanybreakthatsomebodypastedintothediscussionandleftthere.",
        ),
        (0, "Gita Rao", None, "We can lend two belts for a month."),
    ]
    return [
        Node(
            id=number,
            depth=depth,
            author=author,
            author_href="#thread",
            at=datetime(2026, 11, 10 + number, 9, tzinfo=UTC),
            text=text,
            parent_author=parent,
            official=False,
            version=1,
            edited=number == 2,
            orphan=number == 9,
            reply_href="#thread" if text else None,
            edit_href="#thread" if author == "Amal Said" and text else None,
        )
        for number, (depth, author, parent, text) in enumerate(said, start=1)
    ]


def ladder() -> list[Thing]:
    rows = [
        ("Barriers", "7 barriers, all with a way past", "passed", "Gate 1 passed", "gate_passed", "22 Jun"),
        ("Challenge", "statement, canvas of 9 parts", "passed", "Gate 2 passed", "gate_passed", "6 Jul"),
        ("Opportunities", "4 scenarios, 3 areas ranked", "passed", "Gate 3 passed", "gate_passed", "27 Jul"),
        ("Solutions", "5 concepts, none chosen", "now", "Gate 4 sent back", "gate_sent_back", "17 Nov"),
        ("Experience", "not begun", "ahead", "Gate 5", "gate_ahead", None),
        ("Pilot", "not begun", "ahead", "Gate 6", "gate_ahead", None),
    ]
    return [
        Thing(
            number=n,
            name=name,
            sub=sub,
            href=f"#step-{n}",
            state=state,
            open=n == 2,
            gate=gate,
            gate_kind=kind,
            gate_date=at,
        )
        for n, (name, sub, state, gate, kind, at) in enumerate(rows, start=1)
    ]


def canvas() -> list[dict[str, object]]:
    cells = [
        ("kp", "Key partners", ["Screening contractor", "Two airlines with family fares"]),
        ("ka", "Key activities", ["Greet and sort at the rope"]),
        ("kr", "Key resources", ["Lane 7, 8 staff, 120 low trays"]),
        ("vp", "What families get", ["Through together, in one go", "Nobody hurries a child"]),
        ("cr", "Relationship", ["A person by name at the rope"]),
        ("ch", "Channels", []),
        ("cs", "For whom", ["Families with a child under 8"]),
        ("co", "What it costs", ["2 staff more in the peak, € 31,000 a quarter"]),
        ("re", "What it brings", ["Family rating of security from 54 to 62"]),
    ]
    return [{"key": key, "name": name, "items": items} for key, name, items in cells]


def asks() -> list[Thing]:
    there = ["Hypothesis and baseline", "Target per measure", "Budget and spend"]
    missing = Thing(words="What was learned", there=False, href="#asks", label="Write it")
    return [Thing(words=words, there=True, href=None, label=None) for words in there] + [missing]


def forest() -> list[Thing]:
    rows = [
        (
            "Families, child under 8",
            estimate(9.4, 4.8, 14.0, 1445),
            "412 / 1,033",
            "Worth having",
            "worth_having",
        ),
        ("Passengers over 65", estimate(5.2, 0.2, 10.2, 828), "188 / 640", "Some, perhaps small", "some"),
        ("Hand luggage only", estimate(3.1, -0.9, 7.1, 2223), "521 / 1,702", "Not certain", "not_certain"),
        ("On business", estimate(-0.8, -4.6, 3.0, 1595), "377 / 1,218", "Small at most", "small"),
        ("Everybody, pooled", estimate(4.3, 2.1, 6.5, 6091), "1,498 / 4,593", "Some, perhaps small", "some"),
    ]
    return [
        Thing(name=name, estimate=found, sizes=sizes, word=word, kind=kind, total=name.startswith("Everybody"))
        for name, found, sizes, word, kind in rows
    ]


def funnel() -> list[Thing]:
    rows = [
        ("Submitted", 41, 1000.0, "4 days", None),
        ("Admitted", 34, 829.3, "6 days", None),
        ("In review", 29, 707.3, "23 days", None),
        ("Decided", 20, 487.8, "3 days", "9 declined, 4 deferred"),
        ("In pilot", 7, 170.7, "118 days", "so far"),
    ]
    return [
        Thing(name=name, href=None, n=n, length=length, stay=stay, longest=name == "In review", note=note)
        for name, n, length, stay, note in rows
    ]


def form() -> SampleForm:
    typed: dict[str, str | list[str]] = {
        "title": "Bag drop before the door",
        "text": "Most mornings between five and eight the queue reaches the door.",
        "process": "2",
        "novelty": "substantial",
        "areas": ["service"],
        "day": "2025-11-30",
        "effect": "4",
        "gap": "na",
    }
    return SampleForm(typed, {"day": "That day is past.", "cost": "Say a sum, or 0."}, "sample")


def moves() -> list[Thing]:
    return [
        Thing(name="submit", label="Submit to the committee", reason=False, tone="main"),
        Thing(name="send_back", label="Send back with advice", reason=True, tone=""),
        Thing(name="stop", label="Stop the pilot", reason=True, tone="danger"),
    ]


def ideas() -> list[Thing]:
    rows = [
        (
            "Trays that come back by themselves",
            "Rollers under the belt bring empty trays to where people unpack, so that staff look up.",
            "In review",
            "in_review",
            3,
            "Decision on Mon 7 Dec",
            48,
        ),
        (
            "Book a ten-minute slot at security",
            "Choose a slot when you check in at home; a lane at the side keeps it.",
            "Approved",
            "approved",
            4,
            "Charter due Mon 30 Nov",
            112,
        ),
        (
            "Signs before stairs",
            "Say which way before the stairs, not on them.",
            "In pilot, step 6",
            "in_pilot",
            6,
            "Effect +3.9",
            37,
        ),
    ]
    names = ("title", "text", "word", "kind", "here", "next", "support")
    return [Thing(**dict(zip(names, row, strict=True))) for row in rows]
