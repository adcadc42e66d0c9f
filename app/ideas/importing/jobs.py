"""What the worker does for imports of ideas."""

from app.ideas.importing.uploads import JOB, SWEEP, tidy, work
from app.outbox import Task

tasks = [Task(JOB, work), Task(SWEEP, tidy)]
