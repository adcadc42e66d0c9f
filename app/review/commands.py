"""`python3 manage.py review ...`"""

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from app.errors import Trouble
from app.review.calibration import Calibrated, Calibration, calibrate
from app.review.crossed import TooLarge
from app.review.saying import doubts_in_words, found_in_words
from app.review.score_files import as_json, scores_in

commands = typer.Typer(no_args_is_help=True, help="Review: scores, calibrated.")


class End(StrEnum):
    HIGH = "high"
    LOW = "low"


@commands.callback()
def review() -> None:
    """Review: scores, calibrated."""


@commands.command("calibrate")
def calibrate_file(
    file: Annotated[Path, typer.Argument(help="CSV, TSV, XLSX, XLS or ODS: a row for each score.")],
    item: Annotated[str, typer.Option(help="The column of what is scored.")],
    reviewer: Annotated[str, typer.Option(help="The column of who scored it.")],
    score: Annotated[str, typer.Option(help="The column of the score; blank where there is none.")],
    best: Annotated[End, typer.Option(help="Which end of the scale is the best.")] = End.HIGH,
    as_object: Annotated[bool, typer.Option("--json", help="Print one object, numbers unrounded.")] = False,
) -> None:
    """Scores as the average reviewer would have given them, with intervals, ranks and what the ranks could be."""
    scores = scores_in(file, item, reviewer, score)
    if scores.again:
        typer.echo(again_in_words(scores.again), err=True)
    try:
        found = calibrate(scores.rows, "low" if best is End.LOW else "high")
    except TooLarge as error:
        raise Trouble(f"These are too many items and reviewers ({error}) for one calibration.") from error
    typer.echo(json.dumps(as_json(found), ensure_ascii=False)) if as_object else in_words(found)


def again_in_words(again: int) -> str:
    if again == 1:
        return "1 score is of an item by a reviewer who had scored it before; it counts too."
    return f"{again:,} scores are of an item by a reviewer who had scored it before; they count too."


def in_words(found: Calibration[str, str]) -> None:
    counts = (f"{found.n:,} scores", f"{len(found.items):,} items", f"{len(found.reviewers):,} reviewers")
    typer.echo(", ".join(counts))
    for sentence in (*found_in_words(found), *doubts_in_words(found)):
        typer.echo(sentence)
    for one in found.items:
        typer.echo(f"  {one.rank}. {one.item}: {figures(one)}, mean {one.mean:.2f}, n {one.n}")


def figures(one: Calibrated[str]) -> str:
    if one.adjusted is None:
        return "not calibrated"
    reach = f"rank {one.rank_low} to {one.rank_high}"
    return f"{one.adjusted:.2f} ({one.low:.2f} to {one.high:.2f}), {reach}"
