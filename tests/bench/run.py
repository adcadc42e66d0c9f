"""`python3 manage.py bench`: floor and product side by side, in rounds, and fifty people who vote at once."""

import json
import tempfile
from collections.abc import Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.bench import report as reporting
from tests.bench import voting
from tests.bench.load import Ask, Taken, client, take
from tests.bench.pages import NAMES, asks, encoding
from tests.bench.product import Product, product, statements_of
from tests.bench.report import Figures, Report, Votes
from tests.bench.servers import Server, serving

SMALL, LARGE = 1_000, 100_000
Rounds = list[tuple[Taken, Taken]]  # the floor and the page, one after the other


@dataclass(frozen=True)
class Plan:
    sizes: Sequence[int]
    rounds: int
    requests: int  # of each page in each round
    voting_seconds: float
    compressed: bool = False


def run(*, quick: bool, file: Path | None, compressed: bool) -> int:
    plan = Plan([SMALL], 3, 60, 3, compressed) if quick else Plan([SMALL, LARGE], 3, 200, 10, compressed)
    report = measure(plan)
    print(reporting.words(report))
    if file:
        file.write_text(json.dumps(report.as_dict(), indent=2) + "\n")
    too_much = list(reporting.beyond(report, reporting.budgets(quick)))
    print("\n".join(f"Beyond its budget: {words}." for words in too_much) or "All within their budgets.")
    return 1 if too_much else 0


def measure(plan: Plan) -> Report:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pilotage-bench-")))
        products = [stack.enter_context(product(folder, ideas)) for ideas in plan.sizes]
        floor = stack.enter_context(floor_of(products[-1], plan, folder))
        taken = take_turns(plan, floor, products)
        pages = [figures(one, name, rounds) for (one, name), rounds in taken.items()]
        votes = vote(products[-1], plan)
        return Report(
            floor_cpu_ms=median(bare.cpu_ms for rounds in taken.values() for bare, _ in rounds),
            pages=pages,
            growth=reporting.growth(pages),
            votes=votes,
            memory_mb=products[-1].server.memory(),
        )


def floor_of(largest: Product, plan: Plan, folder: Path) -> AbstractContextManager[Server]:
    """A bare server with a body of the list page's size."""
    with client(largest.server) as there:
        _, body = there.get(asks(largest.page("list"), largest.tokens, 1, compressed=False, there=there)[0])
    options = [str(len(body)), *(["compressed"] if plan.compressed else [])]
    return serving("tests.bench.floor", *options, log=folder / "floor.log")


def take_turns(plan: Plan, floor: Server, products: Sequence[Product]) -> dict[tuple[Product, str], Rounds]:
    """Every page of every product right after the floor, and all of that in rounds: what slows one slows the other."""
    taken: dict[tuple[Product, str], Rounds] = {}
    bare = [Ask("/", encoding(plan.compressed))] * plan.requests
    for _ in range(plan.rounds):
        for name in NAMES:
            for one in products:
                with client(one.server) as there:
                    asked = asks(one.page(name), one.tokens, plan.requests, plan.compressed, there)
                taken.setdefault((one, name), []).append((take(floor, bare), take(one.server, asked)))
    return taken


def figures(one: Product, name: str, rounds: Rounds) -> Figures:
    return reporting.figures(name, one.ideas, rounds, statements_of(one, one.page(name)))


def vote(largest: Product, plan: Plan) -> Votes:
    voters = voting.voters(largest.database, {person: largest.tokens[person] for person in voting.VOTERS})
    voted = voting.vote(largest.server, voters, plan.voting_seconds)
    return Votes(
        per_second=voted.per_second,
        errors=voted.errors,
        lost=voting.lost(largest.database, voters),
        p99_ms=reporting.quantile(voted.seconds, 0.99),
    )
