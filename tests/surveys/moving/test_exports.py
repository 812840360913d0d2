"""Whatever way an export was written, the same answers arrive: rows of headings, texts or numbers, signs, columns."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from regard.surveys.moving import read_survey
from regard.surveys.moving.moved import Moved
from regard.surveys.moving.responses import read_responses
from tests.surveys.moving.making import lss, mc, qsf, text

SCALE = {"1": {"Display": "Bad"}, "2": {"Display": "Good, really"}}
HEADS = ["StartDate", "EndDate", "Status", "Progress", "Duration (in seconds)", "Finished", "RecordedDate", "ResponseId", "UserLanguage"]  # fmt: skip
META = ["2026-01-02 10:00:00", "2026-01-02 10:05:00", "IP Address", "100", "300", "True", "2026-01-02 10:05:01", "R_1abcdefghijk", "EN"]  # fmt: skip
COLUMNS: list[tuple[str, str, str, str]] = [
    ("Q1", "QID1", "Yes", "10"), ("Q2", "QID2", "Red, dark,Green", "1,3"),
    ("Q3_1", "QID3_1", "Good, really", "2"), ("Q3_2", "QID3_2", "Bad", "1"),
    ("Q4_1", "QID4_1", "Bad,Good, really", "1,2"), ("Q4_2", "QID4_2", "Good, really", "2"),
    ("Q5", "QID5_TEXT", "hi, there", "hi, there"), ("Q6_1", "QID6_1", "Jo", "Jo"), ("Q7_2", "QID7_2", "7", "7"),
    ("Q8_1", "QID8_1", "2", "2"), ("Q8_2", "QID8_2", "1", "1"), ("Q8_3", "QID8_3", "3", "3"),
    ("Q9_1", "QID9_1", "40", "40"), ("Q9_2", "QID9_2", "60", "60"), ("Q10", "QID10", "9", "9"),
    ("Q10_NPS_GROUP", "QID10_NPS_GROUP", "Promoter", "3"), ("Q11", "QID11", "Another, please say", "2"),
    ("Q11_2_TEXT", "QID11_2_TEXT", "mate", "mate"), ("Q12#1_1", "QID12#1_1", "Bad", "1"),
    ("Q12#2_1_1", "QID12#2_1_1", "aa", "aa"),
]  # fmt: skip
"""A heading, Qualtrics' own name, the cell as a text and as a number."""
ANSWERS = {
    "Q1": 10, "Q2": [1, 3], "Q3": {"1": 2, "2": 1}, "Q4": {"1": [1, 2], "2": [2]}, "Q5": "hi, there",
    "Q6": {"1": "Jo"}, "Q7": {"2": 7}, "Q8": [2, 1, 3], "Q9": {"1": 40, "2": 60}, "Q10": 9, "Q11": "other",
    "Q11-Comment": "mate", "Q12_1": {"1": 1}, "Q12_2": {"1": "aa"},
}  # fmt: skip


@pytest.fixture(scope="module")
def every_kind() -> Moved:
    def likert(key: str, sub: str = "SingleAnswer", **more: Any) -> dict[str, Any]:
        return (
            mc(key, "Speed", "Staff", QuestionType="Matrix", Selector="Likert", SubSelector=sub, Answers=SCALE) | more
        )

    another = mc("QID11", "Tea", "Another, please say")
    another["Choices"]["2"]["TextEntry"] = "true"
    parts = {"1": likert("QID12#1"), "2": likert("QID12#2", Selector="TE", Answers={"1": {"Display": "t"}})}
    return read_survey(
        qsf(
            mc("QID1", "Yes", "No", RecodeValues={"1": "10", "2": "20"}), mc("QID2", "Red, dark", "Blue", "Green", selector="MAVR"),
            likert("QID3"), likert("QID4", "MultipleAnswer"), text("QID5"), mc("QID6", "First", "Last", QuestionType="TE", Selector="FORM"),
            mc("QID7", "How", "Much", QuestionType="Slider", Selector="HSLIDER"), mc("QID8", "a", "b", "c", QuestionType="RO", Selector="DND"),
            mc("QID9", "x", "y", QuestionType="CS", Selector="VRTL"), mc("QID10", *map(str, range(11)), selector="NPS"), another,
            mc("QID12", "row1", "row2", QuestionType="SBS", Selector="SBSMatrix", AdditionalQuestions=parts),
        )
    )  # fmt: skip


def export(columns: list[tuple[str, str, str, str]], heads: int = 3, texts: bool = False, delimiter: str = ",") -> str:
    names, own = [*HEADS, *(each[0] for each in columns)], [*HEADS, *(each[1] for each in columns)]
    zones = {"StartDate": '{"ImportId":"startDate","timeZone":"America/Denver"}'}
    rows = [
        names,
        [f"{name} - what it asks, in the words that respondents read" for name in names],
        [zones.get(name, f'{{"ImportId":"{name}"}}') for name in own],
    ][:heads]
    rows.append([*META, *(each[2] if texts else each[3] for each in columns)])
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter).writerows(rows)
    return file.getvalue()


def split(columns: list[tuple[str, str, str, str]]) -> list[tuple[str, str, str, str]]:
    """With a column for each choice of several, as "split multi-value fields" writes them."""
    labels = {"Q2": ["Red, dark", "Blue", "Green"], "Q4_1": ["Bad", "Good, really"], "Q4_2": ["Bad", "Good, really"]}
    found = []
    for name, own, words, numbers in columns:
        for code, label in enumerate(labels.get(name, []), 1):
            chosen = str(code) in numbers.split(",")
            found.append((f"{name}_{code}", f"{own}_{code}", label if chosen else "", "1" if chosen else ""))
        found += [] if name in labels else [(name, own, words, numbers)]
    return found


@pytest.mark.parametrize("columns", [COLUMNS, split(COLUMNS)], ids=["whole", "split"])
@pytest.mark.parametrize("texts", [True, False], ids=["texts", "numbers"])
@pytest.mark.parametrize("heads", [1, 2, 3])
def test_every_export_of_qualtrics_brings_the_same_answers(
    every_kind: Moved, columns: list[tuple[str, str, str, str]], texts: bool, heads: int
) -> None:
    found = read_responses(export(columns, heads, texts).encode(), every_kind)
    (response,) = found.responses
    assert (response.answers, response.problems, found.unmatched) == (ANSWERS, [], [])
    assert response.started_at is not None
    assert response.started_at.hour == (17 if heads == 3 else 10)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_any_encoding_and_delimiter_is_read(every_kind: Moved, encoding: str, delimiter: str) -> None:
    given = export(COLUMNS, delimiter=delimiter).encode(encoding)
    assert read_responses(given, every_kind).responses[0].answers == ANSWERS


def test_limesurveys_export_for_moving_on_is_read() -> None:
    """The VV export has a row of texts above that of codes, and spells signs in braces."""
    poll = read_survey(
        lss(
            {"type": "L", "title": "Q1", "answers": {"a": "A"}},
            {"type": "T", "title": "Q2"},
            {"type": "T", "title": "Q3"},
        )
    )
    rows = [
        "Response ID\tDate submitted\tAbout Q1?\tAbout Q2?\tAbout Q3?",
        "id\tsubmitdate\tQ1\tQ2\tQ3",
        "4\t2026-05-27 10:05:00\ta\t{quote}so{quote}{newline}it goes {lbrace}x{rbrace}\t{question_not_shown}",
    ]
    (response,) = read_responses("\n".join(rows).encode(), poll).responses
    assert (response.source_key, response.answers) == ("4", {"Q1": "a", "Q2": '"so"\nit goes {x}'})
