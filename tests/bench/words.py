"""Sentences for an invented organisation: dull, but of natural length and with words that a search can find."""

from random import Random

WHO = (
    "Passengers",
    "Families with small children",
    "Travellers who arrive late",
    "Business guests",
    "People in wheelchairs",
    "First-time visitors",
    "Guests of the lounge",
    "Crews",
    "Transfer passengers",
    "Older customers",
)
DO = (
    "wait far too long at",
    "cannot find",
    "lose their way to",
    "complain about",
    "are surprised by",
    "give up on",
    "ask three times for",
    "are not told about",
    "pay twice for",
    "turn back from",
)
WHAT = (
    "the bag drop",
    "security screening",
    "the transfer desk",
    "the car park shuttle",
    "passport control",
    "lost luggage",
    "the family room",
    "the prayer room",
    "the boarding gate",
    "the taxi rank",
    "the information desk",
    "the refund form",
    "the quiet zone",
    "the baggage belt",
    "the sign to the trains",
    "the charging point",
)
WHEN = (
    "before six in the morning",
    "on the first day of the holidays",
    "when two flights leave at once",
    "after a gate change",
    "in the evening",
    "whenever it rains",
    "at the weekend",
    "while a desk is closed",
)
CHANGE = (
    "Open a second desk for",
    "Put one person in charge of",
    "Send a message about",
    "Show the waiting time at",
    "Let people book",
    "Draw a line on the floor to",
    "Train everyone who works at",
    "Ask customers again about",
    "Lend a helper to",
    "Move",
)
COMMENT = (
    "We tried this in **{}** and it cost next to nothing.",
    "Who would answer for it {}?",
    "I would begin small, {}, and look at the figures.",
    "This is what my department hears {}, every single week.",
    "> the same again\n\nIt was worse {}.",
    "Two points:\n\n- it needs a rota\n- it fails {}",
    "Agreed. See also what happens {}.",
)


def lower(words: str) -> str:
    return words[0].lower() + words[1:]


class Words:
    def __init__(self, random: Random) -> None:
        self.random = random

    def sentence(self) -> str:
        pick = self.random.choice
        return f"{pick(WHO)} {pick(DO)} {pick(WHAT)} {pick(WHEN)}."

    def sentences(self, most: int) -> str:
        return " ".join(self.sentence() for _ in range(self.random.randint(1, most)))

    def title(self) -> str:
        pick = self.random.choice
        return f"{pick(CHANGE)} {pick(WHAT)} {pick(WHEN)}"

    def comment(self) -> str:
        pick = self.random.choice
        return f"{pick(COMMENT).format(pick(WHEN))} {lower(self.sentence())}"


FIRST = ("Amina", "Bilal", "Clara", "Daoud", "Elif", "Farid", "Greta", "Hana", "Idris", "Jana", "Karim", "Lena")
LAST = ("Abbas", "Becker", "Castro", "Darwish", "Eriksen", "Fahmy", "Garcia", "Haddad", "Ivanova", "Jansen", "Khoury")


def name(number: int) -> str:
    """Names repeat, as names do."""
    return f"{FIRST[number % len(FIRST)]} {LAST[number % len(LAST)]}"
