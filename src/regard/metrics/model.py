"""The nouns of measuring: a definition, an estimate, a measurement. Pure: no store, no framework."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from regard.metrics.survival import Survival

Better = Literal["higher", "lower"]
Every = Literal["day", "week", "month", "quarter", "year"]


class Unit(StrEnum):
    """What an estimate's number means. Shares are kept 0–1 and shown as per cent; points are -100…100."""

    SHARE = "share"
    POINTS = "points"
    SCORE = "score"
    INDEX = "index"
    SECONDS = "seconds"
    COUNT = "count"
    MONEY = "money"


@dataclass(frozen=True)
class Estimate:
    """A number that never travels without its uncertainty.

    ``value``, ``low`` and ``high`` are in ``unit`` (see :class:`Unit`); ``n`` is how many answers, customers or
    tickets it rests on, ``n_effective`` what they are worth after weighting. ``value`` is ``None`` when nothing was
    counted; ``withheld`` says why a number that exists is not shown (e.g. ``"below_minimum_n"``).
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    unit: Unit
    confidence: float = 0.95
    n_effective: float | None = None
    withheld: str | None = None


@dataclass(frozen=True)
class Definition:
    """The contract of one metric: what is counted, by which rules. A change makes a new version.

    ``rules`` are the metric's own settings (scale cut, re-contact window, active days…): JSON values only.
    """

    metric: str
    version: int
    rules: Mapping[str, Any]
    made_at: datetime | None = None
    made_by: str | None = None


@dataclass(frozen=True)
class Slice:
    """What to measure: break-down, period, filter, as known when. The same object behind page, API and notebook.

    ``start``/``end`` are local dates of the workspace's time zone, half-open; ``where`` maps a column or property to
    the value (or values) wanted; ``as_of`` is an instant: rows received later are not seen. ``settings`` is a version
    of the workspace's settings (time zone, minimum n, business hours…) to measure by; None: the newest.
    """

    by: str | None = None
    every: Every | None = None
    start: date | None = None
    end: date | None = None
    where: Mapping[str, str | Sequence[str] | None] = field(default_factory=dict)
    as_of: datetime | None = None
    settings: int | None = None

    def __post_init__(self) -> None:
        """Whatever a filter wants is compared as text."""
        object.__setattr__(self, "where", {name: _as_text(wanted) for name, wanted in self.where.items()})


def _as_text(wanted: Any) -> str | list[str] | None:
    if wanted is None or isinstance(wanted, str):
        return wanted
    if isinstance(wanted, Iterable):
        return [str(_as_text(one)) for one in wanted]
    return str(wanted).lower() if isinstance(wanted, bool) else str(wanted)


@dataclass(frozen=True)
class Figure:
    """One measured cell: a period and a group (either may be absent), the headline estimate and its companions.

    ``parts`` holds what the metric offers beside its headline, by name (e.g. ``promoters``, ``published``,
    ``median``): each an :class:`Estimate`. ``is_partial`` says that the dates asked for, or the data, cut the period
    short: the figure is of a part of it and never called different from a whole one. ``curve`` works out the whole
    distribution of a time until something happens, where the metric has one.
    """

    estimate: Estimate
    parts: Mapping[str, Estimate] = field(default_factory=dict)
    period: tuple[date, date] | None = None
    group: str | None = None
    is_partial: bool = False
    curve: Callable[[], Survival] | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Measurement:
    """A metric measured over a slice: figures, the definition used, the SQL that was run, and plain-word notes.

    ``settings`` are those of the workspace that it was made by (time zone, kind, minimum n, calendar… and their
    ``version``); ``currency`` what its money is in (None: no money, or nobody said).
    """

    metric: str
    definition: Definition
    slice: Slice
    figures: Sequence[Figure]
    sql: str
    better: Better | None
    notes: Sequence[str] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    currency: str | None = None
