"""LimeSurvey's Expression Manager: the language of relevance, validation and tailored texts, read into a tree."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias

from regard.base import Invalid
from regard.base.words import said

LONGEST: Final = 50_000
DEEPEST: Final = 60
SUFFIXES: Final = frozenset(
    {
        "NAOK", "value", "valueNAOK", "code", "shown", "question", "relevanceStatus", "type", "gid", "qid", "sgqa",
        "grelevance", "relevance", "mandatory", "qseq", "gseq", "jsName", "rowdivid",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Literal:
    """A number or a text."""

    value: str | float | int


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable, without its suffixes, and those."""

    name: str
    suffixes: tuple[str, ...] = ()

    @property
    def is_na_ok(self) -> bool:
        """Whether the expression may use it although its question is not relevant."""
        return any(suffix.endswith("NAOK") for suffix in self.suffixes)


@dataclass(frozen=True, slots=True)
class Operation:
    """Two values and what joins or compares them."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Sign:
    """``!`` or ``-`` before a value."""

    operator: str
    operand: Node


@dataclass(frozen=True, slots=True)
class Function:
    """A function of some values."""

    name: str
    arguments: tuple[Node, ...]


Node: TypeAlias = Literal | Variable | Operation | Sign | Function

_TOKEN: Final = re.compile(
    r"""\s*(?:
      (?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    | (?P<name>(?:TOKEN|INSERTANS):\w+(?:\.\w+)*|\d+X\d+X\w+(?:\#\d)?(?:\.[A-Za-z]\w*)*|[^\W\d]\w*(?:\.\w+)*)
    | (?P<number>\d+(?:\.\d+)?|\.\d+)
    | (?P<sign>&&|\|\||===?|!==?|<=|>=|<>|[<>!=()+\-*/,%])
    )""",
    re.VERBOSE | re.DOTALL,
)
_WORDS: Final = {
    "and": "&&", "or": "||", "eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "not": "!",
    "===": "==", "!==": "!=", "<>": "!=",
}  # fmt: skip
_LEVELS: Final = (("||",), ("&&",), ("==", "!="), ("<", "<=", ">", ">="), ("+", "-"), ("*", "/", "%"))


@lru_cache(maxsize=4096)
def read(text: str) -> Node:
    """The tree of an expression. Raises :class:`~regard.base.Invalid` where it makes no sense.

    >>> read('Q1.NAOK == "Y"')
    Operation(operator='==', left=Variable(name='Q1', suffixes=('NAOK',)), right=Literal(value='Y'))
    """
    if len(text) > LONGEST:
        raise _wrong(text[:40])
    reader = _Reader(list(_tokens(text)))
    found = reader.level(0)
    if reader.kind:
        raise _wrong(reader.value)
    return found


def _wrong(near: str) -> Invalid:
    return Invalid(said("the expression makes no sense at {near}", near=near), field="expression")


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    place = 0
    while text[place:].strip():
        found = _TOKEN.match(text, place)
        if not found:
            raise _wrong(text[place:].strip()[:20])
        kind = str(found.lastgroup)
        value, place = found[kind], found.end()
        same = _WORDS.get(value.lower()) if kind in ("name", "sign") else None
        yield ("sign", same) if same else (kind, value)


class _Reader:
    """Recursive descent over the tokens."""

    def __init__(self, tokens: list[tuple[str, str]]):
        self.tokens, self.place, self.depth = [*tokens, ("", "")], 0, 0

    @property
    def kind(self) -> str:
        return self.tokens[self.place][0]

    @property
    def value(self) -> str:
        return self.tokens[self.place][1]

    def takes(self, *signs: str) -> str:
        if self.kind == "sign" and self.value in signs:
            self.place += 1
            return self.tokens[self.place - 1][1]
        return ""

    def level(self, number: int) -> Node:
        if number == len(_LEVELS):
            return self.signed()
        self.depth += number == 0
        if self.depth > DEEPEST:
            raise _wrong(self.value)
        found = self.level(number + 1)
        while sign := self.takes(*_LEVELS[number]):
            found = Operation(sign, found, self.level(number + 1))
        self.depth -= number == 0
        return found

    def signed(self) -> Node:
        signs = []
        while sign := self.takes("!", "-", "+"):
            signs.append(sign)
        found = self.single()
        for sign in reversed(signs):
            found = found if sign == "+" else Sign(sign, found)
        return found

    def single(self) -> Node:
        kind, value = self.kind, self.value
        if self.takes("("):
            found = self.level(0)
            if not self.takes(")"):
                raise _wrong(self.value)
            return found
        if kind not in ("text", "number", "name"):
            raise _wrong(value)
        self.place += 1
        if kind == "text":
            return Literal(re.sub(r"\\(.)", r"\1", value[1:-1], flags=re.DOTALL))
        if kind == "number":
            return Literal(float(value) if "." in value else int(value))
        if self.takes("("):
            return Function(value.lower(), self.listed())
        return variable(value)

    def listed(self) -> tuple[Node, ...]:
        if self.takes(")"):
            return ()
        found = [self.level(0)]
        while self.takes(","):
            found.append(self.level(0))
        if not self.takes(")"):
            raise _wrong(self.value)
        return tuple(found)


def variable(name: str) -> Variable:
    """A variable by its whole name.

    >>> variable("Q1_SQ001.NAOK"), variable("that.Q1")
    (Variable(name='Q1_SQ001', suffixes=('NAOK',)), Variable(name='that.Q1', suffixes=()))
    """
    parts = name.removeprefix("INSERTANS:").split(".")
    suffixes = ["shown"] if name.startswith("INSERTANS:") else []
    while len(parts) > 1 and parts[-1] in SUFFIXES:
        suffixes.append(parts.pop())
    return Variable(".".join(parts), tuple(reversed(suffixes)))


def parts_of(node: Node) -> Iterator[Node]:
    """The node and everything inside it."""
    yield node
    match node:
        case Operation(_, left, right):
            inner: tuple[Node, ...] = (left, right)
        case Sign(_, operand):
            inner = (operand,)
        case Function(_, arguments):
            inner = arguments
        case _:
            inner = ()
    for part in inner:
        yield from parts_of(part)


def variables_in(node: Node) -> list[Variable]:
    """Every variable an expression uses, in order."""
    return [part for part in parts_of(node) if isinstance(part, Variable)]
