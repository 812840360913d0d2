"""Charts with one row for each group: breakdown, distribution, contributions and steps.

On a wide page the name stands before the row and the figure after it; on a narrow one both stand above it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from regard.web.charts.drawing import (
    ENDS,
    NARROW,
    STARTS,
    Axis,
    Chart,
    Mark,
    Table,
    fit,
    gutter,
    label,
    nice_ticks,
    nothing,
    pct,
    picture,
    tag,
    text_width,
)
from regard.web.formats import ENGLISH, MISSING, Format, gettext_noop

PITCH = 40
_TOP = 8


@dataclass(frozen=True)
class Row:
    """One group: its name, value and interval in the metric's unit, what it rests on.

    ``tone`` colours it ("good", "bad" or nothing) and must never be the only sign; ``note`` is said after the value.
    """

    name: str
    value: float | None
    low: float | None = None
    high: float | None = None
    n: int | None = None
    tone: str = ""
    note: str = ""


def breakdown(
    rows: Sequence[Row],
    *,
    title: str,
    unit: str,
    fmt: Format = ENGLISH,
    reference: float | None = None,
    reference_name: str = "",
) -> Chart:
    """A dot with its interval for each group, and a dashed line at ``reference`` (e.g. all together).

    A row without a value, whose ends are known, is drawn as a range: nobody knows where in it the value is.
    """
    known = [edge for row in rows for edge in (row.value, row.low, row.high) if edge is not None]
    known += [reference] if reference is not None else []
    if not rows or not known:
        return nothing(title, fmt, _value_table(rows, unit, fmt))
    ticks = nice_ticks(min(known), max(known))
    axis = Axis(ticks[0], ticks[-1])

    def mark(row: Row, y: float) -> str:
        track = tag("line", x1="0", x2="100%", y1=y, y2=y, class_="grid")
        ends = [row.value if edge is None else edge for edge in (row.low, row.high)]
        if ends[0] is None or ends[1] is None:
            return track
        low, high, tone = axis.at(ends[0]), axis.at(ends[1]), row.tone
        track += tag("line", x1=pct(low), x2=pct(high), y1=y, y2=y, class_=f"range {tone}".strip())
        if row.value is None:
            return track
        return track + tag("circle", cx=pct(axis.at(row.value)), cy=y, r=5, class_=f"dot {tone}".strip())

    behind = (
        ""
        if reference is None
        else tag(
            "line",
            x1=pct(axis.at(reference)),
            x2=pct(axis.at(reference)),
            y1=0,
            y2=PITCH * len(rows) + _TOP,
            class_="reference",
        )
    )
    compared = (
        ""
        if reference is None
        else fmt.say(gettext_noop(" {name}: {value}."), name=reference_name, value=fmt.value(reference, unit))
    )
    sentence = _ranked_sentence(rows, title, unit, fmt) + compared
    return _drawn(rows, mark, title, sentence, _value_table(rows, unit, fmt), unit, fmt, behind, "breakdown")


def distribution(bars: Sequence[Row], *, title: str, fmt: Format = ENGLISH) -> Chart:
    """How answers spread over a scale: a bar for each answer; ``value`` is its share (0–1), ``n`` its count.

    A bar with an interval has it drawn over its end.
    """
    most = max((max(bar.value or 0.0, bar.high or 0.0) for bar in bars), default=0.0)
    if not any(bar.value for bar in bars):
        return nothing(title, fmt, _value_table(bars, "share", fmt))
    axis = Axis(0.0, most)

    def mark(row: Row, y: float) -> str:
        track = tag("rect", x="0", y=y - 6, width="100%", height=12, rx=3, class_="track")
        return track + _bar(row, axis, y) + _whisker(row, axis, y)

    sentence = _ranked_sentence(bars, title, "share", fmt)
    return _drawn(bars, mark, title, sentence, _value_table(bars, "share", fmt), "share", fmt, "", "distribution")


def _bar(row: Row, axis: Axis, y: float) -> str:
    if not row.value:
        return ""
    tone = f"bar {row.tone}".strip()
    return tag("rect", x="0", y=y - 6, width=pct(axis.at(row.value)), height=12, rx=3, class_=tone)


def _whisker(row: Row, axis: Axis, y: float) -> str:
    if row.low is None or row.high is None:
        return ""
    return tag("line", x1=pct(axis.at(row.low)), x2=pct(axis.at(row.high)), y1=y, y2=y, class_="whisker")


def contributions(parts: Sequence[Row], *, title: str, unit: str, fmt: Format = ENGLISH) -> Chart:
    """What each part added to or took from a difference: bars that leave a middle line, with their intervals."""
    known = [abs(edge) for part in parts for edge in (part.value, part.low, part.high) if edge is not None]
    reach = max(known, default=0.0)
    table = _value_table(parts, unit, fmt, change=True)
    if not reach:
        return nothing(title, fmt, table)
    axis = Axis(-reach, reach)

    def mark(row: Row, y: float) -> str:
        if row.value is None:
            return ""
        start, end = sorted((0.5, axis.at(row.value)))
        bar = tag(
            "rect", x=pct(start), width=pct(end - start), y=y - 6, height=12, rx=2, class_=f"bar {row.tone}".strip()
        )
        known = row.low is not None and row.high is not None
        return bar + (
            tag("line", x1=pct(axis.at(row.low or 0.0)), x2=pct(axis.at(row.high or 0.0)), y1=y, y2=y, class_="whisker")
            if known
            else ""
        )

    middle = tag("line", x1="50%", x2="50%", y1=0, y2=PITCH * len(parts) + _TOP, class_="zero")
    first = max(parts, key=lambda part: abs(part.value or 0.0))
    sentence = fmt.say(
        gettext_noop("{title}: the largest part is {name}, {value}."),
        title=title,
        name=first.name,
        value=fmt.change(first.value, unit),
    )
    return _drawn(parts, mark, title, sentence, table, unit, fmt, middle, "contributions", change=True)


def steps(stages: Sequence[Row], *, title: str, fmt: Format = ENGLISH) -> Chart:
    """An ordered list of stages with bars: ``value`` is the share that reached the stage, ``n`` how many."""
    numbered = [
        Row(f"{index}. {stage.name}", stage.value, n=stage.n, tone=stage.tone, note=stage.note)
        for index, stage in enumerate(stages, 1)
    ]
    return distribution(numbered, title=title, fmt=fmt)


def interval_bar(
    value: float | None,
    low: float | None,
    high: float | None,
    minimum: float,
    maximum: float,
    *,
    title: str = "",
    height: float = 12,
) -> Chart:
    """Where a value and its interval lie between ``minimum`` and ``maximum``: the bar of a card."""
    axis, y = Axis(minimum, maximum), height / 2
    body = tag("rect", x="0", y=y - 2, width="100%", height=4, rx=2, class_="track")
    if low is not None and high is not None:
        width = max(axis.at(high) - axis.at(low), 0.005)
        body += tag("rect", x=pct(axis.at(low)), y=y - 3, width=pct(width), height=6, rx=2, class_="between")
    if value is not None:
        x = pct(axis.at(value))
        body += tag("line", x1=x, x2=x, y1=y - 4, y2=y + 4, class_="tick")
    return Chart(picture(body, height=height, sentence=title, title="", kind="interval"), title, Table((), ()))


def _drawn(
    rows: Sequence[Row],
    mark: Callable[[Row, float], str],
    title: str,
    sentence: str,
    table: Table,
    unit: str,
    fmt: Format,
    behind: str,
    kind: str,
    *,
    change: bool = False,
) -> Chart:
    height = PITCH * len(rows) + _TOP
    told = [_told(row, unit, fmt, change=change) for row in rows]
    start = gutter(min(max(text_width(row.name, 13) for row in rows), STARTS[-1] - 8))
    end = gutter(max(text_width(text, 13) for text in told), ENDS)
    body = behind
    for index, (row, text) in enumerate(zip(rows, told, strict=True)):
        y = PITCH * index + _TOP + 22
        body += mark(row, y) + _names(row.name, text, y, start, end)
    svg = picture(body, height=height, sentence=sentence, title=title, kind=f"rows {kind}", start=start, end=end)
    return Chart(
        svg,
        sentence,
        table,
        [
            Mark(50.0, PITCH * index + _TOP + 22, row.name, " · ".join(filter(None, table.rows[index][1:])))
            for index, row in enumerate(rows)
        ],
    )


def _names(name: str, told: str, y: float, start: int, end: int) -> str:
    """Both placings of a row's name and figure."""
    above = fit(told, NARROW * 0.6, 13)
    return (
        label(fit(name, start - 8, 13), x=-10, y=y + 4, text_anchor="end", class_="name wide")
        + label(fit(told, end - 8, 13), x="100%", dx=10, y=y + 4, class_="figure wide")
        + label(fit(name, 240 - text_width(above, 13) - 10, 13), x="0", y=y - 12, class_="name narrow")
        + label(above, x="100%", y=y - 12, text_anchor="end", class_="figure narrow")
    )


def _told(row: Row, unit: str, fmt: Format, *, change: bool) -> str:
    if row.value is None and row.low is not None and row.high is not None:
        return f"{fmt.range(row.low, row.high, unit)} {row.note}".strip()
    value = fmt.change(row.value, unit) if change else fmt.value(row.value, unit)
    return f"{value} {row.note}".strip()


def _ranked_sentence(rows: Sequence[Row], title: str, unit: str, fmt: Format) -> str:
    known = [(row, row.value) for row in rows if row.value is not None]
    if not known:
        return fmt.say(gettext_noop("{title}: only ranges are known."), title=title)
    lowest, highest = min(known, key=lambda item: item[1]), max(known, key=lambda item: item[1])
    return fmt.say(
        gettext_noop("{title}: highest {highest} ({highest_name}), lowest {lowest} ({lowest_name})."),
        title=title,
        highest=fmt.value(highest[1], unit),
        highest_name=highest[0].name,
        lowest=fmt.value(lowest[1], unit),
        lowest_name=lowest[0].name,
    )


def _value_table(rows: Sequence[Row], unit: str, fmt: Format, *, change: bool = False) -> Table:
    show = fmt.change if change else fmt.value
    columns = [fmt.say(text) for text in (gettext_noop("Group"), gettext_noop("Value"), gettext_noop("Interval"))]
    cells = []
    for row in rows:
        interval = MISSING
        if row.low is not None and row.high is not None:
            interval = (
                f"{fmt.change(row.low, unit)} – {fmt.change(row.high, unit)}"
                if change
                else fmt.range(row.low, row.high, unit)
            )
        cells.append([row.name, show(row.value, unit), interval, MISSING if row.n is None else fmt.number(row.n, 0)])
    return Table([*columns, "n"], cells)
