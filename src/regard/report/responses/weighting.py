"""By which weights answers count: all alike, by the probability of having been asked, or raked to known margins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from regard.base import Invalid
from regard.metrics import Raked, rake
from regard.report.responses.collected import Collected
from regard.report.responses.columns import Floats, Mask

Margins = Mapping[str, Mapping[str, float]]
"""Variable → category → share of all customers."""


@dataclass(frozen=True)
class Weighing:
    """Weights of the responses, one each. ``problem`` says why they could not be made as asked.

    Raked weights leave out ``unknown`` responses, of which a margin's category is not known: they weigh nothing.
    """

    kind: str
    weights: Floats
    raked: Raked | None = None
    known: Mask | None = None
    problem: Invalid | None = None

    @property
    def unknown(self) -> int:
        return 0 if self.known is None else int((~self.known).sum())

    @property
    def is_weighted(self) -> bool:
        return self.kind != "none"

    def of(self, mask: Mask) -> Floats:
        return np.asarray(self.weights[mask], dtype=float)


def weighing(collected: Collected, kind: str, margins: Margins, cap: float | None = None) -> Weighing:
    """Weights for all responses. What cannot be raked counts alike, and why is said; ``cap``: the most that a raked
    weight may be, in mean weights."""
    sampling = np.array([one.weight for one in collected.responses], dtype=float)
    if kind == "sampling":
        return Weighing("sampling", sampling)
    if kind != "raked":
        return Weighing("none", np.ones(collected.n))
    try:
        return _raked(collected, margins, sampling, cap)
    except Invalid as error:
        return Weighing("none", np.ones(collected.n), problem=error)


def _raked(collected: Collected, margins: Margins, sampling: Floats, cap: float | None) -> Weighing:
    people = {name: np.array(collected.category(name), dtype=object) for name in margins}
    known = np.ones(collected.n, dtype=bool)
    for given in people.values():
        known &= np.array([one is not None for one in given], dtype=bool)
    raked = rake(
        {name: given[known] for name, given in people.items()},
        margins,
        sampling[known] if known.any() else None,
        limits=None if cap is None else (0.0, cap),
    )
    weights = np.zeros(collected.n)
    weights[known] = raked.weights
    return Weighing("raked", weights, raked, known)
