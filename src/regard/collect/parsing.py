"""Read a mapping from TOML, and name the line and key of whatever is wrong with it."""

from __future__ import annotations

import codecs
import tomllib
from collections.abc import Callable
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from regard.base import Invalid
from regard.base.words import said
from regard.collect.mapping import (
    Amount,
    AuditLog,
    Condition,
    Customer,
    File,
    Format,
    Mapping,
    Match,
    Numbers,
    Rule,
    Score,
    Time,
    Value,
)
from regard.collect.positions import line_of

FIELDS = ("channel", "touchpoint", "subject", "language", "currency", "agent")
TESTS = ("equals", "in", "not_in", "is_blank", "matches", "starts_with", "above", "below")
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
CSAT_REMEDY = said('ask it as metric = "csat" with this scale, or load the 0-10 answers')


@dataclass(frozen=True)
class Node:
    """A place in the document: the value there, the way to it, and the text it came from."""

    value: Any
    path: tuple[str | int, ...]
    text: str

    def wrong(self, message: str, *, remedy: str | None = None, code: str | None = None) -> Invalid:
        """The error to raise about this place."""
        return Invalid(
            said(
                "line {path}: {name}: {message}",
                path=str(line_of(self.text, self.path)),
                name=self.name,
                message=message,
            ),
            field=self.name,
            remedy=remedy,
            code=code,
        )

    @property
    def name(self) -> str:
        """The way here in words: ``interactions[2].score`` (counted from 1)."""
        words = [f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in self.path]
        return "".join(words).lstrip(".") or "mapping"

    def at(self, key: str | int) -> Node:
        return Node(self.value[key], (*self.path, key), self.text)

    def table(self, allowed: tuple[str, ...]) -> Node:
        """This node as a table that has no key but these."""
        if not isinstance(self.value, dict):
            raise self.wrong(said("must be a table with {allowed}", allowed=", ".join(allowed)))
        for key in self.value:
            if key not in allowed:
                raise self.at(key).wrong(said("unknown key{allowed}", allowed=_suggest(key, allowed)))
        return self

    def get(self, key: str, read: Callable[[Node], Any], default: Any = None) -> Any:
        """Read a key of this table, or take the default where it is absent."""
        return read(self.at(key)) if key in self.value else default

    def need(self, key: str, read: Callable[[Node], Any]) -> Any:
        if key not in self.value:
            raise self.wrong(said("needs {key}", key=repr(key)))
        return read(self.at(key))

    def each(self) -> list[Node]:
        if not isinstance(self.value, list):
            raise self.wrong(said("must be a list"))
        return [self.at(index) for index in range(len(self.value))]


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
    zone = top.get("time_zone", _zone, "UTC")
    audit_log = top.get("audit_log", _audit_log)
    return Mapping(
        source=top.get("source", _string, default_source),
        id=top.get("id", _strings, ()),
        missing=top.get("missing", _strings, ()),
        time=top.need("time", lambda node: _time(node, zone)),
        customer=top.need("customer", _customer),
        rules=_rules(top, zone, audit_log),
        numbers=top.get("numbers", _numbers, Numbers()),
        format=top.get("file", _format, Format()),
        files=top.get("files", lambda node: tuple(_file(item) for item in node.each()), ()),
        audit_log=audit_log,
        notes=top.get("notes", _strings, ()),
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
    properties, has_rest = every.get("properties", _properties, ({}, False))
    return {
        "fields": _fields(every),
        "weight": every.get("weight", _string),
        "text": every.get("text", _string),
        "time": every.get("time", lambda item: _time(item, zone)),
        "properties": properties,
        "has_rest": has_rest,
    }


def _fields(node: Node) -> dict[str, Value]:
    return {name: _value(node.at(name)) for name in FIELDS if name in node.value}


def _rule(node: Node, suffix: str, zone: str, shared: dict[str, Any]) -> Rule:
    node.table(RULE)
    return _with_shared(
        node,
        shared,
        {
            "name": node.need("name", _word),
            "suffix": suffix,
            "when": node.get("when", _condition),
            "time": node.get("time", lambda item: _time(item, zone), shared.get("time")),
            "after": node.get("after", _string),
            "score": node.get("score", _score),
            "amount": node.get("amount", _amount),
            "text": node.get("text", _string, shared.get("text")),
        },
    )


def _with_shared(node: Node, shared: dict[str, Any], own: dict[str, Any]) -> Rule:
    properties, has_rest = node.get("properties", _properties, ({}, False))
    return Rule(
        **{
            **own,
            "weight": node.get("weight", _string, shared.get("weight")),
            "fields": {**shared.get("fields", {}), **_fields(node)},
            "properties": {**shared.get("properties", {}), **properties},
            "has_rest": has_rest or shared.get("has_rest", False),
        }
    )


def _question(node: Node, shared: dict[str, Any]) -> list[Rule]:
    """A question of a wide survey: one rule for each of its columns."""
    node.table(QUESTION)
    titles: dict[str, str | None] = dict(node.get("columns", _texts, {}))
    if "column" in node.value:
        titles[_string(node.at("column"))] = None
    if not titles:
        raise node.wrong(said("needs 'column' or 'columns'"))
    rules = []
    for column, title in titles.items():
        rule = _with_shared(
            node,
            shared,
            {
                "name": node.get("name", _word, Value(constant="Survey Answered")),
                "suffix": column,
                "when": node.get("when", _condition),
                "score": _score_of(node, column),
                "time": shared.get("time"),
                "text": node.get("text", _string),
            },
        )
        fields = {**rule.fields, **({"touchpoint": Value(constant=title)} if title else {})}
        rules.append(Rule(**{**vars(rule), "fields": fields}))
    return rules


def _score(node: Node) -> Score:
    node.table(("column", "metric", "scale", "orientation", "missing", "labels"))
    return _score_of(node, node.need("column", _string))


def _score_of(node: Node, column: str) -> Score:
    metric = node.need("metric", _string)
    low, high = node.need("scale", _scale)
    if metric == "nps" and (low, high) != (0, 10):
        raise node.at("scale").wrong(
            said(
                "NPS is asked on 0-10; answers on {low}-{high} cannot be read as promoters and detractors",
                low=f"{low:g}",
                high=f"{high:g}",
            ),
            remedy=CSAT_REMEDY,
            code="nps_scale",
        )
    default = "lower" if metric == "ces" and high <= 5 else "higher"
    orientation = node.get("orientation", _string, default)
    if orientation not in ("higher", "lower"):
        raise node.at("orientation").wrong(said("must be 'higher' or 'lower': the end of the scale that is good"))
    return Score(
        column, metric, low, high, orientation, node.get("missing", _strings, ()), node.get("labels", _labels, {})
    )


def _scale(node: Node) -> tuple[float, float]:
    numbers = [item.value for item in node.each()]
    if len(numbers) != 2 or not all(isinstance(item, int | float) for item in numbers) or numbers[0] >= numbers[1]:
        raise node.wrong(said("must be the two ends of the scale, as in [1, 5]"))
    return float(numbers[0]), float(numbers[1])


def _time(node: Node, zone: str) -> Time:
    if not isinstance(node.value, dict):
        return Time(_value(node), ("iso",), zone)
    node.table(("column", "constant", "template", "format", "formats", "time_zone"))
    formats = node.get("format", lambda item: (_string(item),), None) or node.get("formats", _strings, ("iso",))
    value = Value(node.get("column", _string), node.get("constant", _string), node.get("template", _template))
    return Time(_one_of(node, value), formats, node.get("time_zone", _zone, zone))


def _customer(node: Node) -> Customer:
    if not isinstance(node.value, dict):
        return Customer(_value(node))
    node.table(("column", "template", "prefix", "anonymous"))
    value = Value(column=node.get("column", _string), template=node.get("template", _template))
    anonymous = node.get("anonymous", _string, "refuse")
    if value == Value() and anonymous != "refuse":
        value = Value(constant="")
    return Customer(_one_of(node, value), node.get("prefix", _string, ""), anonymous)


def _value(node: Node) -> Value:
    if isinstance(node.value, str):
        return Value(column=node.value)
    node.table(("column", "constant", "template", "map", "otherwise"))
    return _one_of(
        node,
        Value(
            node.get("column", _string),
            node.get("constant", _string),
            node.get("template", _template),
            node.get("map", _texts, {}),
            node.get("otherwise", _string),
        ),
    )


def _one_of(node: Node, value: Value) -> Value:
    if sum(item is not None for item in (value.column, value.constant, value.template)) != 1:
        raise node.wrong(said("needs exactly one of 'column', 'constant' and 'template'"))
    return value


def _word(node: Node) -> Value:
    """A name: a plain string is the name itself."""
    return Value(constant=node.value) if isinstance(node.value, str) else _value(node)


def _condition(node: Node) -> Condition:
    if isinstance(node.value, list):
        return Condition("all", parts=tuple(_condition(item) for item in node.each()))
    node.table(("column", "all", "any", "not", *TESTS))
    for kind in ("all", "any"):
        if kind in node.value:
            parts = tuple(_condition(item) for item in node.at(kind).each())
            return Condition(cast(Any, kind), parts=parts)
    if "not" in node.value:
        return Condition("not", parts=(_condition(node.at("not")),))
    return _tests(node)


def _tests(node: Node) -> Condition:
    column = node.need("column", _string)
    found = [Condition(cast(Match, kind), column, _operand(node.at(kind))) for kind in TESTS if kind in node.value]
    if not found:
        raise node.wrong(said("needs a test: {tests}", tests=", ".join(TESTS)))
    return found[0] if len(found) == 1 else Condition("all", parts=tuple(found))


def _operand(node: Node) -> tuple[str, ...]:
    values = node.value if isinstance(node.value, list) else [node.value]
    return tuple(str(value).lower() if isinstance(value, bool) else str(value) for value in values)


def _amount(node: Node) -> Amount:
    if isinstance(node.value, str):
        return Amount(node.value)
    node.table(("column", "times", "absolute"))
    return Amount(node.need("column", _string), node.get("times", _string), node.get("absolute", _flag, False))


def _properties(node: Node) -> tuple[dict[str, Value], bool]:
    """Properties as a list of columns, or a table of names; ``"*"`` takes the rest."""
    if isinstance(node.value, dict):
        return {name: _value(node.at(name)) for name in node.value}, False
    names = _strings(node)
    return {name: Value(column=name) for name in names if name != "*"}, "*" in names


def _audit_log(node: Node) -> AuditLog:
    node.table(
        ("ticket", "state", "states", "group", "opened_at", "resolved_at", "counters", "order", "final", "others")
    )
    return AuditLog(
        node.need("ticket", _string),
        node.get("state", _string),
        node.get("states", _texts, {}),
        node.get("group", _string),
        node.get("opened_at", _string),
        node.get("resolved_at", _string),
        node.get("counters", _texts, {}),
        node.get("order", _strings, ()),
        node.get("final", _strings, ()),
        node.get("others", _string),
    )


def _file(node: Node) -> File:
    node.table(("name", "pattern", "key", "to", "many"))
    key = node.get("key", _strings, ())
    return File(
        node.need("name", _string),
        node.need("pattern", _string),
        key,
        node.get("to", _strings, key),
        node.get("many", _flag, False),
    )


def _format(node: Node) -> Format:
    node.table(("kind", "delimiter", "quote", "encoding", "header", "skip", "sheet", "member"))
    return Format(
        node.get("kind", _string),
        node.get("delimiter", _string),
        node.get("quote", _string, '"'),
        node.get("encoding", _encoding),
        node.get("header", _flag, True),
        node.get("skip", _whole, 0),
        node.get("sheet", _string),
        node.get("member", _string),
    )


def _numbers(node: Node) -> Numbers:
    node.table(("decimal", "thousands"))
    return Numbers(node.get("decimal", _string, "."), node.get("thousands", _string, ""))


def _string(node: Node) -> str:
    if not isinstance(node.value, str):
        raise node.wrong(said("must be text, not {value}", value=repr(node.value)))
    return node.value


def _strings(node: Node) -> tuple[str, ...]:
    values = node.value if isinstance(node.value, list) else [node.value]
    if not all(isinstance(item, str | int | float) for item in values):
        raise node.wrong(said("must be a list of texts"))
    return tuple(str(item) for item in values)


def _texts(node: Node) -> dict[str, str]:
    if not isinstance(node.value, dict):
        raise node.wrong(said("must be a table of texts"))
    return {key: str(value) for key, value in node.value.items()}


def _labels(node: Node) -> Dictionary[str, float]:
    if not isinstance(node.value, dict) or not all(isinstance(item, int | float) for item in node.value.values()):
        raise node.wrong(said("must be a table of words and their numbers"))
    return {key: float(value) for key, value in node.value.items()}


def _flag(node: Node) -> bool:
    if not isinstance(node.value, bool):
        raise node.wrong(said("must be true or false"))
    return node.value


def _whole(node: Node) -> int:
    if not isinstance(node.value, int) or isinstance(node.value, bool) or node.value < 0:
        raise node.wrong(said("must be a whole number from 0"))
    return node.value


def _zone(node: Node) -> str:
    try:
        return ZoneInfo(_string(node)).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise node.wrong(
            said("{value} is not an IANA time zone", value=repr(node.value)), remedy=said("as in Europe/Warsaw")
        ) from None


def _encoding(node: Node) -> str:
    name = _string(node)
    try:
        codecs.lookup(name)
    except LookupError:
        raise node.wrong(
            said("{name} is not an encoding that Python knows", name=repr(name)), remedy=said("as in utf-8 or cp1250")
        ) from None
    return name


def _template(node: Node) -> str:
    text = _string(node)
    if text.count("{") != text.count("}"):
        raise node.wrong(said("has a brace that is not closed"), remedy=said("columns stand in braces: {date} {time}"))
    return text


def _suggest(key: str, known: tuple[str, ...]) -> str:
    near = get_close_matches(key, known, 1, 0.6)
    return f", did you mean {near[0]!r}?" if near else f" (known: {', '.join(known)})"
