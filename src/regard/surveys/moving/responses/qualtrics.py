"""Response exports of Qualtrics: CSV with one, two or three rows of headings, numbers or texts of choices."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Any, Final, TypeAlias

from regard.base import Invalid
from regard.base.words import said
from regard.surveys.model import Checkbox, Html, Matrix, MultipleText, Question, Ranking, questions_of
from regard.surveys.moving.moved import Carried, Moved
from regard.surveys.moving.opening import REMEDY
from regard.surveys.moving.qualtrics.survey import Survey
from regard.surveys.moving.responses.model import (
    ImportedResponse,
    ImportedResponses,
    check_matched,
    instant_of,
    is_yes,
    listed,
    table_of,
    unpacked,
    zone_of,
)
from regard.surveys.moving.wording import locale_of, mapping, number_of, plain

_IMPORT_ID: Final = re.compile(r"""^\{\s*["']ImportId["']\s*:\s*["']([^"']+)["']""")
_ZONE: Final = re.compile(r"""["']timeZone["']\s*:\s*["']([^"']+)["']""")
_UNSEEN: Final = ("", "-99")
_TESTS: Final = ("survey preview", "preview", "survey test", "offline survey preview", "1", "2", "17")
"""The Status of responses that were only tried, as text and as number. 4 is a response brought in from elsewhere."""
_META: Final = {
    "responseid": "key", "startdate": "started", "enddate": "ended", "recordeddate": "recorded", "finished": "finished",
    "userlanguage": "language", "recipientemail": "email", "emailaddress": "email", "recipientfirstname": "first_name",
    "recipientlastname": "last_name", "externalreference": "external_reference", "status": "status",
    "externaldatareference": "external_reference",
}  # fmt: skip
_LEFT_OUT: Final = frozenset(
    [
        "responseset",
        "ipaddress",
        "progress",
        "distributionchannel",
        "locationlatitude",
        "locationlongitude",
        "locationaccuracy",
        "name",
        "q_totalduration",
        "q_recaptchascore",
        "q_relevantidduplicate",
        "q_duplicaterespondent",
    ]
)


Put: TypeAlias = Callable[[dict[str, Any], Any, Carried, Any, str, dict[str, Any]], bool]
"""What puts a cell among the answers; False when it fits no choice."""


@dataclass(frozen=True)
class _Column:
    """What a column holds: a question's answer, a row, a box, the text beside a choice."""

    key: str
    row: str = ""
    choice: str = ""
    is_text: bool = False


def qualtrics_responses(data: bytes, moved: Moved, zone: tzinfo = UTC) -> ImportedResponses:
    """The responses of an export of a survey that was moved. Times are in ``zone``, where the file says none."""
    rows = table_of(unpacked(data))
    if not rows:
        raise Invalid(said("the export has no rows"), field="file", remedy=REMEDY)
    names, ids, zone, body = _headings(rows, zone)
    return _Reader(moved, zone).read(names, ids, body)


def _headings(rows: list[list[str]], zone: tzinfo) -> tuple[list[str], list[str], tzinfo, list[list[str]]]:
    """The names of the columns, Qualtrics' own names where there are some, the zone, and the rows of responses."""
    names, count, ids = rows[0], 1, [""] * len(rows[0])
    for row in rows[1:3]:
        found = [_IMPORT_ID.match(cell.strip()) for cell in row]
        if any(found):
            ids = [match[1] if match else "" for match in found]
            zones = [match[1] for cell in row if (match := _ZONE.search(cell))]
            zone, count = (zone_of(zones[0]) if zones else zone), count + 1
        elif count == 1 and not _is_response(names, row):
            count += 1
            names = [
                second if re.fullmatch(r"V\d+", first) else first for first, second in zip(names, row, strict=False)
            ]
    return names, [*ids, *[""] * len(names)][: len(names)], zone, rows[count:]


def _is_response(names: list[str], row: list[str]) -> bool:
    """Whether a row holds a response, rather than headings: by its dates and its key."""
    given = dict(zip((name.strip().casefold() for name in names), row, strict=False))
    if any(instant_of(given.get(name, ""), UTC) for name in ("startdate", "enddate", "recordeddate")):
        return True
    if any(instant_of(cell, UTC) for cell in row) or any(re.fullmatch(r"R_\w{10,}", cell.strip()) for cell in row):
        return True
    return "startdate" not in given and "v1" not in given and not any(len(cell) > 25 for cell in row)


class _Reader:
    """The columns of one survey's exports."""

    def __init__(self, moved: Moved, zone: tzinfo):
        self.moved, self.zone = moved, zone
        self.survey: Survey = moved.source
        self.asked = {question.name: question for question in questions_of(moved.questionnaire)}
        self.columns: dict[str, _Column] = {}
        turns = {key: name.partition("_")[0] for name, key in self.survey.turns.items()}
        for key, carried in moved.carried.items():
            question, _, part = key.partition("~")
            if key in turns or not part:
                self._expect(key, question, carried, f"{turns[key]}_" if key in turns else "")

    def _raw(self, key: str) -> dict[str, Any]:
        """The source of a question, or of a column of one asked side by side."""
        base, mark, part = re.sub(r"~\d+", "", key).partition("#")
        raw = self.survey.questions.get(base.partition("/")[0], {})
        if not mark:
            return raw
        inner = mapping(mapping(raw.get("AdditionalQuestions")).get(part.partition("/")[0]))
        return {**inner, "Choices": inner.get("Choices") or raw.get("Choices")}

    def _expect(self, key: str, source: str, carried: Carried, turn: str) -> None:
        """Every heading under which a question's answers may come; in a loop the turn stands before it."""
        raw, question = self._raw(source), self.asked.get(carried.name)
        if question is None or isinstance(question, Html):
            return
        base, _, row = source.partition("/")
        for tag in {str(raw.get("DataExportTag") or base), base}:
            for heading, column in _headings_of(turn + tag, raw, question, carried, key, row):
                self.columns.setdefault(heading.casefold(), column)

    def read(self, names: list[str], ids: list[str], body: list[list[str]]) -> ImportedResponses:
        unmatched, left_out, plan = [], [], []
        for place, (name, own) in enumerate(zip(names, ids, strict=True)):
            lowered = name.strip().casefold()
            column = self.columns.get(lowered) or self.columns.get(own.casefold().replace("-text", "_text"))
            if column:
                plan.append((place, column, name))
            elif lowered in _META or lowered.startswith("duration") or not lowered:
                continue
            elif lowered in _LEFT_OUT or lowered.endswith(("_nps_group", "_do")) or "_do_" in lowered:
                left_out.append(name)
            elif name not in self.moved.traits:
                unmatched.append(name)
        check_matched(plan)
        responses = [self._response(row, names, plan, number) for number, row in enumerate(body, 1)]
        return ImportedResponses(responses, unmatched, left_out)

    def _response(
        self, row: list[str], names: list[str], plan: list[tuple[int, _Column, str]], number: int
    ) -> ImportedResponse:
        cells = dict(zip(names, row, strict=False))
        meta = {
            _META[name.strip().casefold()]: cell for name, cell in cells.items() if name.strip().casefold() in _META
        }
        made = ImportedResponse(meta.get("key") or str(number))
        made.is_complete = is_yes(meta.get("finished", "1"))
        made.started_at = instant_of(meta.get("started", ""), self.zone)
        ended = instant_of(meta.get("ended", "") or meta.get("recorded", ""), self.zone)
        made.completed_at = ended if made.is_complete else None
        made.language = locale_of(meta["language"]) if meta.get("language") else ""
        wanted = ("email", "first_name", "last_name", "external_reference")
        made.person = {name: meta[name] for name in wanted if meta.get(name)}
        made.person |= {trait: cells[name] for name, trait in self.moved.traits.items() if cells.get(name)}
        made.is_test = meta.get("status", "").strip().casefold() in _TESTS
        for place, column, name in plan:
            cell = row[place].strip() if place < len(row) else ""
            if cell not in _UNSEEN or (cell and self._is_value(column, cell)):
                self._put(made, column, cell, name)
        self._order_ranks(made)
        return made

    def _is_value(self, column: _Column, cell: str) -> bool:
        """Whether what an export writes for "seen, and not answered" is the value of a choice here."""
        return cell in map(str, self.moved.carried[column.key].choices.values())

    # --- values -------------------------------------------------------------------------------------------------------

    def _put(self, made: ImportedResponse, column: _Column, cell: str, heading: str) -> None:
        carried = self.moved.carried[column.key]
        question, raw = self.asked[carried.name], self._raw(column.key)
        if column.is_text:
            made.answers[f"{carried.name}-Comment"] = cell
            return
        put: Put = _PUT.get(type(question), _put_single)
        if not put(made.answers, question, carried, column, cell, raw):
            made.problems.append(said("{column}: {value} is none of the choices", column=heading, value=cell[:80]))

    def _order_ranks(self, made: ImportedResponse) -> None:
        for name, given in made.answers.items():
            if isinstance(self.asked.get(name), Ranking) and isinstance(given, dict):
                made.answers[name] = sorted(given, key=given.__getitem__)


def _headings_of(
    tag: str, raw: dict[str, Any], question: Question, carried: Carried, key: str, row: str
) -> list[tuple[str, _Column]]:
    found = [(tag, _Column(key))]
    if row:
        return [(f"{tag}_{row}_{line}", _Column(key, line)) for line in carried.rows]
    tags = mapping(raw.get("ChoiceDataExportTags")) if isinstance(raw.get("ChoiceDataExportTags"), dict) else {}
    if isinstance(question, Matrix | MultipleText):
        for each in carried.rows or {"": ""}:
            names = [f"{tag}_{each}", *([f"{tag}_{tags[each]}", str(tags[each])] if each in tags else [])]
            if isinstance(question, MultipleText):
                names += [f"{tag}_{each}_{only}" for only in mapping(raw.get("Answers"))]
            found += [(name, _Column(key, each)) for name in names]
            for choice, value in carried.choices.items():
                found += [(f"{name}_{code}", _Column(key, each, choice)) for name in names for code in (choice, value)]
        return found
    for choice, value in carried.choices.items():
        for code in dict.fromkeys((choice, str(value))):
            found += [
                (f"{tag}_{code}", _Column(key, choice=choice)),
                (f"{tag}_{code}_TEXT", _Column(key, choice=choice, is_text=True)),
            ]
    return [*found, (f"{tag}_TEXT", _Column(key, is_text=True)), (f"{tag}_1", _Column(key))]


def _labels(raw: dict[str, Any], what: str) -> dict[str, str]:
    """By what is written: the id of a choice, in every language."""
    found: dict[str, str] = {}
    for texts in (raw, *(mapping(each) for each in mapping(raw.get("Language")).values())):
        for key, choice in mapping(texts.get(what)).items():
            found.setdefault(" ".join(plain(mapping(choice).get("Display")).casefold().split()), key)
    return found


def _decoded(cell: str, carried: Carried, raw: dict[str, Any], what: str) -> Any:
    """The value of a choice that a cell names, by its code or its text; None when it names none."""
    by_value = {str(value): value for value in carried.choices.values()}
    number = number_of(cell)
    code = cell if number is None else str(number)
    if code in by_value:
        return by_value[code]
    label = _labels(raw, what).get(" ".join(plain(cell).casefold().split()), "")
    if label in carried.choices:
        return carried.choices[label]
    recodes = {str(recode): key for key, recode in mapping(raw.get("RecodeValues")).items()}
    return carried.choices.get(recodes.get(code, code))


def _several(cell: str, carried: Carried, raw: dict[str, Any], what: str) -> list[Any]:
    """The values of the choices that a list with commas names; None for what names none."""
    labels = _labels(raw, what)
    named = listed(labels, cell)
    if named:
        return [carried.choices.get(labels[each]) for each in named]
    return [_decoded(part.strip(), carried, raw, what) for part in cell.split(",")]


def _put_single(
    answers: dict[str, Any], _: Question, carried: Carried, column: _Column, cell: str, raw: dict[str, Any]
) -> bool:
    if not carried.choices:
        answers[carried.name] = number if carried.numeric and (number := number_of(cell)) is not None else cell
        return not carried.numeric or number_of(cell) is not None
    value = _decoded(cell, carried, raw, "Choices")
    if value is None:
        return False
    answers[carried.name] = value
    return True


def _put_many(
    answers: dict[str, Any], _: Question, carried: Carried, column: _Column, cell: str, raw: dict[str, Any]
) -> bool:
    given = answers.setdefault(carried.name, [])
    if column.choice:
        if cell not in ("0", "false", "False"):
            given.append(carried.choices[column.choice])
        elif not given:
            del answers[carried.name]
        return True
    values = _several(cell, carried, raw, "Choices")
    if any(value is None for value in values):
        if not given:
            del answers[carried.name]
        return False
    given += values
    return True


def _put_grid(
    answers: dict[str, Any], question: Question, carried: Carried, column: _Column, cell: str, raw: dict[str, Any]
) -> bool:
    row = str(carried.rows.get(column.row, column.row))
    is_many = isinstance(question, Matrix) and question.cell_type == "checkbox"
    if column.choice:
        if cell not in ("0", "false", "False"):
            answers.setdefault(carried.name, {}).setdefault(row, []).append(carried.choices[column.choice])
        return True
    values = _several(cell, carried, raw, "Answers") if is_many else [_decoded(cell, carried, raw, "Answers")]
    if any(value is None for value in values):
        return False
    answers.setdefault(carried.name, {})[row] = values if is_many else values[0]
    return True


def _put_line(
    answers: dict[str, Any], _: Question, carried: Carried, column: _Column, cell: str, raw: dict[str, Any]
) -> bool:
    number = number_of(cell)
    if carried.numeric and number is None:
        return False
    answers.setdefault(carried.name, {})[str(carried.rows.get(column.row, column.row))] = (
        number if carried.numeric else cell
    )
    return True


def _put_rank(
    answers: dict[str, Any], _: Question, carried: Carried, column: _Column, cell: str, raw: dict[str, Any]
) -> bool:
    rank = number_of(cell)
    if rank is None or not column.choice:
        return False
    answers.setdefault(carried.name, {})[carried.choices[column.choice]] = rank
    return True


_PUT: Final[dict[type[Any], Put]] = {
    Checkbox: _put_many, Matrix: _put_grid, MultipleText: _put_line, Ranking: _put_rank,
}  # fmt: skip
