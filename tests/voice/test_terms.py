"""Terms that set groups apart, agreement of coders, differences of shares: against independent answers."""

from collections import Counter
from math import log, sqrt
from typing import Any

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.inter_rater import cohens_kappa
from statsmodels.stats.proportion import confint_proportions_2indep

from app.voice.comments.agreement import Table, kappa
from app.voice.comments.contrast import bare
from app.voice.comments.terms import apart, counted, difference, log_odds, terms_of


def by_the_paper(first: dict[str, int], second: dict[str, int], rest: dict[str, int], prior: float) -> dict[str, float]:
    """Equations 16, 19 and 22, word by word."""
    words = {*first, *second, *rest}
    said = {word: first.get(word, 0) + second.get(word, 0) + rest.get(word, 0) for word in words}
    total, n1, n2 = sum(said.values()), sum(first.values()), sum(second.values())
    told = {}
    for word in words:
        a = prior * said[word] / total
        y1, y2 = first.get(word, 0), second.get(word, 0)
        delta = log((y1 + a) / (n1 + prior - y1 - a)) - log((y2 + a) / (n2 + prior - y2 - a))
        told[word] = delta / sqrt(1 / (y1 + a) + 1 / (y2 + a))
    return told


def test_log_odds_are_those_of_the_paper() -> None:
    rng = np.random.default_rng(4)
    names = [f"w{i}" for i in range(300)]
    groups: list[Any] = [dict(zip(names, rng.poisson(rng.gamma(1, 8, 300)) + 1, strict=True)) for _ in range(3)]
    first, second, rest = ({word: int(n) for word, n in group.items()} for group in groups)
    counts = [np.array([group[word] for word in names], dtype=float) for group in (first, second, rest)]
    _, z = log_odds(counts[0], counts[1], counts[0] + counts[1] + counts[2], 500)
    wanted = by_the_paper(first, second, rest, 500)
    assert np.allclose(z, [wanted[word] for word in names], atol=1e-12)
    told, other = apart(first, second, rest, least=1, most=300)
    assert {one.words: one.z for one in told + other} == pytest.approx(
        {word: value for word, value in wanted.items() if word in {one.words for one in told + other}}
    )
    assert [one.z for one in told] == sorted((one.z for one in told), reverse=True)


def test_without_a_difference_z_is_no_wider_than_chance() -> None:
    rng = np.random.default_rng(5)
    rates = rng.gamma(2, 20, 400)
    zs = []
    for _ in range(20):
        first, second = rng.poisson(rates) + 0.0, rng.poisson(rates) + 0.0
        zs.append(log_odds(first, second, first + second + 1)[1])
    z = np.concatenate(zs)
    assert abs(z.mean()) < 0.05
    assert (abs(z) > 1.96).mean() < 0.06
    assert stats.kurtosis(z) < 0.5


def test_a_background_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="nobody used"):
        log_odds(np.ones(2), np.ones(2), np.array([1.0, 0.0]))


def test_terms_are_words_and_pairs_without_stop_words() -> None:
    assert terms_of("The queue was very long. Long queue!") == {"queue", "long", "long queue"}
    assert terms_of("La señal de la puerta") == {"senal", "puerta"}
    assert terms_of("don’t go in 2 行李 cars") == {"cars"}
    assert terms_of(bare("Fatima Zahra at bag drop, call 555 123 4567, is slow")) >= {"bag", "drop", "bag drop", "slow"}
    assert not {"fatima", "zahra", "telephone", "555"} & terms_of(
        bare("My name is Fatima Zahra at bag drop, call 555 123 4567")
    )


def test_one_voice_a_person() -> None:
    assert counted([{"queue"}, {"queue", "desk"}]) == Counter(queue=2, desk=1)


def test_a_pair_takes_the_place_of_its_words_where_the_same_people_say_them() -> None:
    told, _ = apart({"fast track": 20, "fast": 20, "track": 21, "bag": 9}, {"kind": 30}, {}, least=5)
    assert {one.words for one in told} == {"fast track", "bag"}


def test_what_few_say_is_no_term() -> None:
    told, other = apart({"rare": 4, "often": 40}, {"kind": 40, "rare": 5}, {}, least=10)
    assert {one.words for one in told + other} == {"often", "kind"}
    assert apart({}, {}, {}, least=5) == ([], [])


@pytest.mark.parametrize("cells", [(20, 5, 10, 15), (3, 0, 1, 40), (50, 2, 2, 1), (1, 30, 20, 2)])
def test_kappa_is_statsmodels_kappa(cells: tuple[int, int, int, int]) -> None:
    table = Table(*cells)
    wanted = cohens_kappa(np.array([[table.both, table.first], [table.second, table.neither]]))
    found = kappa(table)
    assert found.value == pytest.approx(wanted.kappa)
    assert found.low == pytest.approx(max(-1, wanted.kappa_low), abs=1e-9)
    assert found.high == pytest.approx(min(1, wanted.kappa_upp), abs=1e-9)


def test_kappa_where_it_says_nothing() -> None:
    assert kappa(Table(0, 0, 0, 0)).value is None
    assert kappa(Table(0, 0, 0, 9)).value is None
    all_alike = kappa(Table(5, 0, 0, 5))
    assert (all_alike.value, all_alike.low) == (1.0, None)


@pytest.mark.parametrize("cells", [(3, 40, 20, 60), (0, 12, 1, 9), (300, 900, 200, 1000)])
def test_the_difference_of_shares_is_agresti_and_caffos(cells: tuple[int, int, int, int]) -> None:
    value, low, high = difference(*cells)
    hits, n, other_hits, other_n = cells
    wanted = confint_proportions_2indep(hits, n, other_hits, other_n, method="agresti-caffo", compare="diff")
    assert value == pytest.approx(hits / n - other_hits / other_n)
    assert (low, high) == pytest.approx(wanted)
