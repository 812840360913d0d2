"""What two people have made of the same part of a survey, field by field and in words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from regard.surveys.builder.condition_field import in_words
from regard.surveys.builder.forms import KIND_NAMES
from regard.surveys.builder.logic_forms import FORMS, WayForm
from regard.surveys.builder.naming import words_for
from regard.surveys.builder.row_forms import RULES, LineForm, RuleForm, SpecialForm
from regard.surveys.comparing import Change, changes
from regard.surveys.editing import own_text
from regard.surveys.evaluating import as_text
from regard.surveys.languages import name_of
from regard.surveys.model import DEFAULT, Page, Question, Questionnaire, questions_of
from regard.surveys.translating import LANGUAGE

CONDITIONS = ("visibleIf", "requiredIf", "choicesVisibleIf", "rowsVisibleIf", "columnsVisibleIf", "expression")
WAYS = dict(WayForm.base_fields["what"].choices)
SAID_BY_THEMSELVES = ("value", "text", "name", "expression", "type")
"""Fields of a row that need no name: a choice's words, the condition of a way."""


@dataclass(frozen=True)
class Difference:
    """One field: what is there now, and what the reader would have put there."""

    field: str
    theirs: str
    mine: str


def differences(of: str, theirs: Any, mine: Any, own: str, *, without: str = "") -> list[Difference]:
    """What differs between two versions of a question, a page or (``of``) the survey; ``without`` names a field that
    is not compared, in JSON."""
    there, here = msgspec.to_builtins(theirs), msgspec.to_builtins(mine)
    names = [name for name in dict.fromkeys([*there, *here]) if name != without]
    pairs = [(name, there.get(name), here.get(name)) for name in names]
    return [one for name, a, b in pairs if a != b for one in _of_field(words_for(of, name), name, a, b, own)]


def _of_field(field: str, name: str, theirs: Any, mine: Any, own: str) -> Iterator[Difference]:
    """Of texts each language that differs; of all else the field as a whole."""
    if isinstance(theirs, bool) or isinstance(mine, bool):  # a tick that is left out is as it is by itself
        theirs, mine = theirs if theirs is not None else not mine, mine if mine is not None else not theirs
    if not (_is_text(theirs) or _is_text(mine)):
        yield Difference(field, _words(name, theirs, own), _words(name, mine, own))
        return
    there, here = (_by_language(text, own) for text in (theirs, mine))
    for language in dict.fromkeys([*there, *here]):
        if there.get(language, "") != here.get(language, ""):
            told = field if language == own else f"{field} ({name_of(language)})"
            yield Difference(told, there.get(language, ""), here.get(language, ""))


def all_differences(theirs: Questionnaire, mine: Questionnaire) -> list[Difference]:
    """What differs between two versions of a whole survey: its own fields, then pages and questions."""
    return [
        one
        for change in changes(mine, theirs)
        for one in _of_part(
            change.what, change.of, change.name, _part(theirs, change), _part(mine, change), mine.locale
        )
    ]


def _of_part(what: str, of: str, name: str, theirs: Any, mine: Any, own: str) -> Iterator[Difference]:
    called = f"{_('Page')} {name}" if of == "page" else name
    if what == "changed":
        for one in differences(of, theirs, mine, own, without="pages" if of == "survey" else "elements"):
            yield Difference(f"{called}: {one.field}" if called else one.field, one.theirs, one.mine)
    elif what == "moved":
        yield Difference(called, _("moved"), "")
    else:
        yield Difference(called, _title(theirs, own), _title(mine, own))


def _part(questionnaire: Questionnaire, change: Change) -> Questionnaire | Page | Question | None:
    if change.of == "survey":
        return questionnaire
    parts = questionnaire.pages if change.of == "page" else questions_of(questionnaire)
    return next((one for one in parts if one.name == change.name), None)


def _title(part: Any, own: str) -> str:
    return (own_text(part.title, own) or part.name) if part else ""


# --- values in words -------------------------------------------------------------------------------------------------


def _is_text(value: Any) -> bool:
    """Whether it is a text in several languages."""
    return isinstance(value, dict) and bool(value) and all(one == DEFAULT or LANGUAGE.fullmatch(one) for one in value)


def _by_language(text: Any, own: str) -> dict[str, str]:
    """A text by language, its own first."""
    known: Mapping[str, str] = text if isinstance(text, dict) else {own: text or ""}
    return {own: own_text(dict(known), own), **{one: said for one, said in known.items() if one not in (DEFAULT, own)}}


def _words(name: str, value: Any, own: str) -> str:
    """A value as people read it: lists line by line, rows by what they say."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return "\n".join(_words(name, one, own) for one in value)
    if _is_text(value):
        return own_text(value, own)
    if isinstance(value, dict):
        return " · ".join(filter(None, (_cell(key, one, own) for key, one in _shown(value).items())))
    if name in CONDITIONS and isinstance(value, str):
        return in_words(value)
    if name == "type":
        return str({**KIND_NAMES, **RULES, **WAYS}.get(value, value))
    return "" if value is None else as_text(value)


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    """A choice with a text says that, and not its code."""
    return {key: one for key, one in row.items() if not (key == "value" and row.get("text"))}


def _cell(key: str, value: Any, own: str) -> str:
    """One field of a row: ticks by their name alone, numbers and the like after it."""
    told = _words(key, value, own)
    if key in SAID_BY_THEMSELVES or not told:
        return told
    called = _row_label(re.sub(r"[A-Z]", lambda found: f"_{found[0].lower()}", key)) or words_for("question", key)
    return (called if value else "") if isinstance(value, bool) else f"{called}: {told}"


def _row_label(name: str) -> str:
    fields = (form.base_fields for form in (RuleForm, SpecialForm, LineForm, *FORMS.values()))
    return next((str(one[name].label) for one in fields if name in one and one[name].label), "")
