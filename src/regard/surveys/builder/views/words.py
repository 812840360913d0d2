"""Translations side by side: own words, and those of one other language."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from regard.accounts import Right
from regard.accounts.site import right_required
from regard.base import Conflict, Invalid
from regard.surveys.builder.forms import LanguageForm, known_languages
from regard.surveys.builder.site import draft_of
from regard.surveys.builder.views.frame import kept_or_why, opened, page_of
from regard.surveys.model import Questionnaire, languages_of
from regard.surveys.models import Survey
from regard.surveys.respond.languages import direction, name_of
from regard.surveys.translating import LANGUAGE, as_csv, from_csv, phrases, remove_language, translate, untranslated
from regard.web.site import told_error

LARGEST_TABLE = 2_000_000


class TableForm(forms.Form):
    """A translator's table."""

    file = forms.FileField(label=_("CSV file"))


@right_required(Right.MANAGE_SURVEYS)
def languages(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """The survey's languages, and how far each has come."""
    survey, questionnaire = opened(request, key)
    form = LanguageForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return redirect("surveys:translation", slug, key, form.cleaned_data["language"])
    context = {"form": form, "lines": _progress(questionnaire), "languages": known_languages(), "tab": "languages"}
    status = 422 if form.errors else 200
    return page_of(request, "languages", survey, questionnaire, status, all=len(phrases(questionnaire)), **context)


def _progress(questionnaire: Questionnaire) -> list[dict[str, object]]:
    every = len(phrases(questionnaire))
    return [
        {"code": code, "name": name_of(code), "done": every - len(untranslated(questionnaire, code))}
        for code in languages_of(questionnaire)[1:]
    ]


@right_required(Right.MANAGE_SURVEYS)
def translation(request: HttpRequest, slug: str, key: str, language: str) -> HttpResponse:
    """Every text, in its own language and in another one."""
    survey, questionnaire = opened(request, key)
    problem, status = "", 200
    words = {place: text for place, text in request.POST.items() if "." in place or place in SURVEYS_OWN}
    if request.method == "POST":
        try:
            changed = _changed(request, questionnaire, language, words)
            error = kept_or_why(request, survey, changed)
        except Invalid as refused:
            error = refused
        if error is None:
            to = ("surveys:languages", slug, key)
            return redirect(*to) if request.POST.get("do") == "remove" else redirect(request.path)
        problem, status = told_error(error), error.status
        questionnaire = draft_of(survey) if isinstance(error, Conflict) else questionnaire
    return _table_page(request, survey, questionnaire, language, words, problem, status)


SURVEYS_OWN = ("title", "description", "completedText")


def _changed(request: HttpRequest, questionnaire: Questionnaire, language: str, words: dict[str, str]) -> Questionnaire:
    do = request.POST.get("do", "")
    if do == "remove":
        return remove_language(questionnaire, language)
    if do == "table":
        form = TableForm(request.POST, request.FILES)
        if not form.is_valid():
            raise Invalid(str(_("Choose a file first.")), field="file")
        return from_csv(questionnaire, language, form.cleaned_data["file"].read(LARGEST_TABLE))
    return translate(questionnaire, language, words)


def _table_page(
    request: HttpRequest,
    survey: Survey,
    questionnaire: Questionnaire,
    language: str,
    typed: dict[str, str],
    problem: str,
    status: int,
) -> HttpResponse:
    if not LANGUAGE.fullmatch(language) or language in ("default", questionnaire.locale):
        return redirect("surveys:languages", request.workspace.slug, survey.key)
    every = phrases(questionnaire)
    is_short = request.GET.get("only") == "missing"
    lines = [
        {"phrase": one, "said": typed.get(one.place, one.said(language)), "rows": 1 + len(one.own) // 60}
        for one in every
        if not (is_short and one.said(language))
    ]
    context = {
        "language": language,
        "language_name": name_of(language),
        "direction": direction(language),
        "own_name": name_of(questionnaire.locale),
        "lines": lines,
        "all": len(every),
        "done": len(every) - len(untranslated(questionnaire, language)),
        "is_short": is_short,
        "problem": problem,
        "tab": "languages",
        "form": TableForm(),
    }
    return page_of(request, "translation", survey, questionnaire, status, **context)


@right_required(Right.MANAGE_SURVEYS)
def table(request: HttpRequest, slug: str, key: str, language: str) -> HttpResponse:
    """The texts as CSV, for a translator."""
    survey, questionnaire = opened(request, key)
    if not LANGUAGE.fullmatch(language):
        raise Invalid(str(_("That is no language code.")), field="language")
    headers = {"Content-Disposition": f'attachment; filename="survey-{survey.key}-{language}.csv"'}
    return HttpResponse(as_csv(questionnaire, language), content_type="text/csv; charset=utf-8", headers=headers)
