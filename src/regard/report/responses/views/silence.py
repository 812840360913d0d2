"""Those who did not answer: bounds, early against late, and known shares of all customers."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from regard.accounts import Right
from regard.accounts.site import record_audit, right_required
from regard.base import Invalid
from regard.base.words import said
from regard.report.responses import drawing
from regard.report.responses.forms import MarginForm
from regard.report.responses.showing import balance_rows, bounds_words, drift_words
from regard.report.responses.site import Results, page
from regard.surveys.site import keep_margins
from regard.web.site import told_error


@right_required(Right.VIEW_METRICS)
def silence(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Bounds, early against late, and known shares of all customers; POST keeps the shares of one variable."""
    asked = Results.of(request, key)
    if request.method == "POST":
        return _keep(asked)
    return _silence_page(asked)


def _silence_page(asked: Results, form: MarginForm | None = None, variable: str = "") -> HttpResponse:
    chosen = variable or asked.request.GET.get("variable", "")
    margins, whole = asked.survey.margins, asked.whole
    variables = list(dict.fromkeys([*margins, *whole.variables]))
    if chosen in variables and form is None:
        form = MarginForm(_categories(asked, chosen), margins.get(chosen, {}))
    raked = asked.weighed("raked") if margins and whole.n else None
    may = asked.may(Right.MANAGE_SURVEYS)
    return page(
        asked,
        "silence",
        status=422 if form is not None and form.is_bound else 200,
        invited=asked.invited,
        bounds=[bounds_words(one, asked.fmt) for one in asked.silence],
        drifts=[words for one in asked.silence if (words := drift_words(one, asked.fmt))],
        variables=[
            {"value": one, "text": drawing.variable_name(whole, one, asked.fmt), "is_chosen": one == chosen}
            for one in variables
        ],
        kept=[{"value": one, "text": drawing.variable_name(whole, one, asked.fmt)} for one in margins],
        form=form if may else None,
        chosen=chosen,
        chosen_name=drawing.variable_name(whole, chosen, asked.fmt) if chosen else "",
        balance=balance_rows(whole, raked.raked, asked.fmt) if raked and raked.raked else None,
        problem=told_error(raked.problem) if raked and raked.problem else "",
        may_manage=may,
        caps=asked.caps(),
        kept_query=[(name, value) for name, value in asked.request.GET.items() if name not in ("cap", "variable")],
        raked_url=asked.url("results:results", weights="raked"),
    )


def _categories(asked: Results, variable: str) -> dict[str, str]:
    """The categories that answers are in: those nobody is in cannot be weighted to."""
    used = {one for one in asked.whole.category(variable) if one is not None}
    labels = asked.whole.categories(variable)
    return {value: drawing.category_name(variable, value, labels, asked.fmt) for value in labels if value in used}


def _keep(asked: Results) -> HttpResponse:
    """Keep (or take away) the known shares of one variable."""
    if not asked.may(Right.MANAGE_SURVEYS):
        raise PermissionDenied
    survey, request = asked.survey, asked.request
    variable = request.POST.get("variable", "")
    rest = {name: shares for name, shares in survey.margins.items() if name != variable}
    if "remove" in request.POST:
        keep_margins(survey, rest)
    elif variable not in asked.whole.variables and variable not in survey.margins:
        raise Invalid(said("nothing is known of {name}", name=variable), field="variable")
    else:
        form = MarginForm(_categories(asked, variable), {}, request.POST)
        if not form.is_valid():
            return _silence_page(asked, form, variable)
        keep_margins(survey, {**rest, variable: form.shares})
    record_audit(request.workspace, request.user, "survey margins changed", survey.key, variables=len(survey.margins))
    messages.success(request, _("The known shares are kept."))
    return redirect(asked.url("results:silence"))
