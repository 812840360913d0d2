"""What those who did not answer leave open: bounds of each score, and early against late answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from regard.metrics import Asked, Bounded, Drift, Funnel, early_against_late, mean_bounds
from regard.report.responses.collected import Collected
from regard.report.responses.columns import Floats
from regard.report.responses.figures import Cuts, asked_of
from regard.report.responses.items import Item

ENOUGH = 30
"""Fewer answers carry no trend from early to late."""


@dataclass(frozen=True)
class Silence:
    """A score among those who were invited: whatever the silent think; and if they are no happier than the last.

    ``assumed`` is None where too few answered to tell how those who came last think; ``is_lower_better`` turns the
    assumption round, for a score whose low end is the good one.
    """

    item: Item
    whatever: Bounded
    assumed: Bounded | None
    drift: Drift | None
    last: float | None = None


def silence_of(
    collected: Collected, silent: Mapping[float, int], cuts: Cuts, *, is_weighted: bool = False
) -> list[Silence]:
    """Every score of the survey. ``collected`` are the responses of people who were invited; ``silent`` maps each
    weight to how many invited of that weight sent nothing; who left a question out is silent on it."""
    asked = {item.key: found for item in collected.items if (found := asked_of(collected, item, cuts)) is not None}
    weights = np.array([one.weight if is_weighted else 1.0 for one in collected.responses], dtype=float)
    drifts = _drifts(collected, asked, weights, sum(silent.values()))
    told: list[Silence] = []
    for key, question in asked.items():
        item = collected.item(key)
        if item is not None and not np.isnan(np.asarray(question.values, dtype=float)).all():
            rest = _silent(question, weights, silent, is_weighted=is_weighted)
            told.append(_silence(item, question, weights, rest, drifts.get(key)))
    return told


def _silence(item: Item, asked: Asked, weights: Floats, silent: Floats | int, drift: Drift | None) -> Silence:
    answers = asked.answers(weights)
    whatever = mean_bounds(answers, silent, asked.scale, asked.unit)
    last = drift.late.value if drift and drift.late.n >= ENOUGH // 3 else None
    if last is None or not whatever.width:
        return Silence(item, whatever, None, drift)
    is_low_good = getattr(item.question, "orientation", "higher") == "lower" and item.metric != "csat"
    between = (last, asked.scale[1]) if is_low_good else (asked.scale[0], last)
    assumed = mean_bounds(answers, silent, asked.scale, asked.unit, between=between)
    return Silence(item, whatever, assumed, drift, last)


def _silent(asked: Asked, weights: Floats, silent: Mapping[float, int], *, is_weighted: bool) -> Floats | int:
    """Those who sent nothing, and those who left this question out: their weights, or how many where all are alike."""
    left_out = weights[np.isnan(np.asarray(asked.values, dtype=float))]
    if not is_weighted:
        return int(sum(silent.values()) + len(left_out))
    nothing = np.repeat(np.array(list(silent), dtype=float), np.array(list(silent.values()), dtype=int))
    rest = np.concatenate([nothing, left_out])
    return rest if len(rest) else 0


def _drifts(collected: Collected, asked: Mapping[str, Asked], weights: Floats, silent: int) -> dict[str, Drift]:
    waited = np.array([np.nan if one.waited_seconds is None else one.waited_seconds for one in collected.responses])
    known = ~np.isnan(waited)
    if int(known.sum()) < ENOUGH or not asked:
        return {}
    inside = {key: Asked(np.asarray(one.values, dtype=float)[known], one.scale, one.unit) for key, one in asked.items()}
    rate = collected.n / (collected.n + silent)
    return {drift.name: drift for drift in early_against_late(inside, waited[known], rate, weights[known])}


def funnel_of(collected: Collected, sent: int, bounced: int, opened: int) -> Funnel:
    """The way of those who were invited; ``collected`` are their responses.

    Who was screened out, or came after a quota was full, is not eligible and stands in no rate (AAPOR, 2023).
    """
    wanted = collected.only(collected.mask(lambda one: one.is_eligible))
    unwanted = collected.n - wanted.n
    return Funnel.of(
        sent=max(sent - unwanted, wanted.n),
        delivered=max(sent - bounced - unwanted, 0),
        opened=max(opened - unwanted, 0),
        started=wanted.n,
        answered=int(wanted.has_answers.sum()),
        completed=int(wanted.is_complete.sum()),
    )
