"""Sentences for people, marked for translation where no framework is at hand: science says what, the site says it in a
language. ``tools/messages.py`` collects what stands inside these calls.
"""

from __future__ import annotations

from collections.abc import Callable
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
