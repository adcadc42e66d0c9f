"""What was typed into the search: words, and operators such as `author:amal` or `is:mine`.

An operator that cannot be read is looked for as words. Nothing that is typed is a mistake.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from urllib.parse import urlencode

from app.ideas.models import Stage
from app.pilots.models import PilotStage
from app.search.models import LONGEST
from app.words import clauses, open_ended, wanted

PART = re.compile(r'-?(?:([a-z]+):)?(?:["“”«»]([^"“”«»]*)["“”«»]?|([^\s"“”«»]+))', re.IGNORECASE)
STAGES: Mapping[str, str] = {
    stage.value: stage.value for stage in (*Stage, *PilotStage) if stage is not Stage.DISCARDED
}
KINDS = ("idea", "comment", "file", "process", "pilot", "team", "person")
MORE_KINDS = ("touchpoint", "journey", "source", "customer_job", "diagnosis")
WORDS_OF_KINDS = {name: name for name in (*KINDS, *MORE_KINDS)} | {
    "ideas": "idea",
    "comments": "comment",
    "files": "file",
    "processes": "process",
    "pilots": "pilot",
    "teams": "team",
    "people": "person",
    "persons": "person",
    "touchpoints": "touchpoint",
    "journeys": "journey",
    "sources": "source",
    "job": "customer_job",
    "jobs": "customer_job",
    "diagnoses": "diagnosis",
}


class Sort(StrEnum):
    BEST = "best"
    NEWEST = "newest"


@dataclass(frozen=True)
class Operator:
    """As it was typed, and what it was read as."""

    typed: str
    key: str
    value: str


@dataclass(frozen=True)
class Asked:
    """One key said twice means either; different keys have to hold together."""

    q: str = ""
    words: str = ""
    operators: tuple[Operator, ...] = ()
    parts: tuple[str, ...] = ()
    sort: Sort = Sort.BEST
    begin: int = 0

    def values(self, key: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one.value for one in self.operators if one.key == key))

    @property
    def mine(self) -> bool:
        return "mine" in self.values("is")

    @property
    def open(self) -> bool:
        return "open" in self.values("is")

    @property
    def any(self) -> bool:
        """Whether anything can be looked for: a letter, a digit or an operator."""
        return bool(self.operators or clauses(self.words))

    @property
    def narrow(self) -> frozenset[str]:
        """By which keys, kinds apart, it is narrowed."""
        keys = {one.key for one in self.operators if one.key in ("author", "process", "stage")}
        return frozenset(keys | set(self.values("is")))

    def href(self, path: str = "/search", **other: object) -> str:
        fields = {"q": self.q, "sort": "" if self.sort is Sort.BEST else self.sort.value, **other}
        told = {name: str(value) for name, value in fields.items() if value not in ("", 0, None)}
        return f"{path}?{urlencode(told)}" if told else path

    def plus(self, key: str, value: str) -> str:
        """What would be typed to narrow it by this as well."""
        quoted = f'"{value}"' if re.search(r"[^\w-]", value) else value
        return f"{self.q} {key}:{quoted}".strip()

    def minus(self, operator: Operator) -> str:
        return " ".join(part for part in self.parts if part != operator.typed)


def read(given: Mapping[str, str]) -> Asked:
    begin, sort = given.get("after", ""), given.get("sort", "")
    told = parts(" ".join(given.get("q", "")[:LONGEST].split()))
    return Asked(
        told.q,
        told.words,
        told.operators,
        told.parts,
        Sort.NEWEST if sort == Sort.NEWEST or not wanted(told.words) else Sort.BEST,
        int(begin) if begin.isascii() and begin.isdigit() and len(begin) < 5 else 0,
    )


@lru_cache(maxsize=500)
def parts(q: str) -> Asked:
    operators, words, all = [], [], []
    for typed, key, value in apart(q):
        all.append(typed)
        known = meant(key, value)
        if known:
            operators.append(Operator(typed, key, known))
        else:
            words.append(typed)
    return Asked(q, open_ended(" ".join(words)), tuple(operators), tuple(all))


def apart(q: str) -> Iterator[tuple[str, str, str]]:
    """Each part as typed, with what stands before its colon and after it where that may be an operator."""
    for part in PART.finditer(q):
        key = (part[1] or "").lower()
        yield part[0], "" if part[0].startswith("-") else key, part[2] or part[3] or ""


def meant(key: str, value: str) -> str:
    """What an operator's value stands for; empty where it is none."""
    plain: str = re.sub(r"[-_\s]+", " ", value).strip().casefold()
    match key:
        case "author" | "process":
            return value.strip() if wanted(value) else ""
        case "stage":
            return STAGES.get(plain, "")
        case "kind":
            return WORDS_OF_KINDS.get(plain.replace(" ", "_"), "")
        case "is":
            return plain if plain in ("mine", "open") else ""
        case _:
            return ""
