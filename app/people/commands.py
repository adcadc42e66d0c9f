"""`people add`, `people import`, `people erase`."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import select
from sqlalchemy.orm import Session as DbSession
from sqlmodel import col

from app import schema
from app.admin.erasing import erase_wholly
from app.db import Database
from app.errors import Trouble
from app.main import open_database
from app.people import importing
from app.people.actions import add_person, email_taken, invite
from app.people.forms import an_email
from app.people.mail import configured
from app.people.models import Kind, Person
from app.people.roles import give
from app.people.rows import decode
from app.review.rounds import veil_newcomers
from app.settings import load

commands = typer.Typer(help="Add people, import them, erase one.", no_args_is_help=True)


class Word(StrEnum):
    EMPLOYEE = "employee"
    GUEST = "guest"
    LEADER = "leader"
    ADMINISTRATOR = "administrator"
    CHAIR = "chair"
    DEPUTY = "deputy"
    MEMBER = "member"


def ready() -> Database:
    database = open_database(load())
    schema.make_ready(database)
    return database


def address_in(words: str) -> str:
    try:
        return an_email(words.strip())
    except ValueError as error:
        raise Trouble(f"{words} is not an e-mail address.") from error


@commands.command()
def add(
    email: Annotated[str, typer.Argument(help="Their address, which they sign in with.")],
    name: Annotated[str, typer.Option(help="Their name.")],
    role: Annotated[list[Word], typer.Option(help="May be given several times.")] = [Word.EMPLOYEE],  # noqa: B006
) -> None:
    """Add a person, and print the invitation by which they choose a password."""
    address = address_in(email)
    if not name.strip() or len(name) > 200:
        raise Trouble("A name has between 1 and 200 characters.")
    if Word.GUEST in role and len(role) > 1:
        raise Trouble("A guest has no other role.")
    database = ready()
    with database.writing() as db:
        if email_taken(db, address):
            raise Trouble(f"Somebody here has the address {address} already.")
        kind = Kind.GUEST if Word.GUEST in role else Kind.EMPLOYEE
        person = add_person(db, None, name=name.strip(), email=address, kind=kind)
        for word in role:
            give(db, None, person, word.value)
            veil_newcomers(db)
        print(invite(db, None, database.known["settings"], person))
    database.close()


@commands.command(name="import")
def import_(
    file: Annotated[Path, typer.Argument(help="CSV with the columns name, address, department, manager, roles.")],
    check: Annotated[bool, typer.Option("--check", help="Only say what it would do.")] = False,
) -> None:
    """Import people as one unit: with one mistake in the file, nothing of it is kept."""
    try:
        words = decode(file.read_bytes())
    except OSError as error:
        raise Trouble(f"{file} cannot be read: {error.strerror}.") from error
    database = ready()
    with database.writing() as db:
        found = importing.plan(db, words)
        if found.mistakes:
            raise Trouble("\n".join(f"Row {one.row}, {one.column}: {one.words}" for one in found.mistakes))
        if not check:
            for person in importing.apply(db, None, found):
                address = invite(db, None, database.known["settings"], person)
                print(f"{person.email} {'invited by mail' if configured(database.known['settings']) else address}")
            veil_newcomers(db)
    database.close()
    print(f"{found.added} {'would be ' if check else ''}added, {found.changed} changed.")


@commands.command(name="erase")
def erase_(
    email: Annotated[str, typer.Argument(help="The address of the person to erase.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Erase a person for ever: name, address, password, sessions, memberships, words and their salts."""
    database = ready()
    with database.writing() as db:
        person = with_address(db, address_in(email))
        number = person.id
        if not yes:
            typer.confirm(f"Erase {person.name} for ever?", abort=True)
        erase_wholly(db, None, person)
    database.close()
    print(f"Erased. What person {number} did stands without a name.")


def with_address(db: DbSession, address: str) -> Person:
    person = db.scalars(select(Person).where(col(Person.email) == address)).first()
    if person is None:
        raise Trouble(f"Nobody here has the address {address}.")
    return person
