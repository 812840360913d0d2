"""Responses out of another tool become responses of a survey: in the stream at their own time, and once."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from regard.accounts.site import store_of
from regard.base import Conflict
from regard.cli import main
from regard.surveys import as_json
from regard.surveys.models import Response, Survey, SurveyVersion
from regard.surveys.moving import read_survey
from regard.surveys.moving.moved import Moved
from regard.surveys.moving.responses import ImportedResponses, read_responses
from regard.surveys.moving.site import keep_responses
from regard.surveys.tasks import settle_abandoned
from tests.surveys.conftest import Rows
from tests.surveys.moving.making import block, logic, mc, qsf, selected, text

HEADS = "ResponseID,StartDate,EndDate,Finished,UserLanguage,RecipientEmail,Status,QID1,QID2,Q9"
FIRST = "R_1aaaaaaaaaaa,2026-05-27 10:00:00,2026-05-27 10:05:00,1,PL,Ann@example.org,0,2,Slow,"
LEFT = "R_2aaaaaaaaaaa,2026-05-28 10:00:00,2026-05-28 10:01:00,0,EN,,0,1,,"
ODD = "R_3aaaaaaaaaaa,2026-05-28 10:00:00,2026-05-28 10:01:00,1,EN,,0,1,Never asked,"
SURVEY = qsf(
    mc("QID1", "good", "bad"),
    text("QID2", DisplayLogic=logic(selected("QID1", "2"))),
    blocks=[block("BL_1", "QID1"), block("BL_2", "QID2")],
)


@pytest.fixture
def moved() -> Moved:
    return read_survey(SURVEY)


@pytest.fixture
def survey(workspace, moved: Moved) -> Survey:
    return published(workspace, moved)


def published(workspace, moved: Moved) -> Survey:
    made = Survey.objects.create(workspace=workspace, name="Visit", state=Survey.State.OPEN)
    SurveyVersion.objects.create(survey=made, number=1, document=as_json(moved.questionnaire))
    return made


def export(moved: Moved, *lines: str) -> ImportedResponses:
    return read_responses("\n".join([HEADS, *lines]).encode(), moved)


def kept(survey: Survey) -> list[Response]:
    return list(Response.objects.of(survey.workspace).filter(survey=survey).order_by("started_at"))


def test_responses_are_kept_with_their_answers_person_language_and_own_time(survey, moved, rows: Rows) -> None:
    arrived = keep_responses(survey, export(moved, FIRST, LEFT))
    assert (arrived.kept, arrived.known, arrived.left_out, arrived.problems) == (2, 0, [], [])
    whole, part = kept(survey)
    assert (whole.answers, whole.way, whole.language) == ({"Q1": 2, "Q2": "Slow"}, "import", "pl")
    assert whole.source_key == "email:ann@example.org"
    assert whole.completed_at == datetime(2026, 5, 27, 10, 5, tzinfo=UTC)
    assert (part.completed_at, part.ended_by, part.seen) == (None, "left", whole.seen[:1])
    told = {row["id"].partition("/")[2]: row for row in rows()}
    assert len(told) == 4 + 2
    answer = told[f"{whole.public_id}/answered/Q2"]
    assert (answer["text"], answer["source_key"]) == ("Slow", "email:ann@example.org")
    assert answer["occurred_at"].replace(tzinfo=UTC) == whole.completed_at


def test_bringing_in_the_same_file_again_changes_nothing(survey, moved, rows: Rows) -> None:
    keep_responses(survey, export(moved, FIRST))
    before = rows()
    again = keep_responses(survey, export(moved, FIRST, FIRST, LEFT))
    assert (again.kept, again.known) == (1, 2)
    assert len(kept(survey)) == 2
    settle_abandoned()
    keep_responses(survey, export(moved, FIRST, LEFT))
    after = rows()
    assert [row for row in after if row["id"] in {each["id"] for each in before}] == before
    assert len(after) == 6


def test_two_surveys_may_each_have_the_responses_of_one_export(survey, workspace, moved, rows: Rows) -> None:
    other = published(workspace, moved)
    for each in (survey, other):
        assert keep_responses(each, export(moved, FIRST)).kept == 1
    assert len(rows()) == 8


def test_what_is_not_kept_is_said_with_its_reason(survey, moved, rows: Rows) -> None:
    tried = FIRST.replace("R_1", "R_7").replace(",0,2,", ",2,2,")
    empty = "R_8aaaaaaaaaaa,2026-05-28 10:00:00,,0,EN,,0,,,x"
    undated = "R_9aaaaaaaaaaa,,,1,EN,,0,1,,"
    found = export(moved, ODD, tried, empty, undated)
    arrived = keep_responses(survey, found)
    assert [(name[:3], str(reason)) for name, reason in arrived.left_out] == [
        ("R_7", "a preview or a test, not an answer of a respondent"),
        ("R_8", "no question of the survey is answered"),
        ("R_9", "nothing says when it was given"),
    ]
    assert [(name[:3], str(problem)) for name, problem in arrived.problems] == [
        ("R_3", "Q2 is not asked of whoever answers like this")
    ]
    assert [(each.answers, each.flags) for each in kept(survey)] == [({"Q1": 1}, [])]
    assert keep_responses(survey, found, with_tests=True).kept == 1
    assert found.unmatched == ["Q9"]
    assert len(rows()) == 3 + 4


def test_answers_that_the_published_survey_does_not_take_are_said(workspace, moved, rows: Rows) -> None:
    changed = as_json(moved.questionnaire)
    first = changed["pages"][0]["elements"][0]
    first["choices"] = first["choices"][:1]
    changed["pages"][1]["elements"][0] = {"type": "comment", "name": "reason"}
    survey = Survey.objects.create(workspace=workspace, name="Visit")
    SurveyVersion.objects.create(survey=survey, number=1, document=changed)
    arrived = keep_responses(survey, export(moved, FIRST, LEFT))
    assert [(name[:3], str(reason)) for name, reason in arrived.left_out] == [
        ("R_1", "no question of the survey is answered")
    ]
    assert arrived.kept == 1


def test_a_survey_that_is_not_published_takes_none(workspace, moved) -> None:
    draft = Survey.objects.create(workspace=workspace, name="Draft", draft=as_json(moved.questionnaire))
    with pytest.raises(Conflict, match="not been published"):
        keep_responses(draft, export(moved, FIRST))


def test_the_command_keeps_them_and_counts(survey, workspace, rows: Rows, tmp_path: Path, capsys) -> None:
    store_of(workspace)
    (tmp_path / "visit.qsf").write_bytes(SURVEY)
    (tmp_path / "answers.csv").write_text("\n".join([HEADS, FIRST, ODD.replace(",1,Never", ",,Never")]))
    files = [str(tmp_path / "visit.qsf"), str(tmp_path / "answers.csv")]
    assert main(["survey", "responses", *files, "--into", f"harbour/{survey.key}"]) == 0
    told = capsys.readouterr()
    assert told.out == "1 response kept, 0 known already, 1 left out\n"
    assert "R_3aaaaaaaaaaa: left out: no question of the survey is answered" in told.err
    assert "column Q9 belongs to no question" in told.err
    assert main(["survey", "responses", *files, "--into", f"harbour/{survey.key}"]) == 0
    assert capsys.readouterr().out == "0 responses kept, 1 known already, 1 left out\n"
    assert main(["survey", "responses", *files, "--into", "harbour"]) == 1
    assert main(["survey", "responses", *files, "--into", "harbour/nothing"]) == 1
    assert "there is no survey nothing" in capsys.readouterr().err


@pytest.mark.data
def test_a_real_export_is_kept_whole(workspace, rows: Rows, shared_data: Path) -> None:
    name = "Better_Sample_Survey__Better_Sample_Survey"
    folder = shared_data / "survey_files"
    moved = read_survey(folder / f"{name}.qsf")
    found = read_responses(folder / f"{name}.csv", moved)
    survey = published(workspace, moved)
    assert keep_responses(survey, found).kept == 0  # the tool made them itself, to try the survey out
    arrived = keep_responses(survey, found, with_tests=True)
    assert (arrived.kept, arrived.left_out) == (len(found.responses), [])
    started = [row for row in rows() if row["name"] == "Survey Started"]
    assert sorted(row["occurred_at"].replace(tzinfo=UTC) for row in started) == [
        each.started_at for each in kept(survey)
    ]
    assert keep_responses(survey, found, with_tests=True).known == arrived.kept
