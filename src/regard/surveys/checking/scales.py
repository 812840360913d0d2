"""Scales and lists: what makes answers wrong to count, or hard to give."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any, Final

import regex

from regard.base.words import said
from regard.surveys.checking.finding import ERROR, NOTE, WARNING, Finding, Severity
from regard.surveys.editing import own_text
from regard.surveys.model import (
    Base,
    Checkbox,
    Choices,
    Chosen,
    Matrix,
    MultipleText,
    Questionnaire,
    RadioGroup,
    Rating,
    TextLine,
    choice,
    questions_of,
)
from regard.surveys.offering import MOST_DRAWN

MOST_CHOICES: Final = 25
MOST_ROWS: Final = 10
_MOMENTS: Final = ("date", "time", "datetime-local")
MOST_POINTS: Final = {"labels": 11, "stars": 7, "smileys": 5}
_TURNED: Final = {
    "higher": said("the wording says that more is better, the scale says that less is"),
    "lower": said("the wording says that less is better, the scale says that more is"),
}
CES: Final = {(1, 7, "higher"), (1, 5, "lower")}
"""CES 2.0 (CEB, 2013) asks how easy it was; CES 1.0 (Dixon, Freeman & Toman, 2010) how much effort it took."""
EASE: Final = re.compile(
    r"\b(easy|easier|ease|agree|łatw\w*|ułatwi\w*|zgadz\w*|лег\w*|прост\w*|соглас\w*|ușor\w*|ușura\w*|acord)\b|轻松|容易|同意",
    re.IGNORECASE,
)
EFFORT: Final = re.compile(
    r"\b(effort|difficult\w*|wysił\w*|trudn\w*|усили\w*|трудн\w*|efort\w*|dificil\w*)\b|精力|困难|费力", re.IGNORECASE
)


def check_scales(questionnaire: Questionnaire) -> Iterator[Finding]:
    """What is wrong with single scales and lists, and how the scales of a survey fit together."""
    for question in questions_of(questionnaire):
        for check in _OF.get(type(question), ()):
            yield from check(question, questionnaire.locale)
        yield from _rules(question)
    yield from _together(questionnaire)


def _at(question: Base, code: str, severity: Severity, message: str, remedy: str) -> Finding:
    return Finding(code, severity, message, remedy, question.name, "question")


# --- one scale --------------------------------------------------------------------------------------------------------


def _rating(question: Rating, own: str) -> Iterator[Finding]:
    low, high = question.rate_min, question.rate_max
    if low >= high:
        yield _at(
            question,
            "scale_reversed",
            ERROR,
            said("the scale goes from {low} to {high}", low=low, high=high),
            said("its least value must be smaller than its greatest"),
        )
        return
    yield from _points(question, high - low + 1)
    has_ends = bool(question.min_rate_description and question.max_rate_description)
    if not has_ends and question.rate_type != "smileys":
        severity: Severity = WARNING if question.rate_type == "labels" else NOTE
        yield _at(
            question,
            "ends_unlabelled",
            severity,
            said("the ends of the scale say nothing"),
            said("say what {low} and {high} mean", low=low, high=high),
        )


def _points(question: Rating, points: int) -> Iterator[Finding]:
    if points > (most := MOST_POINTS[question.rate_type]):
        yield _at(
            question,
            "too_many_points",
            ERROR if points > MOST_DRAWN else WARNING,
            said("the scale has {n} points", n=points),
            said("{most} are as many as people tell apart in this form", most=most),
        )
    elif points % 2 == 0 and question.metric != "nps" and points < 10:
        yield _at(
            question,
            "no_middle",
            NOTE,
            said("the scale has {n} points and so no middle", n=points),
            said("people without an opinion must lean to a side; an odd number lets them stand"),
        )


def _metric(question: Rating, own: str) -> Iterator[Finding]:
    low, high = question.rate_min, question.rate_max
    if question.metric == "nps" and ((low, high) != (0, 10) or question.orientation != "higher"):
        yield _at(
            question,
            "nps_scale",
            ERROR,
            said("NPS is counted from a scale of 0 to 10, more is better"),
            said("this one is {low} to {high}: change it, or call it by another metric", low=low, high=high),
        )
    if question.metric == "csat" and question.orientation == "lower":
        yield _at(
            question,
            "csat_orientation",
            WARNING,
            said("satisfaction is better when it is higher; this scale says lower"),
            said("turn the scale round"),
        )
    if question.metric == "ces":
        yield from _ces(question, own)


def _ces(question: Rating, own: str) -> Iterator[Finding]:
    if (question.rate_min, question.rate_max, question.orientation) not in CES:
        yield _at(
            question,
            "ces_scale",
            WARNING,
            said("this is neither CES 2.0 (1 to 7, higher is better) nor CES 1.0 (1 to 5, lower is better)"),
            said("its figures cannot be compared with published ones"),
        )
    title = own_text(question.title, own)
    wanted = "lower" if EFFORT.search(title) and not EASE.search(title) else "higher" if EASE.search(title) else None
    if wanted and wanted != question.orientation:
        yield _at(
            question,
            "ces_orientation",
            WARNING,
            _TURNED[wanted],
            said("“easy” goes with higher, “effort” with lower: change one of them"),
        )


def _matrix(question: Matrix, own: str) -> Iterator[Finding]:
    if not question.rows or not question.columns:
        yield _at(
            question,
            "matrix_empty",
            ERROR,
            said("the matrix needs rows and columns"),
            said("write at least one of each"),
        )
    if len(question.rows) > MOST_ROWS:
        yield _at(
            question,
            "matrix_long",
            WARNING,
            said("the matrix has {n} rows", n=len(question.rows)),
            said("people tick straight down after ten: split it, or show some at random"),
        )
    values = [choice(one).value for one in question.columns]
    if question.metric and not all(isinstance(value, int | float) for value in values):
        yield _at(
            question,
            "matrix_not_numbers",
            ERROR,
            said("the columns of a matrix with a metric must be numbers"),
            said("write them as 1 | Poor, 2 | Fair and so on"),
        )


# --- lists ------------------------------------------------------------------------------------------------------------


def _choices(question: Chosen, own: str) -> Iterator[Finding]:
    n = len(question.choices)
    if not n:
        yield _at(
            question, "no_choices", ERROR, said("there is nothing to choose"), said("write one choice on each line")
        )
    elif n == 1 and not (question.show_other_item or question.show_none_item) and not isinstance(question, Checkbox):
        yield _at(
            question,
            "one_choice",
            WARNING,
            said("there is only one choice"),
            said("add another, or ask whether it is so with yes and no"),
        )
    if n > MOST_CHOICES:
        yield _at(
            question,
            "many_choices",
            WARNING,
            said("there are {n} choices", n=n),
            said("more than {most} are not read: group them, or ask in two steps", most=MOST_CHOICES),
        )
    elif n > MOST_ROWS and isinstance(question, RadioGroup):
        yield _at(
            question,
            "long_list",
            NOTE,
            said("there are {n} choices below each other", n=n),
            said("a drop-down list is shorter on a phone"),
        )


def _limits(question: Checkbox, own: str) -> Iterator[Finding]:
    least, most = question.min_selected_choices, question.max_selected_choices
    if (most and least > most) or least > len(_all(question.choices)) + question.show_other_item:
        yield _at(
            question,
            "limits_impossible",
            ERROR,
            said("at least {least} and at most {most} choices cannot be chosen", least=least, most=most),
            said("change the limits"),
        )


def _all(given: Choices) -> list[Any]:
    return [choice(one).value for one in given]


def _bounds(question: TextLine, own: str) -> Iterator[Finding]:
    yield from _typed_bounds(question, question.input_type, question.min, question.max)


def _typed_bounds(question: Base, kind: str, low: Any, high: Any) -> Iterator[Finding]:
    """Limits of an answer of a kind: numbers of a number, dates of a date; a text has none."""
    wanted = str if kind in _MOMENTS else float | int
    odd = [limit for limit in (low, high) if limit is not None and not isinstance(limit, wanted)]
    if odd and kind in ("number", *_MOMENTS):
        yield _at(
            question,
            "bound_unlike",
            ERROR,
            said("the limit {limit} is none for such an answer", limit=str(odd[0])),
            said("write a number for numbers, and a date as 2026-05-01 for dates"),
        )
    else:
        yield from _between(question, low, high)


def _between(question: Base, low: Any, high: Any) -> Iterator[Finding]:
    is_comparable = isinstance(low, str) == isinstance(high, str)
    if low is not None and high is not None and is_comparable and low > high:
        yield _at(
            question,
            "bounds_reversed",
            ERROR,
            said("the least answer {low} is more than the greatest {high}", low=str(low), high=str(high)),
            said("turn them round"),
        )


def _lines(question: MultipleText, own: str) -> Iterator[Finding]:
    if not question.items:
        yield _at(question, "no_lines", ERROR, said("the question has no lines"), said("write at least one"))
    for line in question.items:
        yield from _typed_bounds(question, line.input_type, line.min, line.max)


def _rules(question: Base) -> Iterator[Finding]:
    """What validators demand: patterns that can be read, bounds that something lies between."""
    for validator in question.validators:
        try:
            regex.compile(validator.regex or "")
        except regex.error:
            yield _at(
                question,
                "unreadable_pattern",
                ERROR,
                said("the pattern {pattern} cannot be read", pattern=str(validator.regex)),
                said("write it as a regular expression"),
            )
        for what in ("value", "length", "count"):
            yield from _between(question, getattr(validator, f"min_{what}"), getattr(validator, f"max_{what}"))


# --- together ---------------------------------------------------------------------------------------------------------


def _together(questionnaire: Questionnaire) -> Iterator[Finding]:
    ratings = [one for one in questions_of(questionnaire) if isinstance(one, Rating) and one.metric]
    if len({one.orientation for one in ratings}) > 1:
        yield Finding(
            "orientations_mixed",
            WARNING,
            said("more is better on some scales of this survey and worse on others"),
            said("people mix them up: turn the scales the same way round"),
        )
    scales = defaultdict(set)
    for one in ratings:
        scales[one.metric].add((one.rate_min, one.rate_max))
    for metric, found in scales.items():
        if len(found) > 1:
            yield Finding(
                "scales_mixed",
                WARNING,
                said("{metric} is asked on different scales in one survey", metric=str(metric)),
                said("use one scale, or give them different metrics"),
            )


_Check = Callable[[Any, str], Iterator[Finding]]
_OF: Final[dict[type, tuple[_Check, ...]]] = {
    Rating: (_rating, _metric),
    Matrix: (_matrix,),
    MultipleText: (_lines,),
    TextLine: (_bounds,),
    Checkbox: (_choices, _limits),
    **{kind: (_choices,) for kind in Chosen.__subclasses__() if kind is not Checkbox},
}
