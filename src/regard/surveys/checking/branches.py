"""Branches that nobody can reach, found by walking: every combination of the answers that conditions ask for.

Where there are too many combinations to walk the whole survey, each condition is tried by itself, together with the
conditions of the questions it asks for; that finds fewer dead branches, and claims none that is alive.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from regard.base.words import said
from regard.surveys.checking.finding import ERROR, NOTE, WARNING, Finding, conditions_of, parsed
from regard.surveys.evaluating import holds, same
from regard.surveys.expressions import Binary, Constant, Expression, Items, Name, Unary, every, names_in, parts_of
from regard.surveys.flow import path
from regard.surveys.model import (
    OTHER,
    Boolean,
    Checkbox,
    Chosen,
    Matrix,
    Question,
    Questionnaire,
    Ranking,
    Rating,
    choice,
    questions_of,
)

MOST_STEPS: Final = 60_000
"""Questions looked at in walking the whole survey."""
MOST_TRIED: Final = 2_000
"""Combinations tried of one condition."""
MOST_BEHIND: Final = 6
"""Questions that a condition may rest on, one upon the other, to be tried."""
MOST_MEMBERS: Final = 7
"""Choices of which all sets are tried."""
MOST_TEXTS: Final = 4
SOMETHING_ELSE: Final = "\N{WHITE SQUARE}"
"""An open answer that no condition names."""
Domain = Sequence[Any]


class Walk(NamedTuple):
    """What was seen in walking a survey. ``is_whole``: all combinations were walked, so what was not seen is dead."""

    seen: frozenset[str]
    ways: frozenset[tuple[str, ...]]
    """Names of the questions on each way."""
    is_whole: bool


def check_branches(questionnaire: Questionnaire) -> Iterator[Finding]:
    """Pages and questions that are never shown, conditions that never hold, pages with nothing on them."""
    for page in questionnaire.pages:
        if not page.elements and not (page.title or page.description):
            yield Finding(
                "empty_page",
                WARNING,
                said("the page {name} has no questions", name=page.name),
                said("add one, or remove the page"),
                page.name,
                "page",
            )
    if any(parsed(condition.text) is None for condition in conditions_of(questionnaire)):
        return  # references.py says so; no way can be walked
    found = walk(questionnaire)
    dead = _unseen(questionnaire, found) if found.is_whole else _impossible(questionnaire)
    yield from dead
    yield from _silent(questionnaire)
    if not found.is_whole:
        yield Finding(
            "not_all_walked",
            NOTE,
            said("there are too many ways through the survey to walk them all"),
            said("each condition was tried by itself instead"),
        )


def walk(questionnaire: Questionnaire) -> Walk:
    """Go through the survey once for every combination of answers that its conditions ask for, if that is bounded."""
    domains = domains_of(questionnaire, [condition.text for condition in conditions_of(questionnaire)])
    size = max(sum(1 for _ in questions_of(questionnaire)), 1)
    if domains is None or _ways(domains) * size > MOST_STEPS:
        return Walk(frozenset(), frozenset(), is_whole=False)
    seen, walked = set[str](), set[tuple[str, ...]]()
    for values in itertools.product(*domains.values()):
        answers, traits = _told(dict(zip(domains, values, strict=True)))
        way = path(questionnaire, answers, traits)
        names = tuple(way.names)
        if names not in walked:
            walked.add(names)
            seen |= {*names, *(step.page.name for step in way.steps)}
    return Walk(frozenset(seen), frozenset(walked), is_whole=True)


def _ways(domains: Mapping[str, Domain]) -> int:
    return math.prod(len(domain) for domain in domains.values())


def _told(values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Answers and traits out of values by the names that conditions use; ``matrix.row`` goes into its matrix."""
    answers: dict[str, Any] = {}
    traits: dict[str, Any] = {}
    for name, value in values.items():
        head, dot, rest = name.partition(".")
        if value is None:
            continue
        if head == "profile" and dot:
            traits[rest] = value
        elif dot:
            answers.setdefault(head, {})[rest] = value
        else:
            answers[name] = value
    return answers, traits


# --- what may be answered --------------------------------------------------------------------------------------------


def domains_of(questionnaire: Questionnaire, conditions: Sequence[str]) -> dict[str, Domain] | None:
    """For every name that these conditions ask for: the answers that can make a difference to them, and none at all.

    None when a condition does what cannot be counted out: arithmetic on open answers, say.
    """
    questions = {one.name: one for one in questions_of(questionnaire)}
    expressions = [found for text in dict.fromkeys(conditions) if (found := parsed(text)) is not None]
    calculated = {one.name for one in questionnaire.calculated_values}
    names = [name for text in conditions for name in names_in(text) if name != "item" and name not in calculated]
    asked, domains = _all_asked(expressions), {}
    for name in dict.fromkeys(names):
        domain = _domain(name, questions, asked[name])
        if domain is None:
            return None
        domains[name] = domain
    return domains


def _domain(name: str, questions: Mapping[str, Question], asked: _Asked) -> Domain | None:
    question = questions.get(name)
    if isinstance(question, Rating) and question.rate_max - question.rate_min < MOST_TRIED:
        return _points([*range(question.rate_min, question.rate_max + 1)], asked)
    if isinstance(question, Boolean):
        return [None, True, False]
    if isinstance(question, Checkbox):
        return _subsets(_values(question), asked)
    if isinstance(question, Chosen) and not isinstance(question, Ranking):
        return [None, *_values(question)]
    matrix = questions.get(name.rpartition(".")[0])
    if isinstance(matrix, Matrix) and matrix.cell_type == "radio":
        return [None, *(choice(one).value for one in matrix.columns)]
    return _open(asked)


class _Asked(NamedTuple):
    """What conditions ask of a name: operators with constants; ``is_all`` when they do nothing else with it."""

    compared: tuple[tuple[str, Any], ...]
    is_all: bool

    @property
    def constants(self) -> list[Any]:
        return list(dict.fromkeys(value for _operator, value in self.compared))


def _all_asked(expressions: Sequence[Expression]) -> dict[str, _Asked]:
    """What these expressions ask of each name."""
    compared: dict[str, list[tuple[str, Any]]] = defaultdict(list)
    plain, times = Counter[str](), Counter[str]()
    for part in (part for one in expressions for part in parts_of(one)):
        match part:
            case Name(name):
                times[name] += 1
            case Unary("empty" | "notempty" | "not", Name(name)):
                plain[name] += 1
            case Binary(operator, Name(name), other) | Binary(operator, other, Name(name)):
                constants = _constants(other)
                if operator not in ("and", "or", "+", "-", "*", "/") and constants:
                    compared[name] += [(operator, value) for value in constants]
                    plain[name] += 1
    return {name: _Asked(tuple(compared[name]), plain[name] == times[name]) for name in times}


def _constants(expression: Expression) -> list[Any]:
    """The constant that an expression is, or all that a list of constants has."""
    given = expression.items if isinstance(expression, Items) else (expression,)
    values = [one.value for one in given if isinstance(one, Constant)]
    return values if len(values) == len(given) else []


def _points(numbers: Sequence[int], asked: _Asked) -> Domain:
    """The points of a scale, less those that every comparison treats like their neighbour."""
    limits = [value for value in asked.constants if isinstance(value, int | float)]
    if not asked.is_all or len(limits) < len(asked.constants):
        return [None, *numbers]
    ends = {numbers[0], numbers[-1]} if numbers else set()
    near = {number for number in numbers if any(abs(number - limit) <= 1 for limit in limits)}
    return [None, *sorted(ends | near)]


def _subsets(values: Sequence[Any], asked: _Asked) -> Domain | None:
    """What may be ticked: all sets of the choices that conditions name, with and without one that they do not."""
    named = [value for value in values if any(same(value, constant) for constant in asked.constants)]
    others = [value for value in values if value not in named][: 1 if asked.is_all else None]
    members = [*named, *others]
    if len(members) > MOST_MEMBERS:
        return None
    sizes = range(1, len(members) + 1)
    return [None, *(list(chosen) for size in sizes for chosen in itertools.combinations(members, size))]


def _open(asked: _Asked) -> Domain | None:
    """Answers to an open question that conditions tell apart, and one that none of them means."""
    texts = [value for operator, value in asked.compared if operator in ("contains", "notcontains")]
    limits = [value for operator, value in asked.compared if operator in ("<", "<=", ">", ">=")]
    is_counted = all(isinstance(value, int | float) for value in limits) and len(set(texts)) <= MOST_TEXTS
    if not asked.is_all or not is_counted or any(operator == "allof" for operator, _value in asked.compared):
        return None
    parts = list(dict.fromkeys(map(str, texts)))
    joined = [" ".join(some) for size in range(2, len(parts) + 1) for some in itertools.combinations(parts, size)]
    return [None, *dict.fromkeys([*asked.constants, *_beside(limits), *joined, SOMETHING_ELSE])]


def _beside(limits: Sequence[float]) -> list[float]:
    """Numbers around and between limits."""
    ordered = sorted({float(limit) for limit in limits})
    between = [(low + high) / 2 for low, high in itertools.pairwise(ordered)]
    return [*between, ordered[0] - 1, ordered[-1] + 1] if ordered else []


def _values(question: Chosen) -> list[Any]:
    found = [choice(one).value for one in question.choices]
    return [*found, *([OTHER] if question.show_other_item else []), *(["none"] if question.show_none_item else [])]


# --- what is dead -----------------------------------------------------------------------------------------------------


def _unseen(questionnaire: Questionnaire, found: Walk) -> Iterator[Finding]:
    for page in questionnaire.pages:
        if page.elements and page.name not in found.seen:
            yield _never("page", page.name)
            continue
        for question in page.elements:
            if question.name not in found.seen:
                yield _never("question", question.name)


def _impossible(questionnaire: Questionnaire) -> Iterator[Finding]:
    """Pages and questions whose own conditions cannot hold."""
    gates = _gates(questionnaire)
    for page in questionnaire.pages:
        if page.visible_if and not possible(questionnaire, page.visible_if, gates):
            yield _never("page", page.name)
            continue
        for question in page.elements:
            gate = gates[question.name]
            if question.visible_if and gate and not possible(questionnaire, gate, gates):
                yield _never("question", question.name)


def _never(of: Any, name: str) -> Finding:
    if of == "page":
        message = said("the page {name} is never shown: no answers lead to it", name=name)
    else:
        message = said("the question {name} is never shown: no answers lead to it", name=name)
    return Finding("never_shown", ERROR, message, said("change its condition or what comes before it"), name, of)


def _silent(questionnaire: Questionnaire) -> Iterator[Finding]:
    gates = _gates(questionnaire)
    watched = [(one.expression, said("a trigger never fires")) for one in questionnaire.triggers]
    watched += [(one.expression, said("the quota {name} is never met", name=one.name)) for one in questionnaire.quotas]
    for text, message in watched:
        if not possible(questionnaire, text, gates):
            remedy = said("no answers make {text} true: change it, or take it away", text=text)
            yield Finding("never_holds", WARNING, message, remedy)


def _gates(questionnaire: Questionnaire) -> dict[str, str | None]:
    """For each question, the condition under which it is shown."""
    return {
        question.name: every([page.visible_if, question.visible_if])
        for page in questionnaire.pages
        for question in page.elements
    }


def possible(questionnaire: Questionnaire, text: str, gates: Mapping[str, str | None]) -> bool:
    """Whether some answers make a condition hold, when hidden questions have none. What is too large is possible."""
    if any(name == "item" for name in names_in(text)):
        return True
    order, conditions = _behind(text, gates)
    if len(order) > MOST_BEHIND:
        return True
    domains = domains_of(questionnaire, conditions)
    calculated = {one.name for one in questionnaire.calculated_values}
    if any(name in calculated for condition in conditions for name in names_in(condition)):
        return True
    if domains is None or _ways(domains) > MOST_TRIED:
        return True
    return any(
        holds(text, _shown_values(dict(zip(domains, values, strict=True)), order, gates))
        for values in itertools.product(*domains.values())
    )


def _behind(text: str, gates: Mapping[str, str | None]) -> tuple[list[str], list[str]]:
    """The questions that a condition rests on, in order, and all conditions that decide about them."""
    conditions, needed, ahead = [text], set[str](), names_in(text)
    while ahead:
        name = ahead.pop()
        owner = name if name in gates else name.rpartition(".")[0]
        if owner in gates and owner not in needed:
            needed.add(owner)
            if gate := gates[owner]:
                conditions.append(gate)
                ahead += names_in(gate)
    return [name for name in gates if name in needed], conditions


def _shown_values(values: Mapping[str, Any], order: Sequence[str], gates: Mapping[str, str | None]) -> dict[str, Any]:
    known = {name: value for name, value in values.items() if name.startswith("profile.")}
    for question in order:
        if holds(gates[question], known):
            known |= {
                name: value
                for name, value in values.items()
                if value is not None and (name == question or name.startswith(f"{question}."))
            }
    return known
