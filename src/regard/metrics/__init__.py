"""Metrics: eight numbers about customers, each with its interval, its definition and the query that made it.

``measure(store, "nps", Slice(by="channel", every="month"))`` gives a :class:`Measurement`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from regard.metrics.model import Better, Definition, Estimate, Every, Figure, Measurement, Slice, Unit

if TYPE_CHECKING:
    from regard.metrics.catalogue import CATALOGUE, COMPANIONS, METRICS, metric_called
    from regard.metrics.contract import Metric, Rule
    from regard.metrics.definitions import Settings, define, definition_of, settings_of, versions_of
    from regard.metrics.measure import measure, measure_many
    from regard.metrics.periods import parse_period
    from regard.metrics.scope import breakdowns, time_span

_WHERE = {
    "catalogue": ("CATALOGUE", "COMPANIONS", "METRICS", "metric_called"),
    "contract": ("Metric", "Rule"),
    "definitions": ("Settings", "define", "definition_of", "settings_of", "versions_of"),
    "measure": ("measure", "measure_many"),
    "periods": ("parse_period",),
    "scope": ("breakdowns", "time_span"),
}
_HOME = {name: module for module, names in _WHERE.items() for name in names}


def __getattr__(name: str) -> Any:
    """Verbs are imported when first used: looking at a figure needs no syntax trees and no arrays."""
    if name not in _HOME:
        raise AttributeError(name)
    value = getattr(import_module(f"regard.metrics.{_HOME[name]}"), name)
    globals()[name] = value
    return value


__all__ = [
    "CATALOGUE",
    "COMPANIONS",
    "METRICS",
    "Better",
    "Definition",
    "Estimate",
    "Every",
    "Figure",
    "Measurement",
    "Metric",
    "Rule",
    "Settings",
    "Slice",
    "Unit",
    "breakdowns",
    "define",
    "definition_of",
    "measure",
    "measure_many",
    "metric_called",
    "parse_period",
    "settings_of",
    "time_span",
    "versions_of",
]
