"""What a file holds once it is read: named columns of texts, each row with its number in the file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Column:
    """A column as its distinct texts, in order of appearance, and the place of each row's text among them."""

    name: str
    texts: list[str]
    codes: NDArray[np.unsignedinteger[Any]]

    def __getitem__(self, row: int) -> str:
        return self.texts[int(self.codes[row])]

    def counts(self) -> NDArray[np.int64]:
        """How many rows hold each distinct text."""
        return np.bincount(self.codes, minlength=len(self.texts))


@dataclass(frozen=True)
class About:
    """What a file itself says of a column: the question's wording, words for codes, codes that mean no answer."""

    question: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """`numbers` are the rows' numbers as a spreadsheet shows them: the header is row 1 in most files.

    `encoding` and `separator` are empty for a workbook, `sheet` and `sheets` for text. `about` holds what is known
    of some columns, by their names.
    """

    columns: list[Column]
    numbers: NDArray[np.uint32]
    encoding: str = ""
    separator: str = ""
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    about: Mapping[str, About] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.numbers)

    @property
    def header(self) -> list[str]:
        return [column.name for column in self.columns]

    def rows(self, start: int = 0, stop: int | None = None) -> Iterator[list[str]]:
        """Rows as lists of texts, built as they are asked for."""
        for row in range(*slice(start, stop).indices(len(self))):
            yield [column[row] for column in self.columns]

    def rows_of(self, name: str) -> Iterator[str]:
        """The texts of one column, row by row."""
        column = self.column(name)
        if column is None:
            raise KeyError(name)
        return (column.texts[code] for code in column.codes.tolist())

    def column(self, name: str) -> Column | None:
        """The column of that name, without regard to case and blanks."""
        wanted = plain(name)
        return next((column for column in self.columns if plain(column.name) == wanted), None)


def plain(name: str) -> str:
    return " ".join(name.split()).casefold()
