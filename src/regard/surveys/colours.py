"""Colours of a theme: whether they can be read, by WCAG 2.2's contrast ratio."""

from __future__ import annotations

import re
from typing import Final

from regard.base import Invalid
from regard.base.words import said

TEXT: Final = 4.5
"""The least contrast of text with what lies behind it (WCAG 2.2, 1.4.3 AA)."""
WHITE: Final = "#ffffff"
BLACK: Final = "#000000"
_HEX: Final = re.compile(r"#[0-9a-fA-F]{6}")


def luminance(colour: str) -> float:
    """Relative luminance from 0 (black) to 1 (white), as WCAG 2.2 defines it.

    >>> luminance("#ffffff"), luminance("#000000")
    (1.0, 0.0)
    """
    if not _HEX.fullmatch(colour):
        raise Invalid(said("{colour} is no colour such as #3b49c4", colour=colour[:20]), field="colour")
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, from 1 to 21.

    >>> contrast("#ffffff", "#000000")
    21.0
    """
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def is_legible(colour: str) -> bool:
    """Whether white can be read on the colour, and the colour on white.

    >>> is_legible("#4338ca"), is_legible("#ffd400")
    (True, False)
    """
    return contrast(colour, WHITE) >= TEXT


def legible(colour: str) -> str:
    """The colour itself, or the nearest darker shade of it that is legible.

    >>> legible("#4338ca"), is_legible(legible("#ffd400"))
    ('#4338ca', True)
    """
    parts = [int(colour[at : at + 2], 16) for at in (1, 3, 5)] if _HEX.fullmatch(colour) else [0, 0, 0]
    shades = ("#" + "".join(f"{round(part * (100 - darker) / 100):02x}" for part in parts) for darker in range(101))
    return next(shade for shade in shades if is_legible(shade))
