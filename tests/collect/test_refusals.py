"""Messages of refused rows are made in SQL, and are still sentences that pages can translate."""

from __future__ import annotations

from pathlib import Path

from regard.base.words import Said, as_said, kept, translated
from regard.collect import parse_mapping, preview
from regard.collect.refusals import refusal

MAPPING = """
id = "id"
time = { column = "at", format = "iso" }
[customer]
column = "who"
anonymous = "refuse"
[[interactions]]
name = "Survey Answered"
score = { column = "score", metric = "csat", scale = [1, 5] }
"""
ROWS = """id,at,who,score
,2026-01-01,a,1
2,,a,1
3,yesterday,a,1
4,2026-01-01,,1
5,2026-01-01,a,many
6,2026-01-01,a,9
"""


def test_every_refused_row_says_why_in_a_sentence_that_can_be_translated(tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    path.write_text(ROWS, "utf-8")
    rows = preview(path, parse_mapping(MAPPING)).refused
    found = {row["reason"]: refusal(row["reason"], row["message"]) for row in rows}
    assert len(found) == 6
    assert all(isinstance(message, Said) for message in found.values()), found
    polish = {"'{cell}' is not a score": "„{cell}” nie jest oceną"}
    assert translated(found["bad_number"], lambda text: polish.get(text, text)) == "„many” nie jest oceną"


def test_a_kept_sentence_can_still_be_translated() -> None:
    error_words = refusal("score_off_scale", "9 does not lie on the scale 1-5")
    again = as_said(kept(error_words))
    assert again == error_words
    assert isinstance(again, Said)
    assert as_said("an older note") == "an older note"
