"""The builder of segments: one form for each row of a condition, and the file of a list."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from regard.profiles.conditions import All, AnyOf, Condition, as_json, condition_of
from regard.profiles.segments import LONGEST_TITLE

KINDS = {
    "did": _("Did something"),
    "trait": _("Trait"),
    "latest": _("Channel, language or account"),
    "score": _("Answered a survey"),
    "segment": _("Segment or list"),
}
HOWS = {
    "equals": _("is"),
    "contains": _("contains"),
    "starts_with": _("starts with"),
    "at_least": _("is at least (number)"),
    "at_most": _("is at most (number)"),
    "above": _("is greater than (number)"),
    "below": _("is less than (number)"),
    "before": _("is before (date)"),
    "on_or_after": _("is on or after (date)"),
    "exists": _("is known"),
    "missing": _("is not known"),
}
COLUMNS = {
    "channel": _("Latest channel"),
    "language": _("Latest language"),
    "account": _("Company"),
    "touchpoint": _("Latest touchpoint"),
    "currency": _("Latest currency"),
    "agent": _("Latest agent"),
}
TIMES = {"at_least": _("at least"), "at_most": _("at most"), "exactly": _("exactly"), "never": _("never")}
MATCHES = {"all": _("all of these"), "any": _("any of these")}
SCALES = {"0-10": "0–10", "1-5": "1–5", "1-7": "1–7", "1-10": "1–10"}
OF = {"latest": _("the latest answer"), "mean": _("the mean of all answers")}
FIELDS = {
    "did": ("event", "times_how", "times", "within_days", "column", "wanted", "amount"),
    "trait": ("trait", "how", "value"),
    "latest": ("latest", "how", "value"),
    "score": ("metric", "of", "scale", "least", "most", "within_days"),
    "segment": ("segment",),
}
NUMBERS = ("at_least", "at_most", "above", "below")
NUMBER = r"-?[0-9]{1,12}([.,][0-9]{1,6})?"


class RowForm(forms.Form):
    """One part of a condition. All kinds' fields are here; those of the chosen kind are shown and read."""

    kind = forms.ChoiceField(label=_("What"), choices=KINDS.items())
    is_opposite = forms.BooleanField(label=_("Everybody but these"), required=False)
    trait = forms.CharField(label=_("Trait"), max_length=200)
    latest = forms.ChoiceField(label=_("Which"), choices=COLUMNS.items())
    how = forms.ChoiceField(label=_("Test"), choices=HOWS.items())
    value = forms.CharField(label=_("Value"), max_length=1000, required=False)
    event = forms.CharField(label=_("Interaction"), max_length=200)
    times_how = forms.ChoiceField(label=_("How often"), choices=TIMES.items())
    times = forms.IntegerField(label=_("Times"), min_value=0, max_value=1_000_000, required=False)
    within_days = forms.IntegerField(label=_("In the last days"), min_value=1, max_value=36_500, required=False)
    column = forms.CharField(label=_("Only where column or property"), max_length=200, required=False)
    wanted = forms.CharField(label=_("has the value"), max_length=1000, required=False)
    amount = forms.FloatField(label=_("Worth together at least"), required=False)
    metric = forms.CharField(label=_("Question"), max_length=200)
    of = forms.ChoiceField(label=_("Which answer"), choices=OF.items())
    scale = forms.ChoiceField(label=_("Scale"), choices=SCALES.items())
    least = forms.FloatField(label=_("From"), required=False)
    most = forms.FloatField(label=_("To, included"), required=False)
    segment = forms.ChoiceField(label=_("Segment"))

    def __init__(self, *given: Any, offers: Mapping[str, Sequence[Any]], **named: Any):
        super().__init__(*given, **named)
        self.fields["segment"].choices = offers["segment"]
        for name, offered in (("trait", "traits"), ("event", "events"), ("metric", "metrics"), ("column", "columns")):
            self.fields[name].widget.attrs |= {"list": f"known-{offered}", "autocomplete": "off"}
        for name in self.fields.keys() - {"kind", "is_opposite"} - set(FIELDS[self.chosen]):
            del self.fields[name]

    @property
    def chosen(self) -> str:
        """The kind of this row."""
        kind = self.data.get(self.add_prefix("kind")) if self.is_bound else self.initial.get("kind")
        return kind if kind in KINDS else "did"

    @property
    def shown(self) -> list[Any]:
        return [self[name] for name in FIELDS[self.chosen] if name in self.fields]

    def part(self) -> dict[str, Any]:
        """The row as a part of a condition, in JSON."""
        clean = self.cleaned_data
        made = getattr(self, f"_{self.chosen}")(clean)
        return {"kind": "not", "of": made} if clean["is_opposite"] else made

    def _trait(self, clean: Mapping[str, Any]) -> dict[str, Any]:
        return {"kind": "trait", "name": clean["trait"], **tested(clean)}

    def _latest(self, clean: Mapping[str, Any]) -> dict[str, Any]:
        return {"kind": "latest", "column": clean["latest"], **tested(clean)}

    def _segment(self, clean: Mapping[str, Any]) -> dict[str, Any]:
        return {"kind": "segment", "key": clean["segment"]}

    def _score(self, clean: Mapping[str, Any]) -> dict[str, Any]:
        low, high = map(float, clean["scale"].split("-"))
        between = {"at_least": clean["least"], "at_most": clean["most"]}
        made = {"kind": "score", "metric": clean["metric"], "of": clean["of"], "scale": [low, high]}
        return {**made, "between": _given(between), **_during(clean)}

    def _did(self, clean: Mapping[str, Any]) -> dict[str, Any]:
        times = 1 if clean["times"] is None else clean["times"]
        ranges = {
            "at_least": {"at_least": times},
            "at_most": {"at_most": times},
            "exactly": {"at_least": times, "at_most": times},
            "never": {"at_most": 0},
        }
        made = {"kind": "did", "name": clean["event"], "times": ranges[clean["times_how"]], **_during(clean)}
        if clean["column"]:
            made["where"] = [{"column": clean["column"], "is": "equals", "value": clean["wanted"]}]
        return made if clean["amount"] is None else {**made, "amount": {"at_least": clean["amount"]}}


def tested(clean: Mapping[str, Any]) -> dict[str, Any]:
    """How a text is judged, with the value as that way needs it."""
    how, value = clean["how"], clean["value"]
    if how in ("exists", "missing"):
        return {"is": how}
    return {"is": how, "value": _number(value) if how in NUMBERS else value}


def _number(value: str) -> float | str:
    return float(value.replace(",", ".")) if re.fullmatch(NUMBER, value) else value


def _during(clean: Mapping[str, Any]) -> dict[str, Any]:
    return {"during": {"within_days": clean["within_days"]}} if clean["within_days"] else {}


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


class SegmentForm(forms.Form):
    """The name of a segment, and how its rows are joined."""

    title = forms.CharField(label=_("Name"), max_length=LONGEST_TITLE)
    match = forms.ChoiceField(label=_("Customers for whom"), choices=MATCHES.items())


class JsonForm(forms.Form):
    """A segment whose condition is written as JSON: what rows cannot draw."""

    title = forms.CharField(label=_("Name"), max_length=LONGEST_TITLE)
    condition = forms.JSONField(
        label=_("Condition"), widget=forms.Textarea(attrs={"rows": 14, "class": "code", "spellcheck": "false"})
    )


class ListForm(forms.Form):
    """A list of customers as a file."""

    title = forms.CharField(label=_("Name"), max_length=LONGEST_TITLE)
    file = forms.FileField(
        label=_("File"), help_text=_("CSV, UTF-8: one user id or e-mail address a line, or a column called so.")
    )


# --- a condition as rows -------------------------------------------------------------------------------------------


def drawn(condition: Condition) -> tuple[str, list[dict[str, Any]]] | None:
    """How the rows of a condition are joined, and what stands in each; None where rows cannot say the same."""
    match = "any" if isinstance(condition, AnyOf) else "all"
    parts = condition.of if isinstance(condition, All | AnyOf) else [condition]
    rows = [_row(as_json(part)) for part in parts]
    return None if None in rows else (match, [row for row in rows if row is not None])


def _row(part: dict[str, Any]) -> dict[str, Any] | None:
    inner = part["of"] if part["kind"] == "not" else part
    if inner["kind"] not in KINDS:
        return None
    row = {name: value for name, value in _drawers[inner["kind"]](inner).items() if value is not None}
    row |= {"kind": inner["kind"], "is_opposite": part["kind"] == "not"}
    return row if _says_the_same(row, part) else None


def _says_the_same(row: dict[str, Any], part: dict[str, Any]) -> bool:
    offers = {"segment": [(row.get("segment"), "")]}
    form = RowForm({name: value for name, value in row.items() if value is not False}, offers=offers)
    return form.is_valid() and condition_of(form.part()) == condition_of(part)


def _test_row(part: Mapping[str, Any]) -> dict[str, Any]:
    value = part.get("value")
    return {"how": part.get("is", "equals"), "value": f"{value:g}" if isinstance(value, float) else value}


def _did_row(part: Mapping[str, Any]) -> dict[str, Any]:
    times = part.get("times", {"at_least": 1})
    least, most = times.get("at_least"), times.get("at_most")
    how = "never" if most == 0 else "exactly" if least == most else "at_least" if most is None else "at_most"
    where = (part.get("where") or [{}])[0]
    return {
        "event": part["name"],
        "times_how": how,
        "times": int(least if most is None else most),
        "within_days": part.get("during", {}).get("within_days"),
        "column": where.get("column"),
        "wanted": where.get("value"),
        "amount": part.get("amount", {}).get("at_least"),
    }


def _score_row(part: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "metric": part["metric"],
        "of": part.get("of", "latest"),
        "scale": "-".join(f"{end:g}" for end in part["scale"]),
        "least": part["between"].get("at_least"),
        "most": part["between"].get("at_most"),
        "within_days": part.get("during", {}).get("within_days"),
    }


_drawers: dict[str, Any] = {
    "trait": lambda part: {"trait": part["name"], **_test_row(part)},
    "latest": lambda part: {"latest": part["column"], **_test_row(part)},
    "did": _did_row,
    "score": _score_row,
    "segment": lambda part: {"segment": part["key"]},
}
