"""A workspace as an analyst holds it: load files into it, ask it for numbers. No server, no framework.

>>> cx = open_workspace(":memory:")
>>> cx.nps().n
0
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypedDict, Unpack
from zoneinfo import ZoneInfo

from regard.base import Invalid, NotFound
from regard.base.words import said
from regard.metrics import (
    METRICS,
    Definition,
    Every,
    Slice,
    cohorts,
    compare,
    currency_of,
    define,
    definition_of,
    explain,
    measure,
    measure_many,
    metric_called,
    parse_period,
    rows_behind,
    settings_for,
    settings_of,
)
from regard.report.filters import quick_period
from regard.report.questions import extent_of, usual_period
from regard.report.results import Figures, Refused, Rows
from regard.report.summary import Summary
from regard.stream import OpenedStore, Question, Record, open_store
from regard.stream.compose import select
from regard.web import Format

if TYPE_CHECKING:
    from regard.collect import LoadResult
    from regard.report.comparisons import Differences, Reasons
    from regard.report.summary import CohortTable

Paths = str | Path | Sequence[str | Path]
Day = date | str
Where = Mapping[str, "str | Sequence[str] | None"]


class Asked(TypedDict, total=False):
    """What to measure. Dates are local to the workspace; ``end`` is not included; ``period`` stands for both.

    ``settings`` is a version of the workspace's settings to measure by, instead of the newest.
    """

    by: str | None
    every: Every | None
    start: Day | None
    end: Day | None
    period: str | None
    where: Where | None
    as_of: datetime | str | None
    settings: int | None


def _metric(name: str, about: str) -> Callable[..., Figures]:
    def ask(self: Workspace, *, version: int | None = None, **asked: Unpack[Asked]) -> Figures:
        return self.measure(name, version=version, **asked)

    ask.__name__ = ask.__qualname__ = name
    ask.__doc__ = f"{about} Takes by, every, start, end, period, where, as_of, settings and version."
    return ask


class Workspace:
    """One workspace file, open. Use it in a ``with`` block, or close it.

    Raises the errors of :mod:`regard.base`, each one sentence with the field and the remedy.
    """

    csat = _metric("csat", "Customer satisfaction: the share of satisfied answers, with the mean beside it.")
    nps = _metric("nps", "Net promoter score: promoters less detractors, −100 to 100.")
    ces = _metric("ces", "Customer effort score, with the ease index beside it.")
    retention = _metric("retention", "Retention rate: customers kept of those there at the start.")
    churn = _metric("churn", "Churn rate: customers lost of those there at the start.")
    fcr = _metric("fcr", "First contact resolution: tickets resolved in the first interaction.")
    resolution_time = _metric("resolution_time", "Average resolution time, with the median, and open tickets counted.")
    referral_rate = _metric("referral_rate", "Referral rate: customers who referred somebody.")
    first_response = _metric("first_response", "First response time: how long until an agent first replied.")
    repeat_contact = _metric("repeat_contact", "Repeat-contact rate: tickets followed by another of the customer.")
    handovers = _metric("handovers", "Hand-overs per ticket.")
    complaints = _metric("complaints", "Complaint share.")
    response_rate = _metric("response_rate", "Response rate of surveys: AAPOR's RR1, with RR2 to RR4 beside it.")
    order_value = _metric("order_value", "Average order value.")
    customer_value = _metric("customer_value", "Customer lifetime value to date: revenue less refunds per customer.")

    def __init__(self, store: OpenedStore, path: str):
        self.store, self.path = store, path

    # --- what it is --------------------------------------------------------------------------------------------

    @property
    def settings(self) -> Mapping[str, Any]:
        """What the workspace says about itself: name, time zone, currency, minimum n, source and licence…"""
        found = settings_of(self.store)
        own = {name: getattr(found, name) for name in ("time_zone", "kind", "minimum_n", "currency", "calendar")}
        return {**found.facts, **own}

    @property
    def name(self) -> str:
        """The name people gave it, or else that of its file."""
        return str(self.settings.get("name") or Path(self.path).stem)

    @property
    def size(self) -> int:
        """How many interactions it holds."""
        return int(self.store.ask(Question("size", select("count(*) AS n").from_("interactions")))["n"][0])

    # --- files in ----------------------------------------------------------------------------------------------

    def load(self, paths: Paths, **options: Any) -> LoadResult:
        """Load files by a mapping: ``mapping=`` a TOML file (see :func:`regard.collect.load` for the rest)."""
        from regard.collect import load

        return load(self.store, paths, **options)

    def loads(self) -> Rows:
        """Every load, oldest first: when, which files, how many rows were new, known and refused."""
        kept = self.store.kept("load")
        return Rows("loads", load_columns(kept))

    def refused(self, load: str | None = None) -> Refused:
        """The rows that a load (the latest, unless named) refused, with reason, column and the row as it came."""
        from regard.collect import refused_rows

        load_id = self._load_called(load)
        return Refused(f"rows refused by load {load_id}", refused_rows(self.store, load_id))

    def replay(self, load: str | None = None, *, rows: Any = None, mapping: Any = None) -> LoadResult:
        """Load refused rows again: corrected ``rows`` (a CSV file, or dictionaries), or by another mapping."""
        from regard.collect import corrected, read_mapping, replay

        rows = corrected(Path(rows).read_bytes()) if isinstance(rows, str | Path) else rows
        mapping = read_mapping(Path(mapping)) if isinstance(mapping, str | Path) else mapping
        return replay(self.store, self._load_called(load), rows, mapping=mapping)

    # --- questions ---------------------------------------------------------------------------------------------

    def measure(self, metric: str, *, version: int | None = None, **asked: Unpack[Asked]) -> Figures:
        """Measure any metric by its name, by an old ``version`` of its definition where one is given.

        A figure also depends on the settings of the workspace: ``settings`` measures by an old version of them. Both
        numbers stand in the title of every result.
        """
        used = definition_of(self.store, metric, version)
        measured = measure(self.store, metric, self._slice(asked), definition=used)
        return Figures(measured, self._shown, metric_called(metric).title)

    def compare(
        self, metric: str, a: str, b: str, *, version: int | None = None, **asked: Unpack[Asked]
    ) -> Differences:
        """The difference of a metric between two periods, with its interval; ``by`` compares every group, too.

        Where ``a`` and ``b`` are groups of ``by``, those two groups are compared.
        """
        from regard.report.comparisons import Differences

        used = definition_of(self.store, metric, version)
        return Differences(compare(self.store, metric, a, b, self._slice(asked), definition=used), self._shown)

    def explain(self, metric: str, a: str, b: str, *, version: int | None = None, **asked: Unpack[Asked]) -> Reasons:
        """Why a metric differs from period ``a`` to ``b``: each group's size (mix) and answers (rate)."""
        from regard.report.comparisons import Reasons

        used = definition_of(self.store, metric, version)
        return Reasons(explain(self.store, metric, a, b, self._slice(asked), definition=used), self._shown)

    def rows(self, metric: str, *, limit: int = 100, version: int | None = None, **asked: Unpack[Asked]) -> Rows:
        """The interactions that a figure rests on, newest first, at most ``limit``."""
        used = definition_of(self.store, metric, version)
        found = rows_behind(self.store, metric, self._slice(asked), definition=used, limit=limit)
        return Rows(f"{metric_called(metric).title}: the rows behind it", found.columns, found.sql)

    def cohorts(self, **asked: Unpack[Asked]) -> CohortTable:
        """Customers by the month in which they were first active, and the share active in every later month."""
        from regard.report.summary import CohortTable

        return CohortTable(cohorts(self.store, self._slice(asked)), self._shown)

    def overview(self, **asked: Unpack[Asked]) -> Summary:
        """The eight metrics at once; those that read the same interactions share one question.

        Without a period they are of the one that the overview page opens with.
        """
        slice = self._slice(asked)
        if slice.start is None and slice.end is None:
            start, end = self._usual_period(slice.settings)
            slice = replace(slice, start=start, end=end)
        found = measure_many(self.store, [metric.key for metric in METRICS], slice)
        return Summary(found, self._shown, self.name)

    def _usual_period(self, version: int | None) -> tuple[date | None, date | None]:
        settings = settings_for(self.store, version)
        extent = extent_of(self.store, settings)
        name = usual_period(self.store, extent, settings.time_zone) if extent else "all"
        return quick_period(name, extent) if extent and name != "all" else (None, None)

    # --- rules -------------------------------------------------------------------------------------------------

    def definition(self, metric: str, version: int | None = None) -> Definition:
        """By which rules a metric is measured: the newest version, or the one asked for."""
        return definition_of(self.store, metric, version)

    def define(self, metric: str, **rules: Any) -> Definition:
        """Change rules of a metric; the definition becomes a new version, and older ones stay."""
        return define(self.store, metric, rules)

    # --- open and close ----------------------------------------------------------------------------------------

    def close(self) -> None:
        """Let go of the file."""
        self.store.close()

    def __enter__(self) -> Workspace:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<regard workspace {self.path}: {self.size:,} interactions>"

    def _load_called(self, load: str | None) -> str:
        if load is not None and not self.store.kept("load", load):
            raise NotFound(said("there is no load {load_id}", load_id=load), field="load")
        return load or self._latest_load()

    def _latest_load(self) -> str:
        found = max(self.store.kept("load"), key=lambda record: str(record.made_at), default=None)
        if found is None:
            raise NotFound(said("nothing has been loaded into this workspace yet"), field="load")
        return found.key

    # --- inside ------------------------------------------------------------------------------------------------

    @property
    def _shown(self) -> Format:
        return Format(time_zone=self.settings["time_zone"], currency=currency_of(self.store) or "")

    def _slice(self, asked: Asked) -> Slice:
        given: dict[str, Any] = dict(asked)
        start, end = _span(given.pop("period", None), given.pop("start", None), given.pop("end", None))
        as_of = given.pop("as_of", None)
        where = given.pop("where", None) or {}
        unknown = set(given) - {"by", "every", "settings"}
        if unknown:
            raise Invalid(
                said("there is no argument {unknown}", unknown=repr(min(unknown))),
                field=min(unknown),
                remedy=_ARGUMENTS,
            )
        return Slice(start=start, end=end, where=where, as_of=self._instant(as_of), **given)

    def _instant(self, given: Any) -> datetime | None:
        """An aware instant; a clock time without a zone is the workspace's."""
        if given is None:
            return None
        instant: datetime = _read(datetime, given, "as_of")
        return instant if instant.tzinfo else instant.replace(tzinfo=ZoneInfo(self.settings["time_zone"]))


_ARGUMENTS = f"use {', '.join(Asked.__annotations__)}"


def open_workspace(path: str | Path) -> Workspace:
    """Open a workspace file, made when it is not there; ``":memory:"`` for one that is kept nowhere.

    While another process has the file open, that process is asked.
    """
    return Workspace(open_store(path), str(path))


def load_columns(kept: Sequence[Record]) -> dict[str, list[Any]]:
    """The records of loads as columns."""
    found: dict[str, list[Any]] = {"load": [record.key for record in kept]}
    found["at"] = [record.made_at for record in kept]
    found["files"] = [", ".join(file["name"] for file in record.body.get("files", ())) for record in kept]
    for name in ("new", "known", "refused"):
        found[name] = [record.body.get(name) for record in kept]
    return found


def _span(period: Any, start: Any, end: Any) -> tuple[date | None, date | None]:
    if period is None:
        return _read(date, start, "start"), _read(date, end, "end")
    if start is not None or end is not None:
        raise Invalid(said("give period, or start and end, not both"), field="period")
    return parse_period(period)


def _read(kind: Any, given: Any, field: str) -> Any:
    if given is None or isinstance(given, kind):
        return given
    try:
        return kind.fromisoformat(given)
    except (TypeError, ValueError):
        raise Invalid(
            said("{given} is not a date", given=repr(given)), field=field, remedy=said("write it as 2016-12-31")
        ) from None
