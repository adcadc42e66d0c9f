"""The template environment: escaping always on, our filters, versioned static addresses."""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import nh3
from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markdown_it import MarkdownIt
from markupsafe import Markup

from app.columns import Minor, now
from app.settings import TOP

STATIC = TOP / "static"
markdown_reader = MarkdownIt("js-default", {"linkify": False, "html": False})
TAGS = {
    "p",
    "br",
    "em",
    "strong",
    "del",
    "ul",
    "ol",
    "li",
    "blockquote",
    "code",
    "pre",
    "h3",
    "h4",
    "hr",
    "a",
} | {
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
}


def environment(request: Request) -> Environment:
    jinja: Environment = request.app.state.jinja
    return jinja


def together(pieces: Iterable[str]) -> Markup:
    """Pieces that are markup each, as one; faster than asking each of hundreds whether it is."""
    return Markup("".join(pieces))  # noqa: S704 - see above


def make_environment(root: str, time_zone: str, currency: str) -> Environment:
    """`autoescape=True` for every name: Starlette's default leaves some endings unescaped."""
    jinja = Environment(
        loader=FileSystemLoader(TOP / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
    )
    home = ZoneInfo(time_zone)
    from app.icons import icon

    jinja.globals.update(
        url=lambda path: root + path,
        static=static_address(root),
        icon=icon,
        today=lambda: now().astimezone(home).date(),
        currency=currency,
    )
    jinja.filters.update(
        date=pass_context(lambda context, value: day_words(in_zone(context, value, home))),
        time=pass_context(lambda context, value: clock_words(zoned(context, value, home))),
        clock=pass_context(lambda context, value: f"{zoned(context, value, home):%H:%M}"),
        when=pass_context(lambda context, value: distance_words(in_zone(context, value, home), home)),
        num=number_words,
        signed=lambda value, places=0: number_words(value, places, sign=True),
        money=lambda value: money_words(value, currency),
        markdown=markdown,
        spelt=spelt,
        pretty=lambda value: json.dumps(value, indent=2, ensure_ascii=False),
        plural=lambda count, one, many: f"{count:,} {one if count == 1 else many}",
        counted=lambda count, one, many: f"{spelt(count)} {one if count == 1 else many}",
    )
    return jinja


def static_address(root: str) -> Callable[[str], str]:
    """The address of a static file with its content's hash, so that it can be cached for ever."""

    @lru_cache(maxsize=256)
    def address(name: str) -> str:
        stamp = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]
        return f"{root}/static/{stamp}/{name}"

    return address


def reader_zone(context: Context, home: ZoneInfo) -> ZoneInfo:
    frame = context.get("frame")
    person = getattr(frame, "person", None)
    name = getattr(person, "time_zone", "") or ""
    return ZoneInfo(name) if name else home


def zoned(context: Context, value: datetime, home: ZoneInfo) -> datetime:
    return value.astimezone(reader_zone(context, home))


def in_zone(context: Context, value: date | datetime, home: ZoneInfo) -> date:
    return zoned(context, value, home).date() if isinstance(value, datetime) else value


def day_words(day: date) -> str:
    """Thu 26 Nov, with the year when it is another."""
    return words_of_day(day, now().year)


@lru_cache(maxsize=4096)
def words_of_day(day: date, this_year: int) -> str:
    words = f"{day:%a} {day.day} {day:%b}"
    return words if day.year == this_year else f"{words} {day.year}"


def clock_words(moment: datetime) -> str:
    return f"{day_words(moment.date())}, {moment:%H:%M}"


def distance_words(day: date, home: ZoneInfo) -> str:
    days = (day - now().astimezone(home).date()) // timedelta(days=1)
    match days:
        case 0:
            return "today"
        case 1:
            return "tomorrow"
        case -1:
            return "1 day late"
        case _ if days > 0:
            return f"in {days} days"
        case _:
            return f"{-days} days late"


def number_words(value: Any, places: int = 0, sign: bool = False) -> str:
    """A figure for reading: thousands parted, a real minus, a dash where there is none."""
    if value is None:
        return "–"
    words = f"{Decimal(str(value)):+,.{places}f}" if sign else f"{Decimal(str(value)):,.{places}f}"
    if not any(digit in words for digit in "123456789"):
        words = words.lstrip("+-")
    return words.replace("-", "−")


NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def spelt(count: int) -> str:
    """A count inside a sentence: in letters up to twelve."""
    return NUMBERS[count] if 0 <= count < len(NUMBERS) else f"{count:,}"


SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "INR": "₹"}


def money_words(value: Decimal | None, currency: str) -> str:
    if value is None:
        return "–"
    places = 0 if value == value.to_integral_value() else Minor.exponent
    return f"{SYMBOLS.get(currency, currency)}\u00a0{number_words(value, places)}"


# Around names while Markdown is read: letters that no writing uses, and that no text keeps.
BEGIN, END = "\ue000", "\ue001"


def with_marks(words: str, names: Sequence[str]) -> str:
    words = words.replace(BEGIN, "").replace(END, "")
    if not names:
        return words
    either = "|".join(re.escape(name) for name in names)
    return re.sub(rf"(?<![\w@/.])@(?:{either})(?!\w)", rf"{BEGIN}\g<0>{END}", words, flags=re.IGNORECASE)


@lru_cache(maxsize=4096)
def markdown(words: str, names: tuple[str, ...] = ()) -> Markup:
    """What people wrote as safe HTML: markdown-it reads it, nh3 keeps a list of tags and of links' schemes.

    The text stands inside `hx-ignore`, so that nothing in it can be taken for an instruction to htmx. names: what
    stands after at signs and is somebody's name.
    """
    html = nh3.clean(
        markdown_reader.render(with_marks(words, names)),
        tags=TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )
    html = re.sub(f"{BEGIN}([^{BEGIN}{END}<>]*){END}", r'<b class="at">\1</b>', html)
    html = html.replace(BEGIN, "").replace(END, "")
    return Markup(f'<div class="prose" hx-ignore>{html}</div>')  # noqa: S704 - cleaned above
