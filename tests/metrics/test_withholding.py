"""What one question withholds, no other question tells: filters, periods, comparisons and explanations."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from regard.base import Invalid
from regard.metrics import Slice, compare, explain, measure, overview
from tests.metrics.company import answered, happened, store_of, ticket

WEB_PHONE_FAX = (("web", 60), ("phone", 40), ("fax", 3))
YEAR = {"start": date(2026, 1, 1), "end": date(2027, 1, 1)}


def answers(channel: str, month: int, n: int):
    return [answered("csat", i % 5 + 1, 1, 5, channel=channel, at=datetime(2026, month, 5)) for i in range(n)]


def channels():
    return store_of(*[row for month in (1, 2) for channel, n in WEB_PHONE_FAX for row in answers(channel, month, n)])


def is_withheld(store, **where):
    month = Slice(where={"channel": list(where["of"])}, start=date(2026, 1, 1), end=date(2026, 2, 1))
    return measure(store, "csat", month).figures[0].estimate.withheld is not None


def test_a_filter_that_leaves_out_only_a_small_group_is_withheld():
    assert is_withheld(channels(), of=("web", "phone"))


def test_a_filter_to_a_group_that_its_break_down_withholds_is_withheld():
    assert is_withheld(channels(), of=("phone",))


def test_a_filter_to_all_groups_that_are_withheld_or_to_none_of_them_is_shown():
    assert not is_withheld(channels(), of=("fax", "phone"))
    assert not is_withheld(channels(), of=("web",))


def test_a_small_month_of_a_filter_cannot_be_had_from_the_other_months_and_their_sum():
    store = store_of(
        *answers("web", 1, 90), *(row for m, n in ((1, 12), (2, 3), (3, 20)) for row in answers("phone", m, n))
    )
    figures = measure(store, "csat", Slice(every="month", where={"channel": "phone"})).figures
    assert sum(figure.estimate.withheld is not None for figure in figures) == 2


def test_the_trend_of_a_filtered_overview_withholds_what_its_total_would_give_away():
    store = store_of(*(row for m in range(1, 13) for row in answers("phone", m, 3 if m == 2 else 20 + m)))
    card = overview(store, Slice(where={"channel": "phone"}, every="month", **YEAR), ["csat"]).cards[0]
    assert card.current.estimate.value is not None
    assert sum(figure.estimate.withheld is not None for figure in card.trend) == 2


def test_companions_of_a_small_group_are_withheld_when_the_headline_counted_nobody():
    opened = datetime(2026, 1, 5)
    rows = [row for n in range(30) for row in ticket(n, opened, 2, customer=n + 1, channel="web")]
    late = [row for n in (90, 91) for row in ticket(n, opened + timedelta(days=28), 2, customer=n, channel="fax")]
    store = store_of(*rows, *late, happened("Ticket Opened", opened + timedelta(days=30), subject="z", customer=99))
    fax = next(figure for figure in measure(store, "fcr", Slice(by="channel")).figures if figure.group == "fax")
    assert fax.estimate.withheld
    assert not fax.parts


def test_an_explanation_never_tells_a_filtered_group_below_the_minimum():
    with pytest.raises(Invalid, match="fewer than"):
        explain(channels(), "csat", "2026-01", "2026-02", Slice(by="channel", where={"channel": "fax"}))


def test_small_groups_that_are_few_even_together_take_the_next_smallest_with_them():
    store = store_of(
        *[row for m in (1, 2) for c, n in WEB_PHONE_FAX for row in answers(c, m, n)], *answers("post", 1, 1)
    )
    found = explain(store, "csat", "2026-01", "2026-02", Slice(by="channel"))
    assert {group.group for group in found.split.groups} == {"web", "…"}
    assert all(group.n_before >= 5 and group.n_after >= 5 for group in found.split.groups)


def test_a_comparison_and_its_explanation_tell_the_same_difference():
    store = store_of(*answers("web", 1, 33), *answers("phone", 1, 14), *answers("web", 2, 29), *answers("phone", 2, 17))
    slice = Slice(by="channel")
    compared = compare(store, "csat", "2026-01", "2026-02", slice).overall.difference.value
    assert explain(store, "csat", "2026-01", "2026-02", slice).split.difference == compared


def test_periods_that_overlap_are_not_compared():
    with pytest.raises(Invalid, match="overlap"):
        compare(channels(), "csat", "2026", "2026-01")


def crossed(neither: int):
    """Two filters that each let sixty through, of a hundred and some whom neither does."""
    rows = []
    for channel, language, n in (("web", "en", 22), ("web", "pl", 38), ("app", "en", 38), ("app", "pl", neither)):
        rows += [answered("csat", i % 5 + 1, 1, 5, channel=channel, language=language) for i in range(n)]
    return store_of(*rows)


@pytest.mark.parametrize(("neither", "is_hidden"), [(0, False), (2, True), (4, True), (5, False)])
def test_two_filters_that_together_leave_out_only_a_few_are_withheld(neither, is_hidden):
    found = measure(crossed(neither), "csat", Slice(where={"channel": "web", "language": "en"})).figures[0]
    assert (found.estimate.withheld is not None) == is_hidden


def test_each_of_the_two_filters_alone_is_shown():
    for where in ({"channel": "web"}, {"language": "en"}):
        assert measure(crossed(2), "csat", Slice(where=where)).figures[0].estimate.withheld is None


def test_a_break_down_under_a_filter_is_crossed_group_by_group():
    found = measure(crossed(2), "csat", Slice(by="language", where={"channel": "web"})).figures
    assert {one.group: one.estimate.withheld is not None for one in found}["pl"]


def forty_people():
    rows = [answered("csat", n % 5 + 1, 1, 5, customer=n + 1, subject=f"s{n}", text=f"t{n}") for n in range(40)]
    return store_of(*rows)


@pytest.mark.parametrize(
    ("column", "names"), [("customer", range(1, 7)), ("subject", ["s0", "s1", "s2", "s3", "s4", "s5"])]
)
def test_people_and_tickets_chosen_one_by_one_are_not_told_however_many_they_are(column, names):
    chosen = Slice(where={column: [str(name) for name in names]})
    assert measure(forty_people(), "csat", chosen).figures[0].estimate.withheld


def test_where_no_group_is_too_small_single_people_may_be_chosen():
    rows = [answered("csat", n % 5 + 1, 1, 5, customer=n + 1) for n in range(40)]
    one = measure(store_of(*rows, minimum_n=1), "csat", Slice(where={"customer": "1"})).figures[0].estimate
    assert (one.n, one.withheld) == (1, None)
