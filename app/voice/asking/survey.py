"""Our own short survey: its words in two languages, what a customer filled in, and the answer that it makes."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import Any

from app.voice.asking.models import Asking
from app.voice.asking.queries import Design, Question
from app.voice.asking.storing import Answer
from app.voice.importing.packing import MISSING, NOT_APPLICABLE
from app.voice.models import Audience, OutcomeKind, Source
from app.web import Fields

LANGUAGES = {"en": "English", "es": "Español"}
LONGEST_WORDS = 2_000
UNUSED = "na"
A_KEY = re.compile(r"[A-Za-z0-9_-]{16,40}")
MONTHS = (
    *("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio"),
    *("agosto", "septiembre", "octubre", "noviembre", "diciembre"),
)
WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "title": "How was it?",
        "lead": "A minute of your time. Leave out what you like.",
        "recommend": "How likely are you to recommend {organisation} to a friend or colleague?",
        "overall": "All in all, how was your visit?",
        "open": "What should we do better?",
        "least": "not at all",
        "most": "very likely",
        "worst": "very bad",
        "best": "very good",
        "unused": "Did not use it",
        "rate": "How was",
        "send": "Send my answer",
        "privacy": "{asker} asks this to see what to improve. We do not ask who you are and keep no address of your "
        "device. {readers} read the answers; others see only figures of many.",
        "open_help": "Leave out names and telephone numbers.",
        "thanks": "Thank you.",
        "thanks_more": "Your answer is kept, without your name. It counts from now on.",
        "again": "The next person can answer here",
        "closed": "This survey has ended.",
        "closed_more": "It took answers until {day}. Thank you for wanting to tell us.",
        "early": "This survey has not begun.",
        "early_more": "It takes answers from {day}. Come back then.",
        "missing": "There is no survey here.",
        "missing_more": "Look at the link again: a letter may be missing.",
        "nothing": "Answer one question at least.",
        "long": "At most 2,000 characters fit here: {n} are written.",
        "odd": "Choose one of the answers.",
        "pause": "Many answers come from here just now. Yours is still on this page: send it again in {n} seconds.",
        "wrong": "Not sent yet",
        "unstorable": "The text holds a character that cannot be kept.",
    },
    "es": {
        "title": "¿Qué tal ha ido?",
        "lead": "Un minuto de su tiempo. Deje en blanco lo que quiera.",
        "recommend": "¿Con qué probabilidad recomendaría {organisation} a un amigo o colega?",
        "overall": "En general, ¿cómo ha sido su visita?",
        "open": "¿Qué deberíamos hacer mejor?",
        "least": "nada probable",
        "most": "muy probable",
        "worst": "muy mal",
        "best": "muy bien",
        "unused": "No lo he usado",
        "rate": "Cómo ha sido",
        "send": "Enviar mi respuesta",
        "privacy": "{asker} lo pregunta para ver qué mejorar. No preguntamos quién es usted ni guardamos la dirección "
        "de su dispositivo. Leen las respuestas {readers}; los demás solo ven cifras de muchas personas.",
        "open_help": "Sin nombres ni números de teléfono.",
        "thanks": "Gracias.",
        "thanks_more": "Su respuesta está guardada, sin su nombre. Ya cuenta.",
        "again": "La siguiente persona puede responder aquí",
        "closed": "Esta encuesta ha terminado.",
        "closed_more": "Recogió respuestas hasta el {day}. Gracias por querer contárnoslo.",
        "early": "Esta encuesta aún no ha empezado.",
        "early_more": "Recoge respuestas desde el {day}. Vuelva entonces.",
        "missing": "Aquí no hay ninguna encuesta.",
        "missing_more": "Mire otra vez el enlace: puede faltar una letra.",
        "nothing": "Responda al menos a una pregunta.",
        "long": "Aquí caben 2.000 caracteres como máximo: ha escrito {n}.",
        "odd": "Elija una de las respuestas.",
        "pause": "Ahora mismo llegan muchas respuestas desde aquí. La suya sigue en esta página: envíela otra vez en "
        "{n} segundos.",
        "wrong": "Aún no se ha enviado",
        "unstorable": "El texto contiene un carácter que no se puede guardar.",
    },
}
READERS: Mapping[str, Mapping[Audience, str]] = {
    "en": {
        Audience.COMMITTEE: "Its innovation committee",
        Audience.DEPARTMENT: "That department and the innovation committee",
        Audience.EMPLOYEES: "Its employees",
    },
    "es": {
        Audience.COMMITTEE: "su comité de innovación",
        Audience.DEPARTMENT: "ese departamento y el comité de innovación",
        Audience.EMPLOYEES: "sus empleados",
    },
}


def language(asked: str, accepted: str) -> str:
    """The one that was chosen; else the first of ours that the browser's Accept-Language likes best."""
    if asked in LANGUAGES:
        return asked
    liked: list[tuple[float, int, str]] = []
    for place, part in enumerate(accepted[:500].split(",")):
        name, _, weight = part.strip().partition(";q=")
        try:
            liked.append((-float(weight or 1), place, name.strip().lower().partition("-")[0]))
        except ValueError:
            continue
    return next((name for weight, _, name in sorted(liked) if name in LANGUAGES and weight < 0), "en")


def day_in(language: str, day: date) -> str:
    return f"{day.day} de {MONTHS[day.month - 1]} de {day.year}" if language == "es" else f"{day.day} {day:%B %Y}"


def said(texts: Mapping[str, Any], name: str, language: str, otherwise: str = "") -> str:
    """A text of the survey in a language, else in English."""
    found: Mapping[str, str] = texts.get(name) or {}
    return found.get(language) or found.get("en") or otherwise


@dataclass(frozen=True)
class Asked:
    """A question as a customer sees it: the field's name, its words, and the numbers to choose from."""

    field: str
    words: str
    steps: Sequence[int]
    ends: tuple[str, str]
    wide: bool = False  # 0 to 10
    unused: bool = False


@dataclass(frozen=True)
class Sheet:
    """A survey in one language."""

    language: str
    organisation: str
    asking: Asking
    source: Source
    questions: Sequence[Asked]
    open: str
    department: str = ""

    def word(self, name: str, **given: object) -> str:
        return WORDS[self.language][name].format(organisation=self.organisation, **given)

    @property
    def privacy(self) -> str:
        """Who asks, what for, and who sees what."""
        asker = f"{self.department}, {self.organisation}," if self.department else self.organisation
        wider = max(self.source.comments_for, self.source.rows_for, key=WIDTH.index)
        return self.word("privacy", asker=asker, readers=READERS[self.language][wider])


WIDTH = (Audience.COMMITTEE, Audience.DEPARTMENT, Audience.EMPLOYEES)


def sheet(
    asking: Asking, source: Source, design: Design, language: str, organisation: str, department: str = ""
) -> Sheet:
    texts, words = asking.said, WORDS[language]
    questions = [outcome(one, place, texts, language, organisation) for place, one in enumerate(design.outcomes)]
    for place, one in enumerate(design.uses):
        name = said(texts.get("touchpoints", {}), one.name, language, one.name)
        questions.append(Asked(f"t{place}", name, range(1, 6), (words["worst"], words["best"]), unused=True))
    return Sheet(language, organisation, asking, source, questions, said(texts, "open", language), department)


def outcome(one: Question, place: int, texts: Mapping[str, Any], language: str, organisation: str) -> Asked:
    words = WORDS[language]
    name, nps = f"o{place}", one.kind is OutcomeKind.NPS
    asked = "recommend" if nps else "overall"
    text = said(texts, asked, language) or words[asked].format(organisation=organisation)
    ends = (words["least"], words["most"]) if nps else (words["worst"], words["best"])
    return Asked(name, text, range(11) if nps else range(1, 6), ends, wide=nps)


@dataclass
class Filled:
    """What a customer sent. `mistakes` are beside their fields; what was typed is kept."""

    typed: dict[str, str]
    mistakes: dict[str, str] = field(default_factory=dict)
    answer: Answer | None = None

    def value(self, name: str) -> str:
        return self.typed.get(name, "")


def fill(sheet: Sheet, design: Design, fields: Fields, day: date) -> Filled:
    filled = Filled({name: values[-1] for name, values in fields.texts.items() if values})
    places = {asked.field: chosen(filled, asked) for asked in sheet.questions}
    words = filled.value("words").strip() if sheet.open else ""
    if len(words) > LONGEST_WORDS:
        filled.mistakes["words"] = sheet.word("long", n=f"{len(words):,}")
    if not words and all(place == MISSING for place in places.values()) and not filled.mistakes:
        filled.mistakes[""] = sheet.word("nothing")
    key = filled.value("key")
    if not A_KEY.fullmatch(key):
        filled.mistakes[""] = sheet.word("odd")
    if not filled.mistakes:
        filled.answer = Answer(
            respondent_of(key),
            day,
            [places[f"o{place}"] for place in range(len(design.outcomes))],
            [places[f"t{place}"] for place in range(len(design.uses))],
            comments=[(said(sheet.asking.said, "open", "en")[:200], words)] if words else [],
        )
    return filled


def respondent_of(key: str) -> str:
    """The sheet's one-shot key makes the respondent: the same sheet sent twice is one answer."""
    return f"survey-{sha256(key.encode()).hexdigest()[:24]}"


def chosen(filled: Filled, asked: Asked) -> int:
    """As a place on its scale."""
    value = filled.value(asked.field)
    if not value:
        return MISSING
    if value == UNUSED and asked.unused:
        return NOT_APPLICABLE
    known = {str(step): place for place, step in enumerate(asked.steps)}
    if value not in known:
        filled.mistakes[asked.field] = WORDS["es" if filled.value("lang") == "es" else "en"]["odd"]
        return MISSING
    return known[value]
