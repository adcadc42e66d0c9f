"""Imports of ideas as the tests make them: small files of their own, and the real ones with the maps beside this."""

from pathlib import Path
from typing import Any

from app.db import Database
from app.ideas.importing.import_commands import bring_in, files_of
from app.ideas.importing.maps import from_toml

MAPS = Path(__file__).parent / "maps"
POLIS = (
    *("scoop-hivemind.biodiversity", "scoop-hivemind.affordable-housing", "bg2050-volunteers"),
    *("american-assembly.bowling-green", "vtaiwan.uberx"),
)
MADRID = "decide_madrid_2019"

MAP = """
process = "Security screening"
source = "Suggestion box"

[ideas]
file = "ideas.csv"
id = "id"
title = "words"
text = "words"
author = "who"
date = "day"
stage = { column = "state", "1" = "imported", "-1" = "discarded" }

[votes]
file = "votes.csv"
idea = "idea"
person = "who"
value = { column = "vote", support = [1], set_aside = [-1, 0] }
date = "at"

[comments]
file = "comments.csv"
id = "id"
idea = "idea"
parent = "parent"
author = "who"
text = "text"
date = "day"
"""
IDEAS = """id,words,who,day,state
a,A bench by the lift,7,2026-01-03,1
b,"Ask people at the gate, not before",maria@elsewhere.example,2026-01-01,1
c,Rude words,9,2026-01-02,-1
"""
VOTES = """idea,who,vote,at
a,8,1,1767500000
a,9,1,1767500000
a,9,-1,1767600000
a,7,1,1767500000
b,8,0,1767500000
b,8,1,1767600000
c,8,1,1767600000
"""
COMMENTS = """id,idea,parent,who,day,text
1,a,-1,8,2026-01-04,Yes
2,a,1,7,2026-01-05,Why?
3,a,99,9,2026-01-05,To somebody who is gone
4,b,,10,2026-01-05,
"""


def written(folder: Path, **files: str) -> Path:
    """The small import's files, with some of them in other words; the map's place."""
    folder.mkdir(exist_ok=True)
    usual = {"map": MAP, "ideas": IDEAS, "votes": VOTES, "comments": COMMENTS}
    for name, words in (usual | files).items():
        (folder / f"{name}.{'toml' if name == 'map' else 'csv'}").write_bytes(words.encode("utf-8", "surrogatepass"))
    return folder / "map.toml"


def imported(database: Database, map_file: Path, named: Path | None = None, **options: Any) -> dict[str, Any]:
    idea_map = from_toml(map_file.read_text(encoding="utf-8"))
    return bring_in(database, idea_map, files_of(idea_map, map_file.parent, named), **options)


def real(database: Database, data: Path, name: str, **options: Any) -> dict[str, Any]:
    folder = data / (name if name == MADRID else f"polis_open_data/{name}")
    return imported(database, MAPS / f"{name}.toml", folder, **options)
