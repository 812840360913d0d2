"""Charts over time: the trend with its confidence band, and the sparkline of a card."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from regard.web.charts.drawing import (
    ENDS,
    NARROW,
    WIDE,
    Chart,
    Mark,
    Table,
    anchor,
    gutter,
    label,
    layer,
    nice_ticks,
    pct,
    pick_ticks,
    picture,
    short,
    spread,
    tag,
    text_width,
)
from regard.web.formats import ENGLISH, MISSING, Format, gettext_noop


@dataclass(frozen=True)
class Point:
    """One period: its start (or a ready label), value and interval in the metric's unit, what it rests on.

    ``is_marked`` says that the change from the period before is significant; it is drawn as a ring. ``until`` is the
    day after its last, by which a period that a filter has cut short is told from a whole one; ``is_partial`` says that
    it was cut short, by a filter or because the data end: its dot is open.
    """

    at: date | str
    value: float | None
    low: float | None = None
    high: float | None = None
    n: int | None = None
    is_marked: bool = False
    until: date | None = None
    is_partial: bool = False


@dataclass(frozen=True)
class _Scale:
    ticks: Sequence[float]
    top: float
    bottom: float

    def y(self, value: float) -> float:
        low, high = self.ticks[0], self.ticks[-1]
        return self.bottom - (value - low) / (high - low) * (self.bottom - self.top)


def sparkline(
    values: Sequence[float | None], *, title: str = "", height: float = 32, ends_in_part: bool = False
) -> Chart:
    """A line without axes; ``None`` leaves a gap. The last value is a dot, open where its period was cut short."""
    known = [value for value in values if value is not None]
    sentence = title or f"{len(known)}"
    if not known:
        return Chart("", sentence, Table((), ()))
    low, high = min(known), max(known)
    scale = _Scale((low - 0.5, high + 0.5) if low == high else (low, high), 4, height - 4)
    shares = [0.02 + 0.94 * share for share in spread(len(values))]
    body = layer("".join(_line(run, shares, values, scale, "line") for run in _runs(values)), height)
    last = max(index for index, value in enumerate(values) if value is not None)
    body += tag(
        "circle",
        cx=pct(shares[last]),
        cy=scale.y(values[last] or 0.0),
        r=3,
        class_="dot open" if ends_in_part else "dot",
    )
    return Chart(picture(body, height=height, sentence=sentence, title="", kind="spark"), sentence, Table((), ()))


def trend(
    points: Sequence[Point],
    *,
    title: str,
    unit: str,
    fmt: Format = ENGLISH,
    every: str | None = None,
    comparison: Sequence[float | None] = (),
    names: tuple[str, str] = ("", ""),
    height: float = 240,
) -> Chart:
    """A line with its confidence band. ``None`` breaks the line; ``comparison`` (same length) is drawn dashed.

    ``names`` are those of the series and of the comparison. Labels are the periods' names in the reader's language.
    """
    sentence = trend_sentence(points, title, unit, fmt, every)
    table = _trend_table(points, comparison, names, unit, fmt, every)
    scale = _scale(points, comparison, height)
    if scale is None:
        return Chart("", sentence, table)
    values, shares = [point.value for point in points], spread(len(points))
    axis = [_tick_text(fmt, tick, unit, scale.ticks) for tick in scale.ticks]
    body = "".join(_grid(scale, axis)) + "".join(_axis(points, shares, fmt, every, height))
    body += layer(_curves(points, values, comparison, shares, scale), height)
    body += "".join(_dots(points, shares, scale))
    start, end = gutter(max(text_width(text) for text in axis)), ENDS[1]
    svg = picture(body, height=height, sentence=sentence, title=title, kind="trend", start=start, end=end)
    return Chart(svg, sentence, table, _marks(points, shares, scale, unit, fmt, every))


def trend_sentence(points: Sequence[Point], title: str, unit: str, fmt: Format, every: str | None) -> str:
    """First, last, lowest and highest value in words."""
    known = [(point, point.value) for point in points if point.value is not None]
    if not known:
        return fmt.say(gettext_noop("{title}: nothing was counted in this time."), title=title)
    lowest, highest = min(known, key=lambda item: item[1]), max(known, key=lambda item: item[1])

    def told(item: tuple[Point, float]) -> str:
        return f"{fmt.value(item[1], unit)} ({_name(item[0], fmt, every)})"

    if len(known) == 1:
        return f"{title}: {told(known[0])}."
    return fmt.say(
        gettext_noop("{title}: from {first} to {last}; lowest {lowest}, highest {highest}."),
        title=title,
        first=told(known[0]),
        last=told(known[-1]),
        lowest=told(lowest),
        highest=told(highest),
    )


def _scale(points: Sequence[Point], comparison: Sequence[float | None], height: float) -> _Scale | None:
    every = [*(point.value for point in points), *comparison]
    every += [edge for point in points if point.value is not None for edge in (point.low, point.high)]
    known = [value for value in every if value is not None]
    return _Scale(nice_ticks(min(known), max(known)), 10, height - 30) if known else None


def _tick_text(fmt: Format, tick: float, unit: str, ticks: Sequence[float]) -> str:
    step = (ticks[1] - ticks[0]) * (100 if unit == "share" else 1)
    digits = next((digits for digits in range(4) if abs(step - round(step, digits)) < 1e-9), 4)
    if unit == "share":
        return fmt.percent(tick, digits)
    return fmt.duration(tick) if unit == "seconds" else fmt.fixed(tick, digits)


def _grid(scale: _Scale, texts: Sequence[str]) -> Iterator[str]:
    for tick, text in zip(scale.ticks, texts, strict=True):
        y = scale.y(tick)
        yield tag("line", x1="0", x2="100%", y1=y, y2=y, class_="zero" if tick == 0 else "grid")
        yield label(text, x=-8, y=y + 4, text_anchor="end")


def _axis(
    points: Sequence[Point], shares: Sequence[float], fmt: Format, every: str | None, height: float
) -> Iterator[str]:
    texts = [fmt.axis_period(p.at, every) if isinstance(p.at, date) else p.at for p in points]
    wide, narrow = set(pick_ticks(texts, WIDE)), set(pick_ticks(texts, NARROW))
    for index in sorted(wide | narrow):
        shown = "" if index in wide & narrow else "wide" if index in wide else "narrow"
        yield label(texts[index], x=pct(shares[index]), y=height - 8, text_anchor=anchor(shares[index]), class_=shown)


def _curves(
    points: Sequence[Point],
    values: Sequence[float | None],
    comparison: Sequence[float | None],
    shares: Sequence[float],
    scale: _Scale,
) -> str:
    bands = [None if p.value is None or p.low is None or p.high is None else p.value for p in points]
    return "".join(
        [
            *(_band(run, shares, points, scale) for run in _runs(bands)),
            *(_line(run, shares, comparison, scale, "line other") for run in _runs(comparison)),
            *(_line(run, shares, values, scale, "line") for run in _runs(values)),
        ]
    )


def _runs(values: Sequence[float | None]) -> Iterator[range]:
    """Unbroken stretches of values."""
    start = 0
    for index, value in enumerate([*values, None]):
        if value is None:
            if index > start:
                yield range(start, index)
            start = index + 1


def _line(run: range, shares: Sequence[float], values: Sequence[float | None], scale: _Scale, kind: str) -> str:
    steps = [f"{short(1000 * shares[i])} {short(scale.y(value))}" for i in run if (value := values[i]) is not None]
    return (
        tag("path", d="M" + "L".join(steps), class_=kind, vector_effect="non-scaling-stroke") if len(steps) > 1 else ""
    )


def _band(run: range, shares: Sequence[float], points: Sequence[Point], scale: _Scale) -> str:
    def edge(index: int, value: float | None) -> str:
        return f"{short(1000 * shares[index])} {short(scale.y(value or 0.0))}"

    steps = [edge(i, points[i].high) for i in run] + [edge(i, points[i].low) for i in reversed(run)]
    return tag("path", d="M" + "L".join(steps) + "Z", class_="band") if len(run) > 1 else ""


def _dots(points: Sequence[Point], shares: Sequence[float], scale: _Scale) -> Iterator[str]:
    alone = {run[0] for run in _runs([point.value for point in points]) if len(run) == 1}
    for index, point in enumerate(points):
        if point.value is None or not (index in alone or point.is_marked or point.is_partial or len(points) <= 16):
            continue
        x, y = pct(shares[index]), scale.y(point.value)
        if index in alone and point.low is not None and point.high is not None:
            yield tag("line", x1=x, x2=x, y1=scale.y(point.low), y2=scale.y(point.high), class_="whisker")
        if point.is_marked:
            yield tag("circle", cx=x, cy=y, r=7, class_="ring")
        yield tag("circle", cx=x, cy=y, r=3, class_="dot open" if point.is_partial else "dot")


def _name(point: Point, fmt: Format, every: str | None) -> str:
    return fmt.timed(point.at, every, point.until, point.is_partial) if isinstance(point.at, date) else point.at


def _interval(point: Point, unit: str, fmt: Format) -> str:
    known = point.low is not None and point.high is not None
    return fmt.range(point.low or 0.0, point.high or 0.0, unit) if known else MISSING


def _marks(
    points: Sequence[Point], shares: Sequence[float], scale: _Scale, unit: str, fmt: Format, every: str | None
) -> list[Mark]:
    def told(point: Point) -> str:
        answers = f"n = {fmt.number(point.n, 0)}" if point.n is not None else ""
        parts = [fmt.value(point.value, unit), _interval(point, unit, fmt), answers]
        return " · ".join(part for part in parts if part and part != MISSING)

    return [
        Mark(round(100 * share, 2), round(scale.y(point.value), 1), _name(point, fmt, every), told(point))
        for point, share in zip(points, shares, strict=True)
        if point.value is not None
    ]


def _trend_table(
    points: Sequence[Point],
    comparison: Sequence[float | None],
    names: tuple[str, str],
    unit: str,
    fmt: Format,
    every: str | None,
) -> Table:
    say = fmt.say
    columns = [say(gettext_noop("Period")), names[0] or say(gettext_noop("Value")), say(gettext_noop("Interval")), "n"]
    rows = [
        [
            _name(p, fmt, every),
            fmt.value(p.value, unit),
            _interval(p, unit, fmt),
            MISSING if p.n is None else fmt.number(p.n, 0),
        ]
        for p in points
    ]
    if comparison:
        columns.append(names[1] or say(gettext_noop("Comparison")))
        rows = [[*row, fmt.value(other, unit)] for row, other in zip(rows, comparison, strict=True)]
    return Table(columns, rows)
