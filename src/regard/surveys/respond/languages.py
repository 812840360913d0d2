"""Which language a respondent reads: the survey's texts in one of its own, our words in the nearest of ours."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.utils.translation import get_supported_language_variant
from django.utils.translation.trans_real import parse_accept_lang_header

from regard.surveys.languages import usual


def chosen_language(offered: list[str], wished: Iterable[str], accepted: str) -> str:
    """The first wish that the survey has, else the first language of the browser that it has, else its own.

    >>> chosen_language(["en", "pl", "pt-br"], ["", "xx"], "de, pt;q=0.8, pl;q=0.5")
    'pt-br'
    >>> chosen_language(["en", "zh-CN"], ["zh-cn"], ""), chosen_language(["en", "zh-hant"], [], "zh-Hant-HK")
    ('zh-CN', 'zh-hant')
    """
    known = {usual(code): code for code in reversed(offered)} | {code.lower(): code for code in offered}
    header = (code for code, _ in parse_accept_lang_header(accepted.lower()))
    for wish in (*wished, *header):
        if found := known.get(wish.lower()) or _near(usual(wish), known):
            return found
    return offered[0]


def _near(wish: str, known: dict[str, str]) -> str | None:
    """The language itself, the one it is a kind of (RFC 4647, 3.4), or a kind of it."""
    parts = wish.split("-")
    wider = ("-".join(parts[:count]) for count in range(len(parts), 0, -1))
    kinds = (code for code in known if code.partition("-")[0] == wish)
    return next((known[code] for code in (*wider, *kinds) if code in known), None)


def words_language(language: str) -> str:
    """The language in which our own words (Next, Back, Send) are at hand: this one, or the site's."""
    try:
        return get_supported_language_variant(language.lower())
    except LookupError:
        return settings.LANGUAGE_CODE
