"""What does not come over from another tool as it was: every source feature is either carried or listed here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

Severity: TypeAlias = Literal["lost", "changed", "cosmetic"]
"""``lost``: it is not there; ``changed``: it is there and works differently; ``cosmetic``: it only looks different."""
SEVERITIES: Final[tuple[Severity, ...]] = ("lost", "changed", "cosmetic")


@dataclass(frozen=True, slots=True)
class Loss:
    """One thing of the source: where it stands there, what it is, why it is not the same here."""

    place: str
    what: str
    why: str
    severity: Severity


@dataclass
class Losses:
    """Losses as they are found, each once."""

    found: dict[Loss, None] = field(default_factory=dict)

    def lost(self, place: str, what: str, why: str) -> None:
        self.found[Loss(place, what, why, "lost")] = None

    def changed(self, place: str, what: str, why: str) -> None:
        self.found[Loss(place, what, why, "changed")] = None

    def cosmetic(self, place: str, what: str, why: str) -> None:
        self.found[Loss(place, what, why, "cosmetic")] = None

    def listed(self) -> list[Loss]:
        """The gravest first, otherwise as they were found."""
        return sorted(self.found, key=lambda loss: SEVERITIES.index(loss.severity))

    def unknown(self, place: str, given: object, known: frozenset[str]) -> None:
        """List every name of an object that nobody reads."""
        for name in unread(given, known):
            self.lost(place, name, "this property has no place here")


def unread(given: object, known: frozenset[str]) -> Iterator[str]:
    """Names of an object that are not known and say something.

    >>> list(unread({"type": "text", "mask": "99", "min": None}, frozenset({"type"})))
    ['mask']
    """
    if isinstance(given, dict):
        for name, value in given.items():
            if name not in known and value not in (None, "", [], {}, False):
                yield str(name)
