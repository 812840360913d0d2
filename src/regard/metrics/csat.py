"""Customer satisfaction (CSAT)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from regard.metrics import intervals, survey_answers
from regard.metrics.answers import Answers
from regard.metrics.contract import Later, Metric, Reading, Rule, Rules
from regard.metrics.model import Estimate, Unit
from regard.metrics.survey_answers import RULES, Scale, Tally, index, raw_parts, scales_of, unweighted_part

USUAL_CUTS = {"1-5": 4, "1-7": 6, "1-10": 9, "0-10": 9}


def _cuts(value: Any) -> str | None:
    fits = isinstance(value, Mapping) and all(
        isinstance(cut, int | float) and not isinstance(cut, bool) and _is_scale(name, cut)
        for name, cut in value.items()
    )
    return None if fits else 'map scales to the least satisfied answer, e.g. {"1-5": 4}'


def _is_scale(name: str, cut: float) -> bool:
    low, _, high = str(name).partition("-")
    return low.isdigit() and high.isdigit() and int(low) < cut <= int(high)


def cut_of(scale: Scale, rules: Rules) -> float:
    """The least answer that counts as satisfied, on the scale's own numbers; three quarters up where no rule says.

    >>> cut_of(Scale(1, 5), {"top": USUAL_CUTS}), cut_of(Scale(0, 100), {"top": USUAL_CUTS})
    (4, 75.0)
    """
    kept: dict[str, float] = rules["top"]
    return kept.get(scale.name, scale.low + 0.75 * (scale.high - scale.low))


def units(tally: Tally, rules: Rules, whole: Sequence[Tally] = ()) -> Answers:
    """1 for a satisfied answer, else 0."""
    return survey_answers.joined(
        _satisfied(tally.answers(scale), scale, cut_of(scale, rules)) for scale in tally.scales
    )


def _satisfied(answers: Answers, scale: Scale, cut: float) -> Answers:
    reached = answers.scores >= cut
    if scale.orientation == "lower":
        reached = answers.scores <= scale.low + scale.high - cut
    return survey_answers.merged(
        (float(is_top), float(c), float(w), float(q))
        for is_top, c, w, q in zip(reached, answers.counts, answers.weights, answers.squares, strict=True)
    )


def read(tally: Tally, rules: Rules, whole: Sequence[Tally]) -> Reading:
    verdicts = units(tally, rules)
    return Reading(_share(verdicts), Later(lambda: _beside(tally, verdicts, whole)))


def _beside(tally: Tally, verdicts: Answers, whole: Sequence[Tally]) -> dict[str, Estimate]:
    is_reversed = {scale: scale.orientation == "lower" for scale in tally.scales}
    ways = {scale.orientation or "higher" for scale in scales_of(whole)}
    parts = raw_parts(tally, scales_of(whole)) if len(ways) == 1 else {}
    published = {"published": parts["mean"]} if "mean" in parts else {}
    ease = index(survey_answers.ease_or_index(tally, is_reversed))
    return published | {"index": ease} | unweighted_part(verdicts, _share) | parts


def _share(verdicts: Answers) -> Estimate:
    return intervals.share_of(verdicts, np.asarray(verdicts.scores == 1))


METRIC = Metric(
    key="csat",
    title="Customer satisfaction (CSAT)",
    unit=Unit.SHARE,
    better="higher",
    about="The share of answers at the top of their scale: 4–5 on 1–5, 6–7 on 1–7, 9–10 on 1–10 and 0–10, unless the "
    "definition says otherwise.",
    formula="satisfied answers ÷ answers. Published beside it: the mean of the answers, and moved to 0–100.",
    interval="Wilson's score interval for the share, the score interval for means; weighted, n is (Σw)²/Σw².",
    source="Wilson 1927, JASA 22; Kish 1965, Survey Sampling.",
    reads=("Survey Answered",),
    rules=(Rule("top", USUAL_CUTS, "The least satisfied answer on each scale.", _cuts), *RULES),
    gather=partial(survey_answers.gather, "csat"),
    read=read,
    units=units,
    nothing=Tally,
    family="answers",
)
