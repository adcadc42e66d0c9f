"""The opportunity score of what customers measure a job by.

A. W. Ulwick, "What Customers Want", 2005: importance + max(importance - satisfaction, 0), both on 0 to 10, so that the
score runs from 0 to 20. Above 10 is a solid opportunity, above 12 a high one, above 15 an extreme one, in his words.
"""


def opportunity(importance: float | None, satisfaction: float | None) -> float | None:
    """None where either is not known. Refuses (ValueError) what lies off 0 to 10."""
    if importance is None or satisfaction is None:
        return None
    if not (0 <= importance <= 10 and 0 <= satisfaction <= 10):
        raise ValueError("Importance and satisfaction lie between 0 and 10.")
    return importance + max(importance - satisfaction, 0.0)


def in_words(score: float | None) -> str:
    if score is None:
        return "not rated"
    return "extreme" if score > 15 else "high" if score > 12 else "solid" if score > 10 else "served well enough"
