"""The reference of the document is the model's own word."""

from __future__ import annotations

from tools.survey_reference import TARGET, reference


def test_the_reference_says_what_the_model_says() -> None:
    assert TARGET.read_text(encoding="utf-8") == reference(), "run python tools/reference.py"
