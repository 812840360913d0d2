"""Which language a respondent reads: the survey's texts in one of its own, our words in the nearest of ours."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.utils.translation import get_supported_language_variant
from django.utils.translation.trans_real import parse_accept_lang_header


def chosen_language(offered: list[str], wished: Iterable[str], accepted: str) -> str:
    """The first wish that the survey has, else the first language of the browser that it has, else its own.

    >>> chosen_language(["en", "pl", "pt-br"], ["", "xx"], "de, pt;q=0.8, pl;q=0.5")
    'pt-br'
    """
    known = {code.lower(): code for code in offered}
    header = (code for code, _ in parse_accept_lang_header(accepted.lower()))
    for wish in (*wished, *header):
        if found := _near(wish.lower(), known):
            return found
    return offered[0]


def _near(wish: str, known: dict[str, str]) -> str | None:
    """The language itself, the one it is a kind of, or a kind of it (Chinese of China for ``zh-cn``)."""
    wish = {"zh-cn": "zh-hans", "zh-sg": "zh-hans", "zh-tw": "zh-hant", "zh-hk": "zh-hant"}.get(wish, wish)
    base = wish.partition("-")[0]
    kinds = (code for code in known if code.partition("-")[0] == base and wish == base)
    return known.get(wish) or known.get(base) or known.get(next(kinds, ""))


def words_language(language: str) -> str:
    """The language in which our own words (Next, Back, Send) are at hand: this one, or the site's."""
    try:
        return get_supported_language_variant(language.lower())
    except LookupError:
        return settings.LANGUAGE_CODE
