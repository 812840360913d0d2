"""Surveys of other tools, gone through by those tools' own rules.

Nothing here knows how a survey was translated: conditions, orders and skips are read from the source's own structure.
"""

from __future__ import annotations

from regard.surveys.moving.moved import Moved
from regard.surveys.moving.walking.walked import Source


def source_of(moved: Moved) -> Source:
    """What can be walked of a moved survey; only questions that were carried over are answered."""
    asked = frozenset(moved.carried)
    if moved.format == "qualtrics":
        from regard.surveys.moving.walking.qualtrics import Qualtrics

        return Qualtrics(moved.source, asked)
    if moved.format == "limesurvey":
        from regard.surveys.moving.walking.limesurvey import LimeSurvey

        return LimeSurvey(moved.source, asked)
    if moved.format == "formbricks":
        from regard.surveys.moving.walking.formbricks import Formbricks

        return Formbricks(moved.source, asked)
    from regard.surveys.moving.walking.surveyjs import SurveyJS

    return SurveyJS(moved.source, asked)
