"""Conditions over answers: a documented subset of SurveyJS's expression language.

``{nps} <= 6 and ({reason} contains 'price' or {profile.plan} = 'pro')``. Told in ``docs/reference/surveys.md``:

- values: ``{question}``, ``{matrix.row}``, ``{question-Comment}``, ``{profile.trait}``, ``{item}``, numbers,
  ``'texts'``, ``true``, ``false``, ``['a', 'list']``;
- comparisons: ``=  <>  <  <=  >  >=``, ``contains``, ``notcontains``, ``anyof``, ``allof``, ``noneof``, ``empty``,
  ``notempty``;
- ``and``, ``or``, ``not`` (also ``&&``, ``||``, ``!``), ``+ - * /``, and the functions in :data:`FUNCTIONS`.

:mod:`regard.surveys.evaluating` says what is true.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias

from regard.base import Invalid
from regard.base.words import said

FUNCTIONS: Final = ("iif", "sum", "avg", "min", "max", "count", "length", "round")
"""What an expression may call."""
LONGEST: Final = 20_000
DEEPEST: Final = 50
"""Brackets within brackets."""
LONGEST_CHAIN: Final = 250
"""Parts that are joined one after the other: what walks through an expression goes one step deeper at each."""


@dataclass(frozen=True, slots=True)
class Constant:
    """A number, a text, true or false."""

    value: float | int | str | bool


@dataclass(frozen=True, slots=True)
class Name:
    """What is asked for by name: an answer, a trait, a calculated value."""

    name: str


@dataclass(frozen=True, slots=True)
class Items:
    """A list of values."""

    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Unary:
    """``not``, ``empty``, ``notempty`` or ``-`` of one value."""

    operator: str
    operand: Expression


@dataclass(frozen=True, slots=True)
class Binary:
    """Two values and what joins or compares them."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Call:
    """A function of some values."""

    function: str
    arguments: tuple[Expression, ...]


Expression: TypeAlias = Constant | Name | Items | Unary | Binary | Call

_TOKEN: Final = re.compile(
    r"""\s*(?:
      (?P<name>\{[^{}]*\})
    | (?P<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
    | (?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
    | (?P<sign><=|>=|<>|!=|==|&&|\|\||\*=|[=<>!()\[\],+\-*/])
    | (?P<word>\w+)
    )""",
    re.VERBOSE | re.DOTALL,
)
_SAME: Final = {
    "==": "=", "equal": "=", "equals": "=", "!=": "<>", "notequal": "<>", "less": "<", "lessorequal": "<=",
    "greater": ">", "greaterorequal": ">=", "&&": "and", "||": "or", "!": "not", "negate": "not", "*=": "contains",
    "contain": "contains", "notcontain": "notcontains", "isempty": "empty", "isnotempty": "notempty",
}  # fmt: skip
_COMPARISONS: Final = ("=", "<>", "<", "<=", ">", ">=", "contains", "notcontains", "anyof", "allof", "noneof")
_WORDS: Final = {"and", "or", "not", "empty", "notempty", "contains", "notcontains", "anyof", "allof", "noneof"}


@lru_cache(maxsize=4096)
def parse(text: str) -> Expression:
    """The expression that a text writes. Raises :class:`~regard.base.Invalid` that says where it stops making sense.

    >>> parse("{nps} <= 6")
    Binary(operator='<=', left=Name(name='nps'), right=Constant(value=6))
    >>> parse("{nps} <=")
    Traceback (most recent call last):
    regard.base.errors.Invalid: the condition {nps} <= ends too early
    """
    if len(text) > LONGEST:
        raise Invalid(said("the condition is longer than {limit} characters", limit=LONGEST), field="expression")
    parser = _Parser(text)
    found = parser.either()
    if parser.kind:
        raise parser.wrong()
    if _is_deep(found):
        raise _too_deep()
    return found


def _is_deep(expression: Expression) -> bool:
    ahead = [(expression, 0)]
    while ahead:
        part, depth = ahead.pop()
        if depth > LONGEST_CHAIN:
            return True
        ahead += [(inner, depth + 1) for inner in _inner(part)]
    return False


def _too_deep() -> Invalid:
    return Invalid(
        said("the condition is nested too deeply"),
        field="expression",
        remedy=said("work out parts of it as calculated values"),
    )


class _Parser:
    """Recursive descent over the tokens of one text."""

    def __init__(self, text: str):
        self.text, self.place, self.depth = text, 0, 0
        self.kind, self.value = "", ""
        self.advance()

    def advance(self) -> str:
        """Go on to the next token; returns the one before."""
        before = self.value
        rest = self.text[self.place :]
        if not rest.strip():
            self.kind = self.value = ""
            return before
        found = _TOKEN.match(self.text, self.place)
        if not found:
            raise self.wrong()
        self.kind, self.value, self.place = str(found.lastgroup), found[str(found.lastgroup)], found.end()
        if self.kind in ("sign", "word"):
            lowered = self.value.lower()
            same = _SAME.get(lowered, lowered)
            if self.kind == "sign" or same in _WORDS or same in _COMPARISONS:
                self.kind, self.value = "sign", same
        return before

    def wrong(self) -> Invalid:
        if not self.value and not self.text[self.place :].strip():
            return Invalid(said("the condition {text} ends too early", text=self.text.strip()), field="expression")
        near = self.value or self.text[self.place :].strip()[:20]
        return Invalid(
            said("the condition {text} makes no sense at {near}", text=self.text.strip(), near=near), field="expression"
        )

    def takes(self, *signs: str) -> str:
        """The sign, when one of these comes next; then it is passed."""
        if self.kind == "sign" and self.value in signs:
            return self.advance()
        return ""

    def needs(self, sign: str) -> None:
        if not self.takes(sign):
            raise self.wrong()

    def either(self) -> Expression:
        self.depth += 1
        if self.depth > DEEPEST:
            raise _too_deep()
        found = self.joined("or", lambda: self.joined("and", self.negated))
        self.depth -= 1
        return found

    def joined(self, sign: str, part: Callable[[], Expression]) -> Expression:
        found = part()
        while self.takes(sign):
            found = Binary(sign, found, part())
        return found

    def negated(self) -> Expression:
        times = 0
        while self.takes("not"):
            times += 1
        found = self.compared()
        return Unary("not", found) if times % 2 else found

    def compared(self) -> Expression:
        found = self.added()
        while True:
            if sign := self.takes(*_COMPARISONS):
                found = Binary(sign, found, self.added())
            elif sign := self.takes("empty", "notempty"):
                found = Unary(sign, found)
            else:
                return found

    def added(self) -> Expression:
        found = self.multiplied()
        while sign := self.takes("+", "-"):
            found = Binary(sign, found, self.multiplied())
        return found

    def multiplied(self) -> Expression:
        found = self.single()
        while sign := self.takes("*", "/"):
            found = Binary(sign, found, self.single())
        return found

    def single(self) -> Expression:
        if self.takes("("):
            found = self.either()
            self.needs(")")
            return found
        if self.takes("["):
            return Items(self.listed("]"))
        if self.takes("-"):
            return self.opposite()
        return self.simple()

    def opposite(self) -> Expression:
        """What stands behind a minus, or several."""
        times = 1
        while self.takes("-"):
            times += 1
        found = self.single()
        if isinstance(found, Constant) and not isinstance(found.value, str | bool):
            return Constant(-found.value) if times % 2 else found
        for _minus in range(times):
            found = Unary("-", found)
        return found

    def simple(self) -> Expression:
        kind = self.kind
        if kind == "name":
            return Name(self.advance()[1:-1].strip())
        if kind == "text":
            return Constant(re.sub(r"\\(.)", r"\1", self.advance()[1:-1], flags=re.DOTALL))
        if kind == "number":
            number = float(self.advance())
            return Constant(int(number) if number.is_integer() and abs(number) < 2**53 else number)
        if kind == "word":
            return self.word(self.advance())
        raise self.wrong()

    def word(self, word: str) -> Expression:
        if self.takes("("):
            if word.lower() not in FUNCTIONS:
                raise Invalid(
                    said("the condition {text} calls {word}, which is not known", text=self.text.strip(), word=word),
                    field="expression",
                    remedy=said("known are {names}", names=", ".join(FUNCTIONS)),
                )
            return Call(word.lower(), self.listed(")"))
        known = {"true": True, "false": False}.get(word.lower())
        return Constant(word if known is None else known)

    def listed(self, end: str) -> tuple[Expression, ...]:
        if self.takes(end):
            return ()
        items = [self.either()]
        while self.takes(","):
            items.append(self.either())
        self.needs(end)
        return tuple(items)


def parts_of(expression: Expression) -> Iterator[Expression]:
    """The expression and everything inside it."""
    ahead = [expression]
    while ahead:
        part = ahead.pop()
        yield part
        ahead += reversed(_inner(part))


def _inner(expression: Expression) -> tuple[Expression, ...]:
    match expression:
        case Items(parts) | Call(_, parts):
            return parts
        case Unary(_, operand):
            return (operand,)
        case Binary(_, left, right):
            return (left, right)
        case _:
            return ()


def names_in(expression: str | Expression | None) -> list[str]:
    """The names an expression asks for, each once, in order.

    >>> names_in("{a} = 1 and {b.row} > {a}")
    ['a', 'b.row']
    """
    if not expression:
        return []
    found = parse(expression) if isinstance(expression, str) else expression
    return list(dict.fromkeys(part.name for part in parts_of(found) if isinstance(part, Name)))


_BINDS: Final = {"or": 1, "and": 2, "not": 3} | dict.fromkeys(_COMPARISONS, 4) | {"+": 5, "-": 5, "*": 6, "/": 6}
_TIGHTEST: Final = 9


def written(expression: Expression) -> str:
    """The expression as text that :func:`parse` reads to the same.

    >>> written(parse("!({a}==1||{b} notempty) && {c} contains 'x'"))
    "not ({a} = 1 or {b} notempty) and {c} contains 'x'"
    """
    return _written(expression, 0)


def _written(expression: Expression, binding: int) -> str:
    text, own = _spelled(expression)
    return f"({text})" if own < binding else text


def _spelled(expression: Expression) -> tuple[str, int]:
    """The text, and how tightly it holds together."""
    match expression:
        case Constant(value):
            return _constant(value), _TIGHTEST
        case Name(name):
            return f"{{{name}}}", _TIGHTEST
        case Items(items):
            return "[" + ", ".join(map(written, items)) + "]", _TIGHTEST
        case Call(function, arguments):
            return f"{function}({', '.join(map(written, arguments))})", _TIGHTEST
        case Unary(operator, operand):
            return _one_sided(operator, operand)
        case Binary(operator, left, right):
            own = _BINDS[operator]
            return f"{_written(left, own)} {operator} {_written(right, own + 1)}", own


def _constant(value: float | int | str | bool) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
    return repr(value)


def _one_sided(operator: str, operand: Expression) -> tuple[str, int]:
    if operator == "not":
        return f"not {_written(operand, _BINDS['not'] + 1)}", _BINDS["not"]
    if operator == "-":
        return f"-{_written(operand, _TIGHTEST)}", _TIGHTEST - 1
    return f"{_written(operand, _BINDS['='])} {operator}", _BINDS["="]


def every(conditions: list[str | None]) -> str | None:
    """One condition that holds when all of these do; None when there is none.

    >>> every(["{a} = 1", None, "{b} = 2 or {c} = 3"])
    '{a} = 1 and ({b} = 2 or {c} = 3)'
    """
    given = [parse(condition) for condition in conditions if condition]
    if not given:
        return None
    found = given[0]
    for more in given[1:]:
        found = Binary("and", found, more)
    return written(found)
