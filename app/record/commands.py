"""`record verify` and `record head`: the chain from the command line, and the anchor to keep elsewhere."""

import json as to_json
import re
from pathlib import Path
from typing import Annotated

import typer

from app import schema
from app.errors import Trouble
from app.main import open_database
from app.record.queries import head as head_of
from app.record.queries import verify as walk
from app.settings import load

commands = typer.Typer(help="Verify the record, and take its anchor.", no_args_is_help=True)


@commands.command()
def verify(
    json: Annotated[bool, typer.Option("--json", help="Print one object.")] = False,
    anchor: Annotated[
        Path | None, typer.Option(help="A file that holds what `record head` printed: shows a tail that was cut off.")
    ] = None,
) -> None:
    """Walk the whole chain. Ends with 1, and names the first broken entry, when it is not intact."""
    settings = load()
    kept = read_anchor(anchor) if anchor else None
    database = open_database(settings)
    schema.make_ready(database)
    with database.reading() as db:
        found = walk(db, database.known["record_keys"], kept)
    database.close()
    if json:
        print(to_json.dumps({"entries": found.entries, "intact": found.intact, "first_broken": found.first_broken}))
    elif found.intact:
        print(f"The record is intact: {found.entries:,} {'entry' if found.entries == 1 else 'entries'}.")
    if not found.intact:
        raise Trouble(f"The record is broken at entry {found.first_broken}: {found.why}.")


@commands.command()
def head(json: Annotated[bool, typer.Option("--json", help="Print one object.")] = False) -> None:
    """Print the anchor, the last entry's number and hash: keep it where nobody can change both."""
    database = open_database(load())
    schema.make_ready(database)
    with database.reading() as db:
        number, hash_ = head_of(db)
    database.close()
    print(to_json.dumps({"number": number, "hash": hash_}) if json else f"{number} {hash_}")


def read_anchor(file: Path) -> tuple[int, str] | None:
    """As `record head` prints it, plain or as JSON. The anchor of an empty record proves nothing and is none."""
    try:
        words = file.read_text()
    except OSError as error:
        raise Trouble(f"The anchor {file} cannot be read: {error.strerror}.") from error
    found = re.fullmatch(r'(?:\{"number": )?(\d{1,18})(?:, "hash": "| ?)([0-9a-f]{64})?(?:"\})?', words.strip())
    if found is None or (found[2] is None and int(found[1])):
        raise Trouble(f"{file} does not hold an anchor: the number and hash that `record head` printed.")
    return (int(found[1]), found[2]) if found[2] else None
