"""`processes show`: performance by impact, and what is vital."""

import csv
import json
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from app import schema
from app.errors import Trouble
from app.main import open_database
from app.processes.assessing import Question, as_json, picture
from app.processes.drivers import Method
from app.processes.study import Measure
from app.settings import load
from app.voice.queries import outcomes_of, source_named

commands = typer.Typer(no_args_is_help=True, help="Processes: how they perform, and how much they matter.")


@commands.callback()
def processes() -> None:
    """Processes: how they perform, and how much they matter."""


@commands.command()
def show(
    outcome: Annotated[str, typer.Option(help="The outcome that impact is on.")],
    source: Annotated[str, typer.Option(help="The source, by name or number.")],
    drivers: Annotated[str, typer.Option(help="Only these, parted by commas (a name with a comma in quotes).")] = "",
    impact: Annotated[Method, typer.Option(help="How impact is worked out.")] = Method.CORRELATION,
    rule: Annotated[
        str, typer.Option(help="Where the lines are: means, medians, target=N, or target=N,M with a line of impact.")
    ] = "means",
    performance: Annotated[
        Measure, typer.Option(help="Performance by the mean answer, or by the share on the best two steps.")
    ] = Measure.MEAN,
    weighted: Annotated[bool, typer.Option("--weighted", help="Use the survey's weights.")] = False,
    as_object: Annotated[bool, typer.Option("--json", help="Print one object, numbers unrounded.")] = False,
) -> None:
    """Performance by impact in one source. A touchpoint of no process stands for itself."""
    database = open_database(load())
    try:
        schema.make_ready(database)
        with database.reading() as db:
            asked = source_named(db, source)
            names = {one.name.casefold(): one.name for one in outcomes_of(db, asked.id)}
            if outcome.casefold() not in names:
                raise Trouble(f"{asked.name} has no outcome {outcome}.")
            wanted = tuple(next(csv.reader([drivers], skipinitialspace=True), ()))
            question = Question(asked.id, names[outcome.casefold()], impact, rule, weighted, wanted, performance)
            told = {"source": asked.name, **as_json(picture(db, question, patient=True))}
    finally:
        database.close()
    typer.echo(json.dumps(told, ensure_ascii=False)) if as_object else in_words(told)


def in_words(told: Mapping[str, Any]) -> None:
    weighted = "weighted" if told["weighted"] else "unweighted"
    typer.echo(f"{told['source']}, {told['outcome']}, {told['impact']}, lines at {told['rule']}, {weighted}")
    typer.echo(f"{told['n']:,} respondents, {told['complete']:,} answered everything; by {told['performance']}")
    for item in told["items"]:
        figures = [item["performance"], item["impact"]]
        words = ["–" if figure is None else f"{figure:.2f}" for figure in figures]
        typer.echo(f"  {item['name']}: performance {words[0]}, impact {words[1]}, {item['verdict']}")
