"""What a table gives under a map, and every cell that stands in the way."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from app.voice.importing.checking import apply
from app.voice.importing.finding import code_tables
from app.voice.importing.mapfile import WrongMap, from_dict
from app.voice.importing.packing import unpack_indices
from app.voice.importing.responses import Checked, Response
from app.voice.importing.table import Column, Table

PERIOD = ["2026-01-01", "2026-01-31"]
FOOD = {"name": "Food", "column": "FOOD", "scale": [1, 5], "not_applicable": [6], "missing": [0, "Blank", ""]}
NPS = {"name": "Recommend", "column": "NPS", "kind": "nps", "missing": [11, ""]}


def a_table(header: str, *rows: str) -> Table:
    cells = [row.split(",") for row in rows]
    columns = []
    for place, name in enumerate(header.split(",")):
        texts = list(dict.fromkeys(row[place] for row in cells))
        columns.append(Column(name, texts, np.array([texts.index(row[place]) for row in cells], dtype=np.uint16)))
    return Table(columns, np.arange(2, len(rows) + 2, dtype=np.uint32))


def check(table: Table, set_aside: bool = False, codes: dict[str, Table] | None = None, **said: object) -> Checked:
    given = {"source": "Wave", **({} if "date" in said else {"period": PERIOD}), **said}
    return apply(table, from_dict(given), codes, set_aside=set_aside)


def sentences(checked: Checked) -> list[str]:
    return [problem.sentence for problem in checked.problems.first]


def responses(checked: Checked) -> list[Response]:
    return list(checked.responses())


@pytest.mark.parametrize("cell", ["5", " 5", "5.0", "+5", "5.00 ", "05", "0.5e1"])
def test_a_number_is_the_same_however_it_is_written(cell: str) -> None:
    (food,) = check(a_table("FOOD", cell), touchpoints=[FOOD]).touchpoints
    assert food.counts == {5.0: 1}


@pytest.mark.parametrize("cell", ["0", "0.0", "Blank", "BLANK ", "", "  "])
def test_missing_is_the_same_however_it_is_written(cell: str) -> None:
    (food,) = check(a_table("FOOD", cell), touchpoints=[FOOD]).touchpoints
    assert (food.n, food.missing) == (0, 1)


@pytest.mark.parametrize("cell", ["7", "4.5", "x", "-1", "nan", "inf", "1e999", "٥", "5_0", "=5", "5;", "1e300"])
def test_a_cell_off_the_scale_is_a_problem(cell: str) -> None:
    checked = check(a_table("id,FOOD", "1,5", f"2,{cell}"), touchpoints=[FOOD], respondent="id")
    assert not checked.acceptable
    assert sentences(checked) == [
        f'Row 3, column "FOOD": "{cell}" is neither on the scale from 1 to 5 nor named as missing or not applicable.'
    ]


def test_an_empty_cell_is_a_problem_unless_it_is_named_missing() -> None:
    strict = {**FOOD, "missing": [0]}
    assert check(a_table("FOOD,x", ",1"), touchpoints=[strict]).problems.total == 1


def test_equal_problems_are_one_group_and_all_stand_in_the_order_of_the_file() -> None:
    table = a_table("FOOD,NPS", "5,x", "x,10", "y,10", "x,12")
    problems = check(table, touchpoints=[FOOD], outcomes=[NPS]).problems
    assert (problems.total, problems.groups_total) == (5, 4)
    assert [(one.row, one.column, one.cell) for one in problems.first] == [
        (2, "NPS", "x"),
        (3, "FOOD", "x"),
        (4, "FOOD", "y"),
        (5, "FOOD", "x"),
        (5, "NPS", "12"),
    ]
    group = next(one for one in problems.groups if one.n == 2)
    assert group.sentence.startswith('FOOD: "x" in 2 cells, first in row 3: it is neither on the scale')


def test_a_thousand_problems_are_kept_and_all_are_counted() -> None:
    table = a_table("FOOD,NPS", *(f"a{n % 7},b{n}" for n in range(1500)), "5,10")
    problems = check(table, touchpoints=[FOOD], outcomes=[NPS]).problems
    assert (problems.total, problems.groups_total) == (3000, 1507)
    assert len(problems.first) == len(problems.groups) == 1000
    assert [one.row for one in problems.first] == [2 + n // 2 for n in range(1000)]


def test_set_aside_treats_bad_cells_as_missing_and_says_how_many() -> None:
    table = a_table("FOOD,NPS", "5,x", "x,10", "4,9")
    checked = check(table, set_aside=True, touchpoints=[FOOD], outcomes=[NPS])
    assert checked.acceptable
    assert checked.set_aside == checked.problems.total == 2
    assert (checked.touchpoints[0].n, checked.touchpoints[0].missing) == (2, 1)
    assert [one.outcomes for one in responses(checked)] == [(None,), (10.0,), (9.0,)]


def test_rows_of_one_respondent_are_one_response() -> None:
    table = a_table("id,FOOD,said", "a,,one", "b,4,two", " a,5,three", "a,,", "b,4.0,four")
    checked = check(table, touchpoints=[FOOD], comments=[{"column": "said"}], respondent="id")
    assert checked.acceptable
    assert [(one.respondent, one.row, [told.text for told in one.comments]) for one in responses(checked)] == [
        ("a", 2, ["one", "three"]),
        ("b", 3, ["two", "four"]),
    ]
    assert checked.touchpoints[0].counts == {4.0: 1, 5.0: 1}


def test_a_respondent_who_contradicts_is_a_problem_in_the_later_row() -> None:
    table = a_table("id,FOOD,WHERE", "a,4,N", "b,3,S", "a,5,N", "b,6,E")
    checked = check(table, touchpoints=[FOOD], segments={"Where": "WHERE"}, respondent="id")
    assert sentences(checked) == [
        'Row 4, column "FOOD": "5" contradicts row 2 of the same respondent, which says "4".',
        'Row 5, column "FOOD": "6" contradicts row 3 of the same respondent, which says "3".',
        'Row 5, column "WHERE": "E" contradicts row 3 of the same respondent, which says "S".',
    ]
    assert checked.touchpoints[0].counts == {3.0: 1, 4.0: 1}


def test_a_row_that_names_nobody_is_a_problem_and_stands_for_itself() -> None:
    checked = check(a_table("id,FOOD", ",4", "a,5", " ,3"), touchpoints=[FOOD], respondent="id")
    assert sentences(checked) == [
        'Row 2, column "id": "" names no respondent.',
        'Row 4, column "id": "" names no respondent.',
    ]
    assert [one.respondent for one in responses(checked)] == ["row 2", "a", "row 4"]


@pytest.mark.parametrize("cell", ["0", "-1", "", "x", "nan", "inf", "1e999", "-0.0"])
def test_a_weight_is_a_number_above_zero(cell: str) -> None:
    checked = check(a_table("FOOD,W", "5,1.5", f"5,{cell}"), touchpoints=[FOOD], weight="w")
    assert [(one.row, one.column) for one in checked.problems.first] == [(3, "W")]
    assert [one.weight for one in responses(checked)] == [1.5, None]


def test_decimal_commas_where_the_map_says_so() -> None:
    table = a_table("FOOD;W".replace(";", ","), "5,1")
    column = Column("W", ["0,75"], np.zeros(1, dtype=np.uint8))
    table = Table([table.columns[0], column], table.numbers)
    assert check(table, touchpoints=[FOOD], weight="W").problems.total == 1
    checked = check(table, touchpoints=[FOOD], weight="W", decimal=",")
    assert [one.weight for one in responses(checked)] == [0.75]


@pytest.mark.parametrize(
    ("cells", "order", "found"),
    [
        (["2026-02-28", "2026-02-28T23:59:00"], None, [date(2026, 2, 28), date(2026, 2, 28)]),
        (["28/02/2026", "03/02/2026"], None, [date(2026, 2, 28), date(2026, 2, 3)]),
        (["2/28/2026", "2/3/2026 10:15"], None, [date(2026, 2, 28), date(2026, 2, 3)]),
        (["03.02.2026"], "day first", [date(2026, 2, 3)]),
        (["03/02/2026", "05/05/2026"], None, [None, date(2026, 5, 5)]),
        (["2026-02-30", "", "soon", "28/02/26", "0000-01-01", "2026-02-28T99:00"], "day first", [None] * 6),
    ],
)
def test_dates(cells: Sequence[str], order: str | None, found: Sequence[date | None]) -> None:
    said = {"date_order": order} if order else {}
    checked = check(a_table("FOOD,D", *(f"5,{cell}" for cell in cells)), touchpoints=[FOOD], date="D", **said)
    assert [one.date for one in responses(checked)] == found
    assert checked.problems.total == list(found).count(None)


def test_a_day_that_could_be_two_says_what_to_do() -> None:
    checked = check(a_table("FOOD,D", "5,03/02/2026"), touchpoints=[FOOD], date="D")
    assert sentences(checked) == [
        'Row 2, column "D": "03/02/2026" could be two days: say which of day and month comes first.'
    ]


def test_outcomes_of_every_kind_are_turned_so_that_higher_is_better() -> None:
    table = a_table("A,B,C,D", "1,7,yes,12.5", "5,1,N,-3", ",,,", "2,6,1.0,1e3")
    kinds = [
        {"name": "Satisfied", "column": "A", "kind": "rating", "scale": [5, 1]},
        {"name": "Effort", "column": "B", "kind": "effort", "scale": [7, 1]},
        {"name": "Again", "column": "C", "kind": "yesno"},
        {"name": "Spent", "column": "D", "kind": "amount"},
    ]
    checked = check(table, outcomes=kinds)
    assert [one.outcomes for one in responses(checked)] == [
        (5.0, 1.0, 1.0, 12.5),
        (1.0, 7.0, 0.0, -3.0),
        (None, None, None, None),
        (4.0, 2.0, 1.0, 1000.0),
    ]
    assert [(outcome.n, outcome.missing) for outcome in checked.outcomes] == [(3, 1)] * 4


def test_a_scale_that_runs_backwards_is_packed_best_highest() -> None:
    turned = {**FOOD, "scale": [5, 1]}
    checked = check(a_table("FOOD", "1", "5", "6", "0"), touchpoints=[turned])
    assert unpack_indices(checked.ratings.tobytes(), checked.scales)[:, 0].tolist() == [4, 0, -1, -2]
    assert checked.touchpoints[0].counts == {1.0: 1, 5.0: 1}


def test_what_is_named_missing_is_missing_even_on_the_scale() -> None:
    (food,) = check(a_table("FOOD", "1", "2"), touchpoints=[{**FOOD, "missing": [1]}]).touchpoints
    assert (food.counts, food.missing) == ({2.0: 1}, 1)


def test_segments_take_labels_and_leave_out_what_is_missing() -> None:
    table = a_table("FOOD,S", "5,1", "5,1.0", "5,2", "5,", "5,9")
    segments = {"Where": {"column": "s", "labels": {"1": "North"}, "missing": [9]}}
    checked = check(table, touchpoints=[FOOD], segments=segments)
    assert [one.segments.get("Where") for one in responses(checked)] == ["North", "North", "2", None, None]


def test_coded_comments_take_the_words_of_their_question() -> None:
    codes = a_table("question,code,theme,label", "Q1,1,Food,Warmer", "Q2,1,Signs,Larger")
    table = a_table("FOOD,A,B", "5,1,", "5,0,1.0", "5,7,")
    said = [{"columns": ["A", "B"], "codes": "codes.csv", "question": "q2", "missing": [0]}]
    checked = check(table, codes={"codes.csv": codes}, touchpoints=[FOOD], comments=said)
    assert [
        [(told.column, told.text, told.code, told.theme) for told in one.comments] for one in responses(checked)
    ] == [
        [("A", "Larger", "1", "Signs")],
        [("B", "Larger", "1.0", "Signs")],
        [("A", "", "7", "")],
    ]
    assert checked.acceptable
    assert checked.notes == ["A: the code 7 is not in the code list (1 cell)."]


def test_every_column_that_is_not_there_is_told_with_the_nearest_names() -> None:
    with pytest.raises(WrongMap) as wrong:
        check(
            a_table("FOOD,NETPRO,a,A2", "5,1,x,y"),
            touchpoints=[{**FOOD, "column": ["FOD", "FOOOD"]}, {**FOOD, "name": "Zebra", "column": "zebra"}],
            outcomes=[{**NPS, "column": ["a", "A2"]}],
            weight="WEIGHT",
        )
    assert wrong.value.sentences == [
        'Outcome "Recommend": the file has both "a" and "A2"; name the one that is meant.',
        'Touchpoint "Food": the file has no column "FOD" or "FOOOD". The nearest: "FOOD".',
        'Touchpoint "Zebra": the file has no column "zebra".',
        'Weight: the file has no column "WEIGHT".',
    ]


def test_one_column_is_not_two_touchpoints() -> None:
    with pytest.raises(WrongMap) as wrong:
        check(a_table("FOOD", "5"), touchpoints=[FOOD, {**FOOD, "name": "Drink"}])
    assert wrong.value.sentences == ['Two touchpoints are read from the same column "FOOD".']


@pytest.mark.parametrize("codes", [{}, {"codes.csv": a_table("code,text", "1,x")}])
def test_a_code_list_has_to_be_there_and_be_one(codes: dict[str, Table]) -> None:
    said = [{"column": "FOOD", "codes": "codes.csv"}]
    with pytest.raises(WrongMap):
        check(a_table("FOOD", "5"), codes=codes, touchpoints=[FOOD], comments=said)


def test_code_lists_are_looked_for_beside_the_map_and_the_file(tmp_path: Path) -> None:
    said = {"source": "Wave", "period": PERIOD, "comments": [{"column": "A", "codes": "codes.csv"}]}
    with pytest.raises(WrongMap, match="is not beside the map nor beside the file"):
        code_tables(from_dict(said), [tmp_path])
    (tmp_path / "codes.csv").write_text("code,label\n1,Warmer\n")
    assert list(code_tables(from_dict(said), [tmp_path / "none", tmp_path])) == ["codes.csv"]


@pytest.mark.parametrize("name", ["../codes.csv", "/etc/passwd", "a\\b.csv"])
def test_a_code_list_is_a_name_and_no_path(name: str) -> None:
    with pytest.raises(WrongMap):
        from_dict({"source": "W", "period": PERIOD, "comments": [{"column": "A", "codes": name}]})


def test_texts_of_strangers_stay_texts() -> None:
    hostile = "<script>alert(1)</script>{{7*7}}=cmd()\u202e\U0001f600"
    checked = check(a_table("FOOD,said", f"5,{hostile}"), touchpoints=[FOOD], comments=[{"column": "said"}])
    assert responses(checked)[0].comments[0].text == hostile
