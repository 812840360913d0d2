"""Figures and differences in words, as the templates of a page take them. Pure."""

from __future__ import annotations

from typing import Any

from regard.metrics import Better, Difference, Estimate, Measurement, Metric
from regard.report.showing import told
from regard.report.words import DRAWN, part_name, said_of
from regard.web import MISSING, WITHHELD, Card, Format, gettext_noop

NAMELESS = gettext_noop("(none)")


def estimate_words(fmt: Format, metric: Metric, estimate: Estimate, change: Any) -> dict[str, Any]:
    """A figure in words and with its bar, as the head of its page shows it."""
    card = Card(fmt.say(metric.title), estimate, change=change, of=said_of(metric.key).of)
    return {
        "shown": card.shown(fmt),
        "withheld": card.withheld(fmt),
        "bar": card.bar(fmt),
        "change": change,
        "unit": str(estimate.unit),
        "estimate": estimate,
    }


def range_words(fmt: Format, estimate: Estimate) -> str:
    """An interval in the figure's unit."""
    if estimate.low is None or estimate.high is None:
        return MISSING
    return fmt.range(estimate.low, estimate.high, str(estimate.unit))


def withheld_words(fmt: Format, reason: str | None) -> str:
    """Why a figure is not shown, in words; nothing when it is."""
    return fmt.say(WITHHELD.get(reason, reason)) if reason else ""


def parts_of(fmt: Format, measured: Measurement) -> list[dict[str, Any]]:
    """The companions of a figure, each with its interval; the distribution has a chart of its own."""
    of = said_of(measured.metric).of
    return [
        {"name": fmt.say(part_name(name, measured.metric)), "shown": fmt.estimate(part, of)}
        for name, part in measured.figures[-1].parts.items()
        if not name.startswith(DRAWN) and part.value is not None
    ]


def voice(row: dict[str, Any]) -> dict[str, Any]:
    """A row of somebody's words, with the end of the scale that its score is at."""
    low, high, score = row["scale_min"], row["scale_max"], row["score"]
    if None in (low, high, score) or high <= low:
        return {**row, "tone": ""}
    place = (score - low) / (high - low)
    good = 1 - place if row["orientation"] == "lower" else place
    return {**row, "tone": "good" if good >= 0.75 else "bad" if good < 0.5 else ""}


def interval_of(fmt: Format, found: Difference) -> str:
    """The interval of a difference, in its unit."""
    return f"{fmt.change(found.low, str(found.unit))} – {fmt.change(found.high, str(found.unit))}"


def difference_words(fmt: Format, found: Difference, better: Better | None, unit: str) -> dict[str, Any]:
    """A difference with its interval and how sure it is, in words."""
    known = found.value is not None
    sure = found.q_value if found.q_value is not None else found.p_value
    return {
        "change": told(found, better, unit, "", fmt),
        "interval": interval_of(fmt, found) if known and found.low is not None else "",
        "p": probability(fmt, found.p_value),
        "sure": probability(fmt, sure),
        "is_controlled": found.q_value is not None,
        "is_significant": found.is_significant,
    }


def probability(fmt: Format, value: float | None) -> str:
    """A probability with as many digits as can be believed."""
    if value is None:
        return MISSING
    return "< " + fmt.number(0.001, 3) if value < 0.001 else fmt.number(value, 3)


def pair_words(fmt: Format, pair: Any, better: Better | None, unit: str) -> dict[str, Any]:
    """A group on both sides, and its difference."""
    return {
        "name": pair.group or fmt.say(NAMELESS),
        "before": fmt.estimate(pair.before.estimate),
        "after": fmt.estimate(pair.after.estimate),
        "withheld": withheld_words(fmt, pair.before.estimate.withheld or pair.after.estimate.withheld),
        **difference_words(fmt, pair.difference, better, unit),
    }


def part_words(fmt: Format, part: Any, unit: str) -> dict[str, str]:
    """One term of a change with its interval."""
    return {
        "value": fmt.change(part.value, unit),
        "interval": f"{fmt.change(part.low, unit)} – {fmt.change(part.high, unit)}",
    }


def explained_words(fmt: Format, group: Any, unit: str) -> dict[str, Any]:
    """What one group did to a change."""
    return {
        "name": group.group or fmt.say(NAMELESS),
        "mix": part_words(fmt, group.mix, unit),
        "rate": part_words(fmt, group.rate, unit),
        "total": fmt.change(group.value, unit),
        "shares": [fmt.percent(share) for share in (group.share_before, group.share_after)],
        "means": [fmt.value(mean, unit) for mean in (group.mean_before, group.mean_after)],
    }
