"""Conditions on pages: rows to choose from, or text; and the survey's logic (ways, quotas, values, random pages)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from regard.accounts import Right
from regard.accounts.site import right_required
from regard.base import Conflict, Invalid
from regard.surveys.builder.site import draft_of
from regard.surveys.builder.views.frame import kept_or_why, opened, page_of
from regard.surveys.choosing import ALONE, Row, condition_of, drawn
from regard.surveys.editing import own_text, with_text
from regard.surveys.expressions import parse
from regard.surveys.model import (
    Boolean,
    CalculatedValue,
    Chosen,
    Complete,
    Html,
    Matrix,
    Questionnaire,
    Quota,
    RandomGroup,
    Rating,
    Skip,
    choice,
)
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
MOST_ROWS = 20


class ConditionRows:
    """The condition of one part on its page: read out of a form, or drawn from what there is."""

    def __init__(self, request: HttpRequest, before: str | None, names: Sequence[tuple[str, str]]):
        self.names, self.problem = names, ""
        is_sent = request.method == "POST"
        self.text = request.POST.get("if-text", before or "").strip() if is_sent else before or ""
        rows = drawn(self.text)
        self.is_text = rows is None or (is_sent and request.POST.get("if-how") == "text")
        self.match, self.rows = ("all", []) if rows is None else (rows[0], list(rows[1]))
        if is_sent and not self.is_text:
            self.match = request.POST.get("if-match", "all")
            self.rows = list(_rows(request))
            self.text = condition_of(self.match, self.rows) or ""

    def is_valid(self) -> bool:
        for row in self.rows if not self.is_text else ():
            if row.name and row.comparison not in ALONE and not row.value.strip():
                self.problem = str(_("Say what the answer is compared with."))
        if self.text and not self.problem:
            try:
                parse(self.text)
            except Invalid as error:
                self.problem = told_error(error)
        return not self.problem

    @property
    def condition(self) -> str | None:
        return self.text or None

    @property
    def shown(self) -> list[Row]:
        """The rows, and an empty one to go on with."""
        return [*self.rows, Row("", "=")]

    comparisons = list(COMPARED.items())
    matches = list(MATCHES.items())


def _rows(request: HttpRequest) -> Iterator[Row]:
    lists = [request.POST.getlist(f"if-{part}") for part in ("name", "comparison", "value")]
    for name, comparison, value in list(zip(*lists, strict=False))[:MOST_ROWS]:
        if name and comparison in COMPARED:
            yield Row(name[:200], comparison, value[:2_000])


def names_before(questionnaire: Questionnaire, place: str) -> list[tuple[str, str]]:
    """What a condition at this page or question may ask for: name and words of all that was asked before."""
    found: list[tuple[str, str]] = []
    for page in questionnaire.pages:
        if page.name == place:
            break
        for question in page.elements:
            if question.name == place:
                return found + _values(questionnaire)
            if isinstance(question, Html):
                continue
            words = own_text(question.title, questionnaire.locale) or question.name
            if isinstance(question, Matrix):
                rows = [choice(row) for row in question.rows]
                found += [(f"{question.name}.{row.value}", f"{words}: {row.value}") for row in rows]
            else:
                found.append((question.name, words))
    return found + _values(questionnaire)


def _values(questionnaire: Questionnaire) -> list[tuple[str, str]]:
    return [(value.name, value.name) for value in questionnaire.calculated_values]


def values_offered(questionnaire: Questionnaire) -> list[str]:
    """Values that answers may have, for filling in."""
    found: dict[str, None] = {}
    for page in questionnaire.pages:
        for question in page.elements:
            if isinstance(question, Chosen):
                found |= dict.fromkeys(str(choice(one).value) for one in question.choices)
            elif isinstance(question, Rating) and question.rate_max - question.rate_min < MOST_ROWS:
                found |= dict.fromkeys(map(str, range(question.rate_min, question.rate_max + 1)))
            elif isinstance(question, Boolean):
                found |= {"true": None, "false": None}
    return list(found)[:200]


# --- the survey's logic ----------------------------------------------------------------------------------------------


def _condition_field(label: Any, required: bool = False) -> forms.CharField:
    return forms.CharField(label=label, max_length=2_000, required=required)


def _name_field(label: Any) -> forms.CharField:
    widget = forms.TextInput(attrs={"list": "names", "autocomplete": "off"})
    return forms.CharField(label=label, max_length=200, required=False, widget=widget)


class Logical(forms.Form):
    """One thing of the survey's logic; without a condition (or name) there is none."""

    def clean_expression(self) -> str:
        text = str(self.cleaned_data["expression"]).strip()
        try:
            if text:
                parse(text)
        except Invalid as error:
            raise forms.ValidationError(told_error(error)) from None
        return text


class WayForm(Logical):
    """What happens when a page is left."""

    expression = _condition_field(_("If"))
    what = forms.ChoiceField(
        label=_("then"),
        choices=[("skip", _("go on at")), ("complete", _("end")), ("screen_out", _("end: not meant for them"))],
    )
    goto_name = _name_field(_("Question or page"))
    after = _name_field(_("When the page of this question is left"))
    text = forms.CharField(label=_("Words at this end"), max_length=2_000, required=False)

    def clean(self) -> dict[str, Any]:
        clean = super().clean()
        if clean.get("expression") and clean.get("what") == "skip" and not clean.get("goto_name"):
            self.add_error("goto_name", _("Say where it goes on."))
        return clean


class QuotaForm(Logical):
    """At most so many complete responses."""

    expression = _condition_field(_("If"))
    limit = forms.IntegerField(
        label=_("at most this many responses"), min_value=1, max_value=100_000_000, required=False
    )
    name = forms.CharField(label=_("Name"), max_length=200, required=False)
    text = forms.CharField(label=_("Words when it is full"), max_length=2_000, required=False)

    def clean(self) -> dict[str, Any]:
        clean = super().clean()
        if clean.get("expression") and clean.get("limit") is None:
            self.add_error("limit", _("Say how many."))
        return clean


class ValueForm(Logical):
    """A value worked out of answers."""

    name = forms.CharField(label=_("Name"), max_length=200, required=False)
    expression = _condition_field(_("is"))


class GroupForm(forms.Form):
    """Pages in random order."""

    pages = forms.CharField(label=_("Pages, separated by commas"), max_length=5_000, required=False)
    take = forms.IntegerField(label=_("Show only this many"), min_value=1, max_value=1_000, required=False)
    is_balanced = forms.BooleanField(label=_("each equally often"), required=False)


FORMS: dict[str, type[forms.Form]] = {"way": WayForm, "quota": QuotaForm, "value": ValueForm, "group": GroupForm}


@right_required(Right.MANAGE_SURVEYS)
def logic(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """All of the survey's logic on one page, with an empty row of each to go on with."""
    survey, questionnaire = opened(request, key)
    rows = _logic_forms(request, questionnaire)
    problem, status = "", 200
    if request.method == "POST":
        status = 422
        if not any(form.errors for some in rows.values() for form in some):
            error = kept_or_why(request, survey, _with_logic(questionnaire, rows))
            if error is None:
                return redirect("surveys:logic", slug, key)
            problem, status = told_error(error), error.status
            questionnaire = draft_of(survey) if isinstance(error, Conflict) else questionnaire
    names = [
        (one.name, own_text(one.title, questionnaire.locale)) for page in questionnaire.pages for one in page.elements
    ]
    context = {"rows": rows, "problem": problem, "names": names, "tab": "logic"}
    return page_of(request, "logic", survey, questionnaire, status, **context)


def _logic_forms(request: HttpRequest, questionnaire: Questionnaire) -> dict[str, list[forms.Form]]:
    initial = _initial(questionnaire)
    found = {}
    for kind, form in FORMS.items():
        if request.method == "POST":
            count = min(int(n) if (n := request.POST.get(f"{kind}-count", "0")).isdecimal() else 0, 500)
            found[kind] = [form(request.POST, prefix=f"{kind}{at}") for at in range(count)]
        else:
            found[kind] = [form(initial=row, prefix=f"{kind}{at}") for at, row in enumerate([*initial[kind], {}])]
    return found


def _initial(questionnaire: Questionnaire) -> dict[str, list[dict[str, Any]]]:
    own = questionnaire.locale
    return {
        "way": [_way_row(one, own) for one in questionnaire.triggers],
        "quota": [
            {"name": one.name, "expression": one.expression, "limit": one.limit, "text": own_text(one.text, own)}
            for one in questionnaire.quotas
        ],
        "value": [{"name": one.name, "expression": one.expression} for one in questionnaire.calculated_values],
        "group": [
            {"pages": ", ".join(one.pages), "take": one.take, "is_balanced": one.is_balanced}
            for one in questionnaire.random_groups
        ],
    }


def _way_row(trigger: Complete | Skip, own: str) -> dict[str, Any]:
    row: dict[str, Any] = {"expression": trigger.expression, "after": trigger.after or ""}
    if isinstance(trigger, Skip):
        return {**row, "what": "skip", "goto_name": trigger.goto_name}
    return {**row, "what": "screen_out" if trigger.is_screen_out else "complete", "text": own_text(trigger.text, own)}


def _with_logic(before: Questionnaire, rows: dict[str, list[forms.Form]]) -> Questionnaire:
    """The questionnaire with the logic that the rows say; translations and blocks stay with their place."""
    clean = {kind: [form.cleaned_data for form in some] for kind, some in rows.items()}
    own = before.locale
    triggers = [_way(row, _at(before.triggers, at), own) for at, row in enumerate(clean["way"]) if row["expression"]]
    quotas = [
        Quota(
            name=row["name"] or f"quota{at + 1}",
            expression=row["expression"],
            limit=row["limit"],
            text=with_text(getattr(_at(before.quotas, at), "text", None), row["text"], own),
        )
        for at, row in enumerate(clean["quota"])
        if row["expression"]
    ]
    values = [CalculatedValue(**row) for row in clean["value"] if row["expression"] and row["name"]]
    groups = [
        _group(row, _at(before.random_groups, at)) for at, row in enumerate(clean["group"]) if row["pages"].strip()
    ]
    return msgspec.structs.replace(
        before, triggers=triggers, quotas=quotas, calculated_values=values, random_groups=groups
    )


def _at(items: Sequence[Any], place: int) -> Any:
    return items[place] if place < len(items) else None


def _way(row: dict[str, Any], old: Any, own: str) -> Complete | Skip:
    after = row["after"] or None
    if row["what"] == "skip":
        return Skip(expression=row["expression"], goto_name=row["goto_name"], after=after)
    text = with_text(getattr(old, "text", None), row["text"], own)
    is_out = row["what"] == "screen_out"
    return Complete(expression=row["expression"], after=after, text=text, is_screen_out=is_out)


def _group(row: dict[str, Any], old: RandomGroup | None) -> RandomGroup:
    pages = [name.strip() for name in row["pages"].split(",") if name.strip()]
    base = old if old and set(old.pages) == set(pages) else RandomGroup(pages=pages)
    return msgspec.structs.replace(base, pages=pages, take=row["take"], is_balanced=row["is_balanced"])
