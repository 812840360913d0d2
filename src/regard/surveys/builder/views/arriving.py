"""Responses given in another tool, brought in by hand: the survey's file there, and the export."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regard.accounts import Right
from regard.accounts.site import right_required
from regard.base import RegardError, TooLarge
from regard.surveys.builder.views.frame import opened, page_of
from regard.surveys.moving import read_survey
from regard.surveys.moving.responses import ImportedResponses, read_responses
from regard.surveys.moving.responses.model import zone_of
from regard.surveys.moving.site import keep_responses
from regard.web.site import told_error

LARGEST_FILE = 20_000_000
LISTED = 200
"""Reasons and problems that a page lists; the command lists all."""


class ResponsesForm(forms.Form):
    """An export, and the survey it belongs to as its own tool wrote it."""

    survey = forms.FileField(label=gettext_lazy("The survey there (.qsf, .lss or .lsa)"), max_length=200)
    responses = forms.FileField(label=gettext_lazy("Its responses (CSV, or .lsa)"), max_length=200)
    zone = forms.CharField(label=gettext_lazy("Time zone of its times"), max_length=60, initial="UTC")
    with_tests = forms.BooleanField(label=gettext_lazy("Keep previews and tests, too"), required=False)


@right_required(Right.MANAGE_SURVEYS)
def responses(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Bring responses in, and say what became of them."""
    survey, questionnaire = opened(request, key)
    form = ResponsesForm(request.POST or None, request.FILES or None)
    context: dict[str, object] = {"form": form, "tab": "publish"}
    if form.is_valid():
        try:
            found = _read(form)
            done = keep_responses(survey, found, with_tests=form.cleaned_data["with_tests"], by=request.user)
        except RegardError as error:
            messages.error(request, told_error(error))
        else:
            listed = {"left_out": done.left_out[:LISTED], "problems": done.problems[:LISTED]}
            context |= {"done": done, "found": found, **listed}
    status = 422 if request.method == "POST" and "done" not in context else 200
    return page_of(request, "responses", survey, questionnaire, status, **context)


def _read(form: ResponsesForm) -> ImportedResponses:
    given = form.cleaned_data
    moved = read_survey(_bytes(given["survey"]), given["survey"].name)
    return read_responses(_bytes(given["responses"]), moved, zone_of(given["zone"]))


def _bytes(file: UploadedFile) -> bytes:
    data: bytes = file.read(LARGEST_FILE + 1)
    if len(data) > LARGEST_FILE:
        raise TooLarge(_("The file is larger than 20 MB."))
    return data
