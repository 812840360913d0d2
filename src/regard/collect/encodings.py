"""Which bytes are text, and in which encoding: told from the file, never guessed where it can be checked."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
CONTROL = bytes(set(range(32)) - {9, 10, 13})
_NOISE = frozenset(CONTROL.decode()) | {"\ufffd"}
SAMPLE = 1 << 18
# Tried by the share of plausible letters where a file is not UTF-8.
CANDIDATES = [
    "cp1252",
    "cp1250",
    "cp1251",
    "gb18030",
    "big5",
    "shift_jis",
    "euc_kr",
    "koi8_r",
    "iso8859_2",
    "cp1254",
    "cp1253",
    "cp1256",
]

BROAD = ("gb18030", "big5", "shift_jis", "euc_kr")
"""Encodings in which a short line may be UTF-8 by chance."""
CHANCE = 0.1
MIXED = "utf-8+"
"""Goes before the encoding of those lines of a file that are not UTF-8."""
LONGEST_LINE = 16 << 20

LATIN = ("ascii", "latin_1", "cp1252", "cp1250", "cp1254", "iso8859_2")
_COMMON = "’‘“”„–—…€«»°§ \u00a0"
LETTERS = {
    "cp1252": "àâäáãåæçéèêëíìîïñóòôöõøœúùûüßÀÂÄÁÃÅÆÇÉÈÊËÍÎÏÑÓÔÖÕØŒÚÙÛÜ¿¡£" + _COMMON,
    "cp1250": "ąćęłńóśźżĄĆĘŁŃÓŚŹŻáčďéěíňřšťúůýžÁČĎÉĚÍŇŘŠŤÚŮÝŽőűöüŐŰÖÜăâîşţĂÂÎŞŢäĺľŕôđ" + _COMMON,
}
"""The letters of Western and of Central European languages, by the code page they come in."""


@dataclass
class Examiner:
    """Looks at the bytes of a file as they pass: is it UTF-8, has it control characters, what does it begin with?"""

    is_utf8: bool = True
    has_control: bool = False
    head: bytes = b""
    odd: bytearray = field(default_factory=bytearray)
    odd_lines: int = 0
    utf8_lines: int = 0
    _rest: bytes = b""
    _decode: codecs.IncrementalDecoder = field(default_factory=lambda: codecs.getincrementaldecoder("utf-8")())

    def see(self, chunk: bytes, *, is_last: bool = False) -> None:
        self.head = self.head or chunk[:SAMPLE]
        self.has_control = self.has_control or len(chunk.translate(None, CONTROL)) != len(chunk)
        lines, rest = whole_lines(self._rest + chunk, is_last=is_last)
        if self.is_utf8:
            try:
                self._decode.decode(chunk, is_last)
                self.utf8_lines += 0 if lines.isascii() else lines.count(b"\n")
            except UnicodeDecodeError:
                self.is_utf8 = False
        if not self.is_utf8:
            self._collect(lines)
        self._rest = rest

    def _collect(self, lines: bytes) -> None:
        """Keep lines that are not UTF-8: the ones that can tell the encoding."""
        for line in lines.splitlines(keepends=True):
            if line.isascii():
                continue
            if is_utf8(line):
                self.utf8_lines += 1
                continue
            self.odd_lines += 1
            if len(self.odd) < SAMPLE:
                self.odd += line[:SAMPLE]

    def encoding(self) -> str:
        """The encoding that the bytes seen are in."""
        for mark, name in BOMS:
            if self.head.startswith(mark) and (self.is_utf8 or name != "utf-8-sig"):
                return name
        if utf16 := _utf16_without_mark(self.head):
            return utf16
        if self.is_utf8:
            return "utf-8"
        found = guess(bytes(self.odd or self.head))
        least = CHANCE * self.odd_lines if found in BROAD else 0
        return MIXED + found if self.utf8_lines > least else found


def is_noise(head: bytes, encoding: str) -> bool:
    """Whether bytes are no text in any encoding: a twentieth of a picture's are control characters, or none at all.

    >>> is_noise(bytes(range(256)), "cp1252"), is_noise("né;5\\n".encode("utf-16"), "utf-16")
    (True, False)
    """
    text = head.decode(encoding.removeprefix(MIXED), "replace")
    return sum(char in _NOISE for char in text) > 0.05 * len(text)


def whole_lines(data: bytes, *, is_last: bool = False) -> tuple[bytes, bytes]:
    """The lines that have come to their end, and the beginning of the next.

    >>> whole_lines(b"a\\nb\\nc"), whole_lines(b"c", is_last=True)
    ((b'a\\nb\\n', b'c'), (b'c', b''))
    """
    end = len(data) if is_last or len(data) > LONGEST_LINE else data.rfind(b"\n") + 1
    return data[:end], data[end:]


def is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def guess(sample: bytes) -> str:
    """The likeliest encoding of bytes that are not UTF-8."""
    from charset_normalizer import from_bytes

    best = from_bytes(sample, cp_isolation=CANDIDATES, threshold=0.3).best()
    found = best.encoding if best else "cp1252"
    return _latin(sample) if found in LATIN else found


def _latin(sample: bytes) -> str:
    """Western or Central European: whichever makes letters that people there use."""
    return max(LETTERS, key=lambda name: _share(sample.decode(name, "replace"), LETTERS[name]))


def _share(text: str, letters: str) -> float:
    odd = [char for char in text if not char.isascii()]
    return sum(char in letters for char in odd) / len(odd) if odd else 0.0


def _utf16_without_mark(head: bytes) -> str | None:
    sample = head[:2000]
    if len(sample) < 4:
        return None
    odd, even = sample[1::2].count(0) / len(sample[1::2]), sample[::2].count(0) / len(sample[::2])
    if odd > 0.4 and even < 0.1:
        return "utf-16-le"
    return "utf-16-be" if even > 0.4 and odd < 0.1 else None


def transcoded(chunks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """The same text as UTF-8, without control characters; what cannot be read becomes U+FFFD."""
    if encoding.startswith(MIXED):
        for lines in _joined(chunks):
            yield _line_by_line(lines, encoding.removeprefix(MIXED)).translate(None, CONTROL)
        return
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    for chunk in chunks:
        yield decoder.decode(chunk).encode().translate(None, CONTROL)
    yield decoder.decode(b"", True).encode().translate(None, CONTROL)


def _joined(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes, cut where lines end."""
    rest = b""
    for chunk in chunks:
        lines, rest = whole_lines(rest + chunk)
        yield lines
    yield rest


def _line_by_line(lines: bytes, encoding: str) -> bytes:
    """Lines as UTF-8: those that are stay as they are, the others are in the encoding."""
    if is_utf8(lines):
        return lines
    return b"".join(
        line if is_utf8(line) else line.decode(encoding, "replace").encode() for line in lines.splitlines(keepends=True)
    )
