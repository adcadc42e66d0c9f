"""`python3 manage.py ideas ...`"""

from typing import Annotated

import typer

from app.ideas import actions
from app.ideas.importing.import_commands import import_
from app.ideas.similar.similar_commands import look, reindex
from app.main import open_database
from app.settings import load
from app.talk.actions import recount as recount_talk

commands = typer.Typer(no_args_is_help=True, help="Ideas.")
commands.command("import")(import_)
commands.command("similar")(look)
commands.command("reindex")(reindex)


@commands.callback()
def group() -> None:
    """Ideas."""


@commands.command()
def recount(
    check: Annotated[bool, typer.Option("--check", help="Only say what is wrong.")] = False,
) -> None:
    """Hold the counters of support and talk against votes and comments, and set them right."""
    database = open_database(load())
    with database.writing() as db:
        support = actions.recount(db) if not check else actions.wrong_counters(db)
        talk = recount_talk(db, mend=not check)
    for id, counter, votes in support:
        typer.echo(f"idea:{id} said {counter} support; there are {votes} votes.")
    for ref, counter, comments in talk:
        typer.echo(f"{ref} said {counter} comments; there are {comments}.")
    done = "found" if check else "set right"
    typer.echo(f"{len(support) + len(talk)} counters {done}.")
    if check and (support or talk):
        raise typer.Exit(1)
