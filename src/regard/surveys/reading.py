"""A questionnaire out of JSON and back."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from regard.base import Invalid
from regard.base.words import said
from regard.surveys.model import Questionnaire

LARGEST: Final = 2_000_000
"""Bytes of a questionnaire."""
_UNKEPT: Final = re.compile("[\0\ud800-\udfff]")
"""What no database keeps in a text: NUL, and halves of characters."""
_PLACE: Final = re.compile(r" - at `\$\.?(.*)`$")


def read_questionnaire(given: Any) -> Questionnaire:
    """A questionnaire out of JSON (text, bytes, or what JSON was read into).

    Raises :class:`~regard.base.Invalid`, whose field is the path of what is wrong.

    >>> read_questionnaire('{"title": "One", "pages": []}').title
    'One'
    >>> read_questionnaire({"pages": [{"name": "p", "elements": [{"type": "comment"}]}]})
    Traceback (most recent call last):
    regard.base.errors.Invalid: the survey cannot be used at pages[0].elements[0]: Object missing required field `name`
    """
    try:
        if isinstance(given, str | bytes):
            if len(given) > LARGEST:
                raise Invalid(said("the survey is larger than {bytes} bytes", bytes=LARGEST), field="survey")
            return msgspec.json.decode(given, type=Questionnaire)
        return msgspec.convert(given, Questionnaire)
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeError, RecursionError) as error:
        raise _refused(str(error)) from None


def as_json(questionnaire: Questionnaire) -> dict[str, Any]:
    """A questionnaire as it is kept and sent; defaults are left out, as SurveyJS does.

    >>> as_json(read_questionnaire({"title": "One"}))
    {'title': 'One'}
    """
    built: dict[str, Any] = msgspec.to_builtins(questionnaire)
    return built


def keepable(questionnaire: Questionnaire) -> dict[str, Any]:
    """A questionnaire as it is kept. Raises Invalid for what databases and addresses stumble over.

    >>> keepable(read_questionnaire({"title": "a" + chr(0)}))
    Traceback (most recent call last):
    regard.base.errors.Invalid: the text at title has characters that cannot be kept
    """
    for at, page in enumerate(questionnaire.pages):
        _refuse_name(page.name, f"pages[{at}].name")
        for index, question in enumerate(page.elements):
            _refuse_name(question.name, f"pages[{at}].elements[{index}].name")
    document = as_json(questionnaire)
    for path, value in _leaves(document, ""):
        if isinstance(value, str) and _UNKEPT.search(value):
            raise Invalid(said("the text at {path} has characters that cannot be kept", path=path), field=path)
        if isinstance(value, float) and not math.isfinite(value):
            raise Invalid(said("the number at {path} is not finite", path=path), field=path)
    return document


def _refuse_name(name: str, path: str) -> None:
    """Names stand in the addresses of pages."""
    if not name.strip() or any(step in (".", "..") for step in name.split("/")):
        raise Invalid(said("the name at {path} cannot be used", path=path), field=path, remedy=said("use letters"))


def _leaves(given: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(given, dict):
        for name, inner in given.items():
            yield path, name
            yield from _leaves(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(given, list):
        for at, inner in enumerate(given):
            yield from _leaves(inner, f"{path}[{at}]")
    else:
        yield path, given


def _refused(reason: str) -> Invalid:
    place = _PLACE.search(reason)
    told, path = _PLACE.sub("", reason), place[1] if place else ""
    if not path:
        return Invalid(said("the survey cannot be used: {reason}", reason=told), field="survey")
    return Invalid(said("the survey cannot be used at {path}: {reason}", path=path, reason=told), field=path)
