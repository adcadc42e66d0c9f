"""The first guess at a map, on the real surveys."""

from pathlib import Path

import pytest

from app.voice.importing.checking import apply
from app.voice.importing.mapfile import from_dict
from app.voice.importing.proposing import Proposal, propose
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
