"""Conditions of LimeSurvey before it had expressions: rows of a table, put into words of its later language."""

from __future__ import annotations

from regard.surveys.moving.limesurvey.survey import MULTIPLE, Asked, Row, Survey


def relevance_of(asked: Asked, survey: Survey) -> str:
    """The expression of a question's conditions: those of one scenario hold together, any scenario will do."""
    scenarios: dict[str, dict[str, list[str]]] = {}
    for row in survey.conditions:
        if row.get("qid") == asked.qid:
            parts = scenarios.setdefault(row.get("scenario", "1"), {}).setdefault(row.get("cfieldname", ""), [])
            parts.append(_one(row, survey))
    all_of = (" and ".join(f"({' or '.join(parts)})" for parts in fields.values()) for fields in scenarios.values())
    return " or ".join(f"({each})" for each in all_of)


def _one(row: Row, survey: Survey) -> str:
    field, method, value = (
        row.get("cfieldname", "").lstrip("+"),
        row.get("method", "==").strip() or "==",
        row.get("value", ""),
    )
    if field.startswith("{"):
        return f'{field.strip("{}")} {method} "{value}"'
    origin = next((question for question in survey.questions if question.qid == row.get("cqid")), None)
    if value.startswith("@") and value.endswith("@"):
        return f"{field}.NAOK {method} {value.strip('@')}.NAOK"
    if method == "RX":
        return f'regexMatch("{value}", {field}.NAOK)'
    if origin and origin.type in MULTIPLE and not any(field.endswith(sub.code) for sub in origin.subs if sub.code):
        return f'{field}{value}.NAOK {method} "Y"'
    if value.strip() == "":
        return f"is_empty({field}.NAOK)" if method == "==" else f"!is_empty({field}.NAOK)"
    return f'{field}.NAOK {method} "{value}"'
