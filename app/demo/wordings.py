"""How the demo's survey asks: one question was worded otherwise in the second wave, which breaks its series."""

REWORDED = {"Lounges": ("How good was the lounge?", "How good was the lounge, food and drink included?")}


def wording(place: str, wave: str) -> str:
    """The question about a touchpoint in the "first" or the "second" wave."""
    first, second = REWORDED.get(place, (f"How good was it: {place[0].lower()}{place[1:]}?",) * 2)
    return first if wave == "first" else second
