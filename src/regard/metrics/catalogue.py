"""The metrics: one file each, one line here."""

from __future__ import annotations

from typing import Final

from regard.metrics import (
    ces,
    churn,
    complaints,
    csat,
    customer_value,
    fcr,
    first_response,
    handovers,
    nps,
    order_value,
    referral,
    repeat_contact,
    resolution_time,
    response_rate,
    retention,
)
from regard.metrics.contract import Metric
from regard.metrics.definitions import unknown_metric

METRICS: Final[tuple[Metric, ...]] = (
    csat.METRIC,
    nps.METRIC,
    ces.METRIC,
    retention.METRIC,
    churn.METRIC,
    fcr.METRIC,
    resolution_time.METRIC,
    referral.METRIC,
)
"""The eight, in the order people expect them."""

COMPANIONS: Final[tuple[Metric, ...]] = (
    first_response.METRIC,
    repeat_contact.METRIC,
    handovers.METRIC,
    complaints.METRIC,
    response_rate.METRIC,
    order_value.METRIC,
    customer_value.METRIC,
)
"""What people look at beside the eight."""

CATALOGUE: Final[dict[str, Metric]] = {metric.key: metric for metric in METRICS + COMPANIONS}


ALSO_CALLED: Final = {
    "art": "resolution_time",
    "mttr": "resolution_time",
    "referral": "referral_rate",
    "clv": "customer_value",
    "ltv": "customer_value",
}


def metric_called(name: str) -> Metric:
    """The metric of a name; Invalid, with the nearest one, when there is none."""
    key = name.strip().lower().replace("-", "_")
    key = ALSO_CALLED.get(key, key)
    if key not in CATALOGUE:
        raise unknown_metric(name, list(CATALOGUE))
    return CATALOGUE[key]
