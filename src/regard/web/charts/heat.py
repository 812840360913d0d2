"""The cohort table in colour."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from regard.web.charts.drawing import (
    WIDE,
    Axis,
    Chart,
    Table,
    fit,
    gutter,
    label,
    nothing,
    pct,
    picture,
    tag,
    text_width,
)
from regard.web.formats import ENGLISH, Format, gettext_noop


def heat_map(
    columns: Sequence[str],
    rows: Sequence[tuple[str, Sequence[float | None]]],
    *,
    title: str,
    unit: str = "share",
    corner: str = "",
    fmt: Format = ENGLISH,
) -> Chart:
    """A cohort table in colour: a row for each cohort, darker where higher; values are written where they fit."""
    cells = [value for _, values in rows for value in values if value is not None]
    table = Table([corner or title, *columns], [[name, *(fmt.value(v, unit) for v in values)] for name, values in rows])
    if not cells:
        return nothing(title, fmt, table)
    axis, size, width = Axis(min(cells), max(cells)), 26, 1 / max(1, len(columns))
    start = gutter(max(text_width(name) for name, _ in rows), (48, 64, 80, 96, 128))
    body = "".join(
        label(fit(name, start - 8), x=-8, y=size * index + 42, text_anchor="end")
        + "".join(
            _cell(value, column * width, size * index + 24, width, axis, unit, fmt)
            for column, value in enumerate(values)
            if value is not None
        )
        for index, (name, values) in enumerate(rows)
    )
    body += "".join(_headings(columns))
    sentence = fmt.say(
        gettext_noop("{title}: between {low} and {high}."),
        title=title,
        low=fmt.value(min(cells), unit),
        high=fmt.value(max(cells), unit),
    )
    svg = picture(body, height=size * len(rows) + 28, sentence=sentence, title=title, kind="heat", start=start, end=8)
    return Chart(svg, sentence, table)


def _cell(value: float, x: float, y: float, width: float, axis: Axis, unit: str, fmt: Format) -> str:
    text = fmt.percent(value, 0) if unit == "share" else fmt.value(value, unit)
    box = tag(
        "rect",
        x=pct(x),
        y=y,
        width=pct(width * 0.97),
        height=24,
        rx=3,
        class_="cell",
        fill_opacity=0.06 + 0.4 * axis.at(value),
    )
    centre = {"x": pct(x + width / 2), "y": y + 16, "text_anchor": "middle"}
    fits_narrow, fits_wide = (text_width(text, 11) < plot * width for plot in (160.0, WIDE))
    return box + (label(text, **centre, class_="in" if fits_narrow else "in wide") if fits_wide else "")


def _headings(names: Sequence[str]) -> Iterator[str]:
    """Column names: as many as fit a narrow page, and the others where a wide one has room."""
    width, widest = 1 / len(names), max(text_width(name) for name in names) + 6
    step_narrow, step_wide = (math.ceil(widest / (plot * width)) for plot in (160.0, WIDE))
    for index, name in enumerate(names):
        if index % step_narrow == 0 or index % step_wide == 0:
            shown = "" if index % step_narrow == 0 else "wide"
            yield label(name, x=pct((index + 0.5) * width), y=14, text_anchor="middle", class_=shown)
