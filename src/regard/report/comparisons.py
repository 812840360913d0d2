"""Two periods or groups compared, and a change explained, as tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from regard.metrics import Change, Compared, Comparison, Explained, metric_called
from regard.report.results import Result, estimate_cells
from regard.web import Format

WORDS = {
    Change.UP: "up",
    Change.DOWN: "down",
    Change.NO_CLEAR_CHANGE: "no clear change",
    Change.NOT_ENOUGH_DATA: "not enough data",
}
ALL = "all"


class Differences(Result):
    """A metric in ``a`` and in ``b``, overall and by group; ``value``, ``low``, ``high``, ``p_value`` of the whole."""

    def __init__(self, comparison: Comparison, shown: Format):
        self.comparison, self._shown = comparison, shown
        self.sql, self.notes = comparison.sql, comparison.notes
        self.definition = comparison.definition
        self.title = f"{metric_called(comparison.metric).title}, {comparison.a} → {comparison.b}"

    @property
    def value(self) -> float | None:
        return self.comparison.overall.difference.value

    @property
    def low(self) -> float | None:
        return self.comparison.overall.difference.low

    @property
    def high(self) -> float | None:
        return self.comparison.overall.difference.high

    @property
    def p_value(self) -> float | None:
        return self.comparison.overall.difference.p_value

    def columns(self) -> dict[str, list[Any]]:
        pairs = self._pairs
        found: dict[str, list[Any]] = {self._by: [pair.group for pair in pairs]} if self.comparison.groups else {}
        for side in ("before", "after"):
            estimates = [getattr(pair, side).estimate for pair in pairs]
            for name in ("value", "low", "high", "n", "withheld"):
                found[f"{side}_{name}"] = [getattr(estimate, name) for estimate in estimates]
        for name in ("value", "low", "high", "p_value", "q_value", "is_significant"):
            column = f"difference_{name}" if name in ("value", "low", "high") else name
            found[column] = [getattr(pair.difference, name) for pair in pairs]
        return found | {
            "change": [str(pair.difference.change) for pair in pairs],
            "unit": [str(pair.difference.unit) for pair in pairs],
        }

    def headings(self) -> list[str]:
        confidence = f"{self.comparison.overall.difference.confidence:.0%} interval"
        by = [self._by] if self.comparison.groups else []
        sides = [self.comparison.a, "n", self.comparison.b, "n"]
        return [*by, *sides, "difference", confidence, "p", "in words"]

    def cells(self) -> list[list[str]]:
        return [self._row(pair) for pair in self._pairs]

    @property
    def _by(self) -> str:
        return self.comparison.slice.by or ""

    @property
    def _pairs(self) -> Sequence[Compared]:
        return [self.comparison.overall, *self.comparison.groups]

    def _row(self, pair: Compared) -> list[str]:
        found, unit = pair.difference, str(pair.difference.unit)
        before, after = (estimate_cells(figure.estimate, self._shown) for figure in (pair.before, pair.after))
        interval = between(found.low, found.high, unit, self._shown)
        group = [] if not self.comparison.groups else [ALL if pair is self.comparison.overall else pair.group or "–"]
        change = self._shown.change(found.value, unit)
        return [
            *group,
            before[0],
            before[2],
            after[0],
            after[2],
            change,
            interval,
            _p(found.p_value),
            WORDS[found.change],
        ]


class Reasons(Result):
    """Why a metric changed: each group's part by who answered (mix) and by how they answered (rate); they sum to it."""

    def __init__(self, explained: Explained, shown: Format):
        self.explained, self._shown = explained, shown
        self.sql, self.notes = explained.sql, explained.notes
        self.definition = explained.definition
        self.title = f"{metric_called(explained.metric).title}, {explained.a} → {explained.b}, by {explained.by}"

    @property
    def value(self) -> float:
        """The difference that the parts sum to."""
        return self.explained.split.difference

    def columns(self) -> dict[str, list[Any]]:
        groups = self.explained.split.groups
        found: dict[str, list[Any]] = {self.explained.by: [one.group for one in groups]}
        for part in ("mix", "rate"):
            for name in ("value", "low", "high"):
                column = part if name == "value" else f"{part}_{name}"
                found[column] = [getattr(getattr(one, part), name) for one in groups]
        for name in ("share_before", "share_after", "mean_before", "mean_after", "n_before", "n_after"):
            found[name] = [getattr(one, name) for one in groups]
        return found

    def headings(self) -> list[str]:
        return [self.explained.by, "share before", "after", "mix", "rate", "together", "interval of rate"]

    def cells(self) -> list[list[str]]:
        split, percent = self.explained.split, self._shown.percent
        groups = sorted(split.groups, key=lambda one: -abs(one.value))
        named = [(one.group or "–", percent(one.share_before), percent(one.share_after), one) for one in groups]
        rows = [[*name, *self._parts(one.mix.value, one.rate, one.value)] for *name, one in named]
        return [*rows, [ALL, "", "", *self._parts(split.mix.value, split.rate, split.difference)]]

    def _parts(self, mix: float, rate: Any, together: float) -> list[str]:
        unit = str(self.explained.unit)
        parts = [self._shown.change(value, unit) for value in (mix, rate.value, together)]
        return [*parts, between(rate.low, rate.high, unit, self._shown)]


def between(low: float | None, high: float | None, unit: str, shown: Format) -> str:
    """The interval of a difference, both ends with their sign."""
    return "" if low is None or high is None else f"{shown.change(low, unit)} … {shown.change(high, unit)}"


def _p(value: float | None) -> str:
    if value is None:
        return ""
    return "<0.001" if value < 0.001 else f"{value:.3f}"
