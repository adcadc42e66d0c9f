"""What a person says of a source that is to collect, and the plan that it makes."""

from datetime import date, timedelta
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from app.people.forms import one_line
from app.voice.asking.actions import MOST_DAYS, Plan
from app.voice.asking.survey import LANGUAGES, WORDS
from app.voice.importing.limits import quoted
from app.voice.importing.table import plain
from app.voice.models import Audience, OutcomeKind
from app.web import Form, FormModel

MOST_TOUCHPOINTS = 60
MOST_IN_A_SURVEY = 12
MOST_SEGMENTS = 20
LEAST_OF_A_SURVEY = 5

Line = Annotated[str, Field(max_length=200), AfterValidator(one_line)]
Short = Annotated[str, Field(max_length=120), AfterValidator(one_line)]


class AskForm(FormModel):
    name: Annotated[str, Field(min_length=1, max_length=200), AfterValidator(one_line)]
    way: Literal["survey", "api"]
    opens_on: date
    closes_on: date
    series: Line = ""
    department: int | None = None
    recommend: Short = ""
    overall: Short = ""
    touchpoints: Annotated[str, Field(max_length=20_000)] = ""
    segments: Annotated[str, Field(max_length=5_000)] = ""
    recommend_en: Line = ""
    recommend_es: Line = ""
    open_en: Line = ""
    open_es: Line = ""
    minimum_cell: Annotated[int, Field(ge=1, le=100_000)] = 10
    figures_for: Audience = Audience.EMPLOYEES
    comments_for: Audience = Audience.COMMITTEE
    rows_for: Audience = Audience.COMMITTEE


class UntilForm(FormModel):
    closes_on: date
    note: Annotated[str, Field(min_length=1, max_length=2_000)]
    version: int


class NoteForm(FormModel):
    note: Annotated[str, Field(min_length=1, max_length=2_000)]


def lines_of(words: str) -> list[str]:
    return [" ".join(line.split()) for line in words.split("\n") if line.strip()]


def plan_of(form: Form[AskForm], today: date, organisation: str) -> Plan | None:
    """None where something is wrong; the words then stand beside their fields."""
    data = form.data
    survey = data.way == "survey"
    pairs = touchpoints(form, survey)
    segments = lines_of(data.segments)
    if len(segments) > MOST_SEGMENTS or any(len(name) > 120 for name in segments) or twice(segments):
        form.refuse("segments", f"At most {MOST_SEGMENTS} names of up to 120 characters, each once.")
    if survey and segments:
        form.refuse("segments", "The survey does not ask for these: leave them out, or collect over the API alone.")
    days(form, today)
    outcomes = [(name, kind) for name, kind in ((data.recommend, NPS), (data.overall, RATING)) if name]
    if survey and data.minimum_cell < LEAST_OF_A_SURVEY:
        form.refuse("minimum_cell", f"The survey promises figures of many: not less than {LEAST_OF_A_SURVEY}.")
    if survey and not data.recommend:
        form.refuse("recommend", "The survey begins with the recommendation: give it a name.")
    if plain(data.recommend) == plain(data.overall) != "":
        form.refuse("overall", "Two outcomes need two names.")
    if data.name.isdecimal():
        form.refuse("name", "A source is named in words, not by a number alone.")
    if not outcomes and not pairs:
        form.refuse("touchpoints", "Name an outcome, or a touchpoint: else nothing is asked.")
    if survey and bool(data.open_en) != bool(data.open_es):
        form.refuse("open_es" if data.open_en else "open_en", "Write it in both languages, or in none.")
    if form.errors:
        return None
    return Plan(
        name=data.name,
        opens_on=data.opens_on,
        closes_on=data.closes_on,
        series=data.series,
        department_id=data.department,
        minimum_cell=data.minimum_cell,
        figures_for=data.figures_for,
        comments_for=data.comments_for,
        rows_for=data.rows_for,
        outcomes=outcomes,
        touchpoints=[name for name, _ in pairs],
        segments=segments,
        survey=survey,
        texts=texts(data, pairs, organisation),
    )


NPS, RATING = OutcomeKind.NPS, OutcomeKind.RATING


def days(form: Form[AskForm], today: date) -> None:
    data = form.data
    if data.closes_on < max(today, data.opens_on):
        form.refuse("closes_on", "The last day lies today or later, and not before the first.")
    elif data.closes_on > data.opens_on + timedelta(days=MOST_DAYS):
        form.refuse("closes_on", "A year is the longest. Ask again in a new wave: waves can be compared.")
    if data.opens_on > today + timedelta(days=MOST_DAYS):
        form.refuse("opens_on", "The first day lies more than a year ahead.")
    if data.opens_on < today - timedelta(days=MOST_DAYS):
        form.refuse("opens_on", "The first day lies more than a year back.")


def touchpoints(form: Form[AskForm], survey: bool) -> list[tuple[str, str]]:
    """Names with their Spanish, where the survey needs it."""
    pairs = []
    for line in lines_of(form.data.touchpoints):
        english, _, spanish = (part.strip() for part in line.partition("|"))
        if not english or max(len(english), len(spanish)) > 120:
            form.refuse("touchpoints", f"{quoted(line)}: a name has 1 to 120 characters.")
        if survey and not spanish:
            form.refuse(
                "touchpoints", f"{quoted(english)}: write the Spanish after a bar, as in Parking | Aparcamiento."
            )
        pairs.append((english, spanish))
    if again := twice([english for english, _ in pairs]):
        form.refuse("touchpoints", f"{quoted(again)} stands here twice.")
    most = MOST_IN_A_SURVEY if survey else MOST_TOUCHPOINTS
    if len(pairs) > most:
        form.refuse("touchpoints", f"At most {most}{': nobody fills in more at a counter' if survey else ''}.")
    return pairs


def twice(names: list[str]) -> str:
    seen: set[str] = set()
    for name in names:
        if plain(name) in seen:
            return name
        seen.add(plain(name))
    return ""


def texts(data: AskForm, pairs: list[tuple[str, str]], organisation: str) -> dict[str, Any]:
    """The survey's words as they are kept; what was left to us is written out, so that it stays as it was asked."""
    ours = {code: WORDS[code]["recommend"].format(organisation=organisation) for code in LANGUAGES}
    overall = {code: WORDS[code]["overall"] for code in LANGUAGES}
    return {
        "recommend": {"en": data.recommend_en or ours["en"], "es": data.recommend_es or ours["es"]},
        "overall": overall,
        "touchpoints": {name: {"en": name, "es": spanish or name} for name, spanish in pairs},
        "open": {"en": data.open_en, "es": data.open_es} if data.open_en else {},
    }
