"""`python3 manage.py ideas similar TEXT`, and the index behind it."""

import json
from typing import Annotated

import typer

from app import schema
from app.errors import Trouble
from app.ideas.similar.bags import titled
from app.ideas.similar.finding import similar
from app.ideas.similar.keeping import begin_anew, catch_up
from app.ideas.similar.near import Near
from app.main import open_database
from app.settings import load

AS_JSON = Annotated[bool, typer.Option("--json", help="Print one object, numbers unrounded.")]


def look(
    text: Annotated[str, typer.Argument(help="A title, or a title and more on the lines after it.")],
    as_json: AS_JSON = False,
    most: Annotated[int, typer.Option(min=1, max=100, help="How many at most.")] = 20,
) -> None:
    """The ideas nearest to a text, among those that every employee sees."""
    if "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise Trouble("The text holds a character that cannot be stored (a NUL or half a character).")
    database = open_database(load())
    schema.make_ready(database)
    catch_up(database)
    with database.reading() as db:
        found = similar(db, None, *titled(text), most=most)
    items = [{"ref": one.ref, "title": one.title, "stage": one.stage.value, "score": one.score} for one in found]
    typer.echo(json.dumps({"items": items}, ensure_ascii=False) if as_json else lines(found))


def lines(found: list[Near]) -> str:
    if not found:
        return "Nothing like it is here yet."
    return "\n".join(f"{one.percent:3} %  {one.ref}  {one.stage.value}  {one.title}" for one in found)


def reindex() -> None:
    """Read every idea anew into the index of similar ideas."""
    database = open_database(load())
    schema.make_ready(database)
    typer.echo(f"{begin_anew(database)} ideas read.")
