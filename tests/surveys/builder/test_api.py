"""Surveys for programs: from a document to a published survey and its responses."""

from __future__ import annotations

import pytest
from django.test import Client

from regard.accounts.api.rates import buckets
from regard.accounts.keys.models import Key
from regard.accounts.site import AuditEntry, Workspace
from regard.surveys.api.surveys import ASKED
from regard.surveys.models import Response, Survey

AT = "/api/v1/surveys"
JSON = {"content_type": "application/json"}


@pytest.fixture
def program(workspace) -> Client:
    buckets.forget()
    _key, secret = Key.make(workspace, "test", ["surveys:read", "surveys:write"])
    return Client(headers={"Authorization": f"Bearer {secret}"})


@pytest.fixture
def made(program) -> str:
    answer = program.post(AT, {"document": ASKED}, **JSON)
    assert answer.status_code == 201
    return answer.headers["Location"]


def test_a_survey_is_made_checked_published_and_closed(program, made, workspace) -> None:
    assert program.get(f"{made}/check").json()["findings"] == []
    published = program.post(f"{made}/publish", {}, **JSON).json()
    assert (published["state"], published["version"], published["document"]) == ("open", 1, ASKED)
    assert program.post(f"{made}/close").json()["state"] == "closed"
    assert program.post(f"{made}/close").status_code == 409
    assert program.post(f"{made}/publish", {}, **JSON).json()["state"] == "closed"
    assert program.post(f"{made}/publish", {"reopen": True}, **JSON).json()["state"] == "open"
    assert program.post(f"{made}/close").json()["state"] == "closed"
    assert program.post(f"{made}/reopen").json()["state"] == "open"
    assert [one["number"] for one in program.get(f"{made}/versions").json()] == [1]
    assert AuditEntry.objects.of(workspace).filter(what="survey published", details__key__startswith="rgd_").exists()


def test_a_ready_made_survey_is_taken_by_its_key(program) -> None:
    assert {one["key"] for one in program.get(f"{AT}/ready-made").json()} >= {"relationship_nps", "support_ces"}
    assert program.post(AT, {"ready_made": "support_ces"}, **JSON).json()["kind"] == "support_ces"
    assert program.post(AT, {"ready_made": "nothing"}, **JSON).status_code == 404


def test_errors_of_the_check_stand_in_the_way(program, made) -> None:
    program.put(f"{made}/draft", {"document": {"title": "Empty"}}, **JSON)
    refused = program.post(f"{made}/publish", {}, **JSON)
    assert (refused.status_code, refused.json()["code"]) == (422, "check_failed")


def test_a_draft_is_written_only_upon_the_one_that_was_read(program, made) -> None:
    document = {**ASKED, "title": "Newer"}
    assert program.put(f"{made}/draft", {"document": document, "edition": 0}, **JSON).json()["edition"] == 1
    late = program.put(f"{made}/draft", {"document": ASKED, "edition": 0}, **JSON)
    assert (late.status_code, late.json()["code"]) == (409, "edition_conflict")


@pytest.mark.parametrize(
    "document", [{"pages": 3}, {"nonsense": 1}, {"pages": [{"name": "p", "elements": [{"type": "x"}]}]}]
)
def test_what_is_no_survey_is_refused_with_its_place(program, document) -> None:
    refused = program.post(AT, {"document": document}, **JSON)
    assert refused.status_code == 422
    assert refused.json()["field"]


def test_responses_come_in_pages(program, made, workspace) -> None:
    program.post(f"{made}/publish", {}, **JSON)
    survey = Survey.objects.of(workspace).get()
    for score in (3, 9):
        Response.objects.create(
            workspace=workspace, survey=survey, version=survey.version, language="en", answers={"nps": score}
        )
    first = program.get(f"{made}/responses?limit=1").json()
    second = program.get(f"{made}/responses?limit=1&cursor={first['next']}").json()
    assert [one["answers"]["nps"] for page in (first, second) for one in page["data"]] == [9, 3]
    assert (first["data"][0]["state"], second["next"]) == ("partial", None)


def test_the_list_comes_in_pages_and_takes_the_same_queries(program, django_assert_num_queries) -> None:
    for _ in range(3):
        program.post(AT, {"ready_made": "page_reaction"}, **JSON)
    first = program.get(f"{AT}?limit=2").json()
    assert (len(first["data"]), len(program.get(f"{AT}?limit=2&cursor={first['next']}").json()["data"])) == (2, 1)


def test_surveys_of_another_workspace_are_not_there(made) -> None:
    _key, secret = Key.make(
        Workspace.objects.create(slug="other", name="Other"), "test", ["surveys:read", "surveys:write"]
    )
    stranger = Client(headers={"Authorization": f"Bearer {secret}"})
    assert stranger.get(made).status_code == 404
    assert stranger.delete(made).status_code == 404
    assert stranger.get(AT).json()["data"] == []
