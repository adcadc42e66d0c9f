"""What the worker does for sources that collect."""

from app.outbox import Task
from app.voice.asking.actions import CLOSING, close_on_its_day
from app.voice.asking.settling import SETTLING, settle

tasks = [Task(CLOSING, close_on_its_day), Task(SETTLING, settle)]
