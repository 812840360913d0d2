"""What is named: names and values that occur twice, names that nothing has, or that are only known later."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from regard.base import Invalid
from regard.base.words import said
from regard.surveys.checking.finding import CONDITIONS, ERROR, WARNING, Condition, Finding, conditions_of, parsed
from regard.surveys.expressions import names_in, parse
from regard.surveys.model import (
    OTHER,
    Choice,
    Chosen,
    Line,
    Matrix,
    MultipleText,
    Question,
    Questionnaire,
    Skip,
    choice,
    placed_texts,
    questions_of,
)
from regard.surveys.piping import name_and_fallback

COMMENT: Final = "-Comment"
_PIPED: Final = re.compile(r"\{([^{}\s][^{}]{0,199})\}")


def check_references(questionnaire: Questionnaire) -> Iterator[Finding]:
    """Errors of names, in expressions, triggers, quotas, groups and texts."""
    yield from _names(questionnaire)
    yield from _values(questionnaire)
    for condition in conditions_of(questionnaire):
        yield from _condition(questionnaire, condition)
    yield from _later(questionnaire)
    yield from _triggers(questionnaire)
    yield from _calculated(questionnaire)
    yield from _groups(questionnaire)
    yield from _piped(questionnaire)


def asked_name(known: set[str], name: str) -> str | None:
    """The known name that a name in an expression belongs to; ``""`` for traits and items, None when there is none."""
    if name == "item" or name.startswith(("item.", "profile.")):
        return ""
    tried = name.removesuffix(COMMENT)
    while tried not in known and "." in tried:
        tried = tried.rpartition(".")[0]
    return tried if tried in known else None


def _known(questionnaire: Questionnaire) -> set[str]:
    return {one.name for one in questions_of(questionnaire)} | {one.name for one in questionnaire.calculated_values}


def _twice(names: Iterable[object]) -> list[str]:
    return [str(name) for name, times in Counter(map(str, names)).items() if times > 1]


def _names(questionnaire: Questionnaire) -> Iterator[Finding]:
    calculated = [one.name for one in questionnaire.calculated_values]
    for name in _twice([*(one.name for one in questions_of(questionnaire)), *calculated]):
        yield Finding(
            "duplicate_name",
            ERROR,
            said("two questions are called {name}", name=name),
            said("rename one: answers are kept by name"),
            name,
            "question",
        )
    for name in _twice(page.name for page in questionnaire.pages):
        yield Finding(
            "duplicate_page",
            ERROR,
            said("two pages are called {name}", name=name),
            said("rename one of them"),
            name,
            "page",
        )
    for question in questions_of(questionnaire):
        if not question.name.strip() or re.search(r"[{}\n]", question.name):
            yield Finding(
                "unusable_name",
                ERROR,
                said("the name {name} cannot be used in conditions", name=repr(question.name)),
                said("use letters, digits, - and _"),
                question.name,
                "question",
            )


def _values(questionnaire: Questionnaire) -> Iterator[Finding]:
    for question in questions_of(questionnaire):
        for value in _twice_in(question):
            yield Finding(
                "duplicate_value",
                ERROR,
                said("the value {value} occurs twice", value=value),
                said("give each choice, row and line a value of its own"),
                question.name,
                "question",
            )


def _twice_in(question: Question) -> list[str]:
    if isinstance(question, Chosen):
        extra = [name for name, is_shown in _extras(question) if is_shown]
        return _twice([*(choice(one).value for one in question.choices), *extra])
    if isinstance(question, Matrix):
        lists = (question.rows, question.columns)
        return [value for items in lists for value in _twice(choice(one).value for one in items)]
    return _twice(line.name for line in question.items) if isinstance(question, MultipleText) else []


def _extras(question: Chosen) -> tuple[tuple[str, bool], ...]:
    return ((OTHER, question.show_other_item), ("none", question.show_none_item))


def _condition(questionnaire: Questionnaire, condition: Condition) -> Iterator[Finding]:
    try:
        parse(condition.text)
    except Invalid as error:
        yield Finding(
            "unreadable_condition",
            ERROR,
            error.message,
            error.remedy or said("write it anew, or choose question, comparison and value"),
            condition.place,
            condition.of,
        )
        return
    known = _known(questionnaire)
    for name in names_in(condition.text):
        if asked_name(known, name) is None:
            yield Finding(
                "unknown_reference",
                ERROR,
                said("the condition {text} asks for {name}, which is no question", text=condition.text, name=name),
                said("it may have been deleted or renamed: change the condition"),
                condition.place,
                condition.of,
            )


def _later(questionnaire: Questionnaire) -> Iterator[Finding]:
    """Conditions that ask for what is only asked afterwards: they see no answer."""
    known, seen = _known(questionnaire), set[str]()
    calculated = {one.name for one in questionnaire.calculated_values}
    shuffled = {name for group in questionnaire.random_groups for name in group.pages}
    for page in questionnaire.pages:
        of_page = [] if page.name in shuffled else [(page.visible_if, page.name, "page")]
        before = set(seen)
        for question in page.elements:
            asked = before if page.questions_order == "random" else seen
            conditions = [getattr(question, name, None) for name in CONDITIONS]
            for text in (*conditions, *(item.visible_if for item in _listed(question))):
                yield from _unasked(text, question.name, "question", known - calculated, asked | {question.name})
            seen.add(question.name)
        for text, place, of in of_page:
            yield from _unasked(text, place, of, known - calculated, before)


def _listed(question: Question) -> list[Choice | Line]:
    """Its choices, rows, columns or lines, each of which may have a condition."""
    if isinstance(question, MultipleText):
        return [*question.items]
    if isinstance(question, Matrix):
        return [choice(item) for item in (*question.rows, *question.columns)]
    return [choice(item) for item in question.choices] if isinstance(question, Chosen) else []


def _unasked(text: str | None, place: str, of: str, questions: set[str], asked: set[str]) -> Iterator[Finding]:
    if not text or parsed(text) is None:
        return
    for name in names_in(text):
        base = asked_name(questions, name)
        if base and (base not in asked or (base == place and "item" not in names_in(text))):
            yield Finding(
                "later_reference",
                ERROR,
                said("the condition {text} asks for {name}, which is asked only afterwards", text=text, name=name),
                said("move the question up, or change the condition"),
                place,
                "page" if of == "page" else "question",
            )


def _triggers(questionnaire: Questionnaire) -> Iterator[Finding]:
    places = {one.name: at for at, page in enumerate(questionnaire.pages) for one in (page, *page.elements)}
    asked_anywhere = {one.name for one in questions_of(questionnaire)}
    for trigger in questionnaire.triggers:
        if trigger.after and trigger.after not in asked_anywhere:
            yield _gone(trigger.after)
        if not isinstance(trigger, Skip):
            continue
        if trigger.goto_name not in places:
            yield _gone(trigger.goto_name)
            continue
        asked = (
            [trigger.after]
            if trigger.after
            else [asked_name(set(places), name) for name in _names_of(trigger.expression)]
        )
        left = [places[name] for name in asked if name in places]
        if left and places[trigger.goto_name] <= min(left):
            yield Finding(
                "skip_back",
                ERROR,
                said("a skip goes back from {a} to {b}: a circle", a=str(asked[0]), b=trigger.goto_name),
                said("skips only go forward: choose a later question"),
            )


def _names_of(text: str) -> list[str]:
    return names_in(text) if parsed(text) is not None else []


def _gone(name: str) -> Finding:
    return Finding(
        "unknown_target",
        ERROR,
        said("a trigger names {name}, which is no question", name=name),
        said("it may have been deleted or renamed: change the trigger"),
    )


def _calculated(questionnaire: Questionnaire) -> Iterator[Finding]:
    """Calculated values that rest on each other in a circle."""
    rests = {one.name: set(_names_of(one.expression)) for one in questionnaire.calculated_values}
    for name in rests:
        reached, ahead = set[str](), [name]
        while ahead:
            new = (rests.get(ahead.pop(), set()) & rests.keys()) - reached
            reached |= new
            ahead += new
        if name in reached:
            yield Finding(
                "circle",
                ERROR,
                said("the calculated value {name} rests on itself", name=name),
                said("change what it is made of"),
            )


def _groups(questionnaire: Questionnaire) -> Iterator[Finding]:
    pages = {page.name for page in questionnaire.pages}
    for group in questionnaire.random_groups:
        for name in group.pages:
            if name not in pages:
                yield Finding(
                    "unknown_page",
                    ERROR,
                    said("a random group names {name}, which is no page", name=name),
                    said("take it out of the group"),
                )
        if group.take is not None and not 0 < group.take <= len(group.pages):
            yield Finding(
                "unusable_take",
                ERROR,
                said("a random group takes {take} of {pages} pages", take=group.take, pages=len(group.pages)),
                said("take at least one and at most all"),
            )


def _put_in(words: str) -> set[str]:
    return {name_and_fallback(inside)[0] for inside in _PIPED.findall(words)}


def _piped(questionnaire: Questionnaire) -> Iterator[Finding]:
    """Texts that put in an answer that there is not; translations that forgot one."""
    known = _known(questionnaire)
    for question in questions_of(questionnaire):
        for _place, text in placed_texts(question):
            versions = text if isinstance(text, dict) else {"": text}
            wanted = {language: _put_in(words) for language, words in versions.items() if words}
            for name in sorted(set().union(*wanted.values())):
                if asked_name(known, name) is None:
                    yield Finding(
                        "unknown_in_text",
                        WARNING,
                        said("the text puts in {name}, which is no question", name=name),
                        said("it is shown as nothing: change the text"),
                        question.name,
                        "question",
                    )
            if len({frozenset(names) for names in wanted.values()}) > 1:
                yield Finding(
                    "piped_unlike",
                    WARNING,
                    said("the translations of a text do not put in the same answers"),
                    said("use the same names in braces in every language"),
                    question.name,
                    "question",
                )
