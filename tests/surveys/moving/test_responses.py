"""Answers given elsewhere come along: exports of Qualtrics and LimeSurvey."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from regard.base import Invalid
from regard.surveys.moving import read_survey
from regard.surveys.moving.moved import Moved
from regard.surveys.moving.responses import read_responses
from tests.surveys.moving.making import lss, mc, qsf, text
from tests.surveys.moving.test_opening import archive

META = "ResponseID,StartDate,EndDate,Finished,UserLanguage,RecipientEmail"
ONE = "R_1abcdefghij23,2026-05-27 10:00:00,2026-05-27 10:05:00,1,PL,ann@example.org"


@pytest.fixture(scope="module")
def visit() -> Moved:
    rows = {"1": {"Display": "Speed"}, "2": {"Display": "Staff"}}
    matrix = mc(
        "QID3",
        QuestionType="Matrix",
        Selector="Likert",
        SubSelector="SingleAnswer",
        Choices=rows,
        Answers={"1": {"Display": "Bad"}, "2": {"Display": "Good"}},
    )
    other = {
        "1": {"Display": "Shop"},
        "2": {"Display": "Web, of course"},
        "3": {"Display": "Other", "TextEntry": "true"},
    }
    return read_survey(
        qsf(
            mc("QID1", "Yes", "No", RecodeValues={"1": "10", "2": "20"}), mc("QID2", Choices=other, selector="MAVR"), matrix,
            text("QID4", "ML"), mc("QID5", "Apples", "Pears", QuestionType="RO", Selector="DND"), text("QID6", "FORM", Choices=rows),
            mc("QID7", *map(str, range(11)), selector="NPS"),
        )
    )  # fmt: skip


def test_three_rows_of_headings_with_numbers_and_split_columns(visit: Moved) -> None:
    heads = f"{META},Q1,Q2_1,Q2_2,Q2_3,Q2_3_TEXT,Q3_1,Q3_2,Q4,Q5_1,Q5_2,Q6_1,Q6_2,Q7_NPS_GROUP,Q7,Mystery,IPAddress"
    ids = ",".join(f"\"{{'ImportId':'{name}','timeZone':'America/New_York'}}\"" for name in heads.split(","))
    row = f'{ONE},20,1,,1,by phone,2,1,"Fine,\nreally",2,1,fast,,Promoter,9,x,1.2.3.4'
    found = read_responses("\n".join([heads, heads, ids, row]).encode(), visit)
    response = found.responses[0]
    assert response.answers == {
        "Q1": 20, "Q2": [1, "other"], "Q2-Comment": "by phone", "Q3": {"1": 2, "2": 1}, "Q4": "Fine,\nreally", "Q5": [2, 1], "Q6": {"1": "fast"}, "Q7": 9,
    }  # fmt: skip
    assert response.started_at == datetime(2026, 5, 27, 14, 0, tzinfo=UTC)
    assert (response.language, response.person, response.is_complete) == ("pl", {"email": "ann@example.org"}, True)
    assert (found.unmatched, found.left_out, response.problems) == (["Mystery"], ["Q7_NPS_GROUP", "IPAddress"], [])


def test_texts_of_choices_and_lists_with_commas(visit: Moved) -> None:
    heads = f"{META},Q1,Q2,Q3_1"
    row = f'{ONE},No,"Shop,Web, of course",Good'
    answers = read_responses("\n".join([heads, heads, row]).encode(), visit).responses[0].answers
    assert answers == {"Q1": 20, "Q2": [1, 2], "Q3": {"1": 2}}


def test_one_row_of_headings_and_the_older_two(visit: Moved) -> None:
    one = read_responses(f"{META},Q1\n{ONE},10".encode(), visit)
    old = read_responses(f"V1,V2,V3,V4,V5,V6,Q1\n{META},About QID1?\n{ONE},10".encode(), visit)
    assert [each.responses[0].answers for each in (one, old)] == [{"Q1": 10}, {"Q1": 10}]
    assert old.responses[0].source_key == one.responses[0].source_key == "R_1abcdefghij23"


def test_values_that_are_no_choice_are_told_and_unseen_ones_left_out(visit: Moved) -> None:
    found = read_responses(f"{META},Q1,Q2_1\n{ONE},99,-99".encode(), visit, ZoneInfo("Europe/Warsaw"))
    assert found.responses[0].answers == {}
    assert found.responses[0].problems == ["Q1: 99 is none of the choices"]
    assert found.responses[0].started_at == datetime(2026, 5, 27, 8, 0, tzinfo=UTC)


def test_an_unfinished_response_has_no_end(visit: Moved) -> None:
    row = ONE.replace(",1,PL", ",False,PL")
    response = read_responses(f"{META},Q1\n{row},10".encode(), visit).responses[0]
    assert (response.is_complete, response.completed_at) == (False, None)


@pytest.fixture(scope="module")
def poll() -> Moved:
    subs = {"SQ1": "Speed", "SQ2": "Staff"}
    return read_survey(
        lss(
            {"type": "L", "title": "Q1", "answers": {"a": "Apples", "b": "Pears"}, "other": "Y"}, {"type": "M", "title": "Q2", "subs": subs},
            {"type": "A", "title": "Q3", "subs": subs}, {"type": "N", "title": "Q4"}, {"type": "Y", "title": "Q5"},
            {"type": "R", "title": "Q6", "answers": {"x": "Ex", "y": "Why"}}, {"type": "Q", "title": "Q7", "subs": subs},
            {"type": "O", "title": "Q8", "answers": {"a": "Apples"}}, {"type": "X", "title": "Q9"},
        )
    )  # fmt: skip


def test_limesurvey_codes(poll: Moved) -> None:
    heads = "id,submitdate,startlanguage,startdate,Q1,Q1[other],Q2[SQ1],Q2[SQ2],Q3[SQ1],Q3[SQ2],Q4,Q5,Q6[1],Q6[2],Q7[SQ1],Q7[SQ2],Q8,Q8[comment],lastpage,Zzz"
    row = "5,2026-05-27 10:05:00,pl,2026-05-27 10:00:00,b,,Y,,4,5,2.5000,Y,y,x,fast,,a,tasty,3,?"
    found = read_responses(f"{heads}\n{row}".encode(), poll)
    response = found.responses[0]
    assert response.answers == {
        "Q1": "b", "Q2": ["SQ1"], "Q3": {"SQ1": 4, "SQ2": 5}, "Q4": 2.5, "Q5": True, "Q6": ["y", "x"], "Q7": {"SQ1": "fast"}, "Q8": "a", "Q8_comment": "tasty",
    }  # fmt: skip
    assert (response.source_key, response.language, response.is_complete) == ("5", "pl", True)
    assert (found.unmatched, found.left_out) == (["Zzz"], ["lastpage"])


def test_limesurvey_texts_with_semicolons(poll: Moved) -> None:
    heads = '"Response ID";"Date submitted";"About Q1?";"About Q2? [Speed]";"Q3_SQ2. About Q3? [Staff]";"About Q5?"'
    found = read_responses(f'{heads}\n"7";"";"Pears";"Yes";"4";"No"'.encode(), poll)
    assert found.responses[0].answers == {"Q1": "b", "Q2": ["SQ1"], "Q3": {"SQ2": 4}, "Q5": False}
    assert not found.responses[0].is_complete


def test_limesurvey_other_and_values_that_are_no_choice(poll: Moved) -> None:
    found = read_responses(b"id,Q1,Q1[other],Q5\n1,-oth-,Plums,maybe", poll)
    assert found.responses[0].answers == {"Q1": "other", "Q1-Comment": "Plums"}
    assert found.responses[0].problems == ["Q5: maybe is none of the choices"]


def test_the_responses_inside_an_archive(poll: Moved) -> None:
    row = "<row><id>1</id><submitdate>2026-05-27 10:05:00</submitdate><_9X1X1>a</_9X1X1><_9X1X2SQ2>Y</_9X1X2SQ2><_9X1X3SQ1>2</_9X1X3SQ1></row>"
    responses = f"<document><responses><rows>{row}</rows></responses></document>".encode()
    found = read_responses(
        archive(survey_9__lss=lss({"type": "Y", "title": "Q1"}), survey_9_responses__lsr=responses), poll
    )
    assert found.responses[0].answers == {"Q1": "a", "Q2": ["SQ2"], "Q3": {"SQ1": 2}}


@pytest.mark.parametrize("given", [b"", b"\n\n", b"a\x00b"])
def test_an_export_that_is_none_is_refused(visit: Moved, given: bytes) -> None:
    with pytest.raises(Invalid):
        read_responses(given, visit)


@pytest.mark.data
def test_real_exports_match_their_surveys(shared_data: Path) -> None:
    folder = shared_data / "survey_files"
    for survey, export, unmatched in (
        (
            "Better_Sample_Survey__Better_Sample_Survey",
            "Better_Sample_Survey__Better_Sample_Survey",
            ["Q13_1_-1", "Q13_2_-1", "Q13_3_-1"],
        ),
        ("Survey_Logic__Survey_Logic_EVERYWHERE", "Survey_Logic__Survey_Logic_EVERYWHERE", []),
        (
            "Single_Answer_Multiple_Choice_Questions__Single_Answer_MC_Questions",
            "Single_Answer_Multiple_Choice_Questions__Single_Answer_MC_Questions_(Insights)",
            [],
        ),
    ):
        found = read_responses(folder / f"{export}.csv", read_survey(folder / f"{survey}.qsf"))
        assert found.unmatched == unmatched
        assert not [problem for response in found.responses for problem in response.problems]
        assert all(response.answers and response.started_at for response in found.responses)


def test_a_download_that_is_an_archive_of_one_table_is_read(visit: Moved) -> None:
    table = f"{META},Q7\n{ONE},9\n".encode()
    assert read_responses(archive(Visit__csv=table), visit).responses[0].answers == {"Q7": 9}
    with pytest.raises(Invalid, match="no table, or more than one"):
        read_responses(archive(a__csv=table, b__csv=table), visit)


@pytest.mark.parametrize("given", [b'{"responses": []}', b"<html></html>", b"ResponseId,Foo\nR_1abcdefghij23,1\n"])
def test_a_file_of_another_survey_is_refused(visit: Moved, poll: Moved, given: bytes) -> None:
    for survey in (visit, poll):
        with pytest.raises(Invalid, match="no column of the file belongs"):
            read_responses(given, survey)


def test_a_choice_whose_value_is_the_sign_of_the_unseen_is_an_answer() -> None:
    survey = read_survey(qsf(mc("QID1", "Yes", "No", RecodeValues={"1": "1", "2": "-99"}), mc("QID2", "a")))
    [found] = read_responses(f"{META},Q1,Q2\n{ONE},-99,-99\n".encode(), survey).responses
    assert (found.answers, found.problems) == ({"Q1": -99}, [])


def test_limesurvey_may_number_yes_and_no() -> None:
    survey = read_survey(
        lss({"type": "Y", "title": "ok"}, {"type": "M", "title": "many", "subs": {"a": "A", "b": "B"}})
    )
    table = b"id,submitdate,ok,many[a],many[b]\n1,2026-05-27 10:00:00,2,1,2\n2,2026-05-27 10:00:00,1,2,2\n"
    first, second = read_responses(table, survey).responses
    assert [(each.answers, each.problems) for each in (first, second)] == [
        ({"ok": False, "many": ["a"]}, []), ({"ok": True}, []),
    ]  # fmt: skip
