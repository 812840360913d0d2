"""Shell, components, headers and errors as Django serves them."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
from django import forms
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.urls import include, path
from django.utils import translation

from regard.base import Invalid, NotFound, RegardError, Unavailable
from regard.web import Point, trend
from regard.web.cards import Card, Change
from regard.web.context_processors import shell
from regard.web.middleware import ErrorMiddleware, SecurityHeadersMiddleware

ESTIMATE = SimpleNamespace(value=38.4, low=35.1, high=41.7, n=3912, unit="points", withheld=None)


urlpatterns = [
    path(
        "w/<slug>/", include(([path(f"{name}/", HttpResponse, name=name) for name in ("members", "audit")], "accounts"))
    )
]


@pytest.fixture(autouse=True)
def _toolkit_alone(settings):
    """Without the sites above, and files without the hash that a release gives their names."""
    settings.ROOT_URLCONF = __name__
    backend = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": backend}


def rendered(source: str, **context: object) -> str:
    return Template("{% load regard %}" + source).render(Context(context))


def asked(path="/", accept="text/html", **cookies):
    request = RequestFactory().get(path, headers={"accept": accept})
    request.COOKIES.update(cookies)
    request.user = SimpleNamespace(is_authenticated=False, theme="auto")
    request.workspace = request.member = None
    return request


def test_every_answer_forbids_what_is_inline_or_from_elsewhere():
    response = SecurityHeadersMiddleware(lambda request: HttpResponse())(asked())
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_a_page_says_an_error_in_words_with_its_remedy():
    error = NotFound("no workspace is called <b>", remedy="pick one of yours")
    response = ErrorMiddleware(HttpResponse).process_exception(asked(), error)
    assert response.status_code == 404
    assert "no workspace is called &lt;b&gt;" in response.content.decode()
    assert "pick one of yours" in response.content.decode()


@pytest.mark.parametrize("error, status", [(Invalid("bad", field="score"), 422), (Unavailable("busy"), 503)])
def test_a_program_gets_problem_json(error: RegardError, status: int):
    response = ErrorMiddleware(HttpResponse).process_exception(asked(accept="application/json"), error)
    problem = json.loads(response.content)
    assert response.status_code == problem["status"] == status
    assert response.headers["Content-Type"] == "application/problem+json"
    assert problem["code"] == error.code
    assert problem.get("field") == error.field


def test_errors_of_others_are_left_to_those_who_know_them():
    assert ErrorMiddleware(HttpResponse).process_exception(asked(), ValueError("x")) is None


@pytest.mark.parametrize("status", ["400", "403", "403_csrf", "404", "500", "503"])
def test_an_error_page_needs_nothing_but_itself(status):
    page = render_to_string(f"{status}.html")
    assert "<h1>" in page
    assert "Traceback" not in page


def test_the_navigation_shows_only_what_exists_and_is_allowed(settings):
    def place(url, label, right):
        return SimpleNamespace(url=url, label=label, icon="users", right=right)

    settings.REGARD_NAVIGATION = [
        place("accounts:members", "Members", "members"),
        place("accounts:audit", "Audit", "audit"),
        place("nowhere:at_all", "Nowhere", "members"),
    ]
    request = asked("/w/airport/members/")
    request.workspace = SimpleNamespace(slug="airport", name="Airport")
    request.member = SimpleNamespace(may=lambda right: right == "members")
    places = list(shell(request)["navigation"])
    assert [(item["label"], item["is_current"]) for item in places] == [("Members", True)]


@pytest.mark.parametrize("cookie, theme", [("dark", "dark"), ("light", "light"), ('"><script>', ""), ("", "")])
def test_the_theme_is_one_that_we_have(cookie, theme):
    assert shell(asked(theme=cookie))["theme"] == theme


def test_a_metric_card_says_value_interval_n_and_change_in_words():
    card = Card(
        "Net Promoter Score", ESTIMATE, "/nps", "/nps/how", Change(4.2, is_significant=True, is_better=True), [1, 2, 3]
    )
    page = rendered("{% metric_card card %}", card=card)
    for part in (
        "Net Promoter Score",
        "38.4",
        "95% CI 35.1 – 41.7",
        "3,912 responses",
        "+4.2",
        "clearly better",
        'href="/nps/how"',
    ):
        assert part in page
    assert page.count('class="plot') == 2


def test_a_chart_comes_with_its_table_and_marks():
    chart = trend([Point("<A>", 1.0), Point("B", 2.0)], title="T", unit="score")
    page = rendered("{% chart chart %}", chart=chart)
    assert "data-marks=" in page
    assert "&lt;A&gt;</th>" in page
    assert "<A>" not in page


def test_a_field_ties_its_help_and_errors_to_the_input():
    class Form(forms.Form):
        name = forms.CharField(help_text="As your customers know it.")
        kind = forms.ChoiceField(widget=forms.RadioSelect, choices=[("a", "A")])
        keep = forms.BooleanField(required=False)

    page = Form({"name": ""}).as_div()
    assert 'aria-describedby="id_name_helptext id_name_error"' in page
    assert 'id="id_name_helptext"' in page
    assert 'id="id_name_error"' in page
    assert "<legend>Kind</legend>" in page
    assert '<label class="check" for="id_keep">' in page


def test_paging_keeps_the_filters_of_the_address():
    request = RequestFactory().get("/?by=terminal&page=2")
    page = rendered("{% pagination page %}", page=Paginator(range(95), 10).get_page(2), request=request)
    assert 'href="?by=terminal&amp;page=3"' in page
    assert '<span aria-current="page">2</span>' in page


def test_a_filter_is_taken_from_the_address_by_giving_nothing():
    request = RequestFactory().get("/?by=terminal&every=week")
    assert rendered("{% query_string by=None every='month' %}", request=request) == "?every=month"


def test_icons_speak_only_when_they_are_named():
    assert 'aria-hidden="true"' in rendered("{% icon 'users' %}")
    assert 'aria-label="People"' in rendered("{% icon 'users' 'People' %}")


def test_figures_on_a_page_follow_its_language():
    with translation.override("pl"):
        assert rendered("{{ n|number:1 }} {% show s 'share' %}", n=1.5, s=0.826) == "1,5 82,6%"
