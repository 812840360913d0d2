"""The metrics: one file each, one line here."""

from __future__ import annotations

from typing import Final

from regard.metrics import ces, csat, nps
from regard.metrics.contract import Metric
from regard.metrics.definitions import unknown_metric

METRICS: Final[tuple[Metric, ...]] = (
    csat.METRIC,
    nps.METRIC,
    ces.METRIC,
)
"""The eight, in the order people expect them."""

COMPANIONS: Final[tuple[Metric, ...]] = ()
"""What people look at beside the eight."""

CATALOGUE: Final[dict[str, Metric]] = {metric.key: metric for metric in METRICS + COMPANIONS}


def metric_called(name: str) -> Metric:
    """The metric of a name; Invalid, with the nearest one, when there is none."""
    key = name.strip().lower().replace("-", "_")
    if key not in CATALOGUE:
        raise unknown_metric(name, list(CATALOGUE))
    return CATALOGUE[key]
