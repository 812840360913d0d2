"""A brand's colour on a respondent's page: legible as text and under text, in light and in dark (WCAG 2.2, 1.4.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from regard.surveys.colours import BLACK, TEXT, WHITE, contrast

LIGHT_PAPER: Final = ("#ffffff", "#eef0fb")
"""What lies behind the colour in light mode: the card, and a choice that is taken (see ``survey.css``)."""
DARK_PAPER: Final = ("#161a23", "#212739")


@dataclass(frozen=True)
class Shade:
    """A colour to fill buttons with and to write in, and the colour of text upon it."""

    fill: str
    text: str


def shades(colour: str) -> tuple[Shade, Shade]:
    """A brand's colour for light and for dark mode: as it is where it can be read, else as near to it as can be.

    >>> shades("#4338ca")[0], shades("#ffff00")[0].fill != "#ffff00"
    (Shade(fill='#4338ca', text='#ffffff'), True)
    """
    return _shade(colour, LIGHT_PAPER, BLACK), _shade(colour, DARK_PAPER, WHITE)


def _shade(colour: str, paper: tuple[str, ...], towards: str) -> Shade:
    mixtures = (_mixed(colour, towards, step / 100) for step in range(101))
    fill = next(one for one in mixtures if min(contrast(one, behind) for behind in paper) >= TEXT)
    return Shade(fill, max((WHITE, BLACK), key=lambda ink: contrast(ink, fill)))


def _mixed(colour: str, other: str, share: float) -> str:
    pairs = ((int(colour[at : at + 2], 16), int(other[at : at + 2], 16)) for at in (1, 3, 5))
    return "#" + "".join(f"{round(one + (two - one) * share):02x}" for one, two in pairs)
