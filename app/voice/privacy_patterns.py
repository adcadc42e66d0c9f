"""What personal data looks like in English and Spanish: patterns for `privacy`, each bounded, so that none is slow."""

import re
from collections.abc import Callable

MAIL, PHONE, CARD, IBAN, NUMBER = "e-mail", "telephone", "card", "IBAN", "number"
DOCUMENT, IDENTITY, BIRTH = "document number", "identity number", "date of birth"
ADDRESS, HANDLE, NAME = "address", "handle", "name"
KINDS = (NAME, PHONE, MAIL, ADDRESS, HANDLE, CARD, IBAN, IDENTITY, DOCUMENT, BIRTH, NUMBER)

Check = Callable[[str], str]
"""What the words of a match are; '' where they are nothing after all."""

UPPER = "A-ZÀ-ÖØ-ÞĀĂĄĆČĎĐĒĖĘĚĞĪĮİŁŃŇŐŒŘŚŠŞŤŪŮŰŸŹŻŽ"
WORD = rf"[{UPPER}][\w'’-]{{0,40}}[\w]"
PARTICLE = r"(?:de la|de los|de las|del|de|da|dos|van der|van de|van|von|der|la|bin|al|el|y)"
MORE_NAME = rf"[ ]+(?:{PARTICLE}[ ]+)?(?:[{UPPER}]\.[ ]?)?{WORD}"
FULL_NAME = rf"{WORD}(?:{MORE_NAME}){{0,3}}"

MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?|enero|febrero|marzo|abril|mayo|junio|julio|agosto|sep?tiembre|octubre|noviembre"
    r"|diciembre)"
)
DAY = (
    r"(?:\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2})|\d{4}-\d{2}-\d{2}"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?(?:\s+(?:of|de))?\s+{MONTH}\.?,?(?:\s+(?:de|del))?\s+\d{{2,4}}"
    rf"|{MONTH}\.?\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}})"
)
BORN = (
    r"(?:born(?:\s+on)?|date\s+of\s+birth|d\.?o\.?b\.?|birth\s?da(?:y|te)|nacid[oa](?:\s+el)?|nac[ií]\s+el"
    r"|fecha\s+de\s+nacimiento|cumplea[nñ]os)"
)
JOINED = (
    r"[\s:#=.-]{0,4}(?:(?:is|was|es|era|n[uú]mero|number|no\.?|n[ºo°]\.?|num\.?|el|code|c[oó]digo|id|of)[\s:#=.-]{1,4})"
    r"{0,3}"
)
PAPERS = (
    r"(?:passport|ticket|booking|reservation|confirmation|reference|record\s+locator|locator|pnr|licen[cs]e|plate|"
    r"member(?:ship)?|frequent\s+flyer|account|claim|case|policy|mrn|nhs|"
    r"pasaporte|billete|reserva|localizador|expediente|matr[ií]cula|cuenta|tarjeta|socio|p[oó]liza|reclamaci[oó]n)"
)
STREETS = (
    r"(?:Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct|Place|Pl|Square|Sq|Terrace|Way|"
    r"Crescent|Close|Highway|Hwy|Parkway|Pkwy|Gardens|Grove|Mews)"
)
NO_STREETS = (
    r"(?!(?:minutes?|mins?|hours?|hrs?|miles?|km|kilomet\w+|meters?|metres?|yards?|feet|blocks?|lanes?|cars?|people|"
    r"years?|days?|times?|the|on|in|of|to|at|a|an|and|or|from|by|off|down|up|along|per|for|with|different)\b)"
)
FLAT = r"(?i:,?\s*(?:apt|apartment|unit|suite|flat|#)\.?\s*[\w-]{1,6})?"
TOWN = r"(?:,?\s+[A-Z][a-z]+(?:\s[A-Z][a-z]+)?,?\s+[A-Z]{2}\s+\d{5}(?:-\d{4})?)?"
VIA = (
    r"(?:(?:calle|avenida|avda|plaza|paseo|carretera|camino|ronda|traves[ií]a|glorieta|urbanizaci[oó]n)\s|c/"
    r"|(?:avda|av|pza|ctra)\.)"
)
VIA_NAME = r"(?:de\s+(?:la|los|las)\s+|del?\s+)?(?:[\w'’.ºª-]{1,30}\s+){0,4}?[\w'’.ºª-]{1,30}"
VIA_NUMBER = r",?\s+(?:n[ºo°.]{0,2}\s*)?\d{1,4}\b(?:,?\s*\d{1,2}\s?[ºª°]\s?\w{0,3}\b)?(?:,?\s+\d{5}(?:\s+\w{3,30})?)?"
STAFF = (
    r"(?:agent|officer|employee|clerk|attendant|waiter|waitress|driver|guard|manager|supervisor|nurse|doctor|steward|"
    r"stewardess|lady|gentleman|man|woman|guy|girl|staff(?:\s+member)?|person|worker|barista|cashier|representative|"
    r"receptionist|consultant|porter|midwife|surgeon|bartender|server|volunteer|"
    r"emplead[oa]|agente|se[nñ]ora|se[nñ]orita|se[nñ]or|chic[oa]|camarer[oa]|conductora?|enfermer[oa]|doctora?|"
    r"encargad[oa]|azafata|vigilante|guardia|compa[nñ]er[oa]|mujer|hombre)"
)
HELPED = (
    r"(?:helped|served|treated|assisted|attended|greeted|seen|checked\s+in|looked\s+after|insulted|told|spoken\s+to|"
    r"atendid[oa]s?|ayudad[oa]s?|tratad[oa]s?|recibid[oa]s?|informad[oa]s?)"
)
TITLES = (
    r"(?:mr|mrs|ms|miss|mx|dr|prof|professor|sir|madam|sr|sra|srta|señor|señora|señorita|don|doña|dra|capt|captain"
    r"|sgt|sergeant)"
)
BADGE = r"name\s+(?:tag|badge)(?:\s+(?:said|read|says|reads))?"


def digits_of(words: str) -> str:
    return "".join(letter for letter in words if letter in "0123456789")


def luhn(digits: str) -> bool:
    """Luhn's check of a card's number."""
    doubled = (sum(divmod(int(digit) * 2, 10)) for digit in digits[-2::-2])
    return (sum(int(digit) for digit in digits[-1::-2]) + sum(doubled)) % 10 == 0


YEARS = re.compile(r"(?:19|20)\d\d\s?[-–/ ]\s?(?:19|20)\d\d")
THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:[. ]\d{3})+")
A_DATE = re.compile(r"(?:\d{4}[./-]\d{1,2}[./-]\d{1,2}|\d{1,2}[./-]\d{1,2}[./-]\d{4})(?:\s.*)?")
PHONE_LIKE = re.compile(r"\+|\(\d|\d[\s.–-]\d|[6789]\d{8}|0\d{8,}|\d{10,11}")


def long_number(words: str) -> str:
    """A run of digits: a card, a telephone, or a number that stands for somebody; '' for dates and amounts."""
    digits = digits_of(words)
    if YEARS.fullmatch(words) or A_DATE.fullmatch(words) or (digits.endswith("000") and THOUSANDS.fullmatch(words)):
        return ""
    if 13 <= len(digits) <= 19 and luhn(digits):
        return CARD
    if 7 <= len(digits) <= 15 and PHONE_LIKE.search(words):
        return PHONE
    return NUMBER if 8 <= len(digits) <= 24 else ""


def iban(words: str) -> str:
    plain = "".join(letter for letter in words if letter.isalnum())
    return IBAN if 15 <= len(plain) <= 34 and len(digits_of(plain)) >= 8 else ""


def papers(words: str) -> str:
    """A booking's code: with a digit, or six capitals as airlines give them."""
    return DOCUMENT if any(letter.isdigit() for letter in words) or re.fullmatch(r"[A-Z]{6}", words) else ""


def always(kind: str) -> Check:
    return lambda words: kind


def either(pattern: str) -> re.Pattern[str]:
    """In either case of its letters."""
    return re.compile(pattern, re.IGNORECASE)


# The first that finds a place keeps it. A group is what is masked; without one all of the match is.
WITH_DIGITS: tuple[tuple[re.Pattern[str], Check], ...] = (
    (re.compile(r"\b[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,3})?\b"), iban),
    (either(rf"\b{BORN}[\s:,-]{{0,4}}(?:(?:is|was|es|era|on|el)\s+)?({DAY})"), always(BIRTH)),
    (re.compile(r"\b\d{3}-\d{2}-\d{4}\b"), always(IDENTITY)),
    (re.compile(r"\b\d{2}/\d{7,8}/\d{2}\b"), always(IDENTITY)),
    (re.compile(r"\b[A-CEGHJ-PR-TW-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D]\b"), always(IDENTITY)),
    (re.compile(r"\b(?:\d{8}|[XYZ]-?\d{7})[- ]?[A-HJ-NP-TV-Z]\b"), always(IDENTITY)),
    (
        re.compile(rf"\b\d{{1,5}}[A-Za-z]?,?\s+(?:[NSEW]\.?\s+)?(?:{WORD}\.?\s+){{1,3}}{STREETS}\b\.?{FLAT}{TOWN}"),
        always(ADDRESS),
    ),
    (
        either(
            rf"\b\d{{1,5}}[a-z]?\s+(?:{NO_STREETS}[a-z'’]{{3,30}}\s+){{1,2}}"
            rf"(?:street|avenue|road|boulevard|drive|crescent)\b{FLAT}"
        ),
        always(ADDRESS),
    ),
    (either(rf"\b{VIA}\s*{VIA_NAME}{VIA_NUMBER}"), always(ADDRESS)),
    (either(r"\b(?:p\.?\s?o\.?\s?box|apartado(?:\s+de\s+correos)?)\s+\d+"), always(ADDRESS)),
    (re.compile(r"\b(?:[A-Z]{2}\s\d{5}(?:-\d{4})?|[A-Z]{1,2}\d[A-Z\d]?\s\d[A-Z]{2})\b"), always(ADDRESS)),
    (either(rf"\b{PAPERS}\b{JOINED}((?=[a-z-]{{0,19}}\d)[A-Za-z0-9-]{{5,20}})\b"), papers),
    (re.compile(r"(?<![\w.,/#$€£])(?:\+|\(\+?)?\d(?:[\s().–-]{0,2}\d){6,23}(?![\w])"), long_number),
)
CODES: tuple[tuple[re.Pattern[str], Check], ...] = (
    (re.compile(rf"(?i:\b{PAPERS}\b{JOINED})([A-Z0-9]{{6}})\b"), papers),
)
WITH_AT: tuple[tuple[re.Pattern[str], Check], ...] = (
    (re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}"), always(MAIL)),
    (re.compile(r"(?<![\w@./])@[A-Za-z_]\w{1,30}\b"), always(HANDLE)),
)
SPELT: tuple[tuple[re.Pattern[str], Check], ...] = (
    (
        either(
            r"\b[\w.+-]{2,64}\s?[\[(]?\s?(?:at|arroba)\s?[\])]?\s?[\w-]{2,63}\s?[\[(]?\s?(?:dot|punto)\s?[\])]?\s?"
            r"[a-z]{2,4}\b"
        ),
        always(MAIL),
    ),
    (
        either(
            r"\b(?:instagram|twitter|facebook|tiktok|telegram|whatsapp)(?:\s+(?:handle|user(?:name)?|usuario|account))?"
            r"\s*(?::|\bis\b|\bes\b|\bas\b)\s*([\w.]{3,30})"
        ),
        always(HANDLE),
    ),
)


def named(before: str, name: str = FULL_NAME, after: str = "") -> re.Pattern[str]:
    """Words in any case, then a name, which begins with a capital."""
    return re.compile(rf"(?i:{before})({name}){after}")


NAMED: tuple[re.Pattern[str], ...] = (
    named(
        r"\b(?:my|his|her|whose|their)\s+(?:\w+['’]s\s+)?(?:full\s+|first\s+|last\s+)?"
        r"name(?:['’]s|\s+(?:is|was)|:)\s+"
    ),
    named(
        r"\bmy\s+(?:full\s+)?name(?:['’]s|\s+is|:)\s+",
        r"[a-z]{3,20}(?:\s+(?!and\b|i\b|but\b|from\b|the\b)[a-z]{3,20})?",
    ),
    named(r"\b(?:me\s+llamo|mi\s+nombre\s+es)\s+", rf"[\w'’-]{{3,30}}(?:{MORE_NAME}){{0,3}}"),
    named(r"\b(?:se\s+llama(?:ba)?|llamad[oa]|de\s+nombre|(?:su|cuyo)\s+nombre\s+(?:es|era))\s+"),
    named(rf"\b{TITLES}\.?\s+"),
    named(
        rf"\b{STAFF}(?:,|\s+\w+ing(?:\s+\w+){{0,2}})?\s+(?:(?:was|is|who\s+was)\s+)?"
        r"(?:called|named|by\s+the\s+name\s+of|llamad[oa])\s+"
    ),
    named(rf"\b{STAFF},?\s+"),
    named(rf"\b(?:called|named|{BADGE}|by\s+the\s+name\s+of|signed|firmado|firma)[:,]?\s+[\"“']?"),
    named(rf"\b{HELPED}(?:\s+\w+){{0,2}}?\s+(?:by|por)\s+(?:el\s+|la\s+|the\s+)?"),
    named(r"\b(?:spoke|spoken|speak|talked|hablé|hablado|hablamos)\s+(?:to|with|con)\s+"),
    named(
        r"\b(?:regards|sincerely|yours|saludos|atentamente|un\s+saludo|cheers|signed)[,.]?\s+",
        FULL_NAME,
        r"[.\s]{0,9}$",
    ),
    re.compile(rf"(?:\bI am|\bI['’]m|\bThis is|\bSoy|\bsoy)\s+({WORD}\s+(?:{PARTICLE}\s+)?{WORD})"),
)
CAPITALISED = re.compile(rf"\b{WORD}")
AFTER_NAME = re.compile(rf"(?:{MORE_NAME}){{1,2}}")
