"""Customer effort score (CES): the raw answer is kept; the orientation says which end is easy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from regard.base.words import said
from regard.metrics import intervals, survey_answers
from regard.metrics.answers import Answers
from regard.metrics.contract import Gathered, Metric, Reading, Rule, Rules
from regard.metrics.model import Better, Unit
from regard.metrics.scope import Scope
from regard.metrics.survey_answers import RULES, Scale, Tally, ease_or_index, index, raw_parts, scales_of

USUAL_ORIENTATIONS = {"1-5": "lower", "1-7": "higher"}


def _orientations(value: Any) -> str | None:
    fits = isinstance(value, Mapping) and set(value.values()) <= {"higher", "lower"}
    return None if fits else said('map scales to the easy end, e.g. {"1-5": "lower", "1-7": "higher"}')


def easy_end(scale: Scale, rules: Rules) -> Better:
    """Which end is easy: what the answer says, else what is usual on its scale (CES 1.0: 1 is easy; CES 2.0: 7 is).

    >>> easy_end(Scale(1, 5), {"orientation": USUAL_ORIENTATIONS}), easy_end(Scale(1, 5, "higher"), {"orientation": {}})
    ('lower', 'higher')
    """
    end: Better = scale.orientation or rules["orientation"].get(scale.name, "higher")  # type: ignore[assignment]
    return end


def _ease(tally: Tally, rules: Rules) -> Answers:
    return ease_or_index(tally, {scale: easy_end(scale, rules) == "lower" for scale in tally.scales})


def is_mixed(rules: Rules, whole: Sequence[Tally]) -> bool:
    """Whether raw answers must not be averaged: more than one scale, or one scale both ways round."""
    return len({(scale.low, scale.high, easy_end(scale, rules)) for scale in scales_of(whole)}) > 1


def units(tally: Tally, rules: Rules, whole: Sequence[Tally]) -> Answers:
    """The raw answer; its ease on 0–100 where scales are mixed."""
    if is_mixed(rules, whole):
        return _ease(tally, rules)
    return survey_answers.joined(tally.answers(scale) for scale in tally.scales)


def read(tally: Tally, rules: Rules, whole: Sequence[Tally]) -> Reading:
    ease = index(_ease(tally, rules))
    if is_mixed(rules, whole):
        return Reading(ease, {"ease_index": ease})
    parts = raw_parts(tally, scales_of(whole))
    headline = parts.get("mean", intervals.nothing(Unit.SCORE))
    return Reading(headline, {"published": headline, "ease_index": ease, **parts})


def direction(rules: Rules, whole: Sequence[Tally]) -> Better | None:
    """Which way is better for the headline."""
    scales = scales_of(whole)
    return "higher" if is_mixed(rules, whole) or not scales else easy_end(scales[0], rules)


def gather(scope: Scope) -> Gathered:
    """Answers, and a note where the headline has to be the index."""
    found = survey_answers.gather("ces", scope)
    whole = list(found.cells.values())
    if not is_mixed(scope.rules["ces"], whole):
        return found
    used = ", ".join(dict.fromkeys(scale.name for scale in scales_of(whole)))
    note = said(
        "Answers were asked on different scales ({used}); they are compared as an ease index, 100 is no effort.",
        used=used,
    )
    return Gathered(found.cells, found.sql, [*found.notes, note])


METRIC = Metric(
    key="ces",
    title="Customer effort score (CES)",
    unit=Unit.SCORE,
    better=None,
    about="How much effort customers say something took. On 1–5, 1 is very low effort; in the 1–7 agreement form, 7 is "
    "easy: which end is good belongs to each answer.",
    formula="mean of the answers. Beside it the ease index: each answer moved to 0–100, where 100 is no effort; the "
    "only form that is pooled or compared across scales.",
    interval="Score interval for a mean on a bounded scale.",
    source="Dixon, Freeman and Toman 2010, Harvard Business Review (CES 1.0); Owen 1988, Biometrika 75.",
    reads=("Survey Answered",),
    rules=(
        Rule("orientation", USUAL_ORIENTATIONS, "The easy end of each scale, where answers do not say.", _orientations),
        *RULES,
    ),
    gather=gather,
    read=read,
    units=units,
    nothing=Tally,
    direction=direction,
    family="answers",
)
