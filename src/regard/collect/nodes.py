"""A part of a mapping's text: what may stand there, read as a plain value, or refused with its line and key."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from regard.base import Invalid
from regard.base.words import said
from regard.collect.positions import line_of


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
                raise self.at(key).wrong(said("unknown key{allowed}", allowed=suggest(key, allowed)))
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


def read_string(node: Node) -> str:
    if not isinstance(node.value, str):
        raise node.wrong(said("must be text, not {value}", value=repr(node.value)))
    return node.value


def read_strings(node: Node) -> tuple[str, ...]:
    values = node.value if isinstance(node.value, list) else [node.value]
    if not all(isinstance(item, str | int | float) for item in values):
        raise node.wrong(said("must be a list of texts"))
    return tuple(str(item) for item in values)


def read_texts(node: Node) -> dict[str, str]:
    if not isinstance(node.value, dict):
        raise node.wrong(said("must be a table of texts"))
    return {key: str(value) for key, value in node.value.items()}


def read_labels(node: Node) -> Dictionary[str, float]:
    if not isinstance(node.value, dict) or not all(isinstance(item, int | float) for item in node.value.values()):
        raise node.wrong(said("must be a table of words and their numbers"))
    return {key: float(value) for key, value in node.value.items()}


def read_flag(node: Node) -> bool:
    if not isinstance(node.value, bool):
        raise node.wrong(said("must be true or false"))
    return node.value


def read_whole(node: Node) -> int:
    if not isinstance(node.value, int) or isinstance(node.value, bool) or node.value < 0:
        raise node.wrong(said("must be a whole number from 0"))
    return node.value


def read_zone(node: Node) -> str:
    try:
        return ZoneInfo(read_string(node)).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise node.wrong(
            said("{value} is not an IANA time zone", value=repr(node.value)), remedy=said("as in Europe/Warsaw")
        ) from None


def read_encoding(node: Node) -> str:
    name = read_string(node)
    try:
        codecs.lookup(name)
    except LookupError:
        raise node.wrong(
            said("{name} is not an encoding that Python knows", name=repr(name)), remedy=said("as in utf-8 or cp1250")
        ) from None
    return name


def read_template(node: Node) -> str:
    text = read_string(node)
    if text.count("{") != text.count("}"):
        raise node.wrong(said("has a brace that is not closed"), remedy=said("columns stand in braces: {date} {time}"))
    return text


def suggest(key: str, known: tuple[str, ...]) -> str:
    near = get_close_matches(key, known, 1, 0.6)
    return f", did you mean {near[0]!r}?" if near else f" (known: {', '.join(known)})"
