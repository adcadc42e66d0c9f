"""How much one upload may ask of us, and the one exception that says no."""

FILE_BYTES = 100 * 1000 * 1000
UNPACKED_BYTES = 500 * 1000 * 1000
MEMBERS = 1_000
ROWS = 1_000_000
COLUMNS = 2_000
CELLS = 50_000_000
CELL_LENGTH = 100_000
MEMORY_BYTES = 2 * 1000**3
ANSWER_BYTES = 1000**3
CPU_SECONDS = 120
SECONDS = 180


class Unreadable(Exception):
    """Why a file cannot be read, in one sentence for the person who chose it.

    `could_be` names an encoding under which the file would be readable; only a person's word makes it so.
    """

    def __init__(self, sentence: str, could_be: str | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.could_be = could_be


def quoted(text: str, length: int = 60) -> str:
    """A cell or a name as it stands in a sentence: on one line, cut, between double quotes."""
    line = " ".join(text.split())
    return f'"{line if len(line) <= length else line[: length - 1] + "…"}"'


def counted(n: int, thing: str) -> str:
    return f"{n:,} {thing}" if n == 1 else f"{n:,} {thing}s"


def size(count: int) -> str:
    for unit, name in ((10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if count >= unit:
            return f"{count / unit:.1f} {name}".replace(".0 ", " ")
    return f"{count} bytes"
