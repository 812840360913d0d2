"""Qualtrics' piped text as ours: ``${q://QID1/ChoiceGroup/SelectedChoices}`` becomes ``{favourite}``."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from regard.base.words import said
from regard.surveys.moving.losses import Losses
from regard.surveys.moving.qualtrics.conditions import Known, text_place
from regard.surveys.moving.qualtrics.raw import located
from regard.surveys.moving.qualtrics.survey import Survey
from regard.surveys.moving.wording import mapping, plain

_PIPE: Final = re.compile(r"\$\{([a-z]+)://([^}]*)\}")
_MATHS: Final = re.compile(r"\$e\{[^{}]*\}?")
NOT_PIPED: Final = said("this piped text has no place here; the text says nothing instead")


class Pipes:
    """Piped text of one survey."""

    def __init__(self, survey: Survey, known: Known, names: dict[str, str], losses: Losses):
        self.survey, self.known, self.names, self.losses = survey, known, names, losses
        self.kinds: dict[str, Callable[[str], str | None]] = {
            "q": self._question, "e": self._field, "m": self._person, "loc": self._person, "lm": self._nothing,
        }  # fmt: skip

    def put(self, text: str, place: str, language: str = "") -> str:
        """The text with our names in the place of pipes. Braces that are no pipes stay."""
        if "${" not in text and "$e{" not in text:
            return text
        if _MATHS.search(text):
            self.losses.lost(place, said("calculation in a text"), NOT_PIPED)
            text = _MATHS.sub("", text)

        def replaced(found: re.Match[str]) -> str:
            if found[1] == "lm" and self.known.turn and (told := self.known.turn.text(found[2], language)) is not None:
                return "" if "lm://" in told else self.put(plain(told), place, language)
            made = self.kinds.get(found[1], self._nothing)(found[2])
            if made is None:
                self.losses.lost(place, said("piped text {pipe}", pipe=found[0]), NOT_PIPED)
            elif place and self._is_number_of_choice(found[0][2:-1]):
                why = said("the words of the answer are said, not its number")
                self.losses.changed(place, said("piped text {pipe}", pipe=found[0]), why)
            return made or ""

        return _PIPE.sub(replaced, text)

    def _question(self, path: str) -> str | None:
        found = located(f"q://{path}")
        if not found:
            return None
        question, what, first, _ = found
        raw = self.survey.questions.get(question.partition("_")[2] if question in self.known.turned else question)
        if raw is None:
            return None
        if what == "QuestionText":
            return plain(raw.get("QuestionText"))
        if what in ("ChoiceDescription", "AnswerDescription"):
            which = "Choices" if what == "ChoiceDescription" else "Answers"
            return plain(mapping(mapping(raw.get(which)).get(first)).get("Display"))
        if what not in _ANSWERED or not self.known.keys(question):
            return None
        key, is_here = self.known.keys(question)[-1], question in self.known.inside or question in self.known.turned
        if len(self.known.keys(question)) > 1 and not is_here:
            why = said("the last one is said, also where only an earlier one was given")
            self.losses.changed(question, said("piped answer of a question that is asked more than once"), why)
        if first.isdigit() and key in self.known.questions:
            return f"{{{text_place(self.known.questions[key], self.known.carried[key], first)}}}"
        return f"{{{self.names.get(key, question)}}}"

    def _is_number_of_choice(self, path: str) -> bool:
        question, what, _, _ = located(path) or ("", "", "", "")
        return what in ("ChoiceValue", "SelectedChoicesRecode") and bool(
            mapping(self.survey.questions.get(question)).get("Choices")
        )

    def _field(self, path: str) -> str:
        name = path.removeprefix("Field/").partition("?")[0]
        return f"{{{self.known.trait(name).name}}}"

    def _person(self, path: str) -> str:
        return f"{{{self.known.trait(path.partition('?')[0]).name}}}"

    def _nothing(self, _: str) -> None:
        return None


_ANSWERED: Final = (
    "ChoiceGroup", "ChoiceTextEntryValue", "ChoiceNumericEntryValue", "SelectedChoicesTextEntry", "SelectedAnswers",
    "ChoiceValue", "SelectedChoicesRecode", "TotalSum",
)  # fmt: skip
