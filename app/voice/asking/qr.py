"""QR codes: as a path for our pages, as files for whoever prints."""

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from segno import QRCode

QUIET = 4  # modules of white around it, as the standard asks


@dataclass(frozen=True)
class Drawn:
    """side: of the square with its quiet zone, in modules. path: the dark modules, for fill."""

    side: int
    path: str


def code(address: str) -> "QRCode":
    """Level M: 15 % of it may be dirty."""
    import segno  # loaded where a code is drawn

    return segno.make(address, error="m", micro=False)


def drawn(address: str) -> Drawn:
    rows = code(address).matrix
    parts = []
    for y, row in enumerate(rows):
        x = 0
        while x < len(row):
            wide = next((n for n, dark in enumerate(row[x:]) if not dark), len(row) - x)
            if wide:
                parts.append(f"M{x + QUIET} {y + QUIET}h{wide}v1h-{wide}z")
            x += wide or 1
    return Drawn(len(rows) + 2 * QUIET, "".join(parts))


def file(address: str, kind: str) -> bytes:
    """As "svg" or "png", large enough for a poster."""
    out = io.BytesIO()
    code(address).save(out, kind=kind, scale=20, border=QUIET, light="white")
    return out.getvalue()
