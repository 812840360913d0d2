"""CSAT, NPS and CES: what counts as an answer, and what is never averaged."""

from __future__ import annotations

import weakref
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regard.base import Invalid
from regard.metrics import CATALOGUE, Slice, Unit, define, definition_of, measure, parse_period, versions_of
from regard.metrics.asking import remembered
from tests.metrics.company import answered, append, happened, store_of

ON_0_TO_10 = st.lists(st.integers(0, 10), min_size=1, max_size=40)
RARELY = settings(max_examples=20, deadline=None)


def only(store, metric, slice=Slice()):
    (figure,) = measure(store, metric, slice).figures
    return figure


def nps_of(*scores, **given):
    return [answered("nps", score, 0, 10, **given) for score in scores]


def test_a_question_shown_but_not_answered_enters_nothing():
    figure = only(store_of(*nps_of(10, 10, 0, 7), *nps_of(None, None, None)), "nps")
    assert (figure.estimate.value, figure.estimate.n) == (25.0, 4)


def test_nothing_counted_is_none_never_zero():
    for metric in ("csat", "nps", "ces"):
        estimate = only(store_of(), metric).estimate
        assert (estimate.value, estimate.low, estimate.high, estimate.n) == (None, None, None, 0)


def test_nps_asked_on_another_scale_is_refused_and_csat_is_offered():
    measured = measure(store_of(*[answered("nps", score, 1, 10) for score in (9, 10, 3)]), "nps")
    assert measured.figures[0].estimate.value is None
    assert any("answers on 1-10 (3)" in note and "CSAT" in note for note in measured.notes)


def test_answers_on_another_scale_do_not_touch_the_nps_beside_them():
    store = store_of(*nps_of(10, 10, 0, 7), *[answered("nps", 1, 1, 5) for _ in range(9)])
    assert only(store, "nps").estimate.value == 25.0


def test_promoters_passives_and_detractors_each_have_an_interval_and_sum_to_one():
    parts = only(store_of(*nps_of(10, 9, 8, 7, 6, 0)), "nps").parts
    shares = [parts[name] for name in ("promoters", "passives", "detractors")]
    assert sum(share.value for share in shares) == pytest.approx(1)
    assert all(share.low < share.value < share.high for share in shares)


def test_scales_are_never_averaged_together_raw():
    store = store_of(*[answered("csat", 5, 1, 5) for _ in range(6)], *[answered("csat", 7, 1, 7) for _ in range(6)])
    figure = only(store, "csat")
    assert "mean" not in figure.parts
    assert (figure.estimate.value, figure.parts["index"].value) == (1.0, 100.0)


def test_low_effort_is_good_on_ces_1_and_high_agreement_is_good_on_ces_2():
    first = measure(store_of(*[answered("ces", 1, 1, 5, orientation="lower") for _ in range(5)]), "ces")
    second = measure(store_of(*[answered("ces", 7, 1, 7, orientation="higher") for _ in range(5)]), "ces")
    assert (first.better, first.figures[0].estimate.value, first.figures[0].parts["ease_index"].value) == (
        "lower",
        1,
        100,
    )
    assert (second.better, second.figures[0].estimate.value, second.figures[0].parts["ease_index"].value) == (
        "higher",
        7,
        100,
    )


def test_ces_on_two_scales_is_an_ease_index_and_says_so():
    rows = [answered("ces", 1, 1, 5, orientation="lower"), answered("ces", 7, 1, 7, orientation="higher")] * 3
    measured = measure(store_of(*rows), "ces")
    assert (measured.figures[0].estimate.unit, measured.figures[0].estimate.value) == (Unit.INDEX, 100)
    assert any("different scales" in note for note in measured.notes)


def test_a_score_off_its_scale_is_not_counted():
    figure = only(store_of(*[answered("csat", 4, 1, 5) for _ in range(5)], answered("csat", 6, 1, 5)), "csat")
    assert (figure.estimate.n, figure.estimate.value) == (5, 1.0)


def test_weights_change_the_value_and_the_effective_sample_size():
    figure = only(store_of(*nps_of(10, weight=3.0), *nps_of(0, weight=1.0)), "nps")
    assert figure.estimate.value == 50
    assert figure.estimate.n_effective == pytest.approx(16 / 10)
    assert figure.parts["unweighted"].value == 0


def test_a_definition_may_ignore_weights():
    store = store_of(*nps_of(10, weight=3.0), *nps_of(0, weight=1.0))
    define(store, "nps", {"weights": "ignore"})
    assert only(store, "nps").estimate.value == 0


def test_the_headline_counts_answers_about_the_whole_where_there_are_any():
    whole = [answered("csat", 5, 1, 5, touchpoint="Overall") for _ in range(6)]
    parts = [answered("csat", 1, 1, 5, touchpoint="Parking") for _ in range(6)]
    assert only(store_of(*whole, *parts), "csat").estimate.value == 1.0
    assert only(store_of(*parts), "csat").estimate.value == 0.0
    by_touchpoint = measure(store_of(*whole, *parts), "csat", Slice(by="touchpoint"))
    assert {figure.group: figure.estimate.value for figure in by_touchpoint.figures} == {"Overall": 1.0, "Parking": 0.0}


def test_a_period_ends_at_local_midnight_and_its_end_is_not_included():
    late = datetime(2026, 3, 31, 22, 30)  # half past midnight in Warsaw on the first of April
    store = store_of(*nps_of(10, at=datetime(2026, 3, 31, 21, 30)), *nps_of(0, at=late), time_zone="Europe/Warsaw")
    march = only(store, "nps", Slice(start=date(2026, 3, 1), end=date(2026, 4, 1)))
    assert (march.estimate.value, march.estimate.n) == (100, 1)


def test_every_period_has_a_figure_even_an_empty_one():
    rows = [*nps_of(10, at=datetime(2026, 1, 5)), *nps_of(0, at=datetime(2026, 3, 5))]
    figures = measure(store_of(*rows), "nps", Slice(every="month")).figures
    assert [figure.estimate.value for figure in figures] == [100, None, -100]


def test_as_of_sees_only_what_had_been_received():
    late = nps_of(0, received_at=datetime(2026, 2, 1))
    store = store_of(*nps_of(10), *late)
    known = Slice(as_of=datetime(2026, 1, 15, tzinfo=UTC))
    assert (only(store, "nps", known).estimate.value, only(store, "nps").estimate.value) == (100, 0)


def test_a_small_group_is_withheld_and_so_is_the_one_that_would_reveal_it():
    rows = [
        answered("csat", 5, 1, 5, channel=name) for name, n in (("web", 20), ("app", 8), ("fax", 2)) for _ in range(n)
    ]
    figures = {figure.group: figure for figure in measure(store_of(*rows), "csat", Slice(by="channel")).figures}
    assert figures["web"].estimate.value == 1
    assert [figures[name].estimate.withheld for name in ("fax", "app")] == [
        "below_minimum_n",
        "would_reveal_another_group",
    ]
    assert not figures["fax"].parts


def test_a_filter_cannot_show_what_a_break_down_withholds():
    rows = [answered("csat", 5, 1, 5, channel=name) for name, n in (("web", 20), ("fax", 2)) for _ in range(n)]
    estimate = only(store_of(*rows), "csat", Slice(where={"channel": "fax"})).estimate
    assert (estimate.value, estimate.n, estimate.withheld) == (None, 0, "below_minimum_n")


def test_the_smallest_group_that_may_be_shown_is_a_setting():
    rows = [answered("csat", 5, 1, 5, channel=name) for name, n in (("web", 20), ("fax", 2)) for _ in range(n)]
    figures = measure(store_of(*rows, minimum_n=2), "csat", Slice(by="channel")).figures
    assert [figure.estimate.value for figure in figures] == [1, 1]


def test_an_unknown_break_down_is_refused_and_the_nearest_name_offered():
    store = store_of(answered("csat", 5, 1, 5, properties='{"terminal": "1"}'))
    with pytest.raises(Invalid, match="terminal") as error:
        measure(store, "csat", Slice(by="terminl"))
    assert error.value.field == "by"
    with pytest.raises(Invalid) as error:
        measure(store, "csat", Slice(where={"colour": "red"}))
    assert error.value.field == "where"


def test_a_break_down_by_single_customers_is_refused():
    with pytest.raises(Invalid, match="broken down"):
        measure(store_of(*nps_of(10)), "nps", Slice(by="customer"))


def test_an_unknown_metric_is_refused_and_the_nearest_offered():
    with pytest.raises(Invalid, match="csat"):
        measure(store_of(), "cast")


def test_a_changed_definition_is_a_new_version_and_the_old_figure_can_be_made_again():
    store = store_of(*[answered("csat", score, 1, 5) for score in (3, 4, 5, 3)])
    assert only(store, "csat").estimate.value == 0.5
    changed = define(store, "csat", {"top": {"1-5": 3}}, made_by="an analyst")
    assert (changed.version, changed.made_by, only(store, "csat").estimate.value) == (1, "an analyst", 1.0)
    old = measure(store, "csat", definition=definition_of(store, "csat", 0))
    assert (old.definition.version, old.figures[0].estimate.value) == (0, 0.5)
    assert [one.version for one in versions_of(store, "csat")] == [0, 1]


@pytest.mark.parametrize(
    ("metric", "rules", "field"),
    [
        ("csat", {"top": {"1-5": 9}}, "top"),
        ("csat", {"colour": "red"}, "colour"),
        ("churn", {"active_days": "ninety"}, "active_days"),
        ("churn", {"active_days": True}, "active_days"),
        ("churn", {"qualifying": []}, "qualifying"),
        ("resolution_time", {"clock": "sundial"}, "clock"),
        ("fcr", {"window_days": 0}, "window_days"),
    ],
)
def test_a_rule_that_cannot_be_used_is_refused_by_name(metric, rules, field):
    with pytest.raises(Invalid) as error:
        define(store_of(), metric, rules)
    assert error.value.field == field


def test_an_answer_is_remembered_only_until_something_is_loaded():
    store = store_of(*nps_of(10))
    assert only(store, "nps").estimate.value == 100
    append(store, *nps_of(0))
    assert only(store, "nps").estimate.value == 0


def test_what_was_remembered_goes_once_something_is_loaded():
    store, other = store_of(*nps_of(10)), store_of(*nps_of(10))
    what_was, of_other = weakref.ref(remembered(store, "figure", Gone)), weakref.ref(remembered(other, "figure", Gone))
    append(store, *nps_of(0))
    assert what_was() is not None
    what_is = remembered(store, "another figure", Gone)
    assert what_was() is None
    assert remembered(store, "another figure", Gone) is what_is
    assert remembered(other, "figure", Gone) is of_other() is not None


def test_what_a_load_overtakes_while_it_is_made_is_not_kept():
    store, made = store_of(*nps_of(10)), []

    def overtaken() -> Gone:
        append(store, *nps_of(0))
        remembered(store, "newer", list)
        made.append(weakref.ref(found := Gone()))
        return found

    remembered(store, "older", overtaken)
    assert made[0]() is None


class Gone:
    """Something of which one can see that nobody has it any more."""


@RARELY
@given(ON_0_TO_10)
def test_weights_of_one_change_nothing(scores):
    plain, weighted = only(store_of(*nps_of(*scores)), "nps"), only(store_of(*nps_of(*scores, weight=1.0)), "nps")
    assert plain.estimate == weighted.estimate


@RARELY
@given(st.lists(st.tuples(st.integers(0, 10), st.integers(1, 28)), min_size=1, max_size=40))
def test_days_add_up_to_their_month(answers):
    store = store_of(*[answered("nps", score, 0, 10, at=datetime(2026, 5, day)) for score, day in answers])
    days = measure(store, "nps", Slice(every="day")).figures
    whole = only(store, "nps").estimate
    assert sum(day.estimate.n for day in days) == whole.n
    mean = sum(day.estimate.value * day.estimate.n for day in days if day.estimate.n) / whole.n
    assert mean == pytest.approx(whole.value)


# --- what a reader of the figures may rely on --------------------------------------------------------------------


def both_ways(metric: str, low: float, high: float):
    rows = [answered(metric, high, low, high, orientation="higher") for _ in range(30)]
    return rows + [answered(metric, low, low, high, orientation="lower") for _ in range(20)]


def test_answers_asked_both_ways_round_have_no_common_mean():
    (figure,) = measure(store_of(*both_ways("csat", 1, 5)), "csat").figures
    assert (figure.estimate.value, "mean" in figure.parts, "published" in figure.parts) == (1, False, False)


def test_a_recommendation_of_which_0_is_the_good_end_is_left_out_aloud():
    measured = measure(store_of(*both_ways("nps", 0, 10)), "nps")
    assert measured.figures[0].estimate.n == 30
    assert any("0 is the good end (20)" in note for note in measured.notes)


def test_answers_off_their_scale_or_without_one_are_counted_aloud():
    rows = [answered("csat", 4, 1, 5) for _ in range(6)] + [answered("csat", 9, 1, 5), answered("csat", 3, None, None)]
    measured = measure(store_of(*rows), "csat")
    assert measured.figures[0].estimate.n == 6
    assert any("(2)" in note for note in measured.notes)


@pytest.mark.parametrize("weight", [-1.0, 0.0, 2e9, float("inf")])
def test_a_weight_that_no_survey_has_counts_for_nothing(weight):
    rows = [answered("csat", 5, 1, 5, weight=weight) for _ in range(5)]
    rows += [answered("csat", 1, 1, 5, weight=2.0) for _ in range(6)]
    assert measure(store_of(*rows), "csat").figures[0].estimate.n == 6


@pytest.mark.parametrize("metric", sorted(CATALOGUE))
def test_periods_after_the_data_have_no_figures(metric):
    store = store_of(answered("csat", 4, 1, 5), happened("Referral Made", customer=1))
    assert list(measure(store, metric, Slice(every="month", start=date(2030, 1, 1))).figures) == []


def test_a_filter_by_a_number_is_compared_as_text():
    rows = [answered("csat", 4, 1, 5, properties='{"terminal": "1"}') for _ in range(6)]
    store = store_of(*rows)
    assert measure(store, "csat", Slice(where={"terminal": 1})).figures[0].estimate.n == 6
    assert measure(store, "csat", Slice(where={"terminal": [1, 2]})).figures[0].estimate.n == 6


def test_a_filter_by_the_score_itself_is_refused_in_words():
    with pytest.raises(Invalid, match="score"):
        measure(store_of(answered("csat", 4, 1, 5)), "csat", Slice(where={"score": "4"}))


@pytest.mark.parametrize("day", [date(1, 1, 1), date(9999, 12, 31)])
def test_dates_that_no_data_have_are_refused_in_words(day):
    store = store_of(answered("csat", 4, 1, 5), time_zone="Europe/Warsaw")
    with pytest.raises(Invalid, match="years"):
        measure(store, "csat", Slice(start=day))
    with pytest.raises(Invalid, match="9999"):
        parse_period("9999")


def test_whether_anybody_answered_about_the_whole_is_asked_of_what_was_known_then():
    before, after = datetime(2026, 1, 1), datetime(2026, 3, 1)
    rows = [answered("csat", 4, 1, 5, at=before, touchpoint="Food") for _ in range(6)]
    rows += [answered("csat", 4, 1, 5, at=after, touchpoint="Overall")]
    early = Slice(as_of=datetime(2026, 2, 1, tzinfo=UTC))
    assert measure(store_of(*rows), "csat", early).figures[0].estimate.n == 6
