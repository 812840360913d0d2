"""The words of a questionnaire side by side in two languages: what a translator goes through, and puts back."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from regard.base import Invalid
from regard.base.words import said
from regard.surveys.editing import own_text, with_text
from regard.surveys.model import DEFAULT, Choice, Page, Part, Question, Questionnaire, Text, placed_texts
from regard.surveys.reading import as_json, read_questionnaire

_LISTS: Final = ("choices", "columns", "rows")
ADDRESSES: Final = ("navigateToUrl", ".url")
"""Fields that hold an address."""
_STEP: Final = re.compile(r"(\w+)(?:\[(\d+)\])?")
LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*", re.IGNORECASE)


@dataclass(frozen=True)
class Phrase:
    """One text: where it stands, its own words, and what the other languages have."""

    place: str
    """As in :func:`~regard.surveys.model.placed_texts`: ``pages[0].elements[1].title``."""
    own: str
    text: Text
    about: str
    """The name of the question or page it belongs to; empty for the survey itself."""

    @property
    def field(self) -> str:
        """The place within the question or page."""
        return re.split(r"(?:elements|pages)\[\d+\]\.", self.place)[-1]

    @property
    def key(self) -> str:
        """What tells it from others: the same when its page or question moves, another when its own words change."""
        return fingerprint(f"{self.about}\n{self.field}\n{self.own}")

    def said(self, language: str) -> str:
        """The words in a language; empty where nobody has translated them."""
        return self.text.get(language, "") if isinstance(self.text, dict) else ""


def fingerprint(text: str) -> str:
    """A short mark of a text."""
    return hashlib.blake2b(text.encode(), digest_size=9).hexdigest()


def phrases(questionnaire: Questionnaire) -> list[Phrase]:
    """Every text of the questionnaire that has words, in the order in which respondents meet them.

    A choice that was written as a bare word is a phrase too; one that is a number is not.

    >>> from regard.surveys.model import Page, RadioGroup
    >>> asked = RadioGroup(name="q", title="Which?", choices=["red", 3])
    >>> [(one.place, one.own) for one in phrases(Questionnaire(pages=[Page(name="p", elements=[asked])]))]
    [('pages[0].elements[0].title', 'Which?'), ('pages[0].elements[0].choices[0].text', 'red')]
    """
    found = [
        Phrase(place, own_text(text, questionnaire.locale), text, about) for place, text, about in _texts(questionnaire)
    ]
    return [phrase for phrase in found if phrase.own]


def untranslated(questionnaire: Questionnaire, language: str) -> list[Phrase]:
    """The phrases that have no words in a language; an address may be the same in all."""
    every = (phrase for phrase in phrases(questionnaire) if not phrase.place.endswith(ADDRESSES))
    return [phrase for phrase in every if not phrase.said(language)]


def translate(questionnaire: Questionnaire, language: str, words: Mapping[str, str]) -> Questionnaire:
    """The questionnaire with words in a language at the places named; others stay as they are.

    Raises :class:`~regard.base.Invalid` for a place where no text stands, and for what is no language.
    """
    if not LANGUAGE.fullmatch(language) or language == "default":
        raise Invalid(said("{name} is no language code", name=language), field="language", remedy=said("such as pl"))
    known = {phrase.place: phrase for phrase in phrases(questionnaire)}
    document = as_json(questionnaire)
    for place, text in words.items():
        if place not in known:
            raise Invalid(said("no text stands at {place}", place=place), field="place")
        made = with_text(known[place].text, text.strip(), questionnaire.locale, language)
        _set(document, place, made or known[place].own)
    return read_questionnaire(document)


def remove_language(questionnaire: Questionnaire, language: str) -> Questionnaire:
    """Take every word in a language away."""
    return translate(questionnaire, language, {one.place: "" for one in phrases(questionnaire) if one.said(language)})


def with_locale(questionnaire: Questionnaire, locale: str) -> Questionnaire:
    """The questionnaire as one written in another language: where that has words, they become its own.

    >>> with_locale(Questionnaire(title={"default": "How?", "pl": "Jak?"}), "pl").title
    {'default': 'Jak?', 'en': 'How?'}
    """
    document, old = {**as_json(questionnaire), "locale": locale}, questionnaire.locale
    for place, text, _about in _texts(questionnaire):
        if isinstance(text, dict) and text.get(locale) and locale != old:
            rest = {name: said for name, said in text.items() if name not in (DEFAULT, locale, old)}
            own = own_text(text, old)
            _set(document, place, {DEFAULT: text[locale], **({old: own} if own else {}), **rest})
    return read_questionnaire(document)


# --- as a table ------------------------------------------------------------------------------------------------------


def as_csv(questionnaire: Questionnaire, language: str) -> str:
    """What a translator gets: place, own words, words in the language. Begins with a mark that spreadsheets know."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["place", questionnaire.locale, language])
    for phrase in phrases(questionnaire):
        writer.writerow([phrase.place, _inert(phrase.own), _inert(phrase.said(language))])
    return "\ufeff" + out.getvalue()


def from_csv(questionnaire: Questionnaire, language: str, data: bytes) -> Questionnaire:
    """The questionnaire with the words of a translator's table; rows whose own words have changed since are refused."""
    try:
        rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise Invalid(said("the file is not a CSV in UTF-8"), field="file") from None
    if not rows or not {"place", language} <= rows[0].keys():
        raise Invalid(said("the file needs the columns place and {language}", language=language), field="file")
    known = {phrase.place: phrase.own for phrase in phrases(questionnaire)}
    stale = [row for row in rows if _inert(known.get(row["place"], "")) != row.get(questionnaire.locale)]
    if stale:
        raise Invalid(
            said("the survey's own words have changed at {place}", place=stale[0]["place"]),
            field="file",
            remedy=said("export the table again"),
        )
    return translate(questionnaire, language, {row["place"]: _plain(row[language] or "") for row in rows})


def _inert(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in "=+-@\t\r" and text else text


def _plain(text: str) -> str:
    return text[1:] if text[:1] == "'" and text[1:2] in tuple("=+-@\t\r") else text


# --- within ----------------------------------------------------------------------------------------------------------


def _texts(questionnaire: Questionnaire) -> Iterator[tuple[str, Text, str]]:
    for place, text in placed_texts(questionnaire):
        if not place.startswith("pages["):
            yield place, text, ""
    for at, page in enumerate(questionnaire.pages):
        yield from _of_page(page, f"pages[{at}]")


def _of_page(page: Page, at: str) -> Iterator[tuple[str, Text, str]]:
    for place, text in placed_texts(page, at):
        if not place.startswith(f"{at}.elements["):
            yield place, text, page.name
    for index, question in enumerate(page.elements):
        for place, text in _of_question(question, f"{at}.elements[{index}]"):
            yield place, text, question.name


def _of_question(question: Question, at: str) -> Iterator[tuple[str, Text]]:
    """The question's texts, with choices that are bare words where they stand."""
    bare = {place: text for name in _LISTS for place, text in _bare(getattr(question, name, None), f"{at}.{name}")}
    written = dict(placed_texts(question, at))
    heads = {place: text for place, text in written.items() if "[" not in place.removeprefix(at)}
    yield from heads.items()
    inner = {**{place: text for place, text in written.items() if place not in heads}, **bare}
    yield from sorted(inner.items(), key=lambda item: _order(item[0]))


def _order(place: str) -> list[tuple[str, int]]:
    return [(name, int(index or 0)) for name, index in _STEP.findall(place)]


def _bare(given: Any, at: str) -> Iterator[tuple[str, str]]:
    for index, item in enumerate(given if isinstance(given, list) else ()):
        value = item.value if isinstance(item, Choice) and item.text is None else item
        if isinstance(value, str) and not isinstance(value, Part):
            yield f"{at}[{index}].text", value


def _set(document: Any, place: str, text: Text) -> None:
    """Put a text into the document at its place; a choice that was a bare word becomes an object."""
    *steps, last = place.split(".")
    for step in steps:
        name, index = _STEP.fullmatch(step).groups()  # type: ignore[union-attr]
        holder, key = (document[name], int(index)) if index else (document, name)
        if not isinstance(holder[key], dict):
            holder[key] = {"value": holder[key]}
        document = holder[key]
    document[last] = text
