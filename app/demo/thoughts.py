"""The demo's ideas, each with where its story ends today and the reason the committee gave."""

from decimal import Decimal

from app.demo.content import Thought
from app.ideas.models import Area, Novelty, Stage

INC, SUB, RAD = Novelty.INCREMENTAL, Novelty.SUBSTANTIAL, Novelty.RADICAL
OFFER, SERVICE, MODEL = Area.PRODUCT, Area.SERVICE, Area.BUSINESS


def money(amount: int) -> Decimal:
    return Decimal(amount)


# In pilots, by the step they stand on; the last one has ended.
PILOTED = (
    Thought(
        "One tray height", "security", "calm", Stage.IN_PILOT, INC, SERVICE,
        "People lift their bags three times on the way to the belt: onto the table, into the tray, onto the rollers. Whoever is small or tired holds up everybody.",
        "Tables, trays and rollers at one height in two lanes, so that a bag is pushed and never lifted.",
        "A carpenter, two weekends, and the word of the screening contractor.", money(18000),
        "Cheap, quick to undo, and aimed at the place where most of the waiting is made.",
    ),
    Thought(
        "Bags by belt, told in the bus", "reclaim", "flow", Stage.IN_PILOT, INC, SERVICE,
        "From remote stands people learn their belt only in the hall, and all stop at once under the one screen.",
        "The bus says the belt and the minutes, on its screen and aloud, before it stops.",
        "A feed from the baggage system to eleven buses.", money(26000),
        "The figures say that not knowing is worse than waiting.",
    ),
    Thought(
        "A kitchen that never closes", "food", "table", Stage.IN_PILOT, SUB, MODEL,
        "After ten at night and before six there is one machine with crisps. A third of our flights leave in those hours.",
        "Four restaurants share one warm kitchen, each for a week in turn, with a short menu at town prices.",
        "A rota that the tenants agree on, and a rent that falls in the week of the turn.", money(54000),
        "Commercial has wanted this for years; the team has the tenants' signatures.",
    ),
    Thought(
        "Hold a desk for the last hour", "checkin", "calm", Stage.IN_PILOT, INC, SERVICE,
        "Whoever comes late stands behind whoever came early. The late ones run, the early ones wait for nothing.",
        "One desk takes only flights that leave within the hour; a host at the rope sends people to it.",
        "One host in the two peaks.", money(9500),
        "It moves minutes from those who have them to those who do not.",
    ),
    Thought(
        "Say the wait before the stairs", "security", "maya", Stage.IN_PILOT, SUB, SERVICE,
        "Two halls, one of them always shorter, and nobody upstairs knows which.",
        "A screen at the foot of the stairs tells the minutes of both halls, measured, not guessed.",
        "Counting sensors at both ropes; they are in store since the works of 2021.", money(41000),
        "It is measured by itself, which we like.",
    ),
    Thought(
        "Families through lane 7", "security", "calm", Stage.IN_PILOT, SUB, SERVICE,
        "A family with a pushchair needs four minutes at the belt. Behind it people look at their watches, and the family sees it.",
        "A lane of their own with low trays, a mat to sit on and somebody who helps to fold the pushchair.",
        "Two staff more in the peak, low trays, a floor to play on.", money(62000),
        "Families are a sixth of our passengers and rate us lowest of all.",
    ),
    Thought(
        "Signs before stairs", "way", "arrow", Stage.IN_PILOT, INC, SERVICE,
        "In Terminal 2 every sign hangs behind the choice it is about. One sees people turn round at the top of the stairs all day.",
        "Thirty signs move to the place before the choice, and say two things instead of six.",
        "A fitter for a week, and a rule for new signs.", money(33000),
        "One terminal is far below the other, and nothing else differs between them.",
    ),
)  # fmt: skip

DECIDED = (
    Thought(
        "Shoes stay on: say which", "security", "badr", Stage.TO_DO, INC, SERVICE,
        "Staff say four thousand times a day which shoes come off. People hear it too late.",
        "Six pictures at the start of the queue replace the sentence.",
        "A printer.", money(600),
        "So small that a pilot would cost more than doing it. Huda hangs them.",
    ),
    Thought(
        "Open desk 12 at five", "checkin", "salma", Stage.TO_DO, INC, SERVICE,
        "At five in the morning eleven desks are open and the queue reaches the door. At nine all twelve are, and it is gone.",
        "Desk 12 opens at five and closes at nine.",
        "A change in one rota.", None,
        "A rota, not a project. Maya tells us in a month whether the door stays free.",
    ),
    Thought(
        "Coffee robots at the gates", "food", "zaid", Stage.DECLINED, RAD, OFFER,
        "Coffee is far from the last gates, and people do not dare to leave.",
        "A robot arm makes coffee at every sixth gate.",
        "Eleven machines.", money(380000),
        "The gates are not where the gap is: people there rate food as they do elsewhere. What hurts is the price, and this raises it.",
    ),
    Thought(
        "A smile for every passenger", "security", "tariq", Stage.DECLINED, INC, SERVICE,
        "Staff look stern.",
        "A week of training in smiling.",
        "Trainers.", money(45000),
        "Respect is rated well already and moves little. Waiting is what hurts, and this does not touch it.",
    ),
    Thought(
        "Bags straight to the hotel", "reclaim", "lina", Stage.DECLINED, RAD, MODEL,
        "Guests of six large hotels wait for bags that will travel twenty minutes on the same road as they do.",
        "A tag says the hotel; the bag goes there by itself.",
        "A partner with vans, customs' consent.", money(210000),
        "Customs will not let bags leave unseen before next year. Ask again with their word.",
    ),
    Thought(
        "Trolleys that find their way home", "reclaim", "karim", Stage.DEFERRED, SUB, OFFER,
        "Trolleys gather where people leave them, which is where nobody needs them.",
        "A small beacon on each, and a map for those who collect them.",
        "400 beacons.", money(70000),
        "Good, but the new trolleys arrive in spring; we decide when we know their make.",
    ),
    Thought(
        "Pay for parking as you walk", "food", "tariq", Stage.DEFERRED, INC, SERVICE,
        "People queue at the machine with their hands full.",
        "The parking ticket can be paid at any till.",
        "A change in the tills.", money(28000),
        "The tills are being replaced; after that it is a day's work.",
    ),
    Thought(
        "A menu that shows the minutes", "food", "table", Stage.RETURNED, INC, SERVICE,
        "People with forty minutes do not dare to sit down, since nobody says how long a plate takes.",
        "Every menu names the minutes beside the price, and the kitchen keeps to them.",
        "Three kitchens that are willing.", money(7000),
        "We like it. Name the three kitchens, and what happens when the minutes are not kept.",
    ),
    Thought(
        "Colour the halls", "way", "arrow", Stage.RETURNED, SUB, OFFER,
        "All halls look alike; people say 'the one with the pharmacy'.",
        "Four halls, four colours, from the car park to the gate.",
        "Paint, films, new tickets.", money(120000),
        "Begin with one hall and say how you would know that it worked.",
    ),
    Thought(
        "Weigh it at home", "checkin", "flow", Stage.APPROVED, INC, SERVICE,
        "One in seven repacks at the desk, on the floor, in front of everybody.",
        "We lend a hanging scale with the parking ticket, and the kiosk believes it.",
        "2,000 scales, one airline that joins.", money(24000),
        "An airline has joined. Charter it when the scales are here.",
    ),
)  # fmt: skip

IN_REVIEW = (
    Thought(
        "Bag drop before the door", "checkin", "maya", Stage.IN_REVIEW, SUB, SERVICE,
        "Most mornings between five and eight the queue for bag drop reaches the revolving door, and people with a trolley cannot tell it from the queue for the desks. They have checked in at home. They stand with us for one thing: to hand over a bag.",
        "I propose to take the bag where the trolley stops. Two belts outside under the canopy of doors 3 and 5, open from 4:30 to 9:00, for passengers who hold a boarding pass.",
        "Two belts on lease for three months, four people a shift, a cover against the wind, and a word from security that a bag taken outside is screened as one taken inside. It fails if the hatch cannot carry 300 bags an hour, and that can be measured in one morning before anything is leased.", money(88000),
    ),
    Thought(
        "Trolleys where the queue begins", "checkin", "flow", Stage.IN_REVIEW, INC, SERVICE,
        "Trolleys stand at the end of the drop-off lane. Whoever needs one carries the bags there first.",
        "Three bays where the queue begins, filled on the quarter hour.",
        "One person in each peak.", money(12000),
    ),
    Thought(
        "A quiet lane for first-time flyers", "security", "badr", Stage.IN_REVIEW, SUB, SERVICE,
        "Some have never flown. They do not know what a tray is for, and nobody has time to say.",
        "One lane with time to spare: pictures of what stays in the bag, a bench to take shoes off, and nobody behind who sighs.",
        "A lane that is closed anyway from ten to two.", money(15000),
    ),
    Thought(
        "Trays that come back by themselves", "security", "karim", Stage.IN_REVIEW, SUB, OFFER,
        "Every fourth minute somebody carries empty trays from one end to the other, through the people.",
        "Rollers under the belt bring them back, so that staff look at passengers instead of carrying plastic.",
        "A fitter, one lane at a time.", money(96000),
    ),
    Thought(
        "Forty things at town prices", "food", "lina", Stage.IN_REVIEW, INC, MODEL,
        "We promise town prices on forty things, and no passenger has ever found out which.",
        "A blue dot on the shelf, the same in every shop, and a page that names the forty.",
        "A line in the leases.", money(5000),
    ),
    Thought(
        "First bag in twelve", "reclaim", "flow", Stage.IN_REVIEW, RAD, SERVICE,
        "The first bag takes twenty-two minutes, of which nine are spent waiting for a tractor.",
        "Tractors wait for the aircraft instead of the aircraft for them, by the arrival feed and two drivers on standby.",
        "Two drivers in the evening peak.", money(130000),
    ),
    Thought(
        "Empty your pockets at the café", "security", "salma", Stage.IN_REVIEW, INC, SERVICE,
        "People begin to empty their pockets when their turn has come.",
        "The clear bag comes with the coffee. People pack while they sit, and arrive at the belt ready.",
        "60,000 bags and four cafés.", money(11000),
    ),
    Thought(
        "Ask at the arrow", "way", "rana", Stage.IN_REVIEW, INC, SERVICE,
        "At the crossing of halls B and C one person in five stops to ask; there is nobody to ask.",
        "A host stands there in the two peaks, with a map that one can take along.",
        "Six hours of a host's day.", money(21000),
    ),
    Thought(
        "One bill for a family", "food", "tariq", Stage.IN_REVIEW, SUB, MODEL,
        "A family eats at three counters and queues at three tills.",
        "One tray, one till, one bill over six counters.",
        "A till that knows six tenants.", money(64000),
    ),
)  # fmt: skip

WAITING = (
    Thought(
        "A bench where people wait for the lift", "way", "zaid", Stage.SUBMITTED, INC, OFFER,
        "Those who cannot take the stairs stand longest of all.",
        "Two folding benches beside each lift.",
        "Eighteen benches.", money(9000),
    ),
    Thought(
        "Live subtitles at the lanes", "security", "karim", Stage.SUBMITTED, RAD, OFFER,
        "Who does not hear well does not hear what is called out, and takes off the wrong shoe.",
        "What staff call out appears above the lane in four languages.",
        "Microphones, screens, a licence.", money(37000),
    ),
    Thought(
        "Bag tags that dry", "checkin", "salma", Stage.SUBMITTED, INC, OFFER,
        "On wet mornings tags come off, and the bag goes to nobody.",
        "Another paper.",
        "Four cents a tag.", money(16000),
    ),
    Thought(
        "A warm plate for crews", "food", "table", Stage.SUBMITTED, INC, MODEL,
        "Crews eat what passengers eat, at passengers' prices, in passengers' queues.",
        "A counter behind the wall with the same kitchen.",
        "A hatch.", money(19000),
    ),
    Thought(
        "Screens that remember the way back", "way", "yusuf", Stage.SUBMITTED, SUB, OFFER,
        "Whoever goes to eat forgets the gate.",
        "A screen reads the boarding pass and shows the way and the minutes.",
        "Ten scanners.", money(58000),
    ),
    Thought(
        "Say it when the belt stops", "reclaim", "salma", Stage.SENT_BACK, INC, SERVICE,
        "When the belt stops nobody knows whether that was all.",
        "The screen says: 40 of 112 bags.",
        "", None,
        "Say where the number of bags comes from; Karim's team can tell you in ten minutes.",
    ),
    Thought(
        "Pre-order from the train", "food", "zaid", Stage.SENT_BACK, SUB, OFFER,
        "People hurry past food because they do not know what is ahead.",
        "A page that takes the order on the train and names the minute.",
        "", money(30000),
        "Which restaurants? Ask two of them first and tell us what they said.",
    ),
    Thought(
        "Queue by colour of the cabin bag", "checkin", "tariq", Stage.ADMITTED, RAD, SERVICE,
        "Nobody knows who was first where three ropes meet.",
        "Three colours of ropes and of tags, so that people see whom they stand behind.",
        "Ropes.", money(4000),
    ),
    Thought(
        "Lockers for an hour", "checkin", "calm", Stage.ADMITTED, SUB, MODEL,
        "People with four hours to spare drag bags through the shops.",
        "Lockers before security, free for an hour.",
        "Sixty lockers on trial.", money(22000),
    ),
    Thought(
        "Ten-minute slots at security", "security", "zaid", Stage.ADMITTED, SUB, SERVICE,
        "Everybody comes when everybody comes.",
        "One chooses ten minutes at check-in; a lane at the side keeps them. Whoever has no slot waits no longer than today.",
        "A lane, a page, a scanner.", money(47000),
    ),
    Thought(
        "Hand luggage weighed by the shop", "food", "salma", Stage.REFUSED, INC, OFFER,
        "Scales are at the desk only.",
        "A scale in every shop, so that people buy what still fits.",
        "", None,
        "Nothing in what passengers say points here, and it would invite them to repack among shelves.",
    ),
    Thought(
        "Turn the announcements off", "security", "badr", Stage.WITHDRAWN, RAD, SERVICE,
        "Nobody listens, everybody hears.",
        "A week without announcements, to see what happens.",
        "", None,
    ),
)  # fmt: skip

KEPT = (
    Thought(
        "Sockets in every second seat", "wifi", "karim", Stage.SIGNAL, INC, OFFER,
        "People sit on the floor by the one socket.", "Sockets in every second seat of the gates.",
    ),
    Thought(
        "Say how many spaces, and where", "parking", "tariq", Stage.SIGNAL, INC, SERVICE,
        "On Thursdays one circles all three levels.", "A number at each ramp, counted by loops that are in the ground already.",
    ),
    Thought(
        "A door that opens by itself at stop 5", "reduced", "maya", Stage.SIGNAL, INC, OFFER,
        "Whoever comes in a wheelchair waits at stop 5 until somebody sees it.", "A door that opens by itself, and a bell.",
    ),
    Thought(
        "Wi-Fi without the form", "wifi", "zaid", Stage.ANSWERED, INC, SERVICE,
        "Four fields to read one message.", "No fields.", "", None,
        "You are right, and it needs no committee: the form goes with the new contract in January.",
    ),
    Thought(
        "Play areas at every pier", "boarding", "imported", Stage.IMPORTED, INC, OFFER,
        "From the suggestion box of last year.", "A corner with a mat and blocks at each pier.",
    ),
    Thought(
        "Clearer voice at the gates", "boarding", "imported", Stage.IMPORTED, INC, OFFER,
        "From the suggestion box of last year.", "New loudspeakers.",
    ),
    Thought(
        "Take the bag at the train", "checkin", "calm", Stage.DRAFT, RAD, MODEL,
        "People roll bags for forty minutes that we shall carry anyway.", "We take them where the train starts.",
    ),
    Thought(
        "Half portions at half price", "food", "lina", Stage.DRAFT, INC, OFFER,
        "Children eat half and pay the whole.", "",
    ),
    Thought(
        "Show the line of the X-ray", "security", "badr", Stage.DRAFT, INC, OFFER,
        "People wonder why their bag went aside.", "",
    ),
    Thought(
        "A bell for the last bag", "reclaim", "yusuf", Stage.DISCARDED, INC, OFFER,
        "Nobody knows.", "A bell.",
    ),
)  # fmt: skip
