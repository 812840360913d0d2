"""Comparisons, explanations, the overview, and the rows behind a figure."""

from __future__ import annotations

import math
from datetime import date, datetime

import pytest

from regard.base import Invalid
from regard.metrics import CATALOGUE, Change, Slice, compare, explain, measure, measure_many, overview, rows_behind
from regard.metrics.asking import forget
from tests.agreement.recording import Recording
from tests.metrics.company import answered, bought, happened, store_of, ticket

LAST, THIS = datetime(2025, 5, 1), datetime(2026, 5, 1)


def scores(channel: str, at: datetime, good: int, bad: int):
    return [
        answered("csat", score, 1, 5, channel=channel, at=at) for score, n in ((5, good), (1, bad)) for _ in range(n)
    ]


def shop():
    before = [*scores("web", LAST, 80, 20), *scores("app", LAST, 5, 5)]
    after = [*scores("web", THIS, 40, 10), *scores("app", THIS, 10, 90)]
    return store_of(*before, *after)


def test_two_periods_are_compared_by_the_interval_of_their_difference():
    found = compare(shop(), "csat", "2025", "2026")
    assert found.overall.difference.change is Change.DOWN
    assert found.overall.difference.value == pytest.approx(50 / 150 - 85 / 110)


def test_a_difference_that_is_not_significant_has_no_direction():
    store = store_of(*scores("web", LAST, 10, 5), *scores("web", THIS, 9, 6))
    assert compare(store, "csat", "2025", "2026").overall.difference.change is Change.NO_CLEAR_CHANGE


def test_many_groups_are_compared_with_false_discoveries_controlled():
    groups = {one.group: one.difference for one in compare(shop(), "csat", "2025", "2026", Slice(by="channel")).groups}
    assert groups["app"].q_value >= groups["app"].p_value
    assert groups["web"].change is Change.NO_CLEAR_CHANGE


def test_two_groups_are_compared_by_their_names():
    found = compare(shop(), "csat", "web", "app", Slice(by="channel"))
    assert (found.overall.before.group, found.overall.after.group) == ("web", "app")
    assert found.overall.difference.change is Change.DOWN


def test_what_is_neither_a_period_nor_a_group_is_refused():
    with pytest.raises(Invalid):
        compare(shop(), "csat", "web", "fax", Slice(by="channel"))


@pytest.mark.parametrize("metric", ["csat", "nps", "ces", "fcr", "resolution_time", "churn"])
def test_mix_and_rate_sum_to_the_difference_to_the_last_digit(metric):
    rows = []
    for at, shift in ((LAST, 0), (THIS, 3)):
        for n in range(12):
            channel, who = ("web", "app")[(n + shift) % 5 < 2], n + 1
            rows += [
                answered("csat", n % 5 + 1, 1, 5, channel=channel, at=at),
                answered("nps", n % 11, 0, 10, channel=channel, at=at),
            ]
            rows += [answered("ces", n % 7 + 1, 1, 7, channel=channel, at=at)]
            rows += ticket(n + 100 * at.year, at, n + shift + 1, customer=who, channel=channel)
            rows += [bought(who, at.replace(year=at.year - 1, month=11 + n % 2), channel=channel)]
    store = store_of(*rows, happened("Page Viewed", datetime(2027, 1, 1)))
    found = explain(store, metric, "2025", "2026", Slice(by="channel"))
    assert math.fsum(found.split.parts) == found.split.difference
    both = [
        measure(store, metric, Slice(start=date(y, 1, 1), end=date(y + 1, 1, 1))).figures[0].estimate.value
        for y in (2025, 2026)
    ]
    assert found.split.difference == pytest.approx(both[1] - both[0], abs=1e-9)


def test_an_explanation_needs_groups():
    with pytest.raises(Invalid, match="groups"):
        explain(shop(), "csat", "2025", "2026")


def test_groups_too_small_to_be_shown_are_explained_together():
    store = store_of(
        *scores("web", LAST, 9, 9), *scores("fax", LAST, 1, 1), *scores("web", THIS, 9, 9), *scores("fax", THIS, 2, 1)
    )
    assert [group.group for group in explain(store, "csat", "2025", "2026", Slice(by="channel")).split.groups] == ["…"]


def test_the_overview_asks_no_question_twice_and_shares_those_it_can():
    store = Recording(
        store_of(*scores("web", LAST, 9, 1), *scores("web", THIS, 5, 5), *ticket(1, THIS, 5), bought(1, THIS))
    )
    forget()
    counted = []
    ask, store.ask = store.ask, lambda question: (counted.append(question.name), ask(question))[1]
    found = overview(store)
    assert len(counted) == len(store.asked)
    assert [counted.count(name) for name in ("answers", "customers", "tickets")] == [1, 1, 1]
    assert [card.metric for card in found.cards] == list(CATALOGUE)[:8]
    overview(store)
    assert len(counted) == len(store.asked)


def test_a_card_says_the_same_as_the_metric_measured_alone():
    store = store_of(*scores("web", LAST, 9, 1), *scores("web", THIS, 5, 5), *ticket(1, THIS, 5), bought(1, THIS))
    year = Slice(start=date(2026, 1, 1), end=date(2027, 1, 1))
    for card in overview(store, year).cards:
        assert card.current.estimate == measure(store, card.metric, year).figures[0].estimate
    assert {key: one.figures for key, one in measure_many(store, ["csat", "nps"], year).items()} == {
        key: measure(store, key, year).figures for key in ("csat", "nps")
    }


def test_an_empty_workspace_has_an_overview_without_figures():
    assert overview(store_of()).period is None


def test_the_rows_behind_a_figure_come_page_by_page_each_once():
    store = store_of(*scores("web", LAST, 5, 2))
    pages, after = [], None
    while True:
        page = rows_behind(store, "csat", after=after, limit=3)
        pages += page.columns["id"]
        if (after := page.following) is None:
            break
    assert len(pages) == len(set(pages)) == 7
