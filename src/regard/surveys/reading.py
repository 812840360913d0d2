"""A questionnaire out of JSON and back."""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec

from regard.base import Invalid
from regard.base.words import said
from regard.surveys.model import Questionnaire

LARGEST: Final = 2_000_000
"""Bytes of a questionnaire."""
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


def _refused(reason: str) -> Invalid:
    place = _PLACE.search(reason)
    told, path = _PLACE.sub("", reason), place[1] if place else ""
    if not path:
        return Invalid(said("the survey cannot be used: {reason}", reason=told), field="survey")
    return Invalid(said("the survey cannot be used at {path}: {reason}", path=path, reason=told), field=path)
