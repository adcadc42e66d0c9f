"""What review does by itself."""

from app.outbox import Watch
from app.review import by_date
from app.review.owners import ask_when_admitted

# Owners of processes are asked for their word as soon as an idea is admitted, whoever admits it and how.
watches = [*by_date.watches, Watch("owners of processes", ask_when_admitted, every=10.0)]
