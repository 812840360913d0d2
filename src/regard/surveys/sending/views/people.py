"""Personal links for a file of people: looked at first, then made."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from regard.accounts import Right
from regard.accounts.site import right_required
from regard.base import RegardError
from regard.surveys.models import Survey
from regard.surveys.sending.forms import LinksForm, TakeForm
from regard.surveys.sending.links import keep_waiting, take_links, waiting
from regard.surveys.sending.rows import LARGEST
from regard.surveys.sending.saying import page_of
from regard.surveys.sending.uploads import SHOWN_REJECTED
from regard.surveys.sending.views.programmes import csv_file
from regard.web.site import told, told_error


@right_required(Right.MANAGE_SURVEYS)
@require_POST
def upload(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Take a file in, and show what it holds."""
    survey = Survey.objects.get_of(request.workspace, key)
    form, problem = LinksForm(request.POST, request.FILES), ""
    if form.is_valid():
        try:
            token, _read = keep_waiting(survey, form.cleaned_data["file"].read(LARGEST + 1))
            return redirect("sending:waiting", slug, key, token)
        except RegardError as error:
            problem = told_error(error)
    return page_of(request, "links", survey, 422, form=form, problem=problem, read=None)


@right_required(Right.MANAGE_SURVEYS)
def links(request: HttpRequest, slug: str, key: str, token: UUID) -> HttpResponse:
    """What the file holds; sent, the links are made and the file comes back with them."""
    survey = Survey.objects.get_of(request.workspace, key)
    read = waiting(survey, token)
    form = TakeForm(request.POST or None, initial={"days": 30, "is_single_use": True, "is_held": True})
    if request.method == "POST" and form.is_valid():
        try:
            body = take_links(survey, token, by=request.user, **form.cleaned_data)
            return csv_file(body, f"{survey.key}-links.csv")
        except RegardError as error:
            messages.error(request, told_error(error))
    context = {"form": form, "read": read, "rejected": read.rejected[:SHOWN_REJECTED], "token": token, "problem": ""}
    return page_of(request, "links", survey, 422 if form.errors else 200, **context)


@right_required(Right.MANAGE_SURVEYS)
@require_GET
def rejected(request: HttpRequest, slug: str, key: str, token: UUID) -> HttpResponse:
    """The rows that cannot be used, each with why."""
    survey = Survey.objects.get_of(request.workspace, key)
    return csv_file(waiting(survey, token).refused(told), f"{survey.key}-rejected.csv")
