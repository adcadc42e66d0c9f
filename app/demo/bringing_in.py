"""Last year's suggestion box, brought in as its export would be: with cards that many supported, and what was said."""

import csv
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from app.columns import as_of
from app.demo.content import Thought
from app.demo.world import World
from app.ideas.importing.maps import from_toml, to_toml
from app.ideas.importing.models import IdeaImport, ImportedIdea, ImportStage
from app.ideas.importing.steps import checked, digests, read_tables, report_of, run_of
from app.ideas.importing.taking import take
from app.processes.models import Process

MAP = """
process_column = "process"
source = "Suggestion box"
people = "Card"

[ideas]
file = "cards.csv"
id = "card"
title = "title"
text = ["hurts", "instead"]
author = "by"
date = "day"
stage = { column = "kept", "yes" = "imported", "no" = "discarded" }

[votes]
file = "stickers.csv"
idea = "card"
person = "by"
value = { column = "sticker", support = ["green"], set_aside = ["red", "none"] }

[comments]
file = "notes.csv"
id = "note"
idea = "card"
parent = "answers"
author = "by"
text = "words"
date = "day"
"""
NOTES = (
    ("1", "", "They did this in the old terminal, and children loved it."),
    ("2", "1", "Who cleaned it?"),
    ("3", "2", "The evening shift, ten minutes a day."),
    ("4", "0", "I would put it near the windows."),
)


def bring_in(world: World, thoughts: Sequence[Thought], days_ago: float) -> None:
    with as_of(world.moment(days_ago)), TemporaryDirectory() as folder:
        place = Path(folder)
        write(world, thoughts, place)
        idea_map = from_toml(MAP)
        meant = {"ideas": "cards.csv", "votes": "stickers.csv", "comments": "notes.csv"}
        files = {part: (name, place / name) for part, name in meant.items()}
        file_hash, source = digests(files, idea_map, to_toml(idea_map))
        found = checked(world.database, read_tables(files, idea_map), idea_map, source)
        with world.database.writing() as db:
            one = IdeaImport(
                person_id=world.people["root"],
                stage=ImportStage.TAKING,
                name="Suggestion box",
                map=to_toml(idea_map),
                file_hash=file_hash,
            )
            db.add(one)
            db.flush()
            report = report_of(db, found, source)
            run = run_of(one.id, found, source, idea_map)
        take(world.database, run, report)
    with world.database.reading() as db:
        keys = dict(db.execute(select(col(ImportedIdea.key), col(ImportedIdea.idea_id))).all())
    world.ideas |= {thought.title: keys[str(number)] for number, thought in enumerate(thoughts, start=1)}


def write(world: World, thoughts: Sequence[Thought], place: Path) -> None:
    """As many cards as there are thoughts and one that was refused; stickers in three colours; notes on the first."""
    day = (world.begun - timedelta(days=330)).date()
    with world.database.reading() as db:
        names = dict(db.execute(select(col(Process.id), col(Process.name))).all())
    cards: list[Sequence[Any]] = [
        (number, one.title, one.story, one.change, 100 + number, day, "yes", names[world.processes[one.process]])
        for number, one in enumerate(thoughts, start=1)
    ]
    cards.append((99, "Sell my car", "", "", 150, day, "no", cards[0][-1]))
    colours = ("green", "green", "green", "red", "none")
    stickers = [
        (number, person, world.chance.choice(colours))
        for number in range(1, len(thoughts) + 1)
        for person in range(100, 100 + 37 + 11 * number)
    ]
    notes = [
        (note, 1, answers, 120 + int(note), day + timedelta(days=int(note)), words) for note, answers, words in NOTES
    ]
    table(place / "cards.csv", ("card", "title", "hurts", "instead", "by", "day", "kept", "process"), cards)
    table(place / "stickers.csv", ("card", "by", "sticker"), stickers)
    table(place / "notes.csv", ("note", "card", "answers", "by", "day", "words"), notes)


def table(file: Path, head: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([head, *rows])
