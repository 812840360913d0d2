"""Survey files are recognised by what they hold; broken and hostile ones are refused with a remedy."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest

from regard.base import Invalid
from regard.surveys import as_json, read_questionnaire
from regard.surveys.moving import check_equivalence, read_survey
from tests.surveys.moving.making import asked, block, formbricks, logic, lss, mc, qsf, selected

pytestmark = pytest.mark.long


def archive(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name.replace("__", "."), content)
    return out.getvalue()


def test_each_format_is_recognised_whatever_the_file_is_called() -> None:
    text = json.dumps({"elements": [{"type": "text", "name": "a"}]}).encode()
    structure = lss({"type": "Y", "title": "Q1"})
    given = [
        qsf(mc("QID1", "a")),
        structure,
        archive(survey_9__lss=structure),
        text,
        formbricks(asked("q", "nps")),
        b"\xef\xbb\xbf" + text,
    ]
    found = [read_survey(data).format for data in given]
    assert found == ["qualtrics", "limesurvey", "limesurvey", "surveyjs", "formbricks", "surveyjs"]


BILLION = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;&lol;">]><document><questions>&lol2;</questions></document>"""
OUTSIDE = b"""<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><document><questions><rows><row><title>&x;</title></row></rows></questions></document>"""


@pytest.mark.parametrize(
    "given",
    [
        b"", b"   \n", b"hello", b"{", b"[]", b"[1,2]", b"{}", b'{"a": 1}', b"<html></html>", b"<document>", b"PK\x03\x04rest", BILLION, OUTSIDE,
        b'{"SurveyElements": []}', b'{"SurveyElements": 5, "SurveyEntry": 3}', b'{"pages": []}', b'{"pages": [5]}', b'{"questions": [{"headline": 3}]}',
        b'{"a":' * 5000 + b"1" + b"}" * 5000, b"[" * 300 + b"]" * 300, b"<document><questions/></document>", b"\x00\x01\x02\xff\xfe",
        b'{"pages": [{"elements": [{"type": "text", "name": "a"}]}]', archive(other__txt=b"x"),
        b'{"SurveyElements": [{"Element": "SQ", "Payload": {"QuestionID": "QID1"}}, 7, null]} trailing',
    ],
)  # fmt: skip
def test_what_is_no_survey_is_refused_with_a_remedy(given: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        read_survey(given, "odd.json")
    assert refused.value.remedy or refused.value.field


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-8-sig"])
def test_entities_are_refused_in_any_encoding_and_place(encoding: str) -> None:
    hidden = BILLION.decode().replace("?>", "?>" + " " * 150_000).removeprefix('<?xml version="1.0"?>')
    with pytest.raises(Invalid):
        read_survey(hidden.encode(encoding))


def test_files_in_utf16_are_read() -> None:
    assert read_survey(qsf(mc("QID1", "ą")).decode().encode("utf-16")).format == "qualtrics"
    structure = lss({"type": "Y", "title": "Q1"}).decode().replace("UTF-8", "UTF-16")
    assert read_survey(structure.encode("utf-16")).format == "limesurvey"


def test_a_block_that_is_asked_again_and_again_has_an_end() -> None:
    questions = [mc(f"QID{number}", "a") for number in range(1, 201)]
    blocks = [block("BL_1", *(question["QuestionID"] for question in questions))]

    def flow(times: int) -> list[dict]:
        return [{"Type": "Block", "ID": "BL_1", "FlowID": f"FL_{number}"} for number in range(times)]

    assert len(read_survey(qsf(*questions, blocks=blocks, flow=flow(25))).carried) == 5_000
    with pytest.raises(Invalid, match="more than 5000 questions"):
        read_survey(qsf(*questions, blocks=blocks, flow=flow(26)))


def test_conditions_over_a_question_asked_often_read_its_last_answers() -> None:
    flow = [{"Type": "Block", "ID": "BL_1", "FlowID": f"FL_{number}"} for number in range(300)]
    flow.append({"Type": "Block", "ID": "BL_2", "FlowID": "FL_last"})
    asked_often = [mc("QID1", "a", "b"), mc("QID2", "a", DisplayLogic=logic(selected("QID1", "1")))]
    moved = read_survey(qsf(*asked_often, blocks=[block("BL_1", "QID1"), block("BL_2", "QID2")], flow=flow))
    assert "question that is asked more than 10 times" in {loss.what for loss in moved.losses}


def test_flow_without_end_is_cut_and_says_so() -> None:
    step: dict = {"Type": "Block", "ID": "BL_1", "FlowID": "FL_0"}
    for number in range(90):
        step = {"Type": "Group", "FlowID": f"FL_{number}", "Flow": [step]}
    start = {"Type": "Block", "ID": "BL_1", "FlowID": "FL_start"}
    moved = read_survey(qsf(mc("QID1", "a"), blocks=[block("BL_1", "QID1")], flow=[start, step]))
    assert "survey flow" in {loss.what for loss in moved.losses}


def test_an_archive_that_would_unpack_to_much_is_refused() -> None:
    with pytest.raises(Invalid, match="unpack"):
        read_survey(archive(survey__lss=b"<document>" + b" " * 70_000_000))


def test_a_file_outside_is_never_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("very secret")
    bomb = f'<?xml version="1.0"?>{" " * 200_000}<!DOCTYPE d [<!ENTITY x SYSTEM "file://{secret}">]><document><questions><rows><row><qid>1</qid><gid>1</gid><type>T</type><title>&x;</title></row></rows></questions></document>'
    try:
        moved = read_survey(bomb.encode())
    except Invalid:
        return
    assert "very secret" not in json.dumps(as_json(moved.questionnaire))


@pytest.mark.parametrize(
    "broken",
    [
        {"QuestionType": None}, {"Choices": 5}, {"Choices": ["a", "b"]}, {"ChoiceOrder": "1"}, {"DisplayLogic": 7}, {"DisplayLogic": {"0": 5}},
        {"Validation": []}, {"Language": {"DE": []}}, {"RecodeValues": {"1": None}}, {"Randomization": "All"}, {"QuestionText": ["x"]},
        {"DisplayLogic": {"0": {"0": {"LogicType": "Question", "LeftOperand": "q://QID99/SelectableChoice/1", "Operator": "Selected"}}}},
        {"DynamicChoices": {"Locator": "q://QID1/ChoiceGroup/SelectedChoices"}}, {"Selector": 5}, {"DataExportTag": {"a": 1}},
    ],
)  # fmt: skip
def test_a_question_with_odd_parts_is_read_all_the_same(broken: dict) -> None:
    moved = read_survey(qsf(mc("QID1", "a", "b", **broken), mc("QID2", "a")))
    assert read_questionnaire(json.dumps(as_json(moved.questionnaire)))
    check_equivalence(moved)


FILES = [
    "Better_Sample_Survey__Better_Sample_Survey.qsf",
    "Single_Answer_Multiple_Choice_Questions__Single_Answer_MC_Questions.qsf",
    "imex_two_languages.lss",
    "ls205_cascading_array_filter.lss",
    "ls205_group_relevance.lss",
    "ls205_sample_survey_multilingual.lss",
]


@pytest.mark.data
@pytest.mark.parametrize("name", FILES)
def test_real_surveys_ask_the_same_here_as_there(shared_data: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("regard.surveys.moving.walking.drawing.MOST_WALKS", 500)  # more differ in the last answers only
    moved = read_survey(shared_data / "survey_files" / name, name)
    assert read_questionnaire(json.dumps(as_json(moved.questionnaire))) == moved.questionnaire
    found = check_equivalence(moved, sample=200)
    assert found.agreed == found.walks, [str(each) for each in found.differences]


@pytest.mark.data
def test_a_real_survey_with_logic_everywhere_lists_what_is_not_the_same(shared_data: Path) -> None:
    moved = read_survey(shared_data / "survey_files" / "Survey_Logic__Survey_Logic_EVERYWHERE.qsf")
    assert {"condition over GeoIP", "flow step WebService", "condition GeoIP Is"} <= {
        loss.what for loss in moved.losses
    }
    found = check_equivalence(moved, sample=200)
    assert found.agreed == found.walks, [str(each) for each in found.differences]
