"""Which language a respondent reads: the survey's texts in one of its own, our words in the nearest of ours."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.conf import settings
from django.utils.translation import get_supported_language_variant
from django.utils.translation.trans_real import parse_accept_lang_header

RIGHT_TO_LEFT: Final = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "ug", "ur", "yi"})
NAMES: Final = {
    "ar": "العربية",
    "bg": "Български",
    "cs": "Čeština",
    "da": "Dansk",
    "de": "Deutsch",
    "el": "Ελληνικά",
    "en": "English",
    "es": "Español",
    "et": "Eesti",
    "fa": "فارسی",
    "fi": "Suomi",
    "fr": "Français",
    "he": "עברית",
    "hi": "हिन्दी",
    "hr": "Hrvatski",
    "hu": "Magyar",
    "id": "Bahasa Indonesia",
    "it": "Italiano",
    "ja": "日本語",
    "ko": "한국어",
    "lt": "Lietuvių",
    "lv": "Latviešu",
    "nl": "Nederlands",
    "no": "Norsk",
    "pl": "Polski",
    "pt": "Português",
    "pt-br": "Português (Brasil)",
    "ro": "Română",
    "ru": "Русский",
    "sk": "Slovenčina",
    "sl": "Slovenščina",
    "sr": "Српски",
    "sv": "Svenska",
    "th": "ไทย",
    "tr": "Türkçe",
    "uk": "Українська",
    "ur": "اردو",
    "vi": "Tiếng Việt",
    "zh": "中文",
    "zh-hans": "简体中文",
    "zh-hant": "繁體中文",
}
"""How speakers call their language; any other is shown by its code."""


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


def direction(language: str) -> str:
    """``rtl`` for scripts that are written from the right, else ``ltr``."""
    return "rtl" if language.lower().partition("-")[0] in RIGHT_TO_LEFT else "ltr"


def name_of(language: str) -> str:
    """What speakers of a language call it."""
    return NAMES.get(language.lower(), language)
