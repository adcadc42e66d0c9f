"""Survey maps: read, refused in sentences, and written back."""

import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.voice.importing.mapfile import WrongMap, from_dict, from_toml, to_toml
from app.voice.importing.packing import Scale
from tests.voice.surveys import FILES, the_map

GOOD = """
source = "Wave"
period = ["2026-01-01", 2026-01-31]

[[touchpoints]]
name = "Restaurants"
column = ["Q7FOOD", "Q8FOOD"]
scale = [1, 5]
not_applicable = [6]
missing = [0, "Blank", ""]
factor = "product or service"

[segments]
"Boarding area" = "BAREA"
"""


def why_not(text: str) -> list[str]:
    with pytest.raises(WrongMap) as wrong:
        from_toml(text)
    return wrong.value.sentences


def test_a_map_is_read() -> None:
    told = from_toml(GOOD)
    (restaurants,) = told.touchpoints
    assert restaurants.range == Scale(1, 5)
    assert restaurants.missing == ["0", "Blank", ""]
    assert told.segments["Boarding area"].column == ["BAREA"]
    assert told.minimum_cell == 1


def test_a_form_sends_texts() -> None:
    told = from_dict(
        {
            "source": " Wave ",
            "period": ["2026-01-01", "2026-01-31"],
            "minimum_cell": "10",
            "touchpoints": [
                {
                    "name": "Food",
                    "column": "FOOD",
                    "scale": "5, 1",
                    "not_applicable": "6",
                    "missing": "0, Blank, ",
                }
            ],
        }
    )
    assert told.source == "Wave"
    assert told.minimum_cell == 10
    assert told.touchpoints[0].scale == (5.0, 1.0)
    assert told.touchpoints[0].missing == ["0", "Blank", ""]


@pytest.mark.parametrize(
    ("change", "into", "sentence"),
    [
        ("source =", "sauce =", "source: Field required."),
        ("[segments]", "[[segments]]", "segments: Input should be a valid dictionary."),
        (
            'factor = "product or service"',
            'factor = "price"',
            "touchpoints 1 (\"Restaurants\"), factor: Input should be 'product or service', 'interaction' or 'brand'.",
        ),
        (
            "scale = [1, 5]",
            "scale = [5, 5]",
            'touchpoints 1 ("Restaurants"): the worst and the best answer are the same.',
        ),
        (
            "scale = [1, 5]",
            "scale = [1, 5.5]",
            'touchpoints 1 ("Restaurants"): the scale has to be up to 65,534 whole steps long.',
        ),
        (
            "missing = [0,",
            "missing = [6.0,",
            'touchpoints 1 ("Restaurants"): "6" is both not applicable and missing.',
        ),
        ("missing =", "mising =", 'touchpoints 1 ("Restaurants"), mising: there is no such key.'),
        (
            'period = ["2026-01-01", 2026-01-31]',
            "",
            "Name either a period (first and last day) or the column of the date.",
        ),
        ('"2026-01-01"', '"2026-02-01"', "The period ends before it begins."),
        (
            "[segments]",
            '[[touchpoints]]\nname="restaurants "\ncolumn="x"\nscale=[1,5]\n[segments]',
            'Two touchpoints are named "restaurants".',
        ),
        (
            "[segments]",
            '[[outcomes]]\nname="N"\ncolumn="x"\nkind="nps"\nscale=[1,5]\n[segments]',
            'outcomes 1 ("N"): nps is asked on 0 to 10; another scale is a rating.',
        ),
        (
            "[segments]",
            '[[outcomes]]\nname="N"\ncolumn="x"\nkind="rating"\n[segments]',
            'outcomes 1 ("N"): a rating needs a scale, such as scale = [1, 5].',
        ),
        ("[segments]", '[[comments]]\ncodes="x"\n[segments]', "comments 1: name either a column or columns."),
    ],
)
def test_what_is_wrong_is_said_where(change: str, into: str, sentence: str) -> None:
    assert change in GOOD
    assert sentence in why_not(GOOD.replace(change, into))


def test_broken_toml_says_where() -> None:
    (sentence,) = why_not('source = "x"\nperiod = [')
    assert sentence.startswith("The map is not valid TOML: ")
    assert why_not('source = "x"\nsource = "y"')[0].startswith("The map is not valid TOML: ")


def test_a_map_that_would_import_nothing() -> None:
    (sentence,) = why_not('source = "x"\nperiod = ["2026-01-01", "2026-01-02"]')
    assert sentence.startswith("The map names no outcome, no touchpoint and no comments")


@pytest.mark.parametrize("name", FILES)
def test_maps_are_written_back_as_they_were(name: str) -> None:
    told = the_map(name)
    assert from_toml(to_toml(told)) == told


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40))
def test_any_name_survives_the_writing(text: str) -> None:
    data = {
        "source": "x",
        "date": "D",
        "touchpoints": [{"name": f"n{text}n", "column": f"c{text}c", "scale": [0, 1]}],
    }
    told = from_dict({**data, "segments": {f"s{text}s": f"c{text}c"}, "sheet": f"z{text}z"})
    assert from_toml(to_toml(told)) == told
    assert tomllib.loads(to_toml(told))["sheet"] == f"z{text}z"
