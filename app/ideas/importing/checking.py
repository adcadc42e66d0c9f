"""Files held against their map: what would come in, and every cell that stands in the way. No database."""

from collections.abc import Callable, Mapping

from app.errors import Invalid
from app.ideas.importing.found import Found, House
from app.ideas.importing.ideas_in import read_ideas
from app.ideas.importing.maps import IdeaMap
from app.ideas.importing.problems import Sheet
from app.ideas.importing.talk_in import read_comments
from app.ideas.importing.votes_in import read_votes
from app.voice.importing.table import Table

PARTS = ("ideas", "votes", "comments")


def check(
    tables: Mapping[str, tuple[str, Table]],
    idea_map: IdeaMap,
    house: House,
    said: Callable[[str], None] = lambda _: None,
) -> Found:
    """tables: by part, a file's name and its table. said: told which part is looked at. Raises WrongMap, Invalid."""
    found = Found()
    sheets = {part: Sheet(name, table, found.problems) for part, (name, table) in tables.items()}
    if "ideas" not in sheets:
        raise Invalid("A file of ideas is needed.")
    said("ideas")
    places = read_ideas(sheets["ideas"], idea_map, house, found)
    if idea_map.votes and "votes" in sheets:
        said("votes")
        read_votes(sheets["votes"], idea_map.votes, idea_map, house, places, found)
    if idea_map.comments and "comments" in sheets:
        said("comments")
        read_comments(sheets["comments"], idea_map.comments, idea_map, house, places, found)
    found.left_out = sum(int(sheet.bad.sum()) for sheet in sheets.values())
    return found
