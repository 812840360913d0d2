"""A LimeSurvey survey, gone through as LimeSurvey does: group after group, every question whose relevance holds."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

from regard.base import Invalid
from regard.surveys.moving.limesurvey.filled import there
from regard.surveys.moving.limesurvey.manager import (
    Literal,
    Operation,
    Variable,
    parts_of,
    read,
    variables_in,
)
from regard.surveys.moving.limesurvey.old_conditions import relevance_of
from regard.surveys.moving.limesurvey.places import ARRAYS, Place, members
from regard.surveys.moving.limesurvey.survey import MULTIPLE, Asked, Group, Survey
from regard.surveys.moving.walking.limesurvey_values import (
    EMBEDDED,
    Expressions,
    IrrelevantError,
    State,
    UntoldError,
    equation_of,
    na_ok,
    read_or_none,
    spelled,
)
from regard.surveys.moving.walking.walked import NOTHING, Choose, Look, Walked, drawn
from regard.surveys.moving.wording import number_of, plain


class LimeSurvey(Expressions):
    """One structure file."""

    tells_texts = True

    def __init__(self, survey: Survey, asked: frozenset[str]):
        super().__init__(survey)
        self.asked = asked
        self.nodes = [node for node in map(read_or_none, self._expressions()) if node]
        used = [variable for node in self.nodes for variable in variables_in(node)]
        self.used = {place for each in used for place in members(self.places, each.name, None)}
        self.matters = {place.question.code for place in self.used}
        self.matters |= {
            code.strip()
            for question in survey.questions
            for name in ("array_filter", "array_filter_exclude")
            for code in question.attribute(name).split(";")
        }
        self.tokens = sorted({each.name for each in used if each.name.startswith("TOKEN:")})

    def _expressions(self) -> list[str]:
        found = [group.relevance for group in self.survey.groups]
        for question in self.survey.questions:
            found += [
                question.relevance or relevance_of(question, self.survey),
                *(sub.relevance for sub in question.subs),
            ]
            if question.type == "*":
                found.append(equation_of(question))
            found += [plain(each) for text in question.texts.values() for each in EMBEDDED.findall(text)]
        return [text for text in found if text and text != "1"]

    def walk(self, choose: Choose) -> Walked:
        state = State(choose)
        for token in self.tokens:
            state.walked.traits[token] = choose([*self._compared(token), None])
        for group in self._ordered(state):
            if self.holds(group.relevance, state, None):
                self._group(group, state)
        return state.walked

    def _ordered(self, state: State) -> list[Group]:
        """Groups of one randomization group stand together, from the place of the first, in random order."""
        order = list(self.survey.groups)
        for name in dict.fromkeys(group.random for group in order if group.random):
            mine = [group for group in order if group.random == name]
            taken = drawn(mine, len(mine), state.choose) if len(mine) > 1 else mine
            place = order.index(mine[0])
            rest = [group for group in order if group.random != name]
            before = len([group for group in order[:place] if group.random != name])
            order = [*rest[:before], *taken, *rest[before:]]
            state.walked.orders.append((name, [group.gid for group in mine], [group.gid for group in taken]))
        return order

    def _group(self, group: Group, state: State) -> None:
        found: list[list[Asked]] = []
        for question in group.questions:
            name = question.attribute("random_group")
            if found and name and found[-1][-1].attribute("random_group") == name:
                found[-1].append(question)
            else:
                found.append([question])
        for part in found:
            taken = drawn(part, len(part), state.choose) if len(part) > 1 else part
            if len(part) > 1:
                name = f"{part[0].attribute('random_group')}@{group.gid}"
                state.walked.orders.append((name, [one.code for one in part], [one.code for one in taken]))
            for question in taken:
                self._question(question, state)

    def _question(self, question: Asked, state: State) -> None:
        if not self.holds(question.relevance or relevance_of(question, self.survey), state, question):
            return
        if question.type == "*":
            state.relevant.add(question.code)
            state.values[self.places[question.code]] = self.equated(question, state)
            return
        if question.attribute("hidden") == "1" or question.type == "I":
            return
        shown = [sub.code for sub in question.rows() if self._is_shown(question, sub.code, sub.relevance, state)]
        if question.rows() and not shown:
            return
        if (
            question.type in "L!OR"
            and question.answers
            and not any(self._is_shown(question, each.code, "", state) for each in question.answers)
        ):
            return
        state.relevant.add(question.code)
        state.walked.shown += self._keys(question, shown)
        if question.code in self.asked:
            state.walked.looks[question.code] = self._look(question, shown, state)
        if question.code in self.matters and self._keys(question, shown):
            self._answer(question, shown, state)

    def _look(self, question: Asked, rows: list[str], state: State) -> Look:
        """What a question offers, and whether it must be answered."""
        is_required = None if question.type in "X*" else question.row.get("mandatory") == "Y"
        is_random = question.attribute("random_order") in ("1", "2")
        offered: list[str] | None = None
        if question.type in "L!OR" and (question.answers or question.type != "R"):
            offered = [each.code for each in question.answers if self._is_shown(question, each.code, "", state)]
            offered += ["-oth-"] if question.row.get("other") == "Y" and question.type != "R" else []
        elif question.type in "MP":
            offered = [*rows, *(["other"] if question.row.get("other") == "Y" else [])]
        elif question.type in ARRAYS or question.type in "QK":
            offered = rows
        given = there(question, self.own) or NOTHING
        is_told = not EMBEDDED.search(str(given)) and not _is_part(given, offered)
        look = Look(is_required=is_required, text=self._said(question, state), filled=given if is_told else None)
        if question.type in "X|" or offered is None or question.attribute("alphasort") == "1":
            return replace(look, filled=None) if question.type in "X|" else look
        return replace(look, offered=tuple(offered), is_random=is_random and question.type not in "QK")

    def _said(self, question: Asked, state: State) -> str | None:
        """The question's text with values put in; None where nothing is, or where it is not known here what."""
        text = question.texts.get(self.own) or ""
        if "{" not in text or not EMBEDDED.search(text):
            return None
        try:
            put = EMBEDDED.sub(lambda found: self._put(plain(found[1]), state), text)
        except (UntoldError, IrrelevantError, Invalid):
            return None
        return " ".join(plain(put).split())

    def _put(self, expression: str, state: State) -> str:
        node = read(expression)
        if isinstance(node, Variable) and node.name not in self.places and not node.name.startswith("TOKEN:"):
            raise UntoldError
        return spelled(self.value_of(na_ok(node), state, None))

    def _keys(self, question: Asked, rows: list[str]) -> list[str]:
        endings = ("", "#0", "#1", "_comment", *(f"_{code}" for code in rows))
        return [key for ending in endings if (key := question.code + ending) in self.asked]

    def _is_shown(self, question: Asked, code: str, relevance: str, state: State) -> bool:
        for name, wanted in (("array_filter", True), ("array_filter_exclude", False)):
            for filter_name in filter(None, (part.strip() for part in question.attribute(name).split(";"))):
                is_chosen = self._is_chosen(filter_name, code, state)
                if is_chosen is not None and is_chosen is not wanted:
                    return False
        return self.holds(relevance, state, question)

    def _is_chosen(self, name: str, code: str, state: State) -> bool | None:
        """Whether a row was chosen in the filtering question; None when that has no such row."""
        origin = self.places.get(name)
        if origin is None:
            return None
        if origin.question.type in "L!O":
            known = code in [answer.code for answer in origin.question.answers]
            return state.values.get(origin) == code if known else None
        place = self.places.get(f"{name}_{code}")
        return bool(state.values.get(place)) if place else None

    # --- answering ----------------------------------------------------------------------------------------------------

    def _answer(self, question: Asked, rows: list[str], state: State) -> None:
        kind, choose = question.type, state.choose
        if kind in MULTIPLE:
            ticked = [code for code in rows if choose([False, True])]
            for code in ticked:
                state.values[self._part(question, code)] = "Y"
            more = self._beside(question, ticked, state)
            state.walked.answers[question.code] = [*ticked, *more] or None
        elif kind in "ABCEFH":
            columns = _columns(question)
            given = {code: choose([*columns, None]) for code in rows}
            self._keep(question, {code: value for code, value in given.items() if value is not None}, state)
        elif kind in "QK":
            given = {
                sub.code: choose(
                    [*self._compared(f"{question.code}_{sub.code}"), "something" if kind == "Q" else 7, None]
                )
                for sub in question.rows()
            }
            self._keep(question, {code: value for code, value in given.items() if value is not None}, state)
        elif kind in ";:1":
            self._cells(question, rows, state)
        elif kind not in "R|X":
            self._single(question, state)

    def _beside(self, question: Asked, ticked: list[str], state: State) -> list[str]:
        """What is written beside the boxes, where a condition asks for it: as 'other', and as a comment on each."""

        def written(name: str) -> str:
            place = self.places.get(name)
            if place is None or place not in self.used or not state.choose([False, True]):
                return ""
            state.values[place] = "something else"
            return "something else"

        comments = {code: said for code in ticked if (said := written(f"{question.code}_{code}comment"))}
        # Where no answer of one's own is offered, "other" is a row like any.
        other = written(f"{question.code}_other") if question.row.get("other") == "Y" else ""
        if other:
            state.walked.answers[f"{question.code}-Comment"] = other
        if comments:
            state.walked.answers[f"{question.code}_comment"] = comments
        return ["other"] if other else []

    def _cells(self, question: Asked, rows: list[str], state: State) -> None:
        """A grid of numbers, texts or boxes, and an array of two scales."""
        is_ticked = question.type == ":" and question.attribute("multiflexible_checkbox") == "1"
        columns = ["0", "1"] if question.type == "1" else [column.code for column in question.rows(1)]
        kept: dict[str, dict[str, Any]] = {}
        for row, column in product(rows, columns):
            name, place = f"{question.code}_{row}_{column}", self.places[f"{question.code}_{row}_{column}"]
            if place not in self.used:
                continue
            given = state.choose([*self._cell_values(question, name, column, is_ticked), None])
            if given is None:
                continue
            state.values[place] = str(given)
            if is_ticked:
                kept.setdefault(question.code, {}).setdefault(row, []).append(column)
            elif question.type == "1":
                kept.setdefault(f"{question.code}#{column}", {})[row] = given
            else:
                kept.setdefault(f"{question.code}_{row}", {})[column] = given
        state.walked.answers |= kept

    def _cell_values(self, question: Asked, name: str, column: str, is_ticked: bool) -> list[Any]:
        if question.type == "1":
            return [answer.code for answer in question.answers if answer.scale == int(column)]
        if is_ticked:
            return ["1"]
        return self._compared(name) or [7 if question.type == ":" else "something"]

    def _part(self, question: Asked, code: str) -> Place:
        """A row's own variable; the whole question's for a row without a code."""
        return self.places.get(f"{question.code}_{code}") or self.places[question.code]

    def _keep(self, question: Asked, given: dict[str, Any], state: State) -> None:
        for code, value in given.items():
            state.values[self._part(question, code)] = str(value)
        state.walked.answers[question.code] = given or None

    def _single(self, question: Asked, state: State) -> None:
        codes = {"Y": ["Y", "N"], "G": ["F", "M"], "5": ["1", "2", "3", "4", "5"]}.get(question.type)
        if codes is None and question.type in "L!O":
            codes = [each.code for each in question.answers if self._is_shown(question, each.code, "", state)]
            codes += ["-oth-"] if question.row.get("other") == "Y" else []
        possible: list[Any] = (
            codes
            if codes is not None
            else self._compared(question.code) or [7 if question.type == "N" else "something"]
        )
        given = state.choose([*possible, None])
        if given is None:
            return
        state.values[self.places[question.code]] = str(given)
        state.walked.answers[question.code] = given
        if given == "-oth-":
            state.values[self.places[f"{question.code}_other"]] = "something else"
            state.walked.answers[f"{question.code}-Comment"] = "something else"

    def _compared(self, name: str) -> list[Any]:
        """Values that tell apart the comparisons with a variable."""
        place, found = self.places.get(name), dict[Any, None]()
        for node in self.nodes:
            for part in parts_of(node):
                if isinstance(part, Operation) and isinstance(part.left, Variable) and isinstance(part.right, Literal):
                    same = part.left.name == name or (place is not None and self.places.get(part.left.name) is place)
                    number = number_of(part.right.value)
                    if same and part.right.value != "":
                        found |= dict.fromkeys(
                            [number - 1, number, number + 1] if number is not None else [part.right.value]
                        )
        return list(found)


def _is_part(given: Any, offered: list[str] | None) -> bool:
    """Whether something that is filled in is not offered this time."""
    codes = list(given) if isinstance(given, list | dict) else [given] if given != NOTHING else []
    return offered is not None and any(code not in offered for code in codes)


def _columns(question: Asked) -> list[str]:
    fixed = {"A": range(1, 6), "B": range(1, 11), "C": "YUN", "E": "ISD"}.get(question.type)
    return [str(each) for each in fixed] if fixed else [answer.code for answer in question.answers]
