"""A column of instants, read once for each distinct cell."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from app.ideas.importing.cells import instant
from app.ideas.importing.found import NEVER
from app.ideas.importing.problems import Sheet
from app.voice.importing.cells import DateOrder, date_order
from app.voice.importing.table import Column

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def instants(sheet: Sheet, column: Column | None, order: DateOrder | None, zone: ZoneInfo) -> NDArray[np.int64]:
    """Microseconds since 1970 for each row, NEVER where the cell is empty; what is no date is a problem."""
    if column is None:
        return np.full(len(sheet), NEVER)
    order = order or date_order(column.texts)
    moments = [instant(cell, order, zone) if cell.strip() else None for cell in column.texts]
    unread = [code for code, moment in enumerate(moments) if moment is None and column.texts[code].strip()]
    sheet.wrong(column, unread, "is no date: ISO, epoch seconds or milliseconds")
    numbers = [NEVER if moment is None else micro(moment) for moment in moments]
    return np.take(np.array(numbers, dtype=np.int64), column.codes)


def micro(moment: datetime) -> int:
    since = moment - EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def moment_of(number: int) -> datetime | None:
    return None if number == NEVER else datetime.fromtimestamp(number / 1_000_000, UTC)
