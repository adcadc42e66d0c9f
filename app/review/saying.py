"""What calibration found, in sentences: for the page of a round and for the command."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.review.calibration import Calibration, Doubt


@dataclass(frozen=True)
class Words:
    """What is scored, and who scores it."""

    one: str
    many: str
    people: str


PLAIN = Words("item", "items", "reviewers")
OURS = Words("idea", "ideas", "members")

DOUBTS: Mapping[Doubt, str] = {
    Doubt.ALONE: "It takes two {many} and two {people} at least.",
    Doubt.SINGLE: "No {one} was scored twice, so what is the {one} itself and what is chance cannot be told apart.",
    Doubt.EQUAL: "All scores are the same: there is nothing to tell apart.",
    Doubt.APART: "The {many} fall into groups without {people} in common: severity in one says nothing of another.",
    Doubt.FEW: "Too few scores are in common to tell severity and chance apart.",
    Doubt.FLAT: "The {many} do not differ by more than chance and severity explain.",
}


def doubts_in_words(found: Calibration[Any, Any], words: Words = PLAIN) -> list[str]:
    return [DOUBTS[doubt].format(one=words.one, many=words.many, people=words.people) for doubt in found.doubts]


def found_in_words(found: Calibration[Any, Any], words: Words = PLAIN) -> list[str]:
    """Severity and noise, as variances; nothing where the scores cannot tell them."""
    if found.item_variance is None or Doubt.EQUAL in found.doubts:
        return []
    return [severity(found, words), noise(found, words)]


def severity(found: Calibration[Any, Any], words: Words) -> str:
    variance = found.reviewer_variance
    if variance is None:
        return f"How severe the {words.people} are cannot be told from chance: none of them scored enough."
    if variance == 0:
        return (
            f"The {words.people} do not differ in severity by more than chance explains (variance 0): "
            "no severity is corrected, and scores move towards the overall mean alone."
        )
    return (
        f"The {words.people} differ in severity by {variance**0.5:.2f} (standard deviation; variance {variance:.3f})."
    )


def noise(found: Calibration[Any, Any], words: Words) -> str:
    share = 100 * (found.noise_share or 0)
    return (
        f"Of the variance of a single score {share:.0f} % is chance, neither {words.one} nor severity "
        f"(variance of the {words.many} {found.item_variance:.3f}, of chance {found.noise_variance:.3f})."
    )
