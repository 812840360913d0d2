"""Results for programs: the figures are those of the page, and what the page withholds is withheld."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from regard.accounts.api.rates import buckets
from regard.accounts.keys.models import Key
from regard.surveys.models import Response
from tests.report.responses.answered import survey_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def program(workspace) -> Client:
    buckets.forget()
    _key, secret = Key.make(workspace, "test", ["metrics:read"])
    return Client(headers={"Authorization": f"Bearer {secret}"})


@pytest.fixture
def address(survey) -> str:
    return f"/api/v1/surveys/{survey.key}/results"


def asked(program: Client, address: str, **query: str) -> dict[str, Any]:
    answer = program.get(address, query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_the_figures_are_those_of_the_answers_counted_by_hand(program, address, survey) -> None:
    found = asked(program, address)
    rows = list(Response.objects.of(survey.workspace).filter(survey=survey))
    questions = {one["key"]: one for one in found["questions"]}
    scores = [one.answers["nps"] for one in rows]
    nps = 100 * (sum(s >= 9 for s in scores) - sum(s <= 6 for s in scores)) / len(scores)
    assert (found["responses"], found["complete"], found["withheld"]) == (120, 108, None)
    assert questions["nps"]["score"]["value"] == pytest.approx(nps)
    assert questions["nps"]["score"]["low"] < nps < questions["nps"]["score"]["high"]
    csat = [one.answers["csat"] for one in rows]
    assert questions["csat"]["score"]["value"] == pytest.approx(sum(s >= 4 for s in csat) / len(csat))
    plans = [one.answers["plan"] for one in rows if "plan" in one.answers]
    [plan] = questions["plan"]["distributions"]
    shares = {one["value"]: one["share"]["value"] for one in plan["shares"]}
    assert shares["basic"] == pytest.approx(plans.count("basic") / len(plans))
    assert [one["label"] for one in plan["shares"]] == ["Basic", "Plus", "Pro", "Something else"]
    rates = found["funnel"]["rates"]
    assert [rates[name]["value"] for name in ("rr1", "rr2")] == [108 / 400, 120 / 400]
    assert {one["metric"] for one in found["definitions"]} == {"csat", "response_rate"}
    assert questions["nps"]["bounds"]["invited"] == 400


@pytest.mark.parametrize("quality", [{"state": "complete"}, {"flagged": "without"}, {"weights": "sampling"}])
def test_whoever_is_left_out_was_invited_all_the_same_and_may_think_anything(program, address, survey, quality) -> None:
    """Bounds without the incomplete and the flagged forgot that they had been asked: too narrow by as many."""
    everybody, some = (asked(program, address, **query) for query in ({}, quality))
    first, then = ({one["key"]: one["bounds"] for one in found["questions"]}["nps"] for found in (everybody, some))
    assert then["invited"] == first["invited"] == 400
    rows = Response.objects.of(survey.workspace).filter(survey=survey)
    if quality == {"state": "complete"}:
        scores = [one.answers["nps"] for one in rows if one.completed_at]
        net = sum(score >= 9 for score in scores) - sum(score <= 6 for score in scores)
        silent = 400 - len(scores)
        assert (then["least"], then["most"]) == pytest.approx(((net - silent) / 4, (net + silent) / 4))


def test_a_program_and_the_page_tell_the_same(program, address, signed_in, at) -> None:
    client = signed_in("viewer")
    for query in ("", "?language=pl", "?weights=sampling", "?state=complete&flagged=without"):
        page = re.sub(r"<[^>]+>", "", client.get(at + query).content.decode())
        found = program.get(address + query).json()
        nps = next(one for one in found["questions"] if one["key"] == "nps")["score"]["value"]
        assert f"{nps:.1f}".replace("-", "−") in page


def test_filters_that_would_point_at_somebody_give_no_figures(program, workspace) -> None:
    survey = survey_of(workspace, answers=20)
    lonely = Response.objects.of(workspace).filter(survey=survey).first()
    Response.objects.of(workspace).exclude(pk=lonely.pk).update(language="en")
    Response.objects.of(workspace).filter(pk=lonely.pk).update(language="ro", changed_at=lonely.started_at)
    for language in ("ro", "en"):
        found = asked(program, f"/api/v1/surveys/{survey.key}/results", language=language)
        assert found["withheld"] == "below_minimum_n"
        assert (found["questions"], found["stops"], found["responses"], found["funnel"]) == ([], [], None, None)


def test_a_survey_that_nobody_has_answered_has_no_figures(program, workspace) -> None:
    survey = survey_of(workspace, answers=0)
    found = asked(program, f"/api/v1/surveys/{survey.key}/results")
    assert (found["responses"], found["funnel"], found["median_seconds"]) == (0, None, None)
    assert all(one["n"] == 0 for one in found["questions"])
    assert all(one["score"] is None or one["score"]["value"] is None for one in found["questions"])


def test_weights_that_cannot_be_made_are_told(program, address, survey) -> None:
    survey.margins = {"language": {"en": 0.5, "ru": 0.5}}
    survey.save()
    found = asked(program, address, weights="raked", cap="5")["weights"]
    assert (found["kind"], found["design_effect"]) == ("none", 1.0)
    assert "Cannot rake to language" in found["problem"]
    survey.margins = {"trait:region": {"north": 0.02, "south": 0.98}}
    survey.save()
    found = asked(program, address, weights="raked", cap="3")["weights"]
    assert (found["kind"], found["is_converged"]) == ("raked", False)
    assert found["trimmed"] > 0
    assert found["furthest"] > 0.01


def test_what_cannot_be_asked_is_refused(program, address) -> None:
    for query in ({"weights": "gold"}, {"first": "soon"}, {"cap": "0"}, {"state": "half"}):
        assert program.get(address, query).status_code == 422
    assert program.get("/api/v1/surveys/nothing/results").status_code == 404
