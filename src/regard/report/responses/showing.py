"""Weights, bounds, drifts, tests and flags in plain words: each number with what it assumes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from regard.base.words import marked, translated
from regard.metrics import Bounded, Cell, Crosstab, Raked, Unit
from regard.report.responses.collected import Collected
from regard.report.responses.crossing import Crossed
from regard.report.responses.drawing import ANSWERS, category_name, score_name, variable_name
from regard.report.responses.silence import Silence
from regard.report.responses.weighting import Weighing
from regard.surveys import FLAGS
from regard.web import WITHHELD, Format, Row, breakdown, ngettext

MUCH = 2.0
"""A design effect above which a few people speak for many."""
TESTS = {
    "chi-square": marked("Pearson's chi-square test"),
    "rao-scott": marked("Rao and Scott's test for weighted answers"),
    "fisher": marked("Fisher's exact test"),
    "permutation": marked("Permutation test (5,000 random tables)"),
}
STRENGTHS = ((0.1, marked("hardly")), (0.3, marked("weakly")), (0.5, marked("clearly")), (1.1, marked("strongly")))
"""Below which Cramér's V two questions hang together how much (Cohen 1988)."""
UNKNOWN = ngettext(
    "{n} response is left out: a category of it is not known.",
    "{n} responses are left out: a category of them is not known.",
)

TRIMMED = ngettext("{n} weight was trimmed.", "{n} weights were trimmed.")


# --- weights ---------------------------------------------------------------------------------------------------------


def weights_words(weighing: Weighing, fmt: Format) -> dict[str, Any] | None:
    """What the weights do to the figures; nothing where answers count alike and nothing else was asked for."""
    if weighing.problem is not None:
        problem = weighing.problem
        told = [translated(text, fmt.translate) for text in (problem.message, problem.remedy) if text]
        return {"problem": " – ".join(told)}
    if not weighing.is_weighted or not len(weighing.weights):
        return None
    weights = weighing.weights[weighing.weights > 0]
    effect = float(len(weights) * (weights**2).sum() / weights.sum() ** 2)
    return {
        **_worth(len(weights), effect, fmt),
        **_reached(weighing.raked, fmt),
        "unknown": fmt.count_of(UNKNOWN, weighing.unknown) if weighing.unknown else "",
    }


def _worth(n: int, effect: float, fmt: Format) -> dict[str, Any]:
    """What unequal weights cost (Kish 1965)."""
    return {
        "effect": fmt.fixed(effect, 2),
        "n_effective": fmt.number(n / effect, 0),
        "n": fmt.number(n, 0),
        "is_much": effect > MUCH,
    }


def _reached(raked: Raked | None, fmt: Format) -> dict[str, Any]:
    """How many weights were trimmed, and how far off the known shares are."""
    if raked is None:
        return {"is_converged": True, "trimmed": ""}
    return {
        "is_converged": raked.is_converged,
        "furthest": fmt.change(raked.furthest, "share"),
        "trimmed": fmt.count_of(TRIMMED, raked.trimmed) if raked.trimmed else "",
    }


def balance_rows(collected: Collected, raked: Raked, fmt: Format) -> dict[str, Any]:
    """Shares before and after raking, beside the known ones."""
    rows = [
        {
            "variable": variable_name(collected, one.variable, fmt),
            "category": category_name(one.variable, one.category, collected.categories(one.variable), fmt),
            "before": fmt.percent(one.before),
            "after": fmt.percent(one.after),
            "target": fmt.percent(one.target),
        }
        for one in raked.balance
    ]
    largest = fmt.fixed(float(raked.weights.max()), 1)
    return {"rows": rows, "largest": largest, **_worth(raked.n, raked.design_effect, fmt), **_reached(raked, fmt)}


# --- those who did not answer ----------------------------------------------------------------------------------------


def bounds_words(one: Silence, fmt: Format) -> dict[str, Any]:
    """What the silent leave open, in sentences and as a picture."""
    name, unit = score_name(one.item, fmt), str(one.whatever.responders.unit)
    rows = [
        Row(fmt.say(marked("Responders")), *_estimate(one.whatever), one.whatever.responders.n),
        Row(fmt.say(marked("All, worst to best")), None, one.whatever.least, one.whatever.most),
    ]
    if one.assumed:
        label = fmt.say(marked("All, if it is so"))
        rows.append(Row(label, None, one.assumed.least, one.assumed.most))
    return {
        "title": one.item.title,
        "name": name,
        "whatever": _whatever(one.whatever, fmt),
        "assumed": _assumed(one, fmt) if one.assumed else "",
        "sampling": _sampling(one.assumed or one.whatever, fmt),
        "chart": breakdown(rows, title=name, unit=unit, fmt=fmt),
    }


def _estimate(bounded: Bounded) -> tuple[float | None, float | None, float | None]:
    return bounded.responders.value, bounded.responders.low, bounded.responders.high


def _whatever(bounded: Bounded, fmt: Format) -> str:
    return fmt.say(
        marked(
            "Responders {value}; everybody who was invited between {least} and {most}, whatever those who did not "
            "answer think. {answered} answered."
        ),
        **_ends(bounded, fmt),
    )


def _assumed(one: Silence, fmt: Format) -> str:
    assert one.assumed is not None
    is_low_good = getattr(one.item.question, "orientation", "higher") == "lower" and one.item.metric != "csat"
    unhappier = marked(
        "Between {least} and {most}, if those who did not answer are no happier than those who answered last ({last})."
    )
    easier = marked(
        "Between {least} and {most}, if those who did not answer had no less effort than those who answered last "
        "({last})."
    )
    return fmt.say(
        easier if is_low_good else unhappier,
        last=_value(one.last, str(one.whatever.responders.unit), fmt),
        **_ends(one.assumed, fmt),
    )


def _sampling(bounded: Bounded, fmt: Format) -> str:
    unit = str(bounded.responders.unit)
    low, high = _value(bounded.low, unit, fmt), _value(bounded.high, unit, fmt)
    return fmt.say(marked("With sampling error (95%): {low} to {high}."), low=low, high=high)


def _ends(bounded: Bounded, fmt: Format) -> dict[str, str]:
    unit = str(bounded.responders.unit)
    known = {"value": bounded.responders.value, "least": bounded.least, "most": bounded.most}
    shown = {name: _value(value, unit, fmt) for name, value in known.items()}
    return {**shown, "answered": fmt.percent(bounded.answered, 0)}


def _value(value: float | None, unit: str, fmt: Format) -> str:
    """Points without decimals: bounds are no matter of tenths."""
    if value is not None and unit == Unit.POINTS:
        return fmt.fixed(value, 0)
    return fmt.value(value, unit)


def drift_words(one: Silence, fmt: Format) -> dict[str, Any] | None:
    """Early against late for one score, and what the trend says of the silent."""
    drift = one.drift
    if drift is None:
        return None
    unit, change = str(drift.early.unit), drift.change
    verdict = marked("not enough to tell")
    if change.value is not None:
        up, down = marked("late answers are higher"), marked("late answers are lower")
        verdict = (up if change.value > 0 else down) if change.is_significant else marked("no clear difference")
    return {
        "title": one.item.title,
        "name": score_name(one.item, fmt),
        "early": fmt.estimate(drift.early, ANSWERS),
        "late": fmt.estimate(drift.late, ANSWERS),
        "change": fmt.change(change.value, unit),
        "verdict": fmt.say(verdict),
        "icon": ("trending-up" if (change.value or 0) > 0 else "trending-down") if change.is_significant else "minus",
        "silent": fmt.value(drift.silent.value, unit),
        "everybody": fmt.value(drift.everybody.value, unit),
        "is_significant": change.is_significant,
    }


# --- cross-tabs ------------------------------------------------------------------------------------------------------


def cell_words(found: Crossed, cell: Cell, fmt: Format) -> dict[str, Any]:
    """One cell: its share of the row with interval, and whether it stands out."""
    if not found.is_told(cell):
        return {"withheld": fmt.say(WITHHELD[found.withheld[cell.row, cell.column]])}
    is_up = (cell.against_rest.value or 0.0) > 0
    return {
        "share": fmt.value(cell.of_row.value, "share"),
        "range": _share_range(cell, fmt),
        "count": fmt.number(cell.count, 0),
        "stands_out": cell.stands_out,
        "icon": "trending-up" if is_up else "trending-down",
        "verdict": fmt.say(marked("more than elsewhere") if is_up else marked("less than elsewhere")),
    }


def _share_range(cell: Cell, fmt: Format) -> str:
    low, high = cell.of_row.low, cell.of_row.high
    return "" if low is None or high is None else fmt.range(low, high, "share")


def test_words(table: Crosstab, fmt: Format) -> dict[str, Any] | None:
    """The test of the whole table: what it is called, how sure, how strong."""
    test, strength = table.test, table.cramers_v
    if test is None:
        return None
    is_sure = test.p_value < 0.05
    v = strength or 0.0
    much = next(name for limit, name in STRENGTHS if v < limit)
    hang = marked("The two hang together {much} (Cramér's V {v}).")
    loose = marked("No sign that the two hang together (Cramér's V {v}).")
    return {
        "sentence": fmt.say(hang if is_sure else loose, much=fmt.say(much), v=fmt.fixed(v, 2)),
        "name": fmt.say(TESTS[test.method]),
        "p": _p(test.p_value, fmt),
        "is_rough": test.is_rough,
        "is_sure": is_sure,
    }


def _p(value: float, fmt: Format) -> str:
    return f"p < {fmt.fixed(0.001, 3)}" if value < 0.001 else f"p = {fmt.fixed(value, 3)}"


def flag_words(flags: Sequence[str], fmt: Format) -> list[str]:
    """What was noticed of a response."""
    return [fmt.say(FLAGS.get(flag, flag)) for flag in flags]
