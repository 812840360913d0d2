"""What a question of a workspace gives back: it prints, shows as a table in a notebook, iterates and exports."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from regard.base import Invalid, Unavailable
from regard.base.words import said
from regard.metrics import Definition, Estimate, Figure, Measurement
from regard.report.tables import WITHHELD, aligned, csv_text, html_table
from regard.web import Format

_ESTIMATE = ("value", "low", "high", "n", "unit", "confidence", "n_effective", "withheld")


class Result:
    """A table with a title. ``columns()`` has the exact values; ``headings()`` and ``cells()`` what people read."""

    title: str
    sql: str = ""
    notes: Sequence[str] = ()

    def columns(self) -> dict[str, list[Any]]:
        """Exact values by column, all of one length."""
        raise NotImplementedError

    def headings(self) -> list[str]:
        return list(self.columns())

    def cells(self) -> list[list[str]]:
        return [[_plain(value) for value in row] for row in self._rows()]

    def records(self) -> list[dict[str, Any]]:
        """Exact values, row by row."""
        columns = self.columns()
        return [dict(zip(columns, row, strict=True)) for row in self._rows()]

    def document(self) -> dict[str, Any]:
        """Everything this result knows, as JSON values."""
        return {"title": self.title, "rows": self.records(), "notes": list(self.notes), "sql": self.sql}

    def to_json(self, indent: int | None = None) -> str:
        return json.dumps(self.document(), default=_json_value, indent=indent, ensure_ascii=False)

    def to_csv(self, path: str | Path | None = None) -> str:
        """The exact values as CSV that is safe in a spreadsheet; also written to ``path`` when there is one."""
        return _written(csv_text(list(self.columns()), self._rows()), path)

    def to_arrow(self) -> Any:
        """A ``pyarrow.Table`` of the exact values."""
        import pyarrow as pa

        return pa.table(self.columns())

    def to_pandas(self) -> Any:
        """A ``pandas.DataFrame`` of the exact values."""
        try:
            import pandas as pd
        except ImportError as error:
            raise Unavailable(said("pandas is not installed"), remedy=said("pip install regard[pandas]")) from error
        return pd.DataFrame(self.columns())

    def __len__(self) -> int:
        return len(self._rows())

    def __iter__(self) -> Iterator[Any]:
        return iter(self.records())

    def table(self) -> str:
        """Title and aligned table, without the notes."""
        return f"{self.title}\n\n{aligned(self.headings(), self.cells()) if len(self) else '(nothing)'}"

    def __repr__(self) -> str:
        return "\n".join([self.table(), *([""] if self.notes else []), *self.notes])

    def _repr_html_(self) -> str:
        return html_table(self.headings(), self.cells(), self.title)

    def _rows(self) -> list[tuple[Any, ...]]:
        return list(zip(*self.columns().values(), strict=True))


class Rows(Result):
    """Rows as they are kept, e.g. the interactions behind a figure."""

    def __init__(self, title: str, columns: Mapping[str, Sequence[Any]], sql: str = "", notes: Sequence[str] = ()):
        self.title, self.sql, self.notes = title, sql, notes
        self._columns = {name: list(values) for name, values in columns.items()}

    def columns(self) -> dict[str, list[Any]]:
        return self._columns


class Refused(Rows):
    """Refused rows. As CSV they are ready to be corrected and replayed."""

    def __init__(self, title: str, rows: Sequence[Mapping[str, Any]]):
        names = ("line", "reason", "column", "message", "raw")
        super().__init__(title, {name: [row[name] for row in rows] for name in names})
        self.rows = rows

    def headings(self) -> list[str]:
        return ["line", "reason", "column", "message"]

    def cells(self) -> list[list[str]]:
        return [[_plain(row[name]) for name in self.headings()] for row in self.rows]

    def to_csv(self, path: str | Path | None = None) -> str:
        from regard.collect import refused_csv

        return _written(refused_csv(self.rows), path)


class Figures(Result):
    """A metric measured: one figure, or one for each period and group.

    ``value``, ``low``, ``high`` and ``n`` are those of the only figure; ``for figure in result`` gives each
    :class:`~regard.metrics.Figure` with its estimate and companions.
    """

    def __init__(self, measurement: Measurement, shown: Format, name: str = ""):
        self.measurement, self._shown = measurement, replace(shown, currency=measurement.currency or shown.currency)
        self.sql, self.notes = measurement.sql, measurement.notes
        when = [] if measurement.slice.every else [period_in_words(self.figures[0] if self.figures else None, shown)]
        made_by = [f"definition {measurement.definition.version}", f"settings {measurement.settings['version']}"]
        self.title = " · ".join([name or measurement.metric, *when, *made_by])

    @property
    def definition(self) -> Definition:
        """The contract that was measured by."""
        return self.measurement.definition

    @property
    def figures(self) -> Sequence[Figure]:
        return self.measurement.figures

    @property
    def estimate(self) -> Estimate:
        """The only estimate there is; Invalid when there are several."""
        if len(self.figures) != 1:
            raise Invalid(
                said("there are {figures} figures here, not one", figures=len(self.figures)),
                remedy=said("iterate over them, or ask without by and every"),
            )
        return self.figures[0].estimate

    @property
    def value(self) -> float | None:
        return self.estimate.value

    @property
    def low(self) -> float | None:
        return self.estimate.low

    @property
    def high(self) -> float | None:
        return self.estimate.high

    @property
    def n(self) -> int:
        return self.estimate.n

    @property
    def parts(self) -> Mapping[str, Estimate]:
        """The companions of the only figure, by name."""
        _ = self.estimate
        return self.figures[0].parts

    @property
    def curve(self) -> Rows:
        """The share still open after each time, with its band (Kaplan–Meier): of ``resolution_time``, one figure."""
        _ = self.estimate
        made = self.figures[0].curve
        if made is None:
            raise Invalid(said("{metric} has no curve", metric=self.measurement.metric), field="metric")
        found = made()
        names = {"seconds": "times", "at_risk": "at_risk", "ended": "events", "still_open": "survival"}
        columns = {name: getattr(found, field).tolist() for name, field in names.items()}
        columns |= {"low": found.low.tolist(), "high": found.high.tolist()}
        return Rows(f"{self.title} · still open", columns, self.sql)

    def __iter__(self) -> Iterator[Figure]:
        return iter(self.figures)

    def __len__(self) -> int:
        return len(self.figures)

    def columns(self) -> dict[str, list[Any]]:
        figures, asked = self.figures, self.measurement.slice
        found: dict[str, list[Any]] = {}
        if any(figure.period for figure in figures):
            found["start"] = [figure.period[0] if figure.period else None for figure in figures]
            found["end"] = [figure.period[1] if figure.period else None for figure in figures]
        if asked.by:
            found[asked.by] = [figure.group for figure in figures]
        found |= {name: [_field(figure.estimate, name) for figure in figures] for name in _ESTIMATE}
        if "start" in found:
            found["is_partial"] = [figure.is_partial for figure in figures]
        for part in dict.fromkeys(name for figure in figures for name in figure.parts):
            for name in ("value", "low", "high", "n"):
                column = part if name == "value" else f"{part}_{name}"
                found[column] = [_field(figure.parts.get(part), name) for figure in figures]
        return found

    def headings(self) -> list[str]:
        asked = self.measurement.slice
        told = ["value", interval_heading(figure.estimate for figure in self.figures), "n"]
        if self._is_single:
            return ["figure", *told]
        return [*(["period"] if asked.every else []), *([asked.by] if asked.by else []), *told]

    def cells(self) -> list[list[str]]:
        if self._is_single:
            figure = self.figures[0]
            named = {self.measurement.metric: figure.estimate, **figure.parts}
            return [[name.replace("_", " "), *estimate_cells(one, self._shown)] for name, one in named.items()]
        return [self._row(figure) for figure in self.figures]

    def document(self) -> dict[str, Any]:
        measured = self.measurement
        asked = {name: value for name, value in asdict(measured.slice).items() if value}
        return {
            "metric": measured.metric,
            "better": measured.better,
            "definition": {"version": self.definition.version, "rules": dict(self.definition.rules)},
            "settings": dict(measured.settings),
            "slice": asked,
            "figures": [_figure_document(figure) for figure in self.figures],
            "notes": list(measured.notes),
            "sql": measured.sql,
        }

    @property
    def _is_single(self) -> bool:
        asked = self.measurement.slice
        return len(self.figures) == 1 and not asked.by and not asked.every

    def _row(self, figure: Figure) -> list[str]:
        asked = self.measurement.slice
        start, end = figure.period or (None, None)
        period = [self._shown.timed(start, asked.every, end, figure.is_partial) if start else ""] if asked.every else []
        group = [_plain(figure.group)] if asked.by else []
        return [*period, *group, *estimate_cells(figure.estimate, self._shown)]


def interval_heading(estimates: Iterable[Estimate]) -> str:
    """What the intervals are called: all of one table have one confidence."""
    return f"{next(iter(estimates)).confidence:.0%} interval"


def period_in_words(figure: Figure | None, shown: Format) -> str:
    """The days that a figure is about."""
    if figure is None or figure.period is None:
        return "all data"
    start, end = figure.period
    return shown.period(start, None, end)


def estimate_cells(estimate: Estimate, shown: Format) -> list[str]:
    """Value, interval and n of an estimate, as people read them."""
    if estimate.withheld:
        return [WITHHELD, "", ""]
    low, high = estimate.low, estimate.high
    interval = "" if low is None or high is None else shown.range(low, high, estimate.unit)
    return [shown.value(estimate.value, estimate.unit), interval, shown.number(estimate.n, 0)]


def _written(text: str, path: str | Path | None) -> str:
    if path is not None:
        Path(path).write_text(text, encoding="utf-8", newline="")
    return text


def _figure_document(figure: Figure) -> dict[str, Any]:
    period = {"start": figure.period[0], "end": figure.period[1]} if figure.period else None
    parts = {name: asdict(part) for name, part in figure.parts.items()}
    told = {"period": period, "is_partial": figure.is_partial, "group": figure.group}
    return {**told, **asdict(figure.estimate), "parts": parts}


def _field(estimate: Estimate | None, name: str) -> Any:
    value = getattr(estimate, name, None)
    return str(value) if name == "unit" and value is not None else value


def _plain(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds")
    if isinstance(value, float):
        return f"{value:.6g}"
    return str(value)


def _json_value(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    return value.item() if hasattr(value, "item") else str(value)
