"""The figures of a run: medians of the rounds, as ratios to the floor of the same round; and the budgets."""

import math
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from tests.bench.load import Taken

BUDGETS = Path(__file__).parent / "budgets.toml"


@dataclass(frozen=True)
class Figures:
    name: str
    ideas: int
    ratio: float
    cpu_ms: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    statements: int
    bytes: int


@dataclass(frozen=True)
class Votes:
    per_second: float
    errors: int
    lost: int
    p99_ms: float


@dataclass(frozen=True)
class Report:
    floor_cpu_ms: float
    pages: Sequence[Figures]
    growth: float | None  # None where there was one size alone
    votes: Votes
    memory_mb: float
    database: str = "sqlite"

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def quantile(seconds: Sequence[float], share: float) -> float:
    """In milliseconds, by nearest rank: always a time that a request took."""
    return sorted(seconds)[max(0, math.ceil(share * len(seconds)) - 1)] * 1000


def figures(name: str, ideas: int, rounds: Sequence[tuple[Taken, Taken]], statements: int) -> Figures:
    """rounds: the floor and the page, taken one after the other."""
    seconds = [second for _, page in rounds for second in page.seconds]
    return Figures(
        name=name,
        ideas=ideas,
        ratio=median(page.cpu_ms / floor.cpu_ms for floor, page in rounds),
        cpu_ms=median(page.cpu_ms for _, page in rounds),
        p50_ms=quantile(seconds, 0.5),
        p95_ms=quantile(seconds, 0.95),
        p99_ms=quantile(seconds, 0.99),
        statements=statements,
        bytes=rounds[-1][1].bytes,
    )


def growth(pages: Sequence[Figures]) -> float | None:
    lists = sorted((page for page in pages if page.name == "list"), key=lambda page: page.ideas)
    return lists[-1].cpu_ms / lists[0].cpu_ms if len(lists) > 1 else None


def budgets(quick: bool) -> Mapping[str, Any]:
    chosen: Mapping[str, Any] = tomllib.loads(BUDGETS.read_text())["quick" if quick else "whole"]
    return chosen


def beyond(report: Report, budget: Mapping[str, Any]) -> Iterator[str]:
    """What costs more than it may, in words. Every budget names something that was measured."""
    largest = {page.name: page for page in sorted(report.pages, key=lambda page: page.ideas)}
    for name, most in budget["ratio"].items():
        yield from over(f"{name}, times the floor", largest[name].ratio, most)
    for name, most in budget["p95_ms"].items():
        yield from over(f"{name}, p95 in ms", largest[name].p95_ms, most)
    for name, most in budget["statements"].items():
        for page in report.pages:
            if page.name == name:
                yield from over(f"{name}, statements at {page.ideas:,} ideas", page.statements, most)
    if report.growth is not None:
        yield from over("growth of the list", report.growth, budget["growth"])
    for name, figure in asdict(report.votes).items():
        if name in budget["votes"]:
            yield from over(f"votes, {name}", figure, budget["votes"][name])
    yield from over("memory_mb", report.memory_mb, budget["memory_mb"])


def over(name: str, figure: float, most: float) -> Iterator[str]:
    if figure > most:
        yield f"{name}: {figure:.4g}, and {most:g} is the most"


def words(report: Report) -> str:
    head = f"{'page':<14}{'ideas':>8}{'× floor':>9}{'CPU ms':>9}{'p50':>8}{'p95':>8}{'p99':>8}{'SQL':>5}{'bytes':>9}"
    lines = [
        f"{page.name:<14}{page.ideas:>8,}{page.ratio:>9.1f}{page.cpu_ms:>9.2f}{page.p50_ms:>8.1f}{page.p95_ms:>8.1f}"
        f"{page.p99_ms:>8.1f}{page.statements:>5}{page.bytes:>9,}"
        for page in report.pages
    ]
    votes, grown = report.votes, "–" if report.growth is None else f"{report.growth:.2f}"
    floor = f"floor {report.floor_cpu_ms:.4f} ms CPU a request; growth of the list {grown}; "
    voted = f"votes: {votes.per_second:.0f} a second, p99 {votes.p99_ms:.0f} ms, "
    kept = f"{votes.errors} errors, {votes.lost} lost"
    return "\n".join([head, *lines, f"{floor}memory {report.memory_mb:.0f} MB", voted + kept])
