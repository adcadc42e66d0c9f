"""Invitations are mailed, and votes in writing close after their day by themselves."""

from app.outbox import Task, Watch
from app.review.meetings.invitations import INVITATION, send
from app.review.meetings.motions import close_what_is_due

tasks = [Task(INVITATION, send)]
watches = [Watch("votes whose day has passed", close_what_is_due, every=30.0)]
