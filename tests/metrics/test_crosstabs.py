"""Two questions crossed: what the textbooks say of their tables, and few false alarms where nothing hangs together."""

from __future__ import annotations

import numpy as np
import pytest

from regard.base import Invalid
from regard.metrics import crosstab
from regard.metrics.association import Contingency, association, cramers_v

HAIR = np.array([[68, 20, 15, 5], [119, 84, 54, 29], [26, 17, 14, 14], [7, 94, 10, 16]], dtype=float)
"""Hair (black, brown, red, blond) by eyes (brown, blue, hazel, green) of 592 students (Snee 1974, *The American
Statistician* 28)."""


def counted(counts):
    return Contingency(counts, counts, counts)


def lists(counts, rows, columns):
    places = [(r, c) for i, r in enumerate(rows) for j, c in enumerate(columns) for _ in range(int(counts[i][j]))]
    return [r for r, _ in places], [c for _, c in places]


def test_hair_and_eyes_give_the_published_chi_square():
    found = association(counted(HAIR))
    assert (found.method, found.freedom) == ("chi-square", 9)
    assert found.statistic == pytest.approx(138.29, abs=0.005)
    assert found.p_value < 1e-24


def test_cramer_s_v_is_a_little_less_than_the_biased_one():
    """Biased it is √(138.29 ÷ 592 ÷ 3) = 0.279."""
    assert 0.26 < cramers_v(counted(HAIR)) < 0.279


def test_blond_people_with_blue_eyes_stand_out_first():
    rows, columns = lists(HAIR, ["black", "brown", "red", "blond"], ["brown", "blue", "hazel", "green"])
    table = crosstab(rows, columns)
    blond_blue = next(cell for row in table.cells for cell in row if (cell.row, cell.column) == ("blond", "blue"))
    assert blond_blue.count == 94
    assert blond_blue.of_row.value == pytest.approx(94 / 127)
    assert blond_blue.of_column.value == pytest.approx(94 / 215)
    assert blond_blue.residual > 9
    assert blond_blue in table.standing_out[:3]
    assert not any(c.stands_out for row in table.cells for c in row if abs(c.residual) < 1.5)


def test_fisher_s_lady_tasting_tea():
    found = association(counted(np.array([[3.0, 1.0], [1.0, 3.0]])))
    assert found.method == "fisher"
    assert found.p_value == pytest.approx(34 / 70)


def test_a_table_of_small_counts_is_tested_exactly_and_repeatably():
    """Job satisfaction by income in 1996 (Agresti 2002, *Categorical Data Analysis*, table 2.8, shortened)."""
    small = np.array([[1.0, 3, 1], [0, 6, 5], [1, 2, 9]])
    first, again = (association(counted(small), seed=3) for _ in range(2))
    assert first.method == "permutation"
    assert first == again
    assert 0.05 < first.p_value < 0.2


def test_weights_that_are_all_the_same_change_nothing():
    rows, columns = lists(HAIR, "abcd", "wxyz")
    assert crosstab(rows, columns, [2.5] * 592).test.p_value == pytest.approx(crosstab(rows, columns).test.p_value)


def test_unequal_weights_make_a_table_less_sure():
    rng = np.random.default_rng(1)
    rows, columns = lists(HAIR, "abcd", "wxyz")
    weighted = crosstab(rows, columns, rng.lognormal(0, 1, 592))
    assert weighted.test.method == "rao-scott"
    assert weighted.n_effective < 400
    assert weighted.cells[3][1].of_row.n_effective < 127


@pytest.mark.parametrize("is_by_row", [False, True])
def test_where_nothing_hangs_together_the_weighted_test_seldom_says_so(is_by_row):
    """About 5 % false alarms; Pearson's test of the same weighted shares raises several times as many."""
    rng = np.random.default_rng(2)
    alarms, plain = [], []
    for _ in range(800):
        row, column = rng.choice(3, 300, p=[0.5, 0.3, 0.2]), rng.choice(3, 300, p=[0.4, 0.4, 0.2])
        w = rng.lognormal(0, 0.8, 300) * (1 + row if is_by_row else 1)
        counts, weights, squares = (
            np.bincount(row * 3 + column, x, minlength=9).reshape(3, 3) for x in (np.ones(300), w, w * w)
        )
        alarms.append(association(Contingency(counts, weights, squares)).p_value < 0.05)
        plain.append(association(counted(weights * 300 / weights.sum())).p_value < 0.05)
    assert 0.03 <= np.mean(alarms) <= 0.07
    assert np.mean(plain) > 0.12


def test_where_nothing_hangs_together_hardly_any_cell_stands_out():
    rng = np.random.default_rng(4)
    tables = [
        crosstab(rng.choice(list("abc"), 200).tolist(), rng.choice(list("xyz"), 200).tolist()) for _ in range(150)
    ]
    assert np.mean([bool(table.standing_out) for table in tables]) <= 0.08


def test_categories_stand_as_ordered_and_those_nobody_chose_stay_in_the_table():
    table = crosstab(["b", "a", "b", None], ["2", "1", "1", "1"], row_order=["b", "a", "c"], column_order=["2", "1"])
    assert [[cell.count for cell in row] for row in table.cells] == [[1, 1], [0, 1], [0, 0]]
    assert table.cells[2][0].of_row.value is None
    assert table.n == 3


def test_one_answer_only_tells_nothing_about_the_other_question():
    table = crosstab(["a", "a", "b"], ["x", "x", "x"])
    assert table.test is None
    assert table.cramers_v is None


def test_questions_that_nobody_answered_together_are_refused():
    with pytest.raises(Invalid, match="nobody answered both"):
        crosstab(["a", None], [None, "x"])


@pytest.mark.parametrize("weights", [[0, 1], [-1, 1], [float("nan"), 1], [1]])
def test_weights_that_weigh_nothing_or_are_not_everybody_s_are_refused(weights):
    with pytest.raises(Invalid) as refused:
        crosstab(["a", "b"], ["x", "y"], weights)
    assert refused.value.field == "weights"
