"""Which responses a page is about: filters that stand in its address, and whether few enough are left to be known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import numpy as np

from regard.report.responses.collected import Collected
from regard.report.responses.columns import FACTS, Mask
from regard.surveys import Respondent

WEIGHTS = ("none", "sampling", "raked")
CAPS = ("3", "5", "8")
"""The most a raked weight may be, in mean weights; 5 is usual (DeBell and Krosnick 2009)."""


@dataclass(frozen=True)
class Chosen:
    """What somebody chose; empty: no matter. ``first`` and ``last`` are days of the workspace, both included;
    ``cap`` is the most that a raked weight may be."""

    version: str = ""
    language: str = ""
    way: str = ""
    touchpoint: str = ""
    first: str = ""
    last: str = ""
    flagged: str = ""
    state: str = ""
    weights: str = ""
    cap: str = ""

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Chosen:
        """From an address; what cannot be used is left out.

        >>> Chosen.of({"way": "email", "first": "soon", "weights": "gold"}).query()
        '?way=email'
        """
        found = {field.name: given.get(field.name, "").strip()[:200] for field in fields(cls)}
        for name in ("first", "last"):
            found[name] = found[name] if _day(found[name]) else ""
        found["weights"] = found["weights"] if found["weights"] in WEIGHTS[1:] else ""
        found["cap"] = found["cap"] if found["cap"] in CAPS else ""
        return cls(**found)

    def query(self, **changes: str) -> str:
        """As the query of an address."""
        one = replace(self, **changes) if changes else self
        pairs = [(field.name, value) for field in fields(one) if (value := getattr(one, field.name))]
        return "?" + urlencode(pairs) if pairs else ""

    @property
    def is_narrowed(self) -> bool:
        """Whether only some respondents are chosen (by who they are, or when they came)."""
        return any(getattr(self, name) for name in (*FACTS, "first", "last"))

    @property
    def quality(self) -> Chosen:
        """Only what says which responses are good enough to count."""
        return Chosen(flagged=self.flagged, state=self.state)

    def mask(self, collected: Collected, zone: str) -> Mask:
        if not (self.is_narrowed or self.flagged or self.state):
            return np.ones(collected.n, dtype=bool)
        return collected.mask(lambda one: self.holds(one, ZoneInfo(zone)))

    def holds(self, one: Respondent, zone: ZoneInfo) -> bool:
        """Whether a response is meant."""
        if any(wanted and wanted != FACTS[name](one) for name, wanted in self._facts()):
            return False
        if (self.flagged == "without" and one.flags) or (self.state == "complete" and not one.is_complete):
            return False
        return self._is_in_time(one.started_at, zone)

    def _facts(self) -> list[tuple[str, str]]:
        return [(name, getattr(self, name)) for name in FACTS]

    def _is_in_time(self, at: datetime, zone: ZoneInfo) -> bool:
        first, last = _day(self.first), _day(self.last)
        if not (first or last):
            return True
        day = at.astimezone(zone).date()
        return (first is None or first <= day) and (last is None or day < last + timedelta(days=1))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def is_telling(chosen: Chosen, collected: Collected, mask: Mask, least: int) -> bool:
    """Whether so few are left, or left out, that somebody could be recognised.

    As with filters of metrics: every crossing of what was chosen about respondents must be empty or large enough, or
    one of them follows from the others. Days, flags and completeness are not told of a person.
    """
    if not chosen.is_narrowed:
        return False
    if 0 < int(mask.sum()) < least:
        return True
    wanted = [(name, value) for name, value in chosen._facts() if value]
    passing = Counter(tuple(FACTS[name](one) == value for name, value in wanted) for one in collected.responses)
    return any(n < least for n in passing.values()) if wanted else False
