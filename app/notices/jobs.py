"""The record is looked at every two seconds; only where it has grown is anything written."""

from app.notices.actions import read_record
from app.outbox import Watch

watches = [Watch("notices", read_record)]
