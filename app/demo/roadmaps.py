"""What the demo's pilots have made on the roadmap, step by step.

A value that begins with @ points: @amal at a person, @scenario, @opportunity, @concept at the first thing of that kind.
A value that begins with +/- and ends in d is a day, counted from the pilot's charter.
"""

from typing import Any

Made = tuple[str, dict[str, Any]]


def barrier(what: str, kind: str, severity: str, owner: str, way: str) -> Made:
    return "barrier", {"what": what, "kind": kind, "severity": severity, "owner": owner, "way": way}


def moment(stage: str, touchpoint: str, does: str, feels: str, needs: str, wrong: str, guard: str) -> Made:
    fields = {"stage": stage, "touchpoint": touchpoint, "does": does, "feels": feels, "needs": needs}
    return "moment", fields | {"wrong": wrong, "guard": guard}


TRAYS: dict[int, list[Made]] = {
    1: [
        barrier("The screening contractor owns the tables", "partners and suppliers", "high", "@badr", "Two of their own tables, cut to height, returned if it fails"),
        barrier("Rollers stop where heights differ by more than a hand", "technology", "medium", "@amal", ""),
    ],
}  # fmt: skip

BUSES: dict[int, list[Made]] = {
    1: [
        barrier("The baggage system gives belts late", "technology", "high", "@karim", "Say 'belt 3 or 4' when it is not certain yet"),
        barrier("Eleven buses of three makes", "partners and suppliers", "medium", "@yusuf", "Begin with the six that have a screen"),
    ],
    2: [
        ("challenge", {"statement": "How might people know their belt before the bus stops, so that the hall stays empty under the screen?", "measure": "Rating of waiting for bags", "today": "61", "target": "66", "by": "+200d"}),
        ("jobs", {"when": "The bus drives and there is nothing to do", "want": "Know where to go\nKnow how long", "so": "One walks straight there", "feel": "Looked after", "today": "Follow the others", "hold": "Nothing on the bus tells anything", "job": "@job belt"}),
    ],
}  # fmt: skip

KITCHEN: dict[int, list[Made]] = {
    1: [
        barrier("Leases forbid cooking after ten", "rule or law", "high", "@lina", "An annex for six months, signed by all four"),
        barrier("Nobody wants the first week", "organisation", "low", "@tariq", "Drawn by lot, the rent falls twice as much"),
    ],
    2: [
        ("challenge", {"statement": "How might somebody who lands at one in the morning eat something warm at a town price?", "measure": "Rating of restaurants by evening passengers", "today": "52", "target": "60", "by": "+240d"}),
        ("ocean", {"eliminate": "Menus of forty dishes", "reduce": "Seats\nStaff a shift", "raise_": "Hours\nHonest prices", "create": "One kitchen under four names"}),
    ],
    3: [
        ("scenario", {"name": "One kitchen, four doors", "story": "What if tenants competed by day and shared by night?", "boundary": "A tenant cooks in his own kitchen"}),
        ("scenario", {"name": "The kitchen comes along", "story": "What if the food went to the gate?", "boundary": "People go to food"}),
    ],
}  # fmt: skip

LATE_DESK: dict[int, list[Made]] = {
    1: [barrier("People cheat about their hour", "customers’ habits", "medium", "@badr", "The host reads the boarding pass, kindly")],
    2: [
        ("challenge", {"statement": "How might the last hour before a flight be without running, so that waiting at bag drop is rated 55?", "measure": "Rating of waiting at bag drop", "today": "53", "target": "55", "by": "+220d"}),
        ("mind", {"centre": "The last hour", "branches": "Who is late\n  connecting\n  from the far car park\n  who slept\nWho can wait\n  families with time\n  groups\nWhat tells us\n  the hour on the pass"}),
    ],
    3: [
        ("scenario", {"name": "Time is the ticket", "story": "What if the queue were sorted by the hour of the flight, not of arrival?", "boundary": "First come, first served"}),
        ("opportunity", {"name": "The last sixty minutes", "scenario": "@scenario", "why": "All the running and half of the complaints are here"}),
    ],
    4: [
        ("concept", {"name": "A desk of the hour", "does": "Desk 9 shows the flights of the next hour and takes nobody else", "area": "@opportunity"}),
        ("concept", {"name": "A host with a radio", "does": "A host walks the queue and takes the late ones out", "area": "@opportunity"}),
        ("milestone", {"what": "Ropes and screen at desk 9", "on": "+120d", "owner": "@amal"}),
        ("assumption", {"what": "Fewer than one in eight is late", "test": "Count passes at the rope on three mornings", "bearing": "holds"}),
    ],
}  # fmt: skip

WAIT_SCREEN: dict[int, list[Made]] = {
    1: [barrier("Sensors of 2021 without a supplier", "technology", "medium", "@karim", "Their data are open; Technology reads them")],
    2: [
        ("challenge", {"statement": "How might both halls be equally full, so that waiting at security is rated 60?", "measure": "Rating of waiting at security", "today": "55", "target": "60", "by": "+260d"}),
        ("jobs", {"when": "At the foot of the stairs", "want": "Choose the shorter way", "so": "I do not regret it", "feel": "Clever", "today": "Follow the crowd", "hold": "One cannot see upstairs"}),
    ],
    3: [
        ("scenario", {"name": "People balance the halls", "story": "What if passengers did what a steward does?", "boundary": "Staff send people"}),
        ("opportunity", {"name": "The moment before the stairs", "scenario": "@scenario", "why": "The only place where the choice is still free"}),
    ],
    4: [
        ("concept", {"name": "Two numbers", "does": "Minutes left and right, in figures as tall as a hand", "area": "@opportunity"}),
        ("concept", {"name": "An arrow", "does": "An arrow that changes sides", "area": "@opportunity"}),
        ("chosen", {"concept": "@concept", "reason": "People believe minutes; with the arrow they asked who had decided"}),
        ("milestone", {"what": "Screen hangs", "on": "+150d", "owner": "@maya", "reached": "+148d"}),
        ("assumption", {"what": "The minutes are right to two", "test": "Walk the queue with a watch, forty times", "bearing": "holds"}),
    ],
    5: [
        moment("Before security", "Waiting at security", "Looks up, chooses a side", "In charge", "A number that is true", "The number lags behind a bus", "Each bus adds its passengers at once"),
        moment("On the stairs", "Signs inside", "Turns round", "Fooled", "To be allowed to change", "Turning blocks the stairs", "A landing with a rope"),
    ],
}  # fmt: skip

FAMILIES: dict[int, list[Made]] = {
    1: [
        barrier("Two staff more in the peak", "money", "high", "@layla", "Layla lends them from the closed lane until March"),
        barrier("Others feel set back", "customers’ habits", "medium", "@badr", "The rope opens to all below four families a quarter of an hour"),
        barrier("Pushchairs do not fit the scanner", "technology", "blocking", "@badr", "A scanner for large bags stands unused in cargo"),
        barrier("Who counts as a family", "rule or law", "low", "@amal", "Whoever says so"),
    ],
    2: [
        ("challenge", {"statement": "How might a family with a child under eight pass security together in under nine minutes, so that their rating rises from 54 to 62 by the end of the year?", "measure": "Rating of security by families", "today": "54", "target": "62", "by": "+250d"}),
        ("canvas", {"kp": "Screening contractor\nTwo airlines with family fares\nSupplier of low trays", "ka": "Greet and sort at the rope\nPack for the family, not for the bag", "kr": "Lane 7, 8 staff, 120 low trays\nPushchair scanner", "vp": "Through together, in one go\nNobody hurries a child\nShoes on, pushchair rolled, not folded", "cr": "A person by name at the rope\nSticker for each child", "ch": "Line on the boarding pass\nGreen path from door 2", "cs": "Families with a child under 8\nThen: whoever travels with somebody slow", "co": "2 staff more in the peak\nTrays and floor, once", "re": "Family rating of security from 54 to 62\nMore through the other lanes"}),
    ],
    3: [
        ("scenario", {"name": "Slow is a service", "story": "What if one lane were proud of its slowness?", "boundary": "All lanes are equal"}),
        ("scenario", {"name": "Ready before the rope", "story": "What if all packing were done at the gate of the hall?", "boundary": "Packing happens at the belt"}),
        ("opportunity", {"name": "Families at the peak", "scenario": "@scenario", "why": "A sixth of all, rated lowest, and everybody waits behind them"}),
        ("opportunity", {"name": "First-time flyers", "scenario": "@scenario", "why": "Fewer, and harder to see"}),
    ],
    4: [
        ("concept", {"name": "Lane 7", "does": "A lane with low trays, a mat and a host", "area": "@opportunity"}),
        ("concept", {"name": "A quiet hour", "does": "All lanes slow from ten to eleven", "area": "@opportunity"}),
        ("chosen", {"concept": "@concept", "reason": "A lane can be measured beside the others; an hour cannot"}),
        ("milestone", {"what": "Floor and trays", "on": "+95d", "owner": "@amal", "reached": "+93d"}),
        ("milestone", {"what": "First family", "on": "+110d", "owner": "@badr", "reached": "+110d"}),
        ("milestone", {"what": "Second wave of the survey read", "on": "+245d", "owner": "@amal"}),
        ("assumption", {"what": "Families find the lane", "test": "Stand at door 2 for a morning and count", "bearing": "holds"}),
        ("assumption", {"what": "Other lanes get quicker", "test": "Compare their minutes in the same hours", "bearing": "not tested yet"}),
        ("test", {"what": "Forty trays with the low rim", "on": "+90d", "found": "They jam in the curve unless a spare roller is put in"}),
    ],
    5: [
        moment("At door 2", "Signs inside", "Sees the green path", "Meant", "To be sure that it is allowed", "They miss it", "A host in the peak"),
        moment("At the rope", "Being treated with respect", "Is greeted, gets stickers", "Welcome", "A person, not a sign", "Nobody there", "Second host on call"),
        moment("At the belt", "Waiting at security", "Packs together", "Calm", "Room and a low tray", "The belt stops half empty", "Spare roller on site"),
        moment("Behind the arch", "Being told what to do", "Waits for the pushchair", "Proud", "To sit", "The pushchair comes last", "It goes first"),
    ],
    6: [
        ("hypothesis", {"believe": "a lane of their own calms families and speeds up the others", "then": "families rate security at least 3 points better than elsewhere, and nobody else rates it worse"}),
        ("trial", {"where": "Terminal 1, lane 7", "begins": "+110d", "ends": "+250d"}),
    ],
}  # fmt: skip

SIGNS: dict[int, list[Made]] = {
    1: [
        barrier("Each sign needs the fire officer", "rule or law", "medium", "@rana", "All thirty in one round"),
        barrier("Tenants hang their own", "partners and suppliers", "low", "@maya", "A page in the lease"),
    ],
    2: [
        ("challenge", {"statement": "How might people in Terminal 2 walk without stopping, so that signs there are rated as in Terminal 1?", "measure": "Rating of signs inside, Terminal 2", "today": "60", "target": "70", "by": "+200d"}),
        ("own", {"name": "Four questions of a sign", "box_1": "Where does one stand", "in_1": "Top of the stairs\nThe crossing", "box_2": "What does one ask", "in_2": "Left or right\nHow far", "box_3": "What does it say", "in_3": "Two things", "box_4": "What may go", "in_4": "Logos\nThree languages of five"}),
    ],
    3: [
        ("scenario", {"name": "Before, not after", "story": "What if signs stood where one asks?", "boundary": "Signs hang where there is a ceiling"}),
        ("opportunity", {"name": "Thirty choices", "scenario": "@scenario", "why": "They cause four of five questions at the desks"}),
    ],
    4: [
        ("concept", {"name": "Move thirty", "does": "The same signs, thirty steps earlier, two lines each", "area": "@opportunity"}),
        ("chosen", {"concept": "@concept", "reason": "It costs a week and can be undone in one"}),
        ("milestone", {"what": "Thirty hang", "on": "+70d", "owner": "@rana", "reached": "+74d"}),
        ("assumption", {"what": "People look up before the stairs", "test": "Film ten minutes, count heads", "bearing": "holds"}),
    ],
    5: [
        moment("Into the hall", "Signs inside", "Walks on", "Sure", "One glance", "Sun on the sign", "Matt film"),
        moment("At the stairs", "Screens", "Goes up", "Sure", "The gate's letter", "Gate changes", "Screens at the same place"),
    ],
    6: [
        ("hypothesis", {"believe": "signs before a choice spare people the doubt", "then": "the rating of signs in Terminal 2 rises by at least 3 points more than in Terminal 1"}),
        ("trial", {"where": "Terminal 2, all of it", "begins": "+75d", "ends": "+190d"}),
        ("result", {"result": "adopt", "learned": "Where a sign stands matters more than what it says. Terminal 1 gets the rule; Terminal 2 keeps the signs."}),
    ],
}  # fmt: skip

# By the idea's title: what was made, up to which step it has come.
ROADMAPS: dict[str, tuple[dict[int, list[Made]], int]] = {
    "One tray height": (TRAYS, 1),
    "Bags by belt, told in the bus": (BUSES, 2),
    "A kitchen that never closes": (KITCHEN, 3),
    "Hold a desk for the last hour": (LATE_DESK, 4),
    "Say the wait before the stairs": (WAIT_SCREEN, 5),
    "Families through lane 7": (FAMILIES, 6),
    "Signs before stairs": (SIGNS, 7),
}

RISKS: tuple[Made, ...] = (
    ("risk", {"what": "Other lanes slow down while lane 7 stands half empty", "chance": "likely", "harm": "much", "guard": "Rope opens to all below 4 families a quarter of an hour", "owner": "@badr", "state": "happened"}),
    ("risk", {"what": "Low trays jam at the curve of the belt", "chance": "possible", "harm": "much", "guard": "Spare roller on site; 40 trays tested in step 4", "owner": "@amal", "state": "guarded"}),
    ("risk", {"what": "Eight trained people leave for the summer roster", "chance": "likely", "harm": "severe", "guard": "Layla holds the roster until 31 March", "owner": "@layla", "state": "open"}),
)  # fmt: skip
