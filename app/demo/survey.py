"""Two waves of an invented passenger survey, drawn from a seed: the file and the map that an organisation would have.

One number a passenger says how the visit was; it makes the recommendation, and each process follows it as strongly as
its `pull` says. So the product's own maths finds the vital processes that the demo's story is about, and the pilot that
moved the signs of Terminal 2 shows in Terminal 2 and not in Terminal 1.
"""

import csv
import io
from dataclasses import dataclass
from datetime import date

import numpy as np

from app.demo.content import COMMENTS, PROCESSES, Place, Work
from app.demo.wordings import wording

SERIES = "Passenger survey"
ATTENUATION = 1.08  # answers on five levels say a little less than what people felt
CLOSENESS = 0.88  # of what is said of a touchpoint to what is felt of its process
SPREAD = 0.27  # of one answer around its mean, as a part of the scale
SIGNS = "Signs inside"
SIGNS_BY_TERMINAL = {
    ("first", "Terminal 1"): 73,
    ("first", "Terminal 2"): 60,
    ("second", "Terminal 1"): 73,
    ("second", "Terminal 2"): 70,
}
TERMINALS = ("Terminal 1", "Terminal 2")
PURPOSES = (("Leisure", 0.55), ("Business", 0.27), ("Visiting family", 0.18))
COMPANY = (("Alone", 0.42), ("As a pair", 0.30), ("With a child under 8", 0.16), ("In a group", 0.12))
GLAD = ("clean", "kind", "better", "works now", "Quiet", "liked", "Best", "came when")
HOURS = (("Morning", 0.4), ("Midday", 0.33), ("Evening", 0.27))


@dataclass(frozen=True)
class Wave:
    key: str  # "first" or "second"
    name: str
    first_day: date
    last_day: date
    answers: int
    promoters: float
    detractors: float
    seed: int


@dataclass(frozen=True)
class Survey:
    name: str
    csv: str
    map: str


def pick(rng: np.random.Generator, shares: tuple[tuple[str, float], ...], n: int) -> np.ndarray:
    return np.asarray(rng.choice([name for name, _ in shares], size=n, p=[share for _, share in shares]))


def recommendation(felt: np.ndarray, wave: Wave) -> np.ndarray:
    """0-10 so that the wave has its shares of promoters and detractors."""
    rank = felt.argsort().argsort() / len(felt)
    low, high = wave.detractors, 1 - wave.promoters
    score = np.where(rank < low, np.floor(rank / low * 7), 0)
    score = np.where((rank >= low) & (rank < high), 7 + np.floor((rank - low) / (high - low) * 2), score)
    score = np.where(rank >= high, 9 + np.floor((rank - high) / (1 - high) * 2), score)
    return np.asarray(score.astype(int))


def served(rng: np.random.Generator, felt: np.ndarray, work: Work) -> np.ndarray:
    """How well each passenger found a whole process, following the visit as strongly as the process pulls."""
    pull = min(work.pull * ATTENUATION, 0.95)
    return np.asarray(pull * felt + np.sqrt(1 - pull**2) * rng.standard_normal(len(felt)))


def answers(
    rng: np.random.Generator, common: np.ndarray, work: Work, place: Place, wave: Wave, terminal: np.ndarray
) -> np.ndarray:
    """One touchpoint's column: 1-5, 6 where it was not met, empty where nothing was said."""
    n = len(common)
    latent = CLOSENESS * common + np.sqrt(1 - CLOSENESS**2) * rng.standard_normal(n)
    mean = np.full(n, place.first if wave.key == "first" else place.second, dtype=float)
    if place.name == SIGNS:
        mean = np.array([SIGNS_BY_TERMINAL[wave.key, str(name)] for name in terminal], dtype=float)
    level = np.clip(np.rint(1 + 4 * (mean / 100 + SPREAD * latent)), 1, 5).astype(int).astype(str)
    level = np.where(rng.random(n) > work.met, "6", level)
    return np.where(rng.random(n) < 0.015, "", level)


def draw(wave: Wave) -> Survey:
    rng = np.random.default_rng(wave.seed)
    n = wave.answers
    felt = rng.standard_normal(n)
    terminal = rng.choice(TERMINALS, size=n, p=[0.58, 0.42])
    recommend = recommendation(felt, wave).astype(str)
    overall = np.clip(np.rint(3.7 + 0.62 * felt + 0.4 * rng.standard_normal(n)), 1, 5).astype(int).astype(str)
    columns: dict[str, np.ndarray] = {
        "ID": np.arange(1, n + 1).astype(str),
        "WEIGHT": np.round(rng.uniform(0.6, 1.5, n), 3).astype(str),
        "TERMINAL": terminal,
        "PURPOSE": pick(rng, PURPOSES, n),
        "COMPANY": pick(rng, COMPANY, n),
        "HOUR": pick(rng, HOURS, n),
        "RECOMMEND": np.where(rng.random(n) < 0.03, "", recommend),
        "OVERALL": np.where(rng.random(n) < 0.02, "", overall),
    }
    common = {work.key: served(rng, felt, work) for work in PROCESSES}
    for number, (work, place) in enumerate(all_places(), start=1):
        columns[f"Q{number}"] = answers(rng, common[work.key], work, place, wave, terminal)
    columns["WISH"] = wishes(rng, felt, wave)
    return Survey(wave.name, written(columns), map_of(wave))


def all_places() -> list[tuple[Work, Place]]:
    return [(work, place) for work in PROCESSES for place in work.places]


def wishes(rng: np.random.Generator, felt: np.ndarray, wave: Wave) -> np.ndarray:
    """One passenger in eight writes something, the unhappy ones more often and less kindly; of late of bag drop."""
    wrote = rng.random(len(felt)) < np.clip(0.13 - 0.06 * felt, 0.02, 0.4)
    weight = np.ones(len(COMMENTS))
    weight[:2] = 3.0 if wave.key == "second" else 1.0
    glad = np.array([any(part in words for part in GLAD) for words in COMMENTS])
    told = [
        rng.choice(COMMENTS, size=len(felt), p=one / one.sum())
        for one in (weight * np.where(glad, 0.4, 1.0), weight * np.where(glad, 3.0, 0.6))
    ]
    return np.where(wrote, np.where(felt < 0, *told), "")


def written(columns: dict[str, np.ndarray]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    return out.getvalue()


def quoted(words: str) -> str:
    return '"' + words.replace("\\", "\\\\").replace('"', '\\"') + '"'


def map_of(wave: Wave) -> str:
    lines = [
        f"source = {quoted(wave.name)}",
        f"series = {quoted(SERIES)}",
        'department = "Customer insight"',
        f'period = ["{wave.first_day}", "{wave.last_day}"]',
        'respondent = "ID"',
        'weight = "WEIGHT"',
        "minimum_cell = 10",
        '\n[[outcomes]]\nname = "Recommend"\ncolumn = "RECOMMEND"\nkind = "nps"\nmissing = [""]',
        '\n[[outcomes]]\nname = "Overall"\ncolumn = "OVERALL"\nkind = "rating"\nscale = [1, 5]\nmissing = [""]',
    ]
    for number, (work, place) in enumerate(all_places(), start=1):
        lines.append(
            f'\n[[touchpoints]]\nname = {quoted(place.name)}\ncolumn = "Q{number}"\nscale = [1, 5]\nnot_applicable = [6]\n'
            f'missing = [""]\nquestion = {quoted(wording(place.name, wave.key))}\nfactor = "{work.factor}"\njourney = "Through the airport"\nstage = {quoted(work.stage)}'
        )
    lines.append('\n[segments]\nTerminal = "TERMINAL"\nPurpose = "PURPOSE"\n"Travels" = "COMPANY"\nHour = "HOUR"')
    lines.append('\n[[comments]]\ncolumn = "WISH"\n')
    return "\n".join(lines)
