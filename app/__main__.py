"""The command line: thin, no logic. `python3 manage.py NAME` comes here."""

import sys
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from app import logs, schema
from app.errors import Refusal, Trouble
from app.main import open_database, parts
from app.settings import TOP, load

cli = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None, help=__doc__
)


@cli.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Listen on this address.")] = None,
    port: Annotated[int | None, typer.Option(help="Listen on this port; 0 takes a free one.")] = None,
    workers: Annotated[int | None, typer.Option(help="Processes: one a core serves well.")] = None,
) -> None:
    """Serve the configured database. An embedded one is migrated first."""
    from app.serving import serve as run

    given = {"host": host, "port": port, "workers": workers}
    run(load(**{name: value for name, value in given.items() if value is not None}))


@cli.command()
def migrate(
    check: Annotated[bool, typer.Option("--check", help="Only compare the migrations with the code's tables.")] = False,
) -> None:
    """Bring the database's tables up to date."""
    if check:
        from app.serving import check_migrations

        print(check_migrations())
        return
    database = open_database(load())
    schema.migrate(database)
    print("The database is up to date.")


@cli.command()
def worker() -> None:
    """Run what is due from the outbox, until stopped: beside a server database, one or more of these."""
    from app.serving import work

    work(load())


@cli.command()
def bench(
    quick: Annotated[bool, typer.Option("--quick", help="1,000 ideas and few requests: a minute, for CI.")] = False,
    json: Annotated[Path | None, typer.Option(help="Write the figures to this file.")] = None,
    compressed: Annotated[bool, typer.Option(help="Ask for compressed pages, as browsers do.")] = False,
) -> None:
    """Measure speed against a bare server, and compare it with the budgets."""
    if not (TOP / "tests" / "bench").is_dir():
        raise Trouble("The bench stands in the source tree's tests, which are not here.")
    run = import_module("tests.bench.run").run
    raise typer.Exit(run(quick=quick, file=json, compressed=compressed))


def add_features() -> None:
    for module in (*parts("commands"), import_module("app.demo.commands")):
        group: typer.Typer = module.commands
        if getattr(module, "flat", False):
            cli.registered_commands.extend(group.registered_commands)
        else:
            cli.add_typer(group, name=getattr(module, "name", module.__name__.split(".")[1]))


def main() -> None:
    logs.configure(load())
    add_features()
    cli(prog_name="python3 manage.py")


if __name__ == "__main__":
    try:
        main()
    except (Trouble, Refusal) as trouble:
        print(trouble, file=sys.stderr)
        sys.exit(1)
