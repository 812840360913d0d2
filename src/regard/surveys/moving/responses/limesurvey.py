"""Response exports of LimeSurvey: CSV with codes or texts, and the responses inside an ``.lsa`` archive."""

from __future__ import annotations

import re
from datetime import UTC, tzinfo
from typing import Any, Final

from regard.base import Invalid
from regard.base.words import said
from regard.surveys.model import OTHER, questions_of
from regard.surveys.moving.limesurvey.places import Place, places_in
from regard.surveys.moving.limesurvey.survey import Asked, Option, Survey
from regard.surveys.moving.moved import Carried, Moved
from regard.surveys.moving.opening import ACCEPTED, REMEDY, archived, xml_of
from regard.surveys.moving.responses.model import (
    ImportedResponse,
    ImportedResponses,
    check_matched,
    instant_of,
    is_yes,
    table_of,
)
from regard.surveys.moving.wording import locale_of, number_of, plain

_SIGNS: Final = {
    "question_not_shown": "", "quote": '"', "tab": "\t", "cr": "\r", "newline": "\n", "lbrace": "{", "rbrace": "}",
}  # fmt: skip
_SPELLED: Final = re.compile(r"\{(" + "|".join(_SIGNS) + r")\}")
_BRACKETS: Final = re.compile(r"\[([^\[\]]*)\]")
_META: Final = {
    "id": "key", "response id": "key", "submitdate": "ended", "date submitted": "ended", "startdate": "started",
    "date started": "started", "startlanguage": "language", "start language": "language", "token": "token",
}  # fmt: skip
_NO: Final = ("n", "no", "0", "2", "")
"""A box that is not ticked, and "no"; an export may number yes and no as 1 and 2."""
_LEFT_OUT: Final = frozenset(
    {"lastpage", "last page", "seed", "ipaddr", "ip address", "refurl", "referrer url", "datestamp", "date last action"}
)


def limesurvey_responses(data: bytes, moved: Moved, zone: tzinfo = UTC) -> ImportedResponses:
    """The responses of an export of a survey that was moved: a CSV file, or the whole ``.lsa`` archive."""
    rows = _archived_rows(data) if data[:4] == b"PK\x03\x04" else _without_vv(table_of(data))
    if not rows:
        raise Invalid(said("the export has no rows"), field="file", remedy=REMEDY)
    return _Reader(moved, zone).read(rows[0], rows[1:])


def _archived_rows(data: bytes) -> list[list[str]]:
    found = [content for name, content in archived(data).items() if name.lower().endswith("_responses.lsr")]
    if not found:
        raise Invalid(said("the archive holds no responses (.lsr)"), field="file", remedy=ACCEPTED)
    table = xml_of(found[0]).find("responses")
    rows = (
        [{str(cell.tag).lstrip("_"): cell.text or "" for cell in row} for row in table.iter("row")]
        if table is not None
        else []
    )
    names = list(dict.fromkeys(name for row in rows for name in row))
    return [names, *([row.get(name, "") for name in names] for row in rows)]


def _without_vv(rows: list[list[str]]) -> list[list[str]]:
    """The rows of a VV export (a row of texts above that of codes, signs spelled in braces) as those of a plain one."""
    heads = [{cell.strip().casefold() for cell in row} for row in rows[:2]]
    if len(heads) < 2 or not {"id", "submitdate"} <= heads[1] or {"id", "submitdate"} <= heads[0]:
        return rows
    return [rows[1], *([_SPELLED.sub(lambda found: _SIGNS[found[1]], cell) for cell in row] for row in rows[2:])]


class _Reader:
    """The columns of one survey's exports."""

    def __init__(self, moved: Moved, zone: tzinfo):
        self.moved, self.zone = moved, zone
        self.survey: Survey = moved.source
        self.places = {name.casefold(): place for name, place in places_in(self.survey).items()}
        self.asked = {question.name: question for question in questions_of(moved.questionnaire)}
        for question in self.survey.questions:
            self._expect(question)

    def _expect(self, question: Asked) -> None:
        """Headings that are texts, and those of newer versions, which go by numbers."""
        own = self.places[question.code.casefold()]
        subs = {sub.code: sub for sub in question.subs}
        for place in list(self.places.values()):
            if place.question is question and place.kind in ("tick", "row") and place.row in subs:
                for text in question.texts.values():
                    for row in subs[place.row].texts.values():
                        self.places.setdefault(_same(f"{plain(text)} [{plain(row)}]"), place)
                self.places.setdefault(f"q{question.qid}_s{subs[place.row].id}", place)
            if place.question is question and place.kind == "other":
                self.places.setdefault(f"q{question.qid}_cother", place)

        self.places.setdefault(f"q{question.qid}", own)
        for text in question.texts.values():
            self.places.setdefault(_same(plain(text)), own)

    def place_of(self, heading: str) -> Place | None:
        """What a heading means: ``Q1``, ``Q1[SQ001]``, ``Q1_SQ001``, ``12X3X4SQ001``, ``Q1. How was it? [Speed]``."""
        plain_heading = _same(heading)
        bare = _BRACKETS.sub("", heading).strip().casefold()
        parts = [part.strip().casefold() for part in _BRACKETS.findall(heading)]
        origin = self.places.get(bare)
        if origin and origin.question.type == "1" and len(parts) == 2 and parts[1].isdigit():
            parts[1] = str(int(parts[1]) - 1)
        joined = "_".join([bare, *parts])
        found = self.places.get(joined) or self.places.get(plain_heading) or self.places.get(heading.casefold())
        return found or self.places.get(_same(re.sub(r"^\s*[\w-]+\.\s+", "", heading)))

    def read(self, names: list[str], body: list[list[str]]) -> ImportedResponses:
        unmatched, left_out, plan = [], [], []
        for place, name in enumerate(names):
            lowered = name.strip().casefold()
            found = None if lowered in _META else self.place_of(name)
            if found and self._key(found) in self.moved.carried:
                plan.append((place, found, name))
            elif lowered in _LEFT_OUT or (found and found.question.type in "X*"):
                left_out.append(name)
            elif lowered not in _META and lowered:
                unmatched.append(name)
        check_matched(plan)
        responses = [self._response(row, names, plan, number) for number, row in enumerate(body, 1)]
        return ImportedResponses(responses, unmatched, left_out)

    def _response(
        self, row: list[str], names: list[str], plan: list[tuple[int, Place, str]], number: int
    ) -> ImportedResponse:
        cells = {name.strip().casefold(): cell for name, cell in zip(names, row, strict=False)}
        meta = {_META[name]: cell.strip() for name, cell in cells.items() if name in _META}
        made = ImportedResponse(meta.get("key") or str(number))
        ended = meta.get("ended", "")
        made.is_complete = bool(ended) and ended not in ("N", "0")
        made.completed_at = instant_of(ended, self.zone)
        made.started_at = instant_of(meta.get("started", ""), self.zone)
        made.language = locale_of(meta["language"]) if meta.get("language") else ""
        made.person = {"token": meta["token"]} if meta.get("token") else {}
        ranks: dict[str, dict[int, Any]] = {}
        for place, found, name in plan:
            cell = row[place].strip() if place < len(row) else ""
            if cell and cell != "N/A" and not self._put(made, found, cell, ranks):
                made.problems.append(said("{column}: {value} is none of the choices", column=name, value=cell[:80]))
        for key, given in ranks.items():
            made.answers[key] = [given[rank] for rank in sorted(given)]
        return made

    def _key(self, place: Place) -> str:
        code = place.question.code
        if place.kind in ("comment", "beside"):
            return f"{code}_comment"
        if place.kind == "cell" and place.question.type == "1":
            return f"{code}#{place.column}"
        return f"{code}_{place.row}" if place.kind == "cell" and f"{code}_{place.row}" in self.moved.carried else code

    # --- values -------------------------------------------------------------------------------------------------------

    def _put(self, made: ImportedResponse, place: Place, cell: str, ranks: dict[str, dict[int, Any]]) -> bool:
        carried = self.moved.carried[self._key(place)]
        name, answers = carried.name, made.answers
        if place.kind == "tick":
            if is_yes(cell) or cell.casefold() in _texts_of(place.question.rows(), place.row):
                answers.setdefault(name, []).append(carried.choices[place.row])
            return is_yes(cell) or cell.casefold() in _NO or name in answers
        if place.kind == "other":
            answers[f"{name}-Comment"] = cell
            if isinstance(answers.get(name), list) or place.question.type in "MP":
                answers.setdefault(name, []).append(OTHER)
            else:
                answers[name] = OTHER
            return True
        if place.kind == "rank":
            value = _decoded(cell, place.question.answers, carried)
            if value is not None:
                ranks.setdefault(name, {})[int(place.row)] = value
            return value is not None
        return self._put_value(answers, place, cell, carried)

    def _put_value(self, answers: dict[str, Any], place: Place, cell: str, carried: Carried) -> bool:
        value = self._value(place, cell, carried)
        if value is None:
            return False
        if place.kind in ("row", "beside") or (place.kind == "cell" and place.question.type == "1"):
            answers.setdefault(carried.name, {})[str(carried.rows.get(place.row, place.row))] = value
        elif place.kind == "cell" and carried.choices:
            if cell != "0":
                answers.setdefault(carried.name, {}).setdefault(str(carried.rows[place.row]), []).append(
                    carried.choices[place.column]
                )
        elif place.kind == "cell":
            answers.setdefault(carried.name, {})[str(carried.rows.get(place.column, place.column))] = value
        else:
            answers[carried.name] = value
        return True

    def _value(self, place: Place, cell: str, carried: Carried) -> Any:
        question = place.question
        if place.kind == "cell" and question.type in ";:":
            return cell if not carried.numeric else number_of(cell)
        if question.type == "R" or not carried.choices:
            is_file = question.type == "|"
            return None if is_file else cell if not carried.numeric else number_of(cell)
        if question.type == "Y":
            return False if cell.casefold() in _NO else True if is_yes(cell) else None
        if cell.casefold() in ("-oth-", "other") and "-oth-" in carried.choices:
            return OTHER
        answers = [each for each in question.answers if question.type != "1" or str(each.scale) == place.column]
        return _decoded(cell, answers, carried)


def _same(text: str) -> str:
    return " ".join(text.casefold().split())


def _texts_of(options: list[Option], code: str) -> set[str]:
    return {plain(text).casefold() for option in options if option.code == code for text in option.texts.values()}


def _decoded(cell: str, options: list[Option], carried: Carried) -> Any:
    """The value of the choice that a cell names, by its code or its text; None when it names none."""
    if cell in carried.choices:
        return carried.choices[cell]
    number = number_of(cell)
    if number is not None and str(number) in carried.choices:
        return carried.choices[str(number)]
    for option in options:
        if _same(cell) in {_same(plain(text)) for text in option.texts.values()}:
            return carried.choices.get(option.code)
    words = {
        "yes": "Y",
        "no": "N",
        "uncertain": "U",
        "increase": "I",
        "same": "S",
        "decrease": "D",
        "female": "F",
        "male": "M",
    }
    return carried.choices.get(words.get(cell.casefold(), ""))
