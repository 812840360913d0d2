"""Customers' own words, the newest first: found by going back through responses until a page is full."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from regard.report.responses.items import Item
from regard.surveys import COMMENT, Chosen, Comment, MultipleText, Responded, Respondent, TextLine

A_PAGE = 25
MOST_READ = 5_000
"""Responses that one page goes through: whoever looks for a rare word goes on from there."""


class One(Protocol):
    """A single response with its place in the order."""

    @property
    def response(self) -> Responded: ...

    @property
    def row(self) -> int: ...


@dataclass(frozen=True)
class Verbatim:
    """What somebody wrote, to which question."""

    single: Any
    item: Item
    text: str


@dataclass(frozen=True)
class Page:
    """A page of words; ``following`` is the row that the next begins before, ``is_cut`` when the search stopped."""

    found: Sequence[Verbatim]
    following: int | None
    is_cut: bool = False


def has_words(item: Item) -> bool:
    """Whether a question asks for words of one's own."""
    question = item.question
    if isinstance(question, TextLine):
        return question.input_type == "text"
    if isinstance(question, MultipleText):
        return any(line.input_type == "text" for line in question.items)
    return isinstance(question, Comment) or (isinstance(question, Chosen) and question.show_other_item)


def is_told(item: Item) -> bool:
    """Whether what is written is a customer telling something, rather than a name or a number of theirs."""
    return isinstance(item.question, Comment | Chosen)


def texts_of(item: Item, one: Responded) -> Iterator[str]:
    """What a respondent wrote to one question."""
    if one.by.version not in item.versions:
        return
    name = item.name + COMMENT if isinstance(item.question, Chosen) else item.name
    value = one.answers.get(name)
    if isinstance(value, dict):
        yield from (f"{item.rows.get(line, line)}: {text}" for line, text in value.items() if isinstance(text, str))
    elif isinstance(value, str) and value.strip():
        yield value


def page_of(
    singles: Iterable[One], items: Sequence[Item], wanted: Callable[[Respondent], bool], search: str = ""
) -> Page:
    """Fill a page from responses, newest first; what is looked for is found in any letter case."""
    sought, found, last = search.casefold(), list[Verbatim](), None
    for count, single in enumerate(singles):
        if len(found) >= A_PAGE:
            return Page(found, last)
        if count >= MOST_READ:
            return Page(found, last, is_cut=True)
        last = single.row
        if wanted(single.response.by):
            found += [
                Verbatim(single, item, text)
                for item in items
                for text in texts_of(item, single.response)
                if sought in text.casefold()
            ]
    return Page(found, None)
