"""Every table, for migrations and for whoever needs the whole schema."""

from sqlmodel import SQLModel

import app.changes
import app.ideas.models
import app.notices.models
import app.once
import app.outbox
import app.people.models
import app.pilots.models
import app.processes.models
import app.record.models
import app.review.models
import app.talk.models
import app.voice.models  # noqa: F401

metadata = SQLModel.metadata
