"""An interval holds the truth about as often as it says."""

from __future__ import annotations

import csv
import gzip
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regard.base import Invalid
from regard.metrics import intervals
from regard.metrics.answers import Answers
from regard.metrics.model import Unit
from regard.metrics.score_interval import score_bounds

SIZES = (30, 50, 100, 300)
NPS = (-100.0, 100.0)


def covered(values, probabilities, n, scale, draws=8000):
    """How often the score interval holds the true mean of answers drawn with ``probabilities``."""
    rng = np.random.default_rng(n)
    values, probabilities = np.array(values, float), np.array(probabilities)
    low, high = score_bounds(values, rng.multinomial(n, probabilities, draws) / n, n, scale, intervals.z_of(0.95))
    truth = values @ probabilities
    return ((low <= truth + 1e-9) & (truth - 1e-9 <= high)).mean()


def covered_by(estimator, draw, truth, draws=1500):
    hits = [(e := estimator(Answers.of_values(draw()))).low <= truth <= e.high for _ in range(draws)]
    return np.mean(hits)


# --- shares -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("p", [0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8])
def test_a_share_s_interval_covers_exactly_counted(p, n):
    """No simulation: the binomial probability of every outcome whose interval holds the true share."""
    if n == 30 and p in (0.3, 0.7):
        pytest.skip("92.98 %: said in the documentation of wilson()")
    held = [k for k in range(n + 1) if (b := intervals.wilson(k, n))[0] <= p <= b[1]]
    assert 0.93 <= sum(math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in held) <= 0.97


def test_wilson_gives_the_published_example():
    """81 of 263 and 0 of 20 (Newcombe 1998, *Statistics in Medicine* 17, table I, method 3)."""
    assert [round(x, 4) for x in intervals.wilson(81, 263)] == [0.2553, 0.3662]
    assert [round(x, 4) for x in intervals.wilson(0, 20)] == [0.0, 0.1611]


def test_everybody_satisfied_is_not_certainty():
    estimate = intervals.share(30, 30)
    assert (estimate.value, estimate.high) == (1.0, 1.0)
    assert estimate.low == pytest.approx(0.8865, abs=1e-4)


def test_the_score_interval_of_a_share_is_wilson_s():
    answers = Answers.of([(0, 23), (1, 7)])
    estimate = intervals.mean(answers, (0, 1))
    assert (estimate.low, estimate.high) == pytest.approx(intervals.wilson(7, 30), abs=1e-9)


# --- net promoter score -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize(
    "shares",
    [
        (0.12, 0.36, 0.52),
        (0.2, 0.3, 0.5),
        (0.1, 0.1, 0.8),
        (0.05, 0.15, 0.8),
        (0.3, 0.4, 0.3),
        (0.6, 0.2, 0.2),
        (0.5, 0.3, 0.2),
    ],
)
def test_an_nps_interval_covers(shares, n):
    assert 0.93 <= covered((-100, 0, 100), shares, n, NPS) <= 0.97


def tango(promoters, detractors, n, z):
    """Tango's 1998 closed-form score statistic, inverted by a fine search: an independent way to the same interval."""
    theta = np.linspace(-1, 1, 400_001)[1:-1]
    b = -promoters - detractors + (2 * n - promoters + detractors) * theta
    c = -detractors * theta * (1 - theta)
    q = (np.sqrt(b * b - 8 * n * c) - b) / (4 * n)
    statistic = (promoters - detractors - n * theta) / np.sqrt(n * (2 * q + theta * (1 - theta)))
    held = theta[np.abs(statistic) <= z]
    return held[0] * 100, held[-1] * 100


@pytest.mark.parametrize(("d", "p", "n"), [(12, 35, 60), (0, 30, 30), (5, 5, 30), (342, 1436, 2746), (20, 1, 40)])
def test_an_nps_interval_is_tango_s(d, p, n):
    estimate = intervals.nps(Answers.of([(0, d), (8, n - d - p), (10, p)]))
    low, high = tango(p, d, n, intervals.z_of(0.95))
    assert (estimate.low, estimate.high) == pytest.approx((low, high), abs=0.002)


@pytest.mark.data
def test_the_airport_s_nps_is_the_known_one(shared_data):
    with gzip.open(shared_data / "sfo_airport" / "sfo_2017.csv.gz", "rt", encoding="utf-8-sig") as file:
        given = [(row["NETPRO"].strip(), row["WEIGHT"].strip()) for row in csv.DictReader(file)]
    valid = [(float(score), float(weight)) for score, weight in given if score and 0 <= float(score) <= 10]
    scores, weights = zip(*valid, strict=True)
    plain, weighted = intervals.nps_plain(Answers.of_values(scores)), intervals.nps(Answers.of_values(scores, weights))
    assert (plain.n, round(plain.value, 2), round(plain.high - plain.value, 2)) == (2746, 39.84, 2.61)
    assert round(weighted.value, 2) == 40.40
    assert weighted.n_effective < 2746


def test_the_plain_interval_is_too_narrow_when_everyone_promotes_and_ours_is_not():
    answers = Answers.of([(10, 30)])
    assert intervals.nps_plain(answers).low == 100
    assert 75 < intervals.nps(answers).low < 100


# --- means on short scales --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize(
    "shares",
    [
        (0.2, 0.2, 0.2, 0.2, 0.2),
        (0.02, 0.03, 0.05, 0.2, 0.7),
        (0.05, 0.0, 0.0, 0.05, 0.9),
        (0.05, 0.2, 0.5, 0.2, 0.05),
        (0.1, 0.05, 0.05, 0.1, 0.7),
        (0.02, 0.02, 0.02, 0.04, 0.9),
    ],
)
def test_a_mean_s_interval_covers_on_five_points(shares, n):
    assert 0.93 <= covered(range(1, 6), shares, n, (1, 5)) <= 0.97


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize(
    "shares",
    [
        (0.01, 0.01, 0.01, 0.02, 0.03, 0.04, 0.08, 0.2, 0.3, 0.3),
        (0.1,) * 10,
        (0.3, 0.05, 0.02, 0.02, 0.02, 0.02, 0.02, 0.05, 0.2, 0.3),
    ],
)
def test_a_mean_s_interval_covers_on_ten_points(shares, n):
    assert 0.93 <= covered(range(1, 11), shares, n, (1, 10)) <= 0.97


def test_a_weighted_mean_s_interval_covers_with_its_effective_size():
    rng = np.random.default_rng(11)
    values, shares = np.arange(1, 6.0), np.array([0.05, 0.1, 0.15, 0.3, 0.4])
    hits = []
    for _ in range(1500):
        answers = Answers.of_values(rng.choice(values, 120, p=shares), rng.gamma(2, 1, 120))
        estimate = intervals.mean(answers, (1, 5))
        hits.append(estimate.low <= values @ shares <= estimate.high)
    assert 0.93 <= np.mean(hits) <= 0.97


def test_an_ease_index_is_the_same_answer_on_another_scale():
    answers = Answers.of([(1, 20), (2, 10), (4, 3), (5, 2)])
    raw = intervals.mean(answers, (1, 5))
    ease = intervals.mean(answers.rescaled(1, 5, is_reversed=True), (0, 100), Unit.INDEX)
    assert ease.value == pytest.approx((5 - raw.value) * 25)
    assert (ease.low, ease.high) == pytest.approx(((5 - raw.high) * 25, (5 - raw.low) * 25))


@given(st.lists(st.integers(0, 40), min_size=5, max_size=5))
def test_a_mean_is_always_inside_its_interval_and_the_interval_inside_the_scale(counts):
    estimate = intervals.mean(Answers.of([(i + 1, c) for i, c in enumerate(counts)]), (1, 5))
    if not sum(counts):
        assert estimate.value is None
        return
    assert 1 <= estimate.low <= estimate.value <= estimate.high <= 5
    assert estimate.low < estimate.high


def test_a_higher_confidence_is_a_wider_interval():
    answers = Answers.of([(3, 10), (4, 20), (5, 10)])
    wide, narrow = (intervals.mean(answers, (1, 5), confidence=c) for c in (0.99, 0.8))
    assert wide.low < narrow.low < narrow.high < wide.high


# --- weights ----------------------------------------------------------------------------------------------------------


def test_weights_change_the_value_and_the_effective_size():
    answers = Answers.of([(0, 10, 5.0, 2.5), (1, 10, 15.0, 22.5)])
    estimate = intervals.share_of(answers, answers.scores == 1)
    assert (estimate.value, estimate.n) == (0.75, 20)
    assert estimate.n_effective == pytest.approx(20**2 / 25)


def test_doubling_every_weight_changes_nothing():
    once, twice = (Answers.of_values([1, 3, 5, 5], [k, k, 2 * k, k]) for k in (1, 2))
    assert intervals.mean(once, (1, 5)) == intervals.mean(twice, (1, 5))


# --- nothing, one, all the same ---------------------------------------------------------------------------------------

ESTIMATORS = {
    "mean": lambda a: intervals.mean(a, (0, 10)),
    "nps": intervals.nps,
    "plain": intervals.nps_plain,
    "share": lambda a: intervals.share_of(a, a.scores >= 9),
    "median": intervals.quantile,
    "duration": intervals.skewed_mean,
    "count": intervals.mean_count,
}


@pytest.mark.parametrize("name", ESTIMATORS)
def test_nothing_counted_is_no_value_and_not_zero(name):
    estimate = ESTIMATORS[name](Answers.of([]))
    assert (estimate.value, estimate.low, estimate.high, estimate.n) == (None, None, None, 0)


@pytest.mark.parametrize("name", ESTIMATORS)
@pytest.mark.parametrize("rows", [[(7, 1)], [(9, 40)], [(0, 1)], [(0, 30)], [(3, 1), (10, 1)], [(10, 5, 0.0, 0.0)]])
def test_few_or_equal_answers_never_give_nan_or_a_fraction_outside(name, rows):
    estimate = ESTIMATORS[name](Answers.of(rows))
    numbers = [x for x in (estimate.low, estimate.value, estimate.high) if x is not None]
    assert all(math.isfinite(x) for x in numbers)
    assert numbers == sorted(numbers)


def test_equal_durations_have_a_value_but_claim_no_interval():
    estimate = intervals.skewed_mean(Answers.of([(300, 4)]))
    assert (estimate.value, estimate.low, estimate.high) == (300, None, None)


def test_a_code_outside_the_scale_is_refused_not_averaged():
    for estimator in (intervals.nps, intervals.nps_plain, lambda a: intervals.mean(a, (0, 10))):
        with pytest.raises(Invalid, match="11 is outside"):
            estimator(Answers.of([(9, 40), (11, 2)]))


def test_answers_not_given_enter_nothing():
    assert Answers.of_values([5, math.nan, 3]).n == 2


# --- long tails -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [30, 100, 400])
@pytest.mark.parametrize("tail", ["exponential", "gamma", "weibull", "mild log-normal", "log-normal", "even"])
def test_a_mean_duration_s_interval_covers(tail, n):
    rng = np.random.default_rng(n)
    draw, truth = {
        "exponential": (lambda: rng.exponential(1, n), 1),
        "gamma": (lambda: rng.gamma(0.5, 1, n), 0.5),
        "weibull": (lambda: rng.weibull(0.6, n), math.gamma(1 + 1 / 0.6)),
        "mild log-normal": (lambda: rng.lognormal(0, 0.5, n), math.exp(0.125)),
        "log-normal": (lambda: rng.lognormal(0, 1, n), math.exp(0.5)),
        "even": (lambda: rng.gamma(9, 1, n), 9),
    }[tail]
    assert 0.93 <= covered_by(intervals.skewed_mean, draw, truth) <= 0.97


@pytest.mark.parametrize("n", [30, 100, 400])
@pytest.mark.parametrize("q", [0.25, 0.5, 0.75, 0.9])
def test_a_quantile_s_interval_covers(q, n):
    if q == 0.9 and n == 30:
        pytest.skip("with 30 answers the largest is below the true 90th percentile in 4 % of samples: documented")
    rng = np.random.default_rng(n)
    assert 0.93 <= covered_by(lambda a: intervals.quantile(a, q), lambda: rng.random(n), q) <= 0.97


@pytest.mark.parametrize("values", [[1, 2, 3], [1, 2, 3, 4], [5], [2, 2, 9, 9, 9]])
def test_a_median_is_the_one_everybody_computes(values):
    assert intervals.quantile(Answers.of_values(values)).value == np.median(values)


@pytest.mark.parametrize("rate", [0.4, 1.0, 4.0])
def test_referrals_per_customer_cover(rate):
    rng = np.random.default_rng(4)
    assert 0.93 <= covered_by(intervals.mean_count, lambda: rng.poisson(rate, 60), rate) <= 0.97


def test_no_referral_yet_is_not_proof_of_none():
    assert intervals.mean_count(Answers.of([(0, 50)])).high == pytest.approx(3.689 / 50, rel=1e-3)


@pytest.mark.parametrize("n", [30, 100, 400])
@pytest.mark.parametrize(("stay", "arrive"), [(0.8, 0.3), (0.5, 0.1), (0.7, 0.6), (0.9, 1.5)])
def test_a_customer_count_ratio_covers_even_beyond_one(stay, arrive, n):
    rng = np.random.default_rng(n)
    kept, new = rng.binomial(n, stay, 2000), rng.poisson(arrive * n, 2000)
    found = [intervals.count_ratio(int(k), int(n - k), int(m)) for k, m in zip(kept, new, strict=True)]
    assert 0.93 <= np.mean([e.low <= stay + arrive <= e.high for e in found]) <= 0.97


def test_a_customer_count_ratio_can_pass_one_hundred_per_cent():
    estimate = intervals.count_ratio(kept=80, lost=20, new=50)
    assert estimate.value == pytest.approx(1.3)
    assert 1 < estimate.low < 1.3 < estimate.high


def test_nobody_at_the_start_is_no_ratio():
    assert intervals.count_ratio(0, 0, 12).value is None
