"""Figures of real data, computed by others from the raw files, met by loading those files as a user would."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from regard.collect import load
from regard.metrics import Slice, cohorts, define, definition_of, explain, measure
from regard.stream import OpenedStore, open_store

pytestmark = pytest.mark.data
MAPPINGS = Path(__file__).parents[2] / "src" / "regard" / "demo" / "mappings"
DAY = 86400


@pytest.fixture(scope="module")
def loaded(shared_data: Path) -> Iterator[Callable[..., OpenedStore]]:
    """``loaded(mapping, file, …)``: a store with these files, loaded once for all tests here."""
    stores: dict[tuple[str, ...], OpenedStore] = {}

    def store_with(*pairs: str) -> OpenedStore:
        if pairs not in stores:
            stores[pairs] = open_store(":memory:")
            for mapping, file in zip(pairs[::2], pairs[1::2], strict=True):
                load(stores[pairs], [shared_data / file], mapping=MAPPINGS / f"{mapping}.toml")
        return stores[pairs]

    yield store_with
    for store in stores.values():
        store.close()


@pytest.fixture
def airport(loaded) -> OpenedStore:
    return loaded(
        *(name for y in (2014, 2015, 2016, 2017) for name in (f"sfo_airport_{y}", f"sfo_airport/sfo_{y}.csv.gz"))
    )


@pytest.fixture
def retail(loaded) -> OpenedStore:
    return loaded("online_retail", "online_retail/online_retail_2010_2011.parquet")


@pytest.fixture
def incidents(loaded) -> OpenedStore:
    return loaded("it_incidents", "it_incidents/incident_event_log.zip")


def only(store, metric, slice=Slice(), **more):
    (figure,) = measure(store, metric, slice, **more).figures
    return figure


def in_year(year: int) -> Slice:
    return Slice(start=date(year, 1, 1), end=date(year + 1, 1, 1))


def test_airport_nps_weighted_and_as_published(airport):
    figure = only(airport, "nps", in_year(2017))
    published = figure.parts["published"]
    assert (figure.estimate.n, round(figure.estimate.value, 2)) == (2746, 40.40)
    assert (round(published.value, 2), round((published.high - published.low) / 2, 2)) == (39.84, 2.61)
    plain = only(airport, "nps", in_year(2017), definition=without_weights(airport, "nps"))
    counts = [round(plain.parts[name].value * plain.estimate.n) for name in ("promoters", "detractors")]
    assert (counts, round(plain.estimate.value, 2)) == ([1436, 342], 39.84)


def without_weights(store, metric):
    from dataclasses import replace

    shipped = definition_of(store, metric, 0)
    return replace(shipped, rules={**shipped.rules, "weights": "ignore"})


def test_airport_csat_year_by_year(airport):
    figures = measure(airport, "csat", Slice(every="year")).figures
    assert [round(100 * figure.estimate.value, 1) for figure in figures] == [78.9, 80.0, 81.0, 82.1]
    assert not any("unweighted" in figure.parts for figure in figures)


def test_why_airport_csat_changed_sums_to_the_change(airport):
    import math

    split = explain(airport, "csat", "2016", "2017", Slice(by="terminal")).split
    assert math.fsum(split.parts) == split.difference


def test_contact_centre_satisfaction(loaded):
    store = loaded("contact_centre", "contact_centre/shopzilla_contacts_csat.csv.gz")
    figure = only(store, "csat")
    assert (round(figure.parts["mean"].value, 3), round(100 * figure.estimate.value, 2)) == (4.248, 82.71)


def test_contact_centre_first_response_without_the_replies_that_came_before_the_question(loaded):
    """Counting the 635 impossible replies as very quick ones, as the raw file does, would make the median 5 minutes."""
    store = loaded("contact_centre", "contact_centre/shopzilla_contacts_csat.csv.gz")
    figure = only(store, "first_response")
    assert (figure.estimate.value, figure.estimate.n) == (6 * 60, 17182 - 635)


def test_retail_first_cohort_and_who_came_back(retail):
    """The known answer counts anyone on an invoice, a returned one too; buyers alone are 885, of whom 324 came back."""
    first = cohorts(retail).cohorts[0]
    assert (first.start, first.size, first.back[1]) == (date(2010, 12, 1), 948, 362)
    define(retail, "retention", {"cohort_activity": ["Order Completed"]})
    bought = cohorts(retail).cohorts[0]
    assert (bought.size, bought.back[1]) == (885, 324)


def test_retail_retention_and_churn_are_one_in_every_month(retail):
    kept, lost = (
        measure(retail, metric, Slice(every="month"), definition=definition_of(retail, metric, 0)).figures
        for metric in ("retention", "churn")
    )
    for one, other in zip(kept, lost, strict=True):
        if one.estimate.n:
            assert one.estimate.value + other.estimate.value == pytest.approx(1)


def test_incidents_and_how_many_were_reopened(incidents):
    figure = only(incidents, "resolution_time")
    assert (figure.estimate.n, round(100 * figure.parts["reopened"].value, 2)) == (24918, 1.10)


def test_incidents_first_contact_falls_as_the_window_grows(incidents):
    parts = only(incidents, "fcr").parts
    curve = [parts[name].value for name in ("published", *(f"within_{days}_days" for days in (1, 3, 7, 14, 30)))]
    assert curve == sorted(curve, reverse=True)


def test_helpdesk_cases_last_from_first_to_last_event(loaded):
    store = loaded("helpdesk", "helpdesk_log/helpdesk.xes.gz")
    define(store, "resolution_time", {"until": "last"})
    figure = only(store, "resolution_time")
    days = [round(value / DAY, 2) for value in (figure.estimate.value, figure.parts["median"].value)]
    assert (figure.estimate.n, days) == (4580, [40.86, 39.86])


def test_telco_customers_who_left(loaded):
    store = loaded("telco_churn", "telco_churn/telco_churn.csv.gz")
    from regard.stream import Question, compose

    text = "count(DISTINCT CASE WHEN name = 'Subscription Cancelled' THEN customer END) AS left_, count(DISTINCT customer) AS n"
    query = compose.select(*text.split(", ")).from_(compose.TABLE)
    answer = store.ask(Question("left", query))
    assert round(100 * answer["left_"][0] / answer["n"][0], 2) == 26.54
