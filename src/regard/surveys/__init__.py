"""Ask: surveys that people answer, who is asked and when, and what becomes of the answers.

A :class:`Questionnaire` is read from JSON by :func:`read_questionnaire`.
"""

from regard.surveys.answering import options_of
from regard.surveys.evaluating import is_empty
from regard.surveys.flags import FLAGS
from regard.surveys.flow import COMMENT, path
from regard.surveys.languages import name_of as language_name
from regard.surveys.model import (
    OTHER,
    Boolean,
    Checkbox,
    Choice,
    Chosen,
    Comment,
    Dropdown,
    File,
    Html,
    Matrix,
    MultipleText,
    Page,
    Question,
    Questionnaire,
    RadioGroup,
    Ranking,
    Rating,
    TextLine,
    choice,
    find_question,
    in_language,
    languages_of,
    questions_of,
    title_of,
)
from regard.surveys.offering import NONE
from regard.surveys.piping import answer_text
from regard.surveys.reading import as_json, read_questionnaire
from regard.surveys.ready_made import get_ready_made
from regard.surveys.responded import Deciding, Responded, Respondent

__all__ = [
    "COMMENT",
    "FLAGS",
    "NONE",
    "OTHER",
    "Boolean",
    "Checkbox",
    "Choice",
    "Chosen",
    "Comment",
    "Deciding",
    "Dropdown",
    "File",
    "Html",
    "Matrix",
    "MultipleText",
    "Page",
    "Question",
    "Questionnaire",
    "RadioGroup",
    "Ranking",
    "Rating",
    "Responded",
    "Respondent",
    "TextLine",
    "answer_text",
    "as_json",
    "choice",
    "find_question",
    "get_ready_made",
    "in_language",
    "is_empty",
    "language_name",
    "languages_of",
    "options_of",
    "path",
    "questions_of",
    "read_questionnaire",
    "title_of",
]
