"""What a file is, by its first bytes: names and the types that browsers tell prove nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath
from typing import Final

from regard.base import Invalid
from regard.base.words import said
from regard.surveys.model import File

HEAD: Final = 4096
"""Bytes of a file that are looked at."""
MOST_FILES: Final = 5
"""Files to one question that takes several."""
TEXT: Final = "text/plain"
OFFICE: Final = "application/zip"

_SIGNATURES: Final[tuple[tuple[int, bytes, str], ...]] = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (4, b"ftypheic", "image/heic"),
    (4, b"ftypheix", "image/heic"),
    (4, b"ftypmif1", "image/heic"),
    (4, b"ftypavif", "image/avif"),
    (4, b"ftypM4A", "audio/mp4"),
    (4, b"ftypqt", "video/quicktime"),
    (4, b"ftyp", "video/mp4"),
    (0, b"\x1aE\xdf\xa3", "video/webm"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"OggS", "audio/ogg"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"PK\x03\x04", OFFICE),
)
_PARTS: Final = (b"[Content_Types].xml", b"_rels/", b"docProps/", b"customXml/", b"word/", b"xl/", b"ppt/", b"mimetype")
"""How the first entry of an office document is called (ECMA-376 part 2; OpenDocument 1.3 part 2): other archives are
none."""
_ENTRY: Final = 30
"""Where the name of the first entry of an archive begins."""
EXTENSIONS: Final[dict[str, frozenset[str]]] = {
    "image/png": frozenset({".png"}),
    "image/jpeg": frozenset({".jpg", ".jpeg"}),
    "image/gif": frozenset({".gif"}),
    "image/webp": frozenset({".webp"}),
    "image/heic": frozenset({".heic", ".heif"}),
    "image/avif": frozenset({".avif"}),
    "audio/mp4": frozenset({".m4a"}),
    "video/quicktime": frozenset({".mov"}),
    "video/mp4": frozenset({".mp4", ".m4v"}),
    "video/webm": frozenset({".webm"}),
    "audio/mpeg": frozenset({".mp3"}),
    "audio/ogg": frozenset({".ogg", ".oga", ".opus"}),
    "application/pdf": frozenset({".pdf"}),
    OFFICE: frozenset({".docx", ".xlsx", ".pptx", ".odt", ".ods", ".odp"}),
    TEXT: frozenset({".txt", ".csv", ".log", ".md"}),
}
"""What may be sent at all, and how each may be called. No web page, script, program or archive is among them."""


def type_of(head: bytes) -> str | None:
    """The media type that the first bytes show; None for what is not taken.

    >>> type_of(b"%PDF-1.7"), type_of(b"<html>"), type_of(b"MZ\\x90\\x00"), type_of("Zażółć".encode())
    ('application/pdf', None, None, 'text/plain')
    """
    for offset, signature, media_type in _SIGNATURES:
        if head[offset : offset + len(signature)] == signature:
            return media_type if media_type != OFFICE or head[_ENTRY:].startswith(_PARTS) else None
    return TEXT if _is_plain(head) else None


def _is_plain(head: bytes) -> bool:
    """Text without markup: a browser that is made to guess must not find a page in it."""
    if not head or b"\0" in head or b"<" in head[:512].lstrip()[:1]:
        return False
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start > len(head) - 4 and len(head) >= HEAD  # a letter cut in two at the end
    return b"<script" not in head.lower() and b"<html" not in head.lower()


def check_file(question: File, name: str, size: int, head: bytes) -> str:
    """The media type of a file that may be kept. Raises :class:`~regard.base.Invalid`, which says what is wrong."""
    if not size:
        raise Invalid(said("{name} is empty.", name=name), field=question.name)
    if size > question.max_size:
        limit = f"{question.max_size / 1_000_000:g}"
        raise Invalid(said("{name} is larger than {limit} MB.", name=name, limit=limit), field=question.name)
    found, extension = type_of(head), PurePath(name).suffix.lower()
    if found is None or extension not in EXTENSIONS[found] or not _is_wanted(question, found, extension):
        raise Invalid(said("{name} is not a kind of file that can be sent here.", name=name), field=question.name)
    return found


def _is_wanted(question: File, media_type: str, extension: str) -> bool:
    wanted = list(_wanted(question.accepted_types))
    return not wanted or any(
        one in (extension, media_type) or (one.endswith("/*") and media_type.startswith(one[:-1])) for one in wanted
    )


def _wanted(accepted: str | None) -> Iterator[str]:
    for one in (accepted or "").split(","):
        if text := one.strip().lower():
            yield text if text.startswith(".") or "/" in text else f".{text}"
