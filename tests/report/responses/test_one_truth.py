"""What people answer is counted by the metrics, by the page of results and by hand: all three are the same."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest

from regard.accounts.site import store_of
from regard.base.clock import frozen, now
from regard.base.events import subscribe, unsubscribe
from regard.metrics import Slice, define, measure
from regard.stream.vocabulary import SURVEY_DELIVERED, SURVEY_SENT
from regard.surveys.distribution.sending import told_of
from regard.surveys.events import ResponseReceived
from regard.surveys.models import Invitation, Response, Survey
from regard.surveys.recording import call
from regard.surveys.respond.visiting import personal_address
from regard.surveys.site import tell
from regard.surveys.tasks import settle_abandoned
from tests.surveys.conftest import Rows, rows  # noqa: F401 - a fixture
from tests.surveys.respond.conftest import Person, publish

pytestmark = pytest.mark.django_db
DOCUMENT = {
    "title": {"default": "Everything", "pl": "Wszystko"},
    "pages": [
        {
            "name": "scores",
            "elements": [
                {"type": "rating", "name": "nps", "rateMin": 0, "rateMax": 10, "metric": "nps", "title": "Recommend?"},
                {"type": "rating", "name": "csat", "rateMin": 1, "rateMax": 5, "metric": "csat", "title": "Happy?"},
                {"type": "rating", "name": "ces", "rateMin": 1, "rateMax": 5, "metric": "ces", "orientation": "lower",
                 "title": "Effort?"},
            ],
        },
        {
            "name": "choices",
            "elements": [
                {"type": "radiogroup", "name": "plan", "title": "Plan?", "choices": ["basic", "pro", "none"]},
                {"type": "checkbox", "name": "used", "title": "Used?", "choices": ["app", "shop"]},
            ],
        },
    ],
    "triggers": [{"type": "complete", "expression": "{nps} = 0", "isScreenOut": True}],
}  # fmt: skip
GIVEN = [(10, 5, 1), (9, 4, 2), (9, 5, 1), (8, 3, 3), (7, 4, 2), (3, 2, 5), (6, 1, 4), (10, 4, 1)]


@pytest.fixture
def survey(workspace: Any) -> Survey:
    return publish(workspace, DOCUMENT, is_once_each=False)


def invite(survey: Survey, number: int, **values: Any) -> Invitation:
    """Somebody invited, of which the stream knows."""
    one = Invitation.objects.create(
        workspace=survey.workspace, survey=survey, state="sent", source_key=f"user_id:{number}", customer=number,
        channel="email", sent_at=now(), touchpoint="checkout", **values,
    )  # fmt: skip
    told = told_of(survey, one)
    tell(survey.workspace, [call(told, name, one.sent_at) for name in (SURVEY_SENT, SURVEY_DELIVERED)])
    return one


def respond(survey: Survey) -> list[Invitation]:
    """Eight answer all, one only a choice, one opens it, one is screened out, four are silent."""
    invited = [invite(survey, number, selection_probability=1 / (1 + number % 2)) for number in range(15)]
    for one, (nps, csat, ces) in zip(invited, GIVEN, strict=False):
        person = Person().open(personal_address(one) + ("?lang=pl" if nps > 8 else ""))
        person.send(nps=nps, csat=csat, ces=ces).send(plan="pro", used="app")
    Person().open(personal_address(invited[8])).send().send(plan="basic", to="back")
    Person().open(personal_address(invited[9])).send()
    Person().open(personal_address(invited[10])).send(nps="0")
    return invited


@pytest.fixture
def told(survey: Survey, rows: Rows, django_capture_on_commit_callbacks) -> list[dict[str, Any]]:  # noqa: F811
    respond(survey)
    with frozen(now() + timedelta(hours=2)), django_capture_on_commit_callbacks(execute=True):
        settle_abandoned()
    define(store_of(survey.workspace), "response_rate", {"field_days": None})
    return rows()


def weighted(values: list[float], weights: list[float]) -> float:
    return sum(v * w for v, w in zip(values, weights, strict=True)) / sum(weights)


def test_the_metrics_are_what_was_answered_counted_by_hand(survey, told) -> None:
    store, weights = store_of(survey.workspace), [1.0 + number % 2 for number in range(len(GIVEN))]
    nps = weighted([100.0 if n >= 9 else -100.0 if n <= 6 else 0.0 for n, _, _ in GIVEN], weights)
    csat = weighted([float(c >= 4) for _, c, _ in GIVEN], weights)
    screened = (nps * sum(weights) - 100) / (sum(weights) + 1)  # who was screened out gave a score: 0
    assert measure(store, "nps").figures[0].estimate.value == pytest.approx(screened)
    assert measure(store, "csat").figures[0].estimate.value == pytest.approx(csat)
    ces = measure(store, "ces").figures[0]
    assert ces.estimate.value == pytest.approx(weighted([float(e) for *_, e in GIVEN], weights))
    polish = measure(store, "nps", Slice(where={"language": "pl"})).figures[0].estimate
    assert (polish.value, polish.withheld) == (None, "below_minimum_n")


def test_the_response_rate_of_the_metric_is_that_of_the_page(survey, told, signed_in) -> None:
    parts = measure(store_of(survey.workspace), "response_rate").figures[0].parts
    names = ("invitations", "completed", "answered_in_part", "opened_only", "not_heard_of")
    assert [parts[name].value for name in names] == [14, 8, 1, 1, 4]
    page = signed_in("viewer").get(f"/w/harbour/surveys/{survey.key}/results/?weights=sampling")
    said = unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode())))
    for name in ("rr1", "rr2"):
        assert f"{100 * parts[name].value:.1f}%" in said


def test_every_step_is_told_with_all_that_metrics_need(survey, told) -> None:
    names = {row["name"].removeprefix("Survey ") for row in told}
    assert names == {"Sent", "Delivered", "Started", "Answered", "Completed"}
    scores = [row for row in told if row["metric"]]
    assert {(row["metric"], row["scale_min"], row["scale_max"], row["orientation"]) for row in scores} == {
        ("nps", 0.0, 10.0, "higher"), ("csat", 1.0, 5.0, "higher"), ("ces", 1.0, 5.0, "lower"),
    }  # fmt: skip
    answers = [row for row in told if row["name"] == "Survey Answered"]
    assert {row["weight"] for row in answers} == {None, 2.0}  # choices too
    assert {row["touchpoint"] for row in answers} == {"checkout"}
    assert {row["channel"] for row in told} == {"email"}
    assert {row["language"] for row in answers} == {"en", "pl"}


def test_a_second_answer_by_a_link_for_several_is_no_second_invitation(survey, signed_in) -> None:
    link = personal_address(invite(survey, 1, is_single_use=False))
    invite(survey, 2)
    for _ in range(3):
        Person().open(link).send(nps=9).send(plan="pro")
    assert Response.objects.of(survey.workspace).count() == 3
    page = signed_in("viewer").get(f"/w/harbour/surveys/{survey.key}/results/")
    said = unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode())))
    assert "50.0%" in said.partition("RR1")[2][:80]
    assert "2 responses came by an open link" in said


def test_every_response_is_announced_with_its_answers(survey, django_capture_on_commit_callbacks) -> None:
    heard: list[ResponseReceived] = []
    subscribe(ResponseReceived, heard.append)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            Person().open(personal_address(invite(survey, 1))).send(nps=9, csat=5).send(plan="pro")
    finally:
        unsubscribe(ResponseReceived, heard.append)
    [one] = heard
    assert (one.source_key, one.answers, one.is_complete) == ("user_id:1", {"nps": 9, "csat": 5, "plan": "pro"}, True)
