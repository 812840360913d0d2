"""A change as a page tells it: the parts of an explanation as rows of a chart. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from regard.web import Format, Row, gettext_noop

WHO = gettext_noop("{group} · mix")
HOW = gettext_noop("{group} · rate")


class _Part(Protocol):
    @property
    def value(self) -> float: ...
    @property
    def low(self) -> float: ...
    @property
    def high(self) -> float: ...


class _GroupPart(Protocol):
    @property
    def group(self) -> str: ...
    @property
    def mix(self) -> _Part: ...
    @property
    def rate(self) -> _Part: ...


def parts_of_change(groups: Sequence[_GroupPart], nameless: str, fmt: Format) -> list[Row]:
    """Two parts for each group: mix (how many of all there were) and rate (how they answered or fared)."""
    return [
        Row(fmt.say(words, group=group.group or nameless), part.value, part.low, part.high)
        for group in groups
        for words, part in ((WHO, group.mix), (HOW, group.rate))
    ]
