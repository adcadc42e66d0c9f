"""Every figure of the airport's expected.json, reached by the product's own way: no key of the file is left out.

Both waves are imported as a user would, and what the database then holds is asked. The file is walked key by key; a key
that stands for no figure of ours is named in APART with the reason.
"""

from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from app.db import Database
from app.processes.assessing import Question, inside, picture
from app.processes.drivers import Method, correlations_of
from app.processes.working import combining, worked_out
from app.voice import indices
from app.voice.actions import Taking, take
from app.voice.answers import Answers, answers, uses_of
from app.voice.importing.checking import apply
from app.voice.importing.responses import Checked
from app.voice.models import Source
from app.voice.queries import outcomes_of
from app.voice.showing import outcome_json, use_json
from app.voice.uploads import digest
from tests.voice.surveys import FILES, expected, the_codes, the_map, the_table

YEARS = ("2017", "2018")
SCALE = (1.0, 5.0)
SEGMENTS = {"boarding_area": "Boarding area", "time_of_day": "Time of day", "main_purpose": "Main purpose"}
OUTCOMES = {"drivers_of_overall": "Overall", "drivers_of_nps": "Recommend"}
# What says how the file was made. Everything else is a figure, a name or a list that the product has to reach.
APART = ("/definitions",)
# These the file works out from figures that it has rounded before.
ROUNDED_TWICE = {"z": 2e-4, "z_welch": 2e-4, "nps diff": 1e-4, "margin_performance": 2e-6, "margin_importance": 2e-6}
WORDS = {
    "importance": "pairwise Pearson r with Q7ALL",
    "performance": "mean of valid 1..5",
    "outcome": "Q7ALL",
}


def leaves(tree: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from leaves(value, f"{path}/{key}")
    else:
        yield path, tree


class Wave:
    """One year: the file as it was checked, and what the database says after it was taken in."""

    def __init__(self, database: Database, data: Path, year: str, told: dict[str, Any]) -> None:
        self.year, self.told, self.database = year, told, database
        self.file = the_table(data, f"sfo_{year}")
        self.map = the_map(f"sfo_{year}")
        # The file also holds figures of one question that is no driver: it is imported, and left out of the picture.
        clean = self.map.touchpoints[0].model_copy(update={"name": told["labels"]["Q9ALL"], "column": ["Q9ALL"]})
        self.map = self.map.model_copy(update={"touchpoints": [*self.map.touchpoints, clean]})
        self.checked: Checked = apply(self.file, self.map, the_codes(data, f"sfo_{year}"))
        name = data / FILES[f"sfo_{year}"]
        self.source_id = take(database, Taking(self.checked, self.map, name.name, digest(name)))
        with database.reading() as db:
            self.answers: Answers = answers(db, self.source_id)
            self.drivers = {one.name: one for one in inside(db, self.source_id)}
            self.source = db.get_one(Source, self.source_id)
            self.outcomes = {one.name: outcome_json(one, 1) for one in outcomes_of(db, self.source_id)}
            self.uses = {name: use_json(use, name, 1) for use, name in uses_of(db, self.source_id)}
        self.code = {name: code for code, name in told["labels"].items()}

    def rating(self, code: str) -> np.ndarray:
        name = "Overall" if code == "Q7ALL" else self.told["labels"][code]
        if name in self.answers.outcome_names:
            return self.answers.outcome(name)
        return 1 + self.answers.rating(self.answers.touchpoint_names.index(name)) / 25

    @property
    def recommend(self) -> np.ndarray:
        return self.answers.outcome("Recommend")

    def column(self, name: str) -> list[str]:
        return [cell.strip() for cell in self.file.rows_of(name)]

    def tree(self) -> dict[str, Any]:
        comments, counts = self.comments(), Counter(self.column("NETPRO"))
        recommend = next(one for one in self.checked.outcomes if one.name == "Recommend")
        problem = Counter(self.column("Q15PROBLEM"))
        return {
            "rows": self.source.rows,
            "columns": len(self.file.columns),
            "overall_Q7ALL": self.rated("Q7ALL", self.checked.outcomes[1]),
            "nps": self.nps(np.ones(len(self.recommend), dtype=bool)),
            "nps_weighted": self.nps(np.ones(len(self.recommend), dtype=bool), self.answers.weights),
            "nps_value_counts": {str(int(value)): n for value, n in recommend.counts.items()} | {"11": counts["11"]},
            "nps_rows_without_answer": recommend.missing,
            "nps_by_segment": {
                key: {label: self.nps(self.answers.where(name, label)) for label in self.labels(key)}
                for key, name in SEGMENTS.items()
            },
            "touchpoints": {self.code[one.name]: self.touchpoint(one) for one in self.checked.touchpoints},
            "ipa_mean_cut": self.cut("means", "Overall"),
            "ipa_median_cut": self.cut("medians", "Overall"),
            "ipa_mean_cut_nps_outcome": {
                key: value
                for key, value in self.cut("means", "Recommend").items()
                if key in ("cut_importance", "cut_performance", "vital")
            },
            **{key: self.model(outcome) for key, outcome in OUTCOMES.items()},
            "comments_Q8": comments,
            "problems_Q15": {"yes": problem["1"], "no": problem["2"]},
        }

    def labels(self, key: str) -> list[str]:
        return list(self.told["years"][self.year]["nps_by_segment"][key])

    def nps(self, who: np.ndarray, weights: np.ndarray | None = None) -> dict[str, float]:
        values = self.recommend[who]
        heavy = None if weights is None else weights[who]
        there = ~np.isnan(values)
        camps, score = indices.camps(values), indices.nps(values, heavy)
        measured = indices.measured_nps(values, heavy)
        assert score.value is not None
        assert measured is not None
        weigh = np.ones(int(there.sum())) if heavy is None else heavy[there]
        return {
            "n": score.n,
            "promoters": camps.promoters,
            "passives": camps.passives,
            "detractors": camps.detractors,
            "nps": score.value,
            "mean": indices.mean(values, heavy).value,
            "nps_se_unweighted_formula": measured.error * np.sqrt(indices.effective_n(weigh) / score.n),
        }

    def rated(self, code: str, touched: Any) -> dict[str, Any]:
        values, weights = self.rating(code), self.answers.weights
        measured = indices.measured_mean(values)
        assert measured is not None

        def part(hits: np.ndarray) -> float:
            return 100 * indices.share(np.where(np.isnan(values), np.nan, hits)).value

        return {
            "n": touched.n,
            "n_not_applicable": getattr(touched, "not_applicable", 0),
            "n_blank": touched.missing,
            "counts": {str(int(value)): n for value, n in touched.counts.items()},
            "mean": measured.value,
            "sd_sample": measured.error * np.sqrt(measured.n),
            "top_box_5": part(values == 5),
            "top2_box_4_5": 100 * indices.top_two(values, SCALE).value,
            "bottom2_box_1_2": part(values <= 2),
            "mean_weighted": indices.mean(values, weights).value,
            "top2_box_weighted": 100 * indices.top_two(values, SCALE, weights).value,
        }

    def touchpoint(self, touched: Any) -> dict[str, Any]:
        code, own = self.code[touched.name], self.rated(self.code[touched.name], touched)
        shown = self.uses[touched.name]
        assert (shown["n"], shown["not_applicable"], shown["missing"]) == (
            own["n"],
            own["n_not_applicable"],
            own["n_blank"],
        )
        assert shown["mean"] == pytest.approx(own["mean"], abs=1e-9)
        overall, recommend = self.answers.outcome("Overall"), self.recommend
        pairs = {"overall": self.pair(touched.name, "Overall"), "nps": self.pair(touched.name, "Recommend")}
        both = ~np.isnan(self.rating(code)) & ~np.isnan(overall)
        assert np.isfinite(recommend[~np.isnan(recommend)]).all()
        return own | {
            "label": touched.name,
            "r_with_overall": pairs["overall"].r,
            "n_pair_overall": pairs["overall"].n,
            "spearman_with_overall": stats.spearmanr(self.rating(code)[both], overall[both]).statistic,
            "r_with_nps": pairs["nps"].r,
            "n_pair_nps": pairs["nps"].n,
        }

    @cache  # noqa: B019
    def all_items(self, rule: str, outcome: str, *codes: str) -> Any:
        names = tuple(self.told["labels"][code] for code in codes)
        with self.database.reading() as db:
            return picture(db, Question(self.source_id, outcome, rule=rule, drivers=names), patient=True)

    def pair(self, name: str, outcome: str) -> Any:
        found = self.all_items("means", outcome)
        place = [one.driver.name for one in found.standings].index(name)
        return found.study.tie(outcome).pairs[place]

    def cut(self, rule: str, outcome: str) -> dict[str, Any]:
        found = self.all_items(rule, outcome, *self.told["touchpoints"]).found
        items = {}
        for item in found.items:
            better, matters = item.performance >= found.performance_cut, item.impact >= found.impact_cut
            name = {(False, True): "vital", (True, True): "strength", (False, False): "low_priority"}
            assert item.vital is (name.get((better, matters)) == "vital")
            items[self.code[item.name]] = {
                "quadrant": name.get((better, matters), "possible_overkill"),
                "margin_importance": item.impact - found.impact_cut,
                "margin_performance": (item.performance - found.performance_cut) / 25,
            }
        return WORDS | {
            "cut_importance": found.impact_cut,
            "cut_performance": 1 + found.performance_cut / 25,
            "vital": [self.code[item.name] for item in found.items if item.vital],
            "items": items,
        }

    def model(self, outcome: str) -> dict[str, Any]:
        core = self.told["core_driver_set"]
        drivers = [self.drivers[self.told["labels"][code]] for code in core]
        found = worked_out(self.answers, drivers, Method.SHAPLEY, resamples=0).tie(outcome)
        block = combining(self.answers, drivers).rows(slice(None))
        y = block.outcomes[:, self.answers.outcome_names.index(outcome)]
        whole = ~np.isnan(np.column_stack((block.said, y))).any(axis=1)
        matrix = correlations_of(np.cov(np.column_stack((block.said, y))[whole], rowvar=False))
        slopes = np.linalg.solve(matrix[:-1, :-1], matrix[:-1, -1])
        parted, weighed = found.models[Method.SHAPLEY], found.models[Method.JOHNSON]
        means = 1 + block.said[whole].mean(axis=0) / 25
        return {
            "n_complete_cases": found.complete,
            "r2": parted.r2,
            "items": {
                code: {
                    "beta_std": slopes[place],
                    "shapley_lmg_r2": parted.parts[place],
                    "shapley_share_pct": 100 * parted.parts[place] / parted.r2,
                    "johnson_share_pct": 100 * weighed.parts[place] / weighed.r2,
                    "mean_on_complete_cases": means[place],
                }
                for place, code in enumerate(core)
            },
            "rank_by_shapley": sorted(core, key=lambda code: -parted.parts[core.index(code)]),
        }

    def comments(self) -> dict[str, Any]:
        columns = self.told["years"][self.year]["comments_Q8"]["columns"]
        said = [(place, one) for place, one in self.checked.comments if one.column in columns]
        named = [part for part in self.map.comments if part.question == "Q8"]
        known = Counter((int(one.code), one.text) for _, one in said if one.text)
        most = sorted(known.items(), key=lambda pair: (-pair[1], pair[0][0]))[:15]
        themes = Counter(one.theme for _, one in said if one.theme)
        return {
            "columns": [names[0] for part in named for names in part.columns],
            "respondents_with_a_coded_comment": len({place for place, _ in said}),
            "mentions": len(said),
            "codes_not_in_code_list": sorted({int(one.code) for _, one in said if not one.text}),
            "top15": [{"code": code, "mentions": n, "label": label} for (code, label), n in most],
            "mentions_by_theme": dict(themes),
        }


def changes(before: Wave, after: Wave) -> dict[str, Any]:
    told = indices.change(indices.measured_nps(before.recommend), indices.measured_nps(after.recommend))
    score = [indices.nps(one.recommend).value for one in (before, after)]
    found: dict[str, Any] = {"nps": {"before": score[0], "after": score[1], "diff": told.change, "z": told.z}}
    for code in before.told["labels"]:
        waves = [indices.measured_mean(one.rating(code)) for one in (before, after)]
        change = indices.change(*waves)
        means = {"before": waves[0].value, "after": waves[1].value}
        found[code] = means | {"diff": change.change, "z_welch": change.z}
    return found


def third_party(wave: Wave) -> dict[str, Any]:
    """Somebody else's figures of the same file, which ours have to agree with."""
    found: dict[str, Any] = {}
    for code in wave.told["labels"]:
        told = indices.mean(wave.rating(code))
        both = {f"n_{who}": told.n for who in ("theirs", "ours")} | {
            f"mean_{who}": told.value for who in ("theirs", "ours")
        }
        found[code] = both | {"agree": True}
    camps, score = indices.camps(wave.recommend), indices.nps(wave.recommend)
    own = {"promoters": camps.promoters, "detractors": camps.detractors, "n": score.n, "nps": score.value}
    return found | {"NPS": {"theirs_sum_of_days": own, "ours": own, "agree": True}}


def right_figure(path: str, ours: dict[str, Any]) -> float:
    """What the product says where a careless import would have said something else."""
    _, _, year, _, name, *_ = path.split("/")
    own = ours["years"][year]
    return float(own["nps"]["nps"] if name.startswith("NPS") else own["touchpoints"][name]["mean"])


@pytest.fixture
def ours(database: Database, data: Path) -> dict[str, Any]:
    told = expected(data, "sfo_2017")
    waves = {year: Wave(database, data, year, told) for year in YEARS}
    names = {waves["2017"].code[one.name]: one.name for one in waves["2017"].checked.touchpoints}
    return {
        "labels": names | {"Q7ALL": told["labels"]["Q7ALL"]},
        "touchpoints": [code for code in told["touchpoints"] if code in names],
        "core_driver_set": [code for code in told["core_driver_set"] if code in names],
        "years": {year: wave.tree() for year, wave in waves.items()},
        "change_2017_to_2018": changes(waves["2017"], waves["2018"]),
        "crosscheck_third_party_2017": third_party(waves["2017"]),
    }


def agrees(path: str, found: Any, wanted: Any) -> bool:
    slack = ROUNDED_TWICE.get(path.rpartition("/")[2] if "/nps/diff" not in path else "nps diff")
    if slack:
        return bool(abs(found - wanted) <= slack)
    if isinstance(wanted, bool) or not isinstance(wanted, (int, float)):
        return bool(found == wanted)
    if isinstance(wanted, int):
        return bool(found == wanted)
    # The file is rounded: to six digits, or to four where it is on a hundred.
    digits = len(f"{wanted}".partition(".")[2])
    return bool(abs(found - wanted) <= 0.51 * 10 ** -max(4, min(6, digits)) or abs(found - wanted) <= 1e-6)


def test_every_figure_of_the_file_is_reached(data: Path, ours: dict[str, Any]) -> None:
    reached, wrong, unseen = dict(leaves(ours)), [], []
    checked = 0
    for path, wanted in leaves(expected(data, "sfo_2017")):
        if path.startswith(APART):
            continue
        if "/wrong_answers_to_reject/" in path:
            assert abs(right_figure(path, ours) - wanted) > 0.05, path
        elif path not in reached:
            unseen.append(path)
        elif not agrees(path, reached[path], wanted):
            wrong.append((path, reached[path], wanted))
        checked += 1
    assert not unseen, unseen[:20]
    assert not wrong, wrong[:20]
    assert checked > 1_500


def test_the_stated_figures_of_the_issue(ours: dict[str, Any]) -> None:
    first, second = (ours["years"][year] for year in YEARS)
    assert [round(one["nps"]["nps"], 2) for one in (first, second)] == [39.84, 30.98]
    assert [round(one["nps_weighted"]["nps"], 2) for one in (first, second)] == [40.40, 35.11]
    nps = ours["change_2017_to_2018"]["nps"]
    assert (round(nps["diff"], 2), round(nps["z"], 2)) == (-8.86, -4.51)
    hurt = {"Q7ART", "Q7FOOD", "Q7STORE", "Q7INFODOWN", "Q7INFOUP", "Q7ROADS", "Q7PARK", "Q7LTPARKING", "Q7RENTAL"}
    assert hurt == set(first["ipa_mean_cut"]["vital"]) & set(second["ipa_mean_cut"]["vital"])
