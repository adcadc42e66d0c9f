"""The real surveys give the figures that were worked out apart from the product."""

from pathlib import Path

import numpy as np
import pytest

from app.voice.importing.checking import apply
from app.voice.importing.packing import unpack, unpack_indices
from tests.voice.surveys import expected, the_answers, the_codes, the_map, the_table

YEARS = ("2017", "2018")


def nps(counts: dict[float, int]) -> tuple[int, int, int]:
    promoters = sum(n for value, n in counts.items() if value >= 9)
    detractors = sum(n for value, n in counts.items() if value <= 6)
    return promoters, sum(counts.values()) - promoters - detractors, detractors


@pytest.mark.parametrize("year", YEARS)
def test_sfo_is_taken_whole(data: Path, year: str) -> None:
    table, checked = the_table(data, f"sfo_{year}"), the_answers(data, f"sfo_{year}")
    wanted = expected(data, f"sfo_{year}")["years"][year]
    assert (len(table), len(table.columns)) == (wanted["rows"], wanted["columns"])
    assert len(checked) == wanted["rows"]
    assert checked.acceptable
    assert checked.problems.total == 0
    assert (table.encoding, table.separator) == ("utf-8", ",")


@pytest.mark.parametrize("year", YEARS)
def test_sfo_outcomes(data: Path, year: str) -> None:
    recommend, overall = the_answers(data, f"sfo_{year}").outcomes
    wanted = expected(data, f"sfo_{year}")["years"][year]
    assert (recommend.n, *nps(recommend.counts)) == tuple(
        wanted["nps"][key] for key in ("n", "promoters", "passives", "detractors")
    )
    assert recommend.missing == wanted["nps_rows_without_answer"]
    assert {str(int(value)): n for value, n in overall.counts.items()} == wanted["overall_Q7ALL"]["counts"]
    assert overall.missing == wanted["overall_Q7ALL"]["n_blank"]


def test_sfo_nps_of_2017_is_the_known_one(data: Path) -> None:
    recommend = the_answers(data, "sfo_2017").outcomes[0]
    assert (recommend.n, *nps(recommend.counts)) == (2746, 1436, 968, 342)
    assert the_answers(data, "sfo_2018").outcomes[0].n == 2650


@pytest.mark.parametrize("year", YEARS)
def test_sfo_weighted_nps(data: Path, year: str) -> None:
    checked = the_answers(data, f"sfo_{year}")
    values = checked.outcomes[0].values
    weights = checked.weights
    assert weights is not None
    there = ~np.isnan(values)
    score = np.where(values >= 9, 100.0, np.where(values <= 6, -100.0, 0.0))
    wanted = expected(data, f"sfo_{year}")["years"][year]["nps_weighted"]["nps"]
    assert np.average(score[there], weights=weights[there]) == pytest.approx(wanted, abs=1e-4)


@pytest.mark.parametrize("year", YEARS)
def test_sfo_touchpoints(data: Path, year: str) -> None:
    answers = expected(data, f"sfo_{year}")
    checked = the_answers(data, f"sfo_{year}")
    assert len(checked.touchpoints) == 23
    means = np.nanmean(unpack(checked.ratings.tobytes(), checked.scales), axis=0)
    for touched, code, mean in zip(checked.touchpoints, answers["touchpoints"], means, strict=True):
        wanted = answers["years"][year]["touchpoints"][code]
        assert touched.name == answers["labels"][code]
        assert touched.n == wanted["n"]
        assert touched.not_applicable == wanted["n_not_applicable"]
        assert touched.missing == wanted["n_blank"]
        assert {str(int(value)): n for value, n in touched.counts.items()} == wanted["counts"]
        assert mean == pytest.approx(wanted["mean"], abs=1e-6)


@pytest.mark.parametrize("year", YEARS)
def test_wrong_answers_do_not_come_out(data: Path, year: str) -> None:
    answers = expected(data, f"sfo_{year}")
    checked = the_answers(data, f"sfo_{year}")
    means = np.nanmean(unpack(checked.ratings.tobytes(), checked.scales), axis=0)
    for code, wrong in answers["years"][year]["wrong_answers_to_reject"].items():
        if code in answers["touchpoints"]:
            mean = means[answers["touchpoints"].index(code)]
            assert all(abs(mean - value) > 0.05 for value in wrong.values())


@pytest.mark.parametrize("year", YEARS)
def test_sfo_segments(data: Path, year: str) -> None:
    checked = the_answers(data, f"sfo_{year}")
    by_segment = expected(data, f"sfo_{year}")["years"][year]["nps_by_segment"]
    values = checked.outcomes[0].values
    for name, key in (
        ("Boarding area", "boarding_area"),
        ("Time of day", "time_of_day"),
        ("Main purpose", "main_purpose"),
    ):
        labels = np.array([label or "" for label in checked.segments[name]])
        for label, wanted in by_segment[key].items():
            assert int((~np.isnan(values[labels == label])).sum()) == wanted["n"]


@pytest.mark.parametrize("year", YEARS)
def test_sfo_coded_comments(data: Path, year: str) -> None:
    checked = the_answers(data, f"sfo_{year}")
    wanted = expected(data, f"sfo_{year}")["years"][year]["comments_Q8"]
    told = [(place, one) for place, one in checked.comments if one.column in wanted["columns"]]
    assert len(told) == wanted["mentions"]
    assert len({place for place, _ in told}) == wanted["respondents_with_a_coded_comment"]
    assert {int(one.code or 0) for _, one in told if not one.text} == set(wanted["codes_not_in_code_list"])
    for theme, mentions in wanted["mentions_by_theme"].items():
        assert sum(one.theme == theme for _, one in told) == mentions
    for top in wanted["top15"]:
        said = [one.text for _, one in told if one.code == str(top["code"])]
        assert said == [top["label"]] * top["mentions"]


def test_codes_that_nobody_listed_are_noted(data: Path) -> None:
    notes = the_answers(data, "sfo_2017").notes
    assert any("the code 29 is not in the code list" in note for note in notes)
    assert any("the code 141 is not in the code list" in note for note in notes)


def test_a_response_holds_what_its_row_says(data: Path) -> None:
    first = next(the_answers(data, "sfo_2017").responses())
    assert (first.respondent, first.row, first.weight) == ("1", 2, 0.2847177143)
    assert first.outcomes == (6.0, 4.0)
    assert first.segments["Boarding area"] == "G"
    ratings = unpack_indices(first.ratings, the_answers(data, "sfo_2017").scales)[0]
    assert ratings[:4].tolist() == [-1, -1, -1, 2]


def test_headers_differ_in_case_and_blanks(data: Path) -> None:
    table = the_table(data, "sfo_2018")
    assert "Q9Boarding" in table.header
    assert table.column("q14find") is table.column(" Q14FIND ")
    assert table.column("netpro") is not None


def test_either_map_of_sfo_reads_its_own_wave_only_by_its_comments(data: Path) -> None:
    shared = the_map("sfo_2017").model_copy(update={"comments": []})
    assert apply(the_table(data, "sfo_2018"), shared).outcomes[0].n == 2650


def test_nhs_shares_responses_and_turns_the_scale(data: Path) -> None:
    checked = the_answers(data, "nhs")
    wanted = expected(data, "nhs")["v6"]["fft_per_respondent"]
    (experience,) = checked.outcomes
    assert (checked.rows, len(checked)) == (7908, 4466)
    assert checked.acceptable
    assert {int(6 - value): n for value, n in experience.counts.items()} == {
        answer: wanted["counts"][str(answer)] for answer in range(1, 6)
    }
    assert experience.missing == wanted["counts"]["6"] + wanted["counts"]["7"]
    assert np.nanmean(experience.values) == pytest.approx(wanted["mean_reversed_so_5_is_best"], abs=1e-4)


def test_nhs_by_trust_and_comments(data: Path) -> None:
    checked = the_answers(data, "nhs")
    trusts = expected(data, "nhs")["v6"]["fft_per_respondent_by_trust"]
    for trust, wanted in trusts.items():
        assert checked.segments["Trust"].count(trust) == wanted["n"]
    silent = expected(data, "nhs")["v6"]
    blank = sum(not text.strip() for text in the_table(data, "nhs").rows_of("FFT answer"))
    assert len(checked.comments) == 7908 - silent["answers_did_not_answer"] - blank


def test_nhs_dates_are_a_mixture_that_only_a_person_can_settle(data: Path) -> None:
    table = the_table(data, "nhs")
    by_date = {"period": None, "date": ["Date"], "date_order": "day first"}
    told = the_map("nhs").model_copy(update=by_date)
    month_first = sum(int(text.split("/")[1]) > 12 for text in table.rows_of("Date"))
    refused = apply(table, told)
    assert not refused.acceptable
    assert refused.problems.total == month_first == 289
    first = refused.problems.first[0]
    assert first.sentence == f'Row {first.row}, column "Date": "{first.cell}" is not a date.'
    taken = apply(table, told, set_aside=True)
    assert taken.acceptable
    assert taken.set_aside == 289
    assert taken.dates is not None
    assert any("of several days" in note for note in taken.notes)


def test_nhs_comments_stand_with_their_respondent(data: Path) -> None:
    several = next(one for one in the_answers(data, "nhs").responses() if len(one.comments) > 1)
    table = the_table(data, "nhs")
    people = list(table.rows_of("Respondent ID"))
    for comment in several.comments:
        assert people[comment.row - 2] == several.respondent


def test_code_lists_are_read_like_any_file(data: Path) -> None:
    (codes,) = the_codes(data, "sfo_2017").values()
    assert codes.header == ["question", "code", "theme", "label"]
