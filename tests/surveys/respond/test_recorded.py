"""What people answer is in the stream at once, measured, told upwards, and there exactly once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from regard.accounts.site import store_of
from regard.base import Unavailable
from regard.base.clock import frozen, now
from regard.base.events import subscribe, unsubscribe
from regard.surveys import tasks
from regard.surveys.events import ResponseReceived
from regard.surveys.respond import turns
from regard.surveys.respond.visiting import personal_address
from regard.surveys.tasks import settle_abandoned
from regard.surveys.validating import LONGEST_TEXT
from tests.surveys.conftest import Rows
from tests.surveys.respond.conftest import DOCUMENT, Person, publish
from tests.surveys.respond.test_links import invite


@pytest.fixture
def heard() -> Iterator[list[ResponseReceived]]:
    found: list[ResponseReceived] = []
    subscribe(ResponseReceived, found.append)
    yield found
    unsubscribe(ResponseReceived, found.append)


def by_question(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {row["id"].rpartition("/")[2]: row for row in rows}


def test_an_answer_is_an_interaction_with_all_that_metrics_need(survey, person: Person, rows: Rows) -> None:
    invitation = invite(survey, touchpoint="checkout")
    person.open(personal_address(invitation) + "?lang=pl").send(nps="3").send(sorry="Za wolno")
    found = by_question(rows())
    assert set(found) == {"started", "nps", "sorry", "completed"}
    nps = found["nps"]
    assert (nps["name"], nps["metric"], nps["score"]) == ("Survey Answered", "nps", 3.0)
    assert (nps["scale_min"], nps["scale_max"], nps["orientation"], nps["weight"]) == (0.0, 10.0, "higher", 4.0)
    assert (nps["subject"], nps["source_key"], nps["channel"]) == (invitation.public_id, "1042", "email")
    assert (nps["language"], nps["touchpoint"]) == ("pl", "checkout")
    assert found["sorry"]["text"] == "Za wolno"


def test_an_anonymous_answer_is_measured_without_anybody_being_made_up(survey, person: Person, rows: Rows) -> None:
    person.open(f"/s/{survey.key}/").send(nps="9").send()
    found = by_question(rows())
    assert (found["nps"]["source_key"], found["nps"]["customer"], found["nps"]["weight"]) == (None, None, None)


def test_scores_given_in_a_survey_are_a_workspaces_nps(survey, rows: Rows) -> None:
    from regard.metrics import measure

    for score in (*["10"] * 15, *["5"] * 5):
        person = Person().open(f"/s/{survey.key}/").send(nps=score)
        person.send()
    assert len(rows()) == 60
    estimate = measure(store_of(survey.workspace), "nps").figures[0].estimate
    assert (estimate.value, estimate.n) == (50.0, 20)


def test_answers_left_alone_for_an_hour_are_told_once_and_those_that_follow_later(
    survey, person: Person, rows: Rows, everything
) -> None:
    person.open(f"/s/{survey.key}/").send(nps="3")
    settle_abandoned()
    assert rows() == []
    with frozen(now() + timedelta(hours=1, minutes=1)):
        for _ in range(3):
            settle_abandoned()
        assert set(by_question(rows())) == {"started", "nps"}
        assert everything()[0].ended_by == "left"
        person.open(person.action).send(to="back")
        assert "You have sent this answer already." in person.text
        assert 'name="a.nps"' not in person.text
        person.post(person.action, {**person.form, "to": "next", "a.nps": "10"}).send(sorry="Slow")
        settle_abandoned()
    found = by_question(rows())
    assert set(found) == {"started", "nps", "sorry", "completed"}
    assert (found["nps"]["score"], everything()[0].answers["nps"]) == (3.0, 3)


def test_what_is_told_of_a_response_left_alone_was_fixed_in_a_transaction_before(
    survey, person: Person, everything, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut_off(*_: object) -> None:
        raise Unavailable("the process ends")

    person.open(f"/s/{survey.key}/").send(nps="3")
    with monkeypatch.context() as patch, frozen(now() + timedelta(hours=1, minutes=1)):
        patch.setattr(turns, "_on_this_machine", lambda *_: transaction.atomic())  # as on a server's database
        patch.setattr(tasks, "tell", cut_off)
        with pytest.raises(Unavailable):
            settle_abandoned()
    assert (everything()[0].ended_by, everything()[0].recorded) == ("settling", ["nps"])


def test_what_a_robot_filled_in_stays_out_of_the_stream(survey, rows: Rows, heard) -> None:
    person = Person().open(f"/s/{survey.key}/")
    person.post(person.action, {**person.form, "a.nps": "9", "website": "http://spam.example"}).send()
    assert "Thank you" in person.text
    assert (rows(), heard) == ([], [])


def test_a_complete_response_is_told_upwards_once_it_is_kept(
    survey, person: Person, heard, django_capture_on_commit_callbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        person.open(f"/s/{survey.key}/").send(nps="9").send()
    [told] = heard
    assert (told.workspace, told.survey, told.answers, told.is_complete) == ("harbour", survey.key, {"nps": 9}, True)


def test_every_answer_by_a_link_for_several_is_an_answer_of_its_own(survey, rows: Rows) -> None:
    link = personal_address(invite(survey, is_single_use=False))
    for score in ("9", "8"):
        Person().open(link).send(nps=score).send()
    assert sorted(row["score"] for row in rows() if row["metric"]) == [8.0, 9.0]


def test_answers_faster_than_anybody_reads_and_all_alike_are_flagged(workspace, person: Person, everything) -> None:
    rows = [{"value": str(number), "text": f"Row {number}"} for number in range(5)]
    matrix = {"type": "matrix", "name": "m", "title": "What about " + "very " * 30, "rows": rows, "columns": [1, 2, 3]}
    pages = [*DOCUMENT["pages"], {"name": "m", "elements": [matrix]}]
    survey = publish(workspace, {**DOCUMENT, "pages": pages}, is_once_each=False)
    person.open(f"/s/{survey.key}/").send(nps="9").send()
    person.send(**{f"m.{number}": "2" for number in range(5)})
    assert everything()[0].flags == ["speeder", "straight_lining"]


@pytest.mark.parametrize("letter", ["a", "字", "😀", '"', "\n"])
def test_the_longest_answer_is_whole_in_the_stream_in_any_script(workspace, person: Person, rows: Rows, letter) -> None:
    survey = publish(workspace, {"pages": [{"name": "p", "elements": [{"type": "comment", "name": "c"}]}]})
    written = f"x{letter * (LONGEST_TEXT - 2)}x"
    assert "Thank you" in person.open(f"/s/{survey.key}/").send(c=written).text
    assert [row["text"] for row in rows() if row["text"]] == [written]
