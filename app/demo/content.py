"""The demo organisation in words: an airport operator, invented, with its people, processes and ideas.

Every text here is ours. Keys such as "security" name a process; names of people are those of the demo accounts.
"""

from dataclasses import dataclass
from decimal import Decimal

from app.ideas.models import Area, Novelty, Stage
from app.voice.models import Factor

ORGANISATION = "Rimal International Airport"
COMMITTEE = "Innovation Committee"
PURPOSE = "Chooses the processes that hurt passengers most, answers every idea for them, and funds the pilots."

DEPARTMENTS = (
    ("Rimal International Airport", None),
    ("Terminal operations", "Rimal International Airport"),
    ("Passenger services", "Terminal operations"),
    ("Security", "Terminal operations"),
    ("Commercial", "Rimal International Airport"),
    ("Customer insight", "Commercial"),
    ("Technology", "Rimal International Airport"),
    ("Finance", "Rimal International Airport"),
)


@dataclass(frozen=True)
class Someone:
    key: str
    name: str
    department: str | None
    title: str = ""


PEOPLE = (
    Someone("amal", "Amal Rahman", "Passenger services"),
    Someone("badr", "Badr Amin", "Security"),
    Someone("zaid", "Zaid Murad", "Technology"),
    Someone("sami", "Sami Karam", "Commercial"),
    Someone("dina", "Dina Farouk", "Finance"),
    Someone("omar", "Omar Haddad", "Terminal operations"),
    Someone("noor", "Noor Saleh", "Customer insight"),
    Someone("layla", "Layla Aziz", "Terminal operations"),
    Someone("huda", "Huda Nasser", "Security"),
    Someone("gita", "Gita Menon", None),
    Someone("root", "Rami Tawil", "Technology"),
    Someone("maya", "Maya Khoury", "Passenger services"),
    Someone("yusuf", "Yusuf Darwish", "Terminal operations"),
    Someone("lina", "Lina Barakat", "Commercial"),
    Someone("karim", "Karim Nassar", "Technology"),
    Someone("salma", "Salma Odeh", "Passenger services"),
    Someone("tariq", "Tariq Mansour", "Commercial"),
    Someone("rana", "Rana Shams", "Terminal operations"),
    Someone("tamer", "Tamer Issa", "Finance"),
)


@dataclass(frozen=True)
class Place:
    """A touchpoint: how well it is served (mean on 0-100) in the first and the second wave."""

    name: str
    first: float
    second: float


@dataclass(frozen=True)
class Work:
    """A process: owner, touchpoints, how strongly it moves the outcome, how many meet it."""

    key: str
    name: str
    owner: str
    departments: tuple[str, ...]
    factor: Factor
    stage: str
    pull: float
    met: float
    places: tuple[Place, ...]
    purpose: str
    desired: str
    promised: str
    provided: str


PROCESSES = (
    Work(
        "checkin",
        "Check-in and bag drop",
        "maya",
        ("Passenger services", "Technology"),
        Factor.INTERACTION,
        "Before the flight",
        0.52,
        0.9,
        (
            Place("Waiting at bag drop", 53, 47),
            Place("Waiting at the desk", 57, 56),
            Place("Ease of the kiosks", 63, 66),
            Place("Courtesy at check-in", 74, 75),
        ),
        "Take a traveller from the door to a boarding pass and a tagged bag.",
        "To hand over a bag and walk on.",
        "Bag drop within eight minutes.",
        "Nineteen minutes between five and eight in the morning.",
    ),
    Work(
        "security",
        "Security screening",
        "huda",
        ("Security", "Passenger services"),
        Factor.INTERACTION,
        "Before the flight",
        0.56,
        0.98,
        (
            Place("Waiting at security", 55, 56),
            Place("Being told what to do", 60, 62),
            Place("Being treated with respect", 65, 66),
        ),
        "Make sure that nothing dangerous flies, at a pace people can plan with.",
        "To know how long it takes, and to be treated like a guest.",
        "Ten minutes, and one clear instruction.",
        "Between six and thirty-one minutes; four people call out four things.",
    ),
    Work(
        "reclaim",
        "Baggage reclaim",
        "yusuf",
        ("Terminal operations", "Technology"),
        Factor.OFFER,
        "After the flight",
        0.45,
        0.6,
        (Place("Waiting for bags", 61, 62), Place("Finding a trolley", 66, 64)),
        "Give people their bags back, whole and soon.",
        "To leave the hall without standing still.",
        "First bag fifteen minutes after the doors open.",
        "Twenty-two minutes, and nobody says which belt.",
    ),
    Work(
        "food",
        "Restaurants and shops",
        "lina",
        ("Commercial", "Terminal operations"),
        Factor.OFFER,
        "Before the flight",
        0.44,
        0.7,
        (Place("Restaurants", 56, 55), Place("Shops", 57, 56), Place("Prices", 52, 51)),
        "Feed people and sell them what they need on the way.",
        "Something decent, at a price as in town, before the gate closes.",
        "Town prices on forty things.",
        "Nobody knows which forty.",
    ),
    Work(
        "parking",
        "Parking and drop-off",
        "tariq",
        ("Commercial", "Terminal operations"),
        Factor.OFFER,
        "Before the flight",
        0.44,
        0.3,
        (Place("Finding a space", 52, 50), Place("Paying for parking", 57, 55)),
        "Get cars off the road and people to the door.",
        "To park without thinking about it.",
        "A space within five minutes.",
        "Eleven minutes on Thursdays, two of three levels blind.",
    ),
    Work(
        "passport",
        "Passport control",
        "huda",
        ("Security", "Passenger services"),
        Factor.INTERACTION,
        "After the flight",
        0.35,
        0.5,
        (Place("Waiting at passport control", 64, 63), Place("Courtesy at passport control", 68, 69)),
        "Let in who may come in.",
        "A queue that moves.",
        "Fifteen minutes for four of five people.",
        "Fifteen minutes for three of five.",
    ),
    Work(
        "reduced",
        "Reduced mobility",
        "maya",
        ("Passenger services",),
        Factor.INTERACTION,
        "The whole journey",
        0.31,
        0.06,
        (Place("Help when it was asked for", 73, 74),),
        "Make the airport passable for everybody.",
        "Help that is there before one asks twice.",
        "Somebody within ten minutes.",
        "Mostly so; not at door 5.",
    ),
    Work(
        "clean",
        "Cleanliness",
        "rana",
        ("Terminal operations", "Technology"),
        Factor.OFFER,
        "The whole journey",
        0.49,
        0.97,
        (Place("Cleanliness of the halls", 78, 79), Place("Cleanliness of the toilets", 76, 77)),
        "Keep the house as one keeps one's own.",
        "Not to notice it.",
        "Every toilet seen to once an hour.",
        "Once an hour, and at peaks every forty minutes.",
    ),
    Work(
        "way",
        "Finding the way",
        "yusuf",
        ("Terminal operations",),
        Factor.OFFER,
        "The whole journey",
        0.48,
        0.96,
        (Place("Signs inside", 68, 71), Place("Signs on the roads", 70, 71), Place("Screens", 71, 73)),
        "Let people find their way without asking.",
        "To walk without stopping to look up.",
        "One sign before every choice.",
        "A sign after every choice.",
    ),
    Work(
        "boarding",
        "Boarding at the gate",
        "maya",
        ("Passenger services",),
        Factor.INTERACTION,
        "Before the flight",
        0.40,
        0.88,
        (Place("Seats at the gate", 69, 69), Place("What is said at the gate", 70, 70)),
        "Get everybody on board in order and in time.",
        "To sit until it is one's turn.",
        "Boarding begins when the screen says so.",
        "In four of five flights.",
    ),
    Work(
        "lounges",
        "Lounges",
        "lina",
        ("Commercial",),
        Factor.BRAND,
        "Before the flight",
        0.24,
        0.14,
        (Place("Lounges", 80, 79),),
        "A quiet hour for those who pay for it.",
        "Quiet.",
        "A seat by a socket.",
        "A seat by a socket, and since spring a children's corner.",
    ),
    Work(
        "wifi",
        "Wi-Fi and charging",
        "karim",
        ("Technology",),
        Factor.OFFER,
        "The whole journey",
        0.21,
        0.6,
        (Place("Wi-Fi", 55, 60), Place("Charging", 56, 59)),
        "Keep people's phones alive and connected.",
        "To work as at home.",
        "Free, without a form.",
        "Free, with a form of four fields.",
    ),
)

# In the committee's order, with the reason it gave.
PRIORITISED = (
    ("checkin", "The second strongest pull on recommending us, and it fell. It is ours alone to mend."),
    ("security", "The strongest pull of all. Everybody passes here once."),
    ("food", "Served badly whatever the month. Small changes can be tried shop by shop."),
    ("reclaim", "The last thing people remember of us."),
    ("way", "Not vital by the lines, but one terminal lies far below the other; on that the committee agreed."),
)


# Vital that year, and not chosen.
LEFT_OUT = (
    ("parking", "Vital, but the car parks are rebuilt next year, and what is tried now would be torn down with them."),
)


@dataclass(frozen=True)
class Gang:
    key: str
    name: str
    people: tuple[str, ...]
    processes: tuple[str, ...]
    purpose: str


TEAMS = (
    Gang(
        "calm",
        "Calm corners",
        ("amal", "badr"),
        ("security", "checkin"),
        "Less standing, less shouting, in the two queues that everybody knows.",
    ),
    Gang(
        "flow",
        "First bag, last bag",
        ("yusuf", "salma", "karim"),
        ("reclaim", "checkin"),
        "From the hold to the hand without a surprise.",
    ),
    Gang("table", "Late table", ("lina", "tariq"), ("food",), "Something warm at a fair price, at any hour."),
    Gang("arrow", "Before the stairs", ("rana", "maya"), ("way",), "Tell people before they have to choose."),
)


@dataclass(frozen=True)
class Thought:
    """An idea of the demo. `by` is a person's or a team's key; `fate` is where its story ends today."""

    title: str
    process: str
    by: str
    fate: Stage
    novelty: Novelty
    area: Area
    story: str
    change: str
    needs: str = ""
    cost: Decimal | None = None
    reason: str = ""


# What passengers wrote, invented.
COMMENTS = (
    "Nineteen minutes for one bag that I had already labelled at home.",
    "The queue for bag drop goes out of the door and nobody says which queue it is.",
    "Security was fine once we were there. Getting there took half an hour.",
    "Four people shouted four different things about my shoes.",
    "A lane for families would have saved us and everybody behind us.",
    "I would pay for a proper meal at eleven at night. There was a machine.",
    "Eight for a sandwich. Eight.",
    "The signs come after you have already gone wrong.",
    "In Terminal 2 I went up the stairs and down again twice.",
    "The signs in Terminal 2 are better than last year.",
    "Everything clean, thank you.",
    "The man at the desk was kind when we had lost a coat.",
    "No trolley anywhere near the belt.",
    "We all stood under one screen to see which belt it was.",
    "Circled three levels of the car park on a Thursday.",
    "The Wi-Fi works now without asking for my birthday.",
    "One socket for a whole gate.",
    "Help with the wheelchair came when I asked the second time.",
    "Boarding was called when half of us were still queuing for water.",
    "Quiet lounge, good coffee.",
    "Passport control had two of eight counters open.",
    "I liked the music in hall B.",
    "A bench by the lift would help my mother.",
    "Best airport I know, apart from the food.",
)
