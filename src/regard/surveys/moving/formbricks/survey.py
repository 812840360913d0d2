"""A Formbricks survey as Formbricks structures it: blocks of elements with logic; old ones have a question a block."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from regard.surveys.moving.wording import objects

RECALL: Final = re.compile(r"#recall:([\w-]+)/fallback:([^#]*)#")
"""What stands in a text for an answer, a variable or a hidden field, and what is said instead of none."""


@dataclass(frozen=True)
class Block:
    """Elements that are shown together, and where to go when they are answered."""

    id: str
    name: str
    elements: tuple[dict[str, Any], ...]
    logic: tuple[dict[str, Any], ...]
    fallback: str | None


@dataclass(frozen=True)
class Survey:
    """All of a file that means something to a respondent."""

    raw: dict[str, Any]
    blocks: tuple[Block, ...]
    endings: tuple[dict[str, Any], ...]
    variables: dict[str, dict[str, Any]]
    hidden: tuple[str, ...]

    @property
    def elements(self) -> dict[str, dict[str, Any]]:
        return {str(element.get("id")): element for block in self.blocks for element in block.elements}

    def block_of(self, target: str) -> int | None:
        """The place of the block that a jump goes to, named by its own id or by one of its questions'."""
        for place, block in enumerate(self.blocks):
            if target == block.id or any(str(element.get("id")) == target for element in block.elements):
                return place
        return None


def survey_of(raw: dict[str, Any]) -> Survey:
    """The survey in a JSON object; one that is wrapped in ``data`` is taken out."""
    inner = raw.get("data")
    if "questions" not in raw and "blocks" not in raw and isinstance(inner, dict):
        raw = inner
    blocks = [
        Block(
            str(block.get("id")),
            str(block.get("name") or ""),
            tuple(objects(block.get("elements"))),
            tuple(objects(block.get("logic"))) if objects(block.get("elements")) else (),
            _text(block.get("logicFallback")),
        )
        for block in objects(raw.get("blocks"))
    ] or [
        Block(
            str(question.get("id")),
            "",
            (question,),
            tuple(objects(question.get("logic"))),
            _text(question.get("logicFallback")),
        )
        for question in objects(raw.get("questions"))
    ]
    hidden = raw.get("hiddenFields")
    ids = hidden.get("fieldIds") if isinstance(hidden, dict) and hidden.get("enabled", True) else []
    return Survey(
        raw, tuple(blocks), tuple(objects(raw.get("endings"))),
        {str(each.get("id")): each for each in objects(raw.get("variables"))},
        tuple(str(each) for each in ids) if isinstance(ids, list) else (),
    )  # fmt: skip


def _text(given: Any) -> str | None:
    return str(given) if given else None


def jumps_past(block: Block, number: int, survey: Survey) -> bool:
    """Whether a block's logic may lead past the block of that number: behind it, or to an end."""
    actions = [action for logic in block.logic for action in objects(logic.get("actions"))]
    targets = [action.get("target") for action in actions if str(action.get("objective", "")).startswith("jumpTo")]
    targets += [logic.get("destination") for logic in block.logic] + [block.fallback]
    goals = [survey.block_of(str(target)) for target in targets if target]
    return any(goal is None or goal > number for goal in goals)
