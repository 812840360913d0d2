"""All metrics at a glance: this period, the one before, the trend, and what clearly changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from regard.metrics import (
    METRICS,
    Difference,
    Every,
    Measurement,
    Metric,
    Slice,
    difference,
    false_discoveries_controlled,
    measure_many,
)
from regard.report.filters import Period
from regard.stream import Store


@dataclass(frozen=True)
class Glance:
    """One metric: measured now, over time, and its difference from the period before (judged with all the others)."""

    metric: Metric
    now: Measurement
    trend: Measurement
    change: Difference | None = None

    @property
    def has_ever(self) -> bool:
        """Whether anything was counted, now or at any time that the trend shows."""
        return any(figure.estimate.n or figure.estimate.withheld for figure in (*self.now.figures, *self.trend.figures))


def glances(store: Store, slice: Slice, before: Period | None, every: Every) -> list[Glance]:
    """Every metric over the slice; metrics that read the same interactions are asked for together."""
    keys = [metric.key for metric in METRICS]
    now = measure_many(store, keys, slice)
    trends = measure_many(store, keys, replace(slice, every=every))
    earlier = measure_many(store, keys, replace(slice, start=before[0], end=before[1])) if before else {}
    changes = _changes(now, earlier)
    return [Glance(metric, now[metric.key], trends[metric.key], changes.get(metric.key)) for metric in METRICS]


def clearest_first(found: Sequence[Glance]) -> list[Glance]:
    """Those that changed clearly, the surest first; then those that were compared without a clear change."""
    compared = [one for one in found if one.change and one.change.value is not None]
    return sorted(compared, key=lambda one: _doubt(one.change))


def _doubt(change: Difference | None) -> tuple[bool, float]:
    return (True, 1.0) if change is None else (not change.is_significant, change.q_value or 0.0)


def _changes(now: dict[str, Measurement], earlier: dict[str, Measurement]) -> dict[str, Difference]:
    found = [difference(earlier[key].figures[-1].estimate, now[key].figures[-1].estimate) for key in earlier]
    return dict(zip(earlier, false_discoveries_controlled(found), strict=True))
