"""Read a mapping from TOML, and name the line and key of whatever is wrong with it."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from regard.base import Invalid
from regard.base.words import said
from regard.collect.entries import (
    read_amount,
    read_condition,
    read_customer,
    read_properties,
    read_score,
    read_score_of,
    read_time,
    read_value,
    read_word,
)
from regard.collect.mapping import (
    AuditLog,
    File,
    Format,
    Mapping,
    Numbers,
    Rule,
    Time,
    Value,
)
from regard.collect.nodes import (
    Node,
    read_encoding,
    read_flag,
    read_string,
    read_strings,
    read_texts,
    read_whole,
    read_zone,
)

FIELDS = ("channel", "touchpoint", "subject", "language", "currency", "agent")
TOP = (
    "source",
    "id",
    "missing",
    "time_zone",
    "time",
    "customer",
    "file",
    "numbers",
    "files",
    "every",
    "interactions",
    "questions",
    "audit_log",
    "notes",
)
RULE = ("name", "when", "time", "after", "score", "weight", "text", "amount", "properties", *FIELDS)
QUESTION = (
    "column",
    "columns",
    "touchpoint",
    "metric",
    "scale",
    "orientation",
    "missing",
    "labels",
    "weight",
    "text",
    "name",
    "when",
    "properties",
    *FIELDS,
)


def read_mapping(path: Path) -> Mapping:
    """Read a mapping file. Raises :class:`~regard.base.Invalid` naming file, line and key."""
    try:
        return parse_mapping(path.read_text("utf-8-sig"), default_source=path.stem)
    except UnicodeDecodeError:
        raise Invalid(
            said("{name} is not UTF-8 text", name=path.name), field="mapping", remedy=said("save it as UTF-8")
        ) from None
    except FileNotFoundError:
        raise Invalid(said("there is no mapping file {path}", path=str(path)), field="mapping") from None
    except Invalid as error:
        raise Invalid(
            said("{name}: {message}", name=path.name, message=error.message),
            field=error.field,
            remedy=error.remedy,
            code=error.code,
        ) from None


def parse_mapping(text: str, default_source: str = "file") -> Mapping:
    """Read a mapping from TOML text."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Invalid(said("the mapping is not TOML: {error}", error=str(error)), field="mapping") from None
    top = Node(document, (), text).table(TOP)
    zone = top.get("time_zone", read_zone, "UTC")
    audit_log = top.get("audit_log", _audit_log)
    return Mapping(
        source=top.get("source", read_string, default_source),
        id=top.get("id", read_strings, ()),
        missing=top.get("missing", read_strings, ()),
        time=top.need("time", lambda node: read_time(node, zone)),
        customer=top.need("customer", read_customer),
        rules=_rules(top, zone, audit_log),
        numbers=top.get("numbers", _numbers, Numbers()),
        format=top.get("file", _format, Format()),
        files=top.get("files", lambda node: tuple(_file(item) for item in node.each()), ()),
        audit_log=audit_log,
        notes=top.get("notes", read_strings, ()),
        text=text,
    )


def _rules(top: Node, zone: str, audit_log: AuditLog | None) -> tuple[Rule, ...]:
    every = top.get("every", lambda node: node.table((*FIELDS, "weight", "properties", "text", "time")), None)
    shared = _shared(every, zone) if every else {}
    rules = [
        _rule(node, str(index), zone, shared) for index, node in enumerate(top.get("interactions", Node.each, []), 1)
    ]
    for node in top.get("questions", Node.each, []):
        rules += _question(node, shared)
    if audit_log:
        rules.append(
            Rule(**{**shared, "name": Value(column="_event"), "suffix": "log", "time": Time(Value(column="_at"))})
        )
    if not rules:
        raise top.wrong(
            said("says nothing about what rows become"),
            remedy=said("add [[interactions]], [[questions]] or [audit_log]"),
        )
    return tuple(rules)


def _shared(every: Node, zone: str) -> dict[str, Any]:
    properties, has_rest = every.get("properties", read_properties, ({}, False))
    return {
        "fields": _fields(every),
        "weight": every.get("weight", read_string),
        "text": every.get("text", read_string),
        "time": every.get("time", lambda item: read_time(item, zone)),
        "properties": properties,
        "has_rest": has_rest,
    }


def _fields(node: Node) -> dict[str, Value]:
    return {name: read_value(node.at(name)) for name in FIELDS if name in node.value}


def _rule(node: Node, suffix: str, zone: str, shared: dict[str, Any]) -> Rule:
    node.table(RULE)
    return _with_shared(
        node,
        shared,
        {
            "name": node.need("name", read_word),
            "suffix": suffix,
            "when": node.get("when", read_condition),
            "time": node.get("time", lambda item: read_time(item, zone), shared.get("time")),
            "after": node.get("after", read_string),
            "score": node.get("score", read_score),
            "amount": node.get("amount", read_amount),
            "text": node.get("text", read_string, shared.get("text")),
        },
    )


def _with_shared(node: Node, shared: dict[str, Any], own: dict[str, Any]) -> Rule:
    properties, has_rest = node.get("properties", read_properties, ({}, False))
    return Rule(
        **{
            **own,
            "weight": node.get("weight", read_string, shared.get("weight")),
            "fields": {**shared.get("fields", {}), **_fields(node)},
            "properties": {**shared.get("properties", {}), **properties},
            "has_rest": has_rest or shared.get("has_rest", False),
        }
    )


def _question(node: Node, shared: dict[str, Any]) -> list[Rule]:
    """A question of a wide survey: one rule for each of its columns."""
    node.table(QUESTION)
    titles: dict[str, str | None] = dict(node.get("columns", read_texts, {}))
    if "column" in node.value:
        titles[read_string(node.at("column"))] = None
    if not titles:
        raise node.wrong(said("needs 'column' or 'columns'"))
    rules = []
    for column, title in titles.items():
        rule = _with_shared(
            node,
            shared,
            {
                "name": node.get("name", read_word, Value(constant="Survey Answered")),
                "suffix": column,
                "when": node.get("when", read_condition),
                "score": read_score_of(node, column),
                "time": shared.get("time"),
                "text": node.get("text", read_string),
            },
        )
        fields = {**rule.fields, **({"touchpoint": Value(constant=title)} if title else {})}
        rules.append(Rule(**{**vars(rule), "fields": fields}))
    return rules


def _audit_log(node: Node) -> AuditLog:
    node.table(
        ("ticket", "state", "states", "group", "opened_at", "resolved_at", "counters", "order", "final", "others")
    )
    return AuditLog(
        node.need("ticket", read_string),
        node.get("state", read_string),
        node.get("states", read_texts, {}),
        node.get("group", read_string),
        node.get("opened_at", read_string),
        node.get("resolved_at", read_string),
        node.get("counters", read_texts, {}),
        node.get("order", read_strings, ()),
        node.get("final", read_strings, ()),
        node.get("others", read_string),
    )


def _file(node: Node) -> File:
    node.table(("name", "pattern", "key", "to", "many"))
    key = node.get("key", read_strings, ())
    return File(
        node.need("name", read_string),
        node.need("pattern", read_string),
        key,
        node.get("to", read_strings, key),
        node.get("many", read_flag, False),
    )


def _format(node: Node) -> Format:
    node.table(("kind", "delimiter", "quote", "encoding", "header", "skip", "sheet", "member"))
    return Format(
        node.get("kind", read_string),
        node.get("delimiter", read_string),
        node.get("quote", read_string, '"'),
        node.get("encoding", read_encoding),
        node.get("header", read_flag, True),
        node.get("skip", read_whole, 0),
        node.get("sheet", read_string),
        node.get("member", read_string),
    )


def _numbers(node: Node) -> Numbers:
    node.table(("decimal", "thousands"))
    return Numbers(node.get("decimal", read_string, "."), node.get("thousands", read_string, ""))
