"""What a pilot changed, from the command line."""

import json
from dataclasses import asdict
from typing import Annotated, Any

import typer

from app.errors import Trouble
from app.main import open_database
from app.pilots.effect import Effect
from app.pilots.measures import as_place
from app.pilots.measuring import compared
from app.settings import load
from app.voice.queries import source_named

commands = typer.Typer(help="Pilots and what they changed.", no_args_is_help=True)


@commands.callback()
def pilots() -> None:
    """Pilots and what they changed."""


@commands.command()
def effect(
    before: Annotated[str, typer.Option(help="The wave before, by name or number.")],
    after: Annotated[str, typer.Option(help="The wave after.")],
    outcome: Annotated[str, typer.Option(help="The outcome that both waves ask for.")],
    where: Annotated[
        str, typer.Option(help="SEGMENT=VALUE: where the pilot ran; everybody else is the comparison.")
    ] = "",
    weighted: Annotated[bool, typer.Option("--weighted", help="With the survey's weights.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One object, numbers unrounded.")] = False,
) -> None:
    """Measure an outcome after against before, and there against elsewhere."""
    place = as_place(where)
    if where and (place is None or not place.segment or not place.label):
        raise Trouble("Write --where as SEGMENT=VALUE.")
    database = open_database(load())
    with database.reading() as db:
        waves = [source_named(db, name).id for name in (before, after)]
        found = compared(db, waves[0], waves[1], outcome, place, weighted=weighted)
    told = fields(found) | {"weighted": weighted}
    print(json.dumps(told, ensure_ascii=False) if as_json else in_words(outcome, found))


def fields(found: Effect) -> dict[str, Any]:
    return {
        "change": found.change,
        "low": found.low,
        "high": found.high,
        "z": found.z,
        "n_before": found.n_before,
        "n_after": found.n_after,
        "comparison": asdict(found.comparison) if found.comparison else None,
        "difference_in_differences": (
            asdict(found.difference_in_differences) if found.difference_in_differences else None
        ),
        "verdict": found.verdict.value,
    }


def in_words(outcome: str, found: Effect) -> str:
    if found.change is None:
        return f"{outcome}: {found.verdict.value} ({found.n_before} answers before, {found.n_after} after)."
    words = f"{outcome}: {found.change:+.2f} ({found.low:+.2f} to {found.high:+.2f}), {found.verdict.value}"
    against = found.difference_in_differences
    if against:
        words += f"; against elsewhere {against.change:+.2f} ({against.low:+.2f} to {against.high:+.2f})"
    return f"{words}. {found.n_before:,} answers before, {found.n_after:,} after."
