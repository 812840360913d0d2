"""Rows of a question's form: what its answer must satisfy, what is special about single choices, kinds of lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args, get_type_hints

import regex
from django import forms
from django.utils.translation import gettext_lazy as _
from msgspec.structs import replace

from regard.surveys.builder.condition_field import ConditionField
from regard.surveys.builder.fields import INPUTS, read_bound, shown_bound
from regard.surveys.editing import own_text, with_text
from regard.surveys.model import Checkbox, Choice, Choices, Line, Validator, choice
from regard.web.site import told

MOST_ROWS = 500
RULES = {
    "text": _("The text is so long"),
    "numeric": _("It is a number between"),
    "email": _("It is an e-mail address"),
    "regex": _("It fits a pattern"),
    "answercount": _("So many are chosen"),
    "expression": _("A condition holds"),
}
TEXT_RULES = ("text", "numeric", "email", "regex", "expression")
OFFERED = {"text": TEXT_RULES, "comment": TEXT_RULES, "checkbox": ("answercount", "expression")}
"""The rules that make sense for a kind of question; any other kind has conditions only."""
BOUNDS = {
    "text": ("min_length", "max_length"),
    "numeric": ("min_value", "max_value"),
    "answercount": ("min_count", "max_count"),
}
BLANK = ("", "–")


@dataclass(frozen=True)
class RowGroup:
    """Rows of one kind in a form, and an empty one to go on with: without scripts, a button asks for one more."""

    name: str
    """The field of the part that they make, and what their names begin with."""
    form: Any
    forms: list[Any]
    is_sent: bool

    @classmethod
    def of(cls, form: Any, name: str, data: Any, rows: Sequence[Any], extra: int = 1, **named: Any) -> RowGroup:
        """A form for each row; of what was sent, those that were sent. ``row <name>`` asks for one more."""
        if data is None or f"{name}-count" not in data:
            drawn = [form(initial=row, prefix=f"{name}{at}", **named) for at, row in enumerate([*rows, *[{}] * extra])]
            return cls(name, form, drawn, is_sent=False)
        said = data[f"{name}-count"]
        count = min(int(said), MOST_ROWS) if said.isascii() and said.isdecimal() else 0
        made = [form(data, prefix=f"{name}{at}", **named) for at in range(count)]
        if data.get("do") == f"row {name}":
            made.append(form(prefix=f"{name}{count}", **named))
        return cls(name, form, made, is_sent=True)

    def is_valid(self) -> bool:
        return not self.is_sent or all(form.is_valid() for form in self.forms if form.is_bound)

    @property
    def rows(self) -> list[dict[str, Any]] | None:
        """What the rows say; None where the form had none of them, and all stays as it is."""
        return [form.cleaned_data for form in self.forms if form.is_bound] if self.is_sent else None

    @property
    def is_open(self) -> bool:
        """Whether there is something to see."""
        return self.is_sent or len(self.forms) > 1 or not self.is_valid()


class RuleForm(forms.Form):
    """One thing that an answer must satisfy, and what is said when it does not; without a kind there is none."""

    type = forms.ChoiceField(label=_("The answer is right if"), required=False)
    least = forms.FloatField(label=_("At least"), required=False)
    most = forms.FloatField(label=_("At most"), required=False)
    regex = forms.CharField(
        label=_("Pattern"),
        max_length=2_000,
        required=False,
        strip=False,
        help_text=_(r"A regular expression, such as ^[A-Z]{2}\d{4}$ for AB1234."),
        widget=forms.TextInput(attrs={"class": "code", "spellcheck": "false", "autocapitalize": "off"}),
    )
    expression = ConditionField(label=_("This holds"))
    text = forms.CharField(label=_("Otherwise say"), max_length=2_000, required=False)

    def __init__(self, *given: Any, kind: str, own: str, before: Sequence[Validator], **named: Any):
        initial = named.pop("initial", None)
        initial = _rule_row(initial, own) if isinstance(initial, Validator) else initial
        super().__init__(*given, initial=initial, **named)
        names = dict.fromkeys([*OFFERED.get(kind, ("expression",)), *(one.type for one in before)])
        self.fields["type"].choices = [BLANK, *((name, RULES[name]) for name in names)]

    def clean_regex(self) -> str:
        pattern = str(self.cleaned_data["regex"])
        try:
            regex.compile(pattern)
        except regex.error as error:
            raise forms.ValidationError(_("That is no pattern: %(why)s."), params={"why": error.msg}) from None
        return pattern

    def clean(self) -> dict[str, Any]:
        clean = super().clean()
        kind, least, most = clean.get("type"), clean.get("least"), clean.get("most")
        needed = {"regex": _("Write the pattern."), "expression": _("Say which condition.")}
        if kind in needed and not self.errors and not clean.get(kind):
            self.add_error(kind, needed[kind])
        if kind in BOUNDS and least is None and most is None and not self.errors:
            self.add_error("least", _("Say at least or at most how much."))
        if kind in BOUNDS and least is not None and most is not None and least > most:
            self.add_error("most", _("That is less than the least."))
        if kind in ("text", "answercount"):
            for name in ("least", "most"):
                if (number := clean.get(name)) is not None and not (number.is_integer() and 0 <= number < 1e6):
                    self.add_error(name, _("A whole number, please."))
        return clean

    @staticmethod
    def put(rows: Sequence[Mapping[str, Any]], before: Sequence[Validator], own: str) -> list[Validator]:
        """The rules that rows say; translations of their words stay with their place."""
        old = [*before, *[None] * len(rows)]
        return [_rule(row, known, own) for row, known in zip(rows, old, strict=False) if row.get("type")]


def _rule(row: Mapping[str, Any], known: Validator | None, own: str) -> Validator:
    kind = row["type"]
    old = known if known and known.type == kind else Validator(type=kind)
    values: dict[str, Any] = {"text": with_text(old.text, row["text"].strip(), own)}
    for name, number in zip(BOUNDS.get(kind, ()), (row["least"], row["most"]), strict=False):
        values[name] = int(number) if number is not None and number.is_integer() else number
    if kind in ("regex", "expression"):
        values[kind] = row[kind]
    return replace(old, **values)


def _rule_row(rule: Validator, own: str) -> dict[str, Any]:
    least, most = (getattr(rule, name) for name in BOUNDS.get(rule.type, ("min_value", "max_value")))
    plain = {"type": rule.type, "regex": rule.regex, "expression": rule.expression}
    return {**plain, "least": shown_bound(least), "most": shown_bound(most), "text": own_text(rule.text, own)}


class SpecialForm(forms.Form):
    """What is special about one choice or row: it stands alone, keeps its place, is shown under a condition."""

    value = forms.ChoiceField(label=_("Choice"), required=False)
    is_exclusive = forms.BooleanField(label=_("Chosen alone, like “none of these”"), required=False)
    is_fixed = forms.BooleanField(label=_("Keeps its place in a random order"), required=False)
    visible_if = ConditionField(label=_("Shown only if"))
    PLAIN: Mapping[str, Any] = {"is_exclusive": False, "is_fixed": False, "visible_if": ""}

    def __init__(self, *given: Any, part: Any, of: str, options: Sequence[Choice], own: str, **named: Any):
        super().__init__(*given, **named)
        names = [(str(one.value), own_text(one.text, own) or str(one.value)) for one in options]
        self.fields["value"].choices = [BLANK, *names]
        if not isinstance(part, Checkbox):
            del self.fields["is_exclusive"]
        if of == "columns":  # they never stand in random order
            del self.fields["is_fixed"]

    @staticmethod
    def rows_of(items: Choices) -> list[dict[str, Any]]:
        """The choices about which something is special."""
        rows = [{name: getattr(one, name) for name in ("value", *SpecialForm.PLAIN)} for one in map(choice, items)]
        return [row for row in rows if any(row[name] for name in SpecialForm.PLAIN)]

    @classmethod
    def put(cls, rows: Sequence[Mapping[str, Any]], items: Choices, own: str) -> Choices:
        """The choices with what rows say of them, and nothing special about any other."""
        said = {row["value"]: row for row in rows if row.get("value")}
        return [_special(choice(one), said.get(str(choice(one).value), cls.PLAIN)) for one in items]


def _special(one: Choice, row: Mapping[str, Any]) -> Any:
    values = {name: row[name] for name in ("is_exclusive", "is_fixed") if name in row}
    made = replace(one, **values, visible_if=row["visible_if"] or None)
    return made.value if made == Choice(value=made.value) else made


class LineForm(forms.Form):
    """One line of a question that has several."""

    name = forms.CharField(widget=forms.HiddenInput, max_length=200)
    is_required = forms.BooleanField(label=_("Must be filled in"), required=False)
    input_type = forms.ChoiceField(label=_("Kind of answer"))
    min = forms.CharField(label=_("At least"), max_length=40, required=False)
    max = forms.CharField(label=_("At most"), max_length=40, required=False)
    visible_if = ConditionField(label=_("Shown only if"))

    def __init__(self, *given: Any, **named: Any):
        super().__init__(*given, **named)
        kinds = get_args(get_type_hints(Line)["input_type"])
        self.fields["input_type"].choices = [(name, told(words)) for name, words in INPUTS if name in kinds]

    @staticmethod
    def rows_of(items: Sequence[Line]) -> list[dict[str, Any]]:
        return [
            {
                **{name: getattr(one, name) for name in ("name", "is_required", "input_type", "visible_if")},
                "min": shown_bound(one.min),
                "max": shown_bound(one.max),
            }
            for one in items
        ]

    @staticmethod
    def put(rows: Sequence[Mapping[str, Any]], items: Sequence[Line], own: str) -> list[Line]:
        """The lines with what rows say of them."""
        said = {row["name"]: row for row in rows}
        return [replace(one, **_line(said[one.name])) if one.name in said else one for one in items]


def _line(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **row,
        "min": read_bound(row["min"]),
        "max": read_bound(row["max"]),
        "visible_if": row["visible_if"] or None,
    }
