"""Get at the bytes of a file: plain, gzipped or in a zip; streamed, within limits, watched for changes meanwhile."""

from __future__ import annotations

import gzip
import hashlib
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from pathlib import Path
from typing import IO, Protocol, cast

from regard.base import Conflict, Invalid, NotFound
from regard.base.words import said
from regard.collect.encodings import Examiner, is_noise, transcoded
from regard.collect.work import CHUNK, Watch, size_limit

RATIO_LIMIT = 250
"""More bytes out than this for one byte in is a bomb, once a few megabytes have come out."""
RATIO_AFTER = 50 * CHUNK

TEXT_KINDS = ("csv", "tsv", "jsonl")
KINDS = {
    ".csv": "csv",
    ".txt": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".parquet": "parquet",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".xls": "xlsx",
    ".ods": "xlsx",
    ".xes": "xes",
}


@dataclass(frozen=True)
class Plain:
    """A file ready to be read: where it lies now, what it was called, its kind, its fingerprint."""

    path: Path
    name: str
    kind: str
    size: int
    sha256: str
    encoding: str | None = None
    origin: Path | None = None
    stamp: tuple[int, int] | None = None


class _Hash(Protocol):
    def update(self, data: bytes, /) -> None: ...


def unpack(
    paths: Sequence[Path],
    folder: Path,
    watch: Watch,
    *,
    kind: str | None = None,
    encoding: str | None = None,
    member: str | None = None,
) -> list[Plain]:
    """Make every file readable: unpacked, in UTF-8. Raises when one is empty, broken, too large or changing."""
    found: list[Plain] = []
    for path in paths:
        with _unchanging(path):
            stamp = _stamp(path)
            for name, packed_size in _members(path, member):
                plain = _one(path, name, packed_size, folder / str(len(found)), watch, kind, encoding)
                found.append(replace(plain, origin=path, stamp=stamp))
    return found


def check_unchanged(files: Sequence[Plain]) -> None:
    """Raise when a file has changed since it was first looked at."""
    for plain in files:
        if plain.origin and _stamp(plain.origin) != plain.stamp:
            raise still_written(plain.origin.name)


def _stamp(path: Path) -> tuple[int, int]:
    """What changes when a file is written to: its size and the time of it."""
    seen = path.stat()
    return seen.st_size, seen.st_mtime_ns


@contextmanager
def _unchanging(path: Path) -> Iterator[None]:
    if not path.is_file():
        raise NotFound(said("there is no file {path}", path=str(path)))
    before = _stamp(path)
    if before[0] == 0:
        raise Invalid(
            said("{name} is empty", name=path.name), field="file", code="empty_file", remedy=said("export it again")
        )
    yield
    if _stamp(path) != before:
        raise still_written(path.name)


def still_written(name: str) -> Conflict:
    """The error of a file that changed while it was read."""
    return Conflict(
        said("{name} changed while it was read: it is still being written; nothing was loaded", name=name),
        field="file",
        code="file_changing",
        remedy=said("load it again when it is finished"),
    )


def _no_member(name: str, wanted: str | None) -> str:
    if wanted:
        return said("{name} holds no file named {wanted}", name=name, wanted=repr(wanted))
    return said("{name} holds no file that can be read", name=name)


def _members(path: Path, wanted: str | None) -> list[tuple[str | None, int]]:
    """What to read in a file: its members when it is a zip (but not a workbook), else itself."""
    if not zipfile.is_zipfile(path) or KINDS.get(path.suffix.lower()) == "xlsx":
        return [(None, path.stat().st_size)]
    with zipfile.ZipFile(path) as archive:
        inside = [item for item in archive.infolist() if not item.is_dir() and _is_data(item.filename, wanted)]
    if not inside:
        raise Invalid(_no_member(path.name, wanted), field="file", code="no_member")
    return [(item.filename, item.compress_size) for item in inside]


def _is_data(name: str, wanted: str | None) -> bool:
    base = name.rsplit("/", 1)[-1]
    if wanted:
        return fnmatch(name, wanted) or fnmatch(base, wanted)
    return not base.startswith(".") and not name.startswith("__MACOSX") and Path(base).suffix.lower() in (*KINDS, ".gz")


def _one(
    path: Path, member: str | None, packed_size: int, target: Path, watch: Watch, kind: str | None, encoding: str | None
) -> Plain:
    name = member or path.name
    with ExitStack() as stack:
        try:
            stream, is_packed = _open(path, member, stack)
            return _pass(stream, is_packed, name, path, packed_size, target, watch, kind, encoding)
        except (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile) as error:
            raise Invalid(
                said(
                    "{name} is broken or cut short: it cannot be unpacked to its end; nothing was loaded ({error})",
                    name=name,
                    error=str(error),
                ),
                field="file",
                code="broken_archive",
                remedy=said("copy or export it again"),
            ) from error
        except RuntimeError as error:
            raise Invalid(
                said("{name} cannot be unpacked: {error}", name=name, error=str(error)),
                field="file",
                code="broken_archive",
            ) from error


def _open(path: Path, member: str | None, stack: ExitStack) -> tuple[IO[bytes], bool]:
    if member is not None:
        archive = stack.enter_context(zipfile.ZipFile(path))
        inner: IO[bytes] = stack.enter_context(archive.open(member))
        return (cast(IO[bytes], gzip.open(inner)), True) if member.endswith(".gz") else (inner, True)
    raw = stack.enter_context(path.open("rb"))
    is_gzip = raw.read(2) == b"\x1f\x8b"
    raw.seek(0)
    return (cast(IO[bytes], gzip.open(raw)), True) if is_gzip else (raw, False)


def _pass(
    stream: IO[bytes],
    is_packed: bool,
    name: str,
    path: Path,
    packed_size: int,
    target: Path,
    watch: Watch,
    kind: str | None,
    encoding: str | None,
) -> Plain:
    """Read it once: fingerprint, look for the encoding, and write it out when it was packed."""
    base = name.removesuffix(".gz").removesuffix(".GZ")
    folder, target = target.parent, target.with_suffix(Path(base).suffix.lower() or ".csv")
    kind = kind or KINDS.get(target.suffix)
    examiner, digest = Examiner(), hashlib.sha256()
    chunks = _limited(stream, name, packed_size, watch, is_packed)
    is_text = kind is None or kind in TEXT_KINDS
    if is_packed:
        with target.open("wb") as out:
            for chunk in _seen(chunks, examiner, digest, is_text):
                out.write(chunk)
    else:
        target = path
        for _ in _seen(chunks, examiner, digest, is_text):
            pass
    kind = kind or _kind_of(examiner.head, name)
    plain = Plain(target, name, kind, target.stat().st_size, digest.hexdigest())
    return _as_utf8(plain, examiner, encoding, folder) if kind in TEXT_KINDS else plain


def _seen(chunks: Iterator[bytes], examiner: Examiner, digest: _Hash, is_text: bool) -> Iterator[bytes]:
    for chunk in chunks:
        digest.update(chunk)
        if is_text:
            examiner.see(chunk)
        elif not examiner.head:
            examiner.head = chunk[:100]
        yield chunk
    if is_text:
        examiner.see(b"", is_last=True)


def _limited(stream: IO[bytes], name: str, packed_size: int, watch: Watch, is_packed: bool) -> Iterator[bytes]:
    limit, done = size_limit(), 0
    while chunk := stream.read(CHUNK):
        done += len(chunk)
        if done > limit:
            raise Invalid(
                said("{name} is larger than {limit} GB", name=name, limit=f"{limit / 1000000000.0:g}"),
                field="file",
                code="too_large",
                remedy=said("raise REGARD_UPLOAD_LIMIT, or split the file"),
            )
        if not is_packed and done > packed_size:
            raise still_written(name)
        if done > RATIO_AFTER and done > RATIO_LIMIT * max(packed_size, 1):
            raise Invalid(
                said(
                    "{name} unpacks to more than {ratio_limit} times its size, as zip bombs do; nothing was loaded",
                    name=name,
                    ratio_limit=RATIO_LIMIT,
                ),
                field="file",
                code="zip_bomb",
                remedy=said("unpack it yourself if you trust it, and load that"),
            )
        watch.tell("reading", done, packed_size if packed_size >= done else 0)
        yield chunk
    if done == 0:
        raise Invalid(
            said("{name} is empty", name=name), field="file", code="empty_file", remedy=said("export it again")
        )


def _as_utf8(plain: Plain, examiner: Examiner, encoding: str | None, folder: Path) -> Plain:
    """The file in UTF-8: itself when it is, else a copy."""
    found = encoding or examiner.encoding()
    _check_is_table(plain.name, examiner.head, found)
    if found in ("utf-8", "utf-8-sig") and examiner.is_utf8 and not examiner.has_control:
        return replace(plain, encoding=found)
    copy = folder / f"{plain.path.stem}.utf8{plain.path.suffix}"
    with plain.path.open("rb") as source, copy.open("wb") as out:
        for chunk in transcoded(iter(lambda: source.read(CHUNK), b""), found):
            out.write(chunk)
    return replace(plain, path=copy, size=copy.stat().st_size, encoding=found)


MARKUP = (b"<!doctype", b"<html", b"<head", b"<body", b"<?xml", b"<svg", b"%pdf", b"{\\rtf")
"""How pages, pictures and documents begin that somebody named as if they were tables."""


def _check_is_table(name: str, head: bytes, encoding: str) -> None:
    """Refuse what would be read as rows of nonsense: pictures, programs, pages and documents."""
    start = head[:200].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if is_noise(head, encoding):
        what = said("{name} is not a table: it holds binary data, as pictures and programs do", name=name)
    elif start.startswith(MARKUP):
        what = said("{name} is not a table: it is a web page or a document", name=name)
    else:
        return
    remedy = said("give CSV, TSV, JSON Lines, Parquet, XLSX or XES")
    raise Invalid(what, field="file", code="not_a_table", remedy=remedy)


def _kind_of(head: bytes, name: str) -> str:
    """The kind of a file whose name does not tell."""
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"PK\x03\x04"):
        return "xlsx"
    if start.startswith(b"<"):
        return "xes"
    if b"\0\0\0" in head[:1000]:
        raise Invalid(
            said("{name} is not a kind of file that can be read", name=name),
            field="file",
            code="unknown_kind",
            remedy=said("give CSV, TSV, JSON Lines, Parquet, XLSX or XES"),
        )
    return "jsonl" if start.startswith((b"{", b"[")) else "csv"
