"""Surveys in and out of other tools, at the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from regard.cli import main
from regard.surveys import read_questionnaire
from tests.surveys.moving.making import block, logic, mc, qsf, selected, text


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "visit.qsf"
    why = text("QID2", DisplayLogic=logic(selected("QID1", "2")), QuestionJS="x()")
    path.write_bytes(qsf(mc("QID1", "good", "bad"), why, blocks=[block("BL_1", "QID1"), block("BL_2", "QID2")]))
    return path


def test_importing_says_what_was_read_what_is_lost_and_whether_it_asks_the_same(
    file: Path, tmp_path: Path, capsys
) -> None:
    assert main(["survey", "import", str(file), "--json", str(tmp_path / "out.json")]) == 0
    said = capsys.readouterr().out
    assert "Visit (qualtrics): 2 questions on 2 pages, in en" in said
    assert "QID2: QuestionJS - scripts are not run here" in said
    assert "walked 3 ways (all ways through; 2 different sequences of questions): 3 ask the same here as there" in said
    assert read_questionnaire((tmp_path / "out.json").read_bytes()).title == "Visit"


def test_exporting_prints_what_surveyjs_reads(file: Path, capsys) -> None:
    assert main(["survey", "export", str(file)]) == 0
    assert json.loads(capsys.readouterr().out)["pages"][1]["elements"][0]["visibleIf"] == "{Q1} = 2"


def test_responses_are_printed_and_what_fits_nothing_is_said(file: Path, tmp_path: Path, capsys) -> None:
    answers = tmp_path / "answers.csv"
    answers.write_text(
        "ResponseID,StartDate,Q1,Q9\nR_1abcdefghijk,2026-05-27 10:00:00,2,x\nR_2abcdefghijk,2026-05-27 10:00:00,7,\n"
    )
    assert main(["survey", "responses", str(file), str(answers), "--zone", "Europe/Warsaw"]) == 0
    told = capsys.readouterr()
    assert [each["answers"] for each in json.loads(told.out)] == [{"Q1": 2}, {}]
    assert "column Q9 belongs to no question" in told.err
    assert "R_2abcdefghijk: Q1: 7 is none of the choices" in told.err


def test_a_file_that_is_no_survey_is_one_sentence(tmp_path: Path, capsys) -> None:
    (tmp_path / "odd.txt").write_text("hello")
    assert main(["survey", "import", str(tmp_path / "odd.txt")]) == 1
    assert main(["survey", "import", str(tmp_path / "none.qsf")]) == 1
    said = capsys.readouterr().err
    assert "odd.txt is no survey of a known tool (give a Qualtrics .qsf" in said
    assert "Traceback" not in said
