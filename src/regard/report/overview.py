"""All metrics at a glance: what clearly changed, judged over all of them together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from regard.metrics import (
    Card,
    Difference,
    Metric,
    Slice,
    false_discoveries_controlled,
    metric_called,
    overview,
)
from regard.report.filters import Period
from regard.stream import Store


@dataclass(frozen=True)
class Glance:
    """One metric on the overview; ``change`` is judged together with the changes of all the others."""

    metric: Metric
    card: Card
    change: Difference | None = None

    @property
    def has_any(self) -> bool:
        """Whether anything was counted, now or at any time that the trend shows."""
        return any(figure.estimate.n or figure.estimate.withheld for figure in (self.card.current, *self.card.trend))


def glances(store: Store, slice: Slice, before: Period | None) -> list[Glance]:
    """Every metric over the slice and, where ``before`` is given, its change from that period."""
    cards = overview(store, slice, before=before).cards
    known = [(card.metric, card.change) for card in cards if card.change] if before else []
    judged = false_discoveries_controlled([change for _, change in known])
    changes = dict(zip([metric for metric, _ in known], judged, strict=True))
    return [Glance(metric_called(card.metric), card, changes.get(card.metric)) for card in cards]


def clearest_first(found: Sequence[Glance]) -> list[Glance]:
    """Those that could be compared: clear changes first, the surest of them at the top."""
    compared = [one for one in found if one.change and one.change.value is not None]
    return sorted(compared, key=lambda one: _doubt(one.change))


def _doubt(change: Difference | None) -> tuple[bool, float]:
    return (True, 1.0) if change is None else (not change.is_significant, change.q_value or 0.0)
