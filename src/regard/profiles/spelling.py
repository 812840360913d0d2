"""One spelling for what people write in many: names over alphabets, addresses, numbers, dates. For comparing only."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final

_CYRILLIC: Final = dict(
    zip(
        "абвгґдеєжзиіїклмнопрстуўфхцчшщъыьэюя",
        [
            "a",
            "b",
            "v",
            "g",
            "g",
            "d",
            "e",
            "e",
            "zh",
            "z",
            "i",
            "i",
            "i",
            "k",
            "l",
            "m",
            "n",
            "o",
            "p",
            "r",
            "s",
            "t",
            "u",
            "u",
            "f",
            "kh",
            "ts",
            "ch",
            "sh",
            "shch",
            "_",
            "y",
            "_",
            "e",
            "yu",
            "ya",
        ],
        strict=True,
    )
)
_GREEK: Final = dict(
    zip(
        "αβγδεζηθικλμνξοπρσςτυφχψω",
        [
            "a",
            "v",
            "g",
            "d",
            "e",
            "z",
            "i",
            "th",
            "i",
            "k",
            "l",
            "m",
            "n",
            "x",
            "o",
            "p",
            "r",
            "s",
            "s",
            "t",
            "i",
            "f",
            "ch",
            "ps",
            "o",
        ],
        strict=True,
    )
)
_LETTERS: Final = {"ł": "l", "ø": "o", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th", "ð": "d"}
_LATIN: Final = str.maketrans({**{one: way.strip("_") for one, way in {**_CYRILLIC, **_GREEK}.items()}, **_LETTERS})
_WORD: Final = re.compile(r"[a-z0-9]+")
_HAN: Final = re.compile(r"[\u3400-\u9fff]+")
_TITLES: Final = frozenset(
    ["mr", "mrs", "ms", "miss", "dr", "prof", "sir", "pan", "pani", "dl", "dna", "jr", "sr", "ii", "iii", "phd"]
)
_SOUNDS: Final = (
    (r"sch|shch|sz|sh|ş", "s"), (r"cz|ch|tch|č", "c"), (r"zh|rz", "z"), (r"kh", "h"), (r"ts|tz", "c"), (r"ph", "f"),
    (r"ck|q", "k"), (r"x", "ks"), (r"w", "v"), (r"[jy]", "i"), (r"([^\d])\1+", r"\1"), (r"(?<=.)[aeiou]", ""),
)  # fmt: skip
_ROAD: Final = frozenset(
    [
        "street",
        "str",
        "st",
        "road",
        "rd",
        "avenue",
        "ave",
        "lane",
        "ln",
        "drive",
        "dr",
        "ul",
        "ulica",
        "al",
        "aleja",
        "strada",
        "bd",
        "bulevardul",
        "prospekt",
        "pr",
        "no",
        "nr",
        "flat",
    ]
)
_DATE: Final = re.compile(r"\s*(\d{1,4})[-./ ](\d{1,2})[-./ ](\d{1,4})(?:[T ].*)?\s*$")
_DATE_OF_DIGITS: Final = re.compile(r"\s*((?:18|19|20)\d\d)(0[1-9]|1[0-2])(\d\d)\s*$")
_DATE_OF_DIGITS_YEAR_LAST: Final = re.compile(r"\s*(\d\d)(\d\d)((?:18|19|20)\d\d)\s*$")


def words(text: str) -> list[str]:
    """The words of a text in small Latin letters without marks.

    >>> words("Ștefan ŁUKASIEWICZ"), words("Щербаков, Юрий"), words("王建国")
    (['stefan', 'lukasiewicz'], ['shcherbakov', 'yurii'], ['wang', 'jianguo'])
    """
    return _WORD.findall(_folded(text))


@lru_cache(100_000)
def _folded(text: str) -> str:
    plain = text.casefold()
    if plain.isascii():
        return plain.replace("'", "")
    if is_family_first(plain):
        plain = _read_out(plain)
    marked = unicodedata.normalize("NFKD", plain)
    return "".join(letter for letter in marked if not unicodedata.combining(letter)).translate(_LATIN).replace("'", "")


def is_family_first(text: str) -> bool:
    """Whether a name is written in Chinese characters, and so begins with the family's."""
    return bool(_HAN.search(text))


def _read_out(text: str) -> str:
    """Chinese names by their sound, the family's name (one character) first."""
    known = _pinyin()
    return _HAN.sub(lambda run: f" {_name(run[0], known)} ", text)


def _name(run: str, known: dict[str, str]) -> str:
    sounds = [known.get(one, one) for one in run]
    return f"{sounds[0]} {''.join(sounds[1:])}" if 1 < len(run) < 5 else "".join(sounds)


def person_words(text: str) -> list[str]:
    """The words of a person's name, without titles.

    >>> person_words("Dr. Anna O'Neil-Smith")
    ['anna', 'oneil', 'smith']
    """
    found = words(text)
    return [word for word in found if word not in _TITLES] or found


@lru_cache(100_000)
def sound(word: str) -> str:
    """What is left of a word whichever way its sounds are written down.

    >>> {sound("kuznetsov"), sound("kuznecov"), sound("kuznetzov")}
    {'kzncv'}
    >>> sound("khrushchyov") == sound("hruschyov")
    True
    """
    for pattern, plain in _SOUNDS:
        word = re.sub(pattern, plain, word)
    return word


def email(text: str) -> tuple[str, str] | None:
    """A mail address as (what names the box, where), without what boxes ignore; None when it is none.

    >>> email("Ann.Lee+shop@GoogleMail.com "), email("nobody")
    (('annlee', 'gmail.com'), None)
    """
    local, at, domain = text.strip().lower().removeprefix("mailto:").rpartition("@")
    name = re.sub(r"[._\-\s]", "", local.partition("+")[0])
    return (name, domain.replace("googlemail.", "gmail.").strip(".> ")) if at and name and domain else None


def phone(text: str) -> str | None:
    """The last nine digits of a number: the same with and without the code of a country or a long-distance call.

    >>> {phone("+40 (721) 000-111"), phone("0721 000 111"), phone("0040721000111 ext. 5")}
    {'721000111'}
    """
    digits = "".join(re.findall(r"\d", re.split(r"(?i)ext|x|wew|доб|;", text)[0]))
    return digits.lstrip("0")[-9:] if len(digits.lstrip("0")) > 4 else None


def date(text: str, *, month_first: bool = False) -> str | None:
    """A day as eight digits, whichever way it is written.

    >>> date("1980-02-03"), date("3.2.1980"), date("2/3/1980", month_first=True), date("19800203"), date("soon")
    ('19800203', '19800203', '19800203', '19800203', None)
    >>> date("03021980"), date("02031980", month_first=True), date("20011980")
    ('19800203', '19800203', '19800120')
    """
    found = _DATE.match(text) or _DATE_OF_DIGITS.match(text) or _DATE_OF_DIGITS_YEAR_LAST.match(text)
    if not found:
        return None
    one, two, three = found.groups()
    if len(one) > 2:
        return f"{one:0>4}{two:0>2}{three:0>2}"
    day, month = (two, one) if month_first else (one, two)
    return f"{three:0>4}{month:0>2}{day:0>2}" if len(three) == 4 else None


def address(text: str) -> str | None:
    """The words of an address in alphabetical order, without those that only say that it is a street.

    >>> address("ul. Długa 12, 00-950 Warszawa") == address("12 Dluga, Warszawa 00950")
    True
    """
    joined = re.sub(r"(?<=\d)[- ](?=\d{3}\b)", "", text)
    return " ".join(sorted(word for word in words(joined) if word not in _ROAD)) or None


@cache
def _pinyin() -> dict[str, str]:
    return {letter: pair[0] for pair in _table("pinyin.txt") for letter in pair[1]}


@cache
def root(name: str) -> str:
    """The given name that a short or a pet form stands for.

    >>> root("bill"), root("kasia"), root("sasha"), root("zed")
    ('william', 'katarzyna', 'aleksandr', 'zed')
    """
    return _roots().get(name, name)


@cache
def _roots() -> dict[str, str]:
    return {form: line[0] for line in _table("given_names.txt") for form in line}


def _table(name: str) -> list[list[str]]:
    """The lines of a table beside this module, word by word."""
    text = (files(__package__) / "names" / name).read_text(encoding="utf-8")
    return [line.split() for line in text.splitlines() if line and not line.startswith("#")]
