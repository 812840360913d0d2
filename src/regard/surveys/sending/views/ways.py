"""All ways by which a survey reaches people: its programmes, its links, codes and posters, and the code for a site."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from regard.accounts import Right
from regard.accounts.site import absolute, record_audit, right_required
from regard.surveys.languages import name_of
from regard.surveys.model import Questionnaire, in_language, languages_of
from regard.surveys.models import Programme, Survey
from regard.surveys.reading import read_questionnaire
from regard.surveys.respond.shades import shades
from regard.surveys.respond.visiting import kiosk_address
from regard.surveys.sending.codes import Poster, poster_svg, qr_svg
from regard.surveys.sending.forms import LinksForm, SitesForm, WidgetForm
from regard.surveys.sending.posters import poster_pdf as drawn_pdf
from regard.surveys.sending.saying import asked_by, page_of, segment_titles

LONGEST = 80


@right_required(Right.MANAGE_SURVEYS)
def ways(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Everything at one glance: what is set up, and what could be."""
    survey = Survey.objects.get_of(request.workspace, key)
    return _ways(request, survey, SitesForm(initial={"sites": "\n".join(survey.sites)}))


def _ways(request: HttpRequest, survey: Survey, sites_form: SitesForm, status: int = 200) -> HttpResponse:
    published, segments = _published(survey), segment_titles(request.workspace)
    languages = languages_of(published) if published else []
    query = _query(request, languages)
    widget = WidgetForm(request.GET if "show" in request.GET else None, languages=languages)
    context = {
        "programmes": [{"one": one, "asks": asked_by(one, segments)} for one in _programmes(survey)],
        "is_published": published is not None,
        "languages": {code: name_of(code) for code in languages},
        "query": urlencode(query),
        "chosen": query,
        "link": _address(_public(survey), query),
        "kiosk": _address(kiosk_address(survey), query),
        "widget": widget,
        "snippet": widget.snippet(survey.key, absolute("/s/widget.js")),
        "app_snippet": f'<script src="{absolute("/s/widget.js")}" data-write-key="YOUR WRITE KEY" async></script>',
        "sites_form": sites_form,
        "frame": _address(reverse("respond:embed", args=[survey.key]), {}),
        "links_form": LinksForm(),
        "api": absolute("/api/v1/invitations"),
    }
    return page_of(request, "ways", survey, status, **context)


def _published(survey: Survey) -> Questionnaire | None:
    version = survey.version
    return read_questionnaire(version.document) if version else None


def _programmes(survey: Survey) -> QuerySet:
    rows = Programme.objects.of(survey.workspace).filter(survey=survey).order_by("-is_active", "name", "pk")
    of = {state: Count("invitations", filter=Q(invitations__state=state)) for state in ("waiting", "answered")}
    return rows.annotate(sent=Count("invitations", filter=Q(invitations__sent_at__isnull=False)), **of)


def _query(request: HttpRequest, languages: list[str]) -> dict[str, str]:
    """What is added to the public addresses: where they hang, and in which language they speak."""
    language, touchpoint = request.GET.get("lang", ""), request.GET.get("touchpoint", "").strip()[:LONGEST]
    found = {"lang": language if language in languages else "", "touchpoint": touchpoint}
    return {name: value for name, value in found.items() if value}


def _public(survey: Survey) -> str:
    return reverse("respond:anonymous", args=[survey.key])


def _address(path: str, query: dict[str, str]) -> str:
    return absolute(f"{path}?{urlencode(query)}" if query else path)


@right_required(Right.MANAGE_SURVEYS)
@require_POST
def once(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Whether one device may answer the public link several times."""
    survey = Survey.objects.get_of(request.workspace, key)
    is_once = "is_once_each" in request.POST
    Survey.objects.of(request.workspace).filter(pk=survey.pk).update(is_once_each=is_once)
    record_audit(request.workspace, request.user, "link changed", survey.key, is_once_each=is_once)
    messages.success(request, _("Kept."))
    return redirect("sending:ways", slug, key)


@right_required(Right.MANAGE_SURVEYS)
@require_POST
def sites(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Which sites may show the survey in a frame."""
    survey = Survey.objects.get_of(request.workspace, key)
    form = SitesForm(request.POST)
    if not form.is_valid():
        return _ways(request, survey, form, 422)
    allowed = form.cleaned_data["sites"]
    Survey.objects.of(request.workspace).filter(pk=survey.pk).update(sites=allowed)
    record_audit(request.workspace, request.user, "sites changed", survey.key, sites=allowed)
    messages.success(request, _("Kept."))
    return redirect(reverse("sending:ways", args=[slug, key]) + "#site")


# --- codes and posters -----------------------------------------------------------------------------------------------


@right_required(Right.MANAGE_SURVEYS)
@require_GET
def qr(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """The public link, or the kiosk's, as a code."""
    survey = Survey.objects.get_of(request.workspace, key)
    drawn = qr_svg(_asked_address(request, survey))
    return _file(request, drawn.encode(), "image/svg+xml", f"{survey.key}.svg")


@right_required(Right.MANAGE_SURVEYS)
@require_GET
def poster(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    survey = Survey.objects.get_of(request.workspace, key)
    return _file(request, poster_svg(_poster(request, survey)).encode(), "image/svg+xml", f"{survey.key}-poster.svg")


@right_required(Right.MANAGE_SURVEYS)
@require_GET
def poster_pdf(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    survey = Survey.objects.get_of(request.workspace, key)
    return _file(request, drawn_pdf(_poster(request, survey)), "application/pdf", f"{survey.key}-poster.pdf")


def _asked_address(request: HttpRequest, survey: Survey) -> str:
    published = _published(survey)
    query = _query(request, languages_of(published) if published else [])
    return _address(kiosk_address(survey) if "kiosk" in request.GET else _public(survey), query)


def _poster(request: HttpRequest, survey: Survey) -> Poster:
    """In the language asked for, else in all of the survey's: whoever passes by sees their own."""
    asks = _published(survey) or read_questionnaire(survey.draft)
    query = _query(request, languages_of(asks))
    languages = [query["lang"]] if "lang" in query else languages_of(asks)
    titles = {in_language(asks.title, one, asks.locale) or survey.name: one for one in reversed(languages)}
    address = _asked_address(request, survey)
    light, _dark = shades(survey.theme.colour if survey.theme else "#4338ca")
    company = (survey.theme.logo_text if survey.theme else "") or survey.workspace.name
    shown = _address(_public(survey), {}).partition("://")[2].rstrip("/")
    return Poster(
        [(one, title) for title, one in reversed(titles.items())], address, shown, company, light.fill, light.text
    )


def _file(request: HttpRequest, body: bytes, kind: str, name: str) -> HttpResponse:
    headers: dict[str, Any] = {"Cache-Control": "no-store"}
    if kind == "image/svg+xml":
        headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    if "download" in request.GET:
        headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return HttpResponse(body, content_type=kind, headers=headers)
