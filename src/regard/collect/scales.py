"""Tell which columns are questions answered on a scale, and write them down."""

from __future__ import annotations

import re
from dataclasses import dataclass

from regard.base.words import said
from regard.collect.drafting import Draft, quoted
from regard.collect.headings import says
from regard.collect.sketching import Look, is_whole

OUTSIDERS = {-1, 0, 6, 8, 9, 11, 88, 97, 98, 99, 999}
"""Codes that surveys use for "no answer" beside a scale."""
IN_TEN = {6, 8, 9}
"""Those of them that are answers where the scale goes to ten."""
FITTING = 0.9
"""So many cells of a question must be answers or codes; the rest is refused when it is loaded."""
WIDE = 4


@dataclass(frozen=True)
class Asked:
    """A column that looks like a question answered on a scale."""

    name: str
    metric: str
    low: int
    high: int
    missing: tuple[str, ...]
    is_named: bool


def question_in(item: Look) -> Asked | None:
    """Whether a column looks like a question on a scale."""
    is_named = any(says(item.name, role) for role in ("nps", "ces", "csat"))
    values, words = _answers(item, is_named=is_named)
    if item.is_time or not values:
        return None
    inside = [value for value in values if value not in _codes(values)] or values
    metric = next((role for role in ("nps", "ces", "csat") if says(item.name, role)), "csat")
    if metric == "nps" and min(inside) >= 0 and max(inside) <= 10 and (max(inside) > 5 or "nps" in item.name.lower()):
        missing = [str(value) for value in values if not 0 <= value <= 10]
        return Asked(item.name, "nps", 0, 10, (*missing, *words), True)
    if not is_named and not ({3, 4, 5} <= set(values) and len({1, 2} & set(values)) and max(values) <= 6):
        return None
    low, high = (
        (0, 10) if 0 in values and max(inside) > 7 else (1, next((top for top in (5, 7, 10) if max(inside) <= top), 0))
    )
    if not high or min(inside) < 1 or len(set(values) & set(range(low, high + 1))) < 3:
        return None
    if high == 7 and 7 not in values:
        high = 5
    missing = [str(value) for value in values if not low <= value <= high]
    return Asked(item.name, "csat" if metric == "nps" else metric, low, high, (*missing, *words), is_named)


def _answers(item: Look, *, is_named: bool) -> tuple[list[int], tuple[str, ...]]:
    """The whole numbers of a column and the words used as codes beside them; nothing where too few cells are either."""
    words = tuple(
        value
        for value, count in zip(item.values, item.counts, strict=True)
        if count > 1 and not value.lstrip("-").replace(".", "", 1).isdigit()
    )
    whole = [value for value in item.values if is_whole(value)]
    if is_named:  # a slip of the pen off the scale is refused, as "eleven" is
        whole = [value for value in whole if float(value) <= 10 or float(value) in OUTSIDERS]
    if item.share_of({*whole, *words}) < FITTING or item.numbers < 0.8 * item.filled:
        return [], ()
    return sorted({int(float(value)) for value in whole}), words


def _codes(values: list[int]) -> set[int]:
    """What may mean "no answer": 6, 8 and 9 only beside a scale of five that was used in full."""
    return OUTSIDERS if {1, 2, 3, 4, 5} <= set(values) else OUTSIDERS - IN_TEN


def questions_in(looks: dict[str, Look]) -> list[Asked]:
    """The questions: those whose headings say so, and columns that are many of one scale."""
    found = [asked for item in looks.values() if (asked := question_in(item))]
    of_scale = [asked for asked in found if asked.high == 5 and not asked.is_named and re.match(r"[Qq]\d", asked.name)]
    return [asked for asked in found if asked.is_named] + (of_scale if len(of_scale) >= WIDE else [])


def write_survey(draft: Draft, looks: dict[str, Look], questions: list[Asked]) -> None:
    text = next((item.name for item in looks.values() if item.is_text and item.name not in draft.used), None)
    wide = [asked for asked in questions if not asked.is_named]
    alone = [asked for asked in questions if asked.is_named]
    for number, asked in enumerate(alone):
        draft.say(
            "",
            f"# {asked.name}: whole numbers on {asked.low}-{asked.high}",
            "[[questions]]",
            f"column = {quoted(asked.name)}",
            *_scale(asked),
        )
        if (asked.low, asked.high) == (1, 10):
            draft.doubt(
                said("{name} is read on a scale of 1-10: check that it does not begin at 0", name=repr(asked.name)), 0.5
            )
        if text and number == 0:
            draft.say(f"text = {quoted(text)}")
        if len(alone) > 1 or wide:
            draft.say(f"touchpoint = {{ constant = {quoted(asked.name)} }}")
    if wide:
        missing = tuple(dict.fromkeys(code for asked in wide for code in asked.missing))
        draft.doubt(
            said(
                "{wide} columns share one scale and are read as questions: take away those that are not", wide=len(wide)
            ),
            0.7,
        )
        draft.say(
            "",
            "# Many columns on one scale: a wide survey.",
            "[[questions]]",
            *_scale(Asked("", "csat", 1, 5, missing, False)),
            "[questions.columns]",
            *(f"{quoted(asked.name)} = {quoted(asked.name)}" for asked in wide),
        )
    if any(asked.missing for asked in questions):
        draft.doubt("some codes beside the scale are read as \"no answer\": check 'missing'", 0.9)


def _scale(asked: Asked) -> list[str]:
    lines = [f'metric = "{asked.metric}"', f"scale = [{asked.low}, {asked.high}]"]
    if asked.missing:
        lines.append(f"missing = [{', '.join(map(quoted, asked.missing))}]")
    return lines
