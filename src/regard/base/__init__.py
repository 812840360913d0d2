"""Ground: the clock, ids, errors and settings that every storey stands on. No framework, no business."""

from regard.base.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotAllowed,
    NotFound,
    RegardError,
    TooLarge,
    TooMany,
    TooSlow,
    Unauthorized,
    Unavailable,
)

__all__ = [
    "Conflict",
    "Forbidden",
    "Invalid",
    "NotAllowed",
    "NotFound",
    "RegardError",
    "TooLarge",
    "TooMany",
    "TooSlow",
    "Unauthorized",
    "Unavailable",
]
