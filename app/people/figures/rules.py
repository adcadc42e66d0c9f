"""The one list of figures about single people. Whoever draws one asks `queries.shown` first."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """key: as it stands in the database. name, what: what it is. purpose, seen_by, kept: as the works council reads."""

    key: str
    name: str
    what: str
    purpose: str
    seen_by: str
    kept: str


SEVERITY, LATENESS, FORECASTS = "severity", "lateness", "forecasts"
FIGURES = {
    one.key: one
    for one in (
        Figure(
            SEVERITY,
            "Severity of a reviewer",
            "How much lower or higher one member scores than the others do on the same ideas.",
            "So that a member can look at how they use the scale. Calibrated scores need no names, and are worked out "
            "whether this is on or off.",
            "The member alone, of themselves.",
            "Not kept: worked out from the reviews each time it is shown.",
        ),
        Figure(
            LATENESS,
            "Lateness of a reviewer",
            "How often, and by how many days, one member submitted after the promised day.",
            "So that a committee can share its work so that members can keep their days.",
            "The member, of themselves, and the chair and deputy of the committee.",
            "Not kept: worked out from the reviews of the last twelve months each time it is shown.",
        ),
        Figure(
            FORECASTS,
            "How a member’s forecasts did",
            "How often the measured effect of a pilot lay inside the range that the member gave, and by how much the "
            "forecast missed it.",
            "So that a member learns from their own forecasts.",
            "The member alone, of themselves. The committee reads the sum of three members and more, which is about "
            "nobody and is always shown.",
            "Not kept: worked out from the reviews and the pilots that have ended each time it is shown.",
        ),
    )
}
