"""One member's review of one idea: what they see, keeping, submitting, and what comes next."""

from app.review.reviewing.cases import Case, Written, authors, case, earlier, last_time
from app.review.reviewing.filing import (
    answered,
    asked_about,
    keep,
    mistakes,
    must_be_mine_to_write,
    must_be_open,
    running_total,
    scores_of,
    submit,
)
from app.review.reviewing.queue import next_task, progress, tasks

__all__ = [
    "Case",
    "Written",
    "answered",
    "asked_about",
    "authors",
    "case",
    "earlier",
    "keep",
    "last_time",
    "mistakes",
    "must_be_mine_to_write",
    "must_be_open",
    "next_task",
    "progress",
    "running_total",
    "scores_of",
    "submit",
    "tasks",
]
