"""Pages of the definitions: what each metric counts, by which rules, since when; and the hours of the desk."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regard.accounts import Right
from regard.accounts.site import record_audit, right_required, store_of
from regard.base import Invalid, NotFound
from regard.metrics.catalogue import CATALOGUE, METRICS, metric_called
from regard.metrics.contract import Metric
from regard.metrics.definitions import define, definition_of, settings_of
from regard.metrics.forms import DAY_NAMES, HoursForm, RulesForm
from regard.metrics.site import history, rule_name, value_words
from regard.stream import Record, Store

MEANWHILE = gettext_lazy("Somebody changed these rules meanwhile. Look at the versions, then change them again.")
IN_FORCE = gettext_lazy("Version %(version)s is in force. Earlier figures can still be made.")


@right_required(Right.VIEW_METRICS)
def definitions(request: HttpRequest, slug: str) -> HttpResponse:
    """Every metric with its rules in force."""
    store = store_of(request.workspace)
    newest = {record.key: record for record in store.kept("definition")}
    main = {metric.key for metric in METRICS}
    listed = [_listed(metric, newest.get(metric.key)) for metric in CATALOGUE.values()]
    settings = settings_of(store)
    context = {
        "groups": [
            (_("The eight metrics"), [one for one in listed if one["metric"].key in main]),
            (_("Beside them"), [one for one in listed if one["metric"].key not in main]),
        ],
        "settings": settings,
        "hours": _opening(settings.calendar),
        "may_edit": request.member.may(Right.EDIT_DEFINITIONS),
    }
    return render(request, "metrics/definitions.html", context)


def _opening(calendar: Any) -> list[tuple[str, str]]:
    """The days on which the desk is open, with their hours."""
    said = HoursForm.initial_of(calendar)
    return [(name, said[day]) for day, name in DAY_NAMES.items() if said.get(day)]


def _listed(metric: Metric, kept: Record | None) -> dict[str, Any]:
    rules = {**metric.defaults(), **(kept.body if kept else {})}
    said = [{"name": rule_name(name), "value": value_words(value)} for name, value in rules.items()]
    return {"metric": metric, "title": _(metric.title), "about": _(metric.about), "kept": kept, "rules": said}


@right_required(Right.EDIT_DEFINITIONS)
def definition(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Change the rules of a metric: a new version, and an entry in the audit log."""
    metric, store = _metric_in(key), store_of(request.workspace)
    now = definition_of(store, metric.key)
    form = RulesForm(metric, request.POST or None, initial={**now.rules, "based_on": now.version})
    if request.method == "POST" and form.is_valid() and _is_newest(form, now.version):
        return _changed(request, store, metric, form.rules)
    context = {
        "form": form,
        "metric": metric,
        "title": _(metric.title),
        "about": _(metric.about),
        "formula": _(metric.formula),
        "history": history(store, metric.key),
        "now": now,
    }
    return render(request, "metrics/definition.html", context, status=422 if form.errors else 200)


def _is_newest(form: RulesForm, version: int) -> bool:
    if form.cleaned_data["based_on"] == version:
        return True
    form.add_error(None, MEANWHILE)
    return False


def _changed(request: HttpRequest, store: Store, metric: Metric, rules: dict[str, Any]) -> HttpResponse:
    before = definition_of(store, metric.key)
    if rules == before.rules:
        messages.info(request, _("Nothing was changed."))
    else:
        made = define(store, metric.key, rules, made_by=request.user.name or request.user.email)
        record_audit(request.workspace, request.user, "definition changed", metric.key, version=made.version)
        messages.success(
            request,
            IN_FORCE % {"version": made.version},
        )
    return redirect("metrics:definition", request.workspace.slug, metric.key)


@right_required(Right.EDIT_DEFINITIONS)
def hours(request: HttpRequest, slug: str) -> HttpResponse:
    """Change when the desk is open."""
    store = store_of(request.workspace)
    settings = settings_of(store)
    form = HoursForm(settings.time_zone, request.POST or None, initial=HoursForm.initial_of(settings.calendar))
    if request.method == "POST" and form.is_valid():
        calendar = form.calendar.as_dict() if form.calendar else None
        store.keep(
            Record("settings", "workspace", {**settings.facts, "calendar": calendar}, made_by=request.user.email)
        )
        record_audit(request.workspace, request.user, "business hours changed", "workspace")
        messages.success(request, _("The business hours are in force."))
        return redirect("metrics:definitions", request.workspace.slug)
    context = {"form": form, "settings": settings}
    return render(request, "metrics/hours.html", context, status=422 if form.errors else 200)


def _metric_in(key: str) -> Metric:
    try:
        return metric_called(key)
    except Invalid as error:
        raise NotFound(_("There is no such metric."), remedy=error.remedy) from error
