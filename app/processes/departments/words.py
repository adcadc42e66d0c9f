"""What the page of departments says in sentences."""

from collections.abc import Sequence

from app.processes.departments.queries import Pair, Told, Unseen
from app.web.rendering import number_words, spelt


def counted(number: int, one: str, more: str) -> str:
    return f"{spelt(number)} {one if number == 1 else more}"


def answer(told: Told) -> str:
    if not told.works:
        return "No process has a department yet."
    if not told.pairs:
        return "No two departments share a process."
    return sentence(told, told.pairs[0])


def sentence(told: Told, pair: Pair) -> str:
    """ "Security and Retail share three processes, two of them vital." """
    shared = counted(len(pair.shared), "process", "processes")
    return f"{told.names[pair.one]} and {told.names[pair.other]} share {shared}{of_them(pair.vital, len(pair.shared))}."


def of_them(vital: int, shared: int) -> str:
    if not vital:
        return ""
    if vital < shared:
        return f", {spelt(vital)} of them vital"
    return {1: ", vital", 2: ", both vital"}.get(shared, ", all vital")


def worst(pair: Pair) -> str:
    known = [work for work in pair.shared if work.performance]
    if not known or known[0].performance is None:
        return "no figure yet"
    return f"{known[0].name}, {number_words(known[0].performance.value, 0)} of 100"


def unseen(told: Told, one: Unseen) -> str:
    """What the other department cannot see, and whether it has looked at what it can."""
    works = one.works[0].name if len(one.works) == 1 else f"{one.works[0].name} and {len(one.works) - 1} more"
    first = f"{told.names[one.keeper]} keeps {one.source.name}, which asks about {works}."
    name = told.names[one.other]
    said = []
    if one.closed:
        said.append(f"{name} cannot see its {listed(one.closed)}")
    if not one.opened and "figures" not in one.closed:
        said.append("nobody there has opened its figures" if said else f"Nobody in {name} has opened its figures")
    return f"{first} {', and '.join(said)}." if said else first


def listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
