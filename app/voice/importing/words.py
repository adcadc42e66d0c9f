"""What answers in words say: how good they are, that they are none, or which number they carry.

Enough of English, German, Spanish and French to propose a scale; a person looks at every proposal.
"""

import re
from collections.abc import Iterable, Mapping

from app.voice.importing.cells import canonical, number

BAD = (
    r"dissatisf|unsatisf|not satisf|disagree|unlikely|not (at all )?likely|not good|unhappy|difficult|\bhard\b|\bbad\b"
    r"|\bpoor|negative|worst|unfriendly|\bdirty\b|unzufrieden|schlecht|nicht zu$|unwahrscheinlich|mangelhaft|ungenügend"
    r"|insatisf|\bmal[oa]?s?\b|desacuerdo|improbable|difícil|mécontent|mauvais|pas d.accord|difficile|\bno\b"
)
WORST = r"terrible|awful|horrible|unacceptable|pésim|nul\b"
GOOD = (
    r"satisf|agree|likely|\bgood\b|happy|\beasy\b|positive|\bbest\b|friendly|\bclean\b|zufrieden|\bgut\b|stimme.* zu"
    r"|wahrscheinlich|bueno|buena|\bbien\b|de acuerdo|probable|fácil|content|\bbon(ne)?\b|d.accord|facile|\byes\b"
)
GREAT = r"excellent|outstanding|perfect|superb|exceptional|ausgezeichnet|hervorragend|excelente"
MIDDLE = (
    r"^neither|neutral|^ok(ay)?$|^average$|^fair$|mixed|acceptable|so-so|undecided"
    r"|weder|teils|mittel|regular|^ni |moyen"
)
MUCH = r"\bvery\b|extreme|strongly|completely|totally|highly|\bsehr\b|äußerst|voll|\bmuy\b|totalmente|très|tout à fait"
LITTLE = r"somewhat|slightly|rather|fairly|mostly|quite|\beher\b|etwas|\balgo\b|plutôt|a (little|bit)|tend to"
OFTEN = ("never", "rarely", "sometimes", "often", "always"), ("nie", "selten", "manchmal", "oft", "immer")

ELSEWHERE = re.compile(
    r"^(n/?a|not applicable|does(n.t| not) apply|never used|(did|have|has)( not|n.t) use(d)?|not used|not visited"
    r"|no experience|didn.t use|nicht (genutzt|zutreffend)|trifft nicht zu|entfällt|no aplica|no utiliz.*"
    r"|non applicable|sans objet)\b.*$"
)
ABSENT = re.compile(
    r"^(blank|none|null|-|\.|\?|no answer|not answered|did not answer|missing|no response|not stated|not asked"
    r"|unanswered|do(n.t| not) know.*|dk|unsure|not sure|no opinion|prefer not.*|refused|weiß nicht|weiss nicht"
    r"|keine angabe|k\.? ?a\.?|no sabe.*|ns/?nc|ne sait pas|nsp|#n/a|nan|skipped)$"
)
LEADING = re.compile(r"^\s*\(?([+-]?\d+(?:[.,]\d+)?)\)?\s*(?:[=:.)–—-]\s*)+(?=\D)(.+)$", re.DOTALL)
COUNTED = re.compile(
    r"^\s*(\d+(?:[.,]\d+)?)\s*(?:/\s*\d+|stars?|points?|sterne?|punkte?|estrellas?|étoiles?|%|\*)\s*$", re.I
)
STARS = re.compile(r"^\s*([★⭐*]+)[☆✩]*\s*$")
SAID = re.compile(r"\b(\d+)\s*(?:=|:|–|-|is|means)\s*([^\d,;.()=/]{2,40})", re.I)


def leaning(text: str) -> float | None:
    """How good an answer in words is: -3 to 3, 0 in the middle, None where its words do not say."""
    plain = canonical(LEADING.sub(r"\2", text))
    if re.search(MIDDLE, plain):
        return 0.0
    strength = 2.0 if re.search(MUCH, plain) else 0.5 if re.search(LITTLE, plain) else 1.0
    for pattern, sign in ((WORST, -3.0), (GREAT, 3.0)):
        if re.search(pattern, plain):
            return sign
    if re.search(BAD, plain):
        return -strength
    return strength if re.search(GOOD, plain) else None


def is_elsewhere(text: str) -> bool:
    return bool(ELSEWHERE.match(canonical(text)))


def is_absent(text: str) -> bool:
    return bool(ABSENT.match(canonical(text)))


def carried(text: str) -> float | None:
    """The number that an answer carries, beside words or alone: "5 - Very satisfied", "4 stars", "★★★☆☆", "3"."""
    if found := STARS.match(text):
        return float(len(found[1]))
    found = COUNTED.match(text) or LEADING.match(text)
    return float(found[1].replace(",", ".")) if found else number(text)


Numbered = tuple[dict[str, float], tuple[float, float]]


def numbered(texts: Iterable[str]) -> Numbered | None:
    """Answers in words as a scale of their own: the number of each, and the scale's low and high end."""
    told = list(dict.fromkeys(texts))
    numbers = {text: value for text in told if (value := carried(text)) is not None}
    if len(told) >= 2 and len(numbers) == len(told):
        high = next((end for end in (5, 7, 10, 100) if end >= max(numbers.values())), max(numbers.values()))
        return numbers, (min(0.0 if min(numbers.values()) == 0 else 1.0, *numbers.values()), float(high))
    for scale in OFTEN:
        if len(told) >= 3 and {canonical(text) for text in told} <= set(scale):
            return {text: float(scale.index(canonical(text)) + 1) for text in told}, (1.0, float(len(scale)))
    return leaned(told)


def leaned(told: list[str]) -> Numbered | None:
    """By how good they are; where nobody gave one of the usual five, its place stays free."""
    leanings = {text: leaning(text) for text in told}
    known = {text: value for text, value in leanings.items() if value is not None}
    levels = sorted(set(known.values()))
    if len(known) < len(told) or len(levels) < 3 or len(levels) < len(told) or levels[0] >= 0 or levels[-1] <= 0:
        return None
    if set(levels) <= {-2, -1, 0, 1, 2} and 0 in levels:
        return {text: value + 3 for text, value in known.items()}, (1.0, 5.0)
    return {text: float(levels.index(value) + 1) for text, value in known.items()}, (1.0, float(len(levels)))


def backwards(ends: Mapping[float, str], low: float, high: float) -> bool:
    """Whether the words for numbers say that the low end is the better one."""
    at_low, at_high = leaning(ends.get(low, "")), leaning(ends.get(high, ""))
    if at_low is not None and at_high is not None:
        return at_low > at_high
    return (at_low or 0) > 0 or (at_high or 0) < 0


def ends_said(question: str) -> dict[float, str]:
    """What a wording says of numbers: "Rate from 1 = very good to 5 = very poor"."""
    return {float(number): words.strip() for number, words in SAID.findall(question)}
