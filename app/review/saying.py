"""What calibration found, in sentences: for the page of a round and for the command."""

from collections.abc import Mapping
from typing import Any

from app.review.calibration import Calibration, Doubt

DOUBTS: Mapping[Doubt, str] = {
    Doubt.ALONE: "It takes two things to score and two who score them, at least.",
    Doubt.SINGLE: "Nothing was scored twice, so what is the thing itself and what is chance cannot be told apart.",
    Doubt.EQUAL: "All scores are the same: there is nothing to tell apart.",
    Doubt.APART: "The scores fall into groups that no reviewer joins: severity in one cannot be held against another.",
    Doubt.FEW: "There are too few scores in common to tell severity and chance apart.",
    Doubt.FLAT: "What was scored does not differ by more than chance and severity explain.",
}


def doubts_in_words(found: Calibration[Any, Any]) -> list[str]:
    return [DOUBTS[doubt] for doubt in found.doubts]


def found_in_words(found: Calibration[Any, Any]) -> list[str]:
    """Severity and noise, as variances; nothing where the scores cannot tell them."""
    if found.item_variance is None or Doubt.EQUAL in found.doubts:
        return []
    return [severity(found), noise(found)]


def severity(found: Calibration[Any, Any]) -> str:
    if found.reviewer_variance is None:
        return "How severe the reviewers are cannot be told from chance: none of them scored enough."
    if found.reviewer_variance == 0:
        return (
            "The reviewers do not differ in severity by more than chance explains (variance 0): "
            "nothing is corrected, and scores move towards the overall mean alone."
        )
    variance = found.reviewer_variance
    return f"The reviewers differ in severity by {variance**0.5:.2f} (standard deviation; variance {variance:.3f})."


def noise(found: Calibration[Any, Any]) -> str:
    share = found.noise_share or 0
    return (
        f"Of the variance of a single score {share:.0%} is noise, neither the thing nor the reviewer "
        f"(things {found.item_variance:.3f}, noise {found.noise_variance:.3f})."
    )
