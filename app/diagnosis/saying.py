"""What the pages of a diagnosis say in sentences, and what they read from the form of answers."""

from collections.abc import Iterable, Mapping, Sequence

from app.diagnosis.actions import Said
from app.diagnosis.items import DIMENSIONS, ITEMS, Item
from app.diagnosis.models import Diagnosis, DiagnosisStage, Finding
from app.diagnosis.queries import SAID
from app.diagnosis.spread import CUSTOMERS, Spread
from app.web import Fields, Form, FormModel
from app.web.rendering import number_words

CANT_SAY = "na"
MOST_LETTERS = 4_000


def read(fields: Fields, items: Iterable[Item]) -> tuple[Form[FormModel], dict[str, Said]]:
    """A sheet as it was filled in: every item needs a level, or that one cannot say."""
    form: Form[FormModel] = Form(fields.texts, key=fields.get("key"))
    said: dict[str, Said] = {}
    known = {"key", "version", f"words-{SAID}"}
    for item in items:
        known |= {f"level-{item.key}", f"words-{item.key}"}
        level, words = fields.get(f"level-{item.key}"), fields.get(f"words-{item.key}").strip()
        if level not in (*"12345", CANT_SAY):
            form.refuse(f"level-{item.key}", f"{item.name}: choose a level, or say that you can’t say.")
        if len(words) > MOST_LETTERS:
            form.refuse(f"words-{item.key}", f"At most {MOST_LETTERS:,} characters fit here.")
        said[item.key] = Said(int(level) if level in tuple("12345") else None, words)
    if words := fields.get(f"words-{SAID}").strip():
        if len(words) > MOST_LETTERS:
            form.refuse(f"words-{SAID}", f"At most {MOST_LETTERS:,} characters fit here.")
        said[SAID] = Said(None, words)
    if set(fields.texts) - known:
        form.refuse("", "This form has no such field.")
    return form, said


def mean_level(found: Mapping[str, Finding]) -> float | None:
    """Of the dimensions of maturity."""
    levels = [found[item.key].level for item in DIMENSIONS if item.key in found]
    return sum(levels) / len(levels) if levels else None


def standing(latest: Mapping[str, Finding], before: Mapping[str, Finding] | None) -> str:
    """Where the organisation says that it stands, and what moved since."""
    mean = mean_level(latest)
    if mean is None:
        return "We have not answered yet."
    lowest = min((item for item in DIMENSIONS if item.key in latest), key=lambda item: latest[item.key].level)
    first = f"By our own answers we stand at {number_words(mean, 1)} of 5, lowest in “{lowest.name.lower()}”"
    was = mean_level(before) if before else None
    if was is None:
        return f"{first}."
    if abs(mean - was) < 0.05:
        return f"{first}; the same as in the diagnosis before."
    return f"{first}; {'up' if mean > was else 'down'} {number_words(abs(mean - was), 1)} since the diagnosis before."


def disputed(told: Sequence[Spread], names: Mapping[int, str]) -> str:
    """The item on which groups lie furthest apart."""
    apart = [one for one in told if one.gap]
    if not apart:
        return "No two groups of three people or more have answered differently."
    first = apart[0]
    sides = [(group.mean, names.get(group.key, "")) for group in first.groups if group.key != CUSTOMERS]
    sides += [(first.colleagues, "colleagues"), (first.customers, "customers")]
    known = [(mean, who) for mean, who in sides if mean is not None]
    low, high = min(known), max(known)
    name = ITEMS[first.item].name
    words = f"We differ most on “{name[0].lower()}{name[1:]}”: {low[1]} say {number_words(low[0], 1)}"
    return f"{words}, {high[1]} {number_words(high[0], 1)}, of 5."


def customers_against_us(told: Mapping[str, Spread]) -> str:
    pairs = [(one.customers - one.colleagues, one) for one in told.values() if one.customers and one.colleagues]
    if not pairs:
        return ""
    by, most = max(pairs, key=lambda pair: abs(pair[0]))
    way = "lower" if by < 0 else "higher"
    return f"Customers see us {number_words(abs(by), 1)} {way} than we do on “{ITEMS[most.item].name.lower()}”."


WHERE = {
    DiagnosisStage.OPEN: "Departments and customers answer, each for themselves; nobody sees others’ answers.",
    DiagnosisStage.CLOSED: "The answering is over. Our own answers come next, once we have seen where we differ.",
    DiagnosisStage.CANCELLED: "It was cancelled. Its answers stay sealed.",
    DiagnosisStage.PUBLISHED: "",
}


def title(diagnosis: Diagnosis) -> str:
    match diagnosis.stage:
        case DiagnosisStage.OPEN:
            return f"Who has answered “{diagnosis.name}”?"
        case DiagnosisStage.CLOSED:
            return f"Where do we differ in “{diagnosis.name}”?"
        case DiagnosisStage.CANCELLED:
            return f"What became of “{diagnosis.name}”?"
        case _:
            return f"How far have we come: “{diagnosis.name}”?"
