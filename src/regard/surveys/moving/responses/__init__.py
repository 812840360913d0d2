"""Answers that were given elsewhere, as answers to the questionnaire that was moved."""

from __future__ import annotations

from datetime import UTC, tzinfo
from pathlib import Path

from regard.base import Invalid
from regard.base.words import said
from regard.surveys.moving.moved import Moved
from regard.surveys.moving.opening import bytes_of
from regard.surveys.moving.responses.model import ImportedResponse, ImportedResponses


def read_responses(given: Path | str | bytes, moved: Moved, zone: tzinfo = UTC) -> ImportedResponses:
    """The responses of an export of Qualtrics (CSV) or LimeSurvey (CSV or ``.lsa``), by the survey they belong to."""
    data = bytes_of(given)
    if moved.format == "qualtrics":
        from regard.surveys.moving.responses.qualtrics import qualtrics_responses

        return qualtrics_responses(data, moved, zone)
    if moved.format == "limesurvey":
        from regard.surveys.moving.responses.limesurvey import limesurvey_responses

        return limesurvey_responses(data, moved, zone)
    raise Invalid(
        said("responses of {format} are not read here", format=moved.format),
        field="file",
        remedy=said("load them as a table: regard propose reads any CSV file"),
    )


__all__ = ["ImportedResponse", "ImportedResponses", "read_responses"]
