"""Figures of a survey as charts and words, before any template."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from regard.base.words import marked
from regard.metrics import Estimate, Funnel, Stop, Unit, numbers
from regard.report.responses.collected import Collected
from regard.report.responses.crossing import NET
from regard.report.responses.figures import Answered, Part
from regard.report.responses.items import Item, as_text
from regard.surveys import NONE, OTHER, Ranking, Rating, answer_text
from regard.web import MISSING, Chart, Format, Row, breakdown, distribution, ngettext, steps

MOST_STOPS = 6
RESPONSES = ngettext("{n} response", "{n} responses")
ANSWERS = ngettext("{n} answer", "{n} answers")
FILES = ngettext("{n} file", "{n} files")
FIGURES = {
    "mean": marked("Mean"),
    "median": marked("Median"),
    "lower_quartile": marked("A quarter is below"),
    "upper_quartile": marked("A quarter is above"),
}
SCORES = {
    "nps": marked("Net Promoter Score"),
    "csat": marked("Satisfied"),
    "ces": marked("Mean effort score"),
}
STEPS = {
    "sent": marked("Sent"),
    "delivered": marked("Delivered"),
    "opened": marked("Opened"),
    "started": marked("Begun"),
    "answered": marked("Answered"),
    "completed": marked("Completed"),
}
RATES = {
    "rr1": marked("Complete answers of all invited"),
    "rr2": marked("Any answers of all invited"),
    "rr3": marked("Complete answers of those who could answer"),
    "rr4": marked("Any answers of those who could answer"),
}
KINDS = {
    "rating": marked("Scale"),
    "radiogroup": marked("One choice"),
    "dropdown": marked("One choice"),
    "checkbox": marked("Several choices"),
    "ranking": marked("Ranking"),
    "boolean": marked("Yes or no"),
    "matrix": marked("Matrix"),
    "text": marked("Short text"),
    "multipletext": marked("Several lines"),
    "comment": marked("Text"),
    "file": marked("Files"),
}
INPUTS = {"number": marked("Number"), "date": marked("Date"), "datetime-local": marked("Date and time")}
FACTS = {
    "language": marked("Language"),
    "way": marked("Way"),
    "touchpoint": marked("Touchpoint"),
    "version": marked("Version"),
}
WAYS = {
    "link": marked("Open link"),
    "email": marked("E-mail"),
    "sms": marked("Text message"),
    "app": marked("In your site or app"),
    "kiosk": marked("Kiosk"),
    "widget": marked("Widget"),
    "api": marked("API"),
    "import": marked("Import"),
}
UNSAID = {OTHER: marked("Something else"), NONE: marked("None of these")}


def kind_name(item: Item, fmt: Format) -> str:
    """What sort of question it is."""
    found = INPUTS.get(getattr(item.question, "input_type", "")) or KINDS[tag_of(item)]
    return fmt.say(found)


def tag_of(item: Item) -> str:
    return str(item.question.__struct_config__.tag)


# --- one question ----------------------------------------------------------------------------------------------------


def question(one: Answered, number: int, fmt: Format) -> dict[str, Any]:
    """A question's card."""
    item = one.item
    return {
        "id": f"q{number}",
        "number": number,
        "item": item,
        "kind": kind_name(item, fmt),
        "shown": one.kind,
        "n": fmt.count_of(ANSWERS, one.n),
        "left_out": fmt.number(max(one.seen - one.n, 0), 0),
        "is_answered": one.n > 0,
        "headline": headline(one, fmt),
        "charts": _charts(one, fmt),
        "figures": _figures(one, fmt),
        "span": [fmt.date(date.fromisoformat(day)) for day in one.span] if one.span else None,
    }


def headline(one: Answered, fmt: Format) -> dict[str, Any] | None:
    """The score, with what it is called."""
    if one.headline is None or one.headline.value is None:
        return None
    return {"name": score_name(one.item, fmt), "shown": fmt.estimate(one.headline, ANSWERS)}


def score_name(item: Item, fmt: Format) -> str:
    return fmt.say(SCORES.get(item.metric or "", FIGURES["mean"]))


def _charts(one: Answered, fmt: Format) -> list[dict[str, Any]]:
    if one.kind == "ranks":
        return [{"name": "", "chart": _ranks(one, fmt), "figures": ""}] if one.n else []
    if one.kind != "shares":
        return []
    return [_chart(one.item, part, fmt) for part in one.parts if part.found.shares and part.found.n]


def _chart(item: Item, part: Part, fmt: Format) -> dict[str, Any]:
    title = f"{item.title}: {part.name}" if part.name else item.title
    mean = part.found.figures.get("mean") if part.name else None
    told = (
        fmt.say(marked("mean {mean}"), mean=fmt.value(mean.value, "score")) if mean and mean.value is not None else ""
    )
    return {"name": part.name, "chart": shares(item, part, title, fmt), "figures": told}


def shares(item: Item, part: Part, title: str, fmt: Format) -> Chart:
    """A bar for each answer, with its interval."""
    rows = [
        Row(label_of(part.labels, value, fmt), one.value, one.low, one.high, _count(one), _tone(item, value))
        for value, one in part.found.shares.items()
    ]
    return distribution(rows, title=title, fmt=fmt)


def label_of(labels: Mapping[str, str], value: str, fmt: Format) -> str:
    """What an answer is called; "other" and "none" where nobody gave them a text, months by their name."""
    said = labels.get(value, value)
    if said == value and value in UNSAID:
        return fmt.say(UNSAID[value])
    if not labels and re.fullmatch(r"\d{4}-\d{2}", value):
        return fmt.date(date.fromisoformat(f"{value}-01"), "yMMM")
    return said


def _count(share: Estimate) -> int:
    """How many chose it, of the weighted ones: what the bar stands for."""
    return round((share.value or 0.0) * share.n)


def _tone(item: Item, value: str) -> str:
    """Which end of a recommendation question an answer stands at; the number says it as well."""
    if item.metric != "nps" or not isinstance(item.question, Rating) or not value.isdigit():
        return ""
    return "good" if int(value) >= 9 else "" if int(value) >= 7 else "bad"


def _ranks(one: Answered, fmt: Format) -> Chart:
    """The mean rank of each choice, the first first."""
    means = [(part, part.found.figures["mean"]) for part in one.parts]
    ranked = sorted(means, key=lambda pair: (pair[1].value is None, pair[1].value or 0.0))
    rows = [Row(part.name, mean.value, mean.low, mean.high, mean.n) for part, mean in ranked]
    return breakdown(rows, title=fmt.say(marked("Mean rank (1 is first)")), unit="score", fmt=fmt)


def _figures(one: Answered, fmt: Format) -> list[dict[str, Any]]:
    if one.kind != "numbers":
        return []
    return [
        {
            "name": fmt.say(FIGURES[name]) if not part.name else f"{part.name}: {fmt.say(FIGURES[name])}",
            "shown": fmt.estimate(estimate, ANSWERS),
        }
        for part in one.parts
        for name, estimate in part.found.figures.items()
        if name in FIGURES and estimate.value is not None
    ]


# --- the way to an answer --------------------------------------------------------------------------------------------


def way(funnel: Funnel, title: str, fmt: Format) -> Chart:
    """The way from an invitation to a complete answer. It was counted, not sampled: no intervals."""
    rows = [
        Row(fmt.say(STEPS[step.name]), step.of_sent.value, n=step.count, note=f"· {fmt.number(step.count, 0)}")
        for step in funnel.steps
    ]
    return steps(rows, title=title, fmt=fmt)


def rates(funnel: Funnel, eligible: float, fmt: Format) -> list[dict[str, Any]]:
    """AAPOR's four rates, each with what it is a share of."""
    return [
        {
            "name": name.upper(),
            "about": fmt.say(RATES[name]),
            "value": fmt.value(one.value, "share"),
            "interval": fmt.interval(one),
        }
        for name, one in funnel.rates(eligible).items()
    ]


def median_time(collected: Collected) -> Estimate | None:
    """How long complete responses took: half of them less."""
    seconds = [one.seconds for one in collected.responses if one.seconds is not None]
    if not seconds:
        return None
    return replace(numbers(seconds).figures["median"], unit=Unit.SECONDS)


def stops(found: Sequence[Stop], titles: Mapping[str, str], fmt: Format) -> list[dict[str, Any]]:
    """Where respondents stopped, question by question."""
    return [
        {
            "title": titles.get(stop.question, stop.question),
            "seen": fmt.number(stop.seen, 0),
            "answered": fmt.value(stop.answered.value, "share"),
            "left": fmt.value(stop.left_here.value, "share"),
            "range": _range(stop.left_here, fmt),
            "share": stop.left_here.value or 0.0,
            "estimate": stop.left_here,
            "count": round((stop.left_here.value or 0.0) * stop.seen),
        }
        for stop in found
        if stop.seen
    ]


def stops_chart(found: Sequence[Mapping[str, Any]], fmt: Format) -> Chart | None:
    """The questions that most respondents left at, in their order."""
    worst = sorted((stop for stop in found if stop["share"]), key=lambda stop: -stop["share"])[:MOST_STOPS]
    rows = [
        Row(stop["title"], stop["share"], stop["estimate"].low, stop["estimate"].high, stop["count"])
        for stop in found
        if stop in worst
    ]
    return distribution(rows, title=fmt.say(marked("Left at this question")), fmt=fmt) if len(rows) > 1 else None


def _range(estimate: Estimate, fmt: Format) -> str:
    if estimate.low is None or estimate.high is None:
        return MISSING
    return fmt.range(estimate.low, estimate.high, str(estimate.unit))


def variable_name(collected: Collected, variable: str, fmt: Format) -> str:
    """What a variable is called: a question by its wording, a fact or trait by its name."""
    kind, _, name = variable.partition(":")
    if kind == "question":
        item = collected.item(name)
        return item.title if item else name
    return name if kind == "trait" else fmt.say(FACTS.get(kind, kind))


def category_name(variable: str, value: str, labels: Mapping[str, str], fmt: Format) -> str:
    """What a category is called."""
    if variable == "way":
        return fmt.say(WAYS.get(value, value))
    told = labels.get(value, value)
    return fmt.say(told) if variable.startswith("question:") and told in NET.values() else label_of(labels, value, fmt)


# --- one answer ------------------------------------------------------------------------------------------------------


def answer_lines(item: Item, answers: Mapping[str, Any], language: str) -> list[str]:
    """One respondent's answer, line by line, as people read it."""
    value = answers.get(item.name)
    if value is None or value in ("", [], {}):
        return []
    if isinstance(value, dict):
        return [f"{item.rows.get(row, row)}: {_cell(item, cell)}" for row, cell in value.items()]
    if isinstance(item.question, Ranking) and isinstance(value, list):
        return [f"{place}. {item.options.get(as_text(one), as_text(one))}" for place, one in enumerate(value, 1)]
    if isinstance(item.question, Rating):
        return [item.options.get(as_text(value), as_text(value))]
    return [answer_text(item.question, value, answers, language)]


def _cell(item: Item, cell: Any) -> str:
    every = cell if isinstance(cell, list) else [cell]
    return ", ".join(item.options.get(as_text(one), as_text(one)) for one in every)
