"""The first guess at a map, on the real surveys."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from app.voice.importing.checking import apply
from app.voice.importing.mapfile import from_dict
from app.voice.importing.proposing import Proposal, propose
from app.voice.importing.table import Column, Table
from tests.voice.surveys import the_answers, the_map, the_table

PERIOD = {"period": ["2017-05-01", "2017-05-31"]}


def used(proposal: Proposal, use: str) -> list[str]:
    return [seen.name for seen in proposal.profiles if seen.use == use]


@pytest.mark.parametrize(("wave", "rate"), [("sfo_2017", "Q12PRECHEKCRATE"), ("sfo_2018", "Q12PRECHECKRATE")])
def test_sfo_is_understood(data: Path, wave: str, rate: str) -> None:
    table = the_table(data, wave)
    proposal = propose(table, "Passengers")
    assert used(proposal, "respondent") == ["RESPNUM"]
    assert used(proposal, "weight") == ["WEIGHT"]
    assert [outcome["name"] for outcome in proposal.draft["outcomes"]] == ["NETPRO", "Q7ALL"]
    mapped = {
        column.name
        for part in the_map(wave).touchpoints
        for alias in part.column
        if (column := table.column(alias)) is not None
    }
    extra = {name for name in used(proposal, "touchpoint") if name not in mapped}
    assert mapped <= set(used(proposal, "touchpoint"))
    assert {name.upper() for name in extra} == {"Q9ALL", rate}
    assert {"BAREA", "STRATA", "PEAK", "DESTGEO"} <= set(used(proposal, "segment"))
    assert "INTDATE" not in used(proposal, "date")


@pytest.mark.parametrize("wave", ["sfo_2017", "sfo_2018"])
def test_the_draft_gives_the_figures_of_the_map(data: Path, wave: str) -> None:
    table = the_table(data, wave)
    drafted = apply(table, from_dict(propose(table).draft | PERIOD))
    mapped = the_answers(data, wave)
    assert drafted.acceptable
    assert drafted.outcomes[0].counts == mapped.outcomes[0].counts
    drafted_counts = [(one.n, one.not_applicable, one.missing, one.counts) for one in drafted.touchpoints]
    for one in mapped.touchpoints:
        assert (one.n, one.not_applicable, one.missing, one.counts) in drafted_counts


def test_profiles_show_the_distribution(data: Path) -> None:
    profiles = {seen.name: seen for seen in propose(the_table(data, "sfo_2017")).profiles}
    food = profiles["Q7FOOD"]
    assert food.top == [("4", 915), ("3", 817), ("5", 434), ("6", 341), ("2", 217), ("0", 69), ("1", 38)]
    assert (food.scale, food.not_applicable, food.missing) == ((1, 5), ("6",), ("0", ""))
    assert profiles["Q7ALL"].missing == ("Blank", "")
    assert profiles["NETPRO"].missing == ("11", "")
    assert profiles["Hi"].reason == "every cell is empty"


def test_nhs_is_understood(data: Path) -> None:
    proposal = propose(the_table(data, "nhs"))
    assert used(proposal, "respondent") == ["Respondent ID"]
    assert used(proposal, "date") == ["Date"]
    assert used(proposal, "outcome") == ["FFT categorical answer"]
    assert used(proposal, "comment") == ["FFT answer"]
    assert {"Trust", "Service type 1"} <= set(used(proposal, "segment"))
    assert used(proposal, "weight") == used(proposal, "touchpoint") == []
    assert len(apply(the_table(data, "nhs"), from_dict(proposal.draft))) == 4466


def test_the_same_table_gives_the_same_draft(data: Path) -> None:
    table = the_table(data, "sfo_2018")
    assert propose(table) == propose(table)


def from_rows(header: list[str], *columns: list[str]) -> Proposal:
    rows = list(zip(*columns, strict=True))
    told = [Column(name, *coded([row[place] for row in rows])) for place, name in enumerate(header)]
    return propose(Table(told, np.arange(2, len(rows) + 2, dtype=np.uint32)))


def coded(cells: list[str]) -> tuple[list[str], NDArray[np.uint16]]:
    texts = list(dict.fromkeys(cells))
    return texts, np.array([texts.index(cell) for cell in cells], dtype=np.uint16)


def cycle(values: str, n: int = 60) -> list[str]:
    some = values.split()
    return [some[place % len(some)] for place in range(n)]


def test_a_battery_in_one_header_is_called_by_its_ends_and_has_no_overall() -> None:
    heads = [f"How satisfied are you with: {name}" for name in ("Room", "Breakfast", "Staff")]
    found = from_rows(
        ["Nr", "Recommend", *heads],
        cycle(" ".join(map(str, range(60)))),
        cycle("0 5 6 7 8 9 10"),
        *[cycle("1 2 3 4 5")] * 3,
    )
    assert [part["name"] for part in found.draft["touchpoints"]] == ["Room", "Breakfast", "Staff"]
    assert [part["column"] for part in found.draft["touchpoints"]] == heads
    assert [part["name"] for part in found.draft["outcomes"]] == ["Recommend"]
    assert found.draft["respondent"] == "Nr"


def test_one_question_for_satisfaction_is_the_whole_and_a_word_for_it_goes_before() -> None:
    one = from_rows(["Satisfaction"], cycle("1 2 3 4 5"))
    assert [part["name"] for part in one.draft["outcomes"]] == ["Satisfaction"]
    both = from_rows(["Satisfied with staff", "Overall"], cycle("1 2 3 4 5"), cycle("5 4 3 2 1"))
    assert [part["name"] for part in both.draft["outcomes"]] == ["Overall"]
    assert [part["name"] for part in both.draft["touchpoints"]] == ["Satisfied with staff"]


@pytest.mark.parametrize("codes", ["99", "11", "98 99", "-1"])
def test_a_recommendation_may_have_codes_beside_it(codes: str) -> None:
    found = from_rows(["NPS"], cycle(f"0 3 5 6 7 8 9 10 {codes}"))
    (outcome,) = found.draft["outcomes"]
    assert (outcome["kind"], set(outcome["missing"])) == ("nps", {*codes.split(), ""})


@pytest.mark.parametrize(
    ("header", "cells", "is_date"),
    [
        ("Filled in", "03.05.2026 14.05.2026", True),
        ("Born", "03.05.1961 14.05.1972", False),
        ("Date of birth", "2001-05-03 2003-05-14", False),
    ],
)
def test_days_tell_themselves(header: str, cells: str, *, is_date: bool) -> None:
    found = from_rows([header, "NPS"], cycle(cells), cycle("0 3 5 6 7 8 9 10"))
    assert (found.draft.get("date") == header) is is_date


def test_what_lies_beside_the_scale_of_an_outcome_is_no_answer() -> None:
    found = from_rows(["Overall", "Staff rating"], cycle("1 2 3 4 5 6"), cycle("6 5 4 3 2 1"))
    (outcome,), (touchpoint,) = found.draft["outcomes"], found.draft["touchpoints"]
    assert (set(outcome["missing"]), touchpoint["not_applicable"]) == ({"6", ""}, ["6"])


@pytest.mark.parametrize(("many", "ratings"), [(12, 12), (9, 0)])
def test_a_long_row_of_columns_asked_alike_is_a_battery(many: int, ratings: int) -> None:
    found = from_rows([f"item_{place}" for place in range(many)], *[cycle("1 2 3 4 5")] * many)
    assert len(found.draft["touchpoints"]) == ratings
