"""A Qualtrics question as somebody is asked it: what it offers and says, and what may be answered."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Final

from regard.surveys.evaluating import as_text
from regard.surveys.moving.qualtrics.ends import redirect_in
from regard.surveys.moving.qualtrics.filled import there
from regard.surveys.moving.qualtrics.raw import is_text_choice, located, ordered
from regard.surveys.moving.qualtrics.survey import Survey, nodes_in
from regard.surveys.moving.walking.qualtrics_conditions import State, comparisons_in, holds, left_of
from regard.surveys.moving.walking.walked import NOTHING, Look
from regard.surveys.moving.wording import count_of, mapping, number_of, plain

PIPE: Final = re.compile(r"\$\{([a-z]+)://([^}]*)\}")
_SUBSETS: Final = ("subset", "randomwithonlyx")


class Questions:
    """The questions of one file."""

    def __init__(self, survey: Survey):
        self.survey = survey
        self.conditions = list(comparisons_in(survey))
        texts = [str(raw.get("QuestionText") or "") for raw in survey.questions.values()]
        pipes = [found for text in texts for found in PIPE.findall(text)]
        options = [survey.options, *(mapping(node.raw.get("Options")) for node in nodes_in(survey.flow))]
        ends = [found for each in options for found in PIPE.findall(redirect_in(each))]
        self.matters = {found[0] for raw in self.conditions if (found := located(left_of(raw)))}
        self.matters |= {found[0] for kind, path in pipes if kind == "q" and (found := located(f"q://{path}"))}
        self.matters |= {key.partition("_")[2] for key in self.matters if key in survey.turns}
        self.matters |= _carried_from(survey)
        self.said_of_persons = {
            path.removeprefix("Field/").partition("?")[0] for kind, path in [*pipes, *ends] if kind in ("e", "m")
        }

    # --- how it is put ------------------------------------------------------------------------------------------------

    def look(self, key: str, state: State) -> Look:
        raw = self.survey.questions[key]
        settings = mapping(mapping(raw.get("Validation")).get("Settings"))
        is_required = settings.get("ForceResponse") == "ON" and settings.get("ForceResponseType") != "RequestResponse"
        is_listed = raw.get("QuestionType") in ("MC", "RO") or (
            raw.get("QuestionType") == "Matrix" and raw.get("Selector") not in ("TE", "CS")
        )
        offered, columns = self.offered(key, state), None
        given = there(raw)
        look = Look(is_required=is_required, text=self._said(raw, state), filled=_filled(raw, given, offered))
        if not is_listed or raw.get("Selector") == "NPS":
            return replace(look, is_required=None, filled=None) if raw.get("QuestionType") == "DB" else look
        if raw.get("QuestionType") == "Matrix":
            columns = tuple(self._listed(raw, "Answers", state))
        is_random, take = _order(raw)
        return replace(look, offered=tuple(offered), is_random=is_random, take=take, columns=columns)

    def offered(self, key: str, state: State) -> list[str]:
        """The codes of the choices, or rows, that may be shown."""
        raw, found = self.survey.questions[key], list[str]()
        dynamic = located(mapping(raw.get("DynamicChoices")).get("Locator"))
        if dynamic:
            given = state.answer(dynamic[0])
            chosen = list(given) if isinstance(given, list | dict) else [given] if given is not None else []
            origin = self._codes(dynamic[0])
            is_chosen = not dynamic[2].startswith(("Unselected", "NotSelected"))
            every_one = not dynamic[2].startswith(("Selected", "Unselected", "NotSelected"))
            found = [f"x{code}" for code in origin if every_one or (code in chosen) is is_chosen]
        never = _never(raw)
        return [*found, *(code for code in self._listed(raw, "Choices", state) if code not in never)]

    def _codes(self, key: str, depth: int = 10) -> list[str]:
        """The codes of a question's choices, those that are carried forward into it first."""
        raw = self.survey.questions.get(key, {})
        dynamic = located(mapping(raw.get("DynamicChoices")).get("Locator"))
        carried = self._codes(dynamic[0], depth - 1) if dynamic and depth else []
        return [*(f"x{code}" for code in carried), *ordered(raw, "Choices")]

    def _listed(self, raw: dict[str, Any], what: str, state: State) -> list[str]:
        """The codes of those choices, or columns, whose display logic holds."""
        logic = {code: mapping(each).get("DisplayLogic") for code, each in mapping(raw.get(what)).items()}
        return [code for code in ordered(raw, what) if not logic[code] or holds(logic[code], self.survey, state)]

    def _said(self, raw: dict[str, Any], state: State) -> str | None:
        """The text with what is put into it; None where nothing is, or where it is unknown what would be said."""
        text = str(raw.get("QuestionText") or "")
        pipes = PIPE.findall(text)
        if not pipes or any(self._is_unknown(*pipe) for pipe in pipes):
            return None
        return " ".join(plain(PIPE.sub(lambda found: self.told(found[1], found[2], state), text)).split())

    def _is_unknown(self, kind: str, path: str) -> bool:
        found = located(f"q://{path}") if kind == "q" else None
        raw = self.survey.questions.get(found[0], {}) if found else {}
        is_other = any(map(is_text_choice, mapping(raw.get("Choices")).values()))
        return kind not in ("q", "e", "m", "lm") or (
            kind == "q" and (raw.get("QuestionType") not in ("MC", "TE") or is_other)
        )

    def told(self, kind: str, path: str, state: State) -> str:
        """What a pipe says."""
        if kind == "lm":
            told = state.turn.text(path, "") if state.turn else ""
            return (
                PIPE.sub(lambda found: self.told(found[1], found[2], state), told or "")
                if "lm://" not in (told or "")
                else ""
            )
        if kind != "q":
            return _spelled(state.field(path.removeprefix("Field/").partition("?")[0]))
        key, what, first, _ = located(f"q://{path}") or ("", "", "", "")
        raw, given = self.survey.questions.get(key, {}), state.answer(key)
        if what == "QuestionText":
            return plain(raw.get("QuestionText"))
        if what == "ChoiceDescription":
            return _label(raw, first)
        if what in ("SelectedChoicesRecode", "ChoiceValue"):
            recodes = mapping(raw.get("RecodeValues"))
            return ", ".join(str(recodes.get(str(code), code)) for code in _listed(given))
        if raw.get("QuestionType") == "MC":
            return ", ".join(self._label(raw, str(code)) for code in _listed(given))
        return _spelled(state.text(key, first))

    def _label(self, raw: dict[str, Any], code: str) -> str:
        """The words of a choice; one that was carried forward has those of where it comes from."""
        origin = located(mapping(raw.get("DynamicChoices")).get("Locator"))
        if code.startswith("x") and origin:
            return self._label(self.survey.questions.get(origin[0], {}), code[1:])
        return _label(raw, code)

    # --- what may be answered -----------------------------------------------------------------------------------------

    def answer(self, key: str, state: State) -> Any:
        """An answer, among those that conditions tell apart; none where nothing asks for it."""
        if key not in self.matters:
            return None
        raw, possible = self.survey.questions[key], self.offered(key, state)
        kind = str(raw.get("QuestionType"))
        if kind == "MC" and possible:
            if str(raw.get("Selector")).startswith("MA") or raw.get("Selector") == "MSB":
                return [code for code in possible if state.choose([False, True])] or None
            return state.choose([*possible, None])
        if kind == "Matrix":
            return _grid(raw, possible, state)
        if kind == "Slider" and raw.get("Selector") == "STAR":
            return state.choose([1, 2, 3, 4, 5, None])
        return self._written(key, raw, state) if kind in ("TE", "Slider", "CS") else None

    def _written(self, key: str, raw: dict[str, Any], state: State) -> Any:
        """A text or a number that some condition compares with, or one that none does."""
        lines, name, found = ordered(raw, "Choices"), state.here(key), {}
        is_one = not lines or (len(lines) == 1 and raw.get("QuestionType") == "Slider")
        for line in [""] if is_one else lines:
            given = state.choose(self._texts(key))
            if given is not None:
                found[line] = state.texts[name, line] = given
        if is_one and "" in found:
            state.texts |= {(name, line): found[""] for line in lines}
        return found.get("") if is_one else found or None

    def _texts(self, key: str) -> list[Any]:
        found: dict[Any, None] = {}
        for raw in self.conditions:
            place = located(left_of(raw))
            value = raw.get("RightOperand", raw.get("Value"))
            if place and place[0] == key and value is not None and "${" not in str(value):
                number = number_of(value)
                found |= dict.fromkeys([number - 1, number, number + 1] if number is not None else [str(value)])
        return [*found, *([] if found else ["something"]), None]


def _filled(raw: dict[str, Any], given: Any, offered: list[str]) -> Any:
    """What is filled in, as far as it is offered; None where that is not compared."""
    if given is None:
        return NOTHING
    codes = list(given) if isinstance(given, list | dict) else [given]
    is_coded = raw.get("QuestionType") in ("MC", "Matrix") and raw.get("Selector") not in ("TE", "CS")
    is_unknown = "${" in str(given) or (is_coded and any(code not in offered for code in codes))
    return None if is_unknown or raw.get("QuestionType") in ("RO", "PGR", "SBS") else given


def _carried_from(survey: Survey) -> set[str]:
    found = (located(mapping(raw.get("DynamicChoices")).get("Locator")) for raw in survey.questions.values())
    return {each[0] for each in found if each}


def _order(raw: dict[str, Any]) -> tuple[bool, int | None]:
    """Whether choices stand in random order, and how many of them are shown, where that is not all."""
    order = mapping(raw.get("Randomization"))
    kind, advanced = str(order.get("Type") or "None").lower(), mapping(order.get("Advanced"))
    if kind in _SUBSETS:
        return True, _fewer(count_of(order.get("TotalRandSubset")), len(ordered(raw, "Choices")))
    if kind == "advanced":
        slots = [str(slot) for slot in advanced.get("FixedOrder") or ()]
        fixed = [slot for slot in slots if slot in mapping(raw.get("Choices"))]
        pool = len(ordered(raw, "Choices")) - len(fixed) - len(_never(raw))
        return True, _fewer(count_of(advanced.get("TotalRandSubset")) or (len(slots) - len(fixed)) or None, pool)
    return kind == "all", None


def _fewer(count: int | None, of: int) -> int | None:
    return count if count and count < of else None


def _never(raw: dict[str, Any]) -> set[str]:
    advanced = mapping(mapping(raw.get("Randomization")).get("Advanced"))
    gone = advanced.get("Undisplayed")
    is_advanced = mapping(raw.get("Randomization")).get("Type") == "Advanced"
    return {str(code) for code in gone} if is_advanced and isinstance(gone, list) else set()


def _grid(raw: dict[str, Any], rows: list[str], state: State) -> dict[str, Any] | None:
    columns, is_many = ordered(raw, "Answers"), str(raw.get("SubSelector")) in ("MultipleAnswer", "DND")
    if not columns or str(raw.get("Selector")) in ("TE", "CS"):
        return None
    found = {}
    for row in rows:
        given = state.choose([*columns, None])
        if given is not None:
            found[row] = [given] if is_many else given
    return found or None


def _label(raw: dict[str, Any], code: str) -> str:
    return plain(mapping(mapping(raw.get("Choices")).get(code)).get("Display"))


def _listed(given: Any) -> list[Any]:
    return given if isinstance(given, list) else [] if given is None else [given]


def _spelled(value: Any) -> str:
    return "" if value is None else as_text(value)
