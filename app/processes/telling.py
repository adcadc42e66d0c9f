"""What the page of processes says in words and small tables, all of it from one study.

Cautions, what another choice would change, outcomes beside each other, what missing answers did.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.processes.assessing import Picture
from app.processes.drivers import Method
from app.processes.priority import Assessment, Other, Rule, Verdict, judge, others
from app.processes.resampling import MOST_AT_ONCE, MOST_SETS
from app.processes.study import FEWEST_ANSWERS, Measure

FEW_COMPLETE = 100
ENOUGH_COMPLETE = 0.25
USUAL_RULES = (Rule("means"), Rule("medians"), Rule("target", 70.0), Rule("target", 80.0))
IMPACT_WORDS = {
    Method.CORRELATION: "impact by correlation",
    Method.SHAPLEY: "Shapley shares",
    Method.JOHNSON: "Johnson's weights",
}
MEASURE_WORDS = {Measure.MEAN: "performance by the mean", Measure.TOP_TWO: "performance by the top two"}
BESIDE = 4


def listed(names: Sequence[str], most: int = 4) -> str:
    """A, B and C; a long list says how many more."""
    if len(names) > most:
        return f"{', '.join(names[: most - 1])} and {len(names) - most + 1} more"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else ""


def cautions(told: Picture) -> list[str]:
    """What a sceptic would ask about these figures, where there is reason to."""
    study, tie, outcome = told.study, told.study.tie(told.question.outcome), told.question.outcome
    names = [one.driver.name for one in told.standings]
    said = []
    if not tie.n:
        said.append(f"Nobody answered {outcome}, so no impact can be worked out.")
    elif tie.flat:
        said.append(f"Every answer to {outcome} is the same, so nothing can be seen to move it.")
    if study.weighted and all(one.value is None for one in study.stands[Measure.MEAN]) and study.n:
        said.append("Every weight is 0, so no weighted figure can be worked out. Look at it without weights.")
    if study.same:
        which = listed([names[i] for i in study.same])
        said.append(f"{which}: every answer is the same, so no impact of it can be seen.")
    if told.question.impact is not Method.CORRELATION and tie.n and not tie.flat:
        said += model_cautions(told, names)
    return said


def model_cautions(told: Picture, names: Sequence[str]) -> list[str]:
    tie, k = told.study.tie(told.question.outcome), len(names)
    said = []
    most = told.study.stands[Measure.MEAN]
    fewest = listed([names[i] for i in sorted(range(k), key=lambda i: most[i].n)[:3]])
    what_to_do = f"Choose fewer drivers (fewest answered {fewest}), or impact by correlation."
    if not tie.complete:
        said.append(f"Nobody answered {told.question.outcome} and all {k} drivers, so no share exists. {what_to_do}")
    elif tie.complete <= k + 1 or tie.complete < FEWEST_ANSWERS:
        said.append(f"Only {tie.complete:,} answered everything, too few for a model of {k} drivers. {what_to_do}")
    elif tie.complete < max(FEW_COMPLETE, ENOUGH_COMPLETE * tie.n):
        said.append(f"Only {tie.complete:,} of {tie.n:,} answered all {k} drivers; shares are theirs. {what_to_do}")
    if tie.entangled:
        which = listed([names[i] for i in tie.entangled])
        said.append(
            f"{which} say exactly the same or follow from each other: they part what they explain together."
            " Choose only some of them to tell them apart."
        )
    return said


def resampled(told: Picture) -> str:
    """How the intervals and chances were found, with its settings."""
    found, study = told.found, told.study
    if found.resampling is None:
        return ""
    whom = f"{study.units:,} accounts" if study.units is not None else f"{study.n:,} respondents"
    if found.resampling == "bootstrap":
        return f"Intervals and chances: bootstrap of {whom}, {found.resamples:,} resamples, seed {study.seed}."
    many = study.units or study.n
    sets = min(MOST_SETS, many // MOST_AT_ONCE)
    return (
        f"Intervals and chances: bag of little bootstraps of {whom}, {sets} sets of {MOST_AT_ONCE:,},"
        f" {found.resamples:,} resamples in all, seed {study.seed}."
    )


@dataclass(frozen=True)
class Change:
    """One other choice in words, the fields of its address, and what it changes."""

    words: str
    fields: Mapping[str, str]
    enter: str
    leave: str
    known: bool

    @property
    def same(self) -> bool:
        return self.known and not self.enter and not self.leave


def changes(told: Picture) -> list[Change]:
    """What each other choice would change, the rest left as it is: what changes first."""
    names = [one.driver.name for one in told.standings]
    found = others(told.study, told.question.outcome, told.rule, told.question.performance, USUAL_RULES, told.fewest)
    said = [changed(one, names) for one in found]
    return sorted(said, key=lambda one: (not one.known, one.same))


def changed(other: Other, names: Sequence[str]) -> Change:
    words = {
        "rule": lambda: f"With lines at {Rule.read(other.choice).words}",
        "performance": lambda: f"With {MEASURE_WORDS[Measure(other.choice)]}",
        "outcome": lambda: f"With {other.choice} as the outcome",
        "impact": lambda: f"With {IMPACT_WORDS[Method(other.choice)]}",
    }[other.kind]()
    enter, leave = (listed([names[i] for i in which or ()]) for which in (other.enter, other.leave))
    return Change(words, {other.kind: other.choice}, enter, leave, other.enter is not None)


@dataclass(frozen=True)
class Beside:
    """An item under several outcomes: of each its figures (none where it has no place), and how often it is vital."""

    key: str
    name: str
    figures: tuple[tuple[float | None, Verdict, float | None], ...]

    @property
    def vital(self) -> int:
        return sum(verdict in (Verdict.VITAL, Verdict.PERHAPS) for _, verdict, _ in self.figures)

    @property
    def under(self) -> str:
        count, of = self.vital, len(self.figures)
        if count == of:
            return "both" if of == 2 else "all"
        return "most" if 2 * count > of else "one" if count == 1 else "some" if count else "none"


@dataclass(frozen=True)
class SideBySide:
    outcomes: tuple[str, ...]
    rows: tuple[Beside, ...]
    finding: str
    left_out: int


def side_by_side(told: Picture, keys: set[str]) -> SideBySide | None:
    """Two to four outcomes under the same rule and measure; None where the source has one. `keys`: the rows shown."""
    own = told.question.outcome
    outcomes = (own, *(one for one in told.study.outcomes if one != own))
    if len(outcomes) < 2:
        return None
    names = [one.driver.name for one in told.standings]
    judged: list[Assessment] = [
        judge(told.study, one, names, told.rule, told.question.performance, told.fewest) for one in outcomes[:BESIDE]
    ]
    rows = [
        Beside(
            one.driver.key,
            one.driver.name,
            tuple(
                (found.items[place].impact, found.items[place].verdict, found.items[place].vital_probability)
                for found in judged
            ),
        )
        for place, one in enumerate(told.standings)
        if one.driver.key in keys and one.item.n >= told.fewest
    ]
    rows.sort(key=lambda row: (-row.vital, -(row.figures[0][0] or 0.0)))
    return SideBySide(outcomes[:BESIDE], tuple(rows), found_in_all(rows, len(judged)), len(outcomes) - len(judged))


def found_in_all(rows: Sequence[Beside], of: int) -> str:
    """Which stay vital, whatever is asked."""
    always = [row.name for row in rows if row.vital == of]
    most = [row.name for row in rows if of > row.vital > of / 2]
    some = [row.name for row in rows if 0 < row.vital <= of / 2]
    every = "both outcomes" if of == 2 else f"all {of} outcomes"
    said = [f"Vital under {every}: {listed(always, 12) or 'none'}."]
    if most:
        said.append(f"Under most: {listed(most, 12)}.")
    if some:
        said.append(f"Under {'one' if all(row.vital == 1 for row in rows if row.name in some) else 'fewer'}: ")
        said[-1] += f"{listed(some, 12)}."
    return " ".join(said)


def missing_answers(told: Picture) -> str:
    """How many answered everything, and how they differ from all who answered the outcome."""
    tie, outcome = told.study.tie(told.question.outcome), told.question.outcome
    if not tie.n or tie.mean is None:
        return f"Nobody answered {outcome}."
    said = f"{tie.complete:,} of the {tie.n:,} who answered {outcome} answered every driver too"
    if tie.mean_complete is None or tie.complete < told.fewest:
        return f"{said}, too few to compare with the rest."
    by = tie.mean_complete - tie.mean
    return f"{said}: their mean is {tie.mean_complete:.2f} against {tie.mean:.2f} of all, {by:+.2f}."
