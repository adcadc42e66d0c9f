"""Whether what a process was prioritised on still holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

OLD_WAVES = 2


class Known(Protocol):
    """What the latest wave says of a process, and whether enough have answered to say it."""

    @property
    def performance(self) -> float | None: ...
    @property
    def vital(self) -> bool: ...
    @property
    def enough(self) -> bool: ...


@dataclass(frozen=True)
class Standing:
    """In words, what a later reader should know of a priority. `short` fits on a trail; empty where all is well."""

    words: tuple[str, ...] = ()
    short: str = ""

    @property
    def warns(self) -> bool:
        return bool(self.short)


def standing_of(
    was: Mapping[str, Any] | None, now: Known | None, waves_since: int, source: str, latest: str, asked: bool
) -> Standing:
    """What a priority stands on today.

    was: its item of the round's evidence, none on judgement. now: what the latest wave says of it. waves_since: how
    many waves have come in since that evidence. source, latest: their names. asked: whether the latest wave's figures
    are worked out, so that a missing `now` means that nobody was asked.
    """
    words, short = [], []
    if waves_since >= OLD_WAVES:
        words.append(
            f"Its evidence is old: {counted(waves_since)} waves have come in since {source or 'it was judged'}."
        )
        short.append(f"evidence {waves_since} waves old")
    if now is not None and not now.enough:
        words.append(f"Too few have answered about it in {latest} to say more.")
        short.append("too few answers since")
        now = None
        asked = False
    if was is not None and was.get("vital") and now is not None and not now.vital:
        figure = f" ({now.performance:.0f} of 100)" if now.performance is not None else ""
        words.append(f"It was vital when it was prioritised, and in {latest} it is not any more{figure}.")
        short.append("no longer vital")
    if was is not None and now is None and asked:
        words.append(f"{latest} did not ask about it.")
        short.append("not asked about since")
    if was is None and now is not None:
        told = "vital" if now.vital else "not vital"
        figure = f"{now.performance:.0f} of 100, " if now.performance is not None else ""
        words.append(f"It was prioritised on judgement; {latest} now says {figure}{told}.")
        if not now.vital:
            short.append("not vital")
    return Standing(tuple(words), ", ".join(short))


def counted(number: int) -> str:
    return {2: "two", 3: "three", 4: "four", 5: "five"}.get(number, str(number))
