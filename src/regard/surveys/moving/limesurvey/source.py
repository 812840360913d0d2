"""A LimeSurvey question on its way, and what every question has."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from regard.base.words import said
from regard.surveys.expressions import Constant, every, written
from regard.surveys.model import Choice, Question, Text, Value
from regard.surveys.moving.limesurvey.survey import Asked, Option
from regard.surveys.moving.losses import Losses
from regard.surveys.moving.moved import Carried
from regard.surveys.moving.wording import value_of_code

Made: TypeAlias = list[tuple[str, Question, Carried]]
NOT_HERE: Final = said("Regard has no such question; it is left out, and conditions over it are left out too")
ONE_EACH: Final = said("there is no grid of this kind: every row or column became a question of its own")
SPLIT: Final = said("there is no such question: it became two")
LIMITS: Final = ("min_num_value_n", "max_num_value_n")


@dataclass(frozen=True)
class Source:
    """One question of the file on its way."""

    asked: Asked
    losses: Losses
    text: Callable[[dict[str, str]], Text | None]
    name: Callable[[str], str]
    row_filter: str | None
    single_filters: dict[str, str]
    row_conditions: dict[str, str]

    @property
    def key(self) -> str:
        return self.asked.code

    def base(self, part: str = "") -> dict[str, Any]:
        mandatory = self.asked.row.get("mandatory", "N")
        if mandatory == "S" and not part:
            self.losses.changed(
                self.key, said("requested answer"), said("an answer is needed or not: nobody is asked twice")
            )
        return {
            "name": self.name(part), "title": self.text(self.asked.texts), "description": self.text(self.asked.helps),
            "is_required": mandatory == "Y",
        }  # fmt: skip

    def row_shown_if(self, code: str) -> str | None:
        """The condition of one row, where it is not a row here but a line or a question."""
        item = written(Constant(value_of_code(code)))
        whole = self.row_filter.replace("{item}", item) if self.row_filter else None
        return every([whole, self.single_filters.get(code), self.row_conditions.get(code)])

    def choices(self, options: Sequence[Option], exclusive: Sequence[str] = ()) -> list[Any]:
        return [
            Choice(
                value=value_of_code(option.code), text=self.text(option.texts), is_exclusive=option.code in exclusive,
                visible_if=every([self.single_filters.get(option.code), self.row_conditions.get(option.code)]),
            )
            for option in options
        ]  # fmt: skip


def codes_of(options: Sequence[Option]) -> dict[str, Value]:
    return {option.code: value_of_code(option.code) for option in options}


def order_of(source: Source) -> Any:
    asked = source.asked
    return (
        "random"
        if asked.attribute("random_order") in ("1", "2")
        else "asc"
        if asked.attribute("alphasort") == "1"
        else "none"
    )
