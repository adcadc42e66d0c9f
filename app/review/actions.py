"""The moves of a round, each with what follows from it."""

from sqlalchemy.orm import Session

from app.people.actor import Actor
from app.review import decisions, rounds
from app.review.models import Round
from app.review.rules import round_life
from app.review.standing_in.actions import settle


def move(db: Session, actor: Actor, round_: Round, name: str, note: str, version: int | None) -> str:
    """Returns what the page says of it."""
    match name:
        case "open":
            gone = rounds.open_round(db, actor, round_, version)
            db.flush()
            settle(db)
            left = f" {gone} that {'is' if gone == 1 else 'are'} not admitted any more stayed out." if gone else ""
            return f"The round is open.{left}"
        case "close":
            rounds.close(db, actor, round_, version)
            return "The reviewing is closed. Now the committee decides."
        case "publish":
            decisions.publish(db, actor, round_, version)
            return "The decisions are published. Authors read them now."
        case "cancel":
            rounds.cancel(db, actor, round_, note, version)
            return "The round is cancelled. Its ideas wait for another one."
        case _:
            round_life.check(actor, round_, name, note)
            raise AssertionError(name)


__all__ = ["move"]
