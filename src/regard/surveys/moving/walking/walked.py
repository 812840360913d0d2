"""One way through a survey of another tool, in that tool's own terms."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, Protocol, TypeAlias

Choose: TypeAlias = Callable[[Sequence[Any]], Any]
"""Takes one of several possibilities."""
End: TypeAlias = Literal["complete", "screened out"]


NOTHING: Final = "\0"


@dataclass(frozen=True)
class Look:
    """How a question was put; what is None is not compared."""

    offered: tuple[str, ...] | None = None
    """The choices or rows that were offered, in their order."""
    is_random: bool = False
    """Whether that order is one of many."""
    take: int | None = None
    """How many of those that are not fixed are drawn, where that is not all."""
    is_required: bool | None = None
    text: str | None = None
    """What the question said, with everything put in."""
    columns: tuple[str, ...] | None = None
    """The columns of a matrix that were offered."""
    filled: Any = None
    """The answer that was there beforehand, in the source's terms; :data:`NOTHING` where it is known that none was."""


@dataclass
class Walked:
    """One way through a survey."""

    shown: list[str] = field(default_factory=list)
    """Keys of the questions, in the order they were shown in."""
    answers: dict[str, Any] = field(default_factory=dict)
    traits: dict[str, Any] = field(default_factory=dict)
    orders: list[tuple[str, list[str], list[str]]] = field(default_factory=list)
    """What was put in random order: a name, all members as they stand, those drawn in their order."""
    looks: dict[str, Look] = field(default_factory=dict)
    """How questions were put, by key."""
    end: End | None = "complete"
    leads: str | None = None
    """The address at which it goes on, "" for none; None where that is not compared."""
    quotas: list[str] | None = None
    """The quotas that count this way; None where they are not compared."""


class Source(Protocol):
    """A survey that can be walked by its own tool's rules."""

    tells_texts: bool
    """Whether its walks say what stands in texts with something put in."""

    def walk(self, choose: Choose) -> Walked:
        """Go through once."""


def drawn(members: Sequence[Any], count: int, choose: Choose) -> list[Any]:
    """So many of the members, one after another."""
    left, found = list(members), list[Any]()
    while left and len(found) < count:
        found.append(choose(left))
        left.remove(found[-1])
    return found
