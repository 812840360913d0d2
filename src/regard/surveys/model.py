"""The nouns of asking: a questionnaire, its pages and questions, as a documented subset of SurveyJS's JSON.

Names in the JSON are SurveyJS's (``isRequired``, ``visibleIf``, ``rateMin``); what it has no name for is ours and told
in ``docs/reference/surveys.md``: ``metric``, ``orientation``, ``touchpoint``, ``consentFor``, ``navigateText``,
``quotas`` and ``randomGroups``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final, Literal, TypeAlias

import msgspec

from regard.base.shapes import learn

Text: TypeAlias = str | dict[str, str]
"""A text in one language, or in several by locale; ``default`` is the questionnaire's own locale."""
Value: TypeAlias = str | int | float | bool
Filled: TypeAlias = Value | list[Value] | dict[str, Value | list[Value]]
"""An answer as a document writes it: one value, several, or one for each row or line."""
Answers: TypeAlias = Mapping[str, Any]
"""Answers by the question's name; ``<name>-Comment`` holds what was written beside "other"."""
Order: TypeAlias = Literal["none", "asc", "desc", "random"]
Orientation: TypeAlias = Literal["higher", "lower"]

OTHER: Final = "other"
"""The value of an answer that is none of the choices."""
DEFAULT: Final = "default"


class Part(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True, omit_defaults=True):
    """A piece of a questionnaire; names that it does not know are refused."""


class Choice(Part, frozen=True, kw_only=True):
    """Something to choose, a row or a column of a matrix, or a line of several texts."""

    value: Value
    text: Text | None = None
    visible_if: str | None = None
    is_exclusive: bool = False
    """Chosen alone: "none of these"."""
    is_fixed: bool = False
    """Stays in its place when the others stand in random order."""


Choices: TypeAlias = list[Choice | Value]


class Validator(Part, frozen=True, kw_only=True):
    """What an answer must satisfy: a regular expression of its text, or an expression over all answers."""

    type: Literal["regex", "expression", "email", "numeric", "answercount", "text"]
    text: Text | None = None
    regex: str | None = None
    expression: str | None = None
    min_value: float | None = None
    max_value: float | None = None
    min_length: int | None = None
    max_length: int | None = None
    min_count: int | None = None
    max_count: int | None = None


class Base(Part, frozen=True, kw_only=True):
    """What every question has."""

    name: str
    title: Text | None = None
    description: Text | None = None
    is_required: bool = False
    visible_if: str | None = None
    required_if: str | None = None
    required_error_text: Text | None = None
    validators: list[Validator] = []
    touchpoint: str | None = None


class Fillable(Base, frozen=True, kw_only=True):
    """What questions have in which an answer may stand before anybody gives one."""

    default_value: Filled | None = None
    """The answer that is there when the question is first shown."""
    default_value_expression: str | None = None
    """Works out the answer that is there at first: ``{profile.email}``."""


class Rating(Fillable, frozen=True, kw_only=True, tag_field="type", tag="rating"):
    """One number of a scale, drawn as numbers, stars or faces. With a ``metric`` it is a score of the stream."""

    rate_min: int = 1
    rate_max: int = 5
    rate_type: Literal["labels", "stars", "smileys"] = "labels"
    min_rate_description: Text | None = None
    max_rate_description: Text | None = None
    metric: str | None = None
    orientation: Orientation = "higher"


class Chosen(Fillable, frozen=True, kw_only=True):
    """What questions with choices have."""

    choices: Choices = []
    choices_order: Order = "none"
    take: int | None = None
    """In random order: how many of the choices that are not fixed are drawn; otherwise all."""
    choices_visible_if: str | None = None
    """Which choices are shown; ``{item}`` is the choice's value."""
    show_other_item: bool = False
    other_text: Text | None = None
    show_none_item: bool = False
    none_text: Text | None = None


class RadioGroup(Chosen, frozen=True, kw_only=True, tag_field="type", tag="radiogroup"):
    """One of several choices."""


class Dropdown(Chosen, frozen=True, kw_only=True, tag_field="type", tag="dropdown"):
    """One of many choices, from a list."""


class Checkbox(Chosen, frozen=True, kw_only=True, tag_field="type", tag="checkbox"):
    """Any of several choices."""

    min_selected_choices: int = 0
    max_selected_choices: int = 0
    """0: as many as there are."""


class Ranking(Chosen, frozen=True, kw_only=True, tag_field="type", tag="ranking"):
    """All choices, in the order the respondent puts them."""


class Boolean(Fillable, frozen=True, kw_only=True, tag_field="type", tag="boolean"):
    """Yes or no. With ``consentFor`` it asks for the person's agreement to that purpose."""

    label_true: Text | None = None
    label_false: Text | None = None
    consent_for: str | None = None


class Matrix(Fillable, frozen=True, kw_only=True, tag_field="type", tag="matrix"):
    """One of the columns (or, with ``cellType`` checkbox, any of them) for each row."""

    columns: Choices = []
    rows: Choices = []
    rows_order: Literal["initial", "random"] = "initial"
    take: int | None = None
    """In random order: how many of the rows that are not fixed are drawn; otherwise all."""
    rows_visible_if: str | None = None
    """Which rows are shown; ``{item}`` is the row's value."""
    columns_visible_if: str | None = None
    """Which columns are shown; ``{item}`` is the column's value."""
    is_all_row_required: bool = False
    cell_type: Literal["radio", "checkbox"] = "radio"
    metric: str | None = None
    orientation: Orientation = "higher"
    """With a ``metric``, columns are numbers and every row is a score with the row as its touchpoint."""


class TextLine(Fillable, frozen=True, kw_only=True, tag_field="type", tag="text"):
    """One line: text, a number, a date, an e-mail address…"""

    input_type: Literal["text", "number", "date", "time", "datetime-local", "email", "tel", "url"] = "text"
    min: float | str | None = None
    max: float | str | None = None
    step: float | None = None
    max_length: int | None = None
    placeholder: Text | None = None


class Line(Part, frozen=True, kw_only=True):
    """One line of a question that has several."""

    name: str
    title: Text | None = None
    is_required: bool = False
    input_type: Literal["text", "number", "date", "email", "tel", "url"] = "text"
    min: float | str | None = None
    max: float | str | None = None
    visible_if: str | None = None


class MultipleText(Fillable, frozen=True, kw_only=True, tag_field="type", tag="multipletext"):
    """Several lines, each with its own label."""

    items: list[Line] = []


class Comment(Fillable, frozen=True, kw_only=True, tag_field="type", tag="comment"):
    """A text of several lines: the customer's own words."""

    rows: int = 4
    max_length: int | None = None
    placeholder: Text | None = None


class File(Base, frozen=True, kw_only=True, tag_field="type", tag="file"):
    """Files sent along."""

    accepted_types: str | None = None
    """Extensions or media types, separated by commas."""
    max_size: int = 5_000_000
    """Bytes of one file."""
    allow_multiple: bool = False


class Html(Base, frozen=True, kw_only=True, tag_field="type", tag="html"):
    """A statement: text to read, nothing to answer. ``html`` is a harmless subset; anything else is shown as text."""

    html: Text = ""


Question: TypeAlias = (
    Rating
    | RadioGroup
    | Dropdown
    | Checkbox
    | Ranking
    | Boolean
    | Matrix
    | TextLine
    | MultipleText
    | Comment
    | File
    | Html
)


class Page(Part, frozen=True, kw_only=True):
    """Questions that are shown together."""

    name: str
    title: Text | None = None
    description: Text | None = None
    visible_if: str | None = None
    questions_order: Literal["initial", "random"] = "initial"
    elements: list[Question] = []


class Ending(Part, frozen=True, kw_only=True):
    """What is said at an end of its own, and where it leads; one with neither is the survey's own end."""

    text: Text | None = None
    """What is said at this end instead of ``completedText``."""
    navigate_to_url: Text | None = None
    """Where it goes on after the end, an https address; ``{name}`` puts in a value."""
    navigate_text: Text | None = None
    """Words of a button that leads there; without them it goes there at once."""


class Complete(Ending, frozen=True, kw_only=True, tag_field="type", tag="complete"):
    """Ends the survey when a page is left and the expression holds; with ``after``, only when that question's page
    is."""

    expression: str
    after: str | None = None
    is_screen_out: bool = False


class Skip(Part, frozen=True, kw_only=True, tag_field="type", tag="skip"):
    """Goes on to the page of a later question, when a page is left and the expression holds; what lies between is not
    asked. With ``after``, only when that question's page is left."""

    expression: str
    goto_name: str
    after: str | None = None


class CalculatedValue(Part, frozen=True, kw_only=True):
    """A value worked out of others, to be used in conditions and texts."""

    name: str
    expression: str


class Quota(Ending, frozen=True, kw_only=True):
    """At most ``limit`` complete responses for which the expression holds; further ones end there."""

    name: str
    expression: str
    limit: int


class UrlCondition(Part, frozen=True, kw_only=True):
    """Where it goes on after the survey's end for those for whom the expression holds."""

    expression: str
    url: Text


class RandomGroup(Part, frozen=True, kw_only=True):
    """Pages shown in random order; with ``take``, only so many of them. They stand together from the first one on."""

    pages: list[str]
    blocks: list[list[str]] = []
    """Pages of the group that keep together and in order; each block moves, and is taken, as one."""
    take: int | None = None
    is_balanced: bool = False
    """Each page is taken equally often, rather than by chance alone."""


class Questionnaire(Part, frozen=True, kw_only=True):
    """What a survey asks: one document, kept as JSON; a published version of it never changes."""

    title: Text = ""
    description: Text | None = None
    locale: str = "en"
    pages: list[Page] = []
    triggers: list[Complete | Skip] = []
    calculated_values: list[CalculatedValue] = []
    quotas: list[Quota] = []
    random_groups: list[RandomGroup] = []
    completed_text: Text | None = None
    navigate_to_url: Text | None = None
    navigate_to_url_on_condition: list[UrlCondition] = []
    """The first that holds leads on, instead of ``navigateToUrl``."""
    navigate_text: Text | None = None
    show_progress_bar: bool = True
    allow_back: bool = msgspec.field(default=True, name="showPrevButton")
    touchpoint: str | None = None
    first_page_is_started: bool = False
    """The first page is a welcome with nothing to answer."""
    start_survey_text: Text | None = None
    page_next_text: Text | None = None
    page_prev_text: Text | None = None
    complete_text: Text | None = None
    required_word: Text | None = None
    missing_text: Text | None = None
    check_text: Text | None = None
    choose_text: Text | None = None
    completed_title: Text | None = None
    elsewhere_text: Text | None = None
    privacy_text: Text | None = None


learn(Questionnaire)


def choice(given: Choice | Value) -> Choice:
    """A choice as an object, however it was written.

    >>> choice("red").value
    'red'
    """
    return given if isinstance(given, Choice) else Choice(value=given)


def questions_of(questionnaire: Questionnaire) -> Iterator[Question]:
    """Every question, in order of pages."""
    return (question for page in questionnaire.pages for question in page.elements)


def find_question(questionnaire: Questionnaire, name: str) -> Question | None:
    return next((question for question in questions_of(questionnaire) if question.name == name), None)


def languages_of(questionnaire: Questionnaire) -> list[str]:
    """The locales that any text of the questionnaire has, its own first; each once, however it is spelled.

    >>> languages_of(Questionnaire(title={"default": "How?", "pt-BR": "Sim?"}, description={"pt-br": "…"}))
    ['en', 'pt-BR']
    """
    found = {
        locale for text in texts_of(questionnaire) if isinstance(text, dict) for locale in text if locale != DEFAULT
    }
    own = questionnaire.locale
    spelled = {locale.lower(): locale for locale in sorted(found, reverse=True)} | {own.lower(): own}
    return [own, *sorted(set(spelled.values()) - {own})]


def texts_of(part: Any) -> Iterator[Text]:
    """Every text a respondent may read, in order; texts of one language only are given as such."""
    for _, text in placed_texts(part):
        yield text


WORDS: Final = (
    "start_survey_text", "page_next_text", "page_prev_text", "complete_text", "required_word", "missing_text",
    "check_text", "choose_text", "completed_title", "elsewhere_text", "privacy_text",
)  # fmt: skip
"""The few words of a page that are ours in our languages, and that an author may write in any."""
_TEXTS: Final = frozenset(
    {
        "title", "description", "text", "html", "completed_text", "required_error_text", "other_text", "none_text",
        "min_rate_description", "max_rate_description", "label_true", "label_false", "placeholder",
        "navigate_to_url", "url", "navigate_text", *WORDS,
    }
)  # fmt: skip


@cache
def _names(kind: type[Part]) -> list[tuple[str, str]]:
    """The fields of a kind of part, with their names in JSON."""
    return [(field.name, field.encode_name) for field in msgspec.structs.fields(kind)]


def placed_texts(part: Any, place: str = "") -> Iterator[tuple[str, Text]]:
    """Every text with its place, such as ``pages[0].elements[1].title``: what a translator goes through.

    >>> list(placed_texts(Questionnaire(pages=[Page(name="p", elements=[Comment(name="why", title="Why?")])])))
    [('title', ''), ('pages[0].elements[0].title', 'Why?')]
    """
    kind: type[Part] = type(part)
    for name, encoded in _names(kind):
        value = getattr(part, name)
        at = f"{place}.{encoded}" if place else encoded
        if name in _TEXTS and value is not None:
            yield at, value
        elif isinstance(value, list):
            for index, item in enumerate(value):
                if isinstance(item, Part):
                    yield from placed_texts(item, f"{at}[{index}]")


def in_language(text: Text | None, language: str, own: str = "en") -> str:
    """A text in a language; where it is missing, in the language's base (``pt`` for ``pt-br``), else in its own.

    >>> in_language({"default": "How?", "pl": "Jak?"}, "pl"), in_language({"default": "How?"}, "ru")
    ('Jak?', 'How?')
    """
    if text is None or isinstance(text, str):
        return text or ""
    wanted = language.lower()
    by_name = {locale.lower(): said for locale, said in text.items() if said}
    for name in (wanted, wanted.split("-")[0], DEFAULT, own.lower()):
        if name in by_name:
            return by_name[name]
    return next(iter(by_name.values()), "")


def is_in_language(text: Text | None, language: str, own: str = "en") -> bool:
    """Whether a text was written in a language, or in its base; a plain one is in the survey's ``own``.

    >>> is_in_language({"default": "How?", "pt": "Como?"}, "pt-br"), is_in_language("How?", "pl")
    (True, False)
    """
    by_name = {DEFAULT: text} if isinstance(text, str) else text or {}
    known = {(own if name == DEFAULT else name).lower() for name, said in by_name.items() if said}
    return bool(known & {language.lower(), language.lower().partition("-")[0]})


def title_of(question: Question, language: str, own: str = "en") -> str:
    """What the question asks; its name, where nobody has written a title."""
    return in_language(question.title, language, own) or question.name
