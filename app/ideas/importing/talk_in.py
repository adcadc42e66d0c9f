"""The file of comments: threads with their depth; what answers a comment that is gone stands at the top and says so."""

from collections.abc import Mapping

import numpy as np

from app.errors import Invalid
from app.ideas.importing.cells import ident, sound
from app.ideas.importing.dates import instants, moment_of
from app.ideas.importing.found import NEVER, Found, House, NewComment
from app.ideas.importing.ideas_in import HERE, refuse_ids
from app.ideas.importing.maps import Comments, IdeaMap
from app.ideas.importing.problems import Sheet
from app.ideas.importing.votes_in import Ints, ideas_of
from app.voice.importing.cells import canonical
from app.voice.importing.limits import counted

MOST_COMMENTS = 500_000
NONE = -1


def read_comments(
    sheet: Sheet, part: Comments, idea_map: IdeaMap, house: House, places: Mapping[str, int], found: Found
) -> None:
    if len(sheet) > MOST_COMMENTS:
        raise Invalid(f"At most {MOST_COMMENTS:,} comments come in at once; {sheet.name} has {len(sheet):,}.")
    idea, text = sheet.find(part.idea, "idea"), sheet.find(part.text, "text")
    author, date = sheet.find(part.author, "author"), sheet.find(part.date, "date")
    id, parent = sheet.find(part.id, "id"), sheet.find(part.parent, "parent")
    sheet.refuse_missing()
    assert idea
    assert text
    if id:
        refuse_ids(sheet, id, "a comment")
    ideas = ideas_of(sheet, idea, places)
    at = instants(sheet, date, idea_map.date_order, house.zone)
    kept = np.flatnonzero(~sheet.bad & (ideas != HERE)).tolist()
    by_id = {ident(id[row]): row for row in kept} if id else {}
    top = set(map(canonical, part.top)) - {canonical(key) for key in by_id}
    parents: dict[int, int] = {}
    orphans: set[int] = set()
    for row in kept:
        cell = parent[row] if parent else ""
        if not cell.strip() or canonical(cell) in top:
            continue
        above = by_id.get(ident(cell), NONE)
        if above == NONE or ideas[above] != ideas[row]:
            orphans.add(row)
        else:
            parents[row] = above
    depths = depths_of(kept, parents, orphans)
    kept.sort(key=lambda row: (int(ideas[row]), depths[row], at[row] == NEVER, int(at[row]), row))
    place_of = {row: place for place, row in enumerate(kept)}
    for row in kept:
        key = ident(author[row]) if author else ""
        comment = NewComment(
            idea=int(ideas[row]),
            author=found.crowd.place(key),
            parent=place_of[parents[row]] if row in parents else NONE,
            depth=depths[row],
            orphan=row in orphans,
            words=sound(text[row]),
            at=moment_of(int(at[row])),
        )
        found.comments.append(comment)
    tell(found, ideas, len(orphans), int((~sheet.bad & (ideas == HERE)).sum()))


def depths_of(rows: list[int], parents: dict[int, int], orphans: set[int]) -> dict[int, int]:
    """How deep each row stands. Answers that go round in a circle are opened: the first of it stands at the top."""
    depths: dict[int, int] = {}
    for row in rows:
        path = [row]
        inside = {row}
        while (above := parents.get(path[-1])) is not None and above not in depths:
            if above in inside:
                del parents[above]
                orphans.add(above)
                path = path[: path.index(above) + 1]
                break
            path.append(above)
            inside.add(above)
        for one in reversed(path):
            depths[one] = depths[parents[one]] + 1 if one in parents else 0
    return depths


def tell(found: Found, ideas: Ints, orphans: int, here: int) -> None:
    comments = found.comments
    found.talk = {
        "rows": len(comments) + here,
        "here": here,
        "top": sum(1 for one in comments if one.depth == 0 and not one.orphan),
        "replies": sum(1 for one in comments if one.depth or one.orphan),
        "depth": max((one.depth for one in comments), default=0),
        "orphans": orphans,
        "without_words": sum(1 for one in comments if not one.words),
        "people": len({one.author for one in comments}),
    }
    if found.talk["without_words"]:
        found.notes.append(
            f"{counted(found.talk['without_words'], 'comment')} without words: kept in place, and said so."
        )
