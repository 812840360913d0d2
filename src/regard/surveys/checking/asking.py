"""How people are treated: what is demanded of them, what they can understand, what becomes of what they say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from regard.base.words import said
from regard.surveys.checking.finding import ERROR, NOTE, WARNING, Finding
from regard.surveys.editing import own_text
from regard.surveys.harmless import ELEMENTS, SINGLE
from regard.surveys.model import (
    Boolean,
    Comment,
    File,
    Html,
    MultipleText,
    Question,
    Questionnaire,
    TextLine,
    languages_of,
    questions_of,
)
from regard.surveys.translating import untranslated

FEW: Final = 3
SAFE_TAGS: Final = ELEMENTS | SINGLE | {"a"}
_TAG: Final = re.compile(r"</?([a-zA-Z][\w:-]*)([^>]*)>")
_ACTIVE: Final = re.compile(r"\bon\w+\s*=|javascript:|\bstyle\s*=", re.IGNORECASE)
PERSONAL: Final = re.compile(
    r"\b(e-?mail|phone|telephone|address|surname|last name|first name|full name|your name|date of birth"
    r"|telefon\w*|adres\w*|nazwisk\w*|imię|data urodzenia|почт\w*|телефон\w*|адрес\w*|фамили\w*|ваше имя|дата рождения"
    r"|adres[aă]\w*|numele|prenume\w*|data nașterii)\b|电子邮件|邮箱|电话|手机号|地址|姓名|出生日期",
    re.IGNORECASE,
)
PRIVACY: Final = re.compile(
    r"\b(privacy|personal data|prywatno\w*|dan\w+ osobow\w*|конфиденциальн\w*|персональн\w+ данн\w*|confidențial\w*"
    r"|date\w* personal\w*|date\w* cu caracter)\b|隐私|个人信息",
    re.IGNORECASE,
)


def check_asking(questionnaire: Questionnaire) -> Iterator[Finding]:
    """What is missing, demanded, unsafe or private."""
    yield from _empty(questionnaire)
    yield from _titles(questionnaire)
    yield from _translations(questionnaire)
    yield from _demands(questionnaire)
    yield from _private(questionnaire)
    yield from _unsafe(questionnaire)
    for quota in questionnaire.quotas:
        if quota.limit <= 0:
            yield Finding(
                "quota_zero",
                ERROR,
                said("the quota {name} lets nobody in", name=quota.name),
                said("set how many responses are wanted"),
            )


def _asked(questionnaire: Questionnaire) -> list[Question]:
    return [one for one in questions_of(questionnaire) if not isinstance(one, Html)]


def _empty(questionnaire: Questionnaire) -> Iterator[Finding]:
    if not _asked(questionnaire):
        yield Finding("no_questions", ERROR, said("the survey asks nothing"), said("add a question"))
    if questionnaire.first_page_is_started and questionnaire.pages:
        first = questionnaire.pages[0]
        if any(not isinstance(one, Html) for one in first.elements):
            yield Finding(
                "welcome_asks",
                WARNING,
                said("the welcome page has a question"),
                said("move it to the next page, or make this an ordinary page"),
                first.name,
                "page",
            )


def _titles(questionnaire: Questionnaire) -> Iterator[Finding]:
    own = questionnaire.locale
    if not own_text(questionnaire.title, own):
        yield Finding(
            "no_title", WARNING, said("the survey has no title"), said("write one: it is the heading of every page")
        )
    for question in _asked(questionnaire):
        if not own_text(question.title, own):
            yield Finding(
                "no_question_title",
                WARNING,
                said("the question {name} has no words", name=question.name),
                said("its name would be shown instead: write what it asks"),
                question.name,
                "question",
            )


def _translations(questionnaire: Questionnaire) -> Iterator[Finding]:
    for language in languages_of(questionnaire)[1:]:
        missing = untranslated(questionnaire, language)
        if missing:
            yield Finding(
                f"untranslated_{language}",
                WARNING,
                said("{n} texts have no words in {language}", n=len(missing), language=language),
                said("they are shown in {language}: translate them", language=questionnaire.locale),
            )


def _demands(questionnaire: Questionnaire) -> Iterator[Finding]:
    asked = _asked(questionnaire)
    if len(asked) >= FEW and all(one.is_required for one in asked):
        yield Finding(
            "all_required",
            WARNING,
            said("every question must be answered"),
            said("people leave, or answer anything: demand only what you cannot do without"),
        )
    for question in asked:
        if isinstance(question, Boolean) and question.consent_for and question.is_required:
            yield Finding(
                "consent_required",
                WARNING,
                said("agreeing is demanded"),
                said("consent that is a condition is not free (GDPR, Article 7): make it optional"),
                question.name,
                "question",
            )
        if isinstance(question, Comment | File) and question.is_required:
            yield Finding(
                "effort_required",
                NOTE,
                said("an answer that takes effort is demanded"),
                said("most people who would leave do so here"),
                question.name,
                "question",
            )
    if not questionnaire.allow_back and len(questionnaire.pages) > 1:
        yield Finding(
            "no_way_back",
            NOTE,
            said("nobody can go back and mend an answer"),
            said("turn the back button on, unless going back would spoil the survey"),
        )


def _private(questionnaire: Questionnaire) -> Iterator[Finding]:
    own, asked = questionnaire.locale, _asked(questionnaire)
    personal = [one for one in asked if _is_personal(one, own)]
    texts = [own_text(part, own) for one in questions_of(questionnaire) for part in (one.title, one.description)]
    texts += [own_text(one.html, own) for one in questions_of(questionnaire) if isinstance(one, Html)]
    is_said = any(PRIVACY.search(text) for text in [*texts, own_text(questionnaire.description, own)])
    if is_said or any(isinstance(one, Boolean) and one.consent_for for one in asked):
        return
    for question in personal:
        yield Finding(
            "personal_data",
            WARNING,
            said("it asks for personal data, and nothing says what for"),
            said("add a statement about privacy, or a question of consent"),
            question.name,
            "question",
        )


def _is_personal(question: Question, own: str) -> bool:
    if isinstance(question, TextLine) and question.input_type in ("email", "tel"):
        return True
    words = [own_text(question.title, own)]
    if isinstance(question, MultipleText):
        words += [own_text(line.title, own) for line in question.items]
    return isinstance(question, TextLine | MultipleText) and any(PERSONAL.search(text) for text in words)


def _unsafe(questionnaire: Questionnaire) -> Iterator[Finding]:
    for question in questions_of(questionnaire):
        if not isinstance(question, Html):
            continue
        versions = question.html.values() if isinstance(question.html, dict) else [question.html]
        tags = {(name.lower(), bool(_ACTIVE.search(rest))) for text in versions for name, rest in _TAG.findall(text)}
        odd = sorted(name for name, is_active in tags if is_active or name not in SAFE_TAGS)
        if odd:
            yield Finding(
                "html_unsafe",
                WARNING,
                said("the statement holds {tags}, which is not shown", tags=", ".join(f"<{name}>" for name in odd)),
                said("use paragraphs, lists, emphasis and links only"),
                question.name,
                "question",
            )
