"""Ground: the clock, ids, errors and settings that every storey stands on. No framework, no business."""

from regard.base.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    RegardError,
    TooLarge,
    TooMany,
    Unavailable,
)

__all__ = ["Conflict", "Forbidden", "Invalid", "NotFound", "RegardError", "TooLarge", "TooMany", "Unavailable"]
