"""The few words of a page that are not the questions': ours in our languages, the author's where they wrote some."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, gettext_noop

from regard.surveys.answering import MISSING
from regard.surveys.languages import direction
from regard.surveys.model import WORDS, Questionnaire, Text, in_language, is_in_language
from regard.surveys.respond.languages import words_language
from regard.web.site import told

OURS: Final[Mapping[str, str]] = {
    "start_survey_text": gettext_noop("Begin"),
    "page_next_text": gettext_noop("Next"),
    "page_prev_text": gettext_noop("Back"),
    "complete_text": gettext_noop("Send"),
    "required_word": gettext_noop("required"),
    "check_text": gettext_noop("Please check your answers"),
    "choose_text": gettext_noop("Please choose"),
    "completed_title": gettext_noop("Thank you!"),
    "elsewhere_text": gettext_noop("Continue on another device"),
    "privacy_text": gettext_noop("Privacy"),
}


class Word(NamedTuple):
    """A word of the page, and what marks it where it is in another language than the survey."""

    text: str
    marks: SafeString = SafeString("")


def words_of(questionnaire: Questionnaire | None, language: str) -> dict[str, Word]:
    """The words of a page in this language, by the names that a questionnaire has for them."""
    marks = marks_of(language)
    ours = {name: Word(told(MISSING) if name == "missing_text" else gettext(OURS[name]), marks) for name in WORDS}
    if questionnaire is None:
        return ours
    written = {
        name: _written(getattr(questionnaire, name), language, questionnaire.locale, bool(marks)) for name in WORDS
    }
    return {name: Word(written[name]) if written[name] else ours[name] for name in WORDS}


def _written(text: Text | None, language: str, own: str, is_foreign: bool) -> str:
    """What the author wrote, if it is in this language; in another one only where we have no better."""
    return in_language(text, language, own) if is_foreign or is_in_language(text, language, own) else ""


def marks_of(language: str) -> SafeString:
    """Marks our own words where they are in another language than the survey's."""
    words = words_language(language)
    is_same = words.partition("-")[0] == language.lower().partition("-")[0]
    return SafeString("") if is_same else mark_safe(f' lang="{words}" dir="{direction(words)}"')  # noqa: S308
