"""What each column of a file is for, read from a mapping's document and written back into it.

A mapping says more than a form can show. So the form changes the document only where somebody changed the form: what it
cannot show (conditions, renamed values, histories of tickets) stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Dictionary
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from regard.base import Invalid
from regard.base.words import said
from regard.collect.parsing import FIELDS
from regard.collect.writing import Document

METRICS = ("nps", "csat", "ces")
SINGLE = ("text", "weight")
ROLES = ("ignore", *METRICS, "text", "id", *FIELDS, "amount", "weight", "property")
PLACEHOLDER = "Row Recorded"
"""The name that a proposal gives to rows of which it cannot say what they are."""


@dataclass(frozen=True)
class Part:
    """What one column is for; a score also has its scale, the codes that mean "no answer", and what it is about."""

    role: str = "ignore"
    scale: tuple[float, float] = (1, 5)
    missing: tuple[str, ...] = ()
    about: str = ""

    @property
    def is_score(self) -> bool:
        return self.role not in ("ignore", "text", "id", *FIELDS, "amount", "weight", "property")


def parts_of(document: Document) -> dict[str, Part]:
    """What every column named in the document is for: its weightiest role."""
    found: dict[str, Part] = {}
    for name, part in [*_scores(document), *_plain(document)]:
        found.setdefault(name, part)
    return found


def with_parts(document: Document, wanted: Dictionary[str, Part]) -> Document:
    """The document with these columns put to these uses. Raises :class:`~regard.base.Invalid` when two clash."""
    document, before = deepcopy(document), parts_of(document)
    changed = {name: part for name, part in wanted.items() if part != before.get(name, Part())}
    texts = [name for name, part in before.items() if part.role == "text" and wanted.get(name, part).role == "text"]
    for name, part in changed.items():
        if not (part.is_score and before.get(name, Part()).is_score):
            _remove(document, name)
    for name, part in changed.items():
        _add(document, name, part)
    for name in texts:  # the question that carried it may have gone
        if name not in parts_of(document):
            _add(document, name, Part("text"))
    return _tidy(document)


def used_besides(document: Document) -> set[str]:
    """Columns that the mapping reads in ways that a form does not show: conditions, times, factors, histories."""
    found = set()
    for table in _tables(document):
        found |= set(_named(table.get("when"))) | set(_named(table.get("time"))) | {table.get("after")}
        if isinstance(amount := table.get("amount"), dict):
            found.add(amount.get("times"))
    log = document.get("audit_log", {})
    found |= {log.get(key) for key in ("ticket", "state", "group", "opened_at", "resolved_at")}
    return {*found, *log.get("counters", {}), *_listed(log.get("final")), *_listed(log.get("order"))} - {None}


def _named(condition: Any) -> Iterator[str]:
    """The columns that a condition or a time names."""
    if isinstance(condition, list):
        for part in condition:
            yield from _named(part)
    elif isinstance(condition, dict):
        yield from [condition["column"]] if "column" in condition else []
        for key in ("all", "any", "not"):
            yield from _named(condition.get(key))


def column_of(value: Any) -> str | None:
    """The column that a value reads, if it reads just one."""
    if isinstance(value, dict):
        value = value.get("column")
    return value if isinstance(value, str) else None


def _listed(value: Any) -> list[Any]:
    return [] if value is None else list(value) if isinstance(value, list) else [value]


def _tables(document: Document) -> list[Document]:
    """Every table that says something about an interaction."""
    every = [document["every"]] if "every" in document else []
    return [*every, *document.get("interactions", []), *document.get("questions", [])]


def _scores(document: Document) -> Iterator[tuple[str, Part]]:
    for question in document.get("questions", []):
        titles = dict(question.get("columns", {}))
        if "column" in question:
            titles[question["column"]] = _constant(question.get("touchpoint"))
        for name, about in titles.items():
            yield name, _score(question, about)
    for rule in document.get("interactions", []):
        if "score" in rule:
            yield rule["score"]["column"], _score(rule["score"], _constant(rule.get("touchpoint")))


def _score(table: Document, about: str) -> Part:
    low, high = table["scale"]
    return Part(table["metric"], (float(low), float(high)), tuple(map(str, _listed(table.get("missing")))), about)


def _constant(value: Any) -> str:
    return str(value.get("constant", "")) if isinstance(value, dict) else ""


def _plain(document: Document) -> Iterator[tuple[str, Part]]:
    for role in ("text", "amount", *FIELDS, "weight"):
        for table in _tables(document):
            if name := column_of(table.get(role)):
                yield name, Part(role)
    for name in _listed(document.get("id")):
        yield name, Part("id")
    for table in _tables(document):
        for name in _properties(table.get("properties")):
            yield name, Part("property")


def _properties(given: Any) -> Iterable[str]:
    if isinstance(given, dict):
        return [name for name in map(column_of, given.values()) if name]
    return [name for name in _listed(given) if name != "*"]


def _remove(document: Document, name: str) -> None:
    """Take a column out of every place where a form could have put it."""
    document["id"] = [key for key in _listed(document.get("id")) if key != name]
    for table in _tables(document):
        for key in ("text", "amount", "weight", "score", *FIELDS):
            if column_of(table.get(key)) == name:
                del table[key]
        _remove_property(table, name)
    for question in list(document.get("questions", [])):
        question.get("columns", {}).pop(name, None)
        if question.get("column") == name:
            del question["column"]
        if not question.get("column") and not question.get("columns"):
            document["questions"].remove(question)


def _remove_property(table: Document, name: str) -> None:
    given = table.get("properties")
    if isinstance(given, dict):
        table["properties"] = {key: value for key, value in given.items() if column_of(value) != name}
    elif given is not None:
        table["properties"] = [key for key in _listed(given) if key != name]


def _add(document: Document, name: str, part: Part) -> None:
    if part.role == "id":
        document["id"] = [*_listed(document.get("id")), name]
    elif part.role == "property":
        _add_property(document.setdefault("every", {}), name)
    elif part.role in (*FIELDS, "weight"):
        _set(document.setdefault("every", {}), part.role, name)
    elif part.role == "text":
        _set(_asked(document), "text", name)
    elif part.role == "amount":
        for rule in document.setdefault("interactions", []) or [_new_rule(document, "Order Completed")]:
            _set(rule, "amount", name)
    elif part.is_score:
        _put_score(document, name, part)


def _set(table: Document, key: str, name: str) -> None:
    there = column_of(table.get(key))
    if there not in (None, name):
        raise Invalid(
            said("{there} and {name} cannot both be {key}", there=repr(there), name=repr(name), key=key),
            field=name,
            remedy=said("keep one of them as a property, or use the text of the mapping"),
        )
    table.setdefault(key, name)


def _add_property(table: Document, name: str) -> None:
    given = table.get("properties")
    table["properties"] = {**given, name: name} if isinstance(given, dict) else [*_listed(given), name]


def _asked(document: Document) -> Document:
    """What a comment belongs to: the first question, or else the first interaction."""
    places: list[Document] = [*document.get("questions", []), *document.get("interactions", [])]
    return places[0] if places else _new_rule(document, PLACEHOLDER)


def _new_rule(document: Document, name: str) -> Document:
    rule: Document = {"name": name}
    document.setdefault("interactions", []).append(rule)
    return rule


def _put_score(document: Document, name: str, part: Part) -> None:
    """Change the question about this column in its place, or ask a new one."""
    said = {"metric": part.role, "scale": [_whole(end) for end in part.scale], "missing": list(part.missing)}
    for rule in document.get("interactions", []):
        if "score" in rule and rule["score"]["column"] == name:
            rule["score"] = {**rule["score"], **said}
            return
    questions = document.setdefault("questions", [])
    question = next((item for item in questions if item.get("column") == name), None)
    wide = next((item for item in questions if name in item.get("columns", {})), None)
    if question is None:
        rest = {key: value for key, value in (wide or {}).items() if key not in ("columns", "text")}
        question = {**rest, "column": name}
        questions.insert(questions.index(wide) if wide else len(questions), question)
    if wide is not None:
        del wide["columns"][name]
        if not wide["columns"] and "column" not in wide:
            question |= {"text": wide["text"]} if "text" in wide else {}
            questions.remove(wide)
    question.update(said)
    question.pop("touchpoint", None)
    if part.about:
        question["touchpoint"] = {"constant": part.about}


def _whole(number: float) -> float | int:
    return int(number) if number == int(number) else number


def _tidy(document: Document) -> Document:
    """Leave out what became empty; a row that only answers questions is nothing else besides."""
    for table in _tables(document):
        for key in ("missing", "properties"):
            if key in table and not table[key]:
                del table[key]
    if document.get("questions"):
        document["interactions"] = [rule for rule in document.get("interactions", []) if rule["name"] != PLACEHOLDER]
    for key in ("id", "every", "questions", "interactions"):
        if key in document and not document[key]:
            del document[key]
    if not any(document.get(key) for key in ("questions", "interactions", "audit_log")):
        _new_rule(document, PLACEHOLDER)
    return document
