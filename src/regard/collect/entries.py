"""Read the entries of a mapping that say where a value comes from and when a rule holds."""

from __future__ import annotations

from typing import Any, cast

from regard.base.words import said
from regard.collect.mapping import (
    Amount,
    Condition,
    Customer,
    Match,
    Score,
    Time,
    Value,
)
from regard.collect.nodes import (
    Node,
    read_flag,
    read_labels,
    read_string,
    read_strings,
    read_template,
    read_texts,
    read_zone,
)

TESTS = ("equals", "in", "not_in", "is_blank", "matches", "starts_with", "above", "below")
CSAT_REMEDY = said('ask it as metric = "csat" with this scale, or load the 0-10 answers')


def read_score(node: Node) -> Score:
    node.table(("column", "metric", "scale", "orientation", "missing", "labels"))
    return read_score_of(node, node.need("column", read_string))


def read_score_of(node: Node, column: str) -> Score:
    metric = node.need("metric", read_string)
    low, high = node.need("scale", read_scale)
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
    orientation = node.get("orientation", read_string, default)
    if orientation not in ("higher", "lower"):
        raise node.at("orientation").wrong(said("must be 'higher' or 'lower': the end of the scale that is good"))
    return Score(
        column,
        metric,
        low,
        high,
        orientation,
        node.get("missing", read_strings, ()),
        node.get("labels", read_labels, {}),
    )


def read_scale(node: Node) -> tuple[float, float]:
    numbers = [item.value for item in node.each()]
    if len(numbers) != 2 or not all(isinstance(item, int | float) for item in numbers) or numbers[0] >= numbers[1]:
        raise node.wrong(said("must be the two ends of the scale, as in [1, 5]"))
    return float(numbers[0]), float(numbers[1])


def read_time(node: Node, zone: str) -> Time:
    if not isinstance(node.value, dict):
        return Time(read_value(node), ("iso",), zone)
    node.table(("column", "constant", "template", "format", "formats", "time_zone"))
    formats = node.get("format", lambda item: (read_string(item),), None) or node.get("formats", read_strings, ("iso",))
    value = Value(
        node.get("column", read_string), node.get("constant", read_string), node.get("template", read_template)
    )
    return Time(_one_of(node, value), formats, node.get("time_zone", read_zone, zone))


def read_customer(node: Node) -> Customer:
    if not isinstance(node.value, dict):
        return Customer(read_value(node))
    node.table(("column", "template", "prefix", "anonymous"))
    value = Value(column=node.get("column", read_string), template=node.get("template", read_template))
    anonymous = node.get("anonymous", read_string, "refuse")
    if value == Value() and anonymous != "refuse":
        value = Value(constant="")
    return Customer(_one_of(node, value), node.get("prefix", read_string, ""), anonymous)


def read_value(node: Node) -> Value:
    if isinstance(node.value, str):
        return Value(column=node.value)
    node.table(("column", "constant", "template", "map", "otherwise"))
    return _one_of(
        node,
        Value(
            node.get("column", read_string),
            node.get("constant", read_string),
            node.get("template", read_template),
            node.get("map", read_texts, {}),
            node.get("otherwise", read_string),
        ),
    )


def _one_of(node: Node, value: Value) -> Value:
    if sum(item is not None for item in (value.column, value.constant, value.template)) != 1:
        raise node.wrong(said("needs exactly one of 'column', 'constant' and 'template'"))
    return value


def read_word(node: Node) -> Value:
    """A name: a plain string is the name itself."""
    return Value(constant=node.value) if isinstance(node.value, str) else read_value(node)


def read_condition(node: Node) -> Condition:
    if isinstance(node.value, list):
        return Condition("all", parts=tuple(read_condition(item) for item in node.each()))
    node.table(("column", "all", "any", "not", *TESTS))
    for kind in ("all", "any"):
        if kind in node.value:
            parts = tuple(read_condition(item) for item in node.at(kind).each())
            return Condition(cast(Any, kind), parts=parts)
    if "not" in node.value:
        return Condition("not", parts=(read_condition(node.at("not")),))
    return _tests(node)


def _tests(node: Node) -> Condition:
    column = node.need("column", read_string)
    found = [Condition(cast(Match, kind), column, _operand(node.at(kind))) for kind in TESTS if kind in node.value]
    if not found:
        raise node.wrong(said("needs a test: {tests}", tests=", ".join(TESTS)))
    return found[0] if len(found) == 1 else Condition("all", parts=tuple(found))


def _operand(node: Node) -> tuple[str, ...]:
    values = node.value if isinstance(node.value, list) else [node.value]
    return tuple(str(value).lower() if isinstance(value, bool) else str(value) for value in values)


def read_amount(node: Node) -> Amount:
    if isinstance(node.value, str):
        return Amount(node.value)
    node.table(("column", "times", "absolute"))
    return Amount(
        node.need("column", read_string), node.get("times", read_string), node.get("absolute", read_flag, False)
    )


def read_properties(node: Node) -> tuple[dict[str, Value], bool]:
    """Properties as a list of columns, or a table of names; ``"*"`` takes the rest."""
    if isinstance(node.value, dict):
        return {name: read_value(node.at(name)) for name in node.value}, False
    names = read_strings(node)
    return {name: Value(column=name) for name in names if name != "*"}, "*" in names
