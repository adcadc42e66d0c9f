"""Rows into columns, while every bound is watched.

Surveys repeat themselves, so a column is kept as its distinct texts and one small number a row. Nothing here
needs numpy: it runs in the reader's own process, which should start fast and stay small.
"""

from array import array
from collections import Counter
from collections.abc import Iterable

from app.voice.importing import limits
from app.voice.importing.limits import Unreadable, counted, quoted

CHUNK = 2_000


def typecode(distinct: int) -> str:
    """The narrowest unsigned number that counts so many."""
    return "B" if distinct <= 1 << 8 else "H" if distinct <= 1 << 16 else "I"


def told_apart(names: list[str]) -> list[str]:
    """Columns of one name get numbers, all of them: who names "Score" has to say which of "Score (1)", "Score (2)"."""
    counts = Counter(name.casefold() for name in names if name)
    taken, seen = set(counts), Counter[str]()
    apart = []
    for name in names:
        key = name.casefold()
        while counts[key] > 1:
            seen[key] += 1
            numbered = f"{name} ({seen[key]})"
            if numbered.casefold() not in taken:
                name = numbered
                break
        apart.append(name)
    return apart


class BadText(Exception):
    def __init__(self, text: str, why: str) -> None:
        super().__init__(why)
        self.text = text
        self.why = why


class Texts(dict[str, int]):
    """Distinct texts of a column, numbered in the order in which they come; each is looked at once."""

    def __missing__(self, text: str) -> int:
        if len(text) > limits.CELL_LENGTH:
            raise BadText(text, f"the cell is longer than {limits.CELL_LENGTH:,} characters")
        if "\x00" in text:
            raise BadText(text, "the cell holds a NUL byte, which is not text")
        self[text] = code = len(self)
        return code


class Gathered:
    """Columns under construction. Rows come in the order of the file, each with its number there."""

    def __init__(self, header: list[str], row: int) -> None:
        self.width = len(header)
        if self.width > limits.COLUMNS:
            raise Unreadable(f"The file has {self.width:,} columns; at most {limits.COLUMNS:,} can be imported.")
        self.names = [" ".join(name.split()) for name in header]
        self.header_row = row
        self.numbers = array("I")
        self.texts = [Texts() for _ in header]
        self.codes = [array("B") for _ in header]
        self._rows: list[list[str]] = []
        self._refuse_names()
        self.names = told_apart(self.names)

    def _refuse_names(self) -> None:
        for place, name in enumerate(self.names, start=1):
            if "\x00" in name or len(name) > limits.CELL_LENGTH:
                raise Unreadable(f"Row {self.header_row}, column {place}: the name of the column is not text.")

    def label(self, place: int) -> str:
        return quoted(self.names[place]) if self.names[place] else str(place + 1)

    def add(self, row: list[str], number: int) -> None:
        if len(row) != self.width:
            last = min(len(row), self.width) - 1
            raise Unreadable(
                f"Row {number} has {counted(len(row), 'cell')} where the header has {self.width:,}:"
                f" {'cells follow' if len(row) > self.width else 'it ends'} after column {self.label(last)}."
            )
        self._rows.append(row)
        self.numbers.append(number)
        if len(self._rows) >= CHUNK:
            self.flush()

    def flush(self) -> None:
        if len(self.numbers) > limits.ROWS:
            raise Unreadable(f"The file has more than {limits.ROWS:,} rows, which is the most for one import.")
        if len(self.numbers) * self.width > limits.CELLS:
            raise Unreadable(
                f"The file has more than {limits.CELLS:,} cells, which is the most for one import;"
                " leave out columns that you do not need."
            )
        for place, cells in enumerate(zip(*self._rows, strict=True)):
            try:
                self._extend(place, list(map(self.texts[place].__getitem__, cells)))
            except BadText as bad:
                number = self.numbers[len(self.numbers) - len(self._rows) + cells.index(bad.text)]
                raise Unreadable(f"Row {number}, column {self.label(place)}: {bad.why}.") from None
        self._rows.clear()

    def _extend(self, place: int, codes: list[int]) -> None:
        """As narrow as the column's texts are few; wider from the chunk on that brings more of them."""
        wanted = typecode(len(self.texts[place]))
        if self.codes[place].typecode != wanted:
            self.codes[place] = array(wanted, self.codes[place])
        self.codes[place].extend(codes)

    def finish(self, *, nameless: bool = False) -> None:
        """Take in what is left, drop columns with neither name nor text, refuse what cannot be a table."""
        self.flush()
        if not self.numbers:
            raise Unreadable(f"The file has a header in row {self.header_row} but no rows below it.")
        kept = [place for place, name in enumerate(self.names) if name or not self._blank(place)]
        for place in kept:
            if not self.names[place] and nameless:
                self.names[place] = f"column {place + 1} without a name"
            elif not self.names[place]:
                self._refuse_nameless(place)
        self.names = [self.names[place] for place in kept]
        self.texts = [self.texts[place] for place in kept]
        self.codes = [self.codes[place] for place in kept]

    def _blank(self, place: int) -> bool:
        return not any(text.strip() for text in self.texts[place])

    def _refuse_nameless(self, place: int) -> None:
        filled = {code for text, code in self.texts[place].items() if text.strip()}
        first = next(index for index, code in enumerate(self.codes[place]) if code in filled)
        raise Unreadable(
            f"Row {self.numbers[first]}, column {place + 1}: the cell stands in a column that has no name"
            f" in row {self.header_row}."
        )


def gather(rows: Iterable[tuple[int, list[str]]], *, nameless: bool = False) -> Gathered:
    """A header and its rows from numbered rows; empty rows count in the numbers and are left out.

    nameless: a column without a name, such as the row numbers that some programs write first, is called by its place.
    """
    gathered: Gathered | None = None
    for number, row in rows:
        if not any(map(str.strip, row)):
            continue
        if gathered is None:
            gathered = Gathered(row, number)
        else:
            gathered.add(row, number)
    if gathered is None:
        raise Unreadable("The file is empty.")
    gathered.finish(nameless=nameless)
    return gathered
