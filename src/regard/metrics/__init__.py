"""Metrics: eight numbers about customers, each with its interval, its definition and the query that made it.

``measure(store, "nps", Slice(by="channel", every="month"))`` gives a :class:`Measurement`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from regard.metrics.model import Better, Definition, Estimate, Every, Figure, Measurement, Slice, Unit

if TYPE_CHECKING:
    from regard.metrics.asking import ask
    from regard.metrics.association import Association
    from regard.metrics.bounds import Bounded, Stratum, mean_bounds, nps_bounds, share_bounds, stratified_bounds
    from regard.metrics.calendar import WEEKDAYS, BusinessCalendar
    from regard.metrics.catalogue import CATALOGUE, COMPANIONS, METRICS, metric_called
    from regard.metrics.comparing import Compared, Comparison, changed, compare
    from regard.metrics.comparison import Change, Difference, difference, false_discoveries_controlled
    from regard.metrics.contract import Metric, Rule
    from regard.metrics.crosstabs import Cell, Crosstab, crosstab
    from regard.metrics.definitions import (
        Settings,
        define,
        definition_of,
        settings_for,
        settings_of,
        versions_of,
        versions_of_settings,
    )
    from regard.metrics.distributions import Distribution, choices, multiple_choices, numbers, rankings, ratings
    from regard.metrics.early_late import Asked, Drift, early_against_late
    from regard.metrics.explaining import Explained, explain
    from regard.metrics.funnel import Funnel, Step, Stop, drop_off
    from regard.metrics.measuring import Measured, measure, measure_many, measured
    from regard.metrics.order_value import currency_of
    from regard.metrics.overviews import Card, Overview, overview
    from regard.metrics.periods import Period, bounds_utc, following, parse_period, previous, starting, year_before
    from regard.metrics.raking import Balance, Raked, rake
    from regard.metrics.retention import Cohort, Cohorts, cohorts
    from regard.metrics.rows import Rows, rows_behind
    from regard.metrics.scope import breakdowns, time_span
    from regard.metrics.suppression import withheld_by_period
    from regard.metrics.survival import Survival, kaplan_meier
    from regard.metrics.weighing import design_effect

_WHERE = {
    "asking": ("ask",),
    "association": ("Association",),
    "bounds": ("Bounded", "Stratum", "mean_bounds", "nps_bounds", "share_bounds", "stratified_bounds"),
    "calendar": ("WEEKDAYS", "BusinessCalendar"),
    "catalogue": ("CATALOGUE", "COMPANIONS", "METRICS", "metric_called"),
    "comparing": ("Compared", "Comparison", "changed", "compare"),
    "comparison": ("Change", "Difference", "difference", "false_discoveries_controlled"),
    "contract": ("Metric", "Rule"),
    "crosstabs": ("Cell", "Crosstab", "crosstab"),
    "definitions": (
        "Settings",
        "define",
        "definition_of",
        "settings_for",
        "settings_of",
        "versions_of",
        "versions_of_settings",
    ),
    "distributions": ("Distribution", "choices", "multiple_choices", "numbers", "rankings", "ratings"),
    "early_late": ("Asked", "Drift", "early_against_late"),
    "explaining": ("Explained", "explain"),
    "funnel": ("Funnel", "Step", "Stop", "drop_off"),
    "measuring": ("Measured", "measure", "measure_many", "measured"),
    "order_value": ("currency_of",),
    "overviews": ("Card", "Overview", "overview"),
    "periods": ("Period", "bounds_utc", "following", "parse_period", "previous", "starting", "year_before"),
    "raking": ("Balance", "Raked", "rake"),
    "retention": ("Cohort", "Cohorts", "cohorts"),
    "rows": ("Rows", "rows_behind"),
    "scope": ("breakdowns", "time_span"),
    "suppression": ("withheld_by_period",),
    "survival": ("Survival", "kaplan_meier"),
    "weighing": ("design_effect",),
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
    "WEEKDAYS",
    "Asked",
    "Association",
    "Balance",
    "Better",
    "Bounded",
    "BusinessCalendar",
    "Card",
    "Cell",
    "Change",
    "Cohort",
    "Cohorts",
    "Compared",
    "Comparison",
    "Crosstab",
    "Definition",
    "Difference",
    "Distribution",
    "Drift",
    "Estimate",
    "Every",
    "Explained",
    "Figure",
    "Funnel",
    "Measured",
    "Measurement",
    "Metric",
    "Overview",
    "Period",
    "Raked",
    "Rows",
    "Rule",
    "Settings",
    "Slice",
    "Step",
    "Stop",
    "Stratum",
    "Survival",
    "Unit",
    "ask",
    "bounds_utc",
    "breakdowns",
    "changed",
    "choices",
    "cohorts",
    "compare",
    "crosstab",
    "currency_of",
    "define",
    "definition_of",
    "design_effect",
    "difference",
    "drop_off",
    "early_against_late",
    "explain",
    "false_discoveries_controlled",
    "following",
    "kaplan_meier",
    "mean_bounds",
    "measure",
    "measure_many",
    "measured",
    "metric_called",
    "multiple_choices",
    "nps_bounds",
    "numbers",
    "overview",
    "parse_period",
    "previous",
    "rake",
    "rankings",
    "ratings",
    "rows_behind",
    "settings_for",
    "settings_of",
    "share_bounds",
    "starting",
    "stratified_bounds",
    "time_span",
    "versions_of",
    "versions_of_settings",
    "withheld_by_period",
    "year_before",
]
