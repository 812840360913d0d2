"""Open tickets and staying customers count: they are not thrown away."""

from __future__ import annotations

import csv
import gzip

import numpy as np
import pytest

from regard.metrics.survival import kaplan_meier


@pytest.mark.data
def test_telco_customers_survive_as_published(shared_data):
    with gzip.open(shared_data / "telco_churn" / "telco_churn.csv.gz", "rt") as file:
        rows = [(int(row["tenure"]), row["Churn"] == "Yes") for row in csv.DictReader(file)]
    curve = kaplan_meier(*zip(*rows, strict=True))
    assert curve.n == 7043
    assert [round(curve.survival_at(t).value, 4) for t in (12, 24, 72)] == [0.8432, 0.7887, 0.5928]
    assert curve.median().value is None


def test_the_textbook_remission_times_give_the_textbook_curve():
    """6-MP arm of the leukaemia trial (Freireich and others 1963), printed in most survival textbooks."""
    weeks = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    relapsed = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    curve = kaplan_meier(weeks, relapsed)
    assert [round(curve.survival_at(t).value, 4) for t in (6, 7, 10, 13, 16, 22, 23)] == [
        0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482,
    ]  # fmt: skip
    median = curve.median()
    assert (median.value, median.low, median.high) == (23, 13, None)
    assert round(curve.restricted_mean(35).value, 3) == 23.287


def test_without_open_tickets_it_is_the_share_still_waiting():
    curve = kaplan_meier([1, 2, 3, 4], [1, 1, 1, 1])
    assert curve.survival.tolist() == pytest.approx([0.75, 0.5, 0.25, 0.0])
    assert curve.median().value == 2
    assert curve.restricted_mean().value == pytest.approx(2.5)


def test_grouped_rows_give_the_same_curve_as_single_ones():
    rng = np.random.default_rng(1)
    lengths, ended = rng.integers(1, 9, 200), rng.random(200) < 0.6
    pairs, counts = np.unique(np.column_stack([lengths, ended]), axis=0, return_counts=True)
    single, grouped = kaplan_meier(lengths, ended), kaplan_meier(pairs[:, 0], pairs[:, 1], counts)
    assert grouped.survival.tolist() == pytest.approx(single.survival.tolist())
    assert grouped.n == 200


def test_leaving_open_tickets_out_would_have_made_the_desk_look_faster():
    rng = np.random.default_rng(2)
    true, seen = rng.exponential(10, 4000), rng.exponential(12, 4000)
    curve = kaplan_meier(np.minimum(true, seen), true <= seen)
    naive = np.median(true[true <= seen])
    assert curve.median().low <= 10 * np.log(2) <= curve.median().high
    assert naive < curve.median().low


def test_nothing_counted_has_no_curve_and_no_number():
    curve = kaplan_meier([], [])
    assert curve.n == 0
    assert curve.median().value is curve.survival_at(5).value is curve.restricted_mean().value is None


def test_when_all_are_still_open_the_median_is_unknown_not_zero():
    curve = kaplan_meier([5, 6, 7], [0, 0, 0])
    assert curve.median().value is None
    assert curve.survival_at(7).value == 1.0
    assert curve.survival_at(7).low < 1.0
    assert curve.survival_at(8).value is None


def test_one_ticket_is_enough_for_a_value_and_never_for_nan():
    curve = kaplan_meier([5], [1])
    estimates = [curve.median(), curve.survival_at(5), curve.restricted_mean()]
    assert all(x is None or np.isfinite(x) for e in estimates for x in (e.value, e.low, e.high))


def test_the_band_covers_the_true_curve_and_the_median_its_truth():
    rng = np.random.default_rng(3)
    hits = np.zeros(3)
    for _ in range(800):
        true, seen = rng.exponential(1, 60), rng.exponential(2, 60)
        curve = kaplan_meier(np.minimum(true, seen), true <= seen)
        checks = [
            (curve.survival_at(0.7), np.exp(-0.7)),
            (curve.median(), np.log(2)),
            (curve.restricted_mean(1.0), 1 - np.exp(-1)),
        ]
        hits += [e.low <= truth <= (np.inf if e.high is None else e.high) for e, truth in checks]
    assert all(0.93 <= share <= 0.97 for share in hits / 800), hits / 800
