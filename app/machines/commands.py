"""`backup` and `restore`."""

from pathlib import Path
from typing import Annotated

import typer

from app.machines import backup as making
from app.machines import restore as bringing
from app.main import open_database
from app.settings import load

commands = typer.Typer()
flat = True


@commands.command()
def backup(
    file: Annotated[Path, typer.Argument(help="The file to write: one .tar, readable by you alone.")],
    with_key: Annotated[
        bool, typer.Option("--with-key", help="Put the record's key inside too: whoever has the file can forge it.")
    ] = False,
) -> None:
    """Write a verified backup of the database while people work."""
    settings = load()
    database = open_database(settings)
    try:
        manifest = making.back_up(settings, database, file.absolute(), with_key=with_key)
    finally:
        database.close()
    record, files = manifest["record"], manifest["contents"]["count"]
    print(f"{file}: {sum(manifest['rows'].values()):,} rows, the record to entry {record['number']:,} {record['hash']}")
    print(f"{files:,} files' contents, each as its hash says." if files else "No files hang on anything yet.")
    if not with_key:
        print("The record's key is not inside. Keep a copy of it in another place.")


@commands.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A file that `backup` wrote.")],
    force: Annotated[bool, typer.Option("--force", help="Put it in the place of a database that holds data.")] = False,
) -> None:
    """Bring a backup back, after checking all of it. Stop the server first."""
    manifest = bringing.restore(load(), file, force=force)
    record = manifest["record"]
    print(f"Restored {sum(manifest['rows'].values()):,} rows of {manifest['made_at']}.")
    print(f"The record verifies to entry {record['number']:,}.")
