"""A Qualtrics survey file as Qualtrics structures it: questions, blocks, and the flow that orders them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from regard.base.words import said
from regard.surveys.moving.losses import Losses
from regard.surveys.moving.qualtrics.loops import MOST_UNROLLED, Turn, loop_of
from regard.surveys.moving.wording import mapping, objects

DEEPEST_FLOW: Final = 60


@dataclass(frozen=True)
class Node:
    """A step of the flow. ``occurrence`` says how often its block stood in the flow before, this time included."""

    kind: str
    id: str
    raw: dict[str, Any]
    children: tuple[Node, ...] = ()
    occurrence: int = 1
    turn: Turn | None = None
    """Of which turn of a loop a block is."""


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

    @cached_property
    def questions(self) -> frozenset[str]:
        return frozenset(element.question for element in self.elements if element.question)

    @cached_property
    def skips(self) -> dict[str, tuple[dict[str, Any], ...]]:
        """Skip logic by question."""
        return {element.question: element.skips for element in self.elements if element.question and element.skips}


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
    losses: Losses = field(default_factory=Losses)
    """What the structure itself cannot say."""
    turns: dict[str, str] = field(default_factory=dict)
    """Keys of questions in loops, by how Qualtrics calls them there (``2_QID7``)."""


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
    unrolling = _Unrolling({str(raw.get("ID") or ""): raw for raw in raw_blocks}, questions, blocks)
    steps = unrolling.steps(nodes)
    return Survey(
        mapping(data.get("SurveyEntry")), options, questions, blocks, steps, quotas, elements, thrown,
        unrolling.losses, unrolling.turns,
    )  # fmt: skip


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


@dataclass
class _Unrolling:
    """The flow, with every loop as the turns it takes."""

    raw_blocks: dict[str, dict[str, Any]]
    questions: dict[str, dict[str, Any]]
    blocks: dict[str, Block]
    losses: Losses = field(default_factory=Losses)
    seen: dict[str, int] = field(default_factory=dict)
    turns: dict[str, str] = field(default_factory=dict)
    room: int = MOST_UNROLLED

    def steps(self, nodes: list[dict[str, Any]], depth: int = 0) -> tuple[Node, ...]:
        if depth >= DEEPEST_FLOW:
            self.losses.lost(
                said("file"),
                said("survey flow"),
                said("it is nested more than {levels} levels deep", levels=DEEPEST_FLOW),
            )
            return ()
        return tuple(self._step(raw, depth) for raw in nodes)

    def _step(self, raw: dict[str, Any], depth: int) -> Node:
        kind = str(raw.get("Type"))
        kind = {"Standard": "Block", "Randomizer": "BlockRandomizer"}.get(kind, kind)
        if kind != "Block":
            inner = objects(raw.get("Flow"))
            return Node(kind, str(raw.get("FlowID") or ""), raw, self.steps(inner, depth + 1) if inner else ())
        key = str(raw.get("ID") or "")
        loop = loop_of(self.raw_blocks.get(key, {}), self.questions, self.losses, self.room)
        if loop is None:
            return self._block(key, raw, None)
        self.room -= len(self.blocks[key].elements) * len(loop.turns) if key in self.blocks else 0
        name = str(raw.get("FlowID") or key)
        turns = tuple(self._turn(f"{name}/{turn.id}", key, raw, turn) for turn in loop.turns)
        if loop.is_random:
            return Node("BlockRandomizer", name, {"SubSet": loop.take} if loop.take else {}, turns)
        return Node("Group", name, {}, turns)

    def _turn(self, name: str, key: str, raw: dict[str, Any], turn: Turn) -> Node:
        block = self._block(key, raw, turn)
        return Node("Branch", name, {"BranchLogic": turn.logic}, (block,)) if turn.logic else block

    def _block(self, key: str, raw: dict[str, Any], turn: Turn | None) -> Node:
        self.seen[key] = occurrence = self.seen.get(key, 0) + 1
        if turn and key in self.blocks:
            listed = self.blocks[key].questions
            self.turns |= {f"{turn.id}_{question}": key_of(question, occurrence) for question in listed}
        return Node("Block", key, raw, (), occurrence, turn)


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
