"""Why did it change? Exactly: who answered (mix) and how they answered (rate), group by group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from regard.base import Invalid
from regard.base.words import said
from regard.metrics import decomposition
from regard.metrics.answers import Answers
from regard.metrics.catalogue import metric_called
from regard.metrics.comparing import both_periods
from regard.metrics.definitions import definition_of
from regard.metrics.measuring import Measured, gathered
from regard.metrics.model import Better, Definition, Estimate, Slice, Unit
from regard.metrics.scope import Window
from regard.metrics.withholding import Sizes, broken_down
from regard.stream import Store

OTHER = "…"
"""Where groups too small to be shown are put together."""


@dataclass(frozen=True)
class Explained:
    """The change of a metric from period ``a`` to ``b``, split by the groups of ``by``; the parts sum to it.

    ``split`` is in ``unit``; for a headline that is not a mean (a median) it explains the mean.
    """

    metric: str
    definition: Definition
    slice: Slice
    a: str
    b: str
    by: str
    unit: Unit
    better: Better | None
    split: decomposition.Explanation
    sql: str
    notes: Sequence[str] = ()


def explain(
    store: Store, metric: str, a: str, b: str, slice: Slice = Slice(), *, definition: Definition | None = None
) -> Explained:
    """Split the difference between two periods by the groups of ``slice.by``; it is the difference that ``compare``
    tells. ``definition`` is the newest unless given.

    Raises :class:`~regard.base.Invalid` without ``by``, when one side holds nothing, or when what there is to tell
    rests on fewer than the workspace's minimum.
    """
    if slice.by is None:
        raise Invalid(
            said("say which groups may explain the change"), field="by", remedy=said("for example by channel")
        )
    contract = metric_called(metric)
    windows = both_periods(a, b)
    asked, used = replace(slice, every=None), definition or definition_of(store, contract.key)
    whole = gathered(store, contract, replace(asked, by=None), used, windows)
    found = gathered(store, contract, asked, used, windows)
    headlines = [_headline(whole, window) for window in windows]
    before, after = _told(found, windows)
    split = decomposition.explain(before, after, ends=_ends([one.value for one in headlines]))
    unit = headlines[0].unit
    notes = list(found.gathered.notes)
    if OTHER in before or OTHER in after:
        notes.append(
            said(
                "Groups below {minimum_n} are put together as {other}.",
                minimum_n=found.scope.settings.minimum_n,
                other=OTHER,
            )
        )
    rest = (found.better, split, found.gathered.sql, notes)
    return Explained(contract.key, found.definition, asked, a, b, slice.by, unit, *rest)


def _headline(whole: Measured, window: Window) -> Estimate:
    estimate = whole.figures(window)[0].estimate
    if estimate.withheld:
        raise _too_few(whole.scope.settings.minimum_n)
    return estimate


def _ends(values: Sequence[float | None]) -> tuple[float, float] | None:
    before, after = values
    return None if before is None or after is None else (before, after)


def _told(found: Measured, windows: tuple[Window, Window]) -> list[dict[str, Answers]]:
    """Units by group in both windows; groups too small in either are joined, so that nothing is lost from the sum."""
    units = {window: {group or "": found.units(window, group) for group in found.groups} for window in windows}
    sizes: Sizes = {(window, group): one.n for window, side in units.items() for group, one in side.items()}
    small = {group or "" for _, group in broken_down(sizes, found.scope.settings.minimum_n)}
    joint = _enough(list(units.values()), small, found.scope.settings.minimum_n)
    return [_joined(side, joint) for side in units.values()]


def _enough(sides: Sequence[Mapping[str, Answers]], small: set[str], least: int) -> set[str]:
    """The groups to join: the small ones and the next smallest, until they are not few on either side."""
    sizes = {group: sum(side[group].n for side in sides) for side in sides for group in side}
    others = sorted((group for group in sizes if group not in small), key=lambda group: (-sizes[group], group))
    joint = set(small)
    while any(0 < sum(side[group].n for group in joint) < least for side in sides):
        if not others:
            raise _too_few(least)
        joint.add(others.pop())
    return joint


def _too_few(least: int) -> Invalid:
    return Invalid(
        said("there are fewer than {minimum_n} to explain the change by", minimum_n=least),
        field="where",
        remedy=said("choose longer periods or fewer filters"),
    )


def _joined(side: Mapping[str, Answers], small: set[str]) -> dict[str, Answers]:
    from regard.metrics.survey_answers import joined

    shown = {group: one for group, one in side.items() if group not in small}
    return {**shown, OTHER: joined(side[group] for group in small)} if small else shown
