"""Links, codes, posters and snippets: each leads to the survey, and says so where it cannot."""

from __future__ import annotations

import re
import zlib
from xml.etree import ElementTree

import pytest

from regard.accounts.models import AuditEntry
from regard.surveys import read_questionnaire
from regard.surveys.builder.site import make_survey, publish_survey
from regard.surveys.models import Programme, Survey
from regard.surveys.respond.visiting import forget_published
from regard.surveys.sending.codes import CODE_TOP, Poster, modules, title_lines
from regard.surveys.sending.posters import poster_pdf
from tests.surveys.sending.conftest import ASKS

PLACES = [
    "",
    "qr.svg",
    "poster.svg",
    "poster.pdf",
    "programmes/new/",
    "?lang=pl&touchpoint=till#link",
    "?show=popup&after=5",
]


@pytest.mark.parametrize("place", PLACES)
def test_every_way_to_reach_people_opens_for_an_analyst(analyst, at, place) -> None:
    assert analyst.get(at + place).status_code == 200


@pytest.mark.parametrize("place", ["", "qr.svg", "programmes/new/", "../../attention/"])
@pytest.mark.parametrize("role", ["viewer", "agent", "stranger"])
def test_nobody_else_may_send(signed_in, at, place, role) -> None:
    assert signed_in(role).get(at + place).status_code in (403, 404)


def test_the_public_link_on_the_page_works(analyst, client, at, survey) -> None:
    page = analyst.get(at).content.decode()
    link = re.search(r'id="public-link"[^>]*>([^<]+)<', page)[1]
    assert link.endswith(f"/s/{survey.key}/")
    assert client.get("/s/" + link.partition("/s/")[2]).status_code == 200


def test_a_survey_that_is_not_published_says_that_nobody_can_answer(analyst, workspace) -> None:
    made = make_survey(workspace, read_questionnaire(ASKS))
    page = analyst.get(f"/w/harbour/surveys/{made.key}/send/")
    assert "nobody can answer" in page.content.decode()


def test_once_each_is_switched_and_written_down(analyst, at, survey) -> None:
    analyst.post(at + "once/", {})
    survey.refresh_from_db(from_queryset=Survey.objects.of(survey.workspace))
    assert not survey.is_once_each
    assert AuditEntry.objects.of(survey.workspace).filter(what="link changed").count() == 1


def test_the_snippet_has_what_was_chosen_and_nothing_gets_out_of_its_quotes(analyst, at, survey) -> None:
    page = analyst.get(at, {"show": "popup", "label": '"><script>x', "after": "7", "language": "pl"}).content.decode()
    assert f"data-survey=&quot;{survey.key}&quot; data-show=&quot;popup&quot;" in page
    assert "data-after=&quot;7&quot;" in page
    assert "data-language=&quot;pl&quot;" in page
    assert "<script>x" not in page
    assert "data-label=&quot;&amp;quot;&amp;gt;&amp;lt;script&amp;gt;x&quot;" in page


def test_a_code_holds_the_address_with_its_touchpoint(analyst, at, survey) -> None:
    plain, till = (analyst.get(at + "qr.svg" + query).content for query in ("", "?touchpoint=till"))
    assert plain != till
    ElementTree.fromstring(till)


def test_a_poster_has_the_title_in_every_language_or_the_one_asked_for(analyst, at, survey) -> None:
    both = analyst.get(at + "poster.svg").content.decode()
    one = analyst.get(at + "poster.svg?lang=pl").content.decode()
    assert "How was it?" in both
    assert "Jak było?" in both
    assert "How was it?" not in one
    assert f"/s/{survey.key}" in one
    ElementTree.fromstring(both)


def _poster(*titles: tuple[str, str]) -> Poster:
    return Poster(list(titles), "https://cx.example.org/s/abc/", "cx.example.org/s/abc", "Łódź", "#4338ca", "#ffffff")


def test_a_pdf_has_objects_where_its_table_says_and_words_that_can_be_read_out() -> None:
    pdf = poster_pdf(_poster(("pl", "Jak było?"), ("ru", "Как это было?"), ("zh-hans", "您觉得怎么样？")))
    start = int(re.search(rb"startxref\n(\d+)", pdf)[1])
    places = [int(line[:10]) for line in pdf[start:].splitlines()[3:] if line.endswith(b"n ")]
    for number, place in enumerate(places, 1):
        assert pdf[place:].startswith(b"%d 0 obj" % number)
    streams = [zlib.decompress(one) for one in re.findall(rb"stream\n(.*?)\nendstream", pdf, re.DOTALL)]
    assert any(b"beginbfchar" in one for one in streams)
    assert b"/STSong-Light" in pdf


def test_a_script_that_the_pdf_cannot_write_is_refused_with_a_remedy(analyst, workspace) -> None:
    arabic = {**ASKS, "locale": "ar", "title": "كيف كانت زيارتك؟"}
    made = make_survey(workspace, read_questionnaire(arabic))
    publish_survey(made, made.edition)
    answer = analyst.get(f"/w/harbour/surveys/{made.key}/send/poster.pdf?lang=ar")
    assert answer.status_code == 422
    assert "as SVG" in answer.content.decode()
    assert analyst.get(f"/w/harbour/surveys/{made.key}/send/poster.svg").status_code == 200


@pytest.mark.parametrize("title", ["How?", "How was your visit to our new shop in Łódź " * 6, "x" * 300])
def test_titles_of_any_length_stay_above_the_code(title) -> None:
    lines = title_lines(_poster(("en", title)))
    assert lines[-1].y < CODE_TOP
    assert lines[0].y - lines[0].size > 34


def test_a_code_is_square() -> None:
    squares = modules("https://cx.example.org/s/abc/")
    assert {len(row) for row in squares} == {len(squares)}


def test_the_ways_take_the_same_queries_for_many_programmes(analyst, at, survey, django_assert_num_queries) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def make(n: int) -> None:
        Programme.objects.create(workspace=survey.workspace, survey=survey, name=f"P{n}", trigger={"kind": "list"})

    make(0)
    analyst.get(at)
    with CaptureQueriesContext(connection) as one:
        analyst.get(at)
    for n in range(1, 20):
        make(n)
    with django_assert_num_queries(len(one)):
        analyst.get(at)


def test_the_sites_that_may_show_a_survey_are_kept_as_origins_and_named_to_browsers(
    analyst, at, survey, client
) -> None:
    forget_published()
    analyst.post(at + "sites/", {"sites": "shop.example.org\nhttps://*.Example.net/page\nshop.example.org"})
    page = analyst.get(at).content.decode()
    assert "https://shop.example.org\nhttps://*.example.net</textarea>" in page
    policy = client.get(f"/s/{survey.key}/embed/").headers["Content-Security-Policy"]
    assert "frame-ancestors https://shop.example.org https://*.example.net;" in policy
    assert AuditEntry.objects.of(survey.workspace).filter(what="sites changed").count() == 1


@pytest.mark.parametrize(
    "site", ["*", "https://*", "*.org", "javascript:alert(1)", "x.example; script-src *", "https://"]
)
def test_what_is_no_site_is_refused_beside_its_field(analyst, at, survey, site) -> None:
    answer = analyst.post(at + "sites/", {"sites": site})
    assert answer.status_code == 422
    assert "is no address of a site" in answer.content.decode()
    survey.refresh_from_db(from_queryset=Survey.objects.of(survey.workspace))
    assert survey.sites == []


@pytest.mark.parametrize("role", ["viewer", "agent", "stranger"])
def test_nobody_else_says_where_a_survey_may_be_shown(signed_in, at, role) -> None:
    assert signed_in(role).post(at + "sites/", {"sites": ""}).status_code in (403, 404)
