"""The eight numbers of a workspace in one table, and its retention cohorts in another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from regard.metrics import Cohorts, Figure, Measurement, metric_called
from regard.report.results import Result, estimate_cells, interval_heading, period_in_words
from regard.report.tables import WITHHELD
from regard.web import Format


class Summary(Result):
    """Each metric's headline with its interval and n; ``summary["nps"]`` is the whole :class:`Measurement`."""

    def __init__(self, measured: Mapping[str, Measurement], shown: Format, name: str):
        self.measured, self._shown, self.title = measured, shown, name
        self._figures = {key: one.figures[-1] for key, one in measured.items()}
        self.sql = "\n\n".join(dict.fromkeys(one.sql for one in measured.values()))
        counted = [one for one in measured.values() if one.figures[-1].estimate.value is not None]
        self.notes = list(dict.fromkeys(note for one in counted for note in one.notes))

    def __getitem__(self, metric: str) -> Measurement:
        return self.measured[metric]

    def columns(self) -> dict[str, list[Any]]:
        facts = [asdict(figure.estimate) for figure in self._figures.values()]
        periods = [figure.period or (None, None) for figure in self._figures.values()]
        found: dict[str, list[Any]] = {"metric": list(self._figures)}
        found |= {"start": [start for start, _ in periods], "end": [end for _, end in periods]}
        found["is_partial"] = [figure.is_partial for figure in self._figures.values()]
        for name in ("value", "low", "high", "n", "unit", "confidence", "withheld"):
            found[name] = [str(fact[name]) if name == "unit" else fact[name] for fact in facts]
        return found

    def headings(self) -> list[str]:
        interval = interval_heading(figure.estimate for figure in self._figures.values())
        return ["metric", "value", interval, "n", "period"]

    def cells(self) -> list[list[str]]:
        return [
            [metric_called(key).title, *estimate_cells(figure.estimate, self._shown), self._period(figure)]
            for key, figure in self._figures.items()
        ]

    def _period(self, figure: Figure) -> str:
        return "" if figure.estimate.value is None else period_in_words(figure, self._shown)


class CohortTable(Result):
    """One row for each month of first activity: how many customers, and how many came back in month 1, 2, …"""

    title = "Customers by the month they were first active, and the share active again"

    def __init__(self, found: Cohorts, shown: Format):
        self.cohorts, self.sql, self._shown = found.cohorts, found.sql, shown
        self._months = max((len(cohort.back) for cohort in found.cohorts), default=0)

    def columns(self) -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = {"start": [cohort.start for cohort in self.cohorts]}
        found["customers"] = [None if cohort.withheld else cohort.size for cohort in self.cohorts]
        for month in range(1, self._months):
            backs = [() if cohort.withheld else cohort.back for cohort in self.cohorts]
            found[f"month_{month}"] = [back[month] if month < len(back) else None for back in backs]
        return found | {"withheld": [cohort.withheld for cohort in self.cohorts]}

    def headings(self) -> list[str]:
        return ["first active", "customers", *(f"+{month}" for month in range(1, self._months))]

    def cells(self) -> list[list[str]]:
        rows = []
        for cohort in self.cohorts:
            known = [share.value for share in cohort.shares()[1:]]
            shares = ["" if value is None else self._shown.percent(value, 0) for value in known]
            shares += [""] * (self._months - 1 - len(shares))
            size = WITHHELD if cohort.withheld else self._shown.number(cohort.size, 0)
            rows.append([self._shown.period(cohort.start, "month"), size, *shares])
        return rows
