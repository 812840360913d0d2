"""A file of another tool, opened carefully: it may be large, broken or made to harm."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any, Final

import msgspec

from regard.base import Invalid
from regard.base.words import said

LARGEST: Final = 64_000_000
"""Bytes of a survey file, and of anything inside an archive."""
DEEPEST: Final = 200
"""Levels of objects within objects."""
FILES: Final = 50
"""Files of an archive."""
REMEDY: Final = said("export the survey again and give the whole file")
ACCEPTED: Final = said("give a Qualtrics .qsf, a LimeSurvey .lss or .lsa, a SurveyJS or a Formbricks JSON file")


def bytes_of(given: Path | str | bytes) -> bytes:
    """What the file holds. Raises :class:`~regard.base.Invalid` when it is larger than :data:`LARGEST`."""
    if isinstance(given, bytes):
        data = given
    else:
        with Path(given).open("rb") as file:
            data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise Invalid(
            said("the file is larger than {bytes} bytes", bytes=LARGEST), field="file", remedy=said("split the survey")
        )
    if not data.strip():
        raise Invalid(said("the file is empty"), field="file", remedy=REMEDY)
    return data


def json_of(data: bytes) -> Any:
    """JSON, at most :data:`DEEPEST` levels deep.

    >>> json_of(b'{"a": 1}')
    {'a': 1}
    >>> json_of(b'{"a": ')
    Traceback (most recent call last):
    regard.base.errors.Invalid: the file is not whole JSON: Input data was truncated (export the survey again ...
    """
    try:
        text = data.decode("utf-8-sig") if not data.startswith((b"\xff\xfe", b"\xfe\xff")) else data.decode("utf-16")
        found = msgspec.json.decode(text)
    except RecursionError:
        raise _too_deep() from None
    except (msgspec.DecodeError, UnicodeError) as error:
        reason = str(error)
        raise Invalid(
            said("the file is not whole JSON: {reason}", reason=reason), field="file", remedy=REMEDY
        ) from None
    _check_depth(found)
    return found


def _check_depth(found: Any) -> None:
    level, depth = [found], 0
    while level:
        depth += 1
        if depth > DEEPEST:
            raise _too_deep()
        level = [
            inner
            for each in level
            if isinstance(each, dict | list)
            for inner in (each.values() if isinstance(each, dict) else each)
            if isinstance(inner, dict | list)
        ]


def _too_deep() -> Invalid:
    return Invalid(
        said("the file is nested more than {levels} levels deep", levels=DEEPEST), field="file", remedy=REMEDY
    )


def xml_of(data: bytes) -> Any:
    """The root of an XML document. Nothing outside the file is read, no entity is put in, no huge tree is built.

    >>> xml_of(b"<document><a>1</a></document>").findtext("a")
    '1'
    """
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False, strip_cdata=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        reason = str(error).split("\n")[0]
        raise Invalid(said("the file is not whole XML: {reason}", reason=reason), field="file", remedy=REMEDY) from None
    if root.getroottree().docinfo.doctype:
        why = said("the file declares a document type or entities, which no survey export does")
        raise Invalid(why, field="file", remedy=REMEDY)
    return root


def archived(data: bytes) -> dict[str, bytes]:
    """The files of an archive by name. An archive that would unpack to more than :data:`LARGEST` bytes is refused."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            if len(members) > FILES or sum(member.file_size for member in members) > LARGEST:
                raise _bomb()
            return {member.filename: _unpacked(archive, member) for member in members}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise Invalid(
            said("the archive cannot be read: {reason}", reason=str(error)), field="file", remedy=REMEDY
        ) from None


def _unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    with archive.open(member) as file:
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise _bomb()
    return data


def _bomb() -> Invalid:
    return Invalid(
        said("the archive would unpack to more than {files} files or {bytes} bytes", files=FILES, bytes=LARGEST),
        field="file",
        remedy=REMEDY,
    )
