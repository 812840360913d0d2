"""Write a mapping's document as TOML, so that a mapping corrected on a page can be read and kept as text."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping as Dictionary
from typing import Any

LISTS_OF_TABLES = ("files", "interactions", "questions")
SHORT = 4
"""A table of at most this many plain values is written on one line."""

Document = dict[str, Any]


def toml(document: Document, heading: str = "") -> str:
    """The document as TOML: ``tomllib.loads`` reads the same back.

    >>> print(toml({"source": "shop", "time": {"column": "At"}, "interactions": [{"name": "Order Completed"}]}))
    source = "shop"
    time = { column = "At" }
    <BLANKLINE>
    [[interactions]]
    name = "Order Completed"
    <BLANKLINE>
    """
    plain = {key: value for key, value in document.items() if key not in LISTS_OF_TABLES}
    lines = [f"# {heading}"] if heading else []
    lines += _table(plain, ())
    for key in LISTS_OF_TABLES:
        for table in document.get(key, ()):
            lines += ["", f"[[{key}]]", *_table(table, (key,))]
    return "\n".join(lines) + "\n"


def _table(table: Dictionary[str, Any], path: tuple[str, ...]) -> list[str]:
    """The lines of a table: what fits on a line first, then the tables inside."""
    long = {key: value for key, value in table.items() if isinstance(value, dict) and not _is_short(value)}
    lines = [f"{_key(key)} = {_value(value)}" for key, value in table.items() if key not in long]
    for key, value in long.items():
        inside = (*path, key)
        lines += ["", f"[{'.'.join(map(_key, inside))}]", *_table(value, inside)]
    return lines


def _is_short(table: Dictionary[str, Any]) -> bool:
    return len(table) <= SHORT and not any(isinstance(value, dict) and len(value) > SHORT for value in table.values())


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(key)} = {_value(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, bool | int | float):
        return str(value).lower()
    return _text(str(value))


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else _text(key)
