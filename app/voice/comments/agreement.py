"""How far two people who coded the same comments agree, beyond what chance alone would give."""

from dataclasses import dataclass
from math import sqrt

from app.estimates import Estimate

Z95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Table:
    """Of n comments: both said yes, only the first, only the second, neither."""

    both: int
    first: int
    second: int
    neither: int

    @property
    def n(self) -> int:
        return self.both + self.first + self.second + self.neither

    @property
    def share(self) -> float:
        """In how many of them they agree, as a part of 1."""
        return (self.both + self.neither) / self.n if self.n else 0.0


def kappa(table: Table) -> Estimate:
    """Cohen's kappa of two coders and one theme, -1 to 1: 0 is chance, 1 is all alike; with its 95 % interval.

    None where it is not defined: nobody coded, or both always said the same one word. J. Cohen, Educational and
    Psychological Measurement 20, 1960; the standard error after Fleiss, Cohen and Everitt, Psychological Bulletin 72,
    1969.
    """
    n = table.n
    if not n:
        return Estimate(None, None, None, 0)
    cells = [[table.both / n, table.first / n], [table.second / n, table.neither / n]]
    rows = [sum(row) for row in cells]
    columns = [cells[0][place] + cells[1][place] for place in (0, 1)]
    agreed = cells[0][0] + cells[1][1]
    chance = sum(rows[place] * columns[place] for place in (0, 1))
    if chance >= 1:
        return Estimate(None, None, None, n)
    value = (agreed - chance) / (1 - chance)
    reach = Z95 * error(cells, rows, columns, value, chance, n)
    if not reach:
        return Estimate(value, None, None, n)  # all alike: the formula knows no doubt, and few comments prove little
    return Estimate(value, max(-1.0, value - reach), min(1.0, value + reach), n)


def error(
    cells: list[list[float]], rows: list[float], columns: list[float], value: float, chance: float, n: int
) -> float:
    rest = 1 - value
    same = sum(cells[i][i] * (1 - (rows[i] + columns[i]) * rest) ** 2 for i in (0, 1))
    other = rest**2 * sum(cells[i][j] * (columns[i] + rows[j]) ** 2 for i, j in ((0, 1), (1, 0)))
    taken = (value - chance * rest) ** 2
    return sqrt(max(0.0, same + other - taken) / n) / (1 - chance)
