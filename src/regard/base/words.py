"""Sentences for people, marked for translation where no framework is at hand: science says what, the site says it in a
language. ``tools/messages.py`` collects what stands inside these calls.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any


def marked(sentence: str) -> str:
    """The sentence itself, collected for translation.

    >>> marked("Net Promoter Score")
    'Net Promoter Score'
    """
    return sentence


class Said(str):
    """An English sentence that remembers how it was made, so that it can be made in another language."""

    __slots__ = ("template", "values")
    template: str
    values: dict[str, Any]

    def __new__(cls, template: str, **values: Any) -> Said:
        made = super().__new__(cls, template.format(**values) if values else template)
        made.template, made.values = template, values
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (self.template, self.values)


def said(template: str, **values: Any) -> Said:
    """A sentence with values put in.

    >>> said("Left out: {count} tickets.", count=3)
    'Left out: 3 tickets.'
    """
    return Said(template, **values)


def _again(template: str, values: dict[str, Any]) -> Said:
    return Said(template, **values)


def translated(sentence: str, translate: Callable[[str], str]) -> str:
    """A sentence by :func:`said` in the language of ``translate``; any other text as it is translated whole.

    >>> translated(said("{n} rows", n=2), {"{n} rows": "wiersze: {n}"}.get)
    'wiersze: 2'
    """
    if isinstance(sentence, Said):
        inner = {
            name: translated(value, translate) if isinstance(value, Said) else value
            for name, value in sentence.values.items()
        }
        return translate(sentence.template).format(**inner) if inner else translate(sentence.template)
    return translate(sentence) if sentence else sentence


def kept(sentence: str) -> Any:
    """A sentence as JSON keeps it, still to be translated when it is read again by :func:`as_said`.

    >>> kept(said("{n} rows", n=2))
    {'said': '{n} rows', 'values': {'n': 2}}
    """
    if not isinstance(sentence, Said):
        return sentence
    values = {name: kept(value) if isinstance(value, str) else value for name, value in sentence.values.items()}
    return {"said": sentence.template, "values": values}


def as_said(kept_sentence: Any) -> str:
    """What :func:`kept` kept; any other text is itself (and one by :func:`said` still knows its parts).

    >>> as_said(said("{n} rows", n=2)).template
    '{n} rows'
    >>> as_said({"said": "{n} rows", "values": {"n": 2}})
    '2 rows'
    """
    if isinstance(kept_sentence, Said):
        return kept_sentence
    if not isinstance(kept_sentence, dict):
        return str(kept_sentence)
    values = {
        name: as_said(value) if isinstance(value, dict) else value for name, value in kept_sentence["values"].items()
    }
    return said(kept_sentence["said"], **values)


def recognised(text: str, templates: Iterable[str]) -> str:
    """A finished sentence (SQL made it, say) as one by :func:`said`, where a template fits; else the text.

    >>> recognised("'x' is not a number", ["'{cell}' is not a number"]).values
    {'cell': 'x'}
    """
    for template in templates:
        if found := _shape(template).fullmatch(text):
            return said(template, **found.groupdict())
    return text


@cache
def _shape(template: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", template)
    shape = "".join(f"(?P<{part}>.*)" if place % 2 else re.escape(part) for place, part in enumerate(parts))
    return re.compile(shape, re.DOTALL)
