"""What pages ask beside the metrics."""

from __future__ import annotations

from regard.report.questions import FEW_VALUES, MOST_VALUES, suggestions
from tests.metrics.company import answered, store_of


def came_by(channel, times, **given):
    return [answered("nps", 9, 0, 10, channel=channel, **given) for _ in range(times)]


def test_the_commonest_values_are_offered_as_filters_the_commonest_first():
    store = store_of(*came_by("web", 2), *came_by("phone", 3), *came_by(None, 9))
    assert suggestions(store, ["channel"]) == ["channel=phone", "channel=web"]


def test_no_more_values_of_a_column_are_offered_than_can_be_looked_over():
    store = store_of(*(row for place in range(MOST_VALUES + 3) for row in came_by(f"shop {place:02}", 1)))
    assert suggestions(store, ["channel", "language"]) == [f"channel=shop {place:02}" for place in range(MOST_VALUES)]


def test_a_column_of_many_values_is_not_offered_at_all():
    rows = [row for place in range(FEW_VALUES + 1) for row in came_by(f"till {place}", 1, language="pl")]
    assert suggestions(store_of(*rows), ["channel", "language"]) == ["language=pl"]


def test_where_nothing_can_be_broken_down_nothing_is_offered():
    assert suggestions(store_of(), []) == []
