"""Calls open and close on their days by themselves."""

from app.ideas.calls.actions import follow_the_days
from app.outbox import Watch

watches = [Watch("calls whose day has come", follow_the_days, every=30.0)]
