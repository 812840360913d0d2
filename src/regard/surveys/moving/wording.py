"""Texts, names and languages of other tools as ours."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from regard.surveys.languages import usual
from regard.surveys.model import DEFAULT, Text, Value

_BREAKS: Final = re.compile(r"<(?:br|/p|/div|/li|/tr|/h\d|hr)\b[^>]*>", re.IGNORECASE)
_DROPPED: Final = re.compile(r"<(script|style)\b.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_TAGS: Final = re.compile(r"</?[a-zA-Z!][^<>]*>")
_MEDIA: Final = re.compile(
    r"<(img|video|audio|iframe|object|embed|script|style|input|form|svg|a|table)\b", re.IGNORECASE
)
_LANGUAGES: Final = {
    "zh-s": "zh-hans", "zh-t": "zh-hant", "es-es": "es", "sp": "es",
    "en-us": "en", "de-informal": "de", "nl-informal": "nl", "it-informal": "it",
}  # fmt: skip


def plain(text: object) -> str:
    """HTML as the text a reader sees.

    >>> plain("<p>How <strong>satisfied</strong>&nbsp;are<br>you?</p>")
    'How satisfied are\\nyou?'
    """
    if not isinstance(text, str) or not text:
        return "" if text is None else str(text)
    if "<" not in text and "&" not in text:
        return text.strip()
    broken = _BREAKS.sub("\n", _DROPPED.sub(" ", text))
    seen = html.unescape(_TAGS.sub("", broken)).replace("\xa0", " ")
    lines = (re.sub(r"[ \t\r\f]+", " ", line).strip() for line in seen.split("\n"))
    return re.sub(r"\n{2,}", "\n", "\n".join(lines)).strip()


def media_in(text: object) -> list[str]:
    """What stands in HTML that is more than text.

    >>> media_in('<img src="a.png"> <b>x</b>')
    ['img']
    """
    found = (tag.lower() for tag in _MEDIA.findall(text)) if isinstance(text, str) else ()
    return list(dict.fromkeys(found))


def locale_of(code: object) -> str:
    """A language's name in our spelling.

    >>> locale_of("PT-BR"), locale_of("ZH-S"), locale_of("EN")
    ('pt-br', 'zh-hans', 'en')
    """
    spelled = usual(str(code or "en").strip())
    return _LANGUAGES.get(spelled, spelled)


def text_in(texts: Mapping[str, str], own: str) -> Text | None:
    """One text in the survey's languages; those that say nothing, or the same, are left out.

    >>> text_in({"en": "Why?", "pl": "Dlaczego?"}, "en"), text_in({"en": "Why?", "pl": ""}, "en"), text_in({}, "en")
    ({'default': 'Why?', 'pl': 'Dlaczego?'}, 'Why?', None)
    """
    given = {locale: text for locale, text in texts.items() if text}
    if not given:
        return None
    default = given.pop(own, None)
    if default is None:
        return given
    others = {locale: text for locale, text in given.items() if text != default}
    return {DEFAULT: default, **others} if others else default


def value_of_code(code: object) -> Value:
    """A code as a value: a whole number, where it is written as one.

    >>> value_of_code("7"), value_of_code("-1"), value_of_code("007"), value_of_code("A1")
    (7, -1, '007', 'A1')
    """
    text = str(code)
    return int(text) if re.fullmatch(r"-?(?:0|[1-9]\d{0,14})", text) else text


def number_of(given: object) -> float | int | None:
    """A number, when it is one.

    >>> number_of("5"), number_of("2.5"), number_of("many"), number_of("nan")
    (5, 2.5, None, None)
    """
    if isinstance(given, bool) or given is None:
        return None
    try:
        number = float(str(given).replace(",", "."))
    except ValueError:
        return None
    if number != number or abs(number) > 1e15:
        return None
    return int(number) if number.is_integer() else number


def count_of(given: object) -> int | None:
    """A whole number above zero, when it is one."""
    number = number_of(given)
    return int(number) if number is not None and number > 0 else None


class Names:
    """Names of ours for the source's: letters, digits, ``_`` and ``-``, each once.

    >>> names = Names()
    >>> names.make("Q1.2"), names.make("Q1 2"), names.make("")
    ('Q1_2', 'Q1_2_2', 'question')
    """

    def __init__(self, taken: Iterable[str] = ()):
        self.taken = {"profile", "item", *taken}

    def make(self, wanted: object, otherwise: str = "question") -> str:
        base = re.sub(r"[^\w-]+", "_", str(wanted or "")).strip("_")[:60] or otherwise
        name, number = base, 2
        while name.lower() in self.taken:
            name, number = f"{base}_{number}", number + 1
        self.taken.add(name.lower())
        return name


def mapping(given: Any) -> dict[str, Any]:
    """An object, also where the source writes it as a list (PHP does, when its keys are 0, 1, 2…)."""
    if isinstance(given, dict):
        return {str(key): value for key, value in given.items()}
    if isinstance(given, list):
        return {str(place): value for place, value in enumerate(given)}
    return {}


def objects(given: Any) -> list[dict[str, Any]]:
    """Those members of a list that are objects."""
    members = given.values() if isinstance(given, dict) else given if isinstance(given, list) else ()
    return [member for member in members if isinstance(member, dict)]


def members(given: Any) -> list[Any]:
    """The members of a list; none of what is no list."""
    return given if isinstance(given, list) else []
