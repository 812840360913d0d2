"""Small survey files of other tools, made by hand for the tests."""

from __future__ import annotations

import json
from typing import Any
from xml.sax.saxutils import escape


def qsf(
    *questions: dict[str, Any],
    blocks: list[dict[str, Any]] | None = None,
    flow: list[dict[str, Any]] | None = None,
    **more: Any,
) -> bytes:
    """A Qualtrics file: one block of all questions, unless blocks are given."""
    listed = blocks or [block("BL_1", *(question["QuestionID"] for question in questions))]
    steps = flow or [
        {"Type": "Standard", "ID": each["ID"], "FlowID": f"FL_{place}"} for place, each in enumerate(listed, 2)
    ]
    elements = [
        {"Element": "BL", "PrimaryAttribute": "Survey Blocks", "Payload": listed},
        {
            "Element": "FL",
            "PrimaryAttribute": "Survey Flow",
            "Payload": {"Type": "Root", "FlowID": "FL_1", "Flow": steps},
        },
        *({"Element": "SQ", "PrimaryAttribute": each["QuestionID"], "Payload": each} for each in questions),
        *more.pop("elements", []),
    ]
    entry = {"SurveyID": "SV_1", "SurveyName": "Visit", "SurveyLanguage": more.pop("language", "EN")}
    return json.dumps({"SurveyEntry": entry, "SurveyElements": elements}).encode()


def block(key: str, *elements: Any, **options: Any) -> dict[str, Any]:
    """A block of questions; None is a page break, a dict is taken as it is."""
    made = [
        {"Type": "Page Break"}
        if each is None
        else each
        if isinstance(each, dict)
        else {"Type": "Question", "QuestionID": each}
        for each in elements
    ]
    return {"Type": "Standard", "ID": key, "Description": key, "BlockElements": made, "Options": options}


def mc(key: str, *choices: str, selector: str = "SAVR", **more: Any) -> dict[str, Any]:
    """A multiple choice question, its choices numbered from 1."""
    listed = {str(place): {"Display": text} for place, text in enumerate(choices, 1)}
    return {
        "QuestionID": key, "DataExportTag": key.replace("QID", "Q"), "QuestionType": "MC", "Selector": selector, "SubSelector": "TX",
        "QuestionText": f"About {key}?", "Choices": listed, "ChoiceOrder": list(listed), "Validation": {"Settings": {"ForceResponse": "OFF"}},
    } | more  # fmt: skip


def text(key: str, selector: str = "SL", **more: Any) -> dict[str, Any]:
    return {
        "QuestionID": key,
        "DataExportTag": key.replace("QID", "Q"),
        "QuestionType": "TE",
        "Selector": selector,
        "QuestionText": f"Say {key}",
    } | more


def selected(key: str, choice: str, operator: str = "Selected", conjunction: str = "") -> dict[str, Any]:
    found = {
        "LogicType": "Question", "QuestionID": key, "ChoiceLocator": f"q://{key}/SelectableChoice/{choice}", "Operator": operator,
        "LeftOperand": f"q://{key}/SelectableChoice/{choice}", "Type": "Expression",
    }  # fmt: skip
    return found | ({"Conjuction": conjunction} if conjunction else {})


def field(name: str, operator: str, value: str = "") -> dict[str, Any]:
    return {
        "LogicType": "EmbeddedField",
        "LeftOperand": name,
        "Operator": operator,
        "RightOperand": value,
        "Type": "Expression",
    }


def logic(*expressions: dict[str, Any]) -> dict[str, Any]:
    """A condition of one set."""
    numbered = {str(place): each for place, each in enumerate(expressions)}
    return {"0": {**numbered, "Type": "If"}, "Type": "BooleanExpression"}


def skip(key: str, choice: str, target: str, condition: str = "Selected") -> dict[str, Any]:
    locator = f"q://{key}/SelectableChoice/{choice}"
    raw = {
        "SkipLogicID": 1,
        "ChoiceLocator": locator,
        "Locator": locator,
        "Condition": condition,
        "SkipToDestination": target,
        "QuestionID": key,
    }
    return {"Type": "Question", "QuestionID": key, "SkipLogic": [raw]}


def lss(
    *questions: dict[str, Any],
    groups: list[dict[str, str]] | None = None,
    languages: str = "",
    version: str = "630",
    more: str = "",
    **settings: str,
) -> bytes:
    """A LimeSurvey structure file in the layout of newer versions. Questions carry their ``subs``, ``answers``, ``attributes``."""
    tables: dict[str, list[dict[str, str]]] = {
        name: []
        for name in ("questions", "subquestions", "question_l10ns", "answers", "answer_l10ns", "question_attributes")
    }
    codes = ["en", *languages.split()]
    for number, question in enumerate(questions, 1):
        qid = str(number)
        row = {"qid": qid, "parent_qid": "0", "gid": question.get("gid", "1"), "type": question["type"], "title": question["title"],
               "other": question.get("other", "N"), "mandatory": question.get("mandatory", "N"), "question_order": qid,
               "scale_id": "0", "relevance": question.get("relevance", "1")}  # fmt: skip
        tables["questions"].append(row)
        for code in codes:
            tables["question_l10ns"].append(
                {
                    "qid": qid,
                    "question": question.get(code, f"About {question['title']}?" if code == "en" else ""),
                    "language": code,
                }
            )
        for place, (code, label) in enumerate(question.get("subs", {}).items(), 1):
            sub, scale = f"{qid}{place:02}", "1" if code.startswith("#") else "0"
            tables["subquestions"].append(
                {
                    "qid": sub,
                    "parent_qid": qid,
                    "title": code.lstrip("#"),
                    "question_order": str(place),
                    "scale_id": scale,
                    "relevance": "1",
                }
            )
            tables["question_l10ns"].append({"qid": sub, "question": label, "language": "en"})
        for place, (code, label) in enumerate(question.get("answers", {}).items(), 1):
            aid = f"{qid}9{place:02}"
            tables["answers"].append({"aid": aid, "qid": qid, "code": code, "sortorder": str(place), "scale_id": "0"})
            tables["answer_l10ns"].append({"aid": aid, "answer": label, "language": "en"})
        for name, value in question.get("attributes", {}).items():
            tables["question_attributes"].append({"qid": qid, "attribute": name, "value": value, "language": ""})
    listed = groups or [{"gid": "1"}]
    tables["groups"] = [
        {"group_order": str(place), "sid": "9", "randomization_group": "", "grelevance": "", **each}
        for place, each in enumerate(listed)
    ]
    tables["group_l10ns"] = [
        {"gid": each["gid"], "group_name": f"Group {each['gid']}", "language": "en"} for each in listed
    ]
    tables["surveys"] = [
        {"sid": "9", "language": "en", "additional_languages": languages, "format": "G", "allowprev": "Y", **settings}
    ]
    tables["surveys_languagesettings"] = [
        {"surveyls_language": code, "surveyls_title": f"Visit {code}"} for code in codes
    ]
    body = "".join(f"<{name}><rows>{''.join(map(_row, rows))}</rows></{name}>" for name, rows in tables.items())
    return f"<document><LimeSurveyDocType>Survey</LimeSurveyDocType><DBVersion>{version}</DBVersion>{body}{more}</document>".encode()


def _row(row: dict[str, str]) -> str:
    return "<row>" + "".join(f"<{name}>{escape(value)}</{name}>" for name, value in row.items()) + "</row>"


def formbricks(*questions: dict[str, Any], **more: Any) -> bytes:
    """A Formbricks survey of the older kind, with a list of questions."""
    return json.dumps(
        {
            "id": "s1",
            "name": "Visit",
            "questions": list(questions),
            "endings": [{"id": "end1", "type": "endScreen", "headline": {"default": "Thanks"}}],
        }
        | more
    ).encode()


def asked(key: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"id": key, "type": kind, "headline": {"default": f"About {key}?"}, "required": False} | more


def jump(
    target: str, operator: str, question: str, value: Any = None, objective: str = "jumpToQuestion"
) -> dict[str, Any]:
    """Logic that jumps when one comparison holds."""
    leaf: dict[str, Any] = {"id": "c", "leftOperand": {"type": "question", "value": question}, "operator": operator}
    if value is not None:
        leaf["rightOperand"] = {"type": "static", "value": value}
    return {
        "id": "l",
        "conditions": {"id": "g", "connector": "and", "conditions": [leaf]},
        "actions": [{"id": "a", "objective": objective, "target": target}],
    }
