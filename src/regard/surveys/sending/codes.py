"""The address of a survey as a code for cameras, and as a poster of A4 with title, code and address."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Final

import qrcode
from qrcode.constants import ERROR_CORRECT_M

from regard.surveys.languages import direction

QUIET: Final = 4
"""Modules left white around a code (ISO/IEC 18004)."""
WIDTH, HEIGHT = 210.0, 297.0
"""Of A4, in millimetres."""
MARGIN: Final = 20.0
CODE: Final = 110.0
"""The width of the code with the white around it: legible from a metre away."""
FONTS: Final = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', sans-serif"


def modules(address: str) -> list[list[bool]]:
    """The dark and light squares of a code, row by row, without the white around it; a quarter may be hidden."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0)
    code.add_data(address)
    code.make(fit=True)
    return code.get_matrix()


def runs(squares: list[list[bool]]) -> list[tuple[int, int, int]]:
    """Dark squares side by side as (column, row, how many).

    >>> runs([[True, True, False, True]])
    [(0, 0, 2), (3, 0, 1)]
    """
    found = []
    for y, row in enumerate(squares):
        start = None
        for x, is_dark in enumerate([*row, False]):
            if is_dark and start is None:
                start = x
            elif not is_dark and start is not None:
                found.append((start, y, x - start))
                start = None
    return found


def qr_path(address: str) -> tuple[int, str]:
    """How many squares a code is wide with the white around it, and its dark ones as an SVG path."""
    squares = modules(address)
    drawn = "".join(f"M{x + QUIET} {y + QUIET}h{n}v1h-{n}z" for x, y, n in runs(squares))
    return len(squares) + 2 * QUIET, drawn


def qr_svg(address: str) -> str:
    """A code alone: black on white whatever lies behind it, for cameras need the contrast."""
    size, drawn = qr_path(address)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" width="{size * 8}" height="{size * 8}">'
        f'<path fill="#fff" d="M0 0h{size}v{size}H0z"/><path fill="#000" d="{drawn}"/></svg>'
    )


@dataclass(frozen=True)
class Poster:
    """What stands on a poster: ``lines`` are the title and the request, each in every language that was asked for."""

    titles: list[tuple[str, str]]
    """Language and words."""
    address: str
    shown: str
    """The address as people type it: without what browsers add."""
    company: str
    fill: str
    on_fill: str


def wrapped(text: str, most: int) -> list[str]:
    """A text in lines of at most so many columns; letters that are drawn wide take two.

    >>> wrapped("How was your visit?", 10)
    ['How was', 'your visit?']
    """
    lines, line = [], ""
    for word in _words(text):
        longer = f"{line}{word}"
        if line and columns(longer.strip()) > most + 1:
            lines.append(line.strip())
            longer = word.lstrip()
        line = longer
    return [*lines, line.strip()] if line.strip() else lines


def _words(text: str) -> list[str]:
    """Where a line may be broken: before spaces, and between letters that stand without any."""
    found: list[str] = []
    for word in " ".join(text.split()).split(" "):
        first = True
        part = ""
        for letter in word:
            if is_wide(letter):
                found += [f" {part}" if first and part else part, letter] if part else [letter]
                first, part = False, ""
            else:
                part += letter
        if part:
            found.append(f" {part}" if first else part)
    return found


def is_wide(letter: str) -> bool:
    """Chinese, Japanese and Korean letters are as wide as they are high."""
    return "\u1100" <= letter <= "\u115f" or "\u2e80" <= letter <= "\ud7a3" or "\uff00" <= letter <= "\uff60"


def columns(text: str) -> int:
    return sum(1 + is_wide(letter) for letter in text)


@dataclass(frozen=True)
class Line:
    """A line of the poster: where its baseline is (mm from the top), how large it is (mm), in which language."""

    y: float
    size: float
    text: str
    language: str


def title_lines(poster: Poster) -> list[Line]:
    """The titles under the coloured band, as large as they fit above the code."""
    for size in (15.0, 12.0, 10.0, 8.0, 6.5, 5.0, 4.0):
        most = int((WIDTH - 2 * MARGIN) / (size * 0.56))
        lines = [(text, language) for language, title in poster.titles for text in wrapped(title, most)]
        if len(lines) * size * 1.3 <= TITLES_END - TITLES_START:
            break
    start = TITLES_START + max(0.0, (TITLES_END - TITLES_START - len(lines) * size * 1.3) / 2)
    return [Line(start + (at + 0.95) * size * 1.3, size, text, language) for at, (text, language) in enumerate(lines)]


BAND: Final = 34.0
TITLES_START, TITLES_END = 44.0, 130.0
CODE_TOP: Final = 136.0


def poster_svg(poster: Poster) -> str:
    """The poster as SVG, with the fonts of whatever shows it: every script can be written so."""
    squares, drawn = qr_path(poster.address)
    left = (WIDTH - CODE) / 2
    lines = "".join(
        f'<text x="105" y="{line.y:.1f}" font-size="{line.size:g}" font-weight="700" xml:lang="{escape(line.language)}"'
        f' direction="{direction(line.language)}">{escape(line.text)}</text>'
        for line in title_lines(poster)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {HEIGHT:g}" width="{WIDTH:g}mm"'
        f' height="{HEIGHT:g}mm" font-family="{escape(FONTS)}" text-anchor="middle" fill="#111">'
        f'<path fill="#fff" d="M0 0h210v297H0z"/><path fill="{poster.fill}" d="M0 0h210v{BAND:g}H0z"/>'
        f'<text x="105" y="21" font-size="9" font-weight="700" fill="{poster.on_fill}">{escape(poster.company)}</text>'
        f'{lines}<svg x="{left:g}" y="{CODE_TOP:g}" width="{CODE:g}" height="{CODE:g}"'
        f' viewBox="0 0 {squares} {squares}"><path fill="#000" d="{drawn}"/></svg>'
        f'<text x="105" y="260" font-size="{address_size(poster.shown):.1f}">{escape(poster.shown)}</text>'
        f'<path fill="{poster.fill}" d="M0 287h210v10H0z"/></svg>'
    )


def address_size(text: str) -> float:
    """As large as an address fits between the margins, in millimetres."""
    return min(7.0, (WIDTH - 2 * MARGIN) / (0.56 * max(1, len(text))))
