"""What the worker does for the voice."""

from app.outbox import Task
from app.voice.uploads import JOB, SWEEP, tidy, work

tasks = [Task(JOB, work), Task(SWEEP, tidy)]
