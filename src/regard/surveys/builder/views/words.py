"""Translations side by side: own words, and those of one other language."""

from __future__ import annotations

from collections.abc import Mapping

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from regard.accounts import Right
from regard.accounts.site import right_required
from regard.base import Conflict, Invalid
from regard.surveys.builder.forms import LanguageForm, known_languages
from regard.surveys.builder.naming import words_of_place
from regard.surveys.builder.site import draft_of
from regard.surveys.builder.views.frame import kept_or_why, opened, page_of
from regard.surveys.languages import direction, name_of
from regard.surveys.model import Questionnaire, languages_of
from regard.surveys.models import Survey
from regard.surveys.translating import (
    LANGUAGE,
    Phrase,
    as_csv,
    fingerprint,
    from_csv,
    phrases,
    remove_language,
    translate,
    untranslated,
)
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
    if not LANGUAGE.fullmatch(language) or language in ("default", questionnaire.locale):
        return redirect("surveys:languages", slug, key)
    if request.method != "POST":
        return _table_page(request, survey, questionnaire, language)
    try:
        error = kept_or_why(request, survey, _changed(request, questionnaire, language))
    except Invalid as refused:
        error = refused
    if error is None:
        to = ("surveys:languages", slug, key)
        return redirect(*to) if request.POST.get("do") == "remove" else redirect(request.get_full_path())
    now = draft_of(survey) if isinstance(error, Conflict) else questionnaire
    return _table_page(request, survey, now, language, told_error(error), error.status)


def _changed(request: HttpRequest, questionnaire: Questionnaire, language: str) -> Questionnaire:
    do = request.POST.get("do", "")
    if do == "remove":
        return remove_language(questionnaire, language)
    if do == "table":
        form = TableForm(request.POST, request.FILES)
        if not form.is_valid():
            raise Invalid(str(_("Choose a file first.")), field="file")
        return from_csv(questionnaire, language, form.cleaned_data["file"].read(LARGEST_TABLE))
    typed = typed_words(request.POST)
    return translate(
        questionnaire, language, {one.place: typed[one.key] for one in phrases(questionnaire) if one.key in typed}
    )


def field_name(phrase: Phrase, language: str) -> str:
    """What a text's field is called: whose words, and a mark of what was there when the form was drawn."""
    return f"words.{phrase.key}.{fingerprint(phrase.said(language))}"


def typed_words(sent: Mapping[str, str]) -> dict[str, str]:
    """By the phrase's key, the words that were changed in a form, whatever others have done to the rest."""
    found = {}
    for name, text in sent.items():
        _words, _dot, rest = name.partition("words.")
        key, _dot, before = rest.partition(".")
        said = text.replace("\r\n", "\n").strip()
        if key and before and fingerprint(said) != before:
            found[key] = said
    return found


def _table_page(
    request: HttpRequest,
    survey: Survey,
    questionnaire: Questionnaire,
    language: str,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    every = phrases(questionnaire)
    typed = typed_words(request.POST)
    is_short = request.GET.get("only") == "missing"
    lines = [
        {
            "phrase": one,
            "where": words_of_place(one),
            "name": field_name(one, language),
            "said": typed.pop(one.key, one.said(language)),
            "now": one.said(language),
            "rows": 1 + len(one.own) // 60,
        }
        for one in every
        if one.key in typed or not (is_short and one.said(language))
    ]
    context = {
        "language": language,
        "language_name": name_of(language),
        "direction": direction(language),
        "own_name": name_of(questionnaire.locale),
        "lines": lines,
        "homeless": [text for text in typed.values() if text],
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
