"""A measurement as a page shows it: points of a line, rows of a break-down, cards. Pure: no store, no framework."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from regard.metrics import (
    Better,
    Cohort,
    Difference,
    Estimate,
    Figure,
    Measurement,
    Survival,
    difference,
    false_discoveries_controlled,
)
from regard.web import (
    Change,
    ChangeShown,
    Chart,
    Format,
    Point,
    Row,
    breakdown,
    contributions,
    distribution,
    gettext_noop,
    heat_map,
    show_change,
    trend,
)

NO_CLEAR_DIFFERENCE = gettext_noop("no clear difference")
TOO_FEW = gettext_noop("too few to show")
SORTS = ("value", "n", "name")
MOST_ROWS = 40
"""Most groups that a break-down draws; the table and the export have all of them."""


def tone(change: float | None, better: Better | None, is_significant: bool) -> str:
    """ "good" or "bad" where a change is significant and one end of the metric is good, else nothing.

    >>> tone(-3.0, "lower", True)
    'good'
    """
    if not change or not is_significant or better is None:
        return ""
    return "good" if (change > 0) == (better == "higher") else "bad"


def as_change(found: Difference, better: Better | None, versus: str) -> Change:
    """A difference as the chip of a card."""
    verdict = {"good": True, "bad": False}.get(tone(found.value, better, found.is_significant))
    return Change(found.value, found.is_significant, verdict, versus)


def told(found: Difference, better: Better | None, unit: str, versus: str, fmt: Format) -> ChangeShown | None:
    """A difference between groups as a chip: nobody changed, so nothing is said of change."""
    if found.value is None:
        return None
    shown = show_change(as_change(found, better, versus), unit, fmt)
    return shown if found.is_significant else replace(shown, words=fmt.say(NO_CLEAR_DIFFERENCE))


# --- over time -----------------------------------------------------------------------------------------------------


def points(figures: Sequence[Figure]) -> list[Point]:
    """A line's points; a step that is significant among all of them (false discoveries controlled) is marked."""
    timed = [(figure, figure.period) for figure in figures if figure.period]
    marked = significant_steps([figure for figure, _ in timed])
    return [
        Point(start, one.value, one.low, one.high, None if one.withheld else one.n, is_marked, end, figure.is_partial)
        for (figure, (start, end)), is_marked in zip(timed, marked, strict=True)
        for one in (figure.estimate,)
    ]


def significant_steps(figures: Sequence[Figure]) -> list[bool]:
    """Which figures differ clearly from the one before them, both of whole periods."""
    whole = [place for place, (one, two) in enumerate(pairwise(figures), 1) if not (one.is_partial or two.is_partial)]
    steps = [difference(figures[place - 1].estimate, figures[place].estimate) for place in whole]
    judged = dict(zip(whole, false_discoveries_controlled(steps), strict=True))
    return [place in judged and judged[place].is_significant for place in range(len(figures))]


def line(figures: Sequence[Figure], name: str, every: str, fmt: Format) -> Chart:
    """The trend of a metric, with its band."""
    unit = str(figures[0].estimate.unit) if figures else "index"
    return trend(points(figures), title=name, unit=unit, fmt=fmt, every=every)


# --- by group ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Group:
    """One row of a break-down: the group, its figure, and how it differs from all the others together."""

    key: str
    name: str
    estimate: Estimate
    versus_rest: Difference | None = None
    tone: str = ""


def groups(
    measured: Measurement, rest: Mapping[str, Difference], empty: str, better: Better | None = None
) -> list[Group]:
    """The rows of a break-down; ``rest`` has each group's difference from the others, ``empty`` names the nameless."""
    found = []
    for figure in measured.figures:
        key = figure.group or ""
        apart = rest.get(key)
        mark = tone(apart.value, better or measured.better, apart.is_significant) if apart else ""
        found.append(Group(key, key or empty, figure.estimate, apart, mark))
    return found


def arranged(found: Sequence[Group], sort: str, find: str) -> list[Group]:
    """Those whose name contains ``find``, by ``value``, ``n`` or ``name``; a leading ``-`` turns the order round."""
    needle = find.casefold()
    kept = [group for group in found if needle in group.name.casefold()]
    name = sort.lstrip("-")
    keys: dict[str, Callable[[Group], tuple[object, ...]]] = {
        "value": lambda group: (group.estimate.value or 0.0,),
        "n": lambda group: (group.estimate.n,),
        "name": lambda group: (group.name.casefold(),),
    }
    known = [group for group in kept if name == "name" or group.estimate.value is not None]
    unknown = [group for group in kept if group not in known]
    return sorted(known, key=keys.get(name, keys["n"]), reverse=sort.startswith("-")) + unknown


def dots(found: Sequence[Group], title: str, fmt: Format, whole: Estimate, all_together: str, note: str) -> Chart:
    """A break-down as dots with intervals; those clearly different from the rest carry ``note`` beside the colour."""
    known = [group for group in found if group.estimate.value is not None][:MOST_ROWS]
    rows = [
        Row(group.name, one.value, one.low, one.high, one.n, group.tone, _note(group, note))
        for group in known
        for one in (group.estimate,)
    ]
    unit = str(whole.unit)
    return breakdown(rows, title=title, unit=unit, fmt=fmt, reference=whole.value, reference_name=all_together)


def _note(group: Group, note: str) -> str:
    return note if group.versus_rest and group.versus_rest.is_significant else ""


# --- why ------------------------------------------------------------------------------------------------------------


def largest_first(parts: Sequence[Row]) -> list[Row]:
    """The parts of a difference that did most, first."""
    return sorted(parts, key=lambda part: -abs(part.value or 0.0))


def bars(parts: Sequence[Row], title: str, unit: str, better: Better | None, fmt: Format) -> Chart:
    """What each part did to a difference; coloured where its own interval leaves out zero."""
    toned = [replace(part, tone=tone(part.value, better, _leaves_out_zero(part))) for part in parts]
    return contributions(largest_first(toned)[:MOST_ROWS], title=title, unit=unit, fmt=fmt)


def _leaves_out_zero(part: Row) -> bool:
    return part.low is not None and part.high is not None and not part.low <= 0 <= part.high


# --- what only some metrics have -------------------------------------------------------------------------------------


def shares_given(parts: Mapping[str, Estimate], title: str, fmt: Format) -> Chart | None:
    """How the answers spread over their scale, or nothing where a metric has no answers."""
    found = {name.removeprefix("answer_"): part for name, part in parts.items() if name.startswith("answer_")}
    rows = [
        Row(name, part.value, part.low, part.high, round((part.value or 0.0) * part.n)) for name, part in found.items()
    ]
    return distribution(rows, title=title, fmt=fmt) if any(row.value for row in rows) else None


def window_curve(parts: Mapping[str, Estimate], title: str, days: tuple[str, str], fmt: Format) -> Chart | None:
    """A share against the length of its window (``within_7_days``…)."""
    found = {int(name.split("_")[1]): part for name, part in parts.items() if re.fullmatch(r"within_\d+_days", name)}
    curve = [
        Point(fmt.count_of(days, length), part.value, part.low, part.high, part.n)
        for length, part in sorted(found.items())
        if part.value is not None
    ]
    return trend(curve, title=title, unit="share", fmt=fmt) if len(curve) > 1 else None


PACES = (60, 300, 900, 1800, 3600, 7200, 14400, 43200, 86400, 172800, 604800, 1209600, 2592000, 7776000)
MOST_STEPS = 120


def still_open(curve: Survival, title: str, fmt: Format) -> Chart | None:
    """The share still open after each time, at even steps, for as long as enough are watched to draw it."""
    end = curve.last_time_with(max(FEWEST_AT_RISK, math.ceil(curve.n / 50)))
    step = next((pace for pace in PACES if end / pace <= MOST_STEPS), PACES[-1])
    times = [step * place for place in range(int(end // step) + 1)]
    if len(times) < 3:
        return None
    drawn = [
        Point(fmt.duration(time), one.value, one.low, one.high, curve.still_at_risk(time))
        for time in times
        for one in (curve.survival_at(time),)
    ]
    return trend(drawn, title=title, unit="share", fmt=fmt)


FEWEST_AT_RISK = 5


def cohort_map(cohorts: Sequence[Cohort], title: str, corner: str, months: int, fmt: Format) -> Chart | None:
    """Cohorts by the month they began, and the share of each that was back every month after it."""
    rows = [
        (
            f"{fmt.axis_period(one.start, 'month')} · {fmt.say(TOO_FEW) if one.withheld else fmt.number(one.size, 0)}",
            [share.value for share in one.shares()][1:],
        )
        for one in cohorts[-months:]
    ]
    longest = max((len(shares) for _, shares in rows), default=0)
    if not longest:
        return None
    columns = [fmt.number(month, 0) for month in range(1, longest + 1)]
    padded = [(name, [*shares, *[None] * (longest - len(shares))]) for name, shares in rows]
    return heat_map(columns, padded, title=title, corner=corner, fmt=fmt)
