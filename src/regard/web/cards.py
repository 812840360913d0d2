"""The figure card: what stands on it, in words, before any template. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from regard.web.charts import Chart, interval_bar, sparkline
from regard.web.formats import ENGLISH, Format, Shown, gettext_noop, ngettext

WITHHELD = {
    "below_minimum_n": gettext_noop("Too few to show without pointing at somebody."),
    "would_reveal_another_group": gettext_noop("Held back: it would give away a smaller group."),
}


@dataclass(frozen=True)
class Change:
    """The difference from another period, in the metric's unit; ``is_better`` is ``None`` where neither end is good."""

    difference: float | None
    is_significant: bool
    is_better: bool | None = None
    versus: str = gettext_noop("than the period before")


@dataclass(frozen=True)
class Card:
    """One metric on the overview.

    ``estimate`` is anything with value, low, high, n and unit; ``bounds`` are the ends of its bar (a share's are 0–1,
    points' −100…100); ``of`` counts what it rests on; ``spark`` holds the last periods' values, oldest first, of which
    the last may be of a period cut short (``ends_in_part``).
    """

    name: str
    estimate: Any
    url: str = ""
    how_url: str = ""
    change: Change | None = None
    spark: Sequence[float | None] = ()
    ends_in_part: bool = False
    bounds: tuple[float, float] | None = None
    of: tuple[str, str] = ngettext("{n} response", "{n} responses")
    note: str = ""

    def shown(self, fmt: Format = ENGLISH) -> Shown:
        return fmt.estimate(self.estimate, self.of)

    def withheld(self, fmt: Format = ENGLISH) -> str:
        """Why there is no number, in words; empty when there is one."""
        reason = getattr(self.estimate, "withheld", None)
        if reason:
            return fmt.say(WITHHELD.get(reason, reason))
        return fmt.say(gettext_noop("Nothing was counted in this time.")) if self.estimate.value is None else ""

    def bar(self, fmt: Format = ENGLISH) -> Chart | None:
        ends = self.bounds or _BOUNDS.get(str(self.estimate.unit))
        if not ends or self.withheld(fmt):
            return None
        estimate = self.estimate
        return interval_bar(estimate.value, estimate.low, estimate.high, *ends, title=self.shown(fmt).interval)

    def line(self, fmt: Format = ENGLISH) -> Chart | None:
        if len([value for value in self.spark if value is not None]) < 2:
            return None
        title = fmt.say(gettext_noop("{name}, last periods"), name=self.name)
        return sparkline(self.spark, title=title, ends_in_part=self.ends_in_part)


_BOUNDS = {"share": (0.0, 1.0), "points": (-100.0, 100.0), "index": (0.0, 100.0)}


@dataclass(frozen=True)
class ChangeShown:
    """A change as a chip: its icon, tone, number and meaning in words."""

    icon: str
    tone: str
    number: str
    words: str


def show_change(change: Change, unit: str, fmt: Format = ENGLISH) -> ChangeShown:
    """ "Up" or "down", "better" or "worse" are said only of what is significant.

    >>> show_change(Change(0.7, is_significant=False), "points").words
    'no clear change'
    """
    number = fmt.change(change.difference, unit)
    if not change.is_significant or not change.difference:
        return ChangeShown("minus", "", number, fmt.say(gettext_noop("no clear change")))
    icon = "trending-up" if change.difference > 0 else "trending-down"
    verdicts = {
        True: gettext_noop("clearly better"),
        False: gettext_noop("clearly worse"),
        None: gettext_noop("clear change"),
    }
    verdict, versus = fmt.say(verdicts[change.is_better]), fmt.say(change.versus)
    words = fmt.say(gettext_noop("{verdict} {versus}"), verdict=verdict, versus=versus) if versus else verdict
    return ChangeShown(icon, {True: "good", False: "bad", None: ""}[change.is_better], number, words)
