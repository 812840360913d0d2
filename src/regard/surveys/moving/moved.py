"""What comes out of reading a survey of another tool."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from regard.surveys.model import Questionnaire, Value
from regard.surveys.moving.losses import Loss

Format: TypeAlias = Literal["qualtrics", "limesurvey", "surveyjs", "formbricks"]


@dataclass(frozen=True, slots=True)
class Carried:
    """Where a question of the source stands in ours, and what its choices and rows are called here."""

    name: str
    choices: Mapping[str, Value] = field(default_factory=dict)
    rows: Mapping[str, Value] = field(default_factory=dict)
    numeric: bool = False

    def answer(self, given: Any) -> Any:
        """An answer in the source's terms as one in ours.

        >>> Carried("q", {"1": "yes"}, {"4": "food"}).answer({"4": ["1"]})
        {'food': ['yes']}
        """
        if isinstance(given, Mapping):
            return {str(self.rows.get(str(row), row)): self.answer(inner) for row, inner in given.items()}
        if isinstance(given, list):
            return [self.answer(each) for each in given]
        return self.choices.get(str(given), given)


@dataclass(frozen=True, slots=True)
class Moved:
    """A survey of another tool as a questionnaire of ours, and what it cost."""

    format: Format
    questionnaire: Questionnaire
    losses: list[Loss]
    notes: list[str]
    carried: Mapping[str, Carried]
    """By the source's own key of a question."""
    source: Any
    """The survey as its own tool structures it: what :mod:`regard.surveys.moving.equivalence` walks."""
    traits: Mapping[str, str] = field(default_factory=dict)
    """What the source knows of a person (embedded data, participant attributes): our trait by its name."""
    pages: Mapping[str, list[str]] = field(default_factory=dict)
    """By the source's key of what it puts in random order: the names of our pages."""
