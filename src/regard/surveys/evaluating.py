"""What is true of answers: the values of expressions.

Texts are compared without regard to letter case, and as numbers where both are; a list equals another with the same
members in any order. Nothing is smaller or greater than a missing answer.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from regard.surveys.expressions import Binary, Call, Constant, Expression, Items, Name, Unary, parse


def holds(condition: str | Expression | None, values: Mapping[str, Any]) -> bool:
    """Whether a condition is true of these values; where there is none, it is.

    >>> holds("{nps} <= 6 and {why} notempty", {"nps": "5", "why": "slow"}), holds(None, {}), holds("{nps} < 7", {})
    (True, True, False)
    """
    if condition is None or condition == "":
        return True
    return _is_true(evaluate(parse(condition) if isinstance(condition, str) else condition, values))


def evaluate(expression: Expression, values: Mapping[str, Any]) -> Any:
    """The value of an expression; None for one that has none.

    >>> evaluate(parse("({a} + 1) * 2"), {"a": 3})
    8.0
    """
    match expression:
        case Constant(value):
            return value
        case Name(name):
            return value_of(name, values)
        case Items(items):
            return [evaluate(item, values) for item in items]
        case Unary(operator, operand):
            return _UNARY[operator](evaluate(operand, values))
        case Binary("and", left, right):
            return _is_true(evaluate(left, values)) and _is_true(evaluate(right, values))
        case Binary("or", left, right):
            return _is_true(evaluate(left, values)) or _is_true(evaluate(right, values))
        case Binary(operator, left, right):
            return _BINARY[operator](evaluate(left, values), evaluate(right, values))
        case Call(function, arguments):
            return _FUNCTIONS[function](*(evaluate(argument, values) for argument in arguments))


def value_of(name: str, values: Mapping[str, Any]) -> Any:
    """What a name stands for: the value itself, or one inside another (``matrix.row``).

    >>> value_of("service.speed", {"service": {"speed": 4}}), value_of("nobody", {})
    (4, None)
    """
    if name in values:
        return values[name]
    head, dot, rest = name.partition(".")
    while dot:
        inner = values.get(head)
        if isinstance(inner, Mapping):
            return value_of(rest, inner)
        more, dot, rest = rest.partition(".")
        head = f"{head}.{more}"
    return None


def is_empty(value: Any) -> bool:
    """Whether nothing was answered: no value, no text, no members.

    >>> is_empty(""), is_empty([]), is_empty(0), is_empty(False)
    (True, True, False, False)
    """
    return value is None or (isinstance(value, str | list | tuple | dict) and not value)


def as_text(value: Any) -> str:
    """A value as it is written: a number with the 15 digits that survive a float (IEEE 754), whole where it is.

    >>> as_text(4.0), as_text(0.1 + 0.2), as_text(7), as_text("7.0")
    ('4', '0.3', '7', '7.0')
    """
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def same(left: Any, right: Any) -> bool:
    """Whether two values are the same answer.

    >>> same("5", 5), same("Yes", "yes"), same(["a", "b"], ["b", "a"]), same(True, "true"), same(None, "")
    (True, True, True, True, True)
    """
    if is_empty(left) or is_empty(right):
        return is_empty(left) and is_empty(right)
    if isinstance(left, list | tuple) and isinstance(right, list | tuple):
        return len(left) == len(right) and all(_has(right, item) for item in left)
    if isinstance(left, Mapping) or isinstance(right, Mapping):
        return bool(left == right)
    if isinstance(left, list | tuple) or isinstance(right, list | tuple):
        return False
    numbers = _number(left), _number(right)
    if None not in numbers:
        return numbers[0] == numbers[1]
    return _text(left) == _text(right)


def _has(members: Any, wanted: Any) -> bool:
    return any(same(member, wanted) for member in members)


def _contains(whole: Any, part: Any) -> bool:
    if is_empty(whole) or is_empty(part):
        return False
    if isinstance(whole, list | tuple):
        return all(_has(whole, one) for one in _as_list(part))
    return _text(part) in _text(whole)


def _as_list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [] if is_empty(value) else [value]


def _any_of(left: Any, right: Any) -> bool:
    return any(_has(_as_list(right), item) for item in _as_list(left))


def _all_of(left: Any, right: Any) -> bool:
    return all(_has(_as_list(left), item) for item in _as_list(right))


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).strip().casefold()


def _number(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _is_true(value: Any) -> bool:
    return value not in ("false", "False") and bool(value)


def _ordered(judge: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def compare(left: Any, right: Any) -> bool:
        if is_empty(left) or is_empty(right):
            return False
        numbers = _number(left), _number(right)
        if None not in numbers:
            return judge(*numbers)
        return judge(_text(left), _text(right))

    return compare


def _sum(left: Any, right: Any) -> Any:
    numbers = _number(left), _number(right)
    if None not in numbers:
        return _finite(numbers[0] + numbers[1])  # type: ignore[operator]
    if is_empty(left) or is_empty(right):
        return right if is_empty(left) else left
    return f"{left}{right}"


def _arithmetic(work: Callable[[float, float], float]) -> Callable[[Any, Any], float | None]:
    def compute(left: Any, right: Any) -> float | None:
        a, b = _number(left), _number(right)
        try:
            return None if a is None or b is None else _finite(work(a, b))
        except (ZeroDivisionError, OverflowError):
            return None

    return compute


def _finite(number: float) -> float | None:
    return number if math.isfinite(number) else None


def _numbers(values: tuple[Any, ...]) -> Iterator[float]:
    for value in values:
        parts = value.values() if isinstance(value, Mapping) else _as_list(value)
        yield from (number for part in parts if (number := _number(part)) is not None)


def _total(values: tuple[Any, ...]) -> float | None:
    try:
        return math.fsum(_numbers(values))
    except OverflowError:
        return None


def _mean(*values: Any) -> float | None:
    numbers = list(_numbers(values))
    return _finite(sum(numbers) / len(numbers)) if numbers else None


def _count(*values: Any) -> int:
    return sum(len(value) if isinstance(value, list | tuple | Mapping) else not is_empty(value) for value in values)


def _rounded(value: Any, digits: Any = 0) -> float | None:
    number = _number(value)
    return None if number is None else round(number, min(max(int(_number(digits) or 0), 0), 10))


_FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    "iif": lambda condition=None, yes=None, no=None, *_: yes if _is_true(condition) else no,
    "sum": lambda *values: _total(values),
    "avg": _mean,
    "min": lambda *values: min(_numbers(values), default=None),
    "max": lambda *values: max(_numbers(values), default=None),
    "count": _count,
    "length": lambda value=None, *_: 0 if is_empty(value) else len(_text(value)),
    "round": lambda value=None, digits=0, *_: _rounded(value, digits),
}

_UNARY: Final[dict[str, Callable[[Any], Any]]] = {
    "not": lambda value: not _is_true(value),
    "empty": is_empty,
    "notempty": lambda value: not is_empty(value),
    "-": lambda value: None if (number := _number(value)) is None else -number,
}
_BINARY: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "=": same,
    "<>": lambda left, right: not same(left, right),
    "<": _ordered(lambda left, right: left < right),
    "<=": _ordered(lambda left, right: left <= right),
    ">": _ordered(lambda left, right: left > right),
    ">=": _ordered(lambda left, right: left >= right),
    "contains": _contains,
    "notcontains": lambda left, right: not _contains(left, right),
    "anyof": _any_of,
    "allof": _all_of,
    "noneof": lambda left, right: not _any_of(left, right),
    "+": _sum,
    "-": _arithmetic(lambda left, right: left - right),
    "*": _arithmetic(lambda left, right: left * right),
    "/": _arithmetic(lambda left, right: left / right),
}
