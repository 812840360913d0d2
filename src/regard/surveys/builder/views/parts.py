"""One question, one page, the survey's own settings, and all of it as JSON."""

from __future__ import annotations

import json
from typing import Any

import msgspec
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST

from regard.accounts import Right
from regard.accounts.site import right_required
from regard.base import Conflict, Invalid, RegardError
from regard.surveys import editing
from regard.surveys.builder.condition_field import is_redrawn
from regard.surveys.builder.differing import all_differences, differences
from regard.surveys.builder.forms import KIND_NAMES, PageForm, SettingsForm, known_languages
from regard.surveys.builder.part_form import PartForm
from regard.surveys.builder.site import draft_of
from regard.surveys.builder.views.frame import edition_of, gone_page, kept_or_why, opened, page_of
from regard.surveys.builder.views.logic import asked_before, values_offered
from regard.surveys.builder.views.outline import anchor
from regard.surveys.builder.views.previewing import preview_page
from regard.surveys.model import Page, Question, Questionnaire, find_question
from regard.surveys.models import Survey
from regard.surveys.moving import surveyjs_json
from regard.surveys.reading import as_json, read_questionnaire
from regard.web.site import told_error


@right_required(Right.MANAGE_SURVEYS)
def question(request: HttpRequest, slug: str, key: str, name: str) -> HttpResponse:
    """One question: all its fields, the condition under which it is shown, and how it will look."""
    survey, questionnaire = opened(request, key)
    if request.method == "POST" and find_question(questionnaire, name) is None and edition_of(request) >= 0:
        return gone_page(request, survey, questionnaire)
    before = editing.get_question(questionnaire, name)
    if request.GET.get("as") == "json":
        return _question_json(request, survey, questionnaire, before)
    if request.method == "POST" and request.POST.get("do") == "kind":
        return _other_kind(request, survey, questionnaire, before)
    form = _form(request, questionnaire, before)
    if request.method != "POST" or is_redrawn(request.POST):
        return _question_page(request, survey, questionnaire, before, form)
    if not form.is_valid():
        return _question_page(request, survey, questionnaire, before, form, status=422)
    made = form.made()
    try:
        changed = editing.replace_question(questionnaire, name, made)
    except Invalid as error:
        form.add_error("name", told_error(error))
        return _question_page(request, survey, questionnaire, before, form, status=422)
    error = kept_or_why(request, survey, changed)
    if error:
        return _question_late(request, survey, questionnaire, before, form, error)
    if request.POST.get("do") == "stay":
        return redirect("surveys:question", slug, key, made.name)
    return redirect(f"{_build(request, survey)}#{anchor(made.name)}")


def _form(request: HttpRequest, questionnaire: Questionnaire, before: Question) -> PartForm:
    data = request.POST if request.method == "POST" else None
    return PartForm(data, part=before, own=questionnaire.locale, use_required_attribute=False)


def _other_kind(request: HttpRequest, survey: Survey, questionnaire: Questionnaire, before: Question) -> HttpResponse:
    kind = request.POST.get("kind", "")
    if kind in KIND_NAMES:
        changed = editing.replace_question(questionnaire, before.name, editing.other_kind(before, kind))
        error = kept_or_why(request, survey, changed)
        if error:
            now = draft_of(survey) if isinstance(error, Conflict) else questionnaire
            if find_question(now, before.name) is None:
                return gone_page(request, survey, now)
            other = editing.get_question(now, before.name)
            form = PartForm(None, part=other, own=now.locale)
            return _question_page(request, survey, now, other, form, error.status, told_error(error))
    return redirect("surveys:question", survey.workspace.slug, survey.key, before.name)


def _question_json(
    request: HttpRequest, survey: Survey, questionnaire: Questionnaire, before: Question
) -> HttpResponse:
    """The question as JSON, for those who would rather write it."""
    form = _document_form(request, msgspec.to_builtins(before))
    status, problem, made = 200, "", before
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = _question_of(form.cleaned_data["document"])
                error = kept_or_why(request, survey, editing.replace_question(questionnaire, before.name, made))
            except Invalid as refused:
                error = refused
            if error is None:
                return redirect("surveys:question", survey.workspace.slug, survey.key, made.name)
            status, problem = error.status, told_error(error)
    context = {"form": form, "problem": problem, "part": before, "tab": "build"}
    if status == Conflict.status:
        now = find_question(draft_of(survey), before.name)
        context["theirs"] = differences("question", now, made, questionnaire.locale) if now else []
    return page_of(request, "document", survey, questionnaire, status, **context)


def _question_of(text: str) -> Question:
    """One question out of JSON. Raises Invalid with its place."""
    read = read_questionnaire('{"pages": [{"name": "page", "elements": [' + text + "]}]}")
    if len(read.pages) != 1 or len(read.pages[0].elements) != 1:
        raise Invalid(str(_("Write one question.")), field="document")
    return read.pages[0].elements[0]


def _question_late(
    request: HttpRequest,
    survey: Survey,
    questionnaire: Questionnaire,
    before: Question,
    form: PartForm,
    error: RegardError,
) -> HttpResponse:
    """What was typed stays in the form; keeping it again puts it into the draft as the other person left it."""
    now = draft_of(survey) if isinstance(error, Conflict) else questionnaire
    other = find_question(now, before.name)
    if other is None:
        return gone_page(request, survey, now)
    theirs = differences("question", other, form.made(), now.locale)
    return _question_page(request, survey, now, other, form, error.status, told_error(error), theirs=theirs)


def _question_page(
    request: HttpRequest,
    survey: Survey,
    questionnaire: Questionnaire,
    before: Question,
    form: PartForm,
    status: int = 200,
    problem: str = "",
    **more: Any,
) -> HttpResponse:
    page = editing.page_of(questionnaire, before.name)
    order = [one.name for one in editing.questions_of(questionnaire)]
    at = order.index(before.name)
    context = {
        "part": before,
        "title": editing.own_text(before.title, questionnaire.locale),
        "form": form,
        "names": asked_before(questionnaire, before.name),
        "values": values_offered(questionnaire),
        "kinds": KIND_NAMES,
        "kind": str(before.__struct_config__.tag),
        "page": page,
        "problem": problem,
        "previous": order[at - 1] if at else "",
        "following": order[at + 1] if at + 1 < len(order) else "",
        "tab": "build",
        **more,
    }
    return page_of(request, "question", survey, questionnaire, status, **context)


@right_required(Right.MANAGE_SURVEYS)
@require_POST
@xframe_options_sameorigin
def question_preview(request: HttpRequest, slug: str, key: str, name: str) -> HttpResponse:
    """How the question looks as the form has it now; nothing is kept."""
    survey, questionnaire = opened(request, key)
    before = editing.get_question(questionnaire, name)
    form = _form(request, questionnaire, before)
    made = form.made() if form.is_valid() else before
    try:
        changed = read_questionnaire(as_json(editing.replace_question(questionnaire, name, made)))
    except Invalid:
        changed, made = questionnaire, before
    shown = Page(name="preview", elements=[editing.get_question(changed, made.name)])
    return preview_page(request, survey, changed, shown)


# --- a page ----------------------------------------------------------------------------------------------------------


@right_required(Right.MANAGE_SURVEYS)
def page(request: HttpRequest, slug: str, key: str, name: str) -> HttpResponse:
    """A page's own words, its order and condition."""
    survey, questionnaire = opened(request, key)
    if request.method == "POST" and edition_of(request) >= 0 and not editing.has_page(questionnaire, name):
        return gone_page(request, survey, questionnaire)
    before = editing.get_page(questionnaire, name)
    form = PageForm.of(before, questionnaire.locale, request.POST or None)
    context: dict[str, Any] = {"part": before, "form": form, "tab": "build"}
    context |= {"names": asked_before(questionnaire, name), "values": values_offered(questionnaire)}
    if request.method != "POST" or is_redrawn(request.POST):
        return page_of(request, "page", survey, questionnaire, **context)
    if not form.is_valid():
        return page_of(request, "page", survey, questionnaire, 422, **context)
    made = form.made(before, questionnaire.locale)
    try:
        error = kept_or_why(request, survey, editing.replace_page(questionnaire, name, made))
    except Invalid as refused:
        form.add_error("name", told_error(refused))
        return page_of(request, "page", survey, questionnaire, 422, **context)
    if error is None:
        return redirect(f"{_build(request, survey)}#{anchor(made.name)}")
    now = draft_of(survey)
    if not editing.has_page(now, name):
        return gone_page(request, survey, now)
    other = editing.get_page(now, name)
    context["theirs"] = differences("page", other, made, now.locale, without="elements")
    return page_of(request, "page", survey, now, error.status, **context, problem=told_error(error))


def _build(request: HttpRequest, survey: Survey) -> str:
    return f"/w/{request.workspace.slug}/surveys/{survey.key}/"


# --- the survey ------------------------------------------------------------------------------------------------------


@right_required(Right.MANAGE_SURVEYS)
def settings(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """What belongs to the survey as a whole."""
    survey, questionnaire = opened(request, key)
    form = SettingsForm(request.POST or None, survey=survey, questionnaire=questionnaire)
    status, problem = 200, ""
    if request.method == "POST":
        status = 422
        if form.is_valid():
            error = kept_or_why(request, survey, form.made(), **form.of_survey)
            if error is None:
                return redirect("surveys:settings", slug, key)
            status, problem = error.status, told_error(error)
    context = {"form": form, "problem": problem, "languages": known_languages(), "tab": "settings"}
    if status == Conflict.status:
        now = draft_of(survey)
        context["theirs"] = differences("survey", now, form.made(), now.locale, without="pages")
    return page_of(request, "settings", survey, questionnaire, status, **context)


class DocumentForm(forms.Form):
    """A questionnaire as JSON; what is wrong with it is for :func:`read_questionnaire` to say."""

    document = forms.CharField(
        label=gettext_lazy("As JSON"),
        widget=forms.Textarea(attrs={"rows": 30, "class": "code", "spellcheck": "false"}),
    )


def _document_form(request: HttpRequest, document: Any) -> DocumentForm:
    return DocumentForm(request.POST or None, initial={"document": _pretty(document)})


@right_required(Right.MANAGE_SURVEYS)
def document(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """The whole draft as JSON, for what the forms do not offer."""
    survey, questionnaire = opened(request, key)
    form = _document_form(request, as_json(questionnaire))
    status, problem, made = 200, "", questionnaire
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = read_questionnaire(form.cleaned_data["document"])
                error = kept_or_why(request, survey, made)
            except Invalid as refused:
                error = refused
            if error is None:
                return redirect("surveys:document", slug, key)
            status, problem = error.status, told_error(error)
    theirs = all_differences(draft_of(survey), made) if status == Conflict.status else []
    context = {"form": form, "problem": problem, "theirs": theirs, "tab": "settings"}
    return page_of(request, "document", survey, questionnaire, status, **context)


def _pretty(document: Any) -> str:
    """JSON with a line for each part."""
    return json.dumps(document, ensure_ascii=False, indent=1)


@right_required(Right.MANAGE_SURVEYS)
def export(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """The draft as a file: ours, or (``for=surveyjs``) with nothing in it that SurveyJS does not know."""
    survey, questionnaire = opened(request, key)
    is_foreign = request.GET.get("for") == "surveyjs"
    body = json.dumps(
        surveyjs_json(questionnaire) if is_foreign else as_json(questionnaire), ensure_ascii=False, indent=1
    )
    headers = {"Content-Disposition": f'attachment; filename="survey-{survey.key}.json"'}
    return HttpResponse(body, content_type="application/json", headers=headers)
