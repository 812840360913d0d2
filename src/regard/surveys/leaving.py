"""Where it goes on after a survey: an address of another site, with values put into it, and only ever a safe one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from regard.surveys.evaluating import as_text, holds, is_empty, value_of
from regard.surveys.framing import origin_of
from regard.surveys.model import Ending, Questionnaire, Text, in_language
from regard.surveys.piping import name_and_fallback

_SAFE: Final = re.compile(
    r"(https://[\w.-]+(?::\d+)?|http://(?:localhost|127\.0\.0\.1)(?::\d+)?)((?:[/?#][^\s\\<>\"]*)?)"
)
_NAME: Final = re.compile(r"\{([^{}]{1,200})\}")
_KEPT: Final = ";,/?:@&=+$!*'()#%~"
"""What stands in an address for itself."""


@dataclass(frozen=True)
class Destination:
    """Where it goes on; with ``words`` a button leads there, without them it goes there at once."""

    address: str
    words: Text | None = None


def is_safe(address: str) -> bool:
    """Whether an address may be led to: https, a host that stands there in plain (http only for one's own machine).

    >>> is_safe("https://shop.example.org/thanks?order={order}"), is_safe("https://{site}/"), is_safe("javascript:x")
    (True, False, False)
    """
    return bool(_written(address))


def _written(address: str) -> str:
    """A safe address with its host as it goes over the wire, in ASCII; empty for any other."""
    found = _SAFE.fullmatch(address)
    try:
        return origin_of(found[1]) + found[2] if found else ""
    except ValueError:
        return ""


def destination(
    questionnaire: Questionnaire, end: Ending | None, values: Mapping[str, Any], language: str
) -> Destination | None:
    """Where whoever comes to this end goes on; None for nowhere. An end with words or an address of its own has no
    other; any other is the survey's own end.

    >>> poll = Questionnaire(navigate_to_url="https://shop.example.org/?who={profile.id}")
    >>> destination(poll, None, {"profile": {"id": "a&b"}}, "en").address
    'https://shop.example.org/?who=a%26b'
    """
    if end is not None and (end.text or end.navigate_to_url):
        text, words = end.navigate_to_url, end.navigate_text
    else:
        text, words = _survey_address(questionnaire, values), questionnaire.navigate_text
    template = _written(in_language(text, language, questionnaire.locale).strip())
    return Destination(_put_in(template, values), words) if template else None


def _survey_address(questionnaire: Questionnaire, values: Mapping[str, Any]) -> Text | None:
    fitting = (one.url for one in questionnaire.navigate_to_url_on_condition if holds(one.expression, values))
    return next(fitting, questionnaire.navigate_to_url)


def _put_in(template: str, values: Mapping[str, Any]) -> str:
    """The address with values in the place of names, so written that they stay within their place."""
    parts = _NAME.split(template)
    plain, names = parts[::2], parts[1::2]
    put = [*(quote(_told(name, values), safe="") for name in names), ""]
    return "".join(quote(text, safe=_KEPT) + value for text, value in zip(plain, put, strict=True))


def _told(inside: str, values: Mapping[str, Any]) -> str:
    name, otherwise = name_and_fallback(inside)
    return spelled(value_of(name, values)) or otherwise or ""


def spelled(value: Any) -> str:
    """A value as another program reads it: its code, not its words.

    >>> spelled(["a", 2]), spelled(True), spelled(4.0), spelled(None)
    ('a,2', 'true', '4', '')
    """
    if is_empty(value) or isinstance(value, Mapping):
        return ""
    if isinstance(value, list):
        return ",".join(map(spelled, value))
    if isinstance(value, bool):
        return "true" if value else "false"
    return as_text(value)


def addresses(questionnaire: Questionnaire) -> Iterator[str]:
    """Every address that a questionnaire leads to, as it is written, in every language."""
    ends: list[Ending] = [one for one in questionnaire.triggers if isinstance(one, Ending)]
    texts = [one.navigate_to_url for one in (*ends, *questionnaire.quotas)]
    texts += [questionnaire.navigate_to_url, *(one.url for one in questionnaire.navigate_to_url_on_condition)]
    for text in texts:
        yield from map(str.strip, text.values() if isinstance(text, dict) else [text] if text else [])


def sites(questionnaire: Questionnaire) -> list[str]:
    """The sites (scheme and host) of its safe addresses: those that a sent form may lead to."""
    return list(dict.fromkeys(origin_of(address) for address in addresses(questionnaire) if is_safe(address)))
