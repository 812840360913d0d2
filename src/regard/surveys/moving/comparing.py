"""One way through a survey, as its own tool shows it and as we do: what is asked, offered, needed and said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from regard.surveys.arranging import Arrangement
from regard.surveys.evaluating import holds, is_empty
from regard.surveys.flow import COMMENT, Path, Step, is_required, path
from regard.surveys.leaving import destination, spelled
from regard.surveys.model import OTHER, Chosen, Html, Matrix, MultipleText, Question, Questionnaire, questions_of
from regard.surveys.moving.moved import Carried, Moved
from regard.surveys.moving.walking.walked import NOTHING, Look, Walked
from regard.surveys.moving.wording import plain
from regard.surveys.offering import filled, shown_choices, shown_columns, shown_lines, shown_rows
from regard.surveys.piping import piped


@dataclass(frozen=True)
class Seen:
    """A question as somebody sees it; what is None is not compared."""

    name: str
    offered: tuple[str, ...] | None = None
    is_required: bool | None = None
    text: str | None = None
    columns: tuple[str, ...] | None = None
    filled: str | None = None


@dataclass(frozen=True)
class Way:
    """All that somebody sees, and how it ends."""

    seen: tuple[Seen, ...]
    end: str | None = None
    quotas: tuple[str, ...] | None = None
    leads: str | None = None

    @property
    def names(self) -> list[str]:
        return [each.name for each in self.seen]


def compared(moved: Moved, walked: Walked) -> tuple[Way, Way]:
    """One walk as the source shows it, and as we do, both in our names."""
    traits = {trait: walked.traits[name] for name, trait in moved.traits.items() if walked.traits.get(name) is not None}
    way = path(moved.questionnaire, answers_here(moved, walked), traits, arrangement_here(moved, walked))
    known = {carried.name for carried in moved.carried.values()}
    quotas = {quota.name for quota in moved.questionnaire.quotas}
    there = Way(
        tuple(_seen_there(moved.carried[key], walked.looks.get(key)) for key in walked.shown if key in moved.carried),
        walked.end,
        None if walked.quotas is None else tuple(sorted(quotas & set(walked.quotas))),
        walked.leads,
    )
    masks = {each.name: each for each in there.seen}
    here = Way(
        tuple(
            _seen_here(moved.questionnaire, question, known_then, masks.get(question.name))
            for question, known_then in _shown(way)
            if question.name in known
        ),
        None if there.end is None else _end(way),
        None if there.quotas is None else tuple(sorted(_quotas(moved.questionnaire, way))),
        None if there.leads is None else _leads(moved.questionnaire, way),
    )
    return there, here


def _seen_there(carried: Carried, look: Look | None) -> Seen:
    if look is None:
        return Seen(carried.name)
    offered = None
    if look.offered is not None:
        codes = [
            str(carried.rows.get(code) if code in carried.rows else carried.choices.get(code, code))
            for code in look.offered
        ]
        offered = _in_order(codes, look.is_random, look.take)
    columns = None
    if look.columns is not None:
        columns = tuple(str(carried.choices.get(code, code)) for code in look.columns)
    return Seen(carried.name, offered, look.is_required, look.text, columns, _filled_there(carried, look.filled))


def _filled_there(carried: Carried, given: Any) -> str | None:
    return None if given is None else "" if given == NOTHING else _canonical(carried.answer(given))


def _canonical(answer: Any) -> str:
    """An answer so written that the same is written the same."""
    if is_empty(answer):
        return ""
    if isinstance(answer, Mapping):
        return "; ".join(sorted(f"{row}: {_canonical(cell)}" for row, cell in answer.items()))
    if isinstance(answer, list):
        return ", ".join(sorted(map(_canonical, answer)))
    return spelled(answer)


def _in_order(values: list[str], is_random: bool, take: int | None = None) -> tuple[str, ...]:
    if not is_random or len(values) < 2:
        return tuple(values)
    return (*sorted(values), f"{take} of them in random order" if take else "all in random order")


def _shown(way: Path) -> Iterator[tuple[Question, Mapping[str, Any]]]:
    """Every question, with what is known when it is its turn."""
    for step in way.steps:
        for place, question in enumerate(step.questions):
            yield question, _known_at(step, place)


def _known_at(step: Step, place: int) -> Mapping[str, Any]:
    later = set(step.names[place:])
    return {name: value for name, value in step.values.items() if name.removesuffix(COMMENT) not in later}


def _seen_here(questionnaire: Questionnaire, question: Question, known: Mapping[str, Any], mask: Seen | None) -> Seen:
    if mask is None:
        return Seen(question.name)
    text = None
    if mask.text is not None:
        title = question.html if isinstance(question, Html) else question.title
        text = _spaced(plain(piped(questionnaire, title, known, questionnaire.locale)))
    return Seen(
        question.name,
        None if mask.offered is None else _offered(question, known),
        None if mask.is_required is None else is_required(question, known),
        text,
        None if mask.columns is None else _columns(question, known),
        None if mask.filled is None else _canonical(filled(question, known)),
    )


def _spaced(text: str) -> str:
    return " ".join(text.split())


def _offered(question: Question, known: Mapping[str, Any]) -> tuple[str, ...] | None:
    if isinstance(question, Chosen):
        values = [str(item.value) for item in shown_choices(question, known)]
        more = [OTHER] * question.show_other_item + ["none"] * question.show_none_item
        return _in_order([*values, *more], question.choices_order == "random", question.take)
    if isinstance(question, Matrix):
        rows = [str(item.value) for item in shown_rows(question, known)]
        return _in_order(rows, question.rows_order == "random", question.take)
    return tuple(line.name for line in shown_lines(question, known)) if isinstance(question, MultipleText) else None


def _columns(question: Question, known: Mapping[str, Any]) -> tuple[str, ...] | None:
    return tuple(str(item.value) for item in shown_columns(question, known)) if isinstance(question, Matrix) else None


def _leads(questionnaire: Questionnaire, way: Path) -> str:
    values = way.steps[-1].values if way.steps else {}
    found = destination(questionnaire, way.ended_by, values, questionnaire.locale)
    return found.address if found else ""


def _end(way: Path) -> str:
    return "screened out" if way.ended_by and way.ended_by.is_screen_out else "complete"


def _quotas(questionnaire: Questionnaire, way: Path) -> list[str]:
    values = way.steps[-1].values if way.steps else {}
    return [quota.name for quota in questionnaire.quotas if holds(quota.expression, values)]


# --- the source's answers and orders, as ours -------------------------------------------------------------------------


def answers_here(moved: Moved, walked: Walked) -> dict[str, Any]:
    """The walk's answers as ours."""
    html = {question.name for question in questions_of(moved.questionnaire) if isinstance(question, Html)}
    found = {}
    for key, given in walked.answers.items():
        name, beside, _ = key.partition(COMMENT)
        carried = moved.carried.get(name)
        if carried and given is not None and carried.name not in html:
            found[carried.name + beside] = given if beside else carried.answer(given)
    return found


def arrangement_here(moved: Moved, walked: Walked) -> Arrangement:
    """Our random orders as the source drew them."""
    pages = [page.name for page in moved.questionnaire.pages]
    questions: dict[str, list[str]] = {}
    for name, members, drawn in walked.orders:
        units = {member: moved.pages.get(f"{name}/{member}", []) for member in members}
        if _is_within(moved.questionnaire, units):
            page = next(iter(units.values()))[0]
            questions[page] = [moved.carried[member].name for member in drawn if member in moved.carried]
        else:
            pages = _put(pages, [units[member] for member in members], [units[member] for member in drawn])
    return Arrangement(pages=pages, questions=questions)


def _is_within(questionnaire: Questionnaire, units: Mapping[str, list[str]]) -> bool:
    """Whether all members stand on one page, whose questions change places."""
    pages = {tuple(unit) for unit in units.values()}
    random_pages = {page.name for page in questionnaire.pages if page.questions_order == "random"}
    return len(pages) == 1 and bool(pages & {(name,) for name in random_pages})


def _put(pages: list[str], members: list[list[str]], drawn: list[list[str]]) -> list[str]:
    inside = {page for member in members for page in member}
    if not inside:
        return pages
    units = [[page for page in pages if page in member] for member in drawn]
    place = min((pages.index(page) for page in inside if page in pages), default=len(pages))
    before = [page for page in pages[:place] if page not in inside]
    return [
        *before,
        *(page for unit in units for page in unit),
        *(page for page in pages[place:] if page not in inside),
    ]
