"""Wording that bends answers: two questions in one, loaded and leading words, negations; in five languages.

Rules of thumb after Dillman, Smyth & Christian, *Internet, Phone, Mail, and Mixed-Mode Surveys* (2014), chapter 4. They
look at words, not at meaning: a finding is a reason to read the question again, and never an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from regard.base.words import said
from regard.surveys.checking.finding import NOTE, WARNING, Finding, Severity
from regard.surveys.model import (
    DEFAULT,
    Boolean,
    Choice,
    Matrix,
    Question,
    Questionnaire,
    RadioGroup,
    Rating,
    Text,
    questions_of,
)

LONGEST_WORDS: Final = 30


@dataclass(frozen=True)
class Words:
    """What to look for in one language, as regular expressions."""

    joins: str
    """What joins two things."""
    pairs: str
    """Pairs that are one thing, and idle joins: taken away before looking."""
    leads: str
    """Leading or loaded words."""
    negates: str


WORDS: Final = {
    "en": Words(
        r"\b(and|or|as well as|and/or)\b",
        r"friends? or (a )?colleagues?|friends? (and|or) family|terms and conditions|now and then|and so on"
        r"|more or less|yes or no|or not|above and beyond|pros and cons|one or more",
        r"\b(don[’']t you (agree|think)|wouldn[’']t you|isn[’']t it|as you know|obviously|of course|surely|amazing"
        r"|awesome|world[- ]class|outstanding|award[- ]winning|excellent (service|product|team)"
        r"|how much (do|did) you (love|like|enjoy)|how (great|wonderful) (is|was|are|were))\b",
        r"\b(not|never|no longer|cannot|nobody|nothing)\b|n[’']t\b",
    ),
    "pl": Words(
        r"\b(i|oraz|lub|albo|a także|jak również)\b",
        r"znajom\w+ (lub|albo|i) \w+|przyjaci\w+ (lub|i) \w+|mniej lub bardziej|tak lub nie|od czasu do czasu",
        r"\b(czy nie uważasz|czy nie sądzisz|oczywiście|jak wiadomo|z pewnością|wspaniał\w+|znakomit\w+|rewelacyjn\w+"
        r"|jak bardzo (lubisz|kochasz|podoba))\b",
        r"\b(nie|nigdy|nikt|nic|żaden|żadn\w+)\b",
    ),
    "ru": Words(
        r"\b(и|или|а также|либо)\b",
        r"друг\w* или коллег\w*|друзь\w+ (и|или) \w+|цены и качества|более или менее|да или нет|время от времени",
        r"\b(не правда ли|разве|вы же согласны|конечно|очевидно|как известно|несомненно|замечательн\w+|прекрасн\w+"
        r"|великолепн\w+|насколько (сильно )?вам (нравится|понравил\w+))\b",
        r"\b(не|никогда|никто|ничего|нельзя)\b",
    ),
    "zh": Words(
        r"和|以及|并且|或者|或",
        r"朋友或同事|亲友|或多或少|是或否",
        r"难道不|不觉得|显然|当然|众所周知|出色的|一流的|卓越的|多么喜欢|有多喜欢",
        r"不(?!同)|没有|从未|绝不",
    ),
    "ro": Words(
        r"\b(și|sau|ori|precum și)\b",
        r"prieten\w* sau (unui )?coleg\w*|prieten\w* (și|sau) \w+|mai mult sau mai puțin|da sau nu",
        r"\b(nu-i așa|nu credeți că|desigur|evident|bineînțeles|minunat\w*|extraordinar\w*|excelent\w*"
        r"|cât de mult vă place)\b",
        r"\b(nu|niciodată|nimeni|nimic|nici)\b",
    ),
}


def check_wording(questionnaire: Questionnaire) -> Iterator[Finding]:
    """What the words of a question may do to its answers, in each of its languages that is known here."""
    for question in questions_of(questionnaire):
        found: dict[str, Finding] = {}
        for text in _judged(question):
            for language, words in _versions(text, questionnaire.locale):
                if (base := language.partition("-")[0].lower()) in WORDS:
                    found |= {one.code: one for one in _of_text(question, words, WORDS[base], base)}
        yield from found.values()


def _judged(question: Question) -> list[Text]:
    """What people judge: the question itself and the rows of a matrix."""
    texts = [question.title] if question.title else []
    if isinstance(question, Matrix):
        texts += [(row.text or str(row.value)) if isinstance(row, Choice) else str(row) for row in question.rows]
    return texts


def _versions(text: Text, own: str) -> list[tuple[str, str]]:
    if isinstance(text, str):
        return [(own, text)]
    return [(own if language == DEFAULT else language, words) for language, words in text.items()]


def _of_text(question: Question, text: str, words: Words, language: str) -> Iterator[Finding]:
    is_scale = isinstance(question, Rating | Matrix | Boolean | RadioGroup)
    plain = re.sub(words.pairs, " ", text, flags=re.IGNORECASE)
    if is_scale and (joined := re.search(words.joins, plain, re.IGNORECASE)):
        yield _found(
            question,
            "double_barrelled",
            said("it may ask two things at once: “{word}” in “{text}”", word=joined[0], text=_short(text)),
            said("ask about one thing, or make two questions"),
        )
    if leading := re.search(words.leads, text, re.IGNORECASE):
        yield _found(
            question,
            "leading",
            said("“{word}” says which answer is wanted", word=leading[0]),
            said("ask in words that favour neither side"),
        )
    negations = re.findall(words.negates, text, re.IGNORECASE) if is_scale else []
    if negations:
        yield _negated(question, text, len(negations))
    if len(text.split()) > LONGEST_WORDS or (language == "zh" and len(text) > 2 * LONGEST_WORDS):
        yield Finding(
            "long_question",
            NOTE,
            said("the question is long: “{text}”", text=_short(text)),
            said("say it in fewer words, or put what explains it into the description"),
            question.name,
            "question",
        )


def _negated(question: Question, text: str, times: int) -> Finding:
    message = said("it is put negatively: “{text}”", text=_short(text))
    remedy = said("“no” to a “not” is misread: say it the other way round")
    severity: Severity = WARNING if times > 1 else NOTE
    return Finding("negated", severity, message, remedy, question.name, "question")


def _found(question: Question, code: str, message: str, remedy: str) -> Finding:
    return Finding(code, WARNING, message, remedy, question.name, "question")


def _short(text: str) -> str:
    return text if len(text) <= 80 else text[:79] + "…"
