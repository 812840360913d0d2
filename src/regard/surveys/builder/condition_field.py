"""A condition in a form: rows of question, comparison and value, joined by "all" or "any"; text where rows end.

Everything is done by the server: a button draws one more row, another one writes the rows as text, or back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from regard.base import Invalid
from regard.surveys.choosing import ALONE, Row, condition_of, drawn
from regard.surveys.expressions import parse
from regard.web.site import told_error

COMPARED = {
    "=": _("is"),
    "<>": _("is not"),
    "<": _("is less than"),
    "<=": _("is at most"),
    ">": _("is more than"),
    ">=": _("is at least"),
    "contains": _("contains"),
    "notcontains": _("does not contain"),
    "anyof": _("is one of (a, b)"),
    "noneof": _("is none of (a, b)"),
    "allof": _("has all of (a, b)"),
    "notempty": _("is answered"),
    "empty": _("is not answered"),
}
MATCHES = {"all": _("all of these hold"), "any": _("any of these holds")}
MOST_ROWS = 50
"""A condition of more is written as text."""
REDRAWN = ("more", "as-text", "as-rows", "row", "preview")
"""What a button named ``do`` may say, before its space, to have the form drawn anew with nothing kept."""


def is_redrawn(data: Mapping[str, Any]) -> bool:
    """Whether a button asks for more of the form, and not for keeping it."""
    return str(data.get("do", "")).partition(" ")[0] in REDRAWN


@dataclass(frozen=True)
class Typed:
    """A condition as it stands in a form."""

    match: str = "all"
    rows: tuple[Row, ...] = ()
    text: str = ""
    is_text: bool = False

    @property
    def shown(self) -> list[Row]:
        """The rows, and an empty one to go on with."""
        return [*self.rows, Row("", "=")]

    @property
    def expression(self) -> str:
        if self.is_text:
            return self.text
        return condition_of(self.match, [row for row in self.rows if row.comparison in COMPARED]) or ""


def typed(condition: str | None) -> Typed:
    """A condition in rows, if rows can say it.

    >>> typed("{nps} < 7").rows, typed("not ({a} = 1)").is_text
    ((Row(name='nps', comparison='<', value='7'),), True)
    """
    found = drawn(condition)
    if found is None or len(found[1]) > MOST_ROWS:
        return Typed(text=condition or "", is_text=True)
    return Typed(found[0], tuple(found[1]), condition or "")


def in_words(condition: str | None) -> str:
    """A condition as its rows say it; the text itself where rows cannot.

    >>> in_words("{nps} <= 6 and {why} notempty"), in_words("not ({a} = 1)")
    ('nps is at most 6 and why is answered', 'not ({a} = 1)')
    """
    found = typed(condition)
    if found.is_text:
        return found.text
    joined = _(" and ") if found.match == "all" else _(" or ")
    return str(joined).join(_row_in_words(row) for row in found.rows)


def _row_in_words(row: Row) -> str:
    alone = f"{row.name} {COMPARED[row.comparison]}"
    return alone if row.comparison in ALONE else f"{alone} {row.value}"


class ConditionWidget(forms.Widget):
    """The rows: ``<name>-name``, ``-comparison`` and ``-value`` once a row, and ``-match``; or ``-text``. ``-how`` says
    which."""

    use_fieldset = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Typed:
        is_text = data.get(f"{name}-how") == "text"
        text = data.get(f"{name}-text", "").strip()
        read = Typed(data.get(f"{name}-match", "all"), tuple(_rows(data, name)), text, is_text)
        if data.get("do") == f"as-rows {name}":
            return typed(text)
        return Typed(text=read.expression, is_text=True) if data.get("do") == f"as-text {name}" else read

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return f"{name}-how" not in data

    def id_for_label(self, id_: str) -> str:
        return ""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        shown = value if isinstance(value, Typed) else typed(value)
        given = {"name": name, "id": (attrs or {}).get("id", name), "typed": shown}
        context = {**given, "comparisons": COMPARED.items(), "matches": MATCHES.items()}
        return SafeString(render_to_string("surveys/builder/condition.html", context))


def _rows(data: Any, name: str) -> Iterator[Row]:
    lists = [data.getlist(f"{name}-{part}") if hasattr(data, "getlist") else [] for part in Row._fields]
    for asked, comparison, value in zip(*lists, strict=False):
        row = Row(asked.strip().strip("{}").strip(), comparison, value.strip())
        if row.name or row.value:
            yield row


class ConditionField(forms.Field):
    """A condition, or none; cleaned to its text (empty for none)."""

    widget = ConditionWidget

    def __init__(self, **named: Any):
        super().__init__(**{"required": False, **named})

    def clean(self, value: Any) -> str:
        given = value if isinstance(value, Typed) else typed(value)
        for row in () if given.is_text else given.rows:
            _judge(row)
        text = given.expression
        try:
            if text:
                parse(text)
        except Invalid as error:
            raise ValidationError(told_error(error)) from None
        return text

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool((initial or "") != data.expression)


def _judge(row: Row) -> None:
    if row.comparison not in COMPARED:
        raise ValidationError(_("That is no comparison."))
    if not row.name:
        raise ValidationError(_("Say which answer is compared."))
    if row.comparison not in ALONE and not row.value:
        raise ValidationError(_("Say what the answer is compared with."))
