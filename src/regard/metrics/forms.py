"""Forms for the rules of a metric, made from the rules themselves, and for the hours in which a desk is open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regard.base import Invalid
from regard.metrics.calendar import WEEKDAYS, BusinessCalendar
from regard.metrics.contract import Metric, OneOf, Rule
from regard.metrics.site import rule_name, value_words
from regard.web.site import told, told_error

DAY_NAMES = {
    "monday": gettext_lazy("Monday"),
    "tuesday": gettext_lazy("Tuesday"),
    "wednesday": gettext_lazy("Wednesday"),
    "thursday": gettext_lazy("Thursday"),
    "friday": gettext_lazy("Friday"),
    "saturday": gettext_lazy("Saturday"),
    "sunday": gettext_lazy("Sunday"),
}


class Lines(forms.CharField):
    """A list, one entry on each line."""

    widget = forms.Textarea(attrs={"rows": 3})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list | tuple) else value

    def to_python(self, value: Any) -> list[str]:
        return [line.strip() for line in str(value or "").splitlines() if line.strip()]

    def validate(self, value: list[str]) -> None:
        super().validate(value)


class ByScale(forms.CharField):
    """A value for each scale, written ``1-5: 4`` on a line of its own."""

    widget = forms.Textarea(attrs={"rows": 5, "class": "code"})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(f"{scale}: {each}" for scale, each in value.items()) if isinstance(value, Mapping) else value

    def to_python(self, value: Any) -> dict[str, Any]:
        found = {}
        for line in filter(None, map(str.strip, str(value or "").splitlines())):
            scale, sign, each = (part.strip() for part in line.partition(":"))
            if not (scale and sign and each):
                raise forms.ValidationError(_("Write each line as 1-5: 4. This one is not: %(line)s") % {"line": line})
            found[scale] = _number(each)
        return found


def _number(text: str) -> Any:
    """A number where it is one, else the word."""
    try:
        value = float(text)
    except ValueError:
        return text
    return int(value) if value.is_integer() else value


class RulesForm(forms.Form):
    """The rules of one metric. ``based_on`` is the version that was shown: a newer one meanwhile is a conflict."""

    based_on = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, metric: Metric, *arguments: Any, **named: Any):
        super().__init__(*arguments, **named)
        self.metric = metric
        for rule in metric.rules:
            self.fields[rule.name] = field_of(rule)

    def clean(self) -> dict[str, Any]:
        """Each rule by its own check, so that the form and a notebook refuse alike."""
        given = super().clean()
        for rule in self.metric.rules:
            if rule.name in given and (wrong := rule.check(self.value(rule, given))):
                self.add_error(rule.name, _("This must %(what)s.") % {"what": told(wrong)})
        return given

    def value(self, rule: Rule, given: Mapping[str, Any]) -> Any:
        value = given.get(rule.name)
        return None if value == "" else value

    @property
    def rules(self) -> dict[str, Any]:
        return {rule.name: self.value(rule, self.cleaned_data) for rule in self.metric.rules}


def field_of(rule: Rule) -> forms.Field:
    """The field for a rule, by what its default holds."""
    named = {"label": rule_name(rule.name), "help_text": _(rule.about), "required": rule.check(None) is not None}
    if isinstance(rule.check, OneOf):
        return forms.ChoiceField(choices=[(one, value_words(one)) for one in rule.check.choices], **named)
    if isinstance(rule.default, Mapping):
        return ByScale(**named)
    if isinstance(rule.default, list | tuple):
        return Lines(**named)
    if isinstance(rule.default, int):
        return forms.IntegerField(**named)
    return forms.CharField(max_length=200, **named)


class HoursForm(forms.Form):
    """When the desk is open: several intervals a day, and the days on which it is not."""

    def __init__(self, time_zone: str, *arguments: Any, **named: Any):
        super().__init__(*arguments, **named)
        self.time_zone = time_zone
        for day in WEEKDAYS:
            self.fields[day] = forms.CharField(label=DAY_NAMES[day], required=False, max_length=200)
            self.fields[day].widget.attrs["placeholder"] = _("closed")
        self.fields["holidays"] = Lines(
            label=_("Holidays"), required=False, help_text=_("One date on each line, as 2026-12-25.")
        )

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        body = {"time_zone": self.time_zone, "hours": self._hours(given), "holidays": given.get("holidays") or []}
        try:
            self.calendar = BusinessCalendar.from_dict(body) if any(body["hours"].values()) else None
        except Invalid as error:
            named = (error.field or "").rpartition(".")[2]
            self.add_error(named if named in self.fields else None, told_error(error))
        return given

    def _hours(self, given: Mapping[str, Any]) -> dict[str, list[list[str]]]:
        return {
            day: [[side.strip() for side in part.split("-")] for part in given[day].split(",") if part.strip()]
            for day in WEEKDAYS
            if given.get(day)
        }

    @staticmethod
    def initial_of(calendar: Mapping[str, Any] | None) -> dict[str, Any]:
        """A kept calendar as the form shows it."""
        kept = calendar or {}
        hours = {day: ", ".join("-".join(pair) for pair in pairs) for day, pairs in kept.get("hours", {}).items()}
        return {**hours, "holidays": kept.get("holidays", [])}
