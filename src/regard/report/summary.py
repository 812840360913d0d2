"""The eight numbers of a workspace in one table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from regard.metrics import Measurement, metric_called
from regard.report.results import Result, estimate_cells, interval_heading
from regard.web import Format


class Summary(Result):
    """Each metric's headline with its interval and n; ``summary["nps"]`` is the whole :class:`Measurement`."""

    def __init__(self, measured: Mapping[str, Measurement], shown: Format, name: str):
        self.measured, self._shown, self.title = measured, shown, name
        self._figures = {key: one.figures[-1] for key, one in measured.items()}
        self.sql = "\n\n".join(dict.fromkeys(one.sql for one in measured.values()))
        self.notes = [f"{key}: {note}" for key, one in measured.items() for note in one.notes]

    def __getitem__(self, metric: str) -> Measurement:
        return self.measured[metric]

    def columns(self) -> dict[str, list[Any]]:
        facts = [asdict(figure.estimate) for figure in self._figures.values()]
        periods = [figure.period or (None, None) for figure in self._figures.values()]
        found: dict[str, list[Any]] = {"metric": list(self._figures)}
        found |= {"start": [start for start, _ in periods], "end": [end for _, end in periods]}
        for name in ("value", "low", "high", "n", "unit", "confidence", "withheld"):
            found[name] = [str(fact[name]) if name == "unit" else fact[name] for fact in facts]
        return found

    def headings(self) -> list[str]:
        return ["metric", "value", interval_heading(figure.estimate for figure in self._figures.values()), "n"]

    def cells(self) -> list[list[str]]:
        return [
            [metric_called(key).title, *estimate_cells(figure.estimate, self._shown)]
            for key, figure in self._figures.items()
        ]
