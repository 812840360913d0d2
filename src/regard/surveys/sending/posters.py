"""The poster as PDF: one page of A4, the code and all shapes as lines, the letters from a font that is in the file.

PDF 1.4 as ISO 32000-1 describes it, written here because a page with a title and a code needs so little of it. The
font has the letters of Latin, Greek and Cyrillic; Chinese, Japanese and Korean are written with the fonts that readers
of PDF bring for them. Other scripts need shaping that this does not do: their posters are SVG.
"""

from __future__ import annotations

import struct
import unicodedata
import zlib
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources import files
from typing import Final

from regard.base import Invalid
from regard.base.words import said
from regard.surveys.sending.codes import (
    BAND,
    CODE,
    CODE_TOP,
    HEIGHT,
    QUIET,
    WIDTH,
    Poster,
    address_size,
    is_wide,
    modules,
    runs,
    title_lines,
)

POINTS: Final = 72 / 25.4
"""In a millimetre."""
CJK: Final = {
    "zh": ("STSong-Light", "UniGB-UCS2-H", "GB1"),
    "ja": ("HeiseiMin-W3", "UniJIS-UCS2-H", "Japan1"),
    "ko": ("HYSMyeongJo-Medium", "UniKS-UCS2-H", "Korea1"),
}
"""Font, coding and collection that readers of PDF know by name."""


# --- the font --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Font:
    """What must be known of a TrueType font to write with it (OpenType 1.9: head, hhea, hmtx, cmap format 4)."""

    data: bytes

    @cached_property
    def tables(self) -> dict[str, bytes]:
        count = struct.unpack_from(">H", self.data, 4)[0]
        entries = (struct.unpack_from(">4sLLL", self.data, 12 + 16 * at) for at in range(count))
        return {tag.decode("latin-1"): self.data[start : start + size] for tag, _, start, size in entries}

    @cached_property
    def units(self) -> int:
        """To an em."""
        return int(struct.unpack_from(">H", self.tables["head"], 18)[0])

    @cached_property
    def box(self) -> tuple[int, ...]:
        return tuple(round(one * 1000 / self.units) for one in struct.unpack_from(">4h", self.tables["head"], 36))

    @cached_property
    def widths(self) -> list[int]:
        """Of each glyph, in thousandths of an em."""
        many = struct.unpack_from(">H", self.tables["hhea"], 34)[0]
        return [
            round(struct.unpack_from(">H", self.tables["hmtx"], 4 * at)[0] * 1000 / self.units) for at in range(many)
        ]

    @cached_property
    def glyphs(self) -> dict[int, int]:
        """The glyph of each letter."""
        table = self.tables["cmap"]
        many = struct.unpack_from(">H", table, 2)[0]
        starts = (struct.unpack_from(">HHL", table, 4 + 8 * at)[2] for at in range(many))
        start = next(at for at in starts if struct.unpack_from(">H", table, at)[0] == 4)
        twice = struct.unpack_from(">H", table, start + 6)[0]
        lists = [struct.unpack_from(f">{twice // 2}H", table, start + 14 + twice * n + 2 * (n > 0)) for n in range(4)]
        found = {}
        for at, (end, first, delta, offset) in enumerate(zip(*lists, strict=True)):
            for code in range(first, min(end, 0xFFFE) + 1):
                place = start + 16 + 3 * twice + 2 * at + offset + 2 * (code - first)
                glyph = struct.unpack_from(">H", table, place)[0] if offset else code
                found[code] = (glyph + delta) % 65536 if glyph or not offset else 0
        return {code: glyph for code, glyph in found.items() if glyph}

    def width(self, text: str) -> int:
        """Of a text, in thousandths of an em."""
        return sum(self.widths[min(self.glyphs.get(ord(one), 0), len(self.widths) - 1)] for one in text)


@lru_cache(maxsize=1)
def poster_font() -> Font:
    return Font((files("regard.surveys") / "data" / "poster.ttf").read_bytes())


# --- the page --------------------------------------------------------------------------------------------------------


def poster_pdf(poster: Poster) -> bytes:
    """The poster. Raises :class:`~regard.base.Invalid` for a script that it cannot write."""
    font, used = poster_font(), set[str]()
    parts = [
        _filled("#ffffff", f"0 0 {_p(WIDTH)} {_p(HEIGHT)} re"),
        _filled(poster.fill, f"0 {_p(HEIGHT - BAND)} {_p(WIDTH)} {_p(BAND)} re 0 0 {_p(WIDTH)} {_p(10)} re"),
        _written(font, poster.company, 21, 9, "en", poster.on_fill, used),
        *(_written(font, one.text, one.y, one.size, one.language, "#111111", used) for one in title_lines(poster)),
        _code(poster.address),
        _written(font, poster.shown, 260, address_size(poster.shown), "en", "#111111", used),
    ]
    return _file(font, " ".join(parts).encode("latin-1"), sorted(used))


def _p(millimetres: float) -> str:
    return f"{millimetres * POINTS:.2f}"


def _filled(colour: str, shape: str) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return f"{red:.3f} {green:.3f} {blue:.3f} rg {shape} f"


def _code(address: str) -> str:
    squares = modules(address)
    one = CODE / (len(squares) + 2 * QUIET)
    left, top = (WIDTH - CODE) / 2 + QUIET * one, HEIGHT - CODE_TOP - QUIET * one
    shapes = (f"{_p(left + x * one)} {_p(top - (y + 1) * one)} {_p(n * one)} {_p(one)} re" for x, y, n in runs(squares))
    return _filled("#000000", " ".join(shapes))


def _written(font: Font, text: str, y: float, size: float, language: str, colour: str, used: set[str]) -> str:
    """A line in the middle of the page; ``used`` takes the names of the fonts it needs."""
    pieces = _pieces(font, unicodedata.normalize("NFC", text), language)
    used.update(name for name, _ in pieces if name != "F")
    width = sum(font.width(part) if name == "F" else 1000 * len(part) for name, part in pieces) / 1000 * size
    shown = " ".join(f"/{name} {_p(size)} Tf <{_coded(font, name, part)}> Tj" for name, part in pieces)
    return _filled(colour, "").removesuffix(" f") + f"BT {_p((WIDTH - width) / 2)} {_p(HEIGHT - y)} Td {shown} ET"


def _pieces(font: Font, text: str, language: str) -> list[tuple[str, str]]:
    """Parts of a text with the name of the font that writes each."""
    found: list[tuple[str, str]] = []
    for letter in text:
        name = "F" if ord(letter) in font.glyphs else _cjk(letter, language)
        if found and found[-1][0] == name:
            found[-1] = (name, found[-1][1] + letter)
        else:
            found.append((name, letter))
    return found


def _cjk(letter: str, language: str) -> str:
    if not is_wide(letter) and letter not in "“”‘’…—·":
        raise Invalid(
            said("the PDF cannot write {letter}", letter=repr(letter)),
            field="lang",
            remedy=said("take the poster as SVG, or choose another language"),
        )
    base = language.lower().partition("-")[0]
    return base if base in CJK else "zh"


def _coded(font: Font, name: str, text: str) -> str:
    if name == "F":
        return "".join(f"{font.glyphs[ord(one)]:04x}" for one in text)
    return text.encode("utf-16-be").hex()


# --- the file --------------------------------------------------------------------------------------------------------


def _stream(data: bytes, more: str = "") -> bytes:
    packed = zlib.compress(data, 9)
    return f"<< /Length {len(packed)} /Filter /FlateDecode {more}>>\nstream\n".encode() + packed + b"\nendstream"


TYPE_0: Final = (
    b"<< /Type /Font /Subtype /Type0 /BaseFont /DejaVuSans-Bold /Encoding /Identity-H"
    b" /DescendantFonts [6 0 R] /ToUnicode 9 0 R >>"
)
CID_FONT: Final = (
    b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /DejaVuSans-Bold /CIDToGIDMap /Identity"
    b" /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /FontDescriptor 7 0 R"
)


def _file(font: Font, drawn: bytes, others: list[str]) -> bytes:
    """Objects in their order: catalogue, pages, page, what is drawn, the font in five parts, fonts of readers."""
    left, bottom, right, top = font.box
    named = " ".join(f"/{name} {10 + at} 0 R" for at, name in enumerate(others))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {_p(WIDTH)} {_p(HEIGHT)}] /Contents 4 0 R"
        f" /Resources << /Font << /F 5 0 R {named} >> >> >>".encode(),
        _stream(drawn),
        TYPE_0,
        CID_FONT + f" /W [0 [{' '.join(map(str, font.widths))}]] >>".encode(),
        f"<< /Type /FontDescriptor /FontName /DejaVuSans-Bold /Flags 4 /FontBBox [{left} {bottom} {right} {top}]"
        f" /ItalicAngle 0 /Ascent {top} /Descent {bottom} /CapHeight 729 /StemV 140 /FontFile2 8 0 R >>".encode(),
        _stream(font.data, f"/Length1 {len(font.data)} "),
        _stream(_to_unicode(font)),
        *(_readers_font(name) for name in others),
    ]
    return _joined(objects)


def _readers_font(name: str) -> bytes:
    font, coding, collection = CJK[name]
    system = f"/CIDSystemInfo << /Registry (Adobe) /Ordering ({collection}) /Supplement 2 >>"
    descriptor = (
        f"<< /Type /FontDescriptor /FontName /{font} /Flags 4 /FontBBox [-25 -254 1000 880] /ItalicAngle 0"
        " /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>"
    )
    inner = f"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /{font} {system} /DW 1000 /FontDescriptor {descriptor} >>"
    return (
        f"<< /Type /Font /Subtype /Type0 /BaseFont /{font} /Encoding /{coding} /DescendantFonts [{inner}] >>".encode()
    )


def _to_unicode(font: Font) -> bytes:
    """What each glyph stands for, so that the words can be found, copied and read out."""
    pairs = [f"<{glyph:04x}> <{code:04x}>" for code, glyph in sorted(font.glyphs.items())]
    blocks = (pairs[at : at + 100] for at in range(0, len(pairs), 100))
    told = "\n".join(f"{len(one)} beginbfchar\n" + "\n".join(one) + "\nendbfchar" for one in blocks)
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapType 2 def /CMapName /Adobe-Identity-UCS def"
        f"\n1 begincodespacerange <0000> <ffff> endcodespacerange\n{told}\nendcmap end end"
    ).encode()


def _joined(objects: list[bytes]) -> bytes:
    out, places = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    start = len(out)
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    out += f"xref\n0 {len(places) + 1}\n0000000000 65535 f \n{table}".encode()
    out += f"trailer\n<< /Size {len(places) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(out)
