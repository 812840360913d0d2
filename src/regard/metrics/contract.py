"""What every metric's file declares: its words, its rules, how its facts are gathered and how they become figures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from regard.base import Invalid
from regard.base.words import said
from regard.metrics.model import Better, Estimate, Unit

if TYPE_CHECKING:
    from regard.metrics.answers import Answers
    from regard.metrics.definitions import Kind
    from regard.metrics.scope import Scope, Window
    from regard.metrics.survival import Survival

Rules = Mapping[str, Any]
Cells = Mapping[tuple["Window", str | None], Any]
"""Facts by window and group; the group is ``None`` when nothing is broken down, ``""`` where the value is missing."""


@dataclass(frozen=True)
class Rule:
    """One setting of a definition: its value when nobody changed it, and what may be put there.

    ``check`` returns what is wrong with a value, as the end of the sentence "the rule … must …", or None.
    """

    name: str
    default: Any
    about: str
    check: Callable[[Any], str | None]


@dataclass(frozen=True)
class Gathered:
    """What the store said about a metric: facts per cell, the SQL that made them, and what to say beside them."""

    cells: Cells
    sql: str
    notes: Sequence[str] = ()
    currency: str | None = None


class Later(Mapping[str, Estimate]):
    """Companions that are worked out when somebody looks: a trend of a hundred periods shows the headline only."""

    def __init__(self, make: Callable[[], Mapping[str, Estimate]]):
        self._make = make

    @cached_property
    def _made(self) -> Mapping[str, Estimate]:
        return self._make()

    def __getitem__(self, name: str) -> Estimate:
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._made)

    def __len__(self) -> int:
        return len(self._made)


@dataclass(frozen=True)
class Reading:
    """One cell's headline, what stands beside it, and the curve of a time until something happens."""

    headline: Estimate
    parts: Mapping[str, Estimate] = field(default_factory=dict)
    curve: Callable[[], Survival] | None = None


@dataclass(frozen=True)
class Metric:
    """A metric: data for the definition panel, and three functions.

    ``gather(scope)`` asks the store; ``read(facts, rules, whole)`` makes figures of one cell's facts, ``whole`` being
    the facts of all cells (so that every cell is read alike); ``units(facts, rules, whole)`` gives one number per
    answer, customer or ticket whose mean is the headline, which is what explains a change. Metrics of one ``family``
    share their questions, which fetch the ``facets`` of those looked at together. ``days_rule`` names the rule that
    says how long the window is when a slice has no dates and the metric needs them. A metric that ``grows`` counts what
    customers did by the end of a period: the longer the period, the more. Periods of which one was cut short are then
    not comparable. ``looks_back(rules, kind)`` says how many days before a period its figure rests on, too.
    """

    key: str
    title: str
    unit: Unit
    better: Better | None
    about: str
    formula: str
    interval: str
    source: str
    reads: tuple[str, ...]
    rules: tuple[Rule, ...]
    gather: Callable[[Scope], Gathered]
    read: Callable[[Any, Rules, Sequence[Any]], Reading]
    units: Callable[[Any, Rules, Sequence[Any]], Answers]
    nothing: Callable[[], Any]
    direction: Callable[[Rules, Sequence[Any]], Better | None] | None = None
    family: str = ""
    days_rule: str | None = None
    grows: bool = False
    looks_back: Callable[[Rules, Kind], int] = lambda rules, kind: 0
    facets: tuple[str, ...] = ()

    def defaults(self) -> dict[str, Any]:
        """The rules of version 0."""
        return {rule.name: rule.default for rule in self.rules}

    def checked(self, rules: Rules) -> dict[str, Any]:
        """The rules with defaults filled in; Invalid, naming the rule, where one cannot be used."""
        known = {rule.name: rule for rule in self.rules}
        for name, value in rules.items():
            if name not in known:
                raise Invalid(
                    said("{key} has no rule called {name}", key=self.key, name=repr(name)),
                    field=name,
                    remedy=said("use {known}", known=", ".join(known)),
                )
            if wrong := known[name].check(value):
                raise Invalid(
                    said("the rule {name} must {wrong}, not {value}", name=name, wrong=wrong, value=repr(value)),
                    field=name,
                )
        return {**self.defaults(), **rules}


# --- what a rule may hold ------------------------------------------------------------------------------------------

Check = Callable[[Any], str | None]


def whole_number(least: int, most: int) -> Check:
    """A whole number within limits."""

    def check(value: Any) -> str | None:
        fits = isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
        return None if fits else said("be a whole number from {least} to {most}", least=least, most=most)

    return check


@dataclass(frozen=True)
class OneOf:
    """A check that knows its choices, so that a form can offer them."""

    choices: tuple[Any, ...]

    def __call__(self, value: Any) -> str | None:
        return None if value in self.choices else said("be one of {choices}", choices=", ".join(map(str, self.choices)))


def one_of(*choices: Any) -> Check:
    """One of a few values."""
    return OneOf(choices)


def names(value: Any) -> str | None:
    """A list of names, not empty."""
    fits = isinstance(value, list | tuple) and value and all(isinstance(name, str) and name for name in value)
    return None if fits else said("be a list of interaction names")


def text_or_nothing(value: Any) -> str | None:
    """A name, or nothing."""
    return None if value is None or (isinstance(value, str) and value) else said("be a name, or nothing")


def or_nothing(check: Check) -> Check:
    """The same, or nothing."""
    return lambda value: None if value is None else check(value)
