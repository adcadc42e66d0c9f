"""What review does by itself."""

from app.review import by_date

watches = by_date.watches
