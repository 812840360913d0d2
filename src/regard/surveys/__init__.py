"""Ask: surveys that people answer, who is asked and when, and what becomes of the answers.

A :class:`Questionnaire` is read from JSON by :func:`read_questionnaire`.
"""

from regard.surveys.model import Questionnaire, find_question, in_language, languages_of, questions_of
from regard.surveys.reading import as_json, read_questionnaire

__all__ = [
    "Questionnaire",
    "as_json",
    "find_question",
    "in_language",
    "languages_of",
    "questions_of",
    "read_questionnaire",
]
