"""A Qualtrics question on its way, and what every question has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from regard.base.words import said
from regard.surveys.model import Question, Text, Value
from regard.surveys.moving.losses import Losses
from regard.surveys.moving.moved import Carried
from regard.surveys.moving.qualtrics.raw import ordered
from regard.surveys.moving.wording import mapping, value_of_code

Made: TypeAlias = list[tuple[str, Question, Carried]]
"""Questions of ours with their source's keys; none, when the question cannot be asked here."""
NOT_HERE: Final = said("Regard has no such question; it is left out, and conditions over it are left out too")
BESIDE: Final = said("a text beside a choice can only be written beside the last one, as 'other'")
ONE_EACH: Final = said("there is no grid of this kind: every row or column became a question of its own")
LOOKS: Final = said("it is asked with another look; answers are the same")


@dataclass(frozen=True)
class Source:
    """One question of the file on its way: ``text`` makes texts of ours out of what stands at a path."""

    key: str
    raw: dict[str, Any]
    losses: Losses
    text: Callable[[dict[str, Any], tuple[str, ...]], Text | None]
    name: Callable[[str], str]
    """A name for a part of the question; ``""`` for the whole."""

    @property
    def kind(self) -> str:
        return str(self.raw.get("QuestionType") or "")

    @property
    def selector(self) -> str:
        return str(self.raw.get("Selector") or "")

    @property
    def settings(self) -> dict[str, Any]:
        return mapping(mapping(self.raw.get("Validation")).get("Settings"))

    def choices(self, what: str = "Choices") -> dict[str, dict[str, Any]]:
        found = mapping(self.raw.get(what))
        return {key: mapping(found[key]) for key in ordered(self.raw, what)}

    def lost(self, what: str, why: str) -> None:
        self.losses.lost(self.key, what, why)

    def changed(self, what: str, why: str) -> None:
        self.losses.changed(self.key, what, why)


def base_of(source: Source) -> dict[str, Any]:
    """What every question has: its name, its text, whether an answer is needed."""
    forced, kind = source.settings.get("ForceResponse"), source.settings.get("ForceResponseType")
    if "RequestResponse" in (forced, kind) and forced not in (None, "OFF"):
        source.changed(said("requested answer"), said("an answer is needed or not: nobody is asked twice"))
    is_forced = forced == "ON" and kind != "RequestResponse"
    return {"name": source.name(""), "title": source.text(source.raw, ("QuestionText",)), "is_required": is_forced}


def values_of(source: Source, what: str = "Choices") -> dict[str, Value]:
    """The value of each choice: its recode, where these tell all choices apart, else its id."""
    choices = source.choices(what)
    recodes = mapping(source.raw.get("RecodeValues"))
    coded = {key: str(recodes.get(key, key)) for key in choices}
    usable = len(set(coded.values())) == len(coded) and (what == "Answers" or source.kind != "Matrix")
    if recodes and not usable and (what == "Answers" or source.kind != "Matrix"):
        source.changed(
            said("recoded values"), said("two choices have the same code: the choices' own numbers are kept")
        )
    return {key: value_of_code(code if usable else key) for key, code in coded.items()}
