"""Change a draft: pages and questions come, go, move and are renamed. Every verb gives a new questionnaire."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, TypeVar

import msgspec

from regard.base import Invalid, NotFound
from regard.base.words import said
from regard.surveys.model import DEFAULT, Page, Part, Question, Questionnaire, Text, questions_of
from regard.surveys.renaming import going_to, renamed, speaking_of

KINDS: Final = (
    "rating",
    "radiogroup",
    "checkbox",
    "dropdown",
    "matrix",
    "ranking",
    "boolean",
    "text",
    "multipletext",
    "comment",
    "file",
    "html",
)
"""The kinds of questions, as an author is offered them."""
FRESH: Final[dict[str, dict[str, Any]]] = {
    "radiogroup": {"choices": ["A", "B"]},
    "checkbox": {"choices": ["A", "B"]},
    "dropdown": {"choices": ["A", "B"]},
    "ranking": {"choices": ["A", "B"]},
    "matrix": {"columns": [1, 2, 3, 4, 5], "rows": ["A", "B"]},
    "multipletext": {"items": [{"name": "line1"}]},
}
"""What a new question of a kind begins with."""
_P = TypeVar("_P", bound=Part)


# --- texts -----------------------------------------------------------------------------------------------------------


def own_text(text: Text | None, own: str) -> str:
    """A text in the questionnaire's own language, and in no other.

    >>> own_text({"default": "How?", "pl": "Jak?"}, "en"), own_text({"pl": "Jak?"}, "en")
    ('How?', '')
    """
    if isinstance(text, dict):
        return text.get(DEFAULT) or text.get(own, "")
    return text or ""


def with_text(text: Text | None, words: str, own: str, language: str | None = None) -> Text | None:
    """A text with other words in one language (its own, unless said); None when no words are left.

    >>> with_text("How?", "Jak?", "en", "pl")
    {'default': 'How?', 'pl': 'Jak?'}
    >>> with_text({"default": "How?", "pl": "Jak?"}, "How was it?", "en")
    {'default': 'How was it?', 'pl': 'Jak?'}
    """
    known = dict(text) if isinstance(text, dict) else {DEFAULT: text} if text else {}
    if language in (None, own):
        language = own if own in known and DEFAULT not in known else DEFAULT
    known[str(language)] = words.replace("\r\n", "\n")
    left = {locale: said for locale, said in known.items() if said}
    return left.get(DEFAULT) if set(left) <= {DEFAULT} else left


# --- pages -----------------------------------------------------------------------------------------------------------


def fresh_name(questionnaire: Questionnaire, stem: str) -> str:
    """The first free name of that stem: ``question1``, ``question2``…

    >>> fresh_name(Questionnaire(pages=[Page(name="page1")]), "page")
    'page2'
    """
    taken = {page.name for page in questionnaire.pages} | {one.name for one in questions_of(questionnaire)}
    return next(name for number in range(1, len(taken) + 2) if (name := f"{stem}{number}") not in taken)


def has_page(questionnaire: Questionnaire, name: str) -> bool:
    return any(page.name == name for page in questionnaire.pages)


def get_page(questionnaire: Questionnaire, name: str) -> Page:
    found = next((page for page in questionnaire.pages if page.name == name), None)
    if found is None:
        raise NotFound(said("the survey has no page {name}", name=name))
    return found


def add_page(questionnaire: Questionnaire, after: str | None = None) -> tuple[Questionnaire, str]:
    """A new empty page, at the end or after another; and its name."""
    name, pages = fresh_name(questionnaire, "page"), list(questionnaire.pages)
    place = pages.index(get_page(questionnaire, after)) + 1 if after else len(pages)
    pages.insert(place, Page(name=name))
    return _with_pages(questionnaire, pages), name


def remove_page(questionnaire: Questionnaire, name: str) -> Questionnaire:
    """Take a page away, with its questions."""
    gone = get_page(questionnaire, name)
    return _with_pages(questionnaire, [page for page in questionnaire.pages if page is not gone])


def shift_page(questionnaire: Questionnaire, name: str, by: int) -> Questionnaire:
    """Move a page up (-1) or down (1); at the ends it stays."""
    page, pages = get_page(questionnaire, name), list(questionnaire.pages)
    place = pages.index(page)
    pages.insert(max(0, place + by), pages.pop(place))
    return _with_pages(questionnaire, pages)


def duplicate_page(questionnaire: Questionnaire, name: str) -> tuple[Questionnaire, str]:
    """A copy of a page behind it, its questions under new names, which they use of each other; and its name."""
    page = get_page(questionnaire, name)
    made, copy_name = add_page(questionnaire, after=name)
    copied = msgspec.structs.replace(page, name=copy_name, elements=[])
    names: dict[str, str] = {}
    for question in page.elements:
        names[question.name] = fresh_name(made, "question")
        copy = msgspec.structs.replace(question, name=names[question.name])
        copied.elements.append(copy)
        made = _on_page(made, copy_name, lambda elements, copy=copy: [*elements, copy])  # type: ignore[misc]
    return replace_page(made, copy_name, speaking_of(copied, names)), copy_name


def replace_page(questionnaire: Questionnaire, name: str, page: Page) -> Questionnaire:
    """Another page in the place of the one of that name; what spoke of its name speaks of the new one."""
    _refuse_taken(questionnaire, name, page.name)
    old = get_page(questionnaire, name)
    made = _with_pages(questionnaire, [page if one is old else one for one in questionnaire.pages])
    groups = [
        msgspec.structs.replace(
            group,
            pages=[page.name if one == name else one for one in group.pages],
            blocks=[[page.name if one == name else one for one in block] for block in group.blocks],
        )
        for group in made.random_groups
    ]
    triggers = going_to(made.triggers, {name: page.name})
    return msgspec.structs.replace(made, random_groups=groups, triggers=triggers)


# --- questions -------------------------------------------------------------------------------------------------------


def page_of(questionnaire: Questionnaire, question: str) -> Page:
    """The page on which a question stands."""
    for page in questionnaire.pages:
        if any(one.name == question for one in page.elements):
            return page
    raise NotFound(said("the survey has no question {name}", name=question))


def get_question(questionnaire: Questionnaire, name: str) -> Question:
    return next(one for one in page_of(questionnaire, name).elements if one.name == name)


def add_question(
    questionnaire: Questionnaire, page: str, kind: str, after: str | None = None
) -> tuple[Questionnaire, str]:
    """A new question at the end of a page, or after another one; and its name."""
    if kind not in KINDS:
        raise Invalid(said("there is no kind of question called {kind}", kind=kind), field="kind")
    name = fresh_name(questionnaire, "question")
    made: Question = msgspec.convert({"type": kind, "name": name, **FRESH.get(kind, {})}, Question)
    return _on_page(questionnaire, page, lambda elements: _put(elements, made, _after(elements, after))), name


def remove_question(questionnaire: Questionnaire, name: str) -> Questionnaire:
    page = page_of(questionnaire, name)
    gone = get_question(questionnaire, name)
    return _on_page(questionnaire, page.name, lambda elements: [one for one in elements if one is not gone])


def duplicate_question(questionnaire: Questionnaire, name: str) -> tuple[Questionnaire, str]:
    """A copy behind the question, under a new name; and that name."""
    page, made = page_of(questionnaire, name), fresh_name(questionnaire, "question")
    copy = msgspec.structs.replace(get_question(questionnaire, name), name=made)
    put = _on_page(questionnaire, page.name, lambda elements: _put(elements, copy, _after(elements, name)))
    return put, made


def shift_question(questionnaire: Questionnaire, name: str, by: int) -> Questionnaire:
    """Move a question up (-1) or down (1); beyond its page's end it goes on to the page beside."""
    page = page_of(questionnaire, name)
    place = [one.name for one in page.elements].index(name)
    if 0 <= place + by < len(page.elements):
        beyond = place + by + (by > 0)
        before = page.elements[beyond].name if beyond < len(page.elements) else None
        return move_question(questionnaire, name, page.name, before)
    beside = questionnaire.pages.index(page) + by
    if not 0 <= beside < len(questionnaire.pages):
        return questionnaire
    there = questionnaire.pages[beside]
    return move_question(questionnaire, name, there.name, there.elements[0].name if by > 0 and there.elements else None)


def move_question(questionnaire: Questionnaire, name: str, page: str, before: str | None = None) -> Questionnaire:
    """Put a question before another one of a page, or at its end."""
    question = get_question(questionnaire, name)
    if before == name:
        return questionnaire
    left = remove_question(questionnaire, name)
    names = [one.name for one in get_page(left, page).elements]
    place = names.index(before) if before in names else len(names)
    return _on_page(left, page, lambda elements: _put(elements, question, place))


def replace_question(questionnaire: Questionnaire, name: str, question: Question) -> Questionnaire:
    """Another question in the place of the one of that name; what spoke of its name speaks of the new one."""
    _refuse_taken(questionnaire, name, question.name)
    page, old = page_of(questionnaire, name), get_question(questionnaire, name)
    made = _on_page(questionnaire, page.name, lambda elements: [question if one is old else one for one in elements])
    return made if question.name == name else renamed(made, name, question.name)


def other_kind(question: Question, kind: str) -> Question:
    """The question as one of another kind; what both kinds have stays.

    >>> from regard.surveys.model import Comment
    >>> other_kind(Comment(name="why", title="Why?", placeholder="…"), "radiogroup").title
    'Why?'
    """
    begun = {"type": kind, "name": question.name, **FRESH.get(kind, {})}
    fresh: Any = msgspec.convert(begun, Question)
    known = {one.encode_name for one in msgspec.structs.fields(fresh)}
    kept = {name: value for name, value in msgspec.to_builtins(question).items() if name in known}
    if "comment" in (kind, question.__struct_config__.tag):
        kept.pop("rows", None)  # lines of a text are no rows of a matrix
    made: Question = msgspec.convert({**begun, **kept, "type": kind}, Question)
    return made


# --- within ----------------------------------------------------------------------------------------------------------


def _with_pages(questionnaire: Questionnaire, pages: list[Page]) -> Questionnaire:
    return msgspec.structs.replace(questionnaire, pages=pages)


def _on_page(
    questionnaire: Questionnaire, name: str, change: Callable[[list[Question]], list[Question]]
) -> Questionnaire:
    page = get_page(questionnaire, name)
    made = msgspec.structs.replace(page, elements=change(page.elements))
    return _with_pages(questionnaire, [made if one is page else one for one in questionnaire.pages])


def _after(elements: list[Question], name: str | None) -> int:
    names = [one.name for one in elements]
    return names.index(name) + 1 if name in names else len(names)


def _put(elements: list[Question], question: Question, place: int) -> list[Question]:
    return [*elements[:place], question, *elements[place:]]


def _refuse_taken(questionnaire: Questionnaire, name: str, wanted: str) -> None:
    taken = {page.name for page in questionnaire.pages} | {one.name for one in questions_of(questionnaire)}
    if wanted != name and wanted in taken:
        raise Invalid(said("the name {name} is taken", name=wanted), field="name")


def places(questionnaire: Questionnaire) -> Iterator[tuple[Page, Question]]:
    """Every question with its page, in order."""
    return ((page, question) for page in questionnaire.pages for question in page.elements)
