"""Large bodies are taken in from respondents only where a survey asks for files."""

from __future__ import annotations

import pytest
from asgiref.sync import async_to_sync

from regard.surveys.models import Survey
from regard.surveys.respond.bodies import FILES_LIMIT, WORDS_LIMIT
from regard.surveys.respond.visiting import personal_address
from regard.surveys.site import respondents_limit
from regard.surveys.validating import LONGEST_TEXT
from regard.web import STRANGERS_LIMIT
from tests.surveys.respond.conftest import Person, publish
from tests.surveys.respond.test_links import invite

DOCUMENT = {"pages": [{"name": "p", "elements": [{"type": "file", "name": "f", "isRequired": True}]}]}


@pytest.fixture(autouse=True)
def _one_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """The connection to the database is the test's own, with its transaction."""
    monkeypatch.setattr("regard.surveys.respond.bodies.close_old_connections", lambda: None)


def limit(path: str) -> int:
    return async_to_sync(respondents_limit)({"path": path})


def test_a_survey_that_asks_for_a_file_takes_one_in_at_each_of_its_addresses(workspace, person: Person) -> None:
    survey = publish(workspace, DOCUMENT)
    person.open(f"/s/{survey.key}/").send()
    ways = [f"/s/{survey.key}/", f"/s/{survey.key}/embed/", personal_address(invite(survey)), person.action]
    assert {limit(path) for path in ways} == {FILES_LIMIT}
    Survey.objects.of(workspace).update(state=Survey.State.CLOSED)
    assert limit(f"/s/{survey.key}/") == STRANGERS_LIMIT


@pytest.mark.parametrize("path", ["/s/none/", "/s/i/none/", "/s/r/none/", "/s/widget.js", "/s/a/b/c/", "/account/"])
def test_nowhere_else_does_a_stranger_send_much(workspace, path: str) -> None:
    assert limit(path) == STRANGERS_LIMIT


def test_a_survey_without_files_takes_long_texts_in_any_script(survey) -> None:
    assert limit(f"/s/{survey.key}/") == WORDS_LIMIT > 10 * 12 * LONGEST_TEXT
