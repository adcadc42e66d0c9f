import time
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest

from app.processes import resampling
from app.processes.drivers import Method, correlation
from app.processes.priority import Rule, Survey, Verdict, assess, judge, others, performances
from app.processes.resampling import Block
from app.processes.study import Measure, study
from app.voice.indices import mean, percent
from tests import sfo

YEARS = ("2017", "2018")


def airport(data, year: str, outcome: str = "Q7ALL", columns: list[str] | None = None) -> Survey:
    columns = columns or sfo.expected(data)["touchpoints"]
    said = percent(sfo.ratings(data, year, columns), (1, 5))
    return Survey(sfo.answers(data, year)[outcome], said, columns, {})


def made(n: int, items: int = 6, seed: int = 1, answered: float = 0.8) -> Survey:
    rng = np.random.default_rng(seed)
    mood = rng.normal(size=n)
    said = np.linspace(40, 75, items) + 15 * (mood[:, None] * rng.uniform(0.2, 1, items) + rng.normal(size=(n, items)))
    said[rng.random(said.shape) > answered] = np.nan
    outcome = np.clip(np.round(7 + mood + rng.normal(size=n)), 0, 10)
    return Survey(outcome, said, [f"T{i}" for i in range(items)], {})


def vital(assessment) -> list[str]:
    return [item.name for item in assessment.items if item.vital]


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize(("rule", "key"), [("means", "ipa_mean_cut"), ("medians", "ipa_median_cut")])
def test_vital_at_the_airport(data, year, rule, key):
    told = sfo.expected(data)["years"][year][key]
    found = assess(airport(data, year), rule=Rule.read(rule))
    assert vital(found) == told["vital"]
    assert 1 + found.performance_cut / 25 == pytest.approx(told["cut_performance"], abs=2e-6)
    assert found.impact_cut == pytest.approx(told["cut_importance"], abs=2e-6)
    for item in found.items:
        margin = told["items"][item.name]
        assert (item.performance - found.performance_cut) / 25 == pytest.approx(margin["margin_performance"], abs=2e-6)
        assert item.impact - found.impact_cut == pytest.approx(margin["margin_importance"], abs=2e-6)
    assert (found.rule, found.impact, found.weighted, found.r2) == (rule, "correlation", False, None)


@pytest.mark.parametrize("year", YEARS)
def test_vital_at_the_airport_for_recommending(data, year):
    told = sfo.expected(data)["years"][year]["ipa_mean_cut_nps_outcome"]
    found = assess(airport(data, year, "NETPRO"))
    assert vital(found) == told["vital"]
    assert found.impact_cut == pytest.approx(told["cut_importance"], abs=2e-6)


def test_verdicts_at_the_airport(data):
    items = {item.name: item for item in assess(airport(data, "2017")).items}
    assert items["Q7PARK"].verdict == Verdict.VITAL
    assert items["Q7ART"].verdict == Verdict.PERHAPS
    assert 0.3 < items["Q7ART"].vital_probability < 0.7
    assert items["Q10SAFE"].verdict == Verdict.NOT_VITAL
    assert items["Q10SAFE"].vital_probability < 0.01


def test_shapley_shares_at_the_airport(data):
    core = sfo.expected(data)["core_driver_set"]
    told = sfo.expected(data)["years"]["2017"]["drivers_of_overall"]
    found = assess(airport(data, "2017", columns=core), Method.SHAPLEY)
    assert (found.n, found.r2) == (told["n_complete_cases"], pytest.approx(told["r2"], abs=5e-7))
    for item in found.items:
        assert 100 * item.share == pytest.approx(told["items"][item.name]["shapley_share_pct"], abs=5e-5)
        assert item.impact_low < item.impact < item.impact_high


def test_chances_agree_with_a_plain_bootstrap():
    survey = made(400)
    rng, hits = np.random.default_rng(99), np.zeros(6)
    for _ in range(1_000):
        who = rng.integers(0, 400, 400)
        low = np.nanmean(survey.ratings[who], axis=0)
        high = np.array([i.value for i in correlation(survey.outcome[who], survey.ratings[who]).impacts])
        hits += (low < low.mean()) & (high >= high.mean())
    chances = [item.vital_probability for item in assess(survey).items]
    assert any(0.1 < chance < 0.9 for chance in chances)
    assert chances == pytest.approx(hits / 1_000, abs=0.06)


@pytest.mark.parametrize("method", Method)
def test_a_bag_of_little_bootstraps_says_the_same(method, monkeypatch):
    survey = made(4_000, answered=1)
    plain = assess(survey, method)
    monkeypatch.setattr(resampling, "MOST_AT_ONCE", 800)
    bag = assess(survey, method)
    assert (plain.resampling, bag.resampling) == ("bootstrap", "bag of little bootstraps")
    assert (plain.resamples, bag.resamples) == (1_000, 1_000)
    for one, other in zip(plain.items, bag.items, strict=True):
        assert other.vital_probability == pytest.approx(one.vital_probability, abs=0.08)
        assert other.impact_high - other.impact_low == pytest.approx(one.impact_high - one.impact_low, rel=0.15)


def test_intervals_of_models_agree_with_refitting():
    survey = made(300, items=3, answered=1)
    rng, fits = np.random.default_rng(5), []
    for _ in range(400):
        who = rng.integers(0, 300, 300)
        once = np.corrcoef(np.column_stack((survey.ratings[who], survey.outcome[who])), rowvar=False)
        among, towards = once[:3, :3], once[:3, 3]
        values, vectors = np.linalg.eigh(among)
        root = vectors * np.sqrt(values) @ vectors.T
        fits.append(root**2 @ np.linalg.solve(root, towards) ** 2)
    told = np.quantile(fits, (0.025, 0.975), axis=0).T
    for item, (low, high) in zip(assess(survey, Method.JOHNSON).items, told, strict=True):
        assert (item.impact_low, item.impact_high) == pytest.approx((low, high), abs=0.03)


def test_a_process_is_the_weighted_mean_of_what_was_answered():
    nan = np.nan
    ratings = np.array([[100, 0, 50], [nan, 40, nan], [nan, nan, 10.0], [80, nan, nan]])
    survey = Survey(np.arange(4.0), ratings, ["desk", "belt", "café"], {"Check-in": [(0, 3.0), (1, 1.0)]})
    names, said = performances(survey)
    assert names == ("Check-in", "café")
    assert said[:, 0].tolist()[:2] == [75, 40]
    assert np.isnan(said[2, 0])
    assert said[3, 0] == 80
    assert np.array_equal(said[:, 1], ratings[:, 2], equal_nan=True)


def test_figures_are_those_of_the_indices_and_intervals_nearly():
    """Intervals are bootstrapped: near those of the formulas, which the same answers give."""
    survey = replace(made(600), weights=np.random.default_rng(2).uniform(0.5, 2, 600))
    drivers = correlation(survey.outcome, survey.ratings, survey.weights)
    found = assess(survey)
    assert found.weighted
    for column, impact, item in zip(survey.ratings.T, drivers.impacts, found.items, strict=True):
        told = mean(column, survey.weights)
        assert (item.performance, item.n) == (pytest.approx(told.value, abs=1e-9), told.n)
        assert (item.performance_low, item.performance_high) == pytest.approx((told.low, told.high), abs=0.35)
        assert (item.impact, item.pairwise_n) == (pytest.approx(impact.value, abs=1e-12), impact.n)
        assert (item.impact_low, item.impact_high) == pytest.approx((impact.low, impact.high), abs=0.03)


def test_below_thirty_answers_intervals_are_those_of_the_formulas():
    survey = made(25)
    drivers = correlation(survey.outcome, survey.ratings)
    for column, impact, item in zip(survey.ratings.T, drivers.impacts, assess(survey).items, strict=True):
        told = mean(column)
        assert (item.performance_low, item.performance_high) == pytest.approx((told.low, told.high))
        assert (item.impact_low, item.impact_high) == pytest.approx((impact.low, impact.high))
        assert item.verdict is Verdict.TOO_LITTLE


def test_answers_of_an_account_are_drawn_together():
    """Twenty accounts of one opinion each know less than 400 people do: an independent cluster bootstrap agrees."""
    rng = np.random.default_rng(8)
    accounts = np.repeat(np.arange(20), 20)
    mood = rng.normal(size=20)[accounts]
    ratings = np.clip(50 + 18 * mood[:, None] + rng.normal(size=(400, 2)) * 5, 0, 100)
    survey = Survey(mood + rng.normal(size=400) / 2, ratings, ["A", "B"], {})
    alone, together = assess(survey), assess(replace(survey, units=accounts))
    again = []
    for _ in range(600):
        who = np.concatenate([np.flatnonzero(accounts == one) for one in rng.integers(0, 20, 20)])
        again.append(ratings[who].mean(axis=0))
    low, high = np.quantile(again, (0.025, 0.975), axis=0)
    for place, (one, other) in enumerate(zip(alone.items, together.items, strict=True)):
        assert other.performance == one.performance
        assert other.performance_high - other.performance_low > 2 * (one.performance_high - one.performance_low)
        assert other.performance_high - other.performance_low == pytest.approx(high[place] - low[place], rel=0.15)


def test_accounts_in_a_bag_of_little_bootstraps_say_the_same(monkeypatch):
    survey = made(4_000, answered=1)
    survey = replace(survey, units=np.arange(4_000) // 2)
    plain = assess(survey)
    monkeypatch.setattr(resampling, "MOST_AT_ONCE", 500)
    bag = assess(survey)
    assert (plain.resampling, bag.resampling) == ("bootstrap", "bag of little bootstraps")
    for one, other in zip(plain.items, bag.items, strict=True):
        assert other.vital_probability == pytest.approx(one.vital_probability, abs=0.08)
        assert other.impact_high - other.impact_low == pytest.approx(one.impact_high - one.impact_low, rel=0.2)


def test_performance_by_top_two_is_the_weighted_part_of_the_best_answers():
    nan = np.nan
    best = np.array([[100, 0, 0], [nan, 100, nan], [0, 0, 100.0], [100, nan, nan]] * 20)
    survey = Survey(np.arange(80.0), best / 2, ["desk", "belt", "café"], {"Check-in": [(0, 3.0), (1, 1.0)]}, best=best)
    found = assess(survey, measure=Measure.TOP_TWO)
    assert found.measure is Measure.TOP_TWO
    assert found.items[0].performance == pytest.approx((75 + 100 + 0 + 100) / 4)
    assert found.items[1].performance == pytest.approx(50)
    assert found.items[0].performance_low < found.items[0].performance < found.items[0].performance_high
    by_mean = assess(survey)
    assert [one.impact for one in found.items] == [one.impact for one in by_mean.items]


def test_what_another_choice_would_change_is_what_it_changes():
    survey = made(400)
    names, said = performances(survey)
    told = Block(survey.outcome[:, None], said, said, np.ones(400))
    found = study(told, ("",), len(names), Method.CORRELATION)
    rules = [Rule.read(text) for text in ("medians", "target=40", "target=70,0.1")]
    now = set(vital(assess(survey)))
    seen = others(found, "", Rule(), Measure.MEAN, rules)
    assert [one.choice for one in seen] == ["medians", "target=40", "target=70,0.1", "top-two", "shapley", "johnson"]
    for one, rule in zip(seen, rules, strict=False):
        then = set(vital(assess(survey, rule=rule)))
        assert {names[i] for i in one.enter} == then - now
        assert {names[i] for i in one.leave} == now - then
    assert any(one.enter or one.leave for one in seen)
    assert judge(found, "", names, Rule()).items == assess(survey).items


def test_both_lines_can_be_targets():
    found = assess(made(300), rule=Rule.read("target=55,0.3"))
    assert (found.rule, found.performance_cut, found.impact_cut) == ("target=55,0.3", 55, 0.3)
    assert all(item.performance < 55 and item.impact >= 0.3 for item in found.items if item.vital)


CONSTANT = np.full(200, 50.0)
NOBODY = np.full(200, np.nan)


@pytest.mark.parametrize("method", Method)
@pytest.mark.parametrize(
    "bad",
    [
        {"outcome": np.full(200, 7.0)},
        {"outcome": NOBODY},
        {"ratings": np.column_stack((CONSTANT, CONSTANT, CONSTANT))},
        {"ratings": np.column_stack((NOBODY, NOBODY, NOBODY))},
        {"weights": np.zeros(200)},
        {"weights": np.eye(200)[0]},
    ],
)
def test_nothing_is_divided_by_zero(method, bad):
    survey = replace(made(200, items=3), **bad)
    with np.errstate(all="raise"):
        found = assess(survey, method)
    for item in found.items:
        assert all(one is None or np.isfinite(one) for one in (item.performance, item.impact, item.vital_probability))


@pytest.mark.parametrize("method", Method)
@pytest.mark.parametrize("n", [0, 1, 2, 31])
def test_few_respondents_are_no_error(method, n):
    assert len(assess(made(n, items=3), method).items) == 3


@pytest.mark.parametrize("method", [Method.SHAPLEY, Method.JOHNSON])
def test_what_follows_from_others_is_named(method):
    survey = made(300, items=3, answered=1)
    ratings = np.column_stack((survey.ratings, survey.ratings[:, 0] / 2 + survey.ratings[:, 1] / 2))
    block = Block(survey.outcome[:, None], ratings, ratings, np.ones(300))
    with np.errstate(all="raise"):
        found = study(block, ("o",), 4, method)
    assert found.tie("o").entangled == (0, 1, 3)
    model = found.tie("o").models[method]
    assert model.r2 == pytest.approx(sum(model.parts))
    assert all(np.isfinite(model.parts))


def test_a_target_moves_only_the_line_of_performance():
    survey = made(300)
    found = assess(survey, rule=Rule.read("target=55"))
    assert (found.rule, found.performance_cut) == ("target=55", 55)
    assert found.impact_cut == assess(survey).impact_cut
    assert all(item.performance < 55 for item in found.items if item.vital)
    assert vital(assess(survey, rule=Rule.read("target=0"))) == []


@pytest.mark.parametrize(
    "text",
    [
        *("", "mean", "target", "target=", "target=-1", "target=101", "target=nan", "means=3"),
        *("target=70,", "target=70,2", "target=70,x", "target=,3", "target=70,0.1,1"),
    ],
)
def test_no_other_rule(text):
    with pytest.raises(ValueError, match="means, medians or target=N"):
        Rule.read(text)


def test_too_little_data_moves_no_line():
    survey = made(300)
    few = np.full(300, np.nan)
    few[:29] = np.linspace(0, 30, 29)
    wider = replace(survey, ratings=np.column_stack((survey.ratings, few)), touchpoints=[*survey.touchpoints, "New"])
    plain, found = assess(survey), assess(wider)
    assert (found.performance_cut, found.impact_cut) == (plain.performance_cut, plain.impact_cut)
    assert [i.vital_probability for i in found.items[:-1]] == [i.vital_probability for i in plain.items]
    new = found.items[-1]
    assert (new.verdict, new.vital, new.vital_probability, new.n) == (Verdict.TOO_LITTLE, False, None, 29)


def test_nothing_but_too_little_data():
    found = assess(made(20))
    assert (found.performance_cut, found.impact_cut, found.resampling, found.resamples) == (
        None,
        None,
        None,
        0,
    )
    assert {item.verdict for item in found.items} == {Verdict.TOO_LITTLE}
    nobody = Survey(np.full(50, np.nan), np.full((50, 2), np.nan), ["A", "B"], {"P": []})
    assert {item.performance for item in assess(nobody, Method.JOHNSON).items} == {None}


@pytest.mark.parametrize("method", [Method.CORRELATION, Method.JOHNSON])
def test_the_same_survey_is_the_same_answer_quick_and_small(method):
    survey = made(5_000, items=25, answered=0.98)
    begun = time.process_time()
    first = assess(survey, method)
    assert time.process_time() - begun < 4
    tracemalloc.start()
    again = assess(survey, method)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert first == again
    assert peak < 50e6
