"""The simulated company: the same from the same seed, whole, and true to its own truth."""

from __future__ import annotations

import json
import math
from collections import defaultdict

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from regard.base import Invalid
from regard.demo.catalogue import get_demo
from regard.demo.hours import to_utc
from regard.demo.simulate import Simulation, simulate
from regard.metrics.calendar import BusinessCalendar
from regard.stream import COLUMNS, VOCABULARY

METRICS = ("csat", "nps", "ces", "retention", "churn", "fcr", "art", "referral")
SEEDS = range(1, 21)


@pytest.fixture(scope="module")
def company() -> Simulation:
    return simulate(7, customers=3_000)


@pytest.fixture(scope="module")
def companies() -> list[Simulation]:
    return [simulate(seed, customers=1_500) for seed in SEEDS]


def test_the_same_seed_gives_the_same_rows():
    assert simulate(3, customers=200, months=6).rows.equals(simulate(3, customers=200, months=6).rows)


def test_another_seed_gives_another_company_with_other_ids():
    one, two = simulate(3, customers=200, months=6).rows, simulate(4, customers=200, months=6).rows
    assert not set(one["id"].to_pylist()) & set(two["id"].to_pylist())


def test_the_rows_have_exactly_the_columns_of_the_stream(company: Simulation):
    assert tuple(company.rows.column_names) == COLUMNS


def test_ids_are_unique_and_rows_come_in_order_of_time(company: Simulation):
    assert pc.count_distinct(company.rows["id"]).as_py() == company.rows.num_rows
    assert pc.all(pc.less_equal(company.rows["occurred_at"][:-1], company.rows["occurred_at"][1:])).as_py()


def test_nothing_is_received_before_it_happened(company: Simulation):
    assert pc.all(pc.less_equal(company.rows["occurred_at"], company.rows["received_at"])).as_py()


def test_every_row_carries_what_its_name_needs(company: Simulation):
    for name, semantic in VOCABULARY.items():
        rows = company.rows.filter(pc.equal(company.rows["name"], name))
        for column in semantic.needs:
            assert rows[column].null_count == 0, (name, column)


def test_properties_are_json_objects(company: Simulation):
    for text in company.rows["properties"].unique().to_pylist():
        assert "country" in json.loads(text)


def test_all_eight_metrics_have_a_truth(company: Simulation):
    assert all(company.truth.of(metric).n > 0 for metric in METRICS)
    assert {company.truth.of(metric).basis for metric in METRICS[:3]} == {"expected"}
    assert {company.truth.of(metric).basis for metric in ("retention", "churn", "referral")} == {"census"}


@pytest.mark.parametrize("metric", ["csat", "nps", "ces", "art"])
@pytest.mark.parametrize("part", ["by_channel", "by_month"])
def test_the_parts_of_a_truth_add_up_to_the_whole(company: Simulation, metric: str, part: str):
    whole, parts = company.truth.of(metric), getattr(company.truth, part)(metric).values()
    # Tickets are counted by expectation and n is rounded: a month's n may be half a ticket off.
    exact = metric != "art"
    assert sum(fact.n for fact in parts) == pytest.approx(whole.n, rel=0 if exact else 0.01)
    mean = sum(fact.published * fact.n for fact in parts) / sum(fact.n for fact in parts)
    assert mean == pytest.approx(whole.published, rel=1e-9 if exact else 0.01)


def test_customers_write_in_five_languages(company: Simulation):
    written = company.rows.filter(pc.is_valid(company.rows["text"]))
    assert set(written["language"].to_pylist()) == {"en", "pl", "ru", "zh", "ro"}


def test_a_company_of_nobody_is_refused():
    with pytest.raises(Invalid):
        simulate(1, customers=0)


# Independent computations from the rows alone, by the definitions: plain Python, no code of regard.metrics.


def answers(rows: pa.Table, metric: str, channel: str | None = None) -> np.ndarray:
    kept = pc.equal(rows["metric"], metric)
    if channel:
        kept = pc.and_(kept, pc.equal(rows["channel"], channel))
    return rows.filter(pc.fill_null(kept, False))["score"].to_numpy()


def mean_interval(values: np.ndarray) -> tuple[float, float]:
    half = 1.96 * values.std(ddof=1) / math.sqrt(len(values))
    return values.mean() - half, values.mean() + half


def wilson(hits: float, n: float, z: float = 1.96) -> tuple[float, float]:
    share, spread = hits / n, z * math.sqrt(hits / n * (1 - hits / n) / n + z * z / (4 * n * n))
    centre, scale = share + z * z / (2 * n), 1 + z * z / n
    return (centre - spread) / scale, (centre + spread) / scale


def tickets(rows: pa.Table) -> dict[str, dict]:
    """Each ticket's customer, opening, last solution, channel and whether it was solved in the first contact."""
    found: dict[str, dict] = defaultdict(lambda: {"replies": 0, "smooth": True, "solved": None, "is_open": True})
    about = rows.filter(pc.starts_with(rows["name"], "Ticket ")).select(
        ["name", "subject", "customer", "channel", "occurred_at", "properties"]
    )
    for row in about.to_pylist():
        ticket = found[row["subject"]]
        match row["name"]:
            case "Ticket Opened":
                ticket.update(customer=row["customer"], opened=row["occurred_at"], channel=row["channel"])
            case "Ticket Replied":
                ticket["replies"] += json.loads(row["properties"])["by"] == "agent"
            case "Ticket Reassigned":
                ticket["smooth"] = False
            case "Ticket Reopened":
                ticket.update(smooth=False, is_open=True)
            case "Ticket Resolved":
                ticket.update(solved=row["occurred_at"], is_open=False)
    return found


def solved_tickets(rows: pa.Table) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of tickets solved: solved at once; and nothing new within a week; seconds taken."""
    every = tickets(rows)
    opened = defaultdict(list)
    for ticket in every.values():
        opened[ticket["customer"]].append(ticket["opened"])
    once, stays, seconds = [], [], []
    for ticket in every.values():
        if ticket["is_open"]:
            continue
        first = ticket["smooth"] and ticket["replies"] == 1
        gaps = [(other - ticket["solved"]).total_seconds() for other in opened[ticket["customer"]]]
        once.append(first)
        stays.append(first and not any(0 < gap <= 7 * 86400 for gap in gaps))
        seconds.append((ticket["solved"] - ticket["opened"]).total_seconds())
    return np.array(once), np.array(stays), np.array(seconds)


def nps_interval(scores: np.ndarray) -> tuple[float, float]:
    return mean_interval(100.0 * ((scores >= 9).astype(float) - (scores <= 6)))


def intervals(simulation: Simulation) -> dict[str, tuple[tuple[float, float], float]]:
    """Each figure's plain 95 % interval, computed from the rows, and its truth."""
    rows, truth = simulation.rows, simulation.truth
    csat, once = answers(rows, "csat"), solved_tickets(rows)
    found = {
        "csat": (mean_interval(csat), truth.of("csat").published),
        "csat top box": (wilson((csat >= 4).sum(), len(csat)), truth.of("csat").corrected["top_box"]),
        "nps": (nps_interval(answers(rows, "nps")), truth.of("nps").published),
        "ces": (mean_interval(answers(rows, "ces")), truth.of("ces").published),
        "fcr": (wilson(once[0].sum(), len(once[0])), truth.of("fcr").published),
        "fcr in 7 days": (wilson(once[1].sum(), len(once[1])), truth.of("fcr").corrected["within_7_days"]),
        "art": (mean_interval(once[2]), truth.of("art").published),
    }
    for channel, fact in truth.by_channel("csat").items():
        found[f"csat {channel}"] = (mean_interval(answers(rows, "csat", channel)), fact.published)
    for channel, fact in truth.by_channel("nps").items():
        found[f"nps {channel}"] = (nps_interval(answers(rows, "nps", channel)), fact.published)
    return found


def test_intervals_cover_the_truth_in_about_95_of_100_companies(companies: list[Simulation]):
    covered = defaultdict(list)
    for simulation in companies:
        for figure, ((low, high), value) in intervals(simulation).items():
            covered[figure].append(low <= value <= high)
    # Of 20 intervals at 95 %, 16 or more cover in 99.7 % of cases; of 240, 216 or more in 99.9 %.
    assert {figure: sum(hits) for figure, hits in covered.items() if sum(hits) < 16} == {}
    everything = [hit for hits in covered.values() for hit in hits]
    assert 0.90 <= np.mean(everything) <= 0.99


def test_the_expected_values_do_not_lean_to_one_side(companies: list[Simulation]):
    """Half of the estimates lie above the truth: a biased truth would show long before coverage breaks."""
    above = defaultdict(list)
    for simulation in companies:
        for figure, ((low, high), value) in intervals(simulation).items():
            above[figure].append((low + high) / 2 > value)
    assert {figure: sum(sides) for figure, sides in above.items() if not 2 <= sum(sides) <= 18} == {}


def test_weighted_nps_makes_up_for_asking_the_app_users_more(companies: list[Simulation]):
    off = []
    for simulation in companies:
        rows = simulation.rows.filter(pc.fill_null(pc.equal(simulation.rows["metric"], "nps"), False))
        points = 100.0 * (pc.greater_equal(rows["score"], 9).to_numpy().astype(float) - (rows["score"].to_numpy() <= 6))
        value = np.average(points, weights=rows["weight"].to_numpy())
        off.append(value - simulation.truth.of("nps").corrected["weighted"])
    assert abs(np.mean(off)) < 3 * np.std(off, ddof=1) / math.sqrt(len(off))


def test_retention_and_churn_are_counted_from_the_orders(company: Simulation):
    from datetime import datetime, timedelta
    from zoneinfo import ZoneInfo

    def instant(year: int, month: int) -> datetime:
        return (
            datetime(year, month, 1, tzinfo=ZoneInfo("Europe/Warsaw")).astimezone(ZoneInfo("UTC")).replace(tzinfo=None)
        )

    orders = company.rows.filter(pc.equal(company.rows["name"], "Order Completed"))
    bought = list(zip(orders["customer"].to_pylist(), orders["occurred_at"].to_pylist(), strict=True))

    def active(at: datetime) -> set[int]:
        return {who for who, when in bought if at - timedelta(days=90) <= when < at}

    start, end = active(instant(2026, 3)), active(instant(2026, 4))
    retention, churn = (company.truth.by_month(metric)["2026-03"] for metric in ("retention", "churn"))
    assert retention.published == len(end) / len(start)
    assert retention.corrected["retention"] == len(start & end) / len(start)
    assert churn.published == len(start - end) / len(start)
    assert retention.corrected["retention"] + churn.published == pytest.approx(1)


def test_working_time_agrees_with_the_business_calendar_of_the_metrics(company: Simulation):
    """Two calendars written apart from each other: the generator's, and the one that measures."""
    tickets, calendar = company.truth.ledger.tickets, get_demo("simulated").settings()["calendar"]
    opened, resolved = (to_utc(at).astype("datetime64[s]") for at in (tickets.opened, tickets.resolved))
    measured = BusinessCalendar.from_dict(calendar).seconds_between(opened, resolved)
    assert np.array_equal(measured, tickets.working)


def test_the_referral_rate_is_counted_from_the_referrals(company: Simulation):
    rows = company.rows
    made = rows.filter(pc.equal(rows["name"], "Referral Made"))
    everyone = pc.count_distinct(rows["customer"]).as_py()
    assert company.truth.of("referral").published == pc.count_distinct(made["customer"]).as_py() / everyone
    converted = pc.sum(pc.equal(rows["name"], "Referral Converted")).as_py()
    assert company.truth.of("referral").corrected["conversion"] == converted / made.num_rows


def test_the_change_of_csat_splits_into_mix_and_rate(company: Simulation):
    change = company.truth.csat_change()
    assert sum(change.mix.values()) + sum(change.rate.values()) == pytest.approx(
        change.after - change.before, abs=1e-12
    )
    assert sum(change.mix.values()) < 0, "the app, where people are less happy, grows"
    assert change.rate["store"] == pytest.approx(0, abs=1e-12), "nothing changed in the shops of stone"


def test_the_incident_is_in_the_rows_as_its_truth_says(companies: list[Simulation]):
    """Parcels of the failing partner, over twenty companies, are late as often as planted."""
    late = total = 0
    for simulation in companies:
        rows = simulation.rows.filter(pc.equal(simulation.rows["name"], "Order Delivered"))
        hit = rows.filter(pc.match_substring(rows["properties"], "partner-2"))
        late += pc.sum(pc.match_substring(hit["properties"], '"late"')).as_py()
        total += hit.num_rows
    truth = companies[0].truth.incident()
    low, high = wilson(late, total, z=3.3)
    assert low < truth.in_it["late"] < high
    assert truth.in_it["csat"] < truth.as_usual["csat"]
    assert truth.in_it["working_seconds"] > truth.as_usual["working_seconds"]
