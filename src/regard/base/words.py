"""Marking sentences for translation where no framework is at hand: science says what, the site says it in a language."""

from __future__ import annotations


def marked(sentence: str) -> str:
    """The sentence itself; ``tools/messages.py`` collects what stands inside, the site translates it when shown.

    >>> marked("Net Promoter Score")
    'Net Promoter Score'
    """
    return sentence
