"""Look at columns and tell what they hold, from what stands there first and from their headings second."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlglot import exp

from regard.base.words import said
from regard.collect.headings import says
from regard.collect.model import ColumnSketch
from regard.collect.staging import ROWS, Staging
from regard.collect.syntax import column, fill, named

LOOKED_AT = 20_000
MOST_VALUES = 25
NEARLY_ALL = 0.97
MOST = 0.5
"""Enough of a column whose heading speaks of a time: what cannot be read is refused later."""
TOGETHER = 50
"""Columns looked at in one go: a statement costs more than it reads in a small file, and must fit in a large one."""
MEASURED = ("rows", "filled", "distinct", "numbers", "dates", "length", "low", "high", "commas", "spaced")
EMPTY = (0, 0, 0, 0, 0, 0.0, None, None, 0, 0)
"""What is measured where there are no rows."""

DAY_FIRST = tuple(f"%d{mark}%m{mark}%Y{clock}" for mark in "/.-" for clock in ("", " %H:%M", " %H:%M:%S"))
MONTH_FIRST = tuple(
    f"%m{mark}%d{mark}%Y{clock}" for mark in "/.-" for clock in ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
)
OTHER_FORMATS = (
    "%d-%b-%y",
    "%d-%b-%Y",
    "%d %b %Y",
    "%b %d, %Y",
    "%Y/%m/%d",
    "%Y/%m/%d %H:%M",
    "%Y/%m/%d %H:%M:%S",
    "%Y%m%d",
    "%d/%m/%y",
    "%m/%d/%y",
    "%Y年%m月%d日",
)
FORMATS = (*DAY_FIRST, *MONTH_FIRST, *OTHER_FORMATS)


@dataclass(frozen=True)
class Look:
    """What was found in a column."""

    name: str
    rows: int
    filled: int
    distinct: int
    numbers: int
    dates: int
    length: float
    low: float | None
    high: float | None
    values: tuple[str, ...]
    samples: tuple[str, ...]
    formats: tuple[str, ...] = ()
    has_decimal_comma: bool = False
    spaced: int = 0
    counts: tuple[int, ...] = ()
    """How often each of the values stands there."""

    @property
    def is_time(self) -> bool:
        return bool(self.formats)

    @property
    def is_numeric(self) -> bool:
        return self.filled > 0 and self.numbers >= NEARLY_ALL * self.filled

    @property
    def is_unique(self) -> bool:
        return self.filled == self.rows and self.distinct == self.rows and self.rows > 1

    @property
    def is_text(self) -> bool:
        return (
            not self.is_numeric
            and not self.is_time
            and self.length > 20
            and (self.spaced > 0.5 * self.filled and self.distinct > 0.3 * self.filled)
        )

    def share_of(self, values: Container[str]) -> float:
        """The share of the cells that hold one of these values."""
        counted = zip(self.values, self.counts, strict=True)
        return sum(count for value, count in counted if value in values) / max(self.filled, 1)


def is_whole(text: str) -> bool:
    """Whether a text is a whole number, as 5 and 5.0 are."""
    try:
        return float(text).is_integer()
    except ValueError:
        return False


def look(staging: Staging, names: Sequence[str]) -> dict[str, Look]:
    """Look at the first rows of columns."""
    found: dict[str, Look] = {}
    for place in range(0, len(names), TOGETHER):
        found |= _together(staging, names[place : place + TOGETHER])
    return found


def _together(staging: Staging, names: Sequence[str]) -> dict[str, Look]:
    """Look at a few columns in one go: their cells one below the other, ``x``, with the place of their column."""
    rows = exp.select(*(column(name) for name in names)).from_(ROWS).limit(LOOKED_AT)
    places = _unnested([exp.Literal.number(place) for place in range(len(names))], "place")
    cells = _unnested([fill("nullif(trim(:x), '')", x=column(name)) for name in names], "x")
    seen = exp.select(places, cells).from_(rows.subquery("rows")).subquery("seen")
    measured, common = _measured(staging, seen), _common(staging, seen)
    looks = {name: _look(name, measured.get(place, EMPTY), common[place]) for place, name in enumerate(names)}
    counts = _counts(staging, seen, [place for place, name in enumerate(names) if _may_be_time(looks[name])])
    return {
        name: replace(found, formats=_formats(found, counts.get(place)))
        for place, (name, found) in enumerate(looks.items())
    }


def _unnested(items: Sequence[exp.Expr], alias: str) -> exp.Expr:
    return exp.alias_(exp.Anonymous(this="unnest", expressions=[exp.Array(expressions=list(items))]), alias)


def _measured(staging: Staging, seen: exp.Subquery) -> dict[int, Sequence[Any]]:
    number = fill("TRY_CAST(x AS DOUBLE)")
    found = staging.run(
        exp.select(
            "place",
            "count(*)",
            "count(x)",
            "count(DISTINCT x)",
            fill("count(:n)", n=number),
            fill("count(TRY_CAST(x AS TIMESTAMP)) FILTER (WHERE length(x) >= 8 AND contains(x, '-'))"),
            "coalesce(avg(length(x)), 0)",
            fill("min(:n)", n=number),
            fill("max(:n)", n=number),
            fill("count(*) FILTER (WHERE regexp_matches(x, '^-?[0-9. ]*[0-9],[0-9]{1,6}$'))"),
            fill("count(*) FILTER (WHERE contains(x, ' ') OR regexp_matches(x, '[\u3000-\u9fff]{8}'))"),
        )
        .from_(seen)
        .group_by("place")
    )
    return {place: row for place, *row in found}


def _common(staging: Staging, seen: exp.Subquery) -> dict[int, list[tuple[str, int]]]:
    """The values that stand most often in each column."""
    counted = exp.select("place", "x", "count(*) AS times").from_(seen).where("NOT x IS NULL").group_by("place", "x")
    rank = fill("row_number() OVER (PARTITION BY place ORDER BY times DESC, x)")
    ranked = exp.select("place", "x", "times", named(rank, "rank")).from_(counted.subquery("counted"))
    found: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for place, value, times in staging.run(
        exp.select("place", "x", "times")
        .from_(ranked.subquery("ranked"))
        .where(f"rank <= {MOST_VALUES}")
        .order_by("place", "rank")
    ):
        found[place].append((value, times))
    return found


def _look(name: str, row: Sequence[Any], common: Sequence[tuple[str, int]]) -> Look:
    values, counts = tuple(item for item, _ in common), tuple(count for _, count in common)
    measured = dict(zip(MEASURED, row, strict=True))
    commas = measured.pop("commas")
    is_comma = commas > 0.5 * row[1] > 0
    return Look(name, values=values, counts=counts, samples=values[:5], has_decimal_comma=is_comma, **measured)


def _is_iso(found: Look) -> bool:
    return bool(found.filled) and found.dates >= NEARLY_ALL * found.filled


def _is_dated(found: Look) -> bool:
    """Whether the values are about as long as a time, and have digits."""
    return 6 <= found.length <= 26 and any(char.isdigit() for char in "".join(found.samples))


def _may_be_time(found: Look) -> bool:
    """Whether formats have to be tried."""
    is_number = found.is_numeric and not (says_time(found.name) and found.length == len("20261231"))
    return bool(found.filled) and not _is_iso(found) and _is_dated(found) and not is_number


def _counts(staging: Staging, seen: exp.Subquery, places: Sequence[int]) -> dict[int, Sequence[int]]:
    """How many values of each column each format reads."""
    if not places:
        return {}
    reads = [
        fill("count(*) FILTER (WHERE year(try_strptime(x, :f)) BETWEEN 1950 AND 2100)", f=form) for form in FORMATS
    ]
    query = exp.select("place", *reads).from_(seen).where(exp.column("place").isin(*places)).group_by("place")
    return {place: row for place, *row in staging.run(query)}


def _formats(found: Look, counts: Sequence[int] | None) -> tuple[str, ...]:
    """The formats that read nearly every value, best first; where the heading speaks of a time, most are enough."""
    if _is_iso(found):
        return ("iso",)
    if counts is None:
        return _epoch(found) if found.filled and _is_dated(found) else ()
    best = max(*counts, found.dates)
    if best < (MOST if says_time(found.name) else NEARLY_ALL) * found.filled:
        return ()
    if found.dates == best:
        return ("iso",)
    least = min(best, NEARLY_ALL * found.filled)
    return tuple(form for form, count in zip(FORMATS, counts, strict=True) if count >= least)


def _epoch(found: Look) -> tuple[str, ...]:
    if found.low is None or found.high is None or not says_time(found.name):
        return ()
    if found.low > 9e8 and found.high < 3e9:
        return ("epoch",)
    return ("epoch_ms",) if found.low > 9e11 and found.high < 3e12 else ()


TIMELY = (
    *("time", "date", "created", "_at", " at", "stamp", "when"),
    *("czas", "data", "dzień", "utworz", "дата", "время", "создан", "时间", "日期", "创建", "creat"),
)


def says_time(name: str) -> bool:
    """Whether a heading speaks of a time."""
    return any(word in name.lower() for word in TIMELY)


def is_ambiguous(formats: Sequence[str]) -> bool:
    """Whether day and month may be the other way round."""
    return any(form in DAY_FIRST for form in formats) and any(form in MONTH_FIRST for form in formats)


def sketch(found: Look) -> ColumnSketch:
    """A column in words."""
    kind, reason = _kind(found)
    return ColumnSketch(found.name, kind, reason, found.filled, found.distinct, found.samples)


def _kind(found: Look) -> tuple[str, str]:
    if not found.filled:
        return "empty", said("nothing stands in it")
    if found.is_time:
        return "time", said("{samples} reads as {formats}", samples=repr(found.samples[0]), formats=found.formats[0])
    if found.is_numeric:
        return "number", said("numbers from {low} to {high}", low=f"{found.low:g}", high=f"{found.high:g}")
    if found.is_text:
        return "text", said("{length} characters on average, mostly different", length=f"{found.length:.0f}")
    if found.is_unique:
        return "id", said("every row has another value")
    roles = [role for role in ("customer", "channel", "agent", "language", "country") if says(found.name, role)]
    return (
        (roles[0], said("its heading says so"))
        if roles
        else ("category", said("{distinct} different values", distinct=found.distinct))
    )
