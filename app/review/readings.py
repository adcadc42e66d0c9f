"""Who should read an idea next: for whoever heads the round, from nothing but what they see of it.

To whom names are hidden, a member is left out for a declared conflict alone: who wrote an idea stays among those who
could read it (as they stay among those whose review is missing), so that nobody's absence names them.
"""

from collections.abc import Collection
from dataclasses import dataclass

from app.people.actor import Actor
from app.review.conflicts import Member
from app.review.models import Round, RoundStage
from app.review.next_reading import SUPPOSED, Variances, next_readings
from app.review.rules import names_hidden
from app.review.standing import Board, Placed


@dataclass(frozen=True)
class Reading:
    """`share`: how much of what is uncertain in the ideas that matter this review would take away."""

    idea_id: int
    title: str
    name: str
    reviewing: bool  # in this round already
    share: float


def readings(actor: Actor, round_: Round, board: Board, seated: Collection[Member]) -> list[Reading]:
    """The few reviews that would narrow the undecided band most; without a line, all ideas of the round."""
    if not actor.chairs(round_.committee_id) or round_.stage not in (RoundStage.OPEN, RoundStage.CLOSED):
        return []
    rows = {row.idea_id: row for row in board.undecided if row.n is not None and not row.conflict}
    drawn = board.line is not None and board.line.taken is not None
    wanted = [row.idea_id for row in board.band] if drawn else list(rows)
    read = [(row.idea_id, person) for row in rows.values() for person in row.readers]
    if not read:
        return []  # the first review says more of the level of all than of any idea
    open_to = open_pairs(actor, round_, board, rows.values(), seated)
    names = {member.id: member.name for member in seated}
    reviewing = {one.id for one in board.reviewers}
    return [
        Reading(one.item, rows[one.item].title, names[one.person], one.person in reviewing, one.share)
        for one in next_readings(read, open_to, wanted, variances_of(board))
    ]


def open_pairs(
    actor: Actor, round_: Round, board: Board, rows: Collection[Placed], seated: Collection[Member]
) -> list[tuple[int, int]]:
    """Whose review is missing, and members who do not review in this round yet."""
    here = {member.id for member in seated}
    more = here - {one.id for one in board.reviewers} - {actor.id, round_.custodian_id}
    hidden = names_hidden(actor, round_)
    out = board.known.told(hidden=hidden)
    return [
        (row.idea_id, person)
        for row in rows
        for person in (*(one for one in row.awaited if one in here), *sorted(more))
        if (row.idea_id, person) not in out
    ]


def variances_of(board: Board) -> Variances:
    found = board.found
    if found is None or found.doubts or not found.item_variance or not found.noise_variance:
        return SUPPOSED
    return Variances(found.item_variance, found.reviewer_variance or 0.0, found.noise_variance)
