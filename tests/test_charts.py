from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from app.boxes import Box, Segment
from app.charts import Bar, Interval, Scale, Station, axis, bars, interval, span, text_width, ticks, trail
from app.processes.priority import Survey, Verdict, assess
from app.scatter import NARROW, WIDE, Point, Words, scatter
from app.voice.indices import percent
from tests import sfo


def test_a_scale_goes_either_way():
    up = Scale(0.2, 0.6, 500, 100)
    assert [up.at(0.2), up.at(0.4), up.at(0.6)] == pytest.approx([500, 300, 100])
    assert (up.held(0.9), up.held(-1)) == (100, 500)
    assert Scale(3, 3, 0, 10).at(3) == 5


@pytest.mark.parametrize(
    ("low", "high", "most", "told"),
    [
        (48, 83, 5, (50, 60, 70, 80)),
        (0.13, 0.58, 5, (0.2, 0.3, 0.4, 0.5)),
        (-3, 12, 4, (0, 5, 10)),
        (0, 1, 11, tuple(i / 10 for i in range(11))),
        (0, 7000, 3, (0, 5000)),
        (1e-7, 3e-7, 3, (1e-7, 2e-7, 3e-7)),
    ],
)
def test_ticks_are_round(low, high, most, told):
    assert ticks(low, high, most) == pytest.approx(told)


def test_ticks_never_grow_too_many():
    rng = np.random.default_rng(1)
    for low, width, most in zip(
        rng.normal(0, 100, 300), 10 ** rng.uniform(-6, 6, 300), rng.integers(2, 9, 300), strict=True
    ):
        values = ticks(low, low + width, int(most))
        assert 1 <= len(values) <= most
        assert all(low - 1e-6 * width <= value <= low + width * (1 + 1e-6) for value in values)


def test_ticks_need_a_range():
    for ends in ((1, 1), (2, 1), (0, float("inf"))):
        with pytest.raises(ValueError, match="upwards"):
            ticks(*ends, 5)


def test_ticks_say_as_many_digits_as_they_need():
    assert [tick.text for tick in axis(Scale(0.13, 0.58, 0, 1), 5)] == ["0.2", "0.3", "0.4", "0.5"]
    assert [tick.text for tick in axis(Scale(0, 1, 0, 1), 4)] == ["0.0", "0.5", "1.0"]
    assert [tick.text for tick in axis(Scale(-30, 30, 0, 60), 3)] == ["-20", "0", "20"]


def test_an_interval_lies_on_a_line_of_a_thousand():
    assert interval((45, 85), 61.2, 59.8, 62.6, reference=65.8, was=60.1) == Interval(
        405, 370, 440, 520, 377.5, False, False
    )
    beyond = interval((0, 10), 12, -1, 15, reference=20)
    assert beyond == Interval(1000, 0, 1000, None, None, True, True)
    assert interval((0, 1), None, None, None) == Interval(None, None, None, None, None, False, False)


def test_rows_share_round_ends():
    assert span([59.8, 62.6, None, 81.2]) == (55, 85)
    assert span([]) == (0, 1)
    low, high = span([4.0])
    assert low < 4 < high


def test_a_pipeline():
    assert bars([("Submitted", 40), ("Admitted", 30), ("In pilot", 0), ("Done", 0)]) == (
        Bar("Submitted", 40, 1000, None),
        Bar("Admitted", 30, 750, 0.75),
        Bar("In pilot", 0, 0, 0),
        Bar("Done", 0, 0, None),
    )
    assert [bar.length for bar in bars([("Submitted", 0)])] == [0]


def test_a_small_trail():
    assert trail(3, 1) == (
        Station(4, "behind", None),
        Station(16, "here", (4, 16)),
        Station(28, "ahead", (16, 28)),
    )
    assert {stop.state for stop in trail(6, None)} == {"behind"}


def test_width_of_letters():
    assert text_width("", 13) == 0
    assert text_width("Wi", 13) > text_width("il", 13)
    assert text_width("é", 13) == text_width("e", 13)
    assert text_width("検査", 10) == 20


def test_boxes_and_lines():
    box = Box(0, 0, 10, 10)
    assert box.meets(Box(9, 9, 12, 12))
    assert not box.meets(Box(10, 0, 12, 12))
    assert box.holds(Box(0, 2, 10, 3))
    assert not box.holds(Box(-1, 2, 10, 3))
    assert box.distance(13, 14) == 5
    assert Segment(-5, 5, 15, 5).crosses(box)
    assert Segment(-5, -5, 15, 15).crosses(box)
    assert not Segment(-5, 0, 0, -5).crosses(box)
    assert not Segment(11, 0, 11, 10).crosses(box)


def made(n: int, seed: int) -> list[Point]:
    rng = np.random.default_rng(seed)
    words = [
        "Check-in",
        "Security",
        "Baggage",
        "and",
        "Restaurants",
        "Wi-Fi",
        "Passport control",
        "the",
        "gate",
    ]
    x, y = rng.uniform(50, 85, n), rng.uniform(0.1, 0.6, n)
    wide, tall = rng.gamma(2, 1.2, n), rng.gamma(2, 0.02, n)
    return [
        Point(
            f"process:{i}", " ".join(rng.choice(words, rng.integers(1, 4))),
            x[i], x[i] - wide[i], x[i] + wide[i], y[i], y[i] - tall[i], y[i] + tall[i],
            int(rng.integers(30, 3000)), bool(x[i] < x.mean() and y[i] >= y.mean()),
            note=f"{x[i]:.0f}, impact {y[i]:.2f}",
        )
        for i in range(n)
    ]  # fmt: skip


def drawn(points: list[Point], frame):
    x, y = (float(np.mean([getattr(point, axis) for point in points])) for axis in "xy")
    return scatter(points, x, y, Words("Impact: correlation", f"mean {x:.1f}", f"mean {y:.2f}"), frame)


def touching(drawing) -> list[str]:
    """Every pair that should not touch and does, told apart from the placing's own code."""
    faults, labels = [], [(dot, dot.label) for dot in drawing.dots if dot.label]
    for dot, label in labels:
        box, own = label.box, dot.point.key
        if not drawing.frame.plot.holds(box):
            faults.append(f"{own} leaves the plot")
        for other in drawing.dots:
            mark = other.mark
            x, y = np.clip(mark.x, box.left, box.right), np.clip(mark.y, box.top, box.bottom)
            if np.hypot(x - mark.x, y - mark.y) < mark.r + 1:
                faults.append(f"{own} on the dot of {other.point.key}")
            if (
                box.top < mark.y + 1
                and mark.y - 1 < box.bottom
                and box.left < mark.across.x2 + 1
                and mark.across.x1 - 1 < box.right
            ):
                faults.append(f"{own} on the whisker across of {other.point.key}")
            if (
                box.left < mark.x + 1
                and mark.x - 1 < box.right
                and box.top < mark.upright.y2 + 1
                and mark.upright.y1 - 1 < box.bottom
            ):
                faults.append(f"{own} on the upright whisker of {other.point.key}")
            hidden = np.hypot(mark.x - dot.mark.x, mark.y - dot.mark.y) < mark.r + dot.mark.r + 2
            if label.leader and other is not dot:
                for part in np.linspace(0, 1, 60):
                    px = label.leader.x1 + part * (label.leader.x2 - label.leader.x1)
                    py = label.leader.y1 + part * (label.leader.y2 - label.leader.y1)
                    if not hidden and np.hypot(px - mark.x, py - mark.y) < mark.r:
                        faults.append(f"leader of {own} over {other.point.key}")
                    if other.label and other.label.box.meets(Box(px, py, px + 0.01, py + 0.01)):
                        faults.append(f"leader of {own} through the label of {other.point.key}")
    for (one, first), (other, second) in combinations(labels, 2):
        if first.box.grown(1).meets(second.box):
            faults.append(f"{one.point.key} on {other.point.key}")
    return faults


@pytest.mark.parametrize("frame", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize(("n", "seed"), [(1, 0), (2, 1), (12, 2), (12, 3), (12, 4), (20, 5), (20, 6), (30, 7), (30, 8)])
def test_labels_touch_nothing(n, seed, frame):
    drawing = drawn(made(n, seed), frame)
    assert touching(drawing) == []
    named = [dot for dot in drawing.dots if dot.label and not dot.label.number]
    assert len(named) + len(drawing.key) + len(drawing.unlabelled) == n
    if frame is WIDE:
        assert drawing.unlabelled == ()
        assert len(named) >= min(n, 0.9 * n + 0.5)
    assert [number for number, _ in drawing.key] == list(range(1, len(drawing.key) + 1))


@pytest.mark.parametrize("frame", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("year", ["2017", "2018"])
def test_labels_at_the_airport_touch_nothing(data, year, frame):
    told = sfo.expected(data)
    said = percent(sfo.ratings(data, year, told["touchpoints"]), (1, 5))
    names = [told["labels"][column] for column in told["touchpoints"]]
    found = assess(Survey(sfo.answers(data, year)["Q7ALL"], said, names, {}))
    points = [
        Point(
            item.name, item.name, item.performance, item.performance_low, item.performance_high,
            item.impact, item.impact_low, item.impact_high, item.n, item.vital,
            item.verdict == Verdict.PERHAPS, f"{item.performance:.0f}, impact {item.impact:.2f}",
        )
        for item in found.items
    ]  # fmt: skip
    drawing = drawn(points, frame)
    assert touching(drawing) == []
    assert len(drawing.key) <= (4 if frame is WIDE else 16)
    assert len(drawing.unlabelled) <= (0 if frame is WIDE else 1)
    vital_named = [dot for dot in drawing.dots if dot.point.vital and dot.label and not dot.label.number]
    assert frame is NARROW or len(vital_named) >= 8


def test_the_same_figures_give_the_same_drawing():
    assert drawn(made(15, 9), WIDE) == drawn(made(15, 9), WIDE)


def test_where_no_name_fits_a_number_does_and_where_that_does_not_the_key_still_tells():
    crowd = [replace(point, x=60 + i / 10, x_low=50, x_high=80, y=0.4, y_low=0.1, y_high=0.6)
             for i, point in enumerate(made(30, 4))]  # fmt: skip
    drawing = drawn(crowd, NARROW)
    assert touching(drawing) == []
    assert drawing.key or drawing.unlabelled
    told = [point for _, point in drawing.key] + list(drawing.unlabelled)
    assert {p.key for p in told} == {d.point.key for d in drawing.dots if not d.label or d.label.number}


def test_the_lines_carry_their_rule_off_the_marks():
    for seed in range(6):
        drawing = drawn(made(14, seed), WIDE)
        assert [caption.text[:4] for caption in drawing.captions] == ["Impa", "mean", "mean"]
        for caption in drawing.captions:
            width = text_width(caption.text, 12)
            left = caption.x - (width if caption.anchor == "end" else 0)
            box = Box(left, caption.y - 9, left + width, caption.y + 2)
            assert drawing.frame.plot.holds(box)
            assert not any(box.meets(dot.mark.ball) for dot in drawing.dots)


def test_dots_grow_by_area_and_lie_inside():
    points = [replace(point, n=n) for point, n in zip(made(3, 1), (3000, 750, 0), strict=True)]
    drawing = drawn(points, WIDE)
    assert [dot.mark.r for dot in drawing.dots] == [9, 4.5, 3.5]
    assert all(drawing.frame.plot.holds(dot.mark.ball) for dot in drawing.dots)
    assert (drawing.zone.right, drawing.zone.bottom) == (drawing.x_line.x1, drawing.y_line.y1)


def test_one_wild_whisker_does_not_flatten_the_rest():
    points = made(12, 3)
    wild = [replace(points[0], y_low=-0.9, y_high=0.99), *points[1:]]
    heights = [
        max(d.mark.y for d in drawn(p, WIDE).dots) - min(d.mark.y for d in drawn(p, WIDE).dots) for p in (points, wild)
    ]
    assert heights[1] > 0.4 * heights[0]
    assert drawn(wild, WIDE).dots[0].mark.upright.y1 >= WIDE.plot.top
