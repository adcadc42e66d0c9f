"""Where a question's scale changed between two waves: no change of its figure is claimed over it."""

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.voice.models import Outcome, Use


def broken(db: Session, source_id: int, earlier_id: int) -> dict[tuple[str, int], str]:
    """What cannot be compared with the earlier wave, and why: by ("outcome", its place here) or ("touchpoint", id)."""
    both = (source_id, earlier_id)
    found: dict[tuple[str, int], str] = {}
    outcomes: dict[str, dict[int, Outcome]] = {}
    for outcome in db.scalars(select(Outcome).where(col(Outcome.source_id).in_(both))):
        outcomes.setdefault(outcome.name, {})[outcome.source_id] = outcome
    for pair in outcomes.values():
        now, was = pair.get(source_id), pair.get(earlier_id)
        if now and was and (why := outcome_changed(was, now)):
            found["outcome", now.place] = why
    uses: dict[int, dict[int, Use]] = {}
    for use in db.scalars(select(Use).where(col(Use.source_id).in_(both))):
        uses.setdefault(use.touchpoint_id, {})[use.source_id] = use
    for touchpoint_id, told in uses.items():
        later, before = told.get(source_id), told.get(earlier_id)
        if later and before and scale(later) != scale(before):
            found["touchpoint", touchpoint_id] = f"its scale was {words(before)} and is {words(later)}"
    return found


def outcome_changed(was: Outcome, now: Outcome) -> str:
    if was.kind is not now.kind:
        return f"it was asked as {was.kind.value} and is as {now.kind.value}"
    if now.kind == "amount" or (was.worst, was.best) == (now.worst, now.best):
        return ""
    return f"its scale was {was.worst:g} to {was.best:g} and is {now.worst:g} to {now.best:g}"


def scale(use: Use) -> tuple[float, float, float]:
    return use.worst, use.best, use.step


def words(use: Use) -> str:
    return f"{use.worst:g} to {use.best:g}"
