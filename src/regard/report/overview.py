"""All metrics at a glance: what clearly changed, judged over all of them together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from regard.metrics import (
    Card,
    Difference,
    Figure,
    Metric,
    Slice,
    false_discoveries_controlled,
    measure_many,
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


def glances(store: Store, slice: Slice, before: Period | None, wider: Slice | None = None) -> list[Glance]:
    """Every metric over the slice and, where ``before`` is given, its change from that period.

    ``wider`` is what trends are drawn over instead, where the slice is too short for any line.
    """
    cards = overview(store, slice, before=before).cards
    if wider is not None and not any(has_line(card.trend) for card in cards):
        trends = measure_many(store, [card.metric for card in cards], wider)
        cards = [replace(card, trend=trends[card.metric].figures) for card in cards]
    known = [(card.metric, card.change) for card in cards if card.change] if before else []
    judged = false_discoveries_controlled([change for _, change in known])
    changes = dict(zip([metric for metric, _ in known], judged, strict=True))
    return [Glance(metric_called(card.metric), card, changes.get(card.metric)) for card in cards]


def has_line(figures: Sequence[Figure]) -> bool:
    """Whether figures over time make a line: three points at least."""
    return known_points(figures) > 2


def known_points(figures: Sequence[Figure]) -> int:
    """How many of the figures have a value."""
    return sum(figure.estimate.value is not None for figure in figures)


def clearest_first(found: Sequence[Glance]) -> list[Glance]:
    """Those that could be compared: clear changes first, the surest of them at the top."""
    compared = [one for one in found if one.change and one.change.value is not None]
    return sorted(compared, key=lambda one: _doubt(one.change))


def _doubt(change: Difference | None) -> tuple[bool, float]:
    return (True, 1.0) if change is None else (not change.is_significant, change.q_value or 0.0)
