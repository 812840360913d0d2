"""What every chart is made of: the finished :class:`Chart`, tags, measured text, scales and tick choice.

Charts are fluid: lengths across are per cent, lengths down are pixels, and text keeps its size at every width. Curves
live in a stretched inner layer. What fits only a wide or only a narrow page carries the class ``wide`` or ``narrow``;
the stylesheet shows one of them by the width of the chart's own container (480 px).
"""

from __future__ import annotations

import itertools
import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import NamedTuple

from regard.web.formats import Format, gettext_noop

WIDE = 380.0
"""Narrowest plot, in pixels, in which ``wide`` labels are shown (480 less the gutters)."""
NARROW = 200.0
"""Narrowest plot in which ``narrow`` labels are shown."""
STARTS = (16, 32, 40, 48, 64, 80, 96, 128, 160, 200)
"""Widths of the gutter before a plot for which the stylesheet has a class (``s32``…)."""
ENDS = (8, 16, 48, 64, 96, 128, 160)
"""The same for the gutter after it (``e16``…)."""


class Table(NamedTuple):
    """A chart's figures as text: what the picture shows, for those who cannot see it."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


class Mark(NamedTuple):
    """A place on the chart that can be read out: ``x`` in per cent of the plot, ``y`` in pixels, and what it says."""

    x: float
    y: float
    title: str
    text: str


@dataclass(frozen=True)
class Chart:
    """A finished chart: the picture, the same in one sentence, the same as a table, and marks for the read-out."""

    svg: str
    sentence: str
    table: Table
    marks: Sequence[Mark] = ()


@dataclass(frozen=True)
class Axis:
    """From the least to the most that a chart shows."""

    low: float
    high: float

    def at(self, value: float) -> float:
        """Share of the width, 0–1."""
        return min(1.0, max(0.0, (value - self.low) / ((self.high - self.low) or 1.0)))


def tag(name: str, body: str = "", **attributes: object) -> str:
    """An element; ``class_`` → ``class``, ``text_anchor`` → ``text-anchor``; numbers are shortened, text is escaped.

    >>> tag("text", "a", x=1.50, class_="big")
    '<text x="1.5" class="big">a</text>'
    """
    known = {_name(key): _attribute(value) for key, value in attributes.items() if value not in ("", None)}
    given = "".join(f' {key}="{value}"' for key, value in known.items())
    return f"<{name}{given}>{body}</{name}>" if body else f"<{name}{given}/>"


def label(text: str, **attributes: object) -> str:
    """A text element."""
    return tag("text", escape(text), **attributes)


def pct(share: float) -> str:
    """A share of the plot's width as SVG writes it.

    >>> pct(1 / 3)
    '33.33%'
    """
    return f"{short(100 * share)}%"


def short(number: float) -> str:
    """At most two decimals, none that are zero."""
    text = f"{number:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def picture(body: str, *, height: float, sentence: str, title: str, kind: str, start: int = 0, end: int = 0) -> str:
    """The outer element: an image with a title and a description, between two gutters."""
    gutters = f"s{start} e{end}" if start or end else ""
    about = tag("title", escape(title or sentence)) + (tag("desc", escape(sentence)) if title else "")
    return tag(
        "svg",
        about + body,
        xmlns="http://www.w3.org/2000/svg",
        class_=f"plot {kind} {gutters}".strip(),
        role="img",
        width="100%",
        height=short(height),
    )


def layer(body: str, height: float) -> str:
    """A stretched layer: 1000 across whatever the width, pixels down."""
    return tag(
        "svg",
        body,
        class_="layer",
        width="100%",
        height=short(height),
        viewBox=f"0 0 1000 {short(height)}",
        preserveAspectRatio="none",
    )


def text_width(text: str, size: float = 12) -> float:
    """How wide a text is at most, in pixels, in the fonts that a page is likely to be shown in.

    >>> text_width("100") < text_width("1000") < text_width("1000", 14)
    True
    """
    return size * sum(_advance(letter) for letter in text)


def fit(text: str, pixels: float, size: float = 12) -> str:
    """The text, cut with an ellipsis where it would be wider than ``pixels``."""
    if text_width(text, size) <= pixels:
        return text
    while text and text_width(text + "…", size) > pixels:
        text = text[:-1]
    return text.rstrip() + "…"


def gutter(width: float, allowed: Sequence[int] = STARTS) -> int:
    """The narrowest gutter that holds ``width`` pixels and a little air."""
    return next((size for size in allowed if size >= width + 8), allowed[-1])


def nice_ticks(low: float, high: float, wanted: int = 4) -> list[float]:
    """Round numbers that enclose ``low`` … ``high`` in steps of 1, 2, 2.5 or 5 × 10ⁿ (Heckbert, 1990).

    >>> nice_ticks(12, 48)
    [10.0, 20.0, 30.0, 40.0, 50.0]
    """
    if high - low <= 1e-9 * max(1.0, abs(low), abs(high)):
        margin = abs(low) * 0.1 if abs(low) > 1e-6 else 1.0
        low, high = low - margin, high + margin
    raw = (high - low) / wanted
    size = 10.0 ** math.floor(math.log10(raw))
    step = next(size * factor for factor in (1, 2, 2.5, 5, 10) if size * factor >= raw * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(index * step, 12) for index in range(first, last + 1)]


def spread(count: int) -> list[float]:
    """Shares of the width at which ``count`` points stand.

    >>> spread(3)
    [0.0, 0.5, 1.0]
    """
    return [0.5] if count == 1 else [index / (count - 1) for index in range(count)]


def extent(text: str, share: float, plot: float, size: float = 12) -> tuple[float, float]:
    """From where to where, in pixels, a label at ``share`` of a plot reaches; the outer two are set flush."""
    width, centre = text_width(text, size), share * plot
    left = {0.0: 0.0, 1.0: plot - width}.get(share, centre - width / 2)
    return left, left + width


def pick_ticks(texts: Sequence[str], plot: float, gap: float = 10) -> list[int]:
    """Which labels to show, evenly stepped, so that none touches the next or leaves a plot of ``plot`` pixels.

    >>> pick_ticks(["May 2026"] * 26, 200)
    [0, 13]
    """
    shares = spread(len(texts))
    for step in range(1, len(texts) + 1):
        reaches = {index: extent(texts[index], shares[index], plot) for index in range(0, len(texts), step)}
        inside = {index: reach for index, reach in reaches.items() if reach[0] >= -1 and reach[1] <= plot + 1}
        if all(after[0] - before[1] >= gap for before, after in itertools.pairwise(inside.values())):
            return list(inside)
    return []


def anchor(share: float) -> str:
    return {0.0: "start", 1.0: "end"}.get(share, "middle")


def nothing(title: str, fmt: Format, table: Table) -> Chart:
    """A chart of nothing: no picture, but it is said."""
    return Chart("", fmt.say(gettext_noop("{title}: nothing was counted."), title=title), table)


def _name(key: str) -> str:
    return key if key in ("viewBox", "preserveAspectRatio") else key.rstrip("_").replace("_", "-")


def _attribute(value: object) -> str:
    return short(value) if isinstance(value, float) else escape(str(value))


def _advance(letter: str) -> float:
    if unicodedata.east_asian_width(letter) in "WF":
        return 1.0
    if letter in "ilI.,:;'|!·’ \u202f\u2009\xa0":
        return 0.32
    if letter in "mwMWшщжюмфШЩЖЮМФ@%…":
        return 0.92
    return 0.7 if letter.isupper() else 0.6
