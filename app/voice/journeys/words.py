"""What a journey's page says in a sentence."""

from collections.abc import Sequence

from app.voice.journeys.drawing import valleys
from app.voice.journeys.queries import Point
from app.web.rendering import number_words


def listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def finding(points: Sequence[Point]) -> str:
    """Where the curve lies lowest, honest about two that chance may have put in this order."""
    low = valleys(points)
    if not points:
        return "No touchpoint stands on it yet."
    if not low:
        return "Nobody has been asked about any of its touchpoints."
    told = listed([f"{one.placed.name} ({number_words(one.value, 0)})" for one in low])
    valley = "Its deepest valley is" if len(low) == 1 else "Its deepest valleys are"
    return f"{valley} {told}, of 100{doubt(low)}."


def doubt(low: Sequence[Point]) -> str:
    first, *rest = (one.line.estimate for one in low if one.line and one.line.estimate)
    if not rest or first.high is None or rest[0].low is None or first.high < rest[0].low:
        return ""
    return "; which of the two is deeper cannot be told"


def gaps(points: Sequence[Point]) -> str:
    unasked = [one.placed.name for one in points if not one.asked]
    if not unasked:
        return ""
    named = listed(unasked[:3]) if len(unasked) <= 3 else f"{len(unasked)} of its {len(points)} touchpoints"
    return f"Nobody asks about {named}."


def apart(points: Sequence[Point], one: str, other: str) -> str:
    """Where the two that are compared lie furthest apart, of what is more than chance."""
    sure = [each for each in points if each.line and each.line.since and each.line.tone != "quiet"]
    if not sure:
        return f"{one} and {other} do not differ anywhere by more than chance explains."
    most = max(sure, key=lambda each: abs(each.line.since.change) if each.line and each.line.since else 0)
    assert most.line is not None
    assert most.line.since is not None
    way = "below" if most.line.since.change < 0 else "above"
    by = number_words(abs(most.line.since.change), 1)
    return f"{one} lies furthest from {other} at {most.placed.name}: {by} {way}, more than chance explains."
