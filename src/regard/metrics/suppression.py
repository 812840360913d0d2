"""Small groups are not shown, nor is the figure that would reveal them by subtraction from a total."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from regard.metrics.model import Estimate

BELOW_MINIMUM = "below_minimum_n"
WOULD_REVEAL = "would_reveal_another_group"


def withheld_groups(sizes: Mapping[str, int], minimum_n: int, *, total_is_shown: bool = True) -> dict[str, str]:
    """Which groups of a break-down are withheld, and why.

    A group with fewer than ``minimum_n`` is withheld. When a total is shown beside the groups, what is
    missing from it is the withheld ones together: while that is one group, or fewer people than the minimum,
    the next smallest is withheld too (complementary suppression: Cox 1980, *JASA* 75). Empty groups hide
    nobody and need no hiding.

    >>> withheld_groups({"web": 90, "phone": 40, "fax": 3}, 5)
    {'fax': 'below_minimum_n', 'phone': 'would_reveal_another_group'}
    """
    ascending = sorted((n, group) for group, n in sizes.items() if n > 0)
    hidden = {group: BELOW_MINIMUM for n, group in ascending if n < minimum_n}
    if not hidden or not total_is_shown:
        return hidden
    for _, group in ascending[len(hidden) :]:
        if len(hidden) > 1 and sum(sizes[g] for g in hidden) >= minimum_n:
            break
        hidden[group] = WOULD_REVEAL
    return hidden


def suppress(groups: Mapping[str, Estimate], minimum_n: int, *, total_is_shown: bool = True) -> dict[str, Estimate]:
    """The same groups with the withheld ones emptied of every number, their size included."""
    hidden = withheld_groups({group: one.n for group, one in groups.items()}, minimum_n, total_is_shown=total_is_shown)
    return {group: withhold(one, hidden[group]) if group in hidden else one for group, one in groups.items()}


def withhold(estimate: Estimate, reason: str = BELOW_MINIMUM) -> Estimate:
    """An estimate without its numbers: not the value, not the bounds, and not how many there are."""
    return replace(estimate, value=None, low=None, high=None, n=0, n_effective=None, withheld=reason)
