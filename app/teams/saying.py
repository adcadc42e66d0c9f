"""What a team's page says of it, in a sentence."""

from collections.abc import Sequence

from app.teams.queries import Member
from app.web.rendering import spelt


def makeup(people: Sequence[Member]) -> str:
    """Five people from three departments."""
    if not people:
        return "Nobody is in it."
    many = f"{spelt(len(people)).capitalize()} {'person' if len(people) == 1 else 'people'}"
    departments = sorted({one.department for one in people if one.department})
    if not departments:
        return f"{many}."
    if len(departments) == 1:
        return f"{many} from {departments[0]}."
    return f"{many} from {spelt(len(departments))} departments."
