"""Domain events: what happened, told upwards. A storey publishes; ``regard.wiring`` says who hears what.

An event is a frozen dataclass named in the past tense (``ProfilesMerged``). Hearing is synchronous and in order; an
ear that fails must not undo what happened, so it is logged and the others still hear.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from regard.base.errors import traced

Ear = Callable[[Any], None]

logger = logging.getLogger(__name__)
_ears: dict[type, list[Ear]] = defaultdict(list)


def subscribe(event: type, ear: Ear) -> None:
    """Let ``ear`` hear every event of this type from now on; saying it twice changes nothing."""
    if ear not in _ears[event]:
        _ears[event].append(ear)


def unsubscribe(event: type, ear: Ear) -> None:
    """Let ``ear`` hear no more of this type."""
    if ear in _ears[event]:
        _ears[event].remove(ear)


def publish(event: object) -> None:
    """Tell everyone who listens for events of this type.

    >>> heard = []
    >>> subscribe(str, heard.append)
    >>> publish("somebody came")
    >>> heard
    ['somebody came']
    >>> unsubscribe(str, heard.append)
    """
    for ear in tuple(_ears[type(event)]):
        try:
            ear(event)
        except Exception as error:  # noqa: BLE001 - whatever an ear does, the others hear
            name = getattr(ear, "__qualname__", type(ear).__name__)
            logger.error("%s failed on %s: %s", name, type(event).__name__, traced(error))
