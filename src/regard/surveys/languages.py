"""What languages are called by those who speak them, and in which direction they are written."""

from __future__ import annotations

from typing import Final

RIGHT_TO_LEFT: Final = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "ug", "ur", "yi"})
RIGHT_TO_LEFT_SCRIPTS: Final = frozenset({"adlm", "arab", "hebr", "nkoo", "syrc", "thaa"})
OTHERWISE_SPELLED: Final = {
    "zh-cn": "zh-hans", "zh-sg": "zh-hans", "zh-tw": "zh-hant", "zh-hk": "zh-hant", "zh-mo": "zh-hant",
    "iw": "he", "in": "id", "ji": "yi",
}  # fmt: skip
"""Chinese goes by its script, and old codes by the new ones, whoever writes them (BCP 47, IANA's registry)."""
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


def usual(language: str) -> str:
    """A language's code as it is compared.

    >>> usual("zh-CN"), usual("pt_BR"), usual("IW")
    ('zh-hans', 'pt-br', 'he')
    """
    code = language.lower().replace("_", "-")
    return OTHERWISE_SPELLED.get(code, code)


def name_of(language: str) -> str:
    """What speakers of a language call it; any other is shown by its code.

    >>> name_of("pt-BR"), name_of("zh-CN"), name_of("x-own")
    ('Português (Brasil)', '简体中文', 'x-own')
    """
    return NAMES.get(usual(language), language)


def direction(language: str) -> str:
    """``rtl`` for scripts that are written from the right, else ``ltr``.

    >>> direction("he-IL"), direction("uz-Arab"), direction("uz")
    ('rtl', 'rtl', 'ltr')
    """
    base, *more = usual(language).split("-")
    return "rtl" if base in RIGHT_TO_LEFT or not RIGHT_TO_LEFT_SCRIPTS.isdisjoint(more) else "ltr"
