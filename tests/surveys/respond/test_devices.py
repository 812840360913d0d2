"""One device counts once, whichever way it tries to answer again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from regard.base.clock import frozen, now
from regard.surveys.models import Response
from regard.surveys.tasks import LEFT, settle_abandoned
from tests.surveys.conftest import Rows
from tests.surveys.respond.conftest import Person, publish

LATER = timedelta(hours=1, minutes=1)


@pytest.fixture
def survey(workspace):
    return publish(workspace, is_once_each=True)


def begun(survey, score: str) -> Person:
    return Person().open(f"/s/{survey.key}/").send(nps=score)


def scores(rows: Rows) -> list[float]:
    return [row["score"] for row in rows() if row["metric"] == "nps"]


def duplicates(everything) -> list[bool]:
    return ["duplicate" in kept.flags for kept in everything()]


def settle() -> None:
    with frozen(now() + LATER):
        settle_abandoned()


def test_of_responses_that_were_begun_together_one_can_be_sent(survey, everything, rows: Rows) -> None:
    people = [begun(survey, score) for score in ("9", "1", "2")]
    told = [person.send().text for person in people]
    assert ["already" in text for text in told] == [False, True, True]
    assert [kept.completed_at is not None for kept in everything()] == [True, False, False]
    settle()
    assert scores(rows) == [9.0]
    assert duplicates(everything) == [False, True, True]


def test_where_a_device_may_answer_again_a_second_response_is_flagged_and_counts(
    survey, everything, rows: Rows
) -> None:
    type(survey).objects.of(survey.workspace).update(is_once_each=False)
    for person in [begun(survey, score) for score in ("9", "1")]:
        person.send()
    assert sorted(scores(rows)) == [1.0, 9.0]
    assert duplicates(everything) == [False, True]


def test_of_what_a_device_left_unfinished_the_newest_counts(survey, everything, rows: Rows) -> None:
    for score in ("1", "2", "3"):
        begun(survey, score)
    settle()
    assert scores(rows) == [3.0]
    assert duplicates(everything) == [True, True, False]
    assert {kept.ended_by for kept in everything()} == {LEFT}


def test_what_was_left_unfinished_before_the_device_completed_another_does_not_count(
    survey, everything, rows: Rows
) -> None:
    begun(survey, "1")
    begun(survey, "9").send()
    settle()
    assert scores(rows) == [9.0]
    assert duplicates(everything) == [True, False]


def test_an_answer_that_the_stream_has_from_a_device_is_not_told_again(survey, everything, rows: Rows) -> None:
    begun(survey, "1")
    settle()
    begun(survey, "9").send(mail="ann@example.org")
    found = rows()
    assert [row["score"] for row in found if row["metric"] == "nps"] == [1.0]
    assert [row["id"].rpartition("/")[2] for row in found].count("mail") == 1
    assert duplicates(everything) == [True, False]


def test_whoever_goes_back_to_the_first_of_two_beginnings_completes_that(survey, everything, rows: Rows) -> None:
    first = begun(survey, "8")
    begun(survey, "2")
    settle()
    with frozen(now() + LATER):
        first.open(first.action).send()
    assert "Thank you" in first.text
    assert scores(rows) == [2.0]
    assert duplicates(everything) == [False, True]


def test_what_was_fixed_and_not_told_when_the_server_died_is_told_as_it_was(survey, everything, rows: Rows) -> None:
    person = begun(survey, "3")
    Response.objects.public().update(ended_by="settling", recorded=["nps"])
    person.open(person.action).send(to="back")
    person.post(person.action, {**person.form, "a.nps": "10"})
    person.send()
    assert scores(rows) == [3.0]
    assert everything()[0].answers["nps"] == 3
