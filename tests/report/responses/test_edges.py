"""Results of surveys that hardly anybody answered, that everybody answered alike, or that were asked in other ways before."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest

from regard.surveys.models import Response, Survey, SurveyVersion
from tests.report.responses.answered import answer_it, document

pytestmark = pytest.mark.django_db
PAGES = (
    "", "silence/", "crosstab/", "words/", "?weights=sampling", "?weights=raked&cap=3", "crosstab/?weights=sampling",
    "crosstab/?rows=question:nps&columns=question:nps", "crosstab/?rows=x&columns=question:nope", "?version=99&way=z",
    "?first=9999-12-31&last=9999-12-31", "files/labelled.csv", "files/responses.parquet", "files/codebook.md",
)  # fmt: skip
MARGINS = {"trait:region": {"north": 0.5, "south": 0.5}, "language": {"en": 0.5, "pl": 0.5}}


def answered(workspace: Any, many: int, **how: Any) -> tuple[Survey, SurveyVersion]:
    survey = Survey.objects.create(workspace=workspace, name="Edge", state="open", margins=MARGINS)
    version = SurveyVersion.objects.create(survey=survey, number=1, document=document())
    answer_it(survey, version, many, **how)
    return survey, version


def shown(client: Any, survey: Survey, pages: tuple[str, ...] = PAGES) -> str:
    """Every page answers, and none shows a number that is none."""
    said = ""
    for page in pages:
        answer = client.get(f"/w/harbour/surveys/{survey.key}/results/{page}")
        assert answer.status_code == 200, page
        found = "" if page.startswith("files/") else unescape(re.sub(r"<[^>]+>", " ", answer.content.decode()))
        assert not re.search(r"\b(nan|inf|None(?! of these))\b", found), page
        said += re.sub(r"\s+", " ", found)
    return said


@pytest.mark.parametrize("many", [0, 1, 2, 31])
@pytest.mark.parametrize("is_invited", [True, False], ids=["invited", "by an open link"])
def test_however_few_have_answered_every_page_says_something(workspace, signed_in, many, is_invited) -> None:
    survey, _ = answered(workspace, many, is_invited=is_invited)
    shown(signed_in("owner"), survey)


def test_answers_that_are_all_alike_have_an_interval_all_the_same(workspace, signed_in) -> None:
    survey, _ = answered(workspace, 40)
    alike = {"nps": 10, "csat": 5, "plan": "pro", "used": ["app"], "parts": {"price": 5}, "wishes": ["app", "price"]}
    Response.objects.of(workspace).update(answers={**alike, "again": True, "minutes": 3, "since": "2025-01-01"})
    said = shown(signed_in("owner"), survey)
    assert re.search(r"\+?100\.0 .{0,40}95% CI", said)


def test_a_survey_that_nobody_came_to_the_end_of_has_partial_answers_only(workspace, signed_in) -> None:
    survey, _ = answered(workspace, 40)
    Response.objects.of(workspace).update(completed_at=None, ended_by="left")
    said = shown(signed_in("owner"), survey)
    assert re.search(r"RR1 · Complete answers of all invited 0\.0%", said)
    assert re.search(r"RR2 · Any answers of all invited 100\.0%", said)


def test_a_scale_that_changed_is_shown_twice_and_never_mixed(workspace, signed_in) -> None:
    survey, _ = answered(workspace, 40)
    asked = document(
        nps={"rateMin": 1, "rateMax": 5, "metric": "csat"},
        parts={"columns": [1, 2, 3, 4, 5, 6, 7]},
        minutes={"inputType": "text"},
        plan={"choices": ["plus", "team"], "showOtherItem": False},
    )
    version = SurveyVersion.objects.create(survey=survey, number=2, document=asked)
    answer_it(survey, version, 35, seed=9, is_invited=False)
    for one in Response.objects.of(workspace).filter(version=version):
        one.answers |= {"nps": 1 + one.pk % 5, "plan": "team", "minutes": "a while", "parts": {"price": 7, "speed": 7}}
        one.save()
    client = signed_in("owner")
    said = shown(client, survey, ("",))
    for question in ("to a friend", "How good was each part", "How many minutes"):
        assert len(re.findall(rf"\d+\. [^·]*{question}[^·]*· \d+ answers", said)) == 2
    assert said.count("no longer asked (version 1)") == 3
    assert re.search(r"Price mean 7\.00", said)
    assert "Basic" in said  # a choice that is offered no longer
    shown(client, survey)


def test_answers_that_fit_no_question_break_no_page(workspace, signed_in) -> None:
    """Imports, old versions and other programs may have kept anything."""
    odd: tuple[Any, ...] = (99, -1, "9", 9.5, None, True, {"a": 1}, [9], 1e308, -1e308, ["x", "x"], [["x"]], "", [None])
    survey, _ = answered(workspace, 42)
    names = [one["name"] for one in document()["pages"][0]["elements"] + document()["pages"][1]["elements"]]
    for place, one in enumerate(Response.objects.of(workspace).order_by("pk")):
        one.answers = {name: odd[(place + turn) % len(odd)] for turn, name in enumerate(names) if name != "photo"}
        one.weight = (1, 1e6, 1e-6)[place % 3]
        one.save()
    shown(signed_in("owner"), survey)
