"""Reading a Qualtrics file of 150 questions with logic on every third of them, and walking it: ``python -m bench.surveys_import``.

CPU seconds of one process, the least of five rounds. The file is made here, the same each time.
"""

from __future__ import annotations

import json
import random
from time import process_time
from typing import Any

from bench.__main__ import write
from regard.surveys.moving import check_equivalence, read_survey
from regard.surveys.moving.moved import Moved

QUESTIONS, BLOCKS, LIMIT = 150, 15, 2.0


def survey(seed: int = 1) -> bytes:
    """A ``.qsf``: fifteen blocks of ten questions, some in branches, some in random order, in two languages."""
    chance = random.Random(seed)
    questions = [_question(number, chance) for number in range(1, QUESTIONS + 1)]
    size = QUESTIONS // BLOCKS
    blocks = []
    for block in range(BLOCKS):
        numbers = range(block * size + 1, (block + 1) * size + 1)
        blocks.append(
            {
                "Type": "Standard",
                "ID": f"BL_{block}",
                "Description": f"Block {block}",
                "BlockElements": [_element(number, numbers) for number in numbers],
            }
        )
    flow = [_step(block, size) for block in range(BLOCKS)]
    elements = [
        {"Element": "BL", "Payload": blocks},
        {"Element": "FL", "Payload": {"Type": "Root", "Flow": flow}},
        *({"Element": "SQ", "Payload": question} for question in questions),
    ]
    return json.dumps(
        {"SurveyEntry": {"SurveyName": "Bench", "SurveyLanguage": "EN"}, "SurveyElements": elements}
    ).encode()


def _question(number: int, chance: random.Random) -> dict[str, Any]:
    key = f"QID{number}"
    choices = {str(each): {"Display": f"Choice {each} of {number}"} for each in range(1, 6)}
    made: dict[str, Any] = {
        "QuestionID": key, "DataExportTag": f"Q{number}", "QuestionText": f"What about <b>{number}</b>, ${{q://QID1/ChoiceGroup/SelectedChoices}}?",
        "QuestionType": "MC", "Selector": chance.choice(["SAVR", "MAVR", "DL"]), "Choices": choices, "ChoiceOrder": list(choices),
        "Language": {"PL": {"QuestionText": f"A co z {number}?", "Choices": {each: {"Display": f"Wybór {each}"} for each in choices}}},
    }  # fmt: skip
    if number > 10 and number % 3 == 0:
        before = chance.sample(range(1, number - number % 10), 2)
        made["DisplayLogic"] = _logic([_selected(each, chance.choice("12345")) for each in before])
    return made


def _selected(number: int, choice: str) -> dict[str, Any]:
    locator = f"q://QID{number}/SelectableChoice/{choice}"
    return {
        "LogicType": "Question",
        "QuestionID": f"QID{number}",
        "LeftOperand": locator,
        "Operator": "Selected",
        "Type": "Expression",
        "Conjuction": "Or",
    }


def _logic(expressions: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "0": {**{str(place): each for place, each in enumerate(expressions)}, "Type": "If"},
        "Type": "BooleanExpression",
    }


def _element(number: int, numbers: range) -> dict[str, Any]:
    made: dict[str, Any] = {"Type": "Question", "QuestionID": f"QID{number}"}
    if number % 10 == 5:
        made["SkipLogic"] = [
            {
                "Locator": f"q://QID{number}/SelectableChoice/1",
                "Condition": "Selected",
                "SkipToDestination": f"QID{numbers[-1]}",
            }
        ]
    return made


def _step(block: int, size: int) -> dict[str, Any]:
    step = {"Type": "Standard", "ID": f"BL_{block}", "FlowID": f"FL_{block}"}
    if block % 4 == 2:
        return {
            "Type": "Branch",
            "FlowID": f"FL_B{block}",
            "BranchLogic": _logic([_selected((block - 1) * size, "1"), _selected(block * size - 3, "2")]),
            "Flow": [step],
        }
    return step


def measure() -> tuple[float, float, Moved]:
    """CPU seconds of reading, of walking 200 ways, and what was read."""
    given = survey()
    reading = []
    for _ in range(5):
        start = process_time()
        moved = read_survey(given)
        reading.append(process_time() - start)
    start = process_time()
    found = check_equivalence(moved, sample=200)
    assert found.is_equal, [str(each) for each in found.differences]
    return min(reading), process_time() - start, moved


def main() -> None:
    """Print the figures, and write them into the page of performance."""
    read, walked, moved = measure()
    pages = len(moved.questionnaire.pages)
    write(
        "moving",
        "| What | CPU s | Bar |\n|---|---|---|\n"
        f"| Read a `.qsf` of {QUESTIONS} questions with logic ({pages} pages here) | {read:.3f} | {LIMIT:.0f} |\n"
        f"| Walk 200 ways through it in Qualtrics' meaning and in ours | {walked:.2f} | |",
    )


if __name__ == "__main__":
    main()
