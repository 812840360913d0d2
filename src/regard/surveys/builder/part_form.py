"""The form of a question of any kind: its fields, what its answer must satisfy, and what is special about choices."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec
from django import forms

from regard.surveys.builder.condition_field import ConditionField
from regard.surveys.builder.fields import (
    GROUPS,
    TEXTS,
    Shape,
    as_filled,
    as_lines,
    lines_as_text,
    read_bound,
    read_choices,
    read_filled,
    read_lines,
    shape_of,
    shown_bound,
)
from regard.surveys.builder.row_forms import LineForm, RowGroup, RuleForm, SpecialForm
from regard.surveys.editing import own_text, with_text
from regard.surveys.model import Chosen, Matrix, MultipleText, Question, choice
from regard.web.site import told


def _words(rows: int = 2) -> forms.CharField:
    return forms.CharField(max_length=20_000, required=False, widget=forms.Textarea(attrs={"rows": rows}))


def _line() -> forms.CharField:
    return forms.CharField(max_length=2_000, required=False)


def _whole() -> forms.IntegerField:
    return forms.IntegerField(min_value=-1_000_000_000, max_value=1_000_000_000)


CONTROLS: Mapping[str, Any] = {
    "words": _words,
    "long": lambda: _words(8),
    "line": _line,
    "name": lambda: forms.CharField(max_length=200, required=False),
    "key": lambda: forms.CharField(max_length=200),
    "condition": ConditionField,
    "choices": lambda: _words(6),
    "lines": lambda: _words(4),
    "filled": lambda: _words(2),
    "integer": _whole,
    "count": lambda: forms.IntegerField(min_value=1, max_value=1_000_000, required=False),
    "number": lambda: forms.FloatField(required=False),
    "bound": lambda: forms.CharField(max_length=40, required=False),
    "tick": lambda: forms.BooleanField(required=False),
}


def control(shape: Shape) -> forms.Field:
    """The form's field for one of :data:`~regard.surveys.builder.fields.SHAPES`."""
    if shape.control == "select":
        made: forms.Field = forms.ChoiceField(choices=[(value, told(words)) for value, words in shape.offers])
    else:
        made = CONTROLS[shape.control]()
    made.label, made.help_text = told(shape.label), told(shape.help)
    return made


class PartForm(forms.Form):
    """The fields of a question, in its own language; what is not shown stays as it is."""

    def __init__(self, *given: Any, part: Question, own: str, **named: Any):
        self.part, self.own = part, own
        self.kind = str(part.__struct_config__.tag)
        shapes = {one.name: shape_of(self.kind, one.name) for one in msgspec.structs.fields(part)}
        self.shapes = {name: shape for name, shape in shapes.items() if shape}
        initial = {name: self._shown_value(name, shape) for name, shape in self.shapes.items()}
        super().__init__(*given, initial=initial, **named)
        for name, shape in self.shapes.items():
            self.fields[name] = control(shape)
        self.row_groups = list(self._row_groups())

    def _row_groups(self) -> Iterator[RowGroup]:
        """What the answer must satisfy, and what is special about single choices, rows or lines."""
        part, data, own = self.part, self.data if self.is_bound else None, self.own
        rules = {"kind": self.kind, "own": own, "before": part.validators}
        yield RowGroup.of(RuleForm, "validators", data, part.validators, **rules)
        if isinstance(part, Chosen | Matrix):
            for name in ("choices",) if isinstance(part, Chosen) else ("rows", "columns"):
                now = self._typed(name, read_choices)
                options = {str(choice(one).value): choice(one) for one in [*now, *getattr(part, name)]}
                more = {"part": part, "of": name, "options": list(options.values()), "own": own}
                yield RowGroup.of(SpecialForm, name, data, SpecialForm.rows_of(getattr(part, name)), **more)
        if isinstance(part, MultipleText):
            yield RowGroup.of(LineForm, "items", data, LineForm.rows_of(self._typed("items", read_lines)), extra=0)

    def _typed(self, name: str, read: Callable[..., Any]) -> Any:
        """A list as it is written in the form now."""
        before = getattr(self.part, name)
        return read(self.data.get(name, ""), before, self.own) if self.is_bound else before

    def is_valid(self) -> bool:
        return all([super().is_valid(), *(group.is_valid() for group in self.row_groups)])

    def _shown_value(self, name: str, shape: Shape) -> Any:
        value = getattr(self.part, name)
        if shape.control in TEXTS:
            return own_text(value, self.own)
        if shape.control == "choices":
            return as_lines(value, self.own)
        if shape.control == "filled":
            return as_filled(value)
        if shape.control in ("bound", "number"):
            return shown_bound(value)
        return lines_as_text(value, self.own) if shape.control == "lines" else value

    def _read_value(self, name: str, shape: Shape, given: Any) -> Any:
        before = getattr(self.part, name)
        if shape.control in TEXTS:
            made = with_text(before, given.strip(), self.own)
            return made if made is not None or name != "html" else ""
        if shape.control == "choices":
            return read_choices(given, before, self.own)
        if shape.control == "lines":
            return read_lines(given, before, self.own)
        if shape.control == "filled":
            return before if given.strip() == as_filled(before).strip() else read_filled(given, self.part)
        if shape.control == "bound":
            return read_bound(given.strip())
        return given.strip() or None if isinstance(given, str) and shape.control in ("name", "condition") else given

    def made(self) -> Any:
        """The question as the form says it is to be."""
        values = {
            name: self._read_value(name, shape, self.cleaned_data[name])
            for name, shape in self.shapes.items()
            if name in self.cleaned_data
        }
        made = msgspec.structs.replace(self.part, **values)
        for group in self.row_groups:
            if group.rows is not None:
                kept = group.form.put(group.rows, getattr(made, group.name), self.own)
                made = msgspec.structs.replace(made, **{group.name: kept})
        return made

    @property
    def groups(self) -> dict[str, list[Any]]:
        """The fields by the group in which they stand."""
        return {group: [self[name] for name, shape in self.shapes.items() if shape.group == group] for group in GROUPS}
