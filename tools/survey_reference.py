"""docs/reference/surveys.md, from the model of questionnaires: tools/reference.py writes it."""

from __future__ import annotations

import ast
import inspect
import itertools
import re
from pathlib import Path
from typing import Any, get_args

import msgspec

from regard.surveys import checking, expressions, model
from regard.surveys.builder.fields import SHAPES, shape_of

MADE = "<!-- Written by tools/reference.py from the code; change that, then run `make docs`. -->"
OURS = {
    "metric", "orientation", "touchpoint", "consentFor", "quotas", "randomGroups", "after", "isScreenOut", "isFixed",
    "take",
    "completedText", "requiredWord", "missingText", "checkText", "chooseText", "completedTitle", "elsewhereText",
    "privacyText", "navigateText",
}  # fmt: skip
PLAIN = {
    "locale": "The language it is written in",
    "pages": "In order",
    "triggers": "What happens when a page is left",
    "calculated_values": "Values worked out of answers",
    "quotas": "At most so many responses of a kind",
    "random_groups": "Pages in random order",
    "completed_text": "Words at the end",
    "navigate_to_url": "Where it goes on after the end: an https address; `{name}` puts in a value",
    "navigate_text": "Words of a button that leads there; without them it goes there at once",
    "url": "The address",
    "start_survey_text": "Button that begins",
    "page_next_text": "Button that goes on",
    "page_prev_text": "Button that goes back",
    "complete_text": "Button that sends",
    "required_word": "“required”, read out beside a question",
    "missing_text": "Said when a required answer is missing",
    "check_text": "Heading above what is wrong",
    "choose_text": "First line of a list",
    "completed_title": "Heading at the end",
    "elsewhere_text": "Link to another device",
    "privacy_text": "Link to the privacy notice",
    "show_progress_bar": "Show how far it is",
    "allow_back": "Let people go back",
    "visible_if": "Shown only if this condition holds",
    "questions_order": "Order of the questions",
    "elements": "Its questions, in order",
    "validators": "What the answer must satisfy",
    "value": "What is kept as the answer",
    "text": "The words that are shown",
    "expression": "The condition; of a calculated value, the value",
    "goto_name": "The question or page to go on at",
    "after": "Only when the page of this question is left",
    "is_screen_out": "The survey is not meant for who ends here",
    "limit": "How many complete responses",
    "take": "Show only so many of them",
    "type": "What is checked",
}
ABOUT = """
A survey is one JSON document: a subset of [SurveyJS](https://surveyjs.io/)'s names, and some of ours. Names that are
not listed here are refused with their place. Draft and published versions are kept in this form, the API takes and
gives it, and *Settings* → *Edit as JSON* shows it.

A **text** is a string in the survey's own language, or an object by language: `{"default": "How?", "pl": "Jak?"}`.
`default` is the survey's own language (`locale`). `{name}` in a text puts in an answer, `{profile.first_name}` a trait
of the person; `{profile.first_name|there}` says *there* where nothing is known. A **choice** is a value alone, or an
object. A **condition** is an expression, see below.

Names marked *ours* are not SurveyJS's; `?for=surveyjs` at the export, or `regard survey export`, writes a document
without them.
"""
CHECKING = """
## The check before publishing

Errors keep a survey from being published. Warnings want somebody to say that it is meant so. Dead branches are found by
walking every combination of the answers that conditions ask for; where those are too many, each condition is tried by
itself, and a note says so. Reading time counts with the speeds of IReST (Trauzettel-Klosinski & Dietz, 2012); answering
time with rules of thumb.
"""
_PARTS = (model.Questionnaire, model.Page, model.Base)
_REST = (model.Choice, model.Line, model.Validator, model.Complete, model.Skip, model.CalculatedValue, model.Quota)


def reference() -> str:
    """The whole page."""
    base = {one.name for one in msgspec.structs.fields(model.Base)}
    parts = ["# Surveys: the document", MADE, ABOUT.strip()]
    parts += [_section(part, set()) for part in _PARTS]
    parts += [_section(model.Fillable, base)]
    base |= {one.name for one in msgspec.structs.fields(model.Fillable)}
    parts += ["## Kinds of questions"]
    parts += [_section(kind, base, "###") for kind in get_args(model.Question)]
    parts += ["## Parts of questions, logic"]
    parts += [_section(part, set(), "###") for part in (*_REST, model.RandomGroup, model.UrlCondition)]
    parts += ["## Conditions", _conditions(), CHECKING.strip(), _codes()]
    return "\n\n".join(parts) + "\n"


TITLES = {
    model.Base: "Every question",
    model.CalculatedValue: "Calculated value",
    model.RandomGroup: "Random group",
    model.Fillable: "Answers that are filled in",
    model.UrlCondition: "Address for some",
}


def _section(part: Any, without: set[str], level: str = "##") -> str:
    kind = str(part.__struct_config__.tag or "")
    title = f"`{kind}`" if kind else TITLES.get(part, part.__name__)
    notes = _notes(part)
    rows = [
        (f"`{one.encode_name}`", _type(one.type), _default(one), _about(kind, one.name, one.encode_name, notes))
        for one in msgspec.structs.fields(part)
        if one.name not in without
    ]
    about = inspect.cleandoc(part.__doc__ or "")
    table = _table(("Name", "Value", "Default", "What it is"), rows) if rows else ""
    return f"{level} {title}\n\n{about}\n\n{table}".strip().replace("``", "`")


def _about(kind: str, name: str, written: str, notes: dict[str, str]) -> str:
    shape = shape_of(kind, name) if name in SHAPES else None
    told = notes.get(name) or (str(shape.label) if shape else PLAIN.get(name, ""))
    ours = "*ours*" if written in OURS and kind != "html" else ""
    return "; ".join(part for part in (told.rstrip("."), ours) if part)


def _notes(part: Any) -> dict[str, str]:
    """The sentences that stand below fields in the source."""
    found: dict[str, str] = {}
    for owner in reversed(part.__mro__[:-1]):
        if owner.__module__ != model.__name__:
            continue
        body = ast.parse(inspect.getsource(owner)).body[0].body  # type: ignore[attr-defined]
        for line, below in itertools.pairwise(body):
            if isinstance(line, ast.AnnAssign) and isinstance(below, ast.Expr) and isinstance(line.target, ast.Name):
                value = below.value
                if isinstance(value, ast.Constant) and isinstance(value.value, str):
                    found[line.target.id] = " ".join(value.value.split())
    return found


WORDS = {
    model.Text: "text",
    model.Text | None: "text",
    str | None: "string",
    str: "string",
    bool: "true or false",
    int: "whole number",
    int | None: "whole number",
    float | None: "number",
    float | str | None: "number or date",
    model.Choices: "list of choices",
    model.Value: "string, number, true or false",
    list[model.Page]: "list of pages",
    list[model.Question]: "list of questions",
    list[model.Validator]: "list of validators",
    list[model.Line]: "list of lines",
    list[model.Complete | model.Skip]: "list of `complete` and `skip`",
    list[model.CalculatedValue]: "list of calculated values",
    list[model.Quota]: "list of quotas",
    list[model.RandomGroup]: "list of random groups",
    list[model.UrlCondition]: "list of addresses for some",
    model.Filled | None: "an answer",
    list[str]: "list of names",
    list[list[str]]: "list of lists of names",
}


def _type(given: Any) -> str:
    for known, words in WORDS.items():
        if given == known:
            return words
    literals = [f"`{value}`" for value in get_args(given)]
    return ", ".join(literals) if literals else str(given)


def _default(one: Any) -> str:
    if one.required:
        return "needed"
    value = one.default if one.default is not msgspec.NODEFAULT else ""
    if value in (None, "", [], msgspec.NODEFAULT):
        return ""
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _conditions() -> str:
    about = inspect.cleandoc(expressions.__doc__ or "").split("\n\n")
    told = [part for part in about[1:] if not part.startswith(":mod:")]
    text = "\n\n".join(told).replace("``", "`").replace(" Told in `docs/reference/surveys.md`:", "")
    text = re.sub(r":data:`FUNCTIONS`", ", ".join(f"`{name}`" for name in expressions.FUNCTIONS), text)
    first = "For example `{nps} <= 6 and ({reason} contains 'price' or {profile.plan} = 'pro')`:"
    lines = text.split("\n\n")
    return "\n\n".join([first, *(line for line in lines if line.startswith("-"))])


def _codes() -> str:
    """The codes of all findings, as the sources write them."""
    folder = Path(str(checking.__file__)).parent
    found: dict[str, str] = {}
    for path in sorted(folder.glob("*.py")):
        for code, severity in re.findall(r'"([a-z_]+)",\s+(ERROR|WARNING|NOTE)\b', path.read_text(encoding="utf-8")):
            found.setdefault(code, severity.lower())
    rows = [(f"`{code}`", severity) for code, severity in sorted(found.items(), key=lambda item: (item[1], item[0]))]
    return _table(("Code", "Severity"), rows)


def _table(headings: tuple[str, ...], rows: Any) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
