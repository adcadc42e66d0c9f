"""What the page of review says waits as well, and the home page in words of its own: ideas to screen, meetings."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.columns import today
from app.people.actor import HEADS, Actor
from app.review.models import Meeting, MeetingStage
from app.review.screening.queries import MOST, submitted
from app.review.waiting import Waiting

SOON = timedelta(days=30)


def beside(db: Session, actor: Actor, meetings: Iterable[Meeting]) -> list[Waiting]:
    day = today(db.info["settings"].time_zone)
    zone = ZoneInfo(db.info["settings"].time_zone)
    return [*to_screen(db, actor, day), *to_meet(meetings, day, zone)]


def to_screen(db: Session, actor: Actor, day: date) -> Iterator[Waiting]:
    headed = [committee for committee, post in actor.seats.items() if post in HEADS]
    queue = submitted(db, actor, headed) if headed else []
    if queue:
        words = "1 idea" if len(queue) == 1 else f"{len(queue)}{' or more' if len(queue) == MOST else ''} ideas"
        due = next((one.promised_on for one in queue if one.promised_on), None)
        why = "Admit, send back or refuse; the day is of the answer that was promised first"
        late = due is not None and due < day
        yield Waiting(f"Screen {words}", "", "/review/screening", due, why, late=late)


def to_meet(meetings: Iterable[Meeting], day: date, zone: ZoneInfo) -> Iterator[Waiting]:
    """To join what is running, and to prepare for what comes within a month."""
    for one in meetings:
        at, here = one.at.astimezone(zone), f"/review/meetings/{one.id}"
        if one.stage is not MeetingStage.PLANNED:
            continue
        if one.began_at:
            yield Waiting("Join", "", f"{here}/live", day, "It is running", rest=one.name)
        elif day <= at.date() < day + SOON:
            sub = " · ".join(part for part in (f"{at:%H:%M}", one.place) if part)
            yield Waiting("Prepare for", "", here, at.date(), sub, rest=one.name)
