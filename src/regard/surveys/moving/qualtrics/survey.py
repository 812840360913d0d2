"""A Qualtrics survey file as Qualtrics structures it: questions, blocks, and the flow that orders them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from regard.surveys.moving.wording import mapping, objects

DEEPEST_FLOW: Final = 60
_ARRANGED: Final = (
    "Block",
    "Standard",
    "Branch",
    "BlockRandomizer",
    "Randomizer",
    "Group",
    "EndSurvey",
    "EmbeddedData",
)


@dataclass(frozen=True)
class Node:
    """A step of the flow. ``occurrence`` says how often its block stood in the flow before, this time included."""

    kind: str
    id: str
    raw: dict[str, Any]
    children: tuple[Node, ...] = ()
    occurrence: int = 1


@dataclass(frozen=True)
class Element:
    """A question of a block, with its skip logic; no question is a page break."""

    question: str | None
    skips: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class Block:
    """Questions that stand together."""

    id: str
    title: str
    elements: tuple[Element, ...]
    options: dict[str, Any]


@dataclass(frozen=True)
class Survey:
    """All of a file that means something to a respondent."""

    entry: dict[str, Any]
    options: dict[str, Any]
    questions: dict[str, dict[str, Any]]
    blocks: dict[str, Block]
    flow: tuple[Node, ...]
    quotas: list[dict[str, Any]]
    others: dict[str, list[Any]] = field(default_factory=dict)
    """Payloads of elements that are not read, by their tag."""
    trashed: list[str] = field(default_factory=list)


def survey_of(data: dict[str, Any]) -> Survey:
    """The survey of a file; what is missing is taken as empty."""
    elements: dict[str, list[Any]] = {}
    for element in objects(data.get("SurveyElements")):
        elements.setdefault(str(element.get("Element")), []).append(element.get("Payload"))
    questions = {
        str(payload["QuestionID"]): payload for payload in objects(elements.pop("SQ", [])) if payload.get("QuestionID")
    }
    raw_blocks = [raw for payload in elements.pop("BL", []) for raw in _blocks_in(payload)]
    blocks = {block.id: block for block in map(_block, raw_blocks) if block.id}
    trashed = [str(raw.get("ID")) for raw in raw_blocks if raw.get("Type") == "Trash"]
    thrown = [
        each.question for bin_ in trashed if bin_ in blocks for each in blocks.pop(bin_).elements if each.question
    ]
    if not blocks and questions:
        blocks = {"": Block("", "", tuple(Element(key) for key in questions), {})}
    flow = next((payload for payload in elements.pop("FL", []) if isinstance(payload, dict)), {})
    nodes = objects(flow.get("Flow")) or [{"Type": "Block", "ID": key} for key in blocks]
    options = next((payload for payload in elements.pop("SO", []) if isinstance(payload, dict)), {})
    quotas = objects(elements.pop("QO", []))
    return Survey(
        mapping(data.get("SurveyEntry")), options, questions, blocks, _flow(nodes, {}), quotas, elements, thrown
    )


def _blocks_in(payload: Any) -> Iterator[dict[str, Any]]:
    if isinstance(payload, dict) and "BlockElements" in payload:
        yield payload
    else:
        yield from objects(payload)


def _block(raw: dict[str, Any]) -> Block:
    found = tuple(
        Element(str(each["QuestionID"]), tuple(objects(each.get("SkipLogic"))))
        if each.get("Type") == "Question" and each.get("QuestionID")
        else Element(None)
        for each in objects(raw.get("BlockElements"))
    )
    return Block(str(raw.get("ID") or ""), str(raw.get("Description") or ""), found, mapping(raw.get("Options")))


def _flow(nodes: list[dict[str, Any]], seen: dict[str, int], depth: int = 0) -> tuple[Node, ...]:
    found = []
    for raw in nodes if depth < DEEPEST_FLOW else []:
        kind, key = str(raw.get("Type")), str(raw.get("ID") or "")
        kind = {"Standard": "Block", "Randomizer": "BlockRandomizer"}.get(kind, kind)
        if kind == "Block":
            seen[key] = seen.get(key, 0) + 1
        children = _flow(objects(raw.get("Flow")), seen, depth + 1)
        name = key if kind == "Block" else str(raw.get("FlowID") or "")
        found.append(Node(kind, name, raw, children, seen.get(key, 1) if kind == "Block" else 1))
    return tuple(found)


def nodes_in(nodes: tuple[Node, ...]) -> Iterator[Node]:
    """Every step of the flow, as they are written."""
    for node in nodes:
        yield node
        yield from nodes_in(node.children)


def key_of(question: str, occurrence: int) -> str:
    """How a question is called that stands in the flow more than once.

    >>> key_of("QID1", 1), key_of("QID1", 2)
    ('QID1', 'QID1~2')
    """
    return question if occurrence == 1 else f"{question}~{occurrence}"


def ordered(payload: dict[str, Any], what: str) -> list[str]:
    """The ids of a question's choices or answers in the order they are shown in."""
    known = mapping(payload.get(what))
    order = payload.get("ChoiceOrder" if what == "Choices" else "AnswerOrder")
    if isinstance(order, dict):
        order = [order[place] for place in sorted(order, key=lambda place: (len(str(place)), str(place)))]
    listed = [str(each) for each in order] if isinstance(order, list) else []
    found = [each for each in dict.fromkeys(listed) if each in known]
    return found or list(known)


LOCATOR: Final = re.compile(r"q://([^/]+)/(\w+)(?:/([^/]+))?(?:/([^/?]+))?")


def located(text: object) -> tuple[str, str, str, str] | None:
    """A locator's question, what of it, and the two ids behind that.

    >>> located("q://QID2/SelectableChoice/1/4"), located("QID2")
    (('QID2', 'SelectableChoice', '1', '4'), None)
    """
    found = LOCATOR.match(str(text or ""))
    return (found[1], found[2], found[3] or "", found[4] or "") if found else None


def is_text_choice(choice: object) -> bool:
    """Whether something can be written beside a choice."""
    return isinstance(choice, dict) and str(choice.get("TextEntry", "")).lower() in ("true", "on", "1")


def logic_sets(logic: Any) -> list[list[tuple[str, list[list[dict[str, Any]]]]]]:
    """A condition as alternatives of sets, and each set as alternatives of expressions that hold together.

    "and" binds tighter than "or", among sets and inside them.
    """
    sets = [(key, value) for key, value in mapping(logic).items() if key.isdigit() and isinstance(value, dict | list)]
    alternatives: list[list[tuple[str, list[list[dict[str, Any]]]]]] = []
    for _, raw in sorted(sets, key=lambda pair: int(pair[0])):
        each = mapping(raw)
        found = (str(each.get("Type")), _alternatives(each))
        if alternatives and "or" not in found[0].lower():
            alternatives[-1].append(found)
        else:
            alternatives.append([found])
    return alternatives


def _alternatives(raw: dict[str, Any]) -> list[list[dict[str, Any]]]:
    found: list[list[dict[str, Any]]] = []
    numbered = [(int(key), value) for key, value in raw.items() if key.isdigit() and isinstance(value, dict)]
    for _, expression in sorted(numbered, key=lambda pair: pair[0]):
        joined = str(expression.get("Conjuction") or expression.get("Conjunction") or "And").lower()
        if found and joined != "or":
            found[-1].append(expression)
        else:
            found.append([expression])
    return found
