"""Responses of another tool, brought in on a page of the survey."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from regard.collect.site import spool
from regard.surveys import as_json
from regard.surveys.models import Response, Survey, SurveyVersion
from regard.surveys.moving import read_survey
from tests.surveys.moving.test_keeping import FIRST, HEADS, ODD, SURVEY


@pytest.fixture
def visit(workspace) -> Iterator[Survey]:
    spool.cache_clear()
    document = as_json(read_survey(SURVEY).questionnaire)
    made = Survey.objects.create(workspace=workspace, name="Visit", draft=document, state=Survey.State.OPEN)
    SurveyVersion.objects.create(survey=made, number=1, document=document)
    yield made
    spool().close()
    spool.cache_clear()


def bring(client: Client, survey: Survey, source: bytes = SURVEY):
    files = {
        "survey": SimpleUploadedFile("visit.qsf", source),
        "responses": SimpleUploadedFile("answers.csv", "\n".join([HEADS, FIRST, ODD]).encode()),
    }
    return client.post(f"/w/harbour/surveys/{survey.key}/brought/", {"zone": "UTC", **files})


def test_the_page_keeps_responses_and_says_what_became_of_them(analyst, visit, workspace) -> None:
    said = bring(analyst, visit).content.decode()
    assert "2 responses kept" in said
    assert "R_3aaaaaaaaaaa: Q2 is not asked of whoever answers like this" in said
    assert "<li>Q9</li>" in said
    assert "2 known already" in bring(analyst, visit).content.decode()
    assert Response.objects.of(workspace).count() == 2


def test_a_file_that_is_no_survey_keeps_nothing_and_says_so(analyst, visit, workspace) -> None:
    answer = bring(analyst, visit, b"hello")
    assert (answer.status_code, Response.objects.of(workspace).count()) == (422, 0)
    assert "is no survey of a known tool" in answer.content.decode()


def test_a_survey_that_is_not_published_says_what_to_do(analyst, visit, workspace) -> None:
    SurveyVersion.objects.filter(survey=visit).delete()
    assert "publish it first" in bring(analyst, visit).content.decode()


def test_only_who_makes_surveys_may_bring_responses(signed_in, visit, workspace) -> None:
    assert bring(signed_in("viewer"), visit).status_code == 403
    assert Response.objects.of(workspace).count() == 0


def test_the_page_stands_beside_publishing(analyst, visit) -> None:
    assert "/brought/" in analyst.get(f"/w/harbour/surveys/{visit.key}/publish/").content.decode()
    assert "Time zone of its times" in analyst.get(f"/w/harbour/surveys/{visit.key}/brought/").content.decode()
