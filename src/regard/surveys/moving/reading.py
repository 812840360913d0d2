"""Survey files of other tools, recognised by what they hold."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from regard.base import Invalid
from regard.base.words import said
from regard.surveys.checking.references import check_references
from regard.surveys.moving.formbricks import read_formbricks
from regard.surveys.moving.limesurvey import read_limesurvey
from regard.surveys.moving.losses import SEVERITIES, Loss
from regard.surveys.moving.moved import Moved
from regard.surveys.moving.opening import ACCEPTED, REMEDY, archived, bytes_of, json_of, xml_of
from regard.surveys.moving.qualtrics import read_qualtrics
from regard.surveys.moving.surveyjs import read_surveyjs
from regard.surveys.moving.wording import objects

_UNLIKE: Final = {
    "later_reference": said("a condition sees only the answers to what came before it; mend it before you publish"),
    "unknown_in_text": said("the text says nothing instead"),
}
"""Findings of the check before publishing that tell of something that does not work as it did."""


def read_survey(given: Path | str | bytes, name: str = "") -> Moved:
    """A survey out of a file (or its bytes) of Qualtrics, LimeSurvey, SurveyJS or Formbricks.

    Raises :class:`~regard.base.Invalid` for a file that is broken, too large, or of no known kind.
    """
    try:
        moved = _read(bytes_of(given), name)
    except (AttributeError, IndexError, KeyError, RecursionError, TypeError, ValueError) as error:
        reason = said("the file is not built like an export of its tool ({kind})", kind=type(error).__name__)
        raise Invalid(reason, field="file", remedy=REMEDY) from error
    if not any(page.elements for page in moved.questionnaire.pages):
        raise Invalid(said("the file has no question that can be asked here"), field="file", remedy=ACCEPTED)
    return _checked(moved)


def _checked(moved: Moved) -> Moved:
    """With what the check before publishing says of names: what works otherwise than in the source is listed, and what
    only has to be mended before the survey is published is a note."""
    found = [*dict.fromkeys(one for one in check_references(moved.questionnaire) if one.code in _UNLIKE)]
    is_same = moved.format != "surveyjs"  # there a condition sees later answers of its page; elsewhere it sees none
    noted = [one for one in found if is_same and one.code == "later_reference" and one.of == "question"]
    changed = [one for one in found if one not in noted]
    losses = [Loss(one.place or said("survey"), one.message, _UNLIKE[one.code], "changed") for one in changed]
    notes = [
        said("{place}: {message}; mend it before you publish", place=one.place, message=one.message) for one in noted
    ]
    listed = sorted([*moved.losses, *losses], key=lambda loss: SEVERITIES.index(loss.severity))
    return replace(moved, losses=listed, notes=[*moved.notes, *notes])


def _read(data: bytes, name: str) -> Moved:
    if data[:4] == b"PK\x03\x04":
        data = _structure_in(data)
    start = data.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n")[:1]
    if start == b"<":
        root = xml_of(data)
        if root.tag != "document" or root.find("questions") is None:
            raise _unknown(name)
        return read_limesurvey(root)
    if start not in (b"{", b"["):
        raise _unknown(name)
    return _from_json(json_of(data), name)


def _structure_in(data: bytes) -> bytes:
    """The structure file in a LimeSurvey archive."""
    found = [content for name, content in archived(data).items() if name.lower().endswith(".lss")]
    if not found:
        raise Invalid(said("the archive holds no LimeSurvey structure (.lss)"), field="file", remedy=ACCEPTED)
    return found[0]


def _from_json(raw: Any, name: str) -> Moved:
    if isinstance(raw, list) and len(objects(raw)) == 1:
        raw = objects(raw)[0]
    if not isinstance(raw, dict):
        raise _unknown(name)
    if "SurveyElements" in raw:
        return read_qualtrics(raw)
    if _is_formbricks(raw):
        return read_formbricks(raw)
    if any(isinstance(raw.get(key), list) for key in ("pages", "elements", "questions")):
        return read_surveyjs(raw)
    raise _unknown(name)


def _is_formbricks(raw: dict[str, Any]) -> bool:
    inner = raw.get("data")
    if isinstance(inner, dict) and not any(key in raw for key in ("questions", "blocks", "pages", "elements")):
        return _is_formbricks(inner)
    asked = [
        *objects(raw.get("questions")),
        *(each for block in objects(raw.get("blocks")) for each in objects(block.get("elements"))),
    ]
    return any("headline" in each for each in asked) or (isinstance(raw.get("blocks"), list) and "pages" not in raw)


def _unknown(name: str) -> Invalid:
    called = name or said("the file")
    return Invalid(said("{name} is no survey of a known tool", name=called), field="file", remedy=ACCEPTED)
