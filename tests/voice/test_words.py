"""Answers in words as scales, and amounts, labels and leftovers under a map."""

import pytest

from app.voice.importing.judging import bare_amount
from app.voice.importing.mapfile import WrongMap, from_toml, to_toml
from app.voice.importing.words import backwards, ends_said, is_absent, is_elsewhere, numbered
from tests.voice.test_checking import a_table, check, responses


@pytest.mark.parametrize(
    ("answers", "numbers", "scale"),
    [
        ("Very satisfied|Satisfied|Neutral|Dissatisfied|Very dissatisfied", "5 4 3 2 1", (1, 5)),
        ("Very satisfied|Satisfied|Neutral|Dissatisfied", "5 4 3 2", (1, 5)),
        ("Poor|Fair|Good|Very good|Excellent", "1 2 3 4 5", (1, 5)),
        ("Strongly agree|Agree|Disagree|Strongly disagree", "4 3 2 1", (1, 4)),
        ("sehr zufrieden|eher zufrieden|eher unzufrieden|sehr unzufrieden", "4 3 2 1", (1, 4)),
        ("Muy bueno|Bueno|Regular|Malo|Muy malo", "5 4 3 2 1", (1, 5)),
        ("1 = very good|2|3|4|5 = very poor", "1 2 3 4 5", (1, 5)),
        ("4 stars|5 stars", "4 5", (1, 5)),
        ("★★★☆☆|★★★★★", "3 5", (1, 5)),
        ("10 - Extremely likely|0 - Not at all likely", "10 0", (0, 10)),
        ("never|sometimes|always", "1 3 5", (1, 5)),
    ],
)
def test_words_are_scales(answers: str, numbers: str, scale: tuple[float, float]) -> None:
    found = numbered(answers.split("|"))
    assert found is not None
    assert (list(found[0].values()), found[1]) == (list(map(float, numbers.split())), scale)


@pytest.mark.parametrize(
    "answers", ["Male|Female", "Business|Good trip", "1-2 hours|3-4 hours", "0–30|31–60", "Yes|No"]
)
def test_words_that_are_no_scale(answers: str) -> None:
    assert numbered(answers.split("|")) is None


def test_a_wording_says_which_end_is_the_best() -> None:
    assert backwards(ends_said("Overall (1 = very good, 5 = very poor)"), 1, 5)
    assert not backwards(ends_said("Overall (1 = very poor, 5 = very good)"), 1, 5)
    assert not backwards(ends_said("Overall, on 1 to 5"), 1, 5)


def test_what_is_no_answer_and_what_was_not_met() -> None:
    assert all(map(is_absent, ("Blank", "don't know", "Keine Angabe", "#N/A", "Prefer not to say")))
    assert all(map(is_elsewhere, ("N/A", "Not applicable", "Did not use", "Never used this")))
    assert not any(map(is_elsewhere, ("Natural", "Never", "No")))


@pytest.mark.parametrize(
    ("said", "decimal", "bare"),
    [
        ("$1,234.50", ".", "1234.50"),
        ("1.234,50 €", ",", "1234,50"),
        ("1 234 567", ".", "1234567"),
        ("EUR 12", ".", "12"),
        ("1,5", ".", "1,5"),
        ("about 5", ".", "about 5"),
    ],
)
def test_amounts_without_their_signs(said: str, decimal: str, bare: str) -> None:
    assert bare_amount(said, decimal) == bare


LABELS = """
source = "W"
period = ["2025-01-01", "2025-01-31"]
leave_out = { "id" = ["Total"] }

[[touchpoints]]
name = "Food"
column = "FOOD"
labels = { "Very bad" = 1, "Bad" = 2, "Good" = 4, "Very good" = 5 }

[[comments]]
column = "said"
score = { column = "tone", scale = [-5, 5], missing = ["?"] }

[[themes]]
columns = ["Queue", "Staff"]

[[themes]]
column = "about"
each = "text"
separator = ";"
"""


def test_labels_themes_and_scores_under_a_map() -> None:
    told = from_toml(LABELS)
    assert from_toml(to_toml(told)) == told
    table = a_table(
        "id,FOOD,said,tone,Queue,Staff,about",
        "1,very good,So slow,-5,1,,Speed; Parking",
        "2,3,,?,0,x,",
        "3,Bad,Fine,5,,no,speed",
        "Total,9,,,9,9,",
    )
    checked = check(table, **told.model_dump(exclude_defaults=True))
    assert checked.acceptable, [one.sentence for one in checked.problems.first]
    assert checked.touchpoints[0].counts == {5.0: 1, 3.0: 1, 2.0: 1}
    first, second, third = responses(checked)
    assert [(one.text, one.themes, one.score) for one in first.comments] == [
        ("So slow", ("Queue", "Speed", "Parking"), 0.0)
    ]
    assert [(one.text, one.themes, one.code) for one in second.comments] == [("Staff", ("Staff",), "")]
    assert [(one.themes, one.score) for one in third.comments] == [(("speed",), 100.0)]
    assert checked.notes == ['1 row left out: "id" is "Total".']


def test_dirt_in_marks_and_scores_is_told_cell_by_cell() -> None:
    table = a_table("id,FOOD,said,tone,Queue,Staff,about", "1,3,a,SS,7,,", "2,3,b,-9,,,", "3,4,c,1,1,1,")
    problems = check(table, **from_toml(LABELS).model_dump(exclude_defaults=True)).problems
    assert [(one.row, one.column, one.cell) for one in problems.first] == [
        (2, "Queue", "7"),
        (2, "tone", "SS"),
        (3, "tone", "-9"),
    ]


@pytest.mark.parametrize(
    ("change", "into", "sentence"),
    [
        ('"Bad" = 2', '"Bad" = 2.5', "which is not on the scale"),
        ('columns = ["Queue", "Staff"]', 'name = "x"', "name either a column or columns"),
        ('columns = ["Queue", "Staff"]', 'columns = ["Queue"]\nname = "x"', "a name is for one column"),
        ('each = "text"', 'each = "word"', "Input should be 'mark' or 'text'"),
    ],
)
def test_wrong_labels_and_themes_are_said(change: str, into: str, sentence: str) -> None:
    with pytest.raises(WrongMap) as wrong:
        from_toml(LABELS.replace(change, into))
    assert sentence in " ".join(wrong.value.sentences)
