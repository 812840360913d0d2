"""Forms of a survey's logic: ways, quotas, calculated values and pages in random order."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from regard.base import Invalid
from regard.surveys.builder.condition_field import ConditionField
from regard.surveys.editing import own_text, with_text
from regard.surveys.expressions import parse
from regard.surveys.leaving import is_safe
from regard.surveys.model import (
    CalculatedValue,
    Complete,
    Ending,
    Page,
    Questionnaire,
    Quota,
    RandomGroup,
    Skip,
    UrlCondition,
)
from regard.web.site import told_error


def _name_field(label: Any) -> forms.CharField:
    widget = forms.TextInput(attrs={"list": "names", "autocomplete": "off"})
    return forms.CharField(label=label, max_length=200, required=False, widget=widget)


def _address_field() -> forms.CharField:
    return forms.CharField(
        label=_("Goes on at this address"),
        max_length=2_000,
        required=False,
        help_text=_("https://…; {name} puts in a value. Without words for a button it goes there at once."),
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off"}),
    )


def _button_field() -> forms.CharField:
    return forms.CharField(label=_("Button that leads there"), max_length=200, required=False)


def _clean_address(form: forms.Form, clean: Mapping[str, Any], name: str = "navigate_to_url") -> None:
    if clean.get(name) and not is_safe(clean[name].strip()):
        form.add_error(name, _("Write an address that begins with https://; values only stand behind the host."))


ENDING: Final = ("text", "navigate_to_url", "navigate_text")


def _ending_row(end: Ending, own: str) -> dict[str, str]:
    return {name: own_text(getattr(end, name), own) for name in ENDING}


def _ending(row: Mapping[str, Any], old: Any, own: str) -> dict[str, Any]:
    """What is said at an end and where it leads; other languages stay."""
    return {name: with_text(getattr(old, name, None), row[name].strip(), own) for name in ENDING}


class LogicForm(forms.Form):
    """One thing of the survey's logic; without a condition (or name, or pages) there is none."""

    def __init__(self, *given: Any, pages: Sequence[Page] = (), **named: Any):
        self.pages = pages
        super().__init__(*given, **named)


class WayForm(LogicForm):
    """What happens when a page is left."""

    expression = ConditionField(label=_("If"))
    what = forms.ChoiceField(
        label=_("then"),
        choices=[("skip", _("go on at")), ("complete", _("end")), ("screen_out", _("end: not meant for them"))],
    )
    goto_name = _name_field(_("Question or page"))
    after = _name_field(_("When the page of this question is left"))
    text = forms.CharField(label=_("Words at this end"), max_length=2_000, required=False)
    navigate_to_url = _address_field()
    navigate_text = _button_field()

    def clean(self) -> dict[str, Any]:
        clean = super().clean()
        _clean_address(self, clean)
        if clean.get("expression") and clean.get("what") == "skip" and not clean.get("goto_name"):
            self.add_error("goto_name", _("Say where it goes on."))
        return clean

    @staticmethod
    def rows_of(before: Questionnaire) -> list[dict[str, Any]]:
        return [_way_row(one, before.locale) for one in before.triggers]

    @staticmethod
    def put(rows: Sequence[Mapping[str, Any]], before: Sequence[Any], own: str) -> list[Any]:
        return [_way(row, old, own) for row, old in _with_old(rows, before) if row["expression"]]


def _with_old(rows: Sequence[Mapping[str, Any]], before: Sequence[Any]) -> list[tuple[Mapping[str, Any], Any]]:
    """Each row with what it was before, whose translations it keeps: by its condition, else by its place."""
    by_condition = {one.expression: one for one in before}
    kept = {row["expression"] for row in rows}
    left = [one if one.expression not in kept else None for one in before] + [None] * len(rows)
    return [(row, by_condition.get(row["expression"], old)) for row, old in zip(rows, left, strict=False)]


def _way_row(trigger: Complete | Skip, own: str) -> dict[str, Any]:
    row: dict[str, Any] = {"expression": trigger.expression, "after": trigger.after or ""}
    if isinstance(trigger, Skip):
        return {**row, "what": "skip", "goto_name": trigger.goto_name}
    return {**row, "what": "screen_out" if trigger.is_screen_out else "complete", **_ending_row(trigger, own)}


def _way(row: Mapping[str, Any], old: Any, own: str) -> Complete | Skip:
    after = row["after"] or None
    if row["what"] == "skip":
        return Skip(expression=row["expression"], goto_name=row["goto_name"], after=after)
    is_out = row["what"] == "screen_out"
    return Complete(expression=row["expression"], after=after, is_screen_out=is_out, **_ending(row, old, own))


class QuotaForm(LogicForm):
    """At most so many complete responses."""

    expression = ConditionField(label=_("If"))
    limit = forms.IntegerField(
        label=_("at most this many responses"), min_value=1, max_value=100_000_000, required=False
    )
    name = forms.CharField(label=_("Name"), max_length=200, required=False)
    text = forms.CharField(label=_("Words when it is full"), max_length=2_000, required=False)
    navigate_to_url = _address_field()
    navigate_text = _button_field()

    def clean(self) -> dict[str, Any]:
        clean = super().clean()
        _clean_address(self, clean)
        if clean.get("expression") and clean.get("limit") is None and "limit" not in self.errors:
            self.add_error("limit", _("Say how many."))
        return clean

    @staticmethod
    def rows_of(before: Questionnaire) -> list[dict[str, Any]]:
        own = before.locale
        return [
            {"name": one.name, "expression": one.expression, "limit": one.limit, **_ending_row(one, own)}
            for one in before.quotas
        ]

    @staticmethod
    def put(rows: Sequence[Mapping[str, Any]], before: Sequence[Quota], own: str) -> list[Quota]:
        return [
            Quota(
                name=row["name"] or f"quota{at}",
                expression=row["expression"],
                limit=row["limit"],
                **_ending(row, old, own),
            )
            for at, (row, old) in enumerate(_with_old(rows, before), 1)
            if row["expression"]
        ]


class OnwardsForm(LogicForm):
    """Where it goes on after the survey's own end, for some."""

    expression = ConditionField(label=_("If"))
    url = _address_field()

    def clean(self) -> dict[str, Any]:
        clean = super().clean()
        _clean_address(self, clean, "url")
        if clean.get("expression") and not clean.get("url") and "url" not in self.errors:
            self.add_error("url", _("Say where it goes on."))
        return clean

    @staticmethod
    def rows_of(before: Questionnaire) -> list[dict[str, Any]]:
        own = before.locale
        return [
            {"expression": one.expression, "url": own_text(one.url, own)} for one in before.navigate_to_url_on_condition
        ]

    @staticmethod
    def put(rows: Sequence[Mapping[str, Any]], before: Sequence[UrlCondition], own: str) -> list[UrlCondition]:
        found = [
            (row["expression"], with_text(getattr(old, "url", None), row["url"].strip(), own))
            for row, old in _with_old(rows, before)
        ]
        return [UrlCondition(expression=condition, url=url) for condition, url in found if condition and url]


class ValueForm(LogicForm):
    """A value worked out of answers."""

    name = forms.CharField(label=_("Name"), max_length=200, required=False)
    expression = forms.CharField(
        label=_("is"), max_length=20_000, required=False, help_text=_("Such as {speed} + {price} * 2.")
    )

    def clean_expression(self) -> str:
        text = str(self.cleaned_data["expression"]).strip()
        try:
            if text:
                parse(text)
        except Invalid as error:
            raise forms.ValidationError(told_error(error)) from None
        return text

    def clean(self) -> dict[str, Any]:
        clean = super().clean()
        if clean.get("expression") and not clean.get("name"):
            self.add_error("name", _("Give it a name."))
        return clean

    @staticmethod
    def rows_of(before: Questionnaire) -> list[dict[str, Any]]:
        return [{"name": one.name, "expression": one.expression} for one in before.calculated_values]

    @staticmethod
    def put(rows: Sequence[Mapping[str, Any]], before: Sequence[Any], own: str) -> list[CalculatedValue]:
        return [CalculatedValue(**row) for row in rows if row["expression"]]


class GroupForm(LogicForm):
    """Pages in random order."""

    members = forms.MultipleChoiceField(label=_("Pages"), required=False, widget=forms.CheckboxSelectMultiple)
    take = forms.IntegerField(label=_("Show only this many"), min_value=1, max_value=1_000, required=False)
    is_balanced = forms.BooleanField(label=_("each equally often"), required=False)
    blocks = forms.CharField(
        label=_("Pages that keep together"),
        max_length=20_000,
        required=False,
        help_text=_("One group on each line: page1, page2. It moves, and is taken, as one."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *given: Any, **named: Any):
        super().__init__(*given, **named)
        known = [page.name for page in self.pages]
        gone = [name for name in self.initial.get("members", ()) if name not in known]
        self.fields["members"].choices = [(name, name) for name in [*known, *gone]]

    def clean_blocks(self) -> list[list[str]]:
        blocks = _read_blocks(self.cleaned_data["blocks"])
        known = set(self.cleaned_data.get("members", ()))
        odd = [name for block in blocks for name in block if name not in known]
        if odd:
            raise forms.ValidationError(_("%(name)s is none of these pages."), params={"name": odd[0]})
        return blocks

    @staticmethod
    def rows_of(before: Questionnaire) -> list[dict[str, Any]]:
        return [
            {
                "members": one.pages,
                "take": one.take,
                "is_balanced": one.is_balanced,
                "blocks": _written_blocks(one.blocks),
            }
            for one in before.random_groups
        ]

    @staticmethod
    def put(rows: Sequence[Mapping[str, Any]], before: Sequence[RandomGroup], own: str) -> list[RandomGroup]:
        return [_group(row) for row in rows if row["members"]]


def _group(row: Mapping[str, Any]) -> RandomGroup:
    return RandomGroup(pages=row["members"], **{name: row[name] for name in ("take", "is_balanced", "blocks")})


def _read_blocks(text: str) -> list[list[str]]:
    """Names separated by commas, a block on each line; a name with a comma stands in quotes."""
    rows = csv.reader(text.splitlines(), skipinitialspace=True)
    return [block for row in rows if (block := [name.strip() for name in row if name.strip()])]


def _written_blocks(blocks: Sequence[Sequence[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(blocks)
    return out.getvalue().strip()


FORMS: Mapping[str, Any] = {
    "triggers": WayForm,
    "quotas": QuotaForm,
    "calculated_values": ValueForm,
    "random_groups": GroupForm,
    "navigate_to_url_on_condition": OnwardsForm,
}
"""By the field of the questionnaire that they make."""
