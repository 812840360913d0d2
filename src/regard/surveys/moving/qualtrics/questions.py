"""Qualtrics' questions as ours: what is asked and what can be answered; conditions come later."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, TypeAlias

import msgspec

from regard.base.words import said
from regard.surveys import model
from regard.surveys.model import OTHER, Choice, Line, Question, Text, Validator, Value
from regard.surveys.moving.losses import Losses
from regard.surveys.moving.moved import Carried
from regard.surveys.moving.qualtrics.survey import is_text_choice, ordered
from regard.surveys.moving.wording import count_of, mapping, media_in, number_of, value_of_code

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


def questions_from(source: Source) -> Made:
    """The questions of ours that a question of the file becomes."""
    make = _MAKERS.get(source.kind)
    if make is None:
        what = said("question type {kind}", kind=f"{source.kind} {source.selector}".strip())
        source.lost(what, NOT_HERE)
        return []
    if media_in(source.raw.get("QuestionText")) and source.kind != "DB":
        found = ", ".join(media_in(source.raw.get("QuestionText")))
        source.lost(said("{media} in the text", media=found), said("titles are text only"))
    return make(source)


def _base(source: Source) -> dict[str, Any]:
    is_forced = (
        source.settings.get("ForceResponse") == "ON" or source.settings.get("ForceResponseType") == "ForceResponse"
    )
    if source.settings.get("ForceResponse") == "RequestResponse":
        source.changed(said("requested answer"), said("an answer is needed or not: nobody is asked twice"))
    return {
        "name": source.name(""), "title": source.text(source.raw, ("QuestionText",)), "is_required": is_forced,
    }  # fmt: skip


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


def choices_of(source: Source, what: str = "Choices", but: Iterable[str] = ()) -> list[Any]:
    """Choices with their texts; those fixed in a random order say so."""
    values, fixed = values_of(source, what), _fixed(source) if what == "Choices" else set()
    return [
        Choice(
            value=values[key],
            text=source.text(source.raw, (what, key, "Display")),
            is_exclusive=str(raw.get("ExclusiveAnswer", "")).lower() in ("true", "on"),
            is_fixed=key in fixed,
        )
        for key, raw in source.choices(what).items()
        if key not in set(but)
    ]


def _fixed(source: Source) -> set[str]:
    """Choices that keep their places in an advanced random order."""
    order = mapping(source.raw.get("Randomization"))
    advanced = mapping(order.get("Advanced"))
    if order.get("Type") != "Advanced" or not isinstance(advanced.get("FixedOrder"), list):
        return set()
    return {str(key) for key in advanced["FixedOrder"] if str(key) in source.choices()}


def _is_random(source: Source) -> bool:
    order = mapping(source.raw.get("Randomization"))
    kind = str(order.get("Type") or "None")
    advanced = mapping(order.get("Advanced"))
    subset = count_of(order.get("TotalRandSubset")) or count_of(advanced.get("TotalRandSubset"))
    if kind == "Subset" or (kind == "Advanced" and subset):
        source.changed(said("only some choices are shown at random"), said("all of them are shown, in random order"))
    if kind in ("ScaleReversal", "Flip"):
        source.changed(said("scale reversed for half of the respondents"), said("the order is random instead"))
    if advanced.get("Undisplayed"):
        source.changed(said("choices that are never shown"), said("they are shown"))
    return kind not in ("None", "none", "")


def _chosen(source: Source) -> Made:
    if source.selector == "NPS":
        return _nps(source)
    kind = _CHOSEN.get(source.selector)
    if kind is None:
        source.losses.cosmetic(source.key, said("selector {name}", name=source.selector), LOOKS)
        kind = model.RadioGroup
    made = _base(source)
    texts = [key for key, raw in source.choices().items() if is_text_choice(raw)]
    other = texts[-1] if texts and texts[-1] == list(source.choices())[-1] else None
    if [key for key in texts if key != other]:
        source.changed(said("text beside a choice"), BESIDE)
    if other:
        source.changed(said("text beside the last choice"), said("who chooses it must write something"))
        made |= {"show_other_item": True, "other_text": source.text(source.raw, ("Choices", other, "Display"))}
    values = values_of(source) | ({other: OTHER} if other else {})
    made |= {
        "choices": choices_of(source, but=[other] if other else []),
        "choices_order": "random" if _is_random(source) else "none",
    }
    if kind is model.Checkbox:
        made |= _how_many(source)
    if source.selector in ("SB", "MSB", "DL") or source.selector.endswith(("HR", "COL")):
        source.losses.cosmetic(source.key, said("selector {name}", name=source.selector), LOOKS)
    return [(source.key, kind(**made), Carried(made["name"], values))]


def _how_many(source: Source) -> dict[str, int]:
    found = source.settings
    least, most = count_of(found.get("MinChoices")), count_of(found.get("MaxChoices"))
    is_limited = str(found.get("Type")) in ("ChoiceRange", "MinChoices", "MaxChoices", "ChoicesTotal") or least or most
    return {"min_selected_choices": least or 0, "max_selected_choices": most or 0} if is_limited else {}


def _nps(source: Source) -> Made:
    made = _base(source)
    places = {key: place for place, key in enumerate(source.choices())}
    numbers: dict[str, Value] = {key: value_of_code(raw.get("Display", key)) for key, raw in source.choices().items()}
    if set(numbers.values()) != set(range(11)):
        numbers = dict(places) if len(places) == 11 else {str(number): number for number in range(11)}
    labels = mapping(source.raw.get("ColumnLabels"))
    shown: dict[str, Any] = {
        side: source.text(source.raw, ("ColumnLabels", str(place), "Display")) if labels else None
        for side, place in (("min_rate_description", 0), ("max_rate_description", max(len(labels) - 1, 0)))
    }
    question = model.Rating(**made, **shown, rate_min=0, rate_max=10, metric="nps")
    return [(source.key, question, Carried(made["name"], numbers))]


def _matrix(source: Source) -> Made:
    kind, sub = source.selector, str(source.raw.get("SubSelector") or "")
    if kind in ("TE", "CS") or (kind, sub) == ("Likert", "TextEntry"):
        return _grid_of_lines(source, is_sum=kind == "CS")
    if kind in ("MaxDiff", "RO", "Profile"):
        source.changed(
            said("matrix {kind}", kind=kind), said("it is asked as a plain matrix with one answer in each row")
        )
    elif kind == "Bipolar":
        source.losses.cosmetic(source.key, said("bipolar matrix"), LOOKS)
    rows = {key: value_of_code(key) for key in source.choices()}
    columns = values_of(source, "Answers") if source.choices("Answers") else {}
    if not columns:
        source.lost(said("question type {kind}", kind=f"Matrix {kind}"), NOT_HERE)
        return []
    made = _base(source)
    if any(is_text_choice(raw) for raw in source.choices().values()):
        source.lost(said("text beside a row"), BESIDE)
    question = model.Matrix(
        **made,
        rows=choices_of(source), columns=choices_of(source, "Answers"),
        rows_order="random" if _is_random(source) else "initial", is_all_row_required=made["is_required"],
        cell_type="checkbox" if sub in ("MultipleAnswer", "DND") else "radio",
    )  # fmt: skip
    return [(source.key, question, Carried(made["name"], columns, rows))]


def _grid_of_lines(source: Source, is_sum: bool = False) -> Made:
    """A grid of texts or numbers: the lines of each row are a question of its own."""
    rows, columns = source.choices(), source.choices("Answers")
    found: Made = []
    if len(columns) <= 1:
        return _lines(source, is_number=is_sum)
    source.changed(said("grid of texts"), ONE_EACH)
    base = _base(source)
    for row in rows:
        name = source.name(row)
        items = [
            Line(name=key, title=source.text(source.raw, ("Answers", key, "Display")),
                 input_type="number" if is_sum else "text", is_required=base["is_required"])
            for key in columns
        ]  # fmt: skip
        title = source.text(source.raw, ("Choices", row, "Display")) or base["title"]
        question = model.MultipleText(
            name=name,
            title=title,
            description=base["title"],
            items=items,
            validators=_total(source, name) if is_sum else [],
        )
        found.append(
            (f"{source.key}/{row}", question, Carried(name, rows={key: key for key in columns}, numeric=is_sum))
        )
    return found


def _lines(source: Source, is_number: bool = False, **limits: Any) -> Made:
    """Several lines to write in."""
    made = _base(source)
    items = [
        Line(name=key, title=source.text(source.raw, ("Choices", key, "Display")), is_required=made["is_required"],
             input_type="number" if is_number else _line_type(raw), **limits)
        for key, raw in source.choices().items()
    ]  # fmt: skip
    validators = _total(source, made["name"]) if is_number else []
    question = model.MultipleText(**made, items=items, validators=validators)
    return [
        (source.key, question, Carried(made["name"], rows={key: key for key in source.choices()}, numeric=is_number))
    ]


def _line_type(raw: dict[str, Any]) -> Any:
    kind = mapping(raw.get("TextEntryValidation") if isinstance(raw.get("TextEntryValidation"), dict) else {})
    return _CONTENT.get(str(kind.get("Type") or raw.get("TextEntryValidation")), "text")


def _total(source: Source, name: str) -> list[Validator]:
    """A constant sum must come to its total."""
    total = number_of(source.settings.get("ChoiceTotal"))
    if total is None or str(source.settings.get("EnforceRange", "ON")).upper() == "OFF":
        return []
    return [Validator(type="expression", expression=f"sum({{{name}}}) = {total}")]


def _text(source: Source) -> Made:
    if source.selector == "FORM" or source.choices():
        return _lines(source)
    made, settings = _base(source), source.settings
    content = str(settings.get("ContentType") or "")
    longest = count_of(settings.get("TotalChars")) or count_of(settings.get("MaxChars"))
    least = count_of(settings.get("MinChars"))
    limits = mapping(mapping(settings.get("ValidNumber")) or settings)
    if least:
        made["validators"] = [Validator(type="text", min_length=least)]
    if source.selector in ("ML", "ESTB"):
        return [(source.key, model.Comment(**made, max_length=longest), Carried(made["name"]))]
    if source.selector == "PW":
        source.changed(said("hidden text (password)"), said("what is written can be seen"))
    kind: Any = _CONTENT.get(content, "text")
    if content and content not in _CONTENT and str(settings.get("Type")) == "ContentType":
        source.lost(said("validation {kind}", kind=content), said("any text is taken"))
    made |= {"min": number_of(limits.get("Min")), "max": number_of(limits.get("Max"))} if kind == "number" else {}
    question = model.TextLine(**made, input_type=kind, max_length=longest)
    return [(source.key, question, Carried(made["name"], numeric=kind == "number"))]


def _slider(source: Source) -> Made:
    settings = mapping(source.raw.get("Configuration"))
    least, most = number_of(settings.get("CSSliderMin")), number_of(settings.get("CSSliderMax"))
    if source.selector == "STAR":
        return _stars(source, count_of(settings.get("StarCount")) or 5)
    source.losses.cosmetic(source.key, said("slider"), said("the number is typed"))
    limits: dict[str, Any] = {"min": 0 if least is None else least, "max": 100 if most is None else most}
    if len(source.choices()) == 1:
        made = _base(source)
        question = model.TextLine(**made, input_type="number", **limits)
        return [(source.key, question, Carried(made["name"], numeric=True))]
    return _lines(source, is_number=True, **limits)


def _stars(source: Source, count: int) -> Made:
    made = _base(source)
    numbers: dict[str, Value] = {str(number): number for number in range(1, min(count, 20) + 1)}
    if len(source.choices()) == 1:
        question: Question = model.Rating(**made, rate_min=1, rate_max=len(numbers), rate_type="stars")
        return [(source.key, question, Carried(made["name"], numbers))]
    rows = {key: value_of_code(key) for key in source.choices()}
    question = model.Matrix(**made, rows=choices_of(source), columns=list(numbers.values()))
    return [(source.key, question, Carried(made["name"], numbers, rows))]


def _ranking(source: Source) -> Made:
    made = _base(source)
    if source.selector not in ("DND", ""):
        source.losses.cosmetic(source.key, said("selector {name}", name=source.selector), LOOKS)
    question = model.Ranking(
        **made, choices=choices_of(source), choices_order="random" if _is_random(source) else "none"
    )
    return [(source.key, question, Carried(made["name"], values_of(source)))]


def _part_name(source: Source, number: str, more: str) -> str:
    """What a part of a column is called."""
    return source.name(f"{number}_{more}" if more else number)


def _side_by_side(source: Source) -> Made:
    source.changed(said("side by side"), ONE_EACH)
    found: Made = []
    for number, raw in mapping(source.raw.get("AdditionalQuestions")).items():
        inner = mapping(raw)
        shared = {
            key: inner.get(key) or source.raw.get(key) for key in ("Choices", "ChoiceOrder", "Validation", "Language")
        }
        part = Source(
            f"{source.key}#{number}", {**inner, **shared}, source.losses, source.text,
            partial(_part_name, source, number),
        )  # fmt: skip
        for key, question, carried in questions_from(part):
            found.append(
                (
                    key,
                    msgspec.structs.replace(question, description=source.text(source.raw, ("QuestionText",))),
                    carried,
                )
            )
    return found


def _statement(source: Source) -> Made:
    if source.selector == "GRB":
        source.lost(said("picture"), said("pictures are not carried over; its text is"))
    html = source.text(source.raw, ("QuestionText", "")) or ""
    name = source.name("")
    return [(source.key, model.Html(name=name, html=html), Carried(name))]


def _file(source: Source) -> Made:
    made = _base(source)
    return [(source.key, model.File(**made), Carried(made["name"]))]


def _groups(source: Source) -> Made:
    """Pick, group and rank: a group for each item; the rank inside a group is lost."""
    source.changed(
        said("pick, group and rank"), said("each item is put into a group; ranks inside a group are not asked")
    )
    groups = mapping(source.raw.get("Groups"))
    listed = groups.values() if groups else []
    columns: list[Any] = [Choice(value=place, text=str(text)) for place, text in enumerate(listed, 1)]
    if not columns:
        source.lost(said("question type {kind}", kind=source.kind), NOT_HERE)
        return []
    made = _base(source)
    rows = {key: value_of_code(key) for key in source.choices()}
    question = model.Matrix(**made, rows=choices_of(source), columns=columns)
    return [(source.key, question, Carried(made["name"], {str(each.value): each.value for each in columns}, rows))]


_CHOSEN: Final[dict[str, type[model.RadioGroup] | type[model.Dropdown] | type[model.Checkbox]]] = {
    **dict.fromkeys(("SAVR", "SAHR", "SACOL"), model.RadioGroup),
    **dict.fromkeys(("DL", "SB"), model.Dropdown),
    **dict.fromkeys(("MAVR", "MAHR", "MACOL", "MSB"), model.Checkbox),
}  # fmt: skip
_CONTENT: Final[dict[str, Any]] = {
    "ValidNumber": "number", "ValidEmail": "email", "ValidDate": "date", "ValidPhone": "tel", "ValidURL": "url",
    "ValidUSPhone": "tel", "ValidTextOnly": "text",
}  # fmt: skip
_MAKERS: Final[dict[str, Callable[[Source], Made]]] = {
    "MC": _chosen, "Matrix": _matrix, "TE": _text, "Slider": _slider, "RO": _ranking, "SBS": _side_by_side,
    "DB": _statement, "FileUpload": _file, "PGR": _groups, "CS": lambda source: _lines(source, is_number=True),
}  # fmt: skip
