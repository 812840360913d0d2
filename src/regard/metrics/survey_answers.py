"""Gathering answers: how often each score was given, scale by scale. CSAT, NPS and CES read the same counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np

from regard.base.words import said
from regard.metrics import intervals
from regard.metrics.answers import Answers
from regard.metrics.asking import ask, remembered
from regard.metrics.contract import Gathered, Rule, Rules, one_of, text_or_nothing
from regard.metrics.model import Estimate, Unit
from regard.metrics.periods import bounds_utc, starting
from regard.metrics.questions import PART, WHOLE, Grain, answers_question, touchpoint_question
from regard.metrics.scope import Scope, Window, conditions
from regard.stream import Answer

Row = tuple[float, float, float, float]
"""A score, how many gave it, the sum of their weights, and of their squared weights."""

COUNTED = ("answers", "weights", "squares")

MOST_SHARES = 11
"""Scales with more values than this get no share for each value."""

TOUCHPOINT = Rule(
    "touchpoint",
    "Overall",
    "The touchpoint whose answers are about the whole experience. Where there are any, the headline counts only them "
    "and answers without a touchpoint; nothing here counts every answer alike.",
    text_or_nothing,
)

WEIGHTS = Rule("weights", "use", "Whether an answer's weight counts, or every answer alike.", one_of("use", "ignore"))

RULES = (TOUCHPOINT, WEIGHTS)


@dataclass(frozen=True)
class Scale:
    """What a question could be answered with, and which end is good (None: not said)."""

    low: float
    high: float
    orientation: str | None = None

    @property
    def name(self) -> str:
        """As people write it.

        >>> Scale(0, 10).name
        '0-10'
        """
        return f"{self.low:g}-{self.high:g}"


@dataclass
class Tally:
    """One cell's answers, scale by scale; ``unusable`` counts those without a scale or off it."""

    scales: dict[Scale, list[Row]] = field(default_factory=dict)
    unusable: int = 0

    def answers(self, scale: Scale) -> Answers:
        """The answers on one scale."""
        return merged(self.scales.get(scale, ()))

    def is_on(self, scale: Scale) -> bool:
        return scale in self.scales


def merged(rows: Iterable[Row]) -> Answers:
    """Rows as answers; rows of the same score are added up."""
    sums: dict[float, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
    for score, *counts in rows:
        sums[score] = [have + more for have, more in zip(sums[score], counts, strict=True)]
    return Answers.of((score, *counts) for score, counts in sums.items())


def joined(many: Iterable[Answers]) -> Answers:
    """Several sets of answers, which must already be on one scale, as one."""
    return merged(
        (float(s), float(c), float(w), float(q))
        for one in many
        for s, c, w, q in zip(one.scores, one.counts, one.weights, one.squares, strict=True)
    )


def scales_of(whole: Sequence[Tally]) -> list[Scale]:
    """Every scale that was used in any cell, the most used first."""
    used: dict[Scale, float] = defaultdict(float)
    for tally in whole:
        for scale, rows in tally.scales.items():
            used[scale] += sum(row[1] for row in rows)
    return sorted(used, key=lambda scale: -used[scale])


def unweighted(answers: Answers) -> Answers:
    """The same answers, each counting once."""
    return Answers(answers.scores, answers.counts, answers.counts, answers.counts)


def unweighted_part(answers: Answers, estimate: Callable[[Answers], Estimate]) -> dict[str, Estimate]:
    """What the figure would be without weights; nothing where answers carry none."""
    if np.array_equal(answers.counts, answers.weights):
        return {}
    return {"unweighted": estimate(unweighted(answers))}


def ease_or_index(tally: Tally, is_reversed: Mapping[Scale, bool]) -> Answers:
    """Every answer on 0–100, where 100 is the good end: the only form in which scales may be pooled."""
    return joined(
        tally.answers(scale).rescaled(scale.low, scale.high, is_reversed=is_reversed[scale]) for scale in tally.scales
    )


def raw_parts(tally: Tally, scales: Sequence[Scale]) -> dict[str, Estimate]:
    """The published mean and each answer's share, where one scale was used everywhere: scales do not mix."""
    if len({(scale.low, scale.high) for scale in scales}) != 1:
        return {}
    low, high = scales[0].low, scales[0].high
    answers = joined(tally.answers(scale) for scale in tally.scales)
    return {"mean": intervals.mean(answers, (low, high)), **shares_of(answers, low, high)}


def shares_of(answers: Answers, low: float, high: float) -> dict[str, Estimate]:
    """The distribution: ``answer_4`` is the share that answered 4."""
    values = np.arange(low, high + 1)
    if len(values) > MOST_SHARES or not set(answers.scores) <= set(values):
        return {}
    return {f"answer_{value:g}": intervals.share_of(answers, answers.scores == value) for value in values}


def index(answers: Answers) -> Estimate:
    """The mean of answers on 0–100."""
    return intervals.mean(answers, (0.0, 100.0), Unit.INDEX)


MOST_CUTS = 6
"""Edges of windows inside a period that one question divides it by."""


# --- asking --------------------------------------------------------------------------------------------------------


def gather(metric: str, scope: Scope) -> Gathered:
    """Ask once for every survey metric that is looked at together, and keep this metric's rows."""
    if not scope.windows:
        return Gathered({}, "")
    wanted = {key: _touchpoint(scope, rules) for key, rules in scope.rules.items() if "touchpoint" in rules}
    grain = _grain(scope)
    limits, given = conditions(scope, _around(scope.windows))
    answer = ask(scope.store, answers_question(wanted, limits, given, scope.slice.by, grain))
    rows = remembered(scope.store, f"answers by metric {answer.sql}", lambda: _by_metric(answer)).get(metric, [])
    touchpoint = wanted[metric]
    if touchpoint is None or not _has_answers_about(scope, metric, touchpoint, rows):
        return Gathered(_cells(metric, scope, rows, grain), answer.sql, _left_out(rows))
    whole = [row for row in rows if row["about"] != PART]
    return Gathered(_cells(metric, scope, whole, grain), answer.sql, [*_notes(touchpoint), *_left_out(whole)])


def counts_only_the_whole(scope: Scope, metric: str) -> str | None:
    """The touchpoint that the headline counts, where it counts no other."""
    touchpoint = _touchpoint(scope, scope.rules[metric])
    found = touchpoint is not None and len(ask(scope.store, touchpoint_question(metric, touchpoint, scope.slice.as_of)))
    return touchpoint if found else None


def _notes(touchpoint: str) -> list[str]:
    return [said("Counts answers about the whole experience (touchpoint {touchpoint}).", touchpoint=touchpoint)]


def _left_out(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    unusable = sum(int(row["answers"]) for row in rows if not _is_usable(row))
    if not unusable:
        return []
    return [said("Left out: answers without a scale or off it ({count}).", count=unusable)]


def _touchpoint(scope: Scope, rules: Rules) -> str | None:
    is_asked_for = scope.slice.by == "touchpoint" or "touchpoint" in scope.slice.where
    return None if is_asked_for else rules["touchpoint"]


def _has_answers_about(scope: Scope, metric: str, touchpoint: str, rows: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the workspace has answers about the whole: mostly the rows tell; else the store is asked."""
    about = {row["about"] for row in rows}
    if WHOLE in about or PART not in about:
        return WHOLE in about
    return len(ask(scope.store, touchpoint_question(metric, touchpoint, scope.slice.as_of))) > 0


def _around(windows: Sequence[Window]) -> Window:
    """The window that holds them all."""
    starts, ends = [first for first, _ in windows], [last for _, last in windows]
    start = None if None in starts else min(day for day in starts if day)
    return start, None if None in ends else max(day for day in ends if day)


def _grain(scope: Scope) -> Grain | None:
    """As coarse as adds up to every window: one window alone needs no periods, a few that begin or end inside a period
    cut it, many take days."""
    if len(scope.windows) == 1:
        return None
    zone, every = scope.settings.time_zone, scope.slice.every
    edges = sorted({day for window in scope.windows for day in window if day})
    cuts = [day for day in edges if every is None or starting(day, every) != day]
    if every is None or len(cuts) > MOST_CUTS:
        return Grain("day", zone)
    return Grain(every, zone, [(day, bounds_utc((day, day), zone)[0]) for day in cuts])


def _cells(
    metric: str, scope: Scope, rows: Iterable[Mapping[str, Any]], grain: Grain | None
) -> dict[tuple[Window, str | None], Tally]:
    cells: dict[tuple[Window, str | None], Tally] = {}
    weighs = scope.rules[metric]["weights"] == "use"
    holding: dict[date | None, list[Window]] = {}
    for row in rows:
        group = (row["part"] or "") if scope.slice.by else None
        day = row["period"] if grain else None
        if day not in holding:
            holding[day] = list(_windows_with(scope.windows, day))
        for window in holding[day]:
            _count(cells.setdefault((window, group), Tally()), row, weighs=weighs)
    return cells


def _by_metric(answer: Answer) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in answer.rows():
        found[row["metric"]].append(row)
    return found


def _windows_with(windows: Sequence[Window], day: date | None) -> Iterable[Window]:
    if day is None:
        return windows
    return (one for one in windows if (one[0] is None or one[0] <= day) and (one[1] is None or day < one[1]))


def _count(tally: Tally, row: Mapping[str, Any], *, weighs: bool) -> None:
    if not _is_usable(row):
        tally.unusable += int(row["answers"])
        return
    scale = Scale(row["scale_min"], row["scale_max"], row["orientation"])
    counts = (float(row[name]) for name in (COUNTED if weighs else COUNTED[:1] * 3))
    tally.scales.setdefault(scale, []).append((row["score"], *counts))


def _is_usable(row: Mapping[str, Any]) -> bool:
    """On a scale that is said."""
    low, high, score = row["scale_min"], row["scale_max"], row["score"]
    numbers = isinstance(low, float) and isinstance(high, float) and isinstance(score, float)
    return numbers and low <= score <= high and low < high
