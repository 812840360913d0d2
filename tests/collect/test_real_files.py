"""The real data sets: what Regard makes of them against SQL written on its own over the raw files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb
import pytest

from regard.base.clock import now
from regard.collect import loading
from regard.collect.work import Watch, workshop

pytestmark = pytest.mark.data
MAPPINGS = Path(str(files("regard.demo") / "mappings"))
Ask = Callable[[str], list[Any]]


@contextmanager
def _written(mapping: str, *paths: Path) -> Iterator[tuple[Ask, loading.Written]]:
    """The interactions (``kept``) that a mapping makes of files, to be asked in SQL."""
    with workshop() as folder, loading.staged(folder, paths, MAPPINGS / f"{mapping}.toml", Watch()) as found:
        staging, plains, how, notes = found
        written = loading.write(staging, folder, plains, how, "load", now(), notes)
        engine = duckdb.connect()
        engine.execute(f"CREATE VIEW kept AS FROM read_parquet('{written.accepted}')")
        yield lambda text: engine.execute(text).fetchone(), written
        engine.close()


def _raw(path: Path, text: str, **options: Any) -> Any:
    engine = duckdb.connect()
    engine.register("raw", engine.read_csv(str(path), all_varchar=True, **options))
    return engine.execute(text).fetchone()


@pytest.mark.parametrize("year, share", [(2014, 78.9), (2015, 80.0), (2016, 81.0), (2017, 82.1)])
def test_satisfaction_with_the_airport(shared_data, year, share):
    path = shared_data / "sfo_airport" / f"sfo_{year}.csv.gz"
    with _written(f"sfo_airport_{year}", path) as (ask, written):
        ours = ask("SELECT count(*), count_if(score >= 4) FROM kept WHERE touchpoint = 'Overall' AND metric = 'csat'")
    theirs = _raw(
        path,
        "SELECT count(*), count_if(Q7ALL >= '4') FROM raw WHERE Q7ALL IN ('1','2','3','4','5')",
    )
    assert ours == theirs
    assert round(100 * ours[1] / ours[0], 1) == share
    assert written.refused_count == 0


def test_net_promoters_of_the_airport(shared_data):
    with _written("sfo_airport_2017", shared_data / "sfo_airport" / "sfo_2017.csv.gz") as (ask, _):
        n, promoters, detractors = ask(
            "SELECT count(*), count_if(score >= 9), count_if(score <= 6) FROM kept WHERE metric = 'nps'"
        )
        weighted = ask(
            "SELECT 100 * sum(weight * CASE WHEN score >= 9 THEN 1 WHEN score <= 6 THEN -1 ELSE 0 END) / sum(weight) "
            "FROM kept WHERE metric = 'nps'"
        )
    assert (n, promoters, detractors) == (2746, 1436, 342)
    assert round(weighted[0], 2) == 40.40


def test_the_cohort_of_december_2010(shared_data):
    with _written("online_retail", shared_data / "online_retail" / "online_retail_2010_2011.parquet") as (ask, written):
        cohort = ask("""
            WITH months AS (SELECT DISTINCT customer, date_trunc('month', occurred_at) AS month FROM kept WHERE customer IS NOT NULL),
            firsts AS (SELECT customer, min(month) AS first FROM months GROUP BY customer HAVING min(month) = '2010-12-01')
            SELECT count(DISTINCT customer), count_if(month = '2011-01-01') FROM firsts JOIN months USING (customer)""")
        names = ask(
            "SELECT count(*), count(DISTINCT id), count_if(name = 'Order Refunded'), count_if(customer IS NULL) FROM kept"
        )
    assert cohort == (948, 362)
    assert names == (541_909, 541_909, 9_288, 135_080)
    assert written.refused_count == 0


def test_the_incidents(shared_data):
    with _written("it_incidents", shared_data / "it_incidents" / "incident_event_log.zip") as (ask, written):
        tickets = ask(
            "SELECT count(DISTINCT subject), count_if(name = 'Ticket Opened'), count(DISTINCT subject) FILTER (name = 'Ticket Reopened') FROM kept"
        )
        sla = ask(
            "SELECT round(100 * avg(CAST(met = 'true' AS INT)), 2) FROM "
            "(SELECT any_value(json_extract_string(properties, 'made_sla')) AS met FROM kept GROUP BY subject)"
        )
    assert tickets[:2] == (24_918, 24_918)
    assert round(100 * tickets[2] / tickets[0], 2) == 1.10
    assert sla == (63.42,)
    assert written.refused_count == 0


def test_the_help_desk_log(shared_data):
    with _written("helpdesk", shared_data / "helpdesk_log" / "helpdesk.xes.gz") as (ask, _):
        counts = ask("SELECT count(DISTINCT subject), count(touchpoint) FROM kept")
        days = ask(
            "SELECT round(avg(days), 2), round(median(days), 2) FROM (SELECT epoch(max(occurred_at) - min(occurred_at)) / 86400 "
            "AS days FROM kept WHERE touchpoint IS NOT NULL GROUP BY subject)"
        )
    assert counts == (4_580, 21_348)
    assert days == (40.86, 39.86)


def test_the_marketplace(shared_data):
    names = ("orders", "customers", "order_reviews")
    with _written("olist", *(shared_data / "olist" / f"{name}.csv.gz" for name in names)) as (ask, written):
        scores = ask(
            "SELECT count(*), round(avg(score), 3), round(100 * avg(CAST(score >= 4 AS INT)), 1) FROM kept WHERE metric = 'csat'"
        )
        orders = ask("SELECT count(*), count(DISTINCT id) FROM kept WHERE name = 'Order Completed'")
    assert scores == (6_866, 4.078, 76.8)
    assert orders == (6_887, 6_887)
    assert written.refused_count == 0


def test_the_contact_centre(shared_data):
    path = shared_data / "contact_centre" / "shopzilla_contacts_csat.csv.gz"
    with _written("contact_centre", path) as (ask, written):
        scores = ask(
            "SELECT count(*), round(avg(score), 3), round(100 * avg(CAST(score >= 4 AS INT)), 2) FROM kept WHERE metric = 'csat'"
        )
    negative = _raw(
        path,
        """SELECT count(*) FROM raw WHERE strptime(issue_responded, '%d/%m/%Y %H:%M') <
                             strptime("Issue_reported at", '%d/%m/%Y %H:%M')""",
    )
    assert scores == (17_182, 4.248, 82.71)
    assert written.reasons == {"negative_duration": negative[0]}


def test_the_subscribers_and_the_complaints(shared_data):
    with _written("telco_churn", shared_data / "telco_churn" / "telco_churn.csv.gz") as (ask, _):
        assert ask("SELECT count(DISTINCT customer), count_if(name = 'Subscription Cancelled') FROM kept") == (
            7_043,
            1_869,
        )
    with _written("complaints", shared_data / "complaints" / "cfpb_sample.csv.gz") as (ask, _):
        assert ask("SELECT count(*) FROM kept") == (6_623,)
