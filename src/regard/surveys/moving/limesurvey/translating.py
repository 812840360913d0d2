"""LimeSurvey's expressions as ours.

A variable without ``.NAOK`` makes the whole expression false when its question is not relevant; where that matters, the
question's own condition is put before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from regard.base import Invalid
from regard.base.words import said
from regard.surveys.expressions import Binary, Call, Constant, Expression, Name, Unary, parse, written
from regard.surveys.model import Question
from regard.surveys.moving.limesurvey.manager import Function, Literal, Node, Operation, Sign, Variable, read
from regard.surveys.moving.limesurvey.places import ARRAYS, Place, members
from regard.surveys.moving.limesurvey.survey import MULTIPLE, Asked
from regard.surveys.moving.limesurvey.words import WORDS
from regard.surveys.moving.losses import Losses
from regard.surveys.moving.moved import Carried
from regard.surveys.moving.wording import plain

MOST_SHOWN: Final = 40
"""So many choices may be told by their texts inside an expression."""
LONGEST_CONDITION: Final = 5_000
NOT_SAID: Final = said("Regard's expressions cannot say this; what it hides is shown")
TOKENS: Final = {"firstname": "first_name", "lastname": "last_name", "language": "language", "emailaddress": "email"}


class _UnsayableError(Exception):
    """Something that has no counterpart here."""


@dataclass
class Known:
    """What expressions may ask for."""

    losses: Losses
    places: dict[str, Place] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    """Our names by key."""
    questions: dict[str, Question] = field(default_factory=dict)
    carried: dict[str, Carried] = field(default_factory=dict)
    shown_if: dict[str, str | None] = field(default_factory=dict)
    """The condition of a question by its code."""
    traits: dict[str, str] = field(default_factory=dict)
    own_language: str = "en"

    def trait(self, token: str) -> str:
        name = token.lower()
        self.traits.setdefault(f"TOKEN:{token.upper()}", TOKENS.get(name, name))
        return f"profile.{self.traits[f'TOKEN:{token.upper()}']}"


def condition_of(text: str, known: Known, place: str, own: Asked | None = None, unsaid: str = NOT_SAID) -> str | None:
    """A condition; None when it always holds, or (with a loss that says what is ``unsaid``) when it cannot be said."""
    if not text.strip() or text.strip() == "1":
        return None
    try:
        node = read(text)
        found = _truth(node, known, own)
        text_here = written(_relevant(node, known, found))
        parse(text_here)
        if len(text_here) > LONGEST_CONDITION:
            raise _UnsayableError(text_here[:40])
        return text_here
    except (_UnsayableError, Invalid) as error:
        known.losses.changed(
            place, said("expression {text}", text=text[:200]), said("{why} ({near})", why=unsaid, near=str(error))
        )
        return None


def value_of(text: str, known: Known, place: str, own: Asked | None = None) -> Expression | None:
    """A value; None, and a loss, when it cannot be said."""
    try:
        found = _value(read(text), known, own)
        parse(written(found))
    except (_UnsayableError, Invalid) as error:
        why = said("Regard's expressions cannot say this ({near})", near=str(error))
        known.losses.lost(place, said("expression {text}", text=text[:200]), why)
        return None
    return found


def _relevant(node: Node, known: Known, found: Expression) -> Expression:
    """With the conditions of the questions whose absence would make it true."""
    needed = []
    for variable in dict.fromkeys(_risky(node)):
        for place in members(known.places, variable.name, None)[:1]:
            condition = known.shown_if.get(place.question.code)
            if condition:
                needed.append(condition)
    for condition in dict.fromkeys(needed):
        found = Binary("and", parse(condition), found)
    return found


def _risky(node: Node) -> list[Variable]:
    """Variables without ``.NAOK`` where an empty value may make the expression true."""
    match node:
        case Operation("&&", left, right):
            return [*_risky(left), *_risky(right)]
        case Operation("==" | ">" | ">=", Variable(), Literal(value)) if value != "":
            return []
        case Operation("!=", Variable(), Literal("")) | Sign("!", Function("is_empty", (Variable(),))):
            return []
        case Variable():
            return []
    from regard.surveys.moving.limesurvey.manager import variables_in

    return [variable for variable in variables_in(node) if not variable.is_na_ok]


def _truth(node: Node, known: Known, own: Asked | None) -> Expression:
    """A condition, as an expression that is true or false."""
    match node:
        case Operation("&&" | "||" as sign, left, right):
            return Binary({"&&": "and", "||": "or"}[sign], _truth(left, known, own), _truth(right, known, own))
        case Operation("==" | "!=" | "<" | "<=" | ">" | ">=" as sign, left, right):
            return _compared(sign, left, right, known, own)
        case Sign("!", operand):
            return Unary("not", _truth(operand, known, own))
        case Function("is_empty", (argument,)):
            return _empty(argument, known, own)
        case Function("is_numeric" | "is_int", (argument,)):
            value = _value(argument, known, own)
            return Binary("and", Unary("notempty", value), Binary("=", Binary("-", value, Constant(0)), value))
        case Literal(value):
            return Constant(bool(value) and value != "0")
        case Variable():
            tick = _tick(node, known, own)
            return tick or _value(node, known, own)
    return _value(node, known, own)


def _tick(node: Node, known: Known, own: Asked | None) -> Expression | None:
    """Whether a box is ticked, for a variable of one."""
    place = _place(node, known, own)
    if place is None or place.kind not in ("tick", "cell"):
        return None
    name, carried = _named(place, known)
    if place.kind == "cell":
        if place.question.type != ":" or not place.question.attribute("multiflexible_checkbox").strip("0"):
            return None
        return Binary("contains", Name(f"{name}.{carried.rows[place.row]}"), Constant(carried.choices[place.column]))
    return Binary("contains", Name(name), Constant(carried.choices[place.row]))


def _place(node: Node, known: Known, own: Asked | None) -> Place | None:
    found = members(known.places, node.name, own) if isinstance(node, Variable) else []
    return found[0] if len(found) == 1 else None


def _empty(node: Node, known: Known, own: Asked | None) -> Expression:
    tick = _tick(node, known, own)
    return Unary("not", tick) if tick else Unary("empty", _value(node, known, own))


_TURNED: Final = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


def _compared(sign: str, left: Node, right: Node, known: Known, own: Asked | None) -> Expression:
    if isinstance(left, Literal) and not isinstance(right, Literal):
        return _compared(_TURNED[sign], right, left, known, own)
    if isinstance(right, Literal) and sign in ("==", "!="):
        found = _is(left, right.value, known, own)
        return Unary("not", found) if sign == "!=" else found
    ours = {"==": "=", "!=": "<>"}.get(sign, sign)
    return Binary(ours, _value(left, known, own), _value(right, known, own))


def _is(node: Node, wanted: str | float | int, known: Known, own: Asked | None) -> Expression:
    """Equality with a code; codes of boxes and of yes/no questions have other values here."""
    tick = _tick(node, known, own)
    if tick:
        return tick if str(wanted) in ("Y", "1") else Unary("not", tick)
    if wanted == "":
        return _empty(node, known, own)
    place = _place(node, known, own)
    if place and place.kind == "value" and place.question.type in "YLO!G5":
        name, carried = _named(place, known)
        other = {"-oth-": "other"} if place.question.row.get("other") == "Y" else {}
        return Binary("=", Name(name), Constant({**carried.choices, **other}.get(str(wanted), wanted)))
    return Binary("=", _value(node, known, own), Constant(wanted))


def _value(node: Node, known: Known, own: Asked | None) -> Expression:
    """A value."""
    match node:
        case Literal(value):
            return Constant(value)
        case Operation("+" | "-" | "*" | "/" as sign, left, right):
            return Binary(sign, _value(left, known, own), _value(right, known, own))
        case Operation("%", _, _):
            raise _UnsayableError("%")
        case Operation() | Sign("!", _):
            return _truth(node, known, own)
        case Sign(_, operand):
            return Unary("-", _value(operand, known, own))
        case Function(name, arguments):
            return _called(name, arguments, known, own)
    return _of_variable(node, known, own)


def _of_variable(node: Variable, known: Known, own: Asked | None) -> Expression:
    if node.name.startswith("TOKEN:"):
        return Name(known.trait(node.name.removeprefix("TOKEN:")))
    place = _place(node, known, own)
    wrong = [suffix for suffix in node.suffixes if suffix not in ("NAOK", "value", "valueNAOK", "code", "shown")]
    if place is None or wrong:
        raise _UnsayableError(node.name + "".join(f".{suffix}" for suffix in wrong))
    if "shown" in node.suffixes:
        return _shown(place, known)
    tick = _tick(node, known, own)
    if tick:
        return Call("iif", (tick, Constant("Y"), Constant("")))
    return Name(name_of(place, known))


def in_text(node: Variable, place: Place, known: Known, *, is_address: bool = False) -> Expression:
    """What a text says of a variable: the words of what was chosen (``.shown``), or its code. In an address a name
    stands for the code.

    Raises :class:`~regard.base.Invalid` where there is nothing that says it.
    """
    try:
        return _in_text(place, known, is_shown="shown" in node.suffixes, is_address=is_address)
    except _UnsayableError as error:
        raise Invalid(said("{name} has no counterpart here", name=str(error))) from None


def _in_text(place: Place, known: Known, *, is_shown: bool, is_address: bool) -> Expression:
    name, carried = _named(place, known)
    asked = place.question
    if place.kind == "tick":
        words = next((sub.texts for sub in asked.rows() if sub.code == place.row), {})
        ticked = Binary("contains", Name(name), Constant(carried.choices[place.row]))
        return Call("iif", (ticked, Constant(_label(words, known, asked) if is_shown else "Y"), Constant("")))
    if place.kind == "row" and is_shown and asked.type in ARRAYS:
        return _worded(Name(name_of(place, known)), asked, carried, known)
    if place.kind != "value":
        return Name(name_of(place, known))
    if asked.type in MULTIPLE or asked.subs:
        raise _UnsayableError(asked.code)
    if asked.type == "Y":
        yes, no = (WORDS[code]["default"] if is_shown else code for code in "YN")
        return _either({True: yes, False: no}, Name(name))
    if is_shown and is_address and asked.answers:
        return _worded(Name(name), asked, carried, known)
    if is_shown or is_address or asked.type not in "L!OG":
        return Name(name)
    coded: Expression = Binary("+", Name(name), Constant(""))  # a code, not the words that a name stands for
    other = Binary("=", Name(name), Constant("other"))
    return Call("iif", (other, Constant("-oth-"), coded)) if asked.row.get("other") == "Y" else coded


def _either(words: dict[bool, str], name: Name) -> Expression:
    """The words of yes and no; nothing for no answer."""
    found: Expression = Constant("")
    for value, text in words.items():
        found = Call("iif", (Binary("=", name, Constant(value)), Constant(text), found))
    return found


def _label(texts: dict[str, str], known: Known, asked: Asked) -> str:
    """Words in the survey's own language, which a worked-out text says in all."""
    if len(set(texts.values())) > 1:
        why = said("they are said in the survey's own language")
        known.losses.changed(asked.code, said("words of an answer in a text"), why)
    return plain(texts.get(known.own_language) or next(iter(texts.values()), ""))


def name_of(place: Place, known: Known) -> str:
    """The name by which our expressions and texts ask for a place."""
    name, carried = _named(place, known)
    match place.kind:
        case "other":
            return f"{name}-Comment"
        case "row":
            return f"{name}.{carried.rows.get(place.row, place.row)}"
        case "cell":
            row = carried.rows.get(place.row if place.question.type == "1" else place.column)
            return f"{name}.{row}"
        case "beside":
            return f"{name}.{carried.rows.get(place.row, place.row)}"
        case "rank":
            raise _UnsayableError(f"{place.question.code}_{place.row}")
    return name


def _named(place: Place, known: Known) -> tuple[str, Carried]:
    key = place.question.code
    if place.kind in ("comment", "beside"):
        key = f"{key}_comment"
    elif place.kind == "cell" and place.question.type == "1":
        key = f"{key}#{place.column}"
    elif place.kind == "cell" and f"{key}_{place.row}" in known.carried:
        key = f"{key}_{place.row}"
    if key not in known.carried:
        raise _UnsayableError(place.question.code)
    return known.carried[key].name, known.carried[key]


def _shown(place: Place, known: Known) -> Expression:
    """The text of what was chosen: worked out choice by choice."""
    name = Name(name_of(place, known))
    if place.kind != "value" or not place.question.answers:
        return name
    return _worded(name, place.question, known.carried[place.question.code], known)


def _worded(name: Name, asked: Asked, carried: Carried, known: Known) -> Expression:
    """The words of a code, answer by answer."""
    words = {each.code: each.texts for each in asked.answers} or {
        code: WORDS[code] for code in {"C": "YNU", "E": "ISD"}.get(asked.type, "")
    }
    if len(words) > MOST_SHOWN:
        raise _UnsayableError(f"{asked.code}.shown")
    found: Expression = name
    for code, texts in reversed(words.items()):
        is_it = Binary("=", name, Constant(carried.choices.get(code, code)))
        found = Call("iif", (is_it, Constant(_label(texts, known, asked)), found))
    return found


def _called(name: str, arguments: Sequence[Node], known: Known, own: Asked | None) -> Expression:
    if name == "if" and len(arguments) == 3:
        condition, yes, no = arguments
        return Call("iif", (_truth(condition, known, own), _value(yes, known, own), _value(no, known, own)))
    if name in ("intval", "floatval", "trim", "strval", "html_entity_decode") and len(arguments) == 1:
        return _value(arguments[0], known, own)
    if name in ("strlen", "round", "ceil") and arguments and name != "ceil":
        return Call({"strlen": "length"}.get(name, name), tuple(_value(each, known, own) for each in arguments[:2]))
    if name == "abs" and len(arguments) == 1:
        value = _value(arguments[0], known, own)
        return Call("max", (value, Unary("-", value)))
    if name == "count":
        return _sum_of([_counted(place, known) for place in _listed(arguments, known, own)])
    if name in ("countif", "countifop", "sumif", "sumifop"):
        return _over_those(name, arguments, known, own)
    if name in ("sum", "min", "max", "join", "implode", "concat"):
        return _over(name, arguments, known, own)
    if name in ("is_empty", "is_numeric"):
        return _truth(Function(name, tuple(arguments)), known, own)
    raise _UnsayableError(f"{name}()")


def _listed(arguments: Sequence[Node], known: Known, own: Asked | None) -> list[Place]:
    """The places that the arguments of a counting function mean."""
    found = []
    for argument in arguments:
        if not isinstance(argument, Variable) or not members(known.places, argument.name, own):
            raise _UnsayableError("count()")
        found += members(known.places, argument.name, own)
    return found


def _counted(place: Place, known: Known) -> Expression:
    tick = _tick(Variable(_any_name(place, known)), known, None)
    condition = tick or Unary("notempty", Name(name_of(place, known)))
    return Call("iif", (condition, Constant(1), Constant(0)))


def _any_name(place: Place, known: Known) -> str:
    return next((name for name, each in known.places.items() if each is place), "")


def _sum_of(parts: list[Expression]) -> Expression:
    return Call("sum", tuple(parts))


_SIGNS: Final = {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "!==": "!=", "===": "=="}


def _over_those(name: str, arguments: Sequence[Node], known: Known, own: Asked | None) -> Expression:
    """How many of some answers compare well with a value, or their sum."""
    operator: Node = Literal("==")
    if name.endswith("op"):
        operator, *arguments = arguments
    sign = str(operator.value).lower() if isinstance(operator, Literal) else ""
    sign = _SIGNS.get(sign, sign)
    if sign not in _TURNED or not arguments:
        raise _UnsayableError(f"{name}()")
    wanted, *rest = arguments
    parts: list[Expression] = []
    for place in _listed(rest, known, own):
        compared = _compared(sign, Variable(_any_name(place, known)), wanted, known, own)
        counts = Name(name_of(place, known)) if name.startswith("sum") else Constant(1)
        parts.append(Call("iif", (compared, counts, Constant(0))))
    return _sum_of(parts)


def _over(name: str, arguments: Sequence[Node], known: Known, own: Asked | None) -> Expression:
    """A function of all its arguments, of which a variable may mean several."""
    values: list[Expression] = []
    for argument in arguments:
        places = members(known.places, argument.name, own) if isinstance(argument, Variable) else []
        values += (
            [Name(name_of(place, known)) for place in places] if len(places) > 1 else [_value(argument, known, own)]
        )
    if name in ("sum", "min", "max"):
        return Call(name, tuple(values))
    if name in ("join", "concat") and values:
        found = values[0]
        for value in values[1:]:
            found = Binary("+", found, value)
        return found
    raise _UnsayableError(f"{name}()")
