"""Formbricks' questions as ours."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Any, Final, TypeAlias

from regard.base.words import said
from regard.surveys import model
from regard.surveys.leaving import is_safe
from regard.surveys.model import OTHER, Choice, Line, Question, Text, Validator, Value
from regard.surveys.moving.formbricks.rules import ruled
from regard.surveys.moving.losses import Losses
from regard.surveys.moving.moved import Carried
from regard.surveys.moving.wording import count_of, objects

Made: TypeAlias = list[tuple[str, Question, Carried]]
_BASE: Final = (
    "id type headline subheader required logic logicFallback buttonLabel backButtonLabel isDraft html validation"
)
_READ: Final = {
    "openText": "placeholder longAnswer inputType insightsEnabled charLimit",
    "consent": "label", "nps": "lowerLabel upperLabel isColorCodingEnabled",
    "multipleChoiceSingle": "choices shuffleOption otherOptionPlaceholder displayType",
    "multipleChoiceMulti": "choices shuffleOption otherOptionPlaceholder displayType",
    "rating": "scale range lowerLabel upperLabel isColorCodingEnabled", "cta": "dismissButtonLabel ctaButtonLabel",
    "pictureSelection": "allowMulti choices", "date": "format",
    "fileUpload": "allowMultipleFiles maxSizeInMB allowedFileExtensions", "matrix": "rows columns shuffleOption",
    "address": "addressLine1 addressLine2 city state zip country",
    "contactInfo": "firstName lastName email phone company", "ranking": "choices shuffleOption otherOptionPlaceholder",
}  # fmt: skip
NOT_HERE: Final = said("Regard has no such question; it is left out, and conditions over it are left out too")


@dataclass(frozen=True)
class Source:
    """One element of the file on its way."""

    key: str
    raw: dict[str, Any]
    name: str
    losses: Losses
    text: Callable[[Any], Text | None]
    names: Callable[[object], str]

    @property
    def base(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "title": self.text(self.raw.get("headline")),
            "is_required": bool(self.raw.get("required")),
            "description": self.text(self.raw.get("subheader")),
        }

    def changed(self, what: str, why: str) -> None:
        self.losses.changed(self.key, what, why)


def questions_from(source: Source) -> Made:
    """The questions of ours that an element of the file becomes."""
    kind = str(source.raw.get("type"))
    make = _MAKERS.get(kind)
    if make is None:
        source.losses.lost(source.key, said("question type {kind}", kind=kind), NOT_HERE)
        return []
    for name in ("imageUrl", "videoUrl"):
        if source.raw.get(name):
            source.losses.lost(source.key, name, said("pictures are not carried over; its text is"))
    known = frozenset(
        [*_BASE.split(), *_READ.get(kind, "").split(), "imageUrl", "videoUrl", "buttonUrl", "buttonExternal"]
    )
    source.losses.unknown(source.key, source.raw, known)
    return [
        (key, ruled(question, source.key, source.raw, source.losses, source.text), carried)
        for key, question, carried in make(source)
    ]


def _single(source: Source, question: Question, choices: dict[str, Value] | None = None, **more: Any) -> Made:
    return [(source.key, question, Carried(source.name, choices or {}, **more))]


def _text(source: Source) -> Made:
    kind = {"phone": "tel"}.get(str(source.raw.get("inputType") or "text"), str(source.raw.get("inputType") or "text"))
    limit = source.raw.get("charLimit") if isinstance(source.raw.get("charLimit"), dict) else {}
    limit = limit if (limit or {}).get("enabled", True) else {}
    longest, least = count_of((limit or {}).get("max")), count_of((limit or {}).get("min"))
    more: dict[str, Any] = {"max_length": longest, "placeholder": source.text(source.raw.get("placeholder"))}
    if least:
        more["validators"] = [Validator(type="text", min_length=least)]
    if kind == "text" and source.raw.get("longAnswer", True):
        return _single(source, model.Comment(**source.base, **more))
    line: Any = kind if kind in ("text", "number", "email", "tel", "url") else "text"
    return _single(source, model.TextLine(**source.base, **more, input_type=line), numeric=kind == "number")


def _choices(source: Source) -> tuple[list[Any], dict[str, Value], dict[str, Any]]:
    """Choices by their ids, and what is said of "other" and of their order."""
    shuffle, listed = str(source.raw.get("shuffleOption") or "none"), objects(source.raw.get("choices"))
    values: dict[str, Value] = {str(raw.get("id")): str(raw.get("id")) for raw in listed}
    more: dict[str, Any] = {"choices_order": "none" if shuffle == "none" else "random"}
    plain = [raw for raw in listed if raw.get("id") not in ("other", "none")]
    choices = [
        Choice(
            value=str(raw.get("id")), text=source.text(raw.get("label")),
            is_fixed=shuffle.startswith("exceptLast") and raw is plain[-1] and len(plain) == len(listed),
        )
        for raw in plain
    ]  # fmt: skip
    for raw in listed:
        if raw.get("id") == "other":
            more |= {"show_other_item": True, "other_text": source.text(raw.get("label"))}
            values["other"] = OTHER
        elif raw.get("id") == "none":
            more |= {"show_none_item": True, "none_text": source.text(raw.get("label"))}
    return choices, values, more


def _one(source: Source) -> Made:
    choices, values, more = _choices(source)
    kind = model.Dropdown if source.raw.get("displayType") == "dropdown" else model.RadioGroup
    return _single(source, kind(**source.base, **more, choices=choices), values)


def _many(source: Source) -> Made:
    choices, values, more = _choices(source)
    return _single(source, model.Checkbox(**source.base, **more, choices=choices), values)


def _ranked(source: Source) -> Made:
    choices, values, more = _choices(source)
    order = more["choices_order"]
    return _single(source, model.Ranking(**source.base, choices=choices, choices_order=order), values)


def _scaled(source: Source) -> Made:
    is_nps = source.raw.get("type") == "nps"
    top = 10 if is_nps else min(count_of(source.raw.get("range")) or 5, 10)
    look: Any = {"star": "stars", "smiley": "smileys"}.get(str(source.raw.get("scale")), "labels")
    question = model.Rating(
        **source.base, rate_min=0 if is_nps else 1, rate_max=top, rate_type=look, metric="nps" if is_nps else None,
        min_rate_description=source.text(source.raw.get("lowerLabel")),
        max_rate_description=source.text(source.raw.get("upperLabel")),
    )  # fmt: skip
    return _single(source, question, numeric=True)


def _consent(source: Source) -> Made:
    base = source.base
    return _single(source, model.Boolean(**base, label_true=source.text(source.raw.get("label"))), {"accepted": True})


def _call(source: Source) -> Made:
    """A call to action: a statement; whether somebody pressed the button is not known here."""
    title, text = (
        source.text(source.raw.get("headline")),
        source.text(source.raw.get("subheader") or source.raw.get("html")),
    )
    html = _with_link(source, text or title or "")
    return _single(source, model.Html(name=source.name, title=title, html=html))


def _with_link(source: Source, text: Text) -> Text:
    """The text, and below it the button's address as a link."""
    address = str(source.raw.get("buttonUrl") or "")
    if not address or not source.raw.get("buttonExternal", True):
        return text
    if not is_safe(address):
        source.losses.lost(source.key, said("button to {address}", address=address), said("it is no https address"))
        return text
    source.changed(said("button"), said("its address is a link below the text"))
    words = source.text(source.raw.get("ctaButtonLabel") or source.raw.get("buttonLabel")) or address
    texts, labels = (each if isinstance(each, dict) else {"default": each} for each in (text, words))
    whole = {}
    for code in dict.fromkeys([*texts, *labels]):
        above, label = (each.get(code) or each.get("default", "") for each in (texts, labels))
        whole[code] = f'{above}<p><a href="{escape(address)}">{escape(label)}</a></p>'
    return whole["default"] if set(whole) == {"default"} else whole


def _pictures(source: Source) -> Made:
    source.changed(said("pictures to choose from"), said("they are chosen by their names"))
    listed = objects(source.raw.get("choices"))
    choices: list[Any] = [
        Choice(value=str(raw.get("id")), text=str(raw.get("imageUrl") or "").rpartition("/")[2] or str(raw.get("id")))
        for raw in listed
    ]
    kind = model.Checkbox if source.raw.get("allowMulti") else model.RadioGroup
    return _single(
        source, kind(**source.base, choices=choices), {str(raw.get("id")): str(raw.get("id")) for raw in listed}
    )


def _date(source: Source) -> Made:
    return _single(source, model.TextLine(**source.base, input_type="date"))


def _file(source: Source) -> Made:
    size, kinds = count_of(source.raw.get("maxSizeInMB")), source.raw.get("allowedFileExtensions")
    accepted = ",".join(f".{str(kind).lstrip('.')}" for kind in kinds) if isinstance(kinds, list) and kinds else None
    many = bool(source.raw.get("allowMultipleFiles"))
    question = model.File(**source.base, accepted_types=accepted, max_size=(size or 5) * 1_000_000, allow_multiple=many)
    return _single(source, question)


def _matrix(source: Source) -> Made:
    found: dict[str, Any] = {}
    for side in ("rows", "columns"):
        given = source.raw.get(side)
        entries = given if isinstance(given, list) else []
        labels = [each.get("label") if isinstance(each, dict) and "label" in each else each for each in entries]
        ids = [
            str(each.get("id")) if isinstance(each, dict) and each.get("id") else str(place)
            for place, each in enumerate(entries)
        ]
        found[side] = [Choice(value=key, text=source.text(label)) for key, label in zip(ids, labels, strict=True)]
    order: Any = "initial" if str(source.raw.get("shuffleOption") or "none") == "none" else "random"
    question = model.Matrix(
        **source.base, **found, rows_order=order, is_all_row_required=bool(source.raw.get("required"))
    )
    columns, rows = ({str(each.value): each.value for each in found[side]} for side in ("columns", "rows"))
    return [(source.key, question, Carried(source.name, columns, rows))]


def _fields(source: Source) -> Made:
    """An address or contact details: a line for each field that is shown."""
    kinds: dict[str, Any] = {"email": "email", "phone": "tel"}
    parts = _READ[str(source.raw.get("type"))].split()
    given = {
        part: source.raw[part]
        for part in parts
        if isinstance(source.raw.get(part), dict) and source.raw[part].get("show", True)
    }
    items = [
        Line(
            name=part,
            title=source.text(raw.get("placeholder")) or part,
            is_required=bool(raw.get("required")),
            input_type=kinds.get(part, "text"),
        )
        for part, raw in given.items()
    ]
    return _single(source, model.MultipleText(**source.base, items=items), rows={part: part for part in given})


_MAKERS: Final[dict[str, Callable[[Source], Made]]] = {
    "openText": _text,
    "multipleChoiceSingle": _one,
    "multipleChoiceMulti": _many,
    "nps": _scaled,
    "rating": _scaled,
    "consent": _consent,
    "cta": _call,
    "pictureSelection": _pictures,
    "date": _date,
    "fileUpload": _file,
    "matrix": _matrix,
    "address": _fields,
    "contactInfo": _fields,
    "ranking": _ranked,
}
